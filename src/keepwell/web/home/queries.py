"""What is somebody's here, what waits for them, and how far is the first run?"""

from __future__ import annotations

from django.db import DatabaseError, connection

from keepwell.errors import WorkspaceRefused
from keepwell.web.accounts.models import Grant, User
from keepwell.web.accounts.rules import cannot_confirm, grants_of
from keepwell.web.places.models import INSIDE, Place
from keepwell.web.places.queries import published_workspace, workspace_of
from keepwell.web.uploads.models import READY, Upload


def places_held(user: User) -> list[Place]:
    """The places at which somebody holds a role themselves, without those that lie in them."""
    held = {grant.place.pk for grant in grants_of(user) if grant.place is not None}
    return list(Place.objects.filter(pk__in=held).select_related("controller", "parent"))


def organisations() -> list[Place]:
    """All organisations of the site."""
    return list(Place.objects.exclude(kind__in=INSIDE))


def grants_to_confirm(user: User) -> list[Grant]:
    """Roles that open exact figures and wait for this person, or somebody like them, to confirm."""
    waiting = Grant.objects.waiting().select_related("user", "role", "place", "place__controller", "granted_by")
    return [grant for grant in waiting if cannot_confirm(user, grant) is None]


def has_records(place: Place) -> bool:
    """Whether anything is loaded for the organisation that answers for a place."""
    return bool(workspace_of(place).current().loads)


def files_that_wait(place: Place) -> int:
    """Files that were brought in for a place and wait for somebody to say what is to be done."""
    return Upload.objects.filter(place=place, state=READY).count()


def healthy() -> bool:
    """Whether the database answers and the records can be read."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
        published_workspace().current()
    except (DatabaseError, OSError, ValueError, WorkspaceRefused):
        return False
    return True
