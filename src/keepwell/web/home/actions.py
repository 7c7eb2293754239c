"""How does a site begin?"""

from __future__ import annotations

import datetime as dt
from typing import Final

from django.db import transaction

from keepwell.web.accounts.actions import first_lead_too, grant, invite
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.home.rules import cannot_choose_who, cannot_name_organisation
from keepwell.web.places.actions import add_place
from keepwell.web.places.models import ICB, Place
from keepwell.web.places.refusals import refuse

FIRST_DAY: Final = dt.date(2022, 7, 1)
"""Since when the first places are on record: the day on which integrated care boards began."""


@transaction.atomic
def name_organisation(*, name: str, kind: str, code: str, icb_name: str, icb_code: str, by: User) -> Place:
    """The organisation that the site begins with, and the integrated care board that it belongs to, if named."""
    _one_at_a_time()
    refuse(cannot_name_organisation(by), found=name)
    board = None
    if icb_name:
        board = add_place(name=icb_name, kind=ICB, parent=None, start=FIRST_DAY, code=icb_code)
    return add_place(name=name, kind=kind, parent=board, start=FIRST_DAY, code=code)


@transaction.atomic
def administrator_looks(*, place: Place, by: User) -> Grant:
    """Whoever set the site up will look at the figures too."""
    _one_at_a_time()
    refuse(cannot_choose_who(by), found=str(place))
    return first_lead_too(administrator=by, place=place)


@transaction.atomic
def somebody_else_looks(*, place: Place, email: str, name: str, by: User) -> Grant:
    """Somebody else is invited, as the retention lead of the organisation."""
    _one_at_a_time()
    refuse(cannot_choose_who(by), found=str(place))
    lead = invite(email=email, name=name, by=by)
    return grant(to=lead, role=Role.objects.get(key="retention_lead"), place=place, by=by)


def _one_at_a_time() -> None:
    """Of two at once, the second waits here until the first is done, and then sees what it did."""
    Role.objects.select_for_update().get(key="system_administrator")
