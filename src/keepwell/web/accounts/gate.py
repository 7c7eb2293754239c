"""Is this page somebody's to see?

What is not theirs and what does not exist give the same page and the same status.
"""

from __future__ import annotations

from typing import TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest

from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, standing
from keepwell.web.places.models import Place

Thing = TypeVar("Thing")

signed_in = login_required
"""A view for anybody who is signed in; whoever is not is asked to, and comes back."""


def person(request: HttpRequest) -> User:
    """Whoever is signed in. Views that use it are behind `signed_in`."""
    return cast(User, request.user)


def here_or_404(request: HttpRequest, slug: str, ability: str | None = None) -> Standing:
    """What the person is at the place of that address, with the ability asked for.

    Raises Http404 where there is no such place, where it is not theirs, or where their role does not allow it.
    """
    place = Place.objects.select_related("controller", "parent").filter(slug=slug).first()
    here = standing(person(request), place) if place is not None else None
    if here is None or (ability is not None and ability not in here.abilities):
        raise Http404
    return here


def theirs_or_404(thing: Thing | None, reason: str | None) -> Thing:
    """The thing, if there is one and no rule says no; else the page that says neither which."""
    if thing is None or reason is not None:
        raise Http404
    return thing
