"""The portable flows, counted again person by person, are the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from slow_count import FLOW_COLUMNS, World, event, snapshot
from worlds import GROUPINGS, LEAVING, Row, answerable, by_window_and_group, compiled, worlds

from keepwell.records import counting
from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping

By = tuple[str, ...]
FAST, SLOW = {"snapshot": snapshot_flows, "event": event_flows}, {"snapshot": snapshot, "event": event}


def prepared(method: str, leaving: str, groupings: Sequence[By] = GROUPINGS) -> dict[By, Callable[[World], list[Row]]]:
    return {by: compiled(lambda r, w, by=by: FAST[method](r, w, Grouping(by), leaving)) for by in groupings}


def ours(rows: list[Row], world: World, method: str, by: By) -> dict[tuple[object, ...], Row]:
    these = answerable(world, throughout=method == "event")
    found = by_window_and_group(rows, by)
    return {key: {c: row[c] for c in FLOW_COLUMNS} for key, row in found.items() if key[0] in these}


def theirs(world: World, method: str, by: By, leaving: str) -> dict[tuple[object, ...], dict[str, float]]:
    these = answerable(world, throughout=method == "event")
    return {(w, *key): counts for w in these for key, counts in SLOW[method](world, w, by, leaving).items()}


@pytest.mark.parametrize("leaving", LEAVING)
@pytest.mark.parametrize("method", FAST)
def test_flows_are_what_counting_person_by_person_gives(method: str, leaving: str) -> None:
    count = prepared(method, leaving)

    @settings(max_examples=25)
    @given(worlds(), st.sampled_from(GROUPINGS))
    def equal(world: World, by: By) -> None:
        assert ours(count[by](world), world, method, by) == theirs(world, method, by, leaving)

    equal()


def at_close_of_the_month_after(spells: ibis.Table, periods: ibis.Table, when: str) -> ibis.Table:
    joined = spells.join(periods, [spells.first_month <= periods[when], spells.last_month > periods[when]])
    return joined.drop("first_month", "last_month", "before", "last")


def not_in_the_first_month(spells: ibis.Table, periods: ibis.Table, when: str) -> ibis.Table:
    joined = spells.join(periods, [spells.first_month < periods[when], spells.last_month >= periods[when]])
    return joined.drop("first_month", "last_month", "before", "last")


def also_of_the_month_before(events: ibis.Table, periods: ibis.Table) -> ibis.Table:
    inside = events.join(periods, [events.month >= periods.before, events.month <= periods["last"]])
    return inside.drop("first_month", "last_month", "before", "last")


def not_of_the_last_month(events: ibis.Table, periods: ibis.Table) -> ibis.Table:
    inside = events.join(periods, [events.month > periods.before, events.month < periods["last"]])
    return inside.drop("first_month", "last_month", "before", "last")


def absent_if_not_there_the_month_after(
    rows: ibis.Table, spells: ibis.Table, leaving: str, at: str = "month"
) -> ibis.Table:
    scope = counting.SCOPES[leaving]
    others = spells.select(*scope, other_first="first_month", other_last="last_month")
    same = [rows[name] == others[name] for name in scope]
    return rows.anti_join(others, [*same, others.other_first <= rows[at], others.other_last > rows[at]])


def every_row_an_occurrence(events: ibis.Table, grouping: Grouping, leaving: str) -> ibis.Table:
    return events


FAULTS = {
    "there_at with > for >=": ("snapshot", "there_at", at_close_of_the_month_after),
    "there_at with < for <=": ("snapshot", "there_at", not_in_the_first_month),
    "there_at with > for >=, by event": ("event", "there_at", at_close_of_the_month_after),
    "in_periods with >= for >": ("event", "in_periods", also_of_the_month_before),
    "in_periods with < for <=": ("event", "in_periods", not_of_the_last_month),
    "departures and arrivals with > for >=": ("event", "_without", absent_if_not_there_the_month_after),
    "occurrences not put together": ("event", "_occurrences", every_row_an_occurrence),
    "the paused are in post": ("snapshot", "ACTIVE", "paused"),
    "one level for all": ("snapshot", "SCOPES", dict.fromkeys(LEAVING, ("person",))),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    method, name, faulty = FAULTS[fault]
    monkeypatch.setattr(counting, name, faulty)
    groupings = ((), ("unit",))
    counts = {leaving: prepared(method, leaving, groupings) for leaving in ("system", "organisation")}

    def differs(drawn: tuple[World, By, str]) -> bool:
        world, by, leaving = drawn
        return ours(counts[leaving][by](world), world, method, by) != theirs(world, method, by, leaving)

    drawn = st.tuples(worlds(gaps=False), st.sampled_from(groupings), st.sampled_from(sorted(counts)))
    try:
        find(drawn, differs, settings=settings(max_examples=100, phases=[Phase.generate], database=None))
    except NoSuchExample:
        pytest.fail(f"nobody noticed: {fault}")
