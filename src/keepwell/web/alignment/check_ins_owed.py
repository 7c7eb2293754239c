"""Since which day is a check-in owed, for thousands of actions at once?

What is owed is defined by following (`Course.owed`), action by action. This is the same for many, from plain rows; a test
holds the two equal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from django.db.models import QuerySet

from keepwell.content.planning import check_ins
from keepwell.web.following.models import CheckIn, Cycle
from keepwell.web.plans.models import Action


def owed_since(actions: QuerySet[Action], today: dt.date) -> Iterator[tuple[int, dt.date]]:
    """The number of the place and the day, for each of those actions that owes a check-in.

    The actions are of plans that are agreed, and none was taken out (queries.actions_in).
    """
    begun = actions.filter(state=Action.UNDER_WAY, starts_on__isnull=False).order_by()
    again = Cycle.objects.filter(action__in=begun.values("pk")).order_by("number")
    last = {of: (number, day) for of, number, day in again.values_list("action_id", "number", "starts_on")}
    answered = CheckIn.objects.filter(action__in=begun.values("pk")).order_by()
    told = answered.values_list("action_id", "cycle", "key", "due_on")
    said = {(of, cycle, key): day for of, cycle, key, day in told}
    asked = [(one.key, dt.timedelta(days=one.day)) for one in check_ins().check_ins]
    for action, place, starts_on in begun.values_list("pk", "plan__place_id", "starts_on"):
        cycle, start = last.get(action, (1, starts_on))
        if start is None:
            continue
        known = [said.get((action, cycle, key)) for key, _ in asked]
        days = [day or start + after for day, (_, after) in zip(known, asked, strict=True)]
        come = [day for day in days if day <= today]
        if come and not any(known[len(come) - 1 :]):
            yield place, come[-1]
