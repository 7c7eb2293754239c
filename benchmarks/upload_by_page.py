"""What does it cost the site to be sent a gigabyte, and do others notice?

    python benchmarks/upload_by_page.py            1,000 MB of staff in post
    python benchmarks/upload_by_page.py 200        fewer

A person sends the file through the page, as a browser does, decides and loads it. Meanwhile another looks at the
dashboard of another trust, four times a second. The worker and all below it are watched together, ten times a second.
"""

from __future__ import annotations

import datetime as dt
import html
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from large_upload import TARGET, staff_in_post

from keepwell.sources.apart import MEGABYTE
from keepwell.sources.apart_limits import memory_of
from web import Served, home_of, p95

PLACE = "/rz1/"
LINE = "----benchmark"


def add_place(home: Path) -> None:
    """A trust without records, and somebody who may load its files."""
    os.environ["KEEPWELL_HOME"] = str(home)
    from keepwell.web.config.serving import get_ready

    get_ready(home)
    from django.utils import timezone

    from keepwell.web.accounts.models import Grant, Role, User
    from keepwell.web.places.actions import add_place

    place = add_place(name="Sent a file", kind="trust", parent=None, start=dt.date(2020, 1, 1), code="RZ1")
    Grant.objects.create(
        user=User.objects.get(email="user0@example.org"),
        role=Role.objects.get(key="retention_lead"),
        place=place,
        in_force_at=timezone.now(),
    )


def below(process: int) -> Iterator[int]:
    """A process and all that it started."""
    yield process
    try:
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                yield from below(int(child))
    except OSError:
        return


def words_of(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text("utf-8").replace("\0", " ")
    except OSError:
        return ""


class Watched:
    """The most that the worker and all below it held, that a process of the web server held, and how long others wait."""

    def __init__(self, site: Served, cookies: dict[str, str]) -> None:
        self.site, self.cookies = site, cookies
        self.worker = self.web = 0
        self.took: list[float] = []
        self._done = threading.Event()
        self._threads = [threading.Thread(target=work) for work in (self._memory, self._pages)]

    def __enter__(self) -> Watched:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _memory(self) -> None:
        while not self._done.wait(0.1):
            everything = list(below(self.site.process.pid))
            workers = [one for one in everything if "keepwell.web.jobs.worker" in words_of(one)]
            held = {one for worker in workers for one in below(worker)}
            self.worker = max(self.worker, sum(map(memory_of, held)))
            self.web = max([self.web, *(memory_of(one) for one in everything if one not in held)])

    def _pages(self) -> None:
        while not self._done.wait(0.25):
            status, _, seconds = self.site.ask("/rx1/", self.cookies)
            assert status == 200, status
            self.took.append(seconds)


def send(site: Served, cookies: dict[str, str], path: Path) -> str:
    """The file through the form for files, in pieces; the address of its page."""
    token = token_of(site.ask(f"{PLACE}data/choose/", cookies)[1].decode())
    head = (
        f'--{LINE}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--{LINE}\r\nContent-Disposition: form-data; name="file"; filename="{path.name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    ).encode()
    tail = f"\r\n--{LINE}--\r\n".encode()

    def body() -> Iterator[bytes]:
        yield head
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                yield piece
        yield tail

    asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=600)
    headers = {
        "Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items()),
        "Content-Type": f"multipart/form-data; boundary={LINE}",
        "Content-Length": str(len(head) + path.stat().st_size + len(tail)),
    }
    asked.request("POST", f"{PLACE}data/choose/", body(), headers)
    answer = asked.getresponse()
    answer.read()
    assert answer.status == 302, answer.status
    return answer.headers["Location"]


def token_of(page: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found.group(1)


def until(site: Served, cookies: dict[str, str], address: str, *words: str) -> str:
    while True:
        page = site.ask(address, cookies)[1].decode()
        if any(word in page for word in words):
            return page
        time.sleep(1)


def load(site: Served, cookies: dict[str, str], address: str, page: str) -> None:
    """Everything that has to be decided is accepted, as somebody ticks it."""
    form = page.partition(f'action="{address}load/"')[2].partition("</form>")[0]
    said = [("csrfmiddlewaretoken", token_of(page))]
    for tag in re.findall(r"<input[^>]*>", form):
        held = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        name = held.get("name", "")
        if name == "known" or name.startswith("accept") or (name == "take" and " checked" in tag):
            said.append((name, html.unescape(held.get("value", "on"))))
    asked = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    headers = {
        "Cookie": "; ".join(f"{n}={v}" for n, v in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    asked.request("POST", f"{address}load/", urlencode(said), headers)
    assert asked.getresponse().status == 302


def main(megabytes: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        shutil.copytree(home_of("trust"), home)
        subprocess.run([sys.executable, __file__, "add", str(home)], check=True)
        path = staff_in_post(megabytes, Path(name))
        site = Served(home)
        try:
            mine, other = site.sign_in(0), site.sign_in(1)
            site.ask("/rx1/", other)
            quiet = [site.ask("/rx1/", other)[2] for _ in range(20)]
            print("the page of another trust, before:", p95(quiet), flush=True)
            with Watched(site, other) as watched:
                began = time.perf_counter()
                address = send(site, mine, path)
                sent = time.perf_counter()
                page = until(site, mine, address, 'load/"', "cannot be")
                looked = time.perf_counter()
                load(site, mine, address, page)
                page = until(site, mine, address, 'undo/"', "cannot be")
                loaded = time.perf_counter()
            said = re.search(r"[\d,]+ (?:rows|people)[^<.]*", page)
            print(
                f"{path.stat().st_size / MEGABYTE:,.0f} MB by the page: received in {sent - began:.0f} s, looked at in "
                f"{looked - sent:.0f} s, loaded in {loaded - looked:.0f} s ({said.group(0) if said else 'not loaded'})\n"
                f"worker and all below it: {watched.worker / MEGABYTE:,.0f} MB at their peak (target under {TARGET}), "
                f"a process of the web server {watched.web / MEGABYTE:,.0f} MB\n"
                f"the page of another trust meanwhile: {p95(watched.took)}, {len(watched.took)} pages"
            )
        finally:
            site.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["add"]:
        add_place(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
