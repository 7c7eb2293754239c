"""Do places differ more than chance alone would make them, and which stand apart even then?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from keepwell.comparison.funnels import THREE_SIDED, TWO_SIDED, Limits, average_of, ratio_limits
from keepwell.comparison.intervals import Floats, amounts, normal_quantile

Method = Literal["PR", "SHMI", "CQC", "RC"]
MOST_TRIMMED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """How far places differ. `phi` is 1 where chance alone does it; `tau2` is the variance between places
    on the method's scale; `target` the middle of the funnel, a fraction or ratio; `z` the distance of each
    place from it in standard errors, trimmed (nan: left out); `kept` how many were counted.
    """

    method: Method
    target: float
    phi: float
    tau2: float
    kept: int
    z: Floats

    @property
    def more_than_chance(self) -> bool:
        return self.phi > 1


@dataclass(frozen=True, slots=True, eq=False)
class _Scale:
    """Figures on the scale of a method, the middle on it, and the standard error of each place."""

    y: Floats
    middle: float
    error: Floats
    target: float


def dispersion(x: ArrayLike, n: ArrayLike, method: Method, trim: float = 0.1) -> Dispersion:
    """How much more places differ than chance alone would make them, by Spiegelhalter's method.

        z = (Y − T) / s    phi = mean of z²    tau² = (N phi − (N − 1)) / (Σw − Σw²/Σw), at least 0    w = 1/s²

        PR    share x of n            Y = asin √(x/n)                T = asin √(Σx/Σn)    s = 1/(2√n)
        SHMI  observed x, expected n  Y = ln(x/n)                    T = 0                s = 1/√n
        CQC   observed x, expected n  Y = √(x/n)                     T = 1                s = 1/(2√n)
        RC    ratio of two counts     Y = ln((x + ½)/(n + ½))        T = ln(Σx/Σn)        s = √(x/(x + ½)² + n/(n + ½)²)

    So that a few extreme places do not hide themselves, SHMI leaves out the outer `trim` of the ranks on
    either side, the others pull z in to the `trim` and 1 − `trim` quantiles. Places with a missing number or
    with n of 0 do not count.

    Raises ValueError when a number is negative, a share is above 1, a logarithm would be of nothing, nobody
    is left to count, or `trim` is not between 0 and a half.
    Source: Spiegelhalter (2005), Quality and Safety in Health Care 14; FunnelPlotR 0.6.0.
    """
    count, size = amounts("x", x), amounts("n", n)
    if not 0 < trim < MOST_TRIMMED:
        raise ValueError(f"trim is a fraction between 0 and a half, such as 0.1, not {trim}")
    known = (size > 0) & ~np.isnan(count)
    if not known.any():
        raise ValueError("there is no place to count")
    scale = SCALES[method](count[known], size[known])
    far = (scale.y - scale.middle) / scale.error
    z = (_truncated if method == "SHMI" else _winsorised)(far, trim)
    every = np.full(count.shape, np.nan)
    every[known] = z
    phi, tau2, kept = _spread(z, scale.error)
    return Dispersion(method, scale.target, phi, tau2, kept, every)


def rate_dispersion(x: ArrayLike, denominator: ArrayLike, trim: float = 0.1) -> Dispersion:
    """How much more rates differ than chance: the square root (CQC) against what the average leads to expect."""
    average = average_of(x, denominator)
    return dispersion(x, np.asarray(denominator, dtype=np.float64) * average, "CQC", trim)


def adjusted_limits(found: Dispersion, n: ArrayLike) -> Limits:
    """Funnel limits that allow for places differing as they do: what lies outside stands apart even so.

        PR    sin²(asin √T ∓ k √(1/(4n) + tau²)), held at 0 and 1
        SHMI  exp(∓ k √(1/n + tau²))
        CQC   1 ∓ k √(1/(4n) + tau²)
        RC    exp(ln T ∓ k √(1/(4n) + tau²))    k = Φ⁻¹(0.975), Φ⁻¹(0.999)

    Where phi is 1 or less there is nothing to allow for: tau² is then 0, and the two ratios fall back to
    `ratio_limits`. n is the size of a place, or the number expected there; of nobody there are no limits.

    CQC is as published, on the scale of the square root; for rates use `adjusted_rate_limits`.
    Source: FunnelPlotR 0.6.0.
    """
    size = amounts("n", n)
    if not found.more_than_chance and found.method in ("SHMI", "CQC"):
        return ratio_limits(size)
    tau2 = found.tau2 if found.more_than_chance else 0.0
    size = np.where(size > 0, size, np.nan)
    within = 1 / size if found.method == "SHMI" else 1 / (4 * size)
    at = BACK[found.method]
    return _either_side(lambda reach: at(found.target, reach), np.sqrt(within + tau2))


def adjusted_rate_limits(found: Dispersion, denominator: ArrayLike, average: float) -> Limits:
    """Funnel limits of rates that allow for places differing as they do.

        average × (1 ∓ k √(1/(4E) + tau²))², at least 0    E = average × denominator

    The limits of the square root, squared back: a limit of the root is not one of the rate. tau² counts as 0
    where phi is 1 or less. Limits are fractions of the denominator.
    Source: as `adjusted_limits`, CQC; the squaring is ours.
    """
    expected = amounts("denominator", denominator) * average
    expected = np.where(expected > 0, expected, np.nan)
    tau2 = found.tau2 if found.more_than_chance else 0.0
    return _either_side(lambda reach: average * np.maximum(1 + reach, 0.0) ** 2, np.sqrt(1 / (4 * expected) + tau2))


def _share_scale(x: Floats, n: Floats) -> _Scale:
    if np.any(x > n):
        raise ValueError("x is more than n")
    target = average_of(x, n)
    return _Scale(np.arcsin(np.sqrt(x / n)), float(np.arcsin(np.sqrt(target))), 1 / (2 * np.sqrt(n)), target)


def _log_ratio_scale(x: Floats, n: Floats) -> _Scale:
    if np.any(x == 0):
        raise ValueError("a place without any event has no logarithm: use CQC")
    return _Scale(np.log(x / n), 0.0, 1 / np.sqrt(n), 1.0)


def _root_ratio_scale(x: Floats, n: Floats) -> _Scale:
    return _Scale(np.sqrt(x / n), 1.0, 1 / (2 * np.sqrt(n)), 1.0)


def _counts_scale(x: Floats, n: Floats) -> _Scale:
    target = average_of(x, n)
    if target == 0:
        raise ValueError("places without any event have no logarithm")
    error = np.sqrt(x / (x + 0.5) ** 2 + n / (n + 0.5) ** 2)
    return _Scale(np.log((x + 0.5) / (n + 0.5)), float(np.log(target)), error, target)


SCALES: dict[Method, Callable[[Floats, Floats], _Scale]] = {
    "PR": _share_scale,
    "SHMI": _log_ratio_scale,
    "CQC": _root_ratio_scale,
    "RC": _counts_scale,
}
BACK: dict[Method, Callable[[float, Floats], Floats]] = {
    "PR": lambda target, reach: np.sin(np.clip(np.arcsin(np.sqrt(target)) + reach, 0.0, np.pi / 2)) ** 2,
    "SHMI": lambda target, reach: np.exp(reach),
    "CQC": lambda target, reach: 1 + reach,
    "RC": lambda target, reach: np.exp(np.log(target) + reach),
}


def _winsorised(z: Floats, trim: float) -> Floats:
    """z with what lies outside the two quantiles pulled in to them."""
    return np.clip(z, *np.quantile(z, [trim, 1 - trim]))


def _truncated(z: Floats, trim: float) -> Floats:
    """z with nan for what ranks in the outer parts. Places of equal z share the mean of their ranks."""
    ordered = np.sort(z)
    rank = (np.searchsorted(ordered, z, "left") + np.searchsorted(ordered, z, "right") + 1) / 2
    parts = 1 / trim
    part = np.floor(rank * parts / (len(z) + 1))
    return np.where((part > 0) & (part < parts - 1), z, np.nan)


def _spread(z: Floats, error: Floats) -> tuple[float, float, int]:
    """phi, tau² and how many places they were made from."""
    kept = ~np.isnan(z)
    number = int(kept.sum())
    if number == 0:
        raise ValueError("there is no place to count")
    phi = float(np.mean(z[kept] ** 2))
    weight = 1 / error[kept] ** 2
    room = float(weight.sum() - (weight**2).sum() / weight.sum())
    excess = number * phi - (number - 1)
    return phi, max(0.0, excess / room) if room > 0 else 0.0, number


def _either_side(at: Callable[[Floats], Floats], error: Floats) -> Limits:
    two, three = normal_quantile(TWO_SIDED) * error, normal_quantile(THREE_SIDED) * error
    return Limits(at(-two), at(two), at(-three), at(three))
