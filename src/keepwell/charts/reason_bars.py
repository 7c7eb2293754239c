"""Which reasons are given, and how far could the unknown ones change that?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, GREY, Picture, picture
from keepwell.charts.rows import names_above, percent_axis, rows_chart, sized
from keepwell.disclosure import Released


def reason_bars(released: Released, label: str, title: str, description: str, most: int = 10) -> Picture:
    """A bar a reason for the recorded share, and a thin line to the share it could have at most."""
    rows = [
        {"reason": row[label], "share": row["reasons_for_leaving"], "high": row["highest_share"]}
        for row in released.rows()[:most]
    ]
    axis = percent_axis(max((row["high"] for row in rows), default=1.0))

    def draw(width: int) -> alt.TopLevelMixin:
        base = rows_chart(rows, "reason", width)
        across = alt.X("share:Q", title=None, axis=axis, scale=alt.Scale(zero=True))
        bar = base.mark_bar(color=BLUE, height=14).encode(x=across)
        reach = base.mark_rule(color=GREY, strokeWidth=2).encode(x="share:Q", x2="high:Q")
        end = base.mark_tick(color=GREY, thickness=2, height=10).encode(x="high:Q")
        return sized(alt.layer(bar, reach, end, *names_above(base, "reason", width)), width)

    return picture(title, description, draw)
