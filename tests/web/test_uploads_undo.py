"""What a file brought in can be taken out again: its rows are erased, and everybody who made something of them hears."""

from __future__ import annotations

import datetime as dt

import pytest
from cast import System, somebody
from django.test import Client
from uploading import bring_in, send, signed_in, site, staff_in_post, work_off  # noqa: F401 (a fixture)

from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.web.audit.models import AccessEvent
from keepwell.web.jobs.models import Job
from keepwell.web.places.queries import key_of, workspace_of
from keepwell.web.uploads.models import LOADED, UNDOING, UNDONE, Upload

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
STAFF = staff_in_post("30/09/2025", range(1, 121))


@pytest.fixture
def analyst(here: System) -> Client:
    return signed_in(somebody("HR analyst", hr_analyst=here.northmoor))


def test_a_load_is_taken_out_after_it_was_said_what_goes(here: System, analyst: Client) -> None:
    upload = bring_in(analyst, "september.csv", STAFF)
    workspace, address = workspace_of(here.northmoor), f"/rx1/data/{upload.pk}/undo/"
    page = analyst.get(address).content.decode()
    assert "Load 1 goes: 120 rows in, none left out, September 2025." in page
    assert workspace.current().loads != ()
    assert analyst.post(address, {"known": upload.version}).status_code == 302
    assert Upload.objects.get().state == UNDOING
    work_off()
    upload.refresh_from_db()
    assert upload.state == UNDONE
    assert workspace.current().loads == ()
    assert list((workspace.folder / "parts").iterdir()) == []
    event = AccessEvent.objects.filter(kind="unloaded")[0]  # the newest: the register is never emptied
    assert (event.name, event.about) == ("HR analyst", "load 1")
    assert Job.objects.filter(name="dashboards.make_ready").count() == 2
    assert "and its rows were erased" in analyst.get(f"/rx1/data/{upload.pk}/").content.decode()


def test_the_same_file_can_be_loaded_again_afterwards(here: System, analyst: Client) -> None:
    first = bring_in(analyst, "september.csv", STAFF)
    analyst.post(f"/rx1/data/{first.pk}/undo/", {"known": first.version})
    work_off()
    assert bring_in(analyst, "september.csv", STAFF).state == LOADED


def test_the_second_who_undoes_it_is_told_and_it_is_done_once(here: System, analyst: Client) -> None:
    upload = bring_in(analyst, "september.csv", STAFF)
    form = {"known": upload.version}
    assert analyst.post(f"/rx1/data/{upload.pk}/undo/", form).status_code == 302
    answer = analyst.post(f"/rx1/data/{upload.pk}/undo/", form)
    assert answer.status_code == 409
    assert "Something has been done with this file since you opened the page" in answer.content.decode()
    assert Job.objects.filter(name="uploads.undo").count() == 1


def test_what_is_not_loaded_is_not_taken_out(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    answer = analyst.post(f"/rx1/data/{upload.pk}/undo/", {"known": upload.version})
    assert answer.status_code == 409
    assert "There is nothing to take out: waits for you." in answer.content.decode()


def test_a_load_that_came_by_the_command_line_can_be_taken_out_too(here: System, analyst: Client, tmp_path) -> None:
    path = tmp_path / "by hand.csv"
    path.write_bytes(STAFF)
    workspace = workspace_of(here.northmoor)
    load_file(workspace, path, ReadOptions(key=key_of(here.northmoor)), now=dt.datetime.now(dt.UTC))
    assert "/rx1/data/loads/1/undo/" in analyst.get("/rx1/data/").content.decode()
    assert "by hand.csv" in analyst.get("/rx1/data/loads/1/undo/").content.decode()
    other = signed_in(somebody("Other analyst", hr_analyst=here.southmoor))
    assert other.post("/rx1/data/loads/1/undo/").status_code == 404
    assert other.post("/rx2/data/loads/1/undo/").status_code == 404
    assert analyst.post("/rx1/data/loads/1/undo/").status_code == 302
    work_off()
    assert workspace.current().loads == ()
    assert Upload.objects.get().state == UNDONE
