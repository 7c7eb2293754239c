"""Does a job exist if and only if it was asked for, and does it end as it should?"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import databases
import pytest
from cast import somebody
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from keepwell.errors import KeepwellError
from keepwell.web.jobs import actions, jobs, kinds, telling
from keepwell.web.jobs.models import CANCELLED, DONE, FAILED, WAITING, WORKING, Job
from keepwell.web.jobs.queries import Failure, failures, jobs_of, progress_of
from keepwell.web.jobs.queue import NoLongerOurs, Telling, cancel, enqueue, finish_with, job
from keepwell.web.jobs.rules import cannot_cancel, cannot_see, cannot_see_failures
from keepwell.web.jobs.worker import started
from keepwell.web.jobs.working import Worker
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Registers some work under a name, for this test alone: no other job is known meanwhile."""
    monkeypatch.setattr(kinds, "_KINDS", {})

    def register(work: Callable[..., object], name: str = "trial.work", **about: Any) -> str:
        job(name, **about)(lambda told, **arguments: work(told, **arguments) and None)
        return name

    return register


def worker(**about: Any) -> Worker:
    return Worker(lease=MINUTE, pause=0.01, **about)


def due_now() -> None:
    Job.objects.filter(state=WAITING).update(due_at=timezone.now())


# Asking for a job


def test_a_job_exists_if_and_only_if_the_transaction_commits(named, committed):
    name = named(print)
    with transaction.atomic():
        enqueue(name, by=None)
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    with transaction.atomic():
        enqueue(name, by=None)
        seen: list[int] = []
        elsewhere(lambda: seen.append(Job.objects.count()))
        assert seen == [0]
    assert Job.objects.count() == 1


def elsewhere(act: Callable[[], object]) -> None:
    """In a thread with a connection of its own."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def test_asked_for_twice_with_a_key_it_exists_once_until_it_has_ended(named):
    name = named(lambda told: None)
    first = enqueue(name, by=None, key="upload 7")
    assert enqueue(name, by=None, key="upload 7") == first
    assert enqueue(name, by=None, key="upload 8") != first
    assert worker().work_off() == 2
    assert enqueue(name, by=None, key="upload 7") != first


def test_the_database_itself_holds_the_key_once(named):
    enqueue(named(print), by=None, key="upload 7")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.create(name="trial.work", key="upload 7")


def test_eight_who_ask_at_the_same_moment_get_the_same_job(named, committed):
    name, found, ready = named(print), [], threading.Barrier(8)

    def ask() -> None:
        ready.wait()
        found.append(enqueue(name, by=None, key="upload 7").pk)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_job_nobody_knows_cannot_be_asked_for(named):
    with pytest.raises(ValueError, match=r"no job is called trial\.unknown"):
        enqueue("trial.unknown", by=None)


@pytest.mark.parametrize("value", ["Ada Lovelace", "ada@example.org", "x" * 101, ["ada"], {"name": "ada"}])
def test_an_argument_that_could_be_somebodys_name_or_address_is_refused_and_not_repeated(named, value):
    with pytest.raises(TypeError) as refused:
        enqueue(named(print), by=None, who=value)
    assert str(refused.value) == "a job's argument who is not the number or key of something"


def test_arguments_arrive_as_they_were(named):
    given: list[dict[str, Any]] = []
    name = named(lambda told, **arguments: given.append(arguments))
    enqueue(name, by=None, upload=7, month="2025-10", again=True, share=0.5, place=None)
    worker().work_off()
    assert given == [{"upload": 7, "month": "2025-10", "again": True, "share": 0.5, "place": None}]


def test_two_jobs_of_one_name_are_a_mistake_of_ours(named):
    named(print)
    with pytest.raises(ValueError, match=r"two jobs are called trial\.work"):
        named(print)


# Doing it


def test_the_oldest_goes_first_and_what_is_not_due_waits(named):
    order: list[int] = []
    name = named(lambda told, number: order.append(number))
    for number in (1, 2, 3):
        enqueue(name, by=None, number=number)
    Job.objects.filter(arguments__number=2).update(due_at=timezone.now() + MINUTE)
    assert worker().work_off() == 2
    assert order == [1, 3]


def test_an_effect_that_fails_leaves_nothing_and_the_job_is_tried_again(named, monkeypatch):
    user = somebody("Retention Lead")
    fails = [True, False]

    def effect() -> None:
        user.name = "Changed"
        user.save()
        if fails.pop(0):
            raise RuntimeError("Ada Lovelace")

    enqueue(named(lambda told: finish_with(told.job, effect)), by=user)
    worker().work_one()
    user.refresh_from_db()
    assert user.name == "Retention Lead"
    waiting = Job.objects.get()
    assert (waiting.state, waiting.times_taken) == (WAITING, 1)
    assert waiting.due_at > timezone.now()
    due_now()
    worker().work_one()
    user.refresh_from_db()
    assert (user.name, Job.objects.get().state) == ("Changed", DONE)


def test_pauses_grow_up_to_an_hour_and_then_it_has_failed_in_three_lines_without_the_errors_words(named, caplog):
    def work(told: Telling) -> None:
        raise LookupError("Ada Lovelace, ada@example.org")

    enqueue(named(work, most_times=7), by=None)
    pauses = []
    for _ in range(7):
        due_now()
        asked = timezone.now()
        worker().work_one()
        pauses.append(round((Job.objects.get().due_at - asked).total_seconds()))
    assert pauses[:6] == [5, 20, 80, 320, 1280, 3600]
    failed = progress_of(Job.objects.get())
    assert (failed.state, failed.ended) == (FAILED, True)
    assert failed.error is not None
    assert failed.error.wrong == "This could not be done, through a fault that is not yours."
    assert failed.error.found == "LookupError, after 7 attempts"
    assert "Ada" not in caplog.text + str(failed.error)
    assert "LookupError at" in caplog.text


def test_what_a_user_can_mend_is_said_in_its_own_words_and_not_tried_again(named):
    def work(told: Telling) -> None:
        raise KeepwellError("The file has no column for the month.", found="Name, FTE", attempt="choose another file")

    enqueue(named(work), by=None)
    worker().work_off()
    assert str(progress_of(Job.objects.get(state=FAILED)).error) == (
        "The file has no column for the month.\n  Found: Name, FTE\n  Try:   choose another file"
    )


def test_a_job_that_this_version_does_not_know_fails_and_is_not_left_waiting(named):
    named(print)
    Job.objects.create(name="trial.of_old")
    worker().work_off()
    assert Job.objects.get().wrong == "This version of Keepwell does not know how to do this."


def test_work_that_ends_without_an_effect_is_done(named):
    enqueue(named(lambda told: None), by=None)
    worker().work_off()
    assert (Job.objects.get().state, Job.objects.get().share, Job.objects.get().lease) == (DONE, 1.0, None)


def test_an_effect_counts_once_though_the_work_goes_on_and_fails(named):
    done: list[int] = []

    def work(told: Telling) -> None:
        finish_with(told.job, lambda: done.append(1))
        raise RuntimeError

    enqueue(named(work), by=None)
    worker().work_off()
    due_now()
    worker().work_off()
    assert (done, Job.objects.get().state) == ([1], DONE)


# The lease


def test_a_lease_that_has_run_out_is_taken_over_and_the_first_can_do_nothing_more(named):
    enqueue(named(print), by=None)
    first = actions.take(lease=MINUTE)
    assert actions.take(lease=MINUTE) is None
    Job.objects.update(lease_until=timezone.now() - MINUTE)
    second = actions.take(lease=MINUTE)
    assert first is not None
    assert second is not None
    assert (second.pk, second.times_taken) == (first.pk, 2)
    ran: list[int] = []
    assert not actions.renew(first, MINUTE)
    with pytest.raises(NoLongerOurs):
        actions.write_progress(first, 0.5, "Reading")
    with pytest.raises(NoLongerOurs):
        finish_with(first, lambda: ran.append(1))
    actions.end_with_error(first, RuntimeError())
    actions.give_back(first)
    assert ran == []
    assert Job.objects.get().lease == second.lease
    finish_with(second, lambda: ran.append(2))
    assert (ran, Job.objects.get().state) == ([2], DONE)


def test_a_lease_that_ran_out_unnoticed_by_all_others_still_counts(named):
    """A machine that slept: nobody took the job, so nothing is lost."""
    enqueue(named(print), by=None)
    held = actions.take(lease=MINUTE)
    assert held is not None
    Job.objects.update(lease_until=timezone.now() - MINUTE)
    assert actions.renew(held, MINUTE)
    finish_with(held)
    assert Job.objects.get().state == DONE


def test_the_database_itself_holds_that_only_work_has_a_lease():
    for state, lease_until in ((WORKING, None), (DONE, timezone.now())):
        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.create(name="trial.work", state=state, lease_until=lease_until)


def test_a_long_job_hears_from_the_thread_beside_that_it_is_no_longer_its_own(named, committed):
    """Its progress is not written more than once a second, so it is the thread that finds out."""
    said: list[str] = []

    def work(told: Telling) -> None:
        told.progress(0.1)
        elsewhere(lambda: Job.objects.update(state=CANCELLED, lease=None, lease_until=None))
        until = time.monotonic() + 0.9
        while time.monotonic() < until:
            try:
                told.progress(0.2)
            except NoLongerOurs:
                said.append("no longer ours")
                raise
            time.sleep(0.01)

    enqueue(named(work), by=None)
    Worker(lease=dt.timedelta(seconds=0.3), pause=0.01).work_off()
    assert said == ["no longer ours"]
    assert Job.objects.get().state == CANCELLED


# Progress


def test_progress_is_written_at_most_once_a_second_and_stays_between_nothing_and_all(named, monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(telling.time, "monotonic", lambda: clock[0])
    enqueue(named(print), by=None)
    held = actions.take(lease=MINUTE)
    assert held is not None
    told, seen = Telling(held), []
    for seconds, share in ((0, -1.0), (0.9, 0.2), (1.0, 0.5), (1.5, 0.6), (2.0, 7.0)):
        clock[0] = 100.0 + seconds
        told.progress(share, f"Step {share}")
        seen.append((progress_of(held).share, progress_of(held).step))
    assert seen == [(0.0, "Step -1.0"), (0.0, "Step -1.0"), (0.5, "Step 0.5"), (0.5, "Step 0.5"), (1.0, "Step 7.0")]
    assert (progress_of(held).word, progress_of(held).ended, progress_of(held).error) == ("Working", False, None)


def test_a_job_that_is_tried_again_begins_at_nothing(named):
    def work(told: Telling) -> None:
        told.progress(0.7, "Nearly")
        raise RuntimeError

    enqueue(named(work), by=None)
    worker().work_off()
    assert (progress_of(Job.objects.get()).share, progress_of(Job.objects.get()).step) == (0.0, "")


# Cancelling, and who may


def test_only_who_asked_for_it_sees_and_cancels_it(named):
    asked, other = somebody("Retention Lead"), somebody("Ward Manager")
    wanted = enqueue(named(print), by=asked)
    assert cannot_see(asked, wanted) is None
    assert cannot_see(other, wanted) == "Only who asked for it sees how far it is."
    assert list(jobs_of(asked)) == [wanted]
    assert not jobs_of(other)
    assert cannot_cancel(other, wanted) == "Only who asked for it can cancel it."
    with pytest.raises(NotAllowed) as refused:
        cancel(job=wanted, by=other)
    assert refused.value.wrong == "Only who asked for it can cancel it."
    cancel(job=wanted, by=asked)
    assert worker().work_off() == 0
    assert Job.objects.get().state == CANCELLED
    assert cannot_cancel(asked, Job.objects.get()) == "It is cancelled already."


def test_whoever_keeps_the_site_sees_that_something_failed_and_not_why(named):
    def work(told: Telling) -> None:
        raise KeepwellError("Row 17 has no month.", found="nothing", attempt="fill it in")

    asked, keeps = somebody("Retention Lead"), somebody("Administrator", system_administrator=None)
    failed = enqueue(named(work), by=asked)
    enqueue("trial.work", by=asked)
    worker().work_one()
    failed.refresh_from_db()
    assert failures(keeps) == [Failure(failed.pk, "trial.work", asked, failed.ended_at, 1)]
    assert cannot_see_failures(keeps) is None
    assert failures(asked) == []
    assert cannot_see_failures(asked) == "Only whoever keeps the site sees what has failed."


def test_what_is_done_cannot_be_cancelled(named):
    user = somebody("Retention Lead")
    wanted = enqueue(named(lambda told: None), by=user)
    worker().work_off()
    with pytest.raises(NotAllowed, match="It is done already"):
        cancel(job=wanted, by=user)


# What comes round by itself


def test_what_comes_round_exists_once_and_again_so_long_after_it_ended(named):
    name = named(lambda told: None, every=dt.timedelta(minutes=5))
    for _ in range(3):
        actions.enqueue_what_comes_round()
    assert worker().work_off() == 1
    actions.enqueue_what_comes_round()
    ended, next_one = Job.objects.order_by("pk")
    assert next_one.due_at == ended.ended_at + dt.timedelta(minutes=5)
    assert (next_one.name, next_one.key) == (name, name)
    assert worker().work_off() == 0


def test_of_what_comes_round_and_has_ended_the_last_is_kept(named):
    named(lambda told: None, every=dt.timedelta(0))
    for _ in range(4):
        actions.enqueue_what_comes_round()
        worker().work_off()
    assert Job.objects.count() == 2


def test_what_comes_round_and_fails_comes_round_again(named):
    def work(told: Telling) -> None:
        raise KeepwellError("The watched folder is not there.", found="no folder", attempt="make it")

    named(work, every=MINUTE)
    actions.enqueue_what_comes_round()
    worker().work_off()
    actions.enqueue_what_comes_round()
    assert [j.state for j in Job.objects.order_by("pk")] == [FAILED, WAITING]


def test_the_queue_forgets_what_was_done_a_week_ago_and_keeps_what_failed_for_longer():
    now = timezone.now()
    for state, days in ((DONE, 6), (DONE, 8), (CANCELLED, 8), (FAILED, 8), (FAILED, 91), (WAITING, 400)):
        Job.objects.create(name="trial.work", state=state, ended_at=now - dt.timedelta(days=days))
    jobs.forget(None)
    kept = Job.objects.order_by("pk").values_list("state", "ended_at")
    assert [(state, (now - ended).days) for state, ended in kept] == [(DONE, 6), (FAILED, 8), (WAITING, 400)]


# Workers


def test_a_quick_worker_leaves_long_jobs_alone(named):
    named(lambda told: None, "trial.long")
    named(lambda told: None, "trial.quick", quick=True)
    for name in ("trial.long", "trial.quick"):
        enqueue(name, by=None)
    assert worker(quick=True).work_off() == 1
    assert Job.objects.get(state=WAITING).name == "trial.long"


def test_a_database_that_goes_away_is_waited_for_and_said_once(named, committed, monkeypatch, caplog):
    from django.db import OperationalError

    monkeypatch.setattr("keepwell.web.jobs.working.SECONDS_AWAY", 0.01)
    waited, take = [], actions.take
    doing = worker()

    def sometimes(**given: Any) -> Job | None:
        waited.append(1)
        if len(waited) < 4:
            raise OperationalError("password=secret")
        return take(**given)

    monkeypatch.setattr(actions, "take", sometimes)
    enqueue(named(lambda told: doing.stopping.set()), by=None)
    doing.work()
    assert Job.objects.get().state == DONE
    assert caplog.text.count("the database does not answer (OperationalError)") == 1
    assert "secret" not in caplog.text


@pytest.fixture
def a_real_worker(committed):
    processes: list[subprocess.Popen[str]] = []

    def start(*options: str, by: str | None = None) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "keepwell.web.jobs.worker", "--pause", "0.05", *options]
        if by is not None:
            command = [sys.executable, "-c", by, *command]
        processes.append(
            subprocess.Popen(
                command, env=databases.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_the_worker_as_it_is_started_by_name_does_what_waits_and_ends_when_told(a_real_worker):
    wanted = enqueue("jobs.forget", by=None)
    process = a_real_worker()
    until = time.monotonic() + 30
    while progress_of(wanted).state != DONE:
        assert time.monotonic() < until
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


def test_the_worker_can_end_when_nothing_is_left(a_real_worker):
    wanted = enqueue("jobs.forget", by=None)
    assert a_real_worker("--until-done", "--quick").wait(30) == 0
    assert progress_of(wanted).state == DONE


def test_a_worker_with_a_parent_ends_when_its_parent_has_ended(a_real_worker):
    """The parent says the worker's number and dies without a word."""
    parent = (
        "import os, subprocess, sys\n"
        "child = subprocess.Popen([*sys.argv[1:], '--with-parent'])\n"
        "print(child.pid, flush=True)\n"
        "sys.stdin.readline()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    process = a_real_worker(by=parent)
    child = int(process.stdout.readline())
    wanted = enqueue("jobs.forget", by=None)
    until = time.monotonic() + 30
    while progress_of(wanted).state != DONE:  # it is at work
        assert time.monotonic() < until
        time.sleep(0.05)
    process.stdin.write("\n")
    process.stdin.flush()
    process.wait(30)
    until = time.monotonic() + 30
    while os.path.exists(f"/proc/{child}"):  # noqa: PTH110 (a process, not a file)
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_worker_is_started_in_this_process_too_for_the_demo(named):
    enqueue(named(lambda told: None), by=None)
    assert started().work_off() == 1


def test_the_tests_write_to_a_file_or_a_server_and_not_to_memory():
    name = str(connection.settings_dict["NAME"])
    assert connection.vendor == ("postgresql" if databases.on_postgresql() else "sqlite")
    assert "memory" not in name
