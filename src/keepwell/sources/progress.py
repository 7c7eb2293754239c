"""How far is a file read? Whoever waits for a large one wants to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Tell = Callable[[float, str], None]
"""Takes the share done of a step, from 0 to 1, and the step in words: "reading", "checking", "putting in force"."""

READING, CHECKING, PUTTING_IN_FORCE = "reading", "checking", "putting in force"
_TELL: ContextVar[Tell | None] = ContextVar("tell", default=None)


@contextmanager
def told_to(tell: Tell | None) -> Iterator[None]:
    """Tell somebody, as long as this lasts."""
    before = _TELL.set(tell)
    try:
        yield
    finally:
        _TELL.reset(before)


def tell(step: str, done: int = 0, of: int = 1) -> None:
    """Tell whoever wants to know, if anybody does."""
    if (listener := _TELL.get()) is not None:
        listener(min(done / of, 1.0) if of else 1.0, step)
