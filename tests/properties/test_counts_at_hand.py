"""Leavers and days of sickness counted at hand are what the portable definitions count."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.measures import leavers_at_hand as measured
from keepwell.measures.leavers_at_hand import FAST_LEAVERS, leavers_by_will
from keepwell.measures.reasons_for_leaving import reasons_for_leaving
from keepwell.measures.reasons_known import reasons_known
from keepwell.measures.retirement_share import retirement_share
from keepwell.measures.sickness_absence_rate import sickness_absence_rate
from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.periods import Month, Period
from keepwell.records.absence import ABSENCE, ALL_REASONS, not_throughout, pooled_absence
from keepwell.records.absence_at_hand import AbsenceAtHand
from keepwell.records.at_hand import Bools
from keepwell.records.counting import windows
from keepwell.records.flows import ALL_STAFF_GROUPS, Grouping, keep
from keepwell.records.leavers_at_hand import LeaversAtHand
from keepwell.records.staff import CLASSIFIED, LEAVERS, NOT_KNOWN

FIRST = Month.parse("2024-10")
MONTHS = [FIRST + i for i in range(4)]
PERIODS = [Period(MONTHS[0], MONTHS[1]), Period(MONTHS[2], MONTHS[2]), Period(MONTHS[0], MONTHS[3])]
REASONS = [
    ("Voluntary Resignation - Health", "voluntary_resignation", True, True),
    ("Voluntary Resignation - Other/Not Known", "voluntary_resignation", True, False),
    ("Retirement Age", "retirement", False, True),
    ("Unknown", "unknown", None, False),
]
LEAVER = st.tuples(
    st.sampled_from(MONTHS),
    st.sampled_from(["RX1", "RX2"]),
    st.sampled_from(["ward 1", "ward 2"]),
    st.sampled_from(REASONS),
)
SPELLS = ibis.memtable(
    pa.table(
        {
            "person": ["p1", "p2", "p3"],
            "organisation": ["RX1", "RX1", "RX2"],
            "first_month": pa.array([FIRST.index - 5, (FIRST + 2).index, (FIRST + 3).index], pa.int32()),
            "last_month": pa.array([(FIRST + 1).index, (FIRST + 4).index, (FIRST + 9).index], pa.int32()),
        }
    )
)


def leavers_of(drawn: list[tuple[Month, str, str, tuple[str, str, bool | None, bool]]]) -> pa.Table:
    nothing = dict.fromkeys(CLASSIFIED, NOT_KNOWN) | {
        "birth_month": None,
        "started": None,
        "fte": 1.0,
        "destination": "",
    }
    rows = [
        nothing
        | {"left": month.last_day, "month": month.index, "organisation": place, "organisation_name": f"Trust {place}"}
        | {"person": f"p{n % 4}", "unit": unit, "reason": reason, "reason_group": group, "voluntary": will}
        | {"reason_known": known}
        for n, (month, place, unit, (reason, group, will, known)) in enumerate(drawn)
    ]
    table = pa.Table.from_pylist(rows, schema=LEAVERS)
    provisional = [row["month"] == MONTHS[-1].index for row in rows]
    return table.append_column("provisional", pa.array(provisional, pa.bool_()))


def in_order(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    rounded = [{k: round(v, 9) if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    return sorted(rounded, key=repr)


def told(table: ibis.Table | pa.Table) -> list[dict[str, object]]:
    return in_order((table if isinstance(table, pa.Table) else table.to_pyarrow()).to_pylist())


PORTABLE = {"reasons_for_leaving": reasons_for_leaving, "reasons_known": reasons_known}
BY = [(), ("organisation",), ("unit",), ("reason_group",), ("organisation", "reason_group")]
WHERE = [(), (("unit", ("WARD 1",)),)]


@pytest.mark.parametrize("name", FAST_LEAVERS)
@settings(max_examples=6)
@given(drawn=st.lists(LEAVER, min_size=1, max_size=12), by=st.sampled_from(BY), where=st.sampled_from(WHERE))
def test_leavers_at_hand_are_the_portable_ones(
    drawn: list[tuple[Month, str, str, tuple[str, str, bool | None, bool]]],
    by: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    name: str,
) -> None:
    rows = leavers_of([*drawn, (MONTHS[0], "RX1", "ward 1", REASONS[0]), (MONTHS[2], "RX1", "ward 1", REASONS[1])])
    table, grouping = ibis.memtable(rows), Grouping(by, where)
    inside = windows(PERIODS)
    joined = table.join(inside, [table.month > inside.before, table.month <= inside["last"]]).drop("before", "last")
    returned = _returned(rows)
    hand = LeaversAtHand(rows, returned)
    found = FAST_LEAVERS[name](hand, PERIODS, ["RX1", "RX2"], grouping)
    slow = (
        retirement_share(joined, SPELLS, grouping) if name == "retirement_share" else PORTABLE[name](joined, grouping)
    )
    assert told(found) == told(slow)
    assert found.column_names == list(slow.columns)


def _returned(rows: pa.Table) -> Bools:
    """Whether each was in post again within six months, looked up one by one."""
    import numpy as np

    spells = SPELLS.to_pyarrow().to_pylist()
    return np.array(
        [
            any(
                s["person"] == row["person"]
                and s["organisation"] == row["organisation"]
                and s["last_month"] > row["month"]
                and s["first_month"] <= row["month"] + 6
                for s in spells
            )
            for row in rows.to_pylist()
        ],
        np.bool_,
    )


@settings(max_examples=8)
@given(drawn=st.lists(LEAVER, min_size=1, max_size=10), by=st.sampled_from([(), ("organisation",), ("unit",)]))
def test_voluntary_leavers_at_hand_are_the_portable_ones(
    drawn: list[tuple[Month, str, str, tuple[str, str, bool | None, bool]]], by: tuple[str, ...]
) -> None:
    rows, grouping = leavers_of(drawn), Grouping(by)
    keys = {(): [()], ("organisation",): [("RX1", "Trust RX1")], ("unit",): [("ward 1",), ("ward 3",)]}[by]
    staff = pa.Table.from_pylist(
        [
            {"period_start": p.start, "period_end": p.end, **dict(zip(grouping.shown, key, strict=True))}
            | {"headcount_at_start": 10, "headcount_at_end": 8}
            for p in PERIODS
            for key in keys
        ]
    )
    table, inside = ibis.memtable(rows), windows(PERIODS)
    joined = table.join(inside, [table.month > inside.before, table.month <= inside["last"]]).drop("before", "last")
    found = measured.voluntary_leaver_rate(
        leavers_by_will(LeaversAtHand(rows, None), PERIODS, ["RX1", "RX2"], grouping), staff, grouping
    )
    slow = voluntary_leaver_rate(joined, ibis.memtable(staff), grouping)
    assert told(found) == told(slow.select(*found.column_names))


CELL = st.tuples(st.floats(0, 40).map(lambda x: round(x, 1)), st.sampled_from([0.0, 100.0, 310.0]))


@settings(max_examples=10)
@given(
    cells=st.lists(CELL, min_size=24, max_size=24),
    gone=st.sets(st.integers(0, 23), max_size=3),
    by=st.sampled_from([(), ("organisation",), ("staff_group",), ("organisation", "staff_group")]),
    where=st.sampled_from([(), (("staff_group", ("nurses",)),), (("organisation", ("trust rx1",)),)]),
)
def test_sickness_at_hand_is_the_portable_one(
    cells: list[tuple[float, float]],
    gone: set[int],
    by: tuple[str, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
) -> None:
    places = [(m, o, g) for m in MONTHS for o in ("RX1", "RX2") for g in (ALL_STAFF_GROUPS, "Nurses", "Porters")]
    rows = [
        {"month": m.index, "organisation": o, "organisation_name": f"Trust {o}", "staff_group": g, "reason": reason}
        | {"fte_days_lost": lost, "fte_days_available": there if reason == ALL_REASONS else None}
        for i, ((m, o, g), (lost, there)) in enumerate(zip(places, cells, strict=True))
        for reason in (ALL_REASONS, "Colds")
        if i not in gone
    ]
    table, grouping = pa.Table.from_pylist(rows, schema=ABSENCE), Grouping(by, where)
    hand = AbsenceAtHand(table)
    if not hand.answers(grouping, PERIODS):
        return
    slow = sickness_absence_rate(pooled_absence(ibis.memtable(table), PERIODS, grouping))
    found = hand.rates(PERIODS, grouping)
    assert found.column_names == list(slow.columns)
    assert told(found) == told(slow)
    partly = not_throughout(keep(ibis.memtable(table), grouping), PERIODS)
    assert hand.not_throughout(PERIODS, grouping) == partly


def test_what_is_not_answered_at_hand_is_left_to_the_definition() -> None:
    rows = [
        {"month": m.index, "organisation": o, "organisation_name": o, "staff_group": g, "reason": ALL_REASONS}
        | {"fte_days_lost": 1.0, "fte_days_available": 10.0}
        for m in MONTHS
        for o in ("RX1",)
        for g in (ALL_STAFF_GROUPS, "Nurses", "Porters")
    ]
    hand = AbsenceAtHand(pa.Table.from_pylist(rows, schema=ABSENCE))
    assert hand.answers(Grouping(), PERIODS)
    assert not hand.answers(Grouping(), [Period(MONTHS[0] + -1, MONTHS[0])])
    assert not hand.answers(Grouping(("reason",)), PERIODS)
    assert not hand.answers(Grouping((), (("staff_group", ("Nurses", "Porters")),)), PERIODS)
    assert not hand.answers(Grouping((), (("staff_group", ("Doctors",)),)), PERIODS)
    of_england = [row | {"organisation": "England"} for row in rows]
    assert not AbsenceAtHand(pa.Table.from_pylist(of_england, schema=ABSENCE)).answers(Grouping(), PERIODS)
