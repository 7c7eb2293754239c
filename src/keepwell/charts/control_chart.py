"""Is it changing, or does it move as it always does?"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import altair as alt

from keepwell.charts.picture import DARK, GREY, PHONE, Picture, picture
from keepwell.charts.spc_icons import CONCERN, IMPROVEMENT, NEUTRAL, NOISE
from keepwell.disclosure import Released

KINDS = {
    "as usual": (NOISE, "circle"),
    "improvement": (IMPROVEMENT, "square"),
    "concern": (CONCERN, "diamond"),
    "special cause": (NEUTRAL, "triangle-up"),
}
"""What a point is, its colour and its shape: never the colour alone."""
SHARE, COUNT = ".1%", ",.0f"
ROOM = 0.08


def control_chart(released: Released, title: str, description: str, target: float | None = None) -> Picture:
    """The points of one series with mean, process limits, target and where limits were made anew.

    `released` is a series as the enquiry makes it: period_start, period_end, value, mean, lower_process_limit,
    upper_process_limit, special_cause, stretch. A lower limit under zero is not drawn where nothing can be under zero.
    """
    rows = _rows(released)
    form = SHARE if released.definition.unit == "share" else COUNT
    low, high = _range(rows, target)

    def draw(width: int) -> alt.TopLevelMixin:
        layers = [*_lines(rows, form, width), *_marks(rows, width)]
        if target is not None:
            layers += _target(rows, target, form)
        axis = alt.Axis(format=form, tickCount=5)
        up = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[low, high], nice=False), axis=axis)
        return alt.layer(*[layer.encode(y=up) if i == 0 else layer for i, layer in enumerate(layers)]).properties(
            width=width - (90 if width == PHONE else 170), height=260
        )

    return picture(title, description, draw)


def _rows(released: Released) -> list[dict[str, Any]]:
    """A row a point, with what it is; a lower limit that nothing can fall under is left out."""
    found = []
    for row in released.rows():
        cause = (row["special_cause"] or "as usual").partition("_")[0]
        lower = row["lower_process_limit"]
        found.append(
            {
                "month": row["period_end"].replace(day=1).isoformat(),  # so that it stands above its own month's name
                "value": row["value"],
                "mean": row["mean"],
                "lower": lower if lower is not None and lower > 0 else None,
                "upper": row["upper_process_limit"],
                "kind": {"neutral": "special cause"}.get(cause, cause),
                "stretch": row["stretch"],
            }
        )
    return found


def _range(rows: list[dict[str, Any]], target: float | None) -> tuple[float, float]:
    """What the axis shows: every point and line, with some room, and nothing under zero."""
    shown = [row[k] for row in rows for k in ("value", "lower", "upper", "mean") if row[k] is not None]
    shown += [target] if target is not None else []
    low, high = min(shown, default=0.0), max(shown, default=1.0)
    room = (high - low or abs(high) or 1.0) * ROOM
    return max(0.0, low - room) if low >= 0 else low - room, high + room


def _across(width: int) -> alt.X:
    ticks = 4 if width == PHONE else 8
    axis = alt.Axis(format="%b %y", tickCount=ticks, grid=False, labelOverlap="greedy", labelSeparation=10)
    return alt.X("month:T", title=None, axis=axis)


def _lines(rows: list[dict[str, Any]], form: str, width: int) -> list[Any]:
    """Values joined, then mean and limits as steps, named at their right end."""
    base = alt.Chart(alt.Data(values=rows)).encode(x=_across(width))
    layers = [base.mark_line(color=NOISE, strokeWidth=1.5).encode(y="value:Q")]
    for name, words, dash in (
        ("mean", "mean", [1, 0]),
        ("upper", "upper limit", [6, 4]),
        ("lower", "lower limit", [6, 4]),
    ):
        there = [row for row in rows if row[name] is not None]
        if not there:
            continue
        colour = DARK if name == "mean" else GREY
        line = alt.Chart(alt.Data(values=there)).encode(x="month:T", y=f"{name}:Q", detail="stretch:N")
        layers.append(line.mark_line(color=colour, strokeWidth=1.5, strokeDash=dash))
        if there[-1]["stretch"] == rows[-1]["stretch"]:
            said = _said(there[-1][name], form)
            last = {**there[-1], "text": said if width == PHONE and name != "mean" else f"{words} {said}"}
            text = alt.Chart(alt.Data(values=[last])).encode(x="month:T", y=f"{name}:Q", text="text:N")
            layers.append(text.mark_text(align="left", dx=8, color=colour, fontSize=12))
    return layers


def _marks(rows: list[dict[str, Any]], width: int) -> list[Any]:
    """The points, and an upright line where limits were made anew."""
    there = [row for row in rows if row["value"] is not None]
    kinds = [kind for kind in KINDS if any(row["kind"] == kind for row in there)]
    colours, shapes = [KINDS[k][0] for k in kinds], [KINDS[k][1] for k in kinds]
    legend = alt.Legend(title=None, orient="top", labelFontSize=13, symbolSize=110, symbolOpacity=1)
    points = (
        alt.Chart(alt.Data(values=there))
        .mark_point(filled=True, opacity=1)
        .encode(
            x="month:T",
            y="value:Q",
            color=alt.Color("kind:N", scale=alt.Scale(domain=kinds, range=colours), legend=legend),
            shape=alt.Shape("kind:N", scale=alt.Scale(domain=kinds, range=shapes), legend=legend),
            size=alt.condition("datum.kind == 'as usual'", alt.value(45), alt.value(110)),
        )
    )
    borders = [{"month": b["month"]} for a, b in pairwise(rows) if a["stretch"] != b["stretch"]]
    if not borders:
        return [points]
    upright = alt.Chart(alt.Data(values=borders)).encode(x="month:T")
    words = upright.mark_text(
        align="left", dx=4, dy=2, baseline="top", color=GREY, fontSize=12, text="limits made anew"
    )
    return [
        upright.mark_rule(color=GREY, strokeDash=[2, 3]),
        *([words.encode(y=alt.value(0))] if width != PHONE else []),
        points,
    ]


def _target(rows: list[dict[str, Any]], target: float, form: str) -> list[Any]:
    line = alt.Chart(alt.Data(values=[{"target": target, "text": f"target {_said(target, form)}"}])).encode(
        y="target:Q"
    )
    return [
        line.mark_rule(color=NEUTRAL, strokeWidth=1.5, strokeDash=[8, 3, 2, 3]),
        line.mark_text(align="left", dx=4, dy=-4, baseline="bottom", color=NEUTRAL, fontSize=12).encode(
            x=alt.value(0), text="text:N"
        ),
    ]


def _said(value: float, form: str) -> str:
    return f"{value:{form}}" if form == SHARE or abs(value) >= 10 else f"{value:.1f}"
