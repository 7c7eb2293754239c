"""What does a column say, each distinct text looked at once?"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

T = TypeVar("T", bound=Hashable)
U = TypeVar("U", bound=Hashable)
Codes = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]


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
        return cls(np.array(codes, np.int32), list(at))

    @classmethod
    def same(cls, value: T, rows: int) -> Coded[T]:
        """One value in every row."""
        return cls(np.zeros(rows, np.int32), [value] if rows else [])

    def map(self, reading: Callable[[T], U]) -> Coded[U]:
        """`reading` of every row, worked out once for each distinct value."""
        return Coded(self.codes, [reading(value) for value in self.values])

    def merged(self) -> Coded[T]:
        """The same rows with no two values alike."""
        if len(set(self.values)) == len(self.values):
            return self
        distinct = Coded.of(self.values)
        return Coded(distinct.codes[self.codes], distinct.values)

    def rows(self, which: npt.NDArray[Any]) -> Coded[T]:
        """Some rows, by a mask or by their places, and only the values that stand in them."""
        codes = self.codes[which]
        present = np.bincount(codes, minlength=len(self.values)) > 0
        if present.all():
            return Coded(codes, self.values)
        at = np.cumsum(present, dtype=np.int32) - 1
        if isinstance(self.values, Texts):
            return Coded(at[codes], Texts(self.values.array.filter(pa.array(present))))
        return Coded(at[codes], [self.values[i] for i in np.flatnonzero(present).tolist()])

    def where(self, wanted: Callable[[T], bool]) -> Mask:
        """Row by row, whether its value is wanted."""
        return np.array([wanted(value) for value in self.values], np.bool_)[self.codes] if len(self.codes) else _NONE

    def says(self, value: T) -> Mask:
        """Row by row, whether it says one value; of columns in which no two values are alike."""
        return np.equal(self.codes, self.values.index(value) if value in self.values else -1)

    def is_none(self) -> Mask:
        """Row by row, whether there is no value."""
        if isinstance(self.values, Texts):
            none: Mask = self.values.array.is_null().to_numpy(zero_copy_only=False)
            return none[self.codes]
        return self.where(lambda value: value is None)

    def __getitem__(self, row: int) -> T:
        return self.values[int(self.codes[row])]

    def at(self, rows: npt.NDArray[Any]) -> list[T]:
        """The values of some rows, by their places."""
        values = self.values
        return [values[code] for code in self.codes[rows].tolist()]

    def each(self) -> list[T]:
        """The value of every row."""
        values = self.values
        return [values[code] for code in self.codes.tolist()]

    def to_arrow(self, kind: pa.DataType, rows: npt.NDArray[Any]) -> pa.Array:
        """The values of some rows, by their places."""
        values = self.values.array if isinstance(self.values, Texts) else pa.array(self.values, kind)
        return values.take(pa.array(self.codes[rows]))


_NONE: Mask = np.zeros(0, np.bool_)


def numbered_together(columns: Sequence[Coded[Any]], rows: npt.NDArray[Any] | None = None) -> npt.NDArray[np.int64]:
    """A number for each row, or each of some rows, alike in two rows exactly where all columns are.

    No two values of a column are alike.
    """
    numbers, most = np.zeros(len(columns[0].codes) if rows is None else len(rows), np.int64), 1
    for column in columns:
        if most * len(column.values) >= 2**62:  # numbered anew, so that they stay small
            numbers = np.unique(numbers, return_inverse=True)[1]
            most = len(numbers)
        numbers = numbers * len(column.values) + (column.codes if rows is None else column.codes[rows])
        most *= max(len(column.values), 1)
    return numbers


def all_differ(numbers: npt.NDArray[Any]) -> bool:
    in_order = np.sort(numbers)
    return not bool((in_order[1:] == in_order[:-1]).any())
