"""How do requests, the steps of each and their figures read?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from keepwell.content.flexible_requests import FlowStep, request_flows
from keepwell.errors import counted
from keepwell.web.accounts.abilities import DECIDE_REQUESTS, SEE_FIGURES
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import standing
from keepwell.web.flexible import rules
from keepwell.web.flexible.models import KINDS, Change, Figures, Request, asked_for
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day, percent
from keepwell.web.places.models import Place

HIDDEN: Final = "hidden"
NONE_TOLD: Final = "Every number here is too small to be told."
APPEAL: Final = "appeal"
"""The step of the flow that somebody takes only who does not agree with the answer."""
HEADINGS: Final = ("Decided", "Agreed", "Share agreed", "Days (middle)")


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the flow beside a request: when it is due, and whether that day is over."""

    step: FlowStep
    due: dt.date | None
    tag: tuple[str, str] | None

    @property
    def when(self) -> str:
        return f"by {day(self.due)}" if self.due else self.step.by_when


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures: a heading, its columns and rows of words; `said` in its place where none can be told."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def said(self) -> str:
        told = any(cell not in (HIDDEN, "0") for row in self.rows for cell in row[1:])
        return "" if told else NONE_TOLD


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """The register, for those who decide on requests; for those who see figures, what is told of all, once it is."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if here is None:
        return
    if DECIDE_REQUESTS in here.abilities:
        yield Link("Requests", reverse("requests", args=[place.slug]), order=64)
    elif SEE_FIGURES in here.abilities and Figures.objects.filter(place=place.controller).exists():
        yield Link("Requests", reverse("request_figures", args=[place.slug]), order=64)


def register_in_words(requests: Sequence[Request]) -> str:
    """Who waits for an answer, and for whom is it overdue?"""
    today = timezone.localdate()
    waiting = [one for one in requests if one.open]
    late = [one for one in waiting if rules.is_overdue(one, today)]
    if not requests:
        return "No request is written down here yet."
    if not waiting:
        return f"Every request has its answer: {counted(len(requests), 'request')} in all."
    if not late:
        return f"{counted(len(waiting), 'request waits', 'requests wait')} for an answer; none is overdue."
    return f"{len(late)} of {counted(len(waiting), 'open request')} {'is' if len(late) == 1 else 'are'} overdue."


def waits(request: Request) -> tuple[str, str]:
    """The signal beside an open request: overdue, due soon, or in time, with the day."""
    due, today = rules.due_on(request), timezone.localdate()
    if today > due:
        return "bad", f"Overdue since {day(due)}"
    if (due - today).days <= 7:
        return "watch", f"Due on {day(due)}"
    return "none", f"Due on {day(due)}"


def asked_in_words(request: Request) -> str:
    known = asked_for(request.kind)
    return ", ".join(known.get(key, key) for key in request.asked_for)


def outcome_in_words(kind: str, key: str) -> str:
    """An outcome by its key."""
    return next((one.text for one in request_flows()[kind].outcomes if one.key == key), key)


def reason_in_words(kind: str, key: str) -> str:
    """A reason of a refusal by its key."""
    return next((one.text for one in request_flows()[kind].reasons if one.key == key), "No reason written down")


def facts_of(request: Request) -> list[tuple[str, str]]:
    """All that is written down of a request: what is not there is left out."""
    decided = outcome_in_words(request.kind, request.outcome) if request.outcome else ""
    appeal = outcome_in_words(request.kind, request.appeal_outcome) if request.appeal_outcome else "no answer yet"
    pairs = [
        ("Kind", KINDS[request.kind]),
        ("Staff group", request.staff_group),
        ("Asked for", asked_in_words(request)),
        ("Handed in", day(request.asked_on)),
        ("Longer agreed, until", day(request.longer_until) if request.longer_until else ""),
        ("Decided", f"{decided}, on {day(request.decided_on)}" if decided else ""),
        ("Reason", reason_in_words(request.kind, request.reason) if request.reason else ""),
        ("Appeal", f"made on {day(request.appealed_on)}: {appeal}" if request.appealed_on else ""),
        ("Appeal answered", day(request.appeal_decided_on) if request.appeal_decided_on else ""),
        ("Days until the last answer", str(request.days) if request.days is not None else ""),
        ("Holds from", day(request.began_on) if request.began_on else ""),
    ]
    return [(name, words) for name, words in pairs if words]


def steps_of(request: Request) -> list[Step]:
    """The guide's steps with the days of this request; what is over and not answered is said."""
    return [_step(request, step) for step in request.flow.steps]


def _step(request: Request, step: FlowStep) -> Step:
    if not (step.days or step.months):
        return Step(step, None, None)
    own = request.longer_until if step.key == rules.DECIDES else None
    due, today = own or rules.day_of(request.asked_on, step), timezone.localdate()
    waits = request.open and (request.appealed_on if step.key == APPEAL else request.decided_on is None)
    return Step(step, due, ("bad", "This day is over") if waits and today > due else None)


def changes_in_words(changes: Sequence[Change]) -> list[tuple[Change, list[str]]]:
    """Every version with what became different in it, the newest first."""
    found = []
    for change, before in zip(changes, [*changes[1:], None], strict=False):
        old: Mapping[str, Any] = before.kept if before else {}
        new = {name: value for name, value in change.kept.items() if value not in (None, "", [])}
        lines = [
            f"{name.replace('_', ' ').capitalize()}: {_kept_in_words(change.kept['kind'], name, value)}"
            for name, value in new.items()
            if old.get(name) != value
        ]
        found.append((change, lines))
    return found


def _kept_in_words(kind: str, name: str, value: Any) -> str:
    if name == "kind":
        return KINDS[value]
    if name == "asked_for":
        return ", ".join(asked_for(kind).get(key, key) for key in value)
    if name in ("outcome", "appeal_outcome"):
        return outcome_in_words(kind, value)
    if name == "reason":
        return reason_in_words(kind, value)
    return day(dt.date.fromisoformat(value)) if name.endswith(("_on", "_until")) else str(value)


def figures_in_words(figures: Sequence[Figures]) -> str:
    """How many requests were agreed, of those that can be told."""
    said = []
    for one in figures:
        whole = one.told["rows"][0]
        if whole["decided"] == 0:
            continue
        if whole["share_agreed"] is None:
            said.append(f"{KINDS[one.kind]}: too few requests to be told.")
        else:
            middle = (
                f"; half had their answer within {counted(whole['median_days'], 'day')}" if whole["median_days"] else ""
            )
            said.append(
                f"{KINDS[one.kind]}: {percent(whole['share_agreed'], 0)} of {whole['decided']:,} were agreed{middle}."
            )
    return " ".join(said) or "No request was decided in this half-year."


def tables_of(figures: Figures) -> list[Table]:
    """The tables of a half-year and kind: by outcome, by reason, by directorate, by staff group."""
    rows: Sequence[Mapping[str, Any]] = figures.told["rows"]
    kind, flow = figures.kind, request_flows()[figures.kind]
    found = [
        _counts(
            "Outcome", "How they were decided", [row for row in rows if row["by"] == "outcome"], kind, outcome_in_words
        )
    ]
    if flow.reasons:
        refused = [row for row in rows if row["by"] == "reason"]
        found.append(_counts("Reason", "Why they were refused", refused, kind, reason_in_words))
    for by, first in (("directorate", "Directorate"), ("staff_group", "Staff group")):
        caption = f"By {first.casefold()}"
        found.append(Table(caption, (first, *HEADINGS), tuple(_row(row) for row in rows if row["by"] == by)))
    return [table for table in found if table.rows]


def _counts(
    first: str, caption: str, rows: Sequence[Mapping[str, Any]], kind: str, words: Callable[[str, str], str]
) -> Table:
    """Outcomes or reasons, in the order of the content."""
    flow = request_flows()[kind]
    order = [one.key for one in flow.outcomes] + [one.key for one in flow.reasons]
    rows = sorted(rows, key=lambda row: order.index(row["group"]) if row["group"] in order else len(order))
    return Table(
        caption, (first, "Requests"), tuple((words(kind, row["group"]), _number(row["decided"])) for row in rows)
    )


def in_time_of(figures: Figures) -> str:
    """How many answers came in time, where that can be told."""
    whole = figures.told["rows"][0]
    if whole["in_time"] is None or not whole["decided"]:
        return ""
    return f"{whole['in_time']:,} of {whole['decided']:,} were answered by the day on which the answer was due."


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    share = HIDDEN if row["share_agreed"] is None and row["decided"] != 0 else percent(row["share_agreed"], 0)
    return (row["group"], _number(row["decided"]), _number(row["agreed"]), share, _number(row["median_days"]))


def _number(value: int | None) -> str:
    return HIDDEN if value is None else f"{value:,}"
