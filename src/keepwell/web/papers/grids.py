"""What does a table of a document hold, cell by cell, whatever the document is?"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

from keepwell.errors import KeepwellError

DOWN, ACROSS = "down", "across"
MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 60
MOST_TABLES: Final = 200
MOST_TEXT: Final = 2_000_000
"""Characters of a whole document."""


class PlanNotRead(KeepwellError):
    """A file of which no plan can be made. Nothing of what is in it is repeated."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell. `mark`: DOWN where it goes on from the cell above, which then has the same text; ACROSS where it
    goes on from the cell to its left, and is empty."""

    text: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """One table or sheet. `numbers` are those of its rows where some were left out, as whoever opens the file sees them."""

    name: str
    rows: list[list[Cell]]
    numbers: list[int] = field(default_factory=list)

    def number(self, at: int) -> int:
        """The number of a row as it is seen in the file, from 1 on."""
        return self.numbers[at] if self.numbers else at + 1


@dataclass(frozen=True, slots=True)
class Document:
    """What was read of a file: its tables, the words around them, and what is to be said of it.

    `ours`: it is a paper of ours. `title` is what the document says that it is called.
    """

    kind: str
    grids: list[Grid]
    around: list[str] = field(default_factory=list)
    title: str = ""
    ours: bool = False
    remarks: list[str] = field(default_factory=list)


def clean(text: str) -> str:
    """Text without what cannot be seen, its lines without blanks at their ends and none of them twice empty."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n"))
    seen = "".join(c if c in "\n\t" or unicodedata.category(c)[0] != "C" else "" for c in text)
    lines = [" ".join(line.split()) for line in seen.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def refuse_too_much(what: str, found: int, most: int) -> None:
    """Raises PlanNotRead where there is more of something than one plan has."""
    if found > most:
        raise PlanNotRead(
            "This file holds more than one plan could.",
            found=f"more than {most:,} {what}",
            attempt="copy the table of the plan into a new document, and bring that",
        )
