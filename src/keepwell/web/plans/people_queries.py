"""Who of an organisation can be asked to own an action, or to help with it?"""

from __future__ import annotations

from keepwell.web.accounts.models import Grant, User
from keepwell.web.plans.models import Action
from keepwell.web.plans.rules import cannot_own


def can_be_asked(action: Action) -> list[User]:
    """Everybody with an open account and a role somewhere in the organisation of the plan, by name."""
    grants = Grant.objects.in_force().filter(place__controller=action.plan.place.controller_id).values("user")
    return list(User.objects.filter(pk__in=grants, is_active=True).order_by("name", "pk"))


def with_address(email: str, action: Action) -> User | None:
    """Who has that address and can be asked. None both where there is no such account and where it has no role here."""
    found = User.objects.filter(email__iexact=email).first()
    return found if found is not None and cannot_own(found, action) is None else None
