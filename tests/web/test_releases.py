"""What is released upward goes by a named person, under a policy, is listed, and can be withdrawn for the future."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from cast import System, somebody
from cast import system as cast_system

from keepwell.enquiries.packs import read_pack
from keepwell.records.audiences import ledger
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.working import Worker
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.places.signals import records_changed
from keepwell.web.releases import queries
from keepwell.web.releases.actions import draft, release, withdraw
from keepwell.web.releases.models import Pack, Release

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def here(system: Path) -> System:
    found = cast_system()
    folder = workspace_of(found.northmoor).folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(system, folder)
    return found


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Retention lead", retention_lead=here.northmoor)


def work_off() -> None:
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()


def released(here: System, lead: User, to: str = "icb") -> Release:
    made = draft(by=lead, place=here.northmoor, to=getattr(here, to))
    work_off()
    release(release=made, by=lead)
    work_off()
    return Release.objects.get(pk=made.pk)


def test_a_draft_says_how_much_would_stay_visible_and_is_seen_by_nobody_above(here: System, lead: User) -> None:
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    work_off()
    made.refresh_from_db()
    assert "protected together" in made.visible
    assert made.state == Release.DRAFT
    assert not queries.in_force_to(here.icb).exists()
    assert queries.newest_pack(made) is None
    assert not ledger(workspace_of(here.northmoor).current())


def test_what_is_released_is_handed_over_once_listed_and_in_the_register(here: System, lead: User) -> None:
    made = released(here, lead)
    assert (made.state, made.released_by) == (Release.RELEASED, lead)
    pack = queries.newest_pack(made)
    assert pack is not None
    assert read_pack(bytes(pack.content)).policy == "nhs"
    assert [had.audience for had in ledger(workspace_of(here.northmoor).current())] == [made.audience]
    assert list(queries.in_force_to(here.icb)) == [made]
    event = AccessEvent.objects.filter(kind="released")[0]  # the newest: the register is never emptied
    assert (event.name, event.policy, event.place_name) == ("Retention lead", "nhs", "Northmoor Trust")


def test_a_job_taken_twice_hands_over_once(here: System, lead: User) -> None:
    made = released(here, lead)
    Job.objects.filter(name="releases.hand_over").update(state="waiting", ended_at=None)
    Pack.objects.all().delete()
    work_off()
    assert len(ledger(workspace_of(here.northmoor).current())) == 1
    assert Pack.objects.filter(release=made).count() == 1


def test_records_that_did_not_change_what_is_shown_are_not_handed_over_again(here: System, lead: User) -> None:
    made = released(here, lead)
    records_changed.send(sender=None, place=here.northmoor)
    assert Job.objects.filter(name="releases.hand_over", state="waiting").count() == 1
    work_off()
    assert Pack.objects.filter(release=made).count() == 1
    assert len(ledger(workspace_of(here.northmoor).current())) == 1


def test_withdrawn_it_is_gone_from_above_and_nothing_more_follows(here: System, lead: User) -> None:
    made = released(here, lead)
    withdraw(release=made, by=lead)
    assert not queries.in_force_to(here.icb).exists()
    assert queries.newest_pack(Release.objects.get(pk=made.pk)) is None
    records_changed.send(sender=None, place=here.northmoor)
    assert not Job.objects.filter(name="releases.hand_over", state="waiting").exists()
    assert Pack.objects.filter(release=made).exists()  # what they had they have had
    with pytest.raises(NotAllowed):
        withdraw(release=made, by=lead)


def test_withdrawn_while_it_is_being_made_it_is_not_shown(here: System, lead: User) -> None:
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    release(release=made, by=lead)
    withdraw(release=made, by=lead)
    work_off()
    assert Release.objects.get(pk=made.pk).state == Release.WITHDRAWN
    assert not Pack.objects.exists()


def test_what_cannot_be_protected_is_a_draft_again_with_the_reason(here: System, lead: User) -> None:
    made = draft(by=lead, place=here.northmoor, to=here.icb, tables=(("shoe_size",),))
    release(release=made, by=lead)
    work_off()
    made.refresh_from_db()
    assert made.state == Release.DRAFT
    assert made.released_by is None
    assert "shoe_size" in made.refused[0]
    assert not Pack.objects.exists()


@pytest.mark.parametrize(
    ("key", "place"), [("hr_analyst", "northmoor"), ("ics_lead", "icb"), ("retention_lead", "southmoor")]
)
def test_nobody_else_releases_or_withdraws(here: System, lead: User, key: str, place: str) -> None:
    other = somebody("Somebody else", **{key: getattr(here, place)})
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    with pytest.raises(NotAllowed):
        draft(by=other, place=here.northmoor, to=here.icb)
    with pytest.raises(NotAllowed):
        release(release=made, by=other)
    with pytest.raises(NotAllowed):
        withdraw(release=made, by=other)


def test_what_a_practice_or_the_other_trust_was_given_is_not_seen_here(here: System, lead: User) -> None:
    released(here, lead, to="region")
    assert not queries.in_force_to(here.icb).exists()
    assert not queries.in_force_to(here.southmoor).exists()
    assert queries.in_force_to(here.region).count() == 1
