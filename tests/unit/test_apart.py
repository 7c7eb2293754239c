"""A process of its own reads what strangers send: whatever becomes of it, there is an answer, and the workspace is whole."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keepwell.errors import DecisionNeeded, FileNotUnderstood, KeepwellError, WorkspaceRefused
from keepwell.made_up import SystemPlan, make_up
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions, apart, size_limits
from keepwell.sources.apart import MEGABYTE, check_apart, load_apart, look_apart
from keepwell.sources.apart_limits import CAN_LIMIT_MEMORY
from keepwell.sources.loading import check_file, left_out_csv, load_file, summary_of
from keepwell.sources.looking import look

OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2026, 1, 15))
NOW = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(minutes=1)


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One month of a made-up trust."""
    folder = tmp_path_factory.mktemp("made")
    return make_up(SystemPlan.trust_only(people=120, months=2), folder).staff_in_post[0]


def without_parts(load: Any) -> Any:
    return replace(load, parts=dict.fromkeys(load.parts, ""))


def test_apart_a_file_loads_as_it_does_here(staff: Path, tmp_path: Path) -> None:
    here = load_file(Workspace(tmp_path / "here"), staff, OPTIONS, now=NOW)
    steps: list[tuple[float, str]] = []
    there = load_apart(tmp_path / "there", staff, OPTIONS, now=NOW, tell=lambda *told: steps.append(told))
    assert without_parts(there) == without_parts(here)
    assert Workspace(tmp_path / "there").current().loads == (there,)
    assert [step for _, step in steps if step in ("checking", "putting in force")] == ["checking", "putting in force"]
    assert steps[0][1] == "reading"
    assert all(0 <= share <= 1 for share, _ in steps)


def test_a_job_taken_twice_loads_once_and_the_same_bytes_at_another_moment_are_refused(
    staff: Path, tmp_path: Path
) -> None:
    first = load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW)
    assert load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW) == first
    assert Workspace(tmp_path / "ws").current().number == 1
    with pytest.raises(WorkspaceRefused, match="is already loaded"):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=LATER)


def test_a_check_apart_says_what_a_check_says_and_writes_nothing(staff: Path, tmp_path: Path) -> None:
    said = check_apart(tmp_path / "ws", staff, OPTIONS)
    assert said == summary_of(check_file(Workspace(tmp_path / "ws"), staff, OPTIONS))
    assert not (tmp_path / "ws").exists()


def test_a_look_apart_says_what_a_look_says(staff: Path, tmp_path: Path) -> None:
    assert look_apart(tmp_path / "ws", staff, OPTIONS) == look(staff, OPTIONS, Workspace(tmp_path / "ws"))


@pytest.mark.parametrize(
    "call", [lambda ws, p: load_apart(ws, p, OPTIONS, now=NOW), lambda ws, p: check_apart(ws, p, OPTIONS)]
)
def test_a_refusal_apart_is_the_refusal_here(call: Callable[..., Any], staff: Path, tmp_path: Path) -> None:
    undated = tmp_path / "undated.csv"
    undated.write_bytes(staff.read_bytes().replace(b"Effective Date", b"Some Day"))
    with pytest.raises(DecisionNeeded) as there:
        call(tmp_path / "ws", undated)
    with pytest.raises(DecisionNeeded) as here:
        load_file(Workspace(tmp_path / "other"), undated, OPTIONS, now=NOW)
    assert (there.value.wrong, there.value.found, there.value.attempt) == (
        here.value.wrong,
        here.value.found,
        here.value.attempt,
    )
    assert there.value.exit_status == DecisionNeeded.exit_status


def child_that(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Have another program stand in for the reading process."""
    whole = subprocess.Popen

    def started(command: list[str], **how: Any) -> Any:
        return whole([command[0], "-c", code], **how)

    monkeypatch.setattr(apart.subprocess, "Popen", started)


READS = (
    "import sys, os, time, signal; n = int.from_bytes(sys.stdin.buffer.read(8), 'little'); sys.stdin.buffer.read(n)\n"
)
ENDS = {
    "an abort": ("os.abort()", "SIGABRT"),
    "a crash": ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
    "a kill": ("os.kill(os.getpid(), signal.SIGKILL)", "SIGKILL"),
    "an exit": ("sys.exit(7)", "status 7"),
    "half an answer": ("sys.stdout.buffer.write(b'\\x40' + b'\\0' * 7 + b'half'); sys.stdout.flush()", "status 0"),
    "no pickle": ("sys.stdout.buffer.write(b'\\x04' + b'\\0' * 7 + b'junk'); sys.stdout.flush()", "no answer"),
}


@pytest.mark.parametrize("end", ENDS)
def test_however_the_process_ends_the_user_hears_three_lines(
    end: str, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, said = ENDS[end]
    child_that(monkeypatch, READS + code)
    with pytest.raises(FileNotUnderstood, match=said) as refused:
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW)
    assert str(refused.value).count("\n") == 2
    assert "Traceback" not in str(refused.value)


def test_an_answer_that_would_run_something_is_not_taken(
    staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "harm"),)

    message = pickle.dumps(("answer", Harm()))
    whole = len(message).to_bytes(8, "little") + message
    child_that(monkeypatch, READS + f"sys.stdout.buffer.write({whole!r}); sys.stdout.flush(); time.sleep(9)")
    with pytest.raises(FileNotUnderstood):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW)
    assert not (tmp_path / "harm").exists()
    monkeypatch.setattr(apart._Known, "find_class", pickle.Unpickler.find_class)  # the planted fault
    with pytest.raises((AssertionError, KeepwellError)):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW)
    assert (tmp_path / "harm").exists()


def test_a_process_that_hangs_is_ended_in_time(staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child_that(monkeypatch, READS + "time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(FileNotUnderstood, match="takes too long"):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW, seconds=0.5)
    assert time.monotonic() - began < 20


def test_one_that_never_stops_telling_is_ended_too(
    staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = pickle.dumps(("tell", (0.5, "reading")))
    whole = len(told).to_bytes(8, "little") + told
    child_that(monkeypatch, READS + f"while True: sys.stdout.buffer.write({whole!r}); sys.stdout.flush()")
    with pytest.raises(FileNotUnderstood, match="takes too long"):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW, seconds=0.5)


@pytest.mark.skipif(not CAN_LIMIT_MEMORY, reason="this system has no limit of memory that holds")
@pytest.mark.parametrize(
    "hoard", ["x = [bytes(1 << 20) for _ in range(10**6)]", "x = b''\nwhile True: x += os.urandom(1 << 22)"]
)
def test_a_process_that_holds_too_much_is_ended(
    hoard: str, staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child_that(monkeypatch, READS + hoard)
    with pytest.raises(FileNotUnderstood, match="too large to read here"):
        load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW, memory=200 * MEGABYTE, seconds=60)


@pytest.mark.skipif(not CAN_LIMIT_MEMORY, reason="this system has no limit of memory that holds")
def test_too_little_memory_is_said_with_the_size_that_would_do(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"id,ward,FTE\n" + b'1,"A\nB",1\n' * 3_000_000)  # line breaks in cells: held, row by row
    with pytest.raises(FileNotUnderstood, match="too large to read here") as refused:
        check_apart(tmp_path / "ws", path, OPTIONS, memory=200 * MEGABYTE)
    assert "of up to about 7 MB can be read" in refused.value.attempt
    assert "30 MB; reading may take 200 MB" in refused.value.found


def test_a_fault_of_ours_names_its_place_and_never_what_stood_there(staff: Path) -> None:
    try:
        check_file(Workspace(staff.parent / "none"), staff, replace(OPTIONS, today="Mrs Secret"))  # type: ignore[arg-type]
    except Exception as fault:
        said = apart._where(fault)
    assert "Secret" not in said
    assert ".py " in said


def test_the_key_is_on_no_command_line(staff: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []
    whole = subprocess.Popen

    def watched(command: list[str], **how: Any) -> Any:
        started.append((command, how["env"]))
        return whole(command, **how)

    monkeypatch.setattr(apart.subprocess, "Popen", watched)
    load_apart(tmp_path / "ws", staff, OPTIONS, now=NOW)
    said = repr(started)
    for form in (b"k" * 32, (b"k" * 32).hex()):
        assert (form if isinstance(form, str) else form.decode()) not in said


def test_the_process_ends_with_the_one_that_started_it(staff: Path, tmp_path: Path) -> None:
    waits = subprocess.Popen(
        [sys.executable, "-P", "-m", "keepwell.sources.apart"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    fifo = tmp_path / "never.csv"
    os.mkfifo(fifo)
    assert waits.stdin is not None
    assert waits.stdout is not None
    apart._send(waits.stdin, pickle.dumps((10**9, 60, "check", (tmp_path / "ws", fifo, OPTIONS))))
    time.sleep(1)
    assert waits.poll() is None
    waits.stdin.close()
    assert waits.wait(timeout=20) == 3
    waits.stdout.close()


def killed_at_random(workspace: Path, staff: Path, after: float) -> None:
    """A load of which the process is killed after so many seconds, unless it is done."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "keepwell.sources.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    apart._send(child.stdin, pickle.dumps((10**9, 60, "load", (workspace, staff, OPTIONS, NOW))))
    time.sleep(after)
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()


def check_killed(staff: Path, tmp_path: Path, trials: int, longest: float) -> None:
    for trial in range(trials):
        workspace = tmp_path / f"ws{trial}"
        killed_at_random(workspace, staff, longest * trial / trials)
        in_force = Workspace(workspace).current()
        assert len(in_force.loads) in (0, 1)
        load = load_apart(workspace, staff, OPTIONS, now=NOW)
        assert Workspace(workspace).current().loads == (load,)
        assert in_force.loads in ((), (load,))
        assert len(list((workspace / "parts").iterdir())) == 1


def test_a_load_killed_at_any_moment_is_done_once_when_it_is_asked_for_again(staff: Path, tmp_path: Path) -> None:
    check_killed(staff, tmp_path, 4, 1.6)


@pytest.mark.soak
def test_a_load_killed_two_hundred_times_is_done_once_each(staff: Path, tmp_path: Path) -> None:
    check_killed(staff, tmp_path, 200, 3.0)


def test_the_signals_are_named() -> None:
    assert apart._how(-signal.SIGABRT) == "by signal SIGABRT"
    assert apart._how(-999) == "by signal 999"


def test_rows_left_out_are_told_by_number_and_reason(staff: Path, tmp_path: Path) -> None:
    load = load_file(Workspace(tmp_path / "ws"), staff, OPTIONS, now=NOW)
    header, *lines = left_out_csv(load).splitlines()
    assert header == "row,reason"
    rows = [int(line.split(",", 1)[0]) for line in lines]
    assert rows == sorted(n for _, numbers in load.left_out for n in numbers)
    assert len(lines) == load.rows_read - load.rows_taken > 0


def test_what_has_to_be_held_and_is_far_too_large_is_refused_before_it_is_tried(
    staff: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(size_limits, "_AT_MOST", [size_limits.ITSELF + 1_000])
    with pytest.raises(FileNotUnderstood, match="too large to read here"):
        size_limits.refuse_too_large(staff, "nhs_turnover", on_disk=True)
    with pytest.raises(FileNotUnderstood, match="too large to read here"):
        size_limits.refuse_too_large(staff, "esr_staff_in_post", on_disk=False)
    size_limits.refuse_too_large(staff, "esr_staff_in_post", on_disk=True)  # piece by piece
    monkeypatch.setattr(size_limits, "_AT_MOST", [])
    size_limits.refuse_too_large(staff, "nhs_turnover", on_disk=True)  # nobody set a limit


def test_a_small_file_that_asks_for_much_memory_is_called_damaged_not_large(tmp_path: Path) -> None:
    small = tmp_path / "small.xls"
    small.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000))
    assert "damaged" in size_limits.too_large(small, 360_000_000).attempt
    large = tmp_path / "large.xls"
    large.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(7_000_000))
    assert "too large" in size_limits.too_large(large, 360_000_000).wrong
