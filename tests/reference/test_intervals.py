"""Do our intervals equal the published ones, and what do they do at the edges?

Golden numbers: PHEindicatormethods (UKHSA), testdata_*.xlsx, quoted as facts.
"""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keepwell.comparison import (
    Interval,
    byar_interval,
    exact_interval,
    exact_poisson_interval,
    rate_interval,
    wilson_interval,
)

BYAR = [
    (65, 0.95, 50.163187710459454, 82.849138545939837),
    (1045, 0.95, 982.59320180733255, 1110.3312129856499),
    (1, 0.95, 0.0130721329015, 5.5637555824752605),
    (65, 0.998, 42.880261471480203, 94.000290844318016),
    (1045, 0.998, 947.94070356103737, 1148.8061609880331),
    (10, 0.998, 2.916318374695686, 24.193724927880535),
]
WILSON = [
    (65, 100, 0.95, 0.55254443296887967, 0.73635751756902468),
    (1045, 5000, 0.95, 0.19795549880013297, 0.22049130373189027),
    (1, 100, 0.95, 0.0017674320641406511, 0.054486196178705294),
    (222, 3215, 0.95, 0.06079169036363659, 0.07833956681383633),
    (65, 100, 0.998, 0.49549465740704313, 0.77835406140896968),
]
RATE_PER_100 = [
    (1, 100, 0.025317807984289897, 5.571643390938898),
    (5, 100, 1.62348639011842, 11.668332079322669),
]
EVERY = [
    lambda x, confidence: wilson_interval(x, 100, confidence),
    byar_interval,
    exact_poisson_interval,
    lambda x, confidence: rate_interval(x, 100, confidence),
]


def assert_bounds(interval: Interval, lower: object, upper: object) -> None:
    np.testing.assert_allclose(interval.lower, lower, rtol=1e-9, atol=0)
    np.testing.assert_allclose(interval.upper, upper, rtol=1e-9, atol=0)


@pytest.mark.parametrize(("x", "confidence", "lower", "upper"), BYAR)
def test_byars_bounds_are_the_published_ones(x, confidence, lower, upper):
    assert_bounds(byar_interval(x, confidence), lower, upper)


@pytest.mark.parametrize(("x", "n", "confidence", "lower", "upper"), WILSON)
def test_wilsons_bounds_are_the_published_ones(x, n, confidence, lower, upper):
    assert_bounds(wilson_interval(x, n, confidence), lower, upper)


@pytest.mark.parametrize(("x", "denominator", "lower", "upper"), RATE_PER_100)
def test_a_rate_of_few_events_has_the_published_exact_bounds(x, denominator, lower, upper):
    assert_bounds(rate_interval(x, denominator), lower / 100, upper / 100)


@pytest.mark.parametrize("x", [1, 2.5, 9, 40])
def test_exact_bounds_are_half_the_chi_squared_quantiles(x):
    assert_bounds(
        exact_poisson_interval(x, 0.998),
        stats.chi2.ppf(0.001, 2 * x) / 2,
        stats.chi2.ppf(0.999, 2 * x + 2) / 2,
    )


def test_nine_events_are_exact_and_ten_are_byars():
    rates = rate_interval([9, 10], 1)
    exact, byar = exact_poisson_interval(9), byar_interval(10)
    assert rates.lower.tolist() == [exact.lower, byar.lower]
    assert rates.upper.tolist() == [exact.upper, byar.upper]


def test_an_array_gives_the_same_bounds_as_its_elements_one_by_one():
    for x, n, confidence, lower, upper in WILSON:
        assert_bounds(wilson_interval([x, x], [n, n], confidence), [lower] * 2, [upper] * 2)
    many = rate_interval([[0, 5], [65, 1045]], [[100], [5000]])
    assert many.lower.shape == many.upper.shape == (2, 2)
    one = rate_interval(1045, 5000)
    assert (many.lower[1, 1], many.upper[1, 1]) == (one.lower, one.upper)


@pytest.mark.parametrize("interval_of", EVERY)
def test_bounds_are_arrays_of_float64_for_a_number_alone_too(interval_of):
    interval = interval_of(3, 0.95)
    for bound in (interval.lower, interval.upper):
        assert isinstance(bound, np.ndarray)
        assert bound.dtype == np.float64
        assert bound.shape == ()


@pytest.mark.parametrize("interval_of", EVERY)
def test_no_events_have_a_lower_bound_of_exactly_nought(interval_of):
    interval = interval_of(0, 0.998)
    assert interval.lower == 0
    assert interval.upper > 0


@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.998])
def test_shares_of_nobody_and_of_everybody_have_an_exact_outer_bound(confidence):
    everyone = np.arange(1, 200)  # at 95 % and n = 15, 16, 17 … the formula alone gives 1 less a rounding
    assert np.all(wilson_interval(0, everyone, confidence).lower == 0)
    assert np.all(wilson_interval(everyone, everyone, confidence).upper == 1)
    assert np.all(wilson_interval(everyone, everyone, confidence).lower < 1)


def test_a_group_of_nobody_has_no_bounds():
    for interval in (
        wilson_interval([0, 1], [0, 2]),
        rate_interval([0, 1], [0, 2]),
        rate_interval([4, 1], [0, 2]),
    ):
        assert np.isnan(interval.lower).tolist() == [True, False]
        assert np.isnan(interval.upper).tolist() == [True, False]


@pytest.mark.parametrize("interval_of", EVERY)
def test_a_missing_number_has_no_bounds_and_spoils_no_other(interval_of):
    interval = interval_of([np.nan, 3], 0.95)
    assert np.isnan(interval.lower).tolist() == [True, False]
    assert np.isnan(interval.upper).tolist() == [True, False]


def test_a_missing_size_has_no_bounds_even_where_nobody_left():
    for interval in (wilson_interval(0, np.nan), rate_interval(0, np.nan)):
        assert np.isnan(interval.lower)
        assert np.isnan(interval.upper)


def test_byars_lower_bound_is_cut_off_at_nought():
    interval = byar_interval(1, 0.998)
    assert interval.lower == 0
    assert interval.upper == pytest.approx(9.362180217908362, rel=1e-9)


def test_a_rate_may_pass_one():
    assert_bounds(rate_interval(250, 220), 0.9998494738532876, 1.2863114487455782)


@pytest.mark.parametrize("interval_of", EVERY)
def test_a_negative_or_infinite_count_is_refused(interval_of):
    with pytest.raises(ValueError, match="x is negative"):
        interval_of([3, -1], 0.95)
    with pytest.raises(ValueError, match="x is infinite"):
        interval_of([3, np.inf], 0.95)


def test_more_leavers_than_people_are_refused():
    with pytest.raises(ValueError, match="x is more than n"):
        wilson_interval([1, 6], [5, 5])
    with pytest.raises(ValueError, match="x is more than n"):
        wilson_interval(1, 0)


def test_a_negative_size_is_refused():
    with pytest.raises(ValueError, match="n is negative"):
        wilson_interval(0, -5)
    with pytest.raises(ValueError, match="denominator is negative"):
        rate_interval(3, -5)


@pytest.mark.parametrize("interval_of", EVERY)
@pytest.mark.parametrize("confidence", [0, 1, 95, -0.5, float("nan")])
def test_a_confidence_that_is_no_fraction_is_refused(interval_of, confidence):
    with pytest.raises(ValueError, match="confidence is a fraction"):
        interval_of(3, confidence)


@given(st.integers(0, 12), st.integers(1, 12), st.sampled_from([0.95, 0.998]))
def test_what_was_seen_lies_between_the_bounds(x, more, confidence):
    n = x + more
    for interval in (wilson_interval(x, n, confidence), rate_interval(x, n, confidence)):
        assert interval.lower <= x / n <= interval.upper


@given(st.integers(0, 12), st.integers(1, 12))
def test_asking_for_more_confidence_widens_the_interval(x, more):
    n = x + more
    for interval_of in (wilson_interval, rate_interval):
        usual, wide = interval_of(x, n, 0.95), interval_of(x, n, 0.998)
        assert wide.lower <= usual.lower
        assert wide.upper >= usual.upper


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [(10, 100, 0.0490047, 0.1762226), (0, 10, 0.0, 0.3084971), (10, 10, 0.6915029, 1.0), (26, 26, 0.8677, 1.0)],
)
def test_exact_interval_is_that_of_the_printed_tables(x: int, n: int, lower: float, upper: float) -> None:
    """Clopper and Pearson; 26 of 26 gives 0.868 as in published commentary on stay conversations."""
    found = exact_interval(x, n)
    assert (float(found.lower), float(found.upper)) == pytest.approx((lower, upper), abs=5e-5)


def test_exact_bounds_are_where_the_tails_are_two_and_a_half_percent() -> None:
    """The definition itself, by adding up the binomial distribution."""
    for x, n in ((1, 10), (4, 141), (7, 26), (52, 6988)):
        found = exact_interval(x, n)
        low, high = float(found.lower), float(found.upper)
        at_low = 1 - sum(comb(n, k) * low**k * (1 - low) ** (n - k) for k in range(x))
        at_high = sum(comb(n, k) * high**k * (1 - high) ** (n - k) for k in range(x + 1)) if n < 200 else 0.025
        assert at_low == pytest.approx(0.025, abs=1e-9)
        assert at_high == pytest.approx(0.025, abs=1e-9)


def test_exact_interval_of_nobody_is_nothing_and_more_than_all_is_a_fault() -> None:
    assert np.isnan(float(exact_interval(0, 0).lower))
    with pytest.raises(ValueError, match="more than n"):
        exact_interval(3, 2)


def test_a_missing_count_has_no_interval_of_any_kind() -> None:
    for made in (wilson_interval(np.nan, 20), exact_interval(np.nan, 20), rate_interval(np.nan, 20)):
        assert np.isnan(made.lower)
        assert np.isnan(made.upper)
