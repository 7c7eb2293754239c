"""How is it said which teams start when, and how many people were reached?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from keepwell.errors import counted
from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.following.models import Count, Unit
from keepwell.web.following.rules import cannot_count, cannot_say_units
from keepwell.web.following.unit_queries import named
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import LONGEST_LINE, Action

MOST: Final = 1_000
"""So many units an action has at most: every practice of a large system."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """To how many it was offered up to now, and how many took it up; None where it is not known."""

    offered: int | None
    taken_up: int | None


@transaction.atomic
def add_units(
    *, action: Action, places: Sequence[Place], names: Sequence[str], starts_on: dt.date | None, by: User
) -> list[Unit]:
    """Units that start with an action on a day, or, without one, not yet. What stands there already is left as it is.

    A name is taken for the place inside that of the plan which goes by it, or by that code, if there is one.
    Raises NotAllowed where the rules say no.
    """
    action = plans.held_action(action)
    refuse(cannot_say_units(by, action), found=action.plan.place.name)
    there = set(Unit.objects.filter(action=action, removed_at__isnull=True).values_list("name", flat=True))
    wanted: dict[str, Place | None] = {place.name: place for place in places if place.lies_in(action.plan.place)}
    for words in (name.strip()[:LONGEST_LINE] for name in names if name.strip()):
        place = named(action, words)
        wanted.setdefault(place.name if place else words, place)
    new = {name: place for name, place in wanted.items() if name not in there}
    too_many = f"An action has {MOST:,} units at most." if len(there) + len(new) > MOST else None
    refuse(too_many, found=counted(len(there) + len(new), "unit"), attempt="write another action for the others")
    made = [
        Unit.objects.create(action=action, place=place, name=name, starts_on=starts_on, said_by=by)
        for name, place in new.items()
    ]
    if made:
        about = f"Action {action.pk}: {counted(len(made), 'unit')} added"
        record(by=by, kind=Kind.CHANGED, what="Units of an action", place=action.plan.place, about=about)
    return made


@transaction.atomic
def change_unit(*, unit: Unit, starts_on: dt.date | None, known: int, by: User) -> Unit:
    """Another first day, or none yet. Raises Quicker where somebody else has written since."""
    unit = _held(unit, by)
    if unit.version != known:
        raise Quicker(
            f"Somebody else has changed this since you opened the page: {unit.said_by.name}.",
            found="another day than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    unit.starts_on = starts_on
    return _written(unit, by)


@transaction.atomic
def take_unit_off(*, unit: Unit, by: User) -> Unit:
    """A unit that was never part of it, or is no more: it stays on record with its numbers."""
    unit = _held(unit, by)
    unit.removed_by, unit.removed_at = by, timezone.now()
    return _written(unit, by)


@transaction.atomic
def count(*, action: Action, numbers: Mapping[int | None, Numbers], by: User, on: dt.date | None = None) -> list[Count]:
    """Numbers of people up to a day, by the number of the unit; under None those of the whole action.

    They are added to those from before. Said twice on the same day, the later ones count. Raises NotAllowed where the
    rules say no, or where more took it up than were offered it; KeyError for another action's unit.
    """
    action, on = plans.held_action(action), on or timezone.localdate()
    refuse(cannot_say_units(by, action), found=action.plan.place.name)
    units = Unit.objects.filter(action=action, removed_at__isnull=True).in_bulk([n for n in numbers if n is not None])
    made = []
    for number, said in numbers.items():
        unit = units[number] if number is not None else None
        found = unit.name if unit else "the whole action"
        refuse(cannot_count(said.offered, said.taken_up), found=found, attempt="check both numbers")
        same_day = Count.objects.filter(action=action, unit=unit, check_in=None, on=on, struck_at__isnull=True)
        same_day.update(struck_at=timezone.now())
        if said.offered is not None:
            made.append(
                Count.objects.create(
                    action=action, unit=unit, on=on, offered=said.offered, taken_up=said.taken_up, said_by=by
                )
            )
    return made


def _held(unit: Unit, by: User) -> Unit:
    action = plans.held_action(unit.action)
    refuse(cannot_say_units(by, action), found=unit.name)
    found = Unit.objects.select_related("said_by").get(pk=unit.pk)
    found.action = action
    refuse("This was taken off the list." if found.removed_at else None, found=unit.name)
    return found


def _written(unit: Unit, by: User) -> Unit:
    unit.version, unit.said_by, unit.said_at = unit.version + 1, by, timezone.now()
    unit.save()
    return unit
