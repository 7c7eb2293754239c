"""What people do while parts of a site are killed, and what every trial asks afterwards."""

from __future__ import annotations

import calendar
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import site_child
from served_site import PARTS, PATIENCE, Away, Browser, Killable, Site

from keepwell.records.workspace import Workspace

HEADINGS = (
    "Effective Date,Employee Number,Assignment Number,Organisation Code,Assignment Status,Staff Group,Contracted FTE,"
    "Directorate,Department,Latest Start Date"
)
FORM, FILE, LOAD = "form", "file", "load"
FIRST_DAY = {"start-day": "1", "start-month": "4", "start-year": "2024"}


@dataclass
class Seen:
    """What was acknowledged: places by name, files with their pages."""

    places: set[str] = field(default_factory=set)
    uploads: dict[str, str] = field(default_factory=dict)


def staff(trial: int) -> bytes:
    """A month's staff in post, each trial its own month."""
    year, month = 2006 + trial // 12, trial % 12 + 1
    day = f"{calendar.monthrange(year, month)[1]}/{month:02d}/{year}"
    row = "{d},{n},{n},RX1,Active Assignment,Nursing and Midwifery Registered,1.0,Surgery,Ward 7,01/04/1999"
    return "\n".join([HEADINGS, *(row.format(d=day, n=10_000_000 + n) for n in range(40))]).encode()


def again(work: Any, *given: Any, **named: Any) -> Any:
    """As people do when nothing answers: try once more, until something does."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return work(*given, **named)
        except Away:
            assert time.monotonic() < end, "the site did not come back"
            time.sleep(0.2)


def until_page(browser: Browser, path: str, *words: str, patience: float = PATIENCE) -> str:
    """The page once it has some of these words. It never shows a fault of ours."""
    end = time.monotonic() + patience
    while True:
        status, page, _ = again(browser.ask, path)
        assert status != 404, f"acknowledged and lost: {path} says 404"
        assert status == 200, f"{path} says {status}"
        if any(one in page for one in words):
            return str(page)
        assert time.monotonic() < end, f"stuck: {path} never says any of {words}: {_main(page)}"
        time.sleep(0.2)


def _main(page: str) -> str:
    return re.sub(r"(<[^>]+>|\s)+", " ", page.partition("<main")[2])[:600]


def drawn(kills: int, rng: random.Random, parts: Sequence[str]) -> Iterator[str]:
    """Half of them at a named point, the others of a part at a random moment."""
    return (rng.choice(site_child.NAMES if number % 2 else parts) for number in range(kills))


def set_up(browser: Browser) -> None:
    again(browser.ask, "/first-run/")
    said = {"name": "Ada Minister", "email": "ada@example.org", "password": "three words apart"}
    assert browser.send("/first-run/", **said)
    assert browser.send("/first-run/organisation/", kind="trust", name="Northmoor", code="RX1")
    assert browser.send("/first-run/figures/", who="me")


def survives(
    site: Site,
    browser: Browser,
    server: Killable | None,
    kills: Iterable[str],
    rng: random.Random,
    *,
    first: int = 0,
    as_far_as: str = LOAD,
    patience: float = PATIENCE,
) -> str:
    """Somebody is killed at each of these points, or of these parts at a random moment, while one adds a place and brings
    a month in, as far as that is asked. Then what was acknowledged is looked for. `first` is the number of the first
    month; with less patience, a load is waited for so many seconds after the death.
    """
    before, said_before = site.holds(), site.said.stat().st_size
    dead, seen = Counter[str](), Seen()
    for number, at in enumerate(kills, first):
        by_part = at in PARTS or at == "PostgreSQL"
        site.order("die-at", "" if by_part else at)
        with ThreadPoolExecutor(1) as beside:
            acting = beside.submit(_acts, site, browser, number, seen, as_far_as, patience)
            if by_part:
                time.sleep(rng.uniform(0, 2.5))
                server.kill() if at == "PostgreSQL" and server else site.kill(at, rng)
            acting.result()
        assert site.died(), f"nobody came to the point {at}"
        site.pids("")
        dead[f"{at} at random" if by_part else at] += 1
    site.order("die-at", "")
    _nothing_is_lost(site, browser, seen, before)
    assert browser.database_dies or b"Traceback" not in site.said.read_bytes()[said_before:]
    return ", ".join(f"{count} {what}" for what, count in sorted(dead.items()))


def _acts(site: Site, browser: Browser, number: int, seen: Seen, as_far_as: str, patience: float) -> None:
    """One adds a place and brings a month in. What is acknowledged is written down; the rest is tried again."""
    name = f"Clinic {number}"
    try:
        if browser.send("/site/places/add/", name=name, kind="directorate", parent="1", **FIRST_DAY):
            seen.places.add(name)
    except Away:
        pass
    while as_far_as != FORM and not _brings_in(site, browser, number, seen, as_far_as, patience):
        time.sleep(0.2)


def _brings_in(site: Site, browser: Browser, number: int, seen: Seen, as_far_as: str, patience: float) -> bool:
    """Whether the month came so far. It did not where whatever read the file died, and the page says so."""
    file = f"month-{number}.csv"
    path = again(browser.send_file, file, staff(number))
    if _is_refused(site, file, until_page(browser, path, "Load it", "Why it was refused")):
        return False
    if as_far_as == FILE:
        return True
    end = time.monotonic() + PATIENCE
    while not again(_loads, browser, path):
        assert time.monotonic() < end, f"stuck: {file} is never loaded"
        time.sleep(0.2)
    if patience < PATIENCE:
        site.died(PATIENCE)
    page = until_page(browser, path, "</span> Loaded</strong>", "Why it was refused", "Load it", patience=patience)
    assert "Load it" not in page, f"acknowledged and lost: the load of {file} is to be asked for again"
    if _is_refused(site, file, page):
        return False
    seen.uploads[file] = path
    assert _in_force(site)[file], f"half shown: {file} is said to be loaded, and is not in force"
    assert "See how we are doing" in page, f"half shown: {file} is in force, and its page does not say so"
    return True


def _loads(browser: Browser, path: str) -> bool:
    """Whether the load is asked for: acknowledged, or asked before the answer broke off."""
    status, page, _ = browser.ask(path)
    assert status == 200, status
    return "Load it" not in page or bool(browser.load(path))


def _is_refused(site: Site, file: str, page: str) -> bool:
    """Whether it has to be sent again. Another refusal than of a reading that was killed is a fault."""
    if "Why it was refused" not in page:
        return False
    assert not _in_force(site)[file], f"half shown: {file} is in force, and its page says that it was refused"
    assert "ended by signal SIGKILL" in page, f"acknowledged and lost: {_main(page)}"
    return True


def _in_force(site: Site) -> Counter[str]:
    """How often each file is, in all records of the site."""
    folders = (site.home / "workspaces").glob("place-*")
    return Counter(load.file for folder in folders for load in Workspace(folder).current().loads)


def _nothing_is_lost(site: Site, browser: Browser, seen: Seen, before: dict[str, Any]) -> None:
    """Of what was acknowledged all is there, once, and of what was not nothing goes on for ever."""
    assert 500 not in browser.statuses, "a fault of ours was shown"
    held = settled(site)
    waits = set(held["waits for no job"]) - set(before["waits for no job"])
    assert not waits, f"stuck: {waits} waits for no job"
    assert set(held["failed"]) <= set(before["failed"])
    assert held["register"] == ""
    for place in seen.places:
        assert place in held["places"], f"acknowledged and lost: the place {place}"
    assert len(held["places"]) == len(set(held["places"])), "done twice: two places of one name"
    in_force = Counter(held["loads"])
    for file in seen.uploads:
        assert in_force[file], f"acknowledged and lost: {file} is not in force"
        assert in_force[file] == 1, f"done twice: {file} is in force {in_force[file]} times"
        assert held["uploads"][file] == "loaded", f"half shown: {file} is in force, and {held['uploads'][file]}"
        written = held["written"].count(str(held["load numbers"][file]))
        assert written == 1, f"done twice: {file} is written down {written} times in the register"
    assert set(held["loads"]) - set(before["loads"]) == set(seen.uploads), "half done: a load that nobody asked for"


def settled(site: Site) -> dict[str, Any]:
    """What is kept once no job goes on."""
    end = time.monotonic() + PATIENCE
    while (held := site.holds())["unfinished"]:
        assert time.monotonic() < end, f"stuck: {held['unfinished']}"
        time.sleep(0.2)
    return held
