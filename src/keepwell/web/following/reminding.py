"""Who is told that a check-in is due, and when?

Its owner on the day and once more a week later; after two weeks those who lead plans one level up, who are told the
days alone. Each is told once, whatever crashes: that they were told is written in the transaction of their mail.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse

from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.models import Grant, User
from keepwell.web.following.models import Reminder
from keepwell.web.following.queries import LEVEL_UP_AFTER, Due, due_now
from keepwell.web.mail.actions import post
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action

A_WEEK: Final = 7
IS_DUE: Final = "A check-in is due"
ARE_DUE: Final = "Check-ins are due"
IS_LATE: Final = "A check-in is overdue"
ABOVE: Final = "Check-ins are overdue where you lead"
ASKED: Final = "You were asked to own an action"
ONE: Final = (
    "Somebody counts on you to say how an action goes. It takes a few minutes: how far, what did you learn, go on or "
    "change? Sign in by the link to answer."
)
STARTING: Final = (
    "An action of yours begins. It takes a few minutes to note where you stand now, so that you can tell later what "
    "has changed. Sign in by the link to answer."
)
OWNING: Final = (
    "Somebody who writes a plan has asked you to own an action in it. Sign in by the link to read it, and say whether "
    "you accept or decline."
)
Told = list[tuple[Due, str]]


def remind(today: dt.date) -> int:
    """Tell everybody who is to be told today and was not told yet. Returns how many mails were posted."""
    found = due_now(today)
    since = _noticed(found, today)
    sent = 0
    for owner, theirs in _by_owner(found, since, today).items():
        sent += _once(theirs, today, partial(_tell_owner, owner) if owner else None)
    for place, late in _by_place(found, since, today).items():
        sent += _once(late, today, partial(_tell_above, place))
    return sent


def tell_asked(action: Action) -> None:
    """Tell somebody that they were asked to own an action, in the caller's own transaction."""
    if action.owner is not None and action.owner.is_active:
        post(to=action.owner, subject=ASKED, words=OWNING, link=_address("action", action), about=action.plan.place)


def one_level_up(place: Place, but: Iterable[int] = ()) -> list[User]:
    """Those who lead plans at the nearest place above, inside the organisation, where somebody does.

    Of a whole organisation, and where nobody does above, those who lead plans at the place itself. Closed accounts are
    left out, and the people named by number.
    """
    left_out = set(but)
    for above in [*_above_inside(place), place]:
        grants = Grant.objects.in_force().filter(place=above, user__is_active=True).select_related("user", "role")
        found = {g.user.pk: g.user for g in grants if LEAD_PLANS in g.role.abilities and g.user.pk not in left_out}
        if found:
            return sorted(found.values(), key=lambda user: user.name)
    return []


def _above_inside(place: Place) -> list[Place]:
    found = Place.objects.filter(pk__in=place.numbers_above, controller=place.controller_id).in_bulk()
    return [found[number] for number in reversed(place.numbers_above) if number in found]


def _noticed(found: list[Due], today: dt.date) -> dict[Due, dt.date]:
    """Since when the site knows each to be due: a plan agreed late is not overdue on its first day here."""
    kept = Reminder.objects.filter(action__in={due.action.pk for due in found}).order_by("-on")
    first = {(one.action_id, one.cycle, one.key, one.due_on): one.on for one in kept}
    return {due: first.get((due.action.pk, due.cycle, due.asked.key, due.on), today) for due in found}


def _by_owner(found: list[Due], since: dict[Due, dt.date], today: dt.date) -> dict[User | None, Told]:
    """What each owner is told of: what is due, or a week over. None where there is nobody to tell."""
    told: dict[User | None, Told] = defaultdict(list)
    for due in found:
        over = (today - max(due.on, since[due])).days
        told[_owner(due.action)].append((due, Reminder.OVER if over >= A_WEEK else Reminder.DUE))
    return told


def _owner(action: Action) -> User | None:
    """Who owns an action and can be told: they have not declined, and their account is open."""
    owner = action.owner
    return owner if owner is not None and owner.is_active and action.declined_at is None else None


def _by_place(found: list[Due], since: dict[Due, dt.date], today: dt.date) -> dict[Place, Told]:
    told: dict[Place, Told] = defaultdict(list)
    for due in found:
        if (today - max(due.on, since[due])).days >= LEVEL_UP_AFTER:
            told[due.action.plan.place].append((due, Reminder.ABOVE))
    return told


def _once(told: Told, today: dt.date, tell: partial[int] | None) -> int:
    """Tell of what was not told yet, and write both or neither. Somebody else who is doing the same wins."""
    try:
        with transaction.atomic():
            new = [(due, kind) for due, kind in told if not _was_told(due, kind)]
            sent = tell(new) if tell is not None and new else 0
            for due, kind in new:
                Reminder.objects.create(
                    action=due.action, cycle=due.cycle, key=due.asked.key, due_on=due.on, kind=kind, told=sent, on=today
                )
            return sent
    except IntegrityError:
        return 0


def _was_told(due: Due, kind: str) -> bool:
    of = Reminder.objects.filter(action=due.action, cycle=due.cycle, key=due.asked.key, due_on=due.on)
    return of.filter(kind=kind).exists()


def _tell_owner(owner: User, new: Told) -> int:
    due, kind = new[0]
    if len(new) > 1:
        post(to=owner, subject=ARE_DUE, words=ONE, link=reverse("my_check_ins"))
        return 1
    late = kind == Reminder.OVER
    words = STARTING if not due.asked.day else ONE
    post(
        to=owner,
        subject=IS_LATE if late else IS_DUE,
        words=f"{words} It was due on {day(due.on)}." if late else words,
        link=_address("check_in", due.action, due.key),
        about=due.action.plan.place,
    )
    return 1


def _tell_above(place: Place, new: Told) -> int:
    """Those one level up; who owns what is late was told already."""
    days = ", ".join(dict.fromkeys(day(due.on) for due, _ in new))
    told = one_level_up(place, {due.action.owner_id for due, _ in new if due.action.owner_id is not None})
    words = f"Nobody has answered what was due on {days}. Ask whether something is in the way. Sign in to see where."
    for user in told:
        post(to=user, subject=ABOVE, words=words, link=reverse("overdue", args=[place.slug]), about=place)
    return len(told)


def _address(name: str, action: Action, *more: str) -> str:
    return reverse(name, args=[action.plan.place.slug, action.pk, *more])
