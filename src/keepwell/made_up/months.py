"""What happens in a month: who leaves, joins, moves, is promoted, changes hours, goes on leave and comes back?"""

from __future__ import annotations

from typing import Final

import numpy as np

from keepwell.made_up.hiring import draw_units_of, join, new_posts
from keepwell.made_up.jobs import PROMOTED_TO, RESIDENT, Flags, Ints
from keepwell.made_up.leaving import (
    CAREER_BREAK,
    CAREER_BREAK_MONTHS,
    PAID_MONTHS,
    RETURN_AFTER_RETIREMENT,
    UNPAID_AFTER_MATERNITY,
    UNPAID_MONTHS,
    WOMEN_GIVING_BIRTH,
    draw_exits,
    may_give_birth,
)
from keepwell.made_up.people import YEAR
from keepwell.made_up.reasons import TO_NHS, draw_reasons, is_death
from keepwell.made_up.staff import (
    ACTING_UP,
    ACTIVE,
    BANK,
    FIXED_TERM,
    FROM_NHS,
    MATERNITY_PAID,
    MATERNITY_UNPAID,
    PERMANENT,
    RETURNED,
    SECONDED,
    SECONDED_OUT,
    SUSPENDED,
)
from keepwell.made_up.staff import (
    CAREER_BREAK as ON_CAREER_BREAK,
)
from keepwell.made_up.system import System, Waiting
from keepwell.periods import Month

LEAVES_FROM_LEAVE: Final = 0.15
"""Of those whose unpaid leave ends, the share who do not come back."""

BANK_LEAVING: Final = 0.02
IN_FIRST_MONTH: Final = 0.004
MOVES_TO_TRUST_NEARBY: Final = 0.4
"""Of those who go to another NHS organisation, the share who go to a trust of the system."""

MOVED_WARD: Final = 0.045 / 12
PROMOTED: Final = 0.05 / 12
CHANGED_HOURS: Final = 0.05 / 12
MADE_PERMANENT: Final = 0.25 / 12
OTHER_STATUS: Final = 0.012 / 12
RESIDENTS_ROTATE: Final = {2: 0.3, 8: 0.6}


def pass_month(system: System, month: Month) -> None:
    """Everything that happens in a month, in an order that leaves the month's end consistent."""
    _end_leave(system, month)
    _leave(system, month)
    _start_waiting(system, month)
    before = len(system.posts.person)
    join(system, month)
    _leave_at_once(system, month, before)
    _move_wards(system)
    _promote(system, month)
    _change_hours(system)
    _change_contracts(system)
    _begin_leave(system, month)


def _chosen(system: System, who: Flags, chance: float) -> Ints:
    """Some of those for whom `who` is true, each with this chance."""
    may = np.flatnonzero(who)
    return may[system.rng.random(len(may)) < chance].astype(np.int32)


def _leave(system: System, month: Month) -> None:
    exits = draw_exits(system.posts, system.people, system.units, system.scale, month, system.rng)
    bank = _chosen(system, system.posts.here & (system.posts.contract == BANK), BANK_LEAVING)
    rotation = RESIDENTS_ROTATE.get(month.first_day.month, 0.0)
    residents = _chosen(system, system.posts.here & RESIDENT[system.posts.job], rotation)
    residents = np.setdiff1d(residents, exits.posts)
    which = np.concatenate([exits.posts, bank, residents]).astype(np.int32)
    retiring = np.concatenate([exits.retiring, np.zeros(len(bank) + len(residents), dtype=np.bool_)])
    _end(system, which, _last_days(system, which, month), retiring)
    _queue_moves(system, exits.posts[~exits.retiring])
    _queue_returns(system, exits.posts[exits.retiring])


def _last_days(system: System, which: Ints, month: Month) -> Ints:
    """Last days in post: any day of the month, most often its last."""
    first, last = month.first_day.toordinal(), month.last_day.toordinal()
    any_day = system.rng.integers(first, last + 1, len(which))
    return np.where(system.rng.random(len(which)) < 0.35, last, any_day).astype(np.int32)


def _end(system: System, which: Ints, last_day: Ints, retiring: Flags) -> None:
    """End posts. With a death all posts of the person end."""
    posts = system.posts
    posts.left[which] = last_day
    posts.reason[which], posts.destination[which] = draw_reasons(posts, system.people, which, retiring, system.rng)
    dead = which[is_death(posts.reason[which])]
    for post in dead:
        others = np.flatnonzero(posts.here & (posts.person == posts.person[post]))
        for column in (posts.left, posts.reason, posts.destination):
            column[others] = column[post]


def _queue_moves(system: System, which: Ints) -> None:
    """Some of those who leave for another NHS organisation begin in a trust of the system days later."""
    posts, trusts = system.posts, len(system.trusts)
    if trusts < 2:
        return
    going = which[(posts.destination[which] == TO_NHS) & (system.rng.random(len(which)) < MOVES_TO_TRUST_NEARBY)]
    for post in going:
        others = [
            number
            for number in range(trusts)
            if number != posts.trust[post] and system.wanted[number, posts.job[post]] > 0
        ]
        elsewhere = posts.here & (posts.person == posts.person[post])
        if others and not elsewhere.any():
            trust = int(system.rng.choice(others))
            start = int(posts.left[post]) + 1 + int(system.rng.integers(0, 15))
            system.waiting.append(Waiting(int(post), trust, start, returning=False))


def _queue_returns(system: System, retired: Ints) -> None:
    posts = system.posts
    for post in retired[system.rng.random(len(retired)) < RETURN_AFTER_RETIREMENT]:
        if not (posts.here & (posts.person == posts.person[post])).any():
            start = int(posts.left[post]) + 2 + int(system.rng.integers(0, 45))
            system.waiting.append(Waiting(int(post), int(posts.trust[post]), start, returning=True))


def _start_waiting(system: System, month: Month) -> None:
    """Those whose first day in the new post has come."""
    last = month.last_day.toordinal()
    due = [waiting for waiting in system.waiting if waiting.start <= last]
    system.waiting = [waiting for waiting in system.waiting if waiting.start > last]
    if not due:
        return
    old = np.array([waiting.post for waiting in due], dtype=np.int32)
    returning = np.array([waiting.returning for waiting in due])
    posts = system.posts
    more = new_posts(
        system,
        posts.person[old],
        np.array([waiting.trust for waiting in due], dtype=np.int32),
        posts.job[old],
        np.array([waiting.start for waiting in due], dtype=np.int32),
        np.where(returning, RETURNED, FROM_NHS).astype(np.int32),
    )
    more.employee = np.where(returning, posts.employee[old], more.employee).astype(np.int32)
    more.spell = np.where(returning, posts.spell[old] + 1, more.spell).astype(np.int32)
    more.unit = np.where(returning, posts.unit[old], more.unit).astype(np.int32)
    more.fte = np.where(returning, 60, more.fte).astype(np.int32)
    system.add_posts(more)


def _leave_at_once(system: System, month: Month, before: int) -> None:
    """A few of those who joined this month leave in it: no month's end sees them."""
    new = np.arange(len(system.posts.person)) >= before
    which = _chosen(system, new & (system.posts.contract != BANK), IN_FIRST_MONTH)
    last = month.last_day.toordinal()
    days = system.rng.integers(system.posts.hired[which], last + 1).astype(np.int32)
    _end(system, which, days, np.zeros(len(which), dtype=np.bool_))


def _move_wards(system: System) -> None:
    posts = system.posts
    which = _chosen(system, posts.counted, MOVED_WARD)
    posts.unit[which] = draw_units_of(system, posts.trust[which], posts.job[which])


def _promote(system: System, month: Month) -> None:
    """To the band above, where it is; trainees and nursing associates thus come to be nurses."""
    posts = system.posts
    above = PROMOTED_TO[posts.job]
    room = system.wanted > 0
    which = _chosen(system, posts.counted & (above >= 0) & room[posts.trust, above], PROMOTED)
    posts.job[which] = above[which]
    acting = which[(posts.status[which] == ACTIVE) & (system.rng.random(len(which)) < 0.1)]
    posts.status[acting], posts.until[acting] = ACTING_UP, month.index + 6


def _change_hours(system: System) -> None:
    posts = system.posts
    which = _chosen(system, posts.counted, CHANGED_HOURS)
    shift = system.rng.choice(np.array([-40, -20, -20, 20, 20, 40]), len(which))
    posts.fte[which] = np.clip(posts.fte[which] + shift, 20, 100)


def _change_contracts(system: System) -> None:
    """Fixed terms become permanent."""
    posts = system.posts
    fixed = posts.counted & (posts.contract == FIXED_TERM) & ~RESIDENT[posts.job]
    posts.contract[_chosen(system, fixed, MADE_PERMANENT)] = PERMANENT


def _begin_leave(system: System, month: Month) -> None:
    posts, rng = system.posts, system.rng
    active = posts.counted & (posts.status == ACTIVE)
    births = may_give_birth(system.people, posts.person, month.first_day.toordinal())
    mothers = _chosen(system, active & births, WOMEN_GIVING_BIRTH)
    posts.status[mothers], posts.until[mothers] = MATERNITY_PAID, month.index + PAID_MONTHS
    service = (month.first_day.toordinal() - posts.hired) / YEAR
    active &= posts.status == ACTIVE
    away = _chosen(system, active & (service > 1), CAREER_BREAK)
    posts.status[away] = ON_CAREER_BREAK
    posts.until[away] = month.index + rng.integers(*CAREER_BREAK_MONTHS, len(away), endpoint=True)
    other = _chosen(system, active & (posts.status == ACTIVE), OTHER_STATUS)
    posts.status[other] = rng.choice(np.array([SECONDED, SECONDED, SECONDED_OUT, SUSPENDED]), len(other))
    posts.until[other] = month.index + rng.integers(3, 13, len(other))


def _end_leave(system: System, month: Month) -> None:
    """Leave that is over: unpaid follows on paid maternity leave for some, some never come back."""
    posts, rng = system.posts, system.rng
    over = np.flatnonzero(posts.here & (posts.until == month.index) & (posts.status != ACTIVE)).astype(np.int32)
    paid = posts.status[over] == MATERNITY_PAID
    longer = over[paid & (rng.random(len(over)) < UNPAID_AFTER_MATERNITY)]
    unpaid = over[np.isin(posts.status[over], (MATERNITY_UNPAID, ON_CAREER_BREAK))]
    gone = unpaid[rng.random(len(unpaid)) < LEAVES_FROM_LEAVE]
    posts.status[np.setdiff1d(over, gone)] = ACTIVE
    posts.status[longer], posts.until[longer] = MATERNITY_UNPAID, month.index + UNPAID_MONTHS
    _end(system, gone, _last_days(system, gone, month), np.zeros(len(gone), dtype=np.bool_))
