"""What can an action be about, and how is that called: topics, goals and must-dos, elements, measures, columns?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from keepwell.content.assessments import Topic, assessments
from keepwell.content.general_practice import Goal, MustDo, goals, levels, must_dos, stages
from keepwell.content.planning import Column, columns
from keepwell.content.promise import elements
from keepwell.measures import Measure, measures
from keepwell.web.places.models import ICB, NATION, NETWORK, PRACTICE, REGION, TRUST, Place

About = Topic | Goal | MustDo
GOALS: Final = "Goals for general practice"
MUST_DOS: Final = "Must-dos of general practice"
GENERAL_PRACTICE: Final = frozenset({PRACTICE, NETWORK, ICB, REGION, NATION})
WIDER: Final = frozenset({ICB, REGION, NATION})
SHARE: Final = "share"


@dataclass(frozen=True, slots=True)
class Group:
    """A heading with the topics under it, each by its key and its title."""

    title: str
    topics: tuple[tuple[str, str], ...]


@cache
def abouts() -> Mapping[str, About]:
    """All that an action can be about, by its key: no two have the same."""
    found: dict[str, About] = {
        topic.key: topic for one in assessments().values() if one.answers != "words" for topic in one.items
    }
    found |= {goal.key: goal for goal in goals()}
    return found | {must_do.key: must_do for must_do in must_dos()}


@cache
def column(key: str) -> Column:
    """The column of a plan of that key: its label, its hint, its example and where it comes from."""
    return {one.key: one for one in columns()}[key]


def title_of(key: str) -> str:
    """How a topic is called; the key itself where content knows it no more."""
    return abouts()[key].title if key in abouts() else key


def in_general_practice(place: Place) -> bool:
    """Whether goals, levels and stages of general practice mean something at a place."""
    return (place.controller or place).kind in GENERAL_PRACTICE


def groups_for(place: Place) -> list[Group]:
    """The topics that are made for a place of its kind; above organisations, those of a trust too."""
    of = (place.controller or place).kind
    kinds = {place.kind, of, TRUST} if of in WIDER else {place.kind, of}
    found = [
        Group(one.title, tuple((topic.key, topic.title) for topic in one.items))
        for one in assessments().values()
        if one.answers != "words" and kinds & set(one.places)
    ]
    found.sort(key=lambda group: group.title != assessments()["retention_traffic_light"].title)
    if in_general_practice(place):
        found += [Group(MUST_DOS, tuple((one.key, one.title) for one in must_dos()))]
        found += [Group(GOALS, tuple((one.key, one.title) for one in goals()))]
    return found


def level_titles() -> dict[str, str]:
    return {level.key: level.title for level in levels()}


def stage_titles() -> dict[str, str]:
    return {stage.key: stage.title for stage in stages()}


def element_titles() -> dict[str, str]:
    return {element.key: element.title for element in elements().values()}


def aim_titles() -> dict[str, str]:
    """The guide's must-dos and goals, by key."""
    return {one.key: one.title for one in must_dos()} | {one.key: one.title for one in goals()}


def measure_of(name: str) -> Measure | None:
    return measures().get(name)


def measure_titles() -> dict[str, str]:
    """Our measures by name, in the order of their labels."""
    return dict(sorted(((one.name, one.label) for one in measures().values()), key=lambda pair: pair[1]))


def is_share(name: str) -> bool:
    """Whether a measure is a share, which people write in per cent."""
    known = measure_of(name)
    return known is not None and known.unit == SHARE


def in_unit(name: str, value: float | None) -> str:
    """A number of a measure as people write it: 12.5% for a share, else the plain number; blank where there is none."""
    if value is None:
        return ""
    if is_share(name):
        return f"{round(value * 100, 4):g}%"
    return f"{round(value, 4):,g}" if abs(value) < 1_000_000 else f"{value:,.0f}"
