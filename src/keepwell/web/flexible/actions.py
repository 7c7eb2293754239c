"""How is a request written down, decided, appealed against, and its reference cleared?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keepwell.enquiries.from_requests import requests_decided
from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.flexible import rules
from keepwell.web.flexible.models import KINDS, ON_APPEAL, Change, Figures, Request
from keepwell.web.flexible.queries import HalfYear, decided_in, to_clear
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse

KEPT: Final = (
    "kind", "staff_group", "asked_on", "asked_for", "longer_until", "decided_on", "outcome", "reason", "began_on",
    "appealed_on", "appeal_decided_on", "appeal_outcome",
)  # fmt: skip
"""What is kept of every version: never the reference."""
OTHER_DAYS: Final = "type other days, or leave out what has not happened yet"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is written down of a request when it comes. Without a reference it is given one."""

    kind: str
    staff_group: str
    asked_on: dt.date
    asked_for: list[str] = field(default_factory=list)
    reference: str = ""
    longer_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request was decided, and from when it holds."""

    decided_on: dt.date
    outcome: str
    reason: str = ""
    began_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    """When somebody appealed, and what came of it. `outcome`: agreed, agreed_in_part, refused or withdrawn."""

    appealed_on: dt.date
    decided_on: dt.date | None = None
    outcome: str = ""
    began_on: dt.date | None = None


APPEAL_OUTCOMES: Final = {
    ON_APPEAL: "Agreed after all",
    "agreed_in_part": "Agreed in part, or something near it",
    "refused": "Still refused",
    "withdrawn": "The appeal was taken back",
}


@transaction.atomic
def add(*, place: Place, asked: Asked, by: User) -> Request:
    """A new request. Raises NotAllowed where the rules say no."""
    place = Place.objects.select_for_update(of=("self",)).select_related("controller").get(pk=place.pk)
    refuse(rules.cannot_add(by, place), found=place.name)
    made = Request(place=place, version=0, changed_by=by)
    _put(made, asked)
    return _keep(made, "written down", by)


@transaction.atomic
def change(*, request: Request, asked: Asked, known: int | None, by: User) -> Request:
    """Write down anew what was asked. `known` is the version that was shown.

    Raises Quicker where somebody else has written since, NotAllowed where the rules say no.
    """
    Place.objects.select_for_update(of=("self",)).get(pk=request.place_id)  # two references are not given at once
    held = _held(request, known, by, rules.cannot_change)
    _put(held, asked)
    return _keep(held, "changed", by)


@transaction.atomic
def decide(*, request: Request, answer: Answer, known: int | None, by: User) -> Request:
    """Write down how a request was decided. `known` and what is raised: as `change`."""
    held = _held(request, known, by, rules.cannot_change)
    refuse(
        rules.cannot_come_to(held, answer.outcome, answer.reason),
        found=answer.reason or answer.outcome or "no outcome",
        attempt="one of those shown",
    )
    held.decided_on, held.outcome, held.reason = answer.decided_on, answer.outcome, answer.reason
    held.began_on = answer.began_on
    return _keep(held, "decided", by)


@transaction.atomic
def appeal(*, request: Request, appeal: Appeal, known: int | None, by: User) -> Request:
    """Write down an appeal, and its answer once there is one. `known` and what is raised: as `change`."""
    held = _held(request, known, by, rules.cannot_appeal)
    both = bool(appeal.outcome) == (appeal.decided_on is not None)
    refuse(
        None if both else "An answer to an appeal has a day and an outcome.",
        found="one without the other",
        attempt="both, or neither",
    )
    unknown = appeal.outcome and appeal.outcome not in APPEAL_OUTCOMES
    refuse("Choose one of the outcomes shown." if unknown else None, found=appeal.outcome, attempt="one of those shown")
    held.appealed_on, held.appeal_decided_on = appeal.appealed_on, appeal.decided_on
    held.appeal_outcome = held.outcome if appeal.outcome == "withdrawn" else appeal.outcome
    held.began_on = appeal.began_on
    return _keep(held, "appeal", by)


@transaction.atomic
def strike(*, request: Request, known: int | None, by: User) -> Request:
    """A request was entered by mistake: it counts nowhere, and can be cleared. What is raised: as `change`."""
    held = _held(request, known, by, rules.cannot_change)
    held.mistaken_at = timezone.now()
    return _keep(held, "entered by mistake", by)


@transaction.atomic
def clear_references(*, place: Place, by: User) -> int:
    """Clear every reference that has been kept long enough; how many there were. The rest of a request stays, to be counted.

    Raises NotAllowed where the rules say no.
    """
    refuse(rules.cannot_see_requests(by, place), found=place.name)
    cleared = [one.pk for one in to_clear(place)]
    Request.objects.filter(pk__in=cleared).update(reference="", cleared_at=timezone.now())
    if cleared:
        record(by=by, kind=Kind.CHANGED, what="References of requests cleared", place=place)
    return len(cleared)


@transaction.atomic
def figures_of(*, place: Place, kind: str, half: HalfYear) -> Figures:
    """What is told of an organisation's requests of a half-year: made the first time that it is asked for, kept for good.

    Raises NotAllowed for a half-year that is not closed.
    """
    organisation = Place.objects.select_for_update(of=("self",)).get(pk=place.controller_id or place.pk)
    asked = {"place": organisation, "kind": kind, "first": half.first}
    if (kept := Figures.objects.filter(**asked).first()) is not None:
        return kept
    early = half.closes_on > timezone.localdate()
    refuse("This half-year is not closed yet." if early else None, found=str(half.first), attempt="an earlier one")
    released = requests_decided(
        decided_in(organisation, kind, half), kind=KINDS[kind], first=half.first, last=half.last
    )
    told = {"rows": released.rows(), "notes": list(released.notes), "mark": released.policy.mark}
    return Figures.objects.create(**asked, last=half.last, told=told)


def _put(held: Request, asked: Asked) -> None:
    refuse(None if asked.kind in KINDS else "Choose one of the kinds shown.", found=asked.kind)
    reference = " ".join(asked.reference.split()) or held.reference or _next_reference(held.place, asked.asked_on)
    but = held if held.pk else None
    # What was typed is not said again: it may be a name.
    refuse(rules.cannot_refer_by(reference, held.place, but), found="the reference", attempt="such as R-2026-014")
    refuse(rules.cannot_be_of(asked.staff_group, held.place), found="another", attempt="one of those shown")
    refuse(rules.cannot_ask_for(asked.kind, asked.asked_for), found="nothing that is known", attempt="one or several")
    decided = held.decided_on is not None and held.kind != asked.kind
    refuse("This was decided as another kind of request." if decided else None, found=KINDS[asked.kind])
    held.kind, held.staff_group, held.reference = asked.kind, asked.staff_group, reference
    held.asked_on, held.asked_for, held.longer_until = asked.asked_on, asked.asked_for, asked.longer_until


def _next_reference(place: Place, day: dt.date) -> str:
    number = Request.objects.filter(place=place).count()
    while True:
        number += 1
        reference = f"R-{day.year}-{number:03d}"
        if not Request.objects.filter(place=place, reference__iexact=reference).exists():
            return reference


def _held(request: Request, known: int | None, by: User, rule: Callable[[User, Request], str | None]) -> Request:
    """The request as it is now, held until the transaction ends."""
    held = Request.objects.select_for_update(of=("self",)).select_related("place__controller", "changed_by")
    found = held.get(pk=request.pk)
    refuse(rule(by, found), found=found.called)
    if found.version != known:
        raise Quicker(
            f"{found.changed_by.name} has changed this since you opened the page.",
            found="another version than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    return found


def _keep(held: Request, why: str, by: User) -> Request:
    refuse(rules.cannot_be_days(held), found="the days as they were typed", attempt=OTHER_DAYS)
    held.version, held.changed_by, held.changed_at = held.version + 1, by, timezone.now()
    held.save()
    kept: dict[str, Any] = {name: _plain(getattr(held, name)) for name in KEPT}
    Change.objects.create(request=held, number=held.version, why=why, kept=kept, changed_by=by)
    return held


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value
