"""Is one group more likely to leave than another, or is it chance?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from keepwell.comparison.intervals import Floats, amounts, normal_quantile

FOUR_FIFTHS: Final = 0.8
"""The WRES convention: between four fifths and its inverse two groups are taken as alike."""


@dataclass(frozen=True, slots=True, eq=False)
class Likelihood:
    """How many times as likely, with its interval, element by element; nan where nothing can be said.

    `lower` and `upper` are nan too where nobody left of one of the groups. `outside` are those below 0.8 or above 1.25,
    by the number alone, whatever its interval.
    """

    ratio: Floats
    lower: Floats
    upper: Floats

    @property
    def beyond_chance(self) -> np.typing.NDArray[np.bool_]:
        """Whether the interval leaves 1 out."""
        return np.asarray((self.lower > 1) | (self.upper < 1))

    @property
    def outside(self) -> np.typing.NDArray[np.bool_]:
        """Whether the ratio is below 0.8 or above 1.25."""
        return np.asarray((self.ratio < FOUR_FIFTHS) | (self.ratio > 1 / FOUR_FIFTHS))


def relative_likelihood(
    a: ArrayLike, n1: ArrayLike, c: ArrayLike, n2: ArrayLike, confidence: float = 0.95
) -> Likelihood:
    """How many times as likely members of the first group are to leave as members of the second.

        (a / n1) / (c / n2)        exp(ln ratio ∓ z √(1/a − 1/n1 + 1/c − 1/n2))        z = Φ⁻¹((1 + confidence) / 2)

    a of n1 left in the first group, c of n2 in the second. Where nobody left of the first the ratio is 0; where nobody
    left of the second, or a group is empty, there is none. In neither case has the logarithm an interval, and none is
    given: one made by adding a half to the counts would look like knowledge. Where all of both left the interval is
    a point. A missing number gives nan.

    Raises ValueError when a count is negative or more than its group.
    Source: the log interval of Katz and others (1978), Biometrics 34; NHS WRES technical guidance for the convention.
    """
    left, there, others_left, others = amounts("a", a), amounts("n1", n1), amounts("c", c), amounts("n2", n2)
    if np.any(left > there) or np.any(others_left > others):
        raise ValueError("more left than were there")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = left * others / (there * others_left)  # whole numbers divided once: 0.8 is exactly that
        spread = normal_quantile(confidence) * np.sqrt(1 / left - 1 / there + 1 / others_left - 1 / others)
        lower, upper = ratio * np.exp(-spread), ratio * np.exp(spread)
    some, both = others_left > 0, (others_left > 0) & (left > 0)
    return Likelihood(*(np.where(where, x, np.nan) for x, where in ((ratio, some), (lower, both), (upper, both))))
