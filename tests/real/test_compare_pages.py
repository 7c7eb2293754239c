"""The real October 2025 file: does the page show what the command line says?"""

from __future__ import annotations

import csv
import datetime as dt
import html
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from keepwell.cli import cli
from keepwell.enquiries import Session
from keepwell.records.workspace import Workspace
from keepwell.reports.peer_choices import PeerChoices, PeerQuestion, peer_choices
from keepwell.reports.peer_page import PeerPage, peer_page, programme_page
from keepwell.reports.sections import Grid
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nhs_turnover"
FILE = FOLDER / "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason=f"the public files are not here: {FILE}"),
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    found = Workspace(tmp_path_factory.mktemp("october"))
    load_file(found, FILE, ReadOptions(today=dt.date(2026, 1, 31)), now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    return found


@pytest.fixture(scope="module")
def choices(workspace: Workspace) -> PeerChoices:
    with Session(workspace) as session:
        return peer_choices(session)


def asked(workspace: Workspace, question: PeerQuestion, choices: PeerChoices) -> PeerPage:
    with Session(workspace) as session:
        return peer_page(session, question, choices, ("RX1",))


def command_line(workspace: Workspace, *arguments: str) -> list[dict[str, str]]:
    ran = CliRunner().invoke(cli, ["--workspace", str(workspace.folder), *arguments, "--format", "csv"])
    assert ran.exit_code == 0, ran.output
    lines = [line for line in ran.output.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def cells(table: Grid, *columns: int) -> list[tuple[str, ...]]:
    return sorted(tuple(row[c].removesuffix(" (your organisation)") for c in columns) for row in table.rows)


MEASURES = ("leaver_rate", "joiner_rate", "stability_index", "share_who_left")


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("staff_group", ["", "all clinical", "Midwives"])
def test_the_pages_numbers_are_the_command_lines(
    workspace: Workspace, choices: PeerChoices, measure: str, staff_group: str
) -> None:
    where = ["--where", f"staff_group={staff_group}"] if staff_group else []
    lines = command_line(workspace, "compare", measure, *where)
    compared = {line["benchmark_group"] for line in lines if line["rank"]}
    assert len(compared) >= 5
    for group in compared:
        page = asked(workspace, PeerQuestion(measure, group=group, staff_group=staff_group), choices)
        theirs = [line for line in lines if line["benchmark_group"] == group]
        figures = (measure, "lower_95", "upper_95", "group_average")
        wanted = sorted(
            (
                line["organisation_name"],
                *(f"{float(line[f]):.2%}" if line[f] else "–" for f in figures),
                *(line["rank"] or "–", line["compared"] or "–", line["position"]),
            )
            for line in theirs
        )
        assert cells(page.sections[0].grids[0], 0, 2, 3, 4, 5, 6, 7, 8) == wanted


def test_the_table_to_take_away_is_the_command_lines(workspace: Workspace, choices: PeerChoices) -> None:
    lines = command_line(workspace, "compare", "leaver_rate")
    page = asked(workspace, PeerQuestion(), choices)
    rows = page.released.rows()
    assert [row["organisation"] for row in rows] == [line["organisation"] for line in lines]
    assert [repr(row["leaver_rate"]) for row in rows] == [line["leaver_rate"] for line in lines]
    assert len(rows) == 247


def test_the_selection_is_the_command_lines(workspace: Workspace, choices: PeerChoices) -> None:
    lines = command_line(workspace, "target", "--take", "20")
    with Session(workspace) as session:
        page = programme_page(session, PeerQuestion(take="20"), choices, ())
    chosen = [line["organisation_name"] for line in lines if line["taken"] == "taken"]
    assert [row[0] for row in page.sections[0].grids[0].rows] == chosen
    assert page.sections[0].answer == (
        "20 organisations taken of 99 above their group; 13 of those taken stand above it beyond chance. "
        "Expect 0.33 points of improvement without any support (from 1.83% to 1.50% on average)."
    )


def test_two_organisations_beyond_the_limits_are_named_in_the_funnel(
    workspace: Workspace, choices: PeerChoices
) -> None:
    """James Paget and Norfolk and Norwich moved staff to a new organisation in October 2025."""
    page = asked(workspace, PeerQuestion(group="Acute - Teaching"), choices)
    drawn = html.unescape(page.sections[0].pictures[0].desk)
    names = re.findall(r">([^<>]+)</text>", drawn)
    assert {"James Paget", "Norfolk and Norwich"} <= set(names)


def test_local_neighbours_are_the_seven_of_south_east_london(workspace: Workspace, choices: PeerChoices) -> None:
    page = asked(workspace, PeerQuestion(icb="QKK"), choices)
    codes = {line["organisation"] for line in command_line(workspace, "compare", "leaver_rate", "--system", "QKK")}
    assert {row["organisation"] for row in page.released.rows()} == codes
    assert len(codes) == 7
