"""What every journey needs: the demo's site, served once a run, and somebody in front of a browser.

Making the demo takes half a minute. Who writes a journey makes one (`keepwell demo --folder FOLDER --no-serve`) and
names it: KEEPWELL_JOURNEYS_ON=FOLDER; it is copied, never changed.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from filelock import FileLock
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).parent))

from visiting import Visitor

SEARCHED = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
CHROMIUM = shutil.which("chromium", path=SEARCHED) or shutil.which("chromium-browser", path=SEARCHED)
KEEPWELL = (sys.executable, "-c", "from keepwell.cli import main; main()")
PATIENCE = 300.0
Visiting = Callable[..., Visitor]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    why = "Django is not installed: there are no pages" if find_spec("django") is None else ""
    why = why or ("" if CHROMIUM else "chromium is not installed: pages are not looked at")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


@dataclass(frozen=True)
class Site:
    """Where a site answers, and the folder that holds what it keeps."""

    address: str
    home: Path
    process: subprocess.Popen[bytes]

    def mails(self) -> list[str]:
        """The mails that it has sent, the newest last."""
        files = sorted((self.home / "mail").glob("*"), key=lambda path: path.stat().st_mtime)
        return [path.read_text("utf-8") for path in files]

    def link_for(self, email: str) -> str:
        """The path in the newest mail that lets somebody in; waits for it."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for mail in reversed(self.mails()):
                found = re.search(r"https?://[^/\s]+(/(?:invitation|password/new)/\S+)", mail.replace("=\n", ""))
                if f"To: {email}" in mail and found:
                    return found.group(1)
            time.sleep(0.3)
        raise AssertionError("no mail with a link came")

    def end(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()


def plain_environment() -> dict[str, str]:
    """Nothing that a deployer, or another test of this process, has set."""
    known = {n: v for n, v in os.environ.items() if not n.startswith("KEEPWELL_") and n != "DJANGO_SETTINGS_MODULE"}
    return {**known, "PYTHONWARNINGS": "default"}


def served(home: Path, *command: str) -> Site:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = asked.getsockname()[1]
    with (home.parent / "said").open("wb") as said:
        process = subprocess.Popen(
            [*KEEPWELL, *command, "--port", str(port)], env=plain_environment(), stdout=said, stderr=said
        )
    site = Site(f"http://127.0.0.1:{port}", home, process)
    end = time.monotonic() + PATIENCE
    while not _answers(site.address):
        assert process.poll() is None and time.monotonic() < end, (home.parent / "said").read_text("utf-8")
        time.sleep(0.3)
    return site


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/healthy/", timeout=10) as answer:  # noqa: S310 (our own address)
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def made_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo, made once a run, whoever of its processes comes first. Do not change it."""
    if named := os.environ.get("KEEPWELL_JOURNEYS_ON"):
        return Path(named)
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared
    with FileLock(shared / "demo.lock"):
        if not (shared / "demo" / "made-by.txt").exists():
            made = subprocess.run(
                [*KEEPWELL, "demo", "--folder", str(shared / "demo"), "--no-serve"],
                env=plain_environment(),
                capture_output=True,
                check=False,
                timeout=600,
            )
            assert made.returncode == 0, made.stderr.decode()
    return shared / "demo"


@pytest.fixture(scope="session")
def site(made_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, served. Journeys share it: each leaves alone what another asks about."""
    folder = tmp_path_factory.mktemp("site") / "demo"
    shutil.copytree(made_demo, folder)
    opened = served(folder / "home", "demo", "--folder", str(folder))
    yield opened
    opened.end()


@pytest.fixture(scope="module")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site on which nobody has an account yet."""
    home = tmp_path_factory.mktemp("new") / "home"
    opened = served(home, "serve", "--home", str(home))
    yield opened
    opened.end()


@pytest.fixture
def visitor(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Visiting]:
    """Somebody who comes to the site: `visitor("retention.lead")`, `visitor(size="smallest")`."""
    came: list[Visitor] = []

    def come(who: str | None = None, *, to: Site | None = None, **how: object) -> Visitor:
        address = (to or request.getfixturevalue("site")).address
        came.append(Visitor(browser, address, **how))  # type: ignore[arg-type]
        return came[-1].sign_in(who) if who else came[-1]

    yield come
    for one in came:
        one.close()
