"""ESR leavers: who left on which day, why, and where to?

One row an ended employment: last day in post, reason, destination. Reasons are brought to the values of ESR
whatever their dashes, case or spelling. Leavers are entered late, so the newest three months are provisional;
a later extract is taken for every month that it covers, and the load says what it revised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from keepwell.content import normalise_destination, normalise_reason
from keepwell.errors import counted, rows_named
from keepwell.periods import Month
from keepwell.records.staff import CLASSIFIED, LEAVERS, NOT_KNOWN
from keepwell.sources.cells import IMPLAUSIBLE_BEFORE, OPEN_ENDED, is_missing
from keepwell.sources.coded import Coded
from keepwell.sources.contradictions import PEOPLE_IN_LEAVINGS, refuse_shared_numbers
from keepwell.sources.esr_staff_in_post import nobody_counted
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.missing_columns import missing_columns
from keepwell.sources.reading import Sheet, map_distinct, plain, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract
from keepwell.sources.staff_columns import find_staff_headings, map_columns, staff_fields
from keepwell.sources.staff_positions import sum_known, taken_rows

WANTED = (
    "person",
    "organisation",
    "organisation_name",
    "end",
    "reason",
    "destination",
    "fte",
    "contracted_hours",
    "start",
    "birth",
    *CLASSIFIED,
)
NOT_RECOGNISED = "Not recognised"


NEEDED = ("person", "end")
STILL_HERE = 1 / 3
"""More rows than that without a last day are people in post: then the file is a list of all staff."""


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number, a last day and a reason or a destination, and below it people who left."""

    def fits(found: Mapping[str, str], sheet: Sheet, row: int) -> bool:
        why = bool({"reason", "destination"} & found.keys())
        if not why or not found.keys() >= set(NEEDED):
            return False
        return options.format == FORMAT.name or "start" not in found or not lists_people_in_post(sheet, row, found)

    return find_staff_headings(sheets, options, fits)


def lists_people_in_post(sheet: Sheet, heading_row: int, found: Mapping[str, str]) -> bool:
    """Whether a third of the rows below the headings have a person and no last day in post."""
    headings = [plain(cell) for cell in sheet.rows[heading_row]]
    who, end = headings.index(found["person"]), headings.index(found["end"])
    ends = [row[end] for row in sheet.rows[heading_row + 1 :] if len(row) > max(who, end) and row[who]]
    open_ended = {str(day.year) for day in OPEN_ENDED}
    without = sum(1 for cell in ends if is_missing(cell) or any(year in cell for year in open_ended))
    return without > STILL_HERE * len(ends)


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as leavers, one row a person, organisation and last day in post.

    Raises FileNotUnderstood for a file without a leaver that can be counted.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED, NEEDED), options, options.today)
    columns = _columns(table)
    rows = _rows_that_count(table, columns)
    if not rows:
        raise nobody_counted(table, "a leavers extract", "no leaver in it")
    refuse_shared_numbers(raw, table.columns.taken["person"], _leavings(columns, rows), PEOPLE_IN_LEAVINGS)
    leavers = _leavers(columns, rows)
    months = [Month(m) for m in set(leavers["month"].to_pylist())]
    return Reading(
        tables={"leavers": leavers},
        organisations=tuple(sorted(set(leavers["organisation"].to_pylist()))),
        first_month=min(months),
        last_month=max([*months, *([options.month] if options.month else [])]),
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(rows),
        left_out=table.left_out(),
        remarks=(*raw.remarks, *table.remarks, *table.columns_in_words()),
        decisions=tuple(missing_columns(raw, table.columns, "no-reason")),
        found_columns=dict(table.columns.taken),
    )


def _columns(table: StaffTable) -> dict[str, Sequence[Any]]:
    """Every row as canonical values, by column."""
    organisations = table.organisations()
    assert table.options.key is not None
    about, why = table.about_people(), _why(table)
    coded: dict[str, Coded[Any]] = {
        **about,
        "started": table.believable("start", latest=table.today),
        "left": table.days("end", latest=table.today + dt.timedelta(days=366)),
        "organisation": organisations,
        "person": table.people(table.options.key, organisations),
        "outside": outside_by_contract(table.text("contract")),
    }
    return {**{name: column.each() for name, column in coded.items()}, **why}


def _rows_that_count(table: StaffTable, columns: Mapping[str, Sequence[Any]]) -> list[int]:
    """Which rows count; the others are complained of by row number."""
    again = set(repeated_rows(table.raw))
    kept = []
    for i, number in enumerate(table.raw.row_numbers):
        left, started = columns["left"][i], columns["started"][i]
        if number in again:
            table.complain("a repeated row", i)
        elif columns["person"][i] is None:
            table.complain("no employee number", i)
        elif left is None:
            table.complain("no leaving date", i)
        elif left > table.today:
            table.complain("a leaving date in the future: not yet left", i)
        elif left < IMPLAUSIBLE_BEFORE or (started and left < started):
            table.complain("a leaving date before the start, or before 1930", i)
        elif not columns["organisation"][i]:
            table.complain("no organisation", i)
        elif columns["outside"][i]:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        else:
            kept.append(i)
    return kept


def _leavings(columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> dict[tuple[int, str, str], list[int]]:
    """The rows that count, by organisation and person, over all months: few people leave in each."""
    ended: dict[tuple[int, str, str], list[int]] = {}
    for i in rows:
        ended.setdefault((0, columns["organisation"][i], columns["person"][i]), []).append(i)
    return ended


def _leavers(columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> pa.Table:
    """Posts of a person that ended on one day are one leaver.

    Their FTE is added; the first that tells why the person left stands for the others.
    """
    ended: dict[tuple[str, str, dt.date], list[int]] = {}
    for i in rows:
        ended.setdefault((columns["person"][i], columns["organisation"][i], columns["left"][i]), []).append(i)
    first = [next((i for i in posts if columns["reason_known"][i]), posts[0]) for posts in ended.values()]
    own: dict[str, Sequence[Any]] = {
        "month": [Month.of(left).index for _, _, left in ended],
        "fte": [sum_known(columns["fte"][i] for i in posts) for posts in ended.values()],
    }
    return taken_rows(columns, pa.array(first, pa.int32()), own, LEAVERS)


def _why(table: StaffTable) -> dict[str, list[Any]]:
    """Reason, its group, whether voluntary, whether it tells why, and destination, by column."""
    cells = table.columns.cells(table.raw, "reason") or [""] * table.rows
    reasons = map_distinct(cells, lambda c: normalise_reason("" if is_missing(c) else c))
    strange = [n for n, reason in zip(table.raw.row_numbers, reasons, strict=True) if reason is None]
    if strange:
        table.remarks.append(
            f"{counted(len(strange), 'reason')} for leaving not of ESR ({rows_named(strange, 3)}): counted as not known"
        )
    return {
        "reason": [reason.name if reason else NOT_RECOGNISED for reason in reasons],
        "reason_group": [reason.group if reason else "unknown" for reason in reasons],
        "voluntary": [reason.voluntary if reason else None for reason in reasons],
        "reason_known": [reason.tells_why if reason else False for reason in reasons],
        "destination": map_distinct(table.columns.cells(table.raw, "destination") or [""] * table.rows, _destination),
    }


def _destination(cell: str) -> str:
    if is_missing(cell):
        return NOT_KNOWN
    destination = normalise_destination(cell)
    return destination.name if destination else NOT_RECOGNISED


FORMAT = SourceFormat(
    name="esr_leavers",
    title="ESR leavers (one row an ended employment, with reason and destination)",
    published=False,
    about=__doc__ or "",
    needs=("person", "end", "reason or destination"),
    recognise=recognise,
    read=read,
    headings={name: staff_fields()[name].headings for name in WANTED},
    people=True,
    newest_wins=True,
)
