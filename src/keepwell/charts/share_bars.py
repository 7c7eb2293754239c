"""How do groups compare on one share, where chance is not the question?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, DARK, PHONE, Picture, picture
from keepwell.disclosure import Released


def share_bars(released: Released, label: str, value: str, title: str, description: str, most: int = 15) -> Picture:
    """A bar a group with its percentage, in the order given."""
    rows = [{"group": r[label], "value": r[value]} for r in released.rows()[:most] if r[value] is not None]

    def draw(width: int) -> alt.TopLevelMixin:
        names = alt.Y("group:N", sort=None, title=None, axis=alt.Axis(labelLimit=130 if width == PHONE else 290))
        across = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(zero=True))
        base = alt.Chart(alt.Data(values=rows)).encode(y=names, x=across)
        words = base.mark_text(align="left", dx=4, color=DARK, fontSize=13).encode(
            text=alt.Text("value:Q", format=".1%")
        )
        bars = base.mark_bar(color=BLUE, height=16)
        return (bars + words).properties(width=width - (180 if width == PHONE else 340), height=alt.Step(26))

    return picture(title, description, draw)
