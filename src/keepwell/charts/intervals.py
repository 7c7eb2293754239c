"""Which groups stand above the rest, beyond chance?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, DARK, GREY, ORANGE, Picture, picture
from keepwell.charts.rows import names_above, percent_axis, rows_chart, sized
from keepwell.disclosure import Released


def intervals(
    released: Released, label: str, value: str, overall: float, title: str, description: str, most: int = 15
) -> Picture:
    """A dot and its 95% interval a group, in the order given, beside the line of all groups together.

    Groups whose whole interval lies above the line are drawn in another colour and another shape.
    """
    rows = [
        {
            "group": row[label],
            "value": row[value],
            "low": row["lower_95"],
            "high": row["upper_95"],
            "above": "above" if row["lower_95"] > overall else "not clearly",
        }
        for row in released.rows()[:most]
        if row[value] is not None
    ]
    kinds = ["above", "not clearly"]
    colour = alt.Color("above:N", scale=alt.Scale(domain=kinds, range=[ORANGE, BLUE]), legend=None)
    shape = alt.Shape("above:N", scale=alt.Scale(domain=kinds, range=["diamond", "circle"]), legend=None)
    far = _far_enough([row["high"] for row in rows], [row["value"] for row in rows], overall)
    axis = percent_axis(far)

    def draw(width: int) -> alt.TopLevelMixin:
        base = rows_chart(rows, "group", width)
        across = alt.X("low:Q", title=None, axis=axis, scale=alt.Scale(domain=[0, far], nice=False))
        whisker = base.mark_rule(strokeWidth=3, opacity=0.55, clip=True).encode(x=across, x2="high:Q", color=colour)
        dot = base.mark_point(filled=True, size=90, opacity=1).encode(x="value:Q", shape=shape, color=colour)
        line = alt.Chart(alt.Data(values=[{"all": overall, "text": f"all: {overall:.1%}"}])).encode(x="all:Q")
        rule = line.mark_rule(strokeDash=[5, 4], color=DARK)
        text = line.mark_text(align="left", dx=4, dy=-6, baseline="bottom", color=GREY, fontSize=12)
        layers = [whisker, dot, rule, text.encode(y=alt.value(0), text="text:N"), *names_above(base, "group", width)]
        return sized(alt.layer(*layers), width)

    return picture(title, description, draw)


def _far_enough(highs: list[float], values: list[float], overall: float) -> float:
    """How far the axis goes: to every dot and most whiskers, but not to the end of one tiny group's whisker."""
    usual = sorted(highs)[int(0.8 * (len(highs) - 1))] if highs else 1.0
    return min(1.0, max([*highs, 0.0]), max([usual * 1.15, overall * 1.3, *(v * 1.1 for v in values)])) or 1.0
