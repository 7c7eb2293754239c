"""What can be chosen, and in which order would somebody look for it?"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from keepwell.content import equality_groups
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused, listed
from keepwell.records.age_bands import AGE_BANDS
from keepwell.records.equality_groups import HOURS_GROUP, HOURS_GROUPS, SPECIAL_FIELDS, SPECIAL_GROUPS
from keepwell.records.staff import NOT_KNOWN

FILTERS = (
    *("staff_group", "band", "age_band", "sex", "ethnicity_group", "disability_group", "nationality_group"),
    *(HOURS_GROUP, "contract", "directorate", "unit"),
)
"""What staff records are filtered by on a page, in the order of the page."""
_BAND = re.compile(r"band\s*(\d+)\s*([a-d]?)")

Key = tuple[object, ...]


def options_for(session: Session, source: str, fields: Sequence[str] = FILTERS) -> dict[str, tuple[str, ...]]:
    """Of each field of staff records the values that can be chosen, as the records write them.

    In order of bands and ages, else of the alphabet, with "Not known" last. Of the groups of ethnicity and disability
    all are given, whether there is anybody in them or not, so that nothing is told by the choice.
    Raises EnquiryRefused for a field that the records do not have, and for any other special category.
    """
    spells = session.staff(source).spells
    for name in fields:
        if name not in spells.columns or (name in SPECIAL_FIELDS and name not in SPECIAL_GROUPS):
            can = [c for c in spells.columns if spells[c].type().is_string() and c not in {*SPECIAL_FIELDS, "person"}]
            raise EnquiryRefused(
                f"Staff records are not filtered by {name.replace('_', ' ')}.",
                found=f"asked: {name}",
                attempt=f"one of {listed([*can, *SPECIAL_GROUPS], 30)}",
            )
    return {name: _special(name) if name in SPECIAL_GROUPS else _values(session, source, name) for name in fields}


def _special(name: str) -> tuple[str, ...]:
    return equality_groups()[name].groups


def _values(session: Session, source: str, name: str) -> tuple[str, ...]:
    hand = session.at_hand(source)
    if hand is not None and name in hand.values:
        found: Sequence[object] = hand.values[name]
    else:
        column = session.staff(source).spells[name]
        found = column.as_table().distinct()[name].to_pyarrow().to_pylist()
    return tuple(sorted((str(value) for value in found if value is not None), key=_order(name)))


def _order(name: str) -> Callable[[str], Key]:
    known = {"age_band": AGE_BANDS, HOURS_GROUP: HOURS_GROUPS, "nationality_group": _nationalities()}.get(name, ())

    def key(value: str) -> Key:
        place = known.index(value) if value in known else len(known)
        return (value == NOT_KNOWN, place, *(_band(value) if name == "band" else ()), value.casefold(), value)

    return key


def _nationalities() -> tuple[str, ...]:
    return equality_groups()["nationality_group"].groups


def _band(value: str) -> Key:
    """Agenda for Change bands by their number, others after them."""
    found = _BAND.search(value.casefold())
    return (0, int(found[1]), found[2]) if found else (1, 0, "")
