"""How are we doing? Exact for those entitled, with small numbers hidden for others, and nothing for anybody else."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cast import START, System, somebody
from cast import system as cast_system
from django.core.cache import caches
from django.test import Client

from keepwell.enquiries import Enquiry, answer
from keepwell.made_up import SystemPlan, make_up
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import chain_end
from keepwell.web.dashboards import presenters, queries
from keepwell.web.dashboards.models import Target
from keepwell.web.jobs.working import Worker
from keepwell.web.places.actions import mirror_parts
from keepwell.web.places.models import Place
from keepwell.web.places.queries import parts_in_records, workspace_of
from keepwell.web.releases.actions import draft, release, withdraw

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@pytest.fixture(scope="session")
def one_trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one made-up trust of 600 people, 15 months, leavers too. Do not change it."""
    folder = tmp_path_factory.mktemp("one-trust")
    made = make_up(SystemPlan(seed=5, people=600, months=15, organisations=("acute",)), folder / "files")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (*made.staff_in_post, *made.leavers):
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    return workspace.folder


@pytest.fixture
def here(one_trust: Path) -> Iterator[System]:
    """The cast, with records at Northmoor and a place for each of its directorates and teams."""
    found = cast_system()
    folder = workspace_of(found.northmoor).folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(one_trust, folder)
    mirror_parts(
        organisation=found.northmoor, parts=parts_in_records(found.northmoor, "esr_staff_in_post"), start=START
    )
    caches["pages"].clear()
    yield found
    shutil.rmtree(folder, ignore_errors=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


Seen = Callable[[str], list[AccessEvent]]


@pytest.fixture
def recorded(here: System) -> Seen:
    """What has been recorded since the test began, of one kind: the register itself is never emptied."""
    before = chain_end().count
    return lambda kind: list(AccessEvent.objects.filter(kind=kind, number__gt=before).order_by("number"))


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def lead_at(place: Place) -> User:
    return somebody("Retention lead", retention_lead=place)


def work_off() -> None:
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()


def test_a_lead_reads_the_engines_own_numbers_and_it_is_recorded(here: System, recorded: Seen) -> None:
    page = words(signed_in(lead_at(here.northmoor)).get("/rx1/").content.decode())
    row = answer(workspace_of(here.northmoor), Enquiry("leaver_rate", source="esr_staff_in_post")).rows()[0]
    assert f"{row['leaver_rate']:.1%} of staff left" in page
    assert f"{row['leavers']} people" in page
    assert "&lt;" not in page
    (event,) = recorded("viewed")
    assert (event.policy, event.place_name) == ("internal", "Northmoor Trust")


def test_every_filter_is_in_the_address_and_can_be_taken_away(here: System, recorded: Seen) -> None:
    client = signed_in(lead_at(here.northmoor))
    page = client.get("/rx1/", {"sex": "Female", "staff_group": "Nursing and Midwifery Registered"}).content.decode()
    where = (("staff_group", ("Nursing and Midwifery Registered",)), ("sex", ("Female",)))
    row = answer(workspace_of(here.northmoor), Enquiry("leaver_rate", where=where, source="esr_staff_in_post")).rows()[
        0
    ]
    assert f"{row['leaver_rate']:.1%} of staff left" in words(page)
    assert 'href="/rx1/?staff_group=Nursing+and+Midwifery+Registered"' in page
    assert 'href="/rx1/?sex=Female"' in page
    assert recorded("viewed")[-1].query == {
        "sex": ["Female"],
        "staff_group": ["Nursing and Midwifery Registered"],
    }


@pytest.mark.parametrize(
    "asked", [{"sex": "Martian"}, {"shoe_size": "12"}, {"person": "x"}, {"religion": "Christianity"}]
)
def test_an_unknown_filter_says_so(here: System, recorded: Seen, asked: dict[str, str]) -> None:
    answered = signed_in(lead_at(here.northmoor)).get("/rx1/", asked)
    assert answered.status_code == 422
    assert "not one that these records know" in answered.content.decode()
    assert recorded("viewed") == []


def test_each_part_has_an_address_of_its_own(here: System) -> None:
    client = signed_in(lead_at(here.northmoor))
    page = client.get("/rx1/").content.decode()
    for address in re.findall(r'href="(/rx1/about/[a-z-]+/)"', page):
        assert client.get(address).status_code == 200, address
    assert client.get("/rx1/about/nothing/").status_code == 404


def test_a_directorate_and_a_team_are_asked_of_the_records_of_their_trust(here: System) -> None:
    team = Place.objects.filter(controller=here.northmoor, kind="team", parent__name="Medicine").first()
    page = words(signed_in(lead_at(here.northmoor)).get(f"/{team.slug}/").content.decode())
    where = (("directorate", ("Medicine",)), ("unit", (team.name,)))
    row = answer(workspace_of(here.northmoor), Enquiry("leaver_rate", where=where, source="esr_staff_in_post")).rows()[
        0
    ]
    assert f"{row['leaver_rate']:.1%} of staff left" in page


# Small numbers


def manager_of_a_small_team(here: System) -> tuple[User, Place]:
    by = ("directorate", "unit")
    asked = Enquiry("leaver_rate", by=by, source="esr_staff_in_post")
    rows = answer(workspace_of(here.northmoor), asked).rows()
    small = next(row for row in rows if 1 <= row["leavers"] <= 4)
    team = Place.objects.get(controller=here.northmoor, name=small["unit"], parent__name=small["directorate"])
    return somebody("Ward manager", line_manager=team), team


def released_inside(here: System, lead: User) -> None:
    made = draft(by=lead, place=here.northmoor, to=here.northmoor)
    release(release=made, by=lead)
    work_off()


def test_a_manager_of_a_small_team_reads_of_the_next_larger_group_and_what_to_do(here: System, recorded: Seen) -> None:
    lead = lead_at(here.northmoor)
    released_inside(here, lead)
    manager, team = manager_of_a_small_team(here)
    page = words(signed_in(manager).get(f"/{team.slug}/").content.decode())
    assert "Your team is too small to show alone" in page
    assert "Three things a manager can do now" in page
    assert re.search(r"In (the whole organisation|[A-Z][\w ]+), about .* left", page)
    assert [event.policy for event in recorded("viewed")] == ["nhs"]


def test_no_small_number_of_the_records_is_on_a_managers_page(here: System) -> None:
    """Every count on it is a multiple of 5, and none is 1 to 7; a planted exact number is noticed."""
    released_inside(here, lead_at(here.northmoor))
    manager, team = manager_of_a_small_team(here)
    page = signed_in(manager).get(f"/{team.slug}/").content.decode()

    def exact_counts(html: str) -> list[int]:
        cells = re.findall(r'__cell--numeric">([\d,]+)<', html)
        return [n for n in (int(c.replace(",", "")) for c in cells) if n % 5]

    assert re.findall(r'__cell--numeric">([\d,]+)<', page)
    assert exact_counts(page) == []
    assert exact_counts(page.replace(">*<", ">3<", 1)) == [3]


def test_before_anything_is_released_a_manager_reads_who_can_and_what_to_do(here: System) -> None:
    lead_at(here.northmoor)
    manager, team = manager_of_a_small_team(here)
    page = words(signed_in(manager).get(f"/{team.slug}/").content.decode())
    assert "No figures are released yet" in page
    assert "Retention lead can release them." in page
    assert "Three things a manager can do now" in page


def test_withdrawn_figures_are_gone_from_a_managers_page(here: System) -> None:
    lead = lead_at(here.northmoor)
    released_inside(here, lead)
    manager, team = manager_of_a_small_team(here)
    client = signed_in(manager)
    assert "too small to show alone" in client.get(f"/{team.slug}/").content.decode()
    withdraw(release=queries.releases_of.inside(here.northmoor), by=lead)
    assert "No figures are released yet" in client.get(f"/{team.slug}/").content.decode()


def test_a_manager_sees_what_is_in_the_ledger_and_nothing_newer(here: System) -> None:
    """Records that changed are shown once they have been handed over, and not before."""
    released_inside(here, lead_at(here.northmoor))
    manager, team = manager_of_a_small_team(here)
    client = signed_in(manager)
    before = re.findall(r'__cell--numeric">([^<]+)<', client.get(f"/{team.slug}/").content.decode())
    workspace = workspace_of(here.northmoor)
    first = min(workspace.current().loads_with("positions"), key=lambda load: load.last_month)
    with workspace.change() as change:
        for load in workspace.current().loads_with("positions"):
            if load.last_month in ("2024-10", "2025-09") or load is first:
                change.remove(load.number)  # the state at the period's start is another now
    assert re.findall(r'__cell--numeric">([^<]+)<', client.get(f"/{team.slug}/").content.decode()) == before


@pytest.mark.parametrize("key", ["line_manager", "viewer", "staff_side", "information_governance_lead"])
def test_who_sees_no_exact_figures_has_no_way_to_them(here: System, key: str) -> None:
    client = signed_in(somebody("Somebody", **{key: here.northmoor}))
    for address in ("/rx1/about/reasons/", "/rx1/take/xlsx/", "/rx1/target/"):
        assert client.get(address).status_code == 404, address
    assert "staff_group" not in client.get("/rx1/?staff_group=Midwives").content.decode()


# Above


def test_a_system_sees_what_was_released_to_it_and_who_has_not(here: System) -> None:
    ics_lead = signed_in(somebody("ICS lead", ics_lead=here.icb))
    assert "0 of 2 trusts" in ics_lead.get("/qx9/").content.decode()
    lead = lead_at(here.northmoor)
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    assert "0 of 2 trusts" in ics_lead.get("/qx9/").content.decode()  # a draft is never seen from above
    release(release=made, by=lead)
    work_off()
    page = words(ics_lead.get("/qx9/").content.decode())
    assert "1 of 2 trusts" in page
    assert "Retention lead" in page
    assert "Southmoor Trust" in page
    assert ics_lead.get("/rx1/").status_code == 404
    withdraw(release=made, by=lead)
    assert "0 of 2 trusts" in ics_lead.get("/qx9/").content.decode()


def test_other_organisations_see_nothing_and_not_even_that_there_is_something(here: System) -> None:
    theirs = signed_in(somebody("Southmoor lead", retention_lead=here.southmoor))
    assert theirs.get("/rx1/").status_code == theirs.get("/no-such-place/").status_code == 404
    assert "Northmoor" not in theirs.get("/rx1/").content.decode()
    assert "No staff records are loaded yet" in theirs.get("/rx2/").content.decode()


def test_an_administrator_sees_no_figures(here: System) -> None:
    administrator = signed_in(somebody("Administrator", system_administrator=None))
    assert administrator.get("/rx1/").status_code == 404


# Kept pages


def test_a_page_that_was_kept_is_not_shown_after_the_records_changed(here: System) -> None:
    client = signed_in(lead_at(here.northmoor))
    before = words(client.get("/rx1/").content.decode())
    assert "October 2025" in before
    workspace = workspace_of(here.northmoor)
    newest = max(workspace.current().loads_with("positions"), key=lambda load: load.last_month)
    with workspace.change() as change:
        change.remove(newest.number)
    after = words(client.get("/rx1/").content.decode())
    assert "The 12 months to September 2025" in after


def test_pages_are_made_ready_after_a_load(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    from keepwell.web.places.signals import records_changed

    records_changed.send(sender=None, place=here.northmoor)
    work_off()
    asked = queries.Asked(here.northmoor, "esr_staff_in_post", (), queries_first())
    monkeypatch.setattr(queries, "dashboard", lambda *given, **more: pytest.fail("made again"))
    assert "of staff left" in presenters.shown_page(asked).sections


def queries_first() -> tuple[str, ...]:
    from keepwell.web.dashboards.presenters import FIRST

    return FIRST


# Targets


def test_a_target_stands_on_the_page_with_who_set_it(here: System) -> None:
    client = signed_in(lead_at(here.northmoor))
    said = {"measure": "leaver_rate", "value": "8.5", "by_month-month": "10", "by_month-year": "2027", "known": ""}
    assert client.post("/rx1/target/", said).status_code == 302
    assert Target.objects.get().value == pytest.approx(0.085)
    page = words(client.get("/rx1/").content.decode())
    assert "Are we on course for our targets?" in page
    assert "Retention lead" in page


def test_the_second_of_two_people_is_told_and_nothing_is_overwritten(here: System) -> None:
    said = {"measure": "leaver_rate", "value": "8.5", "by_month-month": "10", "by_month-year": "2027", "known": ""}
    first = signed_in(lead_at(here.northmoor))
    second = signed_in(somebody("Second lead", retention_lead=here.northmoor))
    assert first.post("/rx1/target/", said).status_code == 302
    answered = second.post("/rx1/target/", said | {"value": "7"})
    assert answered.status_code == 422
    assert "Somebody else has changed this target" in words(answered.content.decode())
    assert 'value="7"' in answered.content.decode()
    assert [target.value for target in Target.objects.all()] == [pytest.approx(0.085)]


def test_the_tables_leave_as_a_workbook_and_the_register_knows(here: System, recorded: Seen) -> None:
    answered = signed_in(lead_at(here.northmoor)).get("/rx1/take/xlsx/")
    assert answered.status_code == 200
    assert answered.content[:2] == b"PK"
    assert [event.policy for event in recorded("exported")] == ["internal"]
