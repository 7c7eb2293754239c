"""A plain staff list: who held which post from when to when?

From any HR system: one row a person or post, with a first and a last day. The list tells nothing of leavers
before the first last day in it, so it is taken as complete from that month on, to the month of its newest
date or the month given with --month.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from keepwell.errors import FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED, POSITIONS
from keepwell.sources.cells import IMPLAUSIBLE_BEFORE
from keepwell.sources.esr_staff_in_post import together
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import Sheet, find_headings, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract
from keepwell.sources.staff_columns import found_fields, map_columns, staff_fields

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


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number, a first and a last day, and no reason for leaving."""

    def is_heading_row(cells: Sequence[str]) -> bool:
        found = found_fields(cells, options)
        return {"person", "start", "end"} <= found.keys() and not {"reason", "destination", "status"} & found.keys()

    for sheet in sheets:
        row = find_headings(sheet, is_heading_row)
        if row is not None:
            return Match(sheet, row)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The list as positions at each month's end of the time for which it is complete.

    In post at a month's end: started by then, and the last day in post lies after it. Raises
    FileNotUnderstood for a list without a post that can be counted.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED), options, options.today)
    posts = _posts(table)
    if not posts:
        raise FileNotUnderstood(
            f"{file} has the headings of a staff list, but no post in it can be counted.",
            found="; ".join(f"{len(x.rows):,} rows: {x.reason}" for x in table.left_out()) or "no rows",
            attempt="export it again, or name the headings with --column",
        )
    first, last = _complete(posts, options)
    rows = pa.Table.from_pylist(_positions(posts, first, last), schema=POSITIONS)
    return Reading(
        tables={"positions": rows},
        organisations=tuple(sorted({str(p["organisation"]) for p in posts})),
        first_month=first,
        last_month=last,
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(posts),
        left_out=table.left_out(),
        remarks=(
            *raw.remarks,
            *table.remarks,
            f"Taken as complete from {first} (the first last day in it) to {last} (its newest date, or --month)",
            *table.columns_in_words(),
        ),
        found_columns=dict(table.columns.taken),
    )


def _posts(table: StaffTable) -> list[dict[str, object]]:
    organisations = table.organisations()
    key = table.options.key
    assert key is not None
    people = table.people(key, organisations)
    last_days = table.days("end", latest=table.today + FAR_AHEAD)
    outside = outside_by_contract(table.text("contract"))
    about = table.about_people()
    again = set(repeated_rows(table.raw))
    posts = []
    for i, number in enumerate(table.raw.row_numbers):
        person, start, last_day = people[i], about[i]["started"], last_days[i]
        if number in again:
            table.complain("a repeated row", i)
        elif person is None:
            table.complain("no person's number", i)
        elif not isinstance(start, dt.date) or start < IMPLAUSIBLE_BEFORE:
            table.complain("no start date that can be believed", i)
        elif last_day is not None and last_day < start:
            table.complain("ends before it starts", i)
        elif start > table.today:
            table.complain("starts in the future", i)
        elif not organisations[i]:
            table.complain("no organisation", i)
        elif outside[i]:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        else:
            posts.append(about[i] | {"organisation": organisations[i], "person": person, "last_day": last_day})
    return posts


def _complete(posts: list[dict[str, object]], options: ReadOptions) -> tuple[Month, Month]:
    """First and last month's end at which the list shows everybody.

    Ends that lie ahead are plans, not news: they say nothing of when the list was made.
    """
    ends = [d for p in posts if isinstance(d := p["last_day"], dt.date) and d <= options.today]
    starts = [d for p in posts if isinstance(d := p["started"], dt.date)]
    last = options.month or Month.of(max([*starts, *ends])) + -1
    first = Month.of(min(ends)) + -1 if ends else last
    return max(min(first, last), last + (1 - MOST_MONTHS)), last


def _positions(posts: list[dict[str, object]], first: Month, last: Month) -> list[dict[str, object]]:
    """Each post at each month's end at which it was held; posts held together are one position."""
    held: dict[tuple[int, object, object], list[dict[str, object]]] = {}
    for post in posts:
        start, last_day = post["started"], post["last_day"]
        assert isinstance(start, dt.date)
        from_month = max(first.index, Month.of(start).index)
        to_month = min(last.index, Month.of(last_day).index - 1 if isinstance(last_day, dt.date) else last.index)
        for month in range(from_month, to_month + 1):
            held.setdefault((month, post["organisation"], post["person"]), []).append(post)
    return [together(at_once) | {"month": month, "state": ACTIVE} for (month, _, _), at_once in held.items()]


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
