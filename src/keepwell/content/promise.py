"""What does the NHS promise its people, and who carries which part of it?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

from keepwell.content import leaving_reasons, list_yaml, load_yaml, reason_groups
from keepwell.content.guides import Source, built

Place = Literal["trust", "practice", "network", "icb"]

ELEMENTS: Final = "promise.yaml"
ROLES: Final = "retention_roles.yaml"
TOPICS: Final = "assessments/retention_traffic_light.yaml"


@dataclass(frozen=True, slots=True)
class Carrier:
    """Somebody who carries a part of an element; `role` is a retention role, "" where it is many people."""

    who: str
    role: str
    part: str
    source: Source


@dataclass(frozen=True, slots=True)
class Element:
    """One of the seven elements of the NHS People Promise.

    `title` is the NHS's, `about` is in our words. `topics` are keys of the retention traffic light; `measures` names of
    our measures and `reasons` leaving reasons, or groups of them, that say something about the element.
    """

    key: str
    title: str
    about: str
    topics: tuple[str, ...]
    measures: tuple[str, ...]
    reasons: tuple[str, ...]
    about_measures: str
    source: Source
    also: tuple[Source, ...]
    carried_by: tuple[Carrier, ...]


@dataclass(frozen=True, slots=True)
class RetentionRole:
    """Something that somebody should do by name, so that staff stay; `places` are the kinds of place that need it.

    It gives nobody a right in this program: those are the roles of accounts.
    """

    key: str
    title: str
    about: str
    places: tuple[Place, ...]
    elements: tuple[str, ...]
    source: Source


@cache
def elements() -> Mapping[str, Element]:
    """The seven elements, by key, in the order in which the NHS says them.

    Raises ValueError with the file and the key where one is out of its shape, or names what is not there.
    """
    return checked_elements(load_yaml(ELEMENTS))


@cache
def retention_roles() -> Mapping[str, RetentionRole]:
    """Every retention role, by key. Raises ValueError, as `elements`."""
    return checked_roles(load_yaml(ROLES))


def roles_of(place: str) -> tuple[RetentionRole, ...]:
    """The roles that a place of that kind needs, in order; none for a kind that has none of its own."""
    return tuple(role for role in retention_roles().values() if place in role.places)


def checked_elements(entries: Any) -> Mapping[str, Element]:
    """The elements from plain Python. Raises ValueError."""
    found = {one.key: one for one in _once(built(entries, tuple[Element, ...], ELEMENTS), ELEMENTS)}
    measures = {path.removeprefix("measures/").removesuffix(".yaml") for path in list_yaml("measures")}
    reasons = {group.name for group in reason_groups()} | {reason.name for reason in leaving_reasons()}
    known = {
        "topics": {topic["key"] for group in load_yaml(TOPICS)["groups"] for topic in group["items"]},
        "measures": measures,
        "reasons": reasons,
    }
    faults = [
        f"{one.key}: {name} has no {it}"
        for one in found.values()
        for name, names in known.items()
        for it in getattr(one, name)
        if it not in names
    ]
    roles = {entry["key"] for entry in load_yaml(ROLES)}
    faults += [
        f"{one.key}: no retention role is called {carrier.role}"
        for one in found.values()
        for carrier in one.carried_by
        if carrier.role and carrier.role not in roles
    ]
    _refuse(faults, ELEMENTS)
    return found


def checked_roles(entries: Any) -> Mapping[str, RetentionRole]:
    """The retention roles from plain Python. Raises ValueError."""
    found = {one.key: one for one in _once(built(entries, tuple[RetentionRole, ...], ROLES), ROLES)}
    known = {entry["key"] for entry in load_yaml(ELEMENTS)}
    _refuse(_faults_of_roles(found.values(), known), ROLES)
    return found


def _faults_of_roles(roles: Iterable[RetentionRole], known: set[str]) -> Iterator[str]:
    for role in roles:
        yield from (f"{role.key}: no element is called {it}" for it in role.elements if it not in known)
        if not role.places:
            yield f"{role.key}: no kind of place needs it"


def _once(entries: tuple[Any, ...], name: str) -> tuple[Any, ...]:
    keys = [one.key for one in entries]
    _refuse([f"the key {key} stands {keys.count(key)} times" for key in set(keys) if keys.count(key) > 1], name)
    return entries


def _refuse(faults: Iterable[str], name: str) -> None:
    if told := "; ".join(faults):
        raise ValueError(f"{name}: {told}")
