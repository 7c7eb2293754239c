"""Who is in post at first, and who joins?"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepwell.made_up.jobs import (
    BANKABLE,
    DOCTOR,
    FAMILY_OF,
    FULL_TIME,
    NURSE_OR_MIDWIFE,
    PUBLICATION_OF,
    RESIDENT,
    YOUNGEST,
    Flags,
    Floats,
    Ints,
    targets_of,
)
from keepwell.made_up.people import (
    YEAR,
    ages_in_post,
    ages_of_joiners,
    draw_people,
    pick,
    years_of_service,
)
from keepwell.made_up.reasons import is_death
from keepwell.made_up.staff import (
    ADVERT,
    BANK,
    FIXED_TERM,
    FROM_ABROAD,
    FROM_NHS,
    FROM_UNIVERSITY,
    IDLE,
    LOCUM,
    PERMANENT,
    RETURNED,
    SECOND_BANK,
    SECOND_POST,
    STILL_HERE,
    Posts,
)
from keepwell.made_up.system import BANK_SHARE, GROWTH, System, number_of_people
from keepwell.periods import Month

JOINING_SEASON: Final = np.array([1.1, 0.95, 0.95, 1.25, 0.9, 0.85, 0.85, 0.9, 1.7, 1.25, 0.85, 0.45])
"""Joining by calendar month, January first; mean 1. The newly qualified come in September."""

FROM_ABROAD_BY_YEAR: Final = {2019: 0.12, 2020: 0.10, 2021: 0.22, 2022: 0.33, 2023: 0.34, 2024: 0.20, 2025: 0.07}
"""The share of nurses joining who were recruited abroad, by year of arrival; 5 % in other years."""

PART_TIME: Final = np.array([92, 80, 76, 64, 60, 53, 50, 40, 20], dtype=np.int32)
_PART_TIME_SHARES: Final = (10.0, 28.0, 6.0, 8.0, 24.0, 6.0, 10.0, 6.0, 2.0)
IN_TWO_TRUSTS: Final = 0.03
"""Of those who work 0.6 FTE or less, the share who work in a second trust; a month's share is an 80th."""

GAP_MONTHS: Final = 6
"""How long it takes to fill a vacancy, about."""


def first_staff(system: System, month: Month) -> None:
    """Fill all posts with a staff that has been there for long."""
    for trust, wanted in enumerate(system.wanted):
        job = np.repeat(np.arange(len(wanted)), system.rng.poisson(wanted)).astype(np.int32)
        _settle(system, trust, job, month, bank=False)
        bank = BANKABLE[pick((1.0,) * len(BANKABLE), round(wanted.sum() * BANK_SHARE), system.rng)]
        _settle(system, trust, bank, month, bank=True)
    _second_trusts(system, IN_TWO_TRUSTS)


def _settle(system: System, trust: int, job: Ints, month: Month, bank: bool) -> None:
    on = month.last_day.toordinal()
    age = ages_in_post(job, system.rng)
    service = np.minimum(years_of_service(age, system.rng), np.maximum(age - YOUNGEST[job] + 2, 0.1))
    hired = (on - service * YEAR).astype(np.int32)
    source = _sources(job, hired, system.rng)
    _employ(system, trust, job, age, source, hired, on, bank)


def _employ(system: System, trust: int, job: Ints, age: Floats, source: Ints, hired: Ints, on: int, bank: bool) -> None:
    """Take on new people: nobody knew them before."""
    first = number_of_people(system)
    system.add_people(draw_people(job, age, source, on, first, system.plan.seed, system.rng))
    person = np.arange(first, first + len(job), dtype=np.int32)
    trusts = np.full(len(job), trust, dtype=np.int32)
    system.add_posts(new_posts(system, person, trusts, job, hired, source, bank=bank))


def new_posts(
    system: System, person: Ints, trust: Ints, job: Ints, hired: Ints, source: Ints, bank: bool = False
) -> Posts:
    """New employments of people, with a ward, a contract, hours and perhaps a second assignment."""
    count, rng = len(person), system.rng
    contract = np.full(count, BANK, dtype=np.int32) if bank else draw_contracts(job, rng)
    nothing = np.zeros(count, dtype=np.int32)
    second = nothing if bank else _seconds(job, rng)
    fte = nothing if bank else draw_fte(system, person, job)
    second_fte = np.where(second == SECOND_POST, np.where(fte > 60, 20, 40), 0).astype(np.int32)
    fte = np.where((second == SECOND_POST) & (fte > 80), 80, fte).astype(np.int32)
    idle = np.where((contract == BANK) & (rng.random(count) < 0.15), IDLE, 0).astype(np.int32)
    return Posts(
        person=person,
        trust=trust,
        employee=system.new_employee_numbers(count),
        spell=nothing + 1,
        job=job,
        unit=draw_units_of(system, trust, job),
        contract=contract,
        fte=fte,
        status=idle,
        until=nothing,
        hired=hired,
        left=nothing + STILL_HERE,
        reason=nothing,
        destination=nothing,
        source=source,
        second=second,
        second_unit=draw_units_of(system, trust, job),
        second_fte=second_fte,
    )


def draw_units_of(system: System, trust: Ints, job: Ints) -> Ints:
    """A ward or team for each: of the trust, and of the job's family where the trust has such."""
    found = np.zeros(len(job), dtype=np.int32)
    families = len(set(FAMILY_OF.tolist()))
    place = trust * families + FAMILY_OF[job]
    for here in np.unique(place):
        number, family = divmod(int(here), families)
        of_trust = system.units.trust == number
        fitting = of_trust & (system.units.family == family)
        choice = np.flatnonzero(fitting if fitting.any() else of_trust)
        among = place == here
        found[among] = choice[pick(system.units.pull[choice], int(among.sum()), system.rng)]
    return found


def draw_contracts(job: Ints, rng: np.random.Generator) -> Ints:
    chance = rng.random(len(job))
    contract = np.where(chance < 0.05, FIXED_TERM, PERMANENT)
    contract = np.where(DOCTOR[job] & (chance > 0.96), LOCUM, contract)
    return np.where(RESIDENT[job], FIXED_TERM, contract).astype(np.int32)


def draw_fte(system: System, person: Ints, job: Ints) -> Ints:
    """Contracted hours as hundredths of full time: men, and the young, more often full time."""
    men = system.people.sex[person] == 1
    full = np.clip(FULL_TIME[job] + np.where(men, 0.18, -0.02), 0.1, 0.99)
    part = PART_TIME[pick(_PART_TIME_SHARES, len(job), system.rng)]
    return np.where(system.rng.random(len(job)) < full, 100, part).astype(np.int32)


def _seconds(job: Ints, rng: np.random.Generator) -> Ints:
    """A second assignment: a part-time post of the same kind, or nurses' and healthcare assistants' bank work."""
    chance = rng.random(len(job))
    on_bank = np.isin(job, BANKABLE) & (chance > 0.88)
    return np.where(chance < 0.025, SECOND_POST, np.where(on_bank, SECOND_BANK, 0)).astype(np.int32)


def _sources(job: Ints, hired: Ints, rng: np.random.Generator) -> Ints:
    """Where people were recruited; nurses from abroad by year of arrival."""
    years = np.floor((hired - 1) / YEAR).astype(int) + 1
    abroad = np.array([FROM_ABROAD_BY_YEAR.get(int(year), 0.05) for year in years])
    abroad = np.where(NURSE_OR_MIDWIFE[job], abroad, np.where(DOCTOR[job], 0.18, 0.005))
    usual = pick((52, 24, 0, 0, 9, 1.5, 1.5, 12), len(job), rng)
    graduate = NURSE_OR_MIDWIFE[job] & (rng.random(len(job)) < 0.35)
    source = np.where(graduate & (YOUNGEST[job] < 24), FROM_UNIVERSITY, usual)
    return np.where(rng.random(len(job)) < abroad, FROM_ABROAD, source).astype(np.int32)


def _second_trusts(system: System, share: float, month: Month | None = None) -> None:
    """A few who work part time in one trust work in another too: at first, or from some month on."""
    posts, rng = system.posts, system.rng
    may = np.flatnonzero(posts.counted & (posts.fte <= 60) & ~_in_two_trusts(posts))
    chosen = may[rng.random(len(may)) < share]
    elsewhere = (posts.trust[chosen] + rng.integers(1, max(len(system.trusts), 2), len(chosen))) % len(system.trusts)
    possible = (system.wanted[elsewhere, posts.job[chosen]] > 0) & (elsewhere != posts.trust[chosen])
    chosen, elsewhere = chosen[possible], elsewhere[possible].astype(np.int32)
    hired = posts.hired[chosen] if month is None else np.full(len(chosen), month.first_day.toordinal())
    more = new_posts(
        system,
        posts.person[chosen],
        elsewhere,
        posts.job[chosen],
        hired.astype(np.int32),
        posts.source[chosen],
    )
    more.fte = np.minimum(more.fte, 40).astype(np.int32)
    more.second = np.zeros_like(more.second)
    system.add_posts(more)


def _in_two_trusts(posts: Posts) -> Flags:
    """Whether the person of a post has another one in the system now."""
    people, number = np.unique(posts.person[posts.here], return_counts=True)
    return np.isin(posts.person, people[number > 1])


def join(system: System, month: Month) -> None:
    """New people fill what has become vacant, and a little more: each trust grows."""
    system.wanted = system.wanted * (1 + GROWTH / 12)
    season = JOINING_SEASON[month.first_day.month - 1]
    turnover = np.array([targets_of(trust.column)[PUBLICATION_OF] for trust in system.trusts])
    gaps = (system.wanted - system.posts_now()) / GAP_MONTHS
    gaps = np.where(RESIDENT, gaps * GAP_MONTHS, gaps)
    due = season * turnover * system.wanted / 12 + gaps
    due = np.maximum(due, 0) * _without_surplus(due)
    bank_due = np.maximum(system.wanted.sum(axis=1) * BANK_SHARE - system.bank_now().sum(axis=1), 0)
    for trust in range(len(system.trusts)):
        job = np.repeat(np.arange(due.shape[1]), system.rng.poisson(due[trust])).astype(np.int32)
        _hire(system, trust, job, month, bank=False)
        bank = BANKABLE[pick((1.0,) * len(BANKABLE), int(system.rng.poisson(bank_due[trust])), system.rng)]
        _hire(system, trust, bank, month, bank=True)
    _second_trusts(system, IN_TWO_TRUSTS / 80, month)


def _without_surplus(due: Floats) -> Floats:
    """By what to multiply the jobs with vacancies of each trust, so that surplus in others is made up for."""
    vacancies = np.maximum(due, 0).sum(axis=1, keepdims=True)
    factor: Floats = np.clip(due.sum(axis=1, keepdims=True) / np.maximum(vacancies, 1e-9), 0, 1)
    return factor


def _hire(system: System, trust: int, job: Ints, month: Month, bank: bool) -> None:
    rng = system.rng
    first, last = month.first_day.toordinal(), month.last_day.toordinal()
    hired = rng.integers(first, last + 1, len(job)).astype(np.int32)
    hired = np.where(rng.random(len(job)) < 0.45, first, hired).astype(np.int32)
    source = _sources(job, hired, rng)
    known = np.zeros(len(job), dtype=np.bool_) if bank else _take_back(system, trust, job, hired)
    age = ages_of_joiners(job[~known], source[~known], rng)
    _employ(system, trust, job[~known], age, source[~known], hired[~known], last, bank)


def _take_back(system: System, trust: int, job: Ints, hired: Ints) -> Flags:
    """A few who join worked in the system more than a year ago. Which of the jobs they fill."""
    posts = system.posts
    gone = (posts.left != STILL_HERE) & (posts.left < (hired.min() if len(hired) else 0) - 400)
    free = gone & np.isin(posts.source, (ADVERT, FROM_NHS, FROM_UNIVERSITY)) & (posts.contract != BANK)
    free &= ~np.isin(posts.person, posts.person[posts.here])
    free &= ~np.isin(posts.person, [posts.person[waiting.post] for waiting in system.waiting])
    known = np.zeros(len(job), dtype=np.bool_)
    taken: list[int] = []
    for number in np.flatnonzero(system.rng.random(len(job)) < 0.04):
        pool = np.flatnonzero(free & (posts.job == job[number]) & _may_return(system, int(hired[number])))
        if len(pool):
            taken.append(int(system.rng.choice(pool)))
            free &= posts.person != posts.person[taken[-1]]
            known[number] = True
    if taken:
        person, many = posts.person[taken], len(taken)
        back = np.full(many, RETURNED, dtype=np.int32)
        where = np.full(many, trust, dtype=np.int32)
        system.add_posts(new_posts(system, person, where, job[known], hired[known], back))
    return known


def _may_return(system: System, on: int) -> Flags:
    """Who is young enough to come back; the dead do not."""
    birth = system.people.birth[system.posts.person]
    return ((on - birth) / YEAR < 60) & ~is_death(system.posts.reason)
