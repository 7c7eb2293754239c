"""The published turnover file of October 2025: is every number what the csv module alone makes of it?"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nhs_turnover"
FILE = FOLDER / "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"
TOTAL = "All staff groups"
KINDS = {
    "Denominator at start of period": "start",
    "Denominator at end of period": "end",
    "Joiners": "joiners",
    "Leavers": "leavers",
}
OCTOBER = Month.parse("2025-10")

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason=f"the public files are not here: {FILE}"),
]

Row = dict[str, str]
Counts = dict[str, float]


def loaded(folder: Path, *files: Path) -> Workspace:
    workspace = Workspace(folder)
    for file in files:
        options = ReadOptions(today=dt.date(2026, 1, 31))
        load_file(workspace, file, options, now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    return workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return loaded(tmp_path_factory.mktemp("october"), FILE)


def published() -> list[Row]:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def added_up(key: Callable[[Row], object], column: str = "HC", *, total: bool = True) -> dict[object, Counts]:
    """The four counts of each group, from the totals or from the staff groups, never both."""
    found: dict[object, Counts] = defaultdict(lambda: dict.fromkeys(KINDS.values(), 0.0))
    for row in published():
        if (row["STAFF_GROUP_1_NAME"] == TOTAL) == total:
            found[key(row)][KINDS[row["TYPE"]]] += float(row[column])
    return found


def england(_: Row) -> object:
    return "England"


def leaver_rate(counts: Counts) -> float | None:
    average = (counts["start"] + counts["end"]) / 2
    return counts["leavers"] / average if average else None


def equal(row: dict[str, object], counts: Counts, basis: str = "headcount") -> None:
    """One answered row holds the counts and the rates that they make."""
    suffix = "" if basis == "headcount" else "_fte"
    found = [row[f"{basis}_at_start"], row[f"{basis}_at_end"], row[f"joiners{suffix}"], row[f"leavers{suffix}"]]
    assert found == pytest.approx([counts[kind] for kind in ("start", "end", "joiners", "leavers")], rel=1e-12)
    assert row["leaver_rate"] == pytest.approx(leaver_rate(counts), rel=1e-12)
    stability = 1 - counts["leavers"] / counts["start"] if counts["start"] else None
    assert row["stability_index"] == pytest.approx(stability, rel=1e-12)


def test_england_lost_15_122_of_1_499_731_people(workspace: Workspace) -> None:
    (row,) = answer(workspace, Enquiry("leaver_rate")).rows()
    assert (row["headcount_at_start"], row["headcount_at_end"]) == (1_499_731, 1_501_545)
    assert (row["leavers"], row["joiners"]) == (15_122, 16_845)
    assert row["leaver_rate"] == 15_122 / 1_500_638
    equal(row, added_up(england)["England"])


def test_england_in_full_time_equivalents(workspace: Workspace) -> None:
    (row,) = answer(workspace, Enquiry("leaver_rate", basis="fte")).rows()
    equal(row, added_up(england, "FTE")["England"], "fte")
    assert row["leavers_fte"] == pytest.approx(12_776.04, abs=0.005)


def test_every_organisation(workspace: Workspace) -> None:
    expected = added_up(lambda row: row["REPORTING_ORG_CODE"])
    found = answer(workspace, Enquiry("leaver_rate", by=("organisation",))).rows()
    assert [row["organisation"] for row in found] == sorted(map(str, expected))
    assert len(found) == 247
    for row in found:
        equal(row, expected[row["organisation"]])


def test_every_staff_group_of_ten_organisations(workspace: Workspace) -> None:
    """The two largest, the two smallest and six between: groups that nobody joined or left too."""
    by_size = sorted(totals := added_up(lambda row: row["REPORTING_ORG_CODE"]), key=lambda o: totals[o]["start"])
    ten = [str(by_size[i]) for i in (0, 1, 40, 80, 120, 160, 200, 220, -2, -1)]
    expected = added_up(lambda row: (row["REPORTING_ORG_CODE"], row["STAFF_GROUP_1_NAME"]), total=False)
    asked = Enquiry("leaver_rate", by=("organisation", "staff_group"), where=(("organisation", tuple(ten)),))
    found = {(row["organisation"], row["staff_group"]): row for row in answer(workspace, asked).rows()}
    assert found.keys() == {key for key in expected if key[0] in ten}
    assert TOTAL not in {group for _, group in found}
    for key, row in found.items():
        equal(row, expected[key])


@pytest.mark.parametrize(
    ("field", "column"),
    [
        ("region", "NHSE_REGION_CODE"),
        ("icb", "ICS_CODE"),
        ("cluster", "CLUSTER_GROUP"),
        ("benchmark_group", "BENCHMARK_GROUP"),
    ],
)
@pytest.mark.parametrize("basis", ["headcount", "fte"])
def test_organisations_summed_by_place_and_kind(workspace: Workspace, field: str, column: str, basis: str) -> None:
    expected = added_up(lambda row: row[column], "HC" if basis == "headcount" else "FTE")
    found = {row[field]: row for row in answer(workspace, Enquiry("leaver_rate", by=(field,), basis=basis)).rows()}
    assert found.keys() == expected.keys()
    for key, row in found.items():
        equal(row, expected[key], basis)
    assert sum(row["leavers"] for row in found.values()) == 15_122


def test_a_staff_group_of_england(workspace: Workspace) -> None:
    expected = added_up(lambda row: row["STAFF_GROUP_1_NAME"], total=False)
    (row,) = answer(workspace, Enquiry("leaver_rate", where=(("staff_group", ("midwives",)),))).rows()
    equal(row, expected["Midwives"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Enquiry("leaver_rate", leaving="nhs"), "not who left the NHS"),
        (Enquiry("leaver_rate", leaving="system"), "not who left the NHS"),
        (Enquiry("leaver_rate", method="event"), "counted by snapshot"),
        (Enquiry("leaver_rate", months=12), "11 months of the 12 months from November 2024 to October 2025"),
        (Enquiry("leaver_rate", where=(("staff_group", (TOTAL, "Midwives")),)), "must not be added to its parts"),
        (Enquiry("leaver_rate", where=(("staff_group", ("Midwifes",)),)), "No staff group is called 'Midwifes'"),
        (Enquiry("leaver_rate", by=("unit",)), "These records have no unit"),
        (Enquiry("leaver_rate", end=Month.parse("2025-11")), "not loaded"),
        (Enquiry("internal_moves"), "Nothing is loaded"),
    ],
)
def test_what_the_file_cannot_tell_is_refused(workspace: Workspace, asked: Enquiry, said: str) -> None:
    with pytest.raises(EnquiryRefused, match=said):
        answer(workspace, asked)


@pytest.fixture(scope="module")
def a_year(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Twelve months, each the real one under another PERIOD, of one region."""
    folder = tmp_path_factory.mktemp("year")
    south_west = [row for row in published() if row["NHSE_REGION_CODE"] == "Y58"]
    files = []
    for ago in range(12):
        month = OCTOBER + -ago
        files.append(folder / f"{month}.csv")
        with files[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(south_west[0]))
            writer.writeheader()
            name = f"{month + -1} to {month}".replace("-", "")
            writer.writerows(row | {"PERIOD": name} for row in south_west)
    return loaded(folder / "workspace", *files)


def test_twelve_months_are_a_sum_of_months_and_say_so(a_year: Workspace) -> None:
    """The average stays that of the start and the end; stability has no value, since some came in between."""
    released = answer(a_year, Enquiry("leaver_rate", by=("organisation",), months=12))
    expected = added_up(lambda row: row["REPORTING_ORG_CODE"])
    assert len(released.rows()) > 10
    for row in released.rows():
        month = expected[row["organisation"]]
        assert row["leavers"] == 12 * month["leavers"]
        assert (row["headcount_at_start"], row["headcount_at_end"]) == (month["start"], month["end"])
        assert row["leaver_rate"] == pytest.approx(12 * (leaver_rate(month) or 0), rel=1e-12)
        assert row["stability_index"] is None
    assert "sum of months" in released.definition.method.casefold()
    assert any("not the published 12-month rate" in note for note in released.notes)


def test_the_share_who_left_is_not_summed_over_months(a_year: Workspace) -> None:
    with pytest.raises(EnquiryRefused, match="not a share of those at the start"):
        answer(a_year, Enquiry("share_who_left", months=12))


def test_a_course_has_one_row_a_month(a_year: Workspace) -> None:
    rows = answer(a_year, Enquiry("leaver_rate", course=12)).rows()
    assert [row["period_end"] for row in rows] == [(OCTOBER + (i - 11)).last_day for i in range(12)]
    assert len({row["leaver_rate"] for row in rows}) == 1
    assert all(row["stability_index"] is not None for row in rows)
