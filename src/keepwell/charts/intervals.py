"""Which groups stand above the rest, beyond chance?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, DARK, GREY, ORANGE, PHONE, Picture, picture
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

    def draw(width: int) -> alt.TopLevelMixin:
        names = alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=120 if width == PHONE else 280))
        colour = alt.Color(
            "above:N", scale=alt.Scale(domain=["above", "not clearly"], range=[ORANGE, BLUE]), legend=None
        )
        shape = alt.Shape(
            "above:N", scale=alt.Scale(domain=["above", "not clearly"], range=["diamond", "circle"]), legend=None
        )
        base = alt.Chart(alt.Data(values=rows)).encode(y=names, color=colour)
        across = alt.X("low:Q", title=None, axis=alt.Axis(format=".0%", tickCount=4), scale=alt.Scale(zero=True))
        whisker = base.mark_rule(strokeWidth=3, opacity=0.55).encode(x=across, x2="high:Q")
        dot = base.mark_point(filled=True, size=90, opacity=1).encode(x="value:Q", shape=shape)
        line = alt.Chart(alt.Data(values=[{"all": overall}])).mark_rule(strokeDash=[5, 4], color=DARK)
        text = alt.Chart(alt.Data(values=[{"all": overall, "text": f"all: {overall:.1%}"}])).mark_text(
            align="left", dx=4, baseline="bottom", color=GREY, fontSize=12
        )
        picture_ = whisker + dot + line.encode(x="all:Q") + text.encode(x="all:Q", y=alt.value(0), text="text:N")
        return picture_.properties(width=width - (150 if width == PHONE else 300), height=alt.Step(26))

    return picture(title, description, draw)
