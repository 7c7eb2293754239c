"""What does each line of an outline say that it is, and how far in does it stand?

An outline is text as people type it: a thing a line, what belongs to it below and further in. A line may begin with
what it is ("Aim: …"). Nothing is guessed of a word that is nearly one of these: whoever typed it is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from keepwell.content import plain_words
from keepwell.errors import KeepwellError, counted

MOST_LINES: Final = 200
LONGEST: Final = 300
"""Characters of a line: an idea becomes an action, which keeps it whole."""
TAB: Final = 4
BULLET: Final = re.compile(r"^(?:[-*•–]|\d+[.)])\s+")
BEGINS: Final = re.compile(r"^([A-Za-z][A-Za-z ]{1,24}?)\s*:\s*(.*)$")
NEARLY: Final = 0.8
OUTCOME, PROCESS, BALANCING = "outcome", "process", "balancing"
MEASURES: Final = {
    OUTCOME: OUTCOME,
    PROCESS: PROCESS,
    BALANCING: BALANCING,
    "outcome measure": OUTCOME,
    "process measure": PROCESS,
    "balancing measure": BALANCING,
}
KINDS_OF_MEASURE: Final = {
    OUTCOME: "Outcome: is it better?",
    PROCESS: "Process: do we do what we said?",
    BALANCING: "Balancing: does something else get worse?",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its number, how far in it stands, what it says that it is ("" where it does not), and its words."""

    number: int
    indent: int
    kind: str
    words: str

    @property
    def quoted(self) -> str:
        """Its words, short enough for a sentence."""
        return f"“{self.words[:57].rstrip()}…”" if len(self.words) > 60 else f"“{self.words}”"


@dataclass(frozen=True, slots=True)
class Measure:
    """By what one sees it: an outcome, a process or a balancing measure."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line (0: with the whole), and what to do."""

    line: int
    wrong: str
    attempt: str

    def __str__(self) -> str:
        where = f"Line {self.line}: " if self.line else ""
        return f"{where}{self.wrong} Try: {self.attempt}."


class OutlineRefused(KeepwellError):
    """An outline that cannot be drawn. `faults` are all that were found, in the order of the lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: fault.line or MOST_LINES + 1)
        first = self.faults[0]
        wrong = f"Line {first.line}: {first.wrong}" if first.line else first.wrong
        super().__init__(wrong, found=f"{counted(len(faults), 'thing')} to mend", attempt=first.attempt)


def lines_of(text: str, words: Mapping[str, str], faults: list[Fault]) -> list[Line]:
    """The lines that have words, in order. `words` says what each beginning means; faults are added to `faults`."""
    shown = [(n, line.expandtabs(TAB)) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(shown) > MOST_LINES:
        attempt = "keep what matters most, or draw two diagrams"
        faults.append(Fault(0, f"There are {len(shown):,} lines, and {MOST_LINES} can be drawn.", attempt))
        return []
    found = [_line(number, line, words, faults) for number, line in shown]
    return [line for line in found if line is not None]


def _line(number: int, line: str, words: Mapping[str, str], faults: list[Fault]) -> Line | None:
    said = BULLET.sub("", line.strip())
    indent = len(line) - len(line.lstrip())
    kind, told = "", said
    if (match := BEGINS.match(said)) is not None:
        head = " ".join(match[1].casefold().split())
        if head in words:
            kind, told = words[head], match[2].strip()
        elif near := get_close_matches(head, words, n=1, cutoff=NEARLY):
            faults.append(Fault(number, f"“{match[1]}” is no word for a line.", f"“{near[0].capitalize()}:”"))
            return None
    if not plain_words(told):
        faults.append(Fault(number, "It has no words.", "say what it is, or delete the line"))
        return None
    if len(told) > LONGEST:
        faults.append(Fault(number, f"It has {len(told):,} characters, and {LONGEST} fit.", "say it shorter"))
        return None
    return Line(number, indent, kind, told)


def same(one: str, other: str) -> bool:
    """Whether two lines say the same, however they are written."""
    return plain_words(one) == plain_words(other)


def has_number(words: str) -> bool:
    """Whether one could measure it: there is a digit in it."""
    return any(letter.isdigit() for letter in words)
