"""Can a file be read so that nothing it holds harms whoever asked?

A file that people upload may be broken so that a library hangs, takes all memory or brings its process down. Here
it is read by a process of its own, with a limit on its memory and its time; whatever becomes of that process, the
answer is a result or a KeepwellError. A process killed at any moment leaves the workspace whole, and ends when the
one that started it does.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from keepwell.errors import DecisionNeeded, EnquiryRefused, FileNotUnderstood, KeepwellError, WorkspaceRefused
from keepwell.records.workspace import Load
from keepwell.sources.apart_limits import MODEST, limit_this_process, memory_of
from keepwell.sources.formats import ReadOptions
from keepwell.sources.loading import CheckSummary
from keepwell.sources.progress import Tell
from keepwell.sources.size_limits import memory_at_most, too_large

MEGABYTE: Final = 1_000_000
MEMORY: Final = 360 * MEGABYTE
"""With it, a gigabyte of staff in post can be read."""
SECONDS: Final = 3600.0
OFTEN: Final = 0.05
REFUSALS: Final = {
    c.__name__: c for c in (KeepwellError, FileNotUnderstood, DecisionNeeded, WorkspaceRefused, EnquiryRefused)
}
MAY_BE_SENT: Final = {
    ("keepwell.records.workspace", "Load"),
    ("keepwell.sources.loading", "CheckSummary"),
    ("keepwell.sources.formats", "Decision"),
    ("keepwell.sources.looking", "Looked"),
    ("keepwell.sources.looking", "Heading"),
    ("keepwell.sources.looking", "Missing"),
    ("keepwell.sources.looking_at_columns", "Said"),
}
"""What a reading process may answer with: it has read a stranger's file, and is not trusted further."""


def load_apart(
    workspace_folder: Path,
    path: Path,
    options: ReadOptions,
    *,
    now: dt.datetime,
    memory: int = MEMORY,
    seconds: float = SECONDS,
    tell: Tell | None = None,
) -> Load:
    """As load_file, in a process of its own. Asked again with the same bytes and `now`, it returns the same load.

    `memory` in bytes, `seconds` on the clock; `tell` hears the share done of each step, and the step in words.
    Raises what load_file raises, and FileNotUnderstood where the process ends without an answer.
    """
    found = _asked("load", workspace_folder, path, options, now, memory=memory, seconds=seconds, tell=tell)
    assert isinstance(found, Load)
    return found


def check_apart(
    workspace_folder: Path,
    path: Path,
    options: ReadOptions,
    *,
    memory: int = MEMORY,
    seconds: float = SECONDS,
    tell: Tell | None = None,
) -> CheckSummary:
    """As check_file, in a process of its own: what would be loaded, without its rows. Raises as load_apart does."""
    found = _asked("check", workspace_folder, path, options, memory=memory, seconds=seconds, tell=tell)
    assert isinstance(found, CheckSummary)
    return found


def look_apart(
    workspace_folder: Path,
    path: Path,
    options: ReadOptions,
    *,
    chosen: frozenset[str] = frozenset(),
    memory: int = MEMORY,
    seconds: float = SECONDS,
    tell: Tell | None = None,
) -> Any:
    """As looking.look, in a process of its own. Raises as load_apart does."""
    return _asked("look", workspace_folder, path, options, chosen, memory=memory, seconds=seconds, tell=tell)


def _asked(
    what: str,
    folder: Path,
    path: Path,
    *arguments: Any,
    memory: int,
    seconds: float,
    tell: Tell | None,
) -> Any:
    """The answer of a new process. What it is to do, the key included, goes to it by a pipe that nobody else reads."""
    request = pickle.dumps((memory, seconds, what, (Path(folder), Path(path), *arguments)))
    with _child() as child:
        answers = _answers_of(child, request)
        ends_at = time.monotonic() + seconds
        while True:
            kind, answer = _next(answers)
            if kind not in ("answer", "refused") and time.monotonic() > ends_at:
                raise _out_of_time(path, seconds)
            if kind not in ("answer", "refused") and memory_of(child.pid) > memory:
                raise too_large(path, memory)
            if kind == "tell" and tell is not None:
                tell(*answer)
            elif kind not in ("tell", "nothing"):
                break
        if kind == "answer":
            return answer
        raise _refusal(path, kind, answer, memory, _ended(child))


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """A process that waits for a request, and is gone afterwards."""
    with subprocess.Popen(
        [sys.executable, "-P", "-m", "keepwell.sources.apart"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback may hold a person's value
        env={**os.environ, **MODEST},
    ) as child:
        try:
            yield child
        finally:
            child.kill()
            with suppress(OSError):
                assert child.stdin is not None
                child.stdin.close()


Answers = queue.Queue[tuple[str, Any]]


def _answers_of(child: subprocess.Popen[bytes], request: bytes) -> Answers:
    answers: Answers = queue.Queue()
    threading.Thread(target=_listen, args=(child, request, answers), daemon=True).start()
    return answers


def _next(answers: Answers) -> tuple[str, Any]:
    try:
        return answers.get(timeout=OFTEN)
    except queue.Empty:
        return "nothing", None


def _listen(child: subprocess.Popen[bytes], request: bytes, answers: Answers) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        _send(child.stdin, request)  # and left open: the child ends when nobody holds its other end
        while message := _received(child.stdout):
            answers.put(_Known(message).load())
    except (OSError, ValueError, EOFError, pickle.UnpicklingError, AttributeError, TypeError):
        pass
    answers.put(("gone", None))


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "little") + message)
    pipe.flush()


def _received(pipe: IO[bytes]) -> IO[bytes] | None:
    length = pipe.read(8)
    return io.BytesIO(pipe.read(int.from_bytes(length, "little"))) if len(length) == 8 else None


class _Known(pickle.Unpickler):
    """Takes plain values and what may be sent, and nothing that could run."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in MAY_BE_SENT:
            raise pickle.UnpicklingError("not an answer")
        return super().find_class(module, name)


def _ended(child: subprocess.Popen[bytes]) -> int:
    try:
        return child.wait(timeout=1)
    except subprocess.TimeoutExpired:
        return 0


def _refusal(path: Path, kind: str, answer: Any, memory: int, status: int) -> KeepwellError:
    if kind == "refused":
        name, wrong, found, attempt = answer
        return REFUSALS[name](wrong, found=found, attempt=attempt)
    if kind == "memory":
        return too_large(path, memory)
    return FileNotUnderstood(
        f"{path.name} broke off the reading.",
        found=f"a fault of Keepwell's ({answer})" if kind == "fault" else f"the reading process ended {_how(status)}",
        attempt="the file may be damaged: open it and save it anew, best as CSV, and tell us if that is no help",
    )


def _how(status: int) -> str:
    if status >= 0:
        return f"with status {status} and no answer"
    with suppress(ValueError):
        return f"by signal {signal.Signals(-status).name}"
    return f"by signal {-status}"


def _out_of_time(path: Path, seconds: float) -> FileNotUnderstood:
    return FileNotUnderstood(
        f"{path.name} takes too long to read.",
        found=f"not done after {seconds:,.0f} seconds",
        attempt="open it and save it anew, best as CSV; or split it, a month or a year in each file",
    )


def _main() -> None:
    """Do what the request says, in this process; everything but the answer is kept from the pipe."""
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    request = _received(sys.stdin.buffer)
    if request is None:
        return
    memory, seconds, what, arguments = pickle.load(request)  # noqa: S301 (from the process that started this one)
    limit_this_process(memory, seconds)
    memory_at_most(memory)
    threading.Thread(target=_end_with_whoever_started_this, daemon=True).start()
    _send(pipe, pickle.dumps(_outcome(what, arguments, _teller(pipe))))


def _end_with_whoever_started_this() -> None:
    sys.stdin.buffer.read(1)
    os._exit(3)


def _teller(pipe: IO[bytes]) -> Tell:
    last: list[Any] = [0.0, ""]

    def tell(share: float, step: str) -> None:
        if step != last[1] or time.monotonic() - last[0] > OFTEN:
            last[:] = [time.monotonic(), step]
            _send(pipe, pickle.dumps(("tell", (share, step))))

    return tell


def _outcome(what: str, arguments: tuple[Any, ...], tell: Tell) -> tuple[str, Any]:
    task: Callable[..., Any] = getattr(import_module("keepwell.sources.apart_tasks"), what)
    try:
        return "answer", task(*arguments, tell=tell)
    except KeepwellError as refusal:
        name = type(refusal).__name__ if type(refusal).__name__ in REFUSALS else "KeepwellError"
        return "refused", (name, refusal.wrong, refusal.found, refusal.attempt)
    except MemoryError:
        return "memory", None
    except BaseException as fault:
        if "OutOfMemory" in type(fault).__name__:
            return "memory", None
        return "fault", _where(fault)


def _where(fault: BaseException) -> str:
    """The kind of a fault and the line of ours that it rose from: never its words, which may hold a value."""
    at = fault.__traceback__
    place = ""
    while at is not None:
        if "keepwell" in at.tb_frame.f_code.co_filename:
            place = f" at {Path(at.tb_frame.f_code.co_filename).name} {at.tb_lineno}"
        at = at.tb_next
    return f"{type(fault).__name__}{place}"


if __name__ == "__main__":
    _main()
