"""How do plans and actions read, to somebody who has half a minute?"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from keepwell.content.planning import behaviours
from keepwell.errors import counted
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import User
from keepwell.web.library.queries import offer_of
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place
from keepwell.web.plans import queries, rules, topics
from keepwell.web.plans.models import MEASURE, Action, Criterion, Plan

LONGEST_TITLE: Final = 90
KINDS_OF_PLAN: Final = {Plan.DRAFT: "none", Plan.AGREED: "good", Plan.CLOSED: "none"}
KINDS_OF_ACTION: Final = {
    Action.DRAFT: "none",
    Action.UNDER_WAY: "changing",
    Action.FINISHED: "good",
    Action.STOPPED: "watch",
}
KINDS_OF_CRITERION: Final = {
    Criterion.OPEN: "none",
    Criterion.MET: "good",
    Criterion.PARTLY: "watch",
    Criterion.NOT_MET: "bad",
    Criterion.TOO_EARLY: "none",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A state as it is shown: a mark, a colour and always its word."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who answers for an action: `asked` says how far they have said yes; `wrong` that they cannot do it any more."""

    name: str
    asked: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Row:
    """An action as a line of its plan."""

    action: Action
    href: str
    title: str
    topic: str
    owner: Owner
    when: str
    overdue: bool
    state: Tag
    success: tuple[str, ...]

    @property
    def pk(self) -> int:
        return self.action.pk


def tag_of_plan(plan: Plan) -> Tag:
    return Tag(KINDS_OF_PLAN[plan.state], Plan.STATES[plan.state])


def tag_of_action(action: Action) -> Tag:
    return Tag(KINDS_OF_ACTION[action.state], Action.STATES[action.state])


def tag_of_criterion(criterion: Criterion) -> Tag:
    return Tag(KINDS_OF_CRITERION[criterion.state], Criterion.STATES[criterion.state])


def title_of(action: Action) -> str:
    """An action in a line: what it is for, else what is done."""
    lines = (action.objective or action.what).strip().splitlines() or [""]
    words = lines[0].strip().rstrip(".")
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1].rstrip()}…"


def owner_of(action: Action) -> Owner:
    """Who answers for an action, and whether they have said yes."""
    if action.owner is None:
        return Owner(action.owner_words or "Nobody yet", "not asked in Keepwell" if action.owner_words else "", False)
    if not action.open:
        return Owner(action.owner.name, "accepted" if action.accepted_at else "", False)
    if (reason := rules.cannot_own(action.owner, action)) is not None:
        return Owner(action.owner.name, reason, True)
    if action.accepted_at is not None:
        return Owner(action.owner.name, "accepted", False)
    if action.declined_at is not None:
        return Owner(action.owner.name, "declined", True)
    return Owner(action.owner.name, "asked, has not answered", False)


def overdue(action: Action, today: dt.date | None = None) -> bool:
    """Whether an action should have ended by now and has not."""
    return action.open and action.ends_on is not None and action.ends_on < (today or timezone.localdate())


def when_of(action: Action) -> str:
    """From when to when, in the shortest words."""
    if action.starts_on and action.ends_on:
        return f"{day(action.starts_on)} to {day(action.ends_on)}"
    if action.ends_on:
        return f"by {day(action.ends_on)}"
    if action.starts_on:
        return f"from {day(action.starts_on)}, no end set"
    return action.timescale_words or "No date yet"


def late_in_words(action: Action) -> str:
    """How long an action is overdue; blank where it is not."""
    if not overdue(action) or action.ends_on is None:
        return ""
    return f"{counted((timezone.localdate() - action.ends_on).days, 'day')} overdue"


def success_of(criterion: Criterion) -> str:
    """By what one sees that it worked, in a sentence with its numbers and its day."""
    parts = [criterion.words.strip().rstrip(".")] if criterion.words.strip() else []
    if criterion.kind == MEASURE and (numbers := numbers_of(criterion)):
        parts.append(numbers)
    by = f", by {day(criterion.by)}" if criterion.by else ""
    return f"{': '.join(parts)}{by}." if parts else ""


def numbers_of(criterion: Criterion) -> str:
    """The measure with its numbers: "Leaver rate from 12% to 11% in 12 months"; blank where there are none."""
    known = topics.measure_of(criterion.measure)
    start = topics.in_unit(criterion.measure, criterion.baseline)
    end = topics.in_unit(criterion.measure, criterion.target)
    return " ".join(
        part
        for part in (
            known.label if known else criterion.measure,
            f"from {start}" if start else "",
            f"to {end}" if end else "",
            f"over {counted(criterion.window, 'month')}" if criterion.window else "",
        )
        if part
    )


def row_of(action: Action) -> Row:
    return Row(
        action,
        reverse("action", args=[action.plan.place.slug, action.pk]),
        title_of(action),
        topics.title_of(action.topic) if action.topic else "",
        owner_of(action),
        when_of(action),
        overdue(action),
        tag_of_action(action),
        tuple(words for one in action.criteria.all() if (words := success_of(one))),
    )


def rows_of(actions: Iterable[Action]) -> list[Row]:
    """Actions as lines. An owner of several is one and the same person, so that what they may is asked for once."""
    found: list[Action] = list(actions)
    owners: dict[int, User] = {}
    for action in found:
        if action.owner is not None:
            action.owner = owners.setdefault(action.owner.pk, action.owner)
    return [row_of(action) for action in found]


def plan_in_words(plan: Plan, rows: Sequence[Row], warnings: int) -> str:
    """The first sentence of a plan: how many actions, how they stand, and how many warnings."""
    if not rows:
        return "There is no action in it yet."
    found = Counter(row.action.state for row in rows)
    parts = [counted(len(rows), "action")]
    if plan.state != Plan.DRAFT:
        parts += [f"{found[state]} {Action.STATES[state].casefold()}" for state in Action.STATES if found[state]]
        late = sum(row.overdue for row in rows)
        parts += [f"{late} overdue"] if late else []
    parts += [counted(warnings, "warning")] if warnings else []
    return f"{', '.join(parts)}."


def plans_in_words(place: Place, plans: Sequence[Plan], due: Sequence[Row]) -> str:
    """The first sentence of the plans of a place: what is late, else what is due next, else how to begin."""
    late = [row for row in due if row.overdue]
    if late:
        return f"{counted(len(late), 'action')} overdue, the oldest: {late[0].title}."
    if due:
        return f"Next: {due[0].title}, {due[0].when}."
    agreed = [plan for plan in plans if plan.state == Plan.AGREED]
    if agreed:
        return f"{counted(len(agreed), 'plan')} agreed; nothing in it has a date that is still to come."
    if any(plan.state == Plan.DRAFT for plan in plans):
        return f"Nothing is agreed yet at {place.name}; a plan is being written."
    return f"{place.name} has no plan yet."


def due_next(actions: Iterable[Action]) -> list[Row]:
    """What is under way and has an end, the nearest first."""
    dated = [action for action in actions if action.state == Action.UNDER_WAY and action.ends_on is not None]
    return rows_of(sorted(dated, key=lambda action: (action.ends_on or dt.date.max, action.pk)))


def rest_of(action: Action) -> list[tuple[str, str]]:
    """What is filled in beyond the guide's six columns, as (label, words)."""
    known = {one.key: one.text for one in behaviours()}
    blocked = [known.get(key, key) for key in action.behaviours]
    aims = [topics.aim_titles().get(key, key) for key in action.aims]
    found = [
        (topics.column("level").label, topics.level_titles().get(action.level, action.level)),
        (topics.column("career_stage").label, topics.stage_titles().get(action.stage, action.stage)),
        (topics.column("promise").label, topics.element_titles().get(action.promise, action.promise)),
        ("Goals and must-dos that it serves", "; ".join(aims)),
        ("Offer that it passes on or pays for", _offer(action)),
        ("Change idea", action.idea),
        ("Cost, once", pounds(action.cost_once)),
        ("Cost, every year", pounds(action.cost_yearly)),
        ("Who pays", action.funding),
        ("Promised", pounds(action.committed)),
        ("Spent", pounds(action.spent)),
        (topics.column("expected_effect").label, action.expected_effect),
        (topics.column("time_and_cover").label, action.time_and_cover),
        (topics.column("project_manager").label, action.project_manager),
        (topics.column("clinical_lead").label, action.clinical_lead),
        (topics.column("stakeholders").label, action.stakeholders),
        (topics.column("staff_side").label, action.staff_side),
        (topics.column("risks").label, action.risks),
        ("What may be in the way", " ".join([*blocked, action.in_the_way]).strip()),
        ("What we want from above for it", action.seeks_above),
    ]
    return [(label, words) for label, words in found if words]


def _offer(action: Action) -> str:
    offer = offer_of(action.offer, action.plan.place) if action.offer else None
    return offer.title if offer else action.offer


def pounds(money: object) -> str:
    """A sum as people write it: £12,000 or £12,000.50; blank where there is none."""
    return "" if money is None else f"£{money:,.2f}".removesuffix(".00")


def more_of(plan: Plan) -> list[tuple[str, str]]:
    """What is filled in of a plan besides its title and its days."""
    found = [
        ("What it is for", plan.about),
        ("What it serves", plan.serves),
        (topics.column("project_manager").label, plan.project_manager),
        (topics.column("clinical_lead").label, plan.clinical_lead),
        (topics.column("staff_side").label, plan.staff_side),
    ]
    return [(label, words) for label, words in found if words]


def period_of(plan: Plan) -> str:
    """From when to when a plan runs; blank where nothing is said."""
    if plan.starts_on and plan.ends_on:
        return f"{day(plan.starts_on)} to {day(plan.ends_on)}"
    if plan.ends_on:
        return f"until {day(plan.ends_on)}"
    return f"from {day(plan.starts_on)}" if plan.starts_on else ""


# What somebody has to do


@dataclass(frozen=True, slots=True)
class Mine:
    """An action that somebody takes part in. `asks`: they were asked to own it, and have not answered."""

    row: Row
    place: Place
    part: str
    asks: bool


def mine_of(user: User) -> list[Mine]:
    """What somebody owns, was asked to own and helps with: what waits for an answer first, then the nearest end."""
    theirs = queries.actions_with(user).select_related("plan__place__controller").prefetch_related("criteria")
    shown = [action for action in theirs if action.owner_id != user.pk or action.declined_at is None]
    found = [_mine(row, user) for row in rows_of(shown)]
    return sorted(found, key=lambda one: (not one.row.action.open, not one.asks, one.row.action.ends_on or dt.date.max))


def _mine(row: Row, user: User) -> Mine:
    owns = row.action.owner_id == user.pk
    asks = owns and row.action.accepted_at is None
    part = "You were asked to own this" if asks else "You own this" if owns else "You help with this"
    return Mine(row, row.action.plan.place, part, asks)


def mine_in_words(mine: Sequence[Mine]) -> str:
    """The first sentence of one's own actions."""
    asks = sum(one.asks for one in mine)
    late = [one for one in mine if one.row.overdue]
    todo = [one for one in mine if one.row.action.open and not one.asks]
    if asks:
        return f"You were asked to own {counted(asks, 'action')}: accept, or decline."
    if late:
        return f"{counted(len(late), 'action')} of yours overdue, the oldest: {late[0].row.title}."
    if todo:
        return f"Next: {todo[0].row.title}, {todo[0].row.when}."
    return "There is nothing for you to do."


# Menus


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The plans of the place, for whoever may see that there are some."""
    if request.user.is_authenticated and rules.cannot_see_plans(person(request), place) is None:
        beside = tuple(f"/{place.slug}/{part}/" for part in ("actions", "launches", "overdue", "we-did", "papers"))
        yield Link("Plans", reverse("plans", args=[place.slug]), order=40, covers=beside)


def starts_of_plans(request: HttpRequest, place: Place, thing: str) -> Iterable[Link]:
    """Beside something that a page shows: act on it, for whoever may begin a plan there."""
    if request.user.is_authenticated and rules.cannot_start(person(request), place) is None:
        yield Link("Act on this", f"{reverse('start_plan', args=[place.slug])}?{urlencode({'from': thing})}")


def links_of_account(request: HttpRequest) -> Iterable[Link]:
    """One's own actions, on every page."""
    if request.user.is_authenticated:
        yield Link("My actions", reverse("my_actions"), order=20)
