"""Who sees how organisations compare by their published figures?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import SEE_FIGURES
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import grants_of


def cannot_compare(user: User) -> str | None:
    """Why somebody cannot see published figures side by side; None if they can, at whatever place their role is."""
    if any(grant.place is not None and SEE_FIGURES in grant.role.abilities for grant in grants_of(user)):
        return None
    return "Your role shows no figures."
