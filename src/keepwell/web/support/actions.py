"""How are organisations chosen for support, offered it, and followed until it ends?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.evidence.actions import cite
from keepwell.web.evidence.values import Value
from keepwell.web.mail.actions import post
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.support import rules
from keepwell.web.support.models import Change, Meeting, Offer, Programme, Selected
from keepwell.web.support.queries import who_can_answer

OTHER_DAYS: Final = "type other days, or leave out what has not happened yet"
OFFERED: Final = "Support is offered to your organisation"
OFFERED_WORDS: Final = "Support has been offered to your organisation. Sign in to read it, and to accept or decline it."
ANSWERED: Final = "An offer of support was answered"
ANSWERED_WORDS: Final = "An organisation has answered an offer of support that you made. Sign in to see its answer."
FOLLOWED: Final = ("answer", "answered_on", "started_on", "ended_on", "money", "committed", "spent")
Written = TypeVar("Written", Programme, Offer)


@dataclass(frozen=True, slots=True)
class Course:
    """How an offer goes: its answer, when it started and ended, and its money."""

    answer: str = ""
    answered_on: dt.date | None = None
    started_on: dt.date | None = None
    ended_on: dt.date | None = None
    money: Decimal | None = None
    committed: Decimal | None = None
    spent: Decimal | None = None


@transaction.atomic
def begin(
    *,
    place: Place,
    title: str,
    chosen_by: str,
    by: User,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> Programme:
    """A new programme. Raises NotAllowed where the rules say no."""
    refuse(rules.cannot_begin(by, place), found=place.name)
    made = Programme(place=place, version=0, changed_by=by)
    return _write(made, title, chosen_by, starts_on, ends_on, by, "begun")


@transaction.atomic
def change(
    *,
    programme: Programme,
    title: str,
    chosen_by: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    known: int | None,
    by: User,
) -> Programme:
    """Write a programme's own words. `known` is the version that was shown.

    Raises Quicker where somebody else has written since, NotAllowed where the rules say no.
    """
    held = Programme.objects.select_for_update(of=("self",)).select_related("place", "changed_by").get(pk=programme.pk)
    refuse(rules.cannot_run(by, held.place), found=held.title)
    _refuse_quicker(held, known)
    return _write(held, title, chosen_by, starts_on, ends_on, by, "changed")


@transaction.atomic
def select(
    *,
    programme: Programme,
    organisations: Sequence[Place],
    why: str,
    by: User,
    figures: Mapping[int, Value] | None = None,
) -> list[Selected]:
    """Choose organisations, with why; the published figure behind each is cited beside it where there is one.

    All or none. Raises NotAllowed where the rules say no.
    """
    programme = Programme.objects.select_for_update(of=("self",)).select_related("place").get(pk=programme.pk)
    refuse(None if organisations else "Choose at least one organisation.", found="none")
    return [_select(programme, one, why, by, (figures or {}).get(one.pk)) for one in organisations]


def _select(programme: Programme, organisation: Place, why: str, by: User, figure: Value | None) -> Selected:
    refuse(rules.cannot_select(by, programme, organisation), found=organisation.name)
    told = {"why": why.strip() or programme.chosen_by, "chosen_on": timezone.localdate(), "chosen_by": by}
    made = Selected.objects.create(programme=programme, organisation=organisation, **told)
    if figure is not None:
        cite(subject=made.subject, place=programme.place, by=by, value=figure)
    _note(programme, organisation, "chosen", by)
    return made


@transaction.atomic
def deselect(*, selected: Selected, by: User) -> Selected:
    """Take an organisation out of a programme; it stays on record. Raises NotAllowed where the rules say no."""
    found = Selected.objects.select_for_update(of=("self",)).select_related("programme__place", "organisation")
    held = found.get(pk=selected.pk)
    refuse(rules.cannot_deselect(by, held), found=held.organisation.name)
    held.removed_by, held.removed_at = by, timezone.now()
    held.save(update_fields=["removed_by", "removed_at"])
    _note(held.programme, held.organisation, "taken out", by)
    return held


@transaction.atomic
def offer(
    *, selected: Selected, kind: str, words: str, offered_on: dt.date, by: User, money: Decimal | None = None
) -> Offer:
    """Offer a kind of support to an organisation; those who lead its plans get a mail.

    Raises NotAllowed where the rules say no.
    """
    found = Selected.objects.select_for_update(of=("self",)).select_related("programme__place", "organisation")
    held = found.get(pk=selected.pk)
    refuse(rules.cannot_offer(by, held, kind), found=kind or "no kind")
    made = Offer(selected=held, kind=kind, words=words.strip(), offered_on=offered_on, offered_by=by, money=money)
    made.changed_by = by
    refuse(rules.cannot_be_so(made), found="as it was typed", attempt=OTHER_DAYS)
    made.save()
    _note(held.programme, held.organisation, f"offered: {made.title}", by)
    link = reverse("support_offered", args=[held.organisation.slug])
    for user in who_can_answer(held.organisation):
        post(to=user, subject=OFFERED, words=OFFERED_WORDS, link=link, about=held.organisation)
    return made


@transaction.atomic
def answer(*, offer: Offer, answer: str, by: User) -> Offer:
    """The organisation accepts or declines an offer; whoever made it gets a mail. Raises NotAllowed as the rules say."""
    held = _held(offer)
    refuse(rules.cannot_answer(by, held), found=held.title)
    refuse(None if answer in (Offer.ACCEPTED, Offer.DECLINED) else "Accept it, or decline it.", found="no answer")
    held.answer, held.answered_on, held.answered_by = answer, timezone.localdate(), by
    _keep(held, by, Offer.ANSWERS[answer].casefold())
    programme = held.selected.programme
    link = reverse("support_organisation", args=[programme.place.slug, programme.pk, held.selected.organisation.slug])
    if held.offered_by.is_active and rules.cannot_run(held.offered_by, programme.place) is None:
        post(to=held.offered_by, subject=ANSWERED, words=ANSWERED_WORDS, link=link, about=held.selected.organisation)
    return held


@transaction.atomic
def follow(*, offer: Offer, course: Course, known: int | None, by: User) -> Offer:
    """Write down how an offer goes. `known` is the version that was shown.

    Raises Quicker where somebody else has written since, NotAllowed where the rules say no.
    """
    held = _held(offer)
    refuse(rules.cannot_follow(by, held), found=held.title)
    _refuse_quicker(held, known)
    refuse(rules.cannot_answer_for(held, course.answer), found=Offer.ANSWERS.get(course.answer, "no answer"))
    for name in FOLLOWED:
        setattr(held, name, getattr(course, name))
    held.answered_by = (held.answered_by or by) if held.answer else None
    return _keep(held, by, "written down how it goes")


@transaction.atomic
def meet(*, offer: Offer, on: dt.date, came: int | None, by: User) -> Meeting:
    """Write down a session, and how many came. Raises NotAllowed where the rules say no."""
    held = _held(offer)
    refuse(rules.cannot_meet(by, held, on, came), found="as it was typed", attempt=OTHER_DAYS)
    made = Meeting.objects.create(offer=held, on=on, came=came, entered_by=by)
    _note(held.selected.programme, held.selected.organisation, f"session of {held.title}", by, {"on": on.isoformat()})
    return made


@transaction.atomic
def unmeet(*, session: Meeting, by: User) -> None:
    """Take a session away that was written down wrongly; it stays on record. Raises NotAllowed where the rules say no."""
    held = _held(session.offer)
    refuse(rules.cannot_follow(by, held), found=held.title)
    Meeting.objects.filter(pk=session.pk, removed_at__isnull=True).update(removed_at=timezone.now())
    _note(held.selected.programme, held.selected.organisation, f"session of {held.title} taken away", by)


def _held(offer: Offer) -> Offer:
    """The offer as it is now, held until the transaction ends."""
    found = Offer.objects.select_for_update(of=("self",))
    found = found.select_related("selected__programme__place", "selected__organisation__controller", "changed_by")
    return found.select_related("offered_by").get(pk=offer.pk)


def _refuse_quicker(now: Programme | Offer, known: int | None) -> None:
    if now.version != known:
        raise Quicker(
            f"{now.changed_by.name} has changed this since you opened the page.",
            found="another version than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )


def _write(
    held: Programme,
    title: str,
    chosen_by: str,
    starts_on: dt.date | None,
    ends_on: dt.date | None,
    by: User,
    what: str,
) -> Programme:
    refuse(rules.cannot_be_called(title, chosen_by), found="nothing", attempt="a few words")
    refuse(rules.cannot_last(starts_on, ends_on), found="these days", attempt=OTHER_DAYS)
    held.title, held.chosen_by = title.strip(), chosen_by.strip()
    held.starts_on, held.ends_on = starts_on, ends_on
    kept = {"title": held.title, "chosen_by": held.chosen_by, "starts_on": starts_on, "ends_on": ends_on}
    _count(held, by)
    _note(held, None, what, by, {name: _plain(value) for name, value in kept.items()})
    return held


def _keep(held: Offer, by: User, what: str) -> Offer:
    refuse(rules.cannot_be_so(held), found="as it was typed", attempt=OTHER_DAYS)
    kept = {name: _plain(getattr(held, name)) for name in FOLLOWED}
    _count(held, by)
    _note(held.selected.programme, held.selected.organisation, f"{held.title}: {what}", by, kept)
    return held


def _count(held: Written, by: User) -> Written:
    held.version, held.changed_by, held.changed_at = held.version + 1, by, timezone.now()
    held.save()
    return held


def _note(
    programme: Programme, organisation: Place | None, what: str, by: User, kept: Mapping[str, Any] | None = None
) -> None:
    Change.objects.create(programme=programme, organisation=organisation, what=what, kept=dict(kept or {}), by=by)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)
