"""What is kept of made-up people and their posts while time goes by?

Arrays of whole numbers, one element a person or a post; words stand in tables beside them. Days are
proleptic ordinals, months Month.index, FTE hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, TypeVar

import numpy as np

from keepwell.made_up.jobs import Flags, Ints

STILL_HERE: Final = 0
"""`left` of somebody who has not left."""

CONTRACTS: Final = ("Permanent", "Fixed Term Temp", "Locum", "Bank")
PERMANENT, FIXED_TERM, LOCUM, BANK = range(4)
STATUSES: Final = (
    "Active Assignment",
    "Acting Up",
    "Internal Secondment",
    "Out on External Secondment - Paid",
    "Suspend With Pay",
    "Maternity - Paid",
    "Maternity - Unpaid",
    "Career Break",
    "Inactive Not Worked",
)
ACTIVE, ACTING_UP, SECONDED, SECONDED_OUT, SUSPENDED, MATERNITY_PAID, MATERNITY_UNPAID, CAREER_BREAK, IDLE = range(9)
FIRST_PAUSED: Final = MATERNITY_UNPAID
"""Statuses from here on are not in post."""

NO_SECOND, SECOND_POST, SECOND_BANK = range(3)
SOURCES: Final = (
    "NHS Jobs",
    "NHS Organisation",
    "University or College",
    "International Recruitment",
    "Local Advertisement",
    "Return to Practice",
    "Agency",
    "",
)
ADVERT, FROM_NHS, FROM_UNIVERSITY, FROM_ABROAD = range(4)
RETURNED: Final = 5


@dataclass(slots=True)
class People:
    """Who somebody is, one element a person."""

    nhs_identifier: Ints
    birth: Ints
    sex: Ints
    ethnicity: Ints
    nationality: Ints
    disability: Ints
    religion: Ints
    orientation: Ints
    surname: Ints
    first_name: Ints


@dataclass(slots=True)
class Posts:
    """What somebody does for one trust, one element a person and employment.

    `left` is the last day in post. `until` is the month in which a leave of absence ends. `spell` counts the
    times that the person was employed here, `second` says what other assignment there is.
    """

    person: Ints
    trust: Ints
    employee: Ints
    spell: Ints
    job: Ints
    unit: Ints
    contract: Ints
    fte: Ints
    status: Ints
    until: Ints
    hired: Ints
    left: Ints
    reason: Ints
    destination: Ints
    source: Ints
    second: Ints
    second_unit: Ints
    second_fte: Ints

    @property
    def here(self) -> Flags:
        here: Flags = self.left == STILL_HERE
        return here

    @property
    def counted(self) -> Flags:
        """In post: here, not paused, and not on the bank only."""
        counted: Flags = self.here & (self.contract != BANK) & (self.status < FIRST_PAUSED)
        return counted

    @property
    def full_fte(self) -> Ints:
        """FTE over the active assignments, in hundredths; the bank's is none."""
        return self.fte + np.where(self.second == SECOND_POST, self.second_fte, 0).astype(np.int32)


Arrays = TypeVar("Arrays", People, Posts)


def joined(first: Arrays, second: Arrays) -> Arrays:
    """Both, one after the other."""
    return type(first)(*(np.concatenate([getattr(first, f.name), getattr(second, f.name)]) for f in fields(first)))


def size(arrays: People | Posts) -> int:
    return len(arrays.birth) if isinstance(arrays, People) else len(arrays.person)
