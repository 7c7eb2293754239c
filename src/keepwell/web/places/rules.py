"""What must hold of the tree of places, and why not otherwise?"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from keepwell.web.places.models import KINDS, MAY_LIE_IN, Place


def cannot_lie_in(place: Place, parent: Place | None) -> str | None:
    """Why a place cannot belong there, in words; None if it can."""
    if parent is None:
        return None if place.is_controller else f"{place.kind_in_words}s lie in an organisation: choose which."
    if parent.kind not in MAY_LIE_IN[place.kind]:
        allowed = ", ".join(KINDS[kind].lower() for kind in MAY_LIE_IN[place.kind]) or "nothing"
        return (
            f"A {place.kind_in_words.lower()} may lie in: {allowed}. {parent.name} is a {parent.kind_in_words.lower()}."
        )
    if place.pk and parent.path.startswith(place.path):
        return f"{parent.name} lies in {place.name} itself."
    return None


def cannot_move(place: Place, parent: Place | None, start: dt.date) -> str | None:
    """Why a place cannot belong to another from a day on; None if it can."""
    if reason := cannot_lie_in(place, parent):
        return reason
    if start > timezone.localdate():
        return f"Who sees what goes by where {place.name} lies today: write the move down on the day."
    if not place.is_controller and parent is not None and parent.controller_id != place.controller_id:
        return f"{place.name} is a part of {place.controller}, whose records it is in: make a new place in {parent}."
    later = place.belongings.filter(start__gte=start).first()
    if later is not None:
        return f"{place.name} has been in {later.parent} since {later.start:%d %B %Y}: choose a later day."
    return None


def cannot_rename(place: Place) -> str | None:
    """Why a place cannot have another name; None if it can."""
    if place.is_controller:
        return None
    return f"{place.name} is found in the records by its name: give it another there, and load them."


def cannot_become(before: Place, after: Place, on: dt.date) -> str | None:
    """Why a place cannot have become another on a day; None if it can."""
    if before.pk == after.pk:
        return "A place cannot become itself."
    if before.is_controller != after.is_controller:
        return "An organisation becomes an organisation, a part of one becomes a part."
    if (known := before.successors.first()) is not None:
        return f"{before.name} {known.KINDS[known.kind]} {known.after} on {known.on:%d %B %Y} already."
    step: Place | None = after
    while step is not None:
        if step.pk == before.pk:
            return f"{after.name} itself became {before.name}."
        following = step.successors.first()
        step = following.after if following else None
    if before.closed and on > before.closed + dt.timedelta(days=1):
        return f"{before.name} closed on {before.closed:%d %B %Y}, before that day."
    return None
