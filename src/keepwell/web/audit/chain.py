"""What binds each event of the register to the one before it?"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

BEGINNING: Final = "0" * 64
"""What stands before the first event."""


def hash_of(previous: str, number: int, at: dt.datetime, words: Sequence[object], query: Mapping[str, object]) -> str:
    """SHA-256 over an event and the hash of the one before it, as 64 hexadecimal digits.

    Nothing of an event can be changed without another hash, and no event be taken out without breaking the next.
    """
    instant = at.astimezone(dt.UTC).isoformat(timespec="microseconds")
    content = [previous, number, instant, *words, dict(query)]
    whole = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
