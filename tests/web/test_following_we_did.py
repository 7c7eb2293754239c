"""Are staff told what was done, in words that a second person has read, without owners and without loose figures?"""

from __future__ import annotations

import pytest
from cast import somebody, system
from django.db import IntegrityError, transaction
from test_following import START, after, agreed_action, said
from test_following_pages import client_of, words

from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.following import unit_actions, unit_queries, we_did_actions, we_did_queries
from keepwell.web.following.models import WeDid
from keepwell.web.following.unit_actions import Numbers
from keepwell.web.following.unit_queries import Reach
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans
from keepwell.web.plans.actions import Quicker
from keepwell.web.plans.models import Action

pytestmark = pytest.mark.django_db

SAID, DID = "We want a say in our rota.", "Wards that asked for it write their own rota."


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def analyst(at) -> User:
    return somebody("Ana", hr_analyst=at.northmoor)


@pytest.fixture
def owner(at) -> User:
    return somebody("Ola Owner", contributor=at.surgery)


@pytest.fixture
def done(at, lead, owner) -> Action:
    action = agreed_action(at.northmoor, lead, owner)
    return plans.finish(action=action, state=Action.FINISHED, by=owner)


def worded(action: Action, by: User, you_said: str = SAID, we_did: str = DID, known: int | None = None) -> WeDid:
    return we_did_actions.word(action=action, you_said=you_said, we_did=we_did, known=known, by=by)


def shown(action: Action, first: User, second: User) -> WeDid:
    told = worded(action, first)
    return we_did_actions.approve(we_did=told, known=told.version, vouched=False, by=second)


class TestWording:
    def test_it_is_told_of_what_is_finished_only(self, at, lead):
        action = agreed_action(at.northmoor, lead)
        with pytest.raises(NotAllowed, match="Staff are told of what is done: finish the action first"):
            worded(action, lead)

    def test_who_does_not_write_the_plan_does_not_word_it(self, at, done, owner):
        for other in (owner, somebody("Vi", viewer=at.northmoor), somebody("Sam", retention_lead=at.southmoor)):
            with pytest.raises(NotAllowed):
                worded(done, other)

    @pytest.mark.parametrize("text", ["Ola Owner wrote it.", "Thanks to OLA  OWNER!", "Ola-Owner did."])
    def test_it_does_not_name_the_owner(self, done, lead, text):
        with pytest.raises(NotAllowed, match="It names who owns the action"):
            worded(done, lead, we_did=text)
        with pytest.raises(NotAllowed, match="It names who owns the action"):
            worded(done, lead, you_said=text)

    def test_a_name_inside_a_longer_word_is_no_name(self, at, lead):
        owner = somebody("Al", contributor=at.northmoor)
        action = agreed_action(at.northmoor, lead, owner)
        plans.finish(action=action, state=Action.FINISHED, by=owner)
        assert worded(action, lead, we_did="All wards have it.").pk

    @pytest.mark.parametrize("text", ["", " ", "…"])
    def test_no_words_are_none(self, done, lead, text):
        with pytest.raises(NotAllowed, match="Say it in a sentence or two"):
            worded(done, lead, we_did=text)

    def test_of_two_who_word_it_at_once_the_second_is_told(self, done, lead, analyst):
        worded(done, lead)
        with pytest.raises(Quicker, match="Somebody else has worded this since you opened the page: Robin"):
            worded(done, analyst, we_did="Other words.")
        assert WeDid.objects.get().we_did == DID

    def test_it_begins_with_what_the_last_check_in_says(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead, owner)
        said(action, "1-day_90", owner, 90, progress="finished", told_staff="You said: rota. We did: wards write it.")
        opened = client_of(lead).get(f"/rx1/actions/{action.pk}/we-did/")
        assert "You said: rota. We did: wards write it." in words(opened)

    def test_it_can_be_worded_after_the_plan_is_closed(self, done, lead):
        plans.close(plan=done.plan, by=lead)
        assert worded(done, lead).version == 1


class TestApproving:
    def test_who_worded_it_does_not_approve_it(self, done, lead, analyst):
        told = worded(done, lead)
        with pytest.raises(NotAllowed, match="Who worded it does not approve it"):
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead)

    def test_nor_does_the_same_mailbox_under_another_name(self, at, done, lead):
        told = worded(done, lead)
        twin = somebody("Twin", retention_lead=at.northmoor)
        twin.email = lead.email.replace("@", "+2@")
        twin.save()
        with pytest.raises(NotAllowed, match="Who worded it does not approve it"):
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=twin)

    def test_the_database_holds_two_people_apart(self, done, lead):
        told = worded(done, lead)
        with pytest.raises(IntegrityError), transaction.atomic():
            WeDid.objects.filter(pk=told.pk).update(approved_by=lead)

    def test_who_writes_plans_and_does_not_lead_them_does_not_approve_it(self, done, lead, analyst):
        told = worded(done, lead)
        with pytest.raises(NotAllowed, match="does not let you agree a plan"):
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=analyst)

    def test_worded_anew_it_is_approved_anew(self, at, done, lead, analyst):
        shown(done, analyst, lead)
        told = worded(done, analyst, we_did="Other words.", known=1)
        assert not told.shown
        assert not we_did_queries.shown_at(at.northmoor)

    def test_what_was_worded_anew_since_it_was_read_is_not_approved_unread(self, done, lead, analyst):
        told = worded(done, analyst)
        worded(done, analyst, we_did="Other words.", known=1)
        with pytest.raises(Quicker, match="worded anew since you opened the page: Ana"):
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead)

    @pytest.mark.parametrize("text", ["Leaving fell to 9%.", "Fewer leave: 12.", "Half of you asked.", "Three wards."])
    def test_numbers_are_shown_only_where_somebody_vouches_for_them(self, done, lead, analyst, text):
        told = worded(done, analyst, we_did=text)
        with pytest.raises(NotAllowed, match="There are numbers in it"):
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead)
        assert we_did_actions.approve(we_did=told, known=1, vouched=True, by=lead).figures_released

    def test_a_day_is_no_such_number(self, done, lead, analyst):
        told = worded(done, analyst, we_did="Since 1 April 2026 you write your own rota.")
        assert we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead).shown

    def test_it_goes_into_the_register(self, done, lead, analyst):
        told = shown(done, analyst, lead)
        we_did_actions.withdraw(we_did=told, by=lead)
        found = AccessEvent.objects.filter(what="What staff are told").order_by("number")
        assert [event.kind for event in found] == ["released", "withdrawn"]


class TestReading:
    def test_everybody_with_a_role_in_the_organisation_reads_it_and_nobody_else(self, at, done, lead, analyst):
        told = shown(done, analyst, lead)
        for inside in ({"contributor": at.ward_7}, {"listener": at.northmoor}, {"viewer": at.medicine}):
            reader = client_of(somebody(f"Reader {next(iter(inside))}", **inside))
            assert DID in words(reader.get("/rx1/we-did/"))
            assert reader.get(f"/rx1/we-did/{told.pk}/").status_code == 200
            assert reader.get(f"/rx1/we-did/{told.pk}/poster/").status_code == 200
        for outside in ({"retention_lead": at.southmoor}, {"ics_lead": at.icb}):
            reader = client_of(somebody(f"Reader {next(iter(outside))}", **outside))
            for rest in ("", f"{told.pk}/", f"{told.pk}/poster/"):
                assert reader.get(f"/rx1/we-did/{rest}").status_code == 404

    def test_the_page_never_shows_who_owns_it(self, at, done, lead, analyst):
        told = shown(done, analyst, lead)
        reader = client_of(somebody("Reader", contributor=at.ward_7))
        for rest in ("", f"{told.pk}/", f"{told.pk}/poster/"):
            seen = words(reader.get(f"/rx1/we-did/{rest}"))
            assert DID in seen
            assert not any(name in seen for name in ("Ola Owner", "Ana", "Robin"))

    def test_before_it_is_approved_and_once_withdrawn_only_those_who_write_see_it(self, at, done, lead, analyst):
        told = worded(done, analyst)
        reader, writer = client_of(somebody("Reader", viewer=at.northmoor)), client_of(lead)

        def seen(client) -> bool:
            found = client.get(f"/rx1/we-did/{told.pk}/").status_code == 200
            assert (DID in words(client.get("/rx1/we-did/"))) is found
            return found

        assert (seen(reader), seen(writer)) == (False, True)
        we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead)
        assert (seen(reader), seen(writer)) == (True, True)
        we_did_actions.withdraw(we_did=told, by=lead)
        assert (seen(reader), seen(writer)) == (False, True)
        assert writer.get(f"/rx1/we-did/{told.pk}/poster/").status_code == 404

    def test_a_part_shows_its_own_and_what_is_told_above_it_and_not_its_neighbours(self, at, lead, analyst):
        for place, text in (
            (at.northmoor, "Whole"),
            (at.surgery, "Surgery's"),
            (at.ward_7, "Ward's"),
            (at.medicine, "M"),
        ):
            action = agreed_action(place, lead)
            plans.finish(action=action, state=Action.FINISHED, by=lead)
            told = worded(action, analyst, we_did=f"{text} words")
            we_did_actions.approve(we_did=told, known=1, vouched=False, by=lead)
        found = {place: {one.we_did[0] for one in we_did_queries.shown_at(place)} for place in (at.surgery, at.ward_7)}
        assert found == {at.surgery: {"W", "S"}, at.ward_7: {"W", "S"}}
        assert we_did_queries.shown_at(at.ward_7).count() == 3
        assert we_did_queries.shown_at(at.northmoor).count() == 4

    def test_an_action_that_was_taken_out_is_told_no_more(self, at, done, lead, analyst):
        shown(done, analyst, lead)
        plans.take_out(action=done, by=lead)
        assert not we_did_queries.shown_at(at.northmoor)

    def test_it_goes_its_way_on_the_pages(self, at, done, lead, analyst):
        first, second = client_of(analyst), client_of(lead)
        where = f"/rx1/actions/{done.pk}/we-did/"
        sent = {"known": "", "you_said": SAID, "we_did": "Three wards write their rota."}
        answered = first.post(where, sent, follow=True)
        assert "Staff see it when a second person who leads plans here has approved it." in words(answered)
        assert "does not let you agree a plan" in words(answered)
        one = WeDid.objects.get()
        assert "Waits for you" in words(second.get("/rx1/we-did/"))
        answered = second.post(f"/rx1/we-did/{one.pk}/", {"known": "1"})
        assert answered.status_code == 422 and "There are numbers in it" in words(answered)
        answered = second.post(f"/rx1/we-did/{one.pk}/", {"known": "1", "vouched": "on"}, follow=True)
        assert "Everybody with a role in the organisation sees it now." in words(answered)
        answered = second.post(f"/rx1/we-did/{one.pk}/withdraw/", follow=True)
        assert "Staff do not see it any more. It stays on record." in words(answered)

    def test_who_is_slower_sees_what_stands_there(self, done, lead, analyst):
        worded(done, analyst)
        sent = {"known": "", "you_said": "Mine", "we_did": "My words"}
        answered = client_of(lead).post(f"/rx1/actions/{done.pk}/we-did/", sent)
        assert answered.status_code == 422
        assert DID in words(answered) and "My words" in words(answered)


class TestStarts:
    def test_what_an_estimate_needs_is_given_exactly_with_all_numbers_over_time(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead, owner)
        early = unit_actions.add_units(action=action, places=[at.surgery], names=[], starts_on=START, by=owner)
        unit_actions.add_units(action=action, places=[at.medicine], names=[], starts_on=None, by=owner)
        for day, numbers in ((30, Numbers(20, 3)), (60, Numbers(30, 9))):
            unit_actions.count(action=action, numbers={early[0].pk: numbers}, by=owner, on=after(day))
        found = unit_queries.starts_of(action.plan)
        rows = [(one.unit.name, one.first_day, one.compares, one.offered, one.taken_up) for one in found]
        assert rows == [("Surgery", START, False, 30, 9), ("Medicine", None, True, None, None)]
        assert [(c.on, c.offered, c.taken_up) for c in found[0].counts] == [(after(30), 20, 3), (after(60), 30, 9)]

    def test_drafts_and_what_was_taken_out_do_not_count(self, at, lead):
        action = agreed_action(at.northmoor, lead)
        draft = plans.add(plan=action.plan, content={"what": "More"}, by=lead)
        for one in (action, draft):
            unit_actions.add_units(action=one, places=[at.surgery], names=[], starts_on=START, by=lead)
        assert [one.action for one in unit_queries.starts_of(action.plan)] == [action]
        plans.take_out(action=action, by=lead)
        assert unit_queries.starts_of(action.plan) == []

    def test_said_twice_on_a_day_the_later_numbers_count(self, at, lead):
        action = agreed_action(at.northmoor, lead)
        for numbers in (Numbers(20, 3), Numbers(21, 4)):
            unit_actions.count(action=action, numbers={None: numbers}, by=lead, on=after(3))
        assert unit_queries.reach_of(action) == Reach(21, 4, after(3))
        assert [one.offered for one in action.counts.filter(struck_at__isnull=True)] == [21]

    def test_what_was_said_of_the_teams_later_counts_more_than_of_the_whole_before(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead, owner)
        said(action, "1-day_30", owner, 30)
        units = unit_actions.add_units(action=action, places=[], names=["A", "B"], starts_on=START, by=lead)
        numbers = {unit.pk: Numbers(30, 10) for unit in units}
        unit_actions.count(action=action, numbers=numbers, by=lead, on=after(29))
        assert unit_queries.reach_of(action) == Reach(40, 12, after(30))
        unit_actions.count(action=action, numbers=numbers, by=lead, on=after(31))
        assert unit_queries.reach_of(action) == Reach(60, 20, after(31))

    def test_the_database_takes_no_more_takers_than_offers(self, at, lead):
        action = agreed_action(at.northmoor, lead)
        unit_actions.count(action=action, numbers={None: Numbers(3, 3)}, by=lead)
        with pytest.raises(IntegrityError), transaction.atomic():
            action.counts.update(taken_up=4)

    @pytest.mark.parametrize(
        ("exact", "shown"),
        [((7, 0), (None, 0)), ((8, 7), (10, None)), ((33, 7), (35, None)), ((38, 12), (40, 10)), ((0, 0), (0, 0))],
    )
    def test_others_see_numbers_as_nhs_digital_shows_counts(self, exact, shown):
        """1 to 7 hidden, others to the nearest 5: NHS Digital's rule for sub-national counts since September 2018."""
        found = unit_queries.hidden(Reach(*exact, START))
        assert (found.offered, found.taken_up) == shown
