"""A worker that dies at a named point of an upload's way: `python dying_in_a_load.py HOME POINT`; no point: it works."""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from pathlib import Path
from typing import Any

POINTS = (
    "before looking",
    "after looking",
    "before reading",
    "after it is in force",
    "in the effect",
    "before the file goes",
)


def die(*given: Any, **named: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def around(owner: Any, name: str, *, after: bool) -> None:
    original = getattr(owner, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        if after:
            original(*given, **named)
        die()

    setattr(owner, name, wrapped)


def plant(point: str) -> None:
    from keepwell.web.uploads import actions, reading

    planted = {
        "before looking": (reading, "look_at", False),
        "after looking": (reading, "look_at", True),
        "before reading": (reading, "load_apart", False),
        "after it is in force": (reading, "load_apart", True),
        "in the effect": (actions, "loaded", True),
        "before the file goes": (actions, "discard", False),
    }
    owner, name, after = planted[point]
    around(owner, name, after=after)


def main(home: str, point: str = "") -> None:
    import django

    django.setup()
    from django.conf import settings

    settings.HOME = Path(home)
    from keepwell.web.jobs.working import Worker

    if point:
        plant(point)
    Worker(lease=dt.timedelta(seconds=2), pause=0.05).work_off()


if __name__ == "__main__":
    main(*sys.argv[1:])
