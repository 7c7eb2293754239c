"""Which reasons are given, and how far could the unknown ones change that?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, GREY, PHONE, Picture, picture
from keepwell.disclosure import Released


def reason_bars(released: Released, label: str, title: str, description: str, most: int = 12) -> Picture:
    """A bar a reason for the recorded share, and a thin line to the share it could have at most."""
    rows = [
        {"reason": row[label], "share": row["reasons_for_leaving"], "high": row["highest_share"]}
        for row in released.rows()[:most]
    ]

    def draw(width: int) -> alt.TopLevelMixin:
        names = alt.Y("reason:N", sort=None, title=None, axis=alt.Axis(labelLimit=135 if width == PHONE else 290))
        base = alt.Chart(alt.Data(values=rows)).encode(y=names)
        across = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=4), scale=alt.Scale(zero=True))
        bar = base.mark_bar(color=BLUE, height=14).encode(x=across)
        reach = base.mark_rule(color=GREY, strokeWidth=2).encode(x="share:Q", x2="high:Q")
        end = base.mark_tick(color=GREY, thickness=2, height=10).encode(x="high:Q")
        return (bar + reach + end).properties(width=width - (160 if width == PHONE else 310), height=alt.Step(26))

    return picture(title, description, draw)
