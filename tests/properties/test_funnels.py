"""Funnels, overdispersion and shrinking, against plain Python that goes place by place; and against chance itself."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keepwell.comparison import (
    NOT_SIGNIFICANT,
    adjusted_limits,
    average_of,
    dispersion,
    proportion_limits,
    rate_limits,
    rate_significance,
    shrunken_rates,
    significance,
)

Z95, Z998 = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(0.999)
PLACES = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 40)), min_size=2, max_size=14)
"""Few values close together: ties, equal places, whole groups alike."""
TRIMS = st.sampled_from([0.05, 0.1, 0.2, 0.25])


def quantile(values: list[float], p: float) -> float:
    """R's type 7."""
    ordered = sorted(values)
    at = (len(ordered) - 1) * p
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def slow_dispersion(x: list[int], n: list[int], method: str, trim: float) -> tuple[float, float]:
    z, w = [], []
    for a, b in zip(x, n, strict=True):
        if method == "PR":
            y, t, s = math.asin(math.sqrt(a / b)), math.asin(math.sqrt(sum(x) / sum(n))), 1 / (2 * math.sqrt(b))
        elif method == "SHMI":
            y, t, s = math.log(a / b), 0.0, 1 / math.sqrt(b)
        elif method == "CQC":
            y, t, s = math.sqrt(a / b), 1.0, 1 / (2 * math.sqrt(b))
        else:
            y, t = math.log((a + 0.5) / (b + 0.5)), math.log(sum(x) / sum(n))
            s = math.sqrt(a / (a + 0.5) ** 2 + b / (b + 0.5) ** 2)
        z.append((y - t) / s)
        w.append(1 / s**2)
    if method == "SHMI":
        ranks = [sum(v < u for v in z) + (sum(v == u for v in z) + 1) / 2 for u in z]
        k = 1 / trim
        inside = [0 < math.floor(r * k / (len(z) + 1)) < k - 1 for r in ranks]
        z, w = [u for u, i in zip(z, inside, strict=True) if i], [u for u, i in zip(w, inside, strict=True) if i]
    else:
        low, high = quantile(z, trim), quantile(z, 1 - trim)
        z = [min(max(u, low), high) for u in z]
    if not z:
        return math.nan, math.nan
    phi = sum(u * u for u in z) / len(z)
    room = sum(w) - sum(u * u for u in w) / sum(w)
    return phi, max(0.0, (len(z) * phi - (len(z) - 1)) / room) if room > 0 else 0.0


@given(PLACES, TRIMS, st.sampled_from(["PR", "SHMI", "CQC", "RC"]))
def test_dispersion_is_the_slow_count(places: list[tuple[int, int]], trim: float, method: str) -> None:
    x, n = [a for a, _ in places], [a + b for a, b in places]
    phi, tau2 = slow_dispersion(x, n, method, trim)
    if math.isnan(phi):
        with pytest.raises(ValueError, match="no place to count"):
            dispersion(x, n, method, trim)
        return
    found = dispersion(x, n, method, trim)
    assert found.phi == pytest.approx(phi, rel=1e-9, abs=1e-12)
    assert found.tau2 == pytest.approx(tau2, rel=1e-6, abs=1e-9)


@given(PLACES)
def test_every_place_has_the_limits_it_would_have_alone(places: list[tuple[int, int]]) -> None:
    x, n = np.array([a for a, _ in places]), np.array([a + b for a, b in places])
    average = average_of(x, n)
    many, rates = proportion_limits(n, average), rate_limits(n, average)
    for i, size in enumerate(n.tolist()):
        error = math.sqrt(average * (1 - average) / size)
        assert many.lower_95[i] == pytest.approx(max(0.0, average - Z95 * error), abs=1e-12)
        assert many.upper_95[i] == pytest.approx(min(1.0, average + Z95 * error), abs=1e-12)
        assert many.lower_99_8[i] == pytest.approx(max(0.0, average - Z998 * error), abs=1e-12)
        assert many.upper_99_8[i] == pytest.approx(min(1.0, average + Z998 * error), abs=1e-12)
        alone = rate_limits(size, average)
        assert (rates.lower_95[i], rates.upper_99_8[i]) == (alone.lower_95, alone.upper_99_8)


@given(st.integers(0, 14), st.integers(1, 60))
def test_a_rate_is_apart_where_the_tail_is_thin(x: int, tenths: int) -> None:
    """By adding up the Poisson distribution: each label is a tail under 2.5% or under 0.1%."""
    expected = tenths / 10
    at_most = sum(math.exp(-expected) * expected**k / math.factorial(k) for k in range(x + 1))
    at_least = 1 - at_most + math.exp(-expected) * expected**x / math.factorial(x)
    label = str(rate_significance(x, expected, 1.0))
    assert ("Low" in label) == (at_most < 0.025)
    assert ("High" in label) == (at_least < 0.025)
    assert ("0.001" in label) == (min(at_most, at_least) < 0.001)


@given(PLACES)
def test_allowing_for_differences_never_narrows_the_limits(places: list[tuple[int, int]]) -> None:
    x, n = np.array([a for a, _ in places]), np.array([a + b for a, b in places])
    found = dispersion(x, n, "PR")
    wide = adjusted_limits(found, n)
    assert np.all((wide.lower_95 >= 0) & (wide.upper_99_8 <= 1))
    assert np.all(wide.lower_99_8 <= wide.lower_95)
    assert np.all(wide.upper_99_8 >= wide.upper_95)
    assert np.all((wide.lower_95 <= found.target + 1e-12) & (wide.upper_95 >= found.target - 1e-12))
    sizes = adjusted_limits(found, np.arange(1, 400))  # larger places have narrower limits: forced, near 0 and 1
    assert np.all(np.diff(sizes.upper_99_8) <= 1e-12)
    assert np.all(np.diff(sizes.lower_99_8) >= -1e-12)


def test_like_places_stand_apart_as_seldom_as_the_limits_say() -> None:
    rng = np.random.default_rng(5)
    n = np.tile([60.0, 140.0, 400.0, 900.0, 3000.0], 4000)
    x = rng.poisson(0.1 * n)
    labels = rate_significance(x, n, 0.1)
    for side in ("Low", "High"):
        beyond = np.char.find(labels, side) >= 0
        assert beyond.mean() <= 0.025
        assert (beyond & (np.char.find(labels, "0.001") >= 0)).mean() <= 0.001
    assert (labels == NOT_SIGNIFICANT).mean() > 0.95


def test_places_that_truly_differ_stand_apart_seldom_once_that_is_allowed_for() -> None:
    rng = np.random.default_rng(6)
    n = rng.uniform(500, 6000, 4000).round()
    angle = np.arcsin(np.sqrt(0.11)) + rng.normal(0, 0.03, n.size)
    x = rng.binomial(n.astype(int), np.sin(angle) ** 2)
    found = dispersion(x, n, "PR", 0.001)
    assert found.tau2 == pytest.approx(0.03**2, rel=0.1)
    apart = significance(x / n, adjusted_limits(found, n)) != NOT_SIGNIFICANT
    assert apart.mean() == pytest.approx(0.05, abs=0.012)
    assert (significance(x / n, proportion_limits(n, average_of(x, n))) != NOT_SIGNIFICANT).mean() > 0.4


def slow_between(ratio: list[float], e: list[float], group: list[str]) -> tuple[float, dict[str, float]]:
    q = room = 0.0
    means = {}
    for name in set(group):
        mine = [i for i, g in enumerate(group) if g == name]
        total = sum(e[i] for i in mine)
        means[name] = mean = sum(ratio[i] * e[i] for i in mine) / total
        q += sum(e[i] * (ratio[i] - mean) ** 2 for i in mine) - (len(mine) - 1)
        room += total - sum(e[i] ** 2 for i in mine) / total
    return (max(0.0, q / room) if room > 0 else 0.0), means


def slow_shrinking(x: list[int], n: list[int], group: list[str]) -> tuple[float, list[float]]:
    average = {
        g: sum(a for a, h in zip(x, group, strict=True) if h == g)
        / sum(b for b, h in zip(n, group, strict=True) if h == g)
        for g in group
    }
    kept = [i for i, g in enumerate(group) if average[g] > 0]
    e = [average[g] * b for g, b in zip(group, n, strict=True)]
    between = 0.0
    while kept:
        between, means = slow_between([x[i] / e[i] for i in kept], [e[i] for i in kept], [group[i] for i in kept])
        near = [i for i in kept if abs(x[i] / e[i] - means[group[i]]) <= 4 * math.sqrt(between + 1 / e[i])]
        if near == kept:
            break
        kept = near
    again = []
    for i, g in enumerate(group):
        if average[g] == 0:
            again.append(math.nan)
            continue
        lasting = between / (between + 1 / e[i])
        again.append(average[g] + lasting * (x[i] / n[i] - average[g]))
    return between, again


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.integers(1, 60), st.sampled_from(["large", "small"])), min_size=2, max_size=12
    )
)
def test_shrinking_is_the_slow_count(places: list[tuple[int, int, str]]) -> None:
    x, n, group = (list(part) for part in zip(*places, strict=True))
    between, again = slow_shrinking(x, n, group)
    found = shrunken_rates(x, n, group)
    assert found.between == pytest.approx(between, rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(found.expected, again, rtol=1e-9, equal_nan=True)
    low, high = np.minimum(np.array(x) / n, found.average), np.maximum(np.array(x) / n, found.average)
    sure = ~np.isnan(found.expected)
    assert np.all((found.expected >= low - 1e-12)[sure] & (found.expected <= high + 1e-12)[sure])


def test_a_place_of_nobody_or_unknown_has_nothing_expected_and_changes_no_other() -> None:
    alone = shrunken_rates([9, 4, 15], [50, 60, 70], ["a"] * 3)
    more = shrunken_rates([9, 4, 15, 0, np.nan], [50, 60, 70, 0, 30], ["a"] * 5)
    assert more.between == alone.between
    np.testing.assert_array_equal(more.expected[:3], alone.expected)
    assert np.isnan(more.expected[3:]).all()


def test_one_that_lost_a_whole_service_does_not_make_the_others_look_lasting() -> None:
    rng = np.random.default_rng(4)
    n = np.full(40, 5000.0)
    x = rng.poisson(0.012 * n).astype(float)
    alike = shrunken_rates(x, n, ["mental health"] * 40)
    assert alike.between < 0.01
    assert not alike.exceptional.any()
    x[7] = 300
    with_transfer = shrunken_rates(x, n, ["mental health"] * 40)
    assert np.flatnonzero(with_transfer.exceptional).tolist() == [7]
    assert with_transfer.between < 0.012


GROUPS = {"large": 21, "medium": 20, "small": 19, "teaching": 51, "community": 14, "mental health": 46, "ambulance": 10}


def drawn_fall(differ: float, take: int, seed: int) -> tuple[float, float]:
    """Of the places that stand highest above their group: the fall we say, and the fall when drawn again."""
    rng = np.random.default_rng(seed)
    group = np.repeat(list(GROUPS), list(GROUPS.values()))
    n = np.exp(rng.normal(5.6, 0.6, group.size)).round()
    usual = np.repeat([0.10, 0.11, 0.09, 0.12, 0.14, 0.13, 0.08], list(GROUPS.values()))
    true = usual * (rng.gamma(1 / differ**2, differ**2, group.size) if differ else 1.0)
    first, second = rng.poisson(true * n), rng.poisson(true * n)
    found = shrunken_rates(first, n, group)
    taken = np.argsort(found.average - first / n)[:take]
    return float((first / n - found.expected)[taken].mean()), float(((first - second) / n)[taken].mean())


@pytest.mark.parametrize("differ", [0.0, 0.1, 0.25])
def test_those_taken_fall_by_as_much_as_we_say_when_nothing_is_done(differ: float) -> None:
    """200 national rounds in which nobody is helped: the fall that we say and the fall that comes, on average."""
    said, came = np.array([drawn_fall(differ, 20, seed) for seed in range(200)]).T
    error = (said - came).std() / np.sqrt(len(said))
    assert said.mean() > 0.01
    assert abs(said.mean() - came.mean()) < 3 * error + 0.02 * came.mean()


def test_taking_the_observed_rates_for_the_true_ones_would_be_found_out() -> None:
    """The planted fault: no shrinking says that nobody falls."""
    came = np.mean([drawn_fall(0.1, 20, seed)[1] for seed in range(50)])
    assert came > 0.02
