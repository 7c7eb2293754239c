"""Whatever is sent, whoever sent it gets a page: no fault of ours, no hang, no word of how we are made."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator

import pytest
from cast import System, somebody
from django.core.files.uploadedfile import SimpleUploadedFile
from uploading import signed_in, site, staff_in_post, work_off  # noqa: F401 (a fixture)

from keepwell.web.jobs.models import Job
from keepwell.web.uploads.models import READY, REFUSED, Upload

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]
STAFF = staff_in_post("30/09/2025", range(1, 61))
IN_CI = 8


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", content)
    return file.getvalue()


def mutated(seed: int) -> Iterator[tuple[str, bytes]]:
    """Files as they are never meant to be, drawn from a seed."""
    rng = random.Random(seed)
    ways = (
        lambda c: c[: rng.randrange(len(c))],
        lambda c: c.replace(b",", rng.choice([b";", b"\t", b"|", b",,"])),
        lambda c: c.decode().encode(rng.choice(["utf-16", "utf-32", "cp037", "utf-8-sig"])),
        lambda c: bytes(b if rng.random() > 0.01 else rng.randrange(256) for b in c),
        lambda c: c.replace(b"\r\n", rng.choice([b"\r", b"\n\n", b"\x00\r\n"])),
        lambda c: b'"' + c,
        lambda c: c.replace(
            b"Ward 7", rng.choice([b"=cmd|' /C calc'!A0", b"<script>alert(1)</script>", "\u202e\ud7ff".encode()])
        ),
        zipped,
        lambda c: c.replace(b"2025", rng.choice([b"9999", b"0000", b"20250"])),
        lambda c: c.replace(b"Staff Group", b"\x00" * rng.randrange(1, 50)),
        lambda c: c.replace(b"1.0", rng.choice([b"1e308", b"NaN", b"-1", b"inf", b"1,0"])),
        lambda c: c.split(b"\r\n")[0] * rng.randrange(1, 30),
        lambda c: rng.randbytes(rng.randrange(1, 5000)),
    )
    while True:
        content = STAFF
        for way in rng.sample(ways, rng.randrange(1, 3)):
            try:
                content = way(content)
            except UnicodeDecodeError:
                continue
        name = rng.choice(["a.csv", "a.xlsx", "a.ods", "a.txt", "a.zip", "a", "a.csv.gz", "\u202e\x07.xls"])
        yield name, content or b"\x00"


def trial(here: System, seed: int, number: int) -> None:
    client = signed_in(somebody(f"HR analyst {seed}", hr_analyst=here.northmoor))
    files = mutated(seed)
    for _ in range(number):
        name, content = next(files)
        assert client.post("/rx1/data/choose/", {"file": SimpleUploadedFile(name, content)}).status_code == 302
        work_off()
        upload = Upload.objects.latest("pk")
        page = client.get(f"/rx1/data/{upload.pk}/")
        text = page.content.decode()
        assert page.status_code == 200, (seed, name)
        assert upload.state in (READY, REFUSED), (seed, name, upload.state)
        assert "Traceback" not in text
        assert "<script>alert" not in text
        assert "1000000" not in text, "a number of a person is shown"
        assert client.get("/rx1/data/").status_code == 200
        client.post(f"/rx1/data/{upload.pk}/drop/", {"known": upload.version})
    assert not Job.objects.filter(state="failed").exists()


def test_mutated_files_get_a_page(here: System) -> None:
    trial(here, 1, IN_CI)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100))
def test_ten_thousand_mutated_files_get_a_page(here: System, seed: int) -> None:
    trial(here, seed + 2, 100)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"known": "x"},
        {"known": "-1"},
        {"known": "9" * 400},
        {"known": "1", "take": ["nothing", "\x00"]},
        {"known": "1", "month-month": "13", "month-year": "\x00", "heading_0": "person\x00"},
        {"known": "1", "day_first": "maybe", "accept_0": "\ud7ff"},
    ],
)
def test_mutated_forms_get_a_page(here: System, form: dict[str, str]) -> None:
    client = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    client.post("/rx1/data/choose/", {"file": SimpleUploadedFile("a.csv", STAFF)})
    work_off()
    number = Upload.objects.get().pk
    for what in ("load", "say", "drop", "undo"):
        assert client.post(f"/rx1/data/{number}/{what}/", form).status_code in (302, 409, 422), what
