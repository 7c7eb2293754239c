"""How does evidence come to stand beside an action, typed in, or carried over from where the action began?"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from keepwell.web.accounts.models import User
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.evidence import actions as evidence
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import ShownCitation
from keepwell.web.places.refusals import refuse
from keepwell.web.plans import rules
from keepwell.web.plans.actions import held_action
from keepwell.web.plans.models import Action


@transaction.atomic
def cite(*, action: Action, this: Beside, by: User) -> Citation:
    """Set evidence beside an action. Raises NotAllowed where the rules say no."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=this.label)
    return evidence.cite(
        subject=action.subject,
        place=action.plan.place,
        by=by,
        value=this.value,
        kind=this.kind,
        label=this.label,
        words=this.words,
        link=this.link,
        key=this.key,
    )


@transaction.atomic
def remove(*, action: Action, citation: Citation, by: User) -> None:
    """Take evidence away from an action. It stays on record."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=citation.label)
    evidence.remove(citation=citation, by=by)


@transaction.atomic
def carry_over(*, action: Action, shown: Iterable[ShownCitation], by: User) -> list[Citation]:
    """Set beside an action what stands beside something else, as it stands there: what `by` may not read is left out."""
    action = held_action(action)
    refuse(rules.cannot_write(by, action.plan), found=action.plan.title)
    return [
        evidence.carry(citation=one.citation, subject=action.subject, place=action.plan.place, by=by)
        for one in shown
        if not one.withheld
    ]
