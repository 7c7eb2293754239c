"""International retention: still in the organisation at the end / arrived in the year."""

from __future__ import annotations

from drawing import columns, drawn, period, rows

from keepwell.measures.international_retention import international_retention
from keepwell.records.flows import Grouping

RECRUITS = """
2024-09:      S O N D J F M A M J J A S
here     RX1  . N N N N N N N N N N N N  recruitment_source=International_recruitment
gone     RX1  . N N N N N . . . . . . .  recruitment_source=International_recruitment
break    RX1  . . . N N N N N - - - - -  recruitment_source=Overseas
moved    RX1  . . N N N . . . . . . . .  recruitment_source=Abroad
moved    RX2  . . . . . N N N N N N N N  recruitment_source=Abroad
newer    RX1  . . . . N N N N N N N N N  recruitment_source=Outside_UK
late     RX1  . . . . . . . . . . . . N  recruitment_source=International_recruitment
before   RX1  N N N N N N N N N N N N N  recruitment_source=International_recruitment
local    RX1  . . N N N N N N N N N N N  recruitment_source=NHS_Jobs
"""


def test_recruits_are_followed_by_year_of_arrival() -> None:
    """Of RX1: four came in 2024, of whom one is here and one on a break; two came in 2025 and are here."""
    table = international_retention(drawn(RECRUITS), period("2024-10", "2025-09"), Grouping(("organisation",)))
    found = [
        columns(row, "organisation", "arrived_in", "arrivals", "still_here")
        for row in rows(table, "organisation", "arrived_in")
    ]
    assert found == [("RX1", 2024, 4, 2), ("RX1", 2025, 2, 2), ("RX2", 2025, 1, 1)]


def test_who_comes_after_the_period_is_not_in_it() -> None:
    table = international_retention(drawn(RECRUITS), period("2025-08", "2025-08"), Grouping(("organisation",)))
    by_year = rows(table, "organisation", "arrived_in")
    assert columns(by_year[1], "arrived_in", "arrivals", "international_retention") == (2025, 1, 1.0)
    assert columns(by_year[0], "arrived_in", "international_retention") == (2024, 0.5)
