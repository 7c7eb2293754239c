"""How large is the group behind a figure, as far as somebody may know it?

A slice that knows sizes gives a provider here when it is ready; a slice that asks gets the class of a size, and never the
size. So the two need not know each other, and what is said of a class tells nobody how many there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from keepwell.enquiries.people_behind import Behind
from keepwell.errors import KeepwellError
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

Provider = Callable[[User, Place, str], Behind | None]
_PROVIDERS: Final[list[Provider]] = []


def provide_sizes(provider: Provider) -> None:
    """Add a slice's provider, once: of a person, a place and a measure's name it tells the class that they may know."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def size_for(user: User, place: Place, measure: str) -> Behind | None:
    """The class of the group behind a measure at a place; None where nobody tells. Several: the first that knows."""
    for provider in _PROVIDERS:
        try:
            found = provider(user, place, measure)
        except KeepwellError:
            continue  # the page of that number says why
        if found is not None:
            return found
    return None
