"""General Practice Workforce, practice level: how many staff does each practice have, and how many patients?

One row a practice at the end of one month, in 830 columns and more: headcount and FTE of every role, of each
staff group, and since January 2023 by age. The file does not say of which month it is. Headcounts of practices
must not be added up: a person may work in two. Ad-hoc locums are not in it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.general_practice import GP
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import FieldTable, match_headings, text_in
from keepwell.sources.practice_cells import (
    LOCUM_OR_TRAINEE,
    PLACE_HEADINGS,
    Amount,
    Columns,
    Rows,
    add_ages,
    add_group,
    ahead,
    month_told,
    places_of,
    totals,
)
from keepwell.sources.reading import LeftOut, RawTable, Sheet, plain, repeated_rows, table_below

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "organisation": ("prac code", "practice code", "practice"),
    "organisation_name": ("prac name", "practice name"),
    **PLACE_HEADINGS,
    "patients": ("total patients",),
    "gp_fte": ("total gp fte",),
    "nurses_fte": ("total nurses fte",),
    "year": ("year",),
    "month": ("month",),
}
NEEDED: Final = ("organisation", "patients", "gp_fte", "nurses_fte")
PRACTICE_CODE: Final = re.compile(r"[A-Z][0-9]{5}")
NA_SINCE: Final = Month.parse("2023-02")
"""From this month on a practice without data says NA; before, it may say 0."""
EXAMPLE: Final = "General Practice - September 2024 Practice Level.csv"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with the practice, its patients and the totals of GPs and nurses."""
    return match_headings(sheets, HEADINGS, NEEDED, options)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as practice_staff and practice_patients.

    Raises FileNotUnderstood for a cell that is no count or a practice told twice, DecisionNeeded where nothing
    says the month.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = FieldTable.of(raw, HEADINGS, options)
    month, remarks = month_told(raw, table, options, EXAMPLE)
    kept, left_out = practices(raw, table)
    columns = Columns.of(raw)
    rows, said = _rows(table, columns, month, kept)
    return Reading(
        tables=rows.tables(),
        organisations=tuple(sorted({code for _, code in kept})),
        first_month=month,
        last_month=month,
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(kept),
        left_out=tuple(left_out),
        remarks=(*raw.remarks, *remarks, *said, *_not_taken(raw, columns)),
        decisions=tuple(ahead(file, month, options)),
        found_columns=dict(table.found),
    )


def practices(raw: RawTable, table: FieldTable, also: str | None = None) -> tuple[list[tuple[int, str]], list[LeftOut]]:
    """The rows (by place in the table) that are a practice, with its code, and those that are not.

    `also`: another field that tells rows of one practice apart. Raises FileNotUnderstood where a practice is
    told twice, differently, or no row is a practice.
    """
    again = set(repeated_rows(raw))
    others = table.cells(also) if also else [""] * len(raw.row_numbers)
    kept: list[tuple[int, str]] = []
    seen: dict[tuple[str, str], int] = {}
    out: dict[str, list[int]] = {}
    for i, (number, cell) in enumerate(zip(raw.row_numbers, table.cells("organisation"), strict=True)):
        code = cell.strip().upper()
        if number in again:
            out.setdefault("a repeated row", []).append(number)
        elif not PRACTICE_CODE.fullmatch(code):
            out.setdefault("no code of a practice", []).append(number)
        elif (code, others[i]) in seen:
            raise FileNotUnderstood(
                f"{raw.file} says two different things about the same practice.",
                found=rows_named([seen[code, others[i]], number]),
                attempt="download the file again",
            )
        else:
            seen[code, others[i]] = number
            kept.append((i, code))
    if not kept:
        raise FileNotUnderstood(
            f"{raw.file} has the headings of general practice and no practice below them.",
            found=f"{counted(len(raw.row_numbers), 'row')}, none with the code of a practice",
            attempt="download the file again",
        )
    return kept, [*raw.left_out, *(LeftOut(reason, rows) for reason, rows in out.items())]


def _rows(table: FieldTable, columns: Columns, month: Month, kept: Sequence[tuple[int, str]]) -> tuple[Rows, list[str]]:
    rows, places, names = Rows(), places_of(table), table.cells("organisation_name")
    patients = columns.values["total patients"]
    groups = {g: (columns.amounts(stem), _parts(columns, g), columns.ages(g)) for g, stem in totals().items()}
    without, doubted, uneven = dict.fromkeys(groups, 0), 0, 0
    for i, code in kept:
        at: tuple[Any, ...] = (month.index, 1, code, text_in(names[i]), *places[i])
        rows.add_patients(at, patients[i])
        told = {g: total[i] for g, (total, _, _) in groups.items()}
        silent = _silent(told, patients[i]) if month < NA_SINCE else frozenset()
        doubted += bool(silent)
        for group, (_, parts, ages) in groups.items():
            total = Amount(None, None) if group in silent else told[group]
            without[group] += not total.known
            uneven += not add_group(rows, at, group, total, {role: amounts[i] for role, amounts in parts.items()})
            if total.known:
                add_ages(rows, at, group, {band: amounts[i] for band, amounts in ages.items()})
    return rows, _said(without, doubted, uneven)


def _parts(columns: Columns, group: str) -> dict[str, list[Amount]]:
    """The roles of a group; where locums and training stand only together, that sum is one of them."""
    roles = columns.roles(group)
    apart = any(name.startswith(("Locum", "In Training")) for name in roles)
    if group == GP and not apart and columns.has("total locuum trn"):
        roles[LOCUM_OR_TRAINEE] = columns.amounts("total locuum trn")
    return roles


def _silent(told: dict[str, Amount], patients: float | None) -> frozenset[str]:
    """The groups of which a practice before February 2023 seems to have said nothing, though it says 0.

    All of them where all are 0; else the GPs, where a practice with patients has none.
    """
    if all(amount.known and amount.nobody for amount in told.values()):
        return frozenset(told)
    return frozenset({GP}) if told[GP].known and told[GP].nobody and (patients or 0) > 0 else frozenset()


def _said(without: dict[str, int], doubted: int, uneven: int) -> list[str]:
    said = [f"No data on {group} from {counted(n, 'practice')}" for group, n in without.items() if n]
    if doubted:
        said.append(f"0 taken as no data in {counted(doubted, 'practice')}: before February 2023 it may mean either")
    if uneven:
        said.append(f"Roles add up to more than the published total in {counted(uneven, 'practice')}: kept as they are")
    return said


def _not_taken(raw: RawTable, columns: Columns) -> list[str]:
    """Roles that the file has and we do not know: they are in the total, and under "Other or not stated"."""
    of_groups = tuple(f"{stem} " for stem in ("total gp", "total n", "total dpc", "total admin"))
    unknown = [
        h
        for h in raw.headings
        if (p := plain(h)).startswith(of_groups) and p.endswith((" hc", " fte")) and p not in columns.values
    ]
    return [f"{counted(len(unknown), 'column')} of roles not known by name: in the totals alone"] if unknown else []


FORMAT = SourceFormat(
    name="gpw_practice",
    title="General Practice Workforce, practice level (one month)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
