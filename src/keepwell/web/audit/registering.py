"""Of which rows is every change kept, field by field?

django-auditlog keeps what a row was and what it became. The register says who saw and took what; this says how accounts
and places came to be as they are. What is secret or only somebody's own never gets there: passwords, tokens, addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.db.models import Model
from django.db.models.signals import post_save

from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.places.models import Belonging, Place, Succession

NEVER_KEPT: Final = ("password", "last_login", "email", "token", "secret", "key_material", "content")
"""Fields whose values are kept of no model, whatever it is."""


def keep_changes_of(model: type[Model], *, but: Sequence[str] = ()) -> None:
    """Keep every change of a model's rows, without the fields named and those that are never kept.

    A slice calls it for its own models when it is ready.
    """
    if auditlog.contains(model):
        return
    names = {field.name for field in model._meta.get_fields()}
    auditlog.register(model, exclude_fields=sorted(names & {*NEVER_KEPT, *but}))


def keep_changes() -> None:
    """Keep every change of accounts, roles and places."""
    for model in (User, Role, Grant, Place, Belonging, Succession):
        keep_changes_of(model, but=("path",) if model is Place else ())
    post_save.connect(_forget_address, sender=LogEntry, dispatch_uid="audit_forget_address")


def _forget_address(sender: Any, instance: LogEntry, created: bool, **more: Any) -> None:
    """Who made a change is kept by their number: not their address, nor from where they came."""
    if created and (instance.actor_email or instance.remote_port):
        LogEntry.objects.filter(pk=instance.pk).update(actor_email=None, remote_port=None)
