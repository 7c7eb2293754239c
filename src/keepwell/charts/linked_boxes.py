"""What rests on what, or leads to what? Columns of boxes with words in them, and lines from box to box.

What kind of thing a box is stands above its column and shows in its frame (thick, plain or dashed), so that no colour
is needed. Words are wrapped, never cut. It is as wide as a page of paper lying on its side; on a phone the page shows a
list instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from keepwell.charts.drawing import Drawing, width_of
from keepwell.charts.picture import BLUE, DARK, GREY

WIDTH: Final = 1040
WORDS, NOTE, LINE_HEIGHT, NOTE_HEIGHT = 14.0, 12.0, 18.0, 15.0
PAD, GAP, BETWEEN, HEAD, FOOT, SIDE = 9.0, 12.0, 46.0, 34.0, 10.0, 4.0
ARROW: Final = 8.0
FRAMES: Final[Mapping[str, tuple[float, tuple[int, ...]]]] = {
    "thick": (3.0, ()),
    "plain": (1.5, ()),
    "dashed": (1.5, (6, 4)),
}
Frame = Literal["thick", "plain", "dashed"]


@dataclass(frozen=True, slots=True)
class Box:
    """Words in a frame, with a smaller note below. `key` is how links call it."""

    key: str
    words: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """Boxes of one kind, one below the other."""

    title: str
    boxes: tuple[Box, ...]
    frame: Frame = "plain"


@dataclass(frozen=True, slots=True)
class _Placed:
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


def linked_boxes(
    title: str,
    description: str,
    columns: Sequence[Column],
    links: Sequence[tuple[str, str]],
    *,
    arrows: bool = False,
) -> str:
    """An SVG of the columns from left to right, with a line for each link (from one key to another).

    Each column lies beside those that its boxes are linked to; the tallest is laid first. Raises KeyError for a link to
    a box that there is not.
    """
    filled = [column for column in columns if column.boxes]
    width = (WIDTH - 2 * SIDE - BETWEEN * (len(filled) - 1)) / max(len(filled), 1)
    places, height = _laid(filled, links, width)
    drawing = Drawing(WIDTH, height + FOOT)
    for link in links:
        _join(drawing, places[link[0]], places[link[1]], arrow=arrows)
    for column in filled:
        drawing.text(places[column.boxes[0].key].x, 20, column.title, GREY, WORDS)
        for box in column.boxes:
            _draw(drawing, box, places[box.key], column.frame)
    return drawing.as_svg(title, description, WIDTH)


def wrapped(words: str, most: float, size: float) -> list[str]:
    """A text in lines that fit into so many pixels; a word that is longer than a line is broken."""
    lines, line = [], ""
    for word in words.split():
        if line and width_of(f"{line} {word}", size) > most:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
        while width_of(line, size) > most and len(line) > 1:
            fits = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width_of(line[:n], size) <= most)
            lines.append(line[:fits])
            line = line[fits:]
    return [*lines, line] if line else lines


def _height(box: Box, width: float) -> float:
    inside = width - 2 * PAD
    note = NOTE_HEIGHT * len(wrapped(box.note, inside, NOTE))
    return 2 * PAD + LINE_HEIGHT * len(wrapped(box.words, inside, WORDS)) + note


def _laid(
    columns: Sequence[Column], links: Sequence[tuple[str, str]], width: float
) -> tuple[dict[str, _Placed], float]:
    """Where each box lies, and how far down the lowest reaches."""
    heights = {box.key: _height(box, width) for column in columns for box in column.boxes}
    tall = [sum(heights[box.key] + GAP for box in column.boxes) for column in columns]
    room = HEAD + max(tall, default=0.0)
    first = tall.index(max(tall)) if tall else 0
    near: dict[str, list[str]] = {key: [] for key in heights}
    for start, end in links:
        near[start].append(end)
        near[end].append(start)
    placed: dict[str, _Placed] = {}
    for number in [first, *range(first - 1, -1, -1), *range(first + 1, len(columns))]:
        left = SIDE + (width + BETWEEN) * number
        keys = [box.key for box in columns[number].boxes]
        wishes = [_wish([placed[other].middle for other in near[key] if other in placed]) for key in keys]
        for key, top in zip(keys, _stacked([heights[key] for key in keys], wishes, room), strict=True):
            placed[key] = _Placed(left, top, width, heights[key])
    return placed, max((one.y + one.height for one in placed.values()), default=HEAD)


def _wish(middles: Sequence[float]) -> float | None:
    return sum(middles) / len(middles) if middles else None


def _stacked(heights: Sequence[float], wishes: Sequence[float | None], room: float) -> list[float]:
    """The top of each box: its middle where it wishes, never above the one before it nor below the room."""
    tops: list[float] = []
    free = HEAD
    for height, wish in zip(heights, wishes, strict=True):
        tops.append(max(free, wish - height / 2 if wish is not None else free))
        free = tops[-1] + height + GAP
    limit = room
    for number in range(len(tops) - 1, -1, -1):
        tops[number] = min(tops[number], limit - GAP - heights[number])
        limit = tops[number]
    return tops


def _join(drawing: Drawing, start: _Placed, end: _Placed, *, arrow: bool) -> None:
    x, to = start.x + start.width, end.x
    if not arrow:
        drawing.line([(x, start.middle), (to, end.middle)], GREY, 1.5)
        return
    turn = math.atan2(end.middle - start.middle, to - x)
    wings = [(to - ARROW * math.cos(turn + side), end.middle - ARROW * math.sin(turn + side)) for side in (0.45, -0.45)]
    drawing.line([(x, start.middle), (to, end.middle)], GREY, 1.5)
    drawing.line([wings[0], (to, end.middle), wings[1]], GREY, 1.5)


def _draw(drawing: Drawing, box: Box, at: _Placed, frame: Frame) -> None:
    thick, dash = FRAMES[frame]
    drawing.bar(at.x, at.y, at.width, at.height, "#ffffff")
    right, low = at.x + at.width, at.y + at.height
    around = [(at.x, at.y), (right, at.y), (right, low), (at.x, low), (at.x, at.y)]
    drawing.line(around, BLUE if frame == "thick" else DARK, thick, dash)
    y = at.y + PAD + WORDS - 1
    for line in wrapped(box.words, at.width - 2 * PAD, WORDS):
        drawing.text(at.x + PAD, y, line, DARK, WORDS)
        y += LINE_HEIGHT
    for line in wrapped(box.note, at.width - 2 * PAD, NOTE):
        drawing.text(at.x + PAD, y - 2, line, GREY, NOTE)
        y += NOTE_HEIGHT
