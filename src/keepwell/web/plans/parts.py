"""What else is there of a plan, or of an action, beyond its own words? The slices above say so; this one knows none.

A slice adds its part when it starts (AppConfig.ready):

    parts.of_plan.append(Part("Driver diagram", "driver_diagram", how_far_drawn, order=20))

A part's page is at `reverse(name, args=[place.slug, plan.pk])`, that of an action at `reverse(name, args=[place.slug,
action.pk])`. `stands(plan, user)` says in a few words how far it is ("Not begun"), and None where that person has no
business with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from django.urls import reverse

from keepwell.web.accounts.models import User
from keepwell.web.plans.models import Action, Plan

Thing = TypeVar("Thing", Plan, Action)


@dataclass(frozen=True, slots=True)
class Part(Generic[Thing]):
    """A part with a page of its own, in the order of `order`."""

    title: str
    name: str
    stands: Callable[[Thing, User], str | None]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """A part as it stands, with its address."""

    title: str
    href: str
    stands: str


of_plan: Final[list[Part[Plan]]] = []
of_action: Final[list[Part[Action]]] = []


def parts_of_plan(plan: Plan, user: User) -> list[Shown]:
    return _shown(of_plan, plan, plan.place.slug, user)


def parts_of_action(action: Action, user: User) -> list[Shown]:
    return _shown(of_action, action, action.plan.place.slug, user)


def _shown(parts: list[Part[Thing]], thing: Thing, slug: str, user: User) -> list[Shown]:
    found = [(part, part.stands(thing, user)) for part in sorted(parts, key=lambda part: part.order)]
    return [
        Shown(part.title, reverse(part.name, args=[slug, thing.pk]), stands)
        for part, stands in found
        if stands is not None
    ]
