"""Which icon says whether a measure is changing, and which whether it will reach its target?

Our own drawings after the idea of Making Data Count. What they mean is told by form as well as by colour: a square
for improvement, a diamond for concern, a triangle for a change that is neither, a wave for noise; a tick, a cross and
a question mark for a target that will be met, missed, or hit and missed.
"""

from __future__ import annotations

from markupsafe import Markup

from keepwell.enquiries.spc_words import ICON_WORDS

IMPROVEMENT, CONCERN, NEUTRAL, NOISE = "#0072b8", "#c25700", "#490092", "#65727a"
COLOURS = {
    "improvement": IMPROVEMENT,
    "concern": CONCERN,
    "neutral": NEUTRAL,
    "common": NOISE,
    "pass": IMPROVEMENT,
    "fail": CONCERN,
    "inconsistent": NOISE,
}
RISING, FALLING = ("M8 33 L16 28 L22 30 L31 19", 31, 18), ("M8 15 L16 20 L22 18 L31 29", 31, 30)
MARKS = {
    "improvement": '<rect x="{left}" y="{top}" width="14" height="14" fill="{colour}"/>',
    "concern": '<path d="M{x} {above} L{right} {y} L{x} {below} L{farleft} {y} Z" fill="{colour}"/>',
    "neutral": '<path d="M{x} {above} L{right} {low} L{farleft} {low} Z" fill="{colour}"/>',
}
DRAWN = {
    "common_cause": '<path d="M9 27 L15 20 L21 28 L27 20 L33 27 L39 21" {line}/>',
    "pass": '<path d="M14 25 L21 32 L35 17" {line}/>',
    "fail": '<path d="M16 16 L32 32 M32 16 L16 32" {line}/>',
    "inconsistent": '<path d="M18 19 C18 12 30 12 30 19 C30 24 24 23 24 29" {line}/>'
    '<circle cx="24" cy="35" r="2.2" fill="{colour}"/>',
}
SIZE = 36


def icon(name: str, size: int = SIZE) -> Markup:
    """The icon of that name (see ICON_WORDS) as an SVG to stand in a line of text, with its meaning as title."""
    colour = COLOURS[name.partition("_")[0]]
    line = f'fill="none" stroke="{colour}" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"'
    inside = DRAWN[name].format(line=line, colour=colour) if name in DRAWN else _moving(name, colour, line)
    words = ICON_WORDS[name]
    # Only our own words and drawings are in it.
    return Markup(  # noqa: S704
        f'<svg role="img" aria-label="{words}" width="{size}" height="{size}" viewBox="0 0 48 48" '
        f'class="icon">'
        f"<title>{words}</title>"
        f'<circle cx="24" cy="24" r="22" fill="#ffffff" stroke="{colour}" stroke-width="3"/>{inside}</svg>'
    )


def _moving(name: str, colour: str, line: str) -> str:
    """A line that goes up or down to the mark of what the change is."""
    kind, _, way = name.partition("_")
    path, x, y = RISING if way == "high" else FALLING
    mark = MARKS[kind].format(
        colour=colour,
        x=x,
        y=y,
        left=x - 7,
        top=y - 7,
        above=y - 9,
        below=y + 9,
        right=x + 9,
        farleft=x - 9,
        low=y + 7,
    )
    return f'<path d="{path}" {line}/>{mark}'
