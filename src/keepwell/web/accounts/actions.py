"""How do accounts and roles change?"""

from __future__ import annotations

import datetime as dt

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from keepwell.web.accounts.links import ASK_FOR_ANOTHER, INVITATION, LINK_IS_NOTHING, NEW_PASSWORD, locked
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.queries import told_of_exact
from keepwell.web.accounts.rules import (
    cannot_close,
    cannot_confirm,
    cannot_end,
    cannot_grant,
    cannot_invite,
    cannot_take_second_step,
    forget_grants,
)
from keepwell.web.accounts.telling import tell
from keepwell.web.nhsuk.words import in_sentence
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import refuse


@transaction.atomic
def invite(*, email: str, name: str, by: User, made_up: bool = False) -> User:
    """An account without a password, and a mail with a link to set one. Nothing is given yet: see `grant`."""
    address = email.strip()
    known = User.objects.filter(email__iexact=address).first()
    refuse(cannot_invite(by), found="an invitation")
    if known is not None:
        return known
    user = User(email=address, name=name.strip(), invited_by=by, made_up=made_up, password=make_password(None))
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # somebody else has invited them just now
        return User.objects.get(email__iexact=address)
    tell("invited", to=user, by=by)
    return user


@transaction.atomic
def grant(*, to: User, role: Role, place: Place | None, by: User, until: dt.date | None = None) -> Grant:
    """Give somebody a role at a place. One that opens exact figures waits for a second person.

    The exception is the first that is ever given on a site by its first administrator, when there is no second
    person yet: it is in force at once, marked so for good, and shown.
    """
    refuse(cannot_grant(by, to, role, place), found=f"{role.name} at {place or 'the whole site'}")
    now = timezone.now()
    alone = role.exact and _first_of_all(by)
    made = Grant(
        user=to,
        role=role,
        place=place,
        granted_by=by,
        until=until,
        in_force_at=None if role.exact and not alone else now,
        without_second_person=alone,
    )
    _save(made)
    if role.exact and place is not None:
        for lead in told_of_exact(place):
            tell("exact_opened" if alone else "exact_waiting", to=lead, by=by)
    tell("granted", to=to, by=by)
    forget_grants(to)
    return made


def _save(made: Grant) -> None:
    """Raises NotAllowed where somebody else has given the same just now."""
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        refuse(f"{made.user.name} is {in_sentence(made.role.name)} there already.", found=str(made))
        raise


@transaction.atomic
def invite_to(
    *, email: str, name: str, role: Role, place: Place | None, by: User, until: dt.date | None = None
) -> Grant:
    """Invite somebody and give them a role, both or neither; somebody who has an account keeps it and its name."""
    return grant(to=invite(email=email, name=name, by=by), role=role, place=place, by=by, until=until)


@transaction.atomic
def confirm(*, grant: Grant, by: User) -> Grant:
    """A second person agrees that exact figures are opened to somebody."""
    grant = Grant.objects.select_for_update(of=("self",)).select_related("place", "user", "role").get(pk=grant.pk)
    refuse(cannot_confirm(by, grant), found=grant.role.name)
    grant.confirmed_by, grant.in_force_at = by, timezone.now()
    grant.save(update_fields=["confirmed_by", "in_force_at"])
    if grant.place is not None:
        for lead in told_of_exact(grant.place):
            tell("exact_opened", to=lead, by=by)
    forget_grants(grant.user)
    return grant


@transaction.atomic
def end(*, grant: Grant, by: User) -> Grant:
    """Take a role away, or give one back. It stays on record."""
    grant = Grant.objects.select_for_update(of=("self",)).get(pk=grant.pk)
    refuse(cannot_end(by, grant), found=grant.role.name)
    grant.ended_by, grant.ended_at = by, timezone.now()
    grant.save(update_fields=["ended_by", "ended_at"])
    forget_grants(grant.user)
    return grant


@transaction.atomic
def accept(*, token: str, name: str, password: str) -> User:
    """Somebody who was invited says how they are called and chooses a password. The link is used up.

    Raises NotAllowed where the link is not, or no longer, one of an invitation.
    """
    user = locked(INVITATION, token)
    refuse(None if user else LINK_IS_NOTHING, found="the link of an invitation", attempt=ASK_FOR_ANOTHER)
    assert user is not None
    user.name = name.strip()
    user.set_password(password)
    user.accepted_at = timezone.now()
    user.save(update_fields=["name", "password", "accepted_at"])
    return user


@transaction.atomic
def invite_again(*, user: User, by: User) -> User:
    """Another link for somebody who has not accepted yet. The ones before hold as long as they would have."""
    reason = cannot_invite(by) or (f"{user.name} has accepted already." if user.accepted_at else None)
    refuse(reason or (None if user.is_active else f"{user.name}'s account is closed."), found="an invitation")
    user.invited_at = timezone.now()
    user.save(update_fields=["invited_at"])
    tell("invited", to=user, by=by)
    return user


@transaction.atomic
def ask_for_new_password(*, email: str) -> None:
    """A mail with a link to choose another password, if there is an open account of that address; else nothing."""
    user = User.objects.filter(email__iexact=email.strip(), is_active=True, accepted_at__isnull=False).first()
    if user is not None:
        tell("password_asked", to=user, by=user)


@transaction.atomic
def choose_new_password(*, token: str, password: str) -> User:
    """Another password for whoever holds the link. It is used up, and so are all others like it.

    Raises NotAllowed where the link is not, or no longer, one of a new password.
    """
    user = locked(NEW_PASSWORD, token)
    refuse(None if user else LINK_IS_NOTHING, found="the link of a new password", attempt=ASK_FOR_ANOTHER)
    assert user is not None
    return _with_password(user, password)


@transaction.atomic
def change_password(*, by: User, password: str) -> User:
    """Somebody who is signed in, and has just given their password, chooses another."""
    return _with_password(by, password)


@transaction.atomic
def tell_second_step_off(*, by: User) -> None:
    """A mail says that signing in is by the password alone now, in case it was somebody else who did it."""
    tell("second_step_off", to=by, by=by)


def _with_password(user: User, password: str) -> User:
    user.set_password(password)
    user.save(update_fields=["password"])
    tell("password_changed", to=user, by=user)
    return user


@transaction.atomic
def close_account(*, user: User, by: User) -> User:
    """Nobody signs in with it any more, and its roles end. It stays on record."""
    refuse(cannot_close(by, user), found="an account")
    for held in Grant.objects.filter(user=user, ended_at__isnull=True):
        held.ended_by, held.ended_at = by, timezone.now()
        held.save(update_fields=["ended_by", "ended_at"])
    user.is_active = False
    user.save(update_fields=["is_active"])
    tell("closed", to=user, by=by)
    return user


@transaction.atomic
def take_second_step_away(*, user: User, by: User) -> User:
    """For somebody who has lost both the app and the recovery codes: they sign in by the password alone again."""
    refuse(cannot_take_second_step(by, user), found="a second step")
    Authenticator.objects.filter(user=user).delete()
    tell("second_step_off", to=user, by=by)
    return user


@transaction.atomic
def first_administrator(*, email: str, name: str, password: str) -> User:
    """The account with which a site begins, with the role of system administrator on the whole site."""
    administrators = Role.objects.select_for_update().get(key="system_administrator")  # two at once: one waits here
    refuse("The site has been set up already." if User.objects.exists() else None, found="a first run")
    user = User(email=email.strip(), name=name.strip(), accepted_at=timezone.now())
    user.set_password(password)
    user.save()
    Grant.objects.create(user=user, role=administrators, place=None, in_force_at=timezone.now())
    return user


@transaction.atomic
def first_lead_too(*, administrator: User, place: Place) -> Grant:
    """The first administrator is the retention lead as well, on a site where there is nobody else yet.

    The only grant that anybody has from themselves: no second person exists. Marked so for good, and shown.
    """
    User.objects.select_for_update().get(pk=administrator.pk)
    first = administrator.invited_by_id is None and not Grant.objects.exclude(user=administrator).exists()
    refuse(
        None if first and _first_of_all(administrator) else "Somebody else is here already: ask them.",
        found="a first run that is over",
    )
    forget_grants(administrator)
    return Grant.objects.create(
        user=administrator,
        role=Role.objects.get(key="retention_lead"),
        place=place,
        in_force_at=timezone.now(),
        without_second_person=True,
    )


def _first_of_all(by: User) -> bool:
    return by.invited_by_id is None and not Grant.objects.filter(role__policy="internal").exists()
