"""Where do papers lie until they are taken away, and when are they gone?

Outside of all that is served, under names that nobody can guess. A paper counts as made when its bytes, its folder and the
row that names it are on the disk, in this order; what no row names is swept away.
"""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Final

from django.conf import settings

from keepwell.errors import KeepwellError
from keepwell.records.workspace import make_sure_of_folder, write_whole
from keepwell.web.papers.models import Paper, drawn_name

BEING_MADE: Final = 6 * 3600.0
"""Seconds after which a file that no row names was left behind by something that broke off."""


class PaperLost(KeepwellError):
    """A paper that is not there as it was made. It is not given to anybody."""


def folder() -> Path:
    found = Path(settings.HOME) / "papers"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def keep(content: bytes) -> str:
    """Have a paper on the disk for good: the name that it is kept as."""
    name = drawn_name()
    write_whole(folder() / name, content, mode=0o600)
    make_sure_of_folder(folder())
    return name


def content_of(paper: Paper) -> bytes:
    """What was made. Raises PaperLost where it is not there, or is not that any more."""
    try:
        content = (folder() / paper.kept_as).read_bytes() if paper.kept_as else b""
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != paper.sha256:
        raise PaperLost(
            "This paper is not there as it was made.", found="another file, or none", attempt="ask for it anew"
        )
    return content


def sweep() -> int:
    """Delete what no row names, if nobody can be about to name it: how many files were deleted."""
    named = set(Paper.objects.exclude(kept_as="").values_list("kept_as", flat=True))
    old = [path for path in folder().iterdir() if path.name not in named and _age(path) > BEING_MADE]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def discard(name: str) -> None:
    """The file is no more."""
    if name:
        (folder() / name).unlink(missing_ok=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0
