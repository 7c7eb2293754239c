"""In which database does the site keep what it keeps?"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from keepwell.errors import KeepwellError

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; "
    "PRAGMA busy_timeout=20000;"
)
"""Nothing acknowledged is lost in a power cut; what is deleted is gone from the file."""


def database(home: Path, address: str) -> dict[str, Any]:
    """Django's settings of a database: SQLite in the home folder, or the PostgreSQL of an address.

    An address is postgresql://user:password@host:port/name. Raises KeepwellError for any other.
    """
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "keepwell.sqlite3",
            "OPTIONS": {"init_command": SQLITE_PRAGMAS, "transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    parts = urlsplit(address)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise KeepwellError(
            "KEEPWELL_DATABASE is not the address of a PostgreSQL database.",
            found=f"an address that begins with {parts.scheme or 'nothing'}:",
            attempt="postgresql://user:password@host:5432/name, or leave it out for SQLite",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }
