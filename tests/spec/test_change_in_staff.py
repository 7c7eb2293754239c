"""Change in staff: at end - at start, each person in exactly one term."""

from __future__ import annotations

from drawing import Row, drawn, period, rows, the_row

from keepwell.measures.change_in_staff import ARRIVALS, DEPARTURES, TERMS, change_in_staff
from keepwell.records.flows import Grouping

YEAR = period("2024-10", "2025-09")
EVERYTHING = """
2024-09:         S O N D J F M A M J J A S
stays    RX1     N N N N N N N N N N N N N
less     RX1 1.0 N N N N N . . . . . . . .
less     RX1 0.6 . . . . . N N N N N N N N
new      RX1 0.5 . . . N N N N N N N N N N
back     RX1     - - N N N N N N N N N N N
from-2   RX2     N N N N . . . . . . . . .
from-2   RX1     . . . . N N N N N N N N N
was-A    RX1     A A A A A N N N N N N N N
gone     RX1     N N N N N N N N N N . . .
away     RX1     N N N N N N N N N N - - -
to-2     RX1     N N N N N N . . . . . . .
to-2     RX2     . . . . . . N N N N N N N
now-A    RX1     N N N A A A A A A A A A A
in-out   RX1     . N N . . . . . . . . . .
"""


def terms(row: Row) -> dict[str, object]:
    return {term: row[term] for term in TERMS if row[term]}


def test_each_has_one_term_in_the_group() -> None:
    """Nurses of RX1: 6 became 6, and only two of them are the same."""
    nurses = Grouping(("organisation", "staff_group"), where=(("organisation", ("RX1",)), ("staff_group", ("N",))))
    row = the_row(change_in_staff(drawn(EVERYTHING), YEAR, nurses))
    assert (row["headcount_at_start"], row["headcount_at_end"]) == (6, 6)
    assert terms(row) == dict.fromkeys(TERMS, 1)
    assert (row["fte_at_start"], row["fte_at_end"]) == (6.0, 5.1)
    assert (row["joined_fte"], row["changed_hours_fte"]) == (0.5, -0.4)


def test_in_the_organisation_a_change_of_group_is_no_change() -> None:
    row = rows(change_in_staff(drawn(EVERYTHING), YEAR, Grouping(("organisation",))), "organisation")[0]
    assert (row["headcount_at_start"], row["headcount_at_end"]) == (7, 7)
    assert terms(row) == dict.fromkeys(
        ["joined", "became_active", "moved_in", "left", "became_inactive", "moved_out"], 1
    )


def test_in_the_system_a_move_between_organisations_is_no_change() -> None:
    row = the_row(change_in_staff(drawn(EVERYTHING), YEAR, Grouping()))
    assert (row["headcount_at_start"], row["headcount_at_end"]) == (8, 8)
    assert terms(row) == {"joined": 1, "became_active": 1, "left": 1, "became_inactive": 1}


def test_it_adds_up_in_people_and_in_hours() -> None:
    for by in ((), ("organisation",), ("staff_group",), ("organisation", "staff_group")):
        for row in rows(change_in_staff(drawn(EVERYTHING), YEAR, Grouping(by)), *by):
            came, went = sum(row[t] for t in ARRIVALS), sum(row[t] for t in DEPARTURES)
            assert row["headcount_at_end"] - row["headcount_at_start"] == came - went
            hours = sum(row[f"{t}_fte"] for t in ARRIVALS) - sum(row[f"{t}_fte"] for t in DEPARTURES)
            assert round(row["fte_at_end"] - row["fte_at_start"] - hours - row["changed_hours_fte"], 9) == 0


def test_who_was_on_a_career_break_elsewhere_became_active_and_did_not_move() -> None:
    records = drawn("""
        2024-09:  S O N D J F M A M J J A S
        ann  RX2  - - - - . . . . . . . . .
        ann  RX1  . . . . N N N N N N N N N
    """)
    row = the_row(change_in_staff(records, YEAR, Grouping(("organisation",))))
    assert terms(row) == {"became_active": 1}
