"""Which reasons are given, and how far could the unknown ones change that?"""

from __future__ import annotations

from keepwell.charts.drawing import Drawing, Rows, drawn
from keepwell.charts.picture import BLUE, GREY, Picture
from keepwell.disclosure import Released


def reason_bars(released: Released, label: str, title: str, description: str, most: int = 10) -> Picture:
    """A bar a reason for the recorded share, and a thin line to the share it could have at most."""
    rows = released.rows()[:most]
    farthest = max((row["highest_share"] for row in rows), default=1.0) or 1.0

    def draw(width: int) -> Drawing:
        chart = Rows([str(row[label]) for row in rows], width)
        chart.percent_axis(farthest * 1.02)
        across = chart.across(farthest * 1.02)
        for i, row in enumerate(rows):
            y, end, reach = chart.y(i), across(row["reasons_for_leaving"]), across(row["highest_share"])
            chart.drawing.bar(chart.left, y - 7, end - chart.left, 14, BLUE)
            chart.drawing.line([(end, y), (reach, y)], GREY, 2)
            chart.drawing.line([(reach, y - 5), (reach, y + 5)], GREY, 2)
        chart.write_names()
        return chart.drawing

    return drawn(title, description, draw)
