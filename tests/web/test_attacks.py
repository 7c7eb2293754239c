"""What did somebody try who should not get it? Each test is an attack on the site that once worked, or nearly did."""

from __future__ import annotations

import datetime as dt
import io
import logging
import shutil
import sys
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from cast import START, System, somebody
from cast import system as cast_system
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.utils.module_loading import import_string

from keepwell.records.workspace import Load
from keepwell.reports.sections import Report
from keepwell.web.accounts.actions import confirm, grant, invite_to
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import cannot_confirm, standing
from keepwell.web.administration.views import people as people_views
from keepwell.web.administration.views import releases as releases_views
from keepwell.web.audit.models import AccessEvent
from keepwell.web.dashboards import queries as dashboards
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.working import Worker
from keepwell.web.places.actions import add_place, move_place, rename_place
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.places.signals import records_changed
from keepwell.web.releases import queries as releases
from keepwell.web.releases.actions import draft, release, withdraw
from keepwell.web.releases.models import Release
from keepwell.web.uploads import actions as uploads
from keepwell.web.uploads.models import LOADING, Upload
from keepwell.web.uploads.presenters import load_lines
from keepwell.web.uploads.quarantine import quarantine
from keepwell.web.uploads.queries import InForce

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)

BECAME = dt.date(2025, 4, 1)


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def with_records(here: System, system: Path) -> System:
    """The cast, with records at Northmoor."""
    folder = workspace_of(here.northmoor).folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(system, folder)
    return here


def role(key: str) -> Role:
    return Role.objects.get(key=key)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def work_off() -> None:
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()


def a_load(rows: int = 119) -> Load:
    """A month of published turnover."""
    at = "2025-11-15T10:00:00+00:00"
    return Load(1, "nhs_turnover", "a.csv", "0" * 64, at, ("RX1",), "2025-09", "2025-09", rows, rows, True, {})


# Other organisations


def test_who_may_load_published_files_is_named_to_their_own_colleagues_only(here: System) -> None:
    somebody("Southmoor analyst", hr_analyst=here.southmoor)
    somebody("Northmoor analyst", hr_analyst=here.northmoor)
    viewer = somebody("Viewer", viewer=here.ward_7)
    page = signed_in(viewer).get(f"/{here.ward_7.slug}/compare/").content.decode()
    assert "Northmoor analyst" in page and "Southmoor analyst" not in page


def test_who_brought_a_published_file_in_is_named_to_their_own_colleagues_only(here: System) -> None:
    stranger = somebody("Southmoor analyst", hr_analyst=here.southmoor)
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    told = {"place": here.southmoor, "by": stranger, "asked_by": stranger, "size": 1, "sha256": "0" * 64}
    theirs = Upload.objects.create(name="a.csv", state="loaded", published=True, load_number=1, **told)
    shown = standing(lead, here.northmoor)
    assert shown is not None
    assert load_lines(shown, [InForce(a_load(), theirs)], published=True)[0].by == "another organisation"


def test_pages_of_two_practices_without_a_code_are_not_mistaken_for_each_other(
    here: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are asked for under the code "": what is kept goes by the place as well."""
    made = [add_place(name=name, kind="practice", parent=here.network, start=START) for name in ("Dale", "Hill")]
    monkeypatch.setattr(dashboards, "GENERAL_PRACTICE", ("nhs_turnover",))
    monkeypatch.setattr(dashboards, "practice_front", lambda s, e, name, m: Report(name, "", "", "", (), {}))

    class Published:
        folder = Path(settings.HOME)

        def current(self) -> object:
            return type("Generation", (), {"loads": [a_load()], "part_names": ()})()

    kept: dict[object, object] = {}
    monkeypatch.setattr(dashboards, "published_workspace", Published)
    monkeypatch.setattr(dashboards, "_open", type("Open", (), {"session": staticmethod(lambda f: _Nothing())}))
    monkeypatch.setattr(dashboards, "kept", lambda w, of, make: kept.setdefault(of, make()))
    shown = [dashboards.practice_page(place) for place in made]
    assert [page.title for page in shown if page] == ["Dale", "Hill"]


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *of: object) -> None: ...


def test_a_directorate_does_not_show_the_figures_of_another_by_being_renamed(here: System) -> None:
    """Its records are found by the name that stands in them."""
    with pytest.raises(NotAllowed, match="by its name"):
        rename_place(place=here.surgery, name="Medicine", known="Surgery")
    rename_place(place=here.northmoor, name="Moor Hospitals", known="Northmoor Trust")


# Exact numbers under a hiding policy


def test_the_register_tells_nobody_how_many_rows_a_file_had(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    told = {"place": here.northmoor, "by": lead, "asked_by": lead, "size": 1, "sha256": "0" * 64}
    made = Upload.objects.create(name="a.csv", state=LOADING, published=True, **told)
    with transaction.atomic():  # as the job that ends with it
        uploads.loaded(made.pk, made.version, a_load(rows=119), ())
    assert "119" not in AccessEvent.objects.filter(kind="loaded").order_by("-number")[0].about


def test_the_same_people_are_not_released_again_in_periods_that_overlap(with_records: System) -> None:
    """Twelve months less six months are the other six, which nobody has protected."""
    here = with_records
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    waiting = draft(by=lead, place=here.northmoor, to=here.icb, months=6, policy="under_10")
    first = draft(by=lead, place=here.northmoor, to=here.icb)
    release(release=first, by=lead)
    with pytest.raises(NotAllowed, match="in another form"):
        draft(by=lead, place=here.northmoor, to=here.icb, months=6)
    with pytest.raises(NotAllowed, match="in another form"):
        release(release=waiting, by=lead)
    work_off()
    withdraw(release=first, by=lead)
    for other in ({"months": 3}, {"policy": "under_10"}, {"tables": (("directorate",),)}):
        with pytest.raises(NotAllowed, match="in another form"):
            draft(by=lead, place=here.northmoor, to=here.icb, **other)
    again = draft(by=lead, place=here.northmoor, to=here.icb)
    release(release=again, by=lead)
    draft(by=lead, place=here.northmoor, to=here.region, months=6)  # somebody else, who had nothing


def test_what_is_released_again_has_the_periods_that_it_had(with_records: System) -> None:
    """A month later the newest twelve months less the earlier ones would tell of single months."""
    here = with_records
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    first = draft(by=lead, place=here.northmoor, to=here.icb)
    Release.objects.filter(pk=first.pk).update(
        state=Release.WITHDRAWN, first="2025-09", released_by=lead, withdrawn_by=lead
    )
    first.packs.create(last_month="2025-09", sha256="0" * 64, content=b"{}")
    assert draft(by=lead, place=here.northmoor, to=here.icb).first == "2025-09"


@pytest.mark.parametrize(("had_to", "may"), [("2025-06", True), ("2025-07", False)])
def test_another_form_begins_after_all_that_was_had(with_records: System, had_to: str, may: bool) -> None:
    """Records go to October: a quarter begins in August, with the staff at the end of July."""
    here = with_records
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    first = draft(by=lead, place=here.northmoor, to=here.icb)
    gone = {"state": Release.WITHDRAWN, "first": had_to, "released_by": lead, "withdrawn_by": lead}
    Release.objects.filter(pk=first.pk).update(**gone)
    first.packs.create(last_month=had_to, sha256="0" * 64, content=b"{}")
    if may:
        assert draft(by=lead, place=here.northmoor, to=here.icb, months=3).first == "2025-10"
    else:
        with pytest.raises(NotAllowed, match="in another form"):
            draft(by=lead, place=here.northmoor, to=here.icb, months=3)


# Places that move


def test_a_board_gets_nothing_more_of_a_trust_that_has_left_it(with_records: System) -> None:
    here = with_records
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    late = draft(by=lead, place=here.northmoor, to=here.icb)
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    work_off()
    release(release=made, by=lead)
    work_off()
    assert list(releases.in_force_to(here.icb)) == [Release.objects.get(pk=made.pk)]
    other = add_place(name="Lowland", kind="icb", parent=here.region, start=START, code="QX8")
    move_place(place=here.northmoor, parent=other, start=BECAME)
    assert not releases.in_force_to(here.icb).exists()
    with pytest.raises(NotAllowed, match="does not lie in"):
        release(release=Release.objects.get(pk=late.pk), by=User.objects.get(pk=lead.pk))
    records_changed.send(sender=None, place=here.northmoor)
    assert not Job.objects.filter(name="releases.hand_over", state="waiting").exists()


def test_a_release_that_is_on_its_way_when_the_trust_leaves_does_not_arrive(with_records: System) -> None:
    here = with_records
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    made = draft(by=lead, place=here.northmoor, to=here.icb)
    release(release=made, by=lead)
    other = add_place(name="Lowland", kind="icb", parent=here.region, start=START, code="QX8")
    move_place(place=here.northmoor, parent=other, start=BECAME)
    work_off()
    made.refresh_from_db()
    assert made.state == Release.DRAFT and "does not lie in" in made.refused[0]
    assert not made.packs.exists()


def test_a_move_is_not_written_down_before_its_day(here: System) -> None:
    """Who sees what goes by where a place lies today."""
    other = add_place(name="Lowland", kind="icb", parent=here.region, start=START, code="QX8")
    tomorrow = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=2)
    with pytest.raises(NotAllowed, match="on the day"):
        move_place(place=here.northmoor, parent=other, start=tomorrow)


# Roles


@pytest.mark.parametrize("second", ["Lead+two@example.org", "lead+2@EXAMPLE.org"])
def test_nobody_gives_a_role_to_a_second_address_of_the_same_mailbox(here: System, second: str) -> None:
    lead = somebody("Lead", retention_lead=here.northmoor)
    with pytest.raises(NotAllowed, match="themselves"):
        invite_to(email=second, name="A", role=role("information_governance_lead"), place=here.northmoor, by=lead)
    assert not User.objects.filter(email__iexact=second).exists()


def test_nobody_confirms_what_they_gave_by_a_second_address_of_the_same_mailbox(here: System) -> None:
    lead = somebody("Lead", retention_lead=here.northmoor)
    other = somebody("Lead+2", information_governance_lead=here.northmoor)
    given = grant(to=somebody("Friend"), role=role("hr_analyst"), place=here.northmoor, by=lead)
    assert cannot_confirm(other, given) == "A second person has to confirm what you have given."
    own = Grant.objects.create(user=somebody("Lead+3"), role=role("hr_analyst"), place=here.northmoor)
    assert cannot_confirm(other, own) == "Nobody confirms a role of their own."


def test_of_two_who_confirm_at_once_the_second_is_told_and_no_page_breaks(
    here: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = somebody("Lead", retention_lead=here.northmoor)
    one, two = somebody("One", retention_lead=here.northmoor), somebody("Two", retention_lead=here.northmoor)
    given = grant(to=somebody("Friend"), role=role("hr_analyst"), place=here.northmoor, by=lead)
    confirm(grant=given, by=one)
    monkeypatch.setattr(people_views, "cannot_confirm", lambda by, grant: None)  # asked just before
    answer = signed_in(two).post(f"/rx1/people/{given.pk}/confirm/")
    assert answer.status_code == 409 and "confirmed or ended already" in answer.content.decode()
    assert Grant.objects.get(pk=given.pk).confirmed_by == one


def test_of_two_who_invite_or_give_the_same_at_once_the_second_is_told(
    here: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database says no to the second, and its words, with the address in them, reach no page and no log."""
    lead = somebody("Lead", retention_lead=here.northmoor)

    def quicker(password: None) -> str:
        User.objects.bulk_create([User(email="new@example.org", name="Invited just now", password="!")])
        return "!"

    monkeypatch.setattr("keepwell.web.accounts.actions.make_password", quicker)
    one = invite_to(email="New@example.org", name="New", role=role("viewer"), place=here.ward_7, by=lead)
    assert one.user.name == "Invited just now"
    monkeypatch.setattr("keepwell.web.accounts.actions.cannot_grant", lambda *told: None)
    with pytest.raises(NotAllowed, match="viewer there already") as told:
        grant(to=one.user, role=role("viewer"), place=here.ward_7, by=lead)
    assert "new@" not in str(told.value)


def test_of_two_who_end_a_role_at_once_the_second_is_told(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = somebody("Lead", retention_lead=here.northmoor)
    somebody("Manager", line_manager=here.ward_7)
    held = Grant.objects.get(role__key="line_manager")
    monkeypatch.setattr(people_views, "cannot_end", lambda by, grant: None)
    page = signed_in(lead)
    assert page.post(f"/rx1/people/{held.pk}/end/").status_code == 302
    answer = page.post(f"/rx1/people/{held.pk}/end/")
    assert answer.status_code == 409 and "ended already" in answer.content.decode()


def test_of_two_who_withdraw_at_once_the_second_is_told(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    lead = somebody("Lead", retention_lead=here.northmoor)
    told = {"policy": "nhs", "first": "2025-10", "source": "esr_staff_in_post", "drafted_by": lead, "released_by": lead}
    made = Release.objects.create(place=here.northmoor, to=here.icb, audience="a", state=Release.RELEASED, **told)

    def just_before(by: User, release: Release) -> object:
        line = shown(by, release)
        withdraw(release=release, by=lead)
        return line

    shown, before = releases_views.release_line, AccessEvent.objects.count()
    monkeypatch.setattr(releases_views, "release_line", just_before)
    answer = signed_in(lead).post(f"/rx1/released/{made.pk}/withdraw/")
    assert answer.status_code == 409 and "withdrawn already" in answer.content.decode()
    assert AccessEvent.objects.filter(kind="withdrawn", number__gt=before).count() == 1


# Ways in


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_signing_in_leads_to_no_other_site(here: System, to: str) -> None:
    page = signed_in(somebody("Lead", retention_lead=here.northmoor))
    for address in ("/sign-in/", "/account/confirm/"):
        answer = page.get(address, {"next": to})
        assert "evil" not in answer.get("Location", "") and "javascript:" not in answer.get("Location", "")


def test_another_host_is_refused_and_named_nowhere(here: System) -> None:
    answer = Client().get("/sign-in/", HTTP_HOST="evil.example")
    assert answer.status_code == 400 and b"evil" not in answer.content


# What is kept and written down


def test_what_is_kept_of_changes_has_no_address_of_who_made_them(here: System) -> None:
    page = signed_in(somebody("Administrator", system_administrator=None))
    answer = page.post("/rx1/place/rename/", {"name": "Moor", "known": "Northmoor Trust"}, HTTP_X_FORWARDED_PORT="4321")
    assert answer.status_code == 302
    made = LogEntry.objects.filter(actor__isnull=False)
    assert made.exists() and not made.exclude(actor_email=None).exists() and not made.exclude(remote_port=None).exists()


def test_an_error_that_nobody_foresaw_leaves_its_place_in_the_log_and_not_its_words() -> None:
    known = settings.LOGGING["formatters"]["plain"]
    made = import_string(known["class"])(known["format"])
    try:
        try:
            raise KeyError("jane.doe@example.org")
        except KeyError as error:
            raise ValueError("Key (email)=(jane.doe@example.org) already exists") from error
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, __file__, 1, "Broken", (), sys.exc_info())
    said = made.format(record)
    assert "jane" not in said and "ValueError" in said and "KeyError" in said and "test_attacks.py" in said


def test_the_log_says_which_page_broke_and_not_which_link_was_followed() -> None:
    known = settings.LOGGING["formatters"]["plain"]
    made = import_string(known["class"])(known["format"])
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, "Broken: %s", ("/invitation/1-a-b/",), None
    )
    match = type("Match", (), {"route": "invitation/<str:token>/"})
    record.request = type("Request", (), {"path": "/invitation/1-a-b/", "resolver_match": match})
    said = made.format(record)
    assert "1-a-b" not in said and "/invitation/<str:token>/" in said


@pytest.mark.parametrize("address", ["data/choose/", "people/invite/", "released/prepare/", "target/"])
def test_a_form_of_another_site_changes_nothing(here: System, address: str) -> None:
    client, before = Client(enforce_csrf_checks=True), set(quarantine().iterdir())
    lead = somebody("Lead", retention_lead=here.northmoor)
    client.force_login(lead, backend=settings.AUTHENTICATION_BACKENDS[-1])
    answer = client.post(f"/rx1/{address}", {"file": io.BytesIO(b"a,b\n")}, HTTP_ORIGIN="https://evil.example")
    assert answer.status_code == 403
    assert not Upload.objects.exists() and set(quarantine().iterdir()) == before


def test_what_a_file_is_called_and_holds_is_never_run(here: System) -> None:
    """Names of files, headings and places come from outside: a page shows them as they are."""
    bad = "<script>alert(1)</script>"
    lead = somebody("Lead", retention_lead=here.northmoor)
    looked = {"format": None, "title": bad, "people": False, "likely_format": "staff_list", "check": None}
    heading = {"heading": bad, "field": None, "dropped": False, "likely": []}
    heading |= {"different": 1, "share_empty": 0.0, "looks_like": "text", "examples": [bad]}
    looked |= {"headings": [heading], "missing": [{"field": "fte", "means": bad, "likely": [bad]}]}
    looked |= {"can_be_left_out": [], "left_out": [], "refusal": [bad, bad, bad]}
    told = {"size": 1, "sha256": "0" * 64, "state": "ready", "looked": looked}
    upload = Upload.objects.create(place=here.northmoor, by=lead, name=f"{bad}.csv", **told)
    add_place(name=bad, kind="directorate", parent=here.northmoor, start=START)
    page = signed_in(lead)
    for address in ("data/", f"data/{upload.pk}/", "", "people/", "people/invite/", "place/"):
        answer = page.get(f"/rx1/{address}")
        assert answer.status_code == 200, address
        assert bad not in answer.content.decode(), address
