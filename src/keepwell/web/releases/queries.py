"""What was released to a place, by whom, and what was in it last?"""

from __future__ import annotations

from django.db.models import QuerySet

from keepwell.web.places.models import Place
from keepwell.web.releases.models import Pack, Release


def of(place: Place) -> QuerySet[Release]:
    """Everything that an organisation released or prepares to, for those who may release."""
    return Release.objects.filter(place=place.controller).select_related("place", "to", "released_by", "withdrawn_by")


def in_force_to(place: Place) -> QuerySet[Release]:
    """What organisations that lie in a place have released to it and not withdrawn: no drafts, nothing of its own."""
    return (
        Release.objects.filter(to=place, state=Release.RELEASED, place__path__startswith=place.path)
        .exclude(place=place)
        .select_related("place", "released_by")
    )


def inside(place: Place) -> Release | None:
    """What an organisation lets its own people see who are not entitled to exact figures."""
    found = Release.objects.filter(place=place.controller, to=place.controller, state=Release.RELEASED)
    return found.order_by("-released_at").first()


def newest_pack(release: Release) -> Pack | None:
    """The figures that a release handed over last; None for one that is not in force, or has not yet."""
    return release.packs.first() if release.state == Release.RELEASED else None
