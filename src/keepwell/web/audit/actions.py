"""How does something get into the register?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import standing
from keepwell.web.audit.models import AccessEvent, ChainEnd, Kind
from keepwell.web.places.models import Place

_writing = Lock()
"""Views of one process are written one after the other: a database that is busy lets those who wait sleep too long."""


@transaction.atomic
def record(
    *,
    by: User | None,
    kind: Kind,
    what: str,
    place: Place | None = None,
    policy: str = "",
    about: str = "",
    filters: Mapping[str, Sequence[str]] | None = None,
) -> AccessEvent:
    """Write one event, in the transaction of what it records if there is one, and as the last thing in it.

    The last, because events follow one another: until the transaction ends, nobody else can write the next one.
    `filters` are names and values that the page has checked to be ours, never what somebody typed. `by` is None for
    somebody who was not signed in.
    """
    end = ChainEnd.objects.select_for_update().get()
    here = standing(by, place) if by is not None and place is not None else None
    event = AccessEvent(
        number=end.count + 1,
        at=timezone.now(),
        person=by.pk if by else None,
        name=by.name if by else "",
        roles=here.in_words if here else "",
        kind=kind,
        what=what,
        about=about,
        place=place.pk if place else None,
        place_name=place.name if place else "",
        policy=policy,
        query={name: [str(value) for value in values] for name, values in sorted((filters or {}).items())},
        previous=end.hash,
    )
    event.hash = event.hashed()
    event.save()
    return event


def record_view(
    request: HttpRequest,
    what: str,
    place: Place,
    exact: bool,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
) -> AccessEvent:
    """Write that whoever is signed in was shown a page of a place, with exact figures or without.

    Call it when the page is made and before it is sent. `filters` as in `record`.
    """
    by = person(request)
    policy = policy_shown(by, place, exact)
    with _writing:
        return record(by=by, kind=Kind.VIEWED, what=what, place=place, policy=policy, filters=filters)


def policy_shown(by: User, place: Place, exact: bool) -> str:
    """The policy under which somebody is shown the figures of a place: "" where there were none to hide."""
    here = standing(by, place)
    if exact:
        return INTERNAL
    return here.policy if here is not None and not here.exact else ""
