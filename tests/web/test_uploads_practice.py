"""A practice without a file types who works there, and brings it in by the same road as any file."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from cast import System, somebody
from django.test import Client
from django.utils import timezone
from uploading import decided, signed_in, site, work_off  # noqa: F401 (a fixture)

from keepwell.enquiries import Enquiry, answer
from keepwell.periods import Month
from keepwell.web.places.queries import workspace_of
from keepwell.web.uploads.models import LOADED, READY, PracticePerson, Upload
from keepwell.web.uploads.queries import typed_as_csv

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
STAFF = "/a99001/data/staff/"


@pytest.fixture
def manager(here: System) -> Client:
    return signed_in(somebody("Practice manager", practice_manager=here.practice))


def typed(label: str = "Nurse 1", **more: Any) -> dict[str, Any]:
    said = {"label": label, "staff_group": "Nurses", "job_role": "Practice Nurse", "hours": "30", "fte": "", "known": 0}
    said |= {"start-day": "1", "start-month": "4", "start-year": "2019"}
    return {**said, **more}


def twelve(client: Client) -> None:
    for number in range(12):
        assert client.post(f"{STAFF}add/", typed(f"Nurse {number}")).status_code == 302


def test_twelve_people_are_typed_brought_in_and_counted(here: System, manager: Client) -> None:
    twelve(manager)
    assert "12 people typed in" in manager.get(STAFF).content.decode()
    manager.post(f"{STAFF}bring-in/")
    work_off()
    upload = Upload.objects.get()
    assert upload.state == READY, upload.wrong
    manager.post(f"/a99001/data/{upload.pk}/load/", decided(upload))
    work_off()
    upload.refresh_from_db()
    assert upload.state == LOADED, upload.wrong
    load = workspace_of(here.practice).current().loads[0]
    last = Month.of(timezone.localdate()) + -1
    assert (load.format, load.organisations, load.rows_taken) == ("staff_list", ("A99001",), 12)
    assert load.last_month == str(last)


def test_a_month_later_who_left_is_a_leaver_and_the_list_takes_the_place_of_the_one_before(
    here: System, manager: Client
) -> None:
    twelve(manager)
    for end in (None, timezone.localdate().replace(day=1) - dt.timedelta(days=10)):
        if end is not None:
            one = PracticePerson.objects.get(label="Nurse 3")
            gone = {"end-day": end.day, "end-month": end.month, "end-year": end.year, "known": one.version}
            assert manager.post(f"{STAFF}{one.pk}/", typed("Nurse 3", **gone)).status_code == 302
        manager.post(f"{STAFF}bring-in/")
        work_off()
        upload = Upload.objects.latest("pk")
        assert upload.state == READY, upload.wrong
        manager.post(f"/a99001/data/{upload.pk}/load/", decided(upload))
        work_off()
        upload.refresh_from_db()
        assert upload.state == LOADED, upload.wrong
    asked = Enquiry("leavers", by=(), months=1, source="staff_list")
    assert [row["leavers"] for row in answer(workspace_of(here.practice), asked).rows()] == [1]


def test_what_is_wrong_is_said_beside_the_box_and_what_was_typed_is_kept(here: System, manager: Client) -> None:
    wrong = typed("Nurse 1", fte="0.8", **{"start-day": "31", "start-month": "2"})
    answer = manager.post(f"{STAFF}add/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Enter contracted hours or FTE, one of the two" in page
    assert "First day here must be a real date" in page
    assert 'value="Nurse 1"' in page
    assert 'value="31"' in page
    assert not PracticePerson.objects.exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"hours": ""}, "Enter contracted hours or FTE"),
        ({"hours": "76"}, "Contracted hours a week must be 75"),
        ({"start-year": "2999"}, "First day here must be in the past"),
        ({"end-day": "1", "end-month": "4", "end-year": "2018"}, "Last day here must be the same as or after"),
        ({"label": "x" * 31}, "30 characters or fewer"),
        ({"hours": "nan"}, "Contracted hours a week must be a number"),
    ],
)
def test_each_guard_of_the_form(here: System, manager: Client, more: dict[str, Any], words: str) -> None:
    answer = manager.post(f"{STAFF}add/", typed(**more))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_two_of_one_label_and_two_who_change_one_are_told(here: System, manager: Client) -> None:
    manager.post(f"{STAFF}add/", typed("Nurse 1"))
    assert "Somebody here is called Nurse 1 already." in manager.post(f"{STAFF}add/", typed("Nurse 1")).content.decode()
    one = PracticePerson.objects.get()
    first = typed("Nurse 1", job_role="Nurse Manager", known=one.version)
    assert manager.post(f"{STAFF}{one.pk}/", first).status_code == 302
    late = manager.post(f"{STAFF}{one.pk}/", typed("Nurse 1", job_role="Other", known=one.version))
    assert late.status_code == 422
    assert "Somebody else has changed this since you opened the page." in late.content.decode()
    one.refresh_from_db()
    assert one.job_role == "Nurse Manager"


def test_no_label_leaves_in_the_file(here: System, manager: Client) -> None:
    manager.post(f"{STAFF}add/", typed("Mary at the desk"))
    assert b"Mary" not in typed_as_csv(here.practice)


def test_others_and_trusts_have_no_such_page(here: System, manager: Client) -> None:
    manager.post(f"{STAFF}add/", typed())
    number = PracticePerson.objects.get().pk
    analyst = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    for address in (STAFF, f"{STAFF}{number}/", "/rx1/data/staff/", f"/rx1/data/staff/{number}/"):
        assert analyst.get(address).status_code == 404
    assert analyst.post(f"{STAFF}{number}/strike/", {"known": 1}).status_code == 404
    assert manager.post(f"{STAFF}{number}/strike/", {"known": 1}).status_code == 302
    assert not PracticePerson.objects.exists()
