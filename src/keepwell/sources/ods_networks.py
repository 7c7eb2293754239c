"""Primary care networks (ePCN): which networks are there, and which practice belonged to which, from when to when?

A workbook of two sheets: PCN details, and core partner details with the first and last day of each practice in its
network. Either sheet alone, as a CSV, is read as well. Addresses are dropped. The sub-ICBs are those of the day of
the file, which is the newest day in it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from keepwell.records.organisations import PCN, PRACTICE, SUB_ICB
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import (
    PCN_CODE,
    SUB_ICB_CODE,
    FieldTable,
    Headings,
    NotADay,
    code_in,
    day_reader,
    match_headings,
    text_in,
)
from keepwell.sources.ods_register import (
    BACKWARDS,
    NO_CODE,
    NO_DAY,
    OdsRegister,
    Parent,
    lower_case_remark,
    one_row_each,
)
from keepwell.sources.reading import LeftOut, Sheet, table_below

DETAILS: Headings = {
    "pcn": ("pcn code",),
    "pcn_name": ("pcn name",),
    "sub_icb": (
        "current clinical commissioning group code",
        "current sub icb location code",
        "current sub icb loc code",
        "sub icb location code",
        "sub icb loc code",
        "ccg code",
    ),
    "sub_icb_name": (
        "clinical commissioning group name",
        "sub icb location name",
        "sub icb loc name",
        "ccg name",
    ),
    "opened": ("open date",),
    "closed": ("close date",),
}
DETAILS_NEED = ("pcn", "pcn_name", "opened")

PARTNERS: Headings = {
    "practice": ("partner organisation code",),
    "practice_name": ("partner name", "partner organisation name"),
    "sub_icb": (
        "practice parent ccg code",
        "practice parent sub icb location code",
        "practice parent sub icb loc code",
    ),
    "sub_icb_name": (
        "practice parent ccg name",
        "practice parent sub icb location name",
        "practice parent sub icb loc name",
    ),
    "pcn": ("pcn code",),
    "pcn_name": ("pcn name",),
    "pcn_sub_icb": ("pcn parent ccg code", "pcn parent sub icb location code", "pcn parent sub icb loc code"),
    "pcn_sub_icb_name": ("pcn parent ccg name", "pcn parent sub icb location name", "pcn parent sub icb loc name"),
    "start": ("practice to pcn relationship start date",),
    "end": ("practice to pcn relationship end date",),
}
PARTNERS_NEED = ("practice", "pcn", "start")


@dataclass(frozen=True, slots=True)
class NetworkMatch(Match):
    """Where the two sheets were found: `details` and `partners`, either of which may be missing."""

    details: Match | None
    partners: Match | None


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    partners = match_headings(sheets, PARTNERS, PARTNERS_NEED, options)
    others = [sheet for sheet in sheets if partners is None or sheet is not partners.sheet]
    details = match_headings(others, DETAILS, DETAILS_NEED, options)
    first = details or partners
    return NetworkMatch(first.sheet, first.heading_row, details, partners) if first else None


@dataclass(slots=True)
class _Sheets:
    """The sheets of a file while they are read: what goes into the register, and what is counted on the way."""

    register: OdsRegister
    several: bool
    rows_read: int = 0
    rows_taken: int = 0

    def where(self, match: Match) -> str:
        """Which sheet a row number is of, where there are two."""
        return f" (sheet {match.sheet.name})" if self.several else ""


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as networks, practices and their relations."""
    assert isinstance(match, NetworkMatch)
    register = OdsRegister(file, options)
    sheets = _Sheets(register, several=match.details is not None and match.partners is not None)
    found: dict[str, str] = {}
    left_out: list[LeftOut] = []
    for part, known, take in ((match.details, DETAILS, _details), (match.partners, PARTNERS, _partners)):
        if part is None or part.heading_row is None:
            continue
        table = FieldTable.of(table_below(file, part.sheet, part.heading_row), known, options)
        left_out += [LeftOut(x.reason + sheets.where(part), x.rows) for x in table.raw.left_out]
        register.remarks += table.raw.remarks
        sheets.rows_read += len(table.numbers) + sum(len(x.rows) for x in table.raw.left_out)
        take(sheets, table, sheets.where(part))
        found |= table.found
    return register.reading(
        rows_read=sheets.rows_read, rows_taken=sheets.rows_taken, left_out=left_out, found_columns=found
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """One row: the organisation that it is about, its network, two days, and the other cells as text."""

    number: int
    code: str
    pcn: str
    first: dt.date | None
    last: dt.date | None
    texts: tuple[str | None, ...]


def _details(sheets: _Sheets, table: FieldTable, where: str) -> None:
    register = sheets.register
    lines = _lines(register, table, "pcn", ("opened", "closed"), ("pcn_name", "sub_icb", "sub_icb_name"), where)
    good = one_row_each(register, ((x.number, x.code, (x.first, x.last, x.texts)) for x in lines), where)
    for line in (x for x in lines if x.number in good):
        name, sub_icb, sub_icb_name = line.texts
        register.organisation(line.pcn, name, PCN, opened=line.first, closed=line.last)
        _under_sub_icb(register, line.pcn, sub_icb, sub_icb_name, until=line.last)
    sheets.rows_taken += len(good)


def _partners(sheets: _Sheets, table: FieldTable, where: str) -> None:
    register = sheets.register
    names = ("practice_name", "sub_icb", "sub_icb_name", "pcn_name", "pcn_sub_icb", "pcn_sub_icb_name")
    lines = _lines(register, table, "practice", ("start", "end"), names, where)
    about = ((x.number, (x.code, x.pcn, x.first), (x.last, x.texts)) for x in lines)
    good = one_row_each(register, about, where)
    for line in (x for x in lines if x.number in good):
        practice_name, sub_icb, sub_icb_name, pcn_name, pcn_sub_icb, pcn_sub_icb_name = line.texts
        register.organisation(line.code, practice_name, PRACTICE)
        register.organisation(line.pcn, pcn_name, PCN)
        register.parent(Parent(line.code, line.pcn, PCN, start=line.first, end=line.last))
        _under_sub_icb(register, line.code, sub_icb, sub_icb_name)
        if not sheets.several:  # the sheet of details knows better until when
            _under_sub_icb(register, line.pcn, pcn_sub_icb, pcn_sub_icb_name)
    sheets.rows_taken += len(good)


def _lines(
    register: OdsRegister, table: FieldTable, about: str, days: tuple[str, str], texts: Iterable[str], where: str
) -> list[_Line]:
    """The rows with two codes and sound days; the others complained of."""
    day_in = day_reader(register.file, [cell for name in days for cell in table.cells(name)], register.options)
    register.remarks += lower_case_remark([*table.cells(about), *(table.cells("pcn") if about != "pcn" else [])])
    lines = []
    cells = table.rows((about, "pcn", *days, *texts))
    for number, (child, network, first_cell, last_cell, *rest) in zip(table.numbers, cells, strict=True):
        code, pcn = code_in(child), code_in(network)
        first, last = day_in(first_cell), day_in(last_cell)
        if code is None:
            register.complain(NO_CODE + where, number)
        elif pcn is None or not PCN_CODE.fullmatch(pcn):
            register.complain("no code of a network (U and five figures)" + where, number)
        elif isinstance(first, NotADay) or isinstance(last, NotADay):
            register.complain(NO_DAY + where, number)
        elif first is None:
            register.complain("no first day" + where, number)
        elif last is not None and last < first:
            register.complain(BACKWARDS + where, number)
        else:
            lines.append(_Line(number, code, pcn, first, last, tuple(text_in(cell) for cell in rest)))
    return lines


def _under_sub_icb(
    register: OdsRegister, child: str, cell: str | None, name: str | None, until: dt.date | None = None
) -> None:
    code = code_in(cell or "")
    if code is not None and SUB_ICB_CODE.fullmatch(code):
        register.organisation(code, name, SUB_ICB)
        register.parent(Parent(child, code, SUB_ICB, end=until))


FORMAT = SourceFormat(
    name="ods_networks",
    title="ODS primary care networks (ePCN): details and core partners, a workbook or either sheet",
    published=True,
    about=__doc__ or "",
    needs=("pcn", "pcn_name and opened, or practice and start"),
    recognise=recognise,
    read=read,
    headings={**DETAILS, **{name: aliases for name, aliases in PARTNERS.items() if name not in DETAILS}},
    reference=True,
)
