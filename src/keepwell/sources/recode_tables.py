"""Which ward, directorate or other name was changed into which, and from which day?

A table of one's own with the headings organisation, field, old, new, from. What was called `old` just before the day
is called `new` from that day on. Old and new names are compared as they are written, but for doubled spaces.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.records.recodes import RECODES
from keepwell.records.staff import CLASSIFIED
from keepwell.sources.formats import Decision, Match, Reading, ReadOptions, SourceFormat
from keepwell.sources.ods_cells import (
    FieldTable,
    Headings,
    NotADay,
    code_in,
    day_reader,
    match_headings,
    text_in,
)
from keepwell.sources.ods_register import NO_DAY, REPEATED, OdsRegister, newest_day, table_of, vintage
from keepwell.sources.ods_successors import circle_on_one_day
from keepwell.sources.reading import LeftOut, Sheet, map_distinct, plain, table_below
from keepwell.sources.staff_columns import staff_fields

HEADINGS: Headings = {
    "organisation": ("organisation", "organisation code", "org", "org code", "ods code", "trust code"),
    "field": ("field", "what", "column", "classification"),
    "old": ("old", "old name", "old value", "old code", "was"),
    "new": ("new", "new name", "new value", "new code", "becomes"),
    "from": ("from", "on", "date", "effective date", "effective from", "from date"),
}
NEEDED = ("field", "old", "new", "from")


def recognise(sheets: list[Sheet], options: ReadOptions) -> Match | None:
    return match_headings(sheets, HEADINGS, NEEDED, options)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    organisation: str
    field: str
    old: str
    new: str
    on: dt.date


def read(file: str, match: Match, options: ReadOptions) -> Reading:
    """The file as recodes.

    Raises FileNotUnderstood for a field that cannot be recoded, for names that change into one another in a
    circle on one day, and for two rows about the same name and day that disagree; DecisionNeeded where the
    order of day and month is not told.
    """
    assert match.heading_row is not None
    raw = table_below(file, match.sheet, match.heading_row)
    table = FieldTable.of(raw, HEADINGS, options)
    register = OdsRegister(file, options)
    lines = _lines(register, table)
    _refuse_disagreement(file, lines)
    _refuse_circles(file, lines)
    left_out = (*raw.left_out, *(LeftOut(reason, rows) for reason, rows in register.problems.items()))
    if not lines:
        raise FileNotUnderstood(
            f"{file} has the headings of a table of recodes, but no row that can be used.",
            found="; ".join(f"{counted(len(x.rows), 'row')}: {x.reason}" for x in left_out) or "no rows",
            attempt="one row a change: organisation, field, old name, new name, and the day such as 2025-04-01",
        )
    month, _ = vintage(newest_day((x.on for x in lines), options.today), options)
    columns = [[getattr(x, name) for x in lines] for name in RECODES.names]
    return Reading(
        tables={"recodes": table_of(columns, RECODES)},
        organisations=tuple(sorted({x.organisation for x in lines})),
        first_month=month,
        last_month=month,
        rows_read=len(raw.row_numbers) + sum(len(x.rows) for x in raw.left_out),
        rows_taken=len(lines),
        left_out=left_out,
        remarks=tuple(raw.remarks),
        decisions=tuple(_chain_decision(lines)),
        found_columns=table.found,
    )


def _lines(register: OdsRegister, table: FieldTable) -> list[_Line]:
    """The rows that say a change, each once; the others complained of."""
    day_in = day_reader(register.file, table.cells("from"), register.options)
    organisations = _organisations(register, table)
    fields = _fields(register.file, table)
    lines: list[_Line] = []
    seen: set[tuple[object, ...]] = set()
    rows = zip(table.numbers, organisations, fields, table.rows(("old", "new", "from")), strict=True)
    for number, organisation, name, (old_cell, new_cell, cell) in rows:
        old, new, on = text_in(old_cell), text_in(new_cell), day_in(cell)
        if organisation is None:
            register.complain("no organisation", number)
        elif old is None or new is None:
            register.complain("no old name or no new name", number)
        elif on is None or isinstance(on, NotADay):
            register.complain(NO_DAY, number)
        elif old == new:
            register.complain("the old name is the new one", number)
        elif (organisation, name, old, new, on) in seen:
            register.complain(REPEATED, number)
        else:
            seen.add((organisation, name, old, new, on))
            lines.append(_Line(number, organisation, name, old, new, on))
    return lines


def _organisations(register: OdsRegister, table: FieldTable) -> list[str | None]:
    if "organisation" in table.found:
        return map_distinct(table.cells("organisation"), code_in)
    if register.options.organisation is None:
        raise FileNotUnderstood(
            f"{register.file} does not say whose names were changed.",
            found="no column for the organisation",
            attempt="--organisation RX1, the ODS code of the employer; or a column headed organisation",
        )
    return [code_in(register.options.organisation)] * len(table.numbers)


def _fields(file: str, table: FieldTable) -> list[str]:
    """What each row recodes, by the field's name or one of the headings that it is known by in staff files."""
    known = {plain(alias): name for name in reversed(CLASSIFIED) for alias in (*_headings_of(name), name)}
    names = map_distinct(table.cells("field"), lambda cell: known.get(plain(cell), ""))
    unknown = [number for number, name in zip(table.numbers, names, strict=True) if not name]
    if unknown:
        raise FileNotUnderstood(
            f"{file} recodes something that people are not grouped by.",
            found=f"{rows_named(unknown)}, column {table.found['field']}",
            attempt=f"one of {listed(list(CLASSIFIED), 20)}",
        )
    return names


def _headings_of(name: str) -> tuple[str, ...]:
    """The headings that a field of staff records is known by."""
    fields = staff_fields()
    return fields[name].headings if name in fields else ()


def _refuse_disagreement(file: str, lines: list[_Line]) -> None:
    new_names: dict[tuple[object, ...], list[_Line]] = defaultdict(list)
    for line in lines:
        new_names[line.organisation, line.field, line.old, line.on].append(line)
    clashing = sorted(line.number for several in new_names.values() if len(several) > 1 for line in several)
    if clashing:
        raise FileNotUnderstood(
            f"{file} changes one name into two on the same day.",
            found=f"{rows_named(clashing)}: the same organisation, field, old name and day, and different new names",
            attempt="keep the row that is right; people who went to two wards were moved, not renamed",
        )


def _refuse_circles(file: str, lines: list[_Line]) -> None:
    steps = ((x.number, (x.organisation, x.field), x.old, x.new, x.on) for x in lines)
    if circle := circle_on_one_day(steps):
        raise FileNotUnderstood(
            f"{file} changes names into one another in a circle on one day.",
            found=f"{rows_named(circle)}: the last new name is the first old name",
            attempt="give the days in the order of the changes, or leave these rows out",
        )


def _chain_decision(lines: list[_Line]) -> list[Decision]:
    """A name that is both old and new on one day: one change after another, or two at once?"""
    given_up = {(x.organisation, x.field, x.on, x.old) for x in lines}
    given = {(x.organisation, x.field, x.on, x.new) for x in lines}
    chained = [
        x.number
        for x in lines
        if (x.organisation, x.field, x.on, x.new) in given_up or (x.organisation, x.field, x.on, x.old) in given
    ]
    if not chained:
        return []
    return [
        Decision(
            "renamed-at-once",
            "A name is both given up and newly given on the same day.",
            f"{rows_named(chained)}: one row's new name is another row's old name",
            "where one change followed the other, write the last name in both rows; --accept renamed-at-once "
            "where both were made at once, as when Ward 1 becomes Ward 2 and Ward 2 becomes Ward 3",
            blocks=True,
        )
    ]


FORMAT = SourceFormat(
    name="recodes",
    title="Names that changed: organisation, field, old, new, from",
    published=True,
    about=__doc__ or "",
    needs=("organisation", *NEEDED),
    recognise=recognise,
    read=read,
    headings=HEADINGS,
    reference=True,
)
