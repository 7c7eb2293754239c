"""How do check-ins read, on their own pages and on those of plans and actions?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from keepwell.content.planning import Ask, check_ins
from keepwell.errors import counted
from keepwell.web.accounts.models import User
from keepwell.web.following import queries, unit_queries, we_did_queries
from keepwell.web.following.actions import BEGINS_ON, CRITERIA
from keepwell.web.following.models import CheckIn
from keepwell.web.following.queries import Course, Due
from keepwell.web.following.rules import cannot_answer, cannot_be_asked, cannot_correct, cannot_see_numbers, sees_names
from keepwell.web.following.unit_queries import Reach, Start, hidden
from keepwell.web.nhsuk.words import day
from keepwell.web.plans import rules as plans
from keepwell.web.plans.models import Action, Criterion, Plan

ASKS: Final = {
    "baseline": "One check-in, before you start: where do you stand now, and who starts when?",
    "day_90": "One check-in, 90 days: what came of it, go on or stop, and what is next?",
}
YES_NO: Final = {"yes": "Yes", "no": "No"}
HIDDEN: Final = "too few to show"
NUMBERS: Final = frozenset({"offered", "taken_up"})


@dataclass(frozen=True, slots=True)
class Line:
    """A check-in in the list of all: its mark and word, what was said, and whether one can answer or correct it."""

    due: Due
    kind: str
    words: str
    told: tuple[tuple[str, str], ...]
    cannot: str | None
    by: str = ""

    @property
    def said(self) -> CheckIn | None:
        return self.due.check_in


def question_of(due: Due) -> str:
    """What is owed, in a sentence."""
    usual = f"One check-in, {due.asked.day} days: how far, what did you learn, go on or change?"
    return ASKS.get(due.asked.key, usual)


def answer_of(course: Course, today: dt.date) -> str:
    """How an action stands, in a sentence: what is owed, or what comes next."""
    if reason := cannot_be_asked(course.action):
        return reason
    if (owed := course.owed(today)) is not None:
        return f"{due_in_words(owed, today)}. {question_of(owed)}"
    said = course.newest
    far = f"{queries.progress_words(said.progress)}, as it was said at {said.asked.day} days. " if said else ""
    coming = course.next(today)
    return f"{far}{due_in_words(coming, today)}." if coming else f"{far}Everything asked in these 90 days is answered."


def due_in_words(due: Due, today: dt.date) -> str:
    """When a check-in is due: "30-day check-in due on 3 May 2026"; or that it was answered."""
    if due.check_in is not None:
        return f"{due.name}, due on {day(due.on)}, answered on {day(due.check_in.answered_at)}"
    over = due.days_over(today)
    if over > 0:
        return f"{due.name} overdue: it was due on {day(due.on)}, {counted(over, 'day')} ago"
    return f"{due.name} due today" if over == 0 else f"{due.name} due on {day(due.on)}"


def lines_of(course: Course, user: User, today: dt.date) -> list[Line]:
    """Every check-in of an action, the first of the newest 90 days first."""
    owed = course.owed(today)
    exact = cannot_see_numbers(user, course.action) is None
    return [_line(due, course, owed, user, today, exact) for due in sorted(course.all, key=lambda d: (-d.cycle, d.on))]


def _line(due: Due, course: Course, owed: Due | None, user: User, today: dt.date, exact: bool) -> Line:
    said = due.check_in
    if said is not None:
        told = tuple(told_of(said, exact=exact))
        said.action = course.action
        return Line(due, "good", "Answered", told, cannot_correct(user, said), _said_by(said, user))
    reason = cannot_answer(user, course.action, due.asked, due.on, today)
    if due == owed:
        return Line(due, "bad" if due.on < today else "watch", _late(due, today), (), reason)
    if due.cycle != course.all[-1].cycle:
        return Line(due, "none", "Not answered", (), "The next 90 days have begun.")
    if due.on > today:
        return Line(due, "none", "To come", (), reason)
    return Line(due, "none", "Passed over", (), reason)


def _said_by(said: CheckIn, user: User) -> str:
    """Who said it and when: to readers of another organisation, without names."""
    if not sees_names(user, said.action):
        return f"Said at {said.action.plan.place.name} on {day(said.answered_at)}."
    corrected = f", corrected by {said.changed_by.name} on {day(said.changed_at)}" if said.version > 1 else ""
    return f"Said by {said.answered_by.name} on {day(said.answered_at)}{corrected}."


def _late(due: Due, today: dt.date) -> str:
    return f"Overdue by {counted(due.days_over(today), 'day')}" if due.on < today else "Due today"


def told_of(said: CheckIn, *, exact: bool) -> Iterator[tuple[str, str]]:
    """What was asked and answered, in words. Without `exact`, numbers of people with small ones hidden."""
    answers = said.answers
    for ask in check_ins().asked_at(said.key):
        value = answers.get(ask.key)
        if value is None or value == "" or (ask.key in NUMBERS and not exact):
            continue
        yield ask.text, _answer(ask, value)
    if not exact and answers.get("offered") is not None:
        yield "Offered, and taken up", reach_in_words(_rough(said))
    for words, state in answers.get(CRITERIA, []):
        yield f"Is it met: {words}", Criterion.STATES.get(state, state)
    if BEGINS_ON in answers:
        yield "The next 90 days begin on", day(dt.date.fromisoformat(answers[BEGINS_ON]))


def _rough(said: CheckIn) -> Reach | None:
    return hidden(Reach(said.answers.get("offered"), said.answers.get("taken_up"), said.answered_at.date()))


def _answer(ask: Ask, value: object) -> str:
    if ask.kind == "choice":
        return {option.key: option.text for option in ask.options}.get(str(value), str(value))
    if ask.kind == "yes_no":
        return YES_NO.get(str(value), str(value))
    return f"{value:,}" if isinstance(value, int) else str(value)


def reach_in_words(reach: Reach | None, *, exact: bool = False) -> str:
    """Numbers of people in words: "offered to about 40, taken up by about 15"."""
    if reach is None or (exact and reach.offered is None):
        return "Nobody has said yet to how many it was offered"
    about = "" if exact else "about "
    offered, taken_up = (HIDDEN if n is None else f"{about if n else ''}{n:,}" for n in (reach.offered, reach.taken_up))
    if exact and reach.taken_up is None:
        return f"Offered to {offered}; how many took it up is not known"
    return f"Offered to {offered}, taken up by {taken_up}"


# What stands on the pages of a plan and of an action


def check_ins_stand(action: Action, user: User) -> str | None:
    """Check-ins on an action's page: "30-day check-in due on 3 May 2026"."""
    if plans.cannot_see_action(user, action) is not None:
        return None
    if reason := cannot_be_asked(action):
        return reason
    course, today = queries.course_of(action), timezone.localdate()
    waits = course.owed(today) or course.next(today)
    return due_in_words(waits, today) if waits else "All answered"


def units_stand(action: Action, user: User) -> str | None:
    """Who started when, on an action's page."""
    if plans.cannot_see_action(user, action) is not None:
        return None
    found = unit_queries.starts_in([action])
    if not found:
        return "Nobody has said yet who starts when"
    comparing = sum(start.compares for start in found)
    told = counted(len(found) - comparing, "team or practice starts", "teams or practices start")
    return f"{told}, {comparing} to compare with" if comparing else f"{told}, none to compare with"


def ninety_days_stand(plan: Plan, user: User) -> str | None:
    """What is due in a plan, on its page: "2 overdue"."""
    if plans.cannot_see_plan(user, plan) is not None:
        return None
    if plan.state == Plan.DRAFT:
        return "Begin when the plan is agreed"
    today = timezone.localdate()
    due = queries.due_of_plan(plan, today)
    late = sum(one.on < today for one in due)
    if late:
        return f"{late} overdue" if late == len(due) else f"{late} overdue, {len(due) - late} due today"
    return f"{len(due)} due today" if due else "Nothing is overdue"


def we_did_stands(action: Action, user: User) -> str | None:
    """What staff are told of an action, on its page, for those who write the plan."""
    if plans.cannot_see_drafts(user, action.plan) is not None or action.state != Action.FINISHED:
        return None
    told = we_did_queries.of_action(action)
    if told is None:
        return "Staff have not been told"
    if told.shown:
        return "Staff see it"
    return "Withdrawn" if told.withdrawn_at else "Waits for a second person"


def owed_in_words(found: list[Due]) -> str:
    """What somebody owes, in a sentence."""
    if not found:
        return "You owe nothing: no check-in of an action of yours is due."
    return question_of(found[0]) if len(found) == 1 else f"{len(found)} check-ins. Each takes a few minutes."


def overdue_in_words(found: list[Due], place_name: str) -> str:
    """What is overdue at a place, in a sentence."""
    if not found:
        return f"No check-in is overdue at {place_name}."
    longest = day(found[0].on)
    since = f"since {longest}" if len(found) == 1 else f"the longest since {longest}"
    return f"{counted(len(found), 'check-in is', 'check-ins are')} overdue at {place_name}, {since}."


def units_in_words(found: list[Start]) -> str:
    """Who started when, in a sentence."""
    if not found:
        return "Nobody has said yet which teams or practices start, and when."
    days = sorted({start.first_day for start in found if start.first_day})
    comparing = sum(start.compares for start in found)
    starting = counted(len(found) - comparing, "team or practice starts", "teams or practices start")
    if not days:
        return f"{counted(comparing, 'team or practice does', 'teams or practices do')} not start yet; none has a day."
    if len(days) == 1:
        when = f"{starting} on {day(days[0])}"
    else:
        when = f"{starting} between {day(days[0])} and {day(days[-1])}"
    if not comparing:
        return f"{when}. None is there to compare with: then nobody can tell what would have happened without it."
    return f"{when}; {counted(comparing, 'does', 'do')} not start yet, to compare with."
