"""How does general practice keep its GPs: by which steps, for whom, with what support, and where are they lost?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, Final, Literal, TypeVar, get_args

from keepwell.content import list_yaml, load_yaml
from keepwell.content.assessments import ADDRESS, KEY, Stage
from keepwell.content.guides import Item, Source, read

SupportLevel = Literal["career_support", "practice_network", "system"]
Thing = TypeVar("Thing")

FOLDER: Final = "general_practice"
CHECKLIST: Final = "gp_retention_checklist"
"""The assessment whose groups belong to the steps of the cycle."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the improvement cycle.

    `done` is what it looks like when it is done; `next_sentence` says what to do, as a page prints it; `checklist` are
    keys of groups of the checklist; `tools` are tools of the workbench, in words.
    """

    key: str
    title: str
    asks: tuple[Item, ...]
    done: str
    next_sentence: str
    checklist: tuple[str, ...]
    tools: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class CareerStage:
    """A part of a GP's career. `in_the_records` says how nearly the workforce file shows it."""

    key: Stage
    title: str
    about: str
    in_the_records: str
    source: Source


@dataclass(frozen=True, slots=True)
class LevelOfSupport:
    """Where support acts: on one GP, on practices and networks, on the whole system."""

    key: SupportLevel
    title: str
    about: str
    source: Source


@dataclass(frozen=True, slots=True)
class LossPoint:
    """A way in which GPs are lost. Without stages it runs through the whole career.

    `known_from` are our measures that could give a number, and `says` what such a number says and what it does not.
    Without them it is not known: then only `ask` helps.
    """

    key: str
    title: str
    ask: str
    source: Source
    stages: tuple[Stage, ...] = ()
    known_from: tuple[str, ...] = ()
    says: str = ""

    @property
    def throughout(self) -> bool:
        return not self.stages


@dataclass(frozen=True, slots=True)
class Goal:
    """What a level of support is for. Without stages it is for the whole career."""

    key: str
    title: str
    text: str
    level: SupportLevel
    source: Source
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class MustDo:
    """What every local action plan must have. Without stages it is for the whole career."""

    key: str
    title: str
    text: str
    level: SupportLevel
    source: Source
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """National support, as the guide printed it.

    `in_the_list`: it stands in the guide's list of national support; the others are named elsewhere in it. `who` is for
    whom it is, `contact` how to reach it; each is blank where the guide does not say. `part_of` is its programme.
    """

    key: str
    title: str
    level: SupportLevel
    gives: str
    published: int
    may_have_changed: bool
    in_the_list: bool
    source: Source
    stages: tuple[Stage, ...] = ()
    who: str = ""
    contact: str = ""
    address: str = ""
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class Offers:
    """The national offers, with what must be said before any of them is passed on."""

    note: Item
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Contributor:
    """Somebody to ask to the plan, and what they bring. `since` says what became of a body that has gone."""

    key: str
    title: str
    brings: str
    source: Source
    since: str = ""


@dataclass(frozen=True, slots=True)
class TrainingHubs:
    """What a training hub is, when to speak to it, and what it does."""

    about: Item
    when: Item
    does: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the local workforce. `known_from`, `says` and `ask` are as those of a loss point."""

    key: str
    text: str
    ask: str
    source: Source
    stages: tuple[Stage, ...] = ()
    known_from: tuple[str, ...] = ()
    says: str = ""


@dataclass(frozen=True, slots=True)
class OwnParts:
    """Parts of the items of a file that are Keepwell's own, though the items are the guide's; its source says why."""

    key: str
    file: str
    parts: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Lesson:
    """What was learnt where this was tried."""

    key: str
    title: str
    text: str
    source: Source


@cache
def cycle() -> tuple[Step, ...]:
    """The five steps of the improvement cycle, in order."""
    steps = _listed("cycle.yaml", Step)
    groups = [group["key"] for group in load_yaml(f"assessments/{CHECKLIST}.yaml")["groups"]]
    if sorted(key for step in steps for key in step.checklist) != sorted(groups):
        raise ValueError("general_practice/cycle.yaml: each group of the checklist belongs to one step")
    return steps


@cache
def stages() -> tuple[CareerStage, ...]:
    """The stages of a GP's career, in order."""
    return _all_of("stages.yaml", _listed("stages.yaml", CareerStage), get_args(Stage))


@cache
def levels() -> tuple[LevelOfSupport, ...]:
    """The three levels of support, from one GP to the system."""
    return _all_of("levels.yaml", _listed("levels.yaml", LevelOfSupport), get_args(SupportLevel))


@cache
def loss_points() -> tuple[LossPoint, ...]:
    """Every way in which GPs are lost, in the order of the career, those of the whole career last."""
    return _listed("loss_points.yaml", LossPoint)


def loss_points_of(stage: Stage) -> tuple[LossPoint, ...]:
    """The loss points of a stage: its own, then those that run through the whole career."""
    own = tuple(point for point in loss_points() if stage in point.stages)
    return (*own, *(point for point in loss_points() if point.throughout))


@cache
def goals() -> tuple[Goal, ...]:
    """The goals of all levels."""
    return _listed("goals.yaml", Goal)


@cache
def must_dos() -> tuple[MustDo, ...]:
    """What every local plan must have, of all levels. A level has those of the levels before it too."""
    return _listed("must_dos.yaml", MustDo)


@cache
def offers() -> Offers:
    """The national offers of all levels. A level has those of the levels before it too."""
    return checked(read(f"{FOLDER}/offers.yaml", Offers), "offers.yaml")


@cache
def contributors() -> tuple[Contributor, ...]:
    """Everybody whom the guide suggests asking to the plan."""
    return _listed("contributors.yaml", Contributor)


@cache
def training_hubs() -> TrainingHubs:
    """What training hubs do."""
    return checked(read(f"{FOLDER}/training_hubs.yaml", TrainingHubs), "training_hubs.yaml")


@cache
def questions() -> tuple[Question, ...]:
    """What to ask of the local workforce before a plan is made."""
    return _listed("questions.yaml", Question)


@cache
def lessons() -> tuple[Lesson, ...]:
    """What the sites that began with this have learnt."""
    return _listed("lessons.yaml", Lesson)


@cache
def own_parts() -> tuple[OwnParts, ...]:
    """Which parts of the guide's items are Keepwell's own."""
    return _listed("ours.yaml", OwnParts)


def checked(content: Thing, name: str) -> Thing:
    """The content, if it is sound; `name` is the file that an error names.

    Raises ValueError where a key is no key or stands twice, a text is blank, or a measure or address is none.
    """
    found = list(_faults(content))
    if found:
        raise ValueError(f"{FOLDER}/{name}: {'; '.join(found)}")
    return content


def _listed(name: str, kind: type[Thing]) -> tuple[Thing, ...]:
    return checked(read(f"{FOLDER}/{name}", tuple[kind, ...]), name)  # type: ignore[valid-type]


def _all_of(name: str, things: tuple[Thing, ...], keys: Sequence[str]) -> tuple[Thing, ...]:
    if [getattr(thing, "key", "") for thing in things] != list(keys):
        raise ValueError(f"{FOLDER}/{name}: asked are {', '.join(keys)}, in this order")
    return things


def _faults(content: Any) -> Iterator[str]:
    things = list(_within(content))
    keys = [thing.key for thing in things if hasattr(thing, "key")]
    yield from (f"the key {key} stands {times} times" for key, times in Counter(keys).items() if times > 1)
    yield from (f"{key!r} is no key: small letters, digits and _" for key in keys if not KEY.fullmatch(key))
    for thing in things:
        yield from _faults_of(thing)


def _within(content: Any) -> Iterator[Any]:
    """Every thing of the content with those that stand in it, the sources left out."""
    if isinstance(content, tuple):
        for thing in content:
            yield from _within(thing)
    elif not isinstance(content, str | int | Source):
        yield content
        for field in fields(content):
            yield from _within(getattr(content, field.name))


def _faults_of(thing: Any) -> Iterator[str]:
    name = getattr(thing, "key", type(thing).__name__)
    for field in fields(thing):
        value = getattr(thing, field.name)
        if field.default is MISSING and (not value.strip() if isinstance(value, str) else value == ()):
            yield f"{name}: {field.name} is blank"
    known_from = getattr(thing, "known_from", ())
    yield from (f"{name}: no measure is called {it}" for it in known_from if it not in _measures())
    if bool(known_from) != bool(getattr(thing, "says", "").strip()):
        yield f"{name}: says belongs to known_from, and known_from to says"
    address = getattr(thing, "address", "")
    if address and not ADDRESS.fullmatch(address):
        yield f"{name}: {address!r} is no address"


def _measures() -> frozenset[str]:
    return frozenset(name.removeprefix("measures/").removesuffix(".yaml") for name in list_yaml("measures"))
