"""How does somebody get in? By an invitation, never by signing in.

What allauth would do beside signing in is closed here: no account is made, no mail leaves but through our own outbox,
and an account that is closed is told apart from a wrong password by nobody.
"""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth import authenticate
from django.http import HttpRequest

from keepwell.web.accounts.models import User


class NobodyJoinsBySigningIn(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth with its front door for new accounts locked."""

    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right",
        "incorrect_password": "The password is not right",
        "too_many_login_attempts": "Too many attempts. Wait five minutes and try again",
        "rate_limited": "Too many attempts. Wait five minutes and try again",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def populate_username(self, request: HttpRequest, user: Any) -> None:
        """There are no user names."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Whose address and password these are. Axes counts the wrong ones, under the address however it is typed."""
        address = str(credentials.get("email", ""))
        found = authenticate(request, **credentials, login=address.casefold())
        return found if isinstance(found, User) else None

    def is_ajax(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **options: Any) -> None:
        """Our own pages say what was done."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        raise AssertionError("mail leaves through the outbox only")


class SecondStepInOurWords(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second step, said as the rest of the site."""

    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "The code is not right, or has been used",
    }
