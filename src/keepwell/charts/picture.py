"""What is a picture on a page, and in which colours is it drawn?"""

from __future__ import annotations

from dataclasses import dataclass

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
