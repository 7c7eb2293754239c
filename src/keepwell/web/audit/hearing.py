"""What does the register hear of by itself, so that nobody can forget to write it down?

Accounts and places are below this slice and do not know it. Grants and invitations are heard when their rows
are saved and closed accounts when they are told of, in the same transaction; signing in and out when Django says so.
"""

from __future__ import annotations

from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_save

from keepwell.web.accounts.models import Grant, User
from keepwell.web.accounts.telling import told
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind

SIGNING_IN = "Signing in"
ROLES = "People and roles"


def listen() -> None:
    """Begin to hear. Done once, when the site starts."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit_signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit_signed_out")
    user_locked_out.connect(_locked_out, dispatch_uid="audit_locked_out")
    post_save.connect(_grant_saved, sender=Grant, dispatch_uid="audit_grant")
    post_save.connect(_account_saved, sender=User, dispatch_uid="audit_account")
    told.connect(_told, dispatch_uid="audit_told")


def _signed_in(sender: Any, user: User, **more: Any) -> None:
    record(by=user, kind=Kind.SIGNED_IN, what=SIGNING_IN)


def _signed_out(sender: Any, user: User | None, **more: Any) -> None:
    if user is not None and user.pk:
        record(by=user, kind=Kind.SIGNED_OUT, what=SIGNING_IN)


def _locked_out(sender: Any, **more: Any) -> None:
    """Nobody's address is kept: it may be somebody's who has no account here, or a password in the wrong box."""
    record(by=None, kind=Kind.REFUSED, what=SIGNING_IN, about="too many wrong passwords")


def _grant_saved(sender: Any, instance: Grant, created: bool, raw: bool = False, **more: Any) -> None:
    if raw:
        return
    fields = set(more.get("update_fields") or ())
    about = f"{instance.role.name}: {instance.user.name}"
    if created:
        alone = ", without a second person" if instance.without_second_person else ""
        _of_roles(Kind.GRANTED, instance.granted_by or instance.user, instance, about + alone)
    elif "confirmed_by" in fields or (not fields and instance.confirmed_by and not instance.ended_at):
        _of_roles(Kind.CONFIRMED, instance.confirmed_by, instance, about)
    elif "ended_by" in fields or (not fields and instance.ended_at):
        _of_roles(Kind.ENDED, instance.ended_by, instance, about)
    else:
        _of_roles(Kind.CHANGED, None, instance, about)


def _of_roles(kind: Kind, by: User | None, grant: Grant, about: str) -> None:
    record(by=by, kind=kind, what=ROLES, place=grant.place, policy="", about=about)


def _account_saved(sender: Any, instance: User, created: bool, raw: bool = False, **more: Any) -> None:
    if created and not raw:
        record(by=instance.invited_by or instance, kind=Kind.INVITED, what=ROLES, about=instance.name)


def _told(sender: Any, event: str, to: User, by: User, **more: Any) -> None:
    if event == "closed":
        record(by=by, kind=Kind.CLOSED, what=ROLES, about=to.name)
