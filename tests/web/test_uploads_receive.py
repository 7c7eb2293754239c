"""A file that somebody sends is on the disk before they are told so, and nothing of one that is refused stays there."""

from __future__ import annotations

import hashlib
import stat
from typing import Any

import pytest
from cast import System, somebody
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import MULTIPART_CONTENT
from uploading import kept_folders, signed_in, site  # noqa: F401 (a fixture)

from keepwell.web.jobs.models import Job
from keepwell.web.uploads.models import RECEIVED, Upload
from keepwell.web.uploads.quarantine import LONGEST_NAME, clean_name, file_of, quarantine

pytestmark = pytest.mark.django_db


def analyst(here: System) -> Client:
    return signed_in(somebody("HR analyst", hr_analyst=here.northmoor))


def test_a_file_that_was_received_lies_whole_on_the_disk_for_its_owner_alone(here: System) -> None:
    content = b"a,b\r\n" + bytes(range(256)) * 1000
    answer = analyst(here).post("/rx1/data/choose/", {"file": SimpleUploadedFile("Staff.csv", content)})
    upload = Upload.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/rx1/data/{upload.pk}/")
    assert file_of(upload).read_bytes() == content
    assert (upload.sha256, upload.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert (upload.state, upload.name, upload.by.name) == (RECEIVED, "Staff.csv", "HR analyst")
    assert stat.S_IMODE(quarantine().stat().st_mode) == 0o700
    assert stat.S_IMODE(file_of(upload).parent.stat().st_mode) == 0o700
    assert Job.objects.get(name="uploads.look").arguments == {"upload": upload.pk, "version": 1}


def test_several_files_become_an_upload_each(here: System) -> None:
    files = [SimpleUploadedFile(f"{n}.csv", b"a,b\n1,2\n") for n in range(3)]
    page = analyst(here).post("/rx1/data/choose/", {"file": files}, follow=True).content.decode()
    assert "3 files received" in page
    assert sorted(u.name for u in Upload.objects.all()) == ["0.csv", "1.csv", "2.csv"]
    assert len(kept_folders()) == 3


def test_nothing_chosen_is_said_beside_the_box(here: System) -> None:
    answer = analyst(here).post("/rx1/data/choose/", {})
    assert answer.status_code == 422
    assert "Choose a file" in answer.content.decode()


def test_an_empty_file_is_refused_and_not_kept(here: System) -> None:
    answer = analyst(here).post("/rx1/data/choose/", {"file": SimpleUploadedFile("empty.csv", b"")})
    assert answer.status_code == 422
    assert "The file is empty" in answer.content.decode()
    assert not Upload.objects.exists()
    assert kept_folders() == []


def test_too_large_a_file_is_refused_politely_in_the_middle_and_not_kept(here: System, settings: Any) -> None:
    settings.LARGEST_UPLOAD = 300_000
    answer = analyst(here).post("/rx1/data/choose/", {"file": SimpleUploadedFile("large.csv", b"x" * 600_000)})
    assert answer.status_code == 422
    assert "The files must be smaller than 300 kB together" in answer.content.decode()
    assert not Upload.objects.exists()
    assert kept_folders() == []


def test_what_follows_a_form_without_its_token_is_not_kept(here: System) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(
        somebody("HR analyst", hr_analyst=here.northmoor), "allauth.account.auth_backends.AuthenticationBackend"
    )
    client.get("/rx1/data/choose/")  # so that there is a token to compare with, and the file is read
    said = {"csrfmiddlewaretoken": "x" * 64, "file": SimpleUploadedFile("forged.csv", b"a,b\n1,2\n")}
    answer = client.post("/rx1/data/choose/", said)
    assert answer.status_code == 403
    assert not Upload.objects.exists()
    assert kept_folders() == []


@pytest.mark.parametrize("key", ["line_manager", "viewer", "staff_side", "listener"])
def test_nothing_of_somebody_who_loads_nothing_reaches_the_disk(here: System, key: str) -> None:
    client = signed_in(somebody("Somebody", **{key: here.northmoor}))
    answer = client.post("/rx1/data/choose/", {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 404
    assert kept_folders() == []


def test_a_sending_that_breaks_off_leaves_nothing(here: System) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nhalf of it'
    kind = MULTIPART_CONTENT.partition("boundary=")[0] + "boundary=x"
    answer = analyst(here).generic("POST", "/rx1/data/choose/", body, kind)
    assert answer.status_code in (302, 422)
    assert len(kept_folders()) == Upload.objects.count()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Staff in post.xlsx", "Staff in post.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("C:\\files\\a.csv", "a.csv"),
        ("a\x00b\n\u202ec.csv", "a b c.csv"),
        ("", "file"),
        ("...", "file"),
        (".csv", "csv"),
        ("x" * 300 + ".csv", "x" * (LONGEST_NAME - 4) + ".csv"),
        ("<script>alert(1)</script>.csv", "script>.csv"),
        ("file.with a long ending", "file.with a long ending"),
    ],
)
def test_a_name_is_kept_without_paths_and_without_what_cannot_be_seen(sent: str, kept: str) -> None:
    assert clean_name(sent) == kept


def test_a_name_is_shown_as_words_and_never_as_a_page(here: System) -> None:
    client = analyst(here)
    client.post("/rx1/data/choose/", {"file": SimpleUploadedFile("a<b>&c.csv", b"a,b\n1,2\n")})
    page = client.get("/rx1/data/").content.decode()
    assert "a&lt;b&gt;&amp;c.csv" in page
    assert "a<b>" not in page


def test_an_upload_of_another_organisation_is_not_there(here: System) -> None:
    analyst(here).post("/rx1/data/choose/", {"file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    number = Upload.objects.get().pk
    other = signed_in(somebody("Other analyst", hr_analyst=here.southmoor))
    for address in (f"/rx1/data/{number}/", f"/rx2/data/{number}/", f"/rx2/data/{number}/undo/"):
        assert other.get(address).status_code == 404
    for what in ("say", "load", "drop", "undo"):
        assert other.post(f"/rx2/data/{number}/{what}/", {"known": 1}).status_code == 404
    assert Upload.objects.get().version == 1
