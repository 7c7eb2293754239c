"""What the tests of uploads share: a site of its own, somebody signed in, a worker, and files made by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from cast import System
from cast import system as cast_system
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keepwell.web.accounts.models import User
from keepwell.web.jobs.working import Worker
from keepwell.web.uploads.models import Upload
from keepwell.web.uploads.quarantine import quarantine


@pytest.fixture(name="here")
def site(settings: Any, tmp_path: Path) -> System:
    """The cast, on a site whose home is empty."""
    settings.HOME = tmp_path / "home"
    return cast_system()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def work_off() -> None:
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()


def kept_folders() -> list[str]:
    """The folders in which files wait."""
    return sorted(path.name for path in quarantine().iterdir())


def send(client: Client, name: str, content: bytes, place: str = "rx1") -> Upload:
    """Send a file and have it looked at."""
    answer = client.post(f"/{place}/data/choose/", {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return Upload.objects.latest("pk")


def decided(upload: Upload, **more: Any) -> dict[str, Any]:
    """The form that loads an upload, with everything ticked that it asks for."""
    looked = upload.looked
    take = [name for name in looked["can_be_left_out"] if name not in looked["left_out"]]
    ticked = {f"accept_{n}": "on" for n in range(len(looked["check"]["decisions"]))}
    return {"known": upload.version, "take": take, **ticked, **more}


def bring_in(client: Client, name: str, content: bytes, place: str = "rx1") -> Upload:
    """Send a file, accept what is to be decided, and have it loaded."""
    upload = send(client, name, content, place)
    answer = client.post(f"/{place}/data/{upload.pk}/load/", decided(upload))
    assert answer.status_code == 302, answer.content.decode()
    work_off()
    return Upload.objects.get(pk=upload.pk)


def staff_in_post(month: str, people: range, code: str = "RX1", unit: str = "Ward 7") -> bytes:
    """A month's staff in post, by hand in the headings of ESR: nurses of one ward, and a doctor a ten."""
    lines = [
        "Effective Date,Employee Number,Assignment Number,Organisation Code,Assignment Status,Staff Group,"
        "Pay Scale,Contracted FTE,Directorate,Department,Latest Start Date,Ethnic Origin,Religious Belief,Sexual Orientation"
    ]
    for number in people:
        group = "Medical and Dental" if number % 10 == 0 else "Nursing and Midwifery Registered"
        lines.append(
            f"{month},{10000000 + number},{10000000 + number}-2,{code},Active Assignment,{group},"
            f"Band 5,1.0,Surgery,{unit},2019-04-01,A White - British,Quakerism,Heterosexual"
        )
    return ("\r\n".join(lines) + "\r\n").encode()
