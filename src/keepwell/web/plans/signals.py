"""What do slices hear of that build on plans?

plan_copied.send(Plan, plan=, to=, by=)   what they keep beside a plan is copied by them
owner_asked.send(Action, action=, by=)    somebody was asked to own an action
"""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

plan_copied: Final = Signal()
owner_asked: Final = Signal()
