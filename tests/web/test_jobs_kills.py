"""Is every job done once, whenever and wherever its worker was killed?"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import dying_worker
import pytest
from dying_worker import POINTS, written
from forked_workers import KILLED, PATIENCE, Workers, until

from keepwell.web.jobs.actions import cancel, enqueue
from keepwell.web.jobs.models import CANCELLED, DONE, FAILED, UNFINISHED, WORKING, Job
from keepwell.web.jobs.working import HANGS

_kept: list[Workers] = []
"""Setting the site up takes a second: the forks are of one process, as long as these tests last."""


@pytest.fixture
def workers(committed: None) -> Iterator[Workers]:
    if not _kept:
        _kept.append(Workers())
    dying_worker.make_table()
    yield _kept[0]
    _kept[0].end_all()
    dying_worker.drop_table()


@pytest.fixture(scope="module", autouse=True)
def end_of_all() -> Iterator[None]:
    yield
    while _kept:
        _kept.pop().close()


def unfinished() -> int:
    return Job.objects.filter(name__startswith="trial.", state__in=UNFINISHED).count()


def all_done_once(numbers: list[int], seconds: float = PATIENCE) -> None:
    until(lambda: not unfinished(), seconds)
    assert Counter(Job.objects.filter(pk__in=numbers).values_list("state", flat=True)) == {DONE: len(numbers)}
    assert written("effect") == sorted(numbers)


def trials(how_many: int = 3, **arguments: int) -> list[int]:
    return [enqueue("trial.write", by=None, **arguments).pk for _ in range(how_many)]


def survives(workers: Workers, point: str, seconds: float = PATIENCE, **order: Any) -> None:
    """A worker dies at the point; a second does what it left."""
    slow = 500 if "renewing" in point else 0
    numbers = trials(milliseconds=slow, fails=1 if "error" in point else 0)
    assert workers.ended(workers.start(point=point, passes=2, **order)) == KILLED
    workers.start(**order)
    all_done_once(numbers, seconds)


@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_there_is_taken_over_from_and_each_effect_happens_once(workers, point):
    survives(workers, point)


@pytest.mark.parametrize(
    ("fault", "point"),
    [("nothing_taken_over", "after taking"), ("effect_before_the_end", "between effect and end")],
)
def test_a_planted_fault_is_caught_by_the_kill_there(workers, fault, point):
    with pytest.raises(AssertionError):
        survives(workers, point, 4, faults=[fault])


def comes_back_from_the_dead(workers: Workers, name: str = "trial.deaf", *faults: str) -> None:
    """Stopped in its work for longer than its lease; another does the job; then it goes on.

    It is stopped where it sleeps: one that is stopped while it writes to SQLite stops all others too. So it does not
    renew its lease, which is writing.
    """
    number = enqueue(name, by=None, milliseconds=1000).pk
    first = workers.start(lease=0.3, faults=["nothing_renewed", *faults])
    until(lambda: written("started") and (name == "trial.deaf" or Job.objects.get(pk=number).share))
    os.kill(first, signal.SIGSTOP)
    second = workers.start(lease=0.3)
    until(lambda: not unfinished())
    os.kill(first, signal.SIGCONT)
    workers.end(first, signal.SIGTERM)
    workers.end(second, signal.SIGTERM)
    assert written("started") == [number] * 2
    all_done_once([number])


@pytest.mark.parametrize("name", ["trial.deaf", "trial.write"])
def test_a_worker_that_was_taken_for_dead_and_comes_back_writes_nothing(workers, name):
    comes_back_from_the_dead(workers, name)


def test_a_fence_taken_away_is_caught(workers):
    with pytest.raises(AssertionError):
        comes_back_from_the_dead(workers, "trial.deaf", "no_fence")


def keeps_its_lease(workers: Workers, seconds: float = PATIENCE, **order: Any) -> None:
    """Work that takes much longer than the lease is done by one worker, though another waits for it."""
    number = enqueue("trial.deaf", by=None, milliseconds=1500).pk
    for _ in range(2):
        workers.start(lease=0.6, **order)
    until(lambda: not unfinished(), seconds)
    assert written("started") == written("effect") == [number]


def test_a_worker_at_work_keeps_its_job(workers):
    keeps_its_lease(workers)


def test_a_lease_that_is_not_renewed_is_caught(workers):
    with pytest.raises(AssertionError):
        keeps_its_lease(workers, 5, faults=["nothing_renewed"])


def share_out(workers: Workers, **order: Any) -> None:
    numbers = trials(120)
    for _ in range(3):
        workers.start(lease=PATIENCE, **order)
    all_done_once(numbers)
    assert written("started") == sorted(numbers)


def test_three_workers_never_take_the_same_job(workers):
    share_out(workers)


def test_a_lock_left_out_of_taking_is_caught(workers):
    with pytest.raises(AssertionError):
        share_out(workers, faults=["taken_without_lock"])


def test_a_job_that_takes_its_worker_with_it_each_time_fails_in_three_lines(workers):
    job = enqueue("trial.kills", by=None)
    for _ in range(5):
        assert workers.ended(workers.start(lease=0.1)) == KILLED
    workers.start(lease=0.1)
    until(lambda: not unfinished())
    job.refresh_from_db()
    assert (job.state, job.found) == (FAILED, "5 attempts")
    assert job.wrong.startswith("This could not be done")


def test_a_job_that_hangs_ends_with_its_worker_and_is_done_by_the_next(workers):
    number = enqueue("trial.hangs", by=None).pk
    assert workers.ended(workers.start(lease=0.3)) == HANGS
    workers.start(lease=0.3)
    all_done_once([number])


def test_a_job_cancelled_while_it_is_worked_on_has_no_effect(workers):
    from cast import somebody

    job = enqueue("trial.write", by=(user := somebody("Retention Lead")), milliseconds=400)
    worker = workers.start()
    until(lambda: Job.objects.get(pk=job.pk).state == WORKING)
    cancel(job=job, by=user)
    time.sleep(0.5)
    assert workers.end(worker, signal.SIGTERM) == 0
    assert written("effect") == []
    assert Job.objects.get(pk=job.pk).state == CANCELLED


def test_a_worker_told_to_stop_leaves_its_job_to_the_next_at_once(workers):
    (number,) = trials(1, milliseconds=300)
    worker = workers.start(lease=PATIENCE)
    until(lambda: written("started"))
    assert workers.end(worker, signal.SIGTERM) == 0
    left = Job.objects.get(pk=number)
    assert (left.state, left.times_taken) == ("waiting", 0)
    workers.start()
    all_done_once([number])


def killed_at_random(workers: Workers, seed: int, kills: int, at_once: int) -> Counter[str]:
    """Workers by the handful, killed at random times and points, with jobs of all kinds coming in."""
    rng, counts, numbers = random.Random(seed), Counter[str](), list[int]()
    while counts["killed"] < kills:
        if unfinished() < 12:
            numbers += trials(4, milliseconds=rng.choice([0, 0, 5, 40, 250]), fails=rng.choice([0, 0, 0, 1]))
        while len(workers.alive) < at_once:
            point = rng.choice([None, *POINTS])
            workers.start(point=point, passes=rng.randint(1, 4), lease=0.3)
            counts[f"to die {point or 'at a random moment'}"] += 1
        time.sleep(rng.uniform(0, 0.25))
        counts["killed"] += workers.end(rng.choice(workers.alive)) == KILLED
    workers.start(lease=0.3)
    all_done_once(numbers, 120)
    counts["jobs"], counts["begun"] = len(numbers), len(written("started"))
    return counts


@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_workers_killed_at_random_do_every_job_once(workers, at_once):
    counts = killed_at_random(workers, seed=1948 + at_once, kills=8, at_once=at_once)
    assert counts["jobs"]


@pytest.mark.soak
@pytest.mark.parametrize("at_once", [1, 2, 3])
def test_two_hundred_kills_leave_every_job_done_once(workers, at_once, record_property):
    counts = killed_at_random(workers, seed=20261123 + at_once, kills=200, at_once=at_once)
    record_property(
        "counts", "\n".join([f"{at_once} at once:", *(f"  {n:4}  {what}" for what, n in sorted(counts.items()))])
    )
