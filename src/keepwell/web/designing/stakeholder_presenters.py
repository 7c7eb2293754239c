"""How does the map of those whom a plan touches read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keepwell.errors import counted
from keepwell.web.accounts.models import User
from keepwell.web.designing import queries, rules
from keepwell.web.designing.models import Stakeholder
from keepwell.web.designing.presenters import NOT_BEGUN, stands
from keepwell.web.plans.models import Plan

HIGH, LOW = Stakeholder.HIGH, Stakeholder.LOW
FIELDS: Final = {
    (HIGH, HIGH): "Work with them closely",
    (LOW, HIGH): "Win them over",
    (HIGH, LOW): "Hear them, and keep them in the know",
    (LOW, LOW): "Tell them when it matters",
}
"""What to do with each field of the map, by interest and influence."""
IN_WORDS: Final = {
    (HIGH, HIGH): "matters much to them, much influence",
    (LOW, HIGH): "matters little to them, much influence",
    (HIGH, LOW): "matters much to them, little influence",
    (LOW, LOW): "matters little to them, little influence",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the map with who stands in it."""

    title: str
    words: str
    rows: tuple[Stakeholder, ...]


def fields_of(rows: Sequence[Stakeholder]) -> list[Field]:
    """The four fields, the one to work with closely first."""
    return [
        Field(title, IN_WORDS[place], tuple(row for row in rows if (row.interest, row.influence) == place))
        for place, title in FIELDS.items()
    ]


def map_in_words(rows: Sequence[Stakeholder]) -> str:
    """How many stand there, and with how many to work closely."""
    if not rows:
        return "Nobody is on the map yet."
    close = sum((row.interest, row.influence) == (HIGH, HIGH) for row in rows)
    unsaid = sum(not row.who for row in rows)
    who = f"; nobody is named to speak with {unsaid} of them" if unsaid else ""
    return f"{counted(len(rows), 'group')} on the map, {close} of them to work with closely{who}."


def how_far_mapped(plan: Plan, user: User) -> str | None:
    """How far the map of a plan is; None for those who do not write the plan."""
    if rules.cannot_see_workings(user, plan) is not None:
        return None
    rows = list(queries.stakeholders_of(plan))
    if not rows:
        return NOT_BEGUN
    missing = "" if any(rules.is_staff_side(row) for row in rows) else "; staff side is missing"
    words = f"{counted(len(rows), 'group')} on the map{missing}"
    copied = next((row for row in rows if row.copied), None)
    return stands(words, copied) if copied is not None else words
