"""Did it go in, whole?

One file is one load: checked, read and put in force together, or not at all.
"""

from __future__ import annotations

import csv
import datetime as dt
import gc
import hashlib
import io
import secrets
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from keepwell.errors import DecisionNeeded, WorkspaceRefused, listed, rows_named
from keepwell.records.keys import PersonKey, default_key_file, person_key
from keepwell.records.workspace import Generation, Load, Workspace
from keepwell.sources import Decision, Reading, ReadOptions, SourceFormat, recognise
from keepwell.sources.contradictions import refuse_unlike_ods
from keepwell.sources.profiles import profiles_after, with_profile
from keepwell.sources.progress import CHECKING, PUTTING_IN_FORCE, tell
from keepwell.sources.reading import on_disk, read_sheets
from keepwell.sources.revisions import older_extract, revisions, same_months
from keepwell.sources.size_limits import refuse_too_large
from keepwell.sources.traps import traps


@dataclass(frozen=True, slots=True)
class Checked:
    """What would happen if this file were loaded now."""

    path: Path
    source: SourceFormat
    reading: Reading
    sha256: str
    decisions: tuple[Decision, ...]
    replaces: tuple[int, ...]
    key: PersonKey | None
    profiles: Mapping[str, Any] | None = None

    @property
    def blocked_by(self) -> list[Decision]:
        return [d for d in self.decisions if d.blocks]


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """What would happen if a file were loaded now, without its rows. Months are "2025-10", as in a Load."""

    file: str
    sha256: str
    format: str
    title: str
    published: bool
    organisations: tuple[str, ...]
    first_month: str
    last_month: str
    rows_read: int
    rows_taken: int
    left_out: tuple[tuple[str, tuple[int, ...]], ...]
    remarks: tuple[str, ...]
    decisions: tuple[Decision, ...]
    replaces: tuple[int, ...]
    found_columns: Mapping[str, str]

    @property
    def blocked_by(self) -> list[Decision]:
        return [d for d in self.decisions if d.blocks]


def summary_of(checked: Checked) -> CheckSummary:
    """A check in words and numbers."""
    load = _listed_as(checked, dt.datetime.fromtimestamp(0, dt.UTC))
    return CheckSummary(
        file=load.file,
        sha256=load.sha256,
        format=load.format,
        title=checked.source.title,
        published=load.published,
        organisations=load.organisations,
        first_month=load.first_month,
        last_month=load.last_month,
        rows_read=load.rows_read,
        rows_taken=load.rows_taken,
        left_out=load.left_out,
        remarks=load.remarks,
        decisions=checked.decisions,
        replaces=load.replaces,
        found_columns=dict(checked.reading.found_columns),
    )


def check_file(workspace: Workspace, path: Path, options: ReadOptions) -> Checked:
    """Read a file as a load would, and write nothing.

    Raises KeepwellError where the file would not load at all.
    """
    before = workspace.current()
    unmade = before.settings.get("key_fingerprint") is None and not default_key_file().exists()
    if options.key is None and unmade:
        options = replace(options, key=PersonKey(secrets.token_bytes(32)))  # checking leaves no trace
    return _checked(workspace, before, path, options)


def load_file(workspace: Workspace, path: Path, options: ReadOptions, *, now: dt.datetime) -> Load:
    """Read a file and put it in force, whole or not at all; what was said of it is kept under its profile.

    Raises DecisionNeeded where something is for the user to decide first; accept it by its code.
    """
    with workspace.change() as change:
        checked = _checked(workspace, change.before, path, options)
        if checked.blocked_by:
            raise _to_decide(checked.blocked_by)
        if checked.key is not None:
            change.set(key_fingerprint=checked.key.fingerprint)
        if checked.profiles is not None:
            change.set(profiles=checked.profiles)
        tell(PUTTING_IN_FORCE)
        return change.add(_listed_as(checked, now), checked.reading.tables)


def load_once(workspace: Workspace, path: Path, options: ReadOptions, *, now: dt.datetime) -> Load:
    """As load_file; but where this very load, of the same bytes at the same moment, is in force, it is returned.

    For a job that may be done twice: the same bytes at another moment are refused, as always.
    """
    if (load := _in_force(workspace, path, now)) is not None:
        return load
    try:
        return load_file(workspace, path, options, now=now)
    except WorkspaceRefused:
        if (load := _in_force(workspace, path, now)) is not None:  # in the meantime
            return load
        raise


def _in_force(workspace: Workspace, path: Path, now: dt.datetime) -> Load | None:
    then = [load for load in workspace.current().loads if load.loaded_at == _moment(now)]
    sha256 = _fingerprint(path) if then else ""
    return next((load for load in then if load.sha256 == sha256), None)


def _moment(now: dt.datetime) -> str:
    return now.astimezone(dt.UTC).isoformat(timespec="seconds")


def _to_decide(decisions: list[Decision]) -> DecisionNeeded:
    """The first decision, with the codes of all of them."""
    first, *others = decisions
    codes = " ".join(f"--accept {d.code}" for d in decisions)
    attempt = first.attempt if not others and codes in first.attempt else f"{first.attempt}; to load as it is: {codes}"
    also = f"; also to decide: {listed([d.code for d in others])}" if others else ""
    return DecisionNeeded(first.wrong, found=first.found + also, attempt=attempt)


def _listed_as(checked: Checked, now: dt.datetime) -> Load:
    reading = checked.reading
    return Load(
        number=0,
        format=checked.source.name,
        file=checked.path.name,
        sha256=checked.sha256,
        loaded_at=_moment(now),
        organisations=reading.organisations,
        first_month=str(reading.first_month),
        last_month=str(reading.last_month),
        rows_read=reading.rows_read,
        rows_taken=reading.rows_taken,
        published=checked.source.published if reading.published is None else reading.published,
        parts={},
        left_out=tuple((x.reason, tuple(x.rows)) for x in reading.left_out),
        remarks=reading.remarks,
        warnings=tuple(str(d) for d in checked.decisions),
        replaces=checked.replaces,
    )


def _checked(workspace: Workspace, before: Generation, path: Path, said: ReadOptions) -> Checked:
    options = with_profile(before.settings, said)
    refuse_unlike_ods(options.organisation)
    with _no_search_for_cycles(), ThreadPoolExecutor(1) as beside:
        fingerprint = beside.submit(_fingerprint, path)
        sheets = read_sheets(path)
    sha256 = fingerprint.result()
    source, match = recognise(path, sheets, options)
    refuse_too_large(path, source.name, on_disk=on_disk(match.sheet))
    _refuse_twice(before, path, sha256)
    if source.people and options.key is None:
        options = replace(options, key=person_key(workspace.folder, before.settings.get("key_fingerprint")))
    with _no_search_for_cycles():
        reading = source.read(path.name, match, options)
    tell(CHECKING)
    replaces, clashes = same_months(workspace, before, source, reading)
    if source.newest_wins:
        reading = replace(reading, remarks=(*reading.remarks, *revisions(workspace, before, reading)))
        clashes += older_extract(before, reading)
    found = (*reading.decisions, *clashes, *traps(workspace, before, source, reading, replaces))
    return Checked(
        path,
        source,
        reading,
        sha256,
        decisions=tuple(d for d in found if d.code not in options.accept),
        replaces=replaces,
        key=options.key if source.people else None,
        profiles=profiles_after(before.settings, said, options),
    )


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Cells are many small objects and no cycles; to look for some takes a sixth of the time of a load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _fingerprint(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""  # read_file will say why it cannot be read


def _refuse_twice(before: Generation, path: Path, sha256: str) -> None:
    for load in before.loads:
        if load.sha256 == sha256:
            raise WorkspaceRefused(
                f"{path.name} is already loaded.",
                found=f"the same bytes as load {load.number}, {load.file}",
                attempt=f"nothing to do; or keepwell unload {load.number} first",
            )


def left_out_csv(load: Load | CheckSummary) -> str:
    """The rows that were left out, one a line: row number as a spreadsheet shows it, and the reason. In row order."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(("row", "reason"))
    writer.writerows(sorted((row, reason) for reason, rows in load.left_out for row in rows))
    return file.getvalue()


def problems_in_words(left_out: Iterable[tuple[str, tuple[int, ...]]]) -> list[str]:
    """What was left out and why, a line a reason: "12 rows: no employee number (rows 17, 208 and 10 more)"."""
    return [
        f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}: {reason} ({rows_named(list(rows), 3)})"
        for reason, rows in left_out
    ]
