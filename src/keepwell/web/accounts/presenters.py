"""Which of their own pages does somebody find at the top of every page?"""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest
from django.urls import reverse

from keepwell.web.nhsuk.menus import Link


def links_of_account(request: HttpRequest) -> Iterable[Link]:
    """The person's name, which leads to their account, and the button that signs out."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        yield Link(user.name, reverse("my_account"), order=80)
        yield Link("Sign out", reverse("account_logout"), posts=True, order=90)
