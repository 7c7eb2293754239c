"""How does a workshop go, how far is it, and what came out of it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from keepwell.errors import counted, listed
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.words_queries import ALIKE, DIFFERS, FEWEST, MOST, Action, Prompt, Side
from keepwell.web.nhsuk.words import day, in_sentence

NUMBERS: Final = ("none", "one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a workshop, with its minutes and the name of the page that goes with it, if any."""

    title: str
    words: str
    minutes: int
    page: str = ""
    link: str = ""


STEPS: Final = (
    Step(
        "Make four groups",
        "Each takes one side, and its sheet to write on. Nobody has to be what they speak for, but the staff's side is "
        "best written by people who do the work.",
        10,
    ),
    Step("Each group writes", "Six prompts, in a few words each: what you would see, not what you would decide.", 25),
    Step("Read aloud", "One group after the other, from its sheet. The others listen, and do not answer yet.", 15),
    Step(
        "Compare",
        "Prompt by prompt: what is alike, and where does one side see what another does not?",
        20,
        "workshop_compare",
        "Put the four sides side by side",
    ),
    Step(
        "Choose three to five actions",
        "For each: what, who, by when. Whoever is named is in the room and says yes.",
        20,
        "workshop_together",
        "Write down what comes out",
    ),
)
"""How an hour and a half goes. The guide asks to split into four, to compare, and to leave with three to five actions."""


def sides_in_words(sides: Sequence[Side]) -> str:
    """How far the sides are: "Two of the four sides have written: the board (4 of 6) and staff (6 of 6)."."""
    wrote = [f"{in_sentence(s.group.title)} ({s.noted} of {len(s.group.items)})" for s in sides if s.noted]
    if not wrote:
        return "No side has written anything yet."
    if len(wrote) == len(sides) and all(side.noted == len(side.group.items) for side in sides):
        return f"All {spelt(len(sides))} sides have written to every prompt."
    how_many = (
        f"All {spelt(len(sides))}"
        if len(wrote) == len(sides)
        else f"{spelt(len(wrote)).capitalize()} of the {spelt(len(sides))}"
    )
    return f"{how_many} sides have written: {listed(wrote)}."


def compared_in_words(prompts: Sequence[Prompt]) -> str:
    """How much was talked about: "You have talked about 3 of 6 prompts: 1 alike, 2 on which you differ."."""
    alike, differ = found(prompts, ALIKE), found(prompts, DIFFERS)
    if not alike and not differ:
        return "You have not talked about any of the prompts yet."
    parts = [f"{len(alike)} alike" if alike else "", f"{len(differ)} on which you differ" if differ else ""]
    return (
        f"You have talked about {len(alike) + len(differ)} of {len(prompts)} prompts: {', '.join(filter(None, parts))}."
    )


def found(prompts: Iterable[Prompt], mark: str) -> list[Prompt]:
    """The prompts that were found alike, or different."""
    return [prompt for prompt in prompts if prompt.mark.found == mark]


def actions_in_words(actions: Sequence[Action]) -> str:
    """What came out: "Four actions. The first is due on 1 March 2026: hold exit conversations."."""
    if not actions:
        return "No action has been written down yet."
    how_many = f"{spelt(len(actions)).capitalize()} action{'' if len(actions) == 1 else 's'}"
    dated = sorted((action for action in actions if action.by_when), key=lambda action: action.by_when or dt.date.max)
    if not dated:
        return f"{how_many}, none of them with a day."
    first = dated[0]
    return f"{how_many}. The first is due on {day(first.by_when)}: {first_line(first.what)}"


def first_line(words: str) -> str:
    """The first line of what was written, as a sentence."""
    line = words.strip().splitlines()[0] if words.strip() else ""
    return line if line.endswith((".", "!", "?")) else f"{line}."


def warnings(actions: Sequence[Action], on: dt.date | None = None) -> list[str]:
    """What keeps a list of actions from being a sound one. It is said, and stops nobody."""
    today, told = on or timezone.localdate(), []
    if len(actions) < FEWEST:
        has = (
            "There is no action yet"
            if not actions
            else f"There {'is' if len(actions) == 1 else 'are'} only {counted(len(actions), 'action')}"
        )
        told.append(f"{has}: the workshop is to end with three to five. Fewer than three is a talk.")
    if len(actions) > MOST:
        told.append(
            f"There are {len(actions)} actions: the workshop is to end with three to five. With more, nobody begins."
        )
    for number, action in enumerate(actions, 1):
        missing = [words for words, there in (("who does it", action.who), ("by when", action.by_when)) if not there]
        if missing:
            told.append(f"Action {number} does not say {' and '.join(missing)}.")
        if action.by_when and action.by_when < today:
            told.append(f"Action {number} was due on {day(action.by_when)}, which has gone by.")
    return told


def state_in_words(round: Round, sides: Sequence[Side], actions: Sequence[Action]) -> str:
    """How a workshop stands, in its first sentence."""
    if round.agreed_by is not None:
        return f"Agreed on {day(round.agreed_at)} by {round.agreed_by.name}. {actions_in_words(actions)}"
    return f"{sides_in_words(sides)} {actions_in_words(actions)}" if actions else sides_in_words(sides)


def spelt(number: int) -> str:
    """A small number as a word: "four"."""
    return NUMBERS[number] if number < len(NUMBERS) else str(number)
