"""What does every page say of the site and of who looks at it?

Nothing is asked of the database before a template asks for it, so that the page for a broken site needs none.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from keepwell.web.nhsuk import menus
from keepwell.web.nhsuk.menus import Link

VERSION: Final = version("keepwell")
FOOTER: Final = (
    ("library", "Library"),
    ("not_for", "What it must not be used for"),
    ("privacy", "Privacy"),
    ("accessibility", "Accessibility statement"),
)
"""The pages that everybody may read, by the name of their address; one that the site does not have is left out."""


class Site:
    """The site as its pages name it, and the links of the person who asks.

    Without a request, or before it is known who asks (an address that is refused at the door), there are no links.
    """

    def __init__(self, request: HttpRequest | None) -> None:
        self._request = request if hasattr(request, "user") else None

    @property
    def name(self) -> str:
        return str(settings.SITE_NAME)

    @property
    def nhs_logo(self) -> bool:
        return bool(settings.NHS_LOGO)

    @property
    def is_demo(self) -> bool:
        return bool(settings.IS_DEMO)

    @property
    def version(self) -> str:
        return VERSION

    @property
    def footer(self) -> list[Link]:
        return [Link(text, href) for name, text in FOOTER if (href := _address(name))]

    @property
    def account(self) -> list[Link]:
        return menus.gathered(menus.account_menu, self._request) if self._request else []

    @property
    def places(self) -> list[Link]:
        return menus.gathered(menus.place_switch, self._request) if self._request else []

    def navigation(self, place: Any = None) -> list[Link]:
        """The links below the header: of the place, or of the site where there is none."""
        if self._request is None:
            return []
        if place is None:
            return menus.gathered(menus.site_menu, self._request)
        return menus.gathered(menus.place_menu, self._request, place)

    def acts(self, place: Any, thing: str) -> list[Link]:
        """What the person can do about something that a page of a place shows: see `menus.act_menu`."""
        return menus.gathered(menus.act_menu, self._request, place, thing) if self._request else []

    def current(self, links: list[Link]) -> str:
        """The address among these links that the page lies under; the longest where several do.

        Every page lies under "/", which is current for itself alone.
        """
        path = self._request.path if self._request else ""
        begins = [(begin, link.href) for link in links for begin in (link.href, *link.covers)]
        above = [(begin, href) for begin, href in begins if path == begin or (begin != "/" and path.startswith(begin))]
        return max(above, key=lambda one: len(one[0]), default=("", ""))[1]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`, for every page that is drawn for a request."""
    return {"site": Site(request)}
