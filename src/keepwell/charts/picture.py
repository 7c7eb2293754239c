"""How does a chart become an SVG that everybody can read?"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import altair as alt
import vl_convert as vlc
from markupsafe import escape

BLUE, DARK, GREY, LINE, ORANGE = "#005eb8", "#212b32", "#4c6272", "#d8dde0", "#ae4f00"
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"
DESK, PHONE = 640, 320


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart, drawn for a desk and for a phone, with the words that say what it shows."""

    title: str
    description: str
    desk: str
    phone: str


def picture(title: str, description: str, draw: Callable[[int], alt.TopLevelMixin]) -> Picture:
    """Both sizes of a chart. `draw` gets the width in pixels and gives the chart."""
    return Picture(title, description, *(_svg(draw(width), title, description, width) for width in (DESK, PHONE)))


def _svg(chart: alt.TopLevelMixin, title: str, description: str, width: int) -> str:
    """The chart as SVG with a title and a description, and no ids or sizes that clash on a page."""
    styled = chart.configure(font=FONT, background="white").configure_view(stroke=None)
    styled = styled.configure_axis(
        labelFontSize=13,
        titleFontSize=13,
        labelColor=DARK,
        titleColor=DARK,
        gridColor=LINE,
        domainColor=GREY,
        tickColor=GREY,
        titleFontWeight="normal",
        labelLimit=260 if width == DESK else 130,
    )
    svg = vlc.vegalite_to_svg(json.dumps(styled.to_dict()))
    key = f"{re.sub(r'[^a-z]+', '-', title.casefold())}-{width}"
    clips = list(dict.fromkeys(re.findall(r"clip\d+", svg)))  # numbered on from chart to chart by the drawing library
    svg = re.sub(r"clip\d+", lambda found: f"{key}-clip{clips.index(found[0])}", svg)
    svg = re.sub(r' aria-[a-z]+="[^"]*"| role="[^"]*"', "", svg)
    head = f'<svg role="img" aria-labelledby="{key}-t {key}-d" '
    words = f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>'
    svg = re.sub(r"^<svg ", head, svg, count=1)
    return re.sub(r"(<svg[^>]*>)", lambda found: found[1] + words, svg, count=1)
