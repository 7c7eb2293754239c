"""Do our funnels equal the published ones, row by row, and what do they do at the edges?

Golden numbers, quoted as facts: PHEindicatormethods (UKHSA), testdata_funnel_*.csv and the package's example;
FunnelPlotR's tests (NHS-R). Limits of the overdispersed kinds were worked out apart from this code.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from keepwell.comparison import (
    HIGH,
    HIGHER,
    LOW,
    LOWER,
    NOT_SIGNIFICANT,
    Dispersion,
    Limits,
    adjusted_limits,
    adjusted_rate_limits,
    average_of,
    dispersion,
    exact_poisson_interval,
    proportion_limits,
    proportion_significance,
    rate_dispersion,
    rate_interval,
    rate_limits,
    rate_significance,
    ratio_limits,
    significance,
    wilson_interval,
)

AVERAGE = 0.8064244786
# n, lower 95, upper 95, lower 99.8, upper 99.8, in percent
PROPORTIONS = [
    (1, 3.204264, 100, 0, 100),
    (2, 25.885383, 100, 0, 100),
    (3, 35.933491, 100, 10.150815, 100),
    (16, 61.282902, 100, 50.118675, 100),
    (18, 62.390093, 98.894803, 51.864359, 100),
    (41, 68.548635, 92.73626, 61.574398, 99.710497),
    (539, 77.306949, 83.977947, 75.38344, 85.901456),
    (9998, 79.867989, 81.416907, 79.421375, 81.863521),
    (110000, 80.408963, 80.875933, 80.274317, 81.010578),
]
# Counts, and the expected numbers at which each lies just on a limit: lower 95, upper 95, lower 99.8, upper 99.8
RATIOS = [
    (1, 5.571644585, 0.025317898, 9.233410143, 0.001000547),
    (2, 7.224687515, 0.242209467, 11.22886836, 0.04540199),
    (5, 11.6683331, 1.623486324, 16.45474478, 0.739371928),
    (10, 18.39035799, 4.795387629, 24.13397235, 2.960519925),
    (39, 53.31428731, 27.73281189, 62.41961313, 22.50504841),
    (138, 163.0397658, 115.9369028, 178.298989, 104.526157),
    (716, 770.4222128, 664.5083011, 802.60414, 636.1521174),
]
# The same for a rate per 100,000 around 116.1720835: count, then population and limit four times.
RATE = 116.1720835e-5
RATES = [
    (1, 20.85059119, 4588.535848, 12.58170943, 116108.569),
    (10, 63.17010446, 242.2579623, 48.13632908, 392.4043292),
    (52, 88.58853442, 155.5499074, 77.08229077, 185.7200312),
    (466, 106.088168, 127.4857181, 100.8799738, 134.623648),
    (1360, 110.158048, 122.6021934, 106.9073359, 126.5084525),
]
SIGNIFICANCE = [
    ("New Forest", 35078.488, 41980, HIGHER),
    ("South Gloucestershire", 50050.7443, 61921, NOT_SIGNIFICANT),
    ("Norwich", 24803.6256, 31824, LOWER),
    ("West Norfolk", 26789.238, 33012, HIGH),
    ("North Devon", 30277.5312, 37828, LOW),
    ("East Devon", 21139.2936, 25992, HIGH),
    ("Sheffield West", 23910.2469, 29457, HIGH),
]
A, B, C, D = (10232, 15232), (12321, 16123), (15123, 17932), (13213, 18475)
OBSERVED, EXPECTED = [100, 150, 180, 80, 120, 225], [108, 112, 165, 95, 100, 220]
LEFT, THERE = [383, 210, 95, 640, 150, 60, 330, 120], [3496, 2400, 700, 5200, 1250, 640, 2500, 1500]


def every(limits: Limits) -> np.ndarray:
    return np.array([limits.lower_95, limits.upper_95, limits.lower_99_8, limits.upper_99_8]).T


def test_the_funnel_of_a_share_is_the_published_one() -> None:
    table = np.array(PROPORTIONS)
    np.testing.assert_allclose(every(proportion_limits(table[:, 0], AVERAGE)) * 100, table[:, 1:], atol=6e-7)


def test_our_short_formula_is_the_long_one_of_fingertips() -> None:
    """The long one, as published, before it is cut off at 0 and 100%."""
    for p, confidence in ((0.975, 0), (0.999, 2)):
        z2 = stats.norm.ppf(p) ** 2
        for n in (40, 539, 25_000):
            for a in (0.02, 0.11, AVERAGE):
                first, last = a * (n / z2 + 1), 1 / z2 + 1 / n
                inner = n * (a * (n / z2 + 2) - 1) + z2 * (a - 1)
                adj = np.sqrt((8 * first) ** 2 - 64 * last * a * inner) / 8
                low, high = ((first - adj) / last / n, (first + adj) / last / n)
                ours = every(proportion_limits(n, a))[confidence : confidence + 2]
                np.testing.assert_allclose(ours, np.clip([low, high], 0, 1), rtol=1e-9, atol=1e-12)


def test_four_areas_stand_where_the_package_puts_them() -> None:
    x, n = np.array([A, B, C, D]).T
    average = average_of(x, n)
    assert average == pytest.approx(0.7509961335, abs=5e-11)
    limits = every(proportion_limits(n, average))
    assert limits[0] == pytest.approx([0.744129, 0.757864, 0.740168, 0.761824], abs=6e-7)
    assert limits[1, 3] == pytest.approx(0.761520, abs=6e-7)
    assert limits[3, 2] == pytest.approx(0.741165, abs=6e-7)
    assert proportion_significance(x, n, average).tolist() == [LOWER, HIGHER, HIGHER, LOWER]


@pytest.mark.parametrize(("area", "x", "n", "label"), SIGNIFICANCE)
def test_areas_have_their_published_significance(area: str, x: float, n: int, label: str) -> None:
    assert str(proportion_significance(x, n, AVERAGE)) == label


@pytest.mark.parametrize("row", RATIOS)
def test_the_funnel_of_a_ratio_is_the_published_one(row: tuple[float, ...]) -> None:
    """Published turned round: at this expected number, this count lies just on the limit."""
    count, *expected = row
    for i, at in enumerate(expected):
        if i % 2 and at < 0.03:
            continue  # so little expected that no whole number is inside; see the test of significance
        assert every(rate_limits(at, 1.0))[i] * at == pytest.approx(count, rel=2e-6)


@pytest.mark.parametrize("row", RATES)
def test_the_funnel_of_a_rate_is_the_published_one(row: tuple[float, ...]) -> None:
    count, *limits = (row[0], *(limit * 1e-5 for limit in row[1:]))
    for i, limit in enumerate(limits):
        if count * RATE / limit > 0.03:
            assert every(rate_limits(count / limit, RATE))[i] == pytest.approx(limit, rel=2e-6)


def test_the_limits_of_published_ratios_are_the_exact_ones() -> None:
    table = every(ratio_limits([15, 20, 30]))
    assert table[:, 0] == pytest.approx([0.5596924, 0.6108260, 0.6746958], abs=6e-8)
    assert table[:, 1] == pytest.approx([1.649348, 1.544419, 1.427562], abs=6e-7)
    assert table[:, 2] == pytest.approx([0.3862650, 0.4479107, 0.5289724], abs=6e-8)
    assert table[:, 3] == pytest.approx([2.082907, 1.902094, 1.702771], abs=6e-7)


def test_shmi_is_overdispersed_as_published() -> None:
    found = dispersion(OBSERVED, EXPECTED, "SHMI")
    assert found.phi == pytest.approx(2.948033, abs=5e-7)
    assert found.tau2 == pytest.approx(0.0194775306, abs=5e-11)
    assert found.kept == 6
    limits = every(adjusted_limits(found, EXPECTED))
    for place, low, high in ((0, 0.592234, 1.688523), (1, 0.594027, 1.683426), (5, 0.619424, 1.614404)):
        assert limits[place, 2:] == pytest.approx([low, high], abs=6e-7)
    ratio = np.array(OBSERVED) / EXPECTED
    assert set(significance(ratio, adjusted_limits(found, EXPECTED)).tolist()) == {NOT_SIGNIFICANT}
    unadjusted = ratio_limits(EXPECTED)
    assert every(unadjusted)[1, 2:] == pytest.approx([0.733227, 1.327828], abs=6e-7)
    assert significance(ratio, unadjusted)[1] == HIGHER


@pytest.mark.parametrize(("trim", "phi", "tau2"), [(0.1, 2.3271783, 0.0034397802), (0.05, 2.7467826, 0.0044059760)])
def test_cqc_is_overdispersed_as_worked_out(trim: float, phi: float, tau2: float) -> None:
    found = dispersion(OBSERVED, EXPECTED, "CQC", trim)
    assert found.phi == pytest.approx(phi, abs=5e-8)
    assert found.tau2 == pytest.approx(tau2, abs=5e-11)


def test_shares_are_overdispersed_as_worked_out() -> None:
    found = dispersion(LEFT, THERE, "PR")
    unpulled = [-0.536775, -4.075330, 1.872685, 2.388218, 0.837984, -1.553639, 2.993612, -4.270675]
    low, high = np.quantile(unpulled, [0.1, 0.9])
    assert found.z == pytest.approx(np.clip(unpulled, low, high), abs=2e-6)
    assert found.target == pytest.approx(0.1124052923, abs=5e-11)
    assert found.phi == pytest.approx(6.6145564331, abs=5e-10)
    assert found.tau2 == pytest.approx(0.000790542466, abs=5e-13)
    assert every(adjusted_limits(found, 2400))[2:] == pytest.approx([0.060948, 0.177071], abs=6e-7)
    assert significance(0.0875, adjusted_limits(found, 2400)) == NOT_SIGNIFICANT
    alike = dispersion([11, 22, 33], [100, 200, 300], "PR")  # phi 0: the same formula with nothing added
    assert not alike.more_than_chance
    np.testing.assert_allclose(
        every(adjusted_limits(alike, 2400))[2:],
        np.sin(np.arcsin(np.sqrt(0.11)) + np.array([-1, 1]) * stats.norm.ppf(0.999) / np.sqrt(4 * 2400)) ** 2,
    )


def test_limits_of_a_share_without_overdispersion_are_those_worked_out() -> None:
    error = stats.norm.ppf(0.999) / np.sqrt(4 * 2400)
    angle = np.arcsin(np.sqrt(sum(LEFT) / sum(THERE)))
    low, high = np.sin(angle - error) ** 2, np.sin(angle + error) ** 2
    assert (low, high) == pytest.approx((0.093265, 0.133087), abs=6e-7)
    assert low > 210 / 2400  # an outlier until the others' differences are allowed for


def test_without_more_than_chance_ratios_fall_back_to_the_exact_limits() -> None:
    for method in ("SHMI", "CQC"):
        found = dispersion([100, 201, 299], [100, 200, 300], method)
        assert found.phi < 1
        assert found.tau2 == 0
        np.testing.assert_array_equal(every(adjusted_limits(found, [15, 20])), every(ratio_limits([15, 20])))


def test_phi_of_one_or_less_widens_nothing_even_where_tau2_is_above_nought() -> None:
    """N phi can pass N − 1 while phi is under 1: the published rule goes by phi."""
    nearly = Dispersion("PR", 0.11, 0.99, 0.001, 9, np.zeros(9))
    plain = Dispersion("PR", 0.11, 0.5, 0.0, 9, np.zeros(9))
    beyond = Dispersion("PR", 0.11, 1.01, 0.001, 9, np.zeros(9))
    np.testing.assert_array_equal(every(adjusted_limits(nearly, 900)), every(adjusted_limits(plain, 900)))
    assert adjusted_limits(beyond, 900).upper_95 > adjusted_limits(plain, 900).upper_95
    rates = [every(adjusted_rate_limits(found, 900, 0.11)) for found in (nearly, plain, beyond)]
    np.testing.assert_array_equal(rates[0], rates[1])
    assert rates[2][1] > rates[1][1]


def test_truncation_leaves_out_the_outer_ranks_and_counts_fewer() -> None:
    """Of twenty places with trim 0.1, ranks 1, 2 and 19, 20 go: floor(rank × 10 / 21) is 0 or 9."""
    expected = np.full(20, 100.0)
    observed = 100 + np.arange(-10, 10) * 3.0
    found = dispersion(observed, expected, "SHMI", 0.1)
    assert np.flatnonzero(np.isnan(found.z)).tolist() == [0, 1, 18, 19]
    inner = 10 * np.log(observed[2:18] / 100)
    assert found.kept == 16
    assert found.phi == pytest.approx((inner**2).mean())
    assert found.tau2 == pytest.approx(max(0, ((inner**2).sum() - 15) / (16 * 100 - 100)))


def test_places_of_equal_distance_share_their_rank() -> None:
    """Two places at the bottom, rank 1.5 each: floor(1.5 × 5 / 9) is 0, both go. Ranked 1 and 2, one would stay."""
    found = dispersion([50, 50, 100, 110, 120, 130, 140, 200], [100] * 8, "SHMI", 0.2)
    assert np.flatnonzero(np.isnan(found.z)).tolist() == [0, 1, 7]
    three = dispersion([50, 50, 50, 110, 120, 130, 140, 200], [100] * 8, "SHMI", 0.2)
    assert np.flatnonzero(np.isnan(three.z)).tolist() == [7]  # rank 2 each: floor(2 × 5 / 9) is 1, all stay


def test_a_ratio_of_counts_by_hand() -> None:
    x, n = np.array([90.0, 110.0, 140.0, 60.0]), np.array([100.0, 100.0, 100.0, 100.0])
    far = np.log((x + 0.5) / 100.5) / np.sqrt(x / (x + 0.5) ** 2 + 100 / 100.5**2)
    found = dispersion(x, n, "RC", 0.25)
    pulled = np.clip(far, *np.quantile(far, [0.25, 0.75]))
    assert found.target == 1
    assert found.phi == pytest.approx((pulled**2).mean())
    k = stats.norm.ppf([0.975, 0.999])
    reach = k * np.sqrt(1 / 400 + found.tau2)
    assert every(adjusted_limits(found, 100)) == pytest.approx(np.exp([-reach[0], reach[0], -reach[1], reach[1]]))


def test_a_rates_adjusted_limits_are_those_of_the_root_squared_back() -> None:
    found = rate_dispersion(LEFT, THERE)
    average = sum(LEFT) / sum(THERE)
    root = dispersion(LEFT, np.array(THERE) * average, "CQC")
    assert (found.phi, found.tau2) == (root.phi, root.tau2)
    limits = every(adjusted_rate_limits(found, [2400.0, 1e-9, 0.0], average))
    reach = stats.norm.ppf(0.975) * np.sqrt(1 / (4 * 2400 * average) + found.tau2)
    assert limits[0, :2] == pytest.approx(average * (1 + np.array([-reach, reach])) ** 2)
    assert limits[1, 0] == limits[1, 2] == 0  # never below nothing, though the root would be
    assert np.isnan(limits[2]).all()


@pytest.mark.parametrize("confidence", [0.95, 0.998])
def test_a_share_on_its_limit_has_an_interval_that_touches_the_average(confidence: float) -> None:
    limits = every(proportion_limits(np.array([60.0, 539.0]), 0.3))
    lower, upper = (limits[:, 0], limits[:, 1]) if confidence == 0.95 else (limits[:, 2], limits[:, 3])
    n = np.array([60.0, 539.0])
    np.testing.assert_allclose(wilson_interval(lower * n, n, confidence).upper, 0.3, rtol=1e-12)
    np.testing.assert_allclose(wilson_interval(upper * n, n, confidence).lower, 0.3, rtol=1e-12)


def test_on_the_limit_is_inside_and_a_hair_beyond_is_not() -> None:
    limits = proportion_limits([539.0] * 8, 0.5)
    edges = np.array([limits.lower_95[0], limits.upper_95[0], limits.lower_99_8[0], limits.upper_99_8[0]])
    beyond = edges + np.array([-1, 1, -1, 1]) * 1e-12
    assert significance(np.concatenate([edges, beyond]), limits).tolist() == [
        *(NOT_SIGNIFICANT, NOT_SIGNIFICANT, LOW, HIGH),
        *(LOW, HIGH, LOWER, HIGHER),
    ]


def test_the_two_ways_to_a_rates_significance_agree_where_both_can_be() -> None:
    average = 0.1
    for expected in (0.4, 3.0, 40.0):
        x = np.arange(0, int(expected * 4) + 9)
        n = np.full(len(x), expected / average)
        by_limits = significance(x / n, rate_limits(n, average))
        assert rate_significance(x, n, average).tolist() == by_limits.tolist()


def test_where_next_to_nothing_is_expected_one_event_is_remarkable() -> None:
    assert rate_significance([1, 1, 1, 0], [2.5, 2.6, 0.09, 2.5], 0.01).tolist() == [
        *(HIGH, NOT_SIGNIFICANT, HIGHER, NOT_SIGNIFICANT),
    ]


def test_nobody_leaving_is_low_only_where_enough_were_expected() -> None:
    """P(0) is under 2.5% from 3.69 expected, under 0.1% from 6.91."""
    labels = rate_significance([0, 0, 0, 0], [3.68, 3.70, 6.90, 6.92], 1.0)
    assert labels.tolist() == [NOT_SIGNIFICANT, LOW, LOW, LOWER]
    assert every(rate_limits(3.6, 1.0))[0] == 0


def test_what_is_missing_has_no_limits_and_no_label() -> None:
    for limits in (proportion_limits([np.nan, 0], 0.1), rate_limits([np.nan, 0], 0.1), ratio_limits([np.nan, 0])):
        assert np.isnan(every(limits)).all()
    assert proportion_significance([np.nan, 3, 0], [10, np.nan, 0], 0.2).tolist() == ["", "", ""]
    assert rate_significance([np.nan, 3, 0], [10, np.nan, 0], 0.2).tolist() == ["", "", ""]
    assert np.isnan(every(rate_limits([10.0], 0.0))).all()  # nobody left anywhere
    assert average_of([1, np.nan, 5], [10, 90, np.nan]) == 0.1
    assert np.isnan(average_of([np.nan], [1]))


def test_a_missing_place_changes_nothing_for_the_others() -> None:
    whole = dispersion(LEFT, THERE, "PR")
    more = dispersion([*LEFT, np.nan, 0], [*THERE, 100, 0], "PR")
    assert (more.phi, more.tau2, more.kept) == (whole.phi, whole.tau2, whole.kept)
    assert np.isnan(more.z[-2:]).all()


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="x is more than n"):
        dispersion([5, 3], [4, 9], "PR")
    with pytest.raises(ValueError, match="x is more than n"):
        proportion_significance(5, 4, 0.1)
    with pytest.raises(ValueError, match="no logarithm: use CQC"):
        dispersion([0, 3], [4, 9], "SHMI")
    with pytest.raises(ValueError, match="no logarithm"):
        dispersion([0, 0], [4, 9], "RC")
    with pytest.raises(ValueError, match="trim is a fraction"):
        dispersion([1, 3], [4, 9], "PR", 0.5)
    with pytest.raises(ValueError, match="no place to count"):
        dispersion([np.nan], [4], "PR")
    with pytest.raises(ValueError, match="n is negative"):
        proportion_limits(-1, 0.1)
    with pytest.raises(ValueError, match="fraction from 0 to 1"):
        proportion_limits(10, 11.2)
    with pytest.raises(ValueError, match="average is negative"):
        rate_limits(10, -0.1)


def test_one_place_alone_has_no_spread_between_places() -> None:
    assert dispersion([30], [100], "PR").tau2 == 0


def test_intervals_and_funnels_of_a_rate_say_the_same() -> None:
    """A rate whose interval leaves out the average lies beyond the funnel, and the other way round."""
    x, n, average = np.arange(1, 10), np.full(9, 40.0), 0.1
    interval = rate_interval(x, n)  # exact below ten
    apart = (interval.lower > average) | (interval.upper < average)
    assert (rate_significance(x, n, average) != NOT_SIGNIFICANT).tolist() == apart.tolist()
    assert exact_poisson_interval(9).lower > 4 > exact_poisson_interval(8).lower
