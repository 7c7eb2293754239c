"""How does a job come in, get worked on and come to its end?

Every change of a job that is being worked on asks first whether the lease still stands, in the same statement or the
same transaction. So it does not matter how late a worker is that was taken for dead: nothing of its doing is kept.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from keepwell.errors import KeepwellError
from keepwell.web.accounts.models import User
from keepwell.web.jobs.kinds import arguments_kept, kind_called, kinds
from keepwell.web.jobs.models import CANCELLED, DONE, FAILED, WAITING, WORKING, Job
from keepwell.web.jobs.rules import cannot_cancel
from keepwell.web.places.refusals import refuse

FIRST_PAUSE: Final = dt.timedelta(seconds=5)
LONGEST_PAUSE: Final = dt.timedelta(hours=1)


def pause_after(times_taken: int) -> dt.timedelta:
    """How long a job waits before it is tried again: 5 seconds, 20, 80 … up to an hour."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 4.0 ** min(times_taken - 1, 8))


class NoLongerOurs(Exception):
    """The job was cancelled, or another worker has it: nothing of this attempt is kept."""


def enqueue(name: str, /, *, by: User | None, key: str | None = None, **arguments: Any) -> Job:
    """Ask for a job, in the caller's own transaction: it exists if and only if that commits.

    With a key there is at most one unfinished job of it: asked for twice, the first is given back.
    Raises ValueError for a name that no job has, TypeError for arguments that are not numbers or short keys.
    """
    if kind_called(name) is None:
        raise ValueError(f"no job is called {name}")
    return _added(name, by, key, timezone.now(), arguments_kept(arguments))


def enqueue_what_comes_round() -> None:
    """Ask for every job that comes round by itself and is not waiting yet. Of those that have ended, the last is kept."""
    for kind in kinds():
        if kind.every is not None and not Job.objects.unfinished().filter(key=kind.name).exists():
            last = Job.objects.filter(key=kind.name).order_by("-pk").first()
            if last is not None:
                Job.objects.filter(key=kind.name, pk__lt=last.pk).delete()
            after = last.ended_at if last else None
            _added(kind.name, None, kind.name, after + kind.every if after else timezone.now(), {})


def _added(name: str, by: User | None, key: str | None, due_at: dt.datetime, arguments: dict[str, Any]) -> Job:
    for last_try in (False, False, True):
        known = Job.objects.unfinished().filter(key=key).first() if key is not None else None
        if known is not None:
            return known
        try:
            with transaction.atomic():
                return Job.objects.create(name=name, asked_by=by, key=key, due_at=due_at, arguments=arguments)
        except IntegrityError:  # somebody else asked for it just now
            if key is None or last_try:
                raise
    raise AssertionError("the last try returns or raises")


def take(*, lease: dt.timedelta, names: frozenset[str] | None = None) -> Job | None:
    """The next job to work on, with a lease of its own; None where nothing is to be done.

    What has been taken too often is failed instead: a job that takes its worker with it must not go on for ever.
    """
    ready = Job.objects.ready(timezone.now())
    if names is not None:
        ready = ready.filter(name__in=names)
    if not ready.exists():  # asked without a lock: SQLite has one writer
        return None
    with transaction.atomic():
        while (job := ready.select_for_update(skip_locked=True).first()) is not None:
            kind = kind_called(job.name)
            if kind is not None and job.times_taken < kind.most_times:
                return _leased(job, lease)
            _end(job, FAILED, _gone_for_good(job) if kind else _not_known())
    return None


def _leased(job: Job, lease: dt.timedelta) -> Job:
    job.state, job.lease, job.lease_until = WORKING, uuid.uuid4(), timezone.now() + lease
    job.times_taken += 1
    job.save(update_fields=["state", "lease", "lease_until", "times_taken"])
    return job


def renew(job: Job, lease: dt.timedelta) -> bool:
    """Whether the job is still ours; its lease is then as long as at first."""
    return bool(Job.objects.held(job).update(lease_until=timezone.now() + lease))


def write_progress(job: Job, share: float, step: str) -> None:
    """Raises NoLongerOurs where the lease does not stand."""
    if not Job.objects.held(job).update(share=share, step=step[:200]):
        raise NoLongerOurs


def finish_with(job: Job, effect: Callable[[], object] | None = None) -> None:
    """Write down what a job has done and that it is done, both or neither.

    `effect` writes to the database, and is short: it runs in the transaction that ends the job, with the job's row
    locked. Raises NoLongerOurs, and keeps nothing, where the job was cancelled or another worker has it.
    """
    with transaction.atomic():
        held = Job.objects.held(job).select_for_update().first()
        if held is None:
            raise NoLongerOurs
        if effect is not None:
            effect()
        held.share = 1.0
        _end(held, DONE)


def end_with_error(job: Job, error: Exception) -> None:
    """Fail the job with the words of the error, or try it again later.

    A KeepwellError is for the user to mend, and trying again would not. Of any other error only the kind is kept:
    its words could hold what somebody typed.
    """
    kind = kind_called(job.name)
    with transaction.atomic():
        held = Job.objects.held(job).select_for_update().first()
        if held is None:
            return
        if isinstance(error, KeepwellError):
            _end(held, FAILED, error)
        elif kind is None or held.times_taken >= kind.most_times:
            _end(held, FAILED, _our_fault(held, error))
        else:
            _put_back(held, timezone.now() + pause_after(held.times_taken))


def give_back(job: Job) -> None:
    """Leave the job to the next worker, as if this one had never taken it."""
    with transaction.atomic():
        held = Job.objects.held(job).select_for_update().first()
        if held is not None:
            held.times_taken -= 1
            _put_back(held, timezone.now())


@transaction.atomic
def cancel(*, job: Job, by: User) -> Job:
    """Nothing of it is kept, also where it is being worked on. What was finished stays."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    refuse(cannot_cancel(by, job), found=f"a job that is {job.state}")
    _end(job, CANCELLED)
    return job


def _put_back(job: Job, due_at: dt.datetime) -> None:
    job.state, job.lease, job.lease_until, job.due_at = WAITING, None, None, due_at
    job.share, job.step = 0.0, ""
    job.save()


def _end(job: Job, state: str, error: KeepwellError | None = None) -> None:
    job.state, job.lease, job.lease_until, job.ended_at = state, None, None, timezone.now()
    if error is not None:
        job.wrong, job.found, job.attempt = error.wrong, error.found, error.attempt
    job.save()


def _gone_for_good(job: Job) -> KeepwellError:
    return KeepwellError(
        "This could not be done: each time, the worker was gone before it came to its end.",
        found=f"{job.times_taken} attempts",
        attempt="ask whoever keeps the site whether the machine has memory and disk enough, and ask for it again",
    )


def _our_fault(job: Job, error: Exception) -> KeepwellError:
    return KeepwellError(
        "This could not be done, through a fault that is not yours.",
        found=f"{type(error).__name__}, after {job.times_taken} attempts",
        attempt=f"ask for it again; if it fails once more, tell whoever keeps the site: job {job.pk}",
    )


def _not_known() -> KeepwellError:
    return KeepwellError(
        "This version of Keepwell does not know how to do this.",
        found="a job that another version was asked for",
        attempt="ask for it again",
    )
