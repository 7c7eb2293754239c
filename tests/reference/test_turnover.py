"""Published leavers, rates and stability: do they fit our formulas, all three together?

Parliamentary answer PQ 112582 (methodology 1.3): leavers in full, rate and stability to a tenth of a percent.
Staff at the start and at the end are not in it. Stability gives the start, the rate the average: with our
definitions the two must lead to a number of staff that can be, and back to the published figures.
"""

from __future__ import annotations

import ibis
import pytest

from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.stability_index import stability_index

PUBLISHED = [
    ("nurses, September 2018 to 2019", 31_628, 0.101, 0.898),
    ("nurses, September 2019 to 2020", 29_201, 0.090, 0.908),
    ("nurses, September 2020 to 2021", 33_354, 0.099, 0.899),
    ("doctors, September 2018 to 2019", 4_340, 0.067, 0.931),
    ("doctors, September 2019 to 2020", 4_190, 0.063, 0.936),
    ("doctors, September 2020 to 2021", 4_350, 0.063, 0.936),
]


@pytest.mark.parametrize(("whose", "leavers", "rate", "stability"), PUBLISHED)
def test_rate_and_stability_are_of_the_same_leavers(whose: str, leavers: int, rate: float, stability: float) -> None:
    start = round(leavers / (1 - stability))
    end = round(2 * leavers / rate) - start
    assert -0.02 < end / start - 1 < 0.09, whose  # staff grew, within what rounding to 0.1 % leaves open
    flows = ibis.memtable(
        [{"leavers": leavers, "headcount_at_start": start, "headcount_at_end": end}],
        schema={"leavers": "int64", "headcount_at_start": "int64", "headcount_at_end": "int64"},
    )
    (row,) = stability_index(leaver_rate(flows)).to_pyarrow().to_pylist()
    assert round(row["leaver_rate"], 3) == rate
    assert round(row["stability_index"], 3) == stability
