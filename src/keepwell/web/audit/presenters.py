"""How does the register read?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from keepwell.disclosure.policies import HIDING_POLICIES
from keepwell.errors import counted
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import Broken, Seen

NOBODY = "Somebody who was not signed in"


@dataclass(frozen=True, slots=True)
class Line:
    """One event as a person reads it."""

    number: int
    at: dt.datetime
    who: str
    roles: str
    did: str
    what: str
    about: str
    place: str
    figures: str
    filters: str


def line(event: AccessEvent) -> Line:
    """An event in words."""
    return Line(
        event.number,
        timezone.localtime(event.at),
        event.name or NOBODY,
        event.roles,
        event.get_kind_display(),
        event.what,
        event.about,
        event.place_name,
        figures_in_words(event.policy),
        filters_in_words(event),
    )


def figures_in_words(policy: str) -> str:
    """What kind of figures a policy shows: "exact figures", "small numbers hidden", "published figures", or nothing."""
    if policy in HIDING_POLICIES:
        return "small numbers hidden"
    return {"internal": "exact figures", "published": "published figures"}.get(policy, "")


def filters_in_words(event: AccessEvent) -> str:
    """The filters of the page: "staff group: Midwives; sex: Female"."""
    parts = [f"{name.replace('_', ' ')}: {', '.join(values)}" for name, values in event.query.items() if values]
    return "; ".join(parts)


def in_words(seen: Seen, period: str = "This month") -> str:
    """A summary: "This month: 14 people viewed exact figures, 3 exports, 1 release upward."."""
    who = counted(seen.people_exact, "person", "people")
    return (
        f"{period}: {who} viewed exact figures, {counted(seen.exported, 'export')}, "
        f"{counted(seen.released, 'release')} upward."
    )


def this_month(now: dt.datetime | None = None) -> dt.datetime:
    """The first instant of the month that it is."""
    return timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def chain_in_words(broken: Broken | None, count: int, newest: int | None = None) -> str:
    """Whether the register is as it was written, all of its entries or only the newest of them that were read."""
    if broken is not None:
        return f"The register was tampered with at entry {broken.number:,}: {broken.why}."
    if newest is not None and newest < count:
        return f"The newest {newest:,} of {count:,} entries are whole: none changed or taken out."
    return f"The register is whole: {counted(count, 'entry', 'entries')}, none changed or taken out."
