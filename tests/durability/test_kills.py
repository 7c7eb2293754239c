"""Is the workspace whole after a load was killed, wherever it was?"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from crashing_child import NOW, POINTS, WRITES, act
from trials import KILLED, Children, loads_and_rows, lock_is_free, nothing_left_behind, state

from keepwell.errors import KeepwellError
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="names of open files are read from /proc")

KILLS = [
    (point, when) for point in POINTS for when in ("before", "during", "after") if when != "during" or point in WRITES
]
IN_FORCE = [("pointer rename", "after"), ("last folder fsync", "before"), ("last folder fsync", "after")]


@pytest.fixture(scope="module")
def filled(tmp_path_factory, turnover_file):
    """A workspace with a load that was replaced and one in force, and the files of two more months."""
    folder = tmp_path_factory.mktemp("filled")
    workspace = Workspace(folder / "workspace")
    act(workspace, "load", turnover_file(folder / "early.csv", 1))
    act(workspace, "load", turnover_file(folder / "corrected.csv", 1, leavers=4))
    turnover_file(folder / "february.csv", 2)
    turnover_file(folder / "march.csv", 3)
    return folder


def survives(children: Children, folder: Path, point: str, when: str, **more: object) -> None:
    """Kills the load of February there, and asks everything that must hold afterwards."""
    workspace = Workspace(folder / "workspace")
    before = state(workspace)
    reader = workspace.current()
    (opened,) = workspace.parts_of(reader, "flows")
    with opened.open("rb") as file_of_a_reader:
        order = {"workspace": workspace.folder, "action": ["load", folder / "february.csv"]}
        (result,) = children.run({**order, "point": point, "when": when, **more})
        assert result["status"] == KILLED
        assert lock_is_free(workspace)
        assert pq.read_table(file_of_a_reader).num_rows == 6
    assert loads_and_rows(workspace, reader) == before[1:]
    if (point, when) in IN_FORCE:
        assert state(workspace)[:2] == (before[0] + 1, before[1])
        assert len(state(workspace)) == 3
    else:
        assert state(workspace) == before
        act(workspace, "load", folder / "february.csv")
    act(workspace, "load", folder / "march.csv")
    assert [load.file for load in workspace.current().loads] == ["corrected.csv", "february.csv", "march.csv"]
    assert len(state(workspace)) == 4
    assert workspace.vintages() == [1, 2, 3, 4]  # one killed before it was in force is none
    assert nothing_left_behind(workspace)
    assert len(loads_and_rows(workspace, workspace.generation(1))) == 1


def test_a_load_asks_these_steps_of_the_disk_and_no_others(children, filled, tmp_path):
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    (result,) = children.run({"workspace": tmp_path / "workspace", "action": ["load", tmp_path / "february.csv"]})
    assert result == {"status": 0, "told": [*POINTS, "= None"]}


@pytest.mark.parametrize(("point", "when"), KILLS)
def test_a_load_killed_there_has_happened_or_has_not(children, filled, tmp_path, point, when):
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    survives(children, tmp_path, point, when)


@pytest.mark.parametrize(
    ("fault", "point", "when"),
    [
        ("pointer_swapped_before_the_generation_is_written", "pointer rename", "after"),
        ("pointer_written_in_place", "pointer draft write", "during"),
    ],
)
def test_a_planted_fault_is_caught_by_the_kill_there(children, filled, tmp_path, fault, point, when):
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    with pytest.raises((AssertionError, KeepwellError, ValueError)):
        survives(children, tmp_path, point, when, faults=[fault])


@pytest.mark.parametrize("point", ["part fsync", "generations folder fsync"])
def test_a_sweep_left_out_is_caught(children, filled, tmp_path, monkeypatch, point):
    import faults

    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    faults.nothing_swept(monkeypatch.setattr)
    with pytest.raises(AssertionError):
        survives(children, tmp_path, point, "after")


@pytest.mark.parametrize(("point", "when"), KILLS)
def test_a_first_load_killed_there_leaves_an_empty_workspace_or_one_load(children, filled, tmp_path, point, when):
    workspace = Workspace(tmp_path / "new" / "workspace")
    order = {"workspace": workspace.folder, "action": ["load", filled / "february.csv"]}
    (result,) = children.run({**order, "point": point, "when": when})
    assert result["status"] == KILLED
    assert len(state(workspace)) == (2 if (point, when) in IN_FORCE else 1)
    act(workspace, "load", filled / "march.csv")
    assert len(state(workspace)) == (3 if (point, when) in IN_FORCE else 2)
    assert workspace.vintages() == ([1, 2] if (point, when) in IN_FORCE else [1])
    assert nothing_left_behind(workspace)


@pytest.mark.soak
def test_the_child_can_be_killed_by_hand(filled, tmp_path):
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    script = str(Path(__file__).with_name("crashing_child.py"))
    workspace = Workspace(tmp_path / "workspace")
    child = subprocess.run(
        [sys.executable, script, "generation rename", "after", workspace.folder, tmp_path / "february.csv"],
        check=False,
        capture_output=True,
    )
    assert child.returncode == KILLED
    assert workspace.vintages() == [1, 2]


@pytest.mark.soak
def test_hundreds_of_kills_one_after_another_lose_nothing(children, tmp_path, turnover_file, record_property):
    """Loads, revisions, unloads and erasures, each killed at a random point or time, with no rest between."""
    rng, counts = random.Random(20251201), Counter[str]()
    workspace = Workspace(tmp_path / "workspace")
    kills = 0
    while kills < 300:
        before, numbers = state(workspace), [load.number for load in workspace.current().loads]
        kind = rng.choice(["load", "load", "revision", "unload", "erase"])
        if kind in ("load", "revision") or not numbers:
            month = rng.randint(1, 6) if kind == "revision" else kills + 10
            action = ["load", turnover_file(tmp_path / "next.csv", month, leavers=rng.randint(0, 90))]
        else:
            action = ["unload", rng.choice(numbers)] if kind == "unload" else ["erase"]
        point, when = rng.choice(KILLS)
        at = rng.choice([{"point": point, "when": when}, {"kill_after": rng.uniform(0, 0.02)}])
        (result,) = children.run({"workspace": workspace.folder, "action": action, **at})
        ended = "killed" if result["status"] == KILLED else "ran through"
        assert result["status"] in (KILLED, 0), result
        after = state(workspace)
        changed = after != before
        assert changed <= (action[0] != "erase")
        assert not changed or after[0] == before[0] + 1
        assert ended == "killed" or action[0] == "erase" or changed
        assert lock_is_free(workspace)
        counts[f"{action[0]} {ended}, {'in force' if changed else 'not in force'}"] += 1
        kills += ended == "killed"
        if kills % 10 == 0:
            with workspace.change():
                pass
            assert nothing_left_behind(workspace)
            assert state(workspace) == after
        if len(numbers) > 8:
            with workspace.change() as change:
                for number in numbers[:6]:
                    if number in [load.number for load in change.after.loads]:
                        change.remove(number)
    record_property("counts", told(kills, counts))


@pytest.mark.soak
def test_a_real_keepwell_load_killed_at_a_random_millisecond_loses_nothing(tmp_path, turnover_file, record_property):
    rng, counts = random.Random(1948), Counter[str]()
    workspace = Workspace(tmp_path / "workspace")
    command = [sys.executable, "-c", "from keepwell.cli import main; main()", "--workspace", workspace.folder, "load"]
    load_file(workspace, turnover_file(tmp_path / "0.csv", 1), ReadOptions(), now=NOW)
    started = time.monotonic()
    subprocess.run([*command, turnover_file(tmp_path / "1.csv", 2)], check=True, capture_output=True)
    whole = time.monotonic() - started
    for i in range(1, 41):
        before = state(workspace)
        files = [turnover_file(tmp_path / f"{i}-{j}.csv", -20 * i - j) for j in range(20)]  # never in the future
        with subprocess.Popen([*command, *files], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            if i % 2:
                time.sleep(rng.uniform(0, whole))
            else:  # most of a run is its start; these wait for the first file to be in
                while process.poll() is None and workspace.current().number == before[0]:
                    time.sleep(0.001)
                time.sleep(rng.uniform(0, 0.2))
            process.kill()
        assert process.returncode in (KILLED, 0, 1)  # 1: months between are missing, which is a warning
        after = state(workspace)
        assert after[1 : len(before)] == before[1:]
        taken = [load.file for load in workspace.current().loads][len(before) - 1 :]
        assert taken == [file.name for file in files][: len(taken)]
        assert after[0] == before[0] + len(taken)
        assert lock_is_free(workspace)
        how_many = "none" if not taken else "all" if len(taken) == len(files) else "some"
        counts[
            f"real process {'killed' if process.returncode else 'ran through'}, {how_many} of 20 files in force"
        ] += 1
    assert any("some" in what for what in counts)
    with workspace.change():
        pass
    assert nothing_left_behind(workspace)
    record_property("counts", told(40, counts))


def told(kills: int, counts: Counter[str]) -> str:
    return "\n".join([f"{kills} kills", *(f"  {n:4}  {what}" for what, n in sorted(counts.items()))])
