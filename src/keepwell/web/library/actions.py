"""How is a case or an offer of a place written down, shown, shared upward and withdrawn?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import UPWARD, Kind
from keepwell.web.library import rules
from keepwell.web.library.models import Local, LocalCase, LocalOffer, Shared
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed, Quicker, refuse

Written = TypeVar("Written", bound=LocalCase | LocalOffer)
QUICKER = "Somebody else has changed this since you opened the page: {name}."


class Misread(NotAllowed):
    """One field of what was written cannot be so. `field` names it."""

    field = ""


@transaction.atomic
def add(*, kind: type[Written], place: Place, content: Mapping[str, Any], by: User) -> Written:
    """A new case or offer of a place, as a draft. What the content does not name stays empty.

    Raises NotAllowed where the rules say no, Misread with the field that cannot be so, KeyError for a name that is no
    content, ValueError for a topic, stage, level, setting or group of staff that the library does not know.
    """
    refuse(rules.cannot_write(by, place), found=place.name)
    return _write(kind(place=place, version=0, written_by=by), content, by)


@transaction.atomic
def change(*, thing: Written, content: Mapping[str, Any], known: int | None, by: User) -> Written:
    """Write it anew; `known` is the version that was shown. Raises Quicker where somebody wrote since; else as `add`."""
    thing = held(thing)
    refuse(rules.cannot_change(by, thing), found=thing.title)
    if thing.version != known:
        raise Quicker(
            QUICKER.format(name=thing.changed_by.name),
            found="another text than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
    return _write(thing, content, by)


@transaction.atomic
def show(*, thing: Written, read_through: bool, by: User) -> Written:
    """Let everybody at the place find it. `read_through`: whoever shows it says that nobody in it can be recognised."""
    thing = held(thing)
    refuse(rules.cannot_show(by, thing, read_through=read_through), found=thing.title, attempt="read it through")
    thing.state, thing.shown_by, thing.shown_at = Local.SHOWN, by, timezone.now()
    thing.save(update_fields=["state", "shown_by", "shown_at"])
    return thing


@transaction.atomic
def hide(*, thing: Written, by: User) -> Written:
    """Make a draft of it again: only those who write here see it."""
    thing = held(thing)
    refuse(rules.cannot_hide(by, thing), found=thing.title)
    thing.state = Local.DRAFT
    thing.save(update_fields=["state"])
    return thing


@transaction.atomic
def share(*, thing: LocalCase | LocalOffer, to: Place, read_through: bool, by: User) -> Shared:
    """Let a place above, and all that lie in it, find a copy of it as it is now; an older copy there gives way."""
    thing = held(thing)
    refuse(rules.cannot_share(by, thing, to, read_through=read_through), found=thing.title)
    for older in rules.shared_now(thing).filter(to=to):
        _withdraw(older, by)
    of = {"case": thing} if isinstance(thing, LocalCase) else {"offer": thing}
    shared = Shared.objects.create(to=to, content=thing.content, version=thing.version, shared_by=by, **of)
    record(by=by, kind=Kind.RELEASED, what=UPWARD, place=thing.place, about=f"{_named(thing)} to {to}")
    return shared


@transaction.atomic
def withdraw(*, shared: Shared, by: User) -> Shared:
    """Let it be found there no longer; what somebody has read they have read."""
    thing = held(shared.thing)
    shared = Shared.objects.select_for_update(of=("self",)).select_related("to").get(pk=shared.pk)
    refuse(rules.cannot_withdraw(by, shared), found=shared.to.name)
    _withdraw(shared, by)
    about = f"{_named(thing)} to {shared.to}: not found there from now on"
    record(by=by, kind=Kind.WITHDRAWN, what="Release", place=thing.place, about=about)
    return shared


def _withdraw(shared: Shared, by: User) -> None:
    shared.withdrawn_by, shared.withdrawn_at = by, timezone.now()
    shared.save(update_fields=["withdrawn_by", "withdrawn_at"])


def held(thing: Written) -> Written:
    """It as it is now, held until the transaction ends."""
    kind = LocalCase if isinstance(thing, LocalCase) else LocalOffer
    found = kind.objects.select_for_update(of=("self",)).select_related("place__controller", "changed_by")
    return cast(Written, found.get(pk=thing.pk))


def _named(thing: LocalCase | LocalOffer) -> str:
    return f"{'Case' if isinstance(thing, LocalCase) else 'Offer'} “{thing.title}”"


def _write(thing: Written, content: Mapping[str, Any], by: User) -> Written:
    for name, value in content.items():
        if name not in thing.CONTENT or name == "evidence":
            raise KeyError(name)
        setattr(thing, name, value.strip() if isinstance(value, str) else value)
    _refuse_unfit(thing)
    thing.version, thing.changed_by, thing.changed_at = thing.version + 1, by, timezone.now()
    thing.save()
    return thing


def _refuse_unfit(thing: LocalCase | LocalOffer) -> None:
    if unknown := list(rules.unknown_words(type(thing), thing.content)):
        raise ValueError(f"the library knows no {', '.join(unknown)}")
    _refuse_field("title", None if thing.title else "Say in a line what it is.")
    _refuse_field("address", rules.cannot_go_to(thing.address))
    if isinstance(thing, LocalCase):
        if wrong := rules.cannot_measure(thing.content):
            _refuse_field(*wrong)
        thing.evidence = rules.grade_of(thing.content)
    elif isinstance(thing.checked_on, dt.date):
        _refuse_field("checked_on", rules.cannot_check_on(thing.checked_on))


def _refuse_field(field: str, reason: str | None) -> None:
    if reason is not None:
        refusal = Misread(reason, found="what was typed there", attempt="put it right, and save again")
        refusal.field = field
        raise refusal
