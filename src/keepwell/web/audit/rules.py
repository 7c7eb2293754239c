"""Who may read the register of an organisation?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import SEE_REGISTER
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot
from keepwell.web.places.models import Place


def cannot_see_register(by: User, place: Place) -> str | None:
    """Why somebody cannot see who has seen and taken what at a place; None if they can."""
    return cannot(by, SEE_REGISTER, place)
