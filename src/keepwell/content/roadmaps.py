"""Where can a career go from here, and what does one ask in a conversation about it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from keepwell.content import load_yaml
from keepwell.content.assessments import Stage
from keepwell.content.guides import Item, Source, built

Setting = Literal["general_practice", "trust"]

ROADMAPS: Final = "roadmaps.yaml"
CARD: Final = "appraiser_card.yaml"
OFFERS: Final = "general_practice/offers.yaml"
ROLES: Final = "retention_roles.yaml"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to talk to; `role` is a retention role, "" where it is nobody's post by name."""

    key: str
    who: str
    role: str
    why: str
    source: Source


@dataclass(frozen=True, slots=True)
class CareerStep:
    """A stretch of a career.

    `ask` are questions for oneself or for others, `look_for` what some places offer, `offers` national ones, and
    `talk_to` whom to go to. `stage` is a GP's career stage, "" outside general practice.
    """

    key: str
    title: str
    stage: Literal["", Stage]
    about: str
    source: Source
    ask: tuple[Item, ...]
    look_for: tuple[Item, ...]
    offers: tuple[str, ...]
    talk_to: tuple[Contact, ...]


@dataclass(frozen=True, slots=True)
class Roadmap:
    """A career in a role, step after step."""

    key: str
    title: str
    setting: Setting
    about: str
    source: Source
    stages: tuple[CareerStep, ...]


@dataclass(frozen=True, slots=True)
class Prompts:
    """What to ask somebody at one stage of a career, and what to listen for; `roadmaps` say where it can go."""

    key: str
    title: str
    setting: Literal["general_practice", "trust", "both"]
    stages: tuple[Stage, ...]
    roadmaps: tuple[str, ...]
    about: str
    source: Source
    questions: tuple[Item, ...]
    listen_for: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """A card for a conversation about somebody's career, for an appraiser or a line manager."""

    key: str
    title: str
    about: str
    source: Source
    before: tuple[Item, ...]
    stages: tuple[Prompts, ...]
    after: tuple[Item, ...]


@cache
def roadmaps() -> Mapping[str, Roadmap]:
    """Every roadmap, by key, general practice first.

    Raises ValueError with the file and the key where one is out of its shape, or names what is not there.
    """
    return checked_roadmaps(load_yaml(ROADMAPS))


@cache
def appraiser_card() -> Card:
    """The card. Raises ValueError, as `roadmaps`."""
    return checked_card(load_yaml(CARD))


def roadmaps_of(setting: Setting) -> tuple[Roadmap, ...]:
    """The roadmaps of general practice, or those of trusts, in order."""
    return tuple(roadmap for roadmap in roadmaps().values() if roadmap.setting == setting)


def prompts_for(roadmap: str) -> tuple[Prompts, ...]:
    """What of the card fits a roadmap, in order; nothing for a key that the card does not name."""
    return tuple(prompts for prompts in appraiser_card().stages if roadmap in prompts.roadmaps)


def checked_roadmaps(entries: Any) -> Mapping[str, Roadmap]:
    """The roadmaps from plain Python. Raises ValueError."""
    found = built(entries, tuple[Roadmap, ...], ROADMAPS)
    _refuse([*_twice(_keys(found)), *_of_references(found), *_of_stages(found)], ROADMAPS)
    return {roadmap.key: roadmap for roadmap in found}


def checked_card(entry: Any) -> Card:
    """The card from plain Python. Raises ValueError."""
    card = built(entry, Card, CARD)
    known = {roadmap["key"] for roadmap in load_yaml(ROADMAPS)}
    items = [*card.before, *card.after, *(item for one in card.stages for item in (*one.questions, *one.listen_for))]
    strange = [f"{one.key}: no roadmap is called {it}" for one in card.stages for it in one.roadmaps if it not in known]
    _refuse([*_twice([*(item.key for item in items), *(one.key for one in card.stages)]), *strange], CARD)
    return card


def _keys(found: Iterable[Roadmap]) -> Iterator[str]:
    for roadmap in found:
        yield roadmap.key
        for step in roadmap.stages:
            yield step.key
            parts: tuple[Item | Contact, ...] = (*step.ask, *step.look_for, *step.talk_to)
            yield from (part.key for part in parts)


def _twice(keys: Iterable[str]) -> Iterator[str]:
    yield from (f"the key {key} stands {times} times" for key, times in Counter(keys).items() if times > 1)


def _of_references(found: Iterable[Roadmap]) -> Iterator[str]:
    offers = {offer["key"] for offer in load_yaml(OFFERS)["offers"]}
    roles = {role["key"] for role in load_yaml(ROLES)}
    for step in (step for roadmap in found for step in roadmap.stages):
        yield from (f"{step.key}: no offer is called {it}" for it in step.offers if it not in offers)
        named = (contact.role for contact in step.talk_to if contact.role)
        yield from (f"{step.key}: no retention role is called {it}" for it in named if it not in roles)


def _of_stages(found: Iterable[Roadmap]) -> Iterator[str]:
    """A GP's career has stages; the word is a GP's alone."""
    for roadmap in found:
        for step in roadmap.stages:
            if bool(step.stage) != (roadmap.setting == "general_practice"):
                yield f"{step.key}: a stage belongs to general practice, and each step there has one"


def _refuse(faults: Iterable[str], name: str) -> None:
    if told := "; ".join(faults):
        raise ValueError(f"{name}: {told}")
