"""Relative likelihoods against scipy, and against the example that its documentation works through."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats.contingency import relative_risk

from keepwell.comparison.likelihood import relative_likelihood


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.998])
def test_ratio_and_interval_are_those_of_scipy(confidence: float) -> None:
    rng = np.random.default_rng(4)
    n1, n2 = rng.integers(1, 5000, 200), rng.integers(1, 5000, 200)
    a, c = (np.maximum(1, rng.binomial(n, rng.uniform(0, 0.4, 200))) for n in (n1, n2))
    found = relative_likelihood(a, n1, c, n2, confidence)
    for i in range(200):
        theirs = relative_risk(int(a[i]), int(n1[i]), int(c[i]), int(n2[i]))
        interval = theirs.confidence_interval(confidence)
        assert found.ratio[i] == pytest.approx(theirs.relative_risk, rel=1e-12)
        assert (found.lower[i], found.upper[i]) == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_the_worked_example_of_hypertension_and_infarction() -> None:
    """27 of 122 against 44 of 487: 2.449, from 1.584 to 3.789 (the documentation of scipy.stats, from a textbook)."""
    found = relative_likelihood(27, 122, 44, 487)
    assert found.ratio == pytest.approx(2.4495156482861398)
    assert (found.lower, found.upper) == pytest.approx((1.5836990926700116, 3.7886786315466354))
    assert found.beyond_chance
    assert found.outside


def test_where_nobody_left_there_is_no_interval() -> None:
    found = relative_likelihood([0, 5, 0, 5, 5], [50, 50, 50, 0 + 5, 50], [5, 0, 0, 5, np.nan], [50, 50, 50, 5, 50])
    assert found.ratio.tolist()[:1] == [0]
    assert np.isnan(found.ratio[[1, 2, 4]]).all()
    assert np.isnan(found.lower[[0, 1, 2, 4]]).all()
    assert np.isnan(found.upper[[0, 1, 2, 4]]).all()
    assert (found.ratio[3], found.lower[3], found.upper[3]) == (1, 1, 1)  # all of both left: a point
    assert not found.beyond_chance.any()


def test_an_empty_group_has_no_likelihood_and_too_many_leavers_are_refused() -> None:
    assert np.isnan(relative_likelihood(0, 0, 3, 10).ratio)
    with pytest.raises(ValueError, match="more left than were there"):
        relative_likelihood(3, 2, 1, 5)
    with pytest.raises(ValueError, match="more left than were there"):
        relative_likelihood(1, 2, 6, 5)
    with pytest.raises(ValueError, match="a is negative"):
        relative_likelihood(-1, 2, 1, 5)


@pytest.mark.parametrize(("left", "outside"), [(79, True), (80, False), (125, False), (126, True)])
def test_four_fifths_are_from_0_8_to_1_25(left: int, outside: bool) -> None:
    assert bool(relative_likelihood(left, 1000, 100, 1000).outside) is outside
