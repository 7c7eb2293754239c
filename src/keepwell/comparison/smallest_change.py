"""What is the smallest change that a group of this size could show?

Two like windows are set beside each other, one before and one after. A change counts as seen where a two-sided test at
95% would find it four times in five. That the same people may stand in both windows is left aside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
POWER: Final = 0.8
TOO_SMALL: Final = 20
"""Groups of so many or fewer are all alike to us: more than any policy hides, and too few to show anything hoped for."""
CLASSES: Final = (
    *(30, 50, 75, 100, 150, 200, 300, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 7_500, 10_000),
    *(15_000, 20_000, 30_000, 50_000, 100_000, 200_000, 500_000, 2_000_000),
)
"""The tops of the classes of size above those: so coarse that what is said of a class gives no size back."""
FINE, STEP, WHOLE = 0.03, 0.005, 0.01
"""Changes of a share are told in half points up to three points, and in whole points above."""
SIGMAS: Final = 3
STEPS: Final = 60


def class_of(size: float) -> int | None:
    """The top of the class that a size lies in; None for a group too small to show a change that one could hope for."""
    if size <= TOO_SMALL:
        return None
    return next((top for top in CLASSES if size <= top), CLASSES[-1])


def power_of_shares(n: float, before: float, after: float, confidence: float = CONFIDENCE) -> float:
    """How likely a test finds that a share of n people was `before` in one window and `after` in the other.

        Φ((√n |p₁ − p₂| − z √((p₁ + p₂)(2 − p₁ − p₂) / 2)) / √(p₁(1 − p₁) + p₂(1 − p₂)))    z = Φ⁻¹((1 + confidence) / 2)

    A fraction. Raises ValueError where a share is none, or n is below zero.
    Source: R, `power.prop.test` (stats), after Fleiss, Levin and Paik (2003), Statistical Methods for Rates and
    Proportions, chapter 4.
    """
    _refuse_no_share(before)
    _refuse_no_share(after)
    _refuse_below_zero(n)
    spread = math.sqrt(before * (1 - before) + after * (1 - after))
    both = before + after
    distance = math.sqrt(n) * abs(before - after) - _quantile(confidence) * math.sqrt(both * (2 - both) / 2)
    if spread == 0:
        return 1.0 if distance > 0 else 0.0
    return NormalDist().cdf(distance / spread)


def change_of_share(
    n: float, before: float, *, falls: bool, power: float = POWER, confidence: float = CONFIDENCE
) -> float:
    """The smallest change of a share of n people, down or up, that a test finds with that power; by `power_of_shares`.

    For a share of people who were there, such as those who stayed. A fraction; nan where not even all, or none, is far
    enough away. Raises ValueError as above.
    """
    _refuse_no_share(before)
    farthest = before if falls else 1 - before

    def found(change: float) -> bool:
        after = max(before - change, 0.0) if falls else min(before + change, 1.0)
        return power_of_shares(n, before, after, confidence) >= power

    return _smallest(found, farthest)


def change_of_rate(
    n: float, before: float, *, falls: bool, power: float = POWER, confidence: float = CONFIDENCE
) -> float:
    """The smallest change of a rate of events on n people, down or up, that a test finds with that power.

        n = (z₁ + z₂)² (r₁ + r₂) / (r₁ − r₂)²    z₁ = Φ⁻¹((1 + confidence) / 2), z₂ = Φ⁻¹(power)

    solved for r₂, so that with c = (z₁ + z₂)² / n the change is (√(c² + 8 c r₁) ∓ c) / 2, less where it falls. For a rate
    on average staff over the window, such as the leaver rate; with n = 1 for a count of events. A fraction of n, nan
    where it would fall under nought. Raises ValueError where n is not above zero or the rate is below it.
    Source: Smith, Morrow and Ross (2015), Field Trials of Health Interventions, chapter 5, 4.2.
    """
    if n <= 0:
        raise ValueError(f"a rate is on more than nobody, not on {n}")
    _refuse_below_zero(before)
    part = (_quantile(confidence) + NormalDist().inv_cdf(power)) ** 2 / n
    both = math.sqrt(part**2 + 8 * part * before)
    change = (both - part if falls else both + part) / 2
    return math.nan if falls and change > before else change


def beyond_limits(n: float, share: float) -> float:
    """How far a single month must lie from a share of n people, to fall outside the limits of a p chart.

        3 √(p(1 − p) / n)

    A fraction. Raises ValueError where the share is none or n is not above zero.
    Source: Shewhart's limits for a fraction, as in Montgomery, Introduction to Statistical Quality Control, chapter 7.
    """
    _refuse_no_share(share)
    if n <= 0:
        raise ValueError(f"a share is of more than nobody, not of {n}")
    return SIGMAS * math.sqrt(share * (1 - share) / n)


def in_steps(change: float) -> float:
    """A change of a share, rounded up to the steps that it is told in: half a point up to three points, then one point."""
    step = STEP if change <= FINE else WHOLE
    return round(math.ceil(round(change / step, 6)) * step, 6)


def _smallest(found: Callable[[float], bool], farthest: float) -> float:
    """The least change that is found, of those up to the farthest; nan where not even that is."""
    if farthest <= 0 or not found(farthest):
        return math.nan
    low, high = 0.0, farthest
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _refuse_no_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise ValueError(f"a share is a fraction from 0 to 1, not {share}")


def _refuse_below_zero(number: float) -> None:
    if number < 0:
        raise ValueError(f"{number} is below zero")
