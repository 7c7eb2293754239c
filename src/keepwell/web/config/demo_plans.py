"""What do the trusts, a network and a practice of the demo mean to do about keeping their people?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from keepwell.content.assessments import StarterAction, assessment
from keepwell.content.cases import cases
from keepwell.web.accounts.models import User
from keepwell.web.assessments.models import Round
from keepwell.web.evidence import actions as evidence
from keepwell.web.evidence.models import Citation
from keepwell.web.places.models import Place
from keepwell.web.plans import actions, keeping_actions
from keepwell.web.plans.models import MEASURE, MILESTONE, Action, Plan

LIGHT: Final = "retention_traffic_light"
BEGAN_DAYS_AGO: Final = 34
"""So that the check-in at 30 days is due, and not yet four days late."""
CASE: Final = "west_london_promotion_praise_promise"


def plan(places: Mapping[str, Place], system: Place, practice: Place) -> None:
    """A trust that went from two reds to a plan that its system sees, one still writing, and general practice."""
    network = practice.parent or practice
    _of_the_hospital(places["RZ1"], system)
    _of_the_partnership(places["RZ2"], system)
    draft = actions.begin(place=places["RZ3"], content={"title": "Keep our community staff"}, by=_who("community.lead"))
    actions.add(plan=draft, content={"what": "Ask those who stay why they stay"}, by=_who("community.lead"))
    _of_the_network(network, system)
    _of_the_practice(practice, network, system)


def _of_the_hospital(place: Place, system: Place) -> None:
    """Three sound actions on two red topics, each owned by somebody who said yes."""
    lead, analyst, contributor = map(_who, ("retention.lead", "hr.analyst", "contributor"))
    round = Round.objects.filter(place=place, assessment=LIGHT, state=Round.AGREED).latest("agreed_at")
    made = actions.begin(
        place=place,
        content={
            "title": "Keep our new starters, and bend the rota",
            "about": "Fewer people leave in their first year, and more of those who ask get the hours that they need.",
            "serves": "The system's first aim: new starters stay.",
            "project_manager": "HR business partner",
            "staff_side": "Talked over at the joint committee; they ask to see the first figures.",
            **_days(BEGAN_DAYS_AGO, 180),
        },
        by=lead,
        began_from=f"assessments.round/{round.pk}",
    )
    talks = _from_topic(made, round, "new_starters", "starters_three_talks", lead, _talks())
    _from_topic(made, round, "new_starters", "starters_first_day", lead, _first_day())
    paper = _from_topic(made, round, "flexible_working", "flexible_board_paper", lead, _board_paper())
    case = cases()[CASE]
    evidence.cite(
        subject=talks.subject, place=place, by=lead, kind=Citation.CASE, label=case.title, words=case.reported, key=CASE
    )
    keeping_actions.comment(plan=made, action=None, words="The board sees this in its next meeting.", by=lead)
    for action, owner in zip(made.actions.all(), (contributor, analyst, lead), strict=True):
        actions.ask_owner(action=action, owner=owner, by=lead)
        if owner != lead:
            actions.answer_owning(action=action, accept=True, by=owner)
    actions.ask_to_help(action=paper, user=analyst, by=lead)
    actions.release(plan=actions.agree(plan=made, by=lead), to=system, by=lead)


def _talks() -> dict[str, Any]:
    return {
        "criteria": [
            _number("Of 100 who start, so many leave within a year", "early_leaving_of_starters", 0.21, 0.18, 330),
            _milestone("Every ward has named who holds the three talks.", 60),
        ],
        "owner_words": "Ward sister, with the practice educator",
        "cost_once": "1500",
        "cost_yearly": "12000",
        "funding": "Workforce development money",
        "committed": "12000",
        "expected_effect": "3 in 100 fewer leave in their first year, as others saw who held such talks.",
        "time_and_cover": "Half an hour for each talk; the bank covers.",
        "risks": "Talks are put off on busy days: each has a day in the diary before the first day.",
        "behaviours": ["too_busy", "no_use_speaking"],
        "stakeholders": "New colleagues, ward managers, practice educators, staff side",
        "staff_side": "Agreed.",
        **_days(BEGAN_DAYS_AGO, 330),
    }


def _first_day() -> dict[str, Any]:
    return {
        "criteria": [_milestone("All who started in one month had the whole list ready on their first day.", 56)],
        "owner_words": "HR analyst, with IT and estates",
        "funding": "Nothing but time",
        "time_and_cover": "Two hours a week for two months.",
        "behaviours": ["somebody_else"],
        "stakeholders": "IT, estates, line managers",
        **_days(4, 56),
    }


def _board_paper() -> dict[str, Any]:
    return {
        "criteria": [_milestone("The board has agreed to the new way.", 75)],
        "owner_words": "Retention lead; the chief nurse helps",
        "funding": "Nothing but time",
        "time_and_cover": "A day a week for two months.",
        "behaviours": ["no_out_of_habit"],
        "stakeholders": "Board, line managers, staff side",
        **_days(-7, 75),
    }


def _of_the_partnership(place: Place, system: Place) -> None:
    lead = _who("vale.lead")
    round = Round.objects.filter(place=place, assessment=LIGHT, state=Round.AGREED).latest("agreed_at")
    content = {"title": "Keep what the experienced know", **_days(20, 160)}
    made = actions.begin(place=place, content=content, by=lead, began_from=f"assessments.round/{round.pk}")
    more = {
        "criteria": [_milestone("Ten mentors are trained and matched.", 90)],
        "cost_yearly": "18000",
        "committed": "9000",
        "spent": "4200",
        "funding": "System retention money",
        **_days(20, 90),
    }
    _from_topic(made, round, "late_career", "late_legacy_mentors", lead, more)
    actions.release(plan=actions.agree(plan=made, by=lead), to=system, by=lead)


def _of_the_network(place: Place, system: Place) -> None:
    """It pays for what one of its practices pays for too."""
    lead = _who("gp.lead")
    made = actions.begin(place=place, content={"title": "Keep our GPs", **_days(15, 160)}, by=lead)
    shared = {
        "topic": "mentoring",
        "level": "career_support",
        "stage": "newly_qualified",
        "offer": "two_year_fellowship",
        "objective": "Newly qualified GPs have somebody to turn to.",
        "what": "Offer every newly qualified GP of the network a mentor, and two years on the fellowship.",
        "steps": "Ask who would mentor\nMatch\nAsk both after three months",
        "criteria": [_milestone("All newly qualified GPs have been asked whether they want a mentor.", 80)],
        "cost_yearly": "8000",
        "committed": "8000",
        "funding": "Network development money",
        **_days(15, 90),
    }
    actions.add(plan=made, content=shared, by=lead)
    actions.release(plan=actions.agree(plan=made, by=lead), to=system, by=lead)


def _of_the_practice(place: Place, network: Place, system: Place) -> None:
    """Made without any staff file: from the general practice cycle, with a wish for those above."""
    manager = _who("practice.manager")
    made = actions.begin(
        place=place, content={"title": "Make our practice one to stay in", **_days(10, 120)}, by=manager
    )
    found = [
        {
            "topic": "promote_the_place",
            "level": "practice_network",
            "objective": "Those who look for a post see what it is like to work here.",
            "what": "Write with the team what is good here, and put it into every advert.",
            "steps": "Ask the team\nWrite one page\nPut it into the advert",
            "criteria": [_milestone("The page is published, and stands in every advert.", 50)],
            "funding": "Nothing but time",
            **_days(10, 60),
        },
        {
            "topic": "mentoring",
            "level": "career_support",
            "stage": "newly_qualified",
            "offer": "two_year_fellowship",
            "objective": "Our new salaried GP has somebody to turn to.",
            "what": "Find a mentor for our newly qualified GP, and pay the fellowship's session.",
            "criteria": [_milestone("A mentor is named, and they have met twice.", 80)],
            "cost_yearly": "4000",
            "funding": "The practice",
            "seeks_above": "Mentors from outside the practice, and cover for one session a month.",
            **_days(10, 90),
        },
    ]
    for content in found:
        actions.add(plan=made, content=content, by=manager)
    agreed = actions.agree(plan=made, by=manager)
    for above in (network, system):
        actions.release(plan=agreed, to=above, by=manager)


def _from_topic(made: Plan, round: Round, topic: str, starter: str, by: User, more: Mapping[str, Any]) -> Action:
    """An action to begin with of a topic that was rated, citing what was agreed of it."""
    about = next(one for one in assessment(LIGHT).items if one.key == topic)
    begun: StarterAction = next(one for one in about.actions if one.key == starter)
    content = {
        "topic": topic,
        "objective": begun.objective,
        "what": begun.action,
        "steps": "\n".join(begun.steps),
        "promise": about.promise[0],
        **more,
    }
    action = actions.add(plan=made, content=content, by=by, began_from=f"assessments.round/{round.pk}/{topic}")
    words = f"Rated red together on {round.agreed_at:%-d %B %Y}." if round.agreed_at else "Rated red together."
    evidence.cite(subject=action.subject, place=made.place, by=by, kind=Citation.NOTE, label=about.title, words=words)
    return action


def _number(words: str, measure: str, baseline: float, target: float, days: int) -> dict[str, Any]:
    by = _day(-days)
    return {
        "kind": MEASURE,
        "words": words,
        "measure": measure,
        "baseline": baseline,
        "target": target,
        "window": 12,
        "by": by,
    }


def _milestone(words: str, days: int) -> dict[str, Any]:
    return {"kind": MILESTONE, "words": words, "by": _day(-days)}


def _days(began: int, ends: int) -> dict[str, str]:
    """From so many days ago to so many days from now."""
    return {"starts_on": _day(began), "ends_on": _day(-ends)}


def _day(ago: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=ago)).isoformat()


def _who(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.invalid")
