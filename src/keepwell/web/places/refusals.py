"""How is somebody told that what they asked for is not allowed?"""

from __future__ import annotations

from collections.abc import Callable

from keepwell.errors import KeepwellError


class NotAllowed(KeepwellError):
    """A rule says no. `wrong` is the rule's own sentence, the one that stands beside the button."""


class Quicker(NotAllowed):
    """Somebody else has changed the same since the page was opened."""


def refuse(
    reason: str | None, *, found: str, attempt: str = "choose something else, or ask whoever keeps the site"
) -> None:
    """Raises NotAllowed with the reason, if there is one."""
    if reason is not None:
        raise NotAllowed(reason, found=found, attempt=attempt)


def why_not(change: Callable[[], object]) -> str | None:
    """Make a change; None where it is made. Else why not: somebody else was quicker, and the rule says no by now."""
    try:
        change()
    except NotAllowed as refusal:
        return refusal.wrong
    return None
