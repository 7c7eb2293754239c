"""A file is shown for what it is before anything is loaded; what is decided is done once, and told."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from cast import System, somebody
from django.db import transaction
from django.test import Client
from uploading import bring_in, decided, kept_folders, send, signed_in, site, staff_in_post, work_off  # noqa: F401

from keepwell.records.workspace import Workspace
from keepwell.web.audit.models import AccessEvent
from keepwell.web.jobs.models import Job
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of
from keepwell.web.uploads.models import DROPPED, FORGOTTEN, LOADED, LOADING, READY, REFUSED, Upload

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
STAFF = staff_in_post("30/09/2025", range(1, 121))


@pytest.fixture
def analyst(here: System) -> Client:
    return signed_in(somebody("HR analyst", hr_analyst=here.northmoor))


def page_of(client: Client, upload: Upload) -> str:
    return str(client.get(f"/rx1/data/{upload.pk}/").content.decode())


def columns_loaded(workspace: Workspace, table: str = "positions") -> dict[str, int]:
    """How many cells of each column are filled in the newest load."""
    import pyarrow.parquet as pq

    part = workspace.current().loads[-1].parts[table]
    rows = pq.read_table(workspace.part(part))
    return {
        name: sum(cell not in (None, "Not known", "not known") for cell in rows[name].to_pylist())
        for name in rows.column_names
    }


def test_nothing_is_loaded_before_somebody_has_said_so(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    assert (upload.state, upload.load_number) == (READY, None)
    page = page_of(analyst, upload)
    assert "120 rows would come in, none would be left out" in page
    assert "September 2025" in page
    assert "RX1" in page
    assert workspace_of(here.northmoor).current().loads == ()


def test_a_file_is_loaded_told_registered_and_its_file_is_gone(here: System, analyst: Client) -> None:
    upload = bring_in(analyst, "september.csv", STAFF)
    assert (upload.state, upload.load_number) == (LOADED, 1)
    load = workspace_of(here.northmoor).current().loads[0]
    assert (load.file, load.rows_taken, load.sha256) == ("september.csv", 120, upload.sha256)
    assert kept_folders() == []
    assert "120 rows in, none left out. September 2025." in page_of(analyst, upload)
    event = AccessEvent.objects.filter(kind="loaded")[0]  # the newest: the register is never emptied
    assert (event.name, event.place_name) == ("HR analyst", "Northmoor Trust")
    assert "2025-09 to 2025-09, load 1" in event.about
    assert Place.objects.filter(controller=here.northmoor, name="Ward 7", kind="team").count() == 1  # it was there
    assert "september.csv" in analyst.get("/rx1/data/").content.decode()


def test_wards_in_the_records_become_places(here: System, analyst: Client) -> None:
    bring_in(analyst, "september.csv", staff_in_post("30/09/2025", range(1, 61), unit="Elm Ward"))
    bring_in(analyst, "october.csv", staff_in_post("31/10/2025", range(1, 61), unit="Elm Ward"))
    ward = Place.objects.get(controller=here.northmoor, name="Elm Ward")
    assert (ward.kind, ward.parent) == ("team", here.surgery)


def test_whoever_made_something_of_the_records_hears(here: System, analyst: Client) -> None:
    bring_in(analyst, "september.csv", STAFF)
    made = Job.objects.get(name="dashboards.make_ready")
    assert made.arguments == {"place": here.northmoor.pk}


def test_rows_left_out_are_named_by_number_and_can_be_taken_away(here: System, analyst: Client) -> None:
    lines = STAFF.decode().splitlines()
    lines[16] = lines[16].replace("10000016,", ",", 1)  # row 17 of the sheet
    upload = bring_in(analyst, "september.csv", "\r\n".join(lines).encode())
    page = page_of(analyst, upload)
    assert "119 rows in, 1 row left out" in page
    assert "(row 17)" in page
    answer = analyst.get(f"/rx1/data/{upload.pk}/left-out/")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer["Content-Disposition"].startswith("attachment")
    assert rows[0] == ["Row", "Why"]
    assert [row[0] for row in rows[1:]] == ["17"]
    assert AccessEvent.objects.all()[0].kind == "exported"


def test_religion_and_orientation_are_out_unless_chosen(here: System, analyst: Client) -> None:
    bring_in(analyst, "september.csv", STAFF)
    filled = columns_loaded(workspace_of(here.northmoor))
    assert (filled["religion"], filled["orientation"], filled["ethnicity"]) == (0, 0, 120)
    upload = send(analyst, "october.csv", staff_in_post("31/10/2025", range(1, 121)))
    told = decided(upload)
    analyst.post(f"/rx1/data/{upload.pk}/load/", {**told, "take": [*told["take"], "religion"]})
    work_off()
    filled = columns_loaded(workspace_of(here.northmoor))
    assert (filled["religion"], filled["orientation"]) == (120, 0)


def test_a_field_that_is_not_ticked_is_not_kept(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    told = decided(upload)
    take = [name for name in told["take"] if name != "ethnicity"]
    analyst.post(f"/rx1/data/{upload.pk}/load/", {**told, "take": take})
    work_off()
    assert columns_loaded(workspace_of(here.northmoor))["ethnicity"] == 0


def test_the_organisation_cannot_be_left_out_to_load_others_as_ours(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    assert "organisation" not in upload.looked["can_be_left_out"]
    answer = analyst.post(f"/rx1/data/{upload.pk}/load/", {**decided(upload), "take": ["organisation"]})
    assert answer.status_code == 422


def test_records_of_another_organisation_are_refused_in_three_lines(here: System, analyst: Client) -> None:
    upload = send(analyst, "theirs.csv", staff_in_post("30/09/2025", range(1, 61), code="RX2"))
    assert upload.state == REFUSED
    page = page_of(analyst, upload)
    assert "theirs.csv holds records of another organisation than Northmoor Trust." in page
    assert "RX2; here they may be of RX1" in page
    assert kept_folders() == []
    assert workspace_of(here.northmoor).current().loads == ()


def test_records_of_what_became_this_organisation_are_taken(here: System, analyst: Client) -> None:
    from cast import START

    from keepwell.web.places.actions import succeed

    succeed(before=here.southmoor, after=here.northmoor, on=START.replace(year=2025), kind="merger")
    upload = send(analyst, "before.csv", staff_in_post("28/02/2025", range(1, 61), code="RX2"))
    assert upload.state == READY


def test_a_file_that_says_no_organisation_is_of_the_one_it_was_brought_to(here: System, analyst: Client) -> None:
    without = "\n".join(
        ",".join(cell for n, cell in enumerate(line.split(",")) if n != 3) for line in STAFF.decode().splitlines()
    )
    upload = bring_in(analyst, "without.csv", without.encode())
    assert upload.state == LOADED, upload.wrong
    assert [d["code"] for d in upload.looked["check"]["decisions"]] == ["organisation-not-said"]
    assert workspace_of(here.northmoor).current().loads[0].organisations == ("RX1",)


def test_a_code_under_a_heading_that_nobody_knows_is_not_taken_for_ours_unasked(here: System, analyst: Client) -> None:
    theirs = staff_in_post("30/09/2025", range(1, 61), code="RX2").replace(b"Organisation Code", b"Where")
    upload = send(analyst, "theirs.csv", theirs)
    assert analyst.post(f"/rx1/data/{upload.pk}/load/", {"known": upload.version}).status_code == 422
    page = page_of(analyst, upload)
    assert "The file does not say which organisation employs these people." in page
    assert "load it only if all of them are of Northmoor Trust (RX1)" in page


def test_identifiers_drawn_anew_wait_for_a_decision_by_name(here: System, analyst: Client) -> None:
    bring_in(analyst, "september.csv", STAFF)
    upload = send(analyst, "october.csv", staff_in_post("31/10/2025", range(5001, 5121)))
    assert "new-identifiers" in [d["code"] for d in upload.looked["check"]["decisions"]]
    page = page_of(analyst, upload)
    assert "identifiers seem to have been drawn anew" in page
    assert "--accept" not in page
    answer = analyst.post(f"/rx1/data/{upload.pk}/load/", {"known": upload.version})
    assert answer.status_code == 422
    assert "Say that you have looked at this, or do not load the file" in answer.content.decode()
    work_off()
    assert len(workspace_of(here.northmoor).current().loads) == 1
    analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    work_off()
    upload.refresh_from_db()
    assert upload.state == LOADED
    assert "new-identifiers" in upload.said["accept"]


def test_a_missing_month_is_a_decision_and_stays_as_a_warning(here: System, analyst: Client) -> None:
    bring_in(analyst, "august.csv", staff_in_post("31/08/2025", range(1, 121)))
    upload = send(analyst, "october.csv", staff_in_post("31/10/2025", range(1, 121)))
    assert [d["code"] for d in upload.looked["check"]["decisions"]] == ["month-missing"]
    assert analyst.post(f"/rx1/data/{upload.pk}/load/", {"known": upload.version}).status_code == 422
    analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    work_off()
    assert "1 month missing" in page_of(analyst, upload)


def test_the_same_file_twice_is_refused_the_second_time(here: System, analyst: Client) -> None:
    bring_in(analyst, "september.csv", STAFF)
    upload = send(analyst, "again.csv", STAFF)
    assert upload.state == REFUSED
    assert "again.csv is already loaded." in page_of(analyst, upload)


def test_two_who_load_the_same_upload_load_it_once_and_the_second_is_told(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    lead = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    form = decided(upload)
    assert analyst.post(f"/rx1/data/{upload.pk}/load/", form).status_code == 302
    answer = lead.post(f"/rx1/data/{upload.pk}/load/", form)
    assert answer.status_code == 409
    assert "This file is not waiting any more: being loaded." in answer.content.decode()
    assert lead.post(f"/rx1/data/{upload.pk}/drop/", form).status_code == 409
    assert Job.objects.filter(name="uploads.load").count() == 1


def test_what_somebody_else_has_said_since_is_not_overwritten(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    old = decided(upload)
    analyst.post(f"/rx1/data/{upload.pk}/say/", {"known": upload.version, "day_first": "day"})
    work_off()
    answer = analyst.post(f"/rx1/data/{upload.pk}/load/", old)
    assert answer.status_code == 409
    assert "Something has been done with this file since you opened the page" in answer.content.decode()
    upload.refresh_from_db()
    assert (upload.state, upload.said["day_first"]) == (READY, True)


def test_a_load_that_is_done_twice_is_one_load(here: System, analyst: Client) -> None:
    upload = bring_in(analyst, "september.csv", STAFF)
    Upload.objects.filter(pk=upload.pk).update(state=LOADING, version=upload.version - 1)
    Job.objects.filter(name="uploads.load").update(state="waiting", ended_at=None)
    work_off()
    upload.refresh_from_db()
    assert (upload.state, upload.load_number) == (LOADED, 1)
    assert len(workspace_of(here.northmoor).current().loads) == 1


def test_a_job_that_comes_late_changes_nothing(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    Upload.objects.filter(pk=upload.pk).update(version=99)
    work_off()
    upload.refresh_from_db()
    assert (upload.state, upload.load_number) == (LOADING, None)
    assert workspace_of(here.northmoor).current().loads == ()


def test_what_changed_meanwhile_has_to_be_decided_anew(here: System, analyst: Client) -> None:
    first = send(analyst, "september.csv", STAFF)
    second = send(analyst, "october.csv", staff_in_post("31/10/2025", range(5001, 5121)))
    assert second.looked["check"]["decisions"] == []
    for upload in (first, second):
        analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    work_off()
    work_off()
    second.refresh_from_db()
    assert second.state == READY
    assert "new-identifiers" in [d["code"] for d in second.looked["check"]["decisions"]]


def test_headings_that_are_not_known_can_be_named(here: System, analyst: Client) -> None:
    strange = STAFF.replace(b"Employee Number,", b"Kennung,").replace(b"Staff Group", b"Berufsgruppe")
    upload = send(analyst, "strange.csv", strange)
    page = page_of(analyst, upload)
    assert upload.state == READY
    assert "Kennung" in page
    assert "10000001" not in page  # nobody's row is shown
    unknown = [h["heading"] for h in upload.looked["headings"] if h["field"] is None and not h["dropped"]]
    said = {"known": upload.version}
    said |= {f"heading_{unknown.index('Kennung')}": "person", f"heading_{unknown.index('Berufsgruppe')}": "staff_group"}
    assert analyst.post(f"/rx1/data/{upload.pk}/say/", said).status_code == 302
    work_off()
    upload.refresh_from_db()
    assert upload.looked["check"], upload.looked["refusal"]
    analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    work_off()
    assert columns_loaded(workspace_of(here.northmoor))["staff_group"] == 120


def test_two_headings_for_one_field_are_told_and_what_was_chosen_is_kept(here: System, analyst: Client) -> None:
    strange = STAFF.replace(b"Employee Number,", b"Kennung,").replace(b"Staff Group", b"Berufsgruppe")
    upload = send(analyst, "strange.csv", strange)
    unknown = [h["heading"] for h in upload.looked["headings"] if h["field"] is None and not h["dropped"]]
    said = {f"heading_{unknown.index(name)}": "person" for name in ("Kennung", "Berufsgruppe")}
    answer = analyst.post(f"/rx1/data/{upload.pk}/say/", {"known": upload.version, **said})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Employee number is said to stand under" in page
    assert page.count('value="person" selected') == 2


def test_what_is_no_table_at_all_is_refused_and_not_kept(here: System, analyst: Client) -> None:
    upload = send(analyst, "picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    assert upload.state == REFUSED
    assert analyst.get(f"/rx1/data/{upload.pk}/").status_code == 200
    assert kept_folders() == []


def test_a_file_that_is_not_wanted_is_gone(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    assert analyst.post(f"/rx1/data/{upload.pk}/drop/", {"known": upload.version}).status_code == 302
    upload.refresh_from_db()
    assert upload.state == DROPPED
    assert kept_folders() == []


def test_a_published_file_is_for_all_and_needs_a_role_that_loads_such(
    here: System, analyst: Client, turnover_file, tmp_path: Path
) -> None:
    content = turnover_file(tmp_path / "t.csv", 2).read_bytes()
    manager = signed_in(somebody("Practice manager", practice_manager=here.practice))
    refused = send(manager, "turnover.csv", content, place=here.practice.slug)
    assert refused.state == REFUSED
    assert "does not load published files" in refused.wrong
    upload = bring_in(analyst, "turnover.csv", content)
    assert (upload.state, upload.published) == (LOADED, True)
    assert [x.format for x in published_workspace().current().loads] == ["nhs_turnover"]
    assert workspace_of(here.northmoor).current().loads == ()
    other = signed_in(somebody("Other analyst", hr_analyst=here.southmoor))
    assert "It was brought in elsewhere, and can be taken out there." in other.get("/rx2/data/").content.decode()


def test_whoever_loads_published_files_only_does_not_learn_of_records(here: System, analyst: Client) -> None:
    upload = send(analyst, "september.csv", STAFF)
    national = signed_in(somebody("National analyst", national_analyst=here.northmoor))
    assert national.get(f"/rx1/data/{upload.pk}/").status_code == 404
    assert "september.csv" not in national.get("/rx1/data/").content.decode()
    theirs = send(national, "staff.csv", STAFF + b"\r\n")
    assert theirs.state == REFUSED
    assert "loads published files only" in theirs.wrong


def test_what_nobody_answers_for_a_day_is_put_away(here: System, analyst: Client) -> None:
    import datetime as dt

    from keepwell.web.jobs.queue import enqueue

    upload = send(analyst, "september.csv", STAFF)
    enqueue("uploads.sweep", by=None)
    work_off()
    assert Upload.objects.get().state == READY
    Upload.objects.update(looked_at=upload.looked_at - dt.timedelta(hours=25))
    enqueue("uploads.sweep", by=None)
    work_off()
    assert Upload.objects.get().state == FORGOTTEN
    assert kept_folders() == []


def test_the_action_itself_refuses_what_is_not_decided_and_whoever_may_not(here: System, analyst: Client) -> None:
    from keepwell.web.places.refusals import NotAllowed
    from keepwell.web.uploads import actions

    bring_in(analyst, "august.csv", staff_in_post("31/08/2025", range(1, 121)))
    upload = send(analyst, "october.csv", staff_in_post("31/10/2025", range(1, 121)))
    told = {"upload": upload, "known": upload.version, "accept": [], "leave_out": [], "columns": {}}
    with pytest.raises(NotAllowed, match="Something has still to be decided"):
        actions.ask_for_load(by=upload.by, **told)
    for other in (
        somebody("Viewer", viewer=here.northmoor),
        somebody("National", national_analyst=here.northmoor),
        somebody("Other analyst", hr_analyst=here.southmoor),
    ):
        with pytest.raises(NotAllowed):
            actions.ask_for_load(by=other, **{**told, "accept": ["month-missing"]})
        with pytest.raises(NotAllowed):
            actions.drop(upload=upload, by=other, known=upload.version)
    upload.refresh_from_db()
    assert (upload.state, upload.version) == (READY, 2)


def test_what_an_older_job_found_is_not_written_over_what_was_said_since(here: System, analyst: Client) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from keepwell.web.uploads import actions
    from keepwell.web.uploads.reading import Seen

    analyst.post("/rx1/data/choose/", {"file": SimpleUploadedFile("september.csv", STAFF)})
    upload = Upload.objects.get()
    with transaction.atomic():  # as the job that ends with it
        actions.looked_at(upload.pk, upload.version - 1, Seen({"check": None}, published=False, organisation=None))
    upload.refresh_from_db()
    assert (upload.state, upload.looked) == ("received", None)
