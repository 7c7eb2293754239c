"""People and roles, places, releases and the register, as those who may see them find them, and as others do not."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.test import Client

from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import standing
from keepwell.web.jobs.working import Worker
from keepwell.web.mail.models import Message
from keepwell.web.places.models import Place
from keepwell.web.places.queries import parent_on, workspace_of
from keepwell.web.releases.models import Release

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> System:
    return cast_system()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


INVITATION = {"name": "New Manager", "email": "new@example.org"}


def test_a_lead_invites_a_line_manager_who_may_then_see_her_ward(here: System) -> None:
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    role = Role.objects.get(key="line_manager")
    said = INVITATION | {"role": role.pk, "place": here.ward_7.pk}
    answer = lead.post("/rx1/people/invite/", said, follow=True)
    assert answer.status_code == 200
    assert "New Manager is to be line manager at Ward 7." in answer.content.decode()
    made = User.objects.get(email="new@example.org")
    assert standing(made, here.ward_7).policy == "nhs"
    assert not made.has_usable_password()


def test_what_was_typed_is_kept_beside_what_is_wrong(here: System) -> None:
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    answer = lead.post(
        "/rx1/people/invite/", {"name": "New Manager", "email": "not an address", "place": here.ward_7.pk}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="New Manager"' in page
    assert "Select role" in page
    assert "<title>Error: Invite somebody" in page
    assert not User.objects.filter(name="New Manager").exists()


def test_exact_figures_wait_for_a_second_person_whose_button_the_first_does_not_have(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    second = somebody("Governance lead", information_governance_lead=here.northmoor)
    role = Role.objects.get(key="hr_analyst")
    signed_in(lead).post("/rx1/people/invite/", INVITATION | {"role": role.pk, "place": here.northmoor.pk})
    made = Grant.objects.get(user__email="new@example.org")
    address = f"/rx1/people/{made.pk}/confirm/"
    assert "A second person has to confirm what you have given." in signed_in(lead).get("/rx1/people/").content.decode()
    assert signed_in(lead).post(address).status_code == 409
    made.refresh_from_db()
    assert made.in_force_at is None
    assert signed_in(second).post(address).status_code == 302
    made.refresh_from_db()
    assert made.confirmed_by == second
    assert signed_in(second).post(address).status_code == 409  # the second click changes nothing


def test_somebody_who_has_not_accepted_is_invited_again_by_those_who_invite(here: System) -> None:
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    role = Role.objects.get(key="viewer")
    lead.post("/rx1/people/invite/", INVITATION | {"role": role.pk, "place": here.northmoor.pk})
    made = Grant.objects.get(user__email="new@example.org")
    posted = Message.objects.count()
    assert "Invite again" in lead.get("/rx1/people/").content.decode()
    assert lead.post(f"/rx1/people/{made.pk}/again/").status_code == 302
    assert Message.objects.count() == posted + 1
    theirs = signed_in(somebody("Southmoor lead", retention_lead=here.southmoor))
    assert theirs.post(f"/rx2/people/{made.pk}/again/").status_code == 404
    assert Message.objects.count() == posted + 1


@pytest.mark.parametrize("key", ["line_manager", "viewer", "staff_side", "hr_analyst", "listener"])
def test_who_gives_no_roles_sees_no_list_of_people(here: System, key: str) -> None:
    client = signed_in(somebody("Somebody", **{key: here.northmoor}))
    for address in (
        "/rx1/people/",
        "/rx1/people/invite/",
        "/rx1/seen/",
        "/rx1/released/",
        "/site/people/",
        "/site/places/",
    ):
        assert client.get(address).status_code == 404, address


def test_forged_numbers_of_others_change_nothing(here: System) -> None:
    theirs = somebody("Southmoor manager", line_manager=here.southmoor)
    held = Grant.objects.get(user=theirs)
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    for address in (f"/rx1/people/{held.pk}/end/", f"/rx2/people/{held.pk}/end/", f"/rx1/people/{held.pk}/confirm/"):
        assert lead.post(address).status_code == 404
    role = Role.objects.get(key="line_manager")
    answer = lead.post("/rx1/people/invite/", INVITATION | {"role": role.pk, "place": here.southmoor.pk})
    assert answer.status_code == 422
    role = Role.objects.get(key="system_administrator")
    answer = lead.post("/rx1/people/invite/", INVITATION | {"role": role.pk, "place": here.northmoor.pk})
    assert answer.status_code == 422
    held.refresh_from_db()
    assert held.ended_at is None
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_role_is_ended_and_stays_on_record(here: System) -> None:
    manager = somebody("Ward manager", line_manager=here.ward_7)
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    held = Grant.objects.get(user=manager)
    assert "End the role of Ward manager?" in lead.get(f"/rx1/people/{held.pk}/end/").content.decode()
    page = lead.post(f"/rx1/people/{held.pk}/end/", follow=True).content.decode()
    assert "is no longer line manager at Ward 7" in page
    assert "Roles that have ended" in page
    assert standing(User.objects.get(pk=manager.pk), here.ward_7) is None


def test_an_administrator_looks_after_accounts_and_the_tree(here: System) -> None:
    administrator = signed_in(somebody("Administrator", system_administrator=None))
    assert "Everybody with an account" in administrator.get("/site/people/").content.decode()
    assert "Fell Surgery" in administrator.get("/site/places/").content.decode()
    day = {"start-day": "1", "start-month": "4", "start-year": "2026"}
    answer = administrator.post(
        "/site/places/add/", {"name": "West Network", "kind": "network", "code": "U88", "parent": here.icb.pk} | day
    )
    assert answer.status_code == 302, answer.content.decode()
    made = Place.objects.get(code="U88")
    answer = administrator.post("/a99001/place/move/", {"parent": made.pk} | day)
    assert answer.status_code == 302
    assert parent_on(here.practice, dt.date(2026, 4, 1)) == made
    assert parent_on(here.practice, dt.date(2026, 3, 31)) == here.network
    page = administrator.get("/a99001/place/").content.decode()
    assert "Fell Network: from 1 April 2020 to 31 March 2026" in page
    wrong = administrator.post("/rx1/place/move/", {"parent": here.practice.pk} | day)
    assert wrong.status_code == 422
    assert "A trust may lie in" in wrong.content.decode()


def test_two_people_renaming_the_same_place_notice_each_other(here: System) -> None:
    administrator = signed_in(somebody("Administrator", system_administrator=None))
    first = {"name": "Northmoor Hospitals", "known": "Northmoor Trust"}
    assert administrator.post("/rx1/place/rename/", first).status_code == 302
    second = administrator.post("/rx1/place/rename/", {"name": "Moor Hospitals", "known": "Northmoor Trust"})
    assert second.status_code == 422
    assert "Somebody else has renamed it" in second.content.decode()
    assert 'value="Moor Hospitals"' in second.content.decode()
    here.northmoor.refresh_from_db()
    assert here.northmoor.name == "Northmoor Hospitals"


def test_a_lead_does_not_change_the_tree(here: System) -> None:
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    assert lead.get("/rx1/place/").status_code == 200
    assert "Change it" not in lead.get("/rx1/place/").content.decode()
    for address in ("/rx1/place/move/", "/rx1/place/rename/", "/rx1/place/became/", "/site/places/add/"):
        assert lead.get(address).status_code == 404
        assert lead.post(address, {"name": "X", "known": "Northmoor Trust"}).status_code == 404


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_release_from_the_draft_to_its_withdrawal(here: System, system: Path) -> None:
    folder = workspace_of(here.northmoor).folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(system, folder)
    client = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    said = {"to": here.icb.pk, "policy": "nhs", "months": "12", "why": "The system's board"}
    assert client.post("/rx1/released/prepare/", said).status_code == 302
    made = Release.objects.get()
    worker = Worker(lease=dt.timedelta(minutes=1), pause=0.01)
    assert "being protected" in client.get(f"/rx1/released/{made.pk}/").content.decode()
    worker.work_off()
    page = client.get(f"/rx1/released/{made.pk}/").content.decode()
    assert "protected together" in page
    assert client.post(f"/rx1/released/{made.pk}/release/").status_code == 302
    worker.work_off()
    assert "Released by Retention lead" in client.get("/rx1/released/").content.decode()
    governance = signed_in(somebody("Governance lead", information_governance_lead=here.northmoor))
    assert "1 release upward" in governance.get("/rx1/seen/").content.decode()
    ics_lead = signed_in(somebody("ICS lead", ics_lead=here.icb))
    for address in ("/rx1/released/", f"/rx1/released/{made.pk}/", f"/qx9/released/{made.pk}/"):
        assert ics_lead.get(address).status_code == 404
    assert ics_lead.post(f"/rx1/released/{made.pk}/withdraw/").status_code == 404
    assert client.post(f"/rx1/released/{made.pk}/withdraw/").status_code == 302
    made.refresh_from_db()
    assert made.state == Release.WITHDRAWN


def test_nothing_loaded_cannot_be_released_and_says_what_to_do(here: System) -> None:
    shutil.rmtree(workspace_of(here.northmoor).folder, ignore_errors=True)
    client = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    answer = client.post("/rx1/released/prepare/", {"to": here.icb.pk, "policy": "nhs", "months": "12"})
    assert answer.status_code == 422
    assert "From which records" in answer.content.decode()
