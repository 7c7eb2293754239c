"""Can a text file be read column by column, because every line is a row and nothing in it is out of place?

Reading cell by cell takes most of the time of a load. Where a file is clean, its cells are found by machine,
and each distinct text is looked at once. A file that is anything but clean is read by `delimited` alone;
both read the same, and a test holds them equal.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

from keepwell.sources.coded import BLOCK, Coded, GatheredTexts, Mask, Texts, standing_twice
from keepwell.sources.progress import READING, tell
from keepwell.sources.set_aside import CodesOnDisk, forget, set_aside
from keepwell.sources.text_on_disk import MARK, REPLACEMENT, UTF_16_MARKS, TextOnDisk

LOT = 1 << 22
PIECE = 1 << 23
"""So many bytes are parsed at a time, so that a file may be larger than the memory."""
BLOCK_SIZE = 1 << 20
QUOTE, LINE_FEED, RETURN, SPACE, DELETE = b'"\n\r \x7f'
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True, slots=True)
class Lots:
    """Where lots of whole lines begin: in bytes, and in lines. The last of each is the end."""

    bytes: list[int]
    lines: list[int]

    def of_line(self, line: int) -> int:
        return bisect_right(self.lines, line) - 1


@dataclass(frozen=True, slots=True, eq=False)
class CleanLines(Sequence[list[str]]):
    """The rows of a clean text, each parsed when it is asked for.

    `holds_any[i]` says whether line i holds anything before its line break.
    """

    data: bytes | TextOnDisk
    lots: Lots
    holds_any: Mask
    delimiter: str
    _last_lot: list[tuple[int, bytes, Places]] = field(default_factory=list)

    @property
    def on_disk(self) -> bool:
        return isinstance(self.data, TextOnDisk)

    def __len__(self) -> int:
        return len(self.holds_any)

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
        for row in csv.reader(self._texts(lines), delimiter=self.delimiter, strict=True):
            yield list(map(str.strip, row))

    def _texts(self, lines: Sequence[int]) -> Iterator[str]:
        first = last = 0
        for line in lines:
            if not first <= line < last:
                number = self.lots.of_line(line)
                first, last = self.lots.lines[number : number + 2]
                lot, starts = self._lot(number)
            yield lot[starts[line - first] : starts[line - first + 1]].decode("utf-8")

    def _lot(self, number: int) -> tuple[bytes, Places]:
        """The bytes of a lot, and where in it lines begin; the last one asked for is kept."""
        if not self._last_lot or self._last_lot[0][0] != number:
            lot = self.data[self.lots.bytes[number] : self.lots.bytes[number + 1]]
            self._last_lot[:] = [(number, lot, _starts(lot))]
        return self._last_lot[0][1:]

    def _place(self, line: int) -> int:
        """The byte at which a line begins."""
        number = self.lots.of_line(line)
        if line == self.lots.lines[number]:
            return self.lots.bytes[number]
        return self.lots.bytes[number] + int(self._lot(number)[1][line - self.lots.lines[number]])

    def columns(self, which: Sequence[int], width: int, lines: range) -> list[Coded[str]] | None:
        """Some columns of the lines that are not empty, or None where one of these lines has not so many cells."""
        gathered = [GatheredTexts(CodesOnDisk() if self.on_disk else []) for _ in which]
        for piece in self._pieces(lines):
            table = self._table(which, width, piece)
            if table is None or table.num_rows != int(self.filled(piece).sum()):
                return None
            for column, texts in zip(table.columns, gathered, strict=True):
                texts.take(column)
            tell(READING, len(self) + piece.stop, 2 * len(self))
        return [_stripped(texts.coded()) for texts in gathered]

    def _pieces(self, lines: range) -> Iterator[range]:
        """The lines in runs that end with a lot."""
        while lines:
            most = bisect_right(self.lots.bytes, self._place(lines.start) + PIECE) - 1
            end = max(self.lots.lines[most], self.lots.lines[self.lots.of_line(lines.start) + 1])
            yield lines[: end - lines.start]
            lines = lines[end - lines.start :]

    def _table(self, which: Sequence[int], width: int, lines: range) -> pa.Table | None:
        names = [str(j) for j in range(width)]
        first, last = self._place(lines.start), self._place(lines.stop)
        data = self.data
        piece = pa.py_buffer(data)[first:last] if isinstance(data, bytes) else pa.py_buffer(data[first:last])
        try:
            return pa.csv.read_csv(
                pa.BufferReader(piece),
                pa.csv.ReadOptions(column_names=names, block_size=BLOCK_SIZE),
                pa.csv.ParseOptions(delimiter=self.delimiter),
                pa.csv.ConvertOptions(
                    include_columns=[names[j] for j in which],
                    column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid:
            return None

    def kept_rows(self, column: Coded[str], kept: Mask) -> Coded[str]:
        """Some rows of a column; on disk where the text is."""
        if kept.all():
            return column
        rows = column.rows(kept)
        return Coded(set_aside(rows.codes, len(rows.values)), rows.values) if self.on_disk else rows

    def filled(self, lines: range) -> Mask:
        """Which of some lines hold anything before their line break."""
        return self.holds_any[lines.start : lines.stop]


def _starts(lot: bytes) -> Places:
    """Where the lines of a lot begin, and its end."""
    breaks = np.flatnonzero(np.frombuffer(lot, np.uint8) == LINE_FEED) + 1
    ends = [] if len(breaks) and breaks[-1] == len(lot) else [len(lot)]
    return np.concatenate([np.zeros(1, np.int64), breaks, np.array(ends, np.int64)])


def _stripped(column: Coded[str]) -> Coded[str]:
    """A column of Arrow as it is, where no text begins or ends with what might be a space; else without those."""
    if not isinstance(column.values, Texts):
        return column
    texts = column.values.array
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
    letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    first, last = letters[ends[:-1][ends[:-1] < ends[1:]]], letters[ends[1:][ends[:-1] < ends[1:]] - 1]
    if not any(((edge <= SPACE) | (edge >= DELETE)).any() for edge in (first, last)):
        return column
    return Coded(column.codes, [text.strip() for text in texts.to_pylist()]).merged()


def clean_lines(data: bytes | TextOnDisk, delimiter: str) -> CleanLines | None:
    """The lines of a text in UTF-8; None where one of them may not be one row.

    That is where a quotation mark stands out of place or a cell has a line break in it, a carriage return stands
    alone, or a line is longer than a cell may be; of a text on disk also where it is not plain UTF-8.
    """
    lots = Lots([0], [0])
    filled: list[Mask] = []
    returns = not isinstance(data, bytes) or b"\r" in data
    while (at := lots.bytes[-1]) < len(data):
        tell(READING, at, 2 * len(data))
        lot = _next_lot(data, at)
        if lot is None or not (isinstance(data, bytes) or is_plain(lot)):
            return None
        letters, starts = np.frombuffer(lot, np.uint8), _starts(lot)
        if not _quotes_in_place(letters, starts[1:] - 1, ord(delimiter)) or (returns and _lone_return(letters)):
            return None
        if np.diff(starts).max() >= csv.field_size_limit():
            return None
        begins = letters[starts[:-1]]
        filled.append((begins != LINE_FEED) & (begins != RETURN))
        lots.bytes.append(at + len(lot))
        lots.lines.append(lots.lines[-1] + len(starts) - 1)
    return CleanLines(data, lots, np.concatenate(filled) if filled else np.zeros(0, np.bool_), delimiter)


def _next_lot(data: bytes | TextOnDisk, at: int) -> bytes | None:
    """The bytes from a place on, to the end of a line; None where that line is longer than any cell."""
    lot = data[at : at + LOT]
    if at + LOT >= len(data):
        return lot
    end = lot.rfind(b"\n") + 1
    if not end:
        more = data[at + LOT : at + LOT + csv.field_size_limit()]
        end = more.find(b"\n") + 1
        lot, end = lot + more[:end], LOT + end if end else 0
    return lot[:end] if end else None


def is_plain(data: bytes) -> bool:
    """Whether bytes are UTF-8 throughout, without a mark of byte order and without a letter that was lost before.

    What begins with 0xEF is mostly no letter of a European language, and to look for one byte takes no time.
    """
    if data.startswith(UTF_16_MARKS) or (
        b"\xef" in data and any(mark.encode() in data for mark in (MARK, REPLACEMENT))
    ):
        return False
    ends = pa.py_buffer(np.array([0, len(data)], np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


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
    of a line. `known` are columns that were read at once; others are read when asked for.
    """

    source: CleanLines
    lines: range
    width: int
    kept: Mask
    at: Sequence[int]
    known: dict[int, Coded[str]]
    _asked_for: dict[int, Coded[str]] = field(default_factory=dict)

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
        if at in self.known:
            return self.known[at]
        if at not in self._asked_for:
            found = self.source.columns([at], self.width, self.lines)
            assert found is not None  # as wide as when the others were read
            self._asked_for[at] = self.source.kept_rows(found[0], self.kept)
        return self._asked_for[at]

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
    alike = np.arange(rows, dtype=np.int32)
    mixed = np.zeros(rows, np.uint64)
    for some in (columns[:2], columns[2:6], columns[6:]):
        for at in range(0, len(alike), BLOCK):
            part = mixed[at : at + BLOCK]
            for column in some:
                part ^= part >> np.uint64(29)
                part *= np.uint64(0x9E3779B97F4A7C15)
                part += column.codes[alike[at : at + BLOCK]].astype(np.uint64)
                forget(column.codes)
        twice = standing_twice(mixed)
        alike, mixed = alike[twice], mixed[twice]
    return alike
