"""How do groups compare on one share, where chance is not the question?"""

from __future__ import annotations

from keepwell.charts.drawing import Drawing, Rows, drawn
from keepwell.charts.picture import BLUE, Picture
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
    rows = [(str(r[label]), float(r[value])) for r in released.rows()[:most] if r[value] is not None]
    widest = max((value for _, value in rows), default=1.0)

    def draw(width: int) -> Drawing:
        chart = Rows([name for name, _ in rows], width, foot=6.0)
        across = chart.across(widest * 1.2)
        for row, (_, share) in enumerate(rows):
            end = across(share)
            chart.drawing.bar(chart.left, chart.y(row) - 8, end - chart.left, 16, BLUE)
            chart.drawing.text(end + 4, chart.y(row) + 4.5, f"{share:{number_format}}")
        chart.write_names()
        return chart.drawing

    return drawn(title, description, draw)
