"""How do the web server and the workers run together, and end together?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import django
from django.core.management import call_command
from django.db import DatabaseError

from keepwell.errors import KeepwellError
from keepwell.sources.apart_limits import MODEST
from keepwell.web.config.secrets import keep_a_secret

SETTINGS: Final = "keepwell.web.config.settings"
WORKER: Final = ("-m", "keepwell.web.jobs.worker", "--with-parent")
PAUSE: Final = 0.2
PATIENCE: Final = 30.0
"""Seconds that a child may take to end before it is killed."""
SOON: Final = 3.0
MOST_DEATHS: Final = 5
"""A child that dies so often, each time within so many seconds, is not started again."""


class CannotServe(KeepwellError):
    """The site cannot be served as asked."""


@dataclass(slots=True)
class Child:
    """A process of ours that is started again when it dies."""

    name: str
    command: Sequence[str]
    held: tuple[int, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = field(default=0)

    def start(self) -> None:
        """In a session of its own, so that Ctrl-C is heard by us and told to it."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 (our own modules, by our own Python)
            [sys.executable, *self.command],
            pass_fds=self.held,
            env={**os.environ, **self.environment},
            start_new_session=True,
        )

    def look_after(self) -> None:
        """Start it again if it has died. Raises CannotServe when it does nothing but die."""
        status = self.process.poll() if self.process else None
        if status is None:
            return
        soon = time.monotonic() - self.started < SOON
        self.deaths = self.deaths + 1 if soon else 0
        if self.deaths >= MOST_DEATHS:
            raise CannotServe(
                f"The {self.name} does not stay up.",
                found=f"it ended {self.deaths} times within {SOON:.0f} seconds, last with status {status}",
                attempt="read what it said above; then start again",
            )
        self.start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def serve(*, home: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Get the site ready in its home folder, and run it until SIGTERM, SIGINT or SIGHUP.

    What KEEPWELL_... sets is taken from the environment, KEEPWELL_HOME too. Raises CannotServe where the address
    cannot be listened on, the database does not answer, or a process does not stay up.
    """
    with listening(host, port) as listener:
        get_ready(home)
        from django.conf import settings  # noqa: PLC0415 (only now is the site set up)

        say(f"{settings.SITE_NAME} is at {settings.SITE_ADDRESS}")
        say("Stop it with Ctrl-C.")
        web = (
            "-m",
            "gunicorn",
            "--config",
            "python:keepwell.web.config.gunicorn",
            "--bind",
            f"fd://{listener.fileno()}",
        )
        run(
            [
                Child("web server", web, (listener.fileno(),)),
                Child("worker", WORKER, environment=MODEST),
            ]
        )


def demonstrate(home: Path, say: Callable[[str], None]) -> None:
    """Make a site with a made-up system in an empty home folder."""
    get_ready(home)
    from keepwell.web.config.demonstration import make_demo  # noqa: PLC0415 (only now is the site set up)

    make_demo(say)


def sign_ins() -> list[str]:
    """Who can be tried out in the demo, a line each, and the password that they share."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    from keepwell.web.config.demonstration import PASSWORD, SIGN_INS  # noqa: PLC0415 (as above)

    width = max(len(one.email) for one in SIGN_INS)
    people = [f"  {one.email:<{width}}  {one.who}: {one.sees}" for one in SIGN_INS]
    return ["Sign in as one of these. None of them exists.", *people, f"  The password of all: {PASSWORD}"]


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that listens; web servers that come and go take it over. Raises CannotServe."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _cannot_listen(host, port, error) from None
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(512)
        except OSError as error:
            raise _cannot_listen(host, port, error) from None
        yield listener


def _cannot_listen(host: str, port: int, error: OSError) -> CannotServe:
    return CannotServe(
        f"Cannot listen on port {port} of {host}.",
        found=(error.strerror or type(error).__name__).casefold(),
        attempt=f"another port: keepwell serve --port {port + 1 if port < 65535 else 8000}; or end what listens there",
    )


def get_ready(home: Path) -> None:
    """Make the home folder, its secret, the database and the static files, or bring them up to date."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keep_a_secret(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except DatabaseError as error:
        raise CannotServe(
            "The database does not answer, or not as it should.",
            found=type(error).__name__,
            attempt="look at KEEPWELL_DATABASE, and whether the database runs",
        ) from None
    call_command("collectstatic", verbosity=0, interactive=False)


def run(children: Sequence[Child]) -> None:
    """Start them, start again those that die, and end them all when told to."""
    told = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(sign, lambda *_: told.set())
    try:
        for child in children:
            child.start()
        while not told.wait(PAUSE):
            for child in children:
                child.look_after()
    finally:
        stop(children)


def stop(children: Sequence[Child]) -> None:
    """Let them end what they are at, all at once; kill what takes too long."""
    for child in children:
        child.stop()
    until = time.monotonic() + PATIENCE
    for child in children:
        child.wait(until)
