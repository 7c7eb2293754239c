"""Who has seen or taken what, and has anybody tampered with the register?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.audit.chain import BEGINNING
from keepwell.web.audit.models import UPWARD, AccessEvent, ChainEnd, Kind
from keepwell.web.audit.rules import cannot_see_register
from keepwell.web.places.models import Place
from keepwell.web.places.queries import inside
from keepwell.web.places.refusals import refuse


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen and taken of a place and its parts, from an instant to another."""

    since: dt.datetime
    until: dt.datetime
    people_exact: int
    people: int
    viewed: int
    exported: int
    released: int


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the chain of the register breaks first. `number` is of the event that is wrong or missing."""

    number: int
    why: str


def verify(newest: int | None = None) -> Broken | None:
    """The first event that was changed, taken out or put in past the register; None where all is as it was written.

    Reads every event, or only so many of the newest, which a page can do at any time. Whoever rewrites every hash to the end, and the end itself, past the database's guard is found
    only by a fingerprint that was noted elsewhere: see `chain_end`.
    """
    before = AccessEvent.objects.order_by("-number")[newest : newest + 1].first() if newest is not None else None
    previous, expected = (before.hash, before.number + 1) if before else (BEGINNING, 1)
    for event in AccessEvent.objects.filter(number__gte=expected).order_by("number").iterator(chunk_size=2000):
        if event.number != expected:
            return Broken(min(expected, event.number), "an event is missing, or was put in between")
        if event.previous != previous:
            return Broken(event.number, "it does not follow the event before it")
        if event.hash != event.hashed():
            return Broken(event.number, "it was changed after it was written")
        previous, expected = event.hash, expected + 1
    end = ChainEnd.objects.first()
    if end is None or (end.count, end.hash) != (expected - 1, previous):
        return Broken(expected, "events were cut off the end or added to it")
    return None


def chain_end() -> ChainEnd:
    """How many events there are, and the fingerprint of them all: noted elsewhere, it shows any later tampering."""
    return ChainEnd.objects.get()


def entries(
    by: User,
    place: Place,
    *,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    kinds: Collection[str] = (),
    people: Collection[int] = (),
    exact: bool | None = None,
) -> QuerySet[AccessEvent]:
    """What the register holds of a place and its own parts, the newest first.

    `exact` keeps what showed exact figures, or what did not. Raises NotAllowed for somebody who may not see it.
    """
    refuse(cannot_see_register(by, place), found=f"the register of {place.name}")
    found = AccessEvent.objects.filter(place__in=inside(place).values("pk"))
    found = found.filter(at__gte=since) if since else found
    found = found.filter(at__lt=until) if until else found
    found = found.filter(kind__in=kinds) if kinds else found
    found = found.filter(person__in=people) if people else found
    if exact is None:
        return found
    return found.filter(policy=INTERNAL) if exact else found.exclude(policy=INTERNAL)


def seen(by: User, place: Place, since: dt.datetime, until: dt.datetime | None = None) -> Seen:
    """A summary of `entries`. `people_exact` are those who viewed or took exact figures, each once."""
    until = until or timezone.now()
    shown = Q(kind__in=(Kind.VIEWED, Kind.EXPORTED))
    counts = (
        entries(by, place, since=since, until=until)
        .order_by()
        .aggregate(
            people_exact=Count("person", distinct=True, filter=shown & Q(policy=INTERNAL)),
            people=Count("person", distinct=True, filter=shown),
            viewed=Count("number", filter=Q(kind=Kind.VIEWED)),
            exported=Count("number", filter=Q(kind=Kind.EXPORTED)),
            released=Count("number", filter=Q(kind=Kind.RELEASED, what=UPWARD)),
        )
    )
    return Seen(since, until, **counts)


def of_person(user: User) -> QuerySet[AccessEvent]:
    """What the register holds of what somebody did: for themselves."""
    return AccessEvent.objects.filter(person=user.pk)
