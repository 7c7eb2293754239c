"""Who may bring data in, and what cannot be done with a file any more?"""

from __future__ import annotations

from typing import Final

from keepwell.errors import KeepwellError, listed
from keepwell.web.accounts.abilities import LOAD_DATA, LOAD_PUBLISHED
from keepwell.web.accounts.rules import Standing
from keepwell.web.places.models import NETWORK, PRACTICE, Place, Succession
from keepwell.web.uploads.models import LOADED, READY, Upload

OPENS: Final = frozenset({LOAD_DATA, LOAD_PUBLISHED})


class OfAnother(KeepwellError):
    """A file of records that are not this organisation's to bring in."""


def cannot_open(here: Standing) -> str | None:
    """Why somebody cannot bring data in at a place; None if they can: an organisation, and a role that loads files."""
    if not here.place.is_controller:
        return f"Files are brought in for the whole of {here.place.controller}."
    return None if here.abilities & OPENS else f"Your role here ({here.in_words}) does not bring data in."


def cannot_take(here: Standing, published: bool) -> str | None:
    """Why somebody cannot load or undo a file of this kind; None if they can."""
    if published and LOAD_PUBLISHED not in here.abilities:
        return f"Your role here ({here.in_words}) does not load published files, which everybody sees."
    if not published and LOAD_DATA not in here.abilities:
        return f"Your role here ({here.in_words}) loads published files only, not the records of an organisation."
    return None


def cannot_say(here: Standing, upload: Upload) -> str | None:
    """Why somebody cannot say more of a file, load it or put it away; None if they can."""
    if reason := cannot_open(here) or cannot_take(here, upload.published):
        return reason
    return None if upload.state == READY else f"This file is not waiting any more: {upload.state_in_words.lower()}."


def cannot_load(here: Standing, upload: Upload) -> str | None:
    """Why somebody cannot have a file loaded; None if they can."""
    if reason := cannot_say(here, upload):
        return reason
    if not (upload.looked or {}).get("check"):
        return "It cannot be loaded before what is missing has been said."
    return None


def cannot_undo(here: Standing, upload: Upload) -> str | None:
    """Why somebody cannot take out what a file brought in; None if they can."""
    if reason := cannot_open(here) or cannot_take(here, upload.published):
        return reason
    return None if upload.state == LOADED else f"There is nothing to take out: {upload.state_in_words.lower()}."


def cannot_type_staff(here: Standing) -> str | None:
    """Why somebody cannot type who works here; None if they can: at a practice or a network, which may have no file."""
    if here.place.kind not in (PRACTICE, NETWORK):
        return f"{here.place.name} brings its staff in from a file."
    return cannot_take(here, published=False)


def cannot_bring_staff_in(here: Standing) -> str | None:
    """Why what was typed cannot be brought in; None if it can."""
    if reason := cannot_type_staff(here):
        return reason
    if not here.place.code:
        return f"{here.place.name} has no ODS code here: ask whoever keeps the site to say it."
    if not here.place.practice_people.exists():
        return "Nobody is typed in yet."
    return None


def codes_of(place: Place) -> frozenset[str]:
    """The codes under which an organisation's records may stand: its own, and those of what became it."""
    found, before = {place.code}, [place.pk]
    while before:
        earlier = Succession.objects.filter(after__in=before).select_related("before")
        known = {s.before.code for s in earlier}
        before = [s.before_id for s in earlier if s.before.code not in found]
        found |= known
    return frozenset(found - {""})


def refuse_others(upload: Upload, organisations: list[str]) -> None:
    """Raises OfAnother where records are of an organisation that this is not, nor ever came from."""
    if upload.published:
        return
    ours = codes_of(upload.place)
    others = sorted(set(organisations) - ours)
    if others:
        raise OfAnother(
            f"{upload.name} holds records of another organisation than {upload.place.name}.",
            found=f"{listed(others, 5)}; here they may be of {listed(sorted(ours)) or 'no code, because none is known'}",
            attempt="bring it in where it belongs, or leave those rows out of the file; after a merger, ask whoever "
            "keeps the site to say so in the tree of places",
        )
