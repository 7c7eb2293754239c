"""What is told of ethnicity and disability, also to those entitled to the records?

Of special categories (UK GDPR, article 9) no group of fewer than 11 people is told to anybody. Those entitled to exact
records have every total, in any cut, so a rule for each table would not do: what one table hides another would give
back. So there is one fixed family for each organisation (enquiries/special_family.py). Everything told anywhere is
read out of it; every other question that names a special category is refused.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import ibis
import pyarrow as pa

from keepwell.content import equality_groups
from keepwell.disclosure import Released
from keepwell.disclosure.blocks import SMALLEST_TOLD, Flows
from keepwell.disclosure.policies import hides, policy_for
from keepwell.disclosure.released import release_protected
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, with_rates
from keepwell.enquiries.families import COUNTS
from keepwell.enquiries.from_staff import METHOD_WORDS, population
from keepwell.enquiries.shown import MADE_OF, with_hidden, with_shown_interval
from keepwell.enquiries.special_family import OTHERS, Told, Year, added, partitions, told_of
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Period
from keepwell.records.equality_groups import SPECIAL_FIELDS, SPECIAL_GROUPS

TOLD: Final = ("headcount_at_start", "headcount_at_end", "leavers")
MEASURES: Final = tuple(name for name, made_of in MADE_OF.items() if set(made_of) <= set(TOLD))
WITH: Final = ("organisation", "staff_group")
CAN_BE_HAD: Final = "--by ethnicity_group or --by disability_group, also with organisation and staff_group"
NOTES: Final = (
    "Of special categories groups of 1 to 10 people are hidden for everybody (who was there, left, stayed or came), and "
    "with one of them the whole breakdown that it stands in.",
    "This does not cover what somebody knows from elsewhere, corrections of what was told before, a group whose members "
    "are all alike, or a part of a group that is nearly all of it.",
)


def special_fields(enquiry: Enquiry) -> tuple[str, ...]:
    """The special categories that a question names, in `by` or in `where`."""
    return tuple(name for name in enquiry.grouping.fields if name in SPECIAL_FIELDS)


def refuse_special(enquiry: Enquiry) -> None:
    """Raises EnquiryRefused for a question that names a special category, where none can be told."""
    if names := special_fields(enquiry):
        _refuse("Special categories are not told of here: groups of under 11 people could be worked out.", names)


def answer_special(asked: Asked) -> Released:
    """The answer to a question that names a special category, out of the one family of each organisation.

    Columns: period_start, period_end, the groups, headcount_at_start, headcount_at_end, leavers, the rates made of
    them, hidden. Groups that may only be told together stand as one ("White or not known").

    Raises EnquiryRefused for any other cut, period, measure, policy or audience, saying what can be had.
    """
    enquiry = asked.enquiry
    characteristic = _refuse_outside(asked)
    families = _organisations(asked, characteristic)
    periods = _periods(enquiry, families)
    rows = [row for period in periods for told in families for row in _rows(enquiry, characteristic, told, period)]
    table = _rated(pa.Table.from_pylist(rows, schema=_schema(enquiry)), asked.measure.name)
    policy = policy_for(enquiry.policy, inputs_published=False)
    mark = f"{policy.mark} Special categories: groups of 1 to {SMALLEST_TOLD - 1} hidden for everybody."
    how = Chosen(asked.source, "snapshot", "headcount", "organisation", periods)
    return release_protected(
        with_hidden(table),
        definition(asked, how, method=METHOD_WORDS["snapshot"], population=population(enquiry, "snapshot")),
        replace(policy, mark=mark),
        audience=None,
        notes=(*NOTES, *_notes(enquiry, families, periods)),
    )


def _refuse(wrong: str, found: Sequence[str], attempt: str = CAN_BE_HAD) -> None:
    raise EnquiryRefused(wrong, found=f"asked: {listed(list(found))}", attempt=attempt)


def _refuse_outside(asked: Asked) -> str:
    """The special category asked for; refused where the family does not cover the question."""
    enquiry, fields = asked.enquiry, asked.enquiry.grouping.fields
    names = special_fields(enquiry)
    if len(names) > 1 or names[0] not in SPECIAL_GROUPS:
        _refuse("Of special categories only ethnicity and disability are told, each by itself and in groups.", names)
    if more := [name for name in fields if name not in (*names, *WITH)]:
        _refuse("That cut is outside of the one family in which special categories are protected.", more)
    if asked.measure.name not in MEASURES:
        _refuse(
            f"{asked.measure.label} is not told by special categories: it would tell more than the numbers protected.",
            [asked.measure.name],
            f"one of {listed(list(MEASURES))}",
        )
    if enquiry.audience is not None or hides(enquiry.policy):
        _refuse(
            "Special categories are told to those entitled to the records alone: their totals are exact.",
            [enquiry.audience or enquiry.policy or ""],
            "--policy internal, for those entitled; for others leave the special category out",
        )
    _refuse_choices(asked)
    return names[0]


def _refuse_choices(asked: Asked) -> None:
    """Raises EnquiryRefused for another way of counting, other periods, or records of the past."""
    enquiry = asked.enquiry
    for option, value, allowed in (
        ("basis", enquiry.basis, "headcount"),
        ("method", enquiry.method, "snapshot"),
        ("leaving", enquiry.leaving, "organisation"),
        ("months", enquiry.months, 12),
    ):
        if value not in (None, allowed):
            _refuse("Special categories are told in one way only.", [f"--{option} {value}"], f"--{option} {allowed}")
    if enquiry.course > 1 and enquiry.step != 12:
        _refuse("Special categories are told of years to 31 March.", [f"--step {enquiry.step}"], "--step 12")
    if asked.session.generation.number != asked.session.workspace.current().number:
        _refuse(
            "Special categories are told from the newest records only: two states of them would tell their difference.",
            [f"generation {asked.session.generation.number}"],
            "leave --vintage out, or ask again if something was just loaded",
        )


def _organisations(asked: Asked, characteristic: str) -> tuple[Told, ...]:
    """The families of the organisations asked for; refused where several would be added up."""
    _refuse_two_sources(asked)
    enquiry, families = asked.enquiry, told_of(asked.session, asked.source, characteristic)
    if not families:
        _refuse(
            "Special categories are told of years to 31 March, and none is loaded whole.",
            ["no month of March with the March before it"],
            "load the month ends of March of two years in a row",
        )
    wanted = dict(enquiry.where).get("organisation")
    if wanted is not None:
        families = _named(families, wanted)
    if len(families) > 1 and "organisation" not in enquiry.by:
        _refuse(
            "Special categories are told of one organisation at a time.",
            [counted(len(families), "organisation")],
            f"--by organisation, or --where organisation={families[0].organisation}",
        )
    return families


def _named(families: Sequence[Told], wanted: Sequence[str]) -> tuple[Told, ...]:
    folded = {value.casefold() for value in wanted}
    found = tuple(t for t in families if {t.organisation.casefold(), (t.name or "").casefold()} & folded)
    known = {part for t in found for part in (t.organisation.casefold(), (t.name or "").casefold())}
    if folded - known:
        _refuse("No organisation is called that here, with a year to 31 March.", list(wanted), "--by organisation")
    return found


def _refuse_two_sources(asked: Asked) -> None:
    """Organisations that several sources tell of are told of from the first: two count nearly the same people."""
    mine = {code for load in asked.loads for code in load.organisations}
    others = [x for x in asked.session.generation.loads if x.format < asked.source and "positions" in x.parts]
    if any(mine & set(load.organisations) for load in others):
        _refuse(
            "Two sources tell of the same people, and with their special categories together they would tell more.",
            [asked.source],
            f"--source {min(load.format for load in others)}",
        )


def _periods(enquiry: Enquiry, families: Sequence[Told]) -> tuple[Period, ...]:
    known = sorted({year.period for told in families for year in told.years}, key=lambda p: p.start)
    last = enquiry.end or known[-1].last
    asked = tuple(Period.ending(last + 12 * (i + 1 - enquiry.course), 12) for i in range(enquiry.course))
    if outside := [p for p in asked if p not in known]:
        _refuse(
            "Special categories are told of years to 31 March, of which both ends are loaded.",
            [f"a year to {outside[0].last}"],
            " or ".join(f"--end {p.last}" for p in known[-3:]),
        )
    return asked


@dataclass(frozen=True, slots=True)
class _Target:
    """Groups whose counts are asked for as one number, and what they are called."""

    name: str
    groups: frozenset[int]


def _rows(enquiry: Enquiry, characteristic: str, told: Told, period: Period) -> Iterator[dict[str, Any]]:
    year = next((year for year in told.years if year.period == period), None)
    if year is None:
        return
    names = equality_groups()[characteristic].groups
    cut = partitions(characteristic)
    for place, level, counts in _places(enquiry, told, year):
        parts = cut[level] if level is not None else cut[0]
        for target in _targets(enquiry, characteristic, names, parts):
            row: dict[str, Any] = {"period_start": period.start, "period_end": period.end}
            row |= {"organisation": told.organisation, "organisation_name": told.name}
            row |= {"staff_group": place, characteristic: target.name}
            shown = level is not None and _made_of(target.groups, parts)
            yield row | {name: _count(counts, name, target) if shown else None for name in TOLD}


def _places(enquiry: Enquiry, told: Told, year: Year) -> Iterator[tuple[str, int | None, Flows]]:
    """Everybody, or each staff group (those asked for, each or together), with how finely it is told."""
    if "staff_group" not in enquiry.grouping.fields:
        yield "", year.whole, year.everybody
        return
    wanted = dict(enquiry.where).get("staff_group")
    names = list(year.places) if wanted is None else [_place(told, year, value) for value in wanted]
    if "staff_group" in enquiry.by:
        for name in dict.fromkeys(names):
            yield name, year.table, year.places[name]
    else:
        yield "", year.table, added([year.places[name] for name in dict.fromkeys(names)])


def _place(told: Told, year: Year, value: str) -> str:
    by_name = {name.casefold(): name for name in year.places}
    if value.casefold() not in by_name:
        small = value.casefold() in {name.casefold() for name in told.grouped}
        _refuse(
            "That staff group is too small to be told of by a special category: it is among the other staff groups."
            if small
            else "No staff group is called that here.",
            [value],
            f"one of {listed(list(year.places), 12)}; or the whole organisation",
        )
    return by_name[value.casefold()]


def _targets(
    enquiry: Enquiry, characteristic: str, names: Sequence[str], parts: Sequence[tuple[int, ...]]
) -> list[_Target]:
    wanted = dict(enquiry.where).get(characteristic)
    if wanted is None:
        return [_Target(_words(names, part), frozenset(part)) for part in parts]
    chosen = [_group(names, value, parts) for value in wanted]
    if characteristic in enquiry.by:
        return list(dict.fromkeys(_Target(_words(names, sorted(groups)), groups) for groups in chosen))
    return [_Target("", frozenset().union(*chosen))]


def _group(names: Sequence[str], value: str, parts: Sequence[tuple[int, ...]]) -> frozenset[int]:
    known = {name.casefold(): frozenset([i]) for i, name in enumerate(names)}
    known |= {_words(names, part).casefold(): frozenset(part) for part in parts}
    known |= {_words(names, (0, len(names) - 1)).casefold(): frozenset((0, len(names) - 1))}
    if value.casefold() not in known:
        _refuse("No group is called that here.", [value], f"one of {listed(list(names))}")
    return known[value.casefold()]


def _words(names: Sequence[str], part: Sequence[int]) -> str:
    """ "White", or "White or not known"."""
    first, *others = [names[i] for i in part]
    return " or ".join([first, *(name[0].lower() + name[1:] for name in others)])


def _made_of(groups: frozenset[int], parts: Sequence[tuple[int, ...]]) -> bool:
    """Whether the groups are whole parts of what is told."""
    inside = [part for part in parts if set(part) <= groups]
    return groups == frozenset(itertools.chain.from_iterable(inside))


def _count(flows: Flows, name: str, target: _Target) -> int:
    counts = {"headcount_at_start": flows.at_start, "headcount_at_end": flows.at_end, "leavers": flows.leavers}[name]
    return int(counts[sorted(target.groups)].sum())


def _schema(enquiry: Enquiry) -> pa.Schema:
    groups = [(name, pa.string()) for name in enquiry.grouping.shown]
    counts = [(name, pa.int64()) for name in COUNTS]
    return pa.schema([("period_start", pa.date32()), ("period_end", pa.date32()), *groups, *counts])


def _rated(table: pa.Table, measure: str) -> pa.Table:
    """With the rates that can be made of what is told."""
    rated = with_rates(ibis.memtable(table), "headcount", stable=True).to_pyarrow()
    rated = rated.drop_columns(["joiners", "joiner_rate"])
    return with_shown_interval(rated) if measure == "share_who_left" else rated


def _notes(enquiry: Enquiry, families: Sequence[Told], periods: Sequence[Period]) -> list[str]:
    notes = []
    if "staff_group" in enquiry.grouping.fields and (grouped := [t for t in families if t.grouped]):
        where = f"In {grouped[0].organisation} these" if len(families) > 1 else "These"
        notes = [f"{where} are told of as {OTHERS.lower()}: {listed(list(grouped[0].grouped), 20)}."]
    unseen = [t.organisation for t in families if not {y.period for y in t.years} >= set(periods)]
    return [*notes, *([f"Not seen at both ends of every year, and left out: {listed(unseen)}."] if unseen else [])]
