"""A file too large to hold says what it says when it is held: the same rows, the same left out, the same sentences."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_fast_reading import everything, texts

from keepwell.errors import KeepwellError
from keepwell.made_up import SystemPlan, make_up
from keepwell.records import rows_in_lots
from keepwell.records.keys import PersonKey
from keepwell.records.rows_in_lots import RowsInLots
from keepwell.records.workspace import Change, Load, Workspace
from keepwell.sources import ReadOptions, clean_lines, coded, people_hashed, reading, staff_positions, text_on_disk
from keepwell.sources.clean_lines import CleanLines
from keepwell.sources.loading import check_file, load_file
from keepwell.sources.reading import read_sheets

SIZES = (60, 700)
OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2026, 1, 15))
NOW = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
EVERYTHING = frozenset({"many-gone", "new-identifiers", "future-month", "unknown-status", "no-fte", "no-staff-group"})


@contextmanager
def as_if_large(size: int) -> Iterator[None]:
    """Every text stays on disk, in lots of so many bytes; every table comes in lots, of fewer rows."""
    with ExitStack() as changed:
        for module, name, value in (
            (reading, "HELD_IN_MEMORY", 0),
            (clean_lines, "LOT", size),
            (clean_lines, "PIECE", 2 * size),
            (text_on_disk, "LOT", size + 1),
            (coded, "BLOCK", max(size // 20, 3)),
            (clean_lines, "BLOCK", max(size // 20, 3)),
            (coded, "FEW", 5),
            (staff_positions, "HELD_IN_MEMORY", 0),
            (rows_in_lots, "LOT", max(size // 30, 2)),
            (people_hashed, "MOST_TICKED", 10 * size),
        ):
            changed.enter_context(patch.object(module, name, value))
        yield


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=texts(), size=st.sampled_from((1, 7, 40, 200)))
def test_on_disk_a_text_reads_as_in_memory(data: bytes, size: int, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    held = everything(path)
    with as_if_large(size):
        assert everything(path) == held


def made(folder: Path, **plan: Any) -> bytes:
    """Months of a made-up trust in one file."""
    files = make_up(replace(SystemPlan.trust_only(people=150, months=4), **plan), folder).staff_in_post
    first, *others = [path.read_bytes() for path in files]
    return first + b"".join(other.split(b"\n", 1)[1] for other in others)


def mutated(data: bytes, rng: random.Random) -> bytes:
    """Something of what befalls real files: lines doubled, moved, gone, cut or blanked; cells and codes changed."""
    lines = data.splitlines(keepends=True)
    for _ in range(rng.randrange(12)):
        i, j = rng.randrange(1, len(lines)), rng.randrange(len(lines))
        act = rng.randrange(8)
        if act == 0:
            lines.insert(i, lines[j])
        elif act == 1:
            lines[i], lines[j or 1] = lines[j or 1], lines[i]
        elif act == 2:
            del lines[i : i + rng.randrange(1, 40)]
        elif act == 3:
            cells = lines[i].split(b",")
            cells[rng.randrange(len(cells))] = rng.choice(
                [b"", b"*", b"31/02/2025", b"abc", b" x ", b"1,5", "é".encode()]
            )
            lines[i] = b",".join(cells)
        elif act == 4:
            lines.insert(i, rng.choice([b"\r\n", b",,,\r\n", lines[0], b"Total,,,\r\n", b"Note: all of it\r\n"]))
        elif act == 5:
            lines[i] = lines[i].replace(b"RZ1", b"RX9")
        elif act == 6:
            lines[i] = lines[i].replace(b"Active Assignment", rng.choice([b"Acting Up", b"Career Break", b"Nonsense"]))
        else:
            lines[i:] = [line.replace(b"RZ1", b"RX9") for line in lines[i:]]
        if len(lines) < 3:
            break
    return b"".join(lines)


def told(path: Path, folder: Path) -> list[Any]:
    """All that a check and a load say of a file, and its rows as they are kept."""
    said: list[Any] = []
    for accept in (frozenset[str](), EVERYTHING):
        try:
            checked = check_file(Workspace(folder / "none"), path, replace(OPTIONS, accept=accept))
            found = checked.reading
            said.append([checked.decisions, found.left_out, found.remarks, found.organisations, found.found_columns])
            load = load_file(Workspace(folder), path, replace(OPTIONS, accept=accept), now=NOW)
        except KeepwellError as refusal:
            said.append(str(refusal))
            continue
        said.append({**asdict(load), "parts": sorted(load.parts)})
        said += [pq.read_table(Workspace(folder).part(name)) for name in load.parts.values()]
        break
    return said


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("seed", range(4))
def test_a_large_file_of_staff_loads_as_a_small_one(size: int, seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    data = made(tmp_path / "made", seed=seed + 1)
    path = tmp_path / "staff.csv"
    path.write_bytes(mutated(data, rng) if seed else data)
    held = told(path, tmp_path / "held")
    with as_if_large(size):
        assert told(path, tmp_path / "large") == held


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 400))
def test_three_hundred_large_files_of_staff_load_as_small_ones(seed: int, tmp_path: Path) -> None:
    test_a_large_file_of_staff_loads_as_a_small_one(SIZES[seed % len(SIZES)], seed, tmp_path)


def as_if_lots_began_a_row_late(monkeypatch: pytest.MonkeyPatch) -> None:
    table = staff_positions._PositionLots.table
    monkeypatch.setattr(
        staff_positions._PositionLots, "table", lambda self, which, *names: table(self, which[len(which) > 3 :], *names)
    )


def as_if_only_neighbours_could_be_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    def twice(numbers: Any) -> Any:
        found = np.zeros(len(numbers), np.bool_)
        found[1:] = numbers[1:] == numbers[:-1]
        return found

    monkeypatch.setattr(staff_positions, "standing_twice", twice)
    monkeypatch.setattr(clean_lines, "standing_twice", twice)


def as_if_codes_never_grew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keepwell.sources.set_aside.code_type", lambda values: np.dtype(np.uint8))


def as_if_all_organisations_were_one(monkeypatch: pytest.MonkeyPatch) -> None:
    places = staff_positions._PositionLots.places
    monkeypatch.setattr(
        staff_positions._PositionLots, "places", lambda self: {("RZ1", m): w for (_, m), w in places(self).items()}
    )


FAULTS = [
    as_if_lots_began_a_row_late,
    as_if_only_neighbours_could_be_alike,
    as_if_codes_never_grew,
    as_if_all_organisations_were_one,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught(fault: Callable[[pytest.MonkeyPatch], None], tmp_path: Path) -> None:
    data = made(tmp_path / "made", people=300, months=2)
    path = tmp_path / "staff.csv"
    for seed in range(12):
        path.write_bytes(mutated(data, random.Random(seed)))
        held = told(path, tmp_path / f"held{seed}")
        with as_if_large(150), pytest.MonkeyPatch.context() as planted:
            fault(planted)
            try:
                if told(path, tmp_path / f"large{seed}") != held:
                    return
            except (ValueError, IndexError, KeyError):
                return
    pytest.fail("nobody noticed")


def test_a_large_file_stays_on_disk_and_its_rows_come_in_lots(tmp_path: Path) -> None:
    path = tmp_path / "staff.csv"
    path.write_bytes(made(tmp_path / "made"))
    with as_if_large(5_000):
        [sheet] = read_sheets(path)
        assert isinstance(sheet.rows, CleanLines)
        assert sheet.rows.on_disk
        written: list[Any] = []
        write = Change._write_part
        with patch.object(Change, "_write_part", lambda *a: written.append(a[2]) or write(*a)):
            load: Load = load_file(Workspace(tmp_path / "ws"), path, OPTIONS, now=NOW)
        assert isinstance(written[0], RowsInLots)
        kept = pq.ParquetFile(Workspace(tmp_path / "ws").part(load.parts["positions"]))
        assert kept.metadata.num_row_groups > 1
        assert kept.metadata.num_rows == written[0].num_rows == len(written[0].whole())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_large_file_in_other_letters_is_written_anew_without_a_name(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("id,ward,FTE\n1,Zoë’s,1\n2,é,1\n".encode(encoding))
    held = everything(path)
    with as_if_large(9):
        [sheet] = read_sheets(path)
        assert sheet.rows.on_disk  # type: ignore[attr-defined]
        assert everything(path) == held


def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,ward,FTE\n" + b"1,A,1\n" * 50)
    with as_if_large(40):
        [sheet] = read_sheets(path)
        with path.open("ab") as file:
            file.write(b"2,B,1\n")
        with pytest.raises(KeepwellError, match="was changed while it was read"):
            list(sheet.rows)
