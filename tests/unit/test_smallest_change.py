"""Is the smallest change that can be seen what R says, and what trying it out says? And does it give no size back?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, poisson

from keepwell.comparison.smallest_change import (
    CLASSES,
    TOO_SMALL,
    beyond_limits,
    change_of_rate,
    change_of_share,
    class_of,
    in_steps,
    power_of_shares,
)
from keepwell.disclosure.hiding import HIDING
from keepwell.spc.limits import p_limits


class TestAsR:
    """The figures that R prints in the help page of power.prop.test, with as many digits as it gives."""

    def test_the_power(self) -> None:
        assert round(power_of_shares(50, 0.5, 0.75), 3) == 0.740

    def test_the_size(self) -> None:
        assert power_of_shares(76.7, 0.5, 0.75) == pytest.approx(0.9, abs=0.0005)
        assert power_of_shares(76.6, 0.5, 0.75) < 0.9 < power_of_shares(76.8, 0.5, 0.75)

    def test_the_other_share(self) -> None:
        assert round(0.5 + change_of_share(50, 0.5, falls=False, power=0.9), 4) == 0.8026

    def test_the_confidence(self) -> None:
        """power.prop.test(n = 50, p1 = .5, p2 = 0.9, power = .90, sig.level = NULL): 0.00131."""
        assert power_of_shares(50, 0.5, 0.9, confidence=1 - 0.00131) == pytest.approx(0.9, abs=0.0005)

    def test_where_no_other_share_is_far_enough_away(self) -> None:
        """Of the same page: with 30 in a group nothing between 0.9 and 1 has power 0.8; it takes 74."""
        assert math.isnan(change_of_share(30, 0.9, falls=False))
        assert math.isnan(change_of_share(73, 0.9, falls=False))
        assert change_of_share(74, 0.9, falls=False) == pytest.approx(0.1, abs=0.001)


class TestShares:
    @pytest.mark.parametrize(("n", "share", "falls"), [(200, 0.12, True), (40, 0.4, True), (900, 0.88, False)])
    def test_it_is_found_four_times_in_five_when_tried(self, n: int, share: float, falls: bool) -> None:
        other = share + change_of_share(n, share, falls=falls) * (-1 if falls else 1)
        rng = np.random.default_rng(4)
        a, b = rng.binomial(n, share, 40_000) / n, rng.binomial(n, other, 40_000) / n
        both = (a + b) / 2
        z = np.abs(a - b) / np.sqrt(2 * both * (1 - both) / n)
        assert (z > norm.ppf(0.975)).mean() == pytest.approx(0.8, abs=0.03)

    def test_nothing_falls_from_nought_and_nothing_rises_above_all(self) -> None:
        assert math.isnan(change_of_share(1000, 0.0, falls=True))
        assert math.isnan(change_of_share(1000, 1.0, falls=False))

    @pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
    def test_what_is_no_share_is_refused(self, share: float) -> None:
        with pytest.raises(ValueError, match="a share is a fraction"):
            change_of_share(100, share, falls=True)

    def test_fewer_than_nobody_is_refused(self) -> None:
        with pytest.raises(ValueError, match="below zero"):
            power_of_shares(-1, 0.5, 0.4)

    def test_two_shares_without_any_chance_in_them_differ_surely(self) -> None:
        assert (power_of_shares(50, 0.0, 1.0), power_of_shares(50, 1.0, 1.0)) == (1.0, 0.0)


class TestRates:
    @pytest.mark.parametrize(("ratio", "power", "events"), [(0.5, 0.8, 47.1), (0.5, 0.9, 63.0), (0.8, 0.8, 353.2)])
    def test_the_events_needed_for_a_ratio(self, ratio: float, power: float, events: float) -> None:
        """(z₁ + z₂)² (1 + R) / (1 − R)² events where the rate does not fall: the book's other way to write it."""
        assert 1 - change_of_rate(1, events, falls=True, power=power) / events == pytest.approx(ratio, abs=0.001)

    @pytest.mark.parametrize(("n", "rate", "falls"), [(200, 0.12, True), (1000, 0.12, True), (300, 0.2, False)])
    def test_it_is_found_four_times_in_five_by_the_distribution_itself(self, n: int, rate: float, falls: bool) -> None:
        other = rate + change_of_rate(n, rate, falls=falls) * (-1 if falls else 1)
        counts = np.arange(int(3 * n * max(rate, other)) + 30)
        x, y = counts[:, None], counts[None, :]
        with np.errstate(invalid="ignore"):
            found = np.abs(x - y) > norm.ppf(0.975) * np.sqrt(x + y)
        chance = poisson.pmf(x, n * rate) * poisson.pmf(y, n * other)
        assert (chance * found).sum() == pytest.approx(0.8, abs=0.03)

    def test_a_small_ward_sees_nothing_even_if_nobody_left(self) -> None:
        assert math.isnan(change_of_rate(30, 0.12, falls=True))
        assert change_of_rate(30, 0.12, falls=False) == pytest.approx(0.4135, abs=0.0001)

    def test_nobody_and_less_than_nothing_are_refused(self) -> None:
        with pytest.raises(ValueError, match="more than nobody"):
            change_of_rate(0, 0.1, falls=True)
        with pytest.raises(ValueError, match="below zero"):
            change_of_rate(10, -0.1, falls=True)

    def test_the_limits_of_a_month_are_those_of_the_p_chart(self) -> None:
        """As our control chart makes them, which stand tested against the published ones."""
        n, share = np.full((1, 20), 400.0), 0.01
        limits = p_limits(n * share, n, np.ones((1, 20), dtype=bool))
        assert beyond_limits(400, share) == pytest.approx(float(limits.upper[0, 0]) - share)
        with pytest.raises(ValueError, match="more than nobody"):
            beyond_limits(0, share)


class TestSizes:
    """From what is said no size can be had again."""

    def test_all_that_any_policy_hides_is_one_class_with_much_that_is_shown(self) -> None:
        hidden = max(policy.hides_to for policy in HIDING.values())
        assert 2 * hidden <= TOO_SMALL
        assert {class_of(n) for n in range(TOO_SMALL + 1)} == {None}

    def test_a_class_holds_sizes_that_differ_by_a_quarter_and_more(self) -> None:
        assert all(above >= 4 / 3 * below for below, above in zip((TOO_SMALL, *CLASSES), CLASSES, strict=False))

    def test_a_class_goes_by_its_top(self) -> None:
        assert (class_of(21), class_of(30), class_of(31), class_of(10**9)) == (30, 30, 50, CLASSES[-1])

    @pytest.mark.parametrize(
        ("change", "said"), [(0.0001, 0.005), (0.0101, 0.015), (0.015, 0.015), (0.03, 0.03), (0.031, 0.04), (0.2, 0.2)]
    )
    def test_a_change_is_told_in_steps_upward(self, change: float, said: float) -> None:
        assert in_steps(change) == said
