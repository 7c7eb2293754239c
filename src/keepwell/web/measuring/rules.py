"""Whose figures stand on a measure's page?"""

from __future__ import annotations

from keepwell.web.accounts.abilities import SEE_FIGURES
from keepwell.web.accounts.rules import Standing


def cannot_see_exact(here: Standing | None) -> str | None:
    """Why somebody sees no exact figures of a place on a measure's page; None if they do."""
    if here is None:
        return "This is not yours to see."
    if SEE_FIGURES not in here.abilities or not here.exact:
        return f"Your role here ({here.in_words}) does not see exact figures."
    return None
