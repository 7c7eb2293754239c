"""Which number of GPs who were lost cannot be right?"""

from __future__ import annotations


def cannot_have_lost(number: int | None, of: int | None, period: str) -> str | None:
    """Why a number of those who were lost cannot be right as it is said; None if it can. No number: not known."""
    if number is None:
        return "A number that is not known is of nobody, and of no time." if of is not None or period else None
    if of is not None and number > of:
        return f"{number:,} cannot be lost of {of:,}."
    return None if period.strip() else "Say in which time that was."
