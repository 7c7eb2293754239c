"""What happened at a place that a chart of one of its measures should show: an action began, a scheme ended?

A slice that knows of such days gives a provider here when it is ready; a slice that draws asks. So the two need not
know each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place


@dataclass(frozen=True, slots=True)
class Mark:
    """A day with a few words for it, and the page that says more."""

    on: dt.date
    words: str
    link: str = ""


Provider = Callable[[User, Place, str], Iterable[Mark]]
_PROVIDERS: Final[list[Provider]] = []


def provide_marks(provider: Provider) -> None:
    """Add a slice's provider, once: of a person, a place and a measure's name it gives only what they may see."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def marks_for(user: User, place: Place, measure: str) -> list[Mark]:
    """Every day that belongs on a chart of the measure at the place, the earliest first."""
    found = (mark for provider in _PROVIDERS for mark in provider(user, place, measure))
    return sorted(found, key=lambda mark: mark.on)
