"""Does a plan go its way: begun, written by two at once, agreed, released, restored, copied? And who sees none of it?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import somebody, system

from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, queries, rules
from keepwell.web.plans.models import Action, Criterion, Plan, Version

pytestmark = pytest.mark.django_db

MILESTONE = {"kind": "milestone", "words": "The board has agreed to the new way.", "by": "2026-03-31"}


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at):
    return somebody("Robin", retention_lead=at.northmoor)


def a_plan(at, lead, place=None):
    plan = actions.begin(place=place or at.northmoor, content={"title": "Stay well"}, by=lead)
    action = actions.add(plan=plan, content={"what": "Ask the staff", "criteria": [MILESTONE]}, by=lead)
    return plan, action


def agreed(at, lead, place=None):
    plan, action = a_plan(at, lead, place)
    return actions.agree(plan=plan, by=lead), actions.held_action(action)


class TestWriting:
    def test_what_is_written_stands_there_with_its_criteria(self, at, lead):
        _, action = a_plan(at, lead)
        one = action.criteria.get()
        assert (one.kind, one.words, one.by) == ("milestone", MILESTONE["words"], dt.date(2026, 3, 31))

    def test_every_change_is_kept_as_it_was(self, at, lead):
        plan, action = a_plan(at, lead)
        actions.change_action(action=action, content={"what": "Ask everybody"}, known=1, by=lead)
        whats = [one.content["what"] for one in queries.versions_of(plan, action)]
        assert whats == ["Ask everybody", "Ask the staff"]

    def test_who_is_slower_is_told_and_nothing_is_overwritten(self, at, lead):
        _, action = a_plan(at, lead)
        actions.change_action(action=action, content={"what": "Mine"}, known=1, by=lead)
        with pytest.raises(actions.Quicker, match="Somebody else has changed this"):
            actions.change_action(action=action, content={"what": "Theirs"}, known=1, by=lead)
        assert Action.objects.get().what == "Mine"

    def test_it_does_not_end_before_it_starts(self, at, lead):
        plan, _ = a_plan(at, lead)
        days = {"what": "x", "starts_on": "2026-05-02", "ends_on": "2026-05-01"}
        with pytest.raises(NotAllowed, match="end before it starts"):
            actions.add(plan=plan, content=days, by=lead)
        assert plan.actions.count() == 1

    def test_a_day_is_long_enough(self, at, lead):
        plan, _ = a_plan(at, lead)
        one_day = {"what": "x", "starts_on": "2026-05-01", "ends_on": "2026-05-01"}
        assert actions.add(plan=plan, content=one_day, by=lead).ends_on == dt.date(2026, 5, 1)

    def test_an_older_version_is_restored_with_its_criteria_as_a_new_one(self, at, lead):
        plan, action = a_plan(at, lead)
        actions.change_action(action=action, content={"what": "Other", "criteria": []}, known=1, by=lead)
        first = Version.objects.get(action=action, number=1)
        actions.restore(version=first, known=2, by=lead)
        action.refresh_from_db()
        assert (action.what, action.version, action.criteria.count()) == ("Ask the staff", 3, 1)
        assert queries.versions_of(plan, action).first().why == "version 1 restored"

    def test_a_criterion_that_says_something_else_has_not_been_judged(self, at, lead):
        _, action = a_plan(at, lead)
        action.criteria.update(state=Criterion.MET)
        same = [MILESTONE, {"kind": "milestone", "words": "Another"}]
        action = actions.change_action(action=action, content={"criteria": same}, known=1, by=lead)
        assert [one.state for one in action.criteria.all()] == ["met", "open"]
        other = [MILESTONE | {"words": "The board has talked."}]
        action = actions.change_action(action=action, content={"criteria": other}, known=2, by=lead)
        assert [one.state for one in action.criteria.all()] == ["open"]

    def test_what_is_taken_out_can_be_put_back(self, at, lead):
        plan, action = a_plan(at, lead)
        actions.take_out(action=action, by=lead)
        assert queries.actions_of(plan, by=lead) == []
        actions.put_back(action=action, by=lead)
        assert queries.actions_of(plan, by=lead) == [action]

    def test_what_is_no_content_is_not_written(self, at, lead):
        plan, _ = a_plan(at, lead)
        with pytest.raises(KeyError):
            actions.add(plan=plan, content={"what": "x", "state": "finished"}, by=lead)


class TestDrafts:
    def test_nobody_above_sees_a_draft_though_their_role_reaches_there(self, at, lead):
        manager = somebody("Sister", line_manager=at.ward_7)
        plan, action = a_plan(at, manager, at.ward_7)
        assert rules.cannot_see_plan(lead, plan) == rules.NOT_YOURS
        assert rules.cannot_see_action(lead, action) == rules.NOT_YOURS
        assert queries.plans_of(at.ward_7, by=lead) == []
        actions.agree(plan=plan, by=manager)
        plan.refresh_from_db()
        assert rules.cannot_see_plan(lead, plan) is None

    def test_who_begins_a_plan_further_down_goes_on_with_it(self, at, lead):
        plan, _ = a_plan(at, lead, at.surgery)
        assert rules.cannot_see_plan(lead, plan) is None

    def test_an_action_added_later_is_a_draft_to_those_who_do_not_write(self, at, lead):
        plan, first = agreed(at, lead)
        later = actions.add(plan=plan, content={"what": "Something else"}, by=lead)
        viewer = somebody("Vi", viewer=at.northmoor)
        assert [one.pk for one in queries.actions_of(plan, by=viewer)] == [first.pk]
        assert rules.cannot_see_action(viewer, later) == rules.NOT_YOURS
        assert len(queries.actions_of(plan, by=lead)) == 2

    def test_a_colleague_in_the_same_system_sees_nothing(self, at, lead):
        plan, action = agreed(at, lead)
        other = somebody("Sam", retention_lead=at.southmoor)
        assert rules.cannot_see_plan(other, plan) == rules.NOT_YOURS
        assert rules.cannot_see_action(other, action) == rules.NOT_YOURS


class TestOwners:
    def test_a_contributor_sees_the_one_action_and_nothing_else(self, at, lead):
        plan, action = a_plan(at, lead)
        other = actions.add(plan=plan, content={"what": "Another"}, by=lead)
        helper = somebody("Con", contributor=at.northmoor)
        actions.ask_to_help(action=action, user=helper, by=lead)
        assert rules.cannot_see_action(helper, action) is None
        assert rules.cannot_see_action(helper, other) == rules.NOT_YOURS
        assert rules.cannot_see_plan(helper, plan) == rules.NOT_YOURS
        assert list(queries.actions_with(helper)) == [action]

    def test_an_owner_accepts_or_declines(self, at, lead):
        _, action = a_plan(at, lead)
        owner = somebody("Ola", contributor=at.surgery)
        action = actions.ask_owner(action=action, owner=owner, by=lead)
        assert action.accepted_at is None
        with pytest.raises(NotAllowed, match="Only who was asked"):
            actions.answer_owning(action=action, accept=True, by=lead)
        action = actions.answer_owning(action=action, accept=True, by=owner)
        assert action.accepted_at is not None

    def test_who_has_left_cannot_be_asked(self, at, lead):
        _, action = a_plan(at, lead)
        gone = somebody("Gone", contributor=at.northmoor)
        gone.is_active = False
        gone.save()
        with pytest.raises(NotAllowed, match="account is closed"):
            actions.ask_owner(action=action, owner=gone, by=lead)

    def test_who_works_elsewhere_cannot_be_asked(self, at, lead):
        _, action = a_plan(at, lead)
        with pytest.raises(NotAllowed, match="has no role at Northmoor"):
            actions.ask_owner(action=action, owner=somebody("Sam", contributor=at.southmoor), by=lead)


class TestReleasing:
    def test_a_draft_is_not_released(self, at, lead):
        plan, _ = a_plan(at, lead)
        with pytest.raises(NotAllowed, match="nobody above sees a draft"):
            actions.release(plan=plan, to=at.icb, by=lead)

    def test_released_it_is_seen_above_until_it_is_withdrawn(self, at, lead):
        plan, action = agreed(at, lead)
        above = somebody("Ics", ics_lead=at.icb)
        assert rules.cannot_see_plan(above, plan) == rules.NOT_YOURS
        shown = actions.release(plan=plan, to=at.icb, by=lead)
        assert rules.cannot_see_plan(above, plan) is None
        assert rules.cannot_see_action(above, action) is None
        assert [one.pk for one in queries.released_to(at.icb)] == [plan.pk]
        actions.withdraw(shown=shown, by=lead)
        assert rules.cannot_see_plan(above, plan) == rules.NOT_YOURS
        assert not queries.released_to(at.icb)

    def test_what_is_added_later_is_not_shown_above_before_it_is_agreed(self, at, lead):
        plan, first = agreed(at, lead)
        actions.release(plan=plan, to=at.icb, by=lead)
        actions.add(plan=plan, content={"what": "Something else"}, by=lead)
        [seen] = queries.released_to(at.icb)
        assert [one.pk for one in seen.actions.all()] == [first.pk]

    def test_it_goes_up_and_not_aside(self, at, lead):
        plan, _ = agreed(at, lead)
        for place in (at.southmoor, at.surgery, at.northmoor):
            with pytest.raises(NotAllowed, match="released upward"):
                actions.release(plan=plan, to=place, by=lead)

    def test_a_line_manager_releases_inside_the_organisation_only(self, at, lead):
        manager = somebody("Sister", line_manager=at.surgery)
        plan, _ = agreed(at, manager, at.surgery)
        with pytest.raises(NotAllowed, match="not yours"):
            actions.release(plan=plan, to=at.icb, by=manager)
        actions.release(plan=plan, to=at.northmoor, by=manager)
        actions.release(plan=plan, to=at.icb, by=lead)


class TestClosing:
    def test_a_plan_with_something_to_do_is_not_closed(self, at, lead):
        plan, action = agreed(at, lead)
        with pytest.raises(NotAllowed, match="still to be done"):
            actions.close(plan=plan, by=lead)
        actions.finish(action=action, state=Action.FINISHED, by=lead)
        plan = actions.close(plan=plan, by=lead)
        with pytest.raises(NotAllowed, match="does not change any more"):
            actions.add(plan=plan, content={"what": "x"}, by=lead)

    def test_a_copy_begins_without_owners_days_and_money_spent(self, at, lead):
        plan, action = agreed(at, lead)
        content = {"owner_words": "HR", "starts_on": "2026-01-01", "spent": "100.50", "steps": "One"}
        actions.change_action(action=action, content=content, known=action.version, by=lead)
        made = actions.copy(plan=plan, to=at.surgery, title="Again", by=lead)
        copied = made.actions.get()
        assert (made.state, made.copied_from, copied.steps) == (Plan.DRAFT, plan, "One")
        assert (copied.owner_words, copied.starts_on, copied.spent) == ("", None, None)
        assert [one.by for one in copied.criteria.all()] == [None]

    def test_what_one_cannot_see_one_cannot_copy(self, at, lead):
        plan, _ = agreed(at, lead)
        other = somebody("Sam", retention_lead=at.southmoor)
        with pytest.raises(NotAllowed):
            actions.copy(plan=plan, to=at.southmoor, title="Mine", by=other)
