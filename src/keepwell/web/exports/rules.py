"""What may somebody take away from a page?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from keepwell.disclosure import Released
from keepwell.disclosure.policies import hides
from keepwell.errors import listed
from keepwell.web.accounts.abilities import SEE_FIGURES
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.accounts.rules import cannot, standing
from keepwell.web.places.models import Place

OF_ONE_PERSON: Final = frozenset(
    {"person", "person_id", "person_name", "employee_number", "assignment_number", "nhs_number", "national_insurance"}
    | {"unique_nhs_identifier", "first_name", "last_name", "surname", "forename", "email"}
    | {"date_of_birth", "birth_date", "birth_month"}
)
"""Columns that only a table with a row for each person has."""
PUBLISHED: Final = "published"


def cannot_export(by: User, place: Place | None, tables: Sequence[Released]) -> str | None:
    """Why somebody cannot take tables of a place away, in words; None if they can.

    They can take what they can see: published figures if they are signed in, exact ones if their role at the place
    shows them exactly, what hides small numbers if it shows them any. Person by person nobody can take anything.
    """
    personal = sorted(OF_ONE_PERSON & {name for table in tables for name in table.table.column_names})
    if personal:
        return f"Nothing leaves person by person: this has the column {listed(personal)}."
    policies = {table.policy.name for table in tables}
    if policies <= {PUBLISHED}:
        return None
    if place is None:
        return "These are figures of an organisation: open them on its own page."
    if reason := cannot(by, SEE_FIGURES, place):
        return reason
    here = standing(by, place)
    if INTERNAL in policies and (here is None or not here.exact):
        return "Exact figures leave only with somebody whose role shows them exactly."
    return None


def hiding(tables: Sequence[Released]) -> list[Released]:
    """Those of the tables in which small numbers are hidden: what an audience has of them stands in its ledger."""
    return [table for table in tables if hides(table.policy.name)]
