"""What do published figures say of organisations side by side, and what has been made of them before?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from keepwell.enquiries import Session
from keepwell.enquiries.kept_open import KeptOpen
from keepwell.reports.peer_choices import SOURCE, PeerChoices, PeerQuestion, peer_choices
from keepwell.reports.peer_page import PeerPage, peer_page, programme_page
from keepwell.web.accounts.abilities import LOAD_PUBLISHED
from keepwell.web.accounts.models import Grant, User
from keepwell.web.accounts.rules import grants_of
from keepwell.web.places.kept import kept
from keepwell.web.places.queries import published_workspace

VERSION: Final = 1
"""Changed whenever pages are made differently, so that those kept from before are not shown."""
MOST_NAMES: Final = 4

_open = KeptOpen(workspaces=1)


@contextmanager
def session() -> Iterator[Session]:
    """The newest published figures, kept open by this process."""
    with _open.session(published_workspace().folder) as found:
        yield found


def loaded() -> bool:
    """Whether published turnover is loaded."""
    return any(load.format == SOURCE for load in published_workspace().current().loads)


def choices() -> PeerChoices:
    def make() -> PeerChoices:
        with session() as found:
            return peer_choices(found)

    return kept(published_workspace(), ("comparing", VERSION, "choices"), make)


def page(question: PeerQuestion, own: tuple[str, ...]) -> PeerPage:
    """The page of a question, made once for each state of the published figures."""
    known = choices()

    def make() -> PeerPage:
        with session() as found:
            return peer_page(found, question, known, own)

    return kept(published_workspace(), ("comparing", VERSION, "page", question, own), make)


def programme(question: PeerQuestion, own: tuple[str, ...]) -> PeerPage:
    """The selection of the national programme, likewise."""
    known = choices()

    def make() -> PeerPage:
        with session() as found:
            return programme_page(found, question, known, own)

    return kept(published_workspace(), ("comparing", VERSION, "programme", question, own), make)


def own_codes(user: User) -> tuple[str, ...]:
    """The codes of the organisations at which somebody holds a role."""
    places = [grant.place.controller for grant in grants_of(user) if grant.place is not None]
    return tuple(sorted({place.code for place in places if place is not None and place.code}))


def loaders(user: User) -> list[str]:
    """The names of people who may load published files, the first few: of somebody's own organisations, no others'."""
    own = {grant.place.controller_id for grant in grants_of(user) if grant.place is not None}
    grants = (
        Grant.objects.in_force().filter(user__is_active=True, place__controller__in=own).select_related("user", "role")
    )
    return sorted({g.user.name for g in grants if LOAD_PUBLISHED in g.role.abilities})[:MOST_NAMES]
