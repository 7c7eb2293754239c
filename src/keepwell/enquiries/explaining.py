"""Why is their figure not ours?

Two definitions of the leaver rate side by side on the same records, and the difference between them accounted
for, person by category and exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import ibis
import pyarrow as pa

from keepwell.disclosure import Released, release
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words
from keepwell.enquiries.from_staff import months_seen
from keepwell.enquiries.session import Session
from keepwell.enquiries.special import refuse_special
from keepwell.errors import EnquiryRefused, listed
from keepwell.measures import measure
from keepwell.periods import Month, Period
from keepwell.records.counting import StaffRecords, departures, in_periods, seen_throughout, there_at, windows
from keepwell.records.flows import Grouping, keep
from keepwell.records.staff import ACTIVE, PAUSED
from keepwell.records.workspace import Workspace

STAFF_SOURCES: Final = ("esr_staff_in_post", "staff_list")


@dataclass(frozen=True, slots=True)
class RateDefinition:
    """One way to make a leaver rate: which kinds of leaving it counts, over which average of staff.

    `staff` is active (without unpaid leave and career breaks) or contract (everybody); `average` is ends
    (mean of start and end) or months (mean of all month ends from start to end).
    """

    name: str
    words: str
    counts: frozenset[str]
    staff: str
    average: str


KINDS: Final = {
    "left": "in post at the start, gone at the end",
    "moved_elsewhere": "in post at the start, at the end in another organisation loaded here",
    "became_inactive": "on unpaid leave or a career break at the end",
    "joined_and_left": "came and left again within the period",
    "was_inactive": "on unpaid leave or a career break at the start, left within the period",
    "came_back": "left within the period, and back in post at the end",
    "left_again": "left a second or third time within the period",
    "left_group_first": "changed group within the period, then left from the other",
    "left_other_group": "left from this group, but stood in another at the start",
}
"""Every leaving falls in exactly one kind."""

EVENTS = frozenset(
    {"left", "moved_elsewhere", "joined_and_left", "was_inactive", "came_back", "left_again", "left_other_group"}
)
DEFINITIONS: Final = {
    "national": RateDefinition(
        "national",
        "in post at the start and not at the end, over the mean of start and end; unpaid leave and career breaks are "
        "not in post (NHS Workforce Statistics)",
        frozenset({"left", "moved_elsewhere", "became_inactive", "left_group_first"}),
        "active",
        "ends",
    ),
    "system": RateDefinition(
        "system",
        "as national, but only those who left every organisation loaded here",
        frozenset({"left", "became_inactive", "left_group_first"}),
        "active",
        "ends",
    ),
    "event": RateDefinition(
        "event",
        "everybody who left within the period, over the mean of start and end; career breaks are in post "
        "(NHS Data Dictionary 2012)",
        EVENTS,
        "contract",
        "ends",
    ),
    "monthly": RateDefinition(
        "monthly",
        "everybody who left within the period, over the mean of all month ends; career breaks are in post (as many "
        "trusts and ESR BI do)",
        EVENTS,
        "contract",
        "months",
    ),
}


def explain(
    workspace: Workspace, enquiry: Enquiry, first: str, second: str, session: Session | None = None
) -> Released:
    """The steps that lead from one definition's leaver rate to the other's, exactly.

    Rows: the first rate; each kind of leaving that one counts and the other does not, with its people and what
    it changes; the average of staff, where that differs; the second rate. Columns: period_start, period_end,
    step, words, people, average_staff, leaver_rate (of the two definitions), change (of each step). Raises
    EnquiryRefused for an unknown definition or a period that is not loaded.
    """
    if session is None:
        with Session(workspace, enquiry.vintage) as own:
            return explain(workspace, enquiry, first, second, own)
    one, other = _named(first), _named(second)
    refuse_special(enquiry)
    source = _source(session, enquiry)
    records = session.staff(source)
    period = periods_of(enquiry, months_seen(records), default_months=12)[-1]
    needed = set(range(period.month_before.index, period.last.index + 1))
    records, notes = seen_throughout(records, needed)
    kinds = kinds_of_leaving(records, period, enquiry.grouping)
    averages = {d.name: average_staff(records, period, enquiry.grouping, d) for d in (one, other)}
    rows = _steps(one, other, kinds, averages)
    loads = tuple(load for load in session.generation.loads if load.format == source)
    asked = Asked(session, source, loads, enquiry, measure("leaver_rate"))
    chosen = Chosen(source, f"{one.name} against {other.name}", "headcount", "organisation", (period,))
    where = where_in_words(enquiry)
    return release(
        _table(rows, period),
        definition(
            asked,
            chosen,
            method=f"{one.name}: {one.words}. {other.name}: {other.words}",
            population=where or "all staff of the organisations loaded, by primary post",
        ),
        policy=enquiry.policy,
        audience=enquiry.audience,
        inputs_published=False,
        notes=(*notes, *_counted_twice(records, enquiry)),
    )


def _counted_twice(records: StaffRecords, enquiry: Enquiry) -> list[str]:
    organisations = records.seen.organisation.nunique().to_pyarrow().as_py()
    if organisations < 2 or "organisation" in dict(enquiry.where):
        return []
    return [
        "People with posts in several organisations count in each here, and once in keepwell measure: the averages "
        "of staff differ a little. Ask for one organisation to see the very same figures."
    ]


def _named(name: str) -> RateDefinition:
    if name not in DEFINITIONS:
        raise EnquiryRefused("There is no such definition.", found=name, attempt=f"one of {listed(list(DEFINITIONS))}")
    return DEFINITIONS[name]


def _source(session: Session, enquiry: Enquiry) -> str:
    loaded = sorted({x.format for x in session.generation.loads} & set(STAFF_SOURCES))
    if enquiry.source in loaded:
        return str(enquiry.source)
    if len(loaded) == 1 and enquiry.source is None:
        return loaded[0]
    raise EnquiryRefused(
        "Explaining a difference needs records of people, from one source.",
        found=f"staff records: {listed(loaded) or 'none'}",
        attempt=f"--source {loaded[0]}" if loaded else "load staff-in-post extracts or a staff list",
    )


def kinds_of_leaving(records: StaffRecords, period: Period, grouping: Grouping) -> dict[str, int]:
    """How many leavings of each kind in KINDS the period has, for the group that `grouping.where` keeps."""
    people = _people(records, period, grouping)
    was, is_ = people.active_at_start & people.in_group_at_start, people.active_at_end
    # Counted by snapshot: exactly one of these for each person in the group at the start and not active at the end.
    snapshot = was & ~is_
    counts: dict[str, ibis.Value] = {
        "became_inactive": snapshot & people.paused_at_end & (people.events == 0),
        "left_group_first": snapshot & ~(people.paused_at_end & (people.events == 0)) & (people.events_in_group == 0),
        "moved_elsewhere": snapshot & (people.events_in_group > 0) & people.elsewhere_at_end,
        "left": snapshot & (people.events_in_group > 0) & ~people.elsewhere_at_end,
        "came_back": was & is_ & (people.events_in_group > 0),
        "was_inactive": ~was & (people.events_in_group > 0) & people.paused_at_start,
        "left_other_group": ~was & (people.events_in_group > 0) & ~people.paused_at_start & people.active_at_start,
        "joined_and_left": ~was & (people.events_in_group > 0) & ~people.paused_at_start & ~people.active_at_start,
    }
    sums = {kind: flag.cast("int64").sum().fill_null(0) for kind, flag in counts.items()}
    again = (people.events_in_group - 1).sum(where=people.events_in_group > 1).fill_null(0)
    row: dict[str, Any] = people.aggregate(**sums, left_again=again).to_pyarrow().to_pylist()[0]
    return {kind: int(row[kind]) for kind in KINDS}


def _people(records: StaffRecords, period: Period, grouping: Grouping) -> ibis.Table:
    """One row a person and organisation seen at either end or leaving in between, with what is needed to tell kinds."""
    window = windows([period])
    start, end = there_at(records.spells, window, "before"), there_at(records.spells, window, "last")
    gone = in_periods(departures(records, "organisation"), window)
    parts = [
        _marked(start, "start"),
        _marked(end, "end"),
        _marked(gone, "event"),
        _marked(keep(start, grouping), "start_group"),
        _marked(keep(gone, grouping), "event_group"),
    ]
    every = ibis.union(*parts)
    people = every.group_by(["person", "organisation"]).aggregate(
        active_at_start=((every.mark == "start") & (every.state == ACTIVE)).any(),
        paused_at_start=((every.mark == "start") & (every.state == PAUSED)).any(),
        active_at_end=((every.mark == "end") & (every.state == ACTIVE)).any(),
        paused_at_end=((every.mark == "end") & (every.state == PAUSED)).any(),
        in_group_at_start=((every.mark == "start_group") & (every.state == ACTIVE)).any(),
        events=(every.mark == "event").cast("int64").sum(),
        events_in_group=(every.mark == "event_group").cast("int64").sum(),
    )
    there = end.filter(end.state == ACTIVE).select("person", other="organisation").distinct()
    elsewhere = people.join(there, [people.person == there.person, people.organisation != there.other])
    pairs = elsewhere.select("person", "organisation").distinct().mutate(elsewhere_at_end=ibis.literal(True))
    joined = people.left_join(pairs, ["person", "organisation"]).drop("person_right", "organisation_right")
    return joined.mutate(elsewhere_at_end=joined.elsewhere_at_end.fill_null(False))


def _marked(rows: ibis.Table, mark: str) -> ibis.Table:
    return rows.select("person", "organisation", "state").mutate(mark=ibis.literal(mark))


def average_staff(records: StaffRecords, period: Period, grouping: Grouping, by: RateDefinition) -> float:
    """The mean headcount under a definition: positions of the kept group, active or all, at the month ends it uses.

    A person with posts in two organisations counts in both, as in the kinds of leaving.
    """
    first, last = period.month_before.index, period.last.index
    ends = [first, last] if by.average == "ends" else list(range(first, last + 1))
    months = [Period(Month(m), Month(m)) for m in ends]
    there = keep(there_at(records.spells, windows(months), "last"), grouping)
    if by.staff == "active":
        there = there.filter(there.state == ACTIVE)
    positions = there.select("period_end", "person", "organisation").distinct().count().to_pyarrow().as_py()
    return float(positions) / len(ends)


def _steps(
    one: RateDefinition, other: RateDefinition, kinds: dict[str, int], averages: dict[str, float]
) -> list[dict[str, object]]:
    """The walk from one rate to the other: leavings first, over the first average, then the average itself."""
    a, b = averages[one.name], averages[other.name]
    if not a or not b:
        raise EnquiryRefused(
            "There is nobody in this group to have a rate.", found="no staff", attempt="another --where"
        )
    leavers_a, leavers_b = (sum(kinds[k] for k in d.counts) for d in (one, other))
    rows: list[dict[str, object]] = [_row(one.name, one.words, leavers_a, a, leavers_a / a, None)]
    for kind, words in KINDS.items():
        sign = (kind in other.counts) - (kind in one.counts)
        if sign and kinds[kind]:
            rows.append(
                _row(
                    "counted too" if sign > 0 else "not counted",
                    words,
                    sign * kinds[kind],
                    None,
                    None,
                    sign * kinds[kind] / a,
                )
            )
    if a != b:
        what = "another average of staff: " + " and ".join(
            ["with people on unpaid leave" if other.staff == "contract" else "without people on unpaid leave"]
            * (one.staff != other.staff)
            + ["all month ends" if other.average == "months" else "start and end only"] * (one.average != other.average)
        )
        rows.append(_row("average", what.removesuffix(": "), None, b - a, None, leavers_b / b - leavers_b / a))
    rows.append(_row(other.name, other.words, leavers_b, b, leavers_b / b, None))
    return rows


def _row(
    step: str, words: str, people: int | None, staff: float | None, rate: float | None, change: float | None
) -> dict[str, object]:
    return {
        "step": step,
        "words": words,
        "people": people,
        "average_staff": staff,
        "leaver_rate": rate,
        "change": change,
    }


def _table(rows: Sequence[dict[str, object]], period: Period) -> pa.Table:
    schema = pa.schema(
        [
            ("period_start", pa.date32()),
            ("period_end", pa.date32()),
            ("step", pa.string()),
            ("words", pa.string()),
            ("people", pa.int64()),
            ("average_staff", pa.float64()),
            ("leaver_rate", pa.float64()),
            ("change", pa.float64()),
        ]
    )
    return pa.Table.from_pylist(
        [{"period_start": period.start, "period_end": period.end} | r for r in rows], schema=schema
    )


def in_one_sentence(released: Released) -> str:
    """ "12.1% counts everyone …; 10.9% counts …. The difference: 41 came and left again, 9 …"."""
    rows = released.rows()
    first, last, between = rows[0], rows[-1], rows[1:-1]
    words = (
        f"{first['leaver_rate']:.1%} is the {first['step']} figure, {last['leaver_rate']:.1%} the {last['step']} one."
    )
    parts = [f"{abs(r['people']):,} {r['words']}" for r in between if r["people"]]
    if any(r["step"] == "average" for r in between):
        parts.append("the average of staff is another")
    return f"{words} The difference: {'; '.join(parts)}." if parts else f"{words} Here they agree."
