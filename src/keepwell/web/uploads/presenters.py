"""How is it said what a file is, what it would do, and what became of it?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import reverse

from keepwell.errors import KeepwellError, counted, rows_named
from keepwell.periods import Month
from keepwell.records.workspace import Load
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import Standing, standing
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import month
from keepwell.web.places.models import Place
from keepwell.web.uploads.models import (
    DROPPED,
    FORGOTTEN,
    LOADED,
    LOADING,
    READY,
    RECEIVED,
    REFUSED,
    UNDOING,
    UNDONE,
    Upload,
)
from keepwell.web.uploads.queries import InForce
from keepwell.web.uploads.reading import format_called
from keepwell.web.uploads.rules import cannot_open, cannot_undo
from keepwell.web.uploads.words import on_the_page

ORDER: Final = 60
SIGNALS: Final = {
    RECEIVED: "changing",
    READY: "watch",
    LOADING: "changing",
    LOADED: "good",
    UNDOING: "changing",
    UNDONE: "none",
    REFUSED: "bad",
    DROPPED: "none",
    FORGOTTEN: "none",
}
DECISION: Final = re.compile(
    r"^(?P<wrong>.*?)\n  Found: (?P<found>.*?)\n  Try:   (?P<attempt>.*?)  \(decision: (?P<code>[\w-]+)\)$", re.S
)


@dataclass(frozen=True, slots=True)
class Line:
    """Three lines about something, as the page shows them."""

    wrong: str
    found: str
    attempt: str


@dataclass(frozen=True, slots=True)
class LoadLine:
    """A load in force, in words, with the address at which it can be taken out or why it cannot."""

    load: Load
    upload: Upload | None
    title: str
    months: str
    rows: str
    left_out: int
    by: str
    href: str
    undo_at: str
    cannot_undo: str | None


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """Bring data in, for those who may; it is the whole organisation's."""
    if not request.user.is_authenticated:
        return
    organisation = place.controller or place
    here = standing(person(request), organisation)
    if here is not None and cannot_open(here) is None:
        yield Link("Bring data in", reverse("uploads", args=[organisation.slug]), order=ORDER)


def three(refusal: KeepwellError | Mapping[str, str] | Iterable[str]) -> Line:
    """The three lines of a refusal or a decision."""
    if isinstance(refusal, KeepwellError):
        told: list[str] = [refusal.wrong, refusal.found, refusal.attempt]
    elif isinstance(refusal, Mapping):
        told = [refusal[name] for name in ("wrong", "found", "attempt")]
    else:
        told = list(refusal)
    wrong, found, attempt = (on_the_page(words) for words in told)
    return Line(wrong, found, attempt)


def months(first: str, last: str) -> str:
    """ "October 2025", "April to October 2025" with both years where they differ."""
    start, end = Month.parse(first), Month.parse(last)
    return month(end) if start == end else f"{month(start)} to {month(end)}"


def size(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1_000_000:,.1f} MB"
    return f"{max(1, round(count / 1000)):,} kB"


def left_out(reasons: Iterable[tuple[str, int, list[int]]]) -> list[str]:
    """Why rows are left out, a line a reason: "12 rows: no employee number (rows 17, 208 and 10 more)"."""
    found = []
    for reason, number, rows in reasons:
        named = rows_named(list(rows[:3]))
        more = f" and {number - 3:,} more" if number > 3 else ""
        found.append(f"{counted(number, 'row')}: {reason} ({named}{more})")
    return found


def counts(load: Load) -> str:
    """ "3,509 rows in, 12 rows left out"."""
    out = load.rows_read - load.rows_taken
    return f"{counted(load.rows_taken, 'row')} in, {counted(out, 'row') if out else 'none'} left out"


def checked(looked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a load would do, in words."""
    check = looked["check"]
    if not check:
        return None
    organisations = check["organisations"]
    out = check["rows_read"] - check["rows_taken"]
    return {
        "title": looked["title"],
        "months": months(check["first_month"], check["last_month"]),
        "organisations": organisations[0] if len(organisations) == 1 else counted(len(organisations), "organisation"),
        "rows": f"{counted(check['rows_taken'], 'row')} would come in, {counted(out, 'row') if out else 'none'} would be left out",
        "left_out": left_out((reason, number, rows) for reason, number, rows in check["left_out"]),
        "remarks": [on_the_page(remark) for remark in check["remarks"]],
        "replaces": check["replaces"],
    }


def told_of_load(load: Load) -> dict[str, Any]:
    """What a load brought in and left out, in words, with what was remarked and warned of."""
    return {
        "counts": counts(load),
        "months": months(load.first_month, load.last_month),
        "left_out": left_out((reason, len(rows), list(rows)) for reason, rows in load.left_out),
        "remarks": [on_the_page(remark) for remark in load.remarks],
        "warnings": [_warning(words) for words in load.warnings],
        "replaces": load.replaces,
    }


def _warning(words: str) -> Line:
    found = DECISION.match(words)
    return three(found.groupdict()) if found else Line(on_the_page(words), "", "")


def accepted(upload: Upload, load: Load) -> list[Line]:
    """What somebody looked at and had loaded all the same, but for what the load itself warns of."""
    decisions = ((upload.looked or {}).get("check") or {}).get("decisions", [])
    warned = [_warning(words) for words in load.warnings]
    said = [three(one) for one in decisions if one["code"] in upload.said.get("accept", ())]
    return [line for line in said if line not in warned]


def rows_left_out(load: Load) -> list[tuple[int, str]]:
    """The rows that were left out, one a line, in their order."""
    return sorted((row, reason) for reason, rows in load.left_out for row in rows)


def load_lines(here: Standing, found: list[InForce], *, published: bool) -> list[LoadLine]:
    return [_load_line(here, one, published) for one in found]


def _load_line(here: Standing, one: InForce, published: bool) -> LoadLine:
    load, upload, place = one.load, one.upload, here.place
    ours = upload is not None and upload.place_id == place.pk
    source = format_called(load.format)
    reason = _cannot_undo(here, upload, ours, published)
    undo = ["undo_upload", upload.pk] if upload and ours else ["undo_load", load.number]
    return LoadLine(
        load=load,
        upload=upload if ours else None,
        title=source.title.partition(" (")[0] if source else load.format,
        months=months(load.first_month, load.last_month),
        rows=f"{load.rows_taken:,}",
        left_out=load.rows_read - load.rows_taken,
        by=_by(upload) if ours or upload is None else "another organisation",
        href=reverse("upload", args=[place.slug, upload.pk]) if upload and ours else "",
        undo_at="" if reason else reverse(str(undo[0]), args=[place.slug, undo[1]]),
        cannot_undo=reason,
    )


def _by(upload: Upload | None) -> str:
    if upload is None or (upload.by is None and not upload.size):
        return "in another way"
    by = upload.asked_by or upload.by
    return by.name if by else "the watched folder"


def _cannot_undo(here: Standing, upload: Upload | None, ours: bool, published: bool) -> str | None:
    if upload is not None and ours:
        return cannot_undo(here, upload)
    if published:
        return "It was brought in elsewhere, and can be taken out there."
    return None


def kind_of(upload: Upload) -> str:
    return SIGNALS[upload.state]
