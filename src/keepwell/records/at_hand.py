"""Who was where, as numbers in memory, so that many questions are answered from one opening of the records?

The portable expressions in records/counting.py and in measures/ are the definition. What is here holds the same
spells as arrays: a text is the number of its value, a month end is the list of the spells that hold on it. Nothing
here changes once it is made, so that several threads may ask at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, local
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.periods import Period
from keepwell.records.counting import SCOPES
from keepwell.records.flows import NAMED, Grouping
from keepwell.records.staff import ACTIVE, PAUSED

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
T = TypeVar("T")

MOST_SPELLS: Final = 3_000_000
"""So many spells fit into a few hundred megabytes; more are left to the engine."""
MOST_ANSWERS: Final = 500
"""So many counts that were asked for are kept; the oldest go first."""
NONE: Final = -1
NOT_TOLD: Final = frozenset({"person", "state"})


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Of each spell the number of its group, and of each group its fields and their names, in their order."""

    codes: Ints
    number: int
    columns: Mapping[str, pa.Array]


class Coded:
    """Rows with their texts as numbers. Nothing in it changes but what was worked out once and is kept."""

    def __init__(self, rows: pa.Table) -> None:
        texts = [f.name for f in rows.schema if pa.types.is_string(f.type) and f.name not in NOT_TOLD]
        self.size = rows.num_rows
        self.values: dict[str, list[str | None]] = {}
        self.codes: dict[str, Ints] = {}
        for name in texts:
            self.values[name], self.codes[name] = _coded(rows[name])
        self._kept: dict[object, Any] = {}
        self._answers: dict[object, Any] = {}
        self._lock = Lock()
        self.of_thread = local()

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """What goes by this key, made when it is first asked for. For what there are only so many of."""
        found: T | None = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

    def answered(self, key: object, make: Callable[[], T]) -> T:
        """As kept, for what is small and asked for in ever new ways."""
        found: T | None = self._answers.get(key)
        if found is None:
            found = make()
            with self._lock:
                while len(self._answers) >= MOST_ANSWERS:
                    self._answers.pop(next(iter(self._answers)))
                self._answers[key] = found
        return found

    def chosen(self, where: Sequence[tuple[str, tuple[str, ...]]]) -> Bools | None:
        """The spells that have, of each field, one of the values, by code or by name, in any case; None for all.

        Raises KeyError for a field that is not here; a value that is not here has nobody.
        """
        if not where:
            return None
        every = np.ones(self.size, np.bool_)
        for name, values in where:
            every &= self.has(name, {value.casefold() for value in values})
        return every

    def has(self, name: str, folded: set[str]) -> Bools:
        """The rows with one of these values, in small letters, of a field or of its name."""
        found = np.zeros(self.size, np.bool_)
        for column in _columns_of(self, name):
            fits = np.array([value is not None and value.lower() in folded for value in self.values[column]], np.bool_)
            found |= fits[self.codes[column]]
        return found

    def fits(self, grouping: Grouping) -> bool:
        """Whether its fields are here, and each group has one name."""
        return all(name in self.values for name in grouping.fields) and self.groups(grouping) is not None

    def knows(self, grouping: Grouping) -> bool:
        """As fits, with the values chosen here too."""
        if not self.fits(grouping):
            return False
        for name, values in grouping.where:
            known = {v.casefold() for column in _columns_of(self, name) for v in self.values[column] if v is not None}
            if not {value.casefold() for value in values} <= known:
                return False
        return True

    def groups(self, grouping: Grouping) -> Groups | None:
        """The groups of a cut; None where a group goes by several names."""
        return self.kept(("groups", grouping.by), lambda: (self._grouped(grouping),))[0]

    def _grouped(self, grouping: Grouping) -> Groups | None:
        codes, number = np.zeros(self.size, np.int64), 1
        for name in grouping.by:
            codes, number = codes * len(self.values[name]) + self.codes[name], number * len(self.values[name])
        if len(grouping.by) > 1:
            found, codes = np.unique(codes, return_inverse=True)
            number = len(found)
        columns = {}
        for name in grouping.shown:
            of_group = np.full(number, NONE, np.int64)
            of_group[codes] = self.codes[name]
            if name not in grouping.by and not np.array_equal(of_group[codes], self.codes[name]):
                return None
            columns[name] = pa.array(self.values[name], pa.string()).take(pa.array(of_group, mask=of_group == NONE))
        return Groups(codes, number, columns)


class AtHand(Coded):
    """Spells as arrays. `seen` are the months (Month.index) of each organisation.

    A person has no more than one spell in an organisation at a month's end.
    """

    def __init__(self, spells: pa.Table, seen: Mapping[str, Sequence[int]]) -> None:
        super().__init__(spells)
        self._spells = spells
        self.seen: dict[str, tuple[int, ...]] = {o: tuple(sorted(months)) for o, months in seen.items()}
        self.person = _coded(spells["person"])[1]
        self.persons = int(self.person.max(initial=NONE)) + 1
        self.first, self.last = (_numbers(spells[n]) for n in ("first_month", "last_month"))
        self.active = is_value(spells["state"], ACTIVE)
        self.paused = is_value(spells["state"], PAUSED)
        self.fte_known = ~pc.is_null(spells["fte"]).combine_chunks().to_numpy(zero_copy_only=False)
        self.fte = spells["fte"].fill_null(0.0).to_numpy()
        self.birth_month = _numbers(spells["birth_month"])
        self.started = _months(spells["started"])
        self._keys: dict[tuple[str, ...], tuple[Ints, int]] = {}
        self.several = self._in_several()

    def _in_several(self) -> Bools:
        """The spells of people who were in more than one organisation: only they can count twice in a group."""
        held, many = self.scope("organisation")
        of_person = np.full(many, NONE, np.int64)
        of_person[held] = self.person
        return (np.bincount(of_person, minlength=self.persons) > 1)[self.person]

    def scope(self, leaving: str) -> tuple[Ints, int]:
        """Of each spell the number of what its person must be absent from to have left it; and how many there are."""
        fields = SCOPES[leaving]
        if fields not in self._keys:
            key, many = self.person, self.persons
            for name in fields[1:]:
                combined = key * len(self.values[name]) + self.codes[name]
                found, key = np.unique(combined, return_inverse=True)
                many = len(found)
            self._keys[fields] = key, many
        return self._keys[fields]

    def at(self, month: int, *, state: str | None = ACTIVE) -> Ints:
        """The spells that hold on a month's end: of those active, of those paused, or all (None)."""

        def find() -> Ints:
            there = (self.first <= month) & (self.last >= month)
            if state is not None:
                there &= self.active if state == ACTIVE else self.paused
            return np.flatnonzero(there)

        return self.kept(("at", month, state), find)

    def here(self, month: int, leaving: str, *, state: str | None = ACTIVE) -> Bools:
        """Of each key of a scope, whether a spell of it holds on a month's end."""

        def find() -> Bools:
            keys, many = self.scope(leaving)
            there = np.zeros(many, np.bool_)
            there[keys[self.at(month, state=state)]] = True
            return there

        return self.kept(("here", month, leaving, state), find)

    def only(self, organisations: Sequence[str]) -> AtHand:
        """The same of some organisations."""

        def make() -> AtHand:
            rows = np.isin(self.codes["organisation"], [self.values["organisation"].index(o) for o in organisations])
            return AtHand(self._spells.filter(pa.array(rows)), {o: self.seen[o] for o in organisations})

        if set(organisations) == set(self.seen):
            return self
        return self.kept(("only", tuple(organisations)), make)


def _columns_of(hand: Coded, name: str) -> list[str]:
    """A field and, where it is a code, the column that names it."""
    return [name, *([NAMED[name]] if NAMED.get(name) in hand.values else [])]


def _coded(column: pa.ChunkedArray) -> tuple[list[str | None], Ints]:
    """The values of a column in their order, what is not there last, and of each row the number of its own."""
    encoded = pc.dictionary_encode(column.combine_chunks(), null_encoding="encode")
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    values = encoded.dictionary.to_pylist()
    order = sorted(range(len(values)), key=lambda i: (values[i] is None, values[i] or ""))
    place = np.empty(len(values), np.int64)
    place[order] = np.arange(len(values))
    return [values[i] for i in order], place[encoded.indices.to_numpy(zero_copy_only=False)]


def _numbers(column: pa.ChunkedArray) -> Ints:
    return column.cast(pa.int64()).fill_null(NONE).to_numpy()  # type: ignore[no-any-return]


def _months(days: pa.ChunkedArray) -> Ints:
    """The month (Month.index) of each day."""
    months = pc.add(pc.multiply(pc.year(days), 12), pc.subtract(pc.month(days), 1))
    return _numbers(months)


def is_value(column: pa.ChunkedArray, value: str) -> Bools:
    return pc.equal(column, value).fill_null(False).to_numpy()  # type: ignore[no-any-return]


def yes(column: pa.ChunkedArray) -> Bools:
    """Where a column says yes."""
    return column.fill_null(False).combine_chunks().to_numpy(zero_copy_only=False)  # type: ignore[no-any-return]


def table_of(
    hand: Coded, periods: Sequence[Period], grouping: Grouping, there: Bools, counts: Mapping[str, npt.NDArray[Any]]
) -> pa.Table:
    """A row for each period and group that is `there`, by period and group; `counts` are cells of periods by groups.

    Cells of decimals that are nan are null. Columns: period_start, period_end, the groups with their names, the counts.
    """
    groups = hand.groups(grouping)
    assert groups is not None
    order = np.argsort([p.end.toordinal() for p in periods], kind="stable")
    at, group = np.nonzero(there[order])
    of_period = order[at]
    columns: dict[str, pa.Array] = {
        "period_start": pa.array([p.start for p in periods], pa.date32()).take(pa.array(of_period)),
        "period_end": pa.array([p.end for p in periods], pa.date32()).take(pa.array(of_period)),
        **{name: column.take(pa.array(group)) for name, column in groups.columns.items()},
    }
    for name, cells in counts.items():
        columns[name] = pa.array(cells[of_period, group], from_pandas=True)
    return pa.table(columns)
