"""Do our control charts equal NHSRplotthedots' own snapshots, and its vignette on the A&E data?

nhs-r-community/NHSRplotthedots, commit 050b07d, tests/testthat/_snaps; NHSRdatasets ae_attendances (CC0).
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from pathlib import Path

import numpy as np
import pytest

from keepwell.enquiries import Enquiry
from keepwell.enquiries.changing import SpcQuestion, changing
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.spc import ControlCharts, dialect, special_causes, variation, xmr_charts

PUBLIC_FILES = Path(__file__).parents[2].parent / "shared" / "data"
SNAPSHOTS = PUBLIC_FILES / "spc"
ATTENDANCES = PUBLIC_FILES / "derived" / "NHSRdatasets__ae_attendances.csv"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SNAPSHOTS.is_dir(), reason=f"the public files are not here: {SNAPSHOTS}"),
]

# R: set.seed(123); rnorm(20)
Y20 = [
    *(-0.5604756466, -0.2301774895, 1.5587083141, 0.0705083914, 0.1292877352),
    *(1.7150649869, 0.4609162060, -1.2650612346, -0.6868528519, -0.4456619701),
    *(1.2240817974, 0.3598138271, 0.4007714506, 0.1106827159, -0.5558411348),
    *(1.7869131368, 0.4978504782, -1.9666171566, 0.7013559016, -0.4727914077),
]
APRIL = Month.parse("2024-04")
OUTLIER = [*Y20[:14], 10.0, *Y20[15:]]
NUMBER = r"-?\d+(?:\.\d+)?"


def printed(value: float, text: str) -> bool:
    """Whether a number is the one printed, to as many places as were printed."""
    places = len(text.partition(".")[2])
    return abs(value - float(text)) <= 0.5000001 * 10.0**-places


def glimpses() -> list[dict[str, list[str]]]:
    """The three tables of ptd_spc_standard.md: of each column what was printed of its first values."""
    text = (SNAPSHOTS / "ptd_spc_standard.md").read_text("utf-8")
    tables = text.split("pillar::glimpse(")[1:]
    line = re.compile(r"\$ (\w+) +<\w+> (.*)")
    return [{name: re.split(r",\s*", cells) for name, cells in line.findall(table)} for table in tables]


@pytest.mark.parametrize(
    ("number", "values", "name"),
    [(0, Y20, "plot_the_dots"), (1, OUTLIER, "plot_the_dots"), (2, OUTLIER, "mdc_excel")],
)
def test_limits_and_sides_are_those_of_the_snapshot(number: int, values: list[float], name: str) -> None:
    theirs, charts = glimpses()[number], xmr_charts(values, rules=dialect(name))
    ours = {"mean_col": charts.mean, "lpl": charts.lower_process_limit, "upl": charts.upper_process_limit}
    for column, line in ours.items():
        shown = [cell for cell in theirs[column] if re.fullmatch(NUMBER, cell)]
        assert len(shown) >= 4
        assert all(printed(float(line[0, i]), cell) for i, cell in enumerate(shown)), column
    sides = [int(cell) for cell in theirs["relative_to_mean"] if re.fullmatch(NUMBER, cell)]
    assert np.sign(charts.values - charts.mean)[0, : len(sides)].astype(int).tolist() == sides
    assert {cell for cell in theirs["outside_limits"] if "~" not in cell} == {"FALSE"}


def summaries() -> list[tuple[str, list[dict[str, str]]]]:
    """The tables of ptd_spc.md, each with the options above it."""
    found = []
    for block in (SNAPSHOTS / "ptd_spc.md").read_text("utf-8").split("Plot the Dots SPC options:")[1:]:
        options, _, table = block.partition("# A tibble:")
        _, head, _, *rows = [line for line in table.splitlines() if not line.lstrip().startswith(("# i", "#   "))]
        names = head.split()
        body = [row.split()[1:] for row in rows if re.match(r"\s*\d+ ", row)]
        found.append((options, [dict(zip(names, row, strict=True)) for row in body]))
    return found


def test_every_summary_of_the_snapshot_agrees() -> None:
    tables = summaries()
    assert len(tables) == 6
    for options, rows in tables:
        facets = [Y20[:10], Y20[10:]] if len(rows) == 2 else [Y20]
        target = 0.5 if "target:               '0.5'" in options else None
        for values, row in zip(facets, rows, strict=True):
            charts = xmr_charts(values, improvement="increase")
            agrees_with(charts, row)
            assert (target is None) == ("target:               not set" in options)


def agrees_with(charts: ControlCharts, row: dict[str, str]) -> None:
    found = (charts.mean, charts.lower_process_limit, charts.upper_process_limit)
    for line, column in zip(found, ("mean_col", "lpl", "upl"), strict=True):
        assert printed(float(line[0, 0]), row[column]), column
    assert charts.values.shape[1] == int(row["n"])
    causes = special_causes(charts)[0].tolist()
    assert causes.count("common_cause") == int(row["common_cause"])
    if "special_cause_improvement" in row:
        assert sum(cause.startswith("improvement") for cause in causes) == int(row["special_cause_improvement"])


def test_a_number_that_differs_in_its_last_place_would_be_noticed() -> None:
    """The planted fault: limits from another factor, 3 / 1.128 for 2.66."""
    charts = xmr_charts(Y20)
    other = charts.mean + (charts.upper_process_limit - charts.mean) * (3 / 1.128) / 2.66
    shown = glimpses()[0]["upl"][0]
    assert printed(float(charts.upper_process_limit[0, 0]), shown)
    assert not printed(float(other[0, 0]), shown)


def breaches() -> dict[str, list[tuple[str, float]]]:
    """Of each organisation its months and type 1 breaches, in order."""
    found: dict[str, list[tuple[str, float]]] = {}
    with ATTENDANCES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["type"] == "1":
                found.setdefault(row["org_code"], []).append((row["period"], float(row["breaches"])))
    return {organisation: sorted(rows) for organisation, rows in found.items()}


def test_rrk_as_in_the_vignette_and_recalculated_in_july_2018() -> None:
    months = breaches()["RRK"]
    assert (months[0][0], months[-1][0]) == ("2016-04-01", "2019-03-01")
    two_years = xmr_charts([value for month, value in months if month < "2018-04"], improvement="decrease")
    assert special_causes(two_years)[0].tolist().count("improvement_low") == 8
    assert variation(two_years).tolist() == ["common_cause"]
    groups = [int(month >= "2018-07-01") for month, _ in months]
    charts = xmr_charts([value for _, value in months], improvement="decrease", groups=groups)
    assert charts.mean[0, [0, -1]] == pytest.approx([1702.555556, 8646.555556], abs=5e-7)
    assert charts.upper_process_limit[0, [0, -1]] == pytest.approx([2532.049956, 11594.833056], abs=5e-7)


def test_all_organisations_at_once_are_what_each_is_alone() -> None:
    whole = {name: [value for _, value in rows] for name, rows in breaches().items() if len(rows) == 36}
    assert len(whole) > 100
    for rules in (dialect("plot_the_dots"), dialect("mdc_excel")):
        together = xmr_charts(list(whole.values()), rules=rules, improvement="decrease")
        icons = variation(together)
        for i, values in enumerate(whole.values()):
            alone = xmr_charts(values, rules=rules, improvement="decrease")
            assert np.array_equal(alone.rule[0], together.rule[i])
            assert np.allclose(alone.upper_process_limit[0], together.upper_process_limit[i], rtol=1e-13)
            assert variation(alone)[0] == icons[i]


# Published workforce files, as control charts.

SICKNESS = sorted((PUBLIC_FILES / "nhs_sickness").glob("nhs_sickness_absence_*.csv"))
TURNOVER = sorted((PUBLIC_FILES / "nhs_turnover").glob("Turnover benchmarking 2*.csv"))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    if len(SICKNESS) < 12 or not TURNOVER:
        pytest.skip(f"the public files are not here: {PUBLIC_FILES}")
    made = Workspace(tmp_path_factory.mktemp("published"))
    for path in (*SICKNESS, *TURNOVER):
        load_file(made, path, ReadOptions(today=dt.date(2026, 1, 31)), now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    return made


def test_a_year_of_sickness_is_charted_from_the_pooled_rate_of_each_month(workspace: Workspace) -> None:
    lost, available = [], []
    for path in SICKNESS:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        lost.append(sum(float(row["FTE_DAYS_LOST"]) for row in rows))
        available.append(sum(float(row["FTE_DAYS_AVAILABLE"]) for row in rows))
    rates = [a / b for a, b in zip(lost, available, strict=True)]
    (found,) = changing(workspace, Enquiry("sickness_absence_rate"), SpcQuestion(APRIL, APRIL + 11))
    assert [point.value for point in found.points] == pytest.approx(rates, rel=1e-9)
    limits = xmr_charts(rates)
    assert found.upper_process_limit == pytest.approx(float(limits.upper_process_limit[0, 0]), rel=1e-9)
    assert found.variation == "common_cause"
    assert any(note.startswith("Trial limits: 12 points") for note in found.notes)


def test_organisations_that_closed_inside_the_year_have_gaps_and_say_so(workspace: Workspace) -> None:
    asked = Enquiry("sickness_absence_rate", by=("organisation",))
    found = {a.group["organisation"]: a for a in changing(workspace, asked, SpcQuestion(APRIL, APRIL + 11))}
    assert len(found) > 250
    closed = found["RYK"]
    assert closed.points[-1].value is None
    assert any("No value for" in note for note in closed.notes)


def test_one_published_month_is_no_chart_and_the_missing_ones_are_named(workspace: Workspace) -> None:
    with pytest.raises(EnquiryRefused) as refused:
        changing(workspace, Enquiry("leaver_rate"), SpcQuestion(Month.parse("2025-05"), Month.parse("2025-10")))
    assert "2025-05" in refused.value.found
