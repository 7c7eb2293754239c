"""How many were in post, joined and left, as the maker knows it?

By the snapshot method: who is in post at one month's end and not at another's. Kept apart from the engine, so
that each may be tested against the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from keepwell.made_up.jobs import ESR_GROUPS, GROUP_OF, PUBLICATION_OF, RESIDENT, Flags, Floats, Ints
from keepwell.made_up.system import System
from keepwell.periods import Month, Period

ALL: Final = "All staff groups"
_SPAN: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Who was in post at a month's end, one element a person and trust. `key` is of both together."""

    month: Month
    key: np.ndarray[tuple[int, ...], np.dtype[np.int64]]
    trust: Ints
    esr_group: Ints
    publication: Ints
    resident: Flags
    fte: Ints


@dataclass(frozen=True, slots=True)
class Counted:
    """Flows of one trust and staff group over a period. FTE of leavers as at the start, of joiners at the end.

    Of a staff group: joiners are who joined the trust and is in the group at the end, leavers who left the trust
    and was in it at the start; moves between groups are neither.
    """

    organisation: str
    staff_group: str
    period: Period
    headcount_at_start: int
    headcount_at_end: int
    joiners: int
    leavers: int
    fte_at_start: float
    fte_at_end: float
    joiners_fte: float
    leavers_fte: float

    @property
    def leaver_rate(self) -> float:
        return self.leavers / ((self.headcount_at_start + self.headcount_at_end) / 2)

    @property
    def stability_index(self) -> float:
        return 1 - self.leavers / self.headcount_at_start


def snapshot(system: System, month: Month) -> Snapshot:
    """Who is in post now."""
    which = np.flatnonzero(system.posts.counted)
    trust, job = system.posts.trust[which], system.posts.job[which]
    key = trust.astype(np.int64) * _SPAN + system.posts.person[which].astype(np.int64)
    order = np.argsort(key, kind="stable")
    return Snapshot(
        month=month,
        key=key[order],
        trust=trust[order],
        esr_group=GROUP_OF[job][order],
        publication=PUBLICATION_OF[job][order],
        resident=RESIDENT[job][order],
        fte=system.posts.full_fte[which][order],
    )


def without_residents(snap: Snapshot) -> Snapshot:
    return _only(snap, ~snap.resident)


def _only(snap: Snapshot, which: Flags | Ints) -> Snapshot:
    return replace(
        snap,
        key=snap.key[which],
        trust=snap.trust[which],
        esr_group=snap.esr_group[which],
        publication=snap.publication[which],
        resident=snap.resident[which],
        fte=snap.fte[which],
    )


def as_merged(snap: Snapshot, old: int, new: int) -> Snapshot:
    """The same people, those of the merged trust counted in its successor; nobody there twice."""
    trust = np.where(snap.trust == old, new, snap.trust).astype(np.int32)
    key = trust.astype(np.int64) * _SPAN + snap.key % _SPAN
    kept, first, which = np.unique(key, return_index=True, return_inverse=True)
    fte = np.bincount(which, weights=snap.fte).astype(np.int32)
    own = snap.trust[first] == trust[first]
    last = len(key) - 1 - np.unique(key[::-1], return_index=True)[1]
    chosen = np.where(own, first, last)
    return replace(_only(replace(snap, trust=trust), chosen), key=kept, fte=fte)


def count(before: Snapshot, after: Snapshot, by: str, trusts: int, groups: int) -> Floats:
    """Counts of two snapshots: trust x group x (headcount and FTE: start, end, joiners, leavers).

    `by` names the snapshots' group, "esr_group" or "publication"; one more group, the last, is all.
    """
    stays, was = np.isin(before.key, after.key), np.isin(after.key, before.key)
    found = np.zeros((trusts, groups + 1, 8))
    parts = ((before, None), (after, None), (after, ~was), (before, ~stays))
    for place, (snap, which) in enumerate(parts):
        chosen = snap if which is None else _only(snap, which)
        cell = chosen.trust * groups + getattr(chosen, by)
        for unit, weights in enumerate((None, chosen.fte / 100)):
            numbers = np.bincount(cell, weights=weights, minlength=trusts * groups).reshape(trusts, groups)
            found[:, :groups, place + 4 * unit] = numbers
    found[:, groups] = found[:, :groups].sum(axis=1)
    return found


def counted(system: System, before: Snapshot, after: Snapshot) -> Iterator[Counted]:
    """Flows by trust, for all staff and each ESR staff group that has anybody."""
    found = count(before, after, "esr_group", len(system.trusts), len(ESR_GROUPS))
    period = Period(before.month + 1, after.month)
    for trust, by_group in zip(system.trusts, found, strict=True):
        for name, numbers in zip((*ESR_GROUPS, ALL), by_group, strict=True):
            if numbers.any():
                yield Counted(
                    trust.code,
                    name,
                    period,
                    *(round(number) for number in numbers[:4]),
                    *(round(float(number), 2) for number in numbers[4:]),
                )
