"""What did the trusts and a network of the demo say of their own practice?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from django.utils import timezone

from keepwell.content.assessments import assessment
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, list_actions
from keepwell.web.assessments.actions import Said
from keepwell.web.assessments.models import Round, Shown
from keepwell.web.places.models import Place

TRAFFIC_LIGHT: Final = "retention_traffic_light"
CHECKLIST: Final = "gp_retention_checklist"
DONE, CHECKED = 7, 9
AMBER: Final = "amber"
HOSPITAL: Final = {
    "understanding_data": "green",
    "new_starters": "red",
    "flexible_working": "red",
    "reward": "green",
    "evaluating_impact": "red",
}
PARTNERSHIP: Final = {"culture": "green", "listening": "green", "flexible_working": "red", "late_career": "red"}
"""What was agreed; all else was amber."""
OF_ANOTHER_MIND: Final = {"listening": "green", "flexible_working": "amber", "new_starters": "green"}


def judge(places: Mapping[str, Place], system: Place, network: Place) -> None:
    """Two trusts that agreed and released, a third that is still rating, and a network that shares its checklist."""
    lead, analyst, vale, community = map(_who, ("retention.lead", "hr.analyst", "vale.lead", "community.lead"))
    hospital = _traffic_light(places["RZ1"], HOSPITAL, {lead: {}, analyst: OF_ANOTHER_MIND}, days=104)
    partnership = _traffic_light(places["RZ2"], PARTNERSHIP, {vale: {}}, days=40)
    for round, by in ((hospital, lead), (partnership, vale)):
        shown = actions.release(round=round, to=system, with_notes=False, by=by)
        Shown.objects.filter(pk=shown.pk).update(released_at=round.agreed_at)
    begun = actions.start(place=places["RZ3"], of=assessment(TRAFFIC_LIGHT), by=community)
    for item in begun.content.items[:5]:
        actions.rate(round=begun, item=item.key, rating=AMBER, by=community)
    _checklist(network)


def _checklist(network: Place) -> None:
    """The first step done and the second begun; its practices may begin with it."""
    by = _who("gp.lead")
    round = actions.start(place=network, of=assessment(CHECKLIST), by=by)
    for number, item in enumerate(round.content.items[:CHECKED]):
        said = Said("done" if number < DONE else "under_way", owner="Clinical lead")
        actions.answer(round=round, item=item.key, said=said, known=None, by=by)
    actions.agree(round=round, review_on=None, by=by)
    round.refresh_from_db()
    list_actions.share_down(round=round, to=list(network.children.all()), by=by)


def _who(name: str) -> User:
    return User.objects.get(email=f"{name}@demo.invalid")


def _traffic_light(
    place: Place, agreed: Mapping[str, str], raters: Mapping[User, Mapping[str, str]], *, days: int
) -> Round:
    """A round that was agreed so many days ago; each rater said what was agreed but where named."""
    of, by = assessment(TRAFFIC_LIGHT), next(iter(raters))
    round = actions.start(place=place, of=of, by=by)
    for rater, otherwise in raters.items():
        for item in of.items:
            rating = otherwise.get(item.key, agreed.get(item.key, AMBER))
            actions.rate(round=round, item=item.key, rating=rating, by=rater)
    actions.lay_open(round=round, by=by)
    for item in of.items:
        actions.answer(round=round, item=item.key, said=Said(agreed.get(item.key, AMBER)), known=None, by=by)
    when = timezone.now() - dt.timedelta(days=days)
    review_on = when.date() + dt.timedelta(days=of.review_after_days)
    actions.agree(round=round, review_on=None, by=by)
    Round.objects.filter(pk=round.pk).update(started_at=when, laid_open_at=when, agreed_at=when, review_on=review_on)
    round.refresh_from_db()
    return round
