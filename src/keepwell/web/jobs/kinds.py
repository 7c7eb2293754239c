"""Which jobs are there?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

Work = Callable[..., None]
MOST_TIMES: Final = 5
LONGEST: Final = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A job that can be asked for by name.

    `most_times`: how often it is taken before it counts as failed. `quick`: a matter of seconds, also done by the
    worker that is kept free of long ones. `every`: it comes round by itself, so long after it last ended. `longest`: what
    takes longer hangs, and is ended together with its worker.
    """

    name: str
    work: Work
    most_times: int = MOST_TIMES
    quick: bool = False
    every: dt.timedelta | None = None
    longest: dt.timedelta = LONGEST


_KINDS: dict[str, Kind] = {}


def job(
    name: str,
    *,
    most_times: int = MOST_TIMES,
    quick: bool = False,
    every: dt.timedelta | None = None,
    longest: dt.timedelta = LONGEST,
) -> Callable[[Work], Work]:
    """Register `work(told, **arguments)` under a name: `@job("uploads.load")`.

    It may be done more than once, by a kill at the wrong moment; what it does inside `actions.finish_with` counts
    once. It says how far it is by `told.progress(share, step)`, which also ends it where it was cancelled. A
    KeepwellError of it is shown as it is and not tried again; anything else is tried again, `most_times` in all.
    """

    def register(work: Work) -> Work:
        if name in _KINDS:
            raise ValueError(f"two jobs are called {name}")
        _KINDS[name] = Kind(name, work, most_times, quick, every, longest)
        return work

    return register


def kind_called(name: str) -> Kind | None:
    return _KINDS.get(name)


def kinds() -> tuple[Kind, ...]:
    return tuple(_KINDS.values())


def arguments_kept(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments, if they are what a job may be given: numbers, yes or no, days, and short keys.

    Raises TypeError for a text with a blank or an @ in it, or a long one: a job is given the number of a row and
    looks up the rest, so that no name of a person and no address is ever in the queue.
    """
    for name, value in arguments.items():
        if not (value is None or isinstance(value, int | float) or _short_key(value)):
            raise TypeError(f"a job's argument {name} is not the number or key of something")
    return arguments


def _short_key(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 100 and not any(c.isspace() or c == "@" for c in value)
