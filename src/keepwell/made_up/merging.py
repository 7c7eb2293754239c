"""What happens when one trust becomes part of another?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from keepwell.made_up.staff import BANK, NO_SECOND, SECOND_BANK, SECOND_POST, STILL_HERE
from keepwell.made_up.system import System

FOLDED = -1
"""`left` of a post that became another's second assignment: nobody left."""


def merge(system: System) -> tuple[int, int]:
    """Put the community provider into the mental-health trust; their places among the trusts.

    People keep their Unique NHS Identifier and their start date and get an Employee Number of the new
    employer. Who worked in both has one employment with a second assignment. Nobody is a leaver.
    """
    kinds = [trust.kind for trust in system.trusts]
    old, new = kinds.index("community"), kinds.index("mental_health")
    _fold_doubles(system, old, new)
    posts = system.posts
    moving = np.flatnonzero(posts.here & (posts.trust == old))
    posts.trust[moving] = new
    posts.employee[moving] = system.new_employee_numbers(len(moving))
    system.units.trust[system.units.trust == old] = new
    system.wanted[new] += system.wanted[old]
    system.wanted[old] = 0
    system.waiting = [replace(waiting, trust=new) if waiting.trust == old else waiting for waiting in system.waiting]
    return old, new


def _fold_doubles(system: System, old: int, new: int) -> None:
    posts = system.posts
    in_old = {int(posts.person[post]): int(post) for post in np.flatnonzero(posts.here & (posts.trust == old))}
    for post in np.flatnonzero(posts.here & (posts.trust == new)):
        other = in_old.get(int(posts.person[post]))
        if other is not None:
            _fold(system, int(post), other)


def _fold(system: System, post: int, other: int) -> None:
    """One post as the second assignment of another. Hours of a third assignment are lost."""
    posts = system.posts
    assert posts.left[other] == STILL_HERE
    posts.left[other] = FOLDED
    bank = posts.contract[other] == BANK
    if posts.second[post] == NO_SECOND or not bank:
        posts.second[post] = SECOND_BANK if bank else SECOND_POST
        posts.second_unit[post], posts.second_fte[post] = posts.unit[other], posts.fte[other]
