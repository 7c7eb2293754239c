"""How is a chart drawn in a millisecond, so that a page of many needs no drawing library?

Plain SVG by hand: no style attribute, no script, no font of its own, and only ids that come from the chart's title.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Final

from markupsafe import escape

from keepwell.charts.picture import DARK, DESK, FONT, GREY, LINE, PHONE, Picture

SIZE: Final = 13
NARROW, WIDE = frozenset("iljtfrI.,:;|!()[]'- /"), frozenset("mwMW%@—")
AVERAGE, THIN, BROAD, UPPER = 0.556, 0.3, 0.87, 0.68
"""Widths of letters in Arial, as shares of the size: enough to know what fits."""
MARKS: Final = {
    "circle": '<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="{colour}"/>',
    "square": '<rect x="{left:.1f}" y="{top:.1f}" width="{side:.1f}" height="{side:.1f}" fill="{colour}"/>',
    "diamond": '<path d="M{x:.1f} {above:.1f}L{right:.1f} {y:.1f}L{x:.1f} {below:.1f}L{farleft:.1f} {y:.1f}Z" '
    'fill="{colour}"/>',
    "triangle-up": '<path d="M{x:.1f} {above:.1f}L{right:.1f} {low:.1f}L{farleft:.1f} {low:.1f}Z" fill="{colour}"/>',
}


def width_of(words: str, size: float = SIZE) -> float:
    """About how wide a text is, in pixels."""
    return size * sum(THIN if c in NARROW else BROAD if c in WIDE else UPPER if c.isupper() else AVERAGE for c in words)


def cut_to(words: str, most: float, size: float = SIZE) -> str:
    """A text that fits into so many pixels, with an ellipsis where it was cut."""
    if width_of(words, size) <= most:
        return words
    while words and width_of(f"{words}…", size) > most:
        words = words[:-1]
    return f"{words.rstrip()}…"


class Drawing:
    """An SVG on its way: what is drawn later lies above."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def line(
        self, points: Sequence[tuple[float, float]], colour: str, width: float = 1.0, dash: Sequence[int] = ()
    ) -> None:
        """A line through points."""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        dashed = f' stroke-dasharray="{" ".join(str(d) for d in dash)}"' if dash else ""
        self._parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{width:g}"{dashed}/>')

    def bar(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.0):.1f}" height="{height:.1f}" fill="{colour}"/>'
        )

    def mark(self, shape: str, x: float, y: float, colour: str, area: float) -> None:
        """A filled mark of MARKS, of so many square pixels."""
        side = math.sqrt(area)
        half = side * (0.5 if shape == "square" else 0.72)
        self._parts.append(
            MARKS[shape].format(
                x=x,
                y=y,
                r=math.sqrt(area / math.pi),
                colour=colour,
                side=side,
                left=x - side / 2,
                top=y - side / 2,
                above=y - half,
                below=y + half,
                right=x + half,
                farleft=x - half,
                low=y + half * 0.8,
            )
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = DARK,
        size: float = SIZE,
        anchor: str = "start",
        *,
        halo: bool = False,
    ) -> None:
        """Words whose baseline is at y; `anchor` is start, middle or end. A halo keeps lines behind them away."""
        look = "" if anchor == "start" else f' text-anchor="{anchor}"'
        look += ' stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
        self._parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{look}>{escape(words)}</text>'
        )

    def as_svg(self, title: str, description: str, width: int) -> str:
        """The drawing with a title and a description, and no ids that clash on a page."""
        key = f"{re.sub(r'[^a-z]+', '-', title.casefold())}-{width}"
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        return (
            f'<svg role="img" aria-labelledby="{key}-t {key}-d" xmlns="http://www.w3.org/2000/svg" {size} '
            f'font-family="{FONT}"><title id="{key}-t">{escape(title)}</title>'
            f'<desc id="{key}-d">{escape(description)}</desc>'
            f'<rect width="{self.width:g}" height="{self.height:g}" fill="#ffffff"/>{"".join(self._parts)}</svg>'
        )


def drawn(title: str, description: str, draw: Callable[[int], Drawing]) -> Picture:
    """Both sizes of a chart drawn by hand. `draw` gets the width in pixels."""
    return Picture(title, description, *(draw(width).as_svg(title, description, width) for width in (DESK, PHONE)))


def ticks(low: float, high: float, about: int, *, whole: bool = False) -> list[float]:
    """Round numbers from low to high, about so many."""
    rough = (high - low) / max(about, 1)
    if rough <= 0:
        return [low]
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= rough * 0.85)
    if whole:
        step = max(1.0, step)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


DESK_NAMES, NAME_SPACE = 300, 290


class Rows:
    """A chart of one row a group: names beside the rows on a desk, above them on a phone."""

    def __init__(self, names: Sequence[str], width: int, *, head: float = 8.0, foot: float = 30.0) -> None:
        self.phone = width == PHONE
        self.step = 42.0 if self.phone else 26.0
        self.left, self.right = (10.0, width - 10.0) if self.phone else (float(DESK_NAMES), width - 12.0)
        self.top, self.bottom = head, head + self.step * len(names)
        self.drawing = Drawing(width, self.bottom + foot)
        self.names = names

    def y(self, row: int) -> float:
        """The middle of the marks of a row."""
        return self.top + self.step * row + (30.0 if self.phone else self.step / 2)

    def write_names(self) -> None:
        for row, name in enumerate(self.names):
            if self.phone:
                self.drawing.text(self.left, self.y(row) - 11, cut_to(name, PHONE - 20), halo=True)
            else:
                self.drawing.text(self.left - 8, self.y(row) + 4.5, cut_to(name, NAME_SPACE), anchor="end")

    def across(self, most: float) -> Callable[[float], float]:
        """From a value between zero and `most` to its place."""
        span = self.right - self.left
        return lambda value: self.left + span * (value / most if most else 0.0)

    def percent_axis(self, most: float, *, about: int = 4) -> None:
        """Lines and percentages below, with as many decimals as the range needs."""
        place, form = self.across(most), ".0%" if most > 0.08 else ".1%"
        for value in ticks(0.0, most, about):
            x = place(value)
            self.drawing.line([(x, self.top), (x, self.bottom)], LINE)
            anchor = "end" if x > self.right - 14 else "start" if x < self.left + 8 and self.phone else "middle"
            self.drawing.text(x, self.bottom + 18, f"{value:{form}}", DARK, SIZE, anchor)
        self.drawing.line([(self.left, self.bottom), (self.right, self.bottom)], GREY)
