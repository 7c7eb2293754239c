"""Do places lie where their size alone would put them?"""

from __future__ import annotations

import re
from typing import Any

import altair as alt
import numpy as np

from keepwell.charts.picture import BLUE, DARK, GREY, ORANGE, PHONE, Picture, picture
from keepwell.comparison import (
    Dispersion,
    Limits,
    adjusted_limits,
    adjusted_rate_limits,
    proportion_limits,
    rate_limits,
)
from keepwell.disclosure import Released

STEPS = 80
MOST_NAMES = 4
HALO: dict[str, Any] = {"stroke": "white", "strokeWidth": 4}
SHARES = frozenset({"share_who_left", "stability_index"})
WITHIN, ABOVE, BELOW, OWN = "within the limits", "above a limit", "below a limit", "this organisation"
CHANCE_95, CHANCE_99_8 = "95% of chance", "99.8% of chance"
ADJUSTED = "99.8%, allowing for differences"
DASHES = {CHANCE_95: [2, 3], CHANCE_99_8: [1, 0], ADJUSTED: [8, 5]}
TITLES = re.compile(r" (?:University )?(?:Hospitals? )?(?:Healthcare )?(?:NHS )?(?:Foundation )?Trust$")


def funnel(
    released: Released, group: str, title: str, description: str, *, within: str = "benchmark_group", own: str = ""
) -> Picture:
    """The places of one group by size and figure, between the limits of chance.

    Takes a comparison (`enquiries.comparing`). Across: people; up: the figure. Places beyond a limit have
    another shape and colour; the `own` place (its code) a larger shape and its name.
    """
    measure = released.definition.measure
    rows = [row for row in released.rows() if row[within] == group and row["rank"] is not None]
    points = [_point(row, measure, own) for row in rows]
    lines = _lines(rows[0], measure, [point["staff"] for point in points])
    top = 1.15 * max(*(p["value"] for p in points), rows[0]["group_average"])
    bottom = 0.0 if measure != "stability_index" else 0.95 * min(p["value"] for p in points)
    kinds = [kind for kind in (WITHIN, ABOVE, BELOW, OWN) if any(p["kind"] == kind for p in points)]

    def draw(width: int) -> alt.TopLevelMixin:
        across = alt.X(
            "staff:Q", title="people", axis=alt.Axis(format=",d", tickCount=3 if width == PHONE else 6, grid=False)
        )
        up = alt.Y(
            "value:Q", title=None, axis=alt.Axis(format=".1%", tickCount=5), scale=alt.Scale(domain=[bottom, top])
        )
        curves = alt.Chart(alt.Data(values=lines)).mark_line(color=GREY, clip=True, strokeWidth=1.5)
        dash = alt.StrokeDash("limit:N", scale=_range(DASHES), legend=_legend("limits:", 700))
        middle = (
            alt.Chart(alt.Data(values=[{"value": rows[0]["group_average"]}])).mark_rule(color=DARK).encode(y="value:Q")
        )
        dots = alt.Chart(alt.Data(values=points)).mark_point(filled=True, size=70, opacity=0.85)
        marks = dots.encode(x=across, y=up, shape=_shape(kinds), color=_colour(kinds))
        own_mark = alt.Chart(alt.Data(values=[p for p in points if p["kind"] == OWN])).mark_point(
            filled=True, shape="diamond", size=260, opacity=1, color=DARK
        )
        layers = [curves.encode(x=across, y=up, detail="line:N", strokeDash=dash), middle, marks]
        layers += [own_mark.encode(x=across, y=up)] if OWN in kinds else []
        layers += _names(points, across, up, top - bottom, 120 if width == PHONE else 200)
        return alt.layer(*layers).properties(width=width - (75 if width == PHONE else 80), height=320)

    return picture(title, description, draw)


def _point(row: dict[str, Any], measure: str, own: str) -> dict[str, Any]:
    code = row.get("organisation")
    name = str(row.get("organisation_name") or code)
    kind = next((k for k in (ABOVE, BELOW) if row["position"].startswith(k.split()[0])), WITHIN)
    return {
        "staff": _size_of(row, measure),
        "value": row[measure],
        "kind": OWN if own and code == own else kind,
        "name": TITLES.sub("", name),
        "far": "99.8" in row["position"],
    }


def _size_of(row: dict[str, Any], measure: str) -> float:
    if measure in SHARES:
        return float(row["headcount_at_start"])
    return float(row.get("average_headcount") or (row["headcount_at_start"] + row["headcount_at_end"]) / 2)


def _lines(row: dict[str, Any], measure: str, sizes: list[float]) -> list[dict[str, Any]]:
    """The limits from the smallest size to the largest, closer together where they bend."""
    grid = np.linspace(np.sqrt(max(min(sizes) * 0.9, 1.0)), np.sqrt(max(sizes) * 1.05), STEPS) ** 2
    chance, adjusted = limits_at(row, measure, grid)
    lines = [(CHANCE_95, chance.lower_95), (CHANCE_95, chance.upper_95)]
    lines += [(CHANCE_99_8, chance.lower_99_8), (CHANCE_99_8, chance.upper_99_8)]
    if row["adjusted_position"] is not None:
        lines += [(ADJUSTED, adjusted.lower_99_8), (ADJUSTED, adjusted.upper_99_8)]
    return [
        {"limit": kind, "line": f"{kind} {i % 2}", "staff": float(staff), "value": float(value)}
        for i, (kind, values) in enumerate(lines)
        for staff, value in zip(grid, values, strict=True)
    ]


def limits_at(row: dict[str, Any], measure: str, grid: np.ndarray) -> tuple[Limits, Limits]:
    """The limits of chance at these sizes, and those that allow for differences, of the group that a row is of."""
    average = row["group_average"]
    share = measure in SHARES
    found = Dispersion("PR" if share else "CQC", average, row["phi"], row["tau2"], row["compared"], np.array([]))
    if share:
        return proportion_limits(grid, average), adjusted_limits(found, grid)
    return rate_limits(grid, average), adjusted_rate_limits(found, grid, average)


def _names(points: list[dict[str, Any]], across: alt.X, up: alt.Y, height: float, longest: int) -> list[alt.Chart]:
    """The names of our own place and of those far above, to the side where there is room."""
    middle = (min(p["staff"] for p in points) + max(p["staff"] for p in points)) / 2
    named = _with_room([p for p in points if p["kind"] == OWN or (p["far"] and p["kind"] == ABOVE)], height)
    left, right = ([p for p in named if (p["staff"] > middle) == far] for far in (False, True))
    texts = []
    for look in (HALO, {"color": DARK}):  # the halo first, so that a line behind a name does not strike it out
        if left:
            texts.append(
                alt.Chart(alt.Data(values=left)).mark_text(align="left", dx=11, fontSize=12, limit=longest, **look)
            )
        if right:
            texts.append(
                alt.Chart(alt.Data(values=right)).mark_text(align="right", dx=-11, fontSize=12, limit=longest, **look)
            )
    return [text.encode(x=across, y=up, text="name:N") for text in texts]


def _with_room(points: list[dict[str, Any]], height: float) -> list[dict[str, Any]]:
    """Our own first, then the highest, without those whose name would lie on another's."""
    kept: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda p: (p["kind"] != OWN, -p["value"])):
        if all(abs(point["value"] - other["value"]) > 0.05 * height for other in kept):
            kept.append(point)
    return kept[:MOST_NAMES]


def _legend(title: str, size: int = 70) -> alt.Legend:
    return alt.Legend(
        title=title,
        orient="bottom",
        direction="vertical",
        columns=1,
        labelFontSize=13,
        titleFontSize=13,
        labelLimit=260,
        symbolSize=size,
    )


def _range(dashes: dict[str, list[int]]) -> alt.Scale:
    return alt.Scale(domain=list(dashes), range=list(dashes.values()))


def _shape(kinds: list[str]) -> alt.Shape:
    shapes = {WITHIN: "circle", ABOVE: "triangle-up", BELOW: "triangle-down", OWN: "diamond"}
    return alt.Shape(
        "kind:N", scale=alt.Scale(domain=kinds, range=[shapes[k] for k in kinds]), legend=_legend("places:")
    )


def _colour(kinds: list[str]) -> alt.Color:
    colours = {WITHIN: BLUE, ABOVE: ORANGE, BELOW: GREY, OWN: DARK}
    return alt.Color(
        "kind:N", scale=alt.Scale(domain=kinds, range=[colours[k] for k in kinds]), legend=_legend("places:")
    )
