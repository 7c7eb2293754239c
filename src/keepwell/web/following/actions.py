"""How is a check-in answered and corrected, and how do the next 90 days begin?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.following import rules
from keepwell.web.following.models import ABANDON, ADOPT, FINISHED, CheckIn, Count, Cycle, Said
from keepwell.web.following.queries import Due, course_of
from keepwell.web.nhsuk.words import day
from keepwell.web.places.refusals import Quicker, refuse
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action, Criterion

CRITERIA: Final = "criteria"
BEGINS_ON: Final = "begins_on"
"""Beside the keys of what was asked, answers hold how criteria were judged, and when the next 90 days begin."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What was said at a check-in: `said` by the key of what was asked, and how each criterion was judged, by its number.

    `begins_on` is when the next 90 days begin, for the last check-in of these; None where nothing more is asked.
    """

    said: Mapping[str, Any]
    judged: Mapping[int, str] = field(default_factory=dict)
    begins_on: dt.date | None = None


@transaction.atomic
def answer(*, due: Due, answers: Answers, known: int | None, by: User, today: dt.date | None = None) -> CheckIn:
    """Answer a check-in, or correct what was said. `known` is the version that was shown, None where nothing was said.

    The numbers are added to those from before, the criteria are judged, and the next 90 days begin where a day is named.
    To stop an action, or to adopt one that is finished, ends it; correcting that lets it go on. What was said before
    stays on record. Raises Quicker where somebody else has written since, NotAllowed where the rules say no.
    """
    action = plans.held_action(due.action)
    now = course_of(action).find(due.key)
    refuse(None if now else "The days of this action have changed.", found="no such check-in", attempt="look again")
    assert now is not None
    before, today = now.check_in, today or timezone.localdate()
    if before is not None:
        before.action = action
        reason = rules.cannot_correct(by, before)
    else:
        reason = rules.cannot_answer(by, action, now.asked, now.on, today)
    refuse(reason, found=now.name)
    _refuse_quicker(before, known)
    ended = _ends(before.answers) if before else None
    check_in = _write(now, before, answers, action, by)
    _count(check_in, answers.said, by, today)
    _judge(action, answers.judged)
    _begin_again(now, answers, by)
    _end(action, ended, _ends(check_in.answers), by)
    return check_in


def _write(due: Due, before: CheckIn | None, answers: Answers, action: Action, by: User) -> CheckIn:
    check_in = before or CheckIn(
        action=action, cycle=due.cycle, key=due.asked.key, due_on=due.on, version=0, answered_by=by
    )
    said = {key: value for key, value in answers.said.items() if value not in (None, "")}
    words = dict(action.criteria.filter(pk__in=answers.judged).values_list("pk", "words"))
    if answers.begins_on is not None:
        said[BEGINS_ON] = answers.begins_on.isoformat()
    if answers.judged:
        said[CRITERIA] = [[words[number], state] for number, state in answers.judged.items() if number in words]
    check_in.answers = said
    check_in.progress, check_in.decision = said.get("progress", ""), said.get("decision", "")
    check_in.version, check_in.changed_by, check_in.changed_at = check_in.version + 1, by, timezone.now()
    check_in.save()
    Said.objects.create(check_in=check_in, number=check_in.version, answers=said, by=by)
    return check_in


def _count(check_in: CheckIn, said: Mapping[str, Any], by: User, today: dt.date) -> None:
    """The numbers of people, of the day on which the check-in was answered first: a correction strikes the old ones."""
    offered, taken_up = said.get("offered"), said.get("taken_up")
    refuse(rules.cannot_count(offered, taken_up), found="two numbers of people", attempt="check both")
    old = Count.objects.filter(check_in=check_in, struck_at__isnull=True)
    if (last := old.last()) is not None and (last.offered, last.taken_up) == (offered, taken_up):
        return
    on = last.on if last is not None else today
    old.update(struck_at=timezone.now())
    if offered is not None:
        Count.objects.create(
            action=check_in.action, check_in=check_in, on=on, offered=offered, taken_up=taken_up, said_by=by
        )


def _judge(action: Action, judged: Mapping[int, str]) -> None:
    for number, state in judged.items():
        if state not in Criterion.STATES:
            raise KeyError(state)
        action.criteria.filter(pk=number).update(state=state)


def _begin_again(due: Due, answers: Answers, by: User) -> None:
    """Begin the next 90 days, move their beginning, or let them not begin: as long as nothing was said in them."""
    if not due.last:
        return
    next_one = Cycle.objects.filter(action=due.action, number=due.cycle + 1).first()
    on, aim = answers.begins_on, str(answers.said.get("next_cycle") or "")
    if (next_one.starts_on if next_one else None) != on:
        _refuse_begun(due)
    if on is None:
        Cycle.objects.filter(action=due.action, number=due.cycle + 1).delete()
        return
    refuse(rules.cannot_stop_and_begin(str(answers.said.get("decision"))), found="a day for the next 90 days")
    began = due.on - dt.timedelta(days=due.asked.day)
    refuse(rules.cannot_begin_again(began, on), found=day(on), attempt="type a later day")
    made = next_one or Cycle(action=due.action, number=due.cycle + 1, begun_by=by)
    made.starts_on, made.aim = on, aim
    made.save()


def _refuse_begun(due: Due) -> None:
    begun = CheckIn.objects.filter(action=due.action, cycle__gt=due.cycle).exists()
    refuse(
        rules.NEXT_HAS_BEGUN if begun else None,
        found="an answer in the next 90 days",
        attempt="leave their first day as it is",
    )


def _ends(said: Mapping[str, Any]) -> str | None:
    """The state in which an answer leaves an action that it ends; None where it goes on."""
    if said.get("decision") == ABANDON:
        return Action.STOPPED
    adopted = (said.get("progress"), said.get("decision")) == (FINISHED, ADOPT)
    return Action.FINISHED if adopted and BEGINS_ON not in said else None


def _end(action: Action, before: str | None, now: str | None, by: User) -> None:
    """Leave the action in the state that the answer says. What somebody did since by hand stays where the answer does."""
    if now == before:
        return
    if now is not None and action.state != now:
        plans.finish(action=action, state=now, by=by)
    elif now is None and action.state == before:
        plans.finish(action=action, state=Action.UNDER_WAY, by=by)


def _refuse_quicker(before: CheckIn | None, known: int | None) -> None:
    if (before.version if before else None) != known:
        who = f": {before.changed_by.name}" if before else ""
        raise Quicker(
            f"Somebody else has answered this since you opened the page{who}.",
            found="another answer than the one that was shown to you",
            attempt="read what stands there now, and send yours again if it is still right",
        )
