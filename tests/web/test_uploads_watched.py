"""A watched folder takes the monthly files: what needs no decision is loaded, the rest waits, each once."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from cast import System, somebody
from uploading import decided, kept_folders, signed_in, site, staff_in_post, work_off  # noqa: F401 (a fixture)

from keepwell.web.jobs.queue import enqueue
from keepwell.web.places.queries import workspace_of
from keepwell.web.uploads.models import LOADED, READY, REFUSED, Upload

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture
def folder(here: System, settings: Any, tmp_path: Path) -> Path:
    settings.WATCHED_FOLDER = str(tmp_path / "watched")
    found = tmp_path / "watched" / "rx1"
    found.mkdir(parents=True)
    return found


def put(folder: Path, name: str, content: bytes, seconds_ago: float = 60) -> None:
    (folder / name).write_bytes(content)
    then = time.time() - seconds_ago
    os.utime(folder / name, (then, then))


def rounds(number: int = 2) -> None:
    for _ in range(number):
        enqueue("uploads.watch", by=None)
        work_off()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.exists() else []


def test_a_file_without_anything_to_decide_is_loaded_and_put_away(here: System, folder: Path) -> None:
    put(folder, "2025-09.csv", staff_in_post("30/09/2025", range(1, 61)))
    rounds()
    assert [x.rows_taken for x in workspace_of(here.northmoor).current().loads] == [60]
    assert (names(folder), names(folder / "done")) == ([], ["2025-09.csv"])
    assert Upload.objects.get().state == LOADED
    assert kept_folders() == []
    put(folder, "again.csv", staff_in_post("30/09/2025", range(1, 61)))
    rounds()
    assert Upload.objects.count() == 1
    assert names(folder / "done") == ["2025-09.csv", "again.csv"]
    assert kept_folders() == []


def test_a_file_that_still_grows_is_left_alone(here: System, folder: Path) -> None:
    put(folder, "2025-09.csv", staff_in_post("30/09/2025", range(1, 61)), seconds_ago=1)
    rounds()
    assert not Upload.objects.exists()
    assert names(folder) == ["2025-09.csv"]


def test_what_is_to_be_decided_waits_for_somebody_and_is_brought_in_once(here: System, folder: Path) -> None:
    put(folder, "2025-09.csv", staff_in_post("30/09/2025", range(1, 61)))
    rounds()
    put(folder, "2025-10.csv", staff_in_post("31/10/2025", range(5001, 5061)))
    rounds(3)
    upload = Upload.objects.get(name="2025-10.csv")
    assert upload.state == READY
    assert names(folder) == ["2025-10.csv"]
    analyst = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    assert "from the watched folder" in analyst.get("/rx1/data/").content.decode()
    analyst.post(f"/rx1/data/{upload.pk}/load/", decided(upload))
    work_off()
    rounds(1)
    assert names(folder / "done") == ["2025-09.csv", "2025-10.csv"]


def test_a_file_of_another_organisation_is_a_problem_and_nothing_is_loaded(here: System, folder: Path) -> None:
    put(folder, "theirs.csv", staff_in_post("30/09/2025", range(1, 61), code="RX2"))
    rounds()
    assert Upload.objects.get().state == REFUSED
    assert (names(folder), names(folder / "problem")) == ([], ["theirs.csv"])
    assert workspace_of(here.northmoor).current().loads == ()
