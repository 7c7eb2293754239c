"""How long does a page take with eight people at once, and how heavy is it?

    python benchmarks/web.py                 everything, in a cache folder of its own, made once
    python benchmarks/web.py trust           one trust of 10,000 people: warm, and first after a load
    python benchmarks/web.py system          100,000 people: a filter that nobody asked before
    KEEPWELL_BENCH=/a/folder python benchmarks/web.py     the cache folder

The site runs as `keepwell serve` runs it, on SQLite. Each of the eight is signed in on a session of their own and asks
for the next page when the last has come, over loopback.
"""

from __future__ import annotations

import datetime as dt
import gzip
import http.client
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path
from urllib.parse import urlencode

from dashboard import PLANS
from dashboard import workspace_of as records_of

from keepwell.records.workspace import Workspace

USERS, PAGES = 8, 12
PROTECTED = ("ethnicity_group", "disability_group", "nationality_group")
PASSWORD = "stay well and stay together"  # noqa: S105 (of people who do not exist)
KEEPWELL = (sys.executable, "-c", "from keepwell.cli import main; main()")


def home_of(name: str) -> Path:
    """The home of a site with that plan in one organisation's records, made where it is not there yet."""
    named = os.environ.get("KEEPWELL_BENCH")
    home = (Path(named) if named else Path(tempfile.gettempdir()) / "keepwell-bench-web") / name / "home"
    if not (home.parent / "made").is_file():
        print(f"making the {name}: once", flush=True)
        subprocess.run([sys.executable, __file__, "make", name, str(home)], check=True)
        (home.parent / "made").touch()
    return home


def make(name: str, home: Path) -> None:
    """A site with one organisation, eight people who see exact figures, and the records of a plan."""
    os.environ["KEEPWELL_HOME"] = str(home)
    from keepwell.web.config.serving import get_ready

    get_ready(home)
    from django.utils import timezone

    from keepwell.web.accounts.models import Grant, Role, User
    from keepwell.web.places.actions import add_place
    from keepwell.web.places.queries import workspace_of

    place = add_place(name="Benchmark", kind="trust", parent=None, start=dt.date(2020, 1, 1), code="RX1")
    for number in range(USERS):
        user = User(email=f"user{number}@example.org", name=f"User {number}", accepted_at=timezone.now())
        user.set_password(PASSWORD)
        user.save()
        Grant.objects.create(
            user=user, role=Role.objects.get(key="retention_lead"), place=place, in_force_at=timezone.now()
        )
    shutil.copytree(records_of(name).folder, workspace_of(place).folder)


class Served:
    """A site in a process of its own."""

    def __init__(self, home: Path) -> None:
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            self.port = int(asked.getsockname()[1])
        known = {n: v for n, v in os.environ.items() if not n.startswith(("KEEPWELL_", "DJANGO_"))}
        self.process = subprocess.Popen([*KEEPWELL, "serve", "--home", str(home), "--port", str(self.port)], env=known)
        while True:
            try:
                if self.ask("/healthy/", {})[0] == 200:
                    return
            except OSError:
                time.sleep(0.3)

    def ask(self, path: str, cookies: dict[str, str], form: dict[str, str] | None = None) -> tuple[int, bytes, float]:
        """Status, page as it came, and seconds to its last byte."""
        began = time.perf_counter()
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        headers = {"Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items()), "Accept-Encoding": "gzip"}
        body = urlencode(form).encode() if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        asked.request("POST" if body is not None else "GET", path, body, headers)
        answer = asked.getresponse()
        page = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            cookies[name] = value
        asked.close()
        if answer.headers.get("Content-Encoding") == "gzip":
            page = gzip.decompress(page)
        return answer.status, page, time.perf_counter() - began

    def sign_in(self, number: int) -> dict[str, str]:
        cookies: dict[str, str] = {}
        page = self.ask("/sign-in/", cookies)[1].decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        said = {"csrfmiddlewaretoken": token.group(1), "login": f"user{number}@example.org", "password": PASSWORD}
        assert self.ask("/sign-in/", cookies, said)[0] == 302
        return cookies

    def end(self) -> None:
        self.process.terminate()
        self.process.wait()


def at_once(site: Served, people: list[dict[str, str]], paths: list[list[str]]) -> list[float]:
    """Everybody asks for their pages, one after the other; how long each took."""

    def asks(cookies: dict[str, str], mine: list[str]) -> list[float]:
        took = []
        for path in mine:
            status, _, seconds = site.ask(path, cookies)
            assert status in (200, 422), (path, status)  # 422: nobody is left to be counted, said in words
            took.append(seconds)
        return took

    with ThreadPoolExecutor(len(people)) as pool:
        return [one for took in pool.map(asks, people, paths) for one in took]


def p95(took: list[float]) -> str:
    ordered = sorted(took)
    return f"p95 {1000 * ordered[int(0.95 * (len(ordered) - 1))]:,.0f} ms, median {1000 * statistics.median(took):,.0f}"


def filters_of(page: str) -> list[tuple[str, str]]:
    """What can be chosen on a page: every value of every list."""
    found = []
    for name, inside in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', page, re.S):
        if name in PROTECTED:  # told whole or not at all, on a page of their own
            continue
        found += [(name, value) for value in re.findall(r'<option value="([^"]+)"', inside)]
    return found


def never_asked(page: str, rng: random.Random) -> list[str]:
    """Addresses with two filters each, no two the same."""
    pairs = [(a, b) for a, b in combinations(filters_of(page), 2) if a[0] != b[0]]
    chosen = rng.sample(pairs, min(USERS * PAGES, len(pairs)))
    return [f"/rx1/?{urlencode([a, b])}".replace("&amp;", "&") for a, b in chosen]


def weigh(site: Served, page: bytes, cookies: dict[str, str]) -> str:
    """A page and all that it names, compressed, with and without its charts."""
    text = page.decode()
    plain = re.sub(r"<svg.*?</svg>", "", text, flags=re.S)
    named = sorted(set(re.findall(r'(?:src|href|data-nhsuk)="(/static/[^"]+)"', text)))
    rest = sum(len(gzip.compress(site.ask(one, cookies)[1])) for one in named)
    with_charts, without = (len(gzip.compress(one.encode())) + rest for one in (text, plain))
    return f"{without / 1000:.0f} KB compressed without charts, {with_charts / 1000:.0f} KB with them"


def measure(name: str) -> None:
    site = Served(home_of(name))
    try:
        people = [site.sign_in(number) for number in range(USERS)]
        page = site.ask("/rx1/", people[0])[1]
        if name == "trust":
            print("the page:", weigh(site, page, people[0]))
            print("warm:", p95(at_once(site, people, [["/rx1/"] * PAGES] * USERS)))
            first = []
            for _ in range(5):
                forget(home_of(name))
                first += at_once(site, people, [["/rx1/"]] * USERS)
            print("first after a load:", p95(first))
        paths = never_asked(page.decode(), random.Random(time.time_ns()))
        print(
            f"{name}, a filter never asked before:", p95(at_once(site, people, [paths[n::USERS] for n in range(USERS)]))
        )
    finally:
        site.end()


def forget(home: Path) -> None:
    """As after a load: a new generation of the records, and nothing kept of any page."""
    for current in home.glob("workspaces/**/CURRENT"):
        with Workspace(current.parent).change() as change:
            change.set(benchmarked=time.time_ns())
    for path in (home / "cache").rglob("*.djcache"):
        path.unlink(missing_ok=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        make(sys.argv[2], Path(sys.argv[3]))
    else:
        print(json.dumps({"processors": os.cpu_count(), "load before": os.getloadavg()[0]}))
        for asked_for in sys.argv[1:] or list(PLANS):
            measure(asked_for)
