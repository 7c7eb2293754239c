"""We have more (or fewer) people than before: where did the change come from?"""

from __future__ import annotations

import ibis

from keepwell.records.counting import WINDOW_KEYS, StaffRecords, grouped, there_at
from keepwell.records.flows import Grouping, keep
from keepwell.records.staff import ACTIVE, PAUSED

TERMS = (
    "joined",
    "became_active",
    "moved_in",
    "changed_group_in",
    "left",
    "became_inactive",
    "moved_out",
    "changed_group_out",
)
ARRIVALS, DEPARTURES = TERMS[:4], TERMS[4:]


def change_in_staff(records: StaffRecords, periods: ibis.Table, grouping: Grouping) -> ibis.Table:
    """The change in staff as a sum of what happened, exact in headcount and in FTE.

        at end - at start = joined + became active + moved in + changed group in
                            - left - became inactive - moved out - changed group out
                            (+ changed hours, in FTE)

    Joined: not in the data at the start. Became active: then on unpaid leave or a career break. Moved in:
    then in another organisation. Changed group in: then in the same organisation, in another group. The
    other four are the same the other way round. Every person falls in exactly one term, so the sum is
    exact. Changed hours: the difference in FTE of those in the group at both ends.

    Columns: headcount_at_start, headcount_at_end, each term in people; fte_at_start, fte_at_end, each term
    as <term>_fte, changed_hours_fte.
    Source: the joiner, leaver and stayer flows of public ESR analyses by national analysts, our names.
    """
    start, end = there_at(records.spells, periods, "before"), there_at(records.spells, periods, "last")
    people = _people_in_group(start, end, grouping, among=records.spells)
    return _added_up(_with_other_ends(people, start, end), grouping)


def _people_in_group(start: ibis.Table, end: ibis.Table, grouping: Grouping, *, among: ibis.Table) -> ibis.Table:
    """One row a period, group and person who is in it at either end: whether, with how much FTE, and where."""
    columns = [*WINDOW_KEYS, *grouping.shown, "person", "organisation", "fte"]
    columns = list(dict.fromkeys(columns))
    here = ibis.union(
        *[
            keep(rows.filter(rows.state == ACTIVE), grouping, among=among)
            .select(*columns)
            .mutate(now=ibis.literal(now))
            for rows, now in ((start, False), (end, True))
        ]
    )
    names = {name: here[name].max() for name in grouping.shown if name not in grouping.by}
    return here.group_by([*WINDOW_KEYS, *grouping.by, "person"]).aggregate(
        **names,
        was_here=(~here.now).any(),
        is_here=here.now.any(),
        places=here.organisation.collect(),
        fte_before=here.fte.sum(where=~here.now).fill_null(0.0),
        fte_after=here.fte.sum(where=here.now).fill_null(0.0),
    )


def _with_other_ends(people: ibis.Table, start: ibis.Table, end: ibis.Table) -> ibis.Table:
    """Beside each person in the group at one end only: where they stood at the other end."""
    then, now = _standing(start, "then"), _standing(end, "now")
    joined = people.left_join(then, [*WINDOW_KEYS, "person"]).drop(*(f"{k}_right" for k in (*WINDOW_KEYS, "person")))
    joined = joined.left_join(now, [*WINDOW_KEYS, "person"]).drop(*(f"{k}_right" for k in (*WINDOW_KEYS, "person")))
    came, went = ~joined.was_here & joined.is_here, joined.was_here & ~joined.is_here
    return joined.mutate(
        term=ibis.cases(
            (came & _meets(joined.active_then, joined.places), "changed_group_in"),
            (came & _meets(joined.paused_then, joined.places), "became_active"),
            (came & _somewhere(joined.active_then), "moved_in"),
            (came & _somewhere(joined.paused_then), "became_active"),
            (came, "joined"),
            (went & _meets(joined.active_now, joined.places), "changed_group_out"),
            (went & _meets(joined.paused_now, joined.places), "became_inactive"),
            (went & _somewhere(joined.active_now), "moved_out"),
            (went & _somewhere(joined.paused_now), "became_inactive"),
            (went, "left"),
            else_="stayed",
        )
    )


def _standing(rows: ibis.Table, when: str) -> ibis.Table:
    """For each period and person the organisations in which they are active, and those in which they paused."""
    return rows.group_by([*WINDOW_KEYS, "person"]).aggregate(
        **{
            f"active_{when}": rows.organisation.collect(where=rows.state == ACTIVE),
            f"paused_{when}": rows.organisation.collect(where=rows.state == PAUSED),
        }
    )


def _meets(these: ibis.Value, those: ibis.Value) -> ibis.Value:
    return _somewhere(these.intersect(those))


def _somewhere(organisations: ibis.Value) -> ibis.Value:
    """Whether there is one: of none DuckDB collects nothing (null), Spark an empty list."""
    return organisations.length().fill_null(0) > 0


def _added_up(placed: ibis.Table, grouping: Grouping) -> ibis.Table:
    counts: dict[str, ibis.Value] = {
        "headcount_at_start": placed.was_here.cast("int64").sum(),
        "headcount_at_end": placed.is_here.cast("int64").sum(),
        **{term: (placed.term == term).cast("int64").sum() for term in TERMS},
        "fte_at_start": placed.fte_before.sum(),
        "fte_at_end": placed.fte_after.sum(),
    }
    for term in TERMS:
        hours = placed.fte_after if term in ARRIVALS else placed.fte_before
        counts[f"{term}_fte"] = hours.sum(where=placed.term == term).fill_null(0.0)
    stayed = placed.term == "stayed"
    counts["changed_hours_fte"] = (placed.fte_after - placed.fte_before).sum(where=stayed).fill_null(0.0)
    return grouped(placed, grouping, **counts)
