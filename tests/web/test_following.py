"""Is a check-in asked for on its day, answered once, corrected without loss, and followed by the next 90 days?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import somebody, system
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keepwell.web.accounts.models import User
from keepwell.web.following import actions, queries
from keepwell.web.following.actions import Answers
from keepwell.web.following.models import CheckIn, Count, Cycle, Said
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans
from keepwell.web.plans.actions import Quicker
from keepwell.web.plans.models import Action, Criterion, Plan

pytestmark = pytest.mark.django_db

START = dt.date(2026, 3, 2)
MILESTONE = {"kind": "milestone", "words": "The board has agreed to the new way.", "by": "2026-06-30"}
DAY_30 = {"progress": "on_course", "offered": 40, "taken_up": 12, "learnt": "Ask early.", "decision": "go_on"}
DAY_90 = {
    "progress": "on_course",
    "learnt": "It works.",
    "decision": "adopt",
    "end_point": "9%",
    "next_cycle": "Spread",
}


def after(days: int) -> dt.date:
    return START + dt.timedelta(days=days)


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def owner(at) -> User:
    return somebody("Ola", contributor=at.surgery)


def agreed_action(place, by: User, owner: User | None = None, starts_on: dt.date | None = START, **more) -> Action:
    plan = plans.begin(place=place, content={"title": "Stay well"}, by=by)
    content = {
        "what": "Ask the staff",
        "starts_on": starts_on and starts_on.isoformat(),
        "criteria": [MILESTONE],
        **more,
    }
    action = plans.add(plan=plan, content=content, by=by)
    if owner is not None:
        action = plans.ask_owner(action=action, owner=owner, by=by)
        if action.accepted_at is None:
            plans.answer_owning(action=action, accept=True, by=owner)
    plans.agree(plan=plan, by=by)
    return plans.held_action(action)


@pytest.fixture
def action(at, lead, owner) -> Action:
    return agreed_action(at.northmoor, lead, owner)


def due(action: Action, key: str) -> queries.Due:
    found = queries.course_of(action).find(key)
    assert found is not None
    return found


def said(action: Action, key: str, by: User, day: int, known=None, begins_on=None, judged=None, **more) -> CheckIn:
    told = Answers((DAY_90 if "90" in key else DAY_30) | more, judged or {}, begins_on)
    return actions.answer(due=due(action, key), answers=told, known=known, by=by, today=after(day))


def owed(action: Action, day: int) -> str | None:
    found = queries.course_of(action).owed(after(day))
    return found.key if found else None


class TestDays:
    def test_the_days_are_counted_from_the_first_day_of_the_action(self, action):
        assert [one.on for one in queries.course_of(action).all] == [after(0), after(30), after(60), after(90)]

    def test_another_first_day_moves_what_is_not_answered_and_nothing_else(self, action, lead, owner):
        said(action, "1-day_30", owner, 30)
        later = (START + dt.timedelta(days=7)).isoformat()
        action.refresh_from_db()
        action = plans.change_action(action=action, content={"starts_on": later}, known=action.version, by=lead)
        assert [one.on for one in queries.course_of(action).all] == [after(7), after(30), after(67), after(97)]

    def test_on_each_day_one_check_in_is_owed_at_most(self, action):
        days = {-1: None, 0: "1-baseline", 29: "1-baseline", 30: "1-day_30", 60: "1-day_60", 90: "1-day_90"}
        assert {day: owed(action, day) for day in days} == days
        assert owed(action, 400) == "1-day_90"

    def test_a_later_answer_passes_over_those_before(self, action, owner):
        said(action, "1-day_60", owner, 50)
        assert (owed(action, 55), owed(action, 65), owed(action, 90)) == (None, None, "1-day_90")

    def test_what_was_passed_over_can_still_be_answered(self, action, owner):
        said(action, "1-baseline", owner, 45, starting_point="11%", units_starting="Ward 7", ready="yes")
        assert owed(action, 45) == "1-day_30"

    @pytest.mark.parametrize("state", [Action.FINISHED, Action.STOPPED])
    def test_of_what_has_ended_nothing_is_due(self, action, owner, lead, state):
        assert [one.key for one in queries.due_for(owner, after(31))] == ["1-day_30"]
        plans.finish(action=action, state=state, by=owner)
        assert queries.due_for(owner, after(31)) == []
        action.refresh_from_db()
        assert owed(action, 31) is None

    def test_of_what_was_taken_out_nothing_is_due(self, action, owner, lead):
        plans.take_out(action=action, by=lead)
        assert queries.due_for(owner, after(31)) == []
        assert queries.overdue_at(action.plan.place, after(99)) == []

    def test_of_a_draft_in_an_agreed_plan_nothing_is_due(self, action, lead, owner):
        new = plans.add(plan=action.plan, content={"what": "More", "starts_on": START.isoformat()}, by=lead)
        plans.ask_owner(action=new, owner=owner, by=lead)
        assert [one.action for one in queries.due_for(owner, after(31))] == [action]

    def test_who_declined_owes_nothing(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead)
        action = plans.ask_owner(action=action, owner=owner, by=lead)
        plans.answer_owning(action=action, accept=False, by=owner)
        assert queries.due_for(owner, after(31)) == []

    def test_without_a_first_day_nothing_is_asked(self, at, lead):
        action = agreed_action(at.northmoor, lead, starts_on=None)
        assert queries.course_of(action).all == ()
        assert queries.progress_of([action.pk], after(31)) == {action.pk: "No first day yet"}

    def test_overdue_is_told_of_a_place_and_its_own_parts_only(self, at, lead, action):
        ward = somebody("Sister", line_manager=at.ward_7)
        below = agreed_action(at.ward_7, ward)
        other = agreed_action(at.southmoor, somebody("Sam", retention_lead=at.southmoor))
        assert {one.action for one in queries.overdue_at(at.northmoor, after(31))} == {action, below}
        assert {one.action for one in queries.overdue_at(at.surgery, after(31))} == {below}
        assert queries.overdue_at(at.icb, after(31)) == []
        assert [one.action for one in queries.overdue_at(at.southmoor, after(31))] == [other]

    def test_on_its_day_it_is_due_and_not_overdue(self, at, action):
        assert queries.overdue_at(at.northmoor, after(30)) == []
        assert len(queries.overdue_at(at.northmoor, after(31))) == 1

    def test_one_level_up_is_told_after_14_days_and_not_before(self, at, action):
        assert queries.told_above(at.northmoor, after(43)) == []
        assert [one.on for one in queries.told_above(at.northmoor, after(44))] == [after(30)]

    def test_what_thousands_owe_is_worked_out_as_for_one(self, at, lead, owner):
        """Every answer so far, on every day around the edges: the quick way and the plain one say the same."""
        plain = agreed_action(at.northmoor, lead, owner)
        early = agreed_action(at.northmoor, lead, owner)
        said(early, "1-day_60", owner, 47)
        again = agreed_action(at.northmoor, lead, owner)
        said(again, "1-day_90", owner, 80, begins_on=after(95))
        moved = agreed_action(at.northmoor, lead, owner)
        said(moved, "1-day_30", owner, 30)
        later = {"starts_on": after(40).isoformat()}
        plans.change_action(action=moved, content=later, known=Action.objects.get(pk=moved.pk).version, by=lead)
        stopped = agreed_action(at.northmoor, lead, owner)
        plans.finish(action=stopped, state=Action.STOPPED, by=owner)
        draft = plans.add(plan=plain.plan, content={"what": "x", "starts_on": START.isoformat()}, by=lead)
        out = agreed_action(at.northmoor, lead, owner)
        plans.take_out(action=out, by=lead)
        for day in (-1, 0, 29, 30, 40, 59, 60, 61, 70, 89, 90, 95, 124, 125, 130, 190):
            one_by_one = {
                action.pk: found.on
                for action in Action.objects.select_related("plan")
                if (found := queries.course_of(action).owed(after(day))) is not None
            }
            assert queries.owed_on(Action.objects.all(), after(day)) == one_by_one
        assert {draft.pk, stopped.pk, out.pk} & set(one_by_one) == set()
        assert {plain.pk, again.pk, moved.pk} <= set(one_by_one)


class TestAnswering:
    def test_what_is_said_stands_there_with_who_said_it_and_its_day(self, action, owner):
        made = said(action, "1-day_30", owner, 33)
        assert (made.due_on, made.progress, made.decision, made.answered_by) == (after(30), "on_course", "go_on", owner)
        assert made.answers == DAY_30

    def test_its_owner_its_helpers_and_who_writes_the_plan_answer_and_nobody_else(self, at, action, lead):
        helper, viewer = somebody("Con", contributor=at.northmoor), somebody("Vi", viewer=at.northmoor)
        with pytest.raises(NotAllowed, match="does not let you write plans"):
            said(action, "1-day_30", viewer, 30)
        with pytest.raises(NotAllowed):
            said(action, "1-day_30", helper, 30)
        plans.ask_to_help(action=action, user=helper, by=lead)
        said(action, "1-day_30", helper, 30)
        said(action, "1-day_60", lead, 60)

    def test_it_is_not_answered_long_before_its_day(self, action, owner):
        with pytest.raises(NotAllowed, match="too early to tell: this is asked from 18 March 2026 on"):
            said(action, "1-day_30", owner, 15)
        said(action, "1-day_30", owner, 16)

    def test_the_baseline_is_answered_before_the_start(self, action, owner):
        made = said(action, "1-baseline", owner, -40, starting_point="11%")
        assert made.key == "baseline"

    def test_of_what_is_finished_nothing_new_is_answered(self, action, owner):
        plans.finish(action=action, state=Action.FINISHED, by=owner)
        with pytest.raises(NotAllowed, match="This action is finished: nothing more is asked about it"):
            said(action, "1-day_30", owner, 30)

    def test_a_closed_plan_does_not_change_any_more(self, action, owner, lead):
        made = said(action, "1-day_30", owner, 30)
        plans.finish(action=action, state=Action.FINISHED, by=owner)
        plans.close(plan=action.plan, by=lead)
        with pytest.raises(NotAllowed, match="closed, and does not change"):
            said(action, "1-day_30", owner, 31, known=made.version)

    def test_of_two_who_answer_at_once_the_second_is_told_and_overwrites_nothing(self, action, owner, lead):
        said(action, "1-day_30", owner, 30, learnt="Mine")
        with pytest.raises(Quicker, match="Somebody else has answered this since you opened the page: Ola"):
            said(action, "1-day_30", lead, 30, learnt="Theirs")
        assert CheckIn.objects.get().answers["learnt"] == "Mine"

    def test_a_correction_keeps_what_was_said_before(self, action, owner, lead):
        said(action, "1-day_30", owner, 30, learnt="First")
        said(action, "1-day_30", lead, 35, known=1, learnt="Second")
        assert [one.answers["learnt"] for one in Said.objects.all()] == ["Second", "First"]
        one = CheckIn.objects.get()
        assert (one.answers["learnt"], one.answered_by, one.changed_by, one.version) == ("Second", owner, lead, 2)

    def test_a_correction_of_one_that_was_corrected_meanwhile_is_refused(self, action, owner, lead):
        said(action, "1-day_30", owner, 30)
        said(action, "1-day_30", lead, 31, known=1, learnt="Second")
        with pytest.raises(Quicker, match="Robin"):
            said(action, "1-day_30", owner, 32, known=1, learnt="Third")

    def test_success_criteria_are_judged(self, action, owner):
        [one] = action.criteria.all()
        made = said(action, "1-day_90", owner, 90, judged={one.pk: Criterion.MET})
        assert Criterion.objects.get().state == Criterion.MET
        assert made.answers["criteria"] == [[MILESTONE["words"], "met"]]

    def test_criteria_of_another_action_are_not_judged(self, at, action, owner, lead):
        other = agreed_action(at.northmoor, lead)
        said(action, "1-day_90", owner, 90, judged={other.criteria.get().pk: Criterion.MET})
        assert set(Criterion.objects.values_list("state", flat=True)) == {"open"}


class TestNumbers:
    def test_each_check_in_adds_its_numbers_to_those_before(self, action, owner):
        said(action, "1-day_30", owner, 31)
        said(action, "1-day_60", owner, 62, offered=60, taken_up=20)
        found = [(one.on, one.offered, one.taken_up) for one in Count.objects.all()]
        assert found == [(after(31), 40, 12), (after(62), 60, 20)]

    def test_a_correction_strikes_the_old_numbers_out_and_keeps_their_day(self, action, owner):
        said(action, "1-day_30", owner, 31)
        said(action, "1-day_30", owner, 50, known=1, taken_up=13)
        found = [(one.on, one.taken_up, one.struck_at is None) for one in Count.objects.all()]
        assert found == [(after(31), 12, False), (after(31), 13, True)]

    def test_the_same_numbers_said_again_are_not_counted_twice(self, action, owner):
        said(action, "1-day_30", owner, 31)
        said(action, "1-day_30", owner, 50, known=1, learnt="More")
        assert Count.objects.count() == 1

    def test_no_more_take_it_up_than_were_offered_it(self, action, owner):
        with pytest.raises(NotAllowed, match="13 took it up, and it was offered to 12: no more people"):
            said(action, "1-day_30", owner, 30, offered=12, taken_up=13)
        assert (CheckIn.objects.count(), Count.objects.count()) == (0, 0)
        said(action, "1-day_30", owner, 30, offered=12, taken_up=12)

    def test_taken_up_without_offered_is_asked_about(self, action, owner):
        with pytest.raises(NotAllowed, match="Say also to how many"):
            said(action, "1-day_30", owner, 30, offered=None, taken_up=3)


class TestNextCycle:
    def test_the_next_90_days_begin_on_the_day_that_is_named(self, action, owner):
        said(action, "1-day_90", owner, 90, begins_on=after(100))
        course = queries.course_of(action)
        assert [one.on for one in course.now] == [after(100), after(130), after(160), after(190)]
        assert (owed(action, 99), owed(action, 131)) == (None, "2-day_30")
        assert course.now[1].name == "30-day check-in, round 2"
        assert Cycle.objects.get().aim == "Spread"

    def test_what_was_not_answered_in_the_first_is_asked_no_more(self, action, owner):
        said(action, "1-day_90", owner, 90, begins_on=after(91))
        assert [one.key for one in queries.due_for(owner, after(92))] == ["2-baseline"]

    def test_without_a_day_nothing_more_is_asked(self, action, owner):
        said(action, "1-day_90", owner, 90)
        assert (Cycle.objects.count(), owed(action, 400)) == (0, None)

    def test_they_begin_after_those_before(self, action, owner):
        with pytest.raises(NotAllowed, match="begin after those that began on 2 March 2026"):
            said(action, "1-day_90", owner, 90, begins_on=START)
        assert not CheckIn.objects.exists()

    def test_a_correction_moves_them_or_takes_them_back(self, action, owner):
        said(action, "1-day_90", owner, 90, begins_on=after(100))
        said(action, "1-day_90", owner, 91, known=1, begins_on=after(110))
        assert Cycle.objects.get().starts_on == after(110)
        said(action, "1-day_90", owner, 92, known=2)
        assert not Cycle.objects.exists()

    def test_once_something_was_said_in_them_their_day_stays(self, action, owner):
        said(action, "1-day_90", owner, 90, begins_on=after(100))
        said(action, "2-day_30", owner, 130)
        with pytest.raises(NotAllowed, match="The next 90 days have begun"):
            said(action, "1-day_90", owner, 131, known=1)
        said(action, "1-day_90", owner, 131, known=1, begins_on=after(100), learnt="More")

    def test_to_stop_and_begin_again_is_asked_about(self, action, owner):
        with pytest.raises(NotAllowed, match="You stop it, and begin the next 90 days"):
            said(action, "1-day_90", owner, 90, begins_on=after(100), decision="abandon")


class TestEnding:
    def test_to_abandon_stops_the_action_and_a_correction_lets_it_go_on(self, action, owner):
        said(action, "1-day_60", owner, 60, decision="abandon")
        action.refresh_from_db()
        assert (action.state, owed(action, 90)) == (Action.STOPPED, None)
        said(action, "1-day_60", owner, 61, known=1, decision="adapt")
        action.refresh_from_db()
        assert action.state == Action.UNDER_WAY

    def test_finished_and_adopted_it_is_finished(self, action, owner):
        said(action, "1-day_60", owner, 60, progress="finished", decision="adopt")
        action.refresh_from_db()
        assert action.state == Action.FINISHED

    @pytest.mark.parametrize(("progress", "decision"), [("finished", "go_on"), ("on_course", "adopt")])
    def test_one_of_the_two_alone_ends_nothing(self, action, owner, progress, decision):
        said(action, "1-day_60", owner, 60, progress=progress, decision=decision)
        action.refresh_from_db()
        assert action.state == Action.UNDER_WAY

    def test_with_a_next_90_days_it_goes_on(self, action, owner):
        said(action, "1-day_90", owner, 90, progress="finished", begins_on=after(100))
        action.refresh_from_db()
        assert action.state == Action.UNDER_WAY

    def test_a_correction_does_not_undo_what_somebody_did_since_by_hand(self, action, owner, lead):
        said(action, "1-day_60", owner, 60, decision="abandon")
        action.refresh_from_db()
        plans.finish(action=action, state=Action.UNDER_WAY, by=lead)
        said(action, "1-day_60", owner, 61, known=1, decision="abandon", learnt="More")
        action.refresh_from_db()
        assert action.state == Action.UNDER_WAY


class TestProgress:
    def test_it_is_told_in_a_few_words(self, action, owner):
        def told(day: int) -> str:
            return queries.progress_of([action.pk], after(day))[action.pk]

        assert told(-5) == "Starts on 2 March 2026"
        assert told(0) == "Nothing said yet"
        assert told(31) == "30-day check-in overdue since 1 April 2026"
        one = said(action, "1-day_30", owner, 31)
        CheckIn.objects.filter(pk=one.pk).update(answered_at=dt.datetime(2026, 4, 2, 12, tzinfo=dt.UTC))
        assert told(40) == "On course at 30 days, said on 2 April 2026"
        assert told(62) == f"{told(40)}; 60-day check-in overdue since 1 May 2026"
        plans.finish(action=action, state=Action.STOPPED, by=owner)
        assert told(62) == "Stopped"

    def test_of_many_actions_it_takes_as_many_questions_as_of_one(self, at, lead):
        first = agreed_action(at.northmoor, lead)
        plan = Plan.objects.get()
        more = [Action(plan=plan, what="x", state="under_way", starts_on=START, changed_by=lead) for _ in range(60)]
        Action.objects.bulk_create(more)

        def asked(numbers: list[int]) -> int:
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert len(queries.progress_of(numbers, after(31))) == len(numbers)
            return len(found)

        assert asked([first.pk]) == asked(list(Action.objects.values_list("pk", flat=True))) == 3
        with CaptureQueriesContext(connection) as found:
            assert len(queries.overdue_at(at.northmoor, after(31))) == 61
        assert len(found) == 4
