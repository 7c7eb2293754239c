"""How many staff are there by the records, of those that a target speaks of, and for whom?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import System, somebody
from test_dashboards import here, one_trust  # noqa: F401 (fixtures)
from test_evidence_values import published  # noqa: F401 (a fixture)

from keepwell.enquiries import Enquiry, answer
from keepwell.web.accounts.models import User
from keepwell.web.alignment import money_actions
from keepwell.web.alignment.models import WorkforceTarget
from keepwell.web.alignment.money_actions import Aimed
from keepwell.web.alignment.workforce_queries import recorded
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]

SOURCE = "esr_staff_in_post"


@pytest.fixture
def lead(here: System) -> User:  # noqa: F811 (the fixture)
    return somebody("Retention lead", retention_lead=here.northmoor)


def target(place: Place, by: User, measure: str = "headcount", group: str = "") -> WorkforceTarget:
    told = Aimed(measure, 6000, dt.date(2028, 3, 31), "The board", group)
    return money_actions.aim(place=place, told=told, by=by)


def a_group(place: Place) -> dict[str, object]:
    """The largest staff group of a place's own records."""
    rows = answer(workspace_of(place), Enquiry("headcount", by=("staff_group",), source=SOURCE, months=12)).rows()
    return max(rows, key=lambda row: row["headcount_at_end"])


def test_of_a_staff_group_by_our_own_records_for_who_sees_exact_figures(here: System, lead: User) -> None:  # noqa: F811
    row = a_group(here.northmoor)
    group = str(row["staff_group"])
    found = recorded(target(here.northmoor, lead, group=group.upper()), lead)
    assert found is not None
    assert (found.number, found.label) == (row["headcount_at_end"], "Headcount, by our own records")
    assert "Formula: " in found.definition
    assert recorded(target(here.northmoor, lead, group="Astronauts"), lead) is None


def test_who_sees_no_exact_figures_is_told_none(here: System, lead: User) -> None:  # noqa: F811
    of_group = target(here.northmoor, lead, group=str(a_group(here.northmoor)["staff_group"]))
    of_all = target(here.northmoor, lead)
    for user in (
        somebody("Viv", viewer=here.northmoor),
        somebody("Manager", line_manager=here.surgery),
        somebody("Ics", ics_lead=here.icb),
        somebody("Sam", retention_lead=here.southmoor),
    ):
        assert recorded(of_group, user) is None
        assert recorded(of_all, user) is None, "nothing was handed over"


def test_of_all_staff_the_own_record_comes_before_the_published_one(published: System, lead: User) -> None:  # noqa: F811
    of_all = target(published.northmoor, lead)
    own = recorded(of_all, lead)
    assert own is not None
    assert own.label == "Headcount"
    other = recorded(of_all, somebody("Ics", ics_lead=published.icb))
    assert other is not None
    assert other.label == "Headcount, as published"


def test_of_a_staff_group_as_published(published: System, lead: User) -> None:  # noqa: F811
    where = (("organisation", (published.northmoor.code,)),)
    asked = Enquiry("headcount", by=("staff_group",), source="nhs_turnover", months=12, where=where)
    row = answer(published_workspace(), asked).rows()[0]
    found = recorded(
        target(published.northmoor, lead, group=str(row["staff_group"])), somebody("Ics", ics_lead=published.icb)
    )
    assert found is not None
    assert (found.number, found.label) == (row["headcount_at_end"], "Headcount, as published")


def test_a_figure_of_a_larger_place_is_none_of_a_smaller_one(published: System, lead: User) -> None:  # noqa: F811
    manager = somebody("Manager", line_manager=published.surgery)
    assert recorded(target(published.surgery, lead), manager) is None
