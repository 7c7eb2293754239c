"""Who works in general practice: what do the practices say, and what do the people's own rows say?

Practices tell how many staff they have; a person may work in two of them, so headcounts of practices are never
added up, while FTE may be. Rows of people tell each person once, whatever the place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import pyarrow as pa

from keepwell.content import load_yaml, plain_words
from keepwell.periods import Month
from keepwell.records.staff import NOT_KNOWN

GP: Final = "GP"
NOT_A_GP: Final = "not a GP"
HOURS_OF_FULL_TIME: Final = 37.5
"""Hours a week of 1.0 FTE. Source: General Practice Workforce, definitions."""

TOTAL, BY_ROLE, BY_AGE = "total", "role", "age"
"""Three breakdowns of the same staff, never added to one another."""

COLLECTED, ESTIMATED, CONTRACTED = "Collected", "Estimated", "Contracted services"
"""Where a row comes from. Only collected rows are people: an estimate stands for staff of practices without
data, a contracted service for hours bought from somebody else."""

PLACE: Final = (
    *("organisation", "organisation_name", "pcn", "pcn_name", "sub_icb", "sub_icb_name"),
    *("icb", "icb_name", "region", "region_name"),
)
_PLACE_FIELDS = [(name, pa.string()) for name in PLACE]

PRACTICE_STAFF = pa.schema(
    [
        ("month", pa.int32()),
        ("months_in", pa.int32()),
        *_PLACE_FIELDS,
        ("breakdown", pa.string()),
        *((name, pa.string()) for name in ("staff_group", "role", "role_group", "fully_qualified", "age_band")),
        ("headcount", pa.float64()),
        ("fte", pa.float64()),
    ]
)
"""One row a practice, month and staff group (breakdown "total"), role ("role") or age band ("age").

`months_in`: 1 for a month's end, 12 for the mean of a fiscal year, whose `month` is its March. A total without
data is a row without headcount and FTE; roles and ages that nobody has have no row.
"""

PRACTICE_PATIENTS = pa.schema(
    [("month", pa.int32()), ("months_in", pa.int32()), *_PLACE_FIELDS, ("patients", pa.float64())]
)
"""Registered patients, one row a practice and month."""

PRACTICE_PEOPLE = pa.schema(
    [
        ("month", pa.int32()),
        *_PLACE_FIELDS,
        ("person", pa.string()),
        ("data_source", pa.string()),
        *((name, pa.string()) for name in ("staff_group", "role", "detailed_role", "role_group", "fully_qualified")),
        *((name, pa.string()) for name in ("sex", "age_band", "country_group")),
        ("fte", pa.float64()),
    ]
)
"""One row a person, role and place. `person` is the publisher's pseudonym, null where the row is no person's."""


@dataclass(frozen=True, slots=True)
class RoleGroup:
    """A kind of GP: partner, salaried, retainer, locum, trainee; `words` tell it from a role's name."""

    name: str
    fully_qualified: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A month from which a series of general practice can no longer be compared with what was before."""

    name: str
    since: Month
    what: str
    sources: tuple[str, ...]
    mark: str
    staff_groups: tuple[str, ...] = ()
    trainees: bool = False


@cache
def role_groups() -> tuple[RoleGroup, ...]:
    entries = load_yaml("general_practice_roles.yaml")["role_groups"]
    return tuple(RoleGroup(e["name"], e["fully_qualified"], tuple(e["words"])) for e in entries)


@cache
def staff_groups() -> Mapping[str, str]:
    """Each way of writing a staff group, as we compare it, with our name for it."""
    entries = load_yaml("general_practice_roles.yaml")["staff_groups"]
    return {plain_words(text): e["name"] for e in entries for text in (e["name"], *e["aliases"])}


def staff_group_named(text: str) -> str:
    """Our name for a staff group; its own where it is none of the four, Not known where it is blank."""
    return staff_groups().get(plain_words(text)) or " ".join(text.split()) or NOT_KNOWN


def role_group_of(staff_group: str, role: str) -> RoleGroup:
    """The kind of GP that a role is; for other staff their staff group stands for it."""
    if staff_group != GP:
        return RoleGroup(staff_group, NOT_A_GP, ())
    words = set(re.split(r"[^a-z0-9]+", role.casefold()))
    return next((g for g in role_groups() if words & set(g.words)), RoleGroup(NOT_KNOWN, NOT_KNOWN, ()))


@cache
def breaks() -> tuple[Break, ...]:
    """The breaks, oldest first."""
    entries = load_yaml("general_practice_breaks.yaml")["breaks"]
    found = [
        Break(
            e["name"],
            Month.parse(e["since"]),
            e["what"],
            tuple(e["sources"]),
            e["mark"],
            tuple(e.get("staff_groups", ())),
            e.get("trainees", False),
        )
        for e in entries
    ]
    return tuple(sorted(found, key=lambda b: b.since))


def breaks_between(
    source: str, first: Month, last: Month, *, groups: frozenset[str] = frozenset(), trainees: bool = True
) -> list[Break]:
    """The breaks of a source that lie after `first` and no later than `last`.

    `groups`: the staff groups compared, all when empty; `trainees`: whether GPs in training are among them.
    """
    return [
        b
        for b in breaks()
        if source in b.sources
        and first < b.since <= last
        and (not groups or not b.staff_groups or groups & set(b.staff_groups))
        and (trainees or not b.trainees)
    ]


_YEARS = re.compile(r"(\d{2})\D*(\d{2})?")


def age_band_named(text: str) -> str:
    """One way of writing an age band: "Under 30", "30 to 34", "70 and over"; Not known for any other."""
    words = plain_words(text.replace("_", " ").replace("+", " plus"))
    found = _YEARS.search(words)
    if not found or "unknown" in words:
        return NOT_KNOWN
    if words.startswith(("under", "<", "less")):
        return f"Under {found[1]}"
    if found[2]:
        return f"{found[1]} to {found[2]}"
    return f"{found[1]} and over" if re.search(r"plus|over|older|above", words) else NOT_KNOWN


def reached(age_band: str, years: int) -> bool | None:
    """Whether everybody of an age band has reached an age; None where the band does not tell."""
    found = _YEARS.search(age_band)
    if not found:
        return None
    low = 0 if age_band.startswith("Under") else int(found[1])
    high = int(found[1]) - 1 if age_band.startswith("Under") else int(found[2] or 200)
    return True if low >= years else False if high < years else None
