"""Did it go in, whole?

One file is one load: checked, read and put in force together, or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from keepwell.errors import DecisionNeeded, WorkspaceRefused, listed
from keepwell.records.keys import PersonKey, default_key_file, person_key
from keepwell.records.workspace import Generation, Load, Workspace
from keepwell.sources import Decision, Reading, ReadOptions, SourceFormat, recognise
from keepwell.sources.reading import read_sheets
from keepwell.sources.revisions import revisions
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

    @property
    def blocked_by(self) -> list[Decision]:
        return [d for d in self.decisions if d.blocks]


def check_file(workspace: Workspace, path: Path, options: ReadOptions) -> Checked:
    """Read a file as a load would, and write nothing.

    Raises KeepwellError where the file would not load at all.
    """
    before = workspace.current()
    if before.settings.get("key_fingerprint") is None and not default_key_file().exists():
        options = replace(options, key=PersonKey(secrets.token_bytes(32)))  # checking leaves no trace
    return _checked(workspace, before, path, options)


def load_file(workspace: Workspace, path: Path, options: ReadOptions, *, now: dt.datetime) -> Load:
    """Read a file and put it in force, whole or not at all.

    Raises DecisionNeeded where something is for the user to decide first; accept it by its code.
    """
    with workspace.change() as change:
        checked = _checked(workspace, change.before, path, options)
        if checked.blocked_by:
            first = checked.blocked_by[0]
            raise DecisionNeeded(first.wrong, found=first.found, attempt=first.attempt)
        reading = checked.reading
        load = Load(
            number=0,
            format=checked.source.name,
            file=path.name,
            sha256=checked.sha256,
            loaded_at=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
            organisations=() if checked.source.reference else reading.organisations,
            first_month=str(reading.first_month),
            last_month=str(reading.last_month),
            rows_read=reading.rows_read,
            rows_taken=reading.rows_taken,
            published=checked.source.published,
            parts={},
            left_out=tuple((x.reason, tuple(x.rows)) for x in reading.left_out),
            remarks=reading.remarks,
            warnings=tuple(str(d) for d in checked.decisions),
            replaces=checked.replaces,
        )
        if checked.key is not None:
            change.set(key_fingerprint=checked.key.fingerprint)
        return change.add(load, reading.tables)


def _checked(workspace: Workspace, before: Generation, path: Path, options: ReadOptions) -> Checked:
    sha256 = _fingerprint(path)
    sheets = read_sheets(path)
    source, match = recognise(path, sheets, options)
    _refuse_twice(before, path, sha256)
    if source.people and options.key is None:
        options = replace(options, key=person_key(workspace.folder, before.settings.get("key_fingerprint")))
    reading = source.read(path.name, match, options)
    replaces, clashes = _same_months(before, source, reading)
    if source.newest_wins:
        reading = replace(reading, remarks=(*reading.remarks, *revisions(workspace, before, reading)))
    found = (*reading.decisions, *clashes, *traps(workspace, before, source, reading, replaces))
    decisions = tuple(d for d in found if d.code not in options.accept)
    return Checked(path, source, reading, sha256, decisions, replaces, options.key if source.people else None)


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


def _same_months(before: Generation, source: SourceFormat, reading: Reading) -> tuple[tuple[int, ...], list[Decision]]:
    """Loads of the same format that speak of the same months and organisations: which to replace is a decision."""
    clashing = [
        load
        for load in before.loads
        if load.format == source.name
        and not source.reference
        and not source.newest_wins
        and set(load.organisations) & set(reading.organisations)
        and load.first_month <= str(reading.last_month)
        and load.last_month >= str(reading.first_month)
    ]
    if not clashing:
        return (), []
    swallowed = all(
        str(reading.first_month) <= load.first_month
        and load.last_month <= str(reading.last_month)
        and set(load.organisations) <= set(reading.organisations)
        for load in clashing
    )
    numbers = tuple(load.number for load in clashing)
    found = f"load {listed([f'{x.number} ({x.file})' for x in clashing], 3)} has other rows for the same months"
    if not swallowed:
        return (), [_clash(found, f"keepwell unload {' '.join(map(str, numbers))}, then load this file", "overlap")]
    return numbers, [_clash(found, "--accept revision if this file corrects the earlier one", "revision")]


def _clash(found: str, attempt: str, code: str) -> Decision:
    wrong = "Two files disagree about the same month."
    return Decision(code, wrong, found, attempt, blocks=True)


def problems_in_words(left_out: Iterable[tuple[str, tuple[int, ...]]]) -> list[str]:
    """What was left out and why, a line a reason: "12 rows: no employee number (rows 17, 208 and 10 more)"."""
    return [
        f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'}: {reason} (row {listed([str(r) for r in rows], 3)})"
        for reason, rows in left_out
    ]
