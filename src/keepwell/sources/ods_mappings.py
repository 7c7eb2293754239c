"""Which sub-ICB, ICB or region does it belong to, as a table of two or more columns of codes says?

Three published tables: sub-ICB to ICB (CCG_ICB_code.csv), practice to network, sub-ICB, ICB and region on a day
(gp-reg-pat-prac-map.csv), and trust to integrated care system by weight (Trust_to_ICS_mapping.xlsx). A trust with
several systems is put under its most significant one, Trust_ICS_N 1, and only as an estimate: the ICB in ODS's own
list of trusts goes before it. A table without a date holds on any day; --month dates it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from keepwell.errors import counted, listed
from keepwell.records.organisations import ICB, PCN, PRACTICE, REGION, SUB_ICB, TRUST
from keepwell.sources.cells import CellNotUnderstood, read_number
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import (
    CODE,
    ICB_CODE,
    PCN_CODE,
    REGION_CODE,
    FieldTable,
    Headings,
    NotADay,
    code_in,
    day_reader,
    match_headings,
    text_in,
)
from keepwell.sources.ods_register import (
    NO_CODE,
    NO_DAY,
    OdsRegister,
    Parent,
    lower_case_remark,
    one_row_each,
)
from keepwell.sources.reading import Sheet, plain, table_below

SUB_ICB_HEADINGS = ("ccg code", "sub icb code", "sub icb location code", "sub icb loc code", "sicbl code")
SUB_ICB_NAMES = ("ccg name", "sub icb name", "sub icb location name", "sub icb loc name", "sicbl name")
ICB_HEADINGS = ("icb code", "stp code", "ics code")
ICB_NAMES = ("icb name", "stp name", "ics name")

SUB_ICB_TO_ICB: Headings = {
    "sub_icb": SUB_ICB_HEADINGS,
    "sub_icb_name": SUB_ICB_NAMES,
    "icb": ICB_HEADINGS,
    "icb_name": ICB_NAMES,
}
TRUST_TO_ICB: Headings = {
    "trust": ("trust code",),
    "trust_name": ("trust name",),
    "rank": ("trust ics n",),
    "icb": ("ics code2", "ics code", "icb code"),
    "icb_name": ICB_NAMES,
    "weight": ("weighting", "weight"),
}
PRACTICE_MAP: Headings = {
    "as_of": ("extract date",),
    "practice": ("practice code",),
    "practice_name": ("practice name",),
    "pcn": ("pcn code",),
    "pcn_name": ("pcn name",),
    "sub_icb": SUB_ICB_HEADINGS,
    "sub_icb_name": SUB_ICB_NAMES,
    "icb": ICB_HEADINGS,
    "icb_name": ICB_NAMES,
    "region": ("comm region code", "region code"),
    "region_name": ("comm region name", "region name"),
}
NEEDED: tuple[tuple[Headings, tuple[str, ...]], ...] = (
    (PRACTICE_MAP, ("as_of", "practice", "pcn", "sub_icb")),
    (TRUST_TO_ICB, ("trust", "rank", "icb", "weight")),
    (SUB_ICB_TO_ICB, ("sub_icb", "icb")),
)
WIDEST_PLAIN_MAPPING = 8
"""A table with more columns that also names sub-ICB and ICB is about something else: staff, patients, payments."""
NO_ICB = "no code of an ICB (Q, a letter, and a letter or figure)"


@dataclass(frozen=True, slots=True)
class MappingMatch(Match):
    known: Headings


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    for known, needed in NEEDED:
        match = match_headings(sheets, known, needed, options)
        if match is None or match.heading_row is None:
            continue
        width = sum(1 for cell in match.sheet.rows[match.heading_row] if plain(cell))
        if known is not SUB_ICB_TO_ICB or width <= WIDEST_PLAIN_MAPPING:
            return MappingMatch(match.sheet, match.heading_row, known)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as organisations and the parents that it gives them."""
    assert isinstance(match, MappingMatch)
    assert match.heading_row is not None
    raw = table_below(file, match.sheet, match.heading_row)
    table = FieldTable.of(raw, match.known, options)
    register = OdsRegister(file, options)
    take = {id(PRACTICE_MAP): _practices, id(TRUST_TO_ICB): _trusts, id(SUB_ICB_TO_ICB): _sub_icbs}[id(match.known)]
    rows_taken = take(register, table)
    return register.reading(
        rows_read=len(table.numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=rows_taken,
        left_out=raw.left_out,
        remarks=raw.remarks,
        found_columns=table.found,
    )


def _sub_icbs(register: OdsRegister, table: FieldTable) -> int:
    register.remarks += lower_case_remark([*table.cells("sub_icb"), *table.cells("icb")])
    rows = {}
    for number, cells in zip(table.numbers, table.rows(("sub_icb", "sub_icb_name", "icb", "icb_name")), strict=True):
        code, icb = code_in(cells[0]), code_in(cells[2])
        if code is None:
            register.complain(NO_CODE, number)
        elif icb is None or not ICB_CODE.fullmatch(icb):
            register.complain(NO_ICB, number)
        else:
            rows[number] = (code, text_in(cells[1]), icb, text_in(cells[3]))
    good = one_row_each(register, ((n, code, icb) for n, (code, _, icb, _) in rows.items()))
    for number in sorted(good):
        code, name, icb, icb_name = rows[number]
        register.organisation(code, name, SUB_ICB)
        register.organisation(icb, icb_name, ICB)
        register.parent(Parent(code, icb, ICB))
    return len(good)


def _trusts(register: OdsRegister, table: FieldTable) -> int:
    register.remarks += lower_case_remark([*table.cells("trust"), *table.cells("icb")])
    rows = {}
    for number, cells in zip(
        table.numbers, table.rows(("trust", "trust_name", "rank", "icb", "icb_name", "weight")), strict=True
    ):
        code, icb, rank, weight = code_in(cells[0]), code_in(cells[3]), _number(cells[2]), _number(cells[5])
        if code is None:
            register.complain(NO_CODE, number)
        elif icb is None or not ICB_CODE.fullmatch(icb):
            register.complain(NO_ICB, number)
        elif rank is None or weight is None:
            register.complain("no Trust_ICS_N or no weighting that is a number", number)
        elif rank > 1:
            register.complain("a less significant system of a trust: only the most significant is its parent", number)
        else:
            rows[number] = (code, text_in(cells[1]), icb, text_in(cells[4]), weight)
    good = one_row_each(register, ((n, row[0], (row[2], row[4])) for n, row in rows.items()))
    for number in sorted(good):
        code, name, icb, icb_name, weight = rows[number]
        register.organisation(code, name, TRUST)
        register.organisation(icb, icb_name, ICB)
        register.parent(Parent(code, icb, ICB, share=weight))
    split = sum(1 for number in good if rows[number][4] < 1)
    register.remarks.append(
        f"{counted(split, 'trust')} of {len(good):,} with more than one system: "
        "the most significant (Trust_ICS_N 1) is taken as the ICB, as an estimate"
    )
    return len(good)


def _number(cell: str) -> float | None:
    try:
        return read_number(cell)
    except CellNotUnderstood:
        return None


def _practices(register: OdsRegister, table: FieldTable) -> int:
    """Practices on the day of the extract: one day a row, and several days may stand in one file."""
    day_in = day_reader(register.file, table.cells("as_of"), register.options)
    register.remarks += lower_case_remark([*table.cells("practice"), *table.cells("pcn")])
    rows = {}
    for number, as_of, cells in zip(table.numbers, table.cells("as_of"), table.rows(PLACED), strict=True):
        row, day = dict(zip(PLACED, cells, strict=True)), day_in(as_of)
        code = code_in(row[PRACTICE])
        if code is None:
            register.complain(NO_CODE, number)
        elif day is None or isinstance(day, NotADay):
            register.complain(NO_DAY, number)
        else:
            rows[number] = (code, day, row)
    about = ((n, (code, day), tuple(row[kind].upper() for kind in ABOVE)) for n, (code, day, row) in rows.items())
    good = one_row_each(register, about)
    steps: dict[tuple[str, str, dt.date], set[str]] = defaultdict(set)
    for number in sorted(good):
        code, day, row = rows[number]
        chain = _chain(register, code, row)
        for kind, parent in chain.items():
            register.parent(Parent(code, parent, kind, as_of=day))
        for (_, child), (kind, parent) in pairwise(chain.items()):
            steps[child, kind, day].add(parent)
    for (child, kind, day), parents in steps.items():
        if len(parents) == 1:
            register.parent(Parent(child, next(iter(parents)), kind, as_of=day))
    register.remarks += _not_told([rows[number][2] for number in good], steps)
    return len(good)


ABOVE = (PCN, SUB_ICB, ICB, REGION)
PLACED = tuple(name for kind in (PRACTICE, *ABOVE) for name in (kind, f"{kind}_name"))
PATTERNS = {PCN: PCN_CODE, ICB: ICB_CODE, REGION: REGION_CODE}


def _chain(register: OdsRegister, practice: str, row: dict[str, str]) -> dict[str, str]:
    """What is above a practice, from its network to its region, as far as the row tells; all of it named."""
    register.organisation(practice, text_in(row["practice_name"]), PRACTICE)
    chain = {}
    for kind in ABOVE:
        code = code_in(row[kind])
        if code is not None and PATTERNS.get(kind, CODE).fullmatch(code):
            register.organisation(code, text_in(row[f"{kind}_name"]), kind)
            chain[kind] = code
    return chain


def _not_told(rows: list[dict[str, str]], steps: Mapping[tuple[str, str, dt.date], set[str]]) -> list[str]:
    alone = sum(1 for row in rows if not PCN_CODE.fullmatch(row[PCN].strip().upper()))
    across = sorted({child for (child, _, _), parents in steps.items() if len(parents) > 1})
    remarks = [f"{counted(alone, 'practice')} without a network (U, unallocated)"] if alone else []
    if across:
        remarks.append(f"across two sub-ICBs or ICBs, so under none of their own: {listed(across, 5)}")
    return remarks


FORMAT = SourceFormat(
    name="ods_mappings",
    title="Mapping of sub-ICBs, trusts or practices to ICBs and regions",
    published=True,
    about=__doc__ or "",
    needs=("sub_icb and icb; or trust, rank, icb, weight; or practice, as_of, pcn, sub_icb",),
    recognise=recognise,
    read=read,
    headings={**SUB_ICB_TO_ICB, **TRUST_TO_ICB, **PRACTICE_MAP},
    reference=True,
)
