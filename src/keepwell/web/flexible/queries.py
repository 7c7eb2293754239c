"""Which requests are there at a place, and what is told of an organisation's?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from keepwell.enquiries.from_requests import Decided
from keepwell.web.flexible import rules
from keepwell.web.flexible.models import Figures, Request
from keepwell.web.places.models import DIRECTORATE, Place
from keepwell.web.places.queries import inside

CLOSES_AFTER: Final = 28
"""Days after its end when a half-year is closed: until then what came late can be written down."""
NOT_IN_ONE: Final = "Not in a directorate"
HALVES: Final = (4, 10)
"""The months with which half-years begin."""


@dataclass(frozen=True, slots=True)
class HalfYear:
    """Six months from April or from October."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        return rules.months_after(self.first, 6) - dt.timedelta(days=1)

    @property
    def closes_on(self) -> dt.date:
        """From this day on its figures are told."""
        return self.last + dt.timedelta(days=CLOSES_AFTER + 1)

    @staticmethod
    def of(day: dt.date) -> HalfYear:
        month = max((month for month in HALVES if month <= day.month), default=HALVES[-1])
        return HalfYear(dt.date(day.year if day.month >= month else day.year - 1, month, 1))


def requests_of(place: Place) -> QuerySet[Request]:
    """Every request of a place itself that was not entered by mistake, the earliest first."""
    found = Request.objects.filter(place=place, mistaken_at__isnull=True)
    return found.select_related("place__controller", "place__parent", "changed_by")


def request_of(place: Place, number: int) -> Request | None:
    """A request by its number."""
    found = Request.objects.filter(pk=number, place=place)
    return found.select_related("place__controller", "place__parent", "changed_by").first()


def to_clear(place: Place) -> list[Request]:
    """The requests whose reference has been kept long enough, those entered by mistake among them."""
    today = timezone.localdate()
    kept = Request.objects.filter(place=place).exclude(reference="").select_related("place")
    return [one for one in kept if rules.can_be_cleared(one, today)]


def closed_half_years(place: Place) -> list[HalfYear]:
    """The half-years in which the organisation of a place had an answer and that are closed, the newest first."""
    today = timezone.localdate()
    days = {day for one in _of_organisation(place) if (day := one.answered_on) is not None}
    found = {HalfYear.of(day) for day in days}
    found |= {
        HalfYear(first) for first in Figures.objects.filter(place=place.controller).values_list("first", flat=True)
    }
    return sorted((half for half in found if half.closes_on <= today), key=lambda half: half.first, reverse=True)


def decided_in(place: Place, kind: str, half: HalfYear) -> list[Decided]:
    """The requests of an organisation with their last answer in a half-year, as figures are made of them."""
    return list(_decided(place, kind, half))


def _decided(place: Place, kind: str, half: HalfYear) -> Iterator[Decided]:
    for one in _of_organisation(place).filter(kind=kind):
        if one.answered_on is not None and one.days is not None and half.first <= one.answered_on <= half.last:
            in_time = one.answered_on <= rules.due_on(one)
            came_to, reason = one.came_to, one.reason if one.came_to == "refused" else ""
            yield Decided(_directorate(one.place), one.staff_group, came_to, one.days, in_time, reason)


def _of_organisation(place: Place) -> QuerySet[Request]:
    organisation = place.controller or place
    found = Request.objects.filter(place__in=inside(organisation), mistaken_at__isnull=True)
    return found.select_related("place__parent")


def _directorate(place: Place) -> str:
    for one in (place, place.parent):
        if one is not None and one.kind == DIRECTORATE:
            return one.name
    return NOT_IN_ONE
