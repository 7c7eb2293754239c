"""A worker counts within little memory, in a folder of its own that no other worker takes away."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from keepwell.records import engines
from keepwell.web.jobs import worker


def test_what_is_opened_from_then_on_stays_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "_ROOM", {})
    before = engines.open_engine().con.execute("SELECT current_setting('memory_limit')").fetchone()[0]
    engines.stay_within(100, tmp_path)
    opened = engines.open_engine().con
    told = opened.execute("SELECT current_setting('memory_limit'), current_setting('temp_directory')").fetchone()
    assert told[0] != before
    assert told[0] == "95.3 MiB"
    assert told[1] == str(tmp_path)


def test_a_living_workers_folder_stays_and_a_dead_ones_goes(tmp_path: Path) -> None:
    room = tmp_path / "room"
    living = worker._own_folder(room)
    (living / "rows").write_bytes(b"of people")
    dead = room / "dead"
    dead.mkdir()
    (dead / "rows").write_bytes(b"of people")
    FileLock(dead.with_suffix(".lock")).acquire().lock.release()
    another = worker._own_folder(room)
    assert (living / "rows").exists()
    assert not dead.exists()
    assert sorted(room.glob("*.lock")) == sorted(one.with_suffix(".lock") for one in (living, another))
    assert (room.stat().st_mode & 0o777, another.stat().st_mode & 0o777) == (0o700, 0o700)
