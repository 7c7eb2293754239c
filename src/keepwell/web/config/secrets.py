"""With which secret does the site sign?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from keepwell.records.workspace import write_whole


def secret_key(home: Path) -> str:
    """The secret of KEEPWELL_SECRET_KEY, else the one kept in the home folder, else one for this process alone.

    Reading the settings writes nothing: `keep_a_secret` does, before the site is first served.
    """
    if given := os.environ.get("KEEPWELL_SECRET_KEY"):
        return given
    path = _file(home)
    return path.read_text("ascii") if path.is_file() else secrets.token_urlsafe(64)


def keep_a_secret(home: Path) -> None:
    """Make the home folder and a secret in it, readable by its owner only, unless there is one."""
    home.mkdir(parents=True, exist_ok=True)
    if not _file(home).is_file():
        write_whole(_file(home), secrets.token_urlsafe(64).encode(), mode=0o600)


def _file(home: Path) -> Path:
    return home / "secret.key"
