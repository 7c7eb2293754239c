"""How is support for GPs written down, changed, ended and judged?"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from keepwell.content.general_practice import levels, stages
from keepwell.web.accounts.models import User
from keepwell.web.assessments import gap_rules
from keepwell.web.assessments.actions import QUICKER, Quicker
from keepwell.web.assessments.models import Gap, Kept, Scheme
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse

Written = TypeVar("Written", bound=Kept)


@dataclass(frozen=True, slots=True)
class Support:
    """What is written down of a scheme. No stage: for all; None: not known."""

    title: str
    stage: str = ""
    about: str = ""
    offer: str = ""
    reach: int | None = None
    uptake: int | None = None
    money: Decimal | None = None


@transaction.atomic
def add_scheme(*, place: Place, level: str, told: Support, by: User) -> Scheme:
    """A new scheme on a level.

    Raises NotAllowed where the rules say no, KeyError for a level or a stage that general practice has not.
    """
    place = hold(place)
    refuse(gap_rules.cannot_write_support(by, place), found=f"a scheme at {place.name}")
    return _write(Scheme(place=place, level=level, version=0), told, by)


@transaction.atomic
def change_scheme(*, scheme: Scheme, told: Support, known: int | None, by: User) -> Scheme:
    """Write a scheme anew; `known` is the version that was shown. Raises as `add_scheme`, and where it is over."""
    scheme = _held(scheme)
    refuse(gap_rules.cannot_change_scheme(by, scheme), found=scheme.title)
    refuse_quicker(scheme, known)
    return _write(scheme, told, by)


@transaction.atomic
def end_scheme(*, scheme: Scheme, known: int | None, by: User) -> Scheme:
    """The scheme is over; it stays on record. `known` is the version that was shown."""
    scheme = _held(scheme)
    refuse(gap_rules.cannot_end_scheme(by, scheme), found=scheme.title)
    refuse_quicker(scheme, known)
    scheme.over_at = timezone.now()
    return changed(scheme, by)


@transaction.atomic
def judge(*, place: Place, level: str, stage: str, judged: str, missing: str, known: int | None, by: User) -> Gap:
    """How well a level supports a stage, and what is missing. `known` is the version shown, None where none stood.

    Raises as `add_scheme`.
    """
    place = hold(place)
    refuse(gap_rules.cannot_write_support(by, place), found=f"a judgement at {place.name}")
    refuse(gap_rules.cannot_judge_as(judged), found=judged or "no word")
    _known_keys(level, stage)
    now = Gap.objects.filter(place=place, level=level, stage=stage).select_related("changed_by").first()
    refuse_quicker(now, known)
    written = now or Gap(place=place, level=level, stage=stage, version=0)
    written.judged, written.missing = judged, missing.strip()
    return changed(written, by)


def hold(place: Place) -> Place:
    """The place as it is now, held until the transaction ends, so that two people write one after the other."""
    return Place.objects.select_for_update(of=("self",)).select_related("controller").get(pk=place.pk)


def refuse_quicker(now: Kept | None, known: int | None) -> None:
    """Raises Quicker where somebody else has written since `known` was shown."""
    if (now.version if now else None) != known:
        raise Quicker(
            QUICKER.format(name=now.changed_by.name) if now else "What you were shown is not there any more.",
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )


def changed(kept: Written, by: User) -> Written:
    """Save what somebody changed, as its next version."""
    kept.version, kept.changed_by, kept.changed_at = kept.version + 1, by, timezone.now()
    kept.save()
    return kept


def _held(scheme: Scheme) -> Scheme:
    place = hold(scheme.place)
    found = Scheme.objects.select_related("changed_by").get(pk=scheme.pk)
    found.place = place
    return found


def _write(scheme: Scheme, told: Support, by: User) -> Scheme:
    _known_keys(scheme.level, told.stage or stages()[0].key)
    but = scheme if scheme.pk else None
    name = gap_rules.cannot_call_scheme(told.title, scheme.place, scheme.level, told.stage, but)
    refuse(name, found=told.title.strip() or "no name", attempt="another name")
    level = next(one.key for one in levels() if one.key == scheme.level)
    refuse(gap_rules.cannot_offer(told.offer, level), found=told.offer, attempt="one of the offers shown")
    refuse(gap_rules.cannot_reach(told.reach, told.uptake), found="these numbers", attempt="other numbers")
    refuse(gap_rules.cannot_cost(told.money), found="another sum", attempt="another sum")
    scheme.title, scheme.stage, scheme.about = told.title.strip(), told.stage, told.about.strip()
    scheme.offer, scheme.reach, scheme.uptake, scheme.money = told.offer, told.reach, told.uptake, told.money
    return changed(scheme, by)


def _known_keys(level: str, stage: str) -> None:
    if level not in {one.key for one in levels()}:
        raise KeyError(level)
    if stage not in {one.key for one in stages()}:
        raise KeyError(stage)
