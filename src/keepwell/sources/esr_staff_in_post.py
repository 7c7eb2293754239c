"""ESR staff in post: who held which post at the end of the month?

One row an assignment, one file a month (or several months in one). The assignment status decides who is
active, paused or left out. People are kept as keyed hashes; names, NI numbers and addresses are dropped on
sight. Several assignments of one person in one organisation become one position: the primary one classifies
the person, FTE is summed over the active ones.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from keepwell.errors import FileNotUnderstood, rows_named
from keepwell.periods import Month
from keepwell.records.staff import ACTIVE, CLASSIFIED, PAUSED, POSITIONS
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import Sheet, find_headings, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract, states
from keepwell.sources.staff_columns import found_fields, map_columns, staff_fields

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


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number and two telling fields, and no day on which the person left."""

    def is_heading_row(cells: Sequence[str]) -> bool:
        found = found_fields(cells, options)
        telling = sum(1 for name in TELLING if name in found)
        return "person" in found and telling >= 2 and "end" not in found

    for sheet in sheets:
        row = find_headings(sheet, is_heading_row)
        if row is not None:
            return Match(sheet, row)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as positions, one row a person, organisation and month.

    Raises FileNotUnderstood for a file without a row that can be used, DecisionNeeded where the month or
    the order of day and month is not told.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED), options, options.today)
    assignments = _assignments(table)
    positions = _positions(assignments)
    if not positions:
        raise FileNotUnderstood(
            f"{file} has the headings of a staff-in-post extract, but nobody in it can be counted.",
            found="; ".join(f"{len(x.rows):,} rows: {x.reason}" for x in table.left_out()) or "no rows",
            attempt="export it again, or name the headings with --column",
        )
    rows = pa.Table.from_pylist(positions, schema=POSITIONS)
    months = [Month(m) for m in pc.unique(rows["month"]).to_pylist()]
    return Reading(
        tables={"positions": rows},
        organisations=tuple(sorted(set(rows["organisation"].to_pylist()))),
        first_month=min(months),
        last_month=max(months),
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(assignments),
        left_out=table.left_out(),
        remarks=(*raw.remarks, *table.remarks, *table.columns_in_words()),
        decisions=tuple(_decisions(table, months, options)),
        found_columns=dict(table.columns.taken),
    )


def _assignments(table: StaffTable) -> list[dict[str, object]]:
    """Every row that counts, as canonical values; the others complained of by row number."""
    organisations, months = table.organisations(), table.months()
    key = table.options.key
    assert key is not None
    people = table.people(key, organisations)
    state_of = states(table.text("status")) if "status" in table.columns.taken else [ACTIVE] * table.rows
    outside = outside_by_contract(table.text("contract"))
    about = table.about_people()
    primary = table.flags("primary")
    again = set(repeated_rows(table.raw))
    contracts = table.columns.cells(table.raw, "assignment") or [""] * table.rows
    seen: set[tuple[object, str, str]] = set()
    kept: list[dict[str, object]] = []
    for i, number in enumerate(table.raw.row_numbers):
        person, month, state = people[i], months[i], state_of[i]
        if number in again:
            table.complain("a repeated row", i)
        elif person is None:
            table.complain("no employee number", i)
        elif month is None:
            table.complain("no month that can be read", i)
        elif not organisations[i]:
            table.complain("no organisation", i)
        elif state is None:
            table.complain("an assignment status that is not known", i)
        elif state == "excluded":
            table.complain("an assignment status that is not counted (not worked, offer, ended …)", i)
        elif outside[i]:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        elif contracts[i] and (month, organisations[i], contracts[i]) in seen:
            table.complain("a second row for the same assignment and month", i)
        else:
            seen.add((month, organisations[i], contracts[i]))
            kept.append(
                about[i]
                | {
                    "month": month.index,
                    "organisation": organisations[i],
                    "person": person,
                    "state": state,
                    "primary": primary[i],
                }
            )
    return kept


def _positions(assignments: list[dict[str, object]]) -> list[dict[str, object]]:
    """Assignments of one person, organisation and month put together."""
    held: dict[tuple[object, object, object], list[dict[str, object]]] = {}
    for assignment in assignments:
        held.setdefault((assignment["month"], assignment["organisation"], assignment["person"]), []).append(assignment)
    return [together(posts) for posts in held.values()]


def together(posts: list[dict[str, object]]) -> dict[str, object]:
    """One position from the posts a person holds: classified by the primary active one, FTE summed.

    Without a primary flag the post with the most FTE classifies. Somebody with any active post is active.
    """
    if len(posts) == 1:
        return posts[0]
    active = [p for p in posts if p.get("state", ACTIVE) == ACTIVE]
    counted = active or posts
    first = max(counted, key=lambda p: (p.get("primary") is True, p["fte"] or 0.0))
    hours = [p["fte"] for p in counted if isinstance(p["fte"], float)]
    return first | {"state": ACTIVE if active else PAUSED, "fte": sum(hours) if hours else None}


def _decisions(table: StaffTable, months: list[Month], options: ReadOptions) -> list[Decision]:
    found = []
    if strange := table.problems.get("an assignment status that is not known"):
        found.append(
            Decision(
                "unknown-status",
                f"{table.raw.file} has assignment statuses that Keepwell does not know.",
                f"{len(strange):,} rows under {table.columns.taken['status']} ({rows_named(strange, 3)})",
                "--accept unknown-status leaves these people out; or correct the column",
                blocks=True,
            )
        )
    ahead = [m for m in months if m.last_day > options.today + dt.timedelta(days=31)]
    if ahead:
        found.append(
            Decision(
                "future-month",
                f"{table.raw.file} is dated in the future.",
                f"{max(ahead)}",
                "check the order of day and month; --accept future-month if it is right",
                blocks=True,
            )
        )
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
