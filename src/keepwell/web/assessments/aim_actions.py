"""How does a place say how far a goal or a must-do is, add one of its own, and end it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from keepwell.content.general_practice import SupportLevel
from keepwell.web.accounts.models import User
from keepwell.web.assessments import aim_rules
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.aim_queries import NOT_YET, Followed, content_of
from keepwell.web.assessments.gap_actions import changed, hold, refuse_quicker
from keepwell.web.assessments.models import Aim
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@dataclass(frozen=True, slots=True)
class HowFar:
    """How far something is, and what is noted of it."""

    state: str
    note: str = ""


@transaction.atomic
def write_aim(*, place: Place, kind: str, key: str, told: HowFar, known: int | None, by: User) -> Aim:
    """How far a goal or a must-do of the guide is. `known` is the version shown, None where nothing stood there.

    Raises NotAllowed where the rules say no, or somebody else has written since; KeyError where the guide has none.
    """
    place, content = hold(place), content_of(kind, key)
    refuse(aim_rules.cannot_write_aim(by, place), found=content.title)
    now = Aim.objects.filter(place=place, kind=kind, key=key).select_related("changed_by").first()
    refuse_quicker(now, known)
    return _write(now or Aim(place=place, kind=kind, key=key, level=content.level, version=0), told, by)


@transaction.atomic
def write_own_aim(*, aim: Aim, title: str, told: HowFar, known: int | None, by: User) -> Aim:
    """What a goal or a must-do of one's own is, and how far. `known` and errors as in `write_aim`."""
    aim = _held(aim)
    refuse(aim_rules.cannot_write_aim(by, aim.place, aim), found=aim.title)
    refuse_quicker(aim, known)
    _refuse_name(title, aim.place, aim.kind, aim.level, aim)
    aim.title = title.strip()
    return _write(aim, told, by)


@transaction.atomic
def write_aims(*, place: Place, told: Mapping[str, tuple[Followed, HowFar, int | None]], by: User) -> list[Aim]:
    """How far several are, each with what was shown of it and its version: all of it is kept, or nothing.

    Raises Quicker, with the items, where somebody else has written of one since; else as `write_aim`.
    """
    written, at = [], {}
    for item, (one, said, known) in told.items():
        try:
            if one.content is None and one.aim is not None:
                written.append(write_own_aim(aim=one.aim, title=one.title, told=said, known=known, by=by))
            else:
                written.append(write_aim(place=place, kind=one.kind, key=one.item, told=said, known=known, by=by))
        except Quicker as quicker:
            at[item] = quicker.wrong
    if at:
        refused = Quicker(
            "Nothing is saved yet: somebody else has changed some of this since you opened the page.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
        refused.at = at
        raise refused
    return written


@transaction.atomic
def add_aim(*, place: Place, kind: str, level: SupportLevel, title: str, note: str = "", by: User) -> Aim:
    """A goal or a must-do of the place's own. Raises NotAllowed where the rules say no."""
    place = hold(place)
    refuse(aim_rules.cannot_write_aim(by, place), found=f"a goal or a must-do at {place.name}")
    _refuse_name(title, place, kind, level, None)
    added = Aim(place=place, kind=kind, level=level, title=title.strip(), version=0)
    return _write(added, HowFar(NOT_YET, note), by)


@transaction.atomic
def end_aim(*, aim: Aim, known: int | None, by: User) -> Aim:
    """A goal or a must-do of one's own ends; it stays on record. `known` is the version that was shown."""
    aim = _held(aim)
    refuse(aim_rules.cannot_end_aim(by, aim), found=aim.title)
    refuse_quicker(aim, known)
    aim.over_at = timezone.now()
    return changed(aim, by)


def _held(aim: Aim) -> Aim:
    place = hold(aim.place)
    found = Aim.objects.select_related("changed_by").get(pk=aim.pk)
    found.place = place
    return found


def _write(aim: Aim, told: HowFar, by: User) -> Aim:
    refuse(aim_rules.cannot_be_at(told.state), found=told.state or "no word")
    aim.state, aim.note = told.state, told.note.strip()
    return changed(aim, by)


def _refuse_name(title: str, place: Place, kind: str, level: str, but: Aim | None) -> None:
    reason = aim_rules.cannot_call_aim(title, place, kind, level, but)
    refuse(reason, found=title.strip() or "no words", attempt="other words")
