"""A worker killed at any point of an upload's way: nothing is lost, nothing is half done, nothing is loaded twice."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import databases
import dying_in_a_load
import pytest
from cast import System, somebody
from django.conf import settings
from uploading import decided, kept_folders, signed_in, site, staff_in_post, work_off  # noqa: F401 (a fixture)

from keepwell.web.jobs.models import Job
from keepwell.web.jobs.queue import enqueue
from keepwell.web.places.queries import workspace_of
from keepwell.web.uploads.models import LOADED, LOADING, READY, RECEIVED, Upload

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
HERE = Path(__file__).parent


def worker(point: str = "") -> int:
    script = str(HERE / "dying_in_a_load.py")
    return subprocess.run(
        [sys.executable, script, str(settings.HOME), *([point] if point else [])],
        env=databases.environment(),
        check=False,
        capture_output=True,
    ).returncode


def lease_over() -> None:
    time.sleep(2.2)


@pytest.mark.parametrize("point", dying_in_a_load.POINTS)
def test_a_worker_killed_there_leaves_an_upload_that_the_next_worker_ends(here: System, point: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    content = staff_in_post("30/09/2025", range(1, 61))
    client.post("/rx1/data/choose/", {"file": SimpleUploadedFile("september.csv", content)})
    upload = Upload.objects.get()
    if "looking" in point:
        assert worker(point) == -9
        upload.refresh_from_db()
        assert upload.state == RECEIVED
        assert "Being looked at" in client.get(f"/rx1/data/{upload.pk}/").content.decode()
        lease_over()
    work_off()
    upload.refresh_from_db()
    assert upload.state == READY
    client.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    if "looking" not in point:
        assert worker(point) == -9
        upload.refresh_from_db()
        assert upload.state == (LOADED if point == "before the file goes" else LOADING)
        lease_over()
    work_off()
    upload.refresh_from_db()
    assert (upload.state, upload.load_number) == (LOADED, 1)
    assert [x.rows_taken for x in workspace_of(here.northmoor).current().loads] == [60]
    enqueue("uploads.sweep", by=None)
    work_off()
    assert kept_folders() == []
    assert not Job.objects.unfinished().filter(name__startswith="uploads").exists()


def test_an_upload_whose_job_was_lost_or_failed_is_not_stuck(here: System) -> None:
    from uploading import send

    client = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    upload = send(client, "september.csv", staff_in_post("30/09/2025", range(1, 61)))
    client.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    Job.objects.filter(name="uploads.load").delete()
    enqueue("uploads.sweep", by=None)
    work_off()
    upload.refresh_from_db()
    assert upload.state == LOADED
    second = send(client, "october.csv", staff_in_post("31/10/2025", range(1, 61)))
    client.post(f"/rx1/data/{second.pk}/load/", decided(second))
    Job.objects.filter(name="uploads.load", state="waiting").update(
        state="failed", wrong="It could not be done.", found="5 attempts", attempt="ask again"
    )
    enqueue("uploads.sweep", by=None)
    work_off()
    second.refresh_from_db()
    assert (second.state, second.wrong) == ("refused", "It could not be done.")
    assert kept_folders() == []
