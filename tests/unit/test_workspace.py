"""What may be loaded, taken out and asked for again, and what does the workspace say when not?"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from keepwell.errors import DecisionNeeded, KeepwellError
from keepwell.records import workspace as module
from keepwell.records.workspace import Load, Workspace, described, erase_unlisted, write_whole
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

NOW = dt.datetime(2025, 12, 1, 9, 30, tzinfo=dt.UTC)
REVISION = ReadOptions(accept=frozenset({"revision"}))


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def load(workspace, tmp_path, turnover_file):
    """Loads one month, made by hand."""

    def load_month(month: int, leavers: int = 3, name: str = "", options: ReadOptions = ReadOptions()) -> Load:
        path = turnover_file(tmp_path / (name or f"{month}.csv"), month, leavers)
        return load_file(workspace, path, options, now=NOW)

    return load_month


def refused(act, *arguments) -> tuple[str, str, str]:
    """The three lines of a refusal."""
    with pytest.raises(KeepwellError) as refusal:
        act(*arguments)
    wrong, found, attempt = str(refusal.value).splitlines()
    assert found.startswith("  Found: ")
    assert attempt.startswith("  Try:   ")
    return wrong, found.removeprefix("  Found: "), attempt.removeprefix("  Try:   ")


def files(workspace: Workspace) -> list[Path]:
    return sorted(path for path in workspace.folder.rglob("*") if path.is_file() and path.name != "lock")


def leavers(workspace: Workspace, vintage: int | None = None) -> list[int]:
    """Midwives who left, as its rows say."""
    generation = workspace.current() if vintage is None else workspace.generation(vintage)
    rows = [row for path in workspace.parts_of(generation, "flows") for row in pq.read_table(path).to_pylist()]
    return [row["leavers"] for row in rows if row["staff_group"] == "Midwives" and row["organisation"] == "RX1"]


def test_opening_a_workspace_that_is_not_there_writes_nothing(workspace):
    assert not workspace.exists
    assert workspace.current().loads == ()
    assert workspace.vintages() == []
    assert not workspace.folder.exists()


def test_a_change_that_changes_nothing_makes_no_vintage(workspace):
    with workspace.change():
        pass
    assert workspace.vintages() == []
    assert files(workspace) == []


def test_a_load_is_listed_with_what_was_read(workspace, load):
    loaded = load(10, name="Oct-25.csv")
    assert workspace.current().loads == (loaded,)
    assert (loaded.number, loaded.format, loaded.organisations) == (1, "nhs_turnover", ("RX1", "RX2"))
    assert (loaded.first_month, loaded.last_month) == ("2025-10", "2025-10")
    assert (loaded.rows_read, loaded.rows_taken) == (18, 18)
    assert loaded.loaded_at == "2025-12-01T09:30:00+00:00"
    assert described(loaded) == "1  nhs_turnover  Oct-25.csv  2025-10  18 rows"


def test_the_same_bytes_are_refused_under_any_name(workspace, load):
    load(10, name="first.csv")
    wrong, found, attempt = refused(load, 10, 3, "second.csv")
    assert wrong == "second.csv is already loaded."
    assert found == "the same bytes as load 1, first.csv"
    assert attempt == "nothing to do; or keepwell unload 1 first"
    assert workspace.vintages() == [1]


def test_a_file_that_was_unloaded_may_be_loaded_again(workspace, load):
    load(10)
    with workspace.change() as change:
        change.remove(1)
    assert load(10).number == 2


def test_a_file_with_other_numbers_for_the_same_month_needs_a_decision(workspace, load):
    load(10, 3, "first.csv")
    wrong, found, attempt = refused(load, 10, 4, "second.csv")
    assert wrong == "Two files disagree about the same month."
    assert found == "load 1 (first.csv) has other rows for the same months"
    assert "--accept revision" in attempt
    with pytest.raises(DecisionNeeded):
        load(10, 4, "second.csv")
    assert leavers(workspace) == [3]


def test_an_accepted_revision_replaces_the_earlier_load(workspace, load):
    load(9, 7)
    load(10, 3, "first.csv")
    revised = load(10, 4, "second.csv", REVISION)
    assert (revised.number, revised.replaces) == (3, (2,))
    assert [entry.number for entry in workspace.current().loads] == [1, 3]
    assert leavers(workspace) == [7, 4]


def test_an_older_vintage_is_read_as_it_was(workspace, load):
    load(10, 3, "first.csv")
    load(10, 4, "second.csv", REVISION)
    with workspace.change() as change:
        change.remove(2)
    assert [leavers(workspace, vintage) for vintage in workspace.vintages()] == [[3], [4], []]


def test_an_unload_takes_one_load_off_the_list(workspace, load):
    load(9, 7)
    load(10, 3)
    with workspace.change() as change:
        removed = change.remove(1)
    assert removed.file == "9.csv"
    assert [entry.number for entry in workspace.current().loads] == [2]
    assert leavers(workspace) == [3]


def test_a_load_that_is_not_there_cannot_be_unloaded(workspace, load):
    load(9)
    load(10)

    def unload(*numbers):
        with workspace.change() as change:
            for number in numbers:
                change.remove(number)

    assert refused(unload, 7) == ("There is no load 7 here.", "loads 1, 2", "keepwell loads")
    assert refused(unload, 1, 1)[0] == "There is no load 1 here."
    assert workspace.vintages() == [1, 2]
    assert refused(Workspace(workspace.folder / "none").current().load, 1)[1] == "loads none"


def test_a_vintage_that_never_was_is_refused(workspace, load):
    load(9)
    load(10)
    wrong = "Vintage 7 is not kept in this workspace."
    assert refused(workspace.generation, 7) == (wrong, "vintages 1, 2", "keepwell loads")
    assert refused(workspace.generation, 0)[0] == "Vintage 0 is not kept in this workspace."


def test_a_vintage_that_is_not_in_force_yet_cannot_be_read(workspace, load, monkeypatch):
    load(9)
    seen = []

    def write(path, content):
        if path.name == "CURRENT":
            assert (path.parent / "generations" / "000002.json").is_file()
            seen.append((workspace.vintages(), refused(workspace.generation, 2)[0]))
        write_whole(path, content)

    monkeypatch.setattr(module, "write_whole", write)
    load(10)
    assert seen == [([1], "Vintage 2 is not kept in this workspace.")]
    assert workspace.vintages() == [1, 2]


def test_erasing_leaves_no_rows_that_the_vintage_in_force_does_not_list(workspace, load):
    load(9, 7)
    load(10, 3, "first.csv")
    load(10, 4, "second.csv", REVISION)
    with workspace.change() as change:
        change.remove(1)
    (workspace.folder / "derived" / "kept" / "spells.parquet").parent.mkdir()
    (workspace.folder / "derived" / "kept" / "spells.parquet").write_bytes(b"rows")
    assert erase_unlisted(workspace) == 3
    rows = {path.name for path in files(workspace) if path.suffix == ".parquet"}
    assert rows == workspace.current().part_names
    assert leavers(workspace) == [4]
    assert erase_unlisted(workspace) == 0


def test_a_vintage_whose_rows_were_erased_is_refused(workspace, load):
    load(9, 7)
    load(10, 3)
    with workspace.change() as change:
        change.remove(1)
    assert leavers(workspace, 2) == [7, 3]
    erase_unlisted(workspace)
    for vintage in (1, 2):
        wrong, found, attempt = refused(leavers, workspace, vintage)
        assert wrong == f"The rows of vintage {vintage} are no longer all kept."
        assert found == "a load that was unloaded and erased"
        assert attempt == "ask without --vintage, or load the file again"
    assert [entry.number for entry in workspace.generation(2).loads] == [1, 2]


def test_a_workspace_of_a_newer_layout_is_refused_and_not_touched(workspace, load):
    load(9)
    listing = workspace.folder / "generations" / "000001.json"
    content = json.loads(listing.read_text("utf-8"))
    listing.write_text(json.dumps({**content, "layout": module.LAYOUT_VERSION + 1}), "utf-8")
    (workspace.folder / "parts" / "of-the-newer-version.parquet").write_bytes(b"rows")
    before = files(workspace)
    wrong = "This workspace was written by a newer Keepwell."
    assert refused(workspace.current)[0] == wrong
    assert refused(load, 10) == (wrong, "layout 2, this version knows 1", "upgrade Keepwell")
    assert files(workspace) == before


def test_settings_stay_with_their_vintage(workspace, load):
    load(9)
    with workspace.change() as change:
        change.set(key_fingerprint="abc")
    load(10)
    assert workspace.current().settings == {"key_fingerprint": "abc"}
    assert workspace.generation(1).settings == {}


def test_a_change_that_fails_leaves_nothing_behind(workspace, load):
    load(9, 7)
    before = files(workspace)

    def add_and_fail() -> None:
        with workspace.change() as change:
            change.add(workspace.current().loads[0], {"flows": pa.table({"leavers": [1]})})
            assert len(files(workspace)) == len(before) + 1
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        add_and_fail()
    assert files(workspace) == before


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="names of open files are read from /proc")
@pytest.mark.parametrize("full", ["parts", "generations", "CURRENT"])
def test_a_full_disk_leaves_nothing_behind_and_the_workspace_as_it_was(workspace, load, monkeypatch, full):
    load(9, 7)
    before = files(workspace)

    def sync(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if full in str(path.relative_to(workspace.folder)) and not path.is_dir():
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", sync)
        with pytest.raises(OSError, match="No space"):
            load(10, 3)
    assert files(workspace) == before
    assert leavers(workspace) == [7]
    assert load(10, 3).number == 2


def test_an_error_after_the_pointer_was_swapped_does_not_delete_what_it_names(workspace, load, monkeypatch):
    load(9, 7)
    sync_folder = module._sync_folder

    def sync(folder):
        if folder == workspace.folder and (folder / "CURRENT").read_text() == "2":
            raise OSError(5, "Input/output error")
        sync_folder(folder)

    with monkeypatch.context() as patch:
        patch.setattr(module, "_sync_folder", sync)
        with pytest.raises(OSError, match="Input/output"):
            load(10, 3)
    assert leavers(workspace) == [7, 3]


def swept_by_age(self: Workspace) -> None:
    """The planted fault, which was in the first version: rows younger than the pointer are a crashed load's."""
    pointer = self.folder / "CURRENT"
    for path in (self.folder / "parts").iterdir():
        if path.name not in self.current().part_names and path.stat().st_mtime_ns > pointer.stat().st_mtime_ns:
            path.unlink()


@pytest.mark.parametrize("fault", [None, swept_by_age])
def test_rows_of_a_crashed_load_are_swept_even_if_the_clock_went_back(workspace, load, monkeypatch, fault):
    load(9)
    orphan = workspace.part("flows-orphan.parquet")
    orphan.write_bytes(b"rows")
    os.utime(orphan, (0, 0))
    if fault:
        monkeypatch.setattr(Workspace, "_sweep_unfinished", fault)
    load(10)
    assert orphan.exists() == bool(fault)


@pytest.mark.parametrize("fault", [None, swept_by_age])
def test_older_vintages_survive_a_copy_that_does_not_keep_times(workspace, load, monkeypatch, fault):
    load(9, 7)
    load(9, 8, "revised.csv", REVISION)
    for path in files(workspace):
        age = 100 if path.name == "CURRENT" else 0
        os.utime(path, (1e9 - age, 1e9 - age))
    if fault:
        monkeypatch.setattr(Workspace, "_sweep_unfinished", fault)
    load(10)
    if fault:
        assert refused(leavers, workspace, 1)[0] == "The rows of vintage 1 are no longer all kept."
    else:
        assert leavers(workspace, 1) == [7]


@pytest.mark.parametrize("pointer", [None, "1"])
def test_a_lost_or_older_pointer_stops_a_load_before_it_sweeps_anything(workspace, load, pointer):
    for month in (8, 9, 10):
        load(month)
    copy = shutil.copytree(workspace.folder, workspace.folder.with_name("copy"))
    (workspace.folder / "CURRENT").unlink()
    if pointer:
        (workspace.folder / "CURRENT").write_text(pointer)
    before = files(workspace)
    wrong, found, _ = refused(load, 11)
    assert wrong == "The pointer of this workspace is lost or too old, so nothing was changed."
    assert found.endswith(f"CURRENT names vintage {pointer or 'none'}, and there are generations up to 3")
    assert files(workspace) == before
    shutil.copy(copy / "CURRENT", workspace.folder / "CURRENT")
    assert load(11).number == 4


def test_strange_files_beside_the_generations_are_not_taken_for_vintages(workspace, load):
    load(9)
    shutil.copy(workspace.folder / "generations" / "000001.json", workspace.folder / "generations" / "000001 copy.json")
    (workspace.folder / "generations" / "._000001.json").write_bytes(b"left by a Mac")
    load(10)
    assert workspace.vintages() == [1, 2]


def test_a_file_written_whole_leaves_no_draft_when_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "report.csv"
    write_whole(path, b"first")

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, b"second")
    assert [(x.name, x.read_bytes()) for x in tmp_path.iterdir()] == [("report.csv", b"first")]


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps rights in another way")
def test_a_new_workspace_is_its_owners_alone(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    load_file(Workspace(tmp_path / "new"), turnover_file(tmp_path / "t.csv", 1), ReadOptions(), now=NOW)
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
