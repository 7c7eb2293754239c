"""What do the files of general practice say?

Stocks at a month's end, and the change between two of them where nobody can be followed. Who came and who went
is told by from_practice_people, where the identifiers allow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import ibis

from keepwell.content import load_yaml
from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, where_in_words
from keepwell.enquiries.from_practice_people import FLOWS, flows_of_people
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures.locum_share import locum_share
from keepwell.measures.net_change import net_change
from keepwell.measures.part_time_share import part_time_share
from keepwell.measures.participation_rate import participation_rate
from keepwell.measures.patients_per_fte import patients_per_fte
from keepwell.measures.share_aged_55_and_over import share_aged_55_and_over
from keepwell.periods import Month, Period
from keepwell.records.counting import grouped
from keepwell.records.flows import Grouping
from keepwell.records.general_practice import CONTRACTED, ESTIMATED, GP, Break, breaks_between
from keepwell.records.organisations import places
from keepwell.records.practice_counts import (
    OF_AGES,
    OF_ROLES,
    PracticeRecords,
    at_ends,
    in_place,
    months_of,
    of_one_practice,
)
from keepwell.records.recodes import successions_in
from keepwell.records.staff import NOT_KNOWN

PEOPLE: Final = frozenset({"gpw_individual", "pcn_individual"})
ANNUAL: Final = frozenset({"gp_practice_year"})
STOCKS: Final[dict[str, Callable[[PracticeRecords, Grouping], ibis.Table]]] = {
    "participation_rate": participation_rate,
    "part_time_share": part_time_share,
    "locum_share": locum_share,
    "share_aged_55_and_over": share_aged_55_and_over,
    "patients_per_fte": patients_per_fte,
}
POPULATION: Final = {
    "gpw_practice": "staff of general practices in England, without ad-hoc locums; as each practice counts them",
    "gp_practice_year": "staff of general practices in England, means of the months of a fiscal year",
    "gpw_individual": "people of general practices in England, without ad-hoc locums and without estimates",
    "pcn_individual": "people who work for primary care networks in England, without contracted services",
}
YEAR: Final = 12
NOT_LIKE_MONTHS: Final = (
    "Not the same month of two years: compare like month with like month, numbers swing within a year."
)


def from_general_practice(asked: Asked) -> Released:
    """The answer from files of general practice: at a month's end, or between two.

    Raises EnquiryRefused for a month that is not loaded, for a change or a course across a break in the series,
    and where people of several practices would be added up.
    """
    enquiry, name = asked.enquiry, asked.measure.name
    rows, patients = _rows(asked)
    have = months_of(rows)
    periods = _periods(asked, have)
    changes = name == "net_change" or name in FLOWS
    _refuse_missing(periods, have, changes=changes)
    _refuse_breaks(asked, periods, changes=changes)
    if name in FLOWS:
        return flows_of_people(asked, rows, periods, POPULATION[asked.source], _notes(asked, rows, periods))
    basis = enquiry.basis or asked.measure.bases[0]
    end = _records(asked, rows, patients, periods)
    table = _answer(asked, end, lambda: _records(asked, rows, patients, periods, "before"), basis)
    where = where_in_words(enquiry)
    population = POPULATION[asked.source]
    return release(
        table.order_by(["period_end", *enquiry.by]).to_pyarrow(),
        definition(
            asked,
            Chosen(asked.source, "snapshot", basis, "", periods),
            method="means of a fiscal year" if asked.source in ANNUAL else "at the month's end",
            population=f"{population}; {where}" if where else population,
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=all(load.published for load in asked.loads),
        notes=tuple(_notes(asked, rows, periods)),
    )


def _answer(asked: Asked, end: PracticeRecords, start: Callable[[], PracticeRecords], basis: str) -> ibis.Table:
    name, grouping = asked.measure.name, asked.enquiry.grouping
    if name == "net_change":
        return net_change(start(), end, grouping, basis)
    if name == "locum_share":
        _refuse_locums_and_trainees_together(asked)
    if name in STOCKS:
        if name == "part_time_share" and not end.people:
            raise _needs_people(asked)
        return STOCKS[name](end, grouping)
    chosen = end.of_group(grouping, counting_people=name == "headcount")
    if name == "headcount":
        whole = chosen.headcount()
        return grouped(chosen.rows, grouping, headcount_at_end=whole)
    return grouped(chosen.rows, grouping, fte_at_end=chosen.fte(), **chosen.apart())


def _needs_people(asked: Asked) -> EnquiryRefused:
    return EnquiryRefused(
        f"{asked.measure.label} is counted over people, and practices tell only how many they have.",
        found=asked.source,
        attempt="load the individual-level file of the same month",
    )


def _refuse_locums_and_trainees_together(asked: Asked) -> None:
    if asked.source in ANNUAL:
        raise EnquiryRefused(
            "This file tells locums and GPs in training only together.",
            found=asked.source,
            attempt="fte --by role_group shows the two as one; or load the practice-level files",
        )


def _rows(asked: Asked) -> tuple[ibis.Table, ibis.Table | None]:
    """Staff and patients of a source, in today's terms."""
    session, table = asked.session, "practice_people" if asked.source in PEOPLE else "practice_staff"
    session.workspace.parts_of(session.generation, table)  # refuses where rows have been erased
    successions = successions_in(session.workspace, session.generation)
    newest = max(Month.parse(load.last_month) for load in asked.loads)
    known = places(session.workspace, session.generation, newest.last_day)

    def opened(name: str) -> ibis.Table:
        def filled() -> ibis.Table:
            rows = session.connection.read_parquet([str(session.workspace.part(x.parts[name])) for x in asked.loads])
            return in_place(rows, known, successions, networks=asked.source == "pcn_individual")

        return session.kept(f"{name}_{asked.source}", filled)

    return opened(table), None if asked.source in PEOPLE else opened("practice_patients")


def _records(
    asked: Asked, rows: ibis.Table, patients: ibis.Table | None, periods: Sequence[Period], when: str = "last"
) -> PracticeRecords:
    there = None if patients is None else at_ends(patients, periods, when)
    return PracticeRecords(at_ends(rows, periods, when), asked.source in PEOPLE, there)


def _periods(asked: Asked, have: Sequence[Month]) -> tuple[Period, ...]:
    """Periods that end month by month, or year by year where each row is a year."""
    enquiry, step = asked.enquiry, YEAR if asked.source in ANNUAL else 1
    changes = asked.measure.name == "net_change" or asked.measure.name in FLOWS
    months = enquiry.months or (YEAR if changes or step == YEAR else 1)
    if step == YEAR and months % YEAR:
        raise EnquiryRefused(
            "Each figure here is the mean of a fiscal year.",
            found=f"--months {months}",
            attempt="--months 12, 24 or 36",
        )
    last = enquiry.end or have[-1]
    return tuple(Period.ending(last + step * (i + 1 - enquiry.course), months) for i in range(enquiry.course))


def _refuse_missing(periods: Sequence[Period], have: Sequence[Month], *, changes: bool) -> None:
    needed = {p.last for p in periods} | ({p.month_before for p in periods} if changes else set())
    missing = sorted(needed - set(have))
    if missing:
        raise EnquiryRefused(
            f"{counted(len(missing), 'month')} needed for this {'is' if len(missing) == 1 else 'are'} not loaded.",
            found=f"missing {listed([str(m) for m in missing], 6)}; loaded {listed([str(m) for m in have], 14)}",
            attempt="load the missing files, or choose --end and --months among those loaded",
        )


def _refuse_breaks(asked: Asked, periods: Sequence[Period], *, changes: bool) -> None:
    """Refuse to set two figures beside one another that a break in the series lies between."""
    first = min(p.month_before for p in periods) if changes else periods[0].last
    last = periods[-1].last
    if first == last:
        return
    began = first + (1 - YEAR) if asked.source in ANNUAL else first  # a year's mean holds what came before its end
    found = breaks_between(asked.source, began, last, groups=_groups(asked.enquiry), trainees=_trainees(asked.enquiry))
    if found:
        raise EnquiryRefused(
            f"{_said(asked, first)} and {_said(asked, last)} cannot be compared: a break in the series lies between.",
            found="; ".join(f"{b.name}, {b.since}: {b.what}" for b in found),
            attempt=_on_one_side(asked, found[-1], last),
        )


def _said(asked: Asked, month: Month) -> str:
    return f"The fiscal year to {month.in_words}" if asked.source in ANNUAL else month.in_words


def _on_one_side(asked: Asked, newest: Break, last: Month) -> str:
    if asked.source in ANNUAL:
        whole = newest.since + (-newest.since.index % YEAR + 3) % YEAR  # the first April from then on
        return f"fiscal years that end in {(whole + (YEAR - 1)).first_day.year} or later with one another"
    instead = "; or the individual-level files, if the break is not theirs" if asked.source == "gpw_practice" else ""
    return f"months from {newest.since} to {last} with one another, or earlier ones with one another{instead}"


def _groups(enquiry: Enquiry) -> frozenset[str]:
    named = dict(enquiry.where).get("staff_group", ())
    of_gps = {"role_group", "fully_qualified"} & dict(enquiry.where).keys()
    known = {"gp": GP, "nurses": "Nurses", "direct patient care": "Direct patient care"}
    known["admin/non-clinical"] = "Admin/non-clinical"
    return frozenset({known.get(n.casefold(), n) for n in named} | ({GP} if of_gps and not named else set()))


def _trainees(enquiry: Enquiry) -> bool:
    """Whether GPs in training are among those asked for."""
    where = {name: [v.casefold() for v in values] for name, values in enquiry.where}
    if "role_group" in where:
        return bool({"trainee", "locum or trainee", NOT_KNOWN.casefold()} & set(where["role_group"]))
    return where.get("fully_qualified") != ["yes"]


def _notes(asked: Asked, rows: ibis.Table, periods: Sequence[Period]) -> list[str]:
    enquiry, name = asked.enquiry, asked.measure.name
    notes = [] if asked.source in PEOPLE else _notes_on_practices(asked)
    if asked.source in PEOPLE:
        notes += _notes_on_rows_apart(rows, periods)
    if name in ("net_change", *FLOWS) and any(p.months % YEAR for p in periods):
        notes.append(NOT_LIKE_MONTHS)
    if name == "net_change":
        notes.append("Net change alone: it does not tell who came and who went.")
    if name == "part_time_share":
        notes.append("Part time is below 1.0 FTE (37.5 hours a week): 37 hours count as part time.")
    if {"role_group", "fully_qualified"} & set(enquiry.grouping.fields):
        notes.append("Fully qualified GPs are all but those in training; ad-hoc locums are not in these files.")
    return notes


def _notes_on_practices(asked: Asked) -> list[str]:
    enquiry, name, notes = asked.enquiry, asked.measure.name, []
    fields = set(enquiry.grouping.fields)
    if asked.source in ANNUAL:
        notes.append(" ".join(load_yaml("general_practice_breaks.yaml")["notes"]["annual_mean"].split()))
    if name == "share_aged_55_and_over":
        notes.append("Of FTE, not of people: practices tell contracted time by age band.")
    if name == "patients_per_fte" and "staff_group" not in fields and not fields & OF_ROLES:
        locums = " Locums are not in it: this file does not tell them from trainees." if asked.source in ANNUAL else ""
        notes.append(f"FTE of fully qualified GPs, without those in training.{locums}")
    by_people = name in ("headcount", "participation_rate") or (name == "net_change" and enquiry.basis != "fte")
    if (
        by_people
        and of_one_practice(enquiry.grouping)
        and not fields & (OF_AGES | {"role"})
        and "staff_group" not in fields
    ):
        notes.append("Groups of one practice added up: somebody who works in two of them counts twice.")
    return notes


def _notes_on_rows_apart(rows: ibis.Table, periods: Sequence[Period]) -> list[str]:
    """How many rows are no people, at the end of the newest period."""
    newest = rows.filter((rows.month == periods[-1].last.index) & rows.person.isnull())
    found = {
        r["data_source"]: r["n"]
        for r in newest.group_by("data_source").aggregate(n=newest.count()).to_pyarrow().to_pylist()
    }
    kinds = {ESTIMATED: "Estimates for practices without data", CONTRACTED: "Contracted services"}
    return [
        f"{words} in {periods[-1].last}: {counted(found[kind], 'row')}, no people; their FTE stands apart."
        for kind, words in kinds.items()
        if found.get(kind)
    ]
