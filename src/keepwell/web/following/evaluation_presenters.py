"""How does the evaluation of a plan read?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from keepwell.errors import counted
from keepwell.measures import measures
from keepwell.web.accounts.models import User
from keepwell.web.following.calendars import Event
from keepwell.web.following.evaluation_queries import Evaluation, Seen, is_tied
from keepwell.web.measuring.presenters import with_place
from keepwell.web.nhsuk.words import day
from keepwell.web.plans.models import MILESTONE, Plan
from keepwell.web.plans.presenters import Tag, tag_of_criterion, title_of
from keepwell.web.plans.queries import actions_of
from keepwell.web.plans.rules import cannot_see_plan
from keepwell.web.plans.topics import in_unit


@dataclass(frozen=True, slots=True)
class Row:
    """A success criterion as a line: by what it is seen, from where to where, and how it stands."""

    seen: Seen
    title: str
    by_what: str
    chart: str
    baseline: str
    now: str
    now_is: str
    target: str
    state: Tag


def tied_in_words(found: Evaluation) -> str:
    """How many criteria are tied to something that can be seen: "5 of 6 … are tied to a number or a milestone"."""
    if not found.seen:
        return "No action says yet by what one will see that it worked."
    tied, of = sum(one.tied for one in found.seen), len(found.seen)
    said = (
        f"{tied} of {counted(of, 'success criterion', 'success criteria')} {_is(tied)} tied to a number or a milestone"
    )
    left = f"; {of - tied} {_is(of - tied)} not" if tied < of else ""
    none = len(found.without)
    alone = f" {counted(none, 'action')} {'has' if none == 1 else 'have'} no criterion." if none else ""
    return f"{said}{left}.{alone}"


def steps_in_words(found: Evaluation) -> str:
    """How many of the guide's steps are answered in full."""
    whole = sum(step.whole for step in found.steps)
    return f"{whole} of the guide's {len(found.steps)} steps {_is(whole)} answered for every action."


def rows_of(found: Evaluation) -> list[Row]:
    return [_row(seen, found.plan) for seen in found.seen]


def _row(seen: Seen, plan: Plan) -> Row:
    one, known = seen.criterion, measures().get(seen.criterion.measure)
    if one.kind == MILESTONE:
        by_what = f"Milestone, by {day(one.by)}" if one.by else "Milestone, no day set"
    elif known is not None:
        by_what = known.label
    else:
        by_what = "A number that you count yourselves" if seen.tied else "Nothing yet: name a measure, or a target"
    organisation = plan.place.controller or plan.place
    return Row(
        seen,
        title_of(seen.action),
        by_what,
        with_place(reverse("measure", args=[known.name]), organisation) if known else "",
        in_unit(one.measure, one.baseline),
        seen.now.words if seen.now else "",
        f"{seen.now.label}, {seen.now.period}" if seen.now else "",
        in_unit(one.measure, one.target),
        tag_of_criterion(one),
    )


def ninety_days_in_words(events: Sequence[Event], today: dt.date) -> str:
    """What comes next in a plan, in a sentence."""
    late = [event for event in events if event.on < today]
    coming = [event for event in events if event.on >= today]
    said = f"{counted(len(late), 'thing is', 'things are')} overdue. " if late else ""
    if not coming:
        return f"{said}Nothing has a day in the next 90 days."
    return f"{said}Next: {coming[0].what[0].lower() + coming[0].what[1:]} on {day(coming[0].on)}."


def evaluation_stands(plan: Plan, user: User) -> str | None:
    """The evaluation, on a plan's page."""
    if cannot_see_plan(user, plan) is not None:
        return None
    found = [is_tied(one) for action in actions_of(plan, by=user) for one in action.criteria.all()]
    return f"{sum(found)} of {len(found)} criteria tied to a number or a milestone" if found else "No criteria yet"


def _is(number: int) -> str:
    return "is" if number == 1 else "are"
