"""How is a file looked at, loaded and taken out behind the pages, once, whatever crashes?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from django.utils import timezone

from keepwell.errors import DecisionNeeded, KeepwellError, WorkspaceRefused
from keepwell.records.workspace import Load, erase_unlisted
from keepwell.web.accounts.rules import standing
from keepwell.web.jobs.models import FAILED, UNFINISHED
from keepwell.web.jobs.queue import Telling, enqueue, finish_with, job
from keepwell.web.places.queries import parts_in_records
from keepwell.web.places.refusals import refuse
from keepwell.web.uploads import actions, reading
from keepwell.web.uploads.models import FILE_IS_KEPT, LOADING, RECEIVED, UNDOING, Upload
from keepwell.web.uploads.quarantine import discard, unlisted
from keepwell.web.uploads.queries import is_in_force, job_of
from keepwell.web.uploads.rules import cannot_take, refuse_others
from keepwell.web.uploads.watching import look_round

LONGEST: Final = dt.timedelta(hours=2)
BEING_RECEIVED: Final = 6 * 3600.0
"""Seconds without a byte after which a file that nobody names is no longer on its way."""
WITH_PARTS: Final = ("esr_staff_in_post", "staff_list")
BUSY: Final = "Another load is writing"
NAMES: Final = {RECEIVED: "uploads.look", LOADING: "uploads.load", UNDOING: "uploads.undo"}


class Busy(Exception):
    """The records are being written to: it is tried again."""


@job("uploads.look", longest=LONGEST)
def look(told: Telling, upload: int, version: int) -> None:
    """Find out what a file is, and what would have to be decided."""
    found = _as_given(upload, version, RECEIVED)
    if found is None:
        return
    try:
        seen = reading.look_at(found, _steps(told, "Looking at the file"))
        found.published = seen.published
        refuse_who_may_not(found)
        if seen.looked["check"]:
            refuse_others(found, seen.looked["check"]["organisations"])
        refuse_what_nobody_can_mend(seen)
    except KeepwellError as refusal:
        finish_with(told.job, _refuse(upload, version, refusal))
        return
    finish_with(told.job, lambda: actions.looked_at(upload, version, seen))


def refuse_who_may_not(upload: Upload) -> None:
    """Raises NotAllowed where the role of whoever brought it in does not load files of this kind."""
    if upload.by is not None:
        here = standing(upload.by, upload.place)
        refuse(cannot_take(here, upload.published) if here else actions.WHO, found=upload.name)


def refuse_what_nobody_can_mend(seen: reading.Seen) -> None:
    """Raises the refusal of a file that has no heading that could be named for something."""
    refusal = seen.looked["refusal"]
    if seen.looked["check"] is None and (not seen.looked["headings"] or "already loaded" in refusal[0]):
        raise KeepwellError(refusal[0], found=refusal[1], attempt=refusal[2])


@job("uploads.load", longest=LONGEST, most_times=20)
def load(told: Telling, upload: int, version: int) -> None:
    """Put a file in force. Done twice, it is the same load: of the same bytes, at the moment it was asked for."""
    found = _as_given(upload, version, LOADING)
    if found is None:
        return
    try:
        made = reading.load_in_force(found) or reading.load(found, _steps(told, "Loading"))
    except DecisionNeeded:
        finish_with(told.job, lambda: actions.to_decide_anew(upload, version))
        return
    except KeepwellError as refusal:
        _try_again_if_busy(refusal)
        in_force = reading.load_in_force(found)
        if in_force is None:
            finish_with(told.job, _refuse(upload, version, refusal))
            return
        made = in_force  # it broke off when all was done
    parts = _parts(found, made)
    finish_with(told.job, lambda: actions.loaded(upload, version, made, parts))


@job("uploads.undo", longest=LONGEST, most_times=20)
def undo(told: Telling, upload: int, version: int) -> None:
    """Take a load out, and erase the rows that no load lists any more."""
    found = _as_given(upload, version, UNDOING)
    if found is None:
        return
    told.progress(0.2, "Taking it out")
    try:
        _take_out(found)
    except KeepwellError as refusal:
        _try_again_if_busy(refusal)
        finish_with(told.job, _refuse(upload, version, refusal))
        return
    finish_with(told.job, lambda: actions.undone(upload, version))


def _take_out(upload: Upload) -> None:
    workspace = reading.workspace_for(upload.place, upload.published)
    assert upload.load_number is not None
    if is_in_force(workspace, upload.load_number):
        with workspace.change() as change:
            change.remove(upload.load_number)
    erase_unlisted(workspace)


@job("uploads.sweep", every=dt.timedelta(minutes=5))
def sweep(told: Telling) -> None:
    """Put away what nobody answered, end what its job could not, and delete files that no upload needs."""
    actions.forget_unanswered(now=timezone.now())
    for upload in Upload.objects.filter(state__in=NAMES).select_related("place"):
        end_with_its_job(upload)
    kept = set(Upload.objects.filter(state__in=FILE_IS_KEPT).values_list("folder", flat=True))
    ended = set(Upload.objects.exclude(state__in=FILE_IS_KEPT).values_list("folder", flat=True))
    for folder in unlisted(kept, 0.0):
        if folder in ended or folder in unlisted(kept, BEING_RECEIVED):
            discard(folder)


@job("uploads.watch", every=dt.timedelta(minutes=1), longest=LONGEST)
def watch(told: Telling) -> None:
    """Bring in what is new in the watched folder, if the site has one."""
    look_round()


def end_with_its_job(upload: Upload) -> None:
    """An upload whose job has failed for good is refused with the same words; one without a job gets one.

    A load that is in force is said to be so, whatever became of its job: the job is asked for again.
    """
    last = job_of(upload)
    if last is not None and (last.state in UNFINISHED):
        return
    failed = last is not None and last.state == FAILED and last.arguments.get("version") == upload.version
    if failed and last is not None and not (upload.state == LOADING and reading.load_in_force(upload)):
        refusal = KeepwellError(last.wrong, found=last.found, attempt=last.attempt)
        actions.refused(upload.pk, upload.version, refusal)
    else:
        enqueue(NAMES[upload.state], by=None, key=upload.job_key, upload=upload.pk, version=upload.version)


def _as_given(number: int, version: int, state: str) -> Upload | None:
    found = Upload.objects.select_related("place", "by", "asked_by").filter(pk=number).first()
    return found if found is not None and found.state == state and found.version == version else None


def _refuse(number: int, version: int, refusal: KeepwellError) -> Callable[[], None]:
    return lambda: actions.refused(number, version, refusal)


def _steps(told: Telling, words: str) -> reading.Tell:
    return lambda share, step: told.progress(share, f"{words}: {step}")


def _parts(upload: Upload, made: Load) -> tuple[tuple[str, str], ...]:
    """The directorates and teams that the records name now."""
    if upload.published or made.format not in WITH_PARTS:
        return ()
    try:
        return parts_in_records(upload.place, made.format)
    except KeepwellError:
        return ()


def _try_again_if_busy(refusal: KeepwellError) -> None:
    if isinstance(refusal, WorkspaceRefused) and refusal.wrong.startswith(BUSY):
        raise Busy from None
