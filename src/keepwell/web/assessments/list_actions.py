"""How is a list handed down, taken back, and begun with what another says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone

from keepwell.errors import listed
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions
from keepwell.web.assessments.list_rules import (
    cannot_copy_from,
    cannot_hand_down,
    cannot_hand_down_to,
    cannot_take_back,
)
from keepwell.web.assessments.models import Answer, Round, Shown
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse

DOWNWARD = "Release downward"
"""What is shared with places below, so that they may begin with it."""


@transaction.atomic
def share_down(*, round: Round, to: Sequence[Place], by: User) -> list[Shown]:
    """Let places below see an agreed list and begin with it: state, owner, day and note of each item, no evidence.

    All of them see it from now on, or none. Raises NotAllowed where the rules say no.
    """
    round = Round.objects.select_for_update(of=("self",)).select_related("place").get(pk=round.pk)
    refuse(cannot_hand_down(by, round), found=round.content.title)
    refuse(None if to else "Choose who will see it.", found="no place")
    for place in to:
        refuse(cannot_hand_down_to(by, round, place), found=place.name)
    shown = [Shown.objects.create(round=round, to=place, with_notes=True, released_by=by) for place in to]
    about = f"{round.content.title} to {listed([place.name for place in to])}, with notes"
    record(by=by, kind=Kind.RELEASED, what=DOWNWARD, place=round.place, about=about)
    return shown


@transaction.atomic
def take_back(*, shown: Shown, by: User) -> Shown:
    """Share a list with a place below no longer; what was copied stays where it was copied to."""
    shown = Shown.objects.select_for_update(of=("self",)).select_related("round__place", "to").get(pk=shown.pk)
    refuse(cannot_take_back(by, shown), found=shown.to.name)
    shown.withdrawn_by, shown.withdrawn_at = by, timezone.now()
    shown.save(update_fields=["withdrawn_by", "withdrawn_at"])
    about = f"{shown.round.content.title} to {shown.to}: not shared from now on"
    record(by=by, kind=Kind.WITHDRAWN, what=DOWNWARD, place=shown.round.place, about=about)
    return shown


@transaction.atomic
def copy(*, round: Round, of: Round, items: Mapping[str, int], by: User) -> list[Answer]:
    """Take over what another round says of the items chosen, where nothing is written yet. As actions.copy_answers.

    Raises NotAllowed where the rules say no, among them that the other round is not shared any more.
    """
    refuse(cannot_copy_from(by, round, of), found=of.place.name)
    refuse(None if items else "Choose what to take over.", found="nothing chosen", attempt="tick at least one")
    return actions.copy_answers(round=round, of=of, items=items, by=by)
