"""How does a job say how far it is?"""

from __future__ import annotations

import threading
import time
from typing import Final

from keepwell.web.jobs.actions import NoLongerOurs, write_progress
from keepwell.web.jobs.models import Job

SECONDS_BETWEEN: Final = 1.0


class Stopping(Exception):
    """The worker has been asked to stop; the job is left to the next."""


class Telling:
    """What a job is given to speak with. `job` is its own row, for `finish_with`."""

    def __init__(
        self, job: Job, *, lost: threading.Event | None = None, stopping: threading.Event | None = None
    ) -> None:
        self.job = job
        self._lost = lost or threading.Event()
        self._stopping = stopping or threading.Event()
        self._written: float | None = None

    def progress(self, share: float, step: str = "") -> None:
        """Say which share is done, from 0 to 1, and in words what is being done; written at most once a second.

        Raises NoLongerOurs where the job was cancelled or another worker has it, and Stopping where the worker is
        asked to stop: let them pass.
        """
        if self._stopping.is_set():
            raise Stopping
        if self._lost.is_set():
            raise NoLongerOurs
        now = time.monotonic()
        if self._written is None or now - self._written >= SECONDS_BETWEEN:
            self._written = now
            write_progress(self.job, min(1.0, max(0.0, share)), step)
