"""Where would the figures of places lie if nothing but their size set them apart?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainccinv, gammaincinv, pdtrik

from keepwell.comparison.intervals import Floats, amounts, exact_poisson_interval, normal_quantile

TWO_SIDED, THREE_SIDED = 0.95, 0.998
"""The two pairs of limits, about two and three standard errors either side."""

LOWER, LOW, NOT_SIGNIFICANT, HIGH, HIGHER = (
    "Low (0.001)",
    "Low (0.025)",
    "Not significant",
    "High (0.025)",
    "High (0.001)",
)
"""The labels of OHID Fingertips; the number is how often chance alone reaches so far on that side."""

Labels = NDArray[np.str_]


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Funnel limits, place by place, in the unit of the figure; nan where nothing can be said."""

    lower_95: Floats
    upper_95: Floats
    lower_99_8: Floats
    upper_99_8: Floats


def average_of(x: ArrayLike, n: ArrayLike) -> float:
    """The figure of all places together: the middle of their funnel.

        sum of x / sum of n

    Places with either number missing are left out of both sums. nan where nobody is left.
    """
    count, size = amounts("x", x), amounts("n", n)
    known = ~np.isnan(count + size)
    whole = float(size[known].sum())
    return float(count[known].sum()) / whole if whole > 0 else float("nan")


def proportion_limits(n: ArrayLike, average: float) -> Limits:
    """Where a share of n people would lie if its place were like the average.

        average ∓ z √(average (1 − average) / n), cut off at 0 and 1    z = Φ⁻¹(0.975), Φ⁻¹(0.999)

    This is the share whose Wilson interval just touches the average: the long formula of Fingertips comes
    to the same. Limits are fractions; a place of nobody has none.

    Raises ValueError when n is negative or the average no fraction.
    Source: OHID Fingertips technical guidance (PHEindicatormethods, `phe_funnels`).
    """
    size = amounts("n", n)
    if not (0 <= average <= 1 or np.isnan(average)):
        raise ValueError(f"the average of shares is a fraction from 0 to 1, not {average}")
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(size > 0, np.sqrt(average * (1 - average) / size), np.nan)

    def pair(confidence: float) -> tuple[Floats, Floats]:
        reach = normal_quantile(confidence) * error
        return np.clip(average - reach, 0.0, 1.0), np.clip(average + reach, 0.0, 1.0)

    return _limits(pair(TWO_SIDED), pair(THREE_SIDED))


def rate_limits(denominator: ArrayLike, average: float) -> Limits:
    """Where a rate would lie if its place were like the average, from the Poisson distribution itself.

        x / denominator with P(X ≤ x) or P(X ≥ x) = 0.025, 0.001    X Poisson, expected = average × denominator

    This is the rate whose exact interval just touches the average. The lower limit is 0 where not even
    nobody would be remarkable. With average 1 and an expected number as denominator it is the funnel of a ratio.

    Limits are fractions of the denominator and may pass 1; where the denominator is 0 there are none.
    Raises ValueError when the denominator or the average is negative.
    Source: OHID Fingertips technical guidance (PHEindicatormethods, funnels of rates and ratios).
    """
    size, mean = amounts("denominator", denominator), float(amounts("average", average))
    expected = np.where((size > 0) & (mean > 0), size * mean, np.nan)
    known = np.where(np.isnan(expected), 1.0, expected)
    scale = np.where(np.isnan(expected), np.nan, size)

    def pair(confidence: float) -> tuple[Floats, Floats]:
        tail = (1 - confidence) / 2
        return pdtrik(tail, known) / scale, (1 + pdtrik(1 - tail, known)) / scale

    return _limits(pair(TWO_SIDED), pair(THREE_SIDED))


def ratio_limits(expected: ArrayLike) -> Limits:
    """The limits that published ratios of observed to expected (such as SHMI) are drawn with.

        χ²⁻¹(α/2; 2E) / (2E)    χ²⁻¹(1 − α/2; 2E + 2) / (2E)

    That is the exact interval of E events over E: a little wider above and narrower below than `rate_limits`,
    which ask what chance would do. For showing beside such charts.

    Limits are ratios around 1; none where nothing is expected. Raises ValueError when expected is negative.
    Source: FunnelPlotR 0.6.0, unadjusted limits of standardised ratios.
    """
    mean = amounts("expected", expected)
    mean = np.where(mean > 0, mean, np.nan)

    def pair(confidence: float) -> tuple[Floats, Floats]:
        tail = (1 - confidence) / 2
        return gammaincinv(mean, tail) / mean, gammainccinv(mean + 1, tail) / mean

    return _limits(pair(TWO_SIDED), pair(THREE_SIDED))


def significance(value: ArrayLike, limits: Limits) -> Labels:
    """On which side of which limits each figure lies; on a limit itself is inside it. "" where either is missing."""
    seen = np.asarray(value, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return _labels(
            (seen < limits.lower_99_8, seen < limits.lower_95, seen > limits.upper_99_8, seen > limits.upper_95),
            missing=np.isnan(seen) | np.isnan(limits.upper_95),
        )


def proportion_significance(x: ArrayLike, n: ArrayLike, average: float) -> Labels:
    """Whether each share stands apart from the average, by `proportion_limits`."""
    count, size = amounts("x", x), amounts("n", n)
    if np.any(count > size):
        raise ValueError("x is more than n")
    with np.errstate(divide="ignore", invalid="ignore"):
        return significance(count / size, proportion_limits(size, average))


def rate_significance(x: ArrayLike, denominator: ArrayLike, average: float) -> Labels:
    """Whether each rate stands apart from the average: by whether its exact Poisson interval holds what is expected.

    The same as beyond `rate_limits`, and right too where so little is expected that one event is remarkable.
    """
    count, size = amounts("x", x), amounts("denominator", denominator)
    expected = np.where((size > 0) & (average > 0), size * average, np.nan)
    two, three = exact_poisson_interval(count, TWO_SIDED), exact_poisson_interval(count, THREE_SIDED)
    with np.errstate(invalid="ignore"):
        return _labels(
            (three.upper < expected, two.upper < expected, three.lower > expected, two.lower > expected),
            missing=np.isnan(expected) | np.isnan(count),
        )


def _labels(beyond: tuple[NDArray[np.bool_], ...], *, missing: NDArray[np.bool_]) -> Labels:
    return np.select([missing, *beyond], ["", LOWER, LOW, HIGHER, HIGH], NOT_SIGNIFICANT)


def _limits(two: tuple[Floats, Floats], three: tuple[Floats, Floats]) -> Limits:
    return Limits(*two, *three)
