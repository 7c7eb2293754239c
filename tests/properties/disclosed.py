"""Small families drawn at random, and every table that their sums allow, counted one by one."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from keepwell.disclosure.hiding import HidingPolicy, shown
from keepwell.disclosure.protecting import protect
from keepwell.disclosure.structure import Family, Sums


def grid(rows: int, columns: int) -> Family:
    """Rows by columns, with a total of each row, of each column and of all."""
    wide = columns + 1
    equations: list[tuple[int, dict[int, int], bool]] = []
    for r in range(rows + 1):
        equations.append((r * wide + columns, {r * wide + c: 1 for c in range(columns)}, False))
    for c in range(wide):
        equations.append((rows * wide + c, {r * wide + c: 1 for r in range(rows)}, False))
    return family(equations, (rows + 1) * wide)


def family(equations: list[tuple[int, dict[int, int], bool]], cells: int) -> Family:
    return Family(pa.table({"cell": list(range(cells))}), Sums.of(equations), np.arange(cells), ())


def whole(of: Family, free: tuple[int, ...] | np.ndarray) -> np.ndarray:
    return np.rint(of.from_free @ np.asarray(free)).astype(np.int64)


def all_tables(of: Family, most: int) -> list[np.ndarray]:
    """Every table whose free cells lie between 0 and `most` and that breaks no sum."""
    found = []
    for free in itertools.product(range(most + 1), repeat=len(of.free)):
        counts = whole(of, free)
        bound, kind = of.bindings
        held = np.rint(bound @ np.asarray(free)) if bound.shape[0] else np.zeros(0)
        if (counts >= 0).all() and (held[kind == 0] == 0).all() and (held[kind == 1] >= 0).all():
            found.append(counts)
    return found


@dataclass(frozen=True)
class Left:
    """What left of a table: the bytes, and the cells hidden that are to be protected."""

    released: bytes
    hidden: np.ndarray


Release = Callable[[Family, np.ndarray], Left]


def released_by_all(of: Family, release: Release, most: int) -> dict[bytes, list[np.ndarray]]:
    """All tables, by what is released of them."""
    alike: dict[bytes, list[np.ndarray]] = {}
    for counts in all_tables(of, most):
        alike.setdefault(release(of, counts).released, []).append(counts)
    return alike


def given_back(of: Family, release: Release, *, most: int, asked_up_to: int, at_least: int) -> list[str]:
    """Hidden cells with too few possible numbers, counted over every table that is released alike.

    Asked of tables whose free cells go up to `asked_up_to`; those alike are looked for up to `most`.
    """
    faults = []
    for tables in released_by_all(of, release, most).values():
        if tables[0][of.free].max() > asked_up_to:
            continue
        for cell in np.flatnonzero(release(of, tables[0]).hidden):
            possible = {int(t[cell]) for t in tables}
            if len(possible) < at_least:
                faults.append(f"cell {cell}: {len(possible)} possible")
    return faults


def by_us(policy: HidingPolicy, at_least: int, *, keep_totals: bool = False) -> Release:
    def release(of: Family, counts: np.ndarray) -> Left:
        protected = protect(of, counts, policy, at_least=at_least, keep_totals=keep_totals)
        return Left(protected.released(), protected.hidden & ~protected.withheld)

    return release


def small_only(policy: HidingPolicy) -> Release:
    """A planted fault: hide what is small and nothing else."""

    def release(of: Family, counts: np.ndarray) -> Left:
        return Left(shown(policy, counts).tobytes(), policy.hides(counts))

    return release


def only_in_danger(policy: HidingPolicy, at_least: int) -> Release:
    """A planted fault: hide a total only where its parts would be nearly known, which says that they are."""

    def release(of: Family, counts: np.ndarray) -> Left:
        hidden = policy.hides(counts)
        for total, parts, _, _ in of.sums:
            least = policy.lowest_alike(counts[parts]).sum()
            most = policy.highest_alike(counts[parts]).sum()
            near = policy.highest_alike(counts[[total]])[0] - least < at_least - 1
            far = most - policy.lowest_alike(counts[[total]])[0] < at_least - 1
            hidden[total] |= hidden[parts].any() and (near or far)
        return Left(shown(policy, counts, hidden).tobytes(), hidden)

    return release
