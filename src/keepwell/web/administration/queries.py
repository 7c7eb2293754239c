"""Who holds which role at a place and its parts, and who has an account at all?"""

from __future__ import annotations

from django.db.models import QuerySet

from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import cannot_grant
from keepwell.web.places.models import Place
from keepwell.web.places.queries import inside


def held_at(place: Place) -> QuerySet[Grant]:
    """Every role that somebody holds, or is to hold, at a place or one of its own parts."""
    return (
        Grant.objects.filter(place__in=inside(place), ended_at__isnull=True)
        .select_related("user", "role", "place", "place__controller", "granted_by", "confirmed_by")
        .order_by("place__path", "role__position", "user__name")
    )


def ended_at(place: Place) -> QuerySet[Grant]:
    """Roles that were held at a place or one of its own parts, the last ended first."""
    return (
        Grant.objects.filter(place__in=inside(place), ended_at__isnull=False)
        .select_related("user", "role", "place", "ended_by")
        .order_by("-ended_at")
    )


def roles_to_give(by: User, place: Place) -> QuerySet[Role]:
    """The roles that somebody could give at a place, to anybody but themselves."""
    nobody = User(pk=0, name="somebody")
    return Role.objects.filter(pk__in=[r.pk for r in Role.objects.all() if cannot_grant(by, nobody, r, place) is None])


def grant_at(place: Place, number: int) -> Grant | None:
    """A grant of a place or one of its own parts; None for any other."""
    found = Grant.objects.filter(pk=number, place__in=inside(place))
    return found.select_related("user", "role", "place", "place__controller").first()


def accounts() -> QuerySet[User]:
    """Everybody who has or had an account."""
    return User.objects.select_related("invited_by").prefetch_related("grants__role", "grants__place")


def trees() -> list[Place]:
    """All places in the order of the tree: each after what it lies in, names in order."""
    below: dict[int | None, list[Place]] = {}
    for place in Place.objects.select_related("parent", "controller").order_by("name"):
        below.setdefault(place.parent_id, []).append(place)

    def walk(number: int | None) -> list[Place]:
        return [found for place in below.get(number, ()) for found in (place, *walk(place.pk))]

    return walk(None)
