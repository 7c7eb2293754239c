"""By how much do others of the same kind change in a year, and is it counted right?"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import pytest
from turnover_by_hand import HEADINGS, NOW, Place, rows_of

from keepwell.enquiries import Session
from keepwell.enquiries.peer_changes import FEWEST, PeerChanges, peer_changes
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

OCTOBER = Month.parse("2025-10")
FIGURES = Path(__file__).parents[2].parent / "shared" / "data" / "gp_workforce"
YEARS = FIGURES / "heec_workforce_year_2023on_2025-04-01.csv"


def trust(number: int, left: int, group: str = "Acute - Large") -> Place:
    """One whose staff stays the same in number: a twelfth of its year's leavers left and came."""
    return Place(f"R{number:02d}", 1000, left, group=group, joined=left)


def published(folder: Path, *months: Iterable[Place]) -> Workspace:
    """These months up to October 2025, in one file."""
    first = OCTOBER + (1 - len(months))
    lines = [line for i, places in enumerate(months) for place in places for line in rows_of(first + i, place)]
    folder.mkdir(exist_ok=True)
    path = folder / "turnover.csv"
    path.write_text("\n".join([HEADINGS, *lines]) + "\n", "utf-8")
    workspace = Workspace(folder / "workspace")
    load_file(workspace, path, ReadOptions(today=NOW.date()), now=NOW)
    return workspace


def two_years(folder: Path, trusts: int = FEWEST + 1) -> Workspace:
    """In the first year 10 of 1,000 leave each month; in the second it is one more at R01, two more at R02 …"""
    first = [trust(i, 10) for i in range(trusts)] + [trust(90, 10, "Acute - Small")]
    second = [trust(i, 10 + i) for i in range(trusts)] + [trust(90, 1, "Acute - Small")]
    return published(folder, *[first] * 12, *[second] * 12)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return two_years(tmp_path_factory.mktemp("peers"))


def changes_of(workspace: Workspace, name: str, code: str) -> PeerChanges | None:
    with Session(workspace) as session:
        return peer_changes(session, name, code)


def test_each_change_is_that_of_the_year_and_one_is_no_peer_of_itself(workspace: Workspace) -> None:
    found = changes_of(workspace, "leaver_rate", "R00")
    assert found is not None
    assert (found.kind, found.number, found.to) == ("Acute - Large", FEWEST, OCTOBER)
    assert found.changes == pytest.approx([12 * i / 1000 for i in range(1, FEWEST + 1)])


def test_how_many_went_as_far_is_counted_in_the_direction_asked_for(workspace: Workspace) -> None:
    found = changes_of(workspace, "leaver_rate", "R01")
    assert found is not None
    assert (found.as_far(0.0599), found.as_far(0.0601), found.as_far(-0.001)) == (1, 0, 0)
    assert PeerChanges("leaver_rate", "", found.to, (-0.02, -0.01, 0.0, 0.01)).as_far(-0.01) == 2
    assert PeerChanges("leaver_rate", "", found.to, (0.01,)).as_far(0.13 - 0.12) == 1  # 0.010000000000000009


def test_another_kind_is_no_peer(workspace: Workspace) -> None:
    assert changes_of(workspace, "leaver_rate", "R90") is None  # the only one of its kind
    found = changes_of(workspace, "leaver_rate", "R00")
    assert found is not None and min(found.changes) > 0  # R90 fell


@pytest.mark.parametrize(("name", "code"), [("leaver_rate", "RX9"), ("leavers", "R00"), ("share_past_age", "R00")])
def test_a_stranger_a_plain_count_and_what_nobody_publishes_have_none(
    workspace: Workspace, name: str, code: str
) -> None:
    assert changes_of(workspace, name, code) is None


def test_one_year_is_no_change(tmp_path: Path) -> None:
    places = [trust(i, 10) for i in range(20)]
    assert changes_of(published(tmp_path, *[places] * 13), "leaver_rate", "R00") is None


def test_too_few_of_a_kind_are_no_yardstick(tmp_path: Path) -> None:
    assert changes_of(two_years(tmp_path, FEWEST), "leaver_rate", "R00") is None


@pytest.mark.real
@pytest.mark.skipif(not YEARS.is_file(), reason=f"the public files are not here: {YEARS}")
def test_practices_of_the_public_file_are_each_others_peers(tmp_path: Path) -> None:
    """Patients for each full-time GP, March 2024 to March 2025, as the file's own lines have it."""
    workspace = Workspace(tmp_path)
    load_file(workspace, YEARS, ReadOptions(today=dt.date(2026, 1, 31)), now=dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    found = changes_of(workspace, "patients_per_fte", "A81001")
    assert found is not None
    by_year: dict[str, dict[str, float]] = {}
    with YEARS.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            patients, fte = row["TOTAL_PATIENTS"], row["TOTAL_GP_EXTGL_FTE"]
            if patients not in ("NA", "0") and fte not in ("NA", "0"):
                by_year.setdefault(row["Year"], {})[row["Practice.Code"]] = float(patients) / float(fte)
    before, now = by_year["2024"], by_year["2025"]
    by_hand = sorted(now[code] - before[code] for code in now if code in before and code != "A81001")
    assert (found.kind, found.number, found.to) == ("general practices", len(by_hand), Month.parse("2025-03"))
    assert found.changes == pytest.approx(by_hand)
    assert found.as_far(-300) == sum(change <= -300 for change in by_hand)
