"""Published rates of sickness absence, made again from the published days."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest

from keepwell.measures.sickness_absence_rate import sickness_absence_rate
from keepwell.periods import Month, Period
from keepwell.records.absence import ABSENCE, ALL_REASONS, pooled_absence
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping

# House of Lords, answer HL3703: FTE days lost, FTE days available, rate in percent, six years.
HL3703 = [
    (16_745_315, 380_199_666, 4.40),
    (15_947_054, 383_278_845, 4.16),
    (15_555_507, 377_908_880, 4.12),
    (15_947_518, 376_187_354, 4.24),
    (15_385_468, 378_691_376, 4.06),
    (16_423_722, 386_388_483, 4.25),
]
FIRST = Month.parse("2009-04")


def a_year_in_months(number: int, lost: float, available: float) -> list[dict[str, object]]:
    """A year's days spread unevenly over twelve months: pooled they are the year's, averaged they are not."""
    weights = range(1, 13)
    return [
        {
            "month": (FIRST + (12 * number + i)).index,
            "organisation": "England",
            "staff_group": ALL_STAFF_GROUPS,
            "reason": ALL_REASONS,
            "fte_days_lost": lost * weight / sum(weights),
            "fte_days_available": available / 12,
        }
        for i, weight in enumerate(weights)
    ]


@pytest.mark.parametrize(("number", "lost", "available", "percent"), [(i, *row) for i, row in enumerate(HL3703)])
def test_the_rate_of_a_year_is_the_published_one(number: int, lost: int, available: int, percent: float) -> None:
    rows = [row for i, (a, b, _) in enumerate(HL3703) for row in a_year_in_months(i, a, b)]
    absence = ibis.memtable(pa.Table.from_pylist(rows, schema=ABSENCE))
    year = Period.ending(FIRST + (12 * number + 11), 12)
    (row,) = sickness_absence_rate(pooled_absence(absence, [year], Grouping())).to_pyarrow().to_pylist()
    assert row["fte_days_lost"] == pytest.approx(lost)
    assert row["fte_days_available"] == pytest.approx(available)
    assert round(100 * row["sickness_absence_rate"], 2) == percent


def test_27_million_days_of_2022_were_about_74500_people() -> None:
    """Nuffield Trust: 27 million days lost in 2022, about 74,500 full-time equivalents over 365 days."""
    absence = ibis.memtable(
        pa.Table.from_pylist(
            [
                {
                    "month": (Month.parse("2022-01") + i).index,
                    "organisation": "England",
                    "staff_group": ALL_STAFF_GROUPS,
                    "reason": ALL_REASONS,
                    "fte_days_lost": 27_200_000 / 12,
                    "fte_days_available": 486_000_000 / 12,
                }
                for i in range(12)
            ],
            schema=ABSENCE,
        )
    )
    days = pooled_absence(absence, [Period.ending(Month.parse("2022-12"), 12)], Grouping())
    (row,) = sickness_absence_rate(days).to_pyarrow().to_pylist()
    assert row["fte_lost_equivalent"] == pytest.approx(74_500, rel=0.001)
