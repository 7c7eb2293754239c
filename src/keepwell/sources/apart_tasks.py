"""What can be asked of a process that reads a file apart?"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from keepwell.records.workspace import Load, Workspace
from keepwell.sources.formats import ReadOptions
from keepwell.sources.loading import CheckSummary, check_file, load_once, summary_of
from keepwell.sources.looking import Looked
from keepwell.sources.looking import look as look_at
from keepwell.sources.progress import Tell, told_to


def load(folder: Path, path: Path, options: ReadOptions, now: dt.datetime, *, tell: Tell) -> Load:
    with told_to(tell):
        return load_once(Workspace(folder), path, options, now=now)


def check(folder: Path, path: Path, options: ReadOptions, *, tell: Tell) -> CheckSummary:
    with told_to(tell):
        return summary_of(check_file(Workspace(folder), path, options))


def look(folder: Path, path: Path, options: ReadOptions, chosen: frozenset[str], *, tell: Tell) -> Looked:
    with told_to(tell):
        return look_at(path, options, Workspace(folder), chosen)
