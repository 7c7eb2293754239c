"""Does a plan begin from what is there, with its words and its evidence, so that nobody types it twice?"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from cast import System, somebody, system
from django.test import Client
from django.utils import timezone
from test_assessment_pages import client_of, words
from test_assessments import agreed, laid_open
from test_workshop import WORKSHOP, promise

from keepwell.content.assessments import assessment
from keepwell.content.cases import cases
from keepwell.web.accounts.models import Role, User
from keepwell.web.assessments import actions as assessing
from keepwell.web.assessments import aim_actions, evidence_actions
from keepwell.web.assessments.actions import Said, Written
from keepwell.web.assessments.evidence_actions import Beside
from keepwell.web.assessments.models import Round
from keepwell.web.audit.models import AccessEvent
from keepwell.web.evidence import actions as evidence
from keepwell.web.evidence import values as offered
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import cited
from keepwell.web.evidence.values import PUBLISHED, Asked, Value
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, start_parts, start_queries
from keepwell.web.plans.evidence_actions import carry_over
from keepwell.web.plans.models import Action, Plan

pytestmark = pytest.mark.django_db

RATINGS = {"culture": "green", "flexible_working": "red", "reward": "amber"}
NEW = {"plan": "new", "title": "Our plan"}


@pytest.fixture
def here() -> System:
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Lena Lead", retention_lead=here.northmoor)


@pytest.fixture
def client(lead: User) -> Client:
    return client_of(lead)


@pytest.fixture
def manager(here: System) -> User:
    return somebody("Pam Practice", practice_manager=here.practice)


def red_round(here: System, lead: User, item: str = "flexible_working") -> Round:
    """A round in which one topic is red, with a note and with a published figure beside it."""
    round = laid_open(here.northmoor, lead, {item: "red", "culture": "green"})
    assessing.take_over(round=round, by=lead)
    value = Value("leaver_rate,x", "Leaver rate", "12%", "2031", "Leavers by staff", PUBLISHED, "/x/", None, 0.12)
    evidence_actions.cite(round=round, item=item, this=Beside("number", "", value=value), by=lead)
    evidence_actions.cite(round=round, item=item, this=Beside("note", "Note", "They told us."), by=lead)
    return assessing.agree(round=round, review_on=None, by=lead)


def start(origin: str, place: str = "rx1") -> str:
    return f"/{place}/plans/start/?from={origin}"


def starters(topic: str) -> list[str]:
    return [one.key for one in next(t for t in assessment("retention_traffic_light").items if t.key == topic).actions]


# From a rating


def test_whoever_may_begin_a_plan_is_led_from_a_red_topic_and_nobody_else(here, lead, client):
    round = red_round(here, lead)
    link = f"/rx1/plans/start/?from=round%3A{round.pk}%3Aflexible_working"
    for page in ("agreed", "topic/flexible_working"):
        where = f"/rx1/practice/rounds/{round.pk}/{page}/"
        assert link in client.get(where).content.decode(), page
        viewer = client_of(somebody(f"Viewer {page}", viewer=here.northmoor))
        assert "/plans/start/" not in viewer.get(where).content.decode()
    assert client.get(link).status_code == 200


def test_actions_are_taken_over_with_the_evidence_as_it_stands(here, lead, client):
    round = red_round(here, lead)
    where, (first, second) = start(f"round:{round.pk}:flexible_working"), starters("flexible_working")[:2]
    page = words(client.get(where))
    assert "Agreed: red." in page
    assert "They told us." in page
    made = client.post(where, NEW | {"offered_0": [first, second]})
    plan = Plan.objects.get()
    assert made["Location"] == f"/rx1/plans/{plan.pk}/"
    assert (plan.title, plan.began_from, plan.state) == ("Our plan", f"round:{round.pk}:flexible_working", Plan.DRAFT)
    one, two = plan.actions.all()
    assert (one.topic, one.promise, one.began_from) == ("flexible_working", "work_flexibly", plan.began_from)
    assert one.steps.count("\n") >= 2
    assert one.starts_on == timezone.localdate()
    assert one.ends_on == one.criteria.get().by > timezone.localdate()
    for action in (one, two):
        number, note, rated = Citation.objects.filter(subject=action.subject)
        assert (number.words, number.policy, number.key, number.number) == ("12%", PUBLISHED, "leaver_rate,x", 0.12)
        assert (number.definition, number.period, number.of) == ("Leavers by staff", "2031", None)
        assert note.words == "They told us."
        assert rated.label == "Flexible working: red in the retention traffic light"
        assert rated.link == f"/rx1/practice/rounds/{round.pk}/agreed/"


def test_from_the_whole_round_come_the_reds_alone(here, lead, client):
    round = agreed(here.northmoor, lead, {"culture": "green", "flexible_working": "red", "reward": "amber"})
    page = client.get(start(f"round:{round.pk}")).content.decode()
    assert starters("flexible_working")[0] in page
    assert starters("reward")[0] not in page
    assert starters("culture")[0] not in page


def test_where_nothing_is_red_the_ambers_come(here, lead):
    round = agreed(here.northmoor, lead, {"culture": "green", "reward": "amber"})
    found = start_queries.find(f"round:{round.pk}", here.northmoor, by=lead)
    assert [part.title for part in found.parts] == ["Recognition and reward"]
    green = agreed(here.northmoor, lead, {"culture": "green"})
    assert start_queries.find(f"round:{green.pk}", here.northmoor, by=lead) is None


def test_a_note_beside_a_prompt_comes_along_for_those_who_take_part(here, lead, client):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    assessing.take_over(round=round, by=lead)
    said = {"round": round, "item": "culture", "prompt": "culture_managers_team_toolkit", "known": None}
    assessing.note(**said, words="Done on two wards.", by=lead)
    where = start(f"round:{round.pk}:culture")
    page = words(client.get(where))
    assert page.index("Your note: Done on two wards.") < page.index("Look at the national Culture and Leadership")
    client.post(where, NEW | {"more_0": ["culture_managers_team_toolkit"]})
    assert Action.objects.get().steps == "Done on two wards."
    assert not Citation.objects.exists()  # what is not agreed is no evidence yet


def test_nothing_ticked_is_said_and_what_was_typed_is_kept(here, lead, client):
    round = red_round(here, lead)
    where = start(f"round:{round.pk}:flexible_working")
    refused = client.post(where, NEW)
    assert refused.status_code == 422
    assert "Tick at least one action, or write one of your own" in words(refused)
    assert 'value="Our plan"' in refused.content.decode()
    assert client.post(where, {"plan": "new", "title": "", "own": "Ask"}).status_code == 422
    assert client.post(where, NEW | {"offered_0": ["forged"]}).status_code == 422
    assert not Plan.objects.exists()


def test_an_action_of_ones_own_has_the_topic_and_the_evidence(here, lead, client):
    round = red_round(here, lead)
    client.post(start(f"round:{round.pk}:flexible_working"), NEW | {"own": "Ask the night staff"})
    one = Action.objects.get()
    assert (one.what, one.topic, Citation.objects.filter(subject=one.subject).count()) == (
        "Ask the night staff",
        "flexible_working",
        3,
    )


def test_it_goes_into_a_plan_that_is_there_and_into_no_other(here, lead, client):
    round = red_round(here, lead)
    where, key = start(f"round:{round.pk}:flexible_working"), starters("flexible_working")[0]
    ours = actions.begin(place=here.northmoor, content={"title": "Ours"}, by=lead)
    elsewhere = actions.begin(place=here.surgery, content={"title": "Surgery"}, by=lead)
    assert client.post(where, {"plan": str(elsewhere.pk), "offered_0": [key]}).status_code == 422
    made = client.post(where, {"plan": str(ours.pk), "offered_0": [key]})
    one = Action.objects.get()
    assert (one.plan, made["Location"]) == (ours, f"/rx1/actions/{one.pk}/")
    assert (Plan.objects.count(), ours.began_from) == (2, "")


def test_what_somebody_may_not_read_is_left_out_whoever_asks(here, lead):
    told = ("leaver_rate,e", "Leaver rate", "12.34%", "2031", "Leavers by staff", "internal")
    value = Value(*told, link="/x/", place=here.northmoor)
    evidence.cite(subject="a.thing/1", place=here.northmoor, by=lead, value=value)
    survey = somebody("Sue Survey", survey_lead=here.northmoor)
    plan = actions.begin(place=here.northmoor, content={"title": "Hers"}, by=survey)
    action = actions.add(plan=plan, content={"what": "Ask"}, by=survey)
    assert carry_over(action=action, shown=cited("a.thing/1", by=survey), by=survey) == []
    with pytest.raises(NotAllowed, match="Not released to you"):
        evidence.carry(citation=Citation.objects.get(), subject=action.subject, place=plan.place, by=survey)
    assert len(carry_over(action=action, shown=cited("a.thing/1", by=lead), by=lead)) == 1


def test_what_somebody_may_not_read_is_not_carried_by_them(here, lead):
    round = laid_open(here.northmoor, lead, {"flexible_working": "red"})
    told = ("leaver_rate,e", "Leaver rate", "12.34%", "2031", "Leavers by staff", "internal")
    value = Value(*told, link="/x/", place=here.northmoor)
    evidence_actions.cite(round=round, item="flexible_working", this=Beside("number", "", value=value), by=lead)
    survey = client_of(somebody("Sue Survey", survey_lead=here.northmoor))
    where = start(f"round:{round.pk}:flexible_working")
    page = words(survey.get(where))
    assert "12.34%" not in page
    assert "Not released to you" not in page  # what does not come along is not announced
    survey.post(where, NEW | {"own": "Ask"})
    assert not Citation.objects.filter(subject=Action.objects.get().subject).exists()


def test_whoever_reads_an_exact_figure_on_the_way_stands_in_the_register(here, lead, client):
    round = laid_open(here.northmoor, lead, {"flexible_working": "red"})
    told = ("leaver_rate,e", "Leaver rate", "12.34%", "2031", "Leavers by staff", "internal")
    value = Value(*told, link="/x/", place=here.northmoor)
    evidence_actions.cite(round=round, item="flexible_working", this=Beside("number", "", value=value), by=lead)
    assert "12.34%" in words(client.get(start(f"round:{round.pk}:flexible_working")))
    assert AccessEvent.objects.filter(what="Start of a plan", policy="internal").count() == 1


def test_what_is_not_theirs_is_not_there(here, lead, client, manager):
    theirs = laid_open(here.southmoor, somebody("Sam", retention_lead=here.southmoor), {"culture": "red"})
    own = agreed(here.northmoor, lead, {"culture": "red"})
    surgery = here.surgery.slug
    for where in (
        start(f"round:{theirs.pk}:culture"),
        start(f"round:{own.pk}:culture", surgery),
        start(f"round:{own.pk}:no_such_topic"),
        start("round:99999"),
        start("round:x"),
        start("round:"),
        start("nothing:1"),
        start("case:no_such_case"),
        start("aim:coaching"),
        start("gap:system:returner"),
        start("loss:trainee:deferrals"),
        start("measure:no_such_measure"),
        start("offer:no_such_offer"),
        start("topic:no_such_topic"),
        start("action:no_such_action"),
        start("gap:system"),
        start("__class__:x"),
    ):
        assert client.get(where).status_code == client.post(where, NEW).status_code == 404, where
    assert client_of(manager).get(start(f"round:{own.pk}:culture")).status_code == 404
    viewer = client_of(somebody("Vic Viewer", viewer=here.northmoor))
    assert viewer.get(start(f"round:{own.pk}:culture")).status_code == 404
    assert client.get("/rx1/plans/start/")["Location"] == "/rx1/plans/new/"


def test_who_writes_plans_and_does_not_rate_takes_nothing_from_a_round_under_way(here, lead):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    Role.objects.create(key="planner", name="Planner", about="Plans.", policy="nhs", abilities=["write_plans"])
    planner = client_of(somebody("Una Planner", planner=here.northmoor))
    assert planner.get("/rx1/plans/new/").status_code == 200
    assert planner.get(start(f"round:{round.pk}:culture")).status_code == 404


def test_a_place_that_has_closed_begins_no_plan(here, lead, client):
    round = red_round(here, lead)
    here.northmoor.closed = timezone.localdate()
    here.northmoor.save()
    assert "Northmoor Trust has closed." in words(client.get(start(f"round:{round.pk}:flexible_working")))
    refused = client.post(start(f"round:{round.pk}:flexible_working"), NEW | {"own": "Ask"})
    assert (refused.status_code, Plan.objects.count()) == (422, 0)
    assert "/plans/start/" not in client.get(f"/rx1/practice/rounds/{round.pk}/agreed/").content.decode()


# From a list, and from a workshop


def test_what_a_list_says_of_who_and_when_is_not_typed_again(here, manager):
    of = assessment("gp_retention_checklist")
    round = assessing.start(place=here.practice, of=of, by=manager)
    [item, done, *_] = of.items
    said = Said("not_yet", "Ask the network first.", "Practice manager", dt.date(2031, 3, 31))
    assessing.answer_several(
        round=round, written={item.key: Written(said), done.key: Written(Said("done", "", "Somebody"))}, by=manager
    )
    origin = start_queries.find(f"round:{round.pk}", here.practice, by=manager)
    assert [part.title for part in origin.parts] == [item.title]
    client, slug = client_of(manager), here.practice.slug
    where = start(f"round:{round.pk}:{item.key}", slug)
    assert "As your list has it: Practice manager, by 31 March 2031. Ask the network first." in words(client.get(where))
    client.post(where, NEW | {"offered_0": [item.key]})
    one = Action.objects.get()
    assert (one.owner_words, one.ends_on, one.steps) == (said.owner, said.due_on, said.note)
    assert (one.topic, one.what) == (item.key, item.statement)
    assert f"from=round%3A{round.pk}" in client.get(f"/{slug}/practice/rounds/{round.pk}/done/paper/").content.decode()


def test_the_actions_of_a_workshop_become_actions_of_a_plan(here, lead, client):
    round = assessing.start(place=here.northmoor, of=WORKSHOP, by=lead)
    assert client.get(start(f"round:{round.pk}")).status_code == 404  # none yet
    promise(round, lead, "Ask", "Tell", "Thank")
    page = client.get(start(f"round:{round.pk}")).content.decode()
    ticks = re.findall(r'name="offered_0"[^>]*value="([\w]+)"|value="([\w]+)"[^>]*name="offered_0"', page)
    keys = [one or other for one, other in ticks]
    assert len(keys) == 3
    client.post(start(f"round:{round.pk}"), NEW | {"offered_0": keys[:2]})
    assert list(Action.objects.values_list("what", flat=True)) == ["Ask", "Tell"]


# From elsewhere


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> None:
    def provider(user: User, asked: Asked) -> list[Value]:
        if "leaver_rate" not in asked.measures:
            return []
        exact = ("leaver_rate,e", "Leaver rate", "12.34%", "2031", "Leavers by staff", "internal")
        published = ("leaver_rate,p", "Leaver rate, as published", "11%", "2030", "As published", PUBLISHED)
        return [
            Value(*exact, link="/x/", place=asked.place, number=0.1234),
            Value(*published, link="/y/", place=asked.place, number=0.11),
        ]

    monkeypatch.setattr(offered, "_PROVIDERS", [provider])


def test_from_a_chart_come_its_figures_and_no_exact_one_slips_into_the_words(here, lead, client, figures):
    where = start("measure:leaver_rate")
    page = words(client.get(where))
    assert "Leaver rate: 12.34% (2031)" in page
    assert "Understanding our data" in page
    assert AccessEvent.objects.filter(what="Start of a plan", policy="internal").count() == 1
    client.post(where, NEW | {"offered_0": ["leaver_rate"]})
    one = Action.objects.get()
    assert (one.criteria.get().measure, one.criteria.get().baseline) == ("leaver_rate", 0.11)
    cited = Citation.objects.filter(subject=one.subject)
    assert [(c.key, c.policy, c.number) for c in cited] == [
        ("leaver_rate,e", "internal", 0.1234),
        ("leaver_rate,p", PUBLISHED, 0.11),
    ]
    assert "from=measure%3Aleaver_rate" in client.get("/measures/leaver_rate/?place=rx1").content.decode()


def test_from_a_case_come_its_words_and_the_case_itself(here, client):
    case = next(one for one in cases().values() if "flexible_working" in one.topics)
    assert re.search(rf'value="{case.key}"[^>]* checked', client.get(start(f"case:{case.key}")).content.decode())
    client.post(start(f"case:{case.key}"), NEW | {"offered_0": [case.key]})
    one, cited = Action.objects.get(), Citation.objects.get()
    assert (one.what, one.objective) == (case.done, case.title)
    assert (cited.subject, cited.kind, cited.key) == (one.subject, Citation.CASE, case.key)


def test_what_the_library_suggests_is_acted_on_where_it_stands(here, lead, client):
    red_round(here, lead)
    page = client.get("/rx1/library/suggestions/").content.decode()
    links = [link.replace(":", "%3A") for link in re.findall(r'href="(/rx1/plans/start/\?from=[^"]+)"', page)]
    assert {link.split("from=")[1].split("%3A")[0] for link in links} >= {"topic", "case", "action"}
    for link in links:
        assert client.get(link).status_code == 200, link
    key = next(iter(cases()))
    assert f"from=case:{key}" in client.get(f"/rx1/library/cases/{key}/").content.decode()
    assert "from=case" not in client.get(f"/library/cases/{key}/").content.decode()


@pytest.mark.parametrize(
    ("origin", "kept"),
    [
        ("aim:coaching", {"aims": ["coaching"], "topic": "coaching"}),
        ("gap:system:returner", {"level": "system", "stage": "returner"}),
        ("gap:system:all", {"level": "system", "stage": ""}),
        ("loss:trainee:deferrals", {"stage": "trainee"}),
        ("topic:gps_shape_the_strategy", {"aims": ["gps_shape_the_strategy"]}),
        ("offer:appraiser_resources", {"offer": "appraiser_resources", "level": "career_support"}),
    ],
)
def test_general_practice_begins_from_its_own_tools(here, manager, origin, kept):
    client, where = client_of(manager), start(origin, here.practice.slug)
    assert client.get(where).status_code == 200
    [first, *_] = start_queries.find(origin, here.practice, by=manager).parts[0].offered
    assert client.post(where, NEW | {"offered_0": [first.key]}).status_code == 302
    one = Action.objects.get()
    assert {name: getattr(one, name) for name in kept} == kept
    assert one.what
    assert one.began_from == origin


def test_an_aim_of_ones_own_begins_a_plan_too(here, manager):
    aim = aim_actions.add_aim(place=here.practice, kind="goal", title="A room to rest", level="system", by=manager)
    found = start_queries.find(f"aim:{aim.pk}", here.practice, by=manager)
    assert (found.title, found.parts[0].offered[0].content["what"]) == ("A room to rest", "A room to rest")
    page = client_of(manager).get(f"/{here.practice.slug}/gp/aims/").content.decode()
    assert f"from=aim%3A{aim.pk}" in page


def test_every_action_that_content_offers_can_stand_in_a_plan(here, lead):
    plan = actions.begin(place=here.northmoor, content={"title": "All"}, by=lead)
    for topic in assessment("retention_traffic_light").items:
        for one in start_parts.starters_of(topic):
            made = actions.add(plan=plan, content=one.content, by=lead)
            made.clean_fields(exclude=["asked_at", "accepted_at", "declined_at", "removed_by", "removed_at"])
            assert not made.criteria.get().words.endswith("by …"), one.key
