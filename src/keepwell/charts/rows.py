"""Where do the names of groups stand beside their marks?"""

from __future__ import annotations

from typing import Any

import altair as alt

from keepwell.charts.picture import DARK, PHONE

DESK_NAMES, DESK_STEP, PHONE_STEP = 300, 26, 42


def rows_chart(rows: list[dict[str, Any]], name: str, width: int) -> alt.Chart:
    """A chart with one row a group in the order given: names beside the rows on a desk, above them on a phone."""
    axis = None if width == PHONE else alt.Axis(labelLimit=DESK_NAMES - 10, ticks=False, domain=False, labelPadding=8)
    return alt.Chart(alt.Data(values=rows)).encode(y=alt.Y(f"{name}:N", sort=None, title=None, axis=axis))


def names_above(base: alt.Chart, name: str, width: int) -> list[alt.Chart]:
    """On a phone, the names as text above their rows: beside them they would be cut."""
    if width != PHONE:
        return []
    words = base.mark_text(align="left", baseline="bottom", dy=-8, color=DARK, fontSize=13, limit=PHONE - 20)
    return [words.encode(x=alt.value(0), text=f"{name}:N")]


def sized(chart: Any, width: int) -> alt.TopLevelMixin:
    step = PHONE_STEP if width == PHONE else DESK_STEP
    return chart.properties(width=width - 20 if width == PHONE else width - DESK_NAMES, height=alt.Step(step))


def percent_axis(most: float, *, ticks: int = 4) -> alt.Axis:
    """An axis of percentages with as many decimals as its range needs."""
    return alt.Axis(format=".0%" if most > 0.08 else ".1%", tickCount=ticks)
