"""How do groups compare on one share, where chance is not the question?"""

from __future__ import annotations

import altair as alt

from keepwell.charts.picture import BLUE, DARK, Picture, picture
from keepwell.charts.rows import names_above, rows_chart, sized
from keepwell.disclosure import Released


def share_bars(
    released: Released,
    label: str,
    value: str,
    title: str,
    description: str,
    most: int = 15,
    number_format: str = ".1%",
) -> Picture:
    """A bar a group with its percentage (or its number, as `number_format` says), in the order given."""
    rows = [{"group": r[label], "value": r[value]} for r in released.rows()[:most] if r[value] is not None]
    widest = max((row["value"] for row in rows), default=1.0)

    def draw(width: int) -> alt.TopLevelMixin:
        base = rows_chart(rows, "group", width)
        across = alt.X("value:Q", title=None, axis=None, scale=alt.Scale(domain=[0, widest * 1.2]))
        bars = base.mark_bar(color=BLUE, height=16).encode(x=across)
        words = base.mark_text(align="left", dx=4, color=DARK, fontSize=13).encode(
            x=across, text=alt.Text("value:Q", format=number_format)
        )
        return sized(alt.layer(bars, words, *names_above(base, "group", width)), width)

    return picture(title, description, draw)
