"""Internal moves: moved / in post at start and still in the organisation at the end."""

from __future__ import annotations

from drawing import columns, drawn, period, the_row

from keepwell.measures.internal_moves import internal_moves
from keepwell.records.flows import Grouping

YEAR = period("2024-10", "2025-09")


def test_three_of_five_stayers_moved() -> None:
    records = drawn("""
        2024-09:         S O N D J F M A M J J A S
        ward        RX1  N N N N . . . . . . . . .  unit=Ward_1 band=5
        ward        RX1  . . . . N N N N N N N N N  unit=Ward_2 band=5
        promoted    RX1  N N N N N N N . . . . . .  unit=Ward_1 band=5
        promoted    RX1  . . . . . . . N N N N N N  unit=Ward_2 band=6
        retrained   RX1  A A A N N N N N N N N N N  unit=Ward_1 band=5
        to-and-fro  RX1  N N N N . . . . N N N N N  unit=Ward_1 band=5
        to-and-fro  RX1  . . . . N N N N . . . . .  unit=Ward_2 band=5
        stays       RX1  N N N N N N N N N N N N N  unit=Ward_1 band=5
        left        RX1  N N N N . . . . . . . . .  unit=Ward_1 band=5
        left        RX2  . . . . N N N N N N N N N  unit=Ward_9 band=5
        on-a-break  RX1  N N N N N N N N N N N N -  unit=Ward_1 band=5
    """)
    row = the_row(internal_moves(records, YEAR, Grouping(("organisation",))))
    assert columns(row, "organisation", "stayers", "internal_moves") == ("RX1", 5, 3)
    assert columns(row, "moved_unit", "moved_staff_group", "moved_job_role", "moved_band") == (2, 1, 0, 1)
    assert row["internal_move_rate"] == 3 / 5


def test_a_band_that_was_filled_in_later_is_no_move() -> None:
    records = drawn("""
        2024-09:      S O N D J F M A M J J A S
        unbanded RX1  N N N N . . . . . . . . .
        unbanded RX1  . . . . N N N N N N N N N  band=5
    """)
    row = the_row(internal_moves(records, YEAR, Grouping()))
    assert columns(row, "stayers", "internal_moves", "moved_band") == (1, 0, 0)
