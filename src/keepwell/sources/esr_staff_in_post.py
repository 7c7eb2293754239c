"""ESR staff in post: who held which post at the end of the month?

One row an assignment, one file a month (or several months in one). The assignment status decides who is
active, paused or left out. People are kept as keyed hashes; names, NI numbers and addresses are dropped on
sight. Several assignments of one person in one organisation become one position: the primary one classifies
the person, FTE is summed over the active ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED
from keepwell.sources.coded import Coded, Mask, all_differ, numbered_together
from keepwell.sources.contradictions import refuse_shared_numbers
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.missing_columns import missing_columns
from keepwell.sources.reading import Sheet, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract, states
from keepwell.sources.staff_columns import find_staff_headings, is_personal, map_columns, staff_fields
from keepwell.sources.staff_months import MONTH_AHEAD
from keepwell.sources.staff_positions import Places, Posts, future_month, positions_of

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
    raw = table_below(file, match.sheet, match.heading_row or 0, unread=is_personal)
    table = StaffTable(raw, map_columns(raw, options, WANTED, ("person",)), options, options.today)
    columns = _columns(table)
    rows = _rows_that_count(table, columns)
    if not len(rows):
        raise nobody_counted(table, "a staff-in-post extract", "nobody in it")
    posts = Posts.of(columns, rows)
    if posts.some_are_shared(columns):
        refuse_shared_numbers(raw, table.columns.taken["person"], posts.held(columns))
    positions = positions_of(columns, posts)
    months = [Month(m) for m in columns["month"].rows(rows).values]
    return Reading(
        tables={"positions": positions},
        organisations=tuple(sorted(columns["organisation"].rows(rows).values)),
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


def _columns(table: StaffTable) -> dict[str, Coded[Any]]:
    """Every row as canonical values, by column."""
    organisations, months = table.organisations(), table.months()
    assert table.options.key is not None
    known = "status" in table.columns.taken
    return {
        **table.about_people(),
        "started": table.believable("start", latest=table.today),
        "month": months.map(lambda month: month and month.index),
        "organisation": organisations,
        "person": table.people(table.options.key, organisations),
        "state": states(table.text("status")) if known else Coded.same(ACTIVE, table.rows),
        "primary": table.flags("primary"),
        "outside": outside_by_contract(table.text("contract")),
    }


def _rows_that_count(table: StaffTable, columns: Mapping[str, Coded[Any]]) -> Places:
    """Which rows count; the others are complained of by row number."""
    state = columns["state"]
    reasons = {
        "a repeated row": _among(table, repeated_rows(table.raw)),
        "no employee number": columns["person"].is_none(),
        "no month that can be read": columns["month"].is_none(),
        "no organisation": columns["organisation"].says(""),
        NO_STATUS: state.is_none(),
        "an assignment status that is not counted (not worked, offer, ended …)": state.says("excluded"),
        "bank, honorary or non-executive, not staff in post": columns["outside"].where(bool),
    }
    again = _second_rows(table, columns, ~np.any(list(reasons.values()), axis=0))
    counted = table.complain_of({**reasons, "a second row for the same assignment and month": again})
    return np.flatnonzero(counted).astype(np.int32)


def _among(table: StaffTable, numbers: list[int]) -> Mask:
    """Which rows have one of these row numbers."""
    return np.isin(np.asarray(table.raw.row_numbers), numbers) if numbers else np.zeros(table.rows, np.bool_)


def _second_rows(table: StaffTable, columns: Mapping[str, Coded[Any]], sound: Mask) -> Mask:
    """Which of the sound rows are of an assignment and month that an earlier one is of."""
    contracts = table.columns.coded(table.raw, "assignment") or Coded.same("", table.rows)
    told = np.flatnonzero(sound & ~contracts.says("")).astype(np.int32)
    keys = numbered_together([columns["month"], columns["organisation"], contracts], told)
    again = np.zeros(table.rows, np.bool_)
    if not all_differ(keys):
        again[np.delete(told, np.unique(keys, return_index=True)[1])] = True
    return again


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
