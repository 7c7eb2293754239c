"""How did it go, month by month?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, PHONE, Picture, picture
from keepwell.disclosure import Released


def course(released: Released, measure: str, title: str, description: str) -> Picture:
    """A line through one value a period, from zero, without groups."""
    points = [
        {"month": row["period_end"].isoformat(), "value": row[measure]}
        for row in released.rows()
        if row[measure] is not None
    ]
    share = released.definition.unit == "share"

    def draw(width: int) -> alt.TopLevelMixin:
        base = alt.Chart(alt.Data(values=points)).encode(
            x=alt.X(
                "month:T", title=None, axis=alt.Axis(format="%b %y", tickCount=4 if width == PHONE else 8, grid=False)
            ),
            y=alt.Y(
                "value:Q",
                title=None,
                scale=alt.Scale(zero=True),
                axis=alt.Axis(format=".1%" if share else ",d", tickCount=5),
            ),
        )
        lines = base.mark_line(color=BLUE, strokeWidth=2.5) + base.mark_point(color=BLUE, filled=True, size=40)
        return lines.properties(width=width - 60, height=240)

    return picture(title, description, draw)
