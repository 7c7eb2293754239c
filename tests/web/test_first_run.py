"""Can a site be set up once, by one person, who may stop in the middle; and what does everybody see first?"""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import PASSWORD, somebody, system
from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from keepwell.web.accounts.actions import first_administrator, grant
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import standing
from keepwell.web.home import queries
from keepwell.web.home.actions import administrator_looks, name_organisation, somebody_else_looks
from keepwell.web.mail.models import Message
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.uploads.models import READY, Upload

pytestmark = pytest.mark.django_db
FIRST, ORGANISATION, FIGURES, DATA = (
    "/first-run/",
    "/first-run/organisation/",
    "/first-run/figures/",
    "/first-run/data/",
)
ADA = {"name": "Ada Admin", "email": "ada@example.org", "password": PASSWORD}
TRUST = {"kind": "trust", "name": "Northmoor Trust", "code": " rx1 ", "icb_name": "Moorland ICB", "icb_code": "qx9"}


@pytest.fixture(autouse=True)
def home_folder(settings, tmp_path) -> None:
    settings.HOME = tmp_path


def begun() -> Client:
    """A browser that has done step 1."""
    client = Client()
    assert client.post(FIRST, ADA)["Location"] == ORGANISATION
    return client


def named() -> Client:
    """A browser that has done step 2."""
    client = begun()
    assert client.post(ORGANISATION, TRUST)["Location"] == FIGURES
    return client


def words(answer: HttpResponse) -> str:
    return answer.content.decode()


# The way through


def test_a_new_site_leads_to_its_first_run():
    client = Client()
    assert client.get("/")["Location"] == FIRST
    assert client.get("/sign-in/")["Location"] == "/"
    page = words(client.get(FIRST))
    assert "step 1 of 4" in page and "must not be used for" in page


def test_four_steps_and_the_administrator_sees_the_figures():
    client = named()
    assert "Northmoor Trust" in words(client.get(FIGURES))
    assert client.post(FIGURES, {"who": "me"})["Location"] == DATA
    page = words(client.get(DATA))
    assert "Load a file, or look at the example system." in page and 'href="/rx1/data/"' in page
    ada, trust = User.objects.get(), Place.objects.get(code="RX1")
    assert trust.parent.code == "QX9" and trust.parent.kind == "icb"
    assert standing(ada, trust).exact and standing(ada, trust.parent).policy == ""
    assert Grant.objects.get(place=trust).without_second_person
    page = words(client.get("/"))
    assert "Northmoor Trust" in page and "exact figures" in page
    assert "Nothing is loaded yet. Load a file, or look at the example system." in page
    for where in re.findall(r'href="(/[^"#]*)', page):
        if not where.startswith("/static/"):
            assert resolve(where), where


def test_somebody_else_looks_and_the_administrator_sees_nothing():
    client = named()
    answer = client.post(FIGURES, {"who": "another", "name": "Lena Lead", "email": "lena@example.org"})
    assert answer["Location"] == DATA
    lena, ada, trust = (
        User.objects.get(name="Lena Lead"),
        User.objects.get(name="Ada Admin"),
        Place.objects.get(code="RX1"),
    )
    assert standing(lena, trust).exact, "there is no second person who could confirm"
    assert Grant.objects.get(user=lena).without_second_person
    assert standing(ada, trust).policy == ""
    assert Message.objects.filter(to=lena, subject="You have been invited").exists()
    page = words(client.get(DATA))
    assert "/data/" not in page and "example system" in page


def test_it_can_be_decided_later_and_then_a_practice_begins_alone():
    client = begun()
    practice = {"kind": "practice", "name": "Fell Surgery", "code": "A99001", "icb_name": "", "icb_code": ""}
    assert client.post(ORGANISATION, practice)["Location"] == FIGURES
    assert client.post(FIGURES, {"who": "later"})["Location"] == DATA
    assert client.get(FIRST)["Location"] == FIGURES, "it can still be decided"
    assert Place.objects.get().parent is None


# Left in the middle, gone back, and done twice


def test_who_left_in_the_middle_comes_back_to_the_step_that_is_next():
    client = begun()
    client.post("/sign-out/")
    assert client.get("/")["Location"] == "/sign-in/"
    assert client.get(FIRST)["Location"] == "/sign-in/?next=/first-run/"
    client.post("/sign-in/", {"login": ADA["email"], "password": PASSWORD})
    assert "Go on setting up" in words(client.get("/"))
    for where in (FIRST, FIGURES, DATA):
        assert client.get(where)["Location"] == ORGANISATION
    client.post(ORGANISATION, TRUST)
    assert client.get(FIRST)["Location"] == FIGURES
    assert client.get(ORGANISATION)["Location"] == FIGURES
    client.post(FIGURES, {"who": "me"})
    for where in (FIRST, ORGANISATION, FIGURES):
        assert client.get(where)["Location"] == DATA


def test_a_step_that_is_done_is_not_done_again_by_going_back():
    client = named()
    client.post(ORGANISATION, {**TRUST, "name": "Another Trust", "code": "RX9"})
    assert list(Place.objects.filter(kind="trust").values_list("name", flat=True)) == ["Northmoor Trust"]
    client.post(FIGURES, {"who": "me"})
    client.post(FIGURES, {"who": "another", "name": "Lena", "email": "lena@example.org"})
    client.post(FIRST, {**ADA, "email": "other@example.org"})
    assert User.objects.count() == 1
    assert Grant.objects.filter(place__isnull=False).count() == 1


def test_a_second_visitor_finds_it_closed():
    begun()
    stranger = Client()
    for where in (FIRST, ORGANISATION, FIGURES, DATA):
        for answer in (stranger.get(where), stranger.post(where, {**ADA, **TRUST, "who": "me"})):
            assert answer["Location"].startswith("/sign-in/")
    assert User.objects.count() == 1 and not Place.objects.exists()
    with pytest.raises(NotAllowed, match="set up already"):
        first_administrator(email="eve@example.org", name="Eve", password=PASSWORD)


def test_somebody_who_does_not_look_after_the_site_has_no_first_run():
    begun()
    viewer = Client()
    viewer.force_login(somebody("Viewer"))
    for where in (FIRST, ORGANISATION, FIGURES, DATA):
        assert viewer.get(where).status_code == viewer.post(where, TRUST).status_code == 404
    assert not Place.objects.exists()


def test_the_actions_themselves_refuse_what_the_pages_do_not_offer():
    named()
    ada, viewer, trust = User.objects.get(), somebody("Viewer"), Place.objects.get(code="RX1")
    given = {"name": "X", "kind": "trust", "code": "RX7", "icb_name": "", "icb_code": ""}
    with pytest.raises(NotAllowed, match="named already"):
        name_organisation(by=ada, **given)
    for refused in (
        lambda: name_organisation(by=viewer, **given),
        lambda: administrator_looks(place=trust, by=viewer),
        lambda: somebody_else_looks(place=trust, email="e@example.org", name="E", by=viewer),
    ):
        with pytest.raises(NotAllowed, match="whole site"):
            refused()
    administrator_looks(place=trust, by=ada)
    with pytest.raises(NotAllowed, match="chosen already"):
        somebody_else_looks(place=trust, email="e@example.org", name="E", by=ada)
    assert not User.objects.filter(email="e@example.org").exists()


def test_on_a_site_that_has_grown_nobody_becomes_lead_by_the_first_run():
    admin = somebody("Site administrator", system_administrator=None)
    system()
    client = Client()
    client.force_login(admin)
    assert client.post(FIGURES, {"who": "me"})["Location"] == DATA
    assert not Grant.objects.filter(place__isnull=False).exists()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_of_many_who_set_the_site_up_at_once_one_becomes_its_administrator():
    people, together = 6, threading.Barrier(6)

    def visit(number: int) -> str:
        together.wait(10)
        try:
            return Client().post(FIRST, {**ADA, "email": f"ada{number}@example.org"})["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(people) as browsers:
        led_to = sorted(browsers.map(visit, range(people)))
    assert User.objects.count() == Grant.objects.count() == 1
    assert led_to.count(ORGANISATION) == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_double_click_names_one_organisation_and_gives_one_role():
    ada = first_administrator(**ADA)
    together = threading.Barrier(4, timeout=10)

    def once(number: int) -> str:
        together.wait()
        try:
            name_organisation(name="Trust", kind="trust", code=f"RX{number}", icb_name="", icb_code="", by=ada)
            return "named"
        except NotAllowed as refusal:
            return refusal.wrong
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as clicks:
        said = list(clicks.map(once, range(4)))
    assert said.count("named") == Place.objects.count() == 1
    place = Place.objects.get()

    def lead(_: int) -> str:
        together.wait()
        try:
            administrator_looks(place=place, by=User.objects.get(pk=ada.pk))
            return "given"
        except NotAllowed as refusal:
            return refusal.wrong
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as clicks:
        said = list(clicks.map(lead, range(4)))
    assert said.count("given") == Grant.objects.filter(place=place).count() == 1


# What is wrong is said, and what was typed is kept


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": ""}, "Select an answer: What is your organisation?"),
        ({"name": " "}, "Enter name of your organisation"),
        ({"code": ""}, "Enter ODS code"),
        ({"code": "RX-1"}, "letters and figures only"),
        ({"code": "R"}, "letters and figures only"),
        ({"code": "RX1" * 5}, "is too long"),
        ({"icb_name": ""}, "Enter the name of the board too"),
        ({"icb_code": ""}, "Enter the ODS code of the board too"),
        ({"icb_code": "RX1"}, "cannot have the same code"),
        ({"kind": "icb"}, "is a board itself"),
        ({"kind": "team"}, "There is a problem"),
    ],
)
def test_an_organisation_that_is_not_whole_is_asked_for_again(change, said):
    answer = begun().post(ORGANISATION, {**TRUST, **change})
    page = words(answer)
    assert answer.status_code == 200 and "<title>Error: Name your organisation" in page
    assert said in page
    if "name" not in change:
        assert 'value="Northmoor Trust"' in page
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "ada"}, "in the right form"),
        ({"name": ""}, "Enter name"),
        ({"password": "short"}, "12 characters"),
        ({"password": "ada@example.org"}, "too similar"),
    ],
)
def test_an_administrator_who_is_not_whole_is_asked_for_again(change, said):
    page = words(Client().post(FIRST, {**ADA, **change}))
    assert said in page and "<title>Error:" in page
    assert not User.objects.exists()


def test_who_looks_needs_a_name_and_an_address_only_where_it_is_somebody_else():
    client = named()
    page = words(client.post(FIGURES, {"who": "another", "name": "", "email": "no"}))
    assert "Enter their name" in page and "in the right form" in page
    page = words(client.post(FIGURES, {"who": "another", "name": "Me", "email": ADA["email"]}))
    assert "Nobody gives a role to themselves." in page
    assert client.post(FIGURES, {"who": "me", "name": "", "email": "no"})["Location"] == DATA


# The first page, and the pages that everybody may read


def test_each_sees_their_own_places_and_what_they_may_do_there():
    here = system()
    manager = somebody("Line manager", line_manager=here.ward_7)
    somebody("HR analyst", hr_analyst=here.northmoor)
    client = Client()
    client.force_login(manager)
    page = words(client.get("/"))
    assert "Ward 7" in page and "Team of Northmoor Trust" in page and "small numbers hidden" in page
    assert "Southmoor" not in page and "Medicine" not in page
    assert "Nothing is loaded yet. HR analyst can load files." in page
    assert "Bring data in" not in page and "exact figures" not in page


def test_somebody_who_only_has_tasks_is_told_that_a_mail_will_come():
    client = Client()
    client.force_login(somebody("Listener", listener=system().northmoor))
    assert "you get an email with a link" in words(client.get("/"))


def test_what_waits_for_a_second_person_stands_on_their_first_page_alone():
    here = system()
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    second = somebody("Governance lead", information_governance_lead=here.northmoor)
    elsewhere = somebody("Other lead", information_governance_lead=here.southmoor)
    grant(to=somebody("Analyst"), role=Role.objects.get(key="hr_analyst"), place=here.northmoor, by=lead)
    said = '<a href="/rx1/people/">Confirm Analyst as HR analyst at Northmoor Trust, asked for by Retention lead</a>'
    for user, waits in ((second, True), (lead, False), (elsewhere, False)):
        client = Client()
        client.force_login(user)
        assert (said in words(client.get("/"))) == waits


def test_files_that_wait_stand_on_the_first_page_of_those_who_may_load():
    here = system()
    Upload.objects.create(place=here.northmoor, name="staff.csv", size=1, sha256="0" * 64, state=READY)
    said = '<a href="/rx1/data/">1 file at Northmoor Trust: say what to do</a>'
    for role, place, waits in (
        ("hr_analyst", here.northmoor, True),
        ("viewer", here.northmoor, False),
        ("hr_analyst", here.southmoor, False),
    ):
        client = Client()
        client.force_login(somebody(f"{role} {place.slug}", **{role: place}))
        page = words(client.get("/"))
        assert (said in page) == waits
        assert ("bring data in, and take it out again" in page) == (role == "hr_analyst")


def test_a_place_with_records_is_not_called_empty():
    here = system()
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    client = Client()
    client.force_login(lead)
    assert "Nothing is loaded yet" in words(client.get("/"))
    workspace = workspace_of(here.northmoor)
    with workspace.change() as change:
        change.set(anything="set")
    assert "Nothing is loaded yet" in words(client.get("/")), "a setting is not a record"


@pytest.mark.parametrize("where", ["/about/", "/privacy/", "/accessibility/"])
def test_what_everybody_may_read_needs_no_account_and_no_database(where, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get(where)
    assert answer.status_code == 200
    assert "sessionid" not in answer.cookies


def test_the_notice_says_what_a_member_of_staff_would_ask():
    page = words(Client().get("/privacy/"))
    for said in ("employer answers", "National Insurance", "keyed hash", "groups under 11", "data protection officer"):
        assert said in page
    for said in ("score, flag or list", "discipline", "redundancy"):
        assert said in page and said in words(Client().get("/about/"))


def test_healthy_says_ok_and_nothing_more():
    answer = Client().get("/healthy/")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"ok\n", "text/plain; charset=utf-8")


def test_not_healthy_where_the_records_cannot_be_read(settings, tmp_path):
    folder = tmp_path / "workspaces" / "published"
    folder.mkdir(parents=True)
    (folder / "CURRENT").write_text("not a number")
    answer = Client().get("/healthy/")
    assert (answer.status_code, answer.content) == (503, b"not well\n")


def test_not_healthy_where_the_database_does_not_answer(monkeypatch):
    def gone(*_: object) -> None:
        raise queries.DatabaseError("the address of the database")

    monkeypatch.setattr(queries.connection, "cursor", gone)
    answer = Client().get("/healthy/")
    assert (answer.status_code, answer.content) == (503, b"not well\n")
