"""Leaver rate: leavers / mean(staff at start, staff at end)."""

from __future__ import annotations

import datetime as dt

import ibis
import pyarrow as pa
import pytest
from drawing import Row, columns, drawn, period, positions_drawn, published, rows, the_row

from keepwell.measures.joiner_rate import joiner_rate
from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.stability_index import stability_index
from keepwell.periods import Month, Period
from keepwell.records.counting import StaffRecords, event_flows, snapshot_flows
from keepwell.records.flows import Grouping, published_flows
from keepwell.records.recodes import Recode, Succession, in_todays_terms, seen_in_todays_terms
from keepwell.records.spells import spells
from keepwell.records.staff import POSITIONS
from keepwell.records.staff_records import seen_table

YEAR = period("2024-10", "2025-09")
STAFF = Grouping()

FIVE_AND_SIX = """
2024-09:   S O N D J F M A M J J A S
a   RX1    N N N N N N N N N N N N N
b   RX1    N N N N N N N N N N N N N
c   RX1    N N N N N N N N N N N N N
d   RX1    N N N N N N N . . . . . .
e   RX1    N . . . . . . . . . . . .
f   RX1    . N N N N N N N N N N N N
g   RX1    . . . . . . . N N N N N N
h   RX1    . . . . . . . . . . . . N
x   RX1    . . . N N N N N N . . . .
"""


def by_snapshot(records: StaffRecords, leaving: str = "organisation", **how: object) -> Row:
    return the_row(leaver_rate(snapshot_flows(records, YEAR, STAFF, leaving), **how))


def by_event(records: StaffRecords, leaving: str = "organisation") -> Row:
    return the_row(leaver_rate(event_flows(records, YEAR, STAFF, leaving)))


def of_month(**counts: object) -> Row:
    """The rate of one published month."""
    month = Period(Month.parse("2025-10"), Month.parse("2025-10"))
    return the_row(joiner_rate(leaver_rate(published_flows(published("2025-10", flows=[counts]), [month], STAFF))))


def test_27_leavers_of_150_who_became_120_are_20_percent() -> None:
    """The Data Dictionary's own example: 150 and 120 are 135 on average."""
    row = of_month(headcount_at_start=150, headcount_at_end=120, leavers=27)
    assert row["leaver_rate"] == 0.2


def test_the_nurses_of_2021_agree_with_the_published_rate_and_stability() -> None:
    """33,354 leavers, 9.9 % and 89.9 %, in the answer to PQ 112582."""
    counts = {"headcount_at_start": 330_238, "headcount_at_end": 343_580, "leavers": 33_354}
    assert of_month(**counts)["leaver_rate"] == pytest.approx(0.099, abs=0.0005)
    flows = published("2025-10", flows=[counts])
    assert the_row(stability_index(flows))["stability_index"] == pytest.approx(0.899, abs=0.0005)


def test_the_doctors_of_2021_agree_with_the_published_rate_and_stability() -> None:
    """4,350 leavers, 6.3 % and 93.6 %: of 67,969 at the start, 69,048 on average."""
    counts = {"headcount_at_start": 67_969, "headcount_at_end": 70_127, "leavers": 4_350}
    assert of_month(**counts)["leaver_rate"] == pytest.approx(0.063, abs=0.0005)
    assert the_row(stability_index(published("2025-10", flows=[counts])))["stability_index"] == pytest.approx(0.936)


def test_by_snapshot_who_came_and_went_in_between_is_not_seen() -> None:
    row = by_snapshot(drawn(FIVE_AND_SIX))
    assert columns(row, "headcount_at_start", "headcount_at_end", "leavers", "joiners") == (5, 6, 2, 3)
    assert row["leaver_rate"] == 2 / 5.5


def test_by_event_who_came_and_went_in_between_counts() -> None:
    row = by_event(drawn(FIVE_AND_SIX))
    assert columns(row, "headcount_at_start", "headcount_at_end", "leavers", "joiners") == (5, 6, 3, 4)
    assert row["leaver_rate"] == 3 / 5.5


@pytest.mark.parametrize(("leaving", "leavers"), [("nhs", 1), ("system", 1), ("organisation", 2)])
def test_who_moves_to_another_trust_leaves_the_organisation_and_not_the_system(leaving: str, leavers: int) -> None:
    moved = FIVE_AND_SIX + "d RX2 . . . . . . . N N N N N N"
    assert by_snapshot(drawn(moved), leaving)["leavers"] == leavers
    assert by_event(drawn(moved), leaving)["leavers"] == leavers + 1  # and x


@pytest.mark.parametrize(("leaving", "leavers"), [("organisation", 2), ("staff_group", 3)])
def test_who_changes_staff_group_leaves_the_group_and_not_the_organisation(leaving: str, leavers: int) -> None:
    b_changes = FIVE_AND_SIX.replace("b   RX1    N N N N N N N N N", "b   RX1    N N N N A A A A A")
    b_changes = b_changes.replace("A A A A A N N N N", "A A A A A A A A A")
    assert by_snapshot(drawn(b_changes), leaving)["leavers"] == leavers
    assert by_event(drawn(b_changes), leaving)["leavers"] == leavers + 1


def test_a_rate_over_a_published_average_of_other_people_is_not_the_published_rate() -> None:
    """The trap of the bulletin of November 2014: its leavers and joiners leave out doctors in training, its
    headcounts do not. 94,739 and 113,049 over the average headcount are 7.8 and 9.4 %, and 8.3 and 9.9 % were
    published. Whoever divides the one by the other must not call the result the published rate."""
    counts = {"headcount_at_start": 1_197_780, "headcount_at_end": 1_216_834, "leavers": 94_739, "joiners": 113_049}
    row = of_month(**counts)
    assert row["leaver_rate"] == pytest.approx(0.07847, abs=5e-6)
    assert row["joiner_rate"] == pytest.approx(0.09364, abs=2e-5)
    their_average = 94_739 / 0.083
    assert their_average == pytest.approx(113_049 / 0.099, rel=1e-3)  # one denominator, and a smaller one
    assert their_average < 1_197_780


LEEDS = {
    "headcount": [3510, 3508, 3502, 3478, 3454, 3474, 3480, 3486, 3495, 3519, 3540, 3509],
    "leavers": [24, 22, 31, 37, 36, 28, 30, 25, 19, 36, 20, 75],
}


def test_twelve_months_summed_are_over_the_average_of_start_and_end() -> None:
    """Leeds Community Healthcare, 2024/25: 383 leavers. Over the mean of month ends it would be 10.9546 %."""
    year = Period(Month.parse("2024-04"), Month.parse("2025-03"))
    months = [str(year.first + i) for i in range(12)]
    flows = [
        {"headcount_at_start": staff, "headcount_at_end": staff, "leavers": left}
        for staff, left in zip(LEEDS["headcount"], LEEDS["leavers"], strict=True)
    ]
    row = the_row(leaver_rate(published_flows(published(*months, flows=flows), [year], STAFF)))
    assert columns(row, "leavers", "headcount_at_start", "headcount_at_end") == (383, 3510, 3509)
    assert row["leaver_rate"] == pytest.approx(0.109132, abs=5e-7)
    assert 383 / (sum(LEEDS["headcount"]) / 12) == pytest.approx(0.109546, abs=5e-7)
    assert row["leaver_rate"] == pytest.approx(0.111, abs=0.002)  # published, of fewer people


def test_a_fall_of_4_49_percent_is_of_the_rate_and_not_in_points() -> None:
    """From 15.0 % it leads to 14.33 %, not to 10.51 %."""
    before = of_month(headcount_at_start=200_000, headcount_at_end=200_000, leavers=30_000)
    after = of_month(headcount_at_start=200_000, headcount_at_end=200_000, leavers=28_653)
    assert before["leaver_rate"] == 0.15
    assert after["leaver_rate"] == pytest.approx(0.15 * (1 - 0.0449))
    assert round(float(str(after["leaver_rate"])), 4) == 0.1433


CAREER_BREAK = """
2024-09:        S O N D J F M A M J J A S
there-and-back  RX1  N N N N - - - - N N N N N
still-away      RX1  N N N N N N N N N N - - -
always-here     RX1  N N N N N N N N N N N N N
gone            RX1  N N N N N N . . . . . . .
"""


def test_a_career_break_is_leaving_by_snapshot_while_it_lasts() -> None:
    row = by_snapshot(drawn(CAREER_BREAK))
    assert columns(row, "headcount_at_start", "headcount_at_end", "leavers", "leavers_paused") == (4, 2, 2, 1)
    assert row["leaver_rate"] == 2 / 3


def test_a_career_break_is_not_leaving_by_event() -> None:
    row = by_event(drawn(CAREER_BREAK))
    assert columns(row, "headcount_at_start", "headcount_at_end", "leavers", "leavers_paused") == (4, 3, 1, 0)


TWO_POSTS = """
2024-09:        S O N D J F M A M J J A S
both   RX1 0.4  N N N N N . . . . . . . .
both   RX2 0.6  N N N N N N N N N N N N N
other  RX2      N N N N N N N N N N N N N
"""


def test_who_gives_up_one_of_two_posts_leaves_that_organisation_only() -> None:
    records = drawn(TWO_POSTS)
    first, second = rows(snapshot_flows(records, YEAR, Grouping(("organisation",))), "organisation")
    assert columns(first, "organisation", "headcount_at_start", "leavers") == ("RX1", 1, 1)
    assert columns(second, "organisation", "headcount_at_start", "leavers") == ("RX2", 2, 0)
    together = by_snapshot(records, "organisation")
    assert columns(together, "headcount_at_start", "headcount_at_end", "leavers") == (2, 2, 1)
    assert by_snapshot(records, "system")["leavers"] == 0


def test_who_gives_up_both_posts_at_once_leaves_the_system_once() -> None:
    records = drawn("""
        2024-09:        S O N D J F M A M J J A S
        both   RX1 0.4  N N N N N . . . . . . . .
        both   RX2 0.6  N N N N N . . . . . . . .
    """)
    for row in (by_snapshot(records, "system"), by_event(records, "system")):
        assert columns(row, "leavers", "leavers_fte") == (1, 1.0)


def test_on_the_fte_basis_hours_stand_over_hours() -> None:
    row = by_snapshot(drawn(TWO_POSTS), "organisation", basis="fte")
    assert columns(row, "fte_at_start", "fte_at_end", "leavers_fte") == (2.0, 1.6, 0.4)
    assert row["leaver_rate"] == 0.4 / 1.8


def test_a_month_that_nobody_loaded_is_no_departure() -> None:
    records = drawn("""
        2024-09:  S O N D _ F M A M J J A S
        ann  RX1  N N N N N N N N N N N N N
        bob  RX1  N N N N N . . . . . . . .
    """)
    assert by_snapshot(records)["leavers"] == 1
    assert rows(records.spells, "person")[0]["last_month"] == Month.parse("2025-09").index


def test_who_goes_and_comes_back_is_a_leaver_by_event_alone() -> None:
    records = drawn("""
        2024-09:  S O N D J F M A M J J A S
        ann  RX1  N N N N . . . N N N N N N
    """)
    assert columns(by_snapshot(records), "leavers", "joiners") == (0, 0)
    assert columns(by_event(records), "leavers", "joiners") == (1, 1)


def restated(text: str, recodes: list[Recode], successions: list[Succession]) -> StaffRecords:
    positions = ibis.memtable(pa.Table.from_pylist(positions_drawn(text), schema=POSITIONS))
    pairs = sorted({(str(row["organisation"]), int(str(row["month"]))) for row in positions_drawn(text)})
    seen = seen_table(seen_in_todays_terms(pairs, successions))
    return StaffRecords(spells(in_todays_terms(positions, recodes, successions), seen), seen)


def test_a_ward_by_a_new_name_has_lost_nobody() -> None:
    renamed = """
        2024-09:  S O N D J F M A M J J A S
        ann  RX1  N N N N N . . . . . . . .  unit=Ward_5
        ann  RX1  . . . . . N N N N N N N N  unit=Oak_Ward
        bob  RX1  N N N . . . . . . . . . .  unit=Ward_5
    """
    new_name = Recode("RX1", "unit", "Ward 5", "Oak Ward", dt.date(2025, 2, 1))
    for recodes, start in ([new_name], 2), ([], 0):
        flows = rows(snapshot_flows(restated(renamed, recodes, []), YEAR, Grouping(("unit",))), "unit")
        oak = flows[0]
        assert columns(oak, "unit", "headcount_at_start", "headcount_at_end") == ("Oak Ward", start, 1)


def test_a_merger_is_not_a_mass_departure() -> None:
    merged = """
        2024-09:  S O N D J F M A M J J A S
        ann  RX1  N N N N N . . . . . . . .
        ann  RX2  . . . . . N N N N N N N N
        bob  RX1  N N N . . . . . . . . . .
        cy   RX2  N N N N N N N N N N N N N
    """
    succession = Succession("RX1", "RX2", dt.date(2025, 2, 1))
    assert by_snapshot(restated(merged, [], [succession]))["leavers"] == 1
    assert by_snapshot(restated(merged, [], []))["leavers"] == 2


def test_nobody_at_either_end_is_no_rate_and_not_a_rate_of_nought() -> None:
    row = of_month(headcount_at_start=0, headcount_at_end=0, leavers=0)
    assert row["leaver_rate"] is None
