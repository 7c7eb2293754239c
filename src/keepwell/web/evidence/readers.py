"""May somebody know that evidence stands beside a thing? The slice that the thing is of says so.

A slice gives its answer here when it is ready; of what no slice answers for, nobody is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keepwell.web.accounts.models import User

NOT_YOURS: Final = "This is not yours to see."
Reader = Callable[[User, str], str | None]
_READERS: Final[dict[str, Reader]] = {}


def answer_for(prefix: str, reader: Reader) -> None:
    """Let a slice answer for the subjects that begin so ("plans."): why somebody cannot see one, None if they can."""
    _READERS[prefix] = reader


def cannot_know(user: User, subject: str) -> str | None:
    """Why somebody is not told that something stands beside a subject; None if they are."""
    reader = next((reader for prefix, reader in _READERS.items() if subject.startswith(prefix)), None)
    return reader(user, subject) if reader is not None else NOT_YOURS
