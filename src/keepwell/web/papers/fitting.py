"""How much room does a text take, so that nothing on a slide runs over its edge?

Measured with the widths of Arial (those of Helvetica, which Arial and Liberation Sans were drawn to match).
"""

from __future__ import annotations

import math
from typing import Final

_ASCII: Final = (
    (278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278)
    + (556,) * 10
    + (278, 278, 584, 584, 584, 556, 1015)
    + (
        667,
        667,
        722,
        722,
        667,
        611,
        778,
        722,
        278,
        500,
        667,
        556,
        833,
        722,
        778,
        667,
        778,
        722,
        667,
        611,
        722,
        667,
        944,
    )
    + (667, 667, 611, 278, 278, 278, 469, 556, 333)
    + (
        556,
        556,
        500,
        556,
        556,
        278,
        556,
        556,
        222,
        222,
        500,
        222,
        833,
        556,
        556,
        556,
        556,
        333,
        500,
        278,
        556,
        500,
        722,
    )
    + (500, 500, 500, 334, 260, 334, 584)
)
"""In thousandths of the size, from the space on."""
LATIN, WIDE = 620, 1000
BOLD: Final = 1.08
LEADING: Final = 1.2
SAFE: Final = 1.03
"""What a program that draws it may do otherwise than we measure."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of a line, in points."""
    total = sum(_of(ord(c)) for c in text)
    return total / 1000 * size * (BOLD if bold else 1.0) * SAFE


def _of(code: int) -> int:
    if 32 <= code < 127:
        return _ASCII[code - 32]
    return LATIN if code < 0x2E80 else WIDE


def lines(text: str, size: float, room: float, *, bold: bool = False) -> int:
    """How many lines a text takes in a room of so many points."""
    return sum(_broken(line, size, room, bold) for line in text.split("\n"))


def _broken(line: str, size: float, room: float, bold: bool) -> int:
    taken, used = 1, 0.0
    space = width(" ", size, bold=bold)
    for word in line.split(" "):
        wide = width(word, size, bold=bold)
        if used and used + space + wide > room:
            taken, used = taken + 1, 0.0
        if wide > room:  # it is broken inside
            more = math.ceil(wide / room)
            taken, wide = taken + more - 1, wide - (more - 1) * room
        used += wide + (space if used else 0.0)
    return taken


def height(text: str, size: float, room: float, *, bold: bool = False) -> float:
    """The height of a text in points."""
    return lines(text, size, room, bold=bold) * size * LEADING


def shortened(text: str, size: float, room: float, most: int) -> str:
    """A text in at most so many lines, with … where something was left out."""
    if lines(text, size, room) <= most:
        return text
    kept, end = 0, len(text)
    while kept < end:  # the longest beginning that fits
        middle = (kept + end + 1) // 2
        if lines(_cut(text, middle), size, room) <= most:
            kept = middle
        else:
            end = middle - 1
    return _cut(text, kept)


def _cut(text: str, at: int) -> str:
    return f"{text[:at].rstrip()}…"
