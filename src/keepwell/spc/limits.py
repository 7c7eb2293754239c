"""What is usual: where do mean and process limits lie?

Everything here is of one stretch between recalculations: `values` has a row a series and a column a point, nan
where there is none, and `baseline` says which points the limits are made from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from keepwell.spc.dialects import Dialect

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIGMAS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """Mean, process limits and two-sigma lines of each point; nan where nothing can be said.

    `moving_range` is the average moving range that made them, nan on p and u charts.
    """

    mean: Floats
    lower: Floats
    upper: Floats
    lower_two_sigma: Floats
    upper_two_sigma: Floats
    moving_range: Floats


def xmr_limits(values: Floats, baseline: Flags, dialect: Dialect) -> Limits:
    """Limits of an XmR chart, from the moving ranges of single values.

        mean ∓ 2.66 × average moving range    (two sigma: ⅔ of it)

    Moving ranges are of neighbours: a gap makes none. Where the dialect screens, ranges of 3.267 times their
    average or more are left out, once; the mean is not made anew. Where nothing moves, the limits lie on the mean.
    No limit is cut off at 0 or 1. One point alone has a mean and no limits.

    Source: NHSRplotthedots 0.2.2; Provost and Murray (2011), The Health Care Data Guide.
    """
    mean = _mean(values, baseline)
    ranges = np.abs(np.diff(values, axis=1))
    there = baseline[:, 1:] & baseline[:, :-1]
    average = _mean(ranges, there)
    if dialect.screening is not None:
        kept = there & ((ranges < dialect.screening * average) | (average == 0))
        average = _mean(ranges, kept)
    return _limits(values, mean, average * dialect.range_factor / SIGMAS, average)


def p_limits(events: Floats, people: Floats, baseline: Flags) -> Limits:
    """Limits of a p chart: a share of people, whose number may change from point to point.

        p̄ ∓ 3 √(p̄ (1 − p̄) / people)    p̄ = Σ events / Σ people

    Small groups have wide limits. Laney's correction for more variation than chance makes is not used: in very
    large groups the limits are narrow and many points lie outside. Source: Montgomery, Statistical Quality Control.
    """
    mean = _pooled(events, people, baseline)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _limits(events, mean, np.sqrt(mean * (1 - mean) / people), np.full_like(mean, np.nan))


def u_limits(events: Floats, exposure: Floats, baseline: Flags) -> Limits:
    """Limits of a u chart: events per unit of exposure, such as leavers per average headcount.

        ū ∓ 3 √(ū / exposure)    ū = Σ events / Σ exposure

    Laney's correction is not used (see p_limits). Source: Montgomery, Statistical Quality Control.
    """
    mean = _pooled(events, exposure, baseline)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _limits(events, mean, np.sqrt(mean / exposure), np.full_like(mean, np.nan))


def _limits(values: Floats, mean: Floats, sigma: Floats, moving_range: Floats) -> Limits:
    def everywhere(line: Floats) -> Floats:
        return np.where(np.isnan(values), np.nan, line)

    return Limits(
        everywhere(mean),
        everywhere(mean - SIGMAS * sigma),
        everywhere(mean + SIGMAS * sigma),
        everywhere(mean - 2 * sigma),
        everywhere(mean + 2 * sigma),
        everywhere(moving_range),
    )


def _mean(values: Floats, of: Flags) -> Floats:
    """The mean of each row's chosen values, as a column; nan for none.

    The second pass takes off what rounding left: equal values must not lie above their own mean.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        number = of.sum(axis=1, keepdims=True)
        mean: Floats = np.where(of, values, 0.0).sum(axis=1, keepdims=True) / number
        mean += np.where(of, values - mean, 0.0).sum(axis=1, keepdims=True) / number
        return mean


def _pooled(events: Floats, exposure: Floats, of: Flags) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        count: Floats = np.where(of, events, 0.0).sum(axis=1, keepdims=True)
        count /= np.where(of, exposure, 0.0).sum(axis=1, keepdims=True)
        return count
