"""Does every hidden cell keep enough possible numbers, for somebody who knows everything but the hidden counts?"""

from __future__ import annotations

import numpy as np
import pytest
from disclosed import Left, all_tables, by_us, family, given_back, grid, only_in_danger, small_only, whole
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keepwell.disclosure.hiding import HIDING, HidingPolicy
from keepwell.disclosure.protecting import protect
from keepwell.disclosure.structure import Family

THREES = HidingPolicy("threes", "1 to 3 hidden, others to the nearest 3", hides_to=3, step=3)
EXACT = HidingPolicy("exact", "1 to 3 hidden, others exact", hides_to=3)
ROW = family([(3, {0: 1, 1: 1, 2: 1}, False)], 4)
PAIR = grid(1, 2)
GRID = grid(2, 2)
TIERS = family([(3, {0: 1, 1: 1}, False), (4, {3: 1, 2: 1}, False)], 5)
APART = family([(2, {0: 1, 1: 1}, True)], 3)
TWICE = family([(4, {0: 1, 1: 1}, False), (4, {2: 1, 3: 1}, False)], 5)
STOCK = family([(3, {0: 1, 1: 1, 2: -1}, False)], 4)

# A fault is shown as it was found: making it smaller takes minutes.
FIND = (Phase.explicit, Phase.generate)

# Few values, close to where a policy changes its mind.
EDGES = (0, 0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 17, 18, 40)


@st.composite
def filled(draw: st.DrawFn) -> tuple[Family, np.ndarray]:
    of = draw(st.sampled_from([ROW, PAIR, TIERS, GRID, grid(2, 3)]))
    free = draw(st.lists(st.sampled_from(EDGES), min_size=len(of.free), max_size=len(of.free)))
    return of, whole(of, np.array(free))


@pytest.mark.parametrize("keep_totals", [False, True])
@pytest.mark.parametrize("name", sorted(HIDING))
@settings(max_examples=12, deadline=None, derandomize=True, phases=FIND)
@given(drawn=filled())
def test_every_table_of_the_proof_released_afresh_gives_the_same_bytes(name, keep_totals, drawn):
    of, counts = drawn
    policy = HIDING[name]
    protected = protect(of, counts, policy, keep_totals=keep_totals)
    assert protected.hidden[policy.hides(counts)].all()
    assert set(np.flatnonzero(protected.hidden & ~protected.withheld)) == set(protected.proof.cells)
    for place, cell in enumerate(protected.proof.cells):
        tables = protected.proof.tables(of, counts, place)
        assert len({int(t[cell]) for t in tables} | {int(counts[cell])}) >= 4
        for other in tables:
            of.check(other)
            assert protect(of, other, policy, keep_totals=keep_totals).released() == protected.released()


@settings(max_examples=8, deadline=None, derandomize=True, phases=FIND)
@given(drawn=filled(), seed=st.integers(0, 5))
def test_the_same_holds_for_a_release_after_another(drawn, seed):
    of, counts = drawn
    policy = HIDING["nhs"]
    before = protect(of, counts, policy)
    more = before.hidden | (np.random.default_rng(seed).random(len(of)) < 0.2)
    shown_before = ~before.hidden & ~more
    again = protect(of, counts, policy, given=more, shown_before=shown_before)
    assert again.hidden[more].all()
    for place, _ in enumerate(again.proof.cells):
        for other in again.proof.tables(of, counts, place):
            afresh = protect(of, other, policy, given=more, shown_before=shown_before)
            assert afresh.released() == again.released()


FAMILIES = [
    pytest.param(ROW, 11, 5, id="a row"),
    pytest.param(PAIR, 16, 10, id="a pair with totals twice"),
    pytest.param(TIERS, 11, 5, id="three tiers"),
    pytest.param(APART, 13, 7, id="a total counted apart"),
    pytest.param(TWICE, 10, 5, id="a total of two tables"),
    pytest.param(STOCK, 9, 4, id="a stock and its flows"),
]


@pytest.mark.parametrize(
    ("policy", "keep_totals"), [(THREES, False), (EXACT, False), (EXACT, True)], ids=["rounded", "exact", "totals kept"]
)
@pytest.mark.parametrize(("of", "most", "asked"), FAMILIES)
def test_counted_over_every_table_there_is_nothing_hidden_is_given_back(of, most, asked, policy, keep_totals):
    ours = by_us(policy, 3, keep_totals=keep_totals)
    assert given_back(of, ours, most=most, asked_up_to=asked, at_least=3) == []


@pytest.mark.parametrize("name", ["nhs", "under_5", "survey_11"])
@settings(max_examples=15, deadline=None, derandomize=True, phases=FIND)
@given(drawn=filled())
def test_where_totals_are_plain_sums_nothing_is_withheld(name, drawn):
    of, counts = drawn
    assert not protect(of, counts, HIDING[name]).withheld.any()


@pytest.mark.parametrize("policy", [THREES, EXACT], ids=lambda p: p.name)
def test_public_cells_are_taken_as_known(policy):
    public = np.array([False, True, False, False])

    def release(of, counts):
        protected = protect(of, counts, policy, at_least=3, public=public)
        known = counts[public].tobytes()
        return Left(protected.released() + known, protected.hidden & ~protected.withheld & ~public)

    assert given_back(ROW, release, most=10, asked_up_to=5, at_least=3) == []


def test_totals_are_kept_where_there_is_room_and_a_part_goes_instead():
    counts = whole(ROW, np.array([2, 30, 40]))
    kept = protect(ROW, counts, HIDING["under_5"], keep_totals=True)
    assert kept.hidden.tolist() == [True, True, False, False]
    near = protect(ROW, whole(ROW, np.array([2, 6, 40])), HIDING["under_5"], keep_totals=True)
    assert near.hidden.tolist() == [True, True, True, False]
    assert not near.withheld.any()


@pytest.mark.parametrize("policy", [THREES, EXACT], ids=lambda p: p.name)
def test_planted_hiding_small_cells_only_is_caught(policy):
    assert given_back(ROW, small_only(policy), most=8, asked_up_to=4, at_least=3)


def test_planted_hiding_only_what_is_in_danger_is_caught():
    """Each table looks safe by itself; seen beside the others, the mark says that it was not."""
    assert given_back(ROW, only_in_danger(THREES, 3), most=11, asked_up_to=5, at_least=3)


def test_the_proof_never_claims_more_than_there_is():
    release = by_us(THREES, 3)
    alike: dict[bytes, list[np.ndarray]] = {}
    for counts in all_tables(PAIR, 12):
        alike.setdefault(release(PAIR, counts).released, []).append(counts)
    for tables in alike.values():
        if tables[0].max() <= 8:
            protected = protect(PAIR, tables[0], THREES, at_least=3)
            for cell in protected.proof.cells:
                assert min(3, protected.proof.candidates[cell]) <= len({int(t[cell]) for t in tables})
