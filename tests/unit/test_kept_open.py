"""Sessions kept open: opened once, safe for threads, never of an older generation, never too many."""

from __future__ import annotations

import datetime as dt
import gc
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis
import pyarrow as pa
import pytest
from by_hand import OPTIONS, staff_in_post, write

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries import session as session_module
from keepwell.enquiries.kept_open import KeptOpen, _Opened
from keepwell.records.at_hand import AtHand
from keepwell.records.workspace import Workspace
from keepwell.sources.loading import load_file

NOW = dt.datetime(2025, 11, 15, tzinfo=dt.UTC)


def load(folder: Path, month: int, people: int = 30) -> Workspace:
    workspace = Workspace(folder / "workspace")
    path = write(staff_in_post(month, people), folder / f"{month}-{people}.csv")
    load_file(workspace, path, OPTIONS, now=NOW)
    return workspace


@pytest.fixture
def loaded(tmp_path: Path) -> Workspace:
    load(tmp_path, 1)
    return load(tmp_path, 2, 28)


def headcount(session: Session) -> int:
    return answer(session.workspace, Enquiry("headcount", months=1), session).rows()[0]["headcount_at_end"]


def test_the_records_are_opened_once_for_many_questions_and_threads(
    loaded: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    monkeypatch.setattr(session_module, "AtHand", lambda *given: made.append(1) or AtHand(*given))
    kept = KeptOpen(sessions=3)
    together = threading.Barrier(3)

    def ask(_: int) -> int:
        with kept.session(loaded.folder) as session:
            together.wait(30)  # three sessions are lent at once
            return headcount(session)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, range(9))) == [28] * 9
    assert made == [1]
    assert list(kept.open_now.values()) == [3]
    kept.close()


def test_a_session_is_lent_to_one_thread_at_a_time(loaded: Workspace) -> None:
    kept = KeptOpen(sessions=2)
    with kept.session(loaded.folder) as one, kept.session(loaded.folder) as other:
        assert one is not other
        assert one.connection is not other.connection
        waiting = threading.Thread(target=lambda: kept.session(loaded.folder).__enter__())
        waiting.daemon = True
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(30)
    assert not waiting.is_alive()


def test_a_new_generation_is_noticed_and_the_old_one_closed(loaded: Workspace, tmp_path: Path) -> None:
    kept = KeptOpen()
    with kept.session(loaded.folder) as old:
        assert headcount(old) == 28
        load(tmp_path, 3, 25)
        with kept.session(loaded.folder) as new:
            assert headcount(new) == 25
        assert headcount(old) == 28  # what is lent stays as it was
    with pytest.raises(Exception, match="closed"):
        old.connection.raw_sql("SELECT 1")
    assert list(kept.open_now.values()) == [1]


def test_a_workspace_made_anew_with_the_same_number_is_noticed(loaded: Workspace, tmp_path: Path) -> None:
    kept = KeptOpen()
    with kept.session(loaded.folder) as session:
        assert headcount(session) == 28
    shutil.rmtree(loaded.folder)
    (tmp_path / "again").mkdir()
    load(tmp_path / "again", 1)
    load(tmp_path / "again", 2, 26)
    shutil.move(tmp_path / "again" / "workspace", loaded.folder)
    with kept.session(loaded.folder) as session:
        assert headcount(session) == 26


def test_no_more_workspaces_are_open_than_allowed_and_idle_ones_close(loaded: Workspace, tmp_path: Path) -> None:
    kept = KeptOpen(workspaces=2)
    others = [tmp_path / "b", tmp_path / "c"]
    for folder in others:
        shutil.copytree(loaded.folder, folder)
    for folder in (loaded.folder, *others):
        with kept.session(folder):
            pass
    assert set(kept.open_now) == {folder.resolve() for folder in others}
    idle = KeptOpen(idle=0.0)
    for folder in others:
        with idle.session(folder):
            pass
    assert set(idle.open_now) == {others[1].resolve()}


def test_a_failed_opening_leaves_room_for_the_next(loaded: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptOpen(sessions=1)
    monkeypatch.setattr("keepwell.enquiries.kept_open.Session", _broken)
    with pytest.raises(OSError, match="no room"), kept.session(loaded.folder):
        pass
    monkeypatch.undo()
    with kept.session(loaded.folder) as session:
        assert headcount(session) == 28


def _broken(*_: object, **__: object) -> Session:
    raise OSError("no room")


MIXED = [
    Enquiry("leaver_rate", by=("unit",), months=1),
    Enquiry("change_in_staff", months=1, by=("staff_group",)),
    Enquiry("internal_moves", months=1),  # by the portable road
    Enquiry("headcount", months=1, where=(("unit", ("Ash Ward",)),)),
    Enquiry("headcount", months=1, where=(("staff_group", ("Allied Health Professionals",)),)),
]


def hammer(kept: KeptOpen, loaded: Workspace, then: Callable[[], None] = lambda: None) -> list[object]:
    """What each of many questions, asked by eight threads at once, was answered, with rubbish collected all the time."""
    gc.set_threshold(50)
    try:
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(_ask, kept, loaded.folder, MIXED[i % len(MIXED)], i) for i in range(60)]
            then()
            return [future.result(120) for future in asked]
    finally:
        gc.set_threshold(700, 10, 10)


def _ask(kept: KeptOpen, folder: Path, enquiry: Enquiry, number: int) -> object:
    with kept.session(folder) as session:
        if number % 3 == 0:
            session.memory.answers.clear()  # so that it is worked out anew
        found = answer(session.workspace, enquiry, session)
        return session.generation.number, found.rows()


def test_eight_threads_get_what_one_gets(loaded: Workspace) -> None:
    kept = KeptOpen(sessions=4)
    alone = [answer(loaded, enquiry).rows() for enquiry in MIXED]
    for number, found in enumerate(hammer(kept, loaded)):
        assert found == (2, alone[number % len(MIXED)])
    kept.close()


def test_a_load_in_the_middle_gives_each_question_one_generation(loaded: Workspace, tmp_path: Path) -> None:
    kept = KeptOpen(sessions=4)
    before = [answer(loaded, enquiry).rows() for enquiry in MIXED]
    found = hammer(kept, loaded, lambda: load(tmp_path, 3, 25) and None)
    after = [answer(loaded, enquiry).rows() for enquiry in MIXED]
    for number, told in enumerate(found):
        assert told in ((2, before[number % len(MIXED)]), (3, after[number % len(MIXED)]))
    assert _ask(kept, loaded.folder, MIXED[0], 1) == (3, after[0])


def test_the_test_would_see_an_old_generation(
    loaded: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keepwell.enquiries.kept_open.state_of", lambda _: (2, 0, 0))
    with pytest.raises(AssertionError):
        test_a_new_generation_is_noticed_and_the_old_one_closed(loaded, tmp_path)


def test_the_test_would_see_a_session_lent_twice(loaded: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = KeptOpen._lend

    def twice(kept: KeptOpen, folder: Path) -> tuple[_Opened, Session]:
        opened, session = sound(kept, folder)
        opened.free.append(session)
        return opened, session

    monkeypatch.setattr(KeptOpen, "_lend", twice)
    with pytest.raises(AssertionError):
        test_a_session_is_lent_to_one_thread_at_a_time(loaded)


def test_what_is_in_no_engine_is_counted_by_each_thread_with_an_engine_of_its_own() -> None:
    KeptOpen()

    def engine() -> object:
        assert ibis.memtable(pa.table({"n": [1, 2]})).n.sum().to_pyarrow().as_py() == 3
        return ibis.options.default_backend.con

    here = engine()
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(engine).result(60) is not here
    assert engine() is here
