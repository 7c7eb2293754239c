"""Which values are there to be cited, and who gives them?

A slice that has numbers or findings gives a provider here when it is ready; a slice that wants some asks by measure. So
the two need not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from keepwell.errors import KeepwellError
from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place

PUBLISHED: Final = "published"
"""The policy of a value that everybody may see."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it may be shown to whoever asked, and cited.

    `key` is the same from month to month. `policy` says under which disclosure policy it was made: "internal", the name
    of a hiding policy, or PUBLISHED. `place` is what it is of; None for the nation. `number` is a fraction for a share.
    """

    key: str
    label: str
    words: str
    period: str
    definition: str
    policy: str
    link: str
    place: Place | None = None
    number: float | None = None
    change: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for at a place: measures by name, and leaving reasons or groups of them by name."""

    place: Place
    measures: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


Provider = Callable[[User, Asked], Iterable[Value]]
_PROVIDERS: Final[list[Provider]] = []


def provide(provider: Provider) -> None:
    """Add a slice's provider, once. It gives only what the person may see, and raises KeepwellError where it cannot."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def values_for(user: User, asked: Asked) -> list[Value]:
    """Everything that there is to cite, of every slice. A provider that cannot answer gives nothing."""
    found: list[Value] = []
    for provider in _PROVIDERS:
        try:
            found += provider(user, asked)
        except KeepwellError:
            continue  # the page of that number says why
    return found
