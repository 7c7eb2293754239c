"""How does a file that waits get read, apart from the site, and what is kept of the looking?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.records.keys import PersonKey, person_key
from keepwell.records.workspace import Load, Workspace
from keepwell.sources import FORMATS, ReadOptions, SourceFormat
from keepwell.sources.apart import load_apart, look_apart
from keepwell.sources.loading import CheckSummary
from keepwell.sources.looking import SENSITIVE_BY_DEFAULT, Heading, Looked
from keepwell.web.places.models import Place
from keepwell.web.places.queries import key_of, published_workspace, workspace_of
from keepwell.web.uploads.models import Upload
from keepwell.web.uploads.quarantine import file_of

Tell = Callable[[float, str], None]
KEPT_APART: Final = ("recodes",)
"""Formats that the engine holds for published, but that tell of one organisation's own wards."""
MOST_HEADINGS: Final = 100
MOST_ROWS: Final = 5
LONGEST: Final = 400


class NotOnDisk(KeepwellError):
    """The file of an upload is gone."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file was found to be, as it is kept, and whether it is published."""

    looked: dict[str, Any]
    published: bool
    organisation: str | None


def format_called(name: str | None) -> SourceFormat | None:
    return next((source for source in FORMATS if source.name == name), None)


def workspace_for(place: Place, published: bool) -> Workspace:
    """The records that a file goes to: those of the organisation, or those that everybody sees."""
    return published_workspace() if published else workspace_of(place)


def options_of(upload: Upload) -> ReadOptions:
    """What was said of a file: headings, month, order of day and month, fields left out, decisions accepted."""
    said: Mapping[str, Any] = upload.said
    return ReadOptions(
        columns=dict(said.get("columns", {})),
        month=Month.parse(said["month"]) if said.get("month") else None,
        organisation=said.get("organisation"),
        leave_out=frozenset(said.get("leave_out", ())),
        day_first=said.get("day_first"),
        accept=frozenset(said.get("accept", ())),
        key=_key(upload.place, upload.published),
        today=timezone.localdate(upload.received_at),
    )


def _key(place: Place, published: bool) -> PersonKey:
    if not published:
        return key_of(place)
    workspace = published_workspace()
    known = workspace.current().settings.get("key_fingerprint")
    return person_key(workspace.folder, known, Path(settings.HOME) / "keys" / "published.key")


def look_at(upload: Upload, tell: Tell) -> Seen:
    """What the file is and what a load would do, against the records that it would go to.

    Where a file says of no organisation, it is read as of the one that it was brought to. Raises KeepwellError.
    """
    options = replace(options_of(upload), organisation=None)
    if not upload.said.get("typed"):  # what a practice types is always all of it, and corrects what it typed before
        options = replace(options, accept=frozenset())
    looked = _look(upload, workspace_of(upload.place), options, tell)
    published = _is_published(looked)
    if published:
        options = replace(options, key=_key(upload.place, published=True))
        looked = _look(upload, published_workspace(), options, tell)
    elif looked.check is None and looked.format and upload.place.code:
        options = replace(options, organisation=upload.place.code)
        again = _look(upload, workspace_of(upload.place), options, tell)
        if again.check is not None:
            return Seen(_with_place_to_decide(as_kept(again), upload.place), False, upload.place.code)
    return Seen(as_kept(looked), published, None)


def _with_place_to_decide(kept: dict[str, Any], place: Place) -> dict[str, Any]:
    """What was found, with the question whether these people are of the organisation that they were brought to."""
    decision = {
        "code": "organisation-not-said",
        "wrong": "The file does not say which organisation employs these people.",
        "found": "no heading for the code of an organisation that we know",
        "attempt": f"load it only if all of them are of {place.name} ({place.code})",
        "blocks": False,
    }
    kept["check"]["decisions"].insert(0, decision)
    return kept


def _look(upload: Upload, workspace: Workspace, options: ReadOptions, tell: Tell) -> Looked:
    _refuse_missing(upload)
    looked: Looked = look_apart(workspace.folder, file_of(upload), options, tell=tell)
    return looked


def _is_published(looked: Looked) -> bool:
    source = format_called(looked.format)
    if source is None or source.name in KEPT_APART:
        return False
    return looked.check.published if looked.check else source.published


def load(upload: Upload, tell: Tell) -> Load:
    """Put the file in force, once: asked again, it is the same load. Raises KeepwellError."""
    _refuse_missing(upload)
    assert upload.asked_at is not None
    options = options_of(upload)
    sensitive = frozenset((upload.looked or {}).get("left_out", ())) - options.columns.keys()
    options = replace(options, leave_out=options.leave_out | sensitive)
    folder = workspace_for(upload.place, upload.published).folder
    return load_apart(folder, file_of(upload), options, now=upload.asked_at, tell=tell)


def load_in_force(upload: Upload) -> Load | None:
    """The load of this upload, if it is in force: of the same bytes at the moment at which it was asked for."""
    if upload.asked_at is None:
        return None
    moment = upload.asked_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    loads = workspace_for(upload.place, upload.published).current().loads
    return next((x for x in loads if x.sha256 == upload.sha256 and x.loaded_at == moment), None)


def _refuse_missing(upload: Upload) -> None:
    if not file_of(upload).is_file():
        raise NotOnDisk(
            "This file is not kept any more.",
            found="no file of it on the disk",
            attempt="choose the file again",
        )


def as_kept(looked: Looked) -> dict[str, Any]:
    """What was found, as it is kept in the database: words and numbers, no row of the file."""
    return {
        "format": looked.format,
        "title": looked.title,
        "people": looked.people,
        "likely_format": looked.likely_format,
        "headings": [_heading(h) for h in looked.headings[:MOST_HEADINGS]],
        "missing": [
            {"field": m.field, "means": m.means, "likely": [_words(x) for x in m.likely]} for m in looked.missing
        ],
        "can_be_left_out": [name for name in looked.can_be_left_out if name != "organisation"],
        "left_out": sorted(set(looked.left_out) & SENSITIVE_BY_DEFAULT),
        "check": _check(looked.check) if looked.check else None,
        "refusal": [_words(line) for line in looked.refusal] if looked.refusal else None,
    }


def _heading(told: Heading) -> dict[str, Any]:
    said = told.said
    kept: dict[str, Any] = {
        "heading": _words(told.heading),
        "field": told.field,
        "dropped": told.dropped,
        "likely": list(told.likely),
    }
    if said is not None:
        kept |= {"different": said.different, "share_empty": float(said.share_empty), "looks_like": said.looks_like}
        kept |= {"examples": [_words(x) for x in said.examples]}
    return kept


def _check(check: CheckSummary) -> dict[str, Any]:
    return {
        "organisations": [_words(code) for code in check.organisations],
        "first_month": check.first_month,
        "last_month": check.last_month,
        "rows_read": check.rows_read,
        "rows_taken": check.rows_taken,
        "left_out": [[_words(reason), len(rows), list(rows[:MOST_ROWS])] for reason, rows in check.left_out],
        "remarks": [_words(remark) for remark in check.remarks],
        "decisions": [
            {"code": d.code, "wrong": _words(d.wrong), "found": _words(d.found), "attempt": _words(d.attempt)}
            | {"blocks": d.blocks}
            for d in check.decisions
        ],
        "replaces": list(check.replaces),
    }


def _words(text: str) -> str:
    """Words as every database takes them: a strange file may hold letters that are none."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "�")[:LONGEST]


def lines_of(refusal: KeepwellError) -> tuple[str, str, str]:
    """The three lines of a refusal, as they are kept."""
    return _words(refusal.wrong), _words(refusal.found), _words(refusal.attempt)
