"""What does a reference file say of organisations, and which of its rows say nothing that can be used?"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from keepwell.errors import FileNotUnderstood, counted, listed
from keepwell.periods import Month
from keepwell.records.organisations import ORGANISATIONS, RELATIONS
from keepwell.sources.formats import Reading, ReadOptions
from keepwell.sources.ods_cells import CODE
from keepwell.sources.reading import LeftOut

REPEATED = "a repeated row"
DISAGREE = "says something else than another row about the same thing: neither is taken"
NO_CODE = "no organisation code: a heading, a note or a blank"
NO_DAY = "a date that cannot be read"
BACKWARDS = "it ends before it begins"


@dataclass(slots=True)
class _Organisation:
    names: Counter[str] = field(default_factory=Counter)
    kind: str = ""
    role: str | None = None
    status: str | None = None
    opened: dt.date | None = None
    closed: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """One parent of an organisation, as a row states it; see RELATIONS."""

    child: str
    parent: str
    kind: str
    start: dt.date | None = None
    end: dt.date | None = None
    as_of: dt.date | None = None
    share: float | None = None


@dataclass(slots=True)
class OdsRegister:
    """Organisations and their parents while a file is read, and what went wrong in which row."""

    file: str
    options: ReadOptions
    problems: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    remarks: list[str] = field(default_factory=list)
    days: set[dt.date] = field(default_factory=set)
    _known: dict[str, _Organisation] = field(default_factory=dict)
    _parents: dict[Parent, None] = field(default_factory=dict)

    def organisation(
        self,
        code: str,
        name: str | None,
        kind: str,
        *,
        role: str | None = None,
        status: str | None = None,
        opened: dt.date | None = None,
        closed: dt.date | None = None,
    ) -> None:
        """An organisation: once in full from its own row, any number of times by name from those of others."""
        known = self._known.setdefault(code, _Organisation())
        known.kind = known.kind or kind
        if name:
            known.names[name] += 1
        if role or status or opened or closed:
            known.kind, known.role, known.status, known.opened, known.closed = kind, role, status, opened, closed
            self.days |= {day for day in (opened, closed) if day}

    def parent(self, parent: Parent) -> None:
        self._parents[parent] = None
        self.days |= {day for day in (parent.start, parent.end, parent.as_of) if day}

    def complain(self, reason: str, row: int) -> None:
        self.problems[reason].append(row)

    def reading(
        self,
        *,
        rows_read: int,
        rows_taken: int,
        left_out: Iterable[LeftOut] = (),
        remarks: Iterable[str] = (),
        found_columns: Mapping[str, str] | None = None,
    ) -> Reading:
        """The tables `organisations` and `relations`, with the newest day in the file as the month of both."""
        complaints = [*left_out, *(LeftOut(reason, sorted(rows)) for reason, rows in self.problems.items())]
        if not rows_taken:
            raise FileNotUnderstood(
                f"{self.file} describes organisations, but no row of it can be used.",
                found="; ".join(f"{counted(len(x.rows), 'row')}: {x.reason}" for x in complaints) or "no rows",
                attempt="download it again from the Organisation Data Service",
            )
        known_on = newest_day(self.days, self.options.today)
        month, told = vintage(known_on, self.options)
        as_of = known_on or (month.first_day if self.options.month else None)
        several = sorted(code for code, x in self._known.items() if len(x.names) > 1)
        if several:
            self.remarks.append(f"more than one name, the commonest taken: {listed(several, 5)}")
        return Reading(
            tables={"organisations": self._organisations(), "relations": self._relations(as_of)},
            organisations=tuple(sorted(self._known)),
            first_month=month,
            last_month=month,
            rows_read=rows_read,
            rows_taken=rows_taken,
            left_out=tuple(complaints),
            remarks=(*remarks, *self.remarks, *told),
            found_columns=found_columns or {},
        )

    def _organisations(self) -> pa.Table:
        rows = sorted(self._known.items())
        columns: list[list[object]] = [
            [code for code, _ in rows],
            [_commonest(x.names) for _, x in rows],
            *([getattr(x, name) for _, x in rows] for name in ORGANISATIONS.names[2:]),
        ]
        return table_of(columns, ORGANISATIONS)

    def _relations(self, as_of: dt.date | None) -> pa.Table:
        rows = [(p.child, p.parent, p.kind, p.start, p.end, p.as_of or as_of, p.share) for p in self._parents]
        return table_of(list(zip(*rows, strict=True)) or [()] * len(RELATIONS), RELATIONS)


def table_of(columns: Sequence[Sequence[object]], schema: pa.Schema) -> pa.Table:
    arrays = [pa.array(cells, column.type) for cells, column in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _commonest(names: Counter[str]) -> str | None:
    return min(names, key=lambda name: (-names[name], name)) if names else None


def newest_day(days: Iterable[dt.date], today: dt.date) -> dt.date | None:
    """The newest day that is not still to come; the newest of all where every one is."""
    every = sorted(days)
    return next((day for day in reversed(every) if day <= today), every[-1] if every else None)


def vintage(newest: dt.date | None, options: ReadOptions) -> tuple[Month, list[str]]:
    """The month that a reference file speaks of, and what is to be said of it.

    The month of the newest day in the file. A file without days is of the month that the user gives, else
    of the month in which it is read: then it says so.
    """
    if newest is not None:
        return Month.of(newest), []
    if options.month is not None:
        return options.month, []
    return Month.of(options.today), ["no date in this file: taken to hold on any day; --month 2022-07 would date it"]


def one_row_each(register: OdsRegister, rows: Iterable[tuple[int, Hashable, Hashable]], where: str = "") -> set[int]:
    """The numbers of the rows that may be taken, of (row number, what it is about, what it says of it).

    A row that says the same as an earlier one is a repeat. Where rows disagree about the same thing,
    none is taken, for nobody can say which is right.
    """
    said: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, about, content in rows:
        said[about][content].append(number)
    taken = set()
    for contents in said.values():
        if len(contents) > 1:
            for number in (n for numbers in contents.values() for n in numbers):
                register.complain(DISAGREE + where, number)
            continue
        first, *again = next(iter(contents.values()))
        taken.add(first)
        for number in again:
            register.complain(REPEATED + where, number)
    return taken


def lower_case_remark(cells: Iterable[str]) -> list[str]:
    """How many codes were written in small letters, and were read as capitals."""
    small = sum(1 for cell in cells if cell != cell.upper() and CODE.fullmatch(cell.strip().upper()))
    return [f"{counted(small, 'code')} in lower case, read as capitals"] if small else []
