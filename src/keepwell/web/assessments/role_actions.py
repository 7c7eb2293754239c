"""How is somebody named who carries retention, and how does a role become empty?"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from keepwell.content.promise import RetentionRole
from keepwell.web.accounts.models import User
from keepwell.web.assessments import role_rules
from keepwell.web.assessments.actions import QUICKER
from keepwell.web.assessments.models import RoleHolder
from keepwell.web.assessments.role_queries import holder_of
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@transaction.atomic
def name_holder(
    *, place: Place, role: RetentionRole, name: str, since: dt.date | None, known: int | None, by: User
) -> RoleHolder:
    """Write down who holds a role, and since when. `known` is the version that was shown, None where there was none.

    It gives nobody a right. Raises NotAllowed where the rules say no, or somebody else has written since.
    """
    held = _held(place, role, known, by)
    refuse(role_rules.cannot_hold(name), found="no name", attempt="type a name, or say that nobody holds it")
    refuse(role_rules.cannot_hold_since(since), found="a day to come", attempt="type another day, or leave it empty")
    return _write(held, name.strip(), since, by)


@transaction.atomic
def clear_holder(*, place: Place, role: RetentionRole, known: int | None, by: User) -> RoleHolder:
    """Write down that nobody holds a role. `known` and errors as in `name_holder`."""
    return _write(_held(place, role, known, by), "", None, by)


def _held(place: Place, role: RetentionRole, known: int | None, by: User) -> RoleHolder:
    """What is written of a role, the place held until the transaction ends; a new one of version 0 where nothing is."""
    place = Place.objects.select_for_update(of=("self",)).select_related("controller").get(pk=place.pk)
    refuse(role_rules.cannot_write_role(by, place, role), found=f"{role.title} at {place.name}")
    now = holder_of(place, role)
    if (now.version if now else None) != known:
        refuse(
            QUICKER.format(name=now.changed_by.name) if now else "What you were shown is not there any more.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    return now or RoleHolder(place=place, role=role.key, version=0)


def _write(held: RoleHolder, name: str, since: dt.date | None, by: User) -> RoleHolder:
    held.name, held.since = name, since
    held.version, held.changed_by, held.changed_at = held.version + 1, by, timezone.now()
    held.save()
    return held
