"""Plans below, made quickly: what tests of the combined plan begin with."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape
from typing import Any

from cast import System
from django.test import Client
from django.utils import timezone

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Action, Plan, Shown

SECRET = "Planted leak"


def today(days: int = 0) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def plan_at(place: Place, by: User, *, to: Place | None = None, state: str = Plan.AGREED, **told: Any) -> Plan:
    """A plan, released to a place above if one is named."""
    agreed = {} if state == Plan.DRAFT else {"agreed_by": by, "agreed_at": timezone.now()}
    plan = Plan.objects.create(
        place=place, state=state, started_by=by, changed_by=by, **agreed, **({"title": "Stay well"} | told)
    )
    if to is not None:
        Shown.objects.create(plan=plan, to=to, released_by=by)
    return plan


def action_in(plan: Plan, what: str = "Ask the staff", **told: Any) -> Action:
    return Action.objects.create(
        plan=plan, what=what, changed_by=plan.started_by, **({"state": Action.UNDER_WAY} | told)
    )


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(response: Any) -> str:
    """What stands on a page, without its marks."""
    text = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def answer_of(response: Any) -> str:
    """The first sentence of a page."""
    found = re.search(r'keepwell-answer">(.*?)</p>', response.content.decode(), re.DOTALL)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split())


def plant(here: System, by: User, released: Plan) -> None:
    """Everything that must never be seen at the integrated care board, each with money, a wish and a must-do."""
    told = {
        "objective": SECRET,
        "owner_words": SECRET,
        "seeks_above": SECRET,
        "topic": "coaching",
        "aims": ["mentoring", "culture"],
        "offer": "national_coaching",
        "level": "system",
        "stage": "returner",
        "committed": 987654,
        "spent": 87654,
        "cost_once": 7654,
        "starts_on": today(-200),
        "ends_on": today(-100),
    }
    draft = plan_at(here.southmoor, by, to=here.icb, state=Plan.DRAFT, title=SECRET)
    action_in(draft, SECRET, **told)
    kept = plan_at(here.southmoor, by, title=SECRET)
    action_in(kept, SECRET, **told)
    withdrawn = plan_at(here.southmoor, by, to=here.icb, title=SECRET)
    action_in(withdrawn, SECRET, **told)
    withdrawn.shown.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    elsewhere = plan_at(here.practice, by, to=here.network, title=SECRET)
    action_in(elsewhere, SECRET, **told)
    higher = plan_at(here.southmoor, by, to=here.region, title=SECRET)
    action_in(higher, SECRET, **told)
    action_in(released, SECRET, **told, state=Action.DRAFT)
    action_in(released, SECRET, **told, removed_at=timezone.now(), removed_by=by)
    own_draft = plan_at(here.icb, by, state=Plan.DRAFT, title=SECRET)
    action_in(own_draft, SECRET, **told)
