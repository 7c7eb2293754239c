"""What did places above answer to an action?"""

from __future__ import annotations

from django.db.models import QuerySet

from keepwell.web.accounts.models import User
from keepwell.web.alignment.models import Reply
from keepwell.web.alignment.queries import actions_in
from keepwell.web.alignment.rules import cannot_see_replies, supports
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan


def replies_to(action: Action) -> QuerySet[Reply]:
    """The answers to an action, the nearest place above first."""
    found = Reply.objects.filter(action=action, over_at=None)
    return found.select_related("place", "action_above__plan__place", "changed_by").order_by("-place__path")


def reply_of(action: Action, place: Place) -> Reply | None:
    """What one place answered."""
    return replies_to(action).filter(place=place).first()


def wanting(place: Place, number: int) -> Action | None:
    """The action of that number, if a place below released it to this one and wants something from above with it."""
    theirs = actions_in(place).exclude(plan__place=place).exclude(seeks_above="")
    return theirs.filter(pk=number).select_related("plan__place").first()


def could_support(place: Place) -> QuerySet[Action]:
    """A place's own actions that can stand as its support: agreed, and not stopped."""
    found = Action.objects.filter(plan__place=place, plan__state=Plan.AGREED, removed_at=None)
    return found.filter(state__in=(Action.UNDER_WAY, Action.FINISHED)).select_related("plan__place")


def how_answered(action: Action, user: User) -> str | None:
    """How an action's wish from above stands, in a few words; None where it has none and nobody answered."""
    if cannot_see_replies(user, action) is not None:
        return None
    replies = list(replies_to(action))
    if replies:
        return "; ".join(f"{one.place.name}: {_in_a_word(one)}" for one in replies)
    return "No answer yet" if action.seeks_above.strip() else None


def _in_a_word(reply: Reply) -> str:
    if reply.state == Reply.SUPPORTED and not supports(reply):
        return "supported no longer"
    return str(Reply.STATES[reply.state]).casefold()
