"""Which groups stand above the rest, beyond chance?"""

from __future__ import annotations

from keepwell.charts.drawing import Drawing, Rows, drawn, width_of
from keepwell.charts.picture import BLUE, DARK, GREY, ORANGE, Picture
from keepwell.disclosure import Released

PALE = {ORANGE: "#d7a780", BLUE: "#80aedc"}
"""The whiskers: the colours of the dots, halfway to white."""


def intervals(
    released: Released, label: str, value: str, overall: float, title: str, description: str, most: int = 15
) -> Picture:
    """A dot and its 95% interval a group, in the order given, beside the line of all groups together.

    Groups whose whole interval lies above the line are drawn in another colour and another shape.
    """
    rows = [row for row in released.rows()[:most] if row[value] is not None]
    far = _far_enough([row["upper_95"] for row in rows], [row[value] for row in rows], overall)

    def draw(width: int) -> Drawing:
        chart = Rows([str(row[label]) for row in rows], width, head=24.0)
        chart.percent_axis(far)
        across = chart.across(far)
        at, words = across(overall), f"all: {overall:.1%}"
        chart.drawing.line([(at, chart.top), (at, chart.bottom)], DARK, 1, (5, 4))
        fits = at + 4 + width_of(words, 12) <= width
        chart.drawing.text(at + 4 if fits else at - 4, chart.top - 6, words, GREY, 12, "start" if fits else "end")
        for i, row in enumerate(rows):
            y, above = chart.y(i), row["lower_95"] > overall
            colour = ORANGE if above else BLUE
            ends = [(across(min(row[end], far)), y) for end in ("lower_95", "upper_95")]
            chart.drawing.line(ends, PALE[colour], 3)
            chart.drawing.mark("diamond" if above else "circle", across(row[value]), y, colour, 90)
        chart.write_names()
        return chart.drawing

    return drawn(title, description, draw)


def _far_enough(highs: list[float], values: list[float], overall: float) -> float:
    """How far the axis goes: to every dot and most whiskers, but not to the end of one tiny group's whisker."""
    usual = sorted(highs)[int(0.8 * (len(highs) - 1))] if highs else 1.0
    return min(1.0, max([*highs, 0.0]), max([usual * 1.15, overall * 1.3, *(v * 1.1 for v in values)])) or 1.0
