"""Do places lie where their size alone would put them?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from keepwell.charts.drawing import Drawing, cut_to, drawn, ticks
from keepwell.charts.picture import BLUE, DARK, GREY, LINE, ORANGE, PHONE, Picture
from keepwell.comparison import (
    Dispersion,
    Limits,
    adjusted_limits,
    adjusted_rate_limits,
    proportion_limits,
    rate_limits,
)
from keepwell.disclosure import Released

STEPS = 80
MOST_NAMES = 4
SHARES = frozenset({"share_who_left", "stability_index"})
WITHIN, ABOVE, BELOW, OWN = "within the limits", "above a limit", "below a limit", "this organisation"
LOOKS: Final = {
    WITHIN: ("circle", BLUE, 70),
    ABOVE: ("triangle-up", ORANGE, 90),
    BELOW: ("square", GREY, 70),
    OWN: ("diamond", DARK, 260),
}
"""What each kind of place looks like: a shape, a colour and a size, never a colour alone."""
CHANCE_95, CHANCE_99_8 = "95% of chance", "99.8% of chance"
ADJUSTED = "99.8%, allowing for differences"
DASHES = {CHANCE_95: (2, 3), CHANCE_99_8: (), ADJUSTED: (8, 5)}
TITLES = re.compile(r" (?:University )?(?:Hospitals? )?(?:Healthcare )?(?:NHS )?(?:Foundation )?Trust$")
HEIGHT, LEGEND_STEP = 320.0, 22.0
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Curve:
    """One limit: of which kind, and its points (people, figure)."""

    kind: str
    points: list[Point]


def funnel(
    released: Released, group: str, title: str, description: str, *, within: str = "benchmark_group", own: str = ""
) -> Picture:
    """The places of one group by size and figure, between the limits of chance.

    Takes a comparison (`enquiries.comparing`). Across: people; up: the figure. Places beyond a limit have
    another shape and colour; the `own` place (its code) a larger shape and its name.
    """
    measure = released.definition.measure
    rows = [row for row in released.rows() if row[within] == group and row["rank"] is not None]
    points = [_point(row, measure, own) for row in rows]
    average = float(rows[0]["group_average"])
    curves = _curves(rows[0], measure, [point["staff"] for point in points])
    top = 1.15 * max(*(p["value"] for p in points), average)
    bottom = 0.0 if measure != "stability_index" else 0.95 * min(p["value"] for p in points)

    def draw(width: int) -> Drawing:
        chart = _Chart(width, points, curves, bottom, top)
        chart.axes()
        chart.lines(average)
        chart.marks()
        chart.names()
        chart.legend()
        return chart.drawing

    return drawn(title, description, draw)


class _Chart:
    """The plot of one funnel at one width: where a number of people and a figure lie on it."""

    def __init__(
        self, width: int, points: list[dict[str, Any]], curves: list[_Curve], bottom: float, top: float
    ) -> None:
        self.points, self.curves, self.low, self.high = points, curves, bottom, top
        self.kinds = [kind for kind in LOOKS if any(p["kind"] == kind for p in points)]
        self.limits = [kind for kind in DASHES if any(c.kind == kind for c in curves)]
        self.phone = width == PHONE
        self.left, self.right, self.top, self.bottom = 52.0, width - 14.0, 10.0, 10.0 + HEIGHT
        self.most = 1.05 * max(p["staff"] for p in points)
        columns = 1 if self.phone else 2
        sizes = len(self.kinds) + 1, len(self.limits) + 1
        rows = max(sizes) if columns == 2 else sum(sizes)
        self.drawing = Drawing(width, self.bottom + 56 + LEGEND_STEP * rows)

    def x(self, staff: float) -> float:
        return self.left + (self.right - self.left) * staff / self.most

    def y(self, value: float) -> float:
        return self.bottom - (self.bottom - self.top) * (value - self.low) / ((self.high - self.low) or 1.0)

    def axes(self) -> None:
        """Percentages at the side with lines across, people below."""
        form = ".0%" if self.high - self.low > 0.08 else ".1%"
        for value in ticks(self.low, self.high, 5):
            self.drawing.line([(self.left, self.y(value)), (self.right, self.y(value))], LINE)
            self.drawing.text(self.left - 6, self.y(value) + 4.5, f"{value:{form}}", anchor="end")
        for staff in ticks(0, self.most, 3 if self.phone else 6, whole=True):
            self.drawing.text(self.x(staff), self.bottom + 18, f"{staff:,.0f}", anchor="middle")
        self.drawing.text((self.left + self.right) / 2, self.bottom + 36, "people", anchor="middle")
        self.drawing.line([(self.left, self.bottom), (self.right, self.bottom)], GREY)

    def lines(self, average: float) -> None:
        """The limits, as far as the plot reaches, and the average of the group."""
        for curve in self.curves:
            for part in _inside(curve.points, self.low, self.high):
                self.drawing.line([(self.x(s), self.y(v)) for s, v in part], GREY, 1.5, DASHES[curve.kind])
        self.drawing.line([(self.left, self.y(average)), (self.right, self.y(average))], DARK)

    def marks(self) -> None:
        """A mark a place; our own the last, so that it lies above."""
        for point in sorted(self.points, key=lambda p: p["kind"] == OWN):
            shape, colour, area = LOOKS[point["kind"]]
            self.drawing.mark(shape, self.x(point["staff"]), self.y(point["value"]), colour, area)

    def names(self) -> None:
        """The names of our own place and of those far above, to the side where there is room."""
        middle, longest = self.most / 2, 120 if self.phone else 200
        far = [p for p in self.points if p["kind"] == OWN or (p["far"] and p["kind"] == ABOVE)]
        for point in _with_room(far, self.high - self.low):
            right = point["staff"] > middle
            x, words = self.x(point["staff"]) + (-11 if right else 11), cut_to(point["name"], longest, 12)
            self.drawing.text(x, self.y(point["value"]) + 4, words, DARK, 12, "end" if right else "start", halo=True)

    def legend(self) -> None:
        """What the lines and the shapes are, below the plot."""
        top = self.bottom + 60
        self.drawing.text(12, top, "limits:")
        for i, kind in enumerate(self.limits, 1):
            y = top + LEGEND_STEP * i
            self.drawing.line([(12, y - 4.5), (40, y - 4.5)], GREY, 1.5, DASHES[kind])
            self.drawing.text(48, y, kind)
        left = 12.0 if self.phone else self.drawing.width / 2
        top += LEGEND_STEP * (len(self.limits) + 1) if self.phone else 0.0
        self.drawing.text(left, top, "places:")
        for i, kind in enumerate(self.kinds, 1):
            y = top + LEGEND_STEP * i
            shape, colour, area = LOOKS[kind]
            self.drawing.mark(shape, left + 14, y - 4.5, colour, min(area, 120))
            self.drawing.text(left + 36, y, kind)


def _inside(points: Sequence[Point], low: float, high: float) -> Iterator[list[Point]]:
    """The parts of a line that lie between two heights, cut where it crosses them."""
    part: list[Point] = []
    for one, two in pairwise(points):
        cut = _cut(one, two, low, high)
        if cut is None:
            if part:
                yield part
            part = []
            continue
        if not part or part[-1] != cut[0]:
            if part:
                yield part
            part = [cut[0]]
        part.append(cut[1])
    if part:
        yield part


def _cut(one: Point, two: Point, low: float, high: float) -> tuple[Point, Point] | None:
    """The piece from one point to the other that lies between two heights; None where nothing does."""

    def at(height: float) -> Point:
        share = (height - one[1]) / (two[1] - one[1])
        return one[0] + share * (two[0] - one[0]), height

    ends = []
    for here, other in ((one, two), (two, one)):
        if here[1] > high:
            if other[1] >= high:
                return None
            ends.append(at(high))
        elif here[1] < low:
            if other[1] <= low:
                return None
            ends.append(at(low))
        else:
            ends.append(here)
    return ends[0], ends[1]


def _point(row: dict[str, Any], measure: str, own: str) -> dict[str, Any]:
    code = row.get("organisation")
    name = str(row.get("organisation_name") or code)
    kind = next((k for k in (ABOVE, BELOW) if row["position"].startswith(k.split()[0])), WITHIN)
    return {
        "staff": _size_of(row, measure),
        "value": row[measure],
        "kind": OWN if own and code == own else kind,
        "name": TITLES.sub("", name),
        "far": "99.8" in row["position"],
    }


def _size_of(row: dict[str, Any], measure: str) -> float:
    if measure in SHARES:
        return float(row["headcount_at_start"])
    return float(row.get("average_headcount") or (row["headcount_at_start"] + row["headcount_at_end"]) / 2)


def _curves(row: dict[str, Any], measure: str, sizes: list[float]) -> list[_Curve]:
    """The limits from the smallest size to the largest, closer together where they bend."""
    grid = np.linspace(np.sqrt(max(min(sizes) * 0.9, 1.0)), np.sqrt(max(sizes) * 1.05), STEPS) ** 2
    chance, adjusted = limits_at(row, measure, grid)
    lines = [(CHANCE_95, chance.lower_95), (CHANCE_95, chance.upper_95)]
    lines += [(CHANCE_99_8, chance.lower_99_8), (CHANCE_99_8, chance.upper_99_8)]
    if row["adjusted_position"] is not None:
        lines += [(ADJUSTED, adjusted.lower_99_8), (ADJUSTED, adjusted.upper_99_8)]
    return [
        _Curve(kind, [(float(staff), float(value)) for staff, value in zip(grid, values, strict=True)])
        for kind, values in lines
    ]


def limits_at(row: dict[str, Any], measure: str, grid: np.ndarray) -> tuple[Limits, Limits]:
    """The limits of chance at these sizes, and those that allow for differences, of the group that a row is of."""
    average = row["group_average"]
    share = measure in SHARES
    found = Dispersion("PR" if share else "CQC", average, row["phi"], row["tau2"], row["compared"], np.array([]))
    if share:
        return proportion_limits(grid, average), adjusted_limits(found, grid)
    return rate_limits(grid, average), adjusted_rate_limits(found, grid, average)


def _with_room(points: list[dict[str, Any]], height: float) -> list[dict[str, Any]]:
    """Our own first, then the highest, without those whose name would lie on another's."""
    kept: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda p: (p["kind"] != OWN, -p["value"])):
        if all(abs(point["value"] - other["value"]) > 0.05 * height for other in kept):
            kept.append(point)
    return kept[:MOST_NAMES]
