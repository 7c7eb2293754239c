"""Who hears of what happened to accounts and roles? Whatever listens: the mail slice does."""

from __future__ import annotations

from django.dispatch import Signal

from keepwell.web.accounts.models import User

told = Signal()
"""Sent inside the transaction of what happened, with `event`, `to` and `by`."""

EVENTS = {
    "invited": "You have been invited",
    "password_asked": "Choose a new password",
    "password_changed": "Your password was changed",
    "second_step_off": "Your second step at signing in was switched off",
    "granted": "You have been given a role",
    "exact_waiting": "Somebody is to see exact figures, and a second person has to confirm it",
    "exact_opened": "Somebody may now see exact figures",
    "closed": "Your account has been closed",
}
"""What can be told of, as the subject of a mail."""


def tell(event: str, *, to: User, by: User) -> None:
    """Let whatever listens know. A listener that fails takes the transaction with it: nothing goes untold."""
    assert event in EVENTS, event
    told.send(sender=User, event=event, to=to, by=by)
