"""Why did they leave, and where to?

The mix follows methodology 12: about 40 % are Unknown or "Other/Not Known"; of all leavers about 13 % retire
and 2-3 % are dismissed; of the stated voluntary reasons about 23 % are work-life balance.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepwell.made_up.jobs import RESIDENT, Flags, Floats, Ints
from keepwell.made_up.people import YEAR, pick
from keepwell.made_up.staff import BANK, FIXED_TERM, People, Posts

# fmt: off
_VOLUNTARY: Final = (  # reason, share, share under 30
    ("Voluntary Resignation - Other/Not Known", 44, 42),
    ("Voluntary Resignation - Work Life Balance", 15, 11),
    ("Voluntary Resignation - Relocation", 10, 13),
    ("Voluntary Resignation - Promotion", 8, 8),
    ("Voluntary Resignation - Pay and Reward Related", 5, 5),
    ("Voluntary Resignation - To undertake further education or training", 2, 9),
    ("Voluntary Resignation - Health", 5, 3),
    ("Voluntary Resignation - Child Dependants", 3, 2.5),
    ("Voluntary Resignation - Adult Dependants", 2, .5),
    ("Voluntary Resignation - Lack of Opportunities", 2.5, 3),
    ("Voluntary Resignation - Incompatible Working Relationships", 3.5, 3),
)
_RETIRING: Final = (
    ("Retirement Age", 70), ("Flexi Retirement", 14), ("Voluntary Early Retirement - with Actuarial Reduction", 7),
    ("Voluntary Early Retirement - no Actuarial Reduction", 4), ("Retirement - Ill Health", 5),
)
_OTHERWISE: Final = (
    ("Dismissal - Capability", 26), ("Dismissal - Conduct", 15), ("Dismissal - Some Other Substantial Reason", 13),
    ("Dismissal - Statutory Reason", 1), ("Employee Transfer", 18), ("Redundancy - Compulsory", 5),
    ("Redundancy - Voluntary", 4), ("Mutually Agreed Resignation - Local Scheme with Repayment", 3),
    ("Death in Service", 14), ("Has Not Worked", 1),
)
_CONTRACT_ENDS: Final = (
    ("End of Fixed Term Contract", 55), ("End of Fixed Term Contract - End of Work Requirement", 20),
    ("End of Fixed Term Contract - Other", 15), ("End of Fixed Term Contract - Completion of Training Scheme", 10),
)
ROTATION: Final = "End of Fixed Term Contract - External Rotation"
NO_BANK_WORK: Final = "Bank Staff not fulfilled minimum work requirement"
UNKNOWN: Final = "Unknown"
DEATH: Final = "Death in Service"
REASONS: Final = (
    "", *(row[0] for row in _VOLUNTARY), *(row[0] for row in _RETIRING), *(row[0] for row in _OTHERWISE),
    *(row[0] for row in _CONTRACT_ENDS), ROTATION, NO_BANK_WORK, UNKNOWN,
)
DESTINATIONS: Final = (
    "", "NHS Organisation", "General Practice", "Private Health/Social Care", "Other Private Sector",
    "Other Public Sector", "Social Services", "Education Sector", "Education / Training", "Self Employed",
    "Abroad - EU Country", "Abroad - Non EU Country", "Bank/Agency", "No Employment", "Death in Service", "Unknown",
)
_DESTINATIONS: Final = (0, 30, 4, 5, 5, 3, 1, 1.5, 3, 2, 1, 2.5, 2, 6, 0, 34)
_DESTINATIONS_RETIRING: Final = (0, 2, 1, 1, 0, 0, 0, 0, 0, 3, 0, 0, 3, 55, 0, 35)
# fmt: on
UNKNOWN_SHARE: Final = 0.18
OTHERWISE_SHARE: Final = 0.06
CONTRACT_ENDED: Final = 0.55
"""Of those on a fixed term who leave."""

_NUMBER: Final = {reason: number for number, reason in enumerate(REASONS)}
TO_NHS: Final = DESTINATIONS.index("NHS Organisation")


def _draw(table: tuple[tuple[str, float], ...], count: int, rng: np.random.Generator) -> Ints:
    numbers = np.array([_NUMBER[reason] for reason, _ in table], dtype=np.int32)
    return numbers[pick(tuple(float(share) for _, share in table), count, rng)]


def draw_reasons(
    posts: Posts, people: People, which: Ints, retiring: Flags, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """The reason and the destination of each of the posts that end, as numbers of REASONS and DESTINATIONS."""
    count = len(which)
    age = (posts.left[which] - people.birth[posts.person[which]]) / YEAR
    contract = posts.contract[which]
    older = _draw(tuple((row[0], row[1]) for row in _VOLUNTARY), count, rng)
    younger = _draw(tuple((row[0], row[2]) for row in _VOLUNTARY), count, rng)
    reason = np.where(age < 30, younger, older)
    otherwise = rng.random(count) < OTHERWISE_SHARE
    reason = np.where(otherwise, _draw(_OTHERWISE, count, rng), reason)
    ended = (contract == FIXED_TERM) & (rng.random(count) < CONTRACT_ENDED)
    reason = np.where(ended, _draw(_CONTRACT_ENDS, count, rng), reason)
    reason = np.where(retiring, _draw(_RETIRING, count, rng), reason)
    unknown = (rng.random(count) < np.where(retiring, 0.06, UNKNOWN_SHARE)) & (reason != _NUMBER[DEATH])
    reason = np.where(unknown, _NUMBER[UNKNOWN], reason)
    reason = np.where(RESIDENT[posts.job[which]], _NUMBER[ROTATION], reason)
    reason = np.where(contract == BANK, _NUMBER[NO_BANK_WORK], reason).astype(np.int32)
    return reason, _destinations(reason, retiring, rng)


def _destinations(reason: Ints, retiring: Flags, rng: np.random.Generator) -> Ints:
    count = len(reason)
    usual: Floats = np.array(_DESTINATIONS, dtype=np.float64)
    retired: Floats = np.array(_DESTINATIONS_RETIRING, dtype=np.float64)
    where = np.where(retiring, pick(retired, count, rng), pick(usual, count, rng))
    elsewhere = (reason == _NUMBER[ROTATION]) | (reason == _NUMBER["Employee Transfer"])
    where = np.where(elsewhere, TO_NHS, where)
    return np.where(is_death(reason), DESTINATIONS.index(DEATH), where).astype(np.int32)


def is_death(reason: Ints) -> Flags:
    dead: Flags = reason == _NUMBER[DEATH]
    return dead
