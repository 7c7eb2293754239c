"""On what does a place rate itself, what does each rating mean, and what can be done where it falls short?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from keepwell.content import leaving_reasons, list_yaml, load_yaml, reason_groups
from keepwell.content.guides import Item, Source, built

Answers = Literal["traffic_light", "done", "words"]
Kind = Literal["nation", "region", "icb", "trust", "network", "practice", "directorate", "team"]
Element = Literal[
    "compassionate_and_inclusive",
    "recognised_and_rewarded",
    "voice_that_counts",
    "safe_and_healthy",
    "always_learning",
    "work_flexibly",
    "a_team",
]
Level = Literal["", "career_support", "practice_network", "system"]
Stage = Literal["trainee", "into_work", "newly_qualified", "mid_career", "wise_fives", "returner"]

RATINGS: Final[Mapping[Answers, tuple[str, ...]]] = {
    "traffic_light": ("red", "amber", "green"),
    "done": ("not_yet", "under_way", "done"),
    "words": (),
}
"""Of each kind of answer, what one may be, the least far first."""

KEY = re.compile("[a-z][a-z0-9_]*")
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class StarterAction:
    """An action that a plan can begin with: an objective, its steps, what success looks like, and days to get there."""

    key: str
    objective: str
    action: str
    steps: tuple[str, ...]
    success: str
    days: int
    source: Source


@dataclass(frozen=True, slots=True)
class Reading:
    """A tool or a text outside, at an address that the guide itself prints."""

    title: str
    address: str
    source: Source


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask of each of the four sides of an organisation."""

    board: tuple[Item, ...] = ()
    hr: tuple[Item, ...] = ()
    line_managers: tuple[Item, ...] = ()
    staff: tuple[Item, ...] = ()

    def all(self) -> tuple[Item, ...]:
        return (*self.board, *self.hr, *self.line_managers, *self.staff)


@dataclass(frozen=True, slots=True)
class Topic:
    """One thing that is judged, and what stands beside it.

    `statement` is what is judged true or not; `measures` are names of our measures, `reasons` names of leaving reasons
    or of groups of them, that speak to it; `level` and `stages` are those of general practice.
    """

    key: str
    title: str
    statement: str
    why: str
    source: Source
    promise: tuple[Element, ...] = ()
    measures: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    level: Level = ""
    stages: tuple[Stage, ...] = ()
    consider: tuple[Item, ...] = ()
    tips: tuple[Item, ...] = ()
    leaders_can: tuple[Item, ...] = ()
    managers_can: tuple[Item, ...] = ()
    questions_for: Questions = Questions()
    actions: tuple[StarterAction, ...] = ()
    reading: tuple[Reading, ...] = ()

    def prompts(self) -> tuple[Item, ...]:
        """All that is said beside the topic and can be answered, noted or turned into an action, in order."""
        return (*self.consider, *self.tips, *self.leaders_can, *self.managers_can, *self.questions_for.all())


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with the topics under it."""

    key: str
    title: str
    about: str
    source: Source
    items: tuple[Topic, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """A set of topics that a place rates itself on.

    `places` are the kinds of place that it is for (`for` in the file); `meanings` say what each rating means, in the
    order of RATINGS, and are left out where plain words are enough.
    """

    key: str
    title: str
    about: str
    answers: Answers
    places: tuple[Kind, ...]
    minutes: int
    review_after_days: int
    source: Source
    groups: tuple[Group, ...]
    meanings: tuple[Item, ...] = ()

    @property
    def items(self) -> tuple[Topic, ...]:
        """Every topic of every group, in order."""
        return tuple(topic for group in self.groups for topic in group.items)


@cache
def assessments() -> Mapping[str, Assessment]:
    """Every assessment, by its key.

    Raises ValueError with the file and the key where one is out of its shape, or names what is not there.
    """
    read = (checked(load_yaml(name), name) for name in list_yaml("assessments"))
    return {one.key: one for one in read}


def assessment(key: str) -> Assessment:
    """The assessment of that key. Raises KeyError where there is none."""
    return assessments()[key]


def checked(entry: Mapping[str, Any], name: str) -> Assessment:
    """An assessment from plain Python; `name` is the file that an error names. Raises ValueError."""
    if "for" not in entry or "places" in entry:
        raise ValueError(f"{name}: `for` is missing (the kinds of place), or `places` stands in its stead")
    one = built({"places" if key == "for" else key: part for key, part in entry.items()}, Assessment, name)
    found = [*_of_keys(one, name), *_of_references(one), *_of_words(one)]
    if found:
        raise ValueError(f"{name}: {'; '.join(found)}")
    return one


def _of_keys(one: Assessment, name: str) -> Iterator[str]:
    if name.rpartition("/")[2] != f"{one.key}.yaml":
        yield f"its key is {one.key}"
    if one.meanings and tuple(meaning.key for meaning in one.meanings) != RATINGS[one.answers]:
        yield f"meanings are asked of {', '.join(RATINGS[one.answers])}, in this order"
    for key, times in Counter(_keys(one)).items():
        if times > 1:
            yield f"the key {key} stands {times} times"
        if not KEY.fullmatch(key):
            yield f"{key!r} is no key: small letters, digits and _"


def _keys(one: Assessment) -> Iterator[str]:
    yield from (group.key for group in one.groups)
    for topic in one.items:
        yield topic.key
        yield from (prompt.key for prompt in topic.prompts())
        yield from (action.key for action in topic.actions)


def _of_references(one: Assessment) -> Iterator[str]:
    measures = {path.removeprefix("measures/").removesuffix(".yaml") for path in list_yaml("measures")}
    reasons = {group.name for group in reason_groups()} | {reason.name for reason in leaving_reasons()}
    for topic in one.items:
        yield from (f"{topic.key}: no measure is called {it}" for it in topic.measures if it not in measures)
        yield from (f"{topic.key}: no reason for leaving is called {it}" for it in topic.reasons if it not in reasons)


def _of_words(one: Assessment) -> Iterator[str]:
    """Blank texts, times that are none, and addresses that lead nowhere."""
    if not (one.items and one.places and one.minutes > 0 and one.review_after_days > 0):
        yield "it has no topics, no kinds of place, or no time"
    for topic in one.items:
        said = (topic.title, topic.statement, topic.why, *(prompt.text for prompt in topic.prompts()))
        if not all(map(str.strip, said)):
            yield f"{topic.key}: a text is blank"
        for action in topic.actions:
            if action.days <= 0 or not all(map(str.strip, (action.objective, action.action, action.success))):
                yield f"{action.key}: an action needs an objective, an action, a success and days"
            if not action.steps or not all(map(str.strip, action.steps)):
                yield f"{action.key}: an action needs steps"
        yield from (
            f"{topic.key}: {text.address!r} is no address"
            for text in topic.reading
            if not ADDRESS.fullmatch(text.address)
        )
