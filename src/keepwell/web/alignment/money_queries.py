"""How much was passed on, committed and spent below, and does the money go where the need is?"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Final

from django.db.models import QuerySet, Sum
from django.utils import timezone

from keepwell.web.alignment.models import Allocation, NeedPart
from keepwell.web.alignment.need_index import Part, shares_of_need
from keepwell.web.alignment.queries import actions_in, branch_of, branches
from keepwell.web.places.models import Place

NOTHING: Final = Decimal(0)
MONEY: Final = {"allocated": "Allocated", "committed": "Committed", "spent": "Spent", "cost": "Cost as planned"}
"""Which money is set against need."""


@dataclass(slots=True)
class Money:
    """The money of a place with all below it, in pounds. `once` and `yearly` are what its actions mean to cost."""

    allocated: Decimal = NOTHING
    committed: Decimal = NOTHING
    spent: Decimal = NOTHING
    once: Decimal = NOTHING
    yearly: Decimal = NOTHING

    def add(self, other: Money) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def cost(self) -> Decimal:
        """What it costs once, and for one year."""
        return self.once + self.yearly

    @property
    def used(self) -> Decimal:
        """The larger of what is committed and what is spent."""
        return max(self.committed, self.spent)

    @property
    def left(self) -> Decimal:
        return self.allocated - self.used

    @property
    def some(self) -> bool:
        return any(getattr(self, one.name) for one in fields(self))


@dataclass(frozen=True, slots=True)
class Line:
    """A place directly below with its money; the place itself for what it keeps in its own plans."""

    place: Place
    money: Money
    own: bool = False

    @property
    def over(self) -> bool:
        """Whether more is committed or spent than was allocated, of those to whom something was."""
        return self.money.allocated > 0 and self.money.left < 0


@dataclass(frozen=True, slots=True)
class RolledUp:
    """Money, a line for each place directly below, the place's own first."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Money:
        found = Money()
        for line in self.lines:
            found.add(line.money)
        return found

    @property
    def below(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not line.own)


@dataclass(frozen=True, slots=True)
class Against:
    """A place's share of the money beside its share of need, both fractions of those places that need is known of."""

    place: Place
    money: Decimal
    share_of_money: float | None
    share_of_need: float

    @property
    def apart(self) -> float:
        """How many of a hundred of the money it has beyond its need; below nought where it has less."""
        return 0.0 if self.share_of_money is None else self.share_of_money - self.share_of_need


@dataclass(frozen=True, slots=True)
class Need:
    """The index as it stands: its parts, the places in it, those left out because a value is missing, and the money."""

    parts: tuple[NeedPart, ...]
    lines: tuple[Against, ...]
    left_out: tuple[Place, ...]
    has_size: bool
    values: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def under(self) -> list[Against]:
        """Those that have less of the money than of the need, the furthest first."""
        return sorted((one for one in self.lines if one.apart < 0), key=lambda one: one.apart)

    @property
    def over(self) -> list[Against]:
        return sorted((one for one in self.lines if one.apart > 0), key=lambda one: -one.apart)

    @property
    def has_money(self) -> bool:
        return any(one.share_of_money is not None for one in self.lines)


def allocations_of(place: Place) -> QuerySet[Allocation]:
    """What a place passed on and that is not taken back, the newest first."""
    return Allocation.objects.filter(place=place, over_at=None).select_related("to", "place", "changed_by")


def received_by(place: Place) -> QuerySet[Allocation]:
    """What a place above passed on to a place, and has not ended by today."""
    found = Allocation.objects.filter(to=place, over_at=None, ends_on__gte=timezone.localdate())
    return found.select_related("place", "to", "changed_by")


def in_force(allocations: QuerySet[Allocation], today: dt.date) -> QuerySet[Allocation]:
    """Those whose time is not over: what comes later is allocated too."""
    return allocations.filter(ends_on__gte=today)


def rolled_up(place: Place) -> RolledUp:
    """The money of a place and of all below it, as far as their plans were released to it."""
    of: dict[int, Money] = defaultdict(Money)
    for path, money in (*_of_actions(place), *_of_allocations(place)):
        of[branch_of(path, place)].add(money)
    below = branches(place)
    own = Line(place, of[place.pk], own=True)
    return RolledUp((own, *(Line(one, of[one.pk]) for one in below if one.closed is None or of[one.pk].some)))


def _of_actions(place: Place) -> Iterable[tuple[str, Money]]:
    names = ("committed", "spent", "cost_once", "cost_yearly")
    rows = actions_in(place).order_by().values_list("plan__place__path").annotate(*(Sum(name) for name in names))
    for path, *sums in rows:
        committed, spent, once, yearly = (one or NOTHING for one in sums)
        yield path, Money(committed=committed, spent=spent, once=once, yearly=yearly)


def _of_allocations(place: Place) -> Iterable[tuple[str, Money]]:
    names = ("amount", "committed_besides", "spent_besides")
    rows = in_force(allocations_of(place), timezone.localdate()).filter(to__path__startswith=place.path)
    for path, *sums in rows.order_by().values_list("to__path").annotate(*(Sum(name) for name in names)):
        amount, committed, spent = (one or NOTHING for one in sums)
        yield path, Money(allocated=amount, committed=committed, spent=spent)


def need_parts(place: Place) -> QuerySet[NeedPart]:
    """The parts of a place's index of need, in the order in which they were added."""
    return NeedPart.objects.filter(place=place, over_at=None).select_related("changed_by", "place")


def places_weighed(place: Place) -> list[Place]:
    """The places that an index of need sets side by side: those directly below."""
    return [one for one in branches(place) if one.closed is None]


def need_of(place: Place, money: RolledUp, which: str) -> Need:
    """The index of need of a place, with the money of one kind (a key of MONEY) beside it."""
    parts = tuple(need_parts(place).prefetch_related("values_of_places"))
    values = {(part.pk, one.of_id): one.value for part in parts for one in part.values_of_places.all()}
    places = [line.place for line in money.below if line.place.closed is None]
    shares = shares_of_need([_part(part, places, values) for part in parts])
    of = {line.place.pk: getattr(line.money, which) for line in money.below}
    total = sum((of[pk] for pk in shares), NOTHING)
    lines = tuple(
        Against(one, of[one.pk], float(of[one.pk] / total) if total else None, shares[one.pk])
        for one in places
        if one.pk in shares
    )
    left_out = tuple(one for one in places if one.pk not in shares) if parts else ()
    return Need(parts, lines, left_out, any(part.kind == NeedPart.COUNT for part in parts), values)


def _part(part: NeedPart, places: Sequence[Place], values: dict[tuple[int, int], float]) -> Part:
    there = {one.pk: values[part.pk, one.pk] for one in places if (part.pk, one.pk) in values}
    return Part(there, part.weight, part.kind == NeedPart.RATE)


def which_money(asked: str, money: RolledUp) -> str:
    """The money that is set against need: what was asked for, else the first kind of which there is some."""
    if asked in MONEY:
        return asked
    total = Money()
    for line in money.below:
        total.add(line.money)
    return next((which for which in MONEY if getattr(total, which)), "allocated")
