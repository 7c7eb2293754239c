"""What does a column say, each distinct text looked at once?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, Generic, TypeVar, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from keepwell.sources.set_aside import Codes, CodesOnDisk, code_type, forget

T = TypeVar("T", bound=Hashable)
U = TypeVar("U", bound=Hashable)
Mask = npt.NDArray[np.bool_]
BLOCK = 1 << 18
"""So many rows are worked on at a time where the work needs room of its own."""
FEW = 1 << 16


def small(codes: npt.NDArray[Any], values: int) -> Codes:
    """Codes of so many values, in no more bytes than they need."""
    return codes.astype(code_type(values), copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Numbers(Sequence[int]):
    """Whole numbers, such as those of rows, in four bytes each."""

    each: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.each)

    @overload
    def __getitem__(self, at: int) -> int: ...
    @overload
    def __getitem__(self, at: slice) -> Numbers: ...
    def __getitem__(self, at: int | slice) -> int | Numbers:
        return Numbers(self.each[at]) if isinstance(at, slice) else int(self.each[at])

    def __iter__(self) -> Iterator[int]:
        return iter(self.each.tolist())

    def __array__(self, *_: Any, **__: Any) -> npt.NDArray[np.int32]:
        return self.each

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[Any]):
    """Texts, or None, of an Arrow array; made objects of only when somebody looks at them."""

    array: pa.Array
    _listed: list[list[Any]] = field(default_factory=list)

    def listed(self) -> list[Any]:
        if not self._listed:
            self._listed.append(self.array.to_pylist())
        return self._listed[0]

    def __len__(self) -> int:
        return len(self.array)

    def __getitem__(self, at: Any) -> Any:
        return self.listed()[at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.listed())

    def __contains__(self, value: object) -> bool:
        return bool(pc.index(self.array, value).as_py() >= 0)

    def index(self, value: Any, *_: Any) -> int:
        return int(pc.index(self.array, value).as_py())


@dataclass(frozen=True, slots=True)
class Coded(Generic[T]):
    """A column as its distinct values and, row by row, which of them: row i says `values[codes[i]]`.

    Every value stands in some row. After `map` two values may be alike; `merged` makes them one.
    """

    codes: Codes
    values: Sequence[T]

    @classmethod
    def of(cls, cells: Iterable[T]) -> Coded[T]:
        """Cells one by one, coded in the order in which they first stand."""
        at: dict[T, int] = {}
        codes = [at.setdefault(cell, len(at)) for cell in cells]
        return cls(small(np.array(codes, np.int32), len(at)), list(at))

    @classmethod
    def same(cls, value: T, rows: int) -> Coded[T]:
        """One value in every row."""
        return cls(np.zeros(rows, np.uint8), [value] if rows else [])

    def map(self, reading: Callable[[T], U]) -> Coded[U]:
        """`reading` of every row, worked out once for each distinct value."""
        return Coded(self.codes, [reading(value) for value in self.values])

    def merged(self) -> Coded[T]:
        """The same rows with no two values alike."""
        if len(set(self.values)) == len(self.values):
            return self
        distinct = Coded.of(self.values)
        return Coded(_of_each(distinct.codes, self.codes), distinct.values)

    def rows(self, which: npt.NDArray[Any]) -> Coded[T]:
        """Some rows, by a mask or by their places, and only the values that stand in them."""
        codes = _some(self.codes, which)
        present = np.bincount(codes, minlength=len(self.values)) > 0
        if present.all():
            return Coded(codes, self.values)
        at = small(np.cumsum(present, dtype=np.int32) - 1, int(present.sum()))
        if isinstance(self.values, Texts):
            return Coded(at[codes], Texts(self.values.array.filter(pa.array(present))))
        return Coded(at[codes], [self.values[i] for i in np.flatnonzero(present).tolist()])

    def where(self, wanted: Callable[[T], bool]) -> Mask:
        """Row by row, whether its value is wanted."""
        return _of_each(np.array([wanted(v) for v in self.values], np.bool_), self.codes) if len(self.codes) else _NONE

    def says(self, value: T) -> Mask:
        """Row by row, whether it says one value; of columns in which no two values are alike."""
        says: Mask = np.equal(self.codes, self.values.index(value) if value in self.values else -1)
        forget(self.codes)
        return np.asarray(says)

    def is_none(self) -> Mask:
        """Row by row, whether there is no value."""
        if isinstance(self.values, Texts):
            none: Mask = self.values.array.is_null().to_numpy(zero_copy_only=False)
            return _of_each(none, self.codes)
        return self.where(lambda value: value is None)

    def __getitem__(self, row: int) -> T:
        return self.values[int(self.codes[row])]

    def at(self, rows: npt.NDArray[Any]) -> list[T]:
        """The values of some rows, by their places."""
        values = self.values
        return [values[code] for code in _some(self.codes, rows).tolist()]

    def each(self) -> list[T]:
        """The value of every row."""
        values = self.values
        return [values[code] for code in self.codes.tolist()]

    def to_arrow(self, kind: pa.DataType, rows: npt.NDArray[Any]) -> pa.Array:
        """The values of some rows, by their places."""
        values = self.values.array if isinstance(self.values, Texts) else pa.array(self.values, kind)
        return values.take(pa.array(_some(self.codes, rows)))


def _some(codes: Codes, rows: npt.NDArray[Any]) -> Codes:
    found: Codes = codes[rows]
    forget(codes)
    return found


def _of_each(values: npt.NDArray[Any], codes: Codes) -> npt.NDArray[Any]:
    """What stands for each code."""
    found = values[codes]
    forget(codes)
    return found


_NONE: Mask = np.zeros(0, np.bool_)


@dataclass(slots=True)
class GatheredTexts:
    """A column of texts that comes piece by piece, each text kept once; its codes wait on disk if they are many."""

    held: list[Codes] | CodesOnDisk
    texts: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))
    _waiting: list[pa.Array] = field(default_factory=list)
    _texts_waiting: int = 0

    def take(self, column: pa.ChunkedArray) -> None:
        """The next rows, as dictionaries. Texts are put together as soon as that is worth its while."""
        for chunk in column.chunks:
            self._waiting.append(chunk)
            self._texts_waiting += len(chunk.dictionary)
        if len(self.texts) < FEW or self._texts_waiting >= len(self.texts):
            self._put_together()

    def coded(self) -> Coded[str]:
        self._put_together()
        if isinstance(self.held, CodesOnDisk):
            return Coded(self.held.codes(), Texts(self.texts))
        codes, self.held = np.concatenate([np.zeros(0, np.uint8), *self.held]), []
        return Coded(codes, Texts(self.texts))

    def _put_together(self) -> None:
        if not self._waiting:
            return
        known = pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), self.texts)
        chunks = pa.chunked_array([known, *self._waiting]).unify_dictionaries().chunks
        self.texts, self._waiting, self._texts_waiting = chunks[-1].dictionary, [], 0
        for chunk in chunks[1:]:
            codes = chunk.indices.to_numpy()
            if isinstance(self.held, CodesOnDisk):
                self.held.write(codes, len(self.texts))
            else:
                self.held.append(small(codes, len(self.texts)))


def numbered_together(columns: Sequence[Coded[Any]], rows: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
    """A number for each row, or each of some rows, alike in two rows exactly where all columns are.

    No two values of a column are alike.
    """
    rows_wanted, kinds = len(columns[0].codes) if rows is None else len(rows), prod(len(c.values) for c in columns)
    numbers: Any = np.zeros(rows_wanted, np.int32 if kinds < 2**31 else np.int64)
    most = 1
    for column in columns:
        if most * len(column.values) >= 2**62:  # numbered anew, so that they stay small
            numbers = np.unique(numbers, return_inverse=True)[1]
            most = len(numbers)
        numbers *= len(column.values)
        for at in range(0, len(numbers), BLOCK):
            block = slice(at, at + BLOCK)
            numbers[block] += column.codes[block if rows is None else rows[block]]
        forget(column.codes)
        most *= max(len(column.values), 1)
    return numbers  # type: ignore[no-any-return]


def all_differ(numbers: npt.NDArray[Any]) -> bool:
    in_order = np.sort(numbers)
    return not bool((in_order[1:] == in_order[:-1]).any())


def standing_twice(numbers: npt.NDArray[Any]) -> Mask:
    """Which of some numbers stand there more than once."""
    in_order = np.sort(numbers)
    twice = in_order[1:][in_order[1:] == in_order[:-1]]
    del in_order
    found = np.zeros(len(numbers), np.bool_)
    if len(twice):
        for at in range(0, len(numbers), BLOCK):
            block = numbers[at : at + BLOCK]
            places = np.minimum(np.searchsorted(twice, block), len(twice) - 1)
            found[at : at + BLOCK] = twice[places] == block
    return found
