"""How does a mail let somebody in once, and nobody else?

A link holds a token that is made of the account as it is: Django's own, over the password, the last time of signing
in and the address. What it allows changes the account, so a link is used up by its use; none is kept anywhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.http import base36_to_int

from keepwell.web.accounts.models import User

LINK_IS_NOTHING: Final = "This link does not work, or no longer."
ASK_FOR_ANOTHER: Final = "ask for another link"


class Link(PasswordResetTokenGenerator):
    """Links of one kind, which hold for a time and are nothing to another kind."""

    def __init__(self, kind: str, holds: dt.timedelta) -> None:
        super().__init__()
        self.key_salt = f"keepwell.web.accounts.links.{kind}"
        self.holds = holds

    def check_token(self, user: User | None, token: str | None) -> bool:
        if not user or not token or not super().check_token(user, token):
            return False
        made = base36_to_int(token.split("-")[0])
        return bool(self._num_seconds(self._now()) - made <= self.holds.total_seconds())


INVITATION: Final = Link("invitation", dt.timedelta(days=7))
NEW_PASSWORD: Final = Link("new_password", dt.timedelta(hours=24))


def token_of(kind: Link, user: User) -> str:
    """The token of a link of that kind for somebody, as it stands in an address: number of the account and proof."""
    return f"{user.pk}-{kind.make_token(user)}"


def whose(kind: Link, token: str) -> User | None:
    """Whose link this is; None for one that is wrong, used up, too old, or of an account that is closed."""
    return _checked(kind, token, User.objects.filter(pk=_number(token), is_active=True).first())


def locked(kind: Link, token: str) -> User | None:
    """The same inside a transaction, with the account held: of two uses at once the second finds it used up."""
    return _checked(kind, token, User.objects.select_for_update().filter(pk=_number(token), is_active=True).first())


def _checked(kind: Link, token: str, user: User | None) -> User | None:
    if user is None or (kind is INVITATION) == bool(user.accepted_at):
        return None
    return user if kind.check_token(user, token.partition("-")[2]) else None


def _number(token: str) -> int:
    number = token.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0
