"""Who may answer a check-in, say which teams start, and see the numbers, and why not?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from keepwell.content.planning import CheckIn as Asked
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.following.models import ABANDON, CheckIn
from keepwell.web.nhsuk.words import day
from keepwell.web.plans import rules as plans
from keepwell.web.plans.models import Action, Plan

EARLY: Final = dt.timedelta(days=14)
"""So long before its day a check-in can be answered; the baseline at any time."""
MOST_PEOPLE: Final = 2_000_000
"""More than work in the NHS."""
NEXT_HAS_BEGUN: Final = "The next 90 days have begun: these are over."
OTHERS_NUMBERS: Final = (
    "Numbers of people of a single team are for those who write the plan or take part in the action."
)


def cannot_be_asked(action: Action) -> str | None:
    """Why nothing is asked of an action; None if check-ins are."""
    return cannot_ask(action.state, action.plan.state, action.starts_on, removed=action.removed_at is not None)


def cannot_ask(state: str, plan: str, starts_on: dt.date | None, *, removed: bool) -> str | None:
    """Why nothing is asked of an action in a state, in a plan in a state, from a day on; None if check-ins are."""
    if removed:
        return "This action was taken out of the plan."
    if state == Action.DRAFT or plan == Plan.DRAFT:
        return "Check-ins begin when the action is agreed."
    if plan == Plan.CLOSED:
        return plans.CLOSED
    if state != Action.UNDER_WAY:
        return f"This action is {Action.STATES[state].casefold()}: nothing more is asked about it."
    return None if starts_on else "The action has no first day yet: check-ins are counted from it."


def cannot_answer(by: User, action: Action, asked: Asked, due_on: dt.date, today: dt.date) -> str | None:
    """Why somebody cannot answer a check-in that nobody has answered; None if they can.

    Its owner, who helps with it and whoever writes the plan can, from two weeks before its day; the baseline is asked
    before the start, so it has no such limit.
    """
    if reason := plans.cannot_report(by, action) or cannot_be_asked(action):
        return reason
    if asked.day and today < due_on - EARLY:
        return f"It is too early to tell: this is asked from {day(due_on - EARLY)} on."
    return None


def cannot_correct(by: User, check_in: CheckIn) -> str | None:
    """Why somebody cannot correct what was said at a check-in; None if they can, also once the action is finished."""
    return plans.cannot_report(by, check_in.action)


def cannot_count(offered: int | None, taken_up: int | None) -> str | None:
    """Why two numbers of people are none; None if they are."""
    if any(number is not None and not 0 <= number <= MOST_PEOPLE for number in (offered, taken_up)):
        return f"A number of people lies between 0 and {MOST_PEOPLE:,}."
    if taken_up is None:
        return None
    if offered is None:
        return "Say also to how many people it was offered."
    if taken_up > offered:
        return (
            f"{taken_up:,} took it up, and it was offered to {offered:,}: no more people can take up than were offered."
        )
    return None


def cannot_begin_again(before: dt.date, on: dt.date) -> str | None:
    """Why the next 90 days cannot begin on a day; None if they can. `before` is when those before them began."""
    return None if on > before else f"The next 90 days begin after those that began on {day(before)}."


def cannot_stop_and_begin(decision: str) -> str | None:
    """Why the next 90 days cannot begin after what was decided; None if they can."""
    if decision == ABANDON:
        return "You stop it, and begin the next 90 days: leave their day empty, or choose something else than to stop."
    return None


def cannot_say_units(by: User, action: Action) -> str | None:
    """Why somebody cannot say which teams start when; None if they can: whoever can say how the action goes."""
    if reason := plans.cannot_report(by, action):
        return reason
    return f"{action.plan.place.name} has closed." if action.plan.place.closed else None


def cannot_see_numbers(user: User, action: Action) -> str | None:
    """Why somebody sees numbers of people only with small ones hidden; None if they see them as they were said."""
    if plans.takes_part(user, action) or plans.cannot_see_drafts(user, action.plan) is None:
        return None
    return OTHERS_NUMBERS


def sees_names(user: User, action: Action) -> bool:
    """Whether somebody sees who owns an action and who said what: those inside the organisation, and who takes part."""
    return plans.takes_part(user, action) or standing(user, action.plan.place) is not None
