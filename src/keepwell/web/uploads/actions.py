"""How does a file come in, get loaded, put away or taken out again?

What a person does is checked against the version that they had before them: where somebody else was quicker they are
told, and nothing is overwritten. What a job found is written only where the upload still is what the job was given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.records.workspace import Load
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing, standing
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.jobs.queue import enqueue
from keepwell.web.places.actions import mirror_parts
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse
from keepwell.web.places.signals import published_changed, records_changed
from keepwell.web.uploads.models import (
    DROPPED,
    FORGOTTEN,
    GOES_ON,
    LOADED,
    LOADING,
    READY,
    RECEIVED,
    REFUSED,
    UNDOING,
    UNDONE,
    PracticePerson,
    Upload,
)
from keepwell.web.uploads.quarantine import discard, put
from keepwell.web.uploads.queries import typed_as_csv
from keepwell.web.uploads.reading import Seen, lines_of
from keepwell.web.uploads.rules import (
    cannot_bring_staff_in,
    cannot_load,
    cannot_open,
    cannot_say,
    cannot_type_staff,
    cannot_undo,
)

UNANSWERED: Final = dt.timedelta(days=1)
WHO: Final = "This is not yours."


@transaction.atomic
def receive(
    *,
    place: Place,
    by: User | None,
    name: str,
    folder: str,
    size: int,
    sha256: str,
    said: Mapping[str, Any] | None = None,
) -> Upload:
    """A file that lies whole on the disk: from now on it is kept, and a job looks at it."""
    if by is not None:
        here = standing(by, place)
        refuse(cannot_open(here) if here else WHO, found=place.name)
    made = Upload.objects.create(
        place=place, by=by, name=name, folder=folder, size=size, sha256=sha256, said=dict(said or {})
    )
    _have_looked_at(made, by)
    return made


@transaction.atomic
def say(
    *,
    upload: Upload,
    by: User,
    known: int,
    columns: Mapping[str, str],
    month: Month | None,
    day_first: bool | None,
) -> Upload:
    """Say what the file does not say itself; it is looked at again. Raises NotAllowed."""
    upload = _theirs(upload, by, known)
    refuse(cannot_say(_here(upload, by), upload), found=upload.name)
    upload.said = {
        **upload.said,
        "columns": {**upload.said.get("columns", {}), **columns},
        "month": str(month) if month else upload.said.get("month"),
        "day_first": upload.said.get("day_first") if day_first is None else day_first,
    }
    upload.state, upload.looked, upload.looked_at = RECEIVED, None, None
    upload.save()
    _have_looked_at(upload, by)
    return upload


@transaction.atomic
def ask_for_load(
    *, upload: Upload, by: User, known: int, accept: Iterable[str], leave_out: Iterable[str], columns: Mapping[str, str]
) -> Upload:
    """Have it loaded, with what was decided. `columns` are headings of sensitive fields that are wanted.

    Raises NotAllowed where the rules say no, somebody else was quicker, or something is not decided.
    """
    upload = _theirs(upload, by, known)
    refuse(cannot_load(_here(upload, by), upload), found=upload.name)
    assert upload.looked is not None
    accepted = set(accept)
    open_still = [d["wrong"] for d in upload.looked["check"]["decisions"] if d["code"] not in accepted]
    refuse(
        "Something has still to be decided." if open_still else None,
        found=f"{len(open_still)} of the decisions without an answer",
        attempt="look at each, and tick it or do not load the file",
    )
    _put_down(upload, by, accepted, leave_out, columns)
    return upload


def _put_down(
    upload: Upload, by: User | None, accepted: set[str], leave_out: Iterable[str], columns: Mapping[str, str]
) -> None:
    assert upload.looked is not None
    blocking = {d["code"] for d in upload.looked["check"]["decisions"] if d["blocks"]}
    upload.said = {
        **upload.said,
        "accept": sorted(
            (accepted & blocking) | set(upload.said.get("accept", ()) if upload.said.get("typed") else ())
        ),
        "leave_out": sorted(set(leave_out)),
        "columns": {**upload.said.get("columns", {}), **columns},
    }
    _mark_for_load(upload, by)
    _have_loaded(upload, by)


def _mark_for_load(upload: Upload, by: User | None) -> None:
    upload.state, upload.asked_by, upload.asked_at = LOADING, by, timezone.now()
    upload.save()


def _have_loaded(upload: Upload, by: User | None) -> None:
    enqueue("uploads.load", by=by, key=upload.job_key, upload=upload.pk, version=upload.version)


@transaction.atomic
def drop(*, upload: Upload, by: User, known: int) -> Upload:
    """Do not load it: its file goes."""
    upload = _theirs(upload, by, known)
    refuse(cannot_say(_here(upload, by), upload), found=upload.name)
    _end(upload, DROPPED)
    return upload


@transaction.atomic
def undo(*, upload: Upload, by: User, known: int) -> Upload:
    """Take out what the file brought in, and erase its rows. A job does it."""
    upload = _theirs(upload, by, known)
    refuse(cannot_undo(_here(upload, by), upload), found=upload.name)
    upload.state, upload.undone_by = UNDOING, by
    upload.save()
    enqueue("uploads.undo", by=by, key=upload.job_key, upload=upload.pk, version=upload.version)
    return upload


@transaction.atomic
def adopt(*, place: Place, load: Load, by: User) -> Upload:
    """An upload for a load that came another way, such as by the command line, so that it can be taken out here."""
    here = standing(by, place)
    refuse(cannot_open(here) if here else WHO, found=place.name)
    Place.objects.select_for_update().get(pk=place.pk)
    known = Upload.objects.filter(place=place, published=False, load_number=load.number).first()
    if known is not None:
        return known
    said_at = dt.datetime.fromisoformat(load.loaded_at)
    return Upload.objects.create(
        place=place,
        name=load.file[:120],
        size=0,
        sha256=load.sha256,
        state=LOADED,
        load_number=load.number,
        received_at=said_at,
        asked_at=said_at,
        ended_at=said_at,
    )


@transaction.atomic
def keep_person(*, place: Place, person: PracticePerson | None, known: int, by: User, **typed: Any) -> PracticePerson:
    """Somebody of a practice, new or as they are now. Raises NotAllowed where the rules or somebody quicker say no."""
    _refuse_typing(place, by)
    Place.objects.select_for_update().get(pk=place.pk)
    kept = _person(person, known) if person is not None else PracticePerson(place=place, version=0)
    others = PracticePerson.objects.filter(place=place, label=typed["label"]).exclude(pk=kept.pk)
    refuse(
        f"Somebody here is called {typed['label']} already." if others.exists() else None,
        found="two of the same label",
        attempt="choose another, such as the same with a number",
    )
    for name, value in typed.items():
        setattr(kept, name, value)
    kept.version += 1
    kept.save()
    return kept


@transaction.atomic
def strike_person(*, person: PracticePerson, known: int, by: User) -> None:
    """Take out what was typed by mistake. Whoever has left gets a last day instead."""
    _refuse_typing(person.place, by)
    _person(person, known).delete()


def _refuse_typing(place: Place, by: User) -> None:
    here = standing(by, place)
    refuse(cannot_type_staff(here) if here else WHO, found=place.name)


def _person(person: PracticePerson, known: int) -> PracticePerson:
    found = PracticePerson.objects.select_for_update(of=("self",)).filter(pk=person.pk).first()
    if found is None or found.version != known:
        refuse(
            "Somebody else has changed this since you opened the page.",
            found="other words than those shown to you",
            attempt="open the list again, and change what is still to be changed",
        )
    assert found is not None
    return found


def bring_staff_in(*, place: Place, by: User) -> Upload:
    """What a practice typed, as a file like any other: it is looked at, shown and then loaded by the same road."""
    here = standing(by, place)
    refuse(cannot_bring_staff_in(here) if here else WHO, found=place.name)
    today = timezone.localdate()
    file = put(f"staff of {place.code}, {today}.csv", typed_as_csv(place))
    try:
        return receive(
            place=place,
            by=by,
            name=file.name or "",
            folder=file.folder,
            size=file.size or 0,
            sha256=file.sha256,
            said={"typed": True, "month": str(Month.of(today) + -1), "accept": ["revision"], "day_first": True},
        )
    except BaseException:
        discard(file.folder)
        raise


def looked_at(number: int, version: int, seen: Seen) -> None:
    """A job has looked: what was found is for somebody to see."""
    upload = _as_given(number, version, RECEIVED)
    if upload is None:
        return
    upload.looked, upload.looked_at, upload.published = seen.looked, timezone.now(), seen.published
    upload.said = {**upload.said, "organisation": seen.organisation}
    upload.state = READY
    upload.version += 1
    check = seen.looked["check"]
    if upload.said.get("watched") and check and not check["decisions"]:
        _mark_for_load(upload, None)
        transaction.on_commit(lambda: _have_loaded(upload, None))  # the looking has the key until it has ended
        return
    upload.save()


def loaded(number: int, version: int, load: Load, parts: Sequence[tuple[str, str]]) -> None:
    """A job has loaded it: from now on figures are made of it, and whoever made something of the records hears."""
    upload = _as_given(number, version, LOADING)
    if upload is None:
        return
    upload.load_number = load.number
    _end(upload, LOADED)
    if parts:
        start = Month.parse(load.first_month).first_day
        mirror_parts(organisation=upload.place, parts=parts, start=start)
    _tell_of_change(upload)
    record(
        by=upload.asked_by,
        kind=Kind.LOADED,
        what=upload.looked["title"] if upload.looked else load.format,
        place=upload.place,
        about=f"{load.first_month} to {load.last_month}, load {load.number}",
    )


def undone(number: int, version: int) -> None:
    """A job has taken it out, and erased its rows."""
    upload = _as_given(number, version, UNDOING)
    if upload is None:
        return
    _end(upload, UNDONE)
    _tell_of_change(upload)
    record(
        by=upload.undone_by,
        kind=Kind.UNLOADED,
        what=upload.looked["title"] if upload.looked else "A load",
        place=upload.place,
        about=f"load {upload.load_number}",
    )


@transaction.atomic
def refused(number: int, version: int, refusal: KeepwellError) -> None:
    """It was refused: why is kept, the file is not. What could not be taken out is in force as before."""
    upload = _as_given(number, version, *GOES_ON)
    if upload is None:
        return
    upload.wrong, upload.found, upload.attempt = lines_of(refusal)
    if upload.state == UNDOING:
        upload.state, upload.undone_by = LOADED, None
        upload.version += 1
        upload.save()
    else:
        _end(upload, REFUSED)


def to_decide_anew(number: int, version: int) -> None:
    """The records have changed since it was looked at, and something else is to be decided: it is looked at again."""
    upload = _as_given(number, version, LOADING)
    if upload is None:
        return
    upload.state, upload.looked = RECEIVED, None
    upload.version += 1
    upload.said = {**upload.said, "accept": []}
    upload.save()
    transaction.on_commit(lambda: _have_looked_at(upload, upload.asked_by))  # this job has the key until it has ended


def seen_moved(*, upload: Upload) -> None:
    """The file of a watched folder has been put away: one of the same name that comes now is another."""
    said = {name: value for name, value in upload.said.items() if name != "watched"}
    Upload.objects.filter(pk=upload.pk).update(said=said)


@transaction.atomic
def forget_unanswered(*, now: dt.datetime) -> int:
    """What nobody answered for a day is put away, and its file goes. Returns how many."""
    old = list(Upload.objects.select_for_update().filter(state=READY, looked_at__lt=now - UNANSWERED))
    for upload in old:
        _end(upload, FORGOTTEN)
    return len(old)


def _theirs(upload: Upload, by: User, known: int) -> Upload:
    """The upload, locked. Raises NotAllowed where somebody has done something with it since its page was opened."""
    found = Upload.objects.select_for_update(of=("self",)).select_related("place").get(pk=upload.pk)
    if found.version != known:
        refuse(
            f"Something has been done with this file since you opened the page: {found.state_in_words.lower()}.",
            found="another state than the one shown to you",
            attempt="look at the page as it is now",
        )
    found.version += 1
    return found


def _here(upload: Upload, by: User) -> Standing:
    here = standing(by, upload.place)
    refuse(None if here else WHO, found=upload.place.name)
    assert here is not None
    return here


def _as_given(number: int, version: int, *states: str) -> Upload | None:
    """The upload as the job was given it, locked; None where somebody has done something with it since."""
    found = Upload.objects.select_for_update(of=("self",)).select_related("place", "asked_by").filter(pk=number).first()
    return found if found is not None and found.version == version and found.state in states else None


def _have_looked_at(upload: Upload, by: User | None) -> None:
    enqueue("uploads.look", by=by, key=upload.job_key, upload=upload.pk, version=upload.version)


def _end(upload: Upload, state: str) -> None:
    """Its file goes once this is committed; where that fails, the sweep takes it."""
    upload.state, upload.ended_at = state, timezone.now()
    upload.version += 1
    upload.save()
    folder = upload.folder
    transaction.on_commit(lambda: discard(folder))


def _tell_of_change(upload: Upload) -> None:
    """Whatever is made of records is made anew: of the organisation's own, or of what is published."""
    if upload.published:
        published_changed.send(sender=Upload)
    else:
        records_changed.send(sender=Upload, place=upload.place)
