"""What has each side of a workshop written, what of it was found alike, and which actions came out?

The sides of a workshop are the groups of its assessment, all but the last one, `together`. Every side is asked the same
prompts in its own words: the key of a prompt is that of the item without its group (board_good_day: good_day).

What a side wrote of a prompt is an Answer. That a prompt was found alike or different is a Note beside the item of the
group `together` that says so, of which there is one a prompt at most. An action is an Answer of its own: what in the
note, who in the owner, by when in the day it is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from keepwell.content.assessments import Assessment, Group, Topic
from keepwell.web.assessments.models import Answer, Note, Round
from keepwell.web.assessments.queries import answers_of

TOGETHER: Final = "together"
ACTIONS: Final = "together_actions"
ALIKE: Final = "alike"
DIFFERS: Final = "differs"
FOUND: Final[Mapping[str, str]] = {ALIKE: "together_alike", DIFFERS: "together_apart"}
"""What a prompt can be found to be, with the item beside which that is kept."""
FEWEST: Final = 3
MOST: Final = 5
"""How many actions a workshop asks for."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side with the prompts put to it, and what it wrote, by the item's key; what is empty is left out."""

    group: Group
    answers: Mapping[str, Answer]

    @property
    def noted(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, slots=True)
class Mark:
    """That a prompt was found alike or different, in which words. `known` is its state; empty where none was given."""

    found: str = ""
    words: str = ""
    known: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What one side said to a prompt; no words where it noted nothing."""

    side: Group
    asked: Topic
    words: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt with what each side said to it, and what that was found to be."""

    key: str
    title: str
    said: tuple[Said, ...]
    mark: Mark


@dataclass(frozen=True, slots=True)
class Action:
    """Who does what by when. `key` is that of its Answer, and `version` the state of it."""

    key: str
    what: str
    who: str
    by_when: dt.date | None
    version: int


def is_workshop(of: Assessment) -> bool:
    """Whether an assessment is answered with words, by several sides who then come together."""
    return of.answers == "words"


def sides(of: Assessment) -> tuple[Group, ...]:
    return tuple(group for group in of.groups if group.key != TOGETHER)


def together_items(of: Assessment) -> tuple[Topic, ...]:
    """What is answered together in one text each; the actions are written one by one."""
    return tuple(i for group in of.groups if group.key == TOGETHER for i in group.items if i.key != ACTIONS)


def sides_of(round: Round) -> list[Side]:
    """Every side with what it has written so far."""
    written = {key: answer for key, answer in answers_of(round).items() if answer.note}
    return [
        Side(group, {item.key: written[item.key] for item in group.items if item.key in written})
        for group in sides(round.content)
    ]


def prompts_of(of: Assessment) -> dict[str, str]:
    """The prompts that the sides share, with their titles, in the order of the first side."""
    titles: dict[str, str] = {}
    for side in sides(of):
        for item in side.items:
            titles.setdefault(_prompt(side, item), item.title)
    return titles


def compared_prompts(round: Round) -> list[Prompt]:
    """Prompt by prompt what the sides said, side by side."""
    written, marks = sides_of(round), marks_of(round)
    return [
        Prompt(
            key,
            title,
            tuple(
                Said(side.group, item, side.answers[item.key].note if item.key in side.answers else "")
                for side in written
                for item in side.group.items
                if _prompt(side.group, item) == key
            ),
            marks.get(key, Mark()),
        )
        for key, title in prompts_of(round.content).items()
    ]


def marks_of(round: Round) -> dict[str, Mark]:
    """What prompts were found to be, by prompt."""
    found = {item: name for name, item in FOUND.items()}
    return {
        note.prompt: Mark(found[note.item], note.words, known_of(note)) for note in round.notes.filter(item__in=found)
    }


def known_of(note: Note) -> str:
    """The state of a mark: one that was taken away and given anew is another one."""
    return f"{note.pk}.{note.version}"


def actions_of(round: Round) -> list[Action]:
    """The actions that came out, in the order in which they were written; those taken back are left out."""
    return [
        Action(key, answer.note, answer.owner, answer.due_on, answer.version)
        for key, answer in written_actions(round).items()
        if answer.note
    ]


def written_actions(round: Round) -> dict[str, Answer]:
    """Every action that was ever written, by its key, also those that were taken back."""
    return {key: answer for key, answer in answers_of(round).items() if key.startswith(f"{ACTIONS}_")}


def _prompt(side: Group, item: Topic) -> str:
    return item.key.removeprefix(f"{side.key}_")
