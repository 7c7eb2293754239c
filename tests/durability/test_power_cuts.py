"""Is the workspace whole after the power went off, whatever the disk had not made sure of?"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import disk_model
import faults
import pytest
from crashing_child import act
from disk_model import Disk, put_down, recorded
from trials import nothing_left_behind

from keepwell.errors import KeepwellError
from keepwell.records.keys import person_key
from keepwell.records.workspace import Generation, Workspace

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="names of open files are read from /proc")

FOLDER = Path("trust") / "keepwell-workspace"
Done = Callable[[Workspace], Any]


class Trial:
    """Does one thing to a workspace on a recorded disk, and looks at all that a power cut can make of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.scratch = (root.parent / f"{root.name}-{i}" for i in itertools.count())
        self.seen: dict[tuple[Any, ...], Any] = {}
        self.workspace = Workspace(root / FOLDER)

    def record(self, does: Done, disk: Disk | None = None) -> list[Disk]:
        self.root.mkdir(exist_ok=True)
        with recorded(self.root, disk or Disk.of(self.root)) as moments:
            does(self.workspace)
        return moments

    def wrong(self, moments: list[Disk], *, before: Any, after: Any, also: Any = ()) -> list[str]:
        """Where a power cut leaves neither before nor after; at the last moment only after will do."""
        allowed = (before, after, *also)
        found = []
        for i, disk in enumerate(moments):
            for files in disk.after_power_cut():
                left = self.left_by(files)
                if left not in (allowed if i < len(moments) - 1 else (after,)):
                    found.append(f"step {i} of {len(moments) - 1}: {left}")
        return found

    def left_by(self, files: disk_model.Files) -> Any:
        key = tuple(sorted(files.items()))
        if key not in self.seen:
            self.seen[key] = self._left_by(files)
        return self.seen[key]

    def _left_by(self, files: disk_model.Files) -> Any:
        workspace = Workspace(put_down(files, next(self.scratch)) / FOLDER)
        try:
            left = kept(workspace)
            if (workspace.folder / "generations").exists():
                with workspace.change():
                    pass
                assert nothing_left_behind(workspace), "something was left behind"
                assert kept(workspace) == left, "the next change changed it"
        except (KeepwellError, AssertionError, ValueError, KeyError, OSError) as error:
            return repr(error)
        return left


def kept(workspace: Workspace) -> tuple[Any, ...]:
    """The loads in force with the very bytes of their rows."""
    generation = workspace.current()
    return generation.number, *(_load(workspace, generation, number) for number in _numbers(generation))


def _numbers(generation: Generation) -> list[int]:
    return [load.number for load in generation.loads]


def _load(workspace: Workspace, generation: Generation, number: int) -> tuple[Any, ...]:
    load = generation.load(number)
    paths = {path.name: path for table in load.parts for path in workspace.parts_of(generation, table)}
    return load.file, load.sha256, tuple(paths[part].read_bytes() for part in load.parts.values())


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path / "disk")


@pytest.fixture
def january(tmp_path, turnover_file) -> Done:
    return _loads(turnover_file(tmp_path / "january.csv", 1))


@pytest.fixture
def february(tmp_path, turnover_file) -> Done:
    return _loads(turnover_file(tmp_path / "february.csv", 2))


@pytest.fixture
def corrected(tmp_path, turnover_file) -> Done:
    return _loads(turnover_file(tmp_path / "corrected.csv", 1, leavers=9))


def _loads(path: Path) -> Done:
    return lambda workspace: act(workspace, "load", path)


def _unloads(workspace: Workspace) -> None:
    act(workspace, "unload", 1)


def _erases(workspace: Workspace) -> None:
    act(workspace, "erase")


def all_wrong(trial: Trial, does: Done) -> list[str]:
    before = kept(trial.workspace)
    moments = trial.record(does)
    return trial.wrong(moments, before=before, after=kept(trial.workspace))


def test_a_first_load_survives_a_power_cut_at_every_step(trial, january):
    assert all_wrong(trial, january) == []
    assert len(set(trial.seen.values())) == 2


@pytest.mark.parametrize("then", ["february", "corrected"])
def test_a_load_survives_a_power_cut_at_every_step(trial, january, then, request):
    january(trial.workspace)
    assert all_wrong(trial, request.getfixturevalue(then)) == []
    assert len(set(trial.seen.values())) == 2


def test_an_unload_and_an_erasure_survive_a_power_cut_at_every_step(trial, january, february):
    january(trial.workspace)
    february(trial.workspace)
    assert all_wrong(trial, _unloads) == []
    assert all_wrong(trial, _erases) == []


def test_rows_that_were_erased_do_not_come_back_with_the_power(trial, january, february):
    january(trial.workspace)
    february(trial.workspace)
    _unloads(trial.workspace)
    (trial.workspace.folder / "derived" / "made-again.parquet").write_bytes(b"rows")
    for files in trial.record(_erases)[-1].after_power_cut():
        folders = [Path(path).parent.name for path, content in files.items() if content is not None]
        assert folders.count("parts") == 1
        assert folders.count("derived") == 0


@pytest.mark.parametrize(
    "fault",
    [
        "parts_not_fsynced",
        "parts_folder_not_fsynced",
        "pointer_swapped_before_the_generation_is_written",
        "pointer_written_in_place",
        "workspace_folder_not_fsynced",
    ],
)
def test_a_planted_fault_is_caught(trial, january, february, monkeypatch, fault):
    january(trial.workspace)
    getattr(faults, fault)(monkeypatch.setattr)
    assert all_wrong(trial, february)


def test_new_folders_that_are_not_fsynced_are_caught(trial, january, monkeypatch):
    faults.new_folders_not_fsynced(monkeypatch.setattr)
    assert all_wrong(trial, january)


@pytest.mark.parametrize("fault", [None, "workspace_folder_not_fsynced"])
def test_an_erasure_after_a_killed_unload_makes_sure_of_it_first(tmp_path, january, february, monkeypatch, fault):
    """The killed unload swapped the pointer and did not make sure of it; the disk may still go back."""
    trial = Trial(tmp_path / "unloaded")
    january(trial.workspace)
    february(trial.workspace)
    before = kept(trial.workspace)
    unload = trial.record(_unloads)
    if fault:
        getattr(faults, fault)(monkeypatch.setattr)
    wrong = after_a_kill(tmp_path, unload, _erases, before)
    assert bool(wrong) == bool(fault)


def test_a_load_after_a_killed_first_load_survives_a_power_cut(tmp_path, january, february):
    trial = Trial(tmp_path / "killed")
    assert after_a_kill(tmp_path, trial.record(january), february, (0,), last_only=True) == []


@pytest.mark.soak
def test_a_load_after_a_killed_load_survives_a_power_cut_at_every_step(tmp_path, january, february, corrected):
    trial = Trial(tmp_path / "killed")
    january(trial.workspace)
    before = kept(trial.workspace)
    assert after_a_kill(tmp_path, trial.record(february), corrected, before) == []


def after_a_kill(tmp_path: Path, moments: list[Disk], does: Done, before: Any, *, last_only: bool = False) -> list[str]:
    """What goes wrong where a process is killed at each moment, another comes, and then the power goes."""
    found = []
    for i, disk in enumerate(moments):
        trial = Trial(put_down(disk.as_seen(), tmp_path / f"after-kill-{i}"))
        killed = kept(trial.workspace)
        second = trial.record(does, disk)
        second = second[-1:] if last_only else second
        found += trial.wrong(second, before=before, after=kept(trial.workspace), also=[killed])
    return found


@pytest.mark.parametrize("sure", [True, False])
def test_a_key_outlives_a_power_cut_once_it_was_used(tmp_path, monkeypatch, sure):
    """Without it nobody in the workspace could be linked to the next month, ever."""
    from keepwell.records import keys

    root = tmp_path / "home"
    root.mkdir()
    path = Path(".config") / "keepwell" / "person.key"
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(root / path))
    if not sure:
        monkeypatch.setattr(keys, "make_sure_of_folder", lambda folder: None)
    with recorded(root, Disk.of(root)) as moments:
        key = person_key(tmp_path / "workspace", None)
    lines = {files.get(str(path)) for files in moments[-1].after_power_cut()}
    assert (lines == {f"{key.secret.hex()}\n".encode()}) == sure
    half = {files.get(str(path)) for disk in moments for files in disk.after_power_cut()}
    assert half - {None} == lines - {None}
