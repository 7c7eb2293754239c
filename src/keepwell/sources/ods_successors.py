"""Which organisation became part of which, and from which day?

A table of one's own with the headings code, successor, on; or ODS's succ.csv, which has no headings: predecessor,
successor, reason, day as 20250401, indicator. An organisation whose successors are several on one day cannot be told
in today's terms: its rows are left out, and its history stays under its own code.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.records.recodes import SUCCESSIONS
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import FieldTable, Headings, NotADay, code_in, day_reader, match_headings
from keepwell.sources.ods_register import (
    NO_DAY,
    REPEATED,
    OdsRegister,
    lower_case_remark,
    newest_day,
    table_of,
    vintage,
)
from keepwell.sources.reading import LeftOut, Sheet, table_below

HEADINGS: Headings = {
    "code": ("code", "predecessor", "predecessor code", "old code", "organisation code", "ods code"),
    "successor": ("successor", "successor code", "new code"),
    "on": ("on", "effective date", "date", "from", "effective from"),
}
NEEDED = ("code", "successor", "on")
ODS_WIDTH = range(4, 6)
ROWS_LOOKED_AT = 200
SPLIT = "one of several successors on the same day: its history stays under its own code"


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    if match := match_headings(sheets, HEADINGS, NEEDED, options):
        return match
    for sheet in sheets:
        rows = [row for row in sheet.rows[:ROWS_LOOKED_AT] if any(row)]
        hits = sum(1 for row in rows if _is_ods_row(row))
        if hits and 2 * hits >= len(rows):
            return Match(sheet, None)
    return None


def _is_ods_row(row: Sequence[str]) -> bool:
    cells = [cell.strip() for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return (
        len(cells) in ODS_WIDTH
        and code_in(cells[0]) is not None
        and code_in(cells[1]) is not None
        and len(cells[2]) <= 2
        and len(cells[3]) == 8
        and cells[3].isdigit()
    )


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    code: str
    successor: str
    on: dt.date


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as successions.

    Raises FileNotUnderstood where organisations succeed one another in a circle on one day.
    """
    register = OdsRegister(file, options)
    cells, left_out = _cells(file, match, options)
    register.remarks += match.sheet.remarks + lower_case_remark(c for _, row in cells for c in row[:2])
    lines = _unsplit(register, _lines(register, cells))
    _refuse_circles(file, lines)
    complaints = (*left_out, *(LeftOut(reason, rows) for reason, rows in register.problems.items()))
    if not lines:
        raise FileNotUnderstood(
            f"{file} has the headings of a table of successors, but no row that can be used.",
            found="; ".join(f"{counted(len(x.rows), 'row')}: {x.reason}" for x in complaints) or "no rows",
            attempt="one row an organisation: its code, the code of its successor, and the day such as 2025-04-01",
        )
    month, _ = vintage(newest_day((x.on for x in lines), options.today), options)
    columns = [[getattr(x, name) for x in lines] for name in SUCCESSIONS.names]
    return Reading(
        tables={"successions": table_of(columns, SUCCESSIONS)},
        organisations=tuple(sorted({c for x in lines for c in (x.code, x.successor)})),
        first_month=month,
        last_month=month,
        rows_read=len(cells) + sum(len(x.rows) for x in left_out),
        rows_taken=len(lines),
        left_out=complaints,
        remarks=tuple(register.remarks),
        decisions=tuple(_split_decision(file, register.problems.get(SPLIT, []))),
    )


def _cells(file: str, match: Match, options: ReadOptions) -> tuple[list[tuple[int, tuple[str, ...]]], list[LeftOut]]:
    """Row numbers with predecessor, successor and day, from either kind of file."""
    if match.heading_row is not None:
        table = FieldTable.of(table_below(file, match.sheet, match.heading_row), HEADINGS, options)
        return list(zip(table.numbers, table.rows(NEEDED), strict=True)), table.raw.left_out
    lines = [(n, row) for n, row in zip(match.sheet.row_numbers, match.sheet.rows, strict=True) if any(row)]
    good: list[tuple[int, tuple[str, ...]]] = [(n, (row[0], row[1], row[3])) for n, row in lines if _is_ods_row(row)]
    bad = [n for n, row in lines if not _is_ods_row(row)]
    return good, [LeftOut("not a row of ODS's list of successors", bad)] if bad else []


def _lines(register: OdsRegister, cells: list[tuple[int, tuple[str, ...]]]) -> list[_Line]:
    """The rows with two codes and a day, each once; the others complained of."""
    day_in = day_reader(register.file, (row[2] for _, row in cells), register.options)
    lines, seen = [], set()
    for number, (old, new, cell) in cells:
        code, successor, on = code_in(old), code_in(new), day_in(cell)
        if code is None or successor is None:
            register.complain("no code of an organisation", number)
        elif on is None or isinstance(on, NotADay):
            register.complain(NO_DAY, number)
        elif code == successor:
            register.complain("the same organisation on both sides", number)
        elif (code, successor, on) in seen:
            register.complain(REPEATED, number)
        else:
            seen.add((code, successor, on))
            lines.append(_Line(number, code, successor, on))
    return lines


def _unsplit(register: OdsRegister, lines: list[_Line]) -> list[_Line]:
    """The lines of organisations with one successor a day."""
    by_day: dict[tuple[str, dt.date], list[_Line]] = defaultdict(list)
    for line in lines:
        by_day[line.code, line.on].append(line)
    for several in (x for x in by_day.values() if len(x) > 1):
        for line in several:
            register.complain(SPLIT, line.number)
    return [x[0] for x in by_day.values() if len(x) == 1]


def _refuse_circles(file: str, lines: Iterable[_Line]) -> None:
    named = {line.number: f"{line.code} → {line.successor}" for line in lines}
    if circle := circle_on_one_day((line.number, (), line.code, line.successor, line.on) for line in lines):
        raise FileNotUnderstood(
            f"{file} has organisations that succeed one another in a circle on one day.",
            found=f"{rows_named(circle)}: {listed([named[number] for number in circle], 4)}",
            attempt="let every row name the organisation that is there today",
        )


def circle_on_one_day(steps: Iterable[tuple[int, tuple[str, ...], str, str, dt.date]]) -> list[int]:
    """Row numbers of the first circle among steps of one day: (row, what it is about, old, new, day)."""
    onward = {(about, old, on): (number, new) for number, about, old, new, on in steps}
    for about, old, on in onward:
        name = old
        path: list[int] = []
        while (about, name, on) in onward and len(path) <= len(onward):
            number, name = onward[about, name, on]
            path.append(number)
            if name == old:
                return path
    return []


def _split_decision(file: str, rows: list[int]) -> list[Decision]:
    if not rows:
        return []
    return [
        Decision(
            "split-organisations",
            f"{file} has organisations that became several on one day.",
            f"{counted(len(rows), 'row')} left out ({rows_named(rows, 3)})",
            "nothing to do if they were split; if one row is a mistake, correct it and load the file again",
            blocks=False,
        )
    ]


FORMAT = SourceFormat(
    name="successors",
    title="Successors of organisations: code, successor, on; or ODS's succ.csv",
    published=True,
    about=__doc__ or "",
    needs=NEEDED,
    recognise=recognise,
    read=read,
    headings=HEADINGS,
    reference=True,
)
