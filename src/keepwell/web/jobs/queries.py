"""How far is a job, and what has failed?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from keepwell.errors import KeepwellError
from keepwell.web.accounts.models import User
from keepwell.web.jobs.models import FAILED, UNFINISHED, Job, Jobs
from keepwell.web.jobs.rules import cannot_see_failures

MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is, for a page: its state and that in a word, the share done from 0 to 1, the step in words.

    `error` holds the three lines of a job that failed. `ended` is true of what will not change any more.
    """

    state: str
    word: str
    share: float
    step: str
    asked_at: dt.datetime
    ended_at: dt.datetime | None
    error: KeepwellError | None

    @property
    def ended(self) -> bool:
        return self.state not in UNFINISHED


def progress_of(job: Job) -> Progress:
    """How far it is now, read afresh."""
    now = Job.objects.get(pk=job.pk)
    error = KeepwellError(now.wrong, found=now.found, attempt=now.attempt) if now.state == FAILED else None
    return Progress(now.state, Job.STATES[now.state], now.share, now.step, now.asked_at, now.ended_at, error)


def jobs_of(user: User) -> Jobs:
    """What this person has asked for, newest first."""
    return Job.objects.filter(asked_by=user).order_by("-asked_at", "-pk")


@dataclass(frozen=True, slots=True)
class Failure:
    """That a job has failed: its number, what it was, who asked for it and when it ended.

    Why it failed is for who asked for it: it may tell of what is in their file.
    """

    number: int
    name: str
    asked_by: User | None
    ended_at: dt.datetime | None
    times_taken: int


def failures(user: User) -> list[Failure]:
    """What has failed on the whole site, newest first, for whoever keeps it; nothing for anybody else."""
    if cannot_see_failures(user) is not None:
        return []
    failed = Job.objects.filter(state=FAILED).select_related("asked_by").order_by("-ended_at", "-pk")
    return [Failure(job.pk, job.name, job.asked_by, job.ended_at, job.times_taken) for job in failed[:MOST_SHOWN]]
