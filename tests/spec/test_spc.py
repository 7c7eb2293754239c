"""Is it changing, or is it noise? Leavers of each month, and what the chart says of each point.

Above each month what it is: . as usual, + getting worse, - getting better. Fewer leavers are better here.
"""

from __future__ import annotations

import pytest

from keepwell.spc import dialect, special_causes, variation, xmr_charts

MARKS = {"common_cause": ".", "concern": "+", "improvement": "-"}


def read(drawn: str, dialect_name: str = "plot_the_dots", groups: list[int] | None = None) -> tuple[str, str, str]:
    """Of a drawing the marks drawn, the marks found, and the icon of the last month."""
    marks, numbers = (line.split() for line in drawn.strip().splitlines())
    charts = xmr_charts([float(n) for n in numbers], rules=dialect(dialect_name), improvement="decrease", groups=groups)
    found = [
        MARKS[cause.rpartition("_")[0] if cause != "common_cause" else cause] for cause in special_causes(charts)[0]
    ]
    return "".join(marks), "".join(found), str(variation(charts)[0])


NOISE = """
 .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
24 21 27 23 26 22 25 20 27 24 21 26 23 25 22
"""
OUTSIDE = """
 .  .  .  .  .  .  .  .  .  .  .  .  .  .  +
24 21 27 23 26 22 25 20 27 24 21 26 23 25 41
"""
LONG_AGO = """
 .  .  .  .  +  .  .  .  .  .  .  .  .  .  .
24 21 27 23 41 22 25 20 27 24 21 26 23 25 22
"""
TREND = """
 .  .  .  .  .  .  .  .  +  +  +  +  +  +  +
24 21 27 23 26 22 26 24 20 21 22 23 24 25 26
"""
A_TIE_BREAKS_IT = """
 .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
24 21 27 23 26 22 26 24 20 21 22 22 24 25 26
"""
SHIFT = """
 .  .  .  .  .  .  .  .  -  -  -  -  -  -  -
27 24 28 25 29 23 28 26 20 23 21 22 20 23 21
"""
SIX_ARE_NOT_ENOUGH = """
 .  .  .  .  .  .  .  .  .  .  .  .  .  .  .
27 24 28 25 29 23 28 26 28 20 22 21 23 20 22
"""


@pytest.mark.parametrize(
    ("drawn", "icon"),
    [
        (NOISE, "common_cause"),
        (OUTSIDE, "concern_high"),
        (LONG_AGO, "common_cause"),  # the icon speaks of the newest month
        (TREND, "concern_high"),
        (A_TIE_BREAKS_IT, "common_cause"),
        (SHIFT, "improvement_low"),
        (SIX_ARE_NOT_ENOUGH, "common_cause"),
    ],
    ids=["noise", "outside", "long ago", "trend", "a tie", "shift", "six"],
)
@pytest.mark.parametrize("name", ["plot_the_dots", "mdc_excel"])
def test_what_is_drawn_is_found(drawn: str, icon: str, name: str) -> None:
    marks, found, last = read(drawn, name)
    assert found == marks
    assert last == icon


def test_limits_made_anew_forget_what_was_before() -> None:
    """The shift is the new normal once somebody has decided so."""
    _, found, last = read(SHIFT, groups=[0] * 8 + [1] * 7)
    assert found == "." * 15
    assert last == "common_cause"
