"""What do people see and do on the pages of plans: write, agree, own, release, and what is nobody else's?"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from cast import System, somebody, system
from django.test import Client
from django.utils import timezone
from test_assessment_pages import client_of, words

from keepwell.content.cases import cases
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.evidence import values as offered
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import Asked, Value
from keepwell.web.plans import actions, presenters
from keepwell.web.plans.models import Action, Plan

pytestmark = pytest.mark.django_db

MILESTONE = {"kind": "milestone", "words": "The board has agreed to the new way.", "by": "2031-03-31"}
WRITTEN = {"objective": "Fewer say no", "what": "Ask the staff", "ends_on": "2031-02-01", "criteria": [MILESTONE]}


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
def viewer(here: System) -> Client:
    return client_of(somebody("Vic Viewer", viewer=here.northmoor))


@pytest.fixture
def plan(here: System, lead: User) -> Plan:
    return actions.begin(place=here.northmoor, content={"title": "Stay well"}, by=lead)


@pytest.fixture
def action(plan: Plan, lead: User) -> Action:
    return actions.add(plan=plan, content=WRITTEN, by=lead)


@pytest.fixture
def agreed(plan: Plan, action: Action, lead: User) -> Plan:
    return actions.agree(plan=plan, by=lead)


def of(plan: Plan, page: str = "") -> str:
    return f"/{plan.place.slug}/plans/{plan.pk}/{page}"


def at(action: Action, page: str = "") -> str:
    return f"/{action.plan.place.slug}/actions/{action.pk}/{page}"


def as_opened(client: Client, where: str) -> dict[str, object]:
    """What a browser sends of a page when nothing is changed."""
    page = client.get(where).content.decode()
    sent: dict[str, object] = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") in ("radio", "checkbox"):
            if " checked" in tag and told["type"] == "radio":
                sent[told["name"]] = told["value"]
            elif " checked" in tag:
                sent.setdefault(told["name"], []).append(told["value"])
        elif "name" in told and told["name"] != "csrfmiddlewaretoken":
            sent[told["name"]] = told.get("value", "")
    for name, inside in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', inside)
        sent[name] = chosen[1] if chosen else ""
    return sent | dict(re.findall(r'<textarea[^>]*name="([\w-]+)"[^>]*>([^<]*)</textarea>', page))


# The list, and a plan's own words


def test_a_place_without_a_plan_says_how_to_begin_and_stands_in_the_menu(here, client):
    page = client.get("/rx1/plans/")
    assert "Northmoor Trust has no plan yet." in words(page)
    assert 'href="/rx1/plans/new/"' in page.content.decode()
    assert re.search(r'<a[^>]*href="/rx1/plans/"', client.get("/rx1/practice/").content.decode())
    assert re.search(r'<a[^>]*href="/my-actions/"', page.content.decode())


def test_who_may_not_begin_reads_why(here, viewer):
    page = viewer.get("/rx1/plans/")
    assert "Your role here (Viewer) does not let you write plans" in words(page)
    assert "/plans/new/" not in page.content.decode()
    assert viewer.get("/rx1/plans/new/").status_code == viewer.post("/rx1/plans/new/").status_code == 404


def test_a_plan_begins_with_a_title(here, client):
    assert client.post("/rx1/plans/new/", {"title": ""}).status_code == 422
    sent = client.post("/rx1/plans/new/", {"title": "Staying, 2031"})
    assert sent["Location"] == of(Plan.objects.get())


def test_days_the_wrong_way_round_are_said_and_nothing_is_lost(here, client):
    days = {"starts_on-day": "2", "starts_on-month": "5", "starts_on-year": "2031"}
    days |= {"ends_on-day": "1", "ends_on-month": "5", "ends_on-year": "2031"}
    refused = client.post("/rx1/plans/new/", {"title": "Kept", "about": "Kept too", **days})
    assert refused.status_code == 422
    assert "It must end on or after the day on which it starts" in words(refused)
    assert 'value="Kept"' in refused.content.decode()
    assert "Kept too" in refused.content.decode()
    assert not Plan.objects.exists()


def test_a_plan_reads_in_half_a_minute(here, client, agreed, action, lead):
    today = timezone.localdate()
    late = {"what": "Late one", "ends_on": (today - dt.timedelta(days=3)).isoformat()}
    actions.add(plan=agreed, content=late, by=lead)
    actions.agree(plan=agreed, by=lead)
    actions.add(plan=agreed, content={"what": "Third"}, by=lead)
    page = words(client.get(of(agreed)))
    assert "3 actions, 1 draft, 2 under way, 1 overdue" in page
    assert "Fewer say no" in page
    assert "The board has agreed to the new way, by 31 March 2031." in page
    assert "Nobody yet" in page
    assert "1 action overdue, the oldest: Late one." in words(client.get("/rx1/plans/"))


def test_those_who_do_not_write_see_neither_drafts_nor_buttons(here, viewer, agreed, action, lead):
    actions.add(plan=agreed, content={"what": "Not agreed yet"}, by=lead)
    page = viewer.get(of(agreed))
    assert "Ask the staff" in words(page)
    assert "Not agreed yet" not in words(page)
    for name in ("edit", "actions/new", "agree", "release", "order", "close", "copy"):
        assert of(agreed, name) not in page.content.decode()
        assert viewer.get(of(agreed, f"{name}/")).status_code in (404, 405)
    shown = viewer.get(at(action))
    assert "The board has agreed" in words(shown)
    assert at(action, "edit/") not in shown.content.decode()


def test_a_draft_is_nobody_elses_and_looks_like_nothing(here, viewer, plan, action, lead):
    stranger = client_of(somebody("Stranger", retention_lead=here.southmoor))
    above = client_of(somebody("Above", ics_lead=here.icb))
    for other in (viewer, stranger, above):
        for where in (of(plan), of(plan, "edit/"), at(action), at(action, "edit/"), at(action, "owner/")):
            nothing = other.get(where.replace(f"/{plan.pk}/", "/99999/").replace(f"/{action.pk}/", "/99999/"))
            assert other.get(where).status_code == nothing.status_code == 404
    assert "Stay well" not in words(viewer.get("/rx1/plans/"))
    # nor is it found at another place that is theirs
    assert client_of(lead).get(of(plan).replace("rx1", here.surgery.slug)).status_code == 404


def test_a_draft_further_down_is_not_seen_from_above_in_the_same_organisation(here, client):
    manager = somebody("Sister", line_manager=here.ward_7)
    draft = actions.begin(place=here.ward_7, content={"title": "On Ward 7"}, by=manager)
    assert client_of(manager).get(of(draft)).status_code == 200
    assert client.get(of(draft)).status_code == 404
    assert "On Ward 7" not in words(client.get(f"/{here.ward_7.slug}/plans/"))


def test_two_who_write_a_plan_at_once_lose_nothing(here, client, plan):
    mine = as_opened(client, of(plan, "edit/"))
    theirs = dict(mine) | {"about": "Theirs", "serves": "Theirs too"}
    assert client.post(of(plan, "edit/"), theirs).status_code == 302
    refused = client.post(of(plan, "edit/"), mine | {"about": "Mine", "clinical_lead": "Dr Mine"})
    assert refused.status_code == 422
    page = words(refused)
    assert "Somebody else has changed this since you opened the page: Lena Lead." in page
    assert "What stands there now: Theirs" in page
    shown = refused.content.decode()
    assert ">Mine</textarea>" in shown
    assert ">Theirs too</textarea>" in shown
    again = mine | {"about": "Mine", "serves": "Theirs too", "clinical_lead": "Dr Mine", "known": "2"}
    assert 'name="known" value="2"' in shown
    assert client.post(of(plan, "edit/"), again).status_code == 302
    plan.refresh_from_db()
    assert (plan.about, plan.serves, plan.clinical_lead) == ("Mine", "Theirs too", "Dr Mine")


def test_actions_move_up_and_down_without_a_script(here, client, plan, action, lead):
    second = actions.add(plan=plan, content={"what": "Second"}, by=lead)
    moved = client.post(of(plan, "order/"), {"up": str(second.pk)})
    assert moved["Location"] == of(plan, f"#action-{second.pk}")
    assert list(plan.actions.values_list("pk", flat=True)) == [second.pk, action.pk]
    client.post(of(plan, "order/"), {"down": str(second.pk)})
    client.post(of(plan, "order/"), {"down": str(second.pk)})  # it is the last
    client.post(of(plan, "order/"), {"up": "none"})
    assert list(plan.actions.values_list("pk", flat=True)) == [action.pk, second.pk]


# Agreed, released, closed, copied


def test_a_plan_is_agreed_after_one_look(here, client, plan, action):
    assert "1 action begins to be under way" in words(client.get(of(plan, "agree/")))
    assert client.post(of(plan, "agree/"))["Location"] == of(plan)
    action.refresh_from_db()
    assert action.state == Action.UNDER_WAY
    assert "There is nothing new in it to agree." in words(client.get(of(plan)))
    again = client.post(of(plan, "agree/"), follow=True)
    assert "There is nothing new in it to agree." in words(again)


def test_an_analyst_writes_and_does_not_agree(here, plan, action):
    analyst = client_of(somebody("Ana Analyst", hr_analyst=here.northmoor))
    page = analyst.get(of(plan))
    assert "does not let you agree a plan, release it upward, and close it" in words(page)
    assert analyst.get(of(plan, "agree/")).status_code == analyst.post(of(plan, "agree/")).status_code == 404


def test_released_it_is_read_above_until_it_is_withdrawn(here, client, agreed, action, lead):
    above = client_of(somebody("Ida Ics", ics_lead=here.icb))
    actions.add(plan=agreed, content={"what": "Not agreed yet"}, by=lead)
    asked = client.get(of(agreed, "release/"))
    assert "They will not see what is still a draft" in words(asked)
    assert client.post(of(agreed, "release/"), {"to": here.southmoor.slug}).status_code == 422
    assert client.post(of(agreed, "release/"), {"to": here.icb.slug})["Location"] == of(agreed)
    page = above.get(of(agreed))
    assert "1 action, 1 under way" in words(page)
    assert "Not agreed yet" not in words(page)
    assert 'href="/rx1/plans/"' not in page.content.decode()  # what is not theirs is not linked
    assert above.get(at(action)).status_code == 200
    shown = agreed.shown.get()
    assert "Moorland" in words(client.get(of(agreed, f"release/{shown.pk}/withdraw/")))
    client.post(of(agreed, f"release/{shown.pk}/withdraw/"))
    assert above.get(of(agreed)).status_code == 404
    assert "already" in words(client.post(of(agreed, f"release/{shown.pk}/withdraw/"), follow=True))


def test_a_draft_is_not_released(here, client, plan, action):
    assert "Only what has been agreed is released: nobody above sees a draft." in words(
        client.get(of(plan, "release/"))
    )


def test_closed_a_plan_does_not_change_and_is_copied(here, client, agreed, action, lead):
    assert "Something in it is still to be done" in words(client.get(of(agreed)))
    assert "Something in it is still to be done" in words(client.post(of(agreed, "close/"), follow=True))
    assert client.post(at(action, "finish/"), {"state": "finished"})["Location"] == at(action)
    client.post(of(agreed, "close/"))
    assert "This plan is closed, and does not change any more. Copy it to go on." in words(client.get(of(agreed)))
    for page in (of(agreed, "edit/"), of(agreed, "actions/new/"), at(action, "edit/"), at(action, "owner/")):
        assert "This plan is closed" in words(client.get(page))
    told = client.post(at(action, "evidence/"), {"kind": "note", "words": "Too late"})
    assert (told.status_code, Citation.objects.count()) == (422, 0)
    refused = client.post(of(agreed, "actions/new/"), {"what": "x", "rows": "0"})
    assert (refused.status_code, agreed.actions.count()) == (422, 1)
    made = client.post(of(agreed, "copy/"), {"title": "Again", "to": here.surgery.slug})
    copied = Plan.objects.exclude(pk=agreed.pk).get()
    assert (made["Location"], copied.copied_from, copied.state) == (of(copied), agreed, Plan.DRAFT)
    assert client.post(of(agreed, "copy/"), {"title": "Again", "to": here.southmoor.slug}).status_code == 422


def test_a_place_that_closed_says_so_on_its_plan(here, client, agreed):
    here.northmoor.closed = timezone.localdate()
    here.northmoor.save()
    assert "Northmoor Trust has closed. Copy what is still to be done" in words(client.get(of(agreed)))


# Writing an action


def typed(**more: object) -> dict[str, object]:
    return {"what": "Ask the staff", "rows": "1", "c0-words": "", "c0-kind": ""} | {
        name.replace("__", "-"): value for name, value in more.items()
    }


def test_an_action_is_written_with_all_its_columns(here, client, plan):
    sent = typed(
        topic="flexible_working",
        objective="More get it",
        owner_words="HR",
        steps="One\nTwo",
        promise="work_flexibly",
        cost_once="£1,200.50",
        behaviours_team=["others_pay"],
        behaviours_person=["no_out_of_habit"],
        c0__words="Fewer leave",
        c0__kind="measure",
        c0__measure="leaver_rate",
        c0__baseline="12.5%",
        c0__target="11",
        c0__window="12",
    )
    sent |= {"c0-by-day": "31", "c0-by-month": "3", "c0-by-year": "2031"}
    assert client.post(of(plan, "actions/new/"), sent).status_code == 302
    one = Action.objects.get()
    assert (one.topic, one.promise, str(one.cost_once)) == ("flexible_working", "work_flexibly", "1200.50")
    assert sorted(one.behaviours) == ["no_out_of_habit", "others_pay"]
    criterion = one.criteria.get()
    assert (criterion.baseline, criterion.target, criterion.window) == (0.125, 0.11, 12)
    page = words(client.get(at(one)))
    assert "Fewer leave: Leaver rate from 12.5% to 11% over 12 months, by 31 March 2031." in page
    assert "£1,200.50" in page
    opened = as_opened(client, at(one, "edit/"))
    assert (opened["c0-baseline"], opened["c0-target"]) == ("12.5", "11")
    assert client.post(at(one, "edit/"), opened).status_code == 302
    one.refresh_from_db()
    assert (one.version, one.criteria.get().baseline, one.behaviours) == (2, 0.125, one.behaviours)


def test_only_the_action_itself_must_be_filled_in(here, client, plan):
    refused = client.post(of(plan, "actions/new/"), typed(what="", objective="Kept"))
    assert refused.status_code == 422
    assert "Enter action" in words(refused)
    assert ">Kept</textarea>" in refused.content.decode()
    assert client.post(of(plan, "actions/new/"), typed()).status_code == 302
    assert Action.objects.get().criteria.count() == 0


def test_another_row_is_added_without_a_script_and_all_is_kept(here, client, plan):
    sent = typed(what="", objective="Half done", c0__words="Agreed by the board", more="yes")
    sent |= {"ends_on-day": "40", "ends_on-month": "13", "behaviours_team": ["others_pay"]}
    answered = client.post(of(plan, "actions/new/"), sent)
    page = answered.content.decode()
    assert answered.status_code == 200
    assert "There is a problem" not in page  # nothing is checked yet
    assert ">Half done</textarea>" in page
    assert ">Agreed by the board</textarea>" in page
    assert 'name="c1-words"' in page
    assert 'name="rows" value="2"' in page
    assert 'value="40"' in page
    assert re.search(r'value="others_pay"[^>]* checked', page)
    assert not Action.objects.exists()


def test_a_row_is_taken_away_and_an_empty_one_left_out(here, client, action):
    sent = as_opened(client, at(action, "edit/"))
    sent |= {"rows": "3", "c1-words": "Trained: all managers", "c1-kind": "milestone", "c2-words": "", "c2-kind": ""}
    client.post(at(action, "edit/"), sent | {"c0-drop": "on"})
    assert [one.words for one in action.criteria.all()] == ["Trained: all managers"]


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"c0-words": "x", "c0-kind": ""}, "Select whether it is a number that changes"),
        ({"c0-words": "x", "c0-kind": "measure", "c0-target": "many"}, "“To” must be a number"),
        ({"c0-words": "x", "c0-kind": "measure", "c0-target": "nan"}, "“To” must be a number"),
        ({"c0-words": "x", "c0-kind": "measure", "c0-target": "12%"}, "no rate of Keepwell is chosen"),
        ({"c0-words": "x", "c0-kind": "measure", "c0-measure": "headcount", "c0-target": "9%"}, "no rate of Keepwell"),
        ({"cost_once": "-5"}, "must be 0 or more"),
        ({"ends_on-day": "1", "ends_on-month": "1"}, "must include a year"),
        ({"what": "x" * 4001}, "must be 4000 characters or fewer"),
        ({"topic": "no_such_topic"}, "Select one of the answers shown"),
    ],
)
def test_what_cannot_be_is_said_kindly_and_kept(here, client, plan, sent, said):
    refused = client.post(of(plan, "actions/new/"), typed() | sent)
    assert refused.status_code == 422
    assert said in words(refused)
    assert not Action.objects.exists()


def test_general_practice_is_asked_of_general_practice_alone(here, client, plan):
    page = client.get(of(plan, "actions/new/")).content.decode()
    assert 'name="stage"' not in page
    assert "flexible_working" in page
    manager = somebody("Practice manager", practice_manager=here.practice)
    own = actions.begin(place=here.practice, content={"title": "Our practice"}, by=manager)
    asked = client_of(manager).get(of(own, "actions/new/")).content.decode()
    assert 'name="stage"' in asked
    assert 'value="gps_shape_the_strategy"' in asked
    assert "flexible_working" not in asked


def test_what_content_knows_no_more_is_kept_when_an_action_is_changed(here, client, plan, lead):
    old = {"what": "x", "topic": "gone_topic", "stage": "gone_stage", "aims": ["gone_aim"], "behaviours": ["gone"]}
    gone = {"kind": "measure", "words": "Gone", "measure": "gone_measure", "baseline": 3.5, "target": 2}
    old["criteria"] = [gone, *({"kind": "milestone", "words": f"Step {number}"} for number in range(14))]
    action = actions.add(plan=plan, content=old, by=lead)
    assert client.post(at(action, "edit/"), as_opened(client, at(action, "edit/"))).status_code == 302
    action.refresh_from_db()
    assert (action.topic, action.stage, action.aims) == ("gone_topic", "gone_stage", ["gone_aim"])
    assert (action.behaviours, action.criteria.count()) == (["gone"], 15)
    first = action.criteria.first()
    assert (first.measure, first.baseline, first.target) == ("gone_measure", 3.5, 2)


def test_two_who_write_an_action_at_once_lose_nothing(here, client, action):
    mine = as_opened(client, at(action, "edit/"))
    theirs = mine | {"what": "Theirs", "risks": "Their risk", "c0-words": "Their sign"}
    assert client.post(at(action, "edit/"), theirs).status_code == 302
    refused = client.post(at(action, "edit/"), mine | {"what": "Mine", "c0-words": "My sign", "funding": "Mine"})
    assert refused.status_code == 422
    page, shown = words(refused), refused.content.decode()
    assert "What stands there now: Theirs" in page
    assert "What stands there now: Their sign" in page
    assert ">Mine</textarea>" in shown
    assert ">My sign</textarea>" in shown
    assert ">Their risk</textarea>" in shown
    action.refresh_from_db()
    assert (action.what, action.version) == ("Theirs", 2)
    again = mine | {"what": "Mine", "c0-words": "My sign", "funding": "Mine", "risks": "Their risk", "known": "2"}
    assert client.post(at(action, "edit/"), again).status_code == 302
    action.refresh_from_db()
    assert (action.what, action.risks, action.funding) == ("Mine", "Their risk", "Mine")
    assert action.criteria.get().words == "My sign"


def test_what_only_one_of_two_changed_is_asked_of_nobody(here, client, action):
    mine = as_opened(client, at(action, "edit/"))
    client.post(at(action, "edit/"), mine | {"what": "Theirs"})
    refused = client.post(at(action, "edit/"), mine | {"steps": "Mine"})
    assert "What stands there now" not in words(refused)
    assert ">Theirs</textarea>" in refused.content.decode()
    assert ">Mine</textarea>" in refused.content.decode()


# Owners and helpers


def test_an_owner_is_asked_out_of_the_list_and_accepts(here, client, agreed, action):
    ola = somebody("Ola Owner", contributor=here.surgery)
    assert "Ola Owner" in words(client.get(at(action, "owner/")))
    assert client.post(at(action, "owner/"), {"who": str(ola.pk)})["Location"] == at(action)
    assert "Ola Owner (asked, has not answered)" in words(client.get(at(action)))
    theirs = client_of(ola)
    mine = theirs.get("/my-actions/")
    assert "You were asked to own 1 action: accept, or decline." in words(mine)
    assert theirs.post(at(action, "answer/"), {"answer": "accept"})["Location"] == at(action)
    assert "You own this" in words(theirs.get("/my-actions/"))
    assert "Ola Owner (accepted)" in words(client.get(of(agreed)))
    assert "This was accepted already." in words(theirs.post(at(action, "answer/"), {"answer": "accept"}, follow=True))


def test_who_declines_is_shown_as_such_and_only_who_was_asked_answers(here, client, action, lead):
    ola = somebody("Ola Owner", contributor=here.surgery)
    client.post(at(action, "owner/"), {"email": "OLA.OWNER@example.org"})
    assert client.post(at(action, "answer/"), {"answer": "accept"}).status_code == 404
    client_of(ola).post(at(action, "answer/"), {"answer": "decline"})
    page = words(client.get(at(action)))
    assert "Ola Owner (declined)" in page
    assert "Needs another owner" in page
    assert "There is nothing for you to do." in words(client_of(ola).get("/my-actions/"))
    client.post(at(action, "owner/"), {"who": str(lead.pk)})
    assert "Lena Lead (accepted)" in words(client.get(at(action)))


def test_an_address_tells_nobody_who_has_an_account(here, client, action):
    somebody("Sam Southmoor", contributor=here.southmoor)
    told = "Nobody with a role at Northmoor Trust has that address"
    for email in ("sam.southmoor@example.org", "nobody.at.all@example.org"):
        assert told in words(client.post(at(action, "owner/"), {"email": email}))
    assert "Sam Southmoor" not in words(client.get(at(action, "owner/")))
    for sent in ({}, {"who": "1", "email": "a@example.org"}):
        assert client.post(at(action, "owner/"), sent).status_code == 422


def test_an_owner_who_left_is_said_so_where_the_action_is_read(here, client, agreed, action, lead):
    ola = somebody("Ola Owner", contributor=here.surgery)
    actions.ask_owner(action=action, owner=ola, by=lead)
    ola.is_active = False
    ola.save()
    page = words(client.get(at(action)))
    assert "Its owner cannot do it any more." in page
    assert "account is closed: they have left" in page
    assert "Needs another owner" in words(client.get(of(agreed)))
    assert "Ola Owner" not in words(client.get(at(action, "owner/"))).split("Choose somebody")[1]


def test_a_contributor_sees_the_one_action_and_nothing_else(here, client, agreed, action, lead):
    other = actions.add(plan=agreed, content={"what": "Another"}, by=lead)
    actions.agree(plan=agreed, by=lead)
    con = somebody("Con Tributor", contributor=here.northmoor)
    client.post(at(action, "helpers/"), {"who": str(con.pk)})
    theirs = client_of(con)
    page = theirs.get(at(action))
    assert page.status_code == 200
    assert "Ask the staff" in words(page)
    assert "Stay well" not in words(page)
    assert of(agreed) not in page.content.decode()
    assert "/rx1/plans/" not in page.content.decode()
    for where in (of(agreed), at(other), at(action, "edit/"), at(action, "evidence/"), "/rx1/plans/"):
        assert theirs.get(where).status_code == 404, where
    assert "You help with this" in words(theirs.get("/my-actions/"))
    assert theirs.post(at(action, "finish/"), {"state": "stopped"}).status_code == 302
    helper = action.helpers.get()
    assert theirs.post(at(action, f"helpers/{helper.pk}/end/"))["Location"] == "/my-actions/"
    assert theirs.get(at(action)).status_code == 404


def test_one_helper_does_not_let_another_go(here, client, agreed, action, lead):
    one, two = somebody("One", contributor=here.northmoor), somebody("Two", contributor=here.northmoor)
    for user in (one, two):
        actions.ask_to_help(action=action, user=user, by=lead)
    of_two = action.helpers.get(user=two)
    assert client_of(one).post(at(action, f"helpers/{of_two.pk}/end/")).status_code == 404
    assert client.post(at(action, f"helpers/{of_two.pk}/end/"))["Location"] == at(action)
    assert list(action.helpers.values_list("user", flat=True)) == [one.pk]


# How it goes on, and the evidence


def test_a_draft_is_not_finished_and_what_is_taken_out_is_said(here, client, plan, action):
    assert "A draft is agreed first." in words(client.get(at(action, "finish/")))
    assert "A draft is agreed first." in words(client.post(at(action, "finish/"), {"state": "finished"}))
    assert client.post(at(action, "take-out/"))["Location"] == of(plan)
    assert "Ask the staff" not in words(client.get(of(plan)))
    assert "This action was taken out of the plan." in words(client.get(at(action)))


@pytest.fixture
def figures(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exact figure for those who see exact ones."""

    def provider(user: User, asked: Asked) -> list[Value]:
        if "leaver_rate" not in asked.measures or user.name != "Lena Lead":
            return []
        told = ("leaver_rate,exact", "Leaver rate", "12.3%", "12 months to March 2031", "Leavers by staff", "internal")
        return [Value(*told, link="/rx1/", place=asked.place, number=0.123)]

    monkeypatch.setattr(offered, "_PROVIDERS", [provider])


def test_a_figure_is_cited_as_it_was_offered_and_withheld_above(here, client, agreed, action, lead, figures):
    measured = {"criteria": [{"kind": "measure", "words": "Fewer leave", "measure": "leaver_rate"}]}
    actions.change_action(action=action, content=measured, known=action.version, by=lead)
    sent = {"kind": "number", "value": "leaver_rate,exact", "words": "forged"}
    assert client.post(at(action, "evidence/"), sent)["Location"] == at(action, "#evidence")
    cited = Citation.objects.get()
    assert (cited.subject, cited.words, cited.policy, cited.of) == (action.subject, "12.3%", "internal", here.northmoor)
    before = AccessEvent.objects.count()
    assert "12.3%" in words(client.get(at(action)))
    assert AccessEvent.objects.count() == before + 1  # an exact figure was shown
    actions.release(plan=agreed, to=here.icb, by=lead)
    above = words(client_of(somebody("Ida Ics", ics_lead=here.icb)).get(at(action)))
    assert "Not released to you." in above
    assert "12.3%" not in above
    assert "/evidence/" not in above
    assert client.post(at(action, "evidence/"), {"kind": "number", "value": "forged"}).status_code == 422


def test_a_case_of_the_library_is_cited_by_its_key_and_taken_away(here, client, action):
    where = at(action, "evidence/?case=no_such_case")
    key = next(iter(cases()))
    page = client.get(at(action, f"evidence/?case={key}")).content.decode()
    assert re.search(rf'value="{key}"[^>]* checked', page)
    assert client.get(where).status_code == 200  # a case that is not there is not offered
    client.post(at(action, f"evidence/?case={key}"), {"kind": "case", "case": key})
    cited = Citation.objects.get()
    assert (cited.kind, cited.key) == (Citation.CASE, key)
    assert cases()[key].title in words(client.get(at(action)))
    assert client.post(at(action, f"evidence/{cited.pk}/remove/"))["Location"] == at(action, "#evidence")
    cited.refresh_from_db()
    assert cited.removed_at is not None
    assert client.post(at(action, f"evidence/{cited.pk}/remove/")).status_code == 404


def test_evidence_of_another_action_is_not_taken_away_through_this_one(here, client, plan, action, lead):
    other = actions.add(plan=plan, content={"what": "Other"}, by=lead)
    client.post(at(other, "evidence/"), {"kind": "note", "words": "They told us."})
    cited = Citation.objects.get()
    assert client.post(at(action, f"evidence/{cited.pk}/remove/")).status_code == 404
    cited.refresh_from_db()
    assert cited.removed_at is None


# Words


def test_sentences_fit_what_is_there():
    today = dt.date(2031, 5, 2)
    action = Action(what="Do it.\nAnd more", state=Action.UNDER_WAY, ends_on=dt.date(2031, 5, 1))
    assert presenters.title_of(action) == "Do it"
    assert presenters.overdue(action, today)
    assert not presenters.overdue(action, dt.date(2031, 5, 1))  # the last day is in time
    assert presenters.when_of(action) == "by 1 May 2031"
    action.starts_on = dt.date(2031, 4, 1)
    assert presenters.when_of(action) == "1 April 2031 to 1 May 2031"
    assert presenters.when_of(Action(starts_on=dt.date(2031, 4, 1))) == "from 1 April 2031, no end set"
    assert presenters.when_of(Action(timescale_words="2 months")) == "2 months"
    assert len(presenters.title_of(Action(objective="x" * 200))) == presenters.LONGEST_TITLE
    assert presenters.pounds(None) == ""
    action.state = Action.FINISHED
    assert not presenters.overdue(action, today)


def test_what_fits_in_the_library_is_one_step_from_being_cited(here, client, viewer, agreed, action, lead):
    told = {"topic": "flexible_working", "offer": "appraiser_resources"}
    actions.change_action(action=action, content=told, known=action.version, by=lead)
    page = client.get(at(action)).content.decode()
    [key, *_] = re.findall(r'evidence/\?case=([\w-]+)"', page)
    assert "flexible_working" in cases()[key].topics
    assert "Resources for GP appraisers" in page
    assert "?case=" not in viewer.get(at(action)).content.decode()


def test_a_page_inside_is_not_linked_for_those_who_cannot_open_it(here, client, agreed, action, lead):
    inside = {"kind": "document", "title": "Minutes", "address": ""}
    client.post(at(action, "evidence/"), inside)
    Citation.objects.update(link="/rx1/practice/rounds/1/agreed/")
    con = somebody("Con Tributor", contributor=here.northmoor)
    actions.ask_to_help(action=action, user=con, by=lead)
    assert "/rx1/practice/rounds/1/agreed/" in client.get(at(action)).content.decode()
    page = client_of(con).get(at(action)).content.decode()
    assert "Minutes" in page
    assert "/rx1/practice/" not in page
