"""Does the attacker find what is planted, and nothing where we released?

The attacker shares no code with what protects: its sums are written out here again.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

from keepwell.disclosure.attacking import Fact, Held, counts_given_back, recovered, worked_out
from keepwell.disclosure.declaring import Dimension, family_of
from keepwell.disclosure.hiding import HIDING, shown
from keepwell.disclosure.protecting import protect

# Two wards by two staff groups, a total of each row, of each column and of all.
SUMS = [
    (2, {0: 1, 1: 1}, False),
    (5, {3: 1, 4: 1}, False),
    (8, {6: 1, 7: 1}, False),
    (6, {0: 1, 3: 1}, False),
    (7, {1: 1, 4: 1}, False),
    (8, {2: 1, 5: 1}, False),
]
COUNTS = np.array([3, 20, 23, 30, 45, 75, 33, 65, 98])


def test_planted_small_cells_hidden_beside_exact_totals_are_recovered() -> None:
    assert recovered(Held(shown(HIDING["under_5"], COUNTS), None, SUMS)) == [0]


def test_planted_a_total_that_gives_the_one_hidden_cell_back_is_found() -> None:
    seen = shown(HIDING["under_5"], COUNTS)
    seen[[2, 6, 8]] = np.nan
    seen[2] = COUNTS[2]
    assert 0 in recovered(Held(seen, None, SUMS))


def test_planted_a_cell_hidden_in_one_table_and_not_in_another_that_overlaps_is_found() -> None:
    first = shown(HIDING["under_5"], COUNTS[:3], np.array([True, True, False]))
    second = np.array([np.nan, 20.0])
    assert recovered(Held(first, None, [SUMS[0]])) == []
    both = Held(np.concatenate([first, second]), None, [SUMS[0], (3, {0: 1}, False), (4, {1: 1}, False)])
    assert set(recovered(both)) == {0, 1, 3}


def test_planted_rounding_at_its_edge_is_found() -> None:
    """8 and 18 are shown as 10 and 20, with 1 hidden the total 27 as 25: only one table does that."""
    seen = shown(HIDING["nhs"], np.array([1, 8, 18, 27]))
    sums = [(3, {0: 1, 1: 1, 2: 1}, False)]
    held = Held(seen, 5, sums, (1, 7), facts=[Fact({1: 1.0}, 8, 12)])
    assert recovered(held) == [0]
    family = family_of(
        pa.table({"staff_group": ["a", "b", "c"], "leavers": [1, 8, 18]}),
        counts=["leavers"],
        dimensions=[Dimension("staff_group", ("staff_group",), "All")],
    )
    protected = protect(family.family, family.counts, HIDING["nhs"])
    assert np.isnan(protected.shown[3])
    assert recovered(Held(protected.shown, 5, sums)) == []


def test_planted_a_full_precision_rate_beside_rounded_headcounts_gives_the_count_back() -> None:
    means = [Fraction(n, 2) for n in range(2 * 198, 2 * 202 + 1)]
    assert counts_given_back(float(Fraction(3) / 199), 6, range(1, 8), means) == {3}
    assert len(counts_given_back(0.0, 1, range(1, 8), means)) >= 4


def test_a_count_that_must_lie_below_another_is_bounded() -> None:
    held = Held(np.array([np.nan, 9.0, 11.0]), None, [(2, {0: 1, 1: 1}, True)])
    found = worked_out(held)[0]
    assert (found.least, found.most) == (2, 11)
    assert found.candidates == 10


def test_nothing_is_known_of_a_cell_without_a_total() -> None:
    found = worked_out(Held(np.array([np.nan, 9.0]), None, []))[0]
    assert found.candidates == np.inf
    assert not found.recovered


@pytest.mark.parametrize("name", sorted(HIDING))
@pytest.mark.parametrize("keep_totals", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_nothing_that_was_released_is_recovered(name: str, keep_totals: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    wards, groups = [f"w{i}" for i in range(4)], [f"g{i}" for i in range(3)]
    rows = [(w, g, int(rng.poisson(9))) for w in wards for g in groups]
    table = pa.table({"ward": [r[0] for r in rows], "group": [r[1] for r in rows], "leavers": [r[2] for r in rows]})
    filled = family_of(
        table,
        counts=["leavers"],
        dimensions=[Dimension("ward", ("ward",), "all wards"), Dimension("group", ("group",), "all groups")],
    )
    protected = protect(filled.family, filled.counts, HIDING[name], keep_totals=keep_totals)
    labels = filled.family.labels.to_pylist()
    at = {(r["ward"], r["group"]): i for i, r in enumerate(labels)}
    sums = [(at[w, "all groups"], {at[w, g]: 1 for g in groups}, False) for w in [*wards, "all wards"]]
    sums += [(at["all wards", g], {at[w, g]: 1 for w in wards}, False) for g in [*groups, "all groups"]]
    for found in worked_out(Held(protected.shown, HIDING[name].step, sums)):
        assert found.candidates >= 4
