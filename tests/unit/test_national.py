"""National figures stand beside ours only where population and unit are the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepwell.content import reason_benchmarks
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.national import UNITS, beside_national
from keepwell.records.workspace import Workspace


@pytest.fixture(scope="module")
def reasons(system: Path):  # type: ignore[no-untyped-def]
    return answer(Workspace(system), Enquiry("reasons_for_leaving", where=(("organisation", ("RZ1",)),)))


def test_retirement_is_a_share_of_all_leavers_as_it_is_nationally(reasons) -> None:  # type: ignore[no-untyped-def]
    retired = next(b for b in beside_national(reasons) if b.what == "Retirement")
    rows = reasons.rows()
    by_hand = sum(r["leavers_with_reason"] for r in rows if r["reason_group"] == "retirement") / rows[0]["leavers"]
    assert retired.ours == pytest.approx(by_hand)
    assert retired.national == 0.13
    assert retired.of_what == "of all leavers"


def test_assignments_are_never_set_beside_people(reasons) -> None:  # type: ignore[no-untyped-def]
    assert "share_of_recorded_reasons" not in UNITS
    assert any(b.unit == "share_of_recorded_reasons" for b in reason_benchmarks())
    assert {b.of_what for b in beside_national(reasons)} <= set(UNITS.values())


def test_another_population_gives_other_figures(reasons) -> None:  # type: ignore[no-untyped-def]
    support = next(b for b in beside_national(reasons, "hchs_support_staff") if b.what == "Retirement")
    assert support.national == 0.16


def test_a_population_that_nobody_published_gives_none(reasons) -> None:  # type: ignore[no-untyped-def]
    assert beside_national(reasons, "porters") == ()
