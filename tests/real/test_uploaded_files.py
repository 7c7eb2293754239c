"""Do real files that are uploaded through the page show the same numbers as the command line?"""

from __future__ import annotations

import datetime as dt
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

if find_spec("django") is None:
    pytest.skip("the web is not installed", allow_module_level=True)
sys.path.insert(0, str(Path(__file__).parents[1] / "web"))
import databases

NO_SERVER = databases.set_up()
from cast import System, somebody  # noqa: E402 (the site is set up first)
from uploading import bring_in, signed_in, site  # noqa: E402, F401 (a fixture)

from keepwell.web.places.queries import published_workspace  # noqa: E402
from keepwell.web.uploads.models import LOADED  # noqa: E402

DATA = Path(__file__).parents[3] / "shared" / "data"
TURNOVER = DATA / "nhs_turnover" / "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"
SICKNESS = sorted((DATA / "nhs_sickness").glob("*.csv"))
NOW = dt.datetime(2025, 11, 23, tzinfo=dt.UTC)

pytestmark = [
    pytest.mark.skipif(not TURNOVER.exists(), reason=f"the real files are not in {DATA}"),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def same(asked: Enquiry, page: Workspace, command_line: Workspace) -> None:
    rows = answer(page, asked).rows()
    assert rows, "nothing to compare"
    others = answer(command_line, asked).rows()
    assert len(rows) == len(others)
    for row, other in zip(_in_order(rows), _in_order(others), strict=True):
        assert row.keys() == other.keys()
        for name, value in row.items():
            if isinstance(value, float):
                assert value == pytest.approx(other[name], rel=1e-12, nan_ok=True)  # threads add up in another order
            else:
                assert value == other[name]


def _in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: tuple(str(v) for v in row.values() if not isinstance(v, float)))


def test_the_october_2025_turnover_file_shows_the_same_numbers(here: System, tmp_path: Path) -> None:
    client = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    upload = bring_in(client, TURNOVER.name, TURNOVER.read_bytes())
    assert upload.state == LOADED, upload.wrong
    by_hand = Workspace(tmp_path / "by hand")
    load = load_file(by_hand, TURNOVER, ReadOptions(), now=NOW)
    assert published_workspace().current().loads[0].rows_taken == load.rows_taken
    page = client.get(f"/rx1/data/{upload.pk}/").content.decode()
    assert f"{load.rows_taken:,} rows in" in page
    for by in (("organisation",), ("staff_group",), ("region", "staff_group")):
        same(Enquiry("leaver_rate", by=by), published_workspace(), by_hand)


def test_a_year_of_sickness_files_shows_the_same_numbers(here: System, tmp_path: Path) -> None:
    client = signed_in(somebody("HR analyst", hr_analyst=here.northmoor))
    by_hand = Workspace(tmp_path / "by hand")
    for path in SICKNESS[-12:]:
        upload: Any = bring_in(client, path.name, path.read_bytes())
        assert upload.state == LOADED, upload.wrong
        accept = frozenset(upload.said["accept"])
        load_file(by_hand, path, ReadOptions(accept=accept), now=NOW)
    assert len(published_workspace().current().loads) == len(by_hand.current().loads)
    for by in ((), ("organisation",)):
        same(Enquiry("sickness_absence_rate", by=by, months=12), published_workspace(), by_hand)
