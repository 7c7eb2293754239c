"""How does a release come about, go on and end?"""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from keepwell.enquiries.protected import source_of_families
from keepwell.web.accounts.models import User
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.jobs.queue import enqueue
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import refuse
from keepwell.web.releases.models import Release
from keepwell.web.releases.rules import (
    alike,
    cannot_draft,
    cannot_release,
    cannot_withdraw,
    does_not_lie_in,
    handed_over,
    told_by_difference,
)

Tables = tuple[tuple[str, ...], ...]

USUAL_TABLES: Tables = (("directorate", "unit"),)
"""What an organisation's own people are shown: its parts. A second table, such as staff groups within directorates,
would have so many small numbers that hardly a part could be shown."""
USUAL_UPWARD: Tables = (("organisation", "staff_group"),)


@transaction.atomic
def draft(
    *,
    by: User,
    place: Place,
    to: Place,
    policy: str = "nhs",
    tables: Tables | None = None,
    months: int = 12,
    why: str = "",
) -> Release:
    """Prepare a release of an organisation's figures, seen by nobody yet.

    Its first period ends with the newest month; released once more, it has the periods that it had.

    Raises NotAllowed where the rules say no, EnquiryRefused where no records are loaded that it can be made from.
    """
    refuse(cannot_draft(by, place, to, policy), found=f"{place.name} to {to.name}")
    source, newest = source_of_families(workspace_of(place), None)
    number = Release.objects.select_for_update().filter(place=place).count() + 1
    chosen = tables or (USUAL_TABLES if to.pk == place.pk else USUAL_UPWARD)
    made = Release(
        place=place,
        to=to,
        audience=f"{to.name[:100]} ({number})",
        policy=policy,
        tables=[list(table) for table in chosen],
        months=months,
        first=str(newest),
        source=source,
        why=why.strip(),
        drafted_by=by,
    )
    made.first = next((had.first for had in handed_over(place, to) if alike(had, made)), made.first)
    refuse(told_by_difference(made), found=f"{place.name} to {to.name}")
    made.save()
    enqueue("releases.preview", by=by, key=f"preview-{made.pk}", release=made.pk)
    return made


@transaction.atomic
def release(*, release: Release, by: User) -> Release:
    """Put a draft in force: a job protects, hands over and lists it, and only then does anybody see it."""
    Place.objects.select_for_update().get(pk=release.place_id)  # of two releases at once the second sees the first
    release = Release.objects.select_for_update().get(pk=release.pk)
    refuse(cannot_release(by, release), found=str(release))
    release.state, release.released_by, release.released_at = Release.ON_ITS_WAY, by, timezone.now()
    release.refused = []
    release.save()
    enqueue("releases.hand_over", by=by, key=f"release-{release.pk}", release=release.pk)
    return release


@transaction.atomic
def withdraw(*, release: Release, by: User) -> Release:
    """From now on nothing more is handed over and no page shows it. What somebody has had they have had."""
    release = Release.objects.select_for_update().get(pk=release.pk)
    refuse(cannot_withdraw(by, release), found=str(release))
    release.state, release.withdrawn_by, release.withdrawn_at = Release.WITHDRAWN, by, timezone.now()
    release.save()
    record(
        by=by,
        kind=Kind.WITHDRAWN,
        what="Release",
        place=release.place,
        policy=release.policy,
        about=f"to {release.to}: nothing more from now on",
    )
    return release


def renew_all(*, place: Place) -> None:
    """An organisation's records have changed: what it releases is handed over anew, in the caller's transaction."""
    for held in Release.objects.filter(place=place.controller, state=Release.RELEASED).select_related("place", "to"):
        if does_not_lie_in(held.place, held.to):
            continue
        enqueue("releases.hand_over", by=None, key=f"release-{held.pk}", release=held.pk)
