"""General practice by fiscal year: what was the mean of the months, practice by practice?

A panel that others made of the practice-level files: one row a practice and fiscal year (April to March, named by
the year in which it ends), each number the mean of the months that had data, to one decimal. Locums and GPs
in training stand together, salaried GPs and retainers only in what partners leave of the permanent
fully qualified GPs. Not to be set beside figures of a month's end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.general_practice import BY_ROLE, GP, TOTAL
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.gpw_practice import practices
from keepwell.sources.ods_cells import FieldTable, match_headings, text_in
from keepwell.sources.practice_cells import (
    LOCUM_OR_TRAINEE,
    PLACE_HEADINGS,
    SALARIED_OR_RETAINER,
    Amount,
    Columns,
    Rows,
    add_group,
    ahead,
    left_over,
    places_of,
    totals,
)
from keepwell.sources.reading import RawTable, Sheet, map_distinct, table_below

HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "organisation": ("practice code", "prac code"),
    "organisation_name": ("practice name", "prac name"),
    "year": ("year", "fiscal year", "financial year"),
    **PLACE_HEADINGS,
    "patients": ("total patients",),
    "permanent_fte": ("total gp extgl fte",),
    "locum_or_trainee_fte": ("total locuum trn fte",),
}
NEEDED: Final = ("organisation", "year", "patients", "permanent_fte", "locum_or_trainee_fte")
PERMANENT, LOCUUM = "total gp extgl", "total locuum trn"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A row of headings with practice, year, and the two parts of the GPs; no total of GPs of one month."""
    return match_headings(sheets, HEADINGS, NEEDED, options)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as practice_staff and practice_patients, 12 months in each row.

    Raises FileNotUnderstood for a year or a cell that is none, and for a practice told twice in a year.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = FieldTable.of(raw, HEADINGS, options)
    kept, left_out = practices(raw, table, "year")
    months = _months(raw, table)
    rows, said = _rows(table, Columns.of(raw), months, kept)
    used = sorted({months[i] for i, _ in kept})
    return Reading(
        tables=rows.tables(),
        organisations=tuple(sorted({code for _, code in kept})),
        first_month=used[0],
        last_month=used[-1],
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(kept),
        left_out=tuple(left_out),
        remarks=(*raw.remarks, *said),
        decisions=tuple(ahead(file, used[-1], options)),
        found_columns=dict(table.found),
    )


def _months(raw: RawTable, table: FieldTable) -> list[Month]:
    """The March of each year. Raises FileNotUnderstood for a cell that is no year."""
    march = Month.parse("2000-03")

    def last_month(cell: str) -> Month | None:
        year = cell.strip().removesuffix(".0")
        return march + 12 * (int(year) - 2000) if year.isdigit() and 2010 <= int(year) <= 2200 else None

    months = map_distinct(table.cells("year"), last_month)
    bad = [n for n, month in zip(raw.row_numbers, months, strict=True) if month is None]
    if bad:
        raise FileNotUnderstood(
            f"{raw.file} has cells in {table.found['year']} that are not years.",
            found=rows_named(bad),
            attempt="write the year in which the fiscal year ends: 2024 for April 2023 to March 2024",
        )
    return [month for month in months if month is not None]


def _rows(
    table: FieldTable, columns: Columns, months: Sequence[Month], kept: Sequence[tuple[int, str]]
) -> tuple[Rows, list[str]]:
    rows, places, names = Rows(), places_of(table), table.cells("organisation_name")
    patients = columns.values["total patients"]
    permanent, both = columns.amounts(PERMANENT), columns.amounts(LOCUUM)
    partners = [columns.roles(GP)[role] for role in columns.roles(GP)]
    partner_names = list(columns.roles(GP))
    others = {g: (columns.amounts(stem), columns.roles(g)) for g, stem in totals().items() if g != GP}
    without, uneven = dict.fromkeys(totals(), 0), 0
    for i, code in kept:
        at: tuple[Any, ...] = (months[i].index, 12, code, text_in(names[i]), *places[i])
        rows.add_patients(at, patients[i])
        parts = {name: amounts[i] for name, amounts in zip(partner_names, partners, strict=True)}
        uneven += _add_gps(rows, at, permanent[i], both[i], parts)
        without[GP] += not permanent[i].known
        for group, (total, roles) in others.items():
            add_group(rows, at, group, total[i], {role: amounts[i] for role, amounts in roles.items()})
            without[group] += not total[i].known
    said = [f"No data on {group} in {counted(n, 'row')}" for group, n in without.items() if n]
    said.append("GPs are the permanent fully qualified ones and, together, locums and those in training")
    if uneven:
        said.append(f"Rounding: in {counted(uneven, 'row')} partners exceed all permanent GPs; kept as they are")
    return rows, said


def _add_gps(rows: Rows, at: Sequence[Any], permanent: Amount, both: Amount, partners: dict[str, Amount]) -> bool:
    """One practice's GPs; what partners leave of the permanent ones are salaried GPs and retainers.

    True where partners exceed all permanent ones: rounded means need not add up, and stay as they are.
    """
    rows.add(at, TOTAL, GP, NOT_KNOWN, NOT_KNOWN, _sum(permanent, both))
    if not permanent.known:
        return False
    rest = left_over(permanent, partners.values())
    for role, amount in (*partners.items(), (SALARIED_OR_RETAINER, rest), (LOCUM_OR_TRAINEE, both)):
        if not amount.nobody:
            rows.add(at, BY_ROLE, GP, role, NOT_KNOWN, amount)
    return (rest.fte or 0.0) < 0


def _sum(first: Amount, second: Amount) -> Amount:
    def added(a: float | None, b: float | None) -> float | None:
        return None if a is None or b is None else round(math.fsum((a, b)), 6)

    return Amount(added(first.headcount, second.headcount), added(first.fte, second.fte))


FORMAT = SourceFormat(
    name="gp_practice_year",
    title="General practice by practice and fiscal year (means of months)",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
)
