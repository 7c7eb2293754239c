"""What became of the plans of the demo: how far are they, whom do they touch, who is supported?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from django.utils import timezone

from keepwell.content.involving import equality, stakeholder_maps
from keepwell.content.planning import driver_examples
from keepwell.web.accounts.models import User
from keepwell.web.alignment import money_actions
from keepwell.web.alignment.money_actions import Passed
from keepwell.web.designing import actions as designing
from keepwell.web.designing.drivers import outline_of
from keepwell.web.designing.models import EqualityScreening, Outline
from keepwell.web.flexible import actions as flexible
from keepwell.web.following import actions as following
from keepwell.web.following import queries, unit_actions
from keepwell.web.following.actions import Answers
from keepwell.web.library import actions as library
from keepwell.web.library.models import LocalCase
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan
from keepwell.web.support import actions as support
from keepwell.web.support.actions import Course
from keepwell.web.support.queries import figures_behind

BASELINE: Final = "1-baseline"
REGISTERED: Final = "Nursing and Midwifery Registered"
REQUESTS: Final = (
    ("flexible_working", REGISTERED, 70, ("fewer_hours", "set_days")),
    ("flexible_working", "Additional Clinical Services", 12, ("own_rota",)),
    ("flexible_retirement", REGISTERED, 25, ("draw_down",)),
)
"""Kind, staff group, how many days ago, and what was asked for."""
REFUSED_DAYS_AGO, ANSWERED_DAYS_AGO = 60, 30


def go_on(places: Mapping[str, Place], system: Place, ward: Place) -> None:
    """One check-in answered and one due, a diagram, a screening, a map; money, requests, support, and a case of our own."""
    hospital, partnership = places["RZ1"], places["RZ2"]
    plan = Plan.objects.get(place=hospital)
    _follow(plan, ward)
    _design(plan)
    _pay(system, hospital, partnership)
    _ask_for_other_hours(ward)
    _support(system, hospital, partnership)
    _tell(partnership, system)


def _follow(plan: Plan, ward: Place) -> None:
    """The new starters' talks: begun on one ward, and the first thirty days to be told."""
    by = _who("contributor")
    talks = Action.objects.get(plan=plan, owner=by)
    said = {
        "starting_point": "21 of 100 who start leave within a year; from our staff records.",
        "units_starting": "This ward first, three more in spring.",
        "ready": "yes",
    }
    due = queries.course_of(talks).find(BASELINE)
    if due is not None:
        began = timezone.localdate() - dt.timedelta(days=32)
        following.answer(due=due, answers=Answers(said, {}, None), known=None, by=by, today=began)
    unit_actions.add_units(action=talks, places=[ward], names=[], starts_on=talks.starts_on, by=by)


def _design(plan: Plan) -> None:
    by = _who("retention.lead")
    example = driver_examples().driver_diagrams[0]
    designing.write_outline(plan=plan, kind=Outline.DRIVERS, text=outline_of(example), known=None, by=by)
    first, *rest = (one.key for one in equality().characteristics)
    judged = {first: {"effect": EqualityScreening.BETTER, "words": "Older colleagues ask for other hours most often."}}
    judged |= {key: {"effect": EqualityScreening.NO_DIFFERENCE} for key in rest[:6]}
    designing.write_screening(plan=plan, judged=judged, answers={}, known=None, by=by)
    keys = [one.key for one in stakeholder_maps()["trust"].stakeholders]
    designing.begin_map(plan=plan, keys=keys, by=by)


def _pay(system: Place, *trusts: Place) -> None:
    by, today = _who("ics.lead"), timezone.localdate()
    for place, pounds in zip(trusts, ("60000", "25000"), strict=True):
        told = Passed(
            to=place,
            what_for="System retention money",
            amount=Decimal(pounds),
            starts_on=today.replace(month=4, day=1),
            ends_on=today.replace(month=4, day=1) + dt.timedelta(days=364),
        )
        money_actions.pass_on(place=system, told=told, by=by)


def _ask_for_other_hours(ward: Place) -> None:
    by, today = _who("line.manager"), timezone.localdate()
    for kind, group, days, wanted in REQUESTS:
        asked = flexible.Asked(kind, group, today - dt.timedelta(days=days), list(wanted))
        flexible.add(place=ward, by=by, asked=asked)
    asked = flexible.Asked("flexible_working", REGISTERED, today - dt.timedelta(days=REFUSED_DAYS_AGO), ["from_home"])
    made = flexible.add(place=ward, by=by, asked=asked)
    answer = flexible.Answer(today - dt.timedelta(days=ANSWERED_DAYS_AGO), "refused", "quality")
    flexible.decide(request=made, answer=answer, known=made.version, by=by)


def _support(system: Place, hospital: Place, partnership: Place) -> None:
    by, today = _who("ics.lead"), timezone.localdate()
    made = support.begin(
        place=system,
        title="Keep our nurses, first group",
        chosen_by="More nurses leave than in others of their kind, as published.",
        by=by,
        starts_on=today - dt.timedelta(days=80),
        ends_on=today + dt.timedelta(days=280),
    )
    chosen = [hospital, partnership]
    selected = support.select(
        programme=made, organisations=chosen, why="", by=by, figures=figures_behind(system, {}, chosen)
    )
    words = "Two nurses and an analyst, a day a week for twelve weeks: they look at turnover with you."
    for one, state in zip(selected, ("accepted", "offered"), strict=True):
        offered_on = today - dt.timedelta(days=60)
        offer = support.offer(
            selected=one, kind="direct_support", words=words, offered_on=offered_on, by=by, money=Decimal(12_000)
        )
        if state == "accepted":
            days = (today - dt.timedelta(days=50), today - dt.timedelta(days=40))
            course = Course("accepted", *days, None, Decimal(12_000), Decimal(8_000), Decimal(2_500))
            offer = support.follow(offer=offer, course=course, known=offer.version, by=by)
            support.meet(offer=offer, on=today - dt.timedelta(days=30), came=14, by=by)


def _tell(place: Place, system: Place) -> None:
    """A case of the place's own, offered to those above."""
    by = _who("vale.lead")
    content = {
        "title": "Tea with the matron in the first month",
        "who": place.name,
        "setting": "trust",
        "staff_groups": ["nursing"],
        "topics": ["new_starters"],
        "promise": ["a_team"],
        "done": "Every new nurse has an hour with the matron in the first month: what is good, what is odd, what is missing.",
        "reported": "Those who came say that they knew whom to ask. Nothing was counted.",
        "caution": "Nobody looked at who left.",
        "how_measured": LocalCase.NOTHING,
    }
    case = library.add(kind=LocalCase, place=place, content=content, by=by)
    case = library.show(thing=case, read_through=True, by=by)
    library.share(thing=case, to=system, read_through=True, by=by)


def _who(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.invalid")
