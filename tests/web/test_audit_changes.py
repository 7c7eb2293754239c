"""Of which rows is every change kept, and what is never kept of any?"""

from __future__ import annotations

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from cast import somebody, system

from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.registering import NEVER_KEPT, keep_changes_of
from keepwell.web.places.models import Place


def kept_fields(model) -> set[str]:
    options = auditlog.get_model_fields(model)
    names = {field.name for field in model._meta.get_fields()}
    return (set(options["include_fields"]) or names) - set(options["exclude_fields"])


def test_accounts_roles_and_places_are_kept_and_the_register_is_not():
    kept = set(auditlog.get_models())
    assert {User, Role, Grant, Place} <= kept
    assert AccessEvent not in kept


def test_no_secret_is_kept_of_any_model():
    kept = {
        f"{model.__name__}.{name}" for model in auditlog.get_models() for name in kept_fields(model) & set(NEVER_KEPT)
    }
    assert kept == set()
    assert not [m for m in auditlog.get_models() if m.__name__ in ("Authenticator", "Session", "EmailAddress")]


@pytest.mark.django_db
def test_a_change_of_a_place_is_kept_field_by_field():
    here = system()
    here.ward_7.name = "Ward 8"
    here.ward_7.save()
    assert LogEntry.objects.get_for_object(here.ward_7).first().changes == {"name": ["Ward 7", "Ward 8"]}


@pytest.mark.django_db
def test_another_password_or_address_leaves_no_trace_of_itself():
    user = somebody("Retention lead")
    user.set_password("a long password of mine")
    user.email = "another@example.org"
    user.save()
    kept = str([entry.changes for entry in LogEntry.objects.get_for_object(user)])
    assert user.password not in kept
    assert "scrypt" not in kept
    assert "@example.org" not in kept


def test_a_model_that_was_registered_with_its_secrets_would_be_noticed():
    """The planted fault: registered past `keep_changes_of`."""
    auditlog.unregister(Role)
    try:
        auditlog.register(Role, include_fields=["name"])
        assert kept_fields(Role) == {"name"}
        auditlog.unregister(User)
        auditlog.register(User)
        assert {"password", "email"} <= kept_fields(User) & set(NEVER_KEPT)
    finally:
        for model in (Role, User):
            auditlog.unregister(model)
            keep_changes_of(model)
    assert not kept_fields(User) & set(NEVER_KEPT)
