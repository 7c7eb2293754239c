"""What has been made of these records before?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import Lock, local
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import caches
from filelock import FileLock, Timeout

from keepwell.enquiries.kept_open import State, state_of
from keepwell.records.workspace import Workspace

Made = TypeVar("Made")
LOCKS, PATIENCE = 64, 30.0
_locks = tuple(Lock() for _ in range(LOCKS))
_making = local()


def kept(workspace: Workspace, of: tuple[Any, ...], make: Callable[[], Made]) -> Made:
    """What was made of this state of a workspace before; made and kept where it was not.

    `of` names what is made, a version of how first: values whose repr tells them apart. Errors are not kept.
    """
    told = repr((workspace.folder.name, rows_in_force(workspace.folder, state_of(workspace)), of))
    key = f"kept-{hashlib.sha256(told.encode()).hexdigest()}"
    cache = caches["pages"]
    found: Made | None = cache.get(key)
    if found is not None:
        return found
    with _one_at_a_time(key):
        found = cache.get(key)
        if found is None:
            found = make()
            cache.set(key, found)
    return found


@contextmanager
def _one_at_a_time(key: str) -> Iterator[None]:
    """Eight who ask for the same at once have it made once, in whichever process. What is made for something else waits
    for nobody, and nobody waits for ever: after a while it is made twice.
    """
    if getattr(_making, "something", False):
        yield
        return
    number = int(key[-8:], 16) % LOCKS
    with _locks[number]:
        _making.something = True
        try:
            with _one_process_at_a_time(number):
                yield
        finally:
            _making.something = False


@contextmanager
def _one_process_at_a_time(number: int) -> Iterator[None]:
    """The lock goes with its process, however that ends."""
    folder = Path(settings.HOME) / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"making-{number}.lock", timeout=PATIENCE, poll_interval=0.01)
    try:
        lock.acquire()
    except Timeout:
        yield
        return
    try:
        yield
    finally:
        lock.release()


@lru_cache(maxsize=64)
def rows_in_force(folder: Path, state: State) -> tuple[str, ...]:
    """Which rows are in force: handing something over to an audience makes a new state, and changes none of them."""
    return tuple(sorted(Workspace(folder).current().part_names))
