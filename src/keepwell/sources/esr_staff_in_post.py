"""ESR staff in post: who held which post at the end of the month?

One row an assignment, one file a month (or several months in one). The assignment status decides who is
active, paused or left out. People are kept as keyed hashes; names, NI numbers and addresses are dropped on
sight. Several assignments of one person in one organisation become one position: the primary one classifies
the person, FTE is summed over the active ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED
from keepwell.sources.contradictions import refuse_shared_numbers
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.missing_columns import missing_columns
from keepwell.sources.reading import Sheet, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract, states
from keepwell.sources.staff_columns import find_staff_headings, map_columns, staff_fields
from keepwell.sources.staff_months import MONTH_AHEAD
from keepwell.sources.staff_positions import future_month, positions_table

WANTED = (
    "person",
    "assignment",
    "month",
    "organisation",
    "organisation_name",
    "status",
    "primary",
    "fte",
    "contracted_hours",
    "start",
    "birth",
    *CLASSIFIED,
)
TELLING = ("staff_group", "fte", "contracted_hours", "status", "job_role", "band", "contract", "unit")


NO_STATUS = "an assignment status that is not known"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number and two telling fields.

    With a last day in post as well it is one only where a status or a month tells that it is a snapshot.
    """

    def fits(found: Mapping[str, str], sheet: Sheet, row: int) -> bool:
        snapshot = "end" not in found or bool({"status", "month"} & found.keys()) or options.format == FORMAT.name
        return "person" in found and sum(1 for name in TELLING if name in found) >= 2 and snapshot

    return find_staff_headings(sheets, options, fits)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as positions, one row a person, organisation and month.

    Raises FileNotUnderstood for a file without a row that can be used, DecisionNeeded where the month or
    the order of day and month is not told.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED, ("person",)), options, options.today)
    columns = _columns(table)
    rows = _rows_that_count(table, columns)
    if not rows:
        raise nobody_counted(table, "a staff-in-post extract", "nobody in it")
    held = _held(columns, rows)
    refuse_shared_numbers(raw, table.columns.taken["person"], held)
    positions = positions_table(columns, held)
    months = [Month(m) for m in pc.unique(positions["month"]).to_pylist()]
    return Reading(
        tables={"positions": positions},
        organisations=tuple(sorted(pc.unique(positions["organisation"]).to_pylist())),
        first_month=min(months),
        last_month=max(months),
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(rows),
        left_out=table.left_out(),
        remarks=(*raw.remarks, *table.remarks, *table.columns_in_words()),
        decisions=tuple(_decisions(table, months, options)),
        found_columns=dict(table.columns.taken),
    )


def nobody_counted(table: StaffTable, what: str, who: str) -> FileNotUnderstood:
    """The refusal of a file that has the right headings and not one row that can be used."""
    reasons = [f"{counted(len(x.rows), 'row')}: {x.reason}" for x in table.left_out()]
    return FileNotUnderstood(
        f"{table.raw.file} has the headings of {what}, but {who} can be counted.",
        found="; ".join(reasons) or "no rows below the headings",
        attempt="export it again, or name the headings with --column",
    )


def _columns(table: StaffTable) -> dict[str, Sequence[Any]]:
    """Every row as canonical values, by column."""
    organisations, months = table.organisations(), table.months()
    assert table.options.key is not None
    return {
        **table.about_people(),
        "started": table.believable("start", latest=table.today),
        "month": [month and month.index for month in months],
        "organisation": organisations,
        "person": table.people(table.options.key, organisations),
        "state": states(table.text("status")) if "status" in table.columns.taken else [ACTIVE] * table.rows,
        "primary": table.flags("primary"),
        "outside": outside_by_contract(table.text("contract")),
    }


def _rows_that_count(table: StaffTable, columns: Mapping[str, Sequence[Any]]) -> list[int]:
    """Which rows count; the others are complained of by row number."""
    again = set(repeated_rows(table.raw))
    contracts = table.columns.cells(table.raw, "assignment") or [""] * table.rows
    seen: set[tuple[int, str, str]] = set()
    kept = []
    for i, (number, person, month, organisation, state, outside, contract) in enumerate(
        zip(
            table.raw.row_numbers,
            *(columns[name] for name in ("person", "month", "organisation", "state", "outside")),
            contracts,
            strict=True,
        )
    ):
        if number in again:
            table.complain("a repeated row", i)
        elif person is None:
            table.complain("no employee number", i)
        elif month is None:
            table.complain("no month that can be read", i)
        elif not organisation:
            table.complain("no organisation", i)
        elif state is None:
            table.complain(NO_STATUS, i)
        elif state == "excluded":
            table.complain("an assignment status that is not counted (not worked, offer, ended …)", i)
        elif outside:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        elif contract and (month, organisation, contract) in seen:
            table.complain("a second row for the same assignment and month", i)
        else:
            seen.add((month, organisation, contract))
            kept.append(i)
    return kept


def _held(columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> dict[tuple[int, str, str], list[int]]:
    """The rows that count, by month, organisation and person."""
    months, organisations, people = columns["month"], columns["organisation"], columns["person"]
    held: dict[tuple[int, str, str], list[int]] = {}
    for i in rows:
        held.setdefault((months[i], organisations[i], people[i]), []).append(i)
    return held


def _decisions(table: StaffTable, months: list[Month], options: ReadOptions) -> list[Decision]:
    found = missing_columns(table.raw, table.columns, "no-staff-group", "no-fte")
    if strange := table.problems.get(NO_STATUS):
        found.append(
            Decision(
                "unknown-status",
                f"{table.raw.file} has assignment statuses that Keepwell does not know.",
                f"{counted(len(strange), 'row')} under {table.columns.taken['status']} ({rows_named(strange, 3)})",
                "--accept unknown-status leaves these people out; or correct the column",
                blocks=True,
            )
        )
    if max(months).last_day > options.today + MONTH_AHEAD:
        found.append(future_month(table.raw.file, max(months)))
    return found


FORMAT = SourceFormat(
    name="esr_staff_in_post",
    people=True,
    title="ESR staff in post (monthly extract, one row an assignment)",
    published=False,
    about=__doc__ or "",
    needs=("person", "two of: " + ", ".join(TELLING)),
    recognise=recognise,
    read=read,
    headings={name: staff_fields()[name].headings for name in WANTED},
)
