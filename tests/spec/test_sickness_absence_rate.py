"""Sickness absence rate: FTE days lost / FTE days available, added up before they are divided."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from drawing import Row, columns, rows, the_row

from keepwell.errors import EnquiryRefused
from keepwell.measures.sickness_absence_rate import sickness_absence_rate
from keepwell.periods import Month, Period
from keepwell.records.absence import ABSENCE, ALL_REASONS, ENGLAND, not_throughout, pooled_absence
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping

STRESS = "S10 Anxiety/stress/depression/other psychiatric illnesses"
COLD = "S13 Cold Cough Flu - Influenza"

TWO_TRUSTS = """
    2025-03  RX1  All    All     30   1000
    2025-04  RX1  All    All     90   1000
    2025-03  RX2  All    All      2    100
    2025-04  RX2  All    All      8    100
"""
"""Rates of 3 and 9 percent of a large trust, 2 and 8 of a small one."""

NURSES_AND_OTHERS = """
    2025-04  RX1  All    All     90   1000
    2025-04  RX1  All    Stress  50      -
    2025-04  RX1  All    Cold    40      -
    2025-04  RX1  Nurses All     60    400
    2025-04  RX1  Nurses Stress  45      -
    2025-04  RX1  Nurses Cold    15      -
    2025-04  RX1  Others All     30    600
    2025-04  RX1  Others Stress   5      -
    2025-04  RX1  Others Cold    25      -
    2025-04  RX2  All    All      0    500
    2025-04  RX2  Nurses All      0    500
    2025-04  RX3  All    All     20    100
    2025-04  RX3  Nurses All     20    100
"""
"""Of RX2 nobody was away; of RX3 nobody knows why."""

WORDS = {"All": ALL_STAFF_GROUPS}
REASONS = {"All": ALL_REASONS, "Stress": STRESS, "Cold": COLD}


def absence(text: str) -> ibis.Table:
    """One line a row: month, organisation, staff group, reason, days lost, days available."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        month, organisation, group, reason, lost, available = line.split()
        found.append(
            {
                "month": Month.parse(month).index,
                "organisation": organisation,
                "organisation_name": f"{organisation} in {month}",
                "region": "Y60" if organisation != ENGLAND else None,
                "staff_group": WORDS.get(group, group.replace("_", " ")),
                "reason": REASONS[reason],
                "fte_days_lost": float(lost),
                "fte_days_available": None if available == "-" else float(available),
            }
        )
    return ibis.memtable(pa.Table.from_pylist(found, schema=ABSENCE))


def asked(text: str, *by: str, first: str = "2025-04", last: str = "2025-04", **where: str) -> ibis.Table:
    period = Period(Month.parse(first), Month.parse(last))
    kept = tuple((name, tuple(values.split("|"))) for name, values in where.items())
    return sickness_absence_rate(pooled_absence(absence(text), [period], Grouping(by, kept)))


def test_98_days_lost_of_1100_are_one_rate_of_two_trusts() -> None:
    row = the_row(asked(TWO_TRUSTS))
    assert columns(row, "fte_days_lost", "fte_days_available") == (98, 1100)
    assert row["sickness_absence_rate"] == 98 / 1100
    assert row["sickness_absence_rate"] != pytest.approx((0.09 + 0.08) / 2)  # the mean of two rates is nobody's rate


def test_months_are_pooled_and_not_averaged() -> None:
    large, small = rows(asked(TWO_TRUSTS, "organisation", first="2025-03"), "organisation")
    assert columns(large, "organisation", "sickness_absence_rate") == ("RX1", 120 / 2000)
    assert columns(small, "organisation", "sickness_absence_rate") == ("RX2", 10 / 200)


def test_days_lost_over_the_days_of_the_period_are_people() -> None:
    """March and April have 61 days."""
    assert the_row(asked(TWO_TRUSTS, first="2025-03"))["fte_lost_equivalent"] == 130 / 61
    assert the_row(asked(TWO_TRUSTS))["fte_lost_equivalent"] == 98 / 30


def test_a_group_goes_by_its_newest_name() -> None:
    assert rows(asked(TWO_TRUSTS, "organisation", first="2025-03"), "organisation")[0]["organisation_name"] == (
        "RX1 in 2025-04"
    )


def test_a_total_is_not_added_to_its_parts() -> None:
    assert columns(the_row(asked(NURSES_AND_OTHERS)), "fte_days_lost", "fte_days_available") == (110, 1600)
    nurses, others = rows(asked(NURSES_AND_OTHERS, "staff_group"), "staff_group")
    assert columns(nurses, "staff_group", "fte_days_lost", "fte_days_available") == ("Nurses", 80, 1000)
    assert columns(others, "staff_group", "fte_days_lost", "fte_days_available") == ("Others", 30, 600)


def by_reason(*by: str, **where: str) -> list[Row]:
    return rows(asked(NURSES_AND_OTHERS, *by, **where), *by)


def test_a_reason_is_over_the_days_available_of_everybody_whose_reasons_are_told() -> None:
    """RX2 counts, for nobody was away there; RX3 does not, for its reasons are not told."""
    stress, cold = by_reason("reason")
    assert columns(stress, "reason", "fte_days_lost", "fte_days_available") == (STRESS, 50, 1500)
    assert columns(cold, "reason", "fte_days_lost", "fte_days_available") == (COLD, 40, 1500)


def test_reasons_of_a_group_are_over_the_days_of_that_group() -> None:
    found = by_reason("staff_group", "reason")
    assert [columns(r, "staff_group", "fte_days_lost", "fte_days_available") for r in found] == [
        ("Nurses", 45, 900), ("Nurses", 15, 900), ("Others", 5, 600), ("Others", 25, 600),
    ]  # fmt: skip


def test_a_group_in_which_nobody_was_away_has_no_row_by_reason() -> None:
    assert {r["organisation"] for r in by_reason("organisation", "reason")} == {"RX1"}


def test_a_reason_that_nobody_had_is_a_rate_of_nought() -> None:
    found = by_reason("organisation", reason=COLD)
    assert [columns(r, "organisation", "fte_days_lost", "sickness_absence_rate") for r in found] == [
        ("RX1", 40, 0.04), ("RX2", 0, 0.0),
    ]  # fmt: skip


def test_two_reasons_chosen_are_added_up() -> None:
    (row,) = by_reason(reason=f"{COLD}|{STRESS.upper()}", organisation="RX1")
    assert columns(row, "fte_days_lost", "fte_days_available") == (90, 1000)


@pytest.mark.parametrize(
    "where",
    [
        {"reason": f"{ALL_REASONS}|{STRESS}"},
        {"staff_group": f"{ALL_STAFF_GROUPS}|Nurses"},
    ],
)
def test_a_total_asked_for_with_its_parts_is_refused(where: dict[str, str]) -> None:
    with pytest.raises(EnquiryRefused, match="total must not be added"):
        asked(NURSES_AND_OTHERS, **where)


NESTED = """
    2025-04  RX1  All                        All  90  1000
    2025-04  RX1  Support_to_clinical_staff  All  60   400
    2025-04  RX1  Support_to_ST&T_staff      All  10   100
    2025-04  RX1  Midwives                   All  10   100
"""


def test_published_groups_that_are_sums_of_others_are_not_added_to_them() -> None:
    both = "Support to clinical staff|Support to ST&T staff"
    with pytest.raises(EnquiryRefused, match="total must not be added"):
        asked(NESTED, staff_group=both)
    assert len(rows(asked(NESTED, "staff_group", staff_group=both))) == 2  # side by side they may stand
    apart = the_row(asked(NESTED, staff_group="Support to clinical staff|Midwives"))
    assert columns(apart, "fte_days_lost", "fte_days_available") == (70, 500)


ENGLAND_BESIDE = TWO_TRUSTS + "2025-04 England All All 5000 90000"


def test_england_is_not_added_to_its_organisations() -> None:
    with pytest.raises(EnquiryRefused, match="England as a whole"):
        asked(ENGLAND_BESIDE)
    assert the_row(asked(ENGLAND_BESIDE, organisation="England"))["fte_days_lost"] == 5000
    assert len(rows(asked(ENGLAND_BESIDE, "organisation"))) == 3
    assert the_row(asked(ENGLAND_BESIDE, region="Y60"))["fte_days_lost"] == 98
    assert [r["fte_days_lost"] for r in rows(asked(ENGLAND_BESIDE, "region"))] == [98]  # it is no region of itself
    assert the_row(asked(ENGLAND_BESIDE, first="2025-03", last="2025-03"))["fte_days_lost"] == 32


def test_a_month_that_is_not_loaded_is_refused() -> None:
    with pytest.raises(EnquiryRefused, match="not loaded"):
        asked(TWO_TRUSTS, first="2025-02")


def test_nobody_there_is_no_rate_and_not_a_rate_of_nought() -> None:
    assert the_row(asked("2025-04 RX1 All All 0 0"))["sickness_absence_rate"] is None


def test_organisations_that_are_not_there_throughout_are_named() -> None:
    table = absence(TWO_TRUSTS + "2025-04 RX3 All All 1 10")
    both = Period(Month.parse("2025-03"), Month.parse("2025-04"))
    assert not_throughout(table, [both]) == ["RX3"]
    assert not_throughout(table, [Period(both.last, both.last)]) == []
