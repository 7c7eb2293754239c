"""A made-up trust leaves at the published rates. Counted here from the written files, in plain Python.

Published: methodology 1.3 (nurses 9.0 to 10.1 %, stability 89.8 to 90.8 %; doctors 6.3 to 6.7 %, stability
93.1 to 93.6 %; all HCHS about 11 %), 12 (reasons) and 14 (G1.5, a community trust). A trust of 4,000 has some
440 leavers a year, so that chance alone moves a year's rate by half a percentage point; three years are taken
together, and the tolerances are three times the spread over 20 seeds: 0.3 points for all staff, 0.5 for nurses,
0.9 for doctors (means over the seeds: 11.0, 9.6 and 6.6 %).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from keepwell.made_up import MadeUp, SystemPlan, make_up
from keepwell.periods import Month

Row = dict[str, str]
PAUSED = {"Career Break", "Maternity - Unpaid", "Suspend No Pay"}
LAST = Month.parse("2025-10")


@dataclass(frozen=True)
class Rates:
    leaver_rate: float
    stability_index: float


def rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def in_post(folder: Path, code: str, month: Month) -> dict[str, Row]:
    """Everybody in post at a month's end, by their primary assignment."""
    return {
        row["Unique NHS Identifier"]: row
        for row in rows(folder / "staff_in_post" / f"{code}_{month}.csv")
        if row["Primary"] == "Yes" and row["Assignment Category"] != "Bank"
        if row["Assignment Status"] not in PAUSED
    }


def three_years(folder: Path, code: str, belongs: Callable[[Row], bool] = lambda row: True) -> Rates:
    """Three windows of 12 months that overlap by one month at most, taken together."""
    start = end = leavers = 0
    for last in (LAST, LAST + -12, LAST + -23):
        before, after = in_post(folder, code, last + -12), in_post(folder, code, last)
        was = [person for person, row in before.items() if belongs(row)]
        start += len(was)
        end += sum(belongs(row) for row in after.values())
        leavers += sum(person not in after for person in was)
    return Rates(leavers / ((start + end) / 2), 1 - leavers / start)


def nurse(row: Row) -> bool:
    return row["Staff Group"] == "Nursing and Midwifery Registered"


def doctor(row: Row) -> bool:
    return row["Staff Group"] == "Medical and Dental"


@pytest.fixture(scope="module")
def acute(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    plan = SystemPlan.trust_only(people=4000, months=36)
    return make_up(plan, tmp_path_factory.mktemp("acute"))


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    """A mental-health trust of about 4,700 and a community trust of about 3,300."""
    plan = SystemPlan(people=8000, months=36, organisations=("mental_health", "community"))
    return make_up(plan, tmp_path_factory.mktemp("others"))


def test_an_acute_trust_loses_about_11_percent_a_year(acute: MadeUp) -> None:
    rates = three_years(acute.folder, "RZ1")
    assert 0.10 <= rates.leaver_rate <= 0.12
    assert rates.stability_index == pytest.approx(1 - rates.leaver_rate, abs=0.005)


def test_nurses_leave_as_published(acute: MadeUp) -> None:
    rates = three_years(acute.folder, "RZ1", nurse)
    assert rates.leaver_rate == pytest.approx(0.0967, abs=0.015)  # mean of 10.1, 9.0 and 9.9 %
    assert rates.stability_index == pytest.approx(0.9017, abs=0.015)


def test_doctors_leave_as_published(acute: MadeUp) -> None:
    rates = three_years(acute.folder, "RZ1", doctor)
    assert rates.leaver_rate == pytest.approx(0.0643, abs=0.027)
    assert rates.stability_index == pytest.approx(0.9343, abs=0.027)


def test_a_mental_health_trust_loses_about_12_and_a_half_percent(others: MadeUp) -> None:
    assert 0.115 <= three_years(others.folder, "RZ2").leaver_rate <= 0.137


def test_a_community_trust_loses_people_month_by_month_as_leeds_does(others: MadeUp) -> None:
    """Monthly leavers by date over headcount: 383 in a year of 3,496 on average, 0.91 % a month."""
    months = [LAST + -ago for ago in range(24)]
    headcount = sum(len(in_post(others.folder, "RZ3", month)) for month in months)
    ended = [
        row
        for row in rows(others.folder / "leavers" / "RZ3_leavers_2025-10.csv")
        if row["Assignment Category"] != "Bank" and Month.parse(row["Termination Date"]) > LAST + -24
    ]
    assert len(ended) / headcount == pytest.approx(383 / 3496.25 / 12, abs=0.0012)


def test_reasons_are_mixed_as_published(acute: MadeUp) -> None:
    left = [row for row in rows(acute.leavers[0]) if row["Assignment Category"] != "Bank"]
    reasons = Counter(row["Leaving Reason"] for row in left)
    voluntary = {r: n for r, n in reasons.items() if r.startswith("Voluntary Resignation")}
    vague = reasons["Unknown"] + reasons["Voluntary Resignation - Other/Not Known"]
    stated = sum(voluntary.values()) - voluntary["Voluntary Resignation - Other/Not Known"]
    assert vague / len(left) == pytest.approx(0.41, abs=0.05)
    assert sum(n for r, n in reasons.items() if "Retirement" in r) / len(left) == pytest.approx(0.14, abs=0.035)
    assert sum(n for r, n in reasons.items() if "Dismissal" in r) / len(left) == pytest.approx(0.02, abs=0.015)
    assert voluntary["Voluntary Resignation - Work Life Balance"] / stated == pytest.approx(0.23, abs=0.06)


def test_the_first_year_is_the_hardest(acute: MadeUp) -> None:
    """More leave in their first year than in any later one, and the settled leave least."""
    before, after = in_post(acute.folder, "RZ1", LAST + -12), in_post(acute.folder, "RZ1", LAST)
    at = (LAST + -12).last_day.toordinal()
    new, settled = [], []
    for person, row in before.items():
        years = (at - Month.parse(row["Latest Start Date"]).first_day.toordinal()) / 365
        (new if years < 1 else settled if years > 8 else []).append(person not in after)
    assert sum(new) / len(new) > 1.3 * sum(settled) / len(settled)
