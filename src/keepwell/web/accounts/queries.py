"""Who is there, who is to be told, and what waits for a second person?"""

from __future__ import annotations

from django.db.models import QuerySet

from keepwell.web.accounts.abilities import TOLD_OF_EXACT
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import reaches
from keepwell.web.places.models import Place


def is_set_up() -> bool:
    """Whether somebody has an account: before that, the first run is open."""
    return User.objects.exists()


def with_ability(ability: str, place: Place) -> list[User]:
    """Everybody whose role allows something at a place."""
    grants = Grant.objects.in_force().select_related("user", "role", "place").filter(user__is_active=True)
    found = {g.user.pk: g.user for g in grants if ability in g.role.abilities and reaches(g, place)}
    return sorted(found.values(), key=lambda user: user.name)


def told_of_exact(place: Place) -> list[User]:
    return with_ability(TOLD_OF_EXACT, place)


def waiting_at(place: Place) -> QuerySet[Grant]:
    """Grants in an organisation that a second person has yet to confirm."""
    return Grant.objects.waiting().filter(place__controller=place.controller).select_related("user", "role", "place")


def roles() -> QuerySet[Role]:
    return Role.objects.all()
