"""Who leaves in a month?

The hazard of a post is  scale x strain of the ward x season x work(age, service, contract, origin)
plus  scale x retirement(age).  The factors are ours: many go in the first year, the young and those from 55 on
more than others. The scale of each trust and publication group is not tuned by trial: `scales` runs the
hazards of the staff in post over twelve months in expectation, without drawing, and solves for the scale at
which the share gone by the snapshot method is the target (jobs.TARGET_LEAVER_RATES). A leaver of twelve
months is also who is paused at the end, and is not who retires and returns within it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from keepwell.made_up.jobs import PUBLICATION_GROUPS, PUBLICATION_OF, Flags, Floats, Ints
from keepwell.made_up.people import YEAR
from keepwell.made_up.places import Units
from keepwell.made_up.staff import FIXED_TERM, FROM_ABROAD, LOCUM, MATERNITY_PAID, People, Posts
from keepwell.made_up.system import GROWTH
from keepwell.periods import Month

SEASON: Final = np.array([1.05, 0.95, 1.15, 1.02, 0.98, 0.98, 1.04, 1.14, 1.14, 1.0, 0.88, 0.67])
"""Leaving by calendar month, January first; mean 1."""

RETURN_AFTER_RETIREMENT: Final = 0.22

_AGES: Final = np.array([25.0, 35.0, 45.0, 55.0])
_AGE_FACTORS: Final = np.array([1.45, 1.2, 0.9, 0.75, 0.6])
_RETIRING_AGES: Final = np.array([55.0, 56.0, 60.0, 61.0, 65.0, 66.0, 68.0])
_RETIRING: Final = np.array([0.0, 0.85, 0.35, 1.6, 0.95, 1.75, 3.6, 4.4])
_YEARS: Final = np.array([1.0, 2.0, 5.0, 10.0])
_SERVICE_FACTORS: Final = np.array([1.7, 1.45, 1.1, 0.75, 0.55])
_ABROAD_FACTORS: Final = np.array([0.45, 0.55, 1.25, 1.3, 1.0])
"""Recruits from abroad, by years since they came: bound by sponsorship first, moving on after."""

WOMEN_GIVING_BIRTH: Final = 0.06 / 12
UNPAID_AFTER_MATERNITY: Final = 0.4
UNPAID_MONTHS: Final = 3
PAID_MONTHS: Final = 9
CAREER_BREAK: Final = 0.0035 / 12
CAREER_BREAK_MONTHS: Final = (3, 12)


@dataclass(frozen=True, slots=True)
class Hazards:
    """Relative hazards of each post, before scaling: leaving for work or life, and retiring."""

    work: Floats
    retiring: Floats


def hazards(posts: Posts, people: People, units: Units, month: Month, which: Ints) -> Hazards:
    """The relative hazards of some posts in one month."""
    on = month.first_day.toordinal()
    age = (on - people.birth[posts.person[which]]) / YEAR
    service = np.maximum(on - posts.hired[which], 0) / YEAR
    contract = posts.contract[which]
    season = SEASON[month.first_day.month - 1] * units.strain[posts.unit[which]]
    work = _AGE_FACTORS[np.searchsorted(_AGES, age, side="right")]
    work = work * _SERVICE_FACTORS[np.searchsorted(_YEARS, service, side="right")]
    work = work * np.where((contract == FIXED_TERM) | (contract == LOCUM), 2.2, 1.0)
    abroad = np.where(posts.source[which] == FROM_ABROAD, _ABROAD_FACTORS[np.minimum(service, 4).astype(int)], 1.0)
    on_leave = np.where(posts.status[which] == MATERNITY_PAID, 0.3, 1.0)
    retiring = _RETIRING[np.searchsorted(_RETIRING_AGES, age, side="right")]
    return Hazards(work * abroad * on_leave * season, retiring * season)


def scales(posts: Posts, people: People, units: Units, month: Month, targets: Floats, trusts: int) -> Floats:
    """The scale of each trust and publication group at which its 12-month leaver rate is expected on target.

    `targets` has a row a trust, a column a publication group. The staff counted in `month` are followed for
    twelve months in expectation, and the scale found by ten steps of fixed-point iteration.
    """
    which = np.flatnonzero(posts.counted).astype(np.int32)
    cell = _cells(posts, which)
    groups = len(PUBLICATION_GROUPS)
    number = np.maximum(np.bincount(cell, minlength=trusts * groups), 1)
    year = [hazards(posts, people, units, month + ahead, which) for ahead in range(1, 13)]
    paused = _paused_after_a_year(people, posts, which, month)
    wanted = targets.ravel() * (1 + GROWTH / 2)
    scale = wanted / 12
    for _ in range(10):
        stay = np.ones(len(which))
        for hazard in year:
            back = (1 - RETURN_AFTER_RETIREMENT) * hazard.retiring
            stay = stay * (1 - np.minimum(scale[cell] * (hazard.work + back), 0.9))
        gone = 1 - stay * (1 - paused)
        reached = np.bincount(cell, weights=gone, minlength=trusts * groups) / number
        step = np.where(reached > 0, wanted / np.maximum(reached, 1e-9), 1.0)
        scale = scale * np.clip(step, 0.5, 2.0)
    return scale.reshape(trusts, groups)


def _cells(posts: Posts, which: Ints) -> Ints:
    """The trust and publication group of posts, as one number."""
    groups = len(PUBLICATION_GROUPS)
    return (posts.trust[which] * groups + PUBLICATION_OF[posts.job[which]]).astype(np.int32)


def may_give_birth(people: People, person: Ints, on: int) -> Flags:
    age = (on - people.birth[person]) / YEAR
    may: Flags = (people.sex[person] == 0) & (age >= 24) & (age < 41)
    return may


def _paused_after_a_year(people: People, posts: Posts, which: Ints, month: Month) -> Floats:
    """The chance of being on unpaid leave at one month's end: monthly chance of going x months away."""
    births = may_give_birth(people, posts.person[which], month.first_day.toordinal())
    unpaid = WOMEN_GIVING_BIRTH * UNPAID_AFTER_MATERNITY * UNPAID_MONTHS
    return np.where(births, unpaid, 0.0) + CAREER_BREAK * sum(CAREER_BREAK_MONTHS) / 2


@dataclass(frozen=True, slots=True)
class Exits:
    """Posts that end in a month, and whether by retirement."""

    posts: Ints
    retiring: Flags


def draw_exits(
    posts: Posts, people: People, units: Units, scale: Floats, month: Month, rng: np.random.Generator
) -> Exits:
    """Who of those counted leaves in a month."""
    which = np.flatnonzero(posts.counted).astype(np.int32)
    hazard = hazards(posts, people, units, month, which)
    by_post = scale.ravel()[_cells(posts, which)]
    chance = rng.random(len(which))
    retire = np.minimum(by_post * hazard.retiring, 0.5)
    goes = chance < retire + np.minimum(by_post * hazard.work, 0.5)
    return Exits(which[goes], (chance < retire)[goes])
