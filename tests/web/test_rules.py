"""Who may do what where? A role reaches down inside one organisation, and never across to another."""

from __future__ import annotations

import datetime as dt

import pytest
from cast import START, System, somebody, system
from django.db import IntegrityError, transaction
from django.utils import timezone

from keepwell.web.accounts import rules
from keepwell.web.accounts.abilities import ABILITIES, LOAD_DATA, MANAGE_PEOPLE, RELEASE, SEE_FIGURES
from keepwell.web.accounts.actions import (
    close_account,
    confirm,
    end,
    first_administrator,
    first_lead_too,
    grant,
    invite,
)
from keepwell.web.accounts.models import Grant, Role, User
from keepwell.web.accounts.rules import cannot, places_of, standing
from keepwell.web.accounts.telling import told
from keepwell.web.places.actions import move_place, succeed
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> System:
    return system()


def role(key: str) -> Role:
    return Role.objects.get(key=key)


def test_a_role_reaches_down_inside_its_organisation_and_nowhere_else(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    for place in (here.northmoor, here.surgery, here.ward_7, here.medicine):
        assert standing(lead, place).exact
    for place in (here.southmoor, here.icb, here.region, here.network, here.practice):
        assert standing(lead, place) is None
    assert set(places_of(lead)) == {here.northmoor, here.surgery, here.ward_7, here.medicine}


def test_a_role_above_does_not_cross_to_the_organisations_below(here: System) -> None:
    ics_lead = somebody("ICS lead", ics_lead=here.icb)
    assert standing(ics_lead, here.icb).policy == "nhs"
    for place in (here.northmoor, here.ward_7, here.southmoor, here.network, here.practice, here.region):
        assert standing(ics_lead, place) is None
    assert list(places_of(ics_lead)) == [here.icb]


def test_a_network_does_not_see_into_its_practices(here: System) -> None:
    gp_lead = somebody("GP lead", gp_clinical_lead=here.network)
    assert standing(gp_lead, here.practice) is None


def test_a_role_at_a_team_does_not_reach_up_or_across(here: System) -> None:
    manager = somebody("Ward manager", line_manager=here.ward_7)
    assert standing(manager, here.ward_7).policy == "nhs"
    assert [standing(manager, place) for place in (here.surgery, here.northmoor, here.medicine)] == [None] * 3


def test_the_administrator_manages_accounts_and_sees_no_figures_anywhere(here: System) -> None:
    administrator = somebody("Administrator", system_administrator=None)
    for place in Place.objects.all():
        found = standing(administrator, place)
        assert found.policy == "" and SEE_FIGURES not in found.abilities
        assert cannot(administrator, MANAGE_PEOPLE, place) is None
        assert "see the figures" in cannot(administrator, SEE_FIGURES, place)


def test_only_two_roles_see_exact_figures_and_every_other_hides() -> None:
    assert {r.key for r in Role.objects.all() if r.exact} == {"retention_lead", "hr_analyst"}
    assert {
        r.policy for r in Role.objects.exclude(key__in=("retention_lead", "hr_analyst", "system_administrator"))
    } == {"nhs"}
    assert all(set(r.abilities) <= set(ABILITIES) for r in Role.objects.all())


def test_a_new_role_is_a_new_row(here: System) -> None:
    Role.objects.create(key="chaplain", name="Chaplain", about="Listens.", policy="under_10", abilities=["see_figures"])
    found = standing(somebody("Chaplain", chaplain=here.northmoor), here.ward_7)
    assert found.policy == "under_10" and found.abilities == {SEE_FIGURES}


def test_nobody_is_somebody_without_a_grant_in_force(here: System) -> None:
    user = somebody("Former lead", retention_lead=here.northmoor)
    held = Grant.objects.get(user=user)
    for change in (
        {"ended_at": timezone.now()},
        {"until": timezone.localdate() - dt.timedelta(days=1)},
        {"in_force_at": None},
        {"in_force_at": timezone.now() + dt.timedelta(hours=1)},
    ):
        with transaction.atomic():
            Grant.objects.filter(pk=held.pk).update(**change)
            assert standing(User.objects.get(pk=user.pk), here.northmoor) is None
            transaction.set_rollback(True)
    assert standing(User.objects.get(pk=user.pk), here.northmoor) is not None
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert standing(User.objects.get(pk=user.pk), here.northmoor) is None


def test_the_last_day_of_a_role_still_counts(here: System) -> None:
    user = somebody("Leaving lead", retention_lead=here.northmoor)
    Grant.objects.filter(user=user).update(until=timezone.localdate())
    assert standing(User.objects.get(pk=user.pk), here.northmoor) is not None


def test_a_planted_rule_that_crosses_organisations_is_caught(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "reaches", lambda grant, place: grant.place is None or place.lies_in(grant.place))
    with pytest.raises(AssertionError):
        test_a_role_above_does_not_cross_to_the_organisations_below(here)


# Grants


def test_nobody_gives_a_role_to_themselves(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    with pytest.raises(NotAllowed, match="Nobody gives a role to themselves"):
        grant(to=lead, role=role("hr_analyst"), place=here.northmoor, by=lead)
    with pytest.raises(IntegrityError), transaction.atomic():  # the database says so too
        Grant.objects.create(user=lead, role=role("hr_analyst"), place=here.northmoor, granted_by=lead)


def test_exact_figures_are_opened_by_two_people_and_the_governance_lead_is_told(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    second = somebody("Second lead", retention_lead=here.northmoor)
    watching = somebody("Governance lead", information_governance_lead=here.northmoor)
    analyst = somebody("Analyst")
    heard: list[tuple[str, User]] = []

    def listen(event: str, to: User, **more: object) -> None:
        heard.append((event, to))

    told.connect(listen)
    try:
        made = grant(to=analyst, role=role("hr_analyst"), place=here.northmoor, by=lead)
        assert standing(analyst, here.northmoor) is None
        assert ("exact_waiting", watching) in heard
        for by, words in ((lead, "A second person"), (analyst, "Nobody confirms a role of their own")):
            with pytest.raises(NotAllowed, match=words):
                confirm(grant=made, by=by)
        confirm(grant=made, by=second)
        assert ("exact_opened", watching) in heard
    finally:
        told.disconnect(listen)
    assert standing(User.objects.get(pk=analyst.pk), here.northmoor).exact
    with pytest.raises(NotAllowed, match="already"):
        confirm(grant=made, by=second)
    assert not Grant.objects.get(pk=made.pk).without_second_person


def test_a_role_that_hides_is_in_force_at_once(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    manager = somebody("Ward manager")
    grant(to=manager, role=role("line_manager"), place=here.ward_7, by=lead)
    assert standing(manager, here.ward_7).policy == "nhs"


def test_exact_figures_are_opened_for_a_whole_organisation_only(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    with pytest.raises(NotAllowed, match="the whole of Northmoor Trust"):
        grant(to=somebody("Analyst"), role=role("hr_analyst"), place=here.ward_7, by=lead)


@pytest.mark.parametrize("where", ["southmoor", "icb", "practice"])
def test_roles_are_given_at_ones_own_organisation_only(here: System, where: str) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    with pytest.raises(NotAllowed, match="not yours"):
        grant(to=somebody("Friend"), role=role("viewer"), place=getattr(here, where), by=lead)


def test_nobody_becomes_administrator_through_an_organisation(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    for place in (None, here.northmoor):
        with pytest.raises(NotAllowed):
            grant(to=somebody(f"Friend {place}"), role=role("system_administrator"), place=place, by=lead)


def test_a_role_that_sees_figures_is_never_held_on_the_whole_site(here: System) -> None:
    administrator = somebody("Administrator", system_administrator=None)
    with pytest.raises(NotAllowed, match="held at a place"):
        grant(to=somebody("Analyst"), role=role("hr_analyst"), place=None, by=administrator)


def test_a_role_that_was_taken_away_no_longer_works(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    manager = somebody("Ward manager", line_manager=here.ward_7)
    outsider = somebody("Southmoor lead", retention_lead=here.southmoor)
    held = Grant.objects.get(user=manager)
    with pytest.raises(NotAllowed):
        end(grant=held, by=outsider)
    end(grant=held, by=lead)
    assert standing(User.objects.get(pk=manager.pk), here.ward_7) is None
    assert Grant.objects.get(pk=held.pk).ended_by == lead


def test_an_account_is_closed_by_those_who_answer_for_all_of_its_roles(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    both = somebody("Both", line_manager=here.ward_7, viewer=here.southmoor)
    with pytest.raises(NotAllowed, match="not yours to end"):
        close_account(user=both, by=lead)
    administrator = somebody("Administrator", system_administrator=None)
    close_account(user=both, by=administrator)
    assert places_of(User.objects.get(pk=both.pk)).count() == 0
    with pytest.raises(NotAllowed, match="their own account"):
        close_account(user=administrator, by=administrator)


def test_only_somebody_who_manages_people_invites(here: System) -> None:
    with pytest.raises(NotAllowed):
        invite(email="new@example.org", name="New", by=somebody("Ward manager", line_manager=here.ward_7))
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    made = invite(email="New@example.org", name="New", by=lead)
    assert not made.has_usable_password() and made.invited_by == lead
    assert invite(email="new@EXAMPLE.org", name="Again", by=lead) == made


# The first run


def test_the_first_administrator_may_be_the_first_lead_and_it_shows_for_good(here: System) -> None:
    first = first_administrator(email="first@example.org", name="First", password="correct horse battery")
    made = first_lead_too(administrator=first, place=here.northmoor)
    assert made.without_second_person and standing(first, here.northmoor).exact
    with pytest.raises(NotAllowed):
        first_lead_too(administrator=first, place=here.southmoor)
    with pytest.raises(NotAllowed):
        first_administrator(email="second@example.org", name="Second", password="correct horse battery")


def test_the_first_exact_role_that_is_given_needs_no_second_person_the_next_does(here: System) -> None:
    first = first_administrator(email="first@example.org", name="First", password="correct horse battery")
    one = grant(to=somebody("Lead"), role=role("retention_lead"), place=here.northmoor, by=first)
    assert one.without_second_person and one.in_force_at is not None
    two = grant(to=somebody("Another"), role=role("retention_lead"), place=here.southmoor, by=first)
    assert not two.without_second_person and two.in_force_at is None


# The tree


def test_the_tree_is_dated_and_a_move_keeps_what_was(here: System) -> None:
    other = Place.objects.create(slug="qx8", code="QX8", name="Lowland", kind="icb", path="/x/")
    other.path, other.controller = f"/{other.pk}/", other
    other.save()
    move_place(place=here.network, parent=other, start=dt.date(2024, 4, 1))
    here.network.refresh_from_db()
    here.practice.refresh_from_db()
    assert here.practice.path == f"{other.path}{here.network.pk}/{here.practice.pk}/"
    from keepwell.web.places.queries import parent_on

    assert parent_on(here.network, dt.date(2024, 3, 31)) == here.icb
    assert parent_on(here.network, dt.date(2024, 4, 1)) == other
    assert parent_on(here.network, START - dt.timedelta(days=1)) is None
    with pytest.raises(NotAllowed, match="later day"):
        move_place(place=here.network, parent=here.icb, start=dt.date(2024, 4, 1))


@pytest.mark.parametrize(
    ("place", "parent", "words"),
    [
        ("icb", "northmoor", "may lie in"),
        ("network", "practice", "may lie in"),
        ("ward_7", "southmoor", "a part of Northmoor"),
    ],
)
def test_a_place_lies_only_where_it_can(here: System, place: str, parent: str, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        move_place(place=getattr(here, place), parent=getattr(here, parent), start=dt.date(2025, 1, 1))


def test_mergers_are_dated_and_make_no_circle(here: System) -> None:
    succeed(before=here.southmoor, after=here.northmoor, on=dt.date(2025, 4, 1), kind="merger")
    here.southmoor.refresh_from_db()
    assert here.southmoor.closed == dt.date(2025, 3, 31)
    for before, after in (
        (here.northmoor, here.southmoor),
        (here.southmoor, here.northmoor),
        (here.northmoor, here.northmoor),
    ):
        with pytest.raises(NotAllowed):
            succeed(before=before, after=after, on=dt.date(2025, 5, 1), kind="merger")


def test_each_organisation_has_records_of_its_own(here: System) -> None:
    organisations = (here.region, here.icb, here.northmoor, here.southmoor, here.network, here.practice)
    assert len({workspace_of(place).folder for place in organisations}) == len(organisations)
    assert workspace_of(here.ward_7).folder == workspace_of(here.northmoor).folder


def test_releasing_upward_is_for_the_organisation_itself(here: System) -> None:
    from keepwell.web.releases.rules import cannot_draft

    lead = somebody("Retention lead", retention_lead=here.northmoor)
    assert cannot_draft(lead, here.northmoor, here.icb, "nhs") is None
    assert cannot_draft(lead, here.northmoor, here.northmoor, "nhs") is None
    assert "does not lie in" in cannot_draft(lead, here.northmoor, here.southmoor, "nhs")
    assert "hides small numbers" in cannot_draft(lead, here.northmoor, here.icb, "internal")
    assert "releases for all of it" in cannot_draft(lead, here.surgery, here.icb, "nhs")
    ics_lead = somebody("ICS lead", ics_lead=here.icb)
    assert cannot_draft(ics_lead, here.northmoor, here.icb, "nhs") is not None
    analyst = somebody("Analyst", hr_analyst=here.northmoor)
    assert ABILITIES[RELEASE] in cannot_draft(analyst, here.northmoor, here.icb, "nhs")
    assert cannot(analyst, LOAD_DATA, here.ward_7) is None
