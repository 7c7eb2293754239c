"""A worker that dies at a named point, and the jobs of these trials: how each is done is seen in the table `trials`.

`python dying_worker.py` sets the site up once and then forks workers, one an order, as lines of JSON.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

if __name__ == "__main__":  # the tests have set it up already
    import django

    django.setup()

from django.db import connection, connections

from keepwell.web.jobs import actions, models, working
from keepwell.web.jobs.queue import Telling, job
from keepwell.web.mail import jobs as mail_jobs

MANY = 30_000
LEASE = 0.6
POINTS = (
    "before the taking is written",
    "after taking",
    "in the work",
    "in the effect",
    "after the effect",
    "before renewing",
    "after renewing",
    "after finishing",
    "before an error is written",
    "after an error is written",
)

_passes_left: dict[str, int] = {}
"""Of the point to die at, if any."""


def make_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS trials")
        cursor.execute("CREATE TABLE trials (job bigint NOT NULL, what varchar(10) NOT NULL)")


def drop_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE trials")


def write(job_number: int, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO trials (job, what) VALUES (%s, %s)", [job_number, what])


def written(what: str) -> list[int]:
    """The job of each row, as often as it was written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT job FROM trials WHERE what = %s ORDER BY job", [what])
        return [row[0] for row in cursor.fetchall()]


def reached(point: str) -> None:
    """Die here, at the pass that was chosen, with nothing said."""
    if point in _passes_left:
        _passes_left[point] -= 1
        if _passes_left[point] <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


@job("trial.write", most_times=MANY)
def write_once(told: Telling, milliseconds: int = 0, fails: int = 0) -> None:
    """One row when it starts, in no transaction of the queue's, and one as its effect."""
    write(told.job.pk, "started")
    told.progress(0.1, "Begun")
    time.sleep(milliseconds / 1000)
    reached("in the work")
    if told.job.times_taken <= fails:
        raise RuntimeError("a fault of these trials")
    told.progress(0.9, "Nearly")

    def effect() -> None:
        write(told.job.pk, "effect")
        reached("in the effect")

    actions.finish_with(told.job, effect)
    reached("after the effect")


@job("trial.deaf", most_times=MANY)
def write_without_asking(told: Telling, milliseconds: int = 0) -> None:
    """Says nothing of its progress, so that only the fence at its end can stop it."""
    write(told.job.pk, "started")
    time.sleep(milliseconds / 1000)
    actions.finish_with(told.job, lambda: write(told.job.pk, "effect"))


@job("trial.kills")
def take_the_worker_along(told: Telling) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job("trial.hangs", longest=dt.timedelta(seconds=0.5))
def hang_once(told: Telling) -> None:
    if told.job.times_taken == 1:
        time.sleep(3600)
    actions.finish_with(told.job, lambda: write(told.job.pk, "effect"))


def around(owner: Any, name: str, before: str | None, after: str | None) -> None:
    function: Callable[..., Any] = getattr(owner, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        if before:
            reached(before)
        result = function(*given, **named)
        if after and result is not False and (name != "take" or result is not None):
            reached(after)
        return result

    setattr(owner, name, wrapped)


def no_fence() -> None:
    models.Jobs.held = lambda self, job: self.filter(pk=job.pk)


def nothing_taken_over() -> None:
    models.Jobs.ready = lambda self, now: self.filter(state=models.WAITING, due_at__lte=now).order_by("due_at", "pk")


def nothing_renewed() -> None:
    actions.renew = lambda job, length: True


def taken_without_lock() -> None:
    """Two workers that look at the same moment take the same job."""
    models.Jobs.select_for_update = lambda self, **kwargs: self
    actions.transaction = type("No", (), {"atomic": staticmethod(lambda *a: __import__("contextlib").nullcontext())})


def effect_before_the_end() -> None:
    """The effect in a transaction of its own."""

    def finish_with(job: models.Job, effect: Callable[[], object] | None = None) -> None:
        if effect is not None and models.Job.objects.held(job).exists():
            effect()
            reached("between effect and end")
        original(job)

    original, actions.finish_with = actions.finish_with, finish_with


FAULTS = {
    f.__name__: f for f in (no_fence, nothing_taken_over, nothing_renewed, taken_without_lock, effect_before_the_end)
}


def work(order: dict[str, Any]) -> None:
    if order.get("point"):
        _passes_left[order["point"]] = order.get("passes", 1)
    for fault in order.get("faults", []):
        FAULTS[fault]()
    actions.FIRST_PAUSE = dt.timedelta(milliseconds=20)
    actions.LONGEST_PAUSE = dt.timedelta(milliseconds=200)
    around(actions, "_leased", None, "before the taking is written")
    around(actions, "take", None, "after taking")
    around(actions, "renew", "before renewing", "after renewing")
    around(actions, "finish_with", None, "after finishing")
    around(actions, "end_with_error", "before an error is written", "after an error is written")
    around(mail_jobs, "finish_with", "after the mail server took it", None)
    worker = working.Worker(lease=dt.timedelta(seconds=order.get("lease", LEASE)), pause=0.02, parent=os.getppid())
    worker.stop_when_told()
    worker.work()


def ended(pid: int, patience: float = 20.0) -> int | None:
    """How it ended; None where it goes on for longer than we wait."""
    until = time.monotonic() + patience
    while time.monotonic() < until:
        gone, status = os.waitpid(pid, os.WNOHANG)
        if gone:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    return None


def say(answer: int | None) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def serve() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            say(ended(order["wait"]))
            continue
        pid = os.fork()
        if not pid:
            try:
                work(order)
            finally:
                connections.close_all()
                os._exit(0)
        say(pid)


if __name__ == "__main__":
    serve()
