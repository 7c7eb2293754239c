"""Who does the jobs?

    python -m keepwell.web.jobs.worker

Any number may run at once. A thread in each does what is quick, so that a mail does not wait behind a large file.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import shutil
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import BaseFileLock, FileLock, Timeout

if TYPE_CHECKING:
    from keepwell.web.jobs.working import Worker

LEASE: Final = 30.0
PAUSE: Final = 0.5
_held: Final[list[BaseFileLock]] = []
"""For as long as this process lives."""
MEGABYTES: Final = 100
"""What counting may take in a worker: with the program and a process that reads it stays under 512 MB."""


def main(arguments: list[str] | None = None) -> None:
    """Work until told to stop by SIGTERM or SIGINT: the job at hand is then left to the next worker."""
    parser = argparse.ArgumentParser(
        prog="python -m keepwell.web.jobs.worker", description="Does the jobs of the site."
    )
    parser.add_argument("--quick", action="store_true", help="only jobs that are a matter of seconds")
    parser.add_argument("--with-parent", action="store_true", help="end when whoever started this has ended")
    parser.add_argument("--until-done", action="store_true", help="end when nothing is to be done")
    parser.add_argument(
        "--lease", type=float, default=LEASE, help="seconds until another takes over from one that died (%(default)s)"
    )
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two looks (%(default)s)")
    told = parser.parse_args(arguments)
    parent = os.getppid() if told.with_parent else None
    worker = started(lease=told.lease, pause=told.pause, quick=told.quick, parent=parent)
    _keep_small()
    worker.stop_when_told()
    if told.until_done:
        worker.work_off()
    else:
        with contextlib.nullcontext() if told.quick else worker.quick_beside():
            worker.work()


def started(*, lease: float = LEASE, pause: float = PAUSE, quick: bool = False, parent: int | None = None) -> Worker:
    """A worker, once the site is set up in this process."""
    import django  # noqa: PLC0415 (models need the site set up first)

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keepwell.web.config.settings")
    django.setup()
    from keepwell.web.jobs.working import Worker  # noqa: PLC0415 (as above)

    return Worker(lease=dt.timedelta(seconds=lease), pause=pause, quick=quick, parent=parent)


def _keep_small() -> None:
    """Count within MEGABYTES; what is more lies in a folder of this process. What dead ones left there goes."""
    from django.conf import settings  # noqa: PLC0415 (as above)

    from keepwell.records.engines import stay_within  # noqa: PLC0415 (as above)

    stay_within(MEGABYTES, _own_folder(Path(settings.HOME) / "cache" / "room"))


def _own_folder(room: Path) -> Path:
    """A folder for this process alone. One whose lock nobody holds was a dead worker's, and is deleted."""
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in room.glob("*.lock"):
        with contextlib.suppress(Timeout), FileLock(left, timeout=0):
            shutil.rmtree(left.with_suffix(""), ignore_errors=True)
            left.unlink(missing_ok=True)
    mine = room / uuid.uuid4().hex
    lock = FileLock(mine.with_suffix(".lock"))
    lock.acquire()
    _held.append(lock)
    mine.mkdir(mode=0o700)
    return mine


if __name__ == "__main__":
    main()
