"""Who plays in the tests of the web: a made-up system, and people with names of roles.

Northmoor is ours. A colleague at Southmoor, in the same system, must see nothing of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.places.actions import add_place
from keepwell.web.places.models import Place

START = dt.date(2020, 4, 1)
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class System:
    """North > Moorland ICB > two trusts, and a network with a practice."""

    region: Place
    icb: Place
    northmoor: Place
    surgery: Place
    ward_7: Place
    medicine: Place
    southmoor: Place
    network: Place
    practice: Place


def system() -> System:
    region = add_place(name="North", kind="region", parent=None, start=START, code="Y99")
    icb = add_place(name="Moorland", kind="icb", parent=region, start=START, code="QX9")
    northmoor = add_place(name="Northmoor Trust", kind="trust", parent=icb, start=START, code="RX1")
    surgery = add_place(name="Surgery", kind="directorate", parent=northmoor, start=START)
    network = add_place(name="Fell Network", kind="network", parent=icb, start=START, code="U99")
    return System(
        region,
        icb,
        northmoor,
        surgery,
        add_place(name="Ward 7", kind="team", parent=surgery, start=START),
        add_place(name="Medicine", kind="directorate", parent=northmoor, start=START),
        add_place(name="Southmoor Trust", kind="trust", parent=icb, start=START, code="RX2"),
        network,
        add_place(name="Fell Surgery", kind="practice", parent=network, start=START, code="A99001"),
    )


def somebody(name: str, **held: Place | None) -> User:
    """An account with roles that are in force, each at a place (None: on the whole site), as if confirmed long ago."""
    user = User(email=f"{name.casefold().replace(' ', '.')}@example.org", name=name, accepted_at=timezone.now())
    user.set_unusable_password()
    user.save()
    for key, place in held.items():
        Grant.objects.create(user=user, role=Role.objects.get(key=key), place=place, in_force_at=timezone.now())
    return user
