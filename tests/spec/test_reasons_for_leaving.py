"""Reasons for leaving: leavers with the reason / leavers, and the lowest and highest that it can really be."""

from __future__ import annotations

from fractions import Fraction

import ibis
import pyarrow as pa
import pytest
from drawing import Row, columns, in_period, leavers_drawn, period, rows

from keepwell.measures.reasons_for_leaving import reasons_for_leaving
from keepwell.records.flows import Grouping

LEAVERS = """
2025-09-30  ann   RX1  Retirement Age
2025-10-01  bob   RX1  Voluntary Resignation - Relocation
2025-10-05  cy    RX1  Voluntary Resignation - Relocation
2025-10-06  dee   RX1  Voluntary Resignation - Work Life Balance
2025-10-07  eve   RX1  Voluntary Resignation - Other/Not Known
2025-10-08  fay   RX1  Voluntary Resignation - Other/Not Known
2025-10-20  gus   RX1  Retirement Age
2025-10-31  hal   RX1  Unknown
2025-11-01  ida   RX1  Unknown
"""
OCTOBER = period("2025-10", "2025-10")


def shares(by: tuple[str, ...], name: str) -> dict[object, tuple[Fraction, ...]]:
    """Each reason's share with its bounds, as the fractions that they are."""
    table = reasons_for_leaving(in_period(leavers_drawn(LEAVERS), OCTOBER), Grouping(by))

    def exact(row: Row) -> tuple[Fraction, ...]:
        assert row["leavers"] == 7
        found = columns(row, "lowest_share", "reasons_for_leaving", "highest_share")
        return tuple(Fraction(float(str(share))).limit_denominator(1000) for share in found)

    return {row[name]: exact(row) for row in rows(table, name)}


def test_of_seven_leavers_of_october_two_relocated_at_least_and_five_at_most() -> None:
    """First and last day count. The two who resigned for no stated reason may have, and so may the unknown one."""
    assert shares((), "reason") == {
        "Voluntary Resignation - Relocation": (Fraction(2, 7), Fraction(2, 7), Fraction(5, 7)),
        "Voluntary Resignation - Work Life Balance": (Fraction(1, 7), Fraction(1, 7), Fraction(4, 7)),
        "Voluntary Resignation - Other/Not Known": (Fraction(0), Fraction(2, 7), Fraction(2, 7)),
        "Retirement Age": (Fraction(1, 7), Fraction(1, 7), Fraction(2, 7)),
        "Unknown": (Fraction(0), Fraction(1, 7), Fraction(1, 7)),
    }


def test_in_families_resigning_for_no_stated_reason_is_resigning() -> None:
    assert shares(("reason_group",), "reason_group") == {
        "voluntary_resignation": (Fraction(5, 7), Fraction(5, 7), Fraction(6, 7)),
        "retirement": (Fraction(1, 7), Fraction(1, 7), Fraction(2, 7)),
        "unknown": (Fraction(0), Fraction(1, 7), Fraction(1, 7)),
    }


def test_each_group_has_its_own_shares() -> None:
    leavers = leavers_drawn("""
        2025-10-01  ann  RX1  Retirement Age                            [staff_group=N]
        2025-10-02  bob  RX1  Unknown                                   [staff_group=N]
        2025-10-03  cy   RX1  Retirement Age                            [staff_group=D]
    """)
    table = reasons_for_leaving(in_period(leavers, OCTOBER), Grouping(("staff_group",)))
    found = [
        columns(row, "staff_group", "reason", "leavers", "highest_share")
        for row in rows(table, "staff_group", "reason")
    ]
    assert found == [("D", "Retirement Age", 1, 1.0), ("N", "Retirement Age", 2, 1.0), ("N", "Unknown", 2, 0.5)]


def test_work_life_balance_was_11_and_a_half_percent_of_the_published_reasons_of_2022() -> None:
    """27,546 of 238,808 (Full Fact): a share of reasons, and the reasons are of assignments, not of people."""
    kinds = [
        ("Voluntary Resignation - Work Life Balance", "voluntary_resignation", 27_546),
        ("Others", "other", 211_262),
    ]
    table = pa.table(
        {
            "reason": [reason for reason, _, number in kinds for _ in range(number)],
            "reason_group": [group for _, group, number in kinds for _ in range(number)],
        }
    )
    leavers = ibis.memtable(table).mutate(
        reason_known=True, **dict.fromkeys(("period_start", "period_end"), ibis.date("2022-01-01"))
    )
    (_, balance) = rows(reasons_for_leaving(leavers, Grouping()), "reason")
    assert balance["leavers"] == 238_808
    assert balance["reasons_for_leaving"] == pytest.approx(0.1153, abs=5e-5)
