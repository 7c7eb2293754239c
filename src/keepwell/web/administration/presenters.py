"""How do people, places and releases read?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

from keepwell.disclosure.policies import HIDING_POLICIES
from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.web.accounts.abilities import ABILITIES, EDIT_PLACES, MANAGE_PEOPLE, SEE_REGISTER
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.models import INTERNAL, Grant, Role, User
from keepwell.web.accounts.rules import cannot_confirm, cannot_end, cannot_on_site, standing
from keepwell.web.administration.rules import cannot_see_people, cannot_see_releases
from keepwell.web.nhsuk.menus import Link
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place
from keepwell.web.releases.models import Release
from keepwell.web.releases.rules import cannot_release, cannot_withdraw


@dataclass(frozen=True, slots=True)
class Held:
    """A role that somebody holds, and why it cannot be confirmed or ended by whoever looks."""

    grant: Grant
    state: str
    kind: str
    said: str
    cannot_confirm: str | None
    cannot_end: str | None
    waits: bool


def held(by: User, grant: Grant) -> Held:
    """A grant as it is shown to somebody."""
    waits = grant.in_force_at is None
    given = (
        f"Given by {grant.granted_by.name} on {day(grant.granted_at)}"
        if grant.granted_by
        else f"Since {day(grant.granted_at)}"
    )
    if grant.without_second_person:
        given += ", without a second person: there was none yet"
    elif grant.confirmed_by:
        given += f", confirmed by {grant.confirmed_by.name}"
    if grant.until:
        given += f". Ends after {day(grant.until)}"
    over = grant.until is not None and grant.until < dt.date.today()  # noqa: DTZ011 (a calendar day)
    state, kind = (
        ("Waits for a second person", "watch") if waits else ("Over", "none") if over else ("In force", "good")
    )
    if not waits and not grant.user.accepted_at:
        state, kind = "Invited", "changing"
    return Held(grant, state, kind, f"{given}.", cannot_confirm(by, grant), cannot_end(by, grant), waits)


def sees(role: Role) -> str:
    """What kind of figures a role opens, in words."""
    if role.policy == INTERNAL:
        return "Exact figures of the organisation"
    if role.policy in HIDING_POLICIES:
        return HIDING_POLICIES[role.policy].title
    return "No figures"


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A row of the table of roles in words."""

    name: str
    about: str
    sees: str
    may: tuple[str, ...]


def role_lines(roles: Iterable[Role]) -> list[RoleLine]:
    return [
        RoleLine(r.name, r.about, sees(r), tuple(ABILITIES[a] for a in r.abilities if a in ABILITIES)) for r in roles
    ]


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release as it is shown to those who may release."""

    release: Release
    to: str
    state: str
    kind: str
    tables: str
    policy: str
    last_month: str
    refused: KeepwellError | None
    cannot_release: str | None
    cannot_withdraw: str | None


STATES = {Release.DRAFT: "none", Release.ON_ITS_WAY: "changing", Release.RELEASED: "good", Release.WITHDRAWN: "bad"}


def release_line(by: User, release: Release) -> ReleaseLine:
    """A release with its state, what is in it, and what can be done with it."""
    newest = release.packs.first()
    wrong = (
        KeepwellError(release.refused[0], found=release.refused[1], attempt=release.refused[2])
        if release.refused
        else None
    )
    return ReleaseLine(
        release,
        f"{release.place.name}'s own people" if release.inside else release.to.name,
        release.get_state_display(),
        STATES[release.state],
        tables_in_words(release.tables),
        HIDING_POLICIES[release.policy].title if release.policy in HIDING_POLICIES else release.policy,
        Month.parse(newest.last_month).in_words if newest else "",
        wrong,
        cannot_release(by, release),
        cannot_withdraw(by, release),
    )


WORDS = {"unit": "team", "staff_group": "staff group", "organisation": "organisation", "directorate": "directorate"}


def tables_in_words(tables: Sequence[Sequence[str]]) -> str:
    """Which groups a release shows: "directorate and team; directorate and staff group"."""
    return "; ".join(" and ".join(WORDS.get(name, name.replace("_", " ")) for name in table) for table in tables)


def links_of_place(request: HttpRequest, place: Place) -> Iterable[Link]:
    """People, releases and register, for those who may see them."""
    here = standing(person(request), place) if request.user.is_authenticated else None
    if here is None:
        return
    if cannot_see_people(here) is None:
        yield Link("People", reverse("people", args=[place.slug]), order=70)
    if cannot_see_releases(here) is None:
        yield Link("Released", reverse("releases", args=[place.slug]), order=75)
    if SEE_REGISTER in here.abilities:
        yield Link("Who has seen what", reverse("register", args=[place.slug]), order=80)


def links_of_site(request: HttpRequest) -> Iterable[Link]:
    """Accounts, roles and places, for those who look after the whole site."""
    if not request.user.is_authenticated:
        return
    if cannot_on_site(person(request), MANAGE_PEOPLE) is None:
        yield Link("Accounts", reverse("site_people"), order=70)
        yield Link("Roles", reverse("site_roles"), order=75)
    if cannot_on_site(person(request), EDIT_PLACES) is None:
        yield Link("Places", reverse("site_places"), order=80)
