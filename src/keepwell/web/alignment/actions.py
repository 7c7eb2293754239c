"""How does a place answer those below, and how does it ask them again?"""

from __future__ import annotations

from typing import Final, TypeVar

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.alignment import rules
from keepwell.web.alignment.models import AskedAgain, Kept, Reply
from keepwell.web.alignment.sending_queries import leads_of
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.mail.actions import post
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans.models import Action

Written = TypeVar("Written", bound=Kept)

ASKS: Final = "Somebody above asks how it stands"
ASKED_WORDS: Final = (
    "A place above yours keeps an overview of what those below have sent: figures, a rating of your own practice, and "
    "an agreed plan. Something of it has not come from you yet, or has grown old. Nothing is sent by itself: you "
    "decide what is released. If it is on its way, you need do nothing."
)


@transaction.atomic
def reply(
    *,
    action: Action,
    place: Place,
    state: str,
    by: User,
    words: str = "",
    above: Action | None = None,
    known: int | None = None,
) -> Reply:
    """Answer what an action below wants. `known` is the version of the answer that was shown, None where there was none.

    Raises NotAllowed where the rules say no, Quicker where somebody else has answered since, KeyError for no state.
    """
    place = hold(place)
    action = Action.objects.select_related("plan__place").get(pk=action.pk)
    refuse(rules.cannot_reply(by, action, place), found=f"action {action.pk}")
    now = Reply.objects.filter(action=action, place=place).select_related("changed_by").first()
    refuse_quicker(now, known)
    if state not in Reply.STATES:
        raise KeyError(state)
    if state == Reply.SUPPORTED:
        refuse(rules.cannot_support_with(above, place), found="no action" if above is None else f"action {above.pk}")
    elif not words.strip():
        refuse("Say in a few words why not now.", found="no reason", attempt="write what it would take")
    answer = now or Reply(action=action, place=place, version=0)
    answer.state, answer.words = state, words.strip()
    answer.action_above = above if state == Reply.SUPPORTED else None
    return changed(answer, by)


@transaction.atomic
def ask_again(*, place: Place, of: Place, by: User) -> AskedAgain:
    """Ask those who lead plans at a place below for what has not come, by mail. Raises NotAllowed where a rule says no.

    The mail says that something is asked for; what has not come is on no mail.
    """
    place = hold(place)
    refuse(rules.cannot_ask(by, place, of), found=of.name, attempt="wait, or talk to them")
    leads = leads_of(of)
    if not leads:
        refuse(f"Nobody with an account leads plans at {of.name}.", found="nobody to write to", attempt="call them")
    link = reverse("plans", args=[of.slug])
    for lead in leads:
        post(to=lead, subject=ASKS, words=ASKED_WORDS, link=link, about=of)
    asked = AskedAgain.objects.create(place=place, of=of, by=by)
    record(by=by, kind=Kind.CHANGED, what="Asked again", place=place, about=f"{of}: what has not been sent")
    return asked


def hold(place: Place) -> Place:
    """The place, held until the transaction ends: two who write at once come one after the other."""
    return Place.objects.select_for_update(of=("self",)).select_related("controller").get(pk=place.pk)


def changed(kept: Written, by: User) -> Written:
    """Keep it as the next version."""
    kept.version, kept.changed_by, kept.changed_at = kept.version + 1, by, timezone.now()
    kept.save()
    return kept


def refuse_quicker(now: Kept | None, known: int | None) -> None:
    """Raises Quicker where what stands there is not what was shown."""
    if (now.version if now else None) == known:
        return
    who = now.changed_by.name if now else "they took it away"
    raise Quicker(
        f"Somebody else has changed this since you opened the page: {who}.",
        found="another text than the one that was shown to you",
        attempt="read what stands there now, and send yours again if it is still right",
    )
