"""How does a process that answers many people open the records of each workspace once?

Sessions are kept open between questions, for each workspace those of its newest generation. Each is lent to one
thread at a time; several of one generation share what is in memory, so that a big trust is read once. A new generation
is noticed when the next question is asked, and what belongs to the old one is closed as soon as nobody uses it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, local
from typing import Any, Final

import ibis

from keepwell.enquiries.session import Memory, Session
from keepwell.records.engines import open_engine
from keepwell.records.workspace import Workspace

MOST_WORKSPACES: Final = 8
MOST_SESSIONS: Final = 4
IDLE_SECONDS: Final = 3600.0
State = tuple[int, int, int]


@dataclass(slots=True, eq=False)
class _Opened:
    """The sessions of one generation of a workspace: those free, and how many there are with those lent."""

    workspace: Workspace
    state: State
    used: float
    free: list[Session] = field(default_factory=list)
    sessions: int = 0
    memory: Memory = field(default_factory=Memory)
    retired: bool = False


class _OfThread:
    """What Ibis counts with where a table is in no engine: DuckDB refuses two threads on one connection."""

    _own = local()

    def __getattr__(self, name: str) -> Any:
        if not hasattr(self._own, "engine"):
            self._own.engine = open_engine()
        return getattr(self._own.engine, name)


class KeptOpen:
    """Sessions kept open between questions; safe for any number of threads.

    At most `workspaces` are open at once, each with at most `sessions`, one a thread that asks at the same time: one
    thread more waits. A workspace that nobody asked about for `idle` seconds is closed when another question comes.
    """

    def __init__(
        self, workspaces: int = MOST_WORKSPACES, sessions: int = MOST_SESSIONS, idle: float = IDLE_SECONDS
    ) -> None:
        self._workspaces, self._sessions, self._idle = workspaces, sessions, idle
        self._opened: dict[Path, _Opened] = {}
        self._changed = Condition()
        self._process = os.getpid()
        ibis.options.default_backend = _OfThread()

    @contextmanager
    def session(self, folder: Path | str) -> Iterator[Session]:
        """A session of the newest generation of the workspace in a folder, for as long as the block lasts.

        It must not be used after the block, nor handed to another thread.
        """
        opened, lent = self._lend(Path(folder).resolve())
        try:
            yield lent
        finally:
            self._take_back(opened, lent)

    def close(self) -> None:
        """Close all that nobody uses now; what is lent is closed when it comes back."""
        with self._changed:
            for folder in list(self._opened):
                self._retire(folder)

    @property
    def open_now(self) -> dict[Path, int]:
        """How many sessions of each workspace are open, lent or not."""
        with self._changed:
            return {folder: opened.sessions for folder, opened in self._opened.items()}

    def _lend(self, folder: Path) -> tuple[_Opened, Session]:
        self._forget_the_parents()
        with self._changed:
            while True:
                opened = self._current(folder)
                if opened.free:
                    return opened, opened.free.pop()
                if opened.sessions < self._sessions:
                    opened.sessions += 1
                    break
                self._changed.wait()
        try:
            return opened, Session(opened.workspace, opened.state[0] or None, memory=opened.memory)
        except BaseException:
            with self._changed:
                opened.sessions -= 1
                self._changed.notify_all()
            raise

    def _current(self, folder: Path) -> _Opened:
        """What is open of the newest generation; older ones, those idle and those too many are closed."""
        workspace, now = Workspace(folder), time.monotonic()
        state = state_of(workspace)
        for other, opened in list(self._opened.items()):
            if (other == folder and opened.state != state) or now - opened.used > self._idle:
                self._retire(other)
        found = self._opened.pop(folder, None) or _Opened(workspace, state, now)
        found.used = now
        while len(self._opened) >= self._workspaces:
            self._retire(next(iter(self._opened)))
        self._opened[folder] = found  # the last in line to be closed
        return found

    def _take_back(self, opened: _Opened, lent: Session) -> None:
        with self._changed:
            retired = opened.retired
            if retired:
                opened.sessions -= 1
            else:
                opened.free.append(lent)
            self._changed.notify_all()
        if retired:
            lent.close()

    def _retire(self, folder: Path) -> None:
        opened = self._opened.pop(folder)
        opened.retired = True
        free, opened.free = opened.free, []
        opened.sessions -= len(free)
        for session in free:
            session.close()
        self._changed.notify_all()

    def _forget_the_parents(self) -> None:
        """A process that was forked opens its own: connections of the one before it are not its to use or close."""
        if self._process != os.getpid():
            self._opened, self._changed, self._process = {}, Condition(), os.getpid()


def state_of(workspace: Workspace) -> State:
    """Which generation is in force, told apart from one of the same number in a workspace made anew."""
    pointer = workspace.folder / "CURRENT"
    try:
        number, found = int(pointer.read_text()), pointer.stat()
    except FileNotFoundError:
        return 0, 0, 0
    return number, found.st_ino, found.st_mtime_ns
