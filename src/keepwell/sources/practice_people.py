"""Who are the people in a general practice file of one row a person and role?

Shared by the individual-level file of practices and that of primary care networks.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.general_practice import (
    COLLECTED,
    CONTRACTED,
    ESTIMATED,
    PRACTICE_PEOPLE,
    age_band_named,
    role_group_of,
    staff_group_named,
)
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.cells import CellNotUnderstood, is_missing, read_number
from keepwell.sources.contradictions import refuse_shared_numbers
from keepwell.sources.formats import Match, Reading, ReadOptions
from keepwell.sources.ods_cells import FieldTable, text_in
from keepwell.sources.practice_cells import PLACE_HEADINGS, ahead, month_told, places_of
from keepwell.sources.reading import LeftOut, RawTable, map_distinct, plain, table_below

PEOPLE_HEADINGS: Final[dict[str, tuple[str, ...]]] = {
    "person": ("unique identifier", "unique id"),
    "staff_group": ("staff group",),
    "role": ("staff role",),
    "fte": ("fte",),
    "detailed_role": ("detailed staff role",),
    "data_source": ("data source",),
    "sex": ("gender", "sex"),
    "age_band": ("age band",),
    "country_group": ("country qualification group",),
    "year": ("census year", "year", "snapshot year"),
    "month": ("census month", "month", "snapshot month"),
    **PLACE_HEADINGS,
}
NOT_SAID: Final = frozenset({"not stated", "not known", "unknown", "nk"})
FTE_ALONE_OUT: Final = "FTE that is no number or below zero"


def people_of(file: str, match: Match, options: ReadOptions, headings: Mapping[str, tuple[str, ...]], lowest: str,
              example: str) -> Reading:  # fmt: skip
    """The file as practice_people, one row a person, role and place.

    `lowest` is the place field that stands for the organisation. Raises FileNotUnderstood for a file without a
    row that can be used, or whose identifier does not tell people apart; DecisionNeeded where nothing says the
    month.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = FieldTable.of(raw, headings, options)
    month, remarks = month_told(raw, table, options, example)
    columns = _columns(table, lowest)
    kept, left_out = _kept(raw, table, columns)
    _refuse_shared(raw, table, columns, kept, month)
    people = _table(columns, kept, month)
    return Reading(
        tables={"practice_people": people},
        organisations=tuple(sorted(set(people["organisation"].to_pylist()))),
        first_month=month,
        last_month=month,
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(kept),
        left_out=tuple(left_out),
        remarks=(*raw.remarks, *remarks, *_said(columns, kept)),
        decisions=tuple(ahead(file, month, options)),
        found_columns=dict(table.found),
    )


def _columns(table: FieldTable, lowest: str) -> dict[str, list[object]]:
    """Every row as canonical values, by column."""
    places = places_of(table)
    columns: dict[str, list[object]] = {
        name: [place[i] for place in places] for i, name in enumerate(PRACTICE_PEOPLE.names[3:11])
    }
    columns["organisation"], columns["organisation_name"] = columns[lowest], columns[f"{lowest}_name"]
    columns["data_source"] = list(map_distinct(table.cells("data_source"), _source))
    columns["person"] = [
        None if is_missing(cell) or source != COLLECTED else cell.strip().removesuffix(".0")
        for cell, source in zip(table.cells("person"), columns["data_source"], strict=True)
    ]
    columns["staff_group"] = list(map_distinct(table.cells("staff_group"), staff_group_named))
    columns["role"] = [text_in(cell) or NOT_KNOWN for cell in table.cells("role")]
    columns["detailed_role"] = [text_in(cell) or NOT_KNOWN for cell in table.cells("detailed_role")]
    pairs = zip(columns["staff_group"], columns["role"], columns["detailed_role"], strict=True)
    kinds = [role_group_of(str(g), f"{role} {detailed}") for g, role, detailed in pairs]
    columns["role_group"] = [kind.name for kind in kinds]
    columns["fully_qualified"] = [kind.fully_qualified for kind in kinds]
    columns["sex"] = list(map_distinct(table.cells("sex"), _sex))
    columns["age_band"] = list(map_distinct(table.cells("age_band"), age_band_named))
    columns["country_group"] = list(map_distinct(table.cells("country_group"), _said_or_not_known))
    columns["fte"] = list(map_distinct(table.cells("fte"), _fte))
    return columns


def _source(cell: str) -> str:
    words = plain(cell)
    return ESTIMATED if "estimate" in words else CONTRACTED if "contracted" in words else COLLECTED


def _sex(cell: str) -> str:
    return {"f": "Female", "m": "Male"}.get(plain(cell)[:1], NOT_KNOWN) if not is_missing(cell) else NOT_KNOWN


def _said_or_not_known(cell: str) -> str:
    text = text_in(cell)
    return NOT_KNOWN if text is None or plain(text) in NOT_SAID else text


def _fte(cell: str) -> float | None:
    """The FTE of a cell, nan where it is none; None where it is missing."""
    try:
        value = read_number(cell)
    except CellNotUnderstood:
        return float("nan")
    return value if value is None or value >= 0 else float("nan")


def _kept(raw: RawTable, table: FieldTable, columns: Mapping[str, Sequence[object]]) -> tuple[list[int], list[LeftOut]]:
    """The rows that count, and the others with the reason."""
    kept: list[int] = []
    out: dict[str, list[int]] = {}
    for i, number in enumerate(raw.row_numbers):
        fte, place = columns["fte"][i], columns["organisation"][i]
        if isinstance(fte, float) and math.isnan(fte):
            out.setdefault(FTE_ALONE_OUT, []).append(number)
        elif place is None:
            out.setdefault("no place", []).append(number)
        elif columns["person"][i] is None and columns["data_source"][i] == COLLECTED:
            out.setdefault("no identifier, and neither estimated nor contracted", []).append(number)
        else:
            kept.append(i)
    bad = out.get(FTE_ALONE_OUT, [])
    if 2 * len(bad) > len(raw.row_numbers) or not kept:
        raise FileNotUnderstood(
            f"{raw.file} has the headings of people in general practice, but nobody can be counted.",
            found=f"{counted(len(kept), 'row')} that can be used of {len(raw.row_numbers):,}; "
            f"{rows_named(bad, 3)} with an FTE that is none"
            if bad
            else f"{len(raw.row_numbers):,} rows, none usable",
            attempt=f"download the file again; {table.found['fte']} must hold numbers such as 0.8",
        )
    return kept, [*raw.left_out, *(LeftOut(reason, rows) for reason, rows in out.items())]


def _refuse_shared(
    raw: RawTable, table: FieldTable, columns: Mapping[str, Sequence[object]], kept: Sequence[int], month: Month
) -> None:
    held: dict[tuple[int, str, str], list[int]] = {}
    for i in kept:
        if columns["person"][i] is not None:
            held.setdefault((month.index, "all", str(columns["person"][i])), []).append(i)
    refuse_shared_numbers(raw, table.found["person"], held)


def _table(columns: Mapping[str, Sequence[object]], kept: Sequence[int], month: Month) -> pa.Table:
    cells = {name: [columns[name][i] for i in kept] for name in PRACTICE_PEOPLE.names if name != "month"}
    return pa.table({"month": [month.index] * len(kept), **cells}, schema=PRACTICE_PEOPLE)


def _said(columns: Mapping[str, Sequence[object]], kept: Sequence[int]) -> list[str]:
    """How many rows are no people, and how many people have several rows."""
    said = []
    for source, why in ((ESTIMATED, "stand for staff of practices without data"),
                        (CONTRACTED, "are hours bought from somebody else")):  # fmt: skip
        rows = [i for i in kept if columns["data_source"][i] == source]
        if rows:
            said.append(f"{counted(len(rows), 'row')} marked {source}: {why}, no people; their FTE is kept apart")
    people = [columns["person"][i] for i in kept if columns["person"][i] is not None]
    if len(set(people)) < len(people):
        said.append(
            f"{counted(len(set(people)), 'person', 'people')} in {len(people):,} rows: some work in several roles or places"
        )
    strange = sum(1 for i in kept if columns["staff_group"][i] == "GP" and columns["role_group"][i] == NOT_KNOWN)
    if strange:
        said.append(
            f"{counted(strange, 'row')} of GPs in roles not known by name: neither partner, salaried, locum nor trainee"
        )
    return said
