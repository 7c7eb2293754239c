"""Spells lose nobody, invent nobody and never overlap; restated, they are told once and for all."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import ibis
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from slow_count import Position, World
from worlds import MONTHS, Row, database, positions_of, sql_of, worlds

from keepwell.periods import Month
from keepwell.records.recodes import Recode, Succession, in_todays_terms
from keepwell.records.spells import spells
from keepwell.records.staff import SPELL_KEYS


def made(world: World) -> list[Row]:
    base = database()
    base.fill(world)
    return base.rows("SELECT * FROM spells")


def expanded(world: World, rows: list[Row]) -> list[Position]:
    """Every spell as the positions of its months that were looked at."""
    found = []
    for row in rows:
        about = {name: row[name] for name in Position.__dataclass_fields__ if name != "month"}
        inside = range(int(str(row["first_month"])), int(str(row["last_month"])) + 1)
        found += [Position(month=m, **about) for m in inside if m in world.seen[str(row["organisation"])]]
    return found


@settings(max_examples=40)
@given(worlds())
def test_expanded_spells_are_the_positions_they_were_made_of(world: World) -> None:
    assert Counter(expanded(world, made(world))) == Counter(world.positions)


def too_many(world: World, rows: list[Row]) -> list[Row]:
    """Spells that overlap the next of the same person and organisation, or that nothing parts from it."""
    found = []
    rows = sorted(rows, key=lambda r: (r["organisation"], r["person"], r["first_month"]))
    for one, other in pairwise(rows):
        if (one["organisation"], one["person"]) == (other["organisation"], other["person"]):
            last, first = int(str(one["last_month"])), int(str(other["first_month"]))
            between = [m for m in range(last + 1, first) if m in world.seen[str(one["organisation"])]]
            unchanged = all(one[key] == other[key] for key in SPELL_KEYS)
            if last >= first or (unchanged and not between):
                found.append(one)
    return found


@settings(max_examples=40)
@given(worlds())
def test_spells_never_overlap_and_a_month_that_nobody_loaded_does_not_break_them(world: World) -> None:
    assert too_many(world, made(world)) == []


def as_if_every_month_was_loaded(positions: ibis.Table, seen: ibis.Table) -> ibis.Table:
    return spells(positions, seen.mutate(ordinal=seen.month.cast("int64")))


def as_if_nobody_changed(positions: ibis.Table, seen: ibis.Table) -> ibis.Table:
    return spells(positions.mutate(fte=ibis.literal(1.0)), seen)


@pytest.mark.parametrize("faulty", [as_if_every_month_was_loaded, as_if_nobody_changed])
def test_a_planted_fault_is_caught(faulty: object, monkeypatch: pytest.MonkeyPatch) -> None:
    base = database()
    sql = sql_of(faulty(base.positions, base.seen))  # type: ignore[operator]
    monkeypatch.setattr(base, "make_spells", f"CREATE OR REPLACE TABLE spells AS {sql}")

    def differs(world: World) -> bool:
        rows = made(world)
        return bool(too_many(world, rows)) or Counter(expanded(world, rows)) != Counter(world.positions)

    try:
        find(worlds(), differs, settings=settings(max_examples=100, phases=[Phase.generate], database=None))
    except NoSuchExample:
        pytest.fail("nobody noticed")


NAMES = ("ward 1", "ward 2", "ward 3", "ward 4")
DAYS = [Month(m).first_day for m in MONTHS[1:]] + [Month(MONTHS[3]).last_day]


@st.composite
def recodes(draw: st.DrawFn) -> list[Recode]:
    """Renamings in which no name that was given up is taken again: else told twice is not told once."""
    found = [
        Recode(draw(st.sampled_from(["RX1", "RX2"])), "unit", old, new, draw(st.sampled_from(DAYS)))
        for old, new in draw(
            st.lists(st.sampled_from([("ward 1", "ward 3"), ("ward 2", "ward 3"), ("ward 3", "ward 4")]), max_size=4)
        )
    ]
    of_one_name: dict[tuple[str, str], Recode] = {(r.organisation, r.old): r for r in found}
    kept = list(of_one_name.values())
    given_up = {(r.organisation, r.old): r.on for r in kept}
    return [r for r in kept if given_up.get((r.organisation, r.new), dt.date.max) > r.on]


def restated(world: World, recodes: list[Recode], *, times: int) -> list[Row]:
    rows = ibis.memtable(positions_of(world))
    for _ in range(times):
        rows = in_todays_terms(rows, recodes, [])
    return sorted(rows.select(*Position.__dataclass_fields__).to_pyarrow().to_pylist(), key=repr)


def slowly(position: Position, recodes: list[Recode]) -> str:
    """The name today: whoever had the old name before the day follows it, and so on."""
    name, since = position.unit, Month(position.month).first_day
    for r in sorted(recodes, key=lambda r: r.on):
        before = Month(position.month) < Month.of(r.on)
        if r.organisation == position.organisation and r.old == name and before and r.on > since:
            name, since = r.new, r.on
    return name


@settings(max_examples=15)
@given(worlds(), recodes())
def test_restating_twice_is_restating_once_and_moves_nobody_between_organisations(
    world: World, these: list[Recode]
) -> None:
    once = restated(world, these, times=1)
    assert once == restated(world, these, times=2)
    without_units = [{k: v for k, v in row.items() if k != "unit"} for row in once]
    assert Counter(map(repr, without_units)) == Counter(
        repr({k: getattr(p, k) for k in Position.__dataclass_fields__ if k != "unit"}) for p in world.positions
    )
    units = Counter((row["person"], row["organisation"], row["month"], row["unit"]) for row in once)
    assert units == Counter((p.person, p.organisation, p.month, slowly(p, these)) for p in world.positions)


@settings(max_examples=10)
@given(worlds(), st.sampled_from(DAYS))
def test_a_succession_moves_every_row_before_its_day_and_no_other(world: World, on: dt.date) -> None:
    rows = in_todays_terms(ibis.memtable(positions_of(world)), [], [Succession("RX1", "RX2", on)])
    found = Counter((row["person"], row["organisation"], row["month"]) for row in rows.to_pyarrow().to_pylist())
    assert found == Counter(
        (p.person, "RX2" if Month(p.month) < Month.of(on) else p.organisation, p.month) for p in world.positions
    )
