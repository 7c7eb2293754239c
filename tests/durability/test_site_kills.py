"""Is anything lost, half done or stuck when parts of the site are killed under people who send files and forms?

The site runs as `keepwell serve` runs it, on SQLite and on PostgreSQL. What was acknowledged (the browser was sent on) is
there afterwards, once; what was not is there whole or not at all.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from served_site import PARTS, Browser, Killable, Site
from site_faults import FAULTS, Fault
from site_trials import drawn, set_up, settled, survives

pytestmark = [
    pytest.mark.skipif(find_spec("django") is None, reason="Django is not installed: there is no site"),
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by /proc"),
]
POINTS = ("after file received", "after file read apart", "before load written down")
"""A web server, a reader and a worker die there, each when its work is done and not yet written down."""

IN_EVERY_RUN = (
    "a file's row is written after the answer",
    "a place is added after the answer",
    "a dead worker is not started again",
    "a job's effect is written before its end",
    "a load is said to be done before it is in force",
)
"""Of what is lost, stuck, done twice and half shown one or two each; every planted fault is for the long trials."""

Trial = tuple[Site, Browser, Killable | None]


@pytest.fixture(params=["sqlite", "postgresql"])
def trial(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Trial]:
    server = Killable(Path(tempfile.mkdtemp(prefix="kw-pg-"))) if request.param == "postgresql" else None
    site = Site(tmp_path, server.address if server else "")
    browser = Browser(site.port, database_dies=server is not None)
    try:
        set_up(browser)
        yield site, browser, server
    finally:
        site.end()
        if server:
            server.server.cleanup()


@pytest.mark.parametrize("trial", ["postgresql"], indirect=True)
def test_what_was_acknowledged_survives_the_death_of_each_part(trial):
    survives(*trial, (*POINTS, "PostgreSQL"), random.Random(1948))


@pytest.mark.parametrize("trial", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "names", [pytest.param(IN_EVERY_RUN, id="some"), pytest.param(tuple(FAULTS), id="all", marks=pytest.mark.soak)]
)
def test_what_was_acknowledged_survives_and_each_planted_fault_is_caught_by_the_kill_there(
    names, trial, record_property
):
    kills = (*POINTS, "web server")
    survives(*trial, kills, random.Random(1948))
    took, missed = dict[str, float](), list[str]()
    for number, (name, fault) in enumerate(FAULTS.items(), len(kills)):
        if name not in names:
            continue
        started = time.monotonic()
        caught = _caught(trial, name, fault, number)
        took[name] = time.monotonic() - started
        if not re.search(fault.says, caught):
            missed.append(f"{name}: {caught}")
    record_property("counts", "\n".join(f"{seconds:5.1f} s  {name}" for name, seconds in took.items()))
    assert missed == []


def _caught(trial: Trial, name: str, fault: Fault, number: int) -> str:
    """What the trial says of a site with this fault. Without it, what was stuck goes on."""
    site, browser, server = trial
    site.order("fault", name)
    told = {"first": number, "as_far_as": fault.as_far_as, "patience": fault.patience}
    try:
        said = f"nothing is caught: {survives(site, browser, server, [fault.at], random.Random(number), **told)}"
    except AssertionError as failed:
        said = str(failed) if site.died() else f"nobody came to the point: {failed}"
    finally:
        site.order("fault", "")
        site.order("die-at", "")
    settled(site)
    return said


@pytest.mark.soak
def test_a_hundred_kills_on_each_database(trial, record_property):
    rng = random.Random(20261123)
    parts = [*PARTS, *(["PostgreSQL"] if trial[2] else [])]
    counts = survives(*trial, drawn(100, rng, parts), rng)
    record_property("counts", f"site: {counts}")
