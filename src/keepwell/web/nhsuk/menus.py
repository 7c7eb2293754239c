"""Which links does a person meet on every page? The slices above say so; this one asks them and knows none.

A slice adds its links when it starts (AppConfig.ready):

    menus.place_menu.append(links_of_dashboards)    # (request, place) -> links
    menus.account_menu.append(links_of_account)     # (request) -> links
    menus.place_switch.append(places_of_person)     # (request) -> links
    menus.act_menu.append(starts_of_plans)          # (request, place, what a page shows) -> links
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Link:
    """Words and where they lead. `posts` is a button, for what changes something: signing out.

    `covers`: other addresses, by how they begin, whose pages belong to it.
    """

    text: str
    href: str
    posts: bool = False
    order: int = 50
    covers: tuple[str, ...] = ()


OfPerson = Callable[[HttpRequest], Iterable[Link]]
OfPlace = Callable[[HttpRequest, Any], Iterable[Link]]
OfThing = Callable[[HttpRequest, Any, str], Iterable[Link]]

account_menu: list[OfPerson] = []
"""At the top right: the person's own pages, and signing out."""
site_menu: list[OfPerson] = []
"""Below the header where no place is chosen."""
place_menu: list[OfPlace] = []
"""Below the header of a place: how are we doing, compare, bring data in …"""
place_switch: list[OfPerson] = []
"""The places that a person may change to: the few that they use, and a page with all."""

act_menu: list[OfThing] = []
"""Beside something that a page of a place shows, named as in "measure:leaver_rate": what one can do about it."""


def gathered(asked: Iterable[Callable[..., Iterable[Link]]], *told: Any) -> list[Link]:
    """All the links that the slices give, the lowest order first."""
    return sorted((link for ask in asked for link in ask(*told)), key=lambda link: link.order)
