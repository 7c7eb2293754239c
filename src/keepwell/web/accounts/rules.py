"""What may somebody do at a place, and why not?

A role reaches down inside one organisation. It never crosses to another: an integrated care board sees of a trust
what the trust released to it, whatever role is held at the board.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from django.db.models import Q, QuerySet

from keepwell.web.accounts.abilities import ABILITIES, CONFIRM_GRANTS, EDIT_PLACES, MANAGE_PEOPLE, SEE_FIGURES
from keepwell.web.accounts.models import INTERNAL, Grant, Role, User
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import Place


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody is at a place: the roles that reach it, what these allow, and how exact a figure may be.

    `policy` is "internal" for exact figures, the name of a hiding policy, or "" for no workforce figures at all.
    """

    place: Place
    roles: tuple[Role, ...]
    abilities: frozenset[str]
    policy: str

    @property
    def exact(self) -> bool:
        return self.policy == INTERNAL

    @property
    def in_words(self) -> str:
        return ", ".join(dict.fromkeys(role.name for role in self.roles))


def grants_of(user: User) -> list[Grant]:
    """The grants in force of somebody whose account is open, asked for once a request."""
    if not user.is_authenticated or not user.is_active:
        return []
    kept: list[Grant] | None = getattr(user, "_grants_in_force", None)
    if kept is None:
        kept = list(Grant.objects.in_force().filter(user=user).select_related("role", "place"))
        user._grants_in_force = kept  # type: ignore[attr-defined]
    return kept


def forget_grants(user: User) -> None:
    """Ask anew for the grants of somebody: they have just changed."""
    user.__dict__.pop("_grants_in_force", None)


def reaches(grant: Grant, place: Place) -> bool:
    """Whether a grant reaches a place: it is held there, or above it in the same organisation, or on the whole site."""
    if grant.place is None:
        return True
    return place.lies_in(grant.place) and place.controller_id == grant.place.controller_id


def standing(user: User, place: Place) -> Standing | None:
    """What somebody is at a place; None for somebody who is nobody there.

    A role held on the whole site gives its abilities everywhere, and no figures anywhere.
    """
    held = [grant for grant in grants_of(user) if reaches(grant, place)]
    if not held:
        return None
    seeing = [grant.role for grant in held if grant.place is not None and SEE_FIGURES in grant.role.abilities]
    abilities = {a for grant in held for a in grant.role.abilities if grant.place is not None or a != SEE_FIGURES}
    return Standing(place, tuple(grant.role for grant in held), frozenset(abilities), _policy(seeing))


def _policy(roles: list[Role]) -> str:
    """The most open policy of several roles: exact before hiding."""
    policies = [role.policy for role in roles if role.policy]
    return INTERNAL if INTERNAL in policies else policies[0] if policies else ""


def cannot(user: User, ability: str, place: Place) -> str | None:
    """Why somebody may not do something at a place, in words for them; None if they may."""
    here = standing(user, place)
    if here is None:
        return "This is not yours to see."
    if ability not in here.abilities:
        return f"Your role here ({here.in_words}) does not let you {ABILITIES[ability]}."
    return None


def cannot_on_site(user: User, ability: str) -> str | None:
    """Why somebody may not do something for the whole site; None if they may."""
    if any(ability in grant.role.abilities for grant in grants_of(user) if grant.place is None):
        return None
    return f"Only somebody with a role on the whole site may {ABILITIES[ability]}."


def places_of(user: User) -> QuerySet[Place]:
    """The places where somebody holds a role, with those parts of the organisation that it reaches."""
    grants = grants_of(user)
    if any(grant.place is None for grant in grants):
        return Place.objects.all()
    reached = [
        Q(path__startswith=grant.place.path, controller=grant.place.controller_id) for grant in grants if grant.place
    ]
    return Place.objects.filter(reduce(Q.__or__, reached)) if reached else Place.objects.none()


def mailbox(user: User) -> str:
    """The mailbox that somebody's address leads to: post for name+anything comes to name."""
    name, _, domain = user.email.casefold().rpartition("@")
    return f"{name.partition('+')[0]}@{domain}"


def cannot_grant(by: User, to: User, role: Role, place: Place | None) -> str | None:
    """Why somebody cannot give a role to another; None if they can."""
    if by.pk == to.pk or mailbox(by) == mailbox(to):
        return "Nobody gives a role to themselves."
    if not to.is_active:
        return f"{to.name}'s account is closed."
    if place is None:
        if SEE_FIGURES in role.abilities:
            return f"{role.name} is held at a place, not on the whole site."
        return cannot_on_site(by, MANAGE_PEOPLE)
    if EDIT_PLACES in role.abilities:
        return f"{role.name} is held on the whole site."
    if reason := cannot(by, MANAGE_PEOPLE, place):
        return reason
    if place.closed:
        return f"{place.name} has closed."
    if role.exact and not place.is_controller:
        return f"Exact figures are opened for the whole of {place.controller}, not for a part of it."
    if Grant.objects.filter(user=to, role=role, place=place, ended_at__isnull=True).exists():
        return f"{to.name} is {in_sentence(role.name)} at {place.name} already."
    return None


def cannot_confirm(by: User, grant: Grant) -> str | None:
    """Why somebody cannot confirm that exact figures are opened; None if they can."""
    if grant.in_force_at is not None or grant.ended_at is not None:
        return "This is confirmed or ended already."
    if by.pk == grant.user_id or mailbox(by) == mailbox(grant.user):
        return "Nobody confirms a role of their own."
    if grant.granted_by is not None and mailbox(by) == mailbox(grant.granted_by):
        return "A second person has to confirm what you have given."
    if grant.place is None:
        return cannot_on_site(by, CONFIRM_GRANTS)
    return cannot(by, CONFIRM_GRANTS, grant.place)


def cannot_end(by: User, grant: Grant) -> str | None:
    """Why somebody cannot take a role away; None if they can. One's own role can always be given back."""
    if grant.ended_at is not None:
        return "This has ended already."
    if by.pk == grant.user_id:
        return None
    if grant.place is None:
        return cannot_on_site(by, MANAGE_PEOPLE)
    if cannot(by, CONFIRM_GRANTS, grant.place) is None:
        return None
    return cannot(by, MANAGE_PEOPLE, grant.place)


def cannot_invite(by: User) -> str | None:
    """Why somebody cannot invite others or close accounts; None if they can."""
    if any(MANAGE_PEOPLE in grant.role.abilities for grant in grants_of(by)):
        return None
    return f"Your roles do not let you {ABILITIES[MANAGE_PEOPLE]}."


def cannot_close(by: User, user: User) -> str | None:
    """Why somebody cannot close another's account; None if they can.

    Somebody with a role on the whole site can; somebody at an organisation can where all the roles of the
    account are in that organisation.
    """
    if by.pk == user.pk:
        return "Nobody closes their own account: ask somebody else who manages people."
    if not user.is_active:
        return "This account is closed already."
    if cannot_on_site(by, MANAGE_PEOPLE) is None:
        return None
    held = list(Grant.objects.filter(user=user, ended_at__isnull=True).select_related("place"))
    if not held or any(g.place is None or cannot(by, MANAGE_PEOPLE, g.place) for g in held):
        return "This account has roles that are not yours to end: take away those that are."
    return None


def cannot_take_second_step(by: User, user: User) -> str | None:
    """Why somebody cannot take away another's second step at signing in; None if they can.

    Whoever could close the account can, because they answer for it.
    """
    if by.pk == user.pk:
        return "Your own second step is switched off under your account."
    return None if cannot_close(by, user) is None else "This account is not yours to look after."
