"""How does a plan begin from something, with its words and its evidence?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans import actions, evidence_actions
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.start_parts import Part


@dataclass(frozen=True, slots=True)
class Chosen:
    """An action that is taken over, and the part that it comes from."""

    content: Mapping[str, Any]
    part: Part


@transaction.atomic
def take_over(
    *, place: Place, plan: Plan | None, title: str, chosen: Sequence[Chosen], origin: str, by: User
) -> list[Action]:
    """Write actions into a plan, a new one where there is none yet, each with the evidence of where it comes from.

    Raises NotAllowed where the rules say no.
    """
    if plan is None:
        plan = actions.begin(place=place, content={"title": title}, by=by, began_from=origin)
    return [_taken(plan, one, origin, by) for one in chosen]


def _taken(plan: Plan, one: Chosen, origin: str, by: User) -> Action:
    action = actions.add(plan=plan, content=one.content, by=by, began_from=origin)
    evidence_actions.carry_over(action=action, shown=one.part.evidence, by=by)
    for beside in one.part.besides:
        evidence_actions.cite(action=action, this=beside, by=by)
    return action
