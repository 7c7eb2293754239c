"""What is offered to be cited, to whom, and that an exact number is read by nobody else: not in any page or file."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cast import System, somebody
from django.test import Client
from test_dashboards import (  # noqa: F401 (fixtures)
    here,
    manager_of_a_small_team,
    one_trust,
    released_inside,
    signed_in,
)

from keepwell.content.assessments import assessment
from keepwell.disclosure.hiding import HIDING
from keepwell.enquiries import Enquiry, answer
from keepwell.made_up import SystemPlan, make_up
from keepwell.measures import measures
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.assessments import actions as assessing
from keepwell.web.assessments.models import Round
from keepwell.web.assessments.queries import subject_of
from keepwell.web.dashboards import providing as handing
from keepwell.web.evidence.actions import cite
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import cited_of, offered
from keepwell.web.evidence.rules import NO_ADDRESS, NOT_RELEASED, cannot_link_to
from keepwell.web.evidence.values import PUBLISHED, Asked, Value, values_for
from keepwell.web.measuring import providing as measuring
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.releases.actions import withdraw
from keepwell.web.releases.models import Release

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]

SOURCE = "esr_staff_in_post"
BALANCE = "Voluntary Resignation - Work Life Balance"
ALL = tuple(measures())


@pytest.fixture
def lead(here: System) -> User:  # noqa: F811 (the fixture)
    return somebody("Retention lead", retention_lead=here.northmoor)


def by_key(user: User, place: Place, *measures: str, reasons: tuple[str, ...] = ()) -> dict[str, Value]:
    return {value.key: value for value in values_for(user, Asked(place, measures, reasons))}


def medicine(here: System) -> Place:  # noqa: F811
    return Place.objects.select_related("controller", "parent").get(controller=here.northmoor, name="Medicine")


# Exact figures


def test_each_number_is_the_engines_own_and_says_what_it_is(here: System, lead: User) -> None:  # noqa: F811
    found = by_key(lead, here.northmoor, *ALL)
    for name in ("leaver_rate", "stability_index", "share_past_age", "internal_moves", "retirement_share"):
        source = "esr_leavers" if name == "retirement_share" else SOURCE
        row = answer(workspace_of(here.northmoor), Enquiry(name, source=source)).rows()[0]
        assert found[name].number == row[name]
        assert found[name].period == "12 months to October 2025"
        assert "Formula: " in found[name].definition
        assert found[name].link == f"/measures/{name}/?place=rx1"


def test_a_change_is_told_only_where_a_year_before_is_loaded(here: System, lead: User) -> None:  # noqa: F811
    found = by_key(lead, here.northmoor, "leaver_rate", "share_past_age")
    assert found["leaver_rate"].change == ""  # 15 months: there is no whole year before
    asked = Enquiry("share_past_age", source=SOURCE, course=2, step=12)
    before, now = (row["share_past_age"] for row in answer(workspace_of(here.northmoor), asked).rows())
    points = f"{100 * (now - before):+.1f} points on a year before"
    assert found["share_past_age"].change == (points if abs(now - before) >= 0.0005 else "No change on a year before")


def test_reasons_have_their_share_and_how_many_it_could_be_at_most(here: System, lead: User) -> None:  # noqa: F811
    workspace = workspace_of(here.northmoor)
    rows = {r["reason"]: r for r in answer(workspace, Enquiry("reasons_for_leaving", source="esr_leavers")).rows()}
    found = by_key(lead, here.northmoor, "reasons_for_leaving", reasons=(BALANCE, "retirement"))
    assert set(found) == {BALANCE, "retirement"}  # those asked for by name, and not also the one given most often
    row = rows[BALANCE]
    assert found[BALANCE].words.startswith(f"{row['reasons_for_leaving']:.0%} of leavers; at most ")
    assert f"at most {row['highest_share']:.0%} if" in found[BALANCE].words
    assert found[BALANCE].label == "Reason for leaving: Work Life Balance"
    (most,) = by_key(lead, here.northmoor, "reasons_for_leaving").values()
    assert most.label == "Reason given most often"
    telling = [r for name, r in rows.items() if name not in ("Unknown", "Voluntary Resignation - Other/Not Known")]
    assert most.number == max(r["reasons_for_leaving"] for r in telling)


def test_a_part_is_told_of_itself(here: System, lead: User) -> None:  # noqa: F811
    of, where = medicine(here), (("directorate", ("Medicine",)),)
    found = by_key(lead, of, "leaver_rate")
    row = answer(workspace_of(of), Enquiry("leaver_rate", source=SOURCE, where=where)).rows()[0]
    assert (found["leaver_rate"].number, found["leaver_rate"].place) == (row["leaver_rate"], of)
    whole = by_key(lead, here.northmoor, "leaver_rate")["leaver_rate"]
    assert whole.number != row["leaver_rate"]


def test_what_is_known_of_the_whole_alone_is_given_by_its_name(
    here: System,  # noqa: F811
    lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = measuring.own_lines(here.northmoor)["leaver_rate"]
    monkeypatch.setattr(measuring, "own_lines", lambda p: {"leaver_rate": line} if p == here.northmoor else {})
    (found,) = by_key(lead, medicine(here), "leaver_rate").values()
    assert (found.label, found.place) == ("Leaver rate, Northmoor Trust", here.northmoor)


def test_a_page_of_fourteen_topics_asks_the_records_nothing_twice(
    here: System,  # noqa: F811
    lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[Workspace] = []
    session = measuring.Session
    monkeypatch.setattr(measuring, "Session", lambda workspace: (opened.append(workspace), session(workspace))[1])
    for item in assessment("retention_traffic_light").items:
        values_for(lead, Asked(here.northmoor, item.measures, item.reasons))
    folders = [workspace.folder for workspace in opened]
    assert workspace_of(here.northmoor).folder in folders
    assert len(folders) == len(set(folders))


# What was handed over


def test_who_sees_no_exact_figures_is_offered_what_was_handed_over(here: System, lead: User) -> None:  # noqa: F811
    viewer = somebody("Viewer", viewer=here.northmoor)
    assert by_key(viewer, here.northmoor, *ALL) == {}
    released_inside(here, lead)
    found = by_key(viewer, here.northmoor, *ALL)
    exact = by_key(lead, here.northmoor, *ALL)
    assert {one.policy for one in found.values()} == {"nhs"}
    shown = found["handed over/leaver_rate"]
    assert shown.words == f"about {shown.number:.0%}"
    assert re.fullmatch(r"about 1 in \d+ \([\d,]*[05] of [\d,]*[05]\)", found["handed over/share_who_left"].words)
    assert shown.number != exact["leaver_rate"].number
    assert HIDING["nhs"].title in shown.definition
    withdraw(release=Release.objects.get(), by=lead)
    assert by_key(viewer, here.northmoor, *ALL) == {}


def test_a_team_too_small_is_told_of_the_next_larger_part_by_its_name(here: System, lead: User) -> None:  # noqa: F811
    released_inside(here, lead)
    manager, team = manager_of_a_small_team(here)
    found = by_key(manager, team, "share_who_left", "voluntary_leaver_rate")
    (value,) = found.values()
    assert value.place is not None
    assert team.lies_in(value.place)
    assert value.place != team
    assert value.label == f"Share who left, {value.place.name}"
    round = assessing.start(place=team, of=assessment("retention_traffic_light"), by=manager)
    cite(subject=subject_of(round, "culture"), place=team, by=manager, value=value)
    (shown,) = cited_of([subject_of(round, "culture")], by=manager)[subject_of(round, "culture")]
    assert (shown.words, shown.of, shown.exact) == (value.words, value.place.name, False)


def test_the_ladder_of_a_part_is_its_own_whoever_asked_before_of_the_whole(here: System, lead: User) -> None:  # noqa: F811
    released_inside(here, lead)
    of, handed = medicine(here), Release.objects.get()
    for place, groups in ((here.northmoor, [()]), (of, [(("directorate", "Medicine"),), ()])):
        assert [rung.group for rung in handing._handed_over(place, handed).rungs] == groups


def test_a_lead_is_offered_exact_figures_and_not_the_rounded_ones_too(here: System, lead: User) -> None:  # noqa: F811
    released_inside(here, lead)
    assert {one.policy for one in by_key(lead, here.northmoor, *ALL).values()} == {INTERNAL}


@pytest.mark.parametrize(
    ("role", "at"),
    [("listener", "northmoor"), ("retention_lead", "southmoor"), ("ics_lead", "icb"), ("practice_manager", "practice")],
)
def test_others_are_offered_nothing_of_a_trust(here: System, lead: User, role: str, at: str) -> None:  # noqa: F811
    released_inside(here, lead)
    user = somebody("Somebody", **{role: getattr(here, at)})
    assert values_for(user, Asked(here.northmoor, ALL, (BALANCE,))) == []
    assert values_for(user, Asked(medicine(here), ALL, (BALANCE,))) == []


# What is published


@pytest.fixture
def published(here: System, tmp_path: Path) -> Iterator[System]:  # noqa: F811
    """What is published of the made-up trust, which Northmoor has the code of."""
    workspace = published_workspace()
    shutil.rmtree(workspace.folder, ignore_errors=True)
    made = make_up(SystemPlan(seed=5, people=600, months=15, organisations=("acute",)), tmp_path)
    for path in made.turnover:
        load_file(workspace, path, ReadOptions(), now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    code = answer(workspace, Enquiry("headcount", by=("organisation",), source="nhs_turnover")).rows()[0][
        "organisation"
    ]
    Place.objects.filter(pk=here.northmoor.pk).update(code=code)
    here.northmoor.refresh_from_db()
    yield here
    shutil.rmtree(workspace.folder, ignore_errors=True)


def test_what_is_published_of_an_organisation_is_offered_to_everybody(published: System) -> None:
    code = published.northmoor.code
    asked = Enquiry("leaver_rate", source="nhs_turnover", months=12, where=(("organisation", (code,)),))
    row = answer(published_workspace(), asked).rows()[0]
    for user in (somebody("Nobody"), somebody("ICS lead", ics_lead=published.icb)):
        (found,) = by_key(user, published.northmoor, "leaver_rate").values()
        assert (found.policy, found.number) == (PUBLISHED, row["leaver_rate"])
        assert (found.label, found.period) == ("Leaver rate, as published", "12 months to October 2025")
        assert found.link == "/measures/leaver_rate/"
    (found,) = by_key(user, medicine(published), "leaver_rate").values()
    assert found.label == "Leaver rate, as published of Northmoor Trust"
    assert values_for(somebody("Nobody Else"), Asked(published.southmoor, ("leaver_rate",))) == []
    user.is_active = False
    assert by_key(user, published.northmoor, "leaver_rate") == {}


# A number is one of those offered


def test_only_what_is_offered_to_somebody_can_be_found_by_its_key(here: System, lead: User) -> None:  # noqa: F811
    asked = Asked(here.northmoor, ("leaver_rate",))
    found = offered(lead, asked, "leaver_rate")
    assert found is not None
    assert found.policy == INTERNAL
    assert offered(lead, asked, "stability_index") is None
    assert offered(somebody("Line manager", line_manager=here.northmoor), asked, "leaver_rate") is None


def test_a_value_that_is_not_released_to_somebody_is_not_cited_by_them(here: System, lead: User) -> None:  # noqa: F811
    exact = by_key(lead, here.northmoor, "leaver_rate")["leaver_rate"]
    manager = somebody("Line manager", line_manager=here.northmoor)
    for value in (exact, replace(exact, policy=""), replace(exact, place=None), replace(exact, place=here.southmoor)):
        with pytest.raises(NotAllowed, match=NOT_RELEASED):
            cite(subject="x", place=here.northmoor, by=manager, value=value)
    assert not Citation.objects.exists()


def test_a_label_with_a_long_name_is_kept_as_far_as_it_goes(here: System, lead: User) -> None:  # noqa: F811
    exact = by_key(lead, here.northmoor, "leaver_rate")["leaver_rate"]
    cited = cite(subject="x", place=here.northmoor, by=lead, value=replace(exact, label="L" * 300))
    assert cited.label == "L" * 200


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example", "/\\evil.example", "data:x", "ftp://x"])
def test_an_address_that_is_none_does_not_stand_there(here: System, lead: User, address: str) -> None:  # noqa: F811
    assert cannot_link_to(address) == NO_ADDRESS
    with pytest.raises(NotAllowed, match="begins with https"):
        cite(subject="x", place=here.northmoor, by=lead, kind=Citation.DOCUMENT, label="Paper", link=address)
    assert not Citation.objects.exists()
    assert cannot_link_to("https://example.org/a") is None
    assert cannot_link_to("/measures/leaver_rate/") is None


# Attacks: nobody reads an exact number who may not, wherever it could stand


@pytest.fixture
def judged(here: System, lead: User) -> tuple[Round, Round, frozenset[str]]:  # noqa: F811
    """A traffic light and a list at Northmoor with every exact number cited, and these numbers."""
    released_inside(here, lead)
    light = assessing.start(place=here.northmoor, of=assessment("retention_traffic_light"), by=lead)
    list_ = assessing.start(place=here.northmoor, of=assessment("exit_planning_list"), by=lead)
    values = values_for(lead, Asked(here.northmoor, ALL, (BALANCE, "retirement", "unknown")))
    for round in (light, list_):
        for value in values:
            for item in ("culture", "understanding_data", round.content.items[0].key):
                cite(subject=subject_of(round, item), place=here.northmoor, by=lead, value=value)
    said = {value.words for value in values} | {str(value.number) for value in values}
    return light, list_, frozenset(words for words in said if "." in words or "of leavers" in words)


def pages_of(light: Round, list_: Round) -> Iterator[str]:
    at = f"/{light.place.slug}/practice"
    yield from (f"{at}/", f"{at}/retention_traffic_light/", f"/{light.place.slug}/promise/")
    yield from (f"{at}/rounds/{light.pk}/{page}/" for page in ("rate", "talk", "agree", "agreed"))
    for item in ("culture", "understanding_data"):
        yield from (f"{at}/rounds/{light.pk}/topic/{item}/", f"{at}/rounds/{light.pk}/topic/{item}/evidence/")
    yield from (f"{at}/rounds/{list_.pk}/done/", f"{at}/rounds/{list_.pk}/done/paper/")
    yield from (f"{at}/rounds/{list_.pk}/done/download/{kind}/" for kind in ("csv", "json"))
    yield f"{at}/rounds/{list_.pk}/topic/{list_.content.items[0].key}/"


def read(client: Client, address: str) -> str:
    answered = client.get(address)
    return answered.content.decode(errors="replace") if answered.status_code == 200 else ""


ATTACKERS = [
    ("line_manager", "northmoor"),
    ("survey_lead", "northmoor"),
    ("viewer", "northmoor"),
    ("information_governance_lead", "northmoor"),
    ("retention_lead", "southmoor"),
    ("ics_lead", "icb"),
    ("national_analyst", "region"),
]


@pytest.mark.parametrize(("role", "at"), ATTACKERS)
@pytest.mark.parametrize("agreed", [False, True])
def test_no_exact_number_stands_anywhere_for_whom_it_is_not(
    here: System,  # noqa: F811
    lead: User,
    judged: tuple[Round, Round, frozenset[str]],
    role: str,
    at: str,
    agreed: bool,
) -> None:
    light, list_, exact = judged
    assert len(exact) > 10
    for item in ("culture", "understanding_data"):
        assessing.rate(round=light, item=item, rating="red", by=lead)
    assessing.lay_open(round=light, by=lead)
    assessing.take_over(round=light, by=lead)
    if agreed:
        assessing.agree(round=light, review_on=None, by=lead)
    client = signed_in(somebody("Attacker", **{role: getattr(here, at)}))
    found = {page: sorted(words for words in exact if words in read(client, page)) for page in pages_of(light, list_)}
    assert {page: words for page, words in found.items() if words} == {}


def test_the_same_pages_show_the_exact_numbers_to_a_lead_so_that_the_attack_looks_where_they_are(
    lead: User, judged: tuple[Round, Round, frozenset[str]]
) -> None:
    light, list_, exact = judged
    client = signed_in(lead)
    topic = read(client, f"/rx1/practice/rounds/{light.pk}/topic/culture/")
    assert [words for words in exact if words in topic]
    first = read(client, f"/rx1/practice/rounds/{list_.pk}/topic/{list_.content.items[0].key}/")
    assert [words for words in exact if words in first]


def test_who_takes_part_reads_that_there_is_a_number_and_that_it_is_not_released_to_them(
    here: System,  # noqa: F811
    judged: tuple[Round, Round, frozenset[str]],
) -> None:
    light, _, _ = judged
    client = signed_in(somebody("Line manager", line_manager=here.northmoor))
    page = read(client, f"/rx1/practice/rounds/{light.pk}/topic/culture/")
    assert NOT_RELEASED in page
    assert "Leaver rate" in page
    assert "/measures/leaver_rate/?place=rx1" not in page


def test_a_browser_that_sends_the_key_of_an_exact_number_cites_nothing(
    here: System,  # noqa: F811
    judged: tuple[Round, Round, frozenset[str]],
) -> None:
    light, _, _ = judged
    before = Citation.objects.count()
    client = signed_in(somebody("Line manager", line_manager=here.northmoor))
    answered = client.post(
        f"/rx1/practice/rounds/{light.pk}/topic/understanding_data/evidence/",
        {"kind": "number", "value": "leaver_rate", "words": "1%", "policy": "published"},
    )
    assert answered.status_code == 422
    assert Citation.objects.count() == before


def test_a_handed_over_value_is_none_of_what_was_loaded_since(
    here: System,  # noqa: F811
    lead: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released_inside(here, lead)
    asked: list[bool] = []
    real = handing.ladder
    monkeypatch.setattr(
        handing,
        "ladder",
        lambda *a, handed_over, **k: (asked.append(handed_over), real(*a, handed_over=handed_over, **k))[1],
    )
    by_key(somebody("Viewer", viewer=here.northmoor), here.northmoor, "leaver_rate")
    assert asked == [True]


def test_lines_are_ready_before_anybody_asks(here: System, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    from keepwell.web.jobs.working import Worker
    from keepwell.web.measuring import providing
    from keepwell.web.places.signals import records_changed

    records_changed.send(sender=None, place=here.northmoor)
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()
    monkeypatch.setattr(providing, "_own_lines", lambda *given: pytest.fail("it was not made ready"))
    lead = somebody("Ready lead", retention_lead=here.northmoor)
    assert values_for(lead, Asked(here.northmoor, ("leaver_rate",)))
