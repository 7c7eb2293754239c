"""Which cases and offers are found at a place: those of the guides, its own, and what was shared with those above it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, cast

from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.content.cases import Figure
from keepwell.web.accounts.models import User
from keepwell.web.library import rules
from keepwell.web.library.models import Local, LocalCase, LocalOffer, Shared
from keepwell.web.library.telling import ToldCase, ToldOffer, guides_cases, national_offers
from keepwell.web.places.models import Place

Written = TypeVar("Written", bound=LocalCase | LocalOffer)

LOCAL: Final = "local-"
A_YEAR: Final = dt.timedelta(days=365)
NOT_CHECKED: Final = "Written down by {place}, and checked by nobody else."


def cases_for(place: Place | None) -> list[ToldCase]:
    """The cases found at a place, in one shape: its own and those shared with it or with a place above, then the guides'.

    Without a place, those of the guides.
    """
    return [*(_local_cases(place) if place else ()), *guides_cases().values()]


def case_of(key: str, place: Place | None) -> ToldCase | None:
    """One case of `cases_for`, by its key: "local-12" for one that a place wrote down. None where it is not found there."""
    if not key.startswith(LOCAL):
        return guides_cases().get(key)
    return next((case for case in _local_cases(place) if case.key == key), None) if place else None


def offers_for(place: Place | None) -> list[ToldOffer]:
    """The offers found at a place, in one shape: local ones as with `cases_for`, then the national ones."""
    return [*(_local_offers(place) if place else ()), *national_offers().values()]


def offer_of(key: str, place: Place | None) -> ToldOffer | None:
    """One offer of `offers_for`, by its key. None where it is not found there."""
    if not key.startswith(LOCAL):
        return national_offers().get(key)
    return next((offer for offer in _local_offers(place) if offer.key == key), None) if place else None


def own(kind: type[Written], place: Place, *, by: User) -> list[Written]:
    """What a place itself wrote down, by title, as far as somebody may see it."""
    return [one for one in _of_place(kind, place) if rules.cannot_see(by, one) is None]


def local_of(kind: type[Written], place: Place, number: int) -> Written | None:
    """What a place wrote down, by its number; None where there is none."""
    return _of_place(kind, place).filter(pk=number).first()


def _of_place(kind: type[Written], place: Place) -> QuerySet[Written]:
    found = kind.objects.filter(place=place)
    found = found.select_related("place__controller", "changed_by", "written_by", "shown_by")
    return cast("QuerySet[Written]", found)


def shared_of(thing: LocalCase | LocalOffer) -> list[Shared]:
    """The places above that find it now."""
    return list(rules.shared_now(thing))


def places_to_share_with(thing: LocalCase | LocalOffer) -> list[Place]:
    """The places with which something could be shared: its own, where others lie in it, and those above, nearest first."""
    found = Place.objects.filter(pk__in=thing.place.numbers_above, closed__isnull=True).in_bulk()
    above = [found[number] for number in reversed(thing.place.numbers_above) if number in found]
    others = Place.objects.filter(path__startswith=thing.place.path).exclude(controller=thing.place.controller_id)
    return [thing.place, *above] if others.exists() else above


def _shown_at(kind: type[Written], place: Place) -> QuerySet[Written]:
    """What a place wrote down and shows, and what those above it in its own organisation do."""
    here = Q(place=place) | Q(place__in=place.numbers_above, place__controller=place.controller_id)
    return cast("QuerySet[Written]", kind.objects.filter(here, state=Local.SHOWN).select_related("place"))


def _shared_with(place: Place, name: str) -> QuerySet[Shared]:
    """What was shared with a place, or with one above it, and not withdrawn; the newest copy of each first."""
    found = Shared.objects.filter(to__in=[place.pk, *place.numbers_above], withdrawn_at__isnull=True)
    return found.filter(**{f"{name}__isnull": False}).select_related(f"{name}__place").order_by("-version", "pk")


def _local_cases(place: Place) -> Iterator[ToldCase]:
    seen = set()
    for case in _shown_at(LocalCase, place):
        seen.add(case.key)
        yield told_case(case, case.content)
    for shared in _shared_with(place, "case"):
        if shared.thing.key not in seen:
            seen.add(shared.thing.key)
            yield told_case(shared.thing, shared.content)


def _local_offers(place: Place) -> Iterator[ToldOffer]:
    seen = set()
    for offer in _shown_at(LocalOffer, place):
        seen.add(offer.key)
        yield told_offer(offer, offer.content)
    for shared in _shared_with(place, "offer"):
        if shared.thing.key not in seen:
            seen.add(shared.thing.key)
            yield told_offer(shared.thing, shared.content)


def told_case(case: Local, content: Mapping[str, Any]) -> ToldCase:
    """A case that a place wrote down, with its content as it is or as it was shared, in the one shape."""
    return ToldCase(
        key=case.key,
        title=content["title"],
        who=content["who"],
        where=content["where"],
        setting=content["setting"],
        staff_groups=tuple(content["staff_groups"]),
        topics=tuple(content["topics"]),
        promise=tuple(content["promise"]),
        level=content["level"],
        stages=tuple(content["stages"]),
        done=content["done"],
        reported=content["reported"],
        evidence=content["evidence"],
        caution=content["caution"] or NOT_CHECKED.format(place=case.place.name),
        figures=figures_in(content),
        address=content["address"],
        by=case.place.name,
    )


def figures_in(content: Mapping[str, Any]) -> tuple[Figure, ...]:
    """The figure of a case that a place wrote down; none where it has none."""
    if content["number"] is None and content["before"] is None:
        return ()
    of_people = content["unit"] == LocalCase.PEOPLE and content["number"] is not None
    return (
        Figure(
            what=content["measured"],
            unit="" if content["unit"] == LocalCase.OTHER else content["unit"],
            value=content["number"],
            of=content["of"] if of_people else None,
            before=content["before"],
            after=content["after"],
            window=content["window"],
            study=content["study"],
            note=f"of {content['of']:,} people" if content["of"] is not None and not of_people else "",
        ),
    )


def told_offer(offer: Local, content: Mapping[str, Any]) -> ToldOffer:
    """An offer that a place wrote down, with its content as it is or as it was shared, in the one shape."""
    checked_on = dt.date.fromisoformat(content["checked_on"])
    return ToldOffer(
        key=offer.key,
        title=content["title"],
        level=content["level"],
        stages=tuple(content["stages"]),
        topics=tuple(content["topics"]),
        gives=content["gives"],
        who=content["who"],
        contact=content["contact"],
        address=content["address"],
        refer=content["refer"],
        year=checked_on.year,
        may_have_changed=checked_on < timezone.localdate() - A_YEAR,
        by=offer.place.name,
    )
