"""By which rules is a control chart read?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from keepwell.content import all_of, load_yaml
from keepwell.errors import EnquiryRefused, listed

DEFAULT_DIALECT = "plot_the_dots"


@dataclass(frozen=True, slots=True)
class Dialect:
    """One named way to make limits and to read points, as in content/spc_dialects.yaml.

    `screening` is the multiple of the average moving range from which a range is left out, None for none;
    `fewest_points` the points below which nothing is judged; `trial_points` those below which limits are on trial.
    """

    name: str
    label: str
    words: str
    source: str
    screening: float | None
    range_factor: float
    shift_points: int
    trend_points: int
    two_in_three: Literal["between", "beyond"]
    fewest_points: int
    trial_points: int
    conflict: Literal["precedence", "improvement"]


@cache
def dialects() -> dict[str, Dialect]:
    """Every dialect by name, the default first."""
    return {entry.name: entry for entry in all_of(Dialect, load_yaml("spc_dialects.yaml")["dialects"])}


def dialect(name: str = DEFAULT_DIALECT) -> Dialect:
    """The dialect of that name. Raises EnquiryRefused for an unknown one."""
    known = dialects()
    if name not in known:
        raise EnquiryRefused(
            f"There is no SPC dialect called {name}.", found=listed(list(known)), attempt=f"--dialect {DEFAULT_DIALECT}"
        )
    return known[name]
