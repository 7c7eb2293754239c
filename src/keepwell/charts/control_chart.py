"""Is it changing, or does it move as it always does?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

from keepwell.charts.drawing import Drawing, cut_to, drawn, ticks, width_of
from keepwell.charts.picture import DARK, GREY, LINE, PHONE, Picture
from keepwell.charts.spc_icons import CONCERN, IMPROVEMENT, NEUTRAL, NOISE
from keepwell.disclosure import Released
from keepwell.periods import MONTHS, Month

USUAL = "as usual"
KINDS = {
    USUAL: (NOISE, "circle"),
    "improvement": (IMPROVEMENT, "square"),
    "concern": (CONCERN, "diamond"),
    "special cause": (NEUTRAL, "triangle-up"),
}
"""What a point is, its colour and its shape: never the colour alone."""
SHARE, COUNT = ".1%", ",.0f"
ROOM = 0.08


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Where a target wants the figure to be: from one month's value to another's, in the unit of the chart."""

    first: Month
    first_value: float
    last: Month
    last_value: float


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a month and belongs on a chart: a letter on it, and the words for the letter."""

    month: Month
    letter: str
    words: str

    @property
    def said(self) -> str:
        """ "A, March 2026: Action began: …"."""
        return f"{self.letter}, {self.month.in_words}: {self.words}"


def control_chart(
    released: Released,
    title: str,
    description: str,
    target: float | None = None,
    trajectory: Trajectory | None = None,
    events: Sequence[Event] = (),
) -> Picture:
    """The points of one series with mean, process limits, target and where limits were made anew.

    `released` is a series as the enquiry makes it: period_start, period_end, value, mean, lower_process_limit,
    upper_process_limit, special_cause, stretch. A lower limit under zero is not drawn where nothing can be under zero.
    A trajectory is drawn as a line of its own, and the months that it goes on to are on the axis. Each event is an upright
    line with its letter above, and its words are in the description: where it came after the last point, it lies there.
    """
    description = " ".join([description, *(f"{event.said}." for event in events)])
    rows = _rows(released)
    form = SHARE if released.definition.unit == "share" else COUNT
    aims = [target, *((trajectory.first_value, trajectory.last_value) if trajectory else ())]
    low, high = _range(rows, [aim for aim in aims if aim is not None])

    def draw(width: int) -> Drawing:
        chart = _Chart(width, rows, low, high, form, trajectory, events)
        chart.axes()
        chart.lines()
        chart.events(events)
        if target is not None:
            chart.aim([(chart.left, chart.y(target)), (chart.right, chart.y(target))], f"target {_said(target, form)}")
        if trajectory is not None:
            ends = ((trajectory.first, trajectory.first_value), (trajectory.last, trajectory.last_value))
            words = f"aim: {_said(trajectory.last_value, form)} by {trajectory.last.in_words}"
            chart.aim([(chart.x(month.index), chart.y(value)) for month, value in ends], words)
        chart.marks()
        return chart.drawing

    return drawn(title, description, draw)


def _rows(released: Released) -> list[dict[str, Any]]:
    """A row a point, with what it is; a lower limit that nothing can fall under is left out."""
    found = []
    for row in released.rows():
        cause = (row["special_cause"] or "as usual").partition("_")[0]
        lower = row["lower_process_limit"]
        found.append(
            {
                "month": Month.of(row["period_end"]).index,
                "value": row["value"],
                "mean": row["mean"],
                "lower": lower if lower is not None and lower > 0 else None,
                "upper": row["upper_process_limit"],
                "kind": {"neutral": "special cause"}.get(cause, cause),
                "stretch": row["stretch"],
            }
        )
    return found


def _range(rows: list[dict[str, Any]], aims: list[float]) -> tuple[float, float]:
    """What the axis shows: every point and line, with some room, and nothing under zero."""
    shown = [row[k] for row in rows for k in ("value", "lower", "upper", "mean") if row[k] is not None]
    shown += aims
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    room = (high - low or abs(high) or 1.0) * ROOM
    return max(0.0, low - room) if low >= 0 else low - room, high + room


HEAD, PLOT, FOOT = 30.0, 260.0, 26.0
LABEL = 12
ROW, MOST_WORDS = 16.0, 4


class _Chart:
    """One size of the chart: where things stand, and its layers."""

    def __init__(
        self,
        width: int,
        rows: list[dict[str, Any]],
        low: float,
        high: float,
        form: str,
        aim: Trajectory | None,
        events: Sequence[Event] = (),
    ) -> None:
        self.rows, self.low, self.high, self.form = rows, low, high, form
        self.phone = width == PHONE
        self.left, self.right = (46.0, width - 46.0) if self.phone else (54.0, width - 112.0)
        months = [row["month"] for row in rows] + ([aim.first.index, aim.last.index] if aim else [])
        months += [event.month.index for event in events]
        self.first, self.last = min(months, default=0), max(months, default=1)
        rows_of_words = 0 if self.phone else min(len(events), MOST_WORDS)
        self.head = HEAD + ROW * rows_of_words
        self.drawing = Drawing(width, self.head + PLOT + FOOT)

    def x(self, month: int) -> float:
        span = self.last - self.first
        return self.left + (self.right - self.left) * ((month - self.first) / span if span else 0.5)

    def y(self, value: float) -> float:
        return self.head + PLOT * (self.high - value) / (self.high - self.low)

    def axes(self) -> None:
        """Values at the left with pale lines, months below."""
        for value in ticks(self.low, self.high, 5, whole=self.form == COUNT and self.high - self.low > 5):
            self.drawing.line([(self.left, self.y(value)), (self.right, self.y(value))], LINE)
            self.drawing.text(self.left - 6, self.y(value) + 4.5, _tick(value, self), anchor="end")
        bottom = self.head + PLOT
        self.drawing.line([(self.left, bottom), (self.right, bottom)], GREY)
        every = _every(self.last - self.first + 1, 4 if self.phone else 8)
        for month in range(self.last, self.first - 1, -every):
            x = self.x(month)
            self.drawing.line([(x, bottom), (x, bottom + 5)], GREY)
            self.drawing.text(x, bottom + 19, f"{MONTHS[month % 12][:3]} {month // 12 % 100:02d}", anchor="middle")

    def lines(self) -> None:
        """Values joined, then mean and limits stretch by stretch, named at their right end."""
        for there, run in groupby(self.rows, lambda row: row["value"] is not None):
            if there:
                self.drawing.line([(self.x(r["month"]), self.y(r["value"])) for r in run], NOISE, 1.5)
        names: list[tuple[float, str, str]] = []
        for name, words, dash in (
            ("mean", "mean", ()),
            ("upper", "upper limit", (6, 4)),
            ("lower", "lower limit", (6, 4)),
        ):
            limits = [row for row in self.rows if row[name] is not None]
            colour = DARK if name == "mean" else GREY
            for _, run in groupby(limits, lambda row: row["stretch"]):
                self.drawing.line([(self.x(r["month"]), self.y(r[name])) for r in run], colour, 1.5, dash)
            if limits and limits[-1]["stretch"] == self.rows[-1]["stretch"]:
                said = _said(limits[-1][name], self.form)
                names.append(
                    (self.y(limits[-1][name]), said if self.phone and name != "mean" else f"{words} {said}", colour)
                )
        self._name(names)

    def _name(self, names: list[tuple[float, str, str]]) -> None:
        """Words beside the right ends of lines, none on another."""
        below = float("-inf")
        for at, words, colour in sorted(names):
            below = y = max(at, below + LABEL + 2)
            room = self.drawing.width - self.right - 8
            shown = words if width_of(words, LABEL) <= room else words.replace("mean ", "")
            self.drawing.text(self.right + 8, y + 4, shown, colour, LABEL)

    def marks(self) -> None:
        """The points, what their forms mean, and an upright line where limits were made anew."""
        for a, b in pairwise(self.rows):
            if a["stretch"] != b["stretch"]:
                x = self.x(b["month"])
                self.drawing.line([(x, self.head), (x, self.head + PLOT)], GREY, 1, (2, 3))
                if not self.phone:
                    self.drawing.text(x + 4, self.head + 11, "limits made anew", GREY, LABEL)
        there = [row for row in self.rows if row["value"] is not None]
        for row in there:
            colour, shape = KINDS[row["kind"]]
            area = 45 if row["kind"] == USUAL else 110
            self.drawing.mark(shape, self.x(row["month"]), self.y(row["value"]), colour, area)
        x = 10.0
        for kind in (kind for kind in KINDS if any(row["kind"] == kind for row in there)):
            self.drawing.mark(KINDS[kind][1], x, 12, KINDS[kind][0], 90)
            self.drawing.text(x + 9, 16.5, kind)
            x += 27 + width_of(kind)

    def events(self, events: Sequence[Event]) -> None:
        """An upright line in the month of each, its letter in a box at its foot; several of one month share the line.

        On a desk the words of the first few stand above the chart, each on its line, as far as there is room.
        """
        for month, together in groupby(sorted(events, key=lambda event: event.month), lambda event: event.month):
            x, letters = self.x(month.index), ", ".join(event.letter for event in together)
            self.drawing.line([(x, self.head), (x, self.head + PLOT)], DARK, 1.5, (1, 3))
            room = width_of(letters, LABEL) / 2
            self.drawing.bar(x - room - 3, self.head + PLOT - 17, 2 * room + 6, 17, DARK)
            self.drawing.text(x, self.head + PLOT - 4.5, letters, "#ffffff", LABEL, "middle")
        for row, event in enumerate([] if self.phone else events[:MOST_WORDS]):
            x, y = self.x(event.month.index), HEAD + ROW * row
            self.drawing.line([(x, y), (x, self.head)], DARK, 1.5, (1, 3))
            right = x < (self.left + self.right) / 2
            words = cut_to(f"{event.letter}: {event.words}", (self.drawing.width - x if right else x) - 10, LABEL)
            self.drawing.text(
                x + 5 if right else x - 5, y + 10, words, anchor="start" if right else "end", size=LABEL, halo=True
            )

    def aim(self, points: Sequence[tuple[float, float]], words: str) -> None:
        """A line to a target, with its words above the line's start, or below where there is no room."""
        self.drawing.line(points, NEUTRAL, 1.5, (8, 3, 2, 3))
        (x, y), _ = points
        x = min(x + 4, self.drawing.width - width_of(words, LABEL) - 4)
        self.drawing.text(max(x, 4.0), y - 5 if y > self.head + 16 else y + 15, words, NEUTRAL, LABEL, halo=True)


def _every(months: int, most: int) -> int:
    """Every how many months the axis names one, so that there are no more than so many names."""
    return next(step for step in (1, 2, 3, 6, 12, 24, 60, 120, 1200) if months <= step * most)


def _tick(value: float, chart: _Chart) -> str:
    if chart.form == SHARE:
        return f"{value:.1%}" if chart.high - chart.low < 0.08 else f"{value:.0%}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def _said(value: float, form: str) -> str:
    return f"{value:{form}}" if form == SHARE or abs(value) >= 10 else f"{value:.1f}"
