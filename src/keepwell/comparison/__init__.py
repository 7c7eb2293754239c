"""Are we different from our peers, or is it chance?"""

from keepwell.comparison.funnels import (
    HIGH,
    HIGHER,
    LOW,
    LOWER,
    NOT_SIGNIFICANT,
    Limits,
    average_of,
    proportion_limits,
    proportion_significance,
    rate_limits,
    rate_significance,
    ratio_limits,
    significance,
)
from keepwell.comparison.intervals import (
    Interval,
    byar_interval,
    exact_interval,
    exact_poisson_interval,
    rate_interval,
    wilson_interval,
)
from keepwell.comparison.overdispersion import (
    Dispersion,
    adjusted_limits,
    adjusted_rate_limits,
    dispersion,
    rate_dispersion,
)
from keepwell.comparison.selection import Shrunken, shrunken_rates

__all__ = [
    "HIGH",
    "HIGHER",
    "LOW",
    "LOWER",
    "NOT_SIGNIFICANT",
    "Dispersion",
    "Interval",
    "Limits",
    "Shrunken",
    "adjusted_limits",
    "adjusted_rate_limits",
    "average_of",
    "byar_interval",
    "dispersion",
    "exact_interval",
    "exact_poisson_interval",
    "proportion_limits",
    "proportion_significance",
    "rate_dispersion",
    "rate_interval",
    "rate_limits",
    "rate_significance",
    "ratio_limits",
    "shrunken_rates",
    "significance",
    "wilson_interval",
]
