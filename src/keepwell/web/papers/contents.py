"""What stands in a paper, in whichever form it is written?

Plain words and values, as one person may read them: whoever writes a file of it decides nothing about who sees what.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from keepwell.content.planning import columns

Cell = str | int | Decimal | dt.date | None
_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
OURS: Final = "keepwell-plan"
"""The keyword by which a file of ours is known again when it is brought back."""
PLAN_SHEET: Final = "Plan"
STARTS, ENDS, STATE = "Starts", "Ends", "State"


def headings() -> tuple[str, ...]:
    """The six columns of the guide's own table, in its order."""
    return tuple(column.label for column in columns() if column.of_guide and not column.source.ours)[:6]


@dataclass(frozen=True, slots=True)
class Criterion:
    """By what one sees that an action worked; `numbers` says from where to where, in words."""

    words: str
    kind: str
    measure: str
    numbers: str
    by: dt.date | None
    state: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is set beside something. Withheld, `words` are those of the refusal and nothing else of it is told."""

    beside: str
    kind: str
    label: str
    words: str
    of: str
    period: str
    definition: str
    link: str
    withheld: bool


@dataclass(frozen=True, slots=True)
class Action:
    """One action. `guide` are the cells of the guide's six columns; `more` all others, the same for every action."""

    number: int
    place: str
    plan: str
    title: str
    topic: str
    guide: tuple[str, ...]
    owner: str
    starts_on: dt.date | None
    ends_on: dt.date | None
    when: str
    state: str
    criteria: tuple[Criterion, ...]
    more: tuple[tuple[str, Cell], ...]
    evidence: tuple[Evidence, ...] = ()

    def said(self) -> Iterator[tuple[str, Cell]]:
        """What of the further columns says something."""
        return ((label, cell) for label, cell in self.more if cell not in (None, ""))

    def of(self, label: str) -> Cell:
        """A further column by its heading; None where it is empty."""
        return dict(self.more).get(label) or None


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan with its actions in order."""

    title: str
    place: str
    state: str
    period: str
    about: str
    facts: tuple[tuple[str, str], ...]
    actions: tuple[Action, ...]
    evidence: tuple[Evidence, ...] = ()
    """What is set beside the plan as a whole."""

    def all_evidence(self) -> Iterator[Evidence]:
        yield from self.evidence
        for action in self.actions:
            yield from action.evidence


def gathered(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Each piece of evidence once, with all that it stands beside: "Action 1, Action 3"."""
    found: dict[Evidence, list[str]] = {}
    for one in evidence:
        found.setdefault(replace(one, beside=""), []).append(one.beside)
    return [replace(one, beside=", ".join(dict.fromkeys(beside))) for one, beside in found.items()]


@dataclass(frozen=True, slots=True)
class Foot:
    """What a paper says of itself on every page: under which policy, for whom, of when, which version."""

    policy: str
    audience: str
    made_on: dt.date
    version: str

    @property
    def words(self) -> str:
        return f"{self.policy} For {self.audience}. {self.version}, as it stood on {day(self.made_on)}."


@dataclass(frozen=True, slots=True)
class Paper:
    """A plan, or a combined plan: those of several places under one title, of which there may be one or none."""

    title: str
    subtitle: str
    answer: str
    plans: tuple[Plan, ...]
    foot: Foot
    asks: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What other parts of the plan say, a heading with its lines: the equality screening."""
    combined: bool = False

    @property
    def actions(self) -> tuple[Action, ...]:
        return tuple(action for plan in self.plans for action in plan.actions)


def day(value: dt.date) -> str:
    """1 March 2026."""
    return f"{value.day} {value:%B %Y}"


def in_words(cell: Cell) -> str:
    """A cell as it is read: money with a pound sign, a day in full."""
    if isinstance(cell, dt.date):
        return day(cell)
    if isinstance(cell, Decimal):
        return pounds(cell)
    return "" if cell is None else str(cell)


def pounds(amount: Decimal) -> str:
    """£12,000, and £12.50 where there are pence."""
    return f"£{amount:,.0f}" if amount == amount.to_integral_value() else f"£{amount:,.2f}"


def plain(text: str) -> str:
    """Text as a file can hold it: without the characters that no XML has; lines end in one way."""
    if not text:
        return ""
    return _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
