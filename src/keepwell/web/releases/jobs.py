"""What is done to release figures: protect them, prove it, hand them over, list them."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db.models import QuerySet

from keepwell.disclosure.policies import hides
from keepwell.enquiries import Session, answer
from keepwell.enquiries.handing_over import declare_audience, has_changed
from keepwell.enquiries.packs import read_pack
from keepwell.enquiries.protected import family_of, visible
from keepwell.enquiries.releasing import RELEASED_UPWARD, release_upward
from keepwell.errors import KeepwellError
from keepwell.records.audiences import Audience, audiences, kept, ledger
from keepwell.records.workspace import Workspace
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import UPWARD, Kind
from keepwell.web.jobs.queue import Telling, finish_with, job
from keepwell.web.places.queries import workspace_of
from keepwell.web.releases.models import Pack, Release
from keepwell.web.releases.rules import does_not_lie_in

HANDED_OVER_BY_JOBS = (Release.ON_ITS_WAY, Release.RELEASED)


@job("releases.preview")
def preview(told: Telling, release: int) -> None:
    """Say how much of a draft would stay visible. Nothing is declared and nothing handed over."""
    found = Release.objects.select_related("place", "to").get(pk=release)
    workspace = workspace_of(found.place)
    told.progress(0.1, "Protecting small numbers")
    try:
        with Session(workspace) as session:
            shown = family_of(session, declared(found), lambda enquiry: answer(workspace, enquiry, session))
    except KeepwellError as refusal:
        reason = [refusal.wrong, refusal.found, refusal.attempt]
        finish_with(told.job, lambda: _drafts(release).update(refused=reason, visible=""))
        return
    finish_with(told.job, lambda: _drafts(release).update(visible=visible(shown), refused=[]))


@job("releases.hand_over")
def hand_over(told: Telling, release: int) -> None:
    """Hand over what a release shows, for the first time or anew.

    Taken twice, it enters the ledger once: what it hands over goes by the moment at which it was asked for.
    """
    found = Release.objects.select_related("place", "to", "released_by").get(pk=release)
    if found.state not in HANDED_OVER_BY_JOBS:
        finish_with(told.job)
        return
    if gone := does_not_lie_in(found.place, found.to):
        finish_with(told.job, lambda: _refused(release, [gone, str(found.to), "release to a place above"]))
        return
    told.progress(0.1, "Protecting small numbers")
    workspace = workspace_of(found.place)
    if found.packs.exists() and not has_changed(workspace, found.audience):
        finish_with(told.job)
        return
    try:
        content = _handed_over(workspace, declared(found), told.job.asked_at)
    except KeepwellError as refusal:
        reason = [refusal.wrong, refusal.found, refusal.attempt]
        finish_with(told.job, lambda: _refused(release, reason))
        return
    told.progress(0.9, "Listing what was released")
    finish_with(told.job, lambda: _listed(release, content))


def declared(release: Release) -> Audience:
    """The audience of a release as the engine knows it."""
    return Audience(
        release.audience,
        release.policy,
        release.drafted_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        release.source,
        tuple(tuple(table) for table in release.tables),
        months=release.months,
        first=release.first,
    )


def _handed_over(workspace: Workspace, wanted: Audience, asked_at: dt.datetime) -> bytes:
    assert hides(wanted.policy), wanted.policy
    generation = workspace.current()
    if audiences(generation).get(wanted.name) != wanted:
        declare_audience(workspace, wanted)
    at = asked_at.astimezone(dt.UTC).isoformat(timespec="seconds")
    for had in ledger(generation, wanted.name):
        if had.what == RELEASED_UPWARD and had.at == at:
            return kept(workspace, had.file).read_bytes()
    return release_upward(workspace, wanted.name, now=asked_at)


def _listed(number: int, content: bytes) -> None:
    """Show it, unless it was withdrawn while it was made."""
    release = Release.objects.select_for_update(of=("self",)).get(pk=number)
    if release.state not in HANDED_OVER_BY_JOBS:
        return
    sha256 = hashlib.sha256(content).hexdigest()
    last_month = str(read_pack(content).periods[-1].last)
    Pack.objects.get_or_create(release=release, sha256=sha256, defaults={"last_month": last_month, "content": content})
    release.state, release.refused = Release.RELEASED, []
    release.save(update_fields=["state", "refused"])
    record(
        by=release.released_by,
        kind=Kind.RELEASED,
        what="Release inside" if release.inside else UPWARD,
        place=release.place,
        policy=release.policy,
        about=f"to {release.to}, figures to {last_month}",
    )


def _refused(number: int, reason: list[str]) -> None:
    """What could not be released is a draft again, with the reason; what was released before stays as it was."""
    release = Release.objects.select_for_update(of=("self",)).get(pk=number)
    if release.state == Release.ON_ITS_WAY:
        release.state, release.released_by, release.released_at = Release.DRAFT, None, None
    release.refused = reason
    release.save(update_fields=["state", "released_by", "released_at", "refused"])


def _drafts(number: int) -> QuerySet[Release]:
    return Release.objects.filter(pk=number)
