"""From what can a plan begin, so that nobody types the same thing twice?

It is named in an address: "round:12:flexible_working" (an item of a round; "round:12" is all that is red or not done in
it), "aim:coaching", "gap:system:returner", "loss:trainee:deferrals", "measure:leaver_rate", "case:<key>",
"offer:<key>", "topic:<key>", "action:<key>" of our content. What somebody may not see is not there for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from keepwell.web.accounts.models import User
from keepwell.web.places.models import Place
from keepwell.web.plans import start_elsewhere, start_rounds
from keepwell.web.plans.start_parts import Origin

Finder = Callable[[Place, User, list[str]], Origin | None]

FINDERS: Final[Mapping[str, Finder]] = {
    "round": start_rounds.of_round,
    "aim": start_elsewhere.of_aim,
    "gap": start_elsewhere.of_gap,
    "loss": start_elsewhere.of_loss,
    "measure": start_elsewhere.of_measure,
    "case": start_elsewhere.of_case,
    "offer": start_elsewhere.of_offer,
    "action": start_elsewhere.of_action,
    "topic": start_elsewhere.of_topic,
}


def find(key: str, place: Place, *, by: User) -> Origin | None:
    """What a plan of a place could begin from, by its name in an address; None where there is none, or not for them."""
    kind, *rest = key.split(":")
    return FINDERS[kind](place, by, rest) if kind in FINDERS and rest and all(rest) else None
