"""A value is cited as it was offered, and read only by those whom its policy lets."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.core.cache import caches
from test_measure_pages import one_trust  # noqa: F401 (a fixture)

from keepwell.enquiries import Enquiry, answer
from keepwell.web.accounts.models import INTERNAL
from keepwell.web.evidence import queries
from keepwell.web.evidence.actions import cite, remove
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.rules import NOT_RELEASED
from keepwell.web.evidence.values import PUBLISHED, Asked, Value, values_for
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db
SUBJECT = "assessments.round/1/flexible_working"


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def recorded(here: System, one_trust) -> Iterator[System]:  # noqa: F811 (the fixture)
    folder = workspace_of(here.northmoor).folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(one_trust, folder)
    caches["pages"].clear()
    yield here
    shutil.rmtree(folder, ignore_errors=True)


def value(here: System, **other: object) -> Value:
    made = Value(
        key="leaver_rate",
        label="Leaver rate",
        words="11.2%",
        period="12 months to October 2025",
        definition="Leavers over average headcount",
        policy=INTERNAL,
        link="/measures/leaver_rate/",
        place=here.northmoor,
        number=0.112,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def test_a_value_stays_as_it_was_cited(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    cite(subject=SUBJECT, place=here.northmoor, by=lead, value=value(here))
    (shown,) = queries.cited(SUBJECT, by=lead)
    assert (shown.label, shown.words, shown.withheld, shown.exact) == ("Leaver rate", "11.2%", False, True)
    kept = shown.citation
    assert (kept.period, kept.policy, kept.of, kept.number) == (
        "12 months to October 2025",
        INTERNAL,
        here.northmoor,
        0.112,
    )
    assert queries.cited("assessments.round/1/reward", by=lead) == []


@pytest.mark.parametrize(
    ("role", "at", "policy", "reads"),
    [
        ("retention_lead", "northmoor", INTERNAL, True),
        ("line_manager", "surgery", INTERNAL, False),
        ("viewer", "northmoor", INTERNAL, False),
        ("retention_lead", "southmoor", INTERNAL, False),
        ("ics_lead", "icb", INTERNAL, False),
        ("national_analyst", "region", INTERNAL, False),
        ("listener", "northmoor", "nhs", False),
        ("viewer", "northmoor", "nhs", True),
        ("retention_lead", "southmoor", "nhs", False),
        ("ics_lead", "icb", "nhs", False),
        ("retention_lead", "southmoor", PUBLISHED, True),
    ],
)
def test_a_number_is_read_by_those_whom_its_policy_lets(
    here: System, role: str, at: str, policy: str, reads: bool
) -> None:
    lead = somebody("Whoever cited", retention_lead=here.northmoor)
    cite(subject=SUBJECT, place=here.northmoor, by=lead, value=value(here, policy=policy))
    (shown,) = queries.cited(SUBJECT, by=somebody("Somebody", **{role: getattr(here, at)}))
    assert shown.withheld is not reads
    assert (shown.words == "11.2%") is reads
    assert (shown.words == NOT_RELEASED) is not reads
    assert shown.exact is (reads and policy == INTERNAL)
    assert (shown.link == "") is not reads


def test_a_number_that_nobody_offered_is_not_cited(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    with pytest.raises(NotAllowed, match="cited as it was offered"):
        cite(subject=SUBJECT, place=here.northmoor, by=lead, kind=Citation.NUMBER, label="Leaver rate", words="3%")
    assert not Citation.objects.exists()


def test_who_does_not_take_part_cites_nothing(here: System) -> None:
    for role, place in (("viewer", here.northmoor), ("retention_lead", here.southmoor)):
        with pytest.raises(NotAllowed):
            cite(subject=SUBJECT, place=here.northmoor, by=somebody(role, **{role: place}), kind="note", label="Words")
    assert not Citation.objects.exists()


def test_what_was_cited_is_taken_away_by_whoever_set_it_or_leads_and_stays_on_record(here: System) -> None:
    analyst = somebody("HR analyst", hr_analyst=here.northmoor)
    other = somebody("Another analyst", hr_analyst=here.northmoor)
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    cited = [
        cite(subject=SUBJECT, place=here.northmoor, by=analyst, kind="note", label=label) for label in ("one", "two")
    ]
    with pytest.raises(NotAllowed, match="does not let you"):
        remove(citation=cited[0], by=other)
    remove(citation=cited[0], by=analyst)
    remove(citation=cited[1], by=lead)
    with pytest.raises(NotAllowed, match="taken away already"):
        remove(citation=cited[1], by=lead)
    assert queries.cited(SUBJECT, by=lead) == []
    assert Citation.objects.filter(removed_by__isnull=False).count() == 2


def test_a_lead_is_offered_the_engines_own_number(recorded: System) -> None:
    lead = somebody("Retention lead", retention_lead=recorded.northmoor)
    (found,) = values_for(lead, Asked(recorded.northmoor, ("leaver_rate",)))
    released = answer(workspace_of(recorded.northmoor), Enquiry("leaver_rate", source="esr_staff_in_post"))
    assert found.words == f"{released.rows()[0]['leaver_rate']:.1%}"
    assert found.number == released.rows()[0]["leaver_rate"]
    assert (found.policy, found.place) == (INTERNAL, recorded.northmoor)
    assert found.period == "12 months to October 2025"
    assert "average" in found.definition.casefold()


@pytest.mark.parametrize(
    ("role", "at"),
    [("viewer", "northmoor"), ("line_manager", "surgery"), ("retention_lead", "southmoor"), ("ics_lead", "icb")],
)
def test_nobody_else_is_offered_an_exact_number(recorded: System, role: str, at: str) -> None:
    asked = Asked(recorded.northmoor, ("leaver_rate", "stability_index", "sickness_absence_rate"))
    found = values_for(somebody("Somebody", **{role: getattr(recorded, at)}), asked)
    assert [one for one in found if one.policy == INTERNAL] == []
