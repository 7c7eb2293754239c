"""Is this cell a count, and if it is none, is it nobody, not said, or hidden?"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from keepwell.errors import FileNotUnderstood, counted, rows_named
from keepwell.sources.cells import CellNotUnderstood, decimal_comma, is_suppressed, read_number
from keepwell.sources.formats import Decision, ReadOptions

DASHES = frozenset(("-", "–", "—"))
_HIDDEN_RANGE = re.compile(r"\d+\s*(?:-|–|to)\s*\d+|[<≤>]\s*=?\s*\d+|(?:suppressed|hidden|redacted|low)", re.I)
_TELLS_DASH = re.compile(r"[-–—]\W{0,4}(?:denotes?|is|means?|=|represents?|indicates?)\W{0,3}(?:zero|nil|0)\b", re.I)


def is_hidden(cell: str) -> bool:
    """Whether a publisher withheld the count: *, <5, 1-7, [c], suppressed."""
    return is_suppressed(cell) or _HIDDEN_RANGE.fullmatch(cell.strip()) is not None


def dash_denotes_zero(texts: Sequence[str]) -> bool:
    """Whether a note says so: "' - ' denotes zero."."""
    return any(_TELLS_DASH.search(text) for text in texts)


@dataclass(slots=True)
class CountCells:
    """The counts of a file, column by column; what has to be decided about them is gathered on the way."""

    file: str
    options: ReadOptions
    dash_is_zero: bool = False
    decisions: list[Decision] = field(default_factory=list)

    def read(self, heading: str, cells: Sequence[str], rows: Sequence[int], *, whole: bool) -> list[float | None]:
        """The number of each cell; None where the file does not say.

        An empty cell or a dash is nobody once the user says so (`--accept blank-is-zero`, `dash-is-zero`), or
        a note in the file does. Raises FileNotUnderstood for hidden, negative and broken counts.
        """
        self._refuse(heading, rows, [is_hidden(cell) for cell in cells], HIDDEN)
        comma = decimal_comma(cells)
        known = {cell: self._number(cell, comma) for cell in dict.fromkeys(cells)}
        numbers = [known[cell] for cell in cells]
        self._refuse(heading, rows, [n is not None and math.isnan(n) for n in numbers], NO_COUNT)
        self._refuse(heading, rows, [n is not None and n < 0 for n in numbers], NEGATIVE)
        if whole:
            self._refuse(heading, rows, [n is not None and not n.is_integer() for n in numbers], FRACTION)
        blank, dash = [not cell for cell in cells], [cell in DASHES for cell in cells]
        numbers = self._decided("blank-is-zero", "empty", heading, rows, numbers, blank)
        return numbers if self.dash_is_zero else self._decided("dash-is-zero", "a dash", heading, rows, numbers, dash)

    def _number(self, cell: str, comma: bool) -> float | None:
        """NaN for what is no number."""
        if not cell or cell in DASHES:
            return 0.0 if cell and self.dash_is_zero else None
        try:
            number = read_number(cell, comma)
        except CellNotUnderstood:
            return float("nan")
        return float("nan") if number is None or cell.endswith("%") else number

    def _refuse(self, heading: str, rows: Sequence[int], faulty: Sequence[bool], words: Mapping[str, str]) -> None:
        if numbers := [row for row, bad in zip(rows, faulty, strict=True) if bad]:
            raise FileNotUnderstood(
                f"{self.file} has {words['wrong']} in {heading}.",
                found=f"{counted(len(numbers), 'cell')}: {rows_named(numbers)}",
                attempt=words["attempt"],
            )

    def _decided(
        self,
        code: str,
        what: str,
        heading: str,
        rows: Sequence[int],
        numbers: Sequence[float | None],
        these: Sequence[bool],
    ) -> list[float | None]:
        at = [row for row, this in zip(rows, these, strict=True) if this]
        if code in self.options.accept:
            return [0.0 if this else number for number, this in zip(numbers, these, strict=True)]
        if at:
            self.decisions.append(
                Decision(
                    code,
                    f"Cells of {heading} are {what}: is that nobody, or not known?",
                    f"{counted(len(at), 'cell')}: {rows_named(at)}",
                    f"--accept {code} if it means nobody; else leave those rows out of the file",
                    blocks=True,
                )
            )
        return list(numbers)


HIDDEN = {
    "wrong": "hidden counts",
    "attempt": "ask for the table with exact counts; a hidden count is not zero, and sums would be too low",
}
NO_COUNT = {"wrong": "cells that are no counts", "attempt": "correct those cells, or name another column: --column"}
NEGATIVE = {"wrong": "counts below zero", "attempt": "correct those cells; a change in staff is not a count of staff"}
FRACTION = {
    "wrong": "counts that are not whole people",
    "attempt": 'if they are full-time equivalents, name the column so: --column fte="…", and another for headcount',
}
