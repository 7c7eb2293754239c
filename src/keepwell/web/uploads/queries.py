"""What is loaded, what waits, and how far is it?"""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from keepwell.records.workspace import Load, Workspace
from keepwell.web.accounts.abilities import LOAD_DATA
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import Standing
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.queries import Progress, progress_of
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of
from keepwell.web.uploads.models import (
    DROPPED,
    FORGOTTEN,
    GOES_ON,
    LOADED,
    REFUSED,
    UNDOING,
    UNDONE,
    PracticePerson,
    Upload,
)
from keepwell.web.uploads.reading import workspace_for

MOST_ENDED: Final = 20
FULL_TIME_HOURS: Final = 37.5
SHOWN: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class InForce:
    """A load that is in force, and the upload that it came by, where it came by one."""

    load: Load
    upload: Upload | None


def uploads_of(place: Place) -> QuerySet[Upload]:
    return Upload.objects.filter(place=place).select_related("place", "by", "asked_by", "undone_by")


def seen_by(here: Standing, user: User) -> QuerySet[Upload]:
    """The uploads of an organisation that somebody may see.

    A role that loads published files only sees these and its own: how many rows another file has is a figure.
    """
    found = uploads_of(here.place)
    return found if LOAD_DATA in here.abilities else found.filter(Q(published=True) | Q(by=user))


def going_on(found: QuerySet[Upload]) -> list[Upload]:
    """Of these what is being looked at, waits for somebody, or is being loaded or taken out; the oldest first."""
    return list(found.filter(state__in=GOES_ON).order_by("received_at", "pk"))


def ended(found: QuerySet[Upload]) -> list[Upload]:
    """Of these what was refused, put away or taken out in the last month."""
    found = found.filter(state__in=(REFUSED, DROPPED, FORGOTTEN, UNDONE))
    return list(found.filter(ended_at__gt=timezone.now() - SHOWN)[:MOST_ENDED])


def in_force(place: Place, *, published: bool) -> list[InForce]:
    """The loads that figures are made of, the newest month first."""
    workspace = published_workspace() if published else workspace_of(place)
    known = Upload.objects.filter(published=published, state__in=(LOADED, UNDOING)).select_related("by", "place")
    if not published:
        known = known.filter(place=place)
    by_number = {upload.load_number: upload for upload in known}
    loads = sorted(workspace.current().loads, key=lambda x: (x.last_month, x.number), reverse=True)
    return [InForce(load, by_number.get(load.number)) for load in loads]


def load_of(upload: Upload) -> Load | None:
    """The load that an upload became, also where a later one has taken its place; None where its list is gone."""
    if upload.load_number is None:
        return None
    workspace = workspace_for(upload.place, upload.published)
    for generation in reversed(workspace.vintages()):
        for load in workspace.generation(generation).loads:
            if load.number == upload.load_number:
                return load
    return None


def is_in_force(workspace: Workspace, number: int) -> bool:
    return any(load.number == number for load in workspace.current().loads)


def people_of(place: Place) -> QuerySet[PracticePerson]:
    """Those whom a practice has typed in."""
    return PracticePerson.objects.filter(place=place)


def typed_as_csv(place: Place) -> bytes:
    """What a practice typed, in the headings of a staff list. A person goes by the number of their row: no label leaves."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        ("Person ID", "Practice Code", "Staff Group", "Role", "FTE", "Start Date", "End Date", "Date of Birth")
    )
    for one in people_of(place).order_by("pk"):
        fte = one.fte if one.fte is not None else (one.hours or 0.0) / FULL_TIME_HOURS
        born = f"01/{one.birth_month[5:]}/{one.birth_month[:4]}" if one.birth_month else ""
        days = [f"{day:%d/%m/%Y}" if day else "" for day in (one.start, one.end)]
        writer.writerow((f"P{one.pk:06d}", place.code, one.staff_group, one.job_role, f"{fte:.4f}", *days, born))
    return file.getvalue().encode()


def job_of(upload: Upload) -> Job | None:
    """The job that is, or was last, at work on an upload."""
    return Job.objects.filter(key=upload.job_key).order_by("-pk").first()


def progress(upload: Upload) -> Progress | None:
    job = job_of(upload)
    return progress_of(job) if job is not None else None
