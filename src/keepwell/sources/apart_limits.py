"""How much may a process that reads a stranger's file take?"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Final

resource: ModuleType | None
try:
    import resource
except ImportError:  # Windows
    resource = None

CAN_LIMIT_MEMORY: Final = resource is not None and sys.platform == "linux"
"""Elsewhere the system has no limit that holds: there only the time is limited."""
MODEST: Final = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_TRIM_THRESHOLD_": "1000000",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "OMP_NUM_THREADS": "2",
    "ARROW_IO_THREADS": "2",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""With these in its environment a process gives memory back as soon as it can."""
ONLY_RESERVED: Final = 150_000_000
"""What a process may reserve without ever holding it, such as room for the stacks of threads."""
CPUS: Final = 2
NICENESS: Final = 5


def limit_this_process(memory: int, seconds: float) -> None:
    """Let this process take so much memory and time and no more, and be polite to others.

    The system counts what may be written to (RLIMIT_DATA); whoever started the process looks at what it holds.
    """
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CPUS])
    if resource is None:
        return
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the people of the file
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds * CPUS) + 1, int(seconds * CPUS) + 2))
    if CAN_LIMIT_MEMORY:
        resource.setrlimit(resource.RLIMIT_DATA, (memory + ONLY_RESERVED, memory + ONLY_RESERVED))


def memory_of(process: int) -> int:
    """The bytes that a process holds; 0 where the system does not tell."""
    try:
        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
