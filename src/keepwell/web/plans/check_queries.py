"""What is still missing in a plan, in plain words, as far as somebody may know it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.evidence.models import Citation
from keepwell.web.plans.check_figures import Seen, seen_of
from keepwell.web.plans.check_rules import PlanWarning, of_action, of_plan
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import actions_of


def warnings_of(action: Action, user: User) -> list[PlanWarning]:
    """What is missing in an action: nothing in one that is finished, stopped or taken out."""
    return _of_actions([action], user).get(action.pk, [])


def warnings_of_plan(plan: Plan, user: User) -> list[PlanWarning]:
    """What is missing in a plan as a whole, then in each of its actions that somebody may see and is still to be done."""
    actions = [action for action in actions_of(plan, by=user) if _looked_at(action, plan)]
    of_each = _of_actions(actions, user)
    return [*of_plan(plan, actions), *(one for action in actions for one in of_each[action.pk])]


def seen_in(action: Action, user: User) -> dict[int, Seen]:
    """What figures say of each criterion of an action, by its number, counted from 0: in quiet lines beside it."""
    starts = action.starts_on or timezone.localdate()
    of_each = {
        number: seen_of(one, number, action.plan.place, starts, user)
        for number, one in enumerate(action.criteria.all())
    }
    return {number: seen for number, seen in of_each.items() if seen.lines}


def _looked_at(action: Action, plan: Plan) -> bool:
    return action.open and plan.state != Plan.CLOSED


def _of_actions(actions: Sequence[Action], user: User) -> dict[int, list[PlanWarning]]:
    """The warnings of each, with what they share asked for once."""
    open_ones = [action for action in actions if _looked_at(action, action.plan)]
    cited = _cited(open_ones)
    owned = _owned(open_ones)
    _share_owners(open_ones)
    today = timezone.localdate()
    found = {}
    for action in open_ones:
        own = of_action(action, today, cited=action.subject in cited, owned=owned[action.owner_id])
        of_figures = (one for seen in seen_in(action, user).values() for one in seen.warnings)
        found[action.pk] = [*own, *(one.of(action) for one in of_figures)]
    return found


def _cited(actions: Sequence[Action]) -> set[str]:
    """Beside which of them evidence stands."""
    subjects = [action.subject for action in actions]
    kept = Citation.objects.filter(subject__in=subjects, removed_at__isnull=True)
    return set(kept.values_list("subject", flat=True))


def _owned(actions: Sequence[Action]) -> Counter[int | None]:
    """How many actions each owner has accepted that are agreed and not finished, in the organisation of these."""
    controllers = {action.plan.place.controller_id for action in actions}
    accepted = Action.objects.filter(
        owner__in={action.owner_id for action in actions if action.owner_id},
        accepted_at__isnull=False,
        state=Action.UNDER_WAY,
        removed_at__isnull=True,
        plan__place__controller__in=controllers,
    ).exclude(plan__state=Plan.CLOSED)
    return Counter(accepted.order_by().values_list("owner", flat=True))


def _share_owners(actions: Sequence[Action]) -> None:
    """One object for each owner, so that what they hold is asked for once."""
    owners = {action.owner_id: action.owner for action in actions}
    for action in actions:
        action.owner = owners[action.owner_id]
