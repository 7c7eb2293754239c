"""A change that adds up: in people and in hours, with everybody in one term."""

from __future__ import annotations

import ibis
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from slow_count import CAME, WENT, World, change
from worlds import GROUPINGS, Row, answerable, by_window_and_group, compiled, worlds

from keepwell.measures import change_in_staff as measure
from keepwell.records.flows import Grouping

TERMS = (*CAME, *WENT)
COLUMNS = (
    *("headcount_at_start", "headcount_at_end", "fte_at_start", "fte_at_end", "changed_hours_fte"),
    *TERMS,
    *(f"{term}_fte" for term in TERMS),
)
By = tuple[str, ...]


def prepared(by: By) -> object:
    return compiled(lambda records, periods: measure.change_in_staff(records, periods, Grouping(by)))


def ours(rows: list[Row], world: World, by: By) -> dict[tuple[object, ...], Row]:
    these = answerable(world)
    found = by_window_and_group(rows, by)
    return {key: {c: row[c] for c in COLUMNS} for key, row in found.items() if key[0] in these}


def theirs(world: World, by: By) -> dict[tuple[object, ...], dict[str, float]]:
    slow = {(w, *key): counts for w in answerable(world) for key, counts in change(world, w, by).items()}
    return {key: {c: counts.get(c, 0) for c in COLUMNS} for key, counts in slow.items()}


def test_every_term_is_what_counting_person_by_person_gives_and_all_add_up() -> None:
    count = {by: prepared(by) for by in GROUPINGS}

    @settings(max_examples=50)
    @given(worlds(), st.sampled_from(GROUPINGS))
    def equal(world: World, by: By) -> None:
        found = ours(count[by](world), world, by)
        assert found == theirs(world, by)
        for row in found.values():
            assert row["headcount_at_end"] - row["headcount_at_start"] == _net(row, "")
            assert row["fte_at_end"] - row["fte_at_start"] == _net(row, "_fte") + row["changed_hours_fte"]

    equal()


def _net(row: Row, suffix: str) -> float:
    return sum(row[f"{t}{suffix}"] for t in CAME) - sum(row[f"{t}{suffix}"] for t in WENT)


def never(these: ibis.Value, those: ibis.Value) -> ibis.Value:
    return ibis.literal(False)


def even_where_nobody_is(organisations: ibis.Value) -> ibis.Value:
    return organisations.length().fill_null(0) >= 0


@pytest.mark.parametrize(
    ("name", "faulty"), [("_meets", never), ("_somewhere", even_where_nobody_is), ("ACTIVE", "paused")]
)
def test_a_planted_fault_is_caught(name: str, faulty: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, name, faulty)
    count = prepared(("organisation", "staff_group"))
    by = ("organisation", "staff_group")

    def differs(world: World) -> bool:
        return ours(count(world), world, by) != theirs(world, by)

    try:
        find(worlds(gaps=False), differs, settings=settings(max_examples=60, phases=[Phase.generate], database=None))
    except NoSuchExample:
        pytest.fail(f"nobody noticed: {name}")
