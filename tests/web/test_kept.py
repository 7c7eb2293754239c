"""What two processes ask for at once is made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from filelock import FileLock, Timeout

from keepwell.records.workspace import Workspace
from keepwell.web.places import kept as subject


def another_process_may_make() -> bool:
    """The lock is held between instances as it is between processes."""
    for file in (Path(settings.HOME) / "cache").glob("making-*.lock"):
        try:
            FileLock(file, timeout=0).acquire().lock.release()
        except Timeout:
            return False
    return True


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "records")


def test_one_process_makes_and_the_other_waits(workspace: Workspace) -> None:
    assert subject.kept(workspace, ("test", "waits"), another_process_may_make) is False
    assert another_process_may_make()


def test_after_an_error_another_may_make(workspace: Workspace) -> None:
    def fails() -> bool:
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        subject.kept(workspace, ("test", "fails"), fails)
    assert another_process_may_make()


def test_nobody_waits_for_ever(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "PATIENCE", 0.05)
    folder = Path(settings.HOME) / "cache"
    folder.mkdir(exist_ok=True)
    held = [FileLock(folder / f"making-{number}.lock") for number in range(subject.LOCKS)]
    for lock in held:
        lock.acquire()
    try:
        assert subject.kept(workspace, ("test", "patience"), lambda: 7) == 7
    finally:
        for lock in held:
            lock.release()
    assert subject.kept(workspace, ("test", "patience"), lambda: 8) == 7
