"""Whom does a place support, who has accepted, who has sent a plan, and when did what start?"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Prefetch, QuerySet
from django.urls import reverse

from keepwell.enquiries.targeting import MEASURE
from keepwell.errors import KeepwellError
from keepwell.periods import Month, Period
from keepwell.reports.peer_choices import PeerQuestion
from keepwell.web.accounts.abilities import LEAD_PLANS
from keepwell.web.accounts.models import Grant, User
from keepwell.web.comparing import queries as published
from keepwell.web.evidence.values import PUBLISHED, Value
from keepwell.web.places.models import Place
from keepwell.web.places.queries import organisations_in
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.queries import released_to
from keepwell.web.support.models import Change, Meeting, Offer, Programme, Selected

ASKED: Final = ("staff_group", "end", "months")
"""What of the question of a selection stands in the address that hands it over."""
_BETWEEN: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Start:
    """When support started, or did not: a row for each offer, and one for each organisation that was not chosen.

    `comparison`: it was not chosen, and can be set against those that were.
    """

    unit: Place
    kind: str
    chosen_on: dt.date | None
    offered_on: dt.date | None
    accepted_on: dt.date | None
    started_on: dt.date | None
    ended_on: dt.date | None
    comparison: bool


@dataclass(frozen=True, slots=True)
class PlanReceived:
    """A plan that an organisation released to the place, and how far it is."""

    plan: Plan
    actions: int
    finished: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Supported:
    """An organisation in a programme, as it stands."""

    selected: Selected
    offers: tuple[Offer, ...]
    plans: tuple[PlanReceived, ...]

    @property
    def organisation(self) -> Place:
        return self.selected.organisation

    @property
    def accepted(self) -> bool:
        return any(offer.answer == Offer.ACCEPTED for offer in self.offers)

    @property
    def declined(self) -> bool:
        """Whether everything that was offered was declined."""
        return bool(self.offers) and all(offer.answer == Offer.DECLINED for offer in self.offers)

    @property
    def started(self) -> bool:
        return any(offer.started_on for offer in self.offers)

    @property
    def ended(self) -> bool:
        begun = [offer for offer in self.offers if offer.started_on]
        return bool(begun) and all(offer.ended_on for offer in begun)


def programmes_of(place: Place) -> QuerySet[Programme]:
    """The programmes of a place, the newest first."""
    return Programme.objects.filter(place=place).select_related("place")


def programme_of(place: Place, number: int) -> Programme | None:
    """A programme by its number."""
    return Programme.objects.filter(pk=number, place=place).select_related("place", "changed_by").first()


def supported_in(programme: Programme) -> list[Supported]:
    """Every organisation of a programme with its offers and the plans that it released to the place."""
    selected = Selected.objects.filter(programme=programme, removed_at__isnull=True)
    selected = selected.select_related("organisation__parent", "programme__place", "chosen_by")
    found = list(selected.prefetch_related(Prefetch("offers", queryset=_offers())))
    plans = plans_received(programme.place)
    return [Supported(one, tuple(one.offers.all()), tuple(plans.get(one.organisation_id, ()))) for one in found]


def _offers() -> QuerySet[Offer]:
    sessions = Prefetch("sessions", queryset=Meeting.objects.filter(removed_at__isnull=True))
    return Offer.objects.select_related("offered_by", "answered_by", "changed_by").prefetch_related(sessions)


def supported(programme: Programme, slug: str) -> Supported | None:
    """One organisation of a programme."""
    return next((one for one in supported_in(programme) if one.organisation.slug == slug), None)


def offer_of(place: Place, number: int) -> Offer | None:
    """An offer that a place made, by its number."""
    found = _offers().select_related("selected__programme__place", "selected__organisation")
    return found.filter(pk=number, selected__programme__place=place).first()


def plans_received(place: Place) -> Mapping[int, list[PlanReceived]]:
    """By organisation, the plans that it or a part of it released to a place, and how far each is."""
    found: dict[int, list[PlanReceived]] = defaultdict(list)
    for plan in released_to(place):
        if plan.place.controller_id is not None:
            states = [action.state for action in plan.actions.all()]
            finished, stopped = states.count(Action.FINISHED), states.count(Action.STOPPED)
            found[plan.place.controller_id].append(PlanReceived(plan, len(states), finished, stopped))
    return found


def money_of(supported_ones: Iterable[Supported]) -> dict[str, Decimal]:
    """Pounds offered, committed and spent; what nobody wrote down counts for nothing."""
    offers = [offer for one in supported_ones for offer in one.offers]
    taken = [offer for offer in offers if offer.answer != Offer.DECLINED]
    return {
        "offered": sum((offer.money or Decimal(0) for offer in taken), Decimal(0)),
        "committed": sum((offer.committed or Decimal(0) for offer in offers), Decimal(0)),
        "spent": sum((offer.spent or Decimal(0) for offer in offers), Decimal(0)),
    }


def starts_of_support(programme: Programme) -> list[Start]:
    """For each organisation when support was offered and started, for evaluation later.

    Chosen organisations have a row for each offer, or one without an offer; all others of the same kinds that are
    open in the place have one with `comparison`. Those once chosen and taken out again are in neither.
    """
    found = supported_in(programme)
    kinds = {one.organisation.kind for one in found}
    once = set(Selected.objects.filter(programme=programme).values_list("organisation", flat=True))
    others = organisations_in(programme.place).filter(kind__in=kinds, closed__isnull=True).exclude(pk__in=once)
    rows = [row for one in found for row in _starts(one)]
    return rows + [Start(place, "", None, None, None, None, None, comparison=True) for place in others]


def _starts(one: Supported) -> list[Start]:
    chosen = one.selected.chosen_on
    if not one.offers:
        return [Start(one.organisation, "", chosen, None, None, None, None, comparison=False)]
    return [
        Start(
            one.organisation,
            offer.kind,
            chosen,
            offer.offered_on,
            offer.answered_on if offer.answer == Offer.ACCEPTED else None,
            offer.started_on,
            offer.ended_on,
            comparison=False,
        )
        for offer in one.offers
    ]


def offered_to(organisation: Place) -> QuerySet[Offer]:
    """What an organisation was offered, the newest first."""
    found = Offer.objects.filter(selected__organisation=organisation, selected__removed_at__isnull=True)
    found = found.select_related("selected__programme__place", "selected__organisation__controller", "offered_by")
    return found.order_by("-offered_on", "-pk")


def who_can_answer(organisation: Place) -> list[User]:
    """Those who lead plans for the whole of an organisation."""
    grants = Grant.objects.in_force().filter(place=organisation, user__is_active=True).select_related("user", "role")
    return list(dict.fromkeys(grant.user for grant in grants if LEAD_PLANS in grant.role.abilities))


def named_in(place: Place, typed: str) -> tuple[list[Place], list[str]]:
    """The organisations in a place by their codes or names, as somebody typed them, and what is none of them."""
    lines = [line.strip() for line in typed.splitlines() if line.strip()]
    known = {one.name.casefold(): one for one in organisations_in(place)}
    codes = {one.code.casefold(): one for one in known.values() if one.code}
    found: dict[int, Place] = {}
    unknown: list[str] = []
    for line in lines:
        words = [line] if line.casefold() in known else [word for word in _BETWEEN.split(line) if word]
        for word in words:
            one = known.get(word.casefold()) or codes.get(word.casefold())
            if one is None:
                unknown.append(word)
            else:
                found[one.pk] = one
    return list(found.values()), unknown


def changes_of(programme: Programme, organisation: Place | None = None) -> QuerySet[Change]:
    """What was done in a programme, or for one organisation of it, the newest first."""
    found = Change.objects.filter(programme=programme).select_related("by", "organisation")
    return found if organisation is None else found.filter(organisation=organisation)


def figures_behind(place: Place, asked: Mapping[str, str], organisations: Sequence[Place]) -> dict[int, Value]:
    """By organisation, the published leaver rate beside that of its kind, as the page of the selection has it."""
    if not organisations or not published.loaded():
        return {}
    question = PeerQuestion(**{name: value for name, value in asked.items() if name in ASKED and value})
    try:
        question.refuse_unknown(published.choices())
        told = published.programme(question, ()).released
    except KeepwellError:
        return {}  # the page of the selection says why
    by_code = {one.code: one for one in organisations if one.code}
    definition = f"{told.definition.words} Formula: {told.definition.formula}."
    whom = question.staff_group or "all staff"
    link = reverse("programme", args=[place.slug])
    return {
        by_code[row["organisation"]].pk: _value(row, by_code[row["organisation"]], whom, definition, link)
        for row in told.rows()
        if row["organisation"] in by_code and row[MEASURE] is not None and row.get("group_average") is not None
    }


def _value(row: Mapping[str, Any], place: Place, whom: str, definition: str, link: str) -> Value:
    period = Period(Month.of(row["period_start"]), Month.of(row["period_end"]))
    words = f"{row[MEASURE]:.2%} of {whom} left; {row['group_average']:.2%} of its kind together; {row['position']}"
    return Value(
        key=f"{PUBLISHED}/programme/{MEASURE}",
        label=f"Leaver rate, as published, of {place.name}",
        words=words,
        period=period.in_words,
        definition=definition,
        policy=PUBLISHED,
        link=link,
        place=place,
        number=float(row[MEASURE]),
    )
