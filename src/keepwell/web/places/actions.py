"""How does the tree of places change?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils.text import slugify

from keepwell.web.places.models import DIRECTORATE, TEAM, Belonging, Place, Succession
from keepwell.web.places.refusals import refuse
from keepwell.web.places.rules import cannot_become, cannot_lie_in, cannot_move, cannot_rename

SLUG_LENGTH = 100


@transaction.atomic
def add_place(
    *, name: str, kind: str, parent: Place | None, start: dt.date, code: str = "", made_up: bool = False
) -> Place:
    """A new place, in its parent from a day on. Raises NotAllowed where it cannot lie there or its code is taken."""
    place = Place(name=name.strip(), kind=kind, code=code.strip().upper(), opened=start, made_up=made_up)
    refuse(cannot_lie_in(place, parent), found=f"{name} in {parent or 'nothing'}")
    if place.code and Place.objects.filter(code=place.code).exists():
        refuse(f"There is a place with the code {place.code} already.", found=place.code)
    place.slug = _free_slug(place.code or (f"{parent.slug} {name}" if parent else name))
    place.save()
    if parent is not None:
        Belonging.objects.create(place=place, parent=parent, start=start)
    _put_under(place, parent)
    return place


@transaction.atomic
def move_place(*, place: Place, parent: Place, start: dt.date) -> Belonging:
    """From a day on the place belongs to another; what it belonged to before stays on record."""
    place = Place.objects.select_for_update().get(pk=place.pk)
    refuse(cannot_move(place, parent, start), found=f"{place.name} to {parent.name}")
    place.belongings.filter(end__isnull=True).update(end=start - dt.timedelta(days=1))
    belonging = Belonging.objects.create(place=place, parent=parent, start=start)
    _put_under(place, parent)
    return belonging


@transaction.atomic
def succeed(*, before: Place, after: Place, on: dt.date, kind: str) -> Succession:
    """A place became another: it closes the day before, and stays on record."""
    refuse(cannot_become(before, after, on), found=f"{before.name} to {after.name}")
    succession = Succession.objects.create(before=before, after=after, on=on, kind=kind)
    before.closed = before.closed or on - dt.timedelta(days=1)
    before.save(update_fields=["closed"])
    return succession


@transaction.atomic
def rename_place(*, place: Place, name: str, known: str) -> Place:
    """Another name for the same place; its address stays. `known` is the name that whoever asks for it had before them.

    Raises NotAllowed for a part of an organisation, and where somebody else has renamed it since.
    """
    place = Place.objects.select_for_update().get(pk=place.pk)
    refuse(cannot_rename(place), found=f"another name of {place.name}")
    if place.name != known:
        refuse(
            f"Somebody else has renamed it since you opened this page: it is {place.name} now.",
            found=f"{known} before",
            attempt="look whether your name is still right, and save again",
        )
    place.name = name.strip()
    place.save(update_fields=["name"])
    return place


@transaction.atomic
def mirror_parts(*, organisation: Place, parts: Iterable[tuple[str, str]], start: dt.date) -> int:
    """Have a place for every directorate and team (directorate, team) that the organisation's records name.

    Nothing is taken away: a team that is in no file any more keeps its place. Returns how many were added.
    """
    added = 0
    directorates = {p.name: p for p in Place.objects.filter(parent=organisation, kind=DIRECTORATE)}
    teams = {(p.parent_id, p.name) for p in Place.objects.filter(controller=organisation, kind=TEAM)}
    for directorate, team in sorted(set(parts)):
        parent = organisation
        if directorate:
            if directorate not in directorates:
                directorates[directorate] = add_place(
                    name=directorate, kind=DIRECTORATE, parent=organisation, start=start, made_up=organisation.made_up
                )
                added += 1
            parent = directorates[directorate]
        if team and (parent.pk, team) not in teams:
            add_place(name=team, kind=TEAM, parent=parent, start=start, made_up=organisation.made_up)
            teams.add((parent.pk, team))
            added += 1
    return added


def _put_under(place: Place, parent: Place | None) -> None:
    """Set parent, path and controller of a place, and those of all that lies in it."""
    old = place.path
    place.parent = parent
    place.path = f"{parent.path if parent else '/'}{place.pk}/"
    place.controller = place if place.is_controller or parent is None else parent.controller
    place.save(update_fields=["parent", "path", "controller"])
    if not old or old == place.path:
        return
    for below in Place.objects.filter(path__startswith=old).exclude(pk=place.pk):
        below.path = place.path + below.path.removeprefix(old)
        below.save(update_fields=["path"])


def _free_slug(wanted: str) -> str:
    base = slugify(wanted)[:SLUG_LENGTH] or "place"
    slug, number = base, 2
    while slug in RESERVED or Place.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug


RESERVED = frozenset(
    [
        "sign-in",
        "sign-out",
        "first-run",
        "healthy",
        "measures",
        "site",
        "static",
        "help",
        "privacy",
        "accessibility",
        "about",
        "account",
        "invitation",
        "published",
        "search",
        "api",
        "media",
        "admin",
        "two-factor",
        "password",
        "plans",
        "library",
        "surveys",
        "conversations",
        "assessments",
        "my-actions",
        "retirement-options",
        "ballots",
        "nhsuk",
    ]
)
"""Words that stand first in an address of the site itself."""
