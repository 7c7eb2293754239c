"""Where do the documents beside plans lie, and are they still what they were?

Each under a name that we drew, outside of everything that is served, for the site's owner alone. A document counts as
kept when its bytes, its folder and the row that names it are on the disk, in this order; what no row names is swept
away.
"""

from __future__ import annotations

import hashlib
import time
import uuid
from pathlib import Path
from typing import Final

from django.conf import settings

from keepwell.errors import KeepwellError
from keepwell.records.workspace import make_sure_of_folder, write_whole
from keepwell.web.plans.models import Attachment

UNNAMED_FOR: Final = 3600
"""Seconds after which a file that no row names was left behind by something that broke off."""


class DocumentLost(KeepwellError):
    """A document that is no longer there, or no longer what was attached. It is not given to anybody."""


def folder() -> Path:
    found = Path(settings.HOME) / "attachments"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def keep(content: bytes) -> tuple[str, str]:
    """Have a document on the disk for good: the name that we drew for it, and its SHA-256."""
    name = uuid.uuid4().hex
    write_whole(folder() / name, content, mode=0o600)
    make_sure_of_folder(folder())
    return name, hashlib.sha256(content).hexdigest()


def content_of(attachment: Attachment) -> bytes:
    """What was attached. Raises DocumentLost where it is not there, or is not that any more."""
    try:
        content = (folder() / attachment.kept_as).read_bytes()
    except OSError:
        raise _lost("no file") from None
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        raise _lost("a file that was changed since it was attached")
    return content


def sweep() -> int:
    """Delete what no row names, if nobody can be about to name it: how many were deleted."""
    named = set(Attachment.objects.values_list("kept_as", flat=True))
    old = [path for path in folder().iterdir() if path.name not in named and _age(path) > UNNAMED_FOR]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:
        return 0.0


def _lost(found: str) -> DocumentLost:
    return DocumentLost(
        "This document is not there as it was attached.",
        found=found,
        attempt="ask whoever keeps the site to put it back from a copy, or attach it again",
    )
