"""How do what was sent, the targets for staff, and the page of assurance read?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone

from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.web.alignment.gap_presenters import have
from keepwell.web.alignment.models import WorkforceTarget
from keepwell.web.alignment.presenters import of_kind, together
from keepwell.web.alignment.rules import too_soon
from keepwell.web.alignment.sending_queries import Have, Overdue, Sent, counted_missing
from keepwell.web.alignment.workforce_queries import Recorded
from keepwell.web.nhsuk.words import day, in_sentence, month
from keepwell.web.places.models import Place
from keepwell.web.plans.models import Criterion

NO_RECORD: Final = "No record that you may see says how many there are, so no gap can be told."
WHOLE_FROM: Final = 100
"""Full-time equivalents from here on are told without decimals."""


@dataclass(frozen=True, slots=True)
class SentRow:
    """A place below as a line: each thing as words, or why it is not there."""

    name: str
    slug: str
    kind: str
    figures: str
    rating: str
    plan: str
    late: str
    check_ins: str
    missing: str
    asked: str
    cannot_ask: str | None


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a target is by one record, in a sentence."""

    record: str
    says: str
    definition: str


@dataclass(frozen=True, slots=True)
class TargetTold:
    """A target with how far it is; no gap where no record tells."""

    pk: int
    title: str
    about: str
    gap: Gap | None


def plans_in_words(have: Sequence[Have], kinds: Iterable[str]) -> str:
    """ "4 of 6 trusts and 31 of 60 networks have a current plan." """
    wanted = set(kinds)
    told = [f"{one.number:,} of {of_kind(one.of, one.kind)}" for one in have if one.kind in wanted]
    if not told:
        return "Nothing lies below that could have a plan."
    only_one = len(told) == 1 and next(one.number for one in have if one.kind in wanted) == 1
    return f"{together(told)} {'has' if only_one else 'have'} a current plan."


def missing_in_words(sent: Sequence[Sent]) -> str:
    """ "19 have not sent figures, 18 a rating and 12 a plan." """
    if not sent:
        return ""
    found = counted_missing(sent)
    if not found:
        return "All of them have sent everything."
    (first, number), *others = found.items()
    return f"{together([f'{number:,} {have(number)} not sent {first}', *(f'{of:,} {name}' for name, of in others)])}."


def sent_row(one: Sent, overdue: Overdue | None, cannot_lead: str | None) -> SentRow:
    return SentRow(
        name=one.place.name,
        slug=one.place.slug,
        kind=in_sentence(one.place.kind_in_words),
        figures="Our own records" if one.own_part else _month(one.figures),
        rating=f"Agreed on {day(one.rated_on)}" if one.rated_on else "None",
        plan=_plan(one),
        late=f"Since {day(one.late_since)}" if one.late_since else "–",
        check_ins=f"{overdue.number} since {day(overdue.since)}" if overdue else "–",
        missing=listed(list(one.missing)) if one.missing else "",
        asked=f"Asked on {day(one.asked_at)}" if one.asked_at else "",
        cannot_ask=cannot_lead or (too_soon(one.asked_at) if one.asked_lately and one.asked_at else None),
    )


def _month(told: str) -> str:
    return f"To {month(Month.of(dt.date.fromisoformat(f'{told}-01')))}" if told else "None"


def _plan(one: Sent) -> str:
    if not one.has_plan:
        return "None"
    return f"Until {day(one.plan_until)}" if one.plan_until else "Yes, with no last day"


# Targets for staff


def target_told(target: WorkforceTarget, found: Recorded | None, today: dt.date) -> TargetTold:
    return TargetTold(
        pk=target.pk,
        title=target_in_words(target),
        about=f"Set by {target.set_by}.",
        gap=None if found is None else _gap(target, found, today),
    )


def _gap(target: WorkforceTarget, found: Recorded, today: dt.date) -> Gap:
    return Gap(_record(found, target), gap_in_words(target, found.number, today), found.definition)


def target_in_words(target: WorkforceTarget) -> str:
    """ "6,000 full-time equivalents of GP by 31 March 2028" """
    of = f" of {target.staff_group}" if target.staff_group else ""
    return f"{number_of(target.value, target.measure)}{of} by {day(target.by)}"


def number_of(value: float, measure: str) -> str:
    """ "6,000 people", "92.4 full-time equivalents" """
    if measure == WorkforceTarget.HEADCOUNT:
        return counted(round(value), "person", "people")
    told = f"{value:,.0f}" if value >= WHOLE_FROM or value == round(value) else f"{value:,.1f}"
    return f"{told} full-time equivalent{'' if told == '1' else 's'}"


def _record(one: Recorded, target: WorkforceTarget) -> str:
    return f"{one.label}: {number_of(one.number, target.measure)}, {one.period}"


def gap_in_words(target: WorkforceTarget, now: float, today: dt.date) -> str:
    """How many more are needed, and how many a month until the day; that it is reached, or that the day has passed."""
    gap = target.value - now
    if gap <= 0:
        return f"Reached, with {number_of(-gap, target.measure)} more." if gap < 0 else "Reached."
    more = number_of(gap, target.measure).replace(" ", " more ", 1)
    months = months_until(today, target.by)
    if target.by < today:
        return f"{more} were needed by a day that has passed."
    if months < 1:
        return f"{more} needed, in less than a month."
    a_month = number_of(gap / months, WorkforceTarget.FTE).split(" ", maxsplit=1)[0]
    return f"{more} needed: about {a_month} a month for {counted(months, 'month')}."


def months_until(today: dt.date, by: dt.date) -> int:
    """Whole months from a day to a later one."""
    months = (by.year - today.year) * 12 + by.month - today.month
    return months if by.day >= today.day or _last_of_month(by) else months - 1


def _last_of_month(on: dt.date) -> bool:
    return (on + dt.timedelta(days=1)).day == 1


def targets_in_words(told: Sequence[TargetTold]) -> str:
    """The first sentence: the nearest target, and how far it is."""
    if not told:
        return "No target for staff is written down."
    first = told[0]
    return f"{first.title}. {first.gap.says if first.gap else NO_RECORD}"


# Assurance


def criteria_in_words(found: Mapping[str, int]) -> str:
    """How many success criteria are met, of how many whose day has come or that were looked at."""
    total = sum(found.values())
    if not total:
        return "No success criterion is written down."
    met, partly, not_met = (found.get(state, 0) for state in (Criterion.MET, Criterion.PARTLY, Criterion.NOT_MET))
    words = f"{met:,} of {counted(total, 'success criterion', 'success criteria')} {'is' if met == 1 else 'are'} met"
    more = [f"{partly:,} in part"] if partly else []
    more += [f"{not_met:,} not"] if not_met else []
    left = total - met - partly - not_met
    more += [f"{left:,} not yet looked at, or too early to see"] if left else []
    return f"{words}{'; ' + ', '.join(more) if more else ''}."


def late_in_words(late: int, places: int, overdue: int) -> str:
    """How many actions are past their day, at how many places, and how many check-ins are overdue."""
    if not late and not overdue:
        return "Nothing is late."
    actions = f"{counted(late, 'action')} at {counted(places, 'place')} past their day" if late else ""
    check_ins = f"{counted(overdue, 'check-in')} overdue" if overdue else ""
    told = together([words for words in (actions, check_ins) if words])
    return f"{told[:1].upper()}{told[1:]}."


def today_in_words() -> str:
    return day(timezone.localdate())


def links_of(place: Place) -> list[tuple[str, str]]:
    return [
        (words, reverse(name, args=[place.slug]))
        for words, name in (
            ("Combined plan", "combined"),
            ("Where it does not add up", "combined_alignment"),
            ("Money", "combined_money"),
            ("Money against need", "need_index"),
            ("Who has sent what", "who_sent"),
            ("Staff against the target", "workforce_targets"),
        )
    ]
