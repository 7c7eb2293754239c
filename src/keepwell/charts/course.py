"""How did it go, period by period?"""

from __future__ import annotations

from keepwell.charts.drawing import Drawing, drawn, ticks
from keepwell.charts.picture import BLUE, GREY, LINE, PHONE, Picture
from keepwell.disclosure import Released
from keepwell.periods import MONTHS, Month

HEIGHT, HEAD, FOOT, LEFT, RIGHT = 276.0, 12.0, 26.0, 54.0, 16.0


def course(released: Released, measure: str, title: str, description: str) -> Picture:
    """A line through one value a period, from zero, without groups. A period without a value breaks the line."""
    values = {Month.of(row["period_end"]).index: row[measure] for row in released.rows()}
    share = released.definition.unit == "share"
    first, last = min(values, default=0), max(values, default=1)
    most = max((value for value in values.values() if value is not None), default=0.0) or 1.0

    def draw(width: int) -> Drawing:
        drawing = Drawing(width, HEIGHT)
        bottom = HEIGHT - FOOT

        def place(month: int, value: float) -> tuple[float, float]:
            along = (month - first) / (last - first) if last > first else 0.5
            return LEFT + (width - RIGHT - LEFT) * along, bottom - (bottom - HEAD) * value / most

        for value in ticks(0.0, most, 5, whole=not share):
            _, y = place(first, value)
            drawing.line([(LEFT, y), (width - RIGHT, y)], LINE if value else GREY)
            drawing.text(LEFT - 6, y + 4.5, f"{value:.1%}" if share else f"{value:,.0f}", anchor="end")
        named = 4 if width == PHONE else 8
        every = next(step for step in (1, 2, 3, 6, 12, 24, 60, 1200) if last - first < step * named)
        for month in range(last, first - 1, -every):
            x, _ = place(month, 0.0)
            drawing.line([(x, bottom), (x, bottom + 5)], GREY)
            drawing.text(x, bottom + 19, f"{MONTHS[month % 12][:3]} {month // 12 % 100:02d}", anchor="middle")
        run: list[tuple[float, float]] = []
        for month in sorted(values):
            value = values[month]
            if value is None:
                run = _joined(drawing, run)
                continue
            run.append(place(month, value))
            drawing.mark("circle", *run[-1], BLUE, 40)
        _joined(drawing, run)
        return drawing

    return drawn(title, description, draw)


def _joined(drawing: Drawing, run: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A line through what stands in a row; the next row begins empty."""
    if len(run) > 1:
        drawing.line(run, BLUE, 2.5)
    return []
