"""Spells that went on from month to month are those made of everything at once, in whatever order files come in."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slow_count import Position, World
from test_spells import DAYS
from worlds import MONTHS, positions_of, worlds

from keepwell.periods import Month
from keepwell.records import kept_spells as kept_spells_module
from keepwell.records.kept_spells import kept_spells
from keepwell.records.recodes import Recode, Succession
from keepwell.records.staff_records import _restated, staff_records_of

Step = tuple[World, list[tuple[tuple[str, int], ...]], list[Recode], list[Succession]]


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """A world whose months come in as files in some order; now and then one is replaced, or told otherwise."""
    world = draw(worlds())
    places = sorted({(p.organisation, p.month) for p in world.positions}, key=lambda place: place[::-1])
    if draw(st.booleans()):
        places = draw(st.permutations(places))
    files: list[tuple[tuple[str, int], ...]] = []
    steps: list[Step] = []
    recodes: list[Recode] = []
    successions: list[Succession] = []
    while places:
        size = draw(st.sampled_from([1, 2, 3, 4]))
        files, places = [*files, tuple(places[:size])], places[size:]
        happens = draw(st.sampled_from(["load", "load", "load", "load", "replace", "recode", "succeed", "unload"]))
        if happens == "recode":
            recodes = [*recodes, Recode("RX1", "unit", "ward 1", "ward 3", draw(st.sampled_from(DAYS)))]
        elif happens == "succeed" and not successions:
            successions = [Succession("RX1", "RX2", draw(st.sampled_from(DAYS)))]
        elif happens == "replace":
            organisation, month = draw(st.sampled_from(files[-1]))
            changed = [
                replace(p, fte=0.25) if (p.organisation, p.month) == (organisation, month) else p
                for p in world.positions
            ]
            world = World(tuple(changed), world.seen)
        elif happens == "unload" and len(files) > 1:
            files = files[1:]
        steps.append((world, list(files), list(recodes), list(successions)))
    return steps


class Loaded:
    """Files on disk, one for each list of places and what is said of them; and what is kept of their spells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / uuid.uuid4().hex
        (self.folder / "parts").mkdir(parents=True)
        self.written: dict[object, Path] = {}

    def parts(self, world: World, files: list[tuple[tuple[str, int], ...]]) -> list[Path]:
        found = []
        for places in files:
            positions = tuple(p for p in world.positions if (p.organisation, p.month) in places)
            path = self.written.setdefault((places, positions), self.folder / "parts" / f"{uuid.uuid4().hex}.parquet")
            if not path.is_file():
                table = positions_of(World(positions, world.seen)).to_pylist()
                names = [r | {"organisation_name": f"Trust {r['organisation']} {len(places)}"} for r in table]
                pq.write_table(positions_of(world).from_pylist(names, schema=positions_of(world).schema), path)
            found.append(path)
        return found


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    connection = ibis.duckdb.connect()
    connection.con.execute("SET threads = 1")
    yield connection
    connection.disconnect()


def rows(table: ibis.Table) -> list[str]:
    return sorted(repr(sorted(row.items())) for row in table.to_pyarrow().to_pylist())


def differs(engine: Any, folder: Path, history: list[Step]) -> bool:
    loaded = Loaded(folder)
    for world, files, recodes, successions in history:
        parts = loaded.parts(world, files)
        restate = partial(_restated, recodes=recodes, successions=successions)
        kept, seen = kept_spells(engine, loaded.folder / "derived", parts, recodes, successions, restate)
        anew = staff_records_of(engine.read_parquet([str(p) for p in parts]), recodes, successions)
        if rows(kept.select(*sorted(kept.columns))) != rows(anew.spells.select(*sorted(kept.columns))):
            return True
        months = [(o, m) for o, of in sorted(seen.items()) for m in of]
        if months != [(r["organisation"], r["month"]) for r in anew.seen.to_pyarrow().to_pylist()]:
            return True
    return False


@pytest.mark.parametrize("at_once", [4_000_000, 1])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
def test_they_are_those_made_of_everything_at_once(
    at_once: int, history: list[Step], engine: Any, tmp_path: Path
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept_spells_module, "ROWS_AT_ONCE", at_once)
        assert not differs(engine, tmp_path, history)


def held(month: int, person: str, fte: float | None = 1.0, unit: str = "ward 1") -> Position:
    return Position(month, "RX1", person, "active", fte, "nurses", unit)


A, B, C, D, *_ = MONTHS
TELLING = (
    *(held(m, "unchanged") for m in MONTHS),
    *(held(m, "with no hours known", None) for m in MONTHS),
    *(held(m, "with other hours", 1.0 if m < C else 0.5) for m in MONTHS),
    *(held(m, "on another ward", unit="ward 1" if m < C else "ward 2") for m in MONTHS),
    *(held(m, "away for a month") for m in MONTHS if m != C),
)


def in_order() -> World:
    return World(TELLING, {"RX1": MONTHS})


def a_month_a_file(*months: int) -> list[tuple[tuple[str, int], ...]]:
    return [(("RX1", month),) for month in months]


TELLING_HISTORY: list[Step] = [
    (in_order(), a_month_a_file(A), [], []),
    (in_order(), a_month_a_file(A, B), [], []),
    (in_order(), a_month_a_file(A, B, D), [], []),
    (in_order(), a_month_a_file(A, B, D, C), [], []),
    (in_order(), a_month_a_file(A, B, D, C), [Recode("RX1", "unit", "ward 1", "ward 2", Month(C).first_day)], []),
]


def test_a_telling_history_is_told_as_if_made_at_once(engine: Any, tmp_path: Path) -> None:
    assert not differs(engine, tmp_path, TELLING_HISTORY)


def made_of(loaded: Loaded, engine: Any, months: tuple[int, ...]) -> set[str]:
    """The files kept once these months are loaded."""
    parts = loaded.parts(in_order(), a_month_a_file(*months))
    kept_spells(engine, loaded.folder / "derived", parts, [], [], partial(_restated, recodes=[], successions=[]))
    return {path.name for path in (loaded.folder / "derived").iterdir()}


def test_a_new_month_is_joined_to_what_is_kept_and_changes_no_file(engine: Any, tmp_path: Path) -> None:
    loaded = Loaded(tmp_path)
    before = made_of(loaded, engine, MONTHS[:2])
    contents = {name: (loaded.folder / "derived" / name).read_bytes() for name in before}
    with pytest.MonkeyPatch.context() as patch:
        lots: list[object] = []
        sound = kept_spells_module._lots
        patch.setattr(kept_spells_module, "_lots", lambda found: lots.extend(found) or sound(found))
        after = made_of(loaded, engine, MONTHS[:3])
    assert lots == [("RX1", MONTHS[2])]
    assert before < after
    assert any("over" in name for name in after - before)  # what the new month ended is put by for good
    assert contents == {name: (loaded.folder / "derived" / name).read_bytes() for name in before}


@pytest.mark.parametrize("kind", ["over", "going-on", "json"])
def test_what_is_deleted_is_made_again(kind: str, engine: Any, tmp_path: Path) -> None:
    loaded = Loaded(tmp_path)
    made_of(loaded, engine, MONTHS)
    lost = [path for path in (loaded.folder / "derived").iterdir() if kind in path.name]
    assert lost
    for path in lost:
        path.unlink()
    assert not differs_at(loaded, engine)


def test_half_a_list_of_files_is_made_again(engine: Any, tmp_path: Path) -> None:
    loaded = Loaded(tmp_path)
    made_of(loaded, engine, MONTHS)
    [listed] = (loaded.folder / "derived").glob("*.json")
    listed.write_bytes(listed.read_bytes()[:40])
    assert not differs_at(loaded, engine)


def differs_at(loaded: Loaded, engine: Any) -> bool:
    parts = loaded.parts(in_order(), a_month_a_file(*MONTHS))
    restate = partial(_restated, recodes=[], successions=[])
    kept, _ = kept_spells(engine, loaded.folder / "derived", parts, [], [], restate)
    anew = staff_records_of(engine.read_parquet([str(p) for p in parts]), [], [])
    return rows(kept.select(*sorted(kept.columns))) != rows(anew.spells.select(*sorted(kept.columns)))


def any_month_may_be_added(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_spells_module, "_comes_after", lambda *_: True)


def recodes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = kept_spells_module._fingerprint
    told = lambda of: sound(of) if len(of) == 3 else "told"  # noqa: E731
    monkeypatch.setattr(kept_spells_module, "_fingerprint", told)


def sql_with(old: str, new: str) -> Callable[[pytest.MonkeyPatch], None]:
    def plant(monkeypatch: pytest.MonkeyPatch) -> None:
        sound = kept_spells_module._joined
        assert old in sound("held", "new", "seen", 1)
        monkeypatch.setattr(kept_spells_module, "_joined", lambda *told: sound(*told).replace(old, new))

    return plant


FAULTS = [
    any_month_may_be_added,
    recodes_are_forgotten,
    sql_with("AND new.first_month = held.next_month", ""),
    sql_with("new.fte IS NOT DISTINCT FROM held.fte", "new.fte = held.fte"),
    sql_with("new.unit IS NOT DISTINCT FROM held.unit", "true"),
    sql_with("last_month < newest", "true"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(
    fault: Callable[[pytest.MonkeyPatch], None], engine: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fault(monkeypatch)
    assert differs(engine, tmp_path, TELLING_HISTORY)
