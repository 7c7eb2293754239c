"""Do funnels hold on real files: UKHSA's own test workbooks, and the turnover file of October 2025?

ukhsa-collaboration/PHEindicatormethods, commit 093fd28, tests/testthat/testdata_*.xlsx. Those workbooks hold
intervals. A place whose interval ends at some value stands just on the limit of a funnel around that value,
so each bound is a golden number of a funnel too. The turnover file is counted again by the csv module alone.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from scipy.stats import poisson

from keepwell.comparison import Limits, proportion_limits, rate_limits
from keepwell.content import published_staff_groups
from keepwell.enquiries import Enquiry
from keepwell.enquiries.comparing import comparing, in_one_sentence
from keepwell.enquiries.targeting import targeting
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

PUBLIC_FILES = Path(__file__).parents[2].parent / "shared" / "data"
FOLDER = PUBLIC_FILES / "phe_funnel" / "PHEindicatormethods"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason=f"the public files are not here: {FOLDER}"),
]


def rows(workbook: str, sheet: str) -> list[dict]:
    book = openpyxl.load_workbook(FOLDER / f"{workbook}.xlsx", data_only=True)
    head, *body = book[sheet].iter_rows(values_only=True)
    book.close()
    table = [dict(zip(head, row, strict=True)) for row in body]
    return [row for row in table if row["Numerator"] and row["Denominator"]]


def of_confidence(row: dict, name: str) -> tuple[float, float]:
    return row[f"lower{name}cl"] / row["multiplier"], row[f"upper{name}cl"] / row["multiplier"]


def pair(limits: Limits, name: str) -> tuple[float, float]:
    if name == "95_0":
        return float(limits.lower_95), float(limits.upper_95)
    return float(limits.lower_99_8), float(limits.upper_99_8)


@pytest.mark.parametrize("name", ["95_0", "99_8"])
def test_every_share_is_on_the_limit_around_the_ends_of_its_interval(name: str) -> None:
    table = rows("testdata_Proportion", "testdata_Prop")
    assert len(table) == 16
    for row in table:
        share, n = row["Numerator"] / row["Denominator"], row["Denominator"]
        low, high = of_confidence(row, name)
        assert pair(proportion_limits(n, low), name)[1] == pytest.approx(share, rel=1e-8)
        assert pair(proportion_limits(n, high), name)[0] == pytest.approx(share, rel=1e-8)


@pytest.mark.parametrize("name", ["95_0", "99_8"])
def test_every_exact_rate_is_on_the_limit_around_the_ends_of_its_interval(name: str) -> None:
    """Rows that Fingertips makes by Byar's approximation agree to one part in a hundred."""
    table = rows("testdata_Rate", "testdata_Rate")
    assert {row["method"] for row in table} == {"Exact", "Byars"}
    for row in table:
        rate, n = row["Numerator"] / row["Denominator"], row["Denominator"]
        low, high = of_confidence(row, name)
        close = 1e-8 if row["method"] == "Exact" else 1e-2
        if low * n > 0.03:  # with less expected no whole number is inside
            assert pair(rate_limits(n, low), name)[1] == pytest.approx(rate, rel=close)
        assert pair(rate_limits(n, high), name)[0] == pytest.approx(rate, rel=close)


def test_the_workbooks_average_is_inside_its_own_funnel() -> None:
    table = rows("testdata_Proportion", "testdata_Prop")[:8]
    average = sum(r["Numerator"] for r in table) / sum(r["Denominator"] for r in table)
    limits = proportion_limits(np.array([r["Denominator"] for r in table]), average)
    assert np.all((limits.lower_95 <= average) & (limits.upper_95 >= average))


TURNOVER = PUBLIC_FILES / "nhs_turnover"
OCTOBER = TURNOVER / "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"
NURSES = "Nurses & health visitors"


def published() -> list[dict[str, str]]:
    with OCTOBER.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def october(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("october"))
    options = ReadOptions(today=dt.date(2026, 1, 31))
    load_file(workspace, OCTOBER, options, now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    return workspace


def test_acute_trusts_that_lost_more_nurses_than_chance_explains(october: Workspace) -> None:
    """The csv module and the Poisson distribution alone find the same three of 134, and no other."""
    counts: dict[str, dict[str, float]] = {}
    group_of: dict[str, str] = {}
    for row in published():
        if row["STAFF_GROUP_1_NAME"] == NURSES and row["CLUSTER_GROUP"] == "Acute":
            counts.setdefault(row["REPORTING_ORG_CODE"], {})[row["TYPE"]] = float(row["HC"])
            group_of[row["REPORTING_ORG_CODE"]] = row["BENCHMARK_GROUP"]
    staff = {
        c: (k["Denominator at start of period"] + k["Denominator at end of period"]) / 2 for c, k in counts.items()
    }
    left = {c: k.get("Leavers", 0.0) for c, k in counts.items()}
    far = set()
    for code, group in group_of.items():
        peers = [c for c, g in group_of.items() if g == group]
        average = sum(left[c] for c in peers) / sum(staff[c] for c in peers)
        if poisson.sf(left[code] - 1, average * staff[code]) < 0.001:
            far.add(code)
    asked = Enquiry("leaver_rate", where=(("staff_group", (NURSES,)), ("cluster", ("Acute",))))
    released = comparing(october, asked)
    assert {r["organisation"] for r in released.rows() if r["position"] == "above 99.8% limit"} == far
    assert far == {"RGP", "RM1", "RR7"}
    assert in_one_sentence(released).startswith("3 of 134 organisations stand above their own group")
    teaching = next(r for r in released.rows() if r["organisation"] == "RGP")
    assert (teaching["leavers"], teaching["rank"], teaching["compared"]) == (31, 1, 51)


def test_every_published_staff_group_has_its_part_of_the_workforce(october: Workspace) -> None:
    names = {row["STAFF_GROUP_1_NAME"] for row in published()} - {"All staff groups", "Unknown classification"}
    assert names == {group.name for group in published_staff_groups()}


def test_all_clinical_staff_of_mental_health_trusts(october: Workspace) -> None:
    """As the national programme chose its second group of 20, in one month's figures."""
    where = (("staff_group", ("all clinical",)), ("cluster", ("Mental Health",)))
    targeted = targeting(october, Enquiry("leaver_rate", where=where), take=20)
    assert (targeted.taken, targeted.above, targeted.beyond) == (16, 16, 3)
    assert 0.0005 < targeted.fall < 0.004
    clinical = {g.name for g in published_staff_groups() if g.part_of != "NHS infrastructure support"}
    left = sum(
        float(row["HC"])
        for row in published()
        if row["TYPE"] == "Leavers" and row["REPORTING_ORG_CODE"] == "RXX" and row["STAFF_GROUP_1_NAME"] in clinical
    )
    first = targeted.released.rows()[0]
    assert (first["organisation"], first["leavers"]) == ("RXX", left)
    assert any(note.startswith("1 organisation of those taken lies too far out") for note in targeted.released.notes)
