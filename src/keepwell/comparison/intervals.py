"""Where may the share or rate behind a count lie?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, gammainccinv, gammaincinv, ndtri

Floats = NDArray[np.float64]

FEWEST_FOR_BYAR = 10


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """Two bounds, element by element, in the shape of what was asked; nan where nothing can be said."""

    lower: Floats
    upper: Floats


def wilson_interval(x: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Where the share behind x out of n may lie, by Wilson's score.

        (2x + z² ∓ z √(z² + 4x(1 − x/n))) / (2(n + z²))    z = Φ⁻¹((1 + confidence) / 2)

    For a share of people who were there at the start, such as those who left. The lower bound is
    exactly 0 where x is 0 and the upper exactly 1 where x is n; a group of nobody, or a missing
    number, gives nan.

    Bounds are fractions from 0 to 1. Raises ValueError when x is negative or more than n.
    Source: Wilson (1927), JASA 22, as in OHID Fingertips (PHEindicatormethods).
    """
    z = normal_quantile(confidence)
    count, size = amounts("x", x), amounts("n", n)
    if np.any(count > size):
        raise ValueError("x is more than n")
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * np.sqrt(z**2 + 4 * count * (1 - count / size))
    middle, scale = 2 * count + z**2, 2 * (size + z**2)
    # Where x is 0 the lower bound comes out as exactly 0; where x is n the upper may miss 1 by a rounding.
    upper = np.where(count == size, 1.0, (middle + spread) / scale)
    somebody = size > 0
    return _interval(np.where(somebody, (middle - spread) / scale, np.nan), np.where(somebody, upper, np.nan))


def exact_interval(x: ArrayLike, n: ArrayLike, confidence: float = 0.95) -> Interval:
    """Where the share behind x out of n may lie, by the binomial distribution itself.

        lower: the share at which x or more would come about with probability (1 - confidence) / 2
        upper: the share at which x or fewer would

    Wider than Wilson's in small groups, and never too narrow: a group stands above a share only if its count
    could hardly come about with that share. The lower bound is 0 where x is 0 and the upper 1 where x is n;
    a group of nobody, or a missing number, gives nan.

    Bounds are fractions from 0 to 1. Raises ValueError when x is negative or more than n.
    Source: Clopper and Pearson (1934), Biometrika 26.
    """
    count, size = amounts("x", x), amounts("n", n)
    if np.any(count > size):
        raise ValueError("x is more than n")
    tail = (1 - checked_confidence(confidence)) / 2
    with np.errstate(invalid="ignore"):
        lower = np.where(count > 0, betaincinv(np.maximum(count, 1), size - count + 1, tail), 0.0)
        upper = np.where(count < size, betaincinv(count + 1, np.maximum(size - count, 1), 1 - tail), 1.0)
    somebody = (size > 0) & ~np.isnan(count)
    return _interval(np.where(somebody, lower, np.nan), np.where(somebody, upper, np.nan))


def byar_interval(x: ArrayLike, confidence: float = 0.95) -> Interval:
    """Where the expected number behind a count x may lie, by Byar's approximation.

        lower = x (1 − 1/(9x) − z/(3√x))³
        upper = (x+1) (1 − 1/(9(x+1)) + z/(3√(x+1)))³    z = Φ⁻¹((1 + confidence) / 2)

    Good from x = 10 upwards. Below that the lower formula can fall under 0, where no count can be:
    it is cut off at 0 (Fingertips leaves such a bound blank), and it is 0 where x is 0.

    Bounds are numbers of events. Raises ValueError when x is negative.
    Source: Breslow and Day (1987), Statistical Methods in Cancer Research II, as in OHID Fingertips.
    """
    z = normal_quantile(confidence)
    count = amounts("x", x)
    more = count + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        lower = count * (1 - 1 / (9 * count) - z / (3 * np.sqrt(count))) ** 3
    upper = more * (1 - 1 / (9 * more) + z / (3 * np.sqrt(more))) ** 3
    return _interval(np.where(count == 0, 0.0, np.maximum(lower, 0.0)), upper)


def exact_poisson_interval(x: ArrayLike, confidence: float = 0.95) -> Interval:
    """Where the expected number behind a count x may lie, from the Poisson distribution itself.

        lower = χ²⁻¹(α/2; 2x) / 2    upper = χ²⁻¹(1 − α/2; 2x + 2) / 2    α = 1 − confidence

    The lower bound is 0 where x is 0. Bounds are numbers of events. Raises ValueError when x is negative.
    Source: Garwood (1936), Biometrika 28, as in OHID Fingertips. χ² is twice a gamma variable, so
    the inverse incomplete gamma function gives both bounds.
    """
    tail = (1 - checked_confidence(confidence)) / 2
    count = amounts("x", x)
    lower = np.where(count == 0, 0.0, gammaincinv(count, tail))
    return _interval(lower, gammainccinv(count + 1, tail))


def rate_interval(x: ArrayLike, denominator: ArrayLike, confidence: float = 0.95) -> Interval:
    """Where the rate behind x events may lie: exact Poisson for fewer than 10 events, else Byar.

        bounds of x / denominator

    For a rate on average headcount or person-years, which may pass 1. Where the denominator is 0
    there is no rate: nan.

    Bounds are fractions of the denominator. Raises ValueError when either is negative.
    Source: OHID Fingertips, as in PHEindicatormethods' `phe_rate`.
    """
    count, size = amounts("x", x), amounts("denominator", denominator)
    few = count < FEWEST_FOR_BYAR
    exact = exact_poisson_interval(np.where(few, count, 0), confidence)
    byar = byar_interval(np.where(few, FEWEST_FOR_BYAR, count), confidence)
    size = np.where(size > 0, size, np.nan)
    return _interval(np.where(few, exact.lower, byar.lower) / size, np.where(few, exact.upper, byar.upper) / size)


def _interval(lower: ArrayLike, upper: ArrayLike) -> Interval:
    return Interval(np.asarray(lower, dtype=np.float64), np.asarray(upper, dtype=np.float64))


def amounts(name: str, values: ArrayLike) -> Floats:
    """Numbers as an array; nan stays for a missing one. Raises ValueError where one is negative or infinite."""
    amounts = np.asarray(values, dtype=np.float64)
    if np.any(amounts < 0):
        raise ValueError(f"{name} is negative")
    if np.any(np.isinf(amounts)):
        raise ValueError(f"{name} is infinite")
    return amounts


def checked_confidence(confidence: float) -> float:
    """The confidence itself. Raises ValueError where it is no fraction between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a fraction between 0 and 1, such as 0.95, not {confidence}")
    return confidence


def normal_quantile(confidence: float) -> float:
    """How many standard errors either side hold that share of a normal distribution."""
    return float(ndtri((1 + checked_confidence(confidence)) / 2))
