"""ESR leavers: who left on which day, why, and where to?

One row an ended employment: last day in post, reason, destination. Reasons are brought to the values of ESR
whatever their dashes, case or spelling. Leavers are entered late, so the newest three months are provisional;
a later extract is taken for every month that it covers, and the load says what it revised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pyarrow as pa

from keepwell.content import normalise_destination, normalise_reason
from keepwell.errors import FileNotUnderstood, rows_named
from keepwell.periods import Month
from keepwell.records.staff import CLASSIFIED, LEAVERS, NOT_KNOWN
from keepwell.sources.formats import Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.reading import Sheet, find_headings, map_distinct, repeated_rows, table_below
from keepwell.sources.staff_cells import StaffTable, outside_by_contract
from keepwell.sources.staff_columns import found_fields, map_columns, staff_fields

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


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    """A heading row with a person's number, a last day and a reason or a destination."""

    def is_heading_row(cells: Sequence[str]) -> bool:
        found = found_fields(cells, options)
        return {"person", "end"} <= found.keys() and bool({"reason", "destination"} & found.keys())

    for sheet in sheets:
        row = find_headings(sheet, is_heading_row)
        if row is not None:
            return Match(sheet, row)
    return None


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as leavers, one row a person, organisation and last day in post.

    Raises FileNotUnderstood for a file without a leaver that can be counted.
    """
    raw = table_below(file, match.sheet, match.heading_row or 0)
    table = StaffTable(raw, map_columns(raw, options, WANTED), options, options.today)
    counted, leavers = _leavers(table)
    if not leavers:
        raise FileNotUnderstood(
            f"{file} has the headings of a leavers extract, but no leaver in it can be counted.",
            found="; ".join(f"{len(x.rows):,} rows: {x.reason}" for x in table.left_out()) or "no rows",
            attempt="export it again, or name the headings with --column",
        )
    rows = pa.Table.from_pylist(leavers, schema=LEAVERS)
    months = [Month(m) for m in set(rows["month"].to_pylist())]
    return Reading(
        tables={"leavers": rows},
        organisations=tuple(sorted(set(rows["organisation"].to_pylist()))),
        first_month=min(months),
        last_month=max([*months, *([options.month] if options.month else [])]),
        rows_read=table.rows + sum(len(x.rows) for x in raw.left_out),
        rows_taken=counted,
        left_out=table.left_out(),
        remarks=(*raw.remarks, *table.remarks, *table.columns_in_words()),
        found_columns=dict(table.columns.taken),
    )


def _leavers(table: StaffTable) -> tuple[int, list[dict[str, object]]]:
    """How many rows count, and the leavers they make: posts that ended on one day are one leaver."""
    organisations = table.organisations()
    key = table.options.key
    assert key is not None
    people = table.people(key, organisations)
    last_days = table.days("end", latest=table.today + dt.timedelta(days=366))
    outside = outside_by_contract(table.text("contract"))
    about, why = table.about_people(), _why(table)
    again = set(repeated_rows(table.raw))
    kept: dict[tuple[str, str, dt.date], dict[str, object]] = {}
    counted = 0
    for i, number in enumerate(table.raw.row_numbers):
        person, left = people[i], last_days[i]
        if number in again:
            table.complain("a repeated row", i)
        elif person is None:
            table.complain("no employee number", i)
        elif left is None:
            table.complain("no leaving date", i)
        elif left > table.today:
            table.complain("a leaving date in the future: not yet left", i)
        elif not organisations[i]:
            table.complain("no organisation", i)
        elif outside[i]:
            table.complain("bank, honorary or non-executive, not staff in post", i)
        else:
            counted += 1
            leaver = about[i] | why[i] | {"left": left, "month": Month.of(left).index}
            leaver |= {"organisation": organisations[i], "person": person}
            _add(kept, leaver, (person, organisations[i], left))
    return counted, list(kept.values())


def _add(
    kept: dict[tuple[str, str, dt.date], dict[str, object]],
    leaver: dict[str, object],
    who: tuple[str, str, dt.date],
) -> None:
    """A second post that ended on the same day adds its FTE; a reason that tells why wins over one that does not."""
    if who not in kept:
        kept[who] = leaver
        return
    other = kept[who]
    hours = [x["fte"] for x in (other, leaver) if isinstance(x["fte"], float)]
    better = leaver if leaver["reason_known"] and not other["reason_known"] else other
    kept[who] = better | {"fte": sum(hours) if hours else None}


def _why(table: StaffTable) -> list[dict[str, object]]:
    """Reason, its group, whether voluntary, whether it tells why, and destination, row by row."""
    cells = table.columns.cells(table.raw, "reason") or [""] * table.rows
    reasons = map_distinct(cells, normalise_reason)
    strange = [n for n, reason in zip(table.raw.row_numbers, reasons, strict=True) if reason is None]
    if strange:
        table.remarks.append(
            f"{len(strange):,} reasons for leaving are not ESR values ({rows_named(strange, 3)}): counted as not known"
        )
    places = map_distinct(table.columns.cells(table.raw, "destination") or [""] * table.rows, _destination)
    return [
        {
            "reason": reason.name if reason else NOT_RECOGNISED,
            "reason_group": reason.group if reason else "unknown",
            "voluntary": reason.voluntary if reason else None,
            "reason_known": reason.tells_why if reason else False,
            "destination": place,
        }
        for reason, place in zip(reasons, places, strict=True)
    ]


def _destination(cell: str) -> str:
    if not cell.strip():
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
