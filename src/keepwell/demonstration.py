"""What does it look like before any file of one's own is loaded?"""

from __future__ import annotations

import datetime as dt
import secrets
import shutil
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from keepwell.errors import KeepwellError
from keepwell.made_up import SystemPlan, make_up
from keepwell.made_up.absence_and_posts import absence_and_posts
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace, write_whole
from keepwell.reports.html import as_html
from keepwell.reports.overview import overview
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

MARKER = "made by keepwell demo"
PEOPLE, MONTHS = 3000, 26


def demonstrate(folder: Path, tell: Callable[[str], None]) -> Path:
    """Make up a health system in a folder, load it and write its report. Returns the report.

    A folder that an earlier demo made is made anew; any other that is not empty is refused with KeepwellError.
    """
    make_room(folder)
    plan = SystemPlan(seed=1, people=PEOPLE, months=MONTHS)
    tell(f"Making up a health system of {PEOPLE:,} people over {MONTHS} months …")
    made = make_up(plan, folder / "files")
    also = absence_and_posts(made)
    workspace, key = Workspace(folder / "workspace"), _key(folder)
    paths = [
        *made.staff_in_post,
        *made.leavers,
        *made.practices,
        *made.general_practice,
        *also.absence,
        *also.establishment,
    ]
    options = ReadOptions(key=key, today=plan.last_month.last_day + dt.timedelta(days=15))
    for i, path in enumerate(paths, 1):
        if i % 20 == 0 or i == len(paths):
            tell(f"Loading file {i} of {len(paths)} …")
        load_file(workspace, path, options, now=dt.datetime.now(dt.UTC))
    tell("Writing the report …")
    report = folder / "report.html"
    write_whole(report, as_html(overview(workspace, organisation=None, source=None, end=None)).encode())
    return report


def is_made(folder: Path) -> bool:
    """Whether a demo of this version is there already, made to its end."""
    made = folder / "made-by.txt"
    return made.is_file() and made.read_text("utf-8") == version("keepwell")


def mark_made(folder: Path) -> None:
    """Say that the demo in a folder has been made to its end."""
    write_whole(folder / "made-by.txt", version("keepwell").encode())


def make_room(folder: Path) -> None:
    """An empty folder with a word on what it is. Raises KeepwellError where something else is in it."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / "README.txt").is_file() or MARKER not in (folder / "README.txt").read_text("utf-8"):
            raise KeepwellError(
                f"The folder {folder} holds something that is not a demo.",
                found="files that keepwell demo did not make",
                attempt="keepwell demo --folder with another name",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    words = f"This folder was {MARKER}: a made-up health system. Nobody in it exists. It may be deleted.\n"
    (folder / "README.txt").write_text(words, "utf-8")


def _key(folder: Path) -> PersonKey:
    """A key of the demo's own, beside its workspace, so that the demo never touches the user's key."""
    secret = secrets.token_bytes(32)
    write_whole(folder / "demo.key", f"{secret.hex()}\n".encode())
    return PersonKey(secret)
