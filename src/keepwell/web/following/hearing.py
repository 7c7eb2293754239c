"""What does this slice hear of plans?"""

from __future__ import annotations

from typing import Any

from keepwell.web.following.reminding import tell_asked
from keepwell.web.plans.models import Action
from keepwell.web.plans.signals import owner_asked


def listen() -> None:
    """Whoever is asked to own an action gets a mail."""
    owner_asked.connect(_owner_asked, dispatch_uid="following_owner_asked")


def _owner_asked(sender: object, *, action: Action, **more: Any) -> None:
    tell_asked(action)
