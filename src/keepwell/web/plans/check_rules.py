"""What is still missing in an action, in the guide's own questions? Each answer is a warning: it helps, and stops nobody.

What is asked, and the words for it, are content (content/planning/questions.yaml); what is looked at stands here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from keepwell.content.general_practice import goals, must_dos
from keepwell.content.guides import Source
from keepwell.content.planning import Part, Question, columns, questions
from keepwell.errors import counted
from keepwell.web.nhsuk.words import day
from keepwell.web.plans.check_words import can_be_checked, has_time
from keepwell.web.plans.models import MEASURE, Action, Criterion, Plan
from keepwell.web.plans.rules import cannot_own

MOST_AREAS: Final = 3
MOST_OWNED: Final = 5
MOST_IN_A_WEEK: Final = 2
SOONEST_STEP: Final = dt.timedelta(days=7)
"""A step takes a week at least, on average: talking with people needs their days off too."""
LONGEST: Final = 70
NEEDED: Final = ("objective", "steps")
COLUMN_OF: Final = {"objective": "topic_and_objective", "steps": "steps"}
"""Parts of an action that the guide's table has, and the column that says what belongs there."""
CRITERIA, OWNER, STARTS_ON, ENDS_ON = "criteria", "owner", "starts_on", "ends_on"


@dataclass(frozen=True, slots=True)
class PlanWarning:
    """Something that is missing, in plain words, with its reason and where that comes from.

    `key` names the question, or the part of one, of content.planning.questions(), or the column that is empty. `at` is the
    field that it is about; `found` says what we saw, "" where the words say it. `action` is the action's number, None for
    the plan as a whole, and `about` how it is called; `criterion` which of its criteria, counted from 0.
    """

    key: str
    words: str
    why: str
    source: Source
    at: str
    found: str = ""
    action: int | None = None
    about: str = ""
    criterion: int | None = None

    def of(self, action: Action) -> PlanWarning:
        """The same, of an action."""
        return replace(self, action=action.pk, about=called(action))


def called(action: Action) -> str:
    """An action in a few words."""
    what = " ".join((action.objective or action.what).split())
    return what if len(what) <= LONGEST else f"{what[: LONGEST - 1].rstrip()}…"


@cache
def _asked(key: str) -> tuple[str, str, Source]:
    asked: list[Question | Part] = [*questions(), *(part for question in questions() for part in question.parts)]
    one = next((one for one in asked if one.key == key), None)
    if one is None:
        raise KeyError(key)
    return one.missing, one.why, one.source


def warned(key: str, at: str, found: str = "", *, criterion: int | None = None) -> PlanWarning:
    """The warning of a question, or of a part of one, by its key, in the words of content. Raises KeyError for another."""
    words, why, source = _asked(key)
    return PlanWarning(key, words, why, source, at, found, criterion=criterion)


def of_action(action: Action, today: dt.date, *, cited: bool, owned: int) -> Iterator[PlanWarning]:
    """What an action is missing by itself: `cited`, whether evidence stands beside it; `owned`, how many its owner has."""
    criteria = list(action.criteria.all())
    found = (
        *_empty(action),
        *of_criteria(criteria),
        *_of_days(action, criteria, today),
        *_of_owner(action, owned),
        *([] if cited else [warned("evidence", "evidence")]),
        *([] if action.behaviours or action.in_the_way.strip() else [warned("behaviours", "behaviours")]),
    )
    yield from (one.of(action) for one in found)


def _empty(action: Action) -> Iterator[PlanWarning]:
    """The parts of the guide's table that have no words yet."""
    about = {column.key: column for column in columns()}
    for name in NEEDED:
        if not getattr(action, name).strip():
            column = about[COLUMN_OF[name]]
            yield PlanWarning(name, f"Still empty: {column.label.lower()}.", column.hint, column.source, name)


def of_criteria(criteria: Sequence[Criterion]) -> Iterator[PlanWarning]:
    """No number and no milestone: of each criterion that says neither, and once where there is none at all."""
    if not criteria:
        yield warned("number_or_milestone", CRITERIA)
    for number, one in enumerate(criteria):
        if not says_how_seen(one):
            yield warned("number_or_milestone", CRITERIA, f"“{one.words.strip()[:80]}”", criterion=number)


def says_how_seen(criterion: Criterion) -> bool:
    """Whether everybody could see it: one of our measures with its target, or words that say a number or a milestone."""
    if criterion.kind == MEASURE and criterion.measure and criterion.target is not None:
        return True
    return can_be_checked(criterion.words)


def _of_days(action: Action, criteria: Sequence[Criterion], today: dt.date) -> Iterator[PlanWarning]:
    starts, ends = action.starts_on, action.ends_on
    if ends is None and not has_time(action.timescale_words) and not any(one.by for one in criteria):
        yield warned("date", ENDS_ON)
    if starts is None:
        yield warned("check_in", STARTS_ON, "They are counted from the day on which it starts.")
    if starts is not None and ends is not None and ends < starts:
        yield warned("dates_in_order", ENDS_ON)
    for number, one in enumerate(criteria):
        if starts is not None and one.by is not None and one.by < starts:
            yield warned(
                "dates_in_order", CRITERIA, f"Seen by {day(one.by)}, begun on {day(starts)}.", criterion=number
            )
    if found := _too_little_time(action, today):
        yield warned("timescales", ENDS_ON, found)


def _too_little_time(action: Action, today: dt.date) -> str:
    ends, steps = action.ends_on, [line for line in action.steps.splitlines() if line.strip()]
    if ends is None:
        return ""
    if ends < today:
        return f"It was to end on {day(ends)}."
    left = ends - max(today, action.starts_on or today)
    if len(steps) > 1 and left < len(steps) * SOONEST_STEP:
        return f"{counted(len(steps), 'step')} in {counted(left.days, 'day')}."
    return ""


def _of_owner(action: Action, owned: int) -> Iterator[PlanWarning]:
    owner = action.owner
    if owner is None:
        yield warned("best_person", OWNER)
        return
    if reason := cannot_own(owner, action):
        yield warned("best_person", OWNER, reason)
    elif action.declined_at is not None:
        yield warned("best_person", OWNER, f"{owner.name} declined.")
    elif action.accepted_at is None:
        yield warned("owner_accepted", OWNER)
    elif owned > MOST_OWNED:
        yield warned("best_person", OWNER, f"{owner.name} owns more than {MOST_OWNED} actions that are not finished.")


def of_plan(plan: Plan, actions: Sequence[Action]) -> Iterator[PlanWarning]:
    """What a plan is missing as a whole, of the actions in it that are still to be done."""
    areas = {action.topic for action in actions if action.topic}
    if len(areas) > MOST_AREAS:
        yield warned("focus", "topic", f"{len(areas)} areas.")
    for monday, number in sorted(_weeks(actions).items()):
        if number > MOST_IN_A_WEEK:
            yield warned("timescales", ENDS_ON, f"{number} actions end in the week from {day(monday)}.")
    if actions and not plan.serves.strip() and not any(action.aims or action.topic in _aims() for action in actions):
        yield warned("ics_fit", "serves")


@cache
def _aims() -> frozenset[str]:
    """The goals and must-dos that come from above."""
    return frozenset([*(goal.key for goal in goals()), *(must_do.key for must_do in must_dos())])


def _weeks(actions: Sequence[Action]) -> Counter[dt.date]:
    """How many actions end in each week, by its Monday."""
    ends = [action.ends_on for action in actions if action.ends_on is not None]
    return Counter(end - dt.timedelta(days=end.weekday()) for end in ends)
