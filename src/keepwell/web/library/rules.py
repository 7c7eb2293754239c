"""Who may write down, show, share and read a case or an offer of a place, and why not?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final

from django.utils import timezone

from keepwell.content.general_practice import levels
from keepwell.content.promise import elements
from keepwell.web.accounts.abilities import SEE_FIGURES, SHARE_UPWARD, WRITE_PLANS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, cannot, grants_of, standing
from keepwell.web.library.models import Local, LocalCase, LocalOffer, Shared
from keepwell.web.library.telling import SETTINGS, STAFF_GROUPS, STAGES, topic_titles
from keepwell.web.places.models import Place

NOT_YOURS: Final = "This is not yours to see."
NOBODY_NAMED: Final = "Never name a person here, nor describe one so that colleagues could tell who it is. Say what was done, not for whom."
NOT_READ: Final = "Read it through first, and say that nobody in it is named or could be recognised."
FEW: Final = 5
"""A number of people under this leaves no organisation."""
OUTSIDE: Final = ("https://", "http://")


def cannot_see_library(here: Standing | None) -> str | None:
    """Why somebody cannot see the library of a place; None if they can: who sees figures there, or plans."""
    if here is None:
        return NOT_YOURS
    if here.abilities & {SEE_FIGURES, WRITE_PLANS}:
        return None
    return f"Your role here ({here.in_words}) does not see the library of the place."


def cannot_write(by: User, place: Place) -> str | None:
    """Why somebody cannot write down a case or an offer at a place; None if they can."""
    if reason := cannot_see_library(standing(by, place)) or cannot(by, WRITE_PLANS, place):
        return reason
    return f"{place.name} has closed." if place.closed else None


def cannot_see(user: User, thing: Local) -> str | None:
    """Why somebody cannot see a case or an offer where it was written; None if they can.

    A draft is for those who write at the place itself, and for whoever began it: nobody above sees it, though their
    role may reach so far down.
    """
    if reason := cannot_see_library(standing(user, thing.place)):
        return reason
    if thing.state == Local.SHOWN:
        return None
    writes = thing.written_by_id == user.pk or any(
        grant.place_id == thing.place_id and WRITE_PLANS in grant.role.abilities for grant in grants_of(user)
    )
    return None if writes and cannot(user, WRITE_PLANS, thing.place) is None else NOT_YOURS


def cannot_change(by: User, thing: Local) -> str | None:
    """Why somebody cannot change a case or an offer; None if they can: who sees it and writes there."""
    return cannot_see(by, thing) or cannot_write(by, thing.place)


def cannot_show(by: User, thing: Local, *, read_through: bool = True) -> str | None:
    """Why somebody cannot show a draft to everybody at the place; None if they can, having read it through."""
    if reason := cannot_change(by, thing):
        return reason
    if thing.state == Local.SHOWN:
        return "This is shown already."
    return None if read_through else NOT_READ


def cannot_hide(by: User, thing: Local) -> str | None:
    """Why somebody cannot make a draft again of what is shown; None if they can: nobody else sees it."""
    if reason := cannot_change(by, thing):
        return reason
    if thing.state == Local.DRAFT:
        return "This is a draft already."
    if shared := shared_now(thing).first():
        return f"{shared.to.name} sees this: withdraw it there first."
    return None


def cannot_share(by: User, thing: LocalCase | LocalOffer, to: Place, *, read_through: bool = True) -> str | None:
    """Why somebody cannot share a case or an offer with a place above and all that lie in it; None if they can.

    A place that has others below it may share with itself: then those below find it. Out of an organisation it is
    shared by somebody who may do so for the whole of it.
    """
    if thing.state == Local.DRAFT:
        return "Only what is shown is shared: nobody else sees a draft."
    if not thing.place.lies_in(to):
        return f"{thing.place.name} does not lie in {to.name}: this is shared upward."
    if to.closed:
        return f"{to.name} has closed."
    inside = to.controller_id == thing.place.controller_id and to.pk != thing.place_id
    if reason := cannot(by, SHARE_UPWARD, thing.place if inside else thing.place.controller or thing.place):
        return reason
    if shared_now(thing).filter(to=to, version=thing.version).exists():
        return f"{to.name} sees this already."
    if isinstance(thing, LocalCase) and (reason := too_few(thing)):
        return reason
    return None if read_through else NOT_READ


def cannot_withdraw(by: User, shared: Shared) -> str | None:
    """Why somebody cannot withdraw what was shared; None if they can."""
    if shared.withdrawn_at is not None:
        return "This was withdrawn already."
    return cannot(by, SHARE_UPWARD, shared.thing.place)


def shared_now(thing: Local) -> Any:
    """Those places above that find it now."""
    return thing.shared.filter(withdrawn_at__isnull=True).select_related("to", "shared_by")  # type: ignore[attr-defined]


def too_few(case: LocalCase) -> str | None:
    """Why the figure of a case is one of so few people that it stays in the organisation; None if it may leave."""
    numbers = [number for number in (case.number, case.before, case.after) if number is not None]
    counts = [case.of] if case.of is not None else []
    if case.unit == LocalCase.PEOPLE:
        counts += [int(number) for number in numbers]
        counts += [case.of - int(number) for number in numbers if case.of is not None]
    if any(0 < count < FEW for count in counts):
        return f"It counts fewer than {FEW} people, who could be recognised: leave the number out before it is shared."
    return None


# What can be written down


def grade_of(content: dict[str, Any]) -> str:
    """The grade of evidence that answers to plain questions come to.

    Two numbers, before and after, make it "before_after"; the same measured where it was not done "controlled"; a study
    that is named, besides, "causal". Anything else is a claim.
    """
    two = content.get("before") is not None and content.get("after") is not None
    if content.get("how_measured") != LocalCase.CHANGE or not two:
        return "claim"
    if not content.get("beside_others"):
        return "before_after"
    return "causal" if content.get("studied") and (content.get("study") or "").strip() else "controlled"


def cannot_measure(content: dict[str, Any]) -> tuple[str, str] | None:
    """Why the figure of a case is none, with the field to mend; None if it is one, or there is none."""
    number, of, before, after = (content.get(name) for name in ("number", "of", "before", "after"))
    if content.get("how_measured") == LocalCase.CHANGE:
        if (before is None) != (after is None):
            return "after" if after is None else "before", "Before and after are two numbers: enter both, or neither."
    elif of is not None and number is not None and content.get("unit") == LocalCase.PEOPLE and number > of:
        return "number", f"{number:g} cannot be part of {of:,}."
    given = [one for one in (number, before, after) if one is not None]
    if given and not (content.get("measured") or "").strip():
        return "measured", "Say what was measured."
    if given and not content.get("unit"):
        return "unit", "Say in what it was measured."
    return None


def cannot_go_to(address: str) -> str | None:
    """Why a text is no address of a page; None if it is one, or there is none."""
    fine = not address or (address.startswith(OUTSIDE) and not set(address) & set(" \t\n\r<>\"'"))
    return None if fine else "An address begins with https:// and has no spaces."


def cannot_check_on(day: dt.date) -> str | None:
    """Why an offer cannot have been checked on a day; None if it can."""
    return "Nobody can have checked it in the future." if day > timezone.localdate() else None


def unknown_words(kind: type[Local], content: dict[str, Any]) -> Iterable[str]:
    """What a content names that the library does not know: topics, stages, levels, settings and groups of staff."""
    known: dict[str, Iterable[str]] = {"topics": topic_titles(), "stages": STAGES}
    if kind is LocalCase:
        known |= {"staff_groups": STAFF_GROUPS, "promise": elements()}
        known_words = {"setting": SETTINGS, "unit": {"", *LocalCase.UNITS}, "how_measured": LocalCase.HOW}
        yield from (str(content[name]) for name, names in known_words.items() if content.get(name, "") not in names)
    for name, names in known.items():
        yield from (str(one) for one in content.get(name) or () if one not in names)
    if (level := content.get("level")) and level not in {one.key for one in levels()}:
        yield str(level)
