"""Who has seen or taken what? The register is whole, or says where it is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from cast import System, somebody, system
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from keepwell.web.accounts.actions import confirm, end, first_administrator, grant, invite
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.telling import told
from keepwell.web.audit.actions import record, record_view
from keepwell.web.audit.chain import BEGINNING
from keepwell.web.audit.models import UPWARD, AccessEvent, ChainEnd, Kind, NeverChanged
from keepwell.web.audit.presenters import chain_in_words, in_words, line, this_month
from keepwell.web.audit.queries import chain_end, entries, of_person, seen, verify
from keepwell.web.audit.rules import cannot_see_register
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

PAGE = "How are we doing"
EVENTS, END = "audit_accessevent", "audit_chainend"


@pytest.fixture
def here() -> System:
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Retention lead", retention_lead=here.northmoor)


@pytest.fixture
def watcher(here: System) -> User:
    return somebody("Watcher", information_governance_lead=here.northmoor)


def viewed(by: User, place, exact=True, **more):
    request = RequestFactory().get("/")
    request.user = by
    return record_view(request, PAGE, place, exact, **more)


# What is written


def test_a_view_says_who_in_which_role_saw_what_under_which_policy(here, lead):
    event = viewed(lead, here.surgery, filters={"sex": ["Female"], "band": ("Band 5", "Band 6")})
    kept = AccessEvent.objects.get(pk=event.pk)
    assert (kept.person, kept.name, kept.roles) == (lead.pk, "Retention lead", "Retention lead")
    assert (kept.kind, kept.what, kept.place, kept.place_name) == (Kind.VIEWED, PAGE, here.surgery.pk, "Surgery")
    assert kept.policy == "internal" and kept.exact
    assert kept.query == {"band": ["Band 5", "Band 6"], "sex": ["Female"]}
    assert abs(kept.at - timezone.now()) < dt.timedelta(minutes=1)


def test_a_view_without_exact_figures_names_the_policy_of_the_role(here, lead):
    manager = somebody("Ward manager", line_manager=here.ward_7)
    assert viewed(manager, here.ward_7, exact=False).policy == "nhs"
    assert viewed(lead, here.ward_7, exact=False).policy == ""


def test_what_somebody_types_into_the_address_is_not_kept(here, lead):
    request = RequestFactory().get("/?band=Jane+Doe&q=Jane+Doe")
    request.user = lead
    event = record_view(request, PAGE, here.northmoor, True)
    assert "Jane" not in str({f.attname: getattr(event, f.attname) for f in event._meta.fields})


def test_an_event_goes_with_the_transaction_of_what_it_records(here, lead):
    before = chain_end().count

    @transaction.atomic
    def fails():
        viewed(lead, here.northmoor)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert chain_end().count == before
    viewed(lead, here.northmoor)
    assert verify() is None


def test_people_and_roles_get_into_the_register_by_themselves(here):
    first = first_administrator(email="a@example.org", name="First", password="a long password of mine")
    one = somebody("One", retention_lead=here.northmoor)
    two = somebody("Two", retention_lead=here.northmoor)
    new = invite(email="new@example.org", name="New", by=one)
    made = grant(to=new, role=Role.objects.get(key="hr_analyst"), place=here.northmoor, by=one)
    confirm(grant=made, by=two)
    end(grant=Grant.objects.get(pk=made.pk), by=one)
    told.send(sender=User, event="closed", to=new, by=first)
    found = [(e.kind, e.name, e.about, e.place) for e in AccessEvent.objects.filter(number__gt=0).order_by("number")][
        -5:
    ]
    about, place = "HR analyst: New", here.northmoor.pk
    assert found == [
        ("invited", "One", "New", None),
        ("granted", "One", about, place),
        ("confirmed", "Two", about, place),
        ("ended", "One", about, place),
        ("closed", "First", "New", None),
    ]


def test_the_only_grant_without_a_second_person_is_marked(here):
    user = somebody("Alone")
    Grant.objects.create(
        user=user,
        role=Role.objects.get(key="retention_lead"),
        place=here.northmoor,
        in_force_at=timezone.now(),
        without_second_person=True,
    )
    assert AccessEvent.objects.first().about == "Retention lead: Alone, without a second person"


def test_signing_in_and_out_is_written_and_a_lock_out_without_the_address(rf, lead):
    from axes.signals import user_locked_out

    request = rf.get("/")
    request.user, request.axes_ip_address = lead, "127.0.0.1"
    request.axes_failures_since_start, request.axes_credentials = 0, {}
    request.axes_attempt_time, request.axes_path_info = timezone.now(), "/"
    request.axes_user_agent = request.axes_http_accept = ""
    user_logged_in.send(sender=User, request=request, user=lead)
    user_logged_out.send(sender=User, request=request, user=lead)
    user_locked_out.send("axes", request=request, username="jane@example.org", ip_address="127.0.0.1")
    found = [(e.kind, e.name, e.about) for e in AccessEvent.objects.all()[:3]]
    assert found == [
        ("refused", "", "too many wrong passwords"),
        ("signed out", "Retention lead", ""),
        ("signed in", "Retention lead", ""),
    ]


# What is never changed


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.save(),
        lambda e: e.delete(),
        lambda e: AccessEvent.objects.update(name="Nobody"),
        lambda e: AccessEvent.objects.all().delete(),
        lambda e: AccessEvent.objects.bulk_create([]),
        lambda e: AccessEvent.objects.bulk_update([e], ["name"]),
    ],
)
def test_the_models_refuse_to_change_the_register(here, lead, change: Callable[[AccessEvent], object]):
    event = viewed(lead, here.northmoor)
    with pytest.raises(NeverChanged):
        change(event)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE {EVENTS} SET name = 'Nobody'",
        f"DELETE FROM {EVENTS}",
        f"UPDATE {END} SET count = count + 1",
        f"UPDATE {END} SET count = 0, hash = '{BEGINNING}'",
        f"UPDATE {END} SET hash = '{BEGINNING}'",
        f"DELETE FROM {END}",
        f"INSERT INTO {END} (id, count, hash) VALUES (2, 0, '{BEGINNING}')",
        f"INSERT INTO {EVENTS} SELECT number + 2, at, person, name, roles, kind, what, about, place, place_name, policy,"
        f" query, 'x', hash FROM {EVENTS} ORDER BY number DESC LIMIT 1",
        f"INSERT INTO {EVENTS} SELECT number + 1, at, person, name, roles, kind, what, about, place, place_name, policy,"
        f" query, 'x', hash FROM {EVENTS} ORDER BY number DESC LIMIT 1",
    ],
)
def test_the_database_refuses_to_change_the_register(here, lead, statement):
    viewed(lead, here.northmoor)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert verify() is None


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="only PostgreSQL has TRUNCATE")
@pytest.mark.parametrize("table", [EVENTS, END])
def test_the_database_refuses_to_empty_the_register(table):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


# What was planted past the guards is found


def past_the_guards() -> None:
    """Take triggers and constraints away, as somebody who owns the database can. Undone with the test's transaction."""
    with connection.cursor() as cursor:
        for table in (EVENTS, END):
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_was")
            cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM {table}_was")


def put_in(number: int, previous: str, hash_: str | None = None) -> str:
    """Put an event in as somebody would who knows how hashes are made."""
    event = AccessEvent(number=number, at=timezone.now(), kind="viewed", what="planted", previous=previous)
    event.hash = hash_ or event.hashed()
    event.save()
    return event.hash


PLANTED = {
    "a changed name": (f"UPDATE {EVENTS} SET name = 'Nobody' WHERE number = %s", "it was changed after it was written"),
    "a changed policy": (f"UPDATE {EVENTS} SET policy = '' WHERE number = %s", "it was changed after it was written"),
    "a changed number": (f"UPDATE {EVENTS} SET number = number + 1000 WHERE number = %s", "an event is missing"),
    "an event taken out": (f"DELETE FROM {EVENTS} WHERE number = %s", "an event is missing"),
    "another link": (f"UPDATE {EVENTS} SET previous = 'x' WHERE number = %s", "it does not follow the event before it"),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_was_changed_past_the_guards_is_found_where_it_is(here, lead, planted):
    number = [viewed(lead, here.northmoor).number for _ in range(5)][2]
    past_the_guards()
    assert verify() is None
    statement, why = PLANTED[planted]
    with connection.cursor() as cursor:
        cursor.execute(statement, [number])
    found = verify()
    assert found is not None
    assert (found.number, found.why.partition(",")[0]) == (number, why)
    assert chain_in_words(found, 5).startswith(f"The register was tampered with at entry {number:,}: {why}")


@pytest.mark.parametrize("field", [f.attname for f in AccessEvent._meta.fields if f.attname != "hash"])
def test_no_field_of_an_event_can_be_changed_unseen(here, lead, field):
    event = viewed(lead, here.northmoor)
    other = {"at": event.at + dt.timedelta(microseconds=1), "person": 0, "place": 0, "number": 0, "query": {"sex": []}}
    setattr(event, field, other.get(field, "other"))
    assert event.hashed() != event.hash


def test_an_event_put_in_between_is_found(here, lead):
    events = [viewed(lead, here.northmoor) for _ in range(5)]
    past_the_guards()
    put_in(events[2].number, events[1].hash)
    assert verify().number in (events[2].number, events[3].number)


def test_a_forked_chain_is_found(here, lead):
    events = [viewed(lead, here.northmoor) for _ in range(5)]
    past_the_guards()
    put_in(events[4].number + 1, events[2].hash)
    assert verify().number == events[4].number + 1


def test_an_event_that_is_cut_off_the_end_or_added_to_it_is_found(here, lead):
    events = [viewed(lead, here.northmoor) for _ in range(3)]
    past_the_guards()
    put_in(events[2].number + 1, events[2].hash)
    assert verify().number == events[2].number + 2
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {EVENTS} WHERE number >= %s", [events[2].number])
    assert verify().number == events[2].number
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {END}")
    assert verify() is not None


def test_the_newest_events_can_be_verified_alone(here, lead):
    events = [viewed(lead, here.northmoor) for _ in range(5)]
    past_the_guards()
    count = chain_end().count
    assert verify(newest=3) is verify(newest=count) is verify(newest=10 * count) is None
    assert (
        chain_in_words(None, count, newest=3)
        == f"The newest 3 of {count} entries are whole: none changed or taken out."
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {EVENTS} SET name = 'Nobody' WHERE number = %s", [events[1].number])
    assert verify(newest=3) is None
    assert verify(newest=4).number == verify().number == events[1].number
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {EVENTS} WHERE number = %s", [events[4].number])
    assert verify(newest=2).number == events[4].number


def test_no_two_events_follow_the_same_one(here, lead):
    """The database's own guard against a fork, without the triggers: a previous stands once."""
    event = viewed(lead, here.northmoor)
    assert AccessEvent._meta.get_field("previous").unique
    with pytest.raises(DatabaseError), transaction.atomic():
        put_in(event.number + 1, event.previous)


# Who may read it


def test_only_a_role_that_may_see_the_register_reads_it(here, lead, watcher):
    viewed(lead, here.ward_7)
    assert cannot_see_register(watcher, here.northmoor) is None
    assert cannot_see_register(lead, here.northmoor) == (
        "Your role here (Retention lead) does not let you see who has seen and taken what."
    )
    for user, place in (
        (lead, here.northmoor),
        (watcher, here.southmoor),
        (watcher, here.icb),
        (somebody("Administrator", system_administrator=None), here.northmoor),
    ):
        with pytest.raises(NotAllowed) as refused:
            entries(user, place)
        assert refused.value.wrong == cannot_see_register(user, place)
        with pytest.raises(NotAllowed):
            seen(user, place, this_month())


def test_the_register_of_an_organisation_holds_its_parts_and_no_other(here, lead, watcher):
    colleague = somebody("Colleague", retention_lead=here.southmoor)
    ours = viewed(lead, here.ward_7)
    viewed(colleague, here.southmoor)
    places = set(entries(watcher, here.northmoor).values_list("place", flat=True))
    assert here.southmoor.pk not in places
    assert entries(watcher, here.northmoor, people=[lead.pk]).first() == ours
    assert list(entries(watcher, here.medicine)) == []


def test_entries_can_be_filtered(here, lead, watcher):
    first = viewed(lead, here.northmoor)
    second = viewed(lead, here.northmoor, exact=False)
    third = record(by=lead, kind=Kind.EXPORTED, what=PAGE, place=here.northmoor, policy="internal")
    mine = {"people": [lead.pk]}
    assert list(entries(watcher, here.northmoor, exact=True, **mine)) == [third, first]
    assert second in entries(watcher, here.northmoor, exact=False, **mine)
    assert list(entries(watcher, here.northmoor, kinds=["exported"], **mine)) == [third]
    assert list(entries(watcher, here.northmoor, since=third.at, **mine)) == [third]
    assert third not in entries(watcher, here.northmoor, until=third.at, **mine)


def test_a_summary_counts_each_person_once(here, lead, watcher):
    manager, analyst = (somebody("Manager", line_manager=here.ward_7), somebody("Analyst", hr_analyst=here.northmoor))
    since = timezone.now()
    for user, place, exact in (
        (lead, here.northmoor, True),
        (lead, here.ward_7, True),
        (analyst, here.northmoor, True),
        (manager, here.ward_7, False),
    ):
        viewed(user, place, exact)
    record(by=lead, kind=Kind.EXPORTED, what=PAGE, place=here.northmoor, policy="nhs")
    record(by=lead, kind=Kind.RELEASED, what=UPWARD, place=here.northmoor, policy="nhs", about="to Moorland")
    found = seen(watcher, here.northmoor, since)
    assert (found.people_exact, found.people, found.viewed, found.exported, found.released) == (2, 3, 4, 1, 1)
    assert in_words(found) == "This month: 2 people viewed exact figures, 1 export, 1 release upward."
    assert seen(watcher, here.northmoor, since - dt.timedelta(days=9), since).viewed == 0


def test_everybody_can_see_what_the_register_holds_of_them(here, lead, watcher):
    mine = viewed(lead, here.northmoor)
    assert mine in of_person(lead)
    assert mine not in of_person(watcher)


def test_an_event_reads_as_a_sentence(here, lead):
    read = line(viewed(lead, here.ward_7, filters={"staff_group": ["Midwives"], "sex": []}))
    assert (read.who, read.did, read.what, read.place) == ("Retention lead", "viewed", PAGE, "Ward 7")
    assert (read.figures, read.filters) == ("exact figures", "staff group: Midwives")
    assert line(record(by=None, kind=Kind.REFUSED, what="Signing in")).who == "Somebody who was not signed in"


def test_the_chain_begins_with_nothing_before_it_and_says_that_it_is_whole(here, lead):
    viewed(lead, here.northmoor)
    assert ChainEnd.objects.count() == 1
    assert AccessEvent.objects.get(number=1).previous == BEGINNING
    assert chain_in_words(verify(), 1) == "The register is whole: 1 entry, none changed or taken out."


def test_this_month_begins_at_midnight_in_england():
    assert this_month(dt.datetime(2025, 6, 30, 23, 30, tzinfo=dt.UTC)).isoformat() == "2025-07-01T00:00:00+01:00"
