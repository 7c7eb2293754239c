"""Can a text file be read column by column, because every line is a row and nothing in it is out of place?

Reading cell by cell takes most of the time of a load. Where a file is clean, its cells are found by machine,
and each distinct text is looked at once. A file that is anything but clean is read by `delimited` alone;
both read the same, and a test holds them equal.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from keepwell.sources.coded import Coded, Mask, Texts

LOT = 1 << 22
QUOTE, LINE_FEED, RETURN, SPACE, DELETE = b'"\n\r \x7f'
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class CleanLines(Sequence[list[str]]):
    """The rows of a clean text, each parsed when it is asked for; `starts[i]` is where line i begins."""

    data: bytes
    starts: Places
    delimiter: str

    def __len__(self) -> int:
        return len(self.starts) - 1

    @overload
    def __getitem__(self, at: int) -> list[str]: ...
    @overload
    def __getitem__(self, at: slice) -> list[list[str]]: ...
    def __getitem__(self, at: int | slice) -> list[str] | list[list[str]]:
        if isinstance(at, slice):
            return list(self.parsed(range(*at.indices(len(self)))))
        return next(self.parsed([range(len(self))[at]]))

    def __iter__(self) -> Iterator[list[str]]:
        return self.parsed(range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def parsed(self, lines: Sequence[int]) -> Iterator[list[str]]:
        """The cells of some lines."""
        texts = (self.data[self.starts[i] : self.starts[i + 1]].decode("utf-8") for i in lines)
        for row in csv.reader(texts, delimiter=self.delimiter, strict=True):
            yield list(map(str.strip, row))

    def columns(self, which: Sequence[int], width: int, lines: range) -> list[Coded[str]] | None:
        """Some columns of the lines that are not empty, or None where one of these lines has not so many cells."""
        names = [str(j) for j in range(width)]
        empty = int((~self.filled(lines)).sum())
        try:
            table = pa.csv.read_csv(
                pa.BufferReader(pa.py_buffer(self.data)[self.starts[lines.start] : self.starts[lines.stop]]),
                pa.csv.ReadOptions(column_names=names, block_size=LOT),
                pa.csv.ParseOptions(delimiter=self.delimiter),
                pa.csv.ConvertOptions(
                    include_columns=[names[j] for j in which],
                    column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid:
            return None
        if table.num_rows != len(lines) - empty:
            return None
        return [_stripped(column) for column in table.unify_dictionaries().columns]

    def filled(self, lines: range) -> Mask:
        """Which of some lines hold anything before their line break."""
        starts, ends = self.starts[lines.start : lines.stop], self.starts[lines.start + 1 : lines.stop + 1]
        first = np.frombuffer(self.data, np.uint8)[starts]
        filled: Mask = (ends > starts) & (first != LINE_FEED) & (first != RETURN)
        return filled


def _stripped(column: pa.ChunkedArray) -> Coded[str]:
    """A column of Arrow as it is, where no text begins or ends with what might be a space; else without those."""
    chunks = [chunk.indices.to_numpy() for chunk in column.chunks]
    if not chunks:
        return Coded(np.zeros(0, np.int32), [])
    codes, texts = np.concatenate(chunks), column.chunk(0).dictionary
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    first, last = letters[ends[:-1][ends[:-1] < ends[1:]]], letters[ends[1:][ends[:-1] < ends[1:]] - 1]
    if not any(((edge <= SPACE) | (edge >= DELETE)).any() for edge in (first, last)):
        return Coded(codes, Texts(texts))
    return Coded(codes, [text.strip() for text in texts.to_pylist()]).merged()


def clean_lines(data: bytes, delimiter: str) -> CleanLines | None:
    """The lines of a text in UTF-8; None where one of them may not be one row.

    That is where a quotation mark stands out of place or a cell has a line break in it, a carriage return stands
    alone, or a line is longer than a cell may be.
    """
    whole, returns = np.frombuffer(data, np.uint8), b"\r" in data
    starts, at = [np.zeros(1, np.int64)], 0
    while at < len(data):
        end = data.rfind(b"\n", at, at + LOT) + 1 or data.find(b"\n", at + LOT) + 1 or len(data)
        lot = whole[at:end]
        breaks = np.flatnonzero(lot == LINE_FEED)
        if not _quotes_in_place(lot, breaks, ord(delimiter)) or (returns and _lone_return(lot)):
            return None
        starts.append(breaks + (at + 1))
        at = end
    if at and not data.endswith(b"\n"):
        starts.append(np.array([len(data)]))
    places = np.concatenate(starts)
    return CleanLines(data, places, delimiter) if np.diff(places).max(initial=0) < csv.field_size_limit() else None


def _lone_return(lot: Bytes) -> bool:
    after = np.flatnonzero(lot == RETURN) + 1
    return bool(len(after)) and bool(after[-1] == len(lot) or (lot[after] != LINE_FEED).any())


def _quotes_in_place(lot: Bytes, breaks: Places, delimiter: int) -> bool:
    """Whether quotation marks go in pairs round whole cells of one line; within a pair they are doubled."""
    quotes = np.flatnonzero(lot == QUOTE)
    if not len(quotes):
        return True
    if len(quotes) % 2:
        return False
    opening, closing = quotes[0::2], quotes[1::2]
    before = lot[np.maximum(opening - 1, 0)]
    after = lot[np.minimum(closing + 1, len(lot) - 1)]
    doubled = closing[:-1] + 1 == opening[1:]
    opens = (opening == 0) | (before == delimiter) | (before == LINE_FEED)
    closes = (closing == len(lot) - 1) | (after == delimiter) | (after == LINE_FEED) | (after == RETURN)
    opens[1:] |= doubled
    closes[:-1] |= doubled
    one_line = np.searchsorted(breaks, opening) == np.searchsorted(breaks, closing)
    return bool(opens.all() and closes.all() and one_line.all())


@dataclass(slots=True, eq=False)
class CodedColumns(Sequence[list[str]]):
    """The columns of a table of clean lines. A column is a list of cells where it is asked for as one.

    `kept` are the lines that are rows of the table, among `lines`; `at` the places of its columns among the cells
    of a line. `known` are columns that were read at once, of all filled lines; others are read when asked for.
    """

    source: CleanLines
    lines: range
    width: int
    kept: Mask
    at: Sequence[int]
    known: dict[int, Coded[str]]
    _rows: dict[int, Coded[str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)

    @overload
    def __getitem__(self, j: int) -> list[str]: ...
    @overload
    def __getitem__(self, j: slice) -> list[list[str]]: ...
    def __getitem__(self, j: int | slice) -> list[str] | list[list[str]]:
        if isinstance(j, slice):
            return [self.coded(k).each() for k in range(*j.indices(len(self)))]
        return self.coded(range(len(self))[j]).each()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def coded(self, j: int) -> Coded[str]:
        """A column with each distinct text once."""
        at = self.at[j]
        if at not in self._rows:
            whole = self._whole(at)
            self._rows[at] = whole if self.kept.all() else whole.rows(self.kept)
        return self._rows[at]

    def _whole(self, at: int) -> Coded[str]:
        if at in self.known:
            return self.known[at]
        found = self.source.columns([at], self.width, self.lines)
        assert found is not None  # as wide as when the others were read
        return found[0]

    def repeated(self) -> list[int]:
        """The rows that repeat an earlier row in every cell; whole lines are compared where some columns are alike."""
        columns = [self.coded(j) for j, at in enumerate(self.at) if at in self.known]
        doubtful = _alike(sorted(columns, key=lambda c: -len(c.values)), int(self.kept.sum()))
        lines = self.lines.start + np.flatnonzero(self.source.filled(self.lines))[self.kept][doubtful]
        seen: set[tuple[str, ...]] = set()
        repeats = []
        for row, cells in zip(doubtful.tolist(), self.source.parsed(lines.tolist()), strict=True):
            whole = tuple(cells)
            if whole in seen:
                repeats.append(row)
            seen.add(whole)
        return repeats


def _alike(columns: Sequence[Coded[str]], rows: int) -> Places:
    """The places of rows that are like another in all columns, and by chance of a few that are not.

    The columns that tell most come first: a few of them show that hardly any rows are alike.
    """
    alike = np.arange(rows)
    for some in (columns[:2], columns[2:6], columns[6:]):
        mixed = np.zeros(len(alike), np.uint64)
        for column in some:
            codes = column.codes[alike].astype(np.uint64)
            mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15) + codes
        in_order = np.sort(mixed)
        twice = in_order[1:][in_order[1:] == in_order[:-1]]
        alike = alike[np.isin(mixed, twice)] if len(twice) else alike[:0]
    return alike
