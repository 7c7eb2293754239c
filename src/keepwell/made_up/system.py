"""What does a made-up system consist of at one moment?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from keepwell.made_up.jobs import PUBLICATION_GROUPS, Flags, Floats, Ints, shares_of, targets_of
from keepwell.made_up.people import identifiers
from keepwell.made_up.places import PRACTICES_SHARE, TRUSTS, Trust, Units, draw_units
from keepwell.made_up.plan import SystemPlan
from keepwell.made_up.staff import BANK, People, Posts, joined, size

BANK_SHARE: Final = 0.05
"""Bank-only staff for each person in post."""

GROWTH: Final = 0.015
"""A year's growth of each trust."""

MONTHS_BEFORE: Final = 24
"""The system runs so long before the first extract, so that nothing of its beginning is seen."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who has left and will begin in a trust later: moved between trusts, or back from retirement."""

    post: int
    trust: int
    start: int
    returning: bool


@dataclass(slots=True)
class System:
    """Everything that changes as months go by.

    `wanted` is how many posts of each trust (row) and job (column) there shall be; `scale` is that of
    leaving.scales.
    """

    plan: SystemPlan
    trusts: tuple[Trust, ...]
    units: Units
    people: People
    posts: Posts
    wanted: Floats
    scale: Floats
    rng: np.random.Generator
    waiting: list[Waiting] = field(default_factory=list)
    employees: int = 0

    def add_people(self, more: People) -> None:
        self.people = joined(self.people, more)

    def add_posts(self, more: Posts) -> None:
        self.posts = joined(self.posts, more)

    def new_employee_numbers(self, count: int) -> Ints:
        """Numbers of the trusts' own staff records: none twice in the system."""
        self.employees += count
        return identifiers(self.employees - count, count, self.plan.seed + 211)

    def posts_now(self) -> Floats:
        """How many posts there are of each trust and job, paused ones with the others, the bank's without."""
        return self._by_job(self.posts.here & (self.posts.contract != BANK))

    def bank_now(self) -> Floats:
        return self._by_job(self.posts.here & (self.posts.contract == BANK))

    def _by_job(self, which: Flags) -> Floats:
        jobs = self.wanted.shape[1]
        cell = self.posts.trust[which] * jobs + self.posts.job[which]
        return np.bincount(cell, minlength=self.wanted.size).reshape(self.wanted.shape).astype(np.float64)


def empty_system(plan: SystemPlan, rng: np.random.Generator) -> System:
    """The trusts of a plan, their wards and how many posts they want; nobody in them yet."""
    trusts = tuple(TRUSTS[kind] for kind in plan.trusts)
    people = people_by_trust(plan)
    shares = np.array([shares_of(trust.column, plan.resident_doctors) for trust in trusts])
    units = draw_units(trusts, [round(number) for number in people], rng)
    nobody = np.zeros(0, dtype=np.int32)
    return System(
        plan=plan,
        trusts=trusts,
        units=units,
        people=People(*[nobody] * 10),
        posts=Posts(*[nobody] * 18),
        wanted=shares * np.array(people)[:, None] / (1 + GROWTH / 12) ** MONTHS_BEFORE,
        scale=np.zeros((len(trusts), len(PUBLICATION_GROUPS))),
        rng=rng,
    )


def people_by_trust(plan: SystemPlan) -> list[float]:
    """How many people each trust shall have."""
    practices = PRACTICES_SHARE if "practices" in plan.organisations else 0.0
    whole = sum(TRUSTS[kind].share for kind in plan.trusts) + practices
    return [plan.people * TRUSTS[kind].share / whole for kind in plan.trusts]


def people_in_practices(plan: SystemPlan) -> int:
    return plan.people - round(sum(people_by_trust(plan)))


def targets(system: System) -> Floats:
    """Leaver rates to scale to: a row a trust, a column a publication group."""
    return np.array([targets_of(trust.column) for trust in system.trusts])


def number_of_people(system: System) -> int:
    return size(system.people)
