"""Of what that happens to accounts and roles does somebody get a mail, in which words, and where does it lead?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from keepwell.web.accounts.models import User
from keepwell.web.accounts.telling import EVENTS, told
from keepwell.web.mail.actions import post

NOT_YOU: Final = "If this was not you, tell whoever keeps the site."


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says, and the name of the page it leads to; `lets_in` is the kind of secret in the link."""

    words: str
    page: str = "home"
    lets_in: str = ""

    @property
    def link(self) -> str:
        if not self.lets_in:
            return reverse(self.page)
        return reverse(self.page, kwargs={"token": "TOKEN"}).replace("TOKEN", f"{{{self.lets_in}}}")


WORDS: Final = {
    "invited": Words(
        "Somebody has invited you to use this site. Follow the link to choose a password. "
        "The link works once, and for a week.",
        "invitation",
        "invitation",
    ),
    "password_asked": Words(
        "Somebody, we hope you, has asked for a new password for your account. Follow the link to choose one. "
        "The link works once, and for a day. If it was not you, there is nothing you need to do.",
        "new_password",
        "new_password",
    ),
    "password_changed": Words(f"The password of your account was changed. {NOT_YOU}", "my_account"),
    "second_step_off": Words(f"Signing in to your account now takes a password alone. {NOT_YOU}", "my_account"),
    "granted": Words("You can do more on this site than before. Sign in to see what."),
    "exact_waiting": Words(
        "A role that opens exact figures has been given to somebody. It is not in force until a second person has "
        "confirmed it. Sign in to see whose it is, and where."
    ),
    "exact_opened": Words(
        "A role that opens exact figures is now in force. You are told because you lead on information governance. "
        "Sign in to see whose it is, and where."
    ),
    "closed": Words("Your account on this site has been closed. If you still need it, ask whoever keeps the site."),
}


def listen() -> None:
    told.connect(_told, dispatch_uid="mail_told")


def _told(sender: object, *, event: str, to: User, **more: Any) -> None:
    said = WORDS[event]
    post(to=to, subject=EVENTS[event], words=said.words, link=said.link)
