"""How does somebody find their places, and what they can do in each?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest
from django.urls import reverse

from keepwell.errors import counted
from keepwell.web.accounts.abilities import ABILITIES, LOAD_DATA, MANAGE_PEOPLE, RELEASE, SEE_FIGURES, SEE_REGISTER
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.queries import with_ability
from keepwell.web.accounts.rules import Standing, cannot, grants_of, standing
from keepwell.web.following.queries import due_for
from keepwell.web.home.queries import files_that_wait, grants_to_confirm, has_records, places_held
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import ICB, NATION, NETWORK, REGION, Place
from keepwell.web.plans.queries import actions_with

FEW: Final = 7
"""Places in the switch at the top of a page; all of them stand on the first page."""
POLICIES: Final = {"internal": "exact figures", "": "no figures"}


@dataclass(frozen=True, slots=True)
class Mine:
    """A place of somebody's: what they are there, what they see and may do, where to go, and what is missing."""

    place: Place
    roles: str
    sees: str
    may: tuple[str, ...]
    links: tuple[Link, ...]
    empty: str
    load_at: str


def my_places(user: User) -> list[Mine]:
    """The places at which somebody holds a role, those with figures first."""
    found = [mine(here) for place in places_held(user) if (here := standing(user, place)) is not None]
    return sorted(found, key=lambda one: (not one.links, one.place.name))


def mine(here: Standing) -> Mine:
    """What somebody has of a place."""
    may = tuple(words for ability, words in ABILITIES.items() if ability in here.abilities and ability != SEE_FIGURES)
    sees = POLICIES.get(here.policy, "rounded figures, with small numbers hidden")
    loads = LOAD_DATA in here.abilities and here.place.is_controller
    load_at = address_of(here.place, "data") if loads else ""
    return Mine(here.place, here.in_words, sees, may, tuple(_links(here)), _missing(here, load_at), load_at)


def _links(here: Standing) -> Iterable[Link]:
    if SEE_FIGURES in here.abilities and here.policy:
        yield Link("How are we doing?", address_of(here.place))
    if LOAD_DATA in here.abilities and here.place.is_controller:
        yield Link("Bring data in", address_of(here.place, "data"))
    if MANAGE_PEOPLE in here.abilities:
        yield Link("People and roles", address_of(here.place, "people"))
    if RELEASE in here.abilities:
        yield Link("What is released", address_of(here.place, "released"))
    if SEE_REGISTER in here.abilities:
        yield Link("Who has seen what", address_of(here.place, "seen"))


def _missing(here: Standing, load_at: str) -> str:
    """What to do where nothing is loaded yet."""
    if not here.policy or here.place.kind in (NATION, REGION, ICB, NETWORK) or has_records(here.place):
        return ""  # of others one sees what they released, and has no records of one's own
    if load_at:
        return "Nothing is loaded yet. Load a file, or look at the example system."
    can = [user.name for user in with_ability(LOAD_DATA, here.place)]
    return f"Nothing is loaded yet. {', '.join(can[:3])} can load files." if can else "Nothing is loaded yet."


def address_of(place: Place, *rest: str) -> str:
    """The address of a place, or of a page of it."""
    return reverse("home") + "".join(f"{part}/" for part in (place.slug, *rest))


def places_to_change_to(request: HttpRequest) -> Iterable[Link]:
    """The few places that somebody holds a role at, and the page with all of them."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return
    for place in places_held(user)[:FEW]:
        yield Link(place.name, address_of(place), order=10)
    yield Link("All my places", reverse("home"), order=90)


def site_roles(user: User) -> list[Role]:
    """The roles that somebody holds on the whole site."""
    return [grant.role for grant in grants_of(user) if grant.place is None]


def waiting_for(user: User) -> list[Link]:
    """What waits for somebody, in words, and where it is done."""
    roles = [Link(_to_confirm(grant), _where_confirmed(grant)) for grant in grants_to_confirm(user)]
    files = [
        Link(f"{counted(number, 'file')} at {place.name}: say what to do", address_of(place, "data"))
        for place in places_held(user)
        if cannot(user, LOAD_DATA, place) is None and (number := files_that_wait(place))
    ]
    asked = [
        one for one in actions_with(user) if one.owner_id == user.pk and not one.accepted_at and not one.declined_at
    ]
    owned = (
        [Link(f"{counted(len(asked), 'action')} that you were asked to own", reverse("my_actions"))] if asked else []
    )
    due = len(due_for(user))
    late = [Link(f"{counted(due, 'check-in')} to answer", reverse("my_check_ins"))] if due else []
    return roles + files + owned + late


def _to_confirm(grant: Grant) -> str:
    given = f"{grant.user} as {in_sentence(grant.role.name)} at {grant.place or 'the whole site'}"
    return f"Confirm {given}, asked for by {grant.granted_by}" if grant.granted_by else f"Confirm {given}"


def _where_confirmed(grant: Grant) -> str:
    return address_of(grant.place, "people") if grant.place else reverse("site_people")
