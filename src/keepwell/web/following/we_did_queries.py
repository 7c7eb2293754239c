"""What are the staff of a place told?"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from keepwell.content.planning import check_ins
from keepwell.web.accounts.models import User
from keepwell.web.following.models import CheckIn, WeDid
from keepwell.web.following.we_did_rules import cannot_approve, cannot_read
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action

TOLD_STAFF = "told_staff"


def shown_at(place: Place) -> QuerySet[WeDid]:
    """What staff of a place see: of its own plans, of its parts, and of what it is a part of; the newest first."""
    return _on_the_line(place).filter(approved_at__isnull=False, withdrawn_at__isnull=True)


def waiting_at(place: Place, by: User) -> list[WeDid]:
    """What is worded and staff do not see, not yet or no longer, as far as somebody may read it."""
    unseen = Q(approved_at__isnull=True) | Q(withdrawn_at__isnull=False)
    found = _on_the_line(place).filter(unseen).order_by("worded_at")
    return [one for one in found if cannot_read(by, one) is None]


def to_approve(place: Place, by: User) -> list[WeDid]:
    """What waits for somebody to approve it."""
    return [one for one in waiting_at(place, by) if cannot_approve(by, one) is None]


def _on_the_line(place: Place) -> QuerySet[WeDid]:
    line = Q(place__path__startswith=place.path) | Q(place__in=place.numbers_above)
    found = WeDid.objects.filter(line, place__controller=place.controller_id, action__removed_at__isnull=True)
    return found.select_related("place__controller", "action__plan__place__controller", "worded_by", "approved_by")


def of_action(action: Action) -> WeDid | None:
    """What staff are told of an action; None where nobody has worded anything."""
    found = WeDid.objects.filter(action=action)
    return found.select_related("place__controller", "action__plan__place__controller", "worded_by").first()


def begun_from(action: Action) -> str:
    """What the newest check-in says of how staff will hear of it: to begin the words with."""
    asked = {ask_at for ask in check_ins().asks if ask.key == TOLD_STAFF for ask_at in ask.at}
    said = CheckIn.objects.filter(action=action, key__in=asked).order_by("-cycle").first()
    return str(said.answers.get(TOLD_STAFF, "")) if said else ""
