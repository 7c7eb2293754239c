"""Two definitions on the same records: the steps between them must add up, and end where the measures end."""

from __future__ import annotations

from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries.explaining import DEFINITIONS, EVENTS, explain, in_one_sentence
from keepwell.errors import EnquiryRefused
from keepwell.records.workspace import Workspace

PAIRS = [(a, b) for a in DEFINITIONS for b in DEFINITIONS if a != b]
WHERES = [(), (("organisation", ("RZ1",)),), (("staff_group", ("Nursing and Midwifery Registered",)),)]


@pytest.fixture(scope="module")
def session(system: Path) -> Session:
    return Session(Workspace(system))


@pytest.mark.parametrize("where", WHERES, ids=["all", "one organisation", "one staff group"])
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_steps_lead_exactly_from_one_rate_to_the_other(
    session: Session, first: str, second: str, where: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    rows = explain(session.workspace, Enquiry("leaver_rate", where=where), first, second, session).rows()
    start, steps, end = rows[0], rows[1:-1], rows[-1]
    assert start["leaver_rate"] + sum(r["change"] for r in steps) == pytest.approx(end["leaver_rate"], abs=1e-12)
    assert start["people"] + sum(r["people"] or 0 for r in steps) == end["people"]


@pytest.mark.parametrize("organisation", ["RZ1", "RZ2", "RZ3"])
@pytest.mark.parametrize(
    ("name", "choices"),
    [("national", {}), ("event", {"method": "event"}), ("system", {"leaving": "system"})],
)
def test_each_definition_ends_at_the_measure_it_names(
    session: Session, organisation: str, name: str, choices: dict[str, str]
) -> None:
    where = (("organisation", (organisation,)),)
    other = "event" if name != "event" else "national"
    explained = explain(session.workspace, Enquiry("leaver_rate", where=where), name, other, session).rows()[0]
    by_measure = answer(session.workspace, Enquiry("leaver_rate", by=("organisation",), **choices), session)
    row = next(r for r in by_measure.rows() if r["organisation"] == organisation)
    assert explained["people"] == row["leavers"]
    assert explained["leaver_rate"] == pytest.approx(row["leaver_rate"], abs=1e-12)


def test_a_kind_of_leaving_left_out_of_a_definition_is_noticed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted fault: if the event definition forgot those who came and left, it would not end at the measure."""
    forgetful = DEFINITIONS["event"].__class__("event", "", EVENTS - {"joined_and_left"}, "contract", "ends")
    monkeypatch.setitem(DEFINITIONS, "event", forgetful)
    where = (("organisation", ("RZ1",)),)
    explained = explain(session.workspace, Enquiry("leaver_rate", where=where), "event", "national", session).rows()[0]
    measured = answer(session.workspace, Enquiry("leaver_rate", where=where, method="event"), session).rows()[0]
    assert explained["people"] != measured["leavers"]


def test_the_sentence_names_both_figures_and_the_people_between(session: Session) -> None:
    released = explain(session.workspace, Enquiry("leaver_rate"), "monthly", "national", session)
    sentence = in_one_sentence(released)
    assert f"{released.rows()[0]['leaver_rate']:.1%} is the monthly figure" in sentence
    assert "came and left again within the period" in sentence


def test_an_unknown_definition_is_refused_with_the_known_ones(session: Session) -> None:
    with pytest.raises(EnquiryRefused, match="one of national, system, event, monthly"):
        explain(session.workspace, Enquiry("leaver_rate"), "ours", "national", session)
