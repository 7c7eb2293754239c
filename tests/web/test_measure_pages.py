"""The page of each measure: what it is for everybody, what it comes to for those who may see it."""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.core.cache import caches
from django.test import Client

from keepwell.content.explained import explained
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.explaining import explain
from keepwell.made_up import SystemPlan, make_up
from keepwell.measures import measures
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import chain_end
from keepwell.web.places.queries import published_workspace, workspace_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]

SOURCE = "esr_staff_in_post"


@pytest.fixture(scope="session")
def one_trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one made-up trust of 500 people and 14 months. Do not change it."""
    folder = tmp_path_factory.mktemp("measured-trust")
    made = make_up(SystemPlan(seed=7, people=500, months=14, organisations=("acute",)), folder / "files")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (*made.staff_in_post, *made.leavers):
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    return workspace.folder


@pytest.fixture
def here(one_trust: Path) -> Iterator[System]:
    """The cast, with records at Northmoor and nothing published."""
    found = cast_system()
    folder, published = workspace_of(found.northmoor).folder, published_workspace().folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(published, ignore_errors=True)
    shutil.copytree(one_trust, folder)
    caches["pages"].clear()
    yield found
    shutil.rmtree(folder, ignore_errors=True)


Seen = Callable[[str], list[AccessEvent]]


@pytest.fixture
def recorded(here: System) -> Seen:
    before = chain_end().count
    return lambda kind: list(AccessEvent.objects.filter(kind=kind, number__gt=before).order_by("number"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def lead(here: System) -> Client:
    return signed_in(somebody("Retention lead", retention_lead=here.northmoor))


def viewer(here: System) -> Client:
    return signed_in(somebody("Viewer", viewer=here.northmoor))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def read(client: Client, address: str, **asked: str) -> str:
    answered = client.get(address, asked)
    assert answered.status_code == 200, address
    return words(answered.content.decode())


# What it is


def test_every_measure_stands_in_the_list_with_its_question(here: System) -> None:
    client = viewer(here)
    page = client.get("/measures/").content.decode()
    for one in measures().values():
        assert f'href="/measures/{one.name}/"' in page
        assert one.question in words(page)


@pytest.mark.parametrize("name", measures())
def test_a_page_has_definition_formula_example_caveats_and_what_others_count(here: System, name: str) -> None:
    page, asked, told = read(viewer(here), f"/measures/{name}/"), measures()[name], explained()[name]
    for said in (asked.question, asked.words, asked.formula, asked.reference, told.worked, *told.caveats):
        assert re.sub(r"\s+", " ", said).strip() in page
    assert all(other.of in page and other.differs in page for other in told.others)


def test_somebody_without_a_role_reads_what_a_number_is_and_no_figures(here: System, recorded: Seen) -> None:
    page = read(signed_in(somebody("Nobody")), "/measures/leaver_rate/")
    assert "An example to work through" in page
    assert "What is it here?" not in page
    assert "Northmoor" not in page
    assert recorded("viewed") == []


@pytest.mark.parametrize(
    "address", ["/measures/likelihood_of_leaving/", "/measures/leaver-rate/", "/measures/x/take/csv/"]
)
def test_a_measure_that_there_is_not_is_no_page(here: System, address: str) -> None:
    assert viewer(here).get(address).status_code == 404


# What it comes to


def test_a_lead_reads_the_engines_own_number_and_it_is_recorded(here: System, recorded: Seen) -> None:
    page = read(lead(here), "/measures/stability_index/")
    row = answer(workspace_of(here.northmoor), Enquiry("stability_index", source=SOURCE)).rows()[0]
    assert f"Stability index: {row['stability_index']:.2%}" in page
    (event,) = recorded("viewed")
    assert (event.what, event.policy, event.place_name) == ("Measure: Stability index", "internal", "Northmoor Trust")


def test_every_measures_page_opens_for_a_lead_with_records(here: System) -> None:
    client = lead(here)
    for name in measures():
        assert client.get(f"/measures/{name}/").status_code == 200, name


@pytest.mark.parametrize("key", ["line_manager", "viewer", "staff_side", "information_governance_lead", "listener"])
def test_who_may_not_see_exact_figures_sees_none_here(here: System, recorded: Seen, key: str) -> None:
    client = signed_in(somebody("Somebody", **{key: here.northmoor}))
    assert "What is it here?" not in read(client, "/measures/leaver_rate/")
    for address in ("/measures/leaver_rate/?place=rx1", "/measures/leaver_rate/take/csv/?place=rx1"):
        assert client.get(address).status_code == 404, address
    assert client.get("/measures/leaver_rate/steps/csv/").status_code == 404
    assert recorded("viewed") == recorded("exported") == []


def test_another_organisation_and_one_that_does_not_exist_are_the_same_page(here: System) -> None:
    client = signed_in(somebody("Southmoor lead", retention_lead=here.southmoor))
    theirs = client.get("/measures/leaver_rate/", {"place": "rx1"})
    nothing = client.get("/measures/leaver_rate/", {"place": "no-such-place"})
    assert (theirs.status_code, nothing.status_code) == (404, 404)
    assert "Northmoor" not in theirs.content.decode()
    assert "Nothing is loaded for Southmoor Trust" in read(client, "/measures/leaver_rate/")


def test_a_lead_of_two_organisations_chooses_in_the_address(here: System) -> None:
    both = somebody("Both", retention_lead=here.northmoor, hr_analyst=here.southmoor)
    page = signed_in(both).get("/measures/leaver_rate/", {"place": "rx2"}).content.decode()
    assert "Nothing is loaded for Southmoor Trust" in words(page)
    assert '<option value="rx2" selected>' in page


# Why two figures differ


@pytest.mark.parametrize("other", ["monthly", "event", "system"])
def test_the_steps_are_the_engines_and_add_up(here: System, other: str) -> None:
    asked = Enquiry("leaver_rate", source=SOURCE)
    rows = explain(workspace_of(here.northmoor), asked, other, "national").rows()
    page = read(lead(here), "/measures/leaver_rate/", beside=other)
    assert f"{rows[0]['leaver_rate']:.1%} counts everyone with a leaving date" in page or other == "system"
    assert f"{rows[-1]['leaver_rate']:.1%} counts those in post at the start and gone at the end" in page
    for row in rows[1:-1]:
        if row["people"]:
            assert f"{abs(row['people']):,} {row['words']}" in page
    assert sum(row["change"] for row in rows[1:-1]) == pytest.approx(rows[-1]["leaver_rate"] - rows[0]["leaver_rate"])


@pytest.mark.parametrize(("asked", "found"), [({"beside": "mine"}, "mine"), ({"sex": "Female"}, "sex")])
def test_what_the_page_does_not_know_says_so(here: System, recorded: Seen, asked: dict[str, str], found: str) -> None:
    answered = lead(here).get("/measures/leaver_rate/", asked)
    assert answered.status_code == 422
    assert found in words(answered.content.decode())
    assert "What is it here?" not in words(answered.content.decode())
    assert recorded("viewed") == []


def test_figures_are_made_anew_after_a_load(here: System) -> None:
    client = lead(here)
    before = read(client, "/measures/headcount/")
    workspace = workspace_of(here.northmoor)
    newest = max(workspace.current().loads_with("positions"), key=lambda load: load.last_month)
    with workspace.change() as change:
        change.remove(newest.number)
    row = answer(workspace, Enquiry("headcount", months=1, source=SOURCE)).rows()[0]
    after = read(client, "/measures/headcount/", place="rx1")
    assert after != before
    assert f"{row['headcount_at_end']:,}" in after


# Taken away


@pytest.mark.parametrize("out_format", ["csv", "xlsx", "json"])
def test_the_table_of_the_place_leaves_and_the_register_knows(here: System, recorded: Seen, out_format: str) -> None:
    answered = lead(here).get(f"/measures/leaver_rate/take/{out_format}/")
    assert answered.status_code == 200
    (event,) = recorded("exported")
    assert (event.what, event.policy, event.place_name) == ("Leaver rate", "internal", "Northmoor Trust")
    if out_format == "json":
        rows = answer(workspace_of(here.northmoor), Enquiry("leaver_rate", by=("staff_group",), source=SOURCE)).rows()
        assert [row["leavers"] for row in json.loads(answered.content)["rows"]] == [row["leavers"] for row in rows]


def test_the_steps_leave_too(here: System, recorded: Seen) -> None:
    client = lead(here)
    answered = client.get("/measures/leaver_rate/steps/csv/", {"beside": "event"})
    assert answered.status_code == 200
    assert b"came and left again within the period" in answered.content
    assert [event.what for event in recorded("exported")] == ["Why two figures differ"]
    assert client.get("/measures/leavers/steps/csv/").status_code == 404


def test_another_format_says_which_there_are(here: System, recorded: Seen) -> None:
    answered = lead(here).get("/measures/leaver_rate/take/pdf/")
    assert answered.status_code == 422
    assert "csv" in answered.content.decode()
    assert recorded("exported") == []
