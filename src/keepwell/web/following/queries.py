"""Which check-ins are due, which were answered, and how far is it all?

The days are worked out from the first day of the action each time they are asked for. An action owes one check-in at
most: the newest whose day has come, as long as neither it nor a later one is answered. Those before it are passed over:
they can still be answered, and nobody is asked for them any more.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.content.planning import CheckIn as Asked
from keepwell.content.planning import check_ins
from keepwell.web.accounts.models import User
from keepwell.web.following.models import CheckIn, Cycle
from keepwell.web.following.rules import cannot_ask, cannot_be_asked
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Helper, Plan

LEVEL_UP_AFTER: Final = 14
"""Days over after which those one level up see it."""
AT_ONCE: Final = 2_000
"""So many actions are asked for in one question."""


@dataclass(frozen=True)
class Due:
    """A check-in of an action with its day; `check_in` is what was said at it, None where nothing was yet."""

    action: Action
    cycle: int
    asked: Asked
    on: dt.date
    check_in: CheckIn | None = None

    @property
    def key(self) -> str:
        """By what an address names it: "1-day_30"."""
        return f"{self.cycle}-{self.asked.key}"

    @property
    def name(self) -> str:
        """What it is called: "Baseline", "30-day check-in", and from the second 90 days on which they are."""
        return _named(self.cycle, self.asked)

    @property
    def last(self) -> bool:
        """Whether it is the last of its 90 days."""
        return self.asked.key == check_ins().check_ins[-1].key

    def days_over(self, today: dt.date) -> int:
        """Days since it was due: 0 on the day itself, below 0 before."""
        return (today - self.on).days


@dataclass(frozen=True)
class Course:
    """All the check-ins of an action, in order."""

    action: Action
    all: tuple[Due, ...]

    @cached_property
    def now(self) -> tuple[Due, ...]:
        """Those of the 90 days that began last: only these are asked for."""
        return tuple(due for due in self.all if due.cycle == self.all[-1].cycle)

    def owed(self, today: dt.date) -> Due | None:
        """The one check-in that is due now; None where nothing is asked."""
        if not self.all or cannot_be_asked(self.action) is not None:
            return None
        place = _owed([(due.on, due.check_in is not None) for due in self.now], today)
        return None if place is None else self.now[place]

    def next(self, today: dt.date) -> Due | None:
        """The next one that is still to come; None where there is none."""
        if not self.all or cannot_be_asked(self.action) is not None:
            return None
        return next((due for due in self.now if due.on > today and due.check_in is None), None)

    @property
    def newest(self) -> CheckIn | None:
        """What was said last on how far it is; None where nothing was yet."""
        said = [due.check_in for due in self.all if due.check_in and due.check_in.progress]
        return said[-1] if said else None

    def find(self, key: str) -> Due | None:
        """The check-in that an address names; None where there is none."""
        return next((due for due in self.all if due.key == key), None)


def course_of(action: Action) -> Course:
    """The check-ins of one action, with what was said."""
    return next(iter(courses_of([action], whole=True)))


def courses_of(actions: Sequence[Action], *, whole: bool = False) -> Iterator[Course]:
    """The check-ins of several actions in two questions for so many; `whole`: with all that was said."""
    for first in range(0, len(actions), AT_ONCE):
        part = actions[first : first + AT_ONCE]
        numbers = [action.pk for action in part]
        again: dict[int, list[Cycle]] = defaultdict(list)
        for cycle in Cycle.objects.filter(action__in=numbers).order_by("number"):
            again[cycle.action_id].append(cycle)
        said: dict[tuple[int, int, str], CheckIn] = {}
        for one in _said(numbers, whole):
            said[one.action_id, one.cycle, one.key] = one
        for action in part:
            yield Course(action, tuple(_dues(action, again.get(action.pk, ()), said)))


def _said(numbers: Sequence[int], whole: bool) -> QuerySet[CheckIn]:
    found = CheckIn.objects.filter(action__in=numbers)
    return found.select_related("answered_by", "changed_by") if whole else found.defer("answers")


def _dues(action: Action, again: Iterable[Cycle], said: dict[tuple[int, int, str], CheckIn]) -> Iterator[Due]:
    begins = [(1, action.starts_on), *((cycle.number, cycle.starts_on) for cycle in again)]
    for number, starts_on in begins:
        for asked in check_ins().check_ins:
            found = said.get((action.pk, number, asked.key))
            on = found.due_on if found else starts_on + dt.timedelta(days=asked.day) if starts_on else None
            if on is not None:
                yield Due(action, number, asked, on, found)


def _asked_about() -> QuerySet[Action]:
    """Actions of which something may be due."""
    return Action.objects.filter(
        state=Action.UNDER_WAY, removed_at__isnull=True, plan__state=Plan.AGREED, starts_on__isnull=False
    )


def _owed(days: Sequence[tuple[dt.date, bool]], today: dt.date) -> int | None:
    """Which of the days in order is owed, each with whether it is answered; None where none is."""
    come = [place for place, (on, _) in enumerate(days) if on <= today]
    if not come or any(answered for _, answered in days[come[-1] :]):
        return None
    return come[-1]


def _all_owed(actions: QuerySet[Action], today: dt.date, more_than: int = -1) -> list[Due]:
    """What is due of actions, the longest first: looked for in plain rows, so that thousands are quick."""
    every = ((slim.pk, slim.owed(today)) for slim in _slim(actions, actions.order_by().values("pk")))
    owed = {number: one for number, one in every if one is not None and (today - one[2]).days > more_than}
    found = [
        Due(action, *owed[action.pk])
        for first in range(0, len(owed), AT_ONCE)
        for action in _with_place_and_owner(list(owed)[first : first + AT_ONCE])
    ]
    return sorted(found, key=lambda due: (due.on, due.action.pk))


def _with_place_and_owner(numbers: Sequence[int]) -> QuerySet[Action]:
    return Action.objects.filter(pk__in=numbers).select_related("plan__place", "owner").order_by("pk")


def owed_on(actions: QuerySet[Action], today: dt.date) -> dict[int, dt.date]:
    """The day of the check-in that each of those actions owes, by its number: for thousands at once, in three questions."""
    found = ((slim.pk, slim.owed(today)) for slim in _slim(actions, actions.order_by().values("pk")))
    return {number: owed[2] for number, owed in found if owed is not None}


def due_for(user: User, today: dt.date | None = None) -> list[Due]:
    """What somebody owes: the check-ins due of actions that they own or help with, the longest first."""
    theirs = Q(owner=user, declined_at__isnull=True) | Q(pk__in=Helper.objects.filter(user=user).values("action"))
    return _all_owed(_asked_about().filter(theirs), today or timezone.localdate())


def due_now(today: dt.date) -> list[Due]:
    """What is due anywhere on the site: for those who remind."""
    return _all_owed(_asked_about().filter(starts_on__lte=today), today)


def due_of_plan(plan: Plan, today: dt.date) -> list[Due]:
    """What is due in a plan, the longest first."""
    return _all_owed(_asked_about().filter(plan=plan), today)


def overdue_at(place: Place, today: dt.date, more_than: int = 0) -> list[Due]:
    """What is overdue in the plans of a place and of its own parts, the longest first: by more days than given."""
    inside = Q(plan__place__path__startswith=place.path, plan__place__controller=place.controller_id)
    return _all_owed(_asked_about().filter(inside), today, more_than)


def told_above(place: Place, today: dt.date) -> list[Due]:
    """What is overdue at a place and its parts for so long that those one level up see it: show the days alone."""
    return overdue_at(place, today, LEVEL_UP_AFTER - 1)


def progress_of(numbers: Iterable[int], today: dt.date | None = None) -> dict[int, str]:
    """How far each action is, in a few words, by its number: what was said last, and whether something is overdue."""
    on, wanted = today or timezone.localdate(), list(numbers)
    found: dict[int, str] = {}
    for first in range(0, len(wanted), AT_ONCE):
        part = wanted[first : first + AT_ONCE]
        found |= {slim.pk: slim.progress_in_words(on) for slim in _slim(Action.objects.filter(pk__in=part), part)}
    return found


class _Slim:
    """An action with its check-ins as plain rows, for thousands at once. What is owed is worked out as for one."""

    __slots__ = ("cycle", "pk", "plan", "removed", "said", "start", "starts_on", "state")

    def __init__(self, pk: int, state: str, starts_on: dt.date | None, removed_at: object, plan: str) -> None:
        self.pk, self.state, self.starts_on, self.plan = pk, state, starts_on, plan
        self.removed = removed_at is not None
        self.cycle, self.start = 1, starts_on
        self.said: list[SaidRow] = []

    def owed(self, today: dt.date) -> tuple[int, Asked, dt.date] | None:
        """The cycle, the check-in and the day of what is due now; None where nothing is asked."""
        if self.start is None or cannot_ask(self.state, self.plan, self.starts_on, removed=self.removed) is not None:
            return None
        asked, answered = check_ins().check_ins, {row[2]: row[3] for row in self.said if row[1] == self.cycle}
        days = [answered.get(one.key) or self.start + dt.timedelta(days=one.day) for one in asked]
        place = _owed([(on, one.key in answered) for one, on in zip(asked, days, strict=True)], today)
        return None if place is None else (self.cycle, asked[place], days[place])

    def progress_in_words(self, today: dt.date) -> str:
        said = [row for row in self.said if row[4]]
        owed = self.owed(today)
        if owed is not None and owed[2] < today:
            late = f"{_named(owed[0], owed[1])} overdue since {day(owed[2])}"
            return f"{_said_in_words(said[-1])}; {late}" if said else late
        if self.state != Action.UNDER_WAY or not said:
            return self._state_in_words(today)
        return _said_in_words(said[-1])

    def _state_in_words(self, today: dt.date) -> str:
        if self.state != Action.UNDER_WAY:
            return Action.STATES[self.state]
        if self.starts_on is None:
            return "No first day yet"
        return f"Starts on {day(self.starts_on)}" if self.starts_on > today else "Nothing said yet"


SaidRow = tuple[int, int, str, dt.date, str, dt.datetime]
"""Of a check-in that was answered: the action, the cycle, the key, its day, the progress, and when it was answered."""


def _slim(actions: QuerySet[Action], numbers: Any) -> list[_Slim]:
    """Actions with their check-ins in three questions. `numbers` are theirs, as a list or as a question."""
    fields = ("pk", "state", "starts_on", "removed_at", "plan__state")
    found = {row[0]: _Slim(*row) for row in actions.order_by().values_list(*fields)}
    for number, cycle, starts_on in (
        Cycle.objects.filter(action__in=numbers).order_by("number").values_list("action_id", "number", "starts_on")
    ):
        found[number].cycle, found[number].start = cycle, starts_on
    said = CheckIn.objects.filter(action__in=numbers).order_by("cycle", "due_on", "pk")
    for one in said.values_list("action_id", "cycle", "key", "due_on", "progress", "answered_at"):
        found[one[0]].said.append(one)
    return list(found.values())


def _said_in_words(row: SaidRow) -> str:
    return f"{progress_words(row[4])} at {_days()[row[2]]} days, said on {day(row[5])}"


def _named(cycle: int, asked: Asked) -> str:
    name = f"{asked.day}-day check-in" if asked.day else "Baseline"
    return name if cycle == 1 else f"{name}, round {cycle}"


def progress_words(key: str) -> str:
    """The words of an answer to how far it is; the key itself where the content has it no more."""
    return _options("progress").get(key, key)


@cache
def _options(of: str) -> dict[str, str]:
    return {option.key: option.text for ask in check_ins().asks if ask.key == of for option in ask.options}


@cache
def _days() -> dict[str, int]:
    return {one.key: one.day for one in check_ins().check_ins}
