"""A process that reads the files it is told of, each in a fork, so that one that crashes ends nothing else.

    python tests/mutated/reading_child.py FOLDER

Standard input holds a path a line; for each, standard output says how it ended: "answer", "refused", "fault WHERE" (an
error that is no KeepwellError) or "signal N". A fork has SECONDS and MEMORY, as a process of `apart` has.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from pathlib import Path

from keepwell.errors import KeepwellError
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions, apart
from keepwell.sources.apart_limits import limit_this_process
from keepwell.sources.looking import look

SECONDS, MEMORY = 60, 2_000_000_000
OPTIONS = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2026, 1, 15), day_first=True)


def read(path: Path, folder: Path) -> str:
    try:
        look(path, OPTIONS, Workspace(folder))
    except KeepwellError as refusal:
        return "refused" if str(refusal).count("\n") == 2 else "fault: not three lines"
    except BaseException as fault:
        return f"fault {apart._where(fault)}"
    return "answer"


def in_a_fork(path: Path, folder: Path) -> str:
    read_end, write_end = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        limit_this_process(MEMORY, SECONDS)
        os.write(write_end, read(path, folder).encode())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as told:
        said = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return said or (f"signal {-status}" if status < 0 else f"fault: status {status}")


if __name__ == "__main__":
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a crash prints
    for line in sys.stdin:
        sys.stdout.write(in_a_fork(Path(line.rstrip("\n")), Path(sys.argv[1])) + "\n")
        sys.stdout.flush()
