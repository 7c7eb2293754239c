"""What goes on a page: an answer in words first, its evidence below, what it is made of below that."""

from __future__ import annotations

from dataclasses import dataclass, field

from keepwell.charts.picture import Picture
from keepwell.disclosure import Definition, Released
from keepwell.reports.tables import in_words


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its name and a line of what it is."""

    label: str
    value: str
    means: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as shown: headings, rows of text, and which columns are numbers."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A question and its answer. `notes` say what must be known before the answer is used."""

    key: str
    question: str
    answer: str
    figures: tuple[Figure, ...] = ()
    pictures: tuple[Picture, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()
    definitions: tuple[Definition, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A document: whose, for which time, under which policy, and its sections.

    `sheets` are the Released tables behind it, by the name of their sheet in a workbook.
    """

    title: str
    subtitle: str
    mark: str
    audience: str
    sections: tuple[Section, ...]
    sheets: dict[str, Released] = field(default_factory=dict)


def grid(released: Released, columns: dict[str, str], caption: str, *, most: int = 0, folded: bool = False) -> Grid:
    """A Released table with the columns named, under headings in words; `most` cuts it, saying so."""
    rows = released.rows()
    shown = rows[:most] if most else rows
    if len(shown) < len(rows):
        caption = f"{caption} (first {len(shown)} of {len(rows)})"
    numeric = tuple(not isinstance(rows[0][name], str) if rows else False for name in columns)
    cells = tuple(tuple(in_words(name, row[name], row["hidden"]) for name in columns) for row in shown)
    return Grid(caption, tuple(columns.values()), cells, numeric, folded)


def one_in(share: float) -> str:
    """A share as people say it: "1 in 9"; as a percentage where that would say too little."""
    if share <= 0:
        return "none"
    if share > 0.4:
        return f"{share:.0%}"
    return f"1 in {round(1 / share)}"
