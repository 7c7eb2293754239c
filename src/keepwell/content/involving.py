"""Whom does a plan touch: who helps it or stops it, and could it harm some while it helps others?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from keepwell.content import equality_groups
from keepwell.content.assessments import Kind
from keepwell.content.guides import Source
from keepwell.content.planning import checked, refuse, strangers

Grade = Literal["high", "low"]


@dataclass(frozen=True, slots=True)
class Legal:
    """A text that rests on law; `law` is blank where it rests on the guide alone."""

    key: str
    text: str
    law: str
    source: Source


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A protected characteristic. `field`: what of equality_groups() can show released figures beside it, or ""."""

    key: str
    title: str
    about: str
    field: str
    law: str
    source: Source


@dataclass(frozen=True, slots=True)
class Screening:
    """A question of the screening. `aims`: the aims of the duty that it serves, by key."""

    key: str
    text: str
    hint: str
    source: Source
    aims: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Equality:
    """The equality screening of a plan; `health_inequalities` is asked in general practice."""

    characteristics: tuple[Characteristic, ...]
    aims: tuple[Legal, ...]
    questions: tuple[Screening, ...]
    health_inequalities: tuple[Screening, ...]


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """Somebody whom a plan touches. `interest`: how much it matters to them; `influence`: how far they can make it."""

    key: str
    title: str
    interest: Grade
    influence: Grade
    how: str
    when: str
    source: Source


@dataclass(frozen=True, slots=True)
class StakeholderMap:
    """A map to begin from, for these kinds of place."""

    key: str
    title: str
    about: str
    places: tuple[Kind, ...]
    source: Source
    stakeholders: tuple[Stakeholder, ...]


@cache
def equality() -> Equality:
    """The nine protected characteristics, the three aims of the duty, and what is asked."""
    found = checked("equality.yaml", Equality)
    refuse("equality.yaml", _faults(found))
    return found


@cache
def stakeholder_maps() -> Mapping[str, StakeholderMap]:
    """The maps to begin from, by key: trust, general_practice."""
    found = checked("stakeholders.yaml", tuple[StakeholderMap, ...])
    return {one.key: one for one in found}


def _faults(found: Equality) -> Iterator[str]:
    fields = equality_groups()
    aims = {aim.key for aim in found.aims}
    for one in found.characteristics:
        yield from strangers(one.key, [one.field], {*fields, ""})
    for question in found.questions:
        yield from strangers(question.key, question.aims, aims)
