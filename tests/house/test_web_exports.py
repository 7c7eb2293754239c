"""Does anything leave the site past the one way out, which the register sees?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import keepwell

WEB = Path(keepwell.__file__).parent / "web"
WAYS_OUT = re.compile(
    r"Content-Disposition|content_disposition_header|FileResponse|StreamingHttpResponse|as_attachment"
)
MODULES = sorted(WEB.rglob("*.py"))


def ways_out(text: str) -> list[str]:
    return WAYS_OUT.findall(text)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(WEB).as_posix())
def test_files_leave_by_the_exports_only(path):
    if path.relative_to(WEB).as_posix() != "exports/responses.py":
        assert ways_out(path.read_text("utf-8")) == [], "use keepwell.web.exports.responses: the register has to see it"


@pytest.mark.parametrize(
    "planted",
    [
        'response["Content-Disposition"] = "attachment"',
        "return FileResponse(open(path, 'rb'))",
        "return StreamingHttpResponse(rows)",
    ],
)
def test_another_way_out_would_be_noticed(planted):
    assert ways_out(planted)
