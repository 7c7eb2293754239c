"""From which list may answers be taken over, and to whom below may a list be handed down?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import LEAD_ASSESSMENTS
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.assessments.rules import cannot_see_round
from keepwell.web.places.models import Place


def cannot_hand_down(by: User, round: Round) -> str | None:
    """Why somebody cannot share a list with places below; None if they can."""
    if round.content.answers != "done":
        return "Only a list of things to do is shared downward: what a place thinks of itself is its own."
    if round.unfinished:
        return "Only what has been agreed is shared: nobody below sees a draft."
    return cannot(by, LEAD_ASSESSMENTS, round.place)


def cannot_hand_down_to(by: User, round: Round, to: Place) -> str | None:
    """Why somebody cannot share a list with one place below; None if they can."""
    if reason := cannot_hand_down(by, round):
        return reason
    if to.pk == round.place_id or not to.lies_in(round.place):
        return f"{to.name} does not lie in {round.place.name}: a list is shared downward."
    if to.kind not in round.content.places:
        return f"{round.content.title} is not made for a {to.kind_in_words.casefold()}."
    if to.closed:
        return f"{to.name} has closed."
    if Shown.objects.filter(round=round, to=to, withdrawn_at__isnull=True).exists():
        return f"{to.name} sees this already."
    return None


def cannot_take_back(by: User, shown: Shown) -> str | None:
    """Why somebody cannot stop sharing a list with a place below; None if they can."""
    if not handed_down(shown):
        return "This was released upward."
    if shown.withdrawn_at is not None:
        return "This was withdrawn already."
    return cannot(by, LEAD_ASSESSMENTS, shown.round.place)


def cannot_copy_from(user: User, round: Round, of: Round) -> str | None:
    """Why somebody cannot take over into a round what another says; None if they can.

    What may be taken over: what the place itself agreed on before; of a place above, what it shared with this one, or
    what somebody who has a role there sees anyway.
    """
    if of.assessment != round.assessment or of.pk == round.pk:
        return "That is another list."
    if not round.place.lies_in(of.place):
        return f"{round.place.name} does not lie in {of.place.name}."
    if of.unfinished and of.place_id == round.place_id:
        return "That is another list."
    if Shown.objects.filter(round=of, to=round.place_id, withdrawn_at__isnull=True).exists():
        return None
    return cannot_see_round(user, of)


def handed_down(shown: Shown) -> bool:
    """Whether a list was shared with a place below, and not released to one above."""
    return shown.to_id != shown.round.place_id and shown.to.lies_in(shown.round.place)
