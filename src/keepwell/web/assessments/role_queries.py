"""Which named roles of retention does a place need, and who holds them?"""

from __future__ import annotations

from dataclasses import dataclass

from keepwell.content.promise import RetentionRole, roles_of
from keepwell.web.assessments.models import RoleHolder
from keepwell.web.places.models import Place


@dataclass(frozen=True, slots=True)
class Held:
    """A role that a place needs, and what is written of who holds it; None where nobody ever wrote anything."""

    role: RetentionRole
    holder: RoleHolder | None

    @property
    def name(self) -> str:
        """Who holds it, in their own words; blank for nobody."""
        return self.holder.name if self.holder else ""

    @property
    def empty(self) -> bool:
        return not self.name


def names_roles_for(place: Place) -> Place:
    """The organisation whose roles carry a place too: its own for a directorate or a team, itself for the rest."""
    return place if place.is_controller else place.controller or place


def roles_held(place: Place) -> list[Held]:
    """The roles that an organisation of its kind needs, the empty ones first. For a part, those of its organisation."""
    organisation = names_roles_for(place)
    written = {one.role: one for one in RoleHolder.objects.filter(place=organisation).select_related("changed_by")}
    found = [Held(role, written.get(role.key)) for role in roles_of(organisation.kind)]
    return sorted(found, key=lambda held: not held.empty)


def holder_of(place: Place, role: RetentionRole) -> RoleHolder | None:
    """What is written of who holds a role; None where nobody ever wrote anything."""
    return RoleHolder.objects.filter(place=place, role=role.key).select_related("changed_by").first()
