"""A plain staff list: who held which post from when to when?

From any HR system: one row a person or post, with a first and a last day. The list tells nothing of leavers
before the first last day in it, so it is taken as complete from that month on, to the month of its newest
date or the month given with --month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow.compute as pc

from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED
from keepwell.sources.cells import IMPLAUSIBLE_BEFORE
from keepwell.sources.coded import Coded
from keepwell.sources.contradictions import refuse_shared_numbers, refuse_unreadable
from keepwell.sources.esr_leavers import lists_people_in_post
from keepwell.sources.esr_staff_in_post import nobody_counted
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.missing_columns import missing_columns
from keepwell.sources.reading import Sheet, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract
from keepwell.sources.staff_columns import find_staff_headings, map_columns, staff_fields
from keepwell.sources.staff_positions import positions_table

WANTED = (
    "person",
    "start",
    "end",
    "organisation",
    "organisation_name",
    "fte",
    "contracted_hours",
    "birth",
    *CLASSIFIED,
)
MOST_MONTHS = 121
FAR_AHEAD = dt.timedelta(days=40 * 365)


NEEDED = ("person", "start", "end")
AHEAD = "starts in the future"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number, a first and a last day.

    With a reason for leaving as well only where many have no last day; with a status or a month it is a snapshot.
    """

    def fits(found: Mapping[str, str], sheet: Sheet, row: int) -> bool:
        if not found.keys() >= set(NEEDED):
            return False
        if options.format == FORMAT.name:
            return True
        why = {"reason", "destination"} & found.keys()
        snapshot = {"status", "month"} & found.keys()
        return not snapshot and (not why or lists_people_in_post(sheet, row, found))

    return find_staff_headings(sheets, options, fits)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The list as positions at each month's end of the time for which it is complete.

    In post at a month's end: started by then, and the last day in post lies after it. Raises
    FileNotUnderstood for a list without a post that can be counted.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED, NEEDED), options, options.today)
    columns = _columns(table)
    rows = _rows_that_count(table, columns)
    refuse_unreadable(raw, table.columns.taken["start"], "start", table.problems.get(AHEAD, []), AHEAD)
    first, last = _complete(columns, rows, options) if rows else (Month(0), Month(0))
    held = _held(columns, rows, first, last)
    if not held:
        raise nobody_counted(table, "a staff list", "no post in it")
    refuse_shared_numbers(raw, table.columns.taken["person"], held)
    positions = positions_table(columns, held)
    return Reading(
        tables={"positions": positions},
        organisations=tuple(sorted(pc.unique(positions["organisation"]).to_pylist())),
        first_month=first,
        last_month=last,
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(rows),
        left_out=table.left_out(),
        remarks=(
            *raw.remarks,
            *table.remarks,
            f"Taken as complete from {first} (the first last day in it) to {last} (its newest date, or --month)",
            *table.columns_in_words(),
        ),
        decisions=tuple(missing_columns(raw, table.columns, "no-staff-group", "no-fte")),
        found_columns=dict(table.columns.taken),
    )


def _columns(table: StaffTable) -> dict[str, Sequence[Any]]:
    """Every row as canonical values, by column."""
    organisations = table.organisations()
    assert table.options.key is not None
    coded: dict[str, Coded[Any]] = {
        **table.about_people(),
        "started": table.days("start", latest=table.today),
        "last_day": table.days("end", latest=table.today + FAR_AHEAD),
        "organisation": organisations,
        "person": table.people(table.options.key, organisations),
        "state": Coded.same(ACTIVE, table.rows),
        "primary": Coded.same(None, table.rows),
        "outside": outside_by_contract(table.text("contract")),
    }
    return {name: column.each() for name, column in coded.items()}


def _rows_that_count(table: StaffTable, columns: Mapping[str, Sequence[Any]]) -> list[int]:
    """Which rows count; the others are complained of by row number."""
    again = set(repeated_rows(table.raw))
    kept = []
    for i, number in enumerate(table.raw.row_numbers):
        start, last_day = columns["started"][i], columns["last_day"][i]
        if number in again:
            table.complain("a repeated row", i)
        elif columns["person"][i] is None:
            table.complain("no person's number", i)
        elif start is None or start < IMPLAUSIBLE_BEFORE:
            table.complain("no start date that can be believed", i)
        elif last_day is not None and last_day < start:
            table.complain("ends before it starts", i)
        elif start > table.today:
            table.complain(AHEAD, i)
        elif not columns["organisation"][i]:
            table.complain("no organisation", i)
        elif columns["outside"][i]:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        else:
            kept.append(i)
    return kept


def _complete(columns: Mapping[str, Sequence[Any]], rows: Sequence[int], options: ReadOptions) -> tuple[Month, Month]:
    """First and last month's end at which the list shows everybody.

    Ends that lie ahead are plans, not news: they say nothing of when the list was made.
    """
    ends = [day for i in rows if (day := columns["last_day"][i]) is not None and day <= options.today]
    newest = max([*(columns["started"][i] for i in rows), *ends])
    last = options.month or Month.of(newest) + -1
    first = Month.of(min(ends)) + -1 if ends else last
    return max(min(first, last), last + (1 - MOST_MONTHS)), last


def _held(
    columns: Mapping[str, Sequence[Any]], rows: Sequence[int], first: Month, last: Month
) -> dict[tuple[int, str, str], list[int]]:
    """The posts held at each month's end, by month, organisation and person."""
    held: dict[tuple[int, str, str], list[int]] = {}
    for i in rows:
        last_day = columns["last_day"][i]
        from_month = max(first.index, Month.of(columns["started"][i]).index)
        to_month = min(last.index, Month.of(last_day).index - 1 if last_day else last.index)
        for month in range(from_month, to_month + 1):
            held.setdefault((month, columns["organisation"][i], columns["person"][i]), []).append(i)
    return held


FORMAT = SourceFormat(
    name="staff_list",
    title="Staff list from any HR system (one row a person or post, with first and last day)",
    published=False,
    about=__doc__ or "",
    needs=("person", "start", "end"),
    recognise=recognise,
    read=read,
    headings={name: staff_fields()[name].headings for name in WANTED},
    people=True,
)
