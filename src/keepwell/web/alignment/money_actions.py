"""How is money passed on, how is need weighed, and how is a target for staff set?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.alignment import rules
from keepwell.web.alignment.actions import Written, changed, hold, refuse_quicker
from keepwell.web.alignment.models import Allocation, NeedPart, NeedValue, WorkforceTarget
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@dataclass(frozen=True, slots=True)
class Passed:
    """What is passed on: to whom, how much, from when to when, and for what."""

    to: Place
    amount: Decimal
    starts_on: dt.date
    ends_on: dt.date
    what_for: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """A part of the index of need: what it is, how much it counts, and where its values come from."""

    title: str
    kind: str
    weight: int
    source: str
    as_of: dt.date


@dataclass(frozen=True, slots=True)
class Aimed:
    """A target for staff. No staff group: all staff."""

    measure: str
    value: float
    by: dt.date
    set_by: str
    staff_group: str = ""


@transaction.atomic
def pass_on(*, place: Place, told: Passed, by: User) -> Allocation:
    """Write down money that a place passed on. Raises NotAllowed where the rules say no."""
    return _write_passed(Allocation(place=hold(place), version=0), told, by)


@transaction.atomic
def change_passed(*, allocation: Allocation, told: Passed, known: int | None, by: User) -> Allocation:
    """Write it anew; `known` is the version that was shown. Raises Quicker, and NotAllowed as above."""
    allocation = held(allocation)
    refuse(rules.cannot_change(by, allocation), found=allocation.what_for)
    refuse_quicker(allocation, known)
    return _write_passed(allocation, told, by)


def _write_passed(allocation: Allocation, told: Passed, by: User) -> Allocation:
    found = f"£{told.amount:,} to {told.to.name}"
    refuse(rules.cannot_pass_on(by, allocation.place, told.to, told.amount), found=found)
    days = f"from {told.starts_on} to {told.ends_on}"
    refuse(rules.cannot_last(told.starts_on, told.ends_on), found=days, attempt="check both days")
    allocation.to, allocation.amount, allocation.what_for = told.to, told.amount, told.what_for.strip()
    allocation.starts_on, allocation.ends_on = told.starts_on, told.ends_on
    return changed(allocation, by)


@transaction.atomic
def enter_besides(
    *, allocation: Allocation, committed: Decimal | None, spent: Decimal | None, known: int | None, by: User
) -> Allocation:
    """What was committed and spent of it in no action; None where nobody knows. `known` and errors as above."""
    allocation = held(allocation)
    refuse(rules.cannot_enter_besides(by, allocation), found=allocation.what_for)
    refuse_quicker(allocation, known)
    allocation.committed_besides, allocation.spent_besides = committed, spent
    return changed(allocation, by)


@transaction.atomic
def end(*, kept: Written, known: int | None, by: User) -> Written:
    """An allocation, a part of the index or a target ends; it stays on record. `known` and errors as above."""
    kept = held(kept)
    target = isinstance(kept, WorkforceTarget)
    refuse(rules.cannot_set_target(by, kept.place) if target else rules.cannot_change(by, kept), found=str(kept))
    refuse_quicker(kept, known)
    kept.over_at = kept.over_at or timezone.now()
    return changed(kept, by)


@transaction.atomic
def weigh(
    *,
    place: Place,
    told: Weighed,
    values: Mapping[int, float | None],
    by: User,
    part: NeedPart | None = None,
    known: int | None = None,
) -> NeedPart:
    """Write a part of the index with its values by place (None: not known); a place not named keeps its value.

    `known` and errors as above; KeyError for a place that does not lie in this one.
    """
    place = hold(place)
    refuse(rules.cannot_lead(by, place), found=told.title)
    now = held(part) if part is not None else None
    if now is not None:
        refuse(rules.cannot_change(by, now), found=now.title)
    refuse_quicker(now, known)
    below = set(Place.objects.filter(pk__in=values, path__startswith=place.path).values_list("pk", flat=True))
    if outside := set(values) - below:
        raise KeyError(min(outside))
    written = now or NeedPart(place=place, version=0)
    written.title, written.kind, written.weight = told.title.strip(), told.kind, told.weight
    written.source, written.as_of = told.source.strip(), told.as_of
    changed(written, by)
    _write_values(written, values)
    return written


def _write_values(part: NeedPart, values: Mapping[int, float | None]) -> None:
    there = {one.of_id: one for one in part.values_of_places.filter(of__in=values)}
    for of, value in values.items():
        one = there.get(of)
        if value is None and one is not None:
            one.delete()
        elif value is not None and (one is None or one.value != value):
            one = one or NeedValue(part=part, of_id=of)
            one.value = value
            one.save()


@transaction.atomic
def aim(
    *, place: Place, told: Aimed, by: User, target: WorkforceTarget | None = None, known: int | None = None
) -> WorkforceTarget:
    """Set a target for staff, or write it anew. `known` and errors as above."""
    place = hold(place)
    refuse(rules.cannot_set_target(by, place), found=place.name)
    now = held(target) if target is not None else None
    refuse(rules.ENDED if now is not None and now.over_at else None, found=str(now))
    refuse_quicker(now, known)
    written = now or WorkforceTarget(place=place, version=0)
    written.measure, written.value, written.by = told.measure, told.value, told.by
    written.staff_group, written.set_by = told.staff_group, told.set_by.strip()
    return changed(written, by)


def held(kept: Written) -> Written:
    """What is written down as it is now, with its place held until the transaction ends."""
    place = hold(kept.place)
    found = type(kept)._default_manager.select_related("changed_by").get(pk=kept.pk)
    found.place = place
    return found
