"""How does a worker take a job, keep it and end it, and survive what goes wrong meanwhile?

It holds a lease on the job that it works on and renews it from a thread beside. Where it dies, the lease runs out and
the next worker takes the job.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from keepwell.web.jobs import actions
from keepwell.web.jobs.kinds import Kind, kind_called, kinds
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.telling import Stopping, Telling

SECONDS_ROUND: Final = 5.0
"""Between two looks at what comes round by itself."""

SECONDS_AWAY: Final = 1.0
"""Between two tries at a database that does not answer."""

HANGS: Final = 75
"""The status with which a worker ends whose job hangs."""

QUICK_FAILED: Final = 70
"""The status with which a worker ends whose thread for quick jobs failed."""

OURS: Final = f"{os.sep}keepwell{os.sep}"

log = logging.getLogger("keepwell.worker")


class LeaseKept:
    """The lease of a job, renewed three times in its length by a thread with a connection of its own.

    `lost` is set when it is found to stand no longer. A database that does not answer is asked again. Work that takes
    longer than `longest` hangs: nothing in Python ends it but the end of the process, so the worker goes with it.
    """

    def __init__(self, job: Job, length: dt.timedelta, longest: dt.timedelta) -> None:
        self.lost = threading.Event()
        self._job = job
        self._length = length
        self._until = time.monotonic() + longest.total_seconds()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def _keep(self) -> None:
        while not self._ended.wait(self._length.total_seconds() / 3):
            if time.monotonic() > self._until:
                log.critical("job %s (%s) hangs: this worker ends, and the next takes it", self._job.pk, self._job.name)
                os._exit(HANGS)
            try:
                if not actions.renew(self._job, self._length):
                    self.lost.set()
                    break
            except (DatabaseError, InterfaceError):
                log.warning("job %s: the lease could not be renewed; trying again", self._job.pk)
                connections.close_all()
        connections.close_all()


class Worker:
    """Does jobs, one at a time."""

    def __init__(self, *, lease: dt.timedelta, pause: float, quick: bool = False, parent: int | None = None) -> None:
        self.stopping = threading.Event()
        self._lease = lease
        self._pause = pause
        self._names = frozenset(kind.name for kind in kinds() if kind.quick) if quick else None
        self._parent = parent
        self._looked_round = 0.0

    def stop_when_told(self) -> None:
        """SIGTERM and SIGINT end the work at the job's next word on its progress, or else at its end."""
        for told in (signal.SIGTERM, signal.SIGINT):
            signal.signal(told, lambda *_: self.stopping.set())

    def work(self) -> None:
        """Until told to stop. A database that is away is waited for."""
        away = False
        while not self.stopping.is_set() and not self._orphaned():
            try:
                close_old_connections()
                worked = self._once()
                away = False
            except (DatabaseError, InterfaceError) as error:
                if not away:
                    log.error("the database does not answer (%s): trying again until it does", type(error).__name__)
                connections.close_all()
                worked, away = False, True
            if not worked:
                self.stopping.wait(SECONDS_AWAY if away else self._pause)
        connections.close_all()

    @contextmanager
    def quick_beside(self) -> Iterator[None]:
        """Meanwhile a thread does what is quick. Where it fails, the process ends with it, and is started again."""
        quick = Worker(lease=self._lease, pause=self._pause, quick=True, parent=self._parent)
        quick.stopping = self.stopping

        def work() -> None:
            try:
                quick.work()
            except BaseException as error:
                log.critical("quick jobs: %s; this worker ends, and the next goes on", type(error).__name__)
                os._exit(QUICK_FAILED)

        thread = threading.Thread(target=work, name="quick", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self.stopping.set()
            thread.join()

    def work_off(self) -> int:
        """Everything that is due now; how many jobs that were."""
        done = 0
        while not self.stopping.is_set() and self.work_one():
            done += 1
        return done

    def _once(self) -> bool:
        if self._names is None and time.monotonic() - self._looked_round >= SECONDS_ROUND:
            self._looked_round = time.monotonic()
            actions.enqueue_what_comes_round()
        return self.work_one()

    def work_one(self) -> bool:
        """Take the next job and do it; whether there was one."""
        job = actions.take(lease=self._lease, names=self._names)
        if job is None:
            return False
        kind = kind_called(job.name)
        assert kind is not None  # take fails those that nobody knows
        with LeaseKept(job, self._lease, kind.longest) as kept:
            do(kind, job, Telling(job, lost=kept.lost, stopping=self.stopping))
        return True

    def _orphaned(self) -> bool:
        return self._parent is not None and os.getppid() != self._parent


def do(kind: Kind, job: Job, told: Telling) -> None:
    """Do the job and end it: done, failed with three lines, put back for later, or left to whoever has it now."""
    try:
        kind.work(told, **job.arguments)
        actions.finish_with(job)
    except actions.NoLongerOurs:
        log.info("job %s (%s) is no longer ours", job.pk, job.name)
    except Stopping:
        actions.give_back(job)
    except (DatabaseError, InterfaceError) as error:
        connections.close_all()
        _ended_badly(job, error)
    except Exception as error:
        _ended_badly(job, error)


def _ended_badly(job: Job, error: Exception) -> None:
    """Where the error rose, never its words: they could hold what somebody typed."""
    steps = traceback.extract_tb(error.__traceback__)
    ours = [step for step in steps if OURS in step.filename] or steps
    where = f"{ours[-1].filename.rpartition(OURS)[2]}:{ours[-1].lineno}"
    log.error("job %s (%s): %s at %s", job.pk, job.name, type(error).__name__, where)
    actions.end_with_error(job, error)
