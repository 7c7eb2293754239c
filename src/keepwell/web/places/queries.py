"""Which places are there, what lies in them, and where are their records kept?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from keepwell.enquiries import Enquiry, answer
from keepwell.records.keys import PersonKey, person_key
from keepwell.records.staff import NOT_KNOWN
from keepwell.records.workspace import Workspace
from keepwell.web.places.models import DIRECTORATE, INSIDE, TEAM, Place


def in_and_under(place: Place) -> QuerySet[Place]:
    """The place and everything that lies in it today."""
    return Place.objects.filter(path__startswith=place.path)


def inside(place: Place) -> QuerySet[Place]:
    """The place and its own parts: never another organisation, whatever lies in it."""
    return in_and_under(place).filter(controller=place.controller)


def above(place: Place) -> list[Place]:
    """All places that it lies in today, the highest first."""
    found = Place.objects.in_bulk(place.numbers_above)
    return [found[number] for number in place.numbers_above]


def organisations_in(place: Place) -> QuerySet[Place]:
    """The organisations that lie in a place today, itself left out."""
    return in_and_under(place).exclude(kind__in=INSIDE).exclude(pk=place.pk)


def parent_on(place: Place, day: dt.date) -> Place | None:
    """Where the place belonged on a day."""
    held = [b for b in place.belongings.select_related("parent") if b.holds_on(day)]
    return held[-1].parent if held else None


def workspace_of(place: Place) -> Workspace:
    """The records of the organisation that answers for a place, apart from those of all others.

    The folder goes by the place's number, which never changes and is never used again.
    """
    return Workspace(_folder() / f"place-{place.controller_id:06d}")


def where_of(place: Place) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What chooses a part of an organisation out of its records; nothing for all of it."""
    if place.kind == DIRECTORATE:
        return (("directorate", (place.name,)),)
    if place.kind == TEAM and place.parent is not None:
        return (*where_of(place.parent), ("unit", (place.name,)))
    return ()


def key_of(place: Place) -> PersonKey:
    """The key with which the people of an organisation are hashed: its own, apart from its records.

    Nobody can be followed from one organisation's records to another's.
    """
    workspace = workspace_of(place)
    file = Path(settings.HOME) / "keys" / f"{workspace.folder.name}.key"
    return person_key(workspace.folder, workspace.current().settings.get("key_fingerprint"), file)


def parts_in_records(place: Place, source: str) -> tuple[tuple[str, str], ...]:
    """The directorates and teams (directorate, team) in which an organisation's newest records have staff."""
    asked = Enquiry("headcount", by=("directorate", "unit"), months=1, source=source)
    rows = answer(workspace_of(place), asked).rows()
    named = {(row["directorate"], row["unit"]) for row in rows}
    return tuple(sorted((d, u) for d, u in named if NOT_KNOWN not in (d, u)))


def published_workspace() -> Workspace:
    """Files that anybody may see, loaded once for all."""
    return Workspace(_folder() / "published")


def _folder() -> Path:
    return Path(settings.HOME) / "workspaces"
