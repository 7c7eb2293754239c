"""Does one command open the site, keep it open, and close it?"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import databases
import pytest

from keepwell.cli.serving import EVERYWHERE, settings_for

PATIENCE = 120.0
KEEPWELL = (sys.executable, "-c", "from keepwell.cli import main; main()", "serve")
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by /proc")


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def until(true: Callable[[], object], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.1)


def children(parent: int) -> dict[int, str]:
    """The processes that a process has started, with their commands."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(folder.name)] = (folder / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Site:
    """A site that runs in a folder of its own."""

    def __init__(self, home: Path, *options: str, **settings: str) -> None:
        self.port, self.home = free_port(), home
        environment = {**databases.environment(), "KEEPWELL_HOME": "not this one", **settings}
        with (home.parent / "stderr").open("w") as said:
            self.process = subprocess.Popen(
                [*KEEPWELL, "--port", str(self.port), "--home", str(home), *options],
                env=environment,
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
            )

    def get(self, path: str, host: str = "127.0.0.1") -> tuple[int, str, str]:
        """Status, body and where it leads; 0 where nobody answers."""
        asked = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            asked.request("GET", path, headers={"Host": host})
            answer = asked.getresponse()
            return answer.status, answer.read().decode(), answer.headers.get("Location", "")
        except OSError:
            return 0, "", ""
        finally:
            asked.close()

    def child(self, words: str) -> int:
        """The number of the one child with these words at the end of its command; 0 where there is none."""
        found = [pid for pid, command in children(self.process.pid).items() if command.strip().endswith(words)]
        return found[0] if len(found) == 1 and lives(found[0]) else 0

    def end(self) -> None:
        if self.process.poll() is None:
            left = children(self.process.pid)
            self.process.kill()
            for pid in left:
                if lives(pid):
                    os.kill(pid, signal.SIGKILL)
        self.process.communicate()


def answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def site(committed: None, tmp_path: Path) -> Iterator[Site]:
    opened = Site(tmp_path / "home")
    yield opened
    opened.end()


WORKER, WEB = "--with-parent", "fd://3"


def test_it_opens_survives_the_death_of_each_part_and_closes_whole(site):
    first, second = site.process.stdout.readline(), site.process.stdout.readline()
    assert first == f"Keepwell is at http://127.0.0.1:{site.port}\n"
    assert second == "Stop it with Ctrl-C.\n"
    assert site.get("/healthy/")[:2] == (200, "ok\n")
    assert site.get("/")[2] == "/first-run/"
    status, page, _ = site.get("/first-run/")
    assert status == 200
    sheet = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    assert site.get(sheet)[0] == 200
    assert site.get("/healthy/", host="evil.example")[0] == 400
    assert stat.S_IMODE(site.home.stat().st_mode) == 0o700
    assert stat.S_IMODE((site.home / "secret.key").stat().st_mode) == 0o600
    until(lambda: site.child(WORKER))
    killed = site.child(WORKER)
    os.kill(killed, signal.SIGKILL)
    until(lambda: site.child(WORKER) not in (0, killed))
    web = [pid for pid, command in children(site.process.pid).items() if "gunicorn" in command]
    os.kill(web[0], signal.SIGKILL)
    until(lambda: site.get("/healthy/")[0] == 200)
    left = children(site.process.pid)
    assert len(left) == 2
    site.process.terminate()
    assert site.process.wait(PATIENCE) == 0
    assert not any(map(lives, left))
    until(lambda: not answers(site.port))  # what was left of the web server that was killed ends by itself
    assert "Traceback" not in (site.home.parent / "stderr").read_text()


def test_nothing_is_left_behind_where_it_is_killed_itself(site):
    site.process.stdout.readline()
    until(lambda: site.get("/healthy/")[0] == 200 and len(children(site.process.pid)) == 2)
    left = children(site.process.pid)
    site.process.kill()
    try:
        until(lambda: not any(map(lives, left)), 60)
    finally:
        for pid in filter(lives, left):
            os.kill(pid, signal.SIGKILL)
    assert site.get("/healthy/")[0] == 0


def refused(*options: str, program: tuple[str, ...] = KEEPWELL, **settings: str) -> tuple[list[str], int]:
    """The lines of a command that is refused, and its exit status."""
    environment = {**databases.environment(), **settings}
    done = subprocess.run(
        [*program, *options], env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.stdout == ""
    return done.stderr.splitlines(), done.returncode


def test_a_port_that_is_taken_is_said_in_three_lines(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        lines, status = refused("--port", str(port), "--home", str(tmp_path / "home"))
    assert lines == [
        f"Cannot listen on port {port} of 127.0.0.1.",
        "  Found: address already in use",
        f"  Try:   another port: keepwell serve --port {port + 1}; or end what listens there",
    ]
    assert status == 2
    assert not (tmp_path / "home").exists()


def test_a_host_that_is_not_ours_is_said_in_three_lines(tmp_path):
    lines, status = refused("--host", "192.0.2.1", "--home", str(tmp_path / "home"))
    assert lines[0] == "Cannot listen on port 8000 of 192.0.2.1." and len(lines) == 3 and status == 2


def test_a_database_that_does_not_answer_is_said_without_its_password(tmp_path):
    lines, status = refused(
        "--port",
        str(free_port()),
        "--home",
        str(tmp_path / "home"),
        KEEPWELL_DATABASE=f"postgresql://keeper:hush@127.0.0.1:{free_port()}/keepwell",
    )
    assert lines[0] == "The database does not answer, or not as it should." and len(lines) == 3 and status == 2
    assert "hush" not in "".join(lines)


def test_without_the_extra_it_says_what_to_install(tmp_path):
    hidden = (
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in {'django', 'gunicorn', 'allauth'}: raise ModuleNotFoundError(name=name)\n"
        "sys.meta_path.insert(0, Hide())\n"
        "from keepwell.cli import main; main()"
    )
    lines, status = refused("--home", str(tmp_path / "home"), program=(sys.executable, "-c", hidden, "serve"))
    assert lines == [
        "The workbench is not installed.",
        "  Found: no module django",
        "  Try:   pip install 'keepwell[web]'",
    ]
    assert status == 2


CHILD = """
import sys
from keepwell.web.config import serving
serving.PATIENCE = 2.0
print("up", flush=True)
serving.run([serving.Child("sleeper", ("-c", sys.argv[1]))])
print("down", flush=True)
"""
ASLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(100)"


@pytest.mark.parametrize(
    ("sign", "asleep"),
    [(signal.SIGINT, ASLEEP), (signal.SIGTERM, ASLEEP), (signal.SIGHUP, ASLEEP), (signal.SIGTERM, DEAF)],
)
def test_each_sign_to_end_ends_the_children_also_one_that_does_not_listen(sign, asleep):
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, asleep], env=databases.environment(), stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout.readline() == "up\n"
        until(lambda: children(run.pid))
        time.sleep(0.5)
        left = children(run.pid)
        run.send_signal(sign)
        began = time.monotonic()
        assert run.stdout.readline() == "down\n"
        assert time.monotonic() - began < 50, "it waited for one that does not listen"
    assert run.returncode == 0
    assert not any(map(lives, left))


def test_a_part_that_does_nothing_but_die_ends_the_site(tmp_path):
    words = (
        "from keepwell.web.config import serving\n"
        "serving.run([serving.Child('sleeper', ('-c', 'import time; time.sleep(60)')),"
        " serving.Child('web server', ('-c', 'raise SystemExit(3)'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", words],
        env=databases.environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "The web server does not stay up." in done.stderr
    assert "it ended 5 times within 3 seconds, last with status 3" in done.stderr


@pytest.mark.parametrize(
    ("host", "address", "hosts"),
    [
        ("127.0.0.1", "http://127.0.0.1:8123", "localhost,127.0.0.1,[::1]"),
        ("10.1.2.3", "http://10.1.2.3:8123", "localhost,127.0.0.1,[::1],10.1.2.3"),
        (EVERYWHERE[0], "http://127.0.0.1:8123", "localhost,127.0.0.1,[::1]"),
        ("::1", "http://[::1]:8123", "localhost,127.0.0.1,[::1]"),
    ],
)
def test_the_address_is_that_of_the_command_unless_it_is_set(monkeypatch, tmp_path, host, address, hosts):
    monkeypatch.setenv("KEEPWELL_HOME", "elsewhere")
    monkeypatch.delenv("KEEPWELL_ADDRESS", raising=False)
    monkeypatch.delenv("KEEPWELL_HOSTS", raising=False)
    settings_for(host, 8123, tmp_path)
    known = (os.environ["KEEPWELL_ADDRESS"], os.environ["KEEPWELL_HOSTS"], os.environ["KEEPWELL_HOME"])
    assert known == (address, hosts, str(tmp_path))
    monkeypatch.setenv("KEEPWELL_ADDRESS", "https://keepwell.example")
    settings_for(host, 8123, tmp_path)
    assert os.environ["KEEPWELL_ADDRESS"] == "https://keepwell.example"
    monkeypatch.delenv("KEEPWELL_HOSTS")
