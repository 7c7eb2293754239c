"""May several people use one workspace at once?"""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crashing_child import act
from filelock import FileLock
from trials import Children, nothing_left_behind, state

from keepwell.errors import WorkspaceRefused
from keepwell.records import keys, workspace
from keepwell.records.workspace import Workspace


def files_at_once(children: Children, tmp_path: Path, turnover_file, faults: list[str]) -> list[list[str]]:
    """Four rounds of two processes that load a file each; the files listed after every round."""
    listed = []
    workspace = Workspace(tmp_path / "workspace")
    for round_number in range(4):
        files = [turnover_file(tmp_path / f"{name}.csv", 2 * round_number + i + 1) for i, name in enumerate("ab")]
        start_at = time.time() + 0.05
        order = {"workspace": workspace.folder, "unwatched": True, "start_at": start_at, "faults": faults}
        results = children.run(*({**order, "action": ["load", file]} for file in files))
        assert [result["status"] for result in results] == [0, 0], results
        listed.append([load.file for load in workspace.current().loads])
    return listed


def test_two_processes_that_load_at_once_both_have_their_file_in(children, tmp_path, turnover_file):
    listed = files_at_once(children, tmp_path, turnover_file, [])
    assert [sorted(files) for files in listed] == [["a.csv"] * n + ["b.csv"] * n for n in range(1, 5)]
    workspace = Workspace(tmp_path / "workspace")
    assert workspace.vintages() == list(range(1, 9))
    assert [load.number for load in workspace.current().loads] == list(range(1, 9))
    assert len(state(workspace)) == 9
    assert nothing_left_behind(workspace)


def test_a_lock_left_out_is_caught_by_two_processes_at_once(children, tmp_path, turnover_file):
    try:
        listed = files_at_once(children, tmp_path, turnover_file, ["no_lock", "slow"])
    except AssertionError:
        return  # one swept what the other was writing
    assert [len(files) for files in listed] != [2, 4, 6, 8]


def reads_while_loading(children: Children, tmp_path: Path, turnover_file, faults: list[str]) -> list[tuple[int, int]]:
    """What a reader sees, again and again, while another process loads 20 files: loads listed and rows read."""
    workspace = Workspace(tmp_path / "workspace")
    act(workspace, "load", turnover_file(tmp_path / "first.csv", 1))
    files = [turnover_file(tmp_path / f"{n}.csv", n + 2) for n in range(20)]
    order = {"workspace": workspace.folder, "unwatched": True, "action": ["load", *files], "faults": faults}
    children.start(order)
    seen = []
    while not children.ended():
        generation = workspace.current()
        paths = workspace.parts_of(generation, "flows")
        rows = sum(pq.read_metadata(path).num_rows for path in paths)
        seen.append((len(generation.loads), rows))
    assert children.results()[0]["status"] == 0
    return seen


def test_a_reader_never_sees_an_error_or_half_a_load_while_20_files_are_loaded(children, tmp_path, turnover_file):
    seen = reads_while_loading(children, tmp_path, turnover_file, ["slow"])
    assert len(seen) > 5
    assert len(set(seen)) > 2
    assert all(rows == 6 * loads for loads, rows in seen)
    assert seen == sorted(seen)


def test_a_pointer_swapped_too_early_is_caught_by_a_reader(children, tmp_path, turnover_file):
    faults = ["slow", "pointer_swapped_before_the_generation_is_written"]
    with pytest.raises(WorkspaceRefused):
        reads_while_loading(children, tmp_path, turnover_file, faults)
    children.results()


def test_a_second_writer_waits_and_then_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(workspace, "LOCK_SECONDS", 0.2)
    (tmp_path / "workspace").mkdir()
    held = FileLock(tmp_path / "workspace" / "lock")
    with held, pytest.raises(WorkspaceRefused) as refusal, Workspace(tmp_path / "workspace").change():
        raise AssertionError("two writers at once")
    assert str(refusal.value).splitlines()[0] == "Another load is writing to this workspace."
    assert len(str(refusal.value).splitlines()) == 3


def test_first_uses_that_race_end_up_with_one_key(children, tmp_path):
    for round_number in range(5):
        path = tmp_path / str(round_number) / "person.key"
        order = {"workspace": tmp_path / "workspace", "unwatched": True, "action": ["key"], "key_file": path}
        results = children.run(*[{**order, "start_at": time.time() + 0.03}] * 4)
        assert [result["status"] for result in results] == [0] * 4, results
        assert len({result["told"][-1] for result in results}) == 1
        assert len(path.read_text("ascii")) == 65


def test_a_first_use_takes_the_key_of_a_faster_one(tmp_path, monkeypatch):
    """The race drawn out: both have seen that there is no key, and one is done before the other begins."""
    path = tmp_path / "person.key"
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(path))
    faster = []
    make = keys._make_key_file

    def overtaken(path: Path) -> keys.PersonKey:
        other = threading.Thread(target=lambda: faster.append(make(path)))
        other.start()
        other.join()
        return make(path)

    monkeypatch.setattr(keys, "_make_key_file", overtaken)
    assert keys.person_key(tmp_path / "workspace", None) == faster[0]
