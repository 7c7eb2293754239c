"""Is what is missing in a plan said in plain words, to those who may know it, and does it stop nobody?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import System, somebody, system
from django.utils import timezone

from keepwell.content.assessments import assessments
from keepwell.content.planning import columns, questions
from keepwell.web.accounts.models import User
from keepwell.web.evidence.actions import cite, remove
from keepwell.web.evidence.models import Citation
from keepwell.web.plans import actions
from keepwell.web.plans.check_queries import warnings_of, warnings_of_plan
from keepwell.web.plans.check_rules import MOST_OWNED, PlanWarning, warned
from keepwell.web.plans.check_words import can_be_checked, has_amount, has_milestone, has_time
from keepwell.web.plans.models import Action, Plan

pytestmark = pytest.mark.django_db

STARTERS = [one.success for list_ in assessments().values() for topic in list_.items for one in topic.actions]
CLEAR = (
    "From 12% to 11%",
    "by 2 points",
    "half",
    "three teams",
    "Half of all leavers give a reason",
    "Fewer than one in ten goes in the first year",
    "The board has agreed to the new way.",
    "The policy is published on 31 March 2027",
    "A guardian has been appointed",
    "All line managers trained by June 2027",
    "The rota is in place on Ward 7",
    "Every team has met and chosen a champion",
    "The executive approves the business case",
    "Staff side have been asked",
    "Leavers down to 40 in 2027",
    "Waits for a decision under 6 weeks",
    "Turnover halved",
    "At least one mentor for each new starter",
)
VAGUE = (
    "Better retention",
    "Better retention by March 2027",
    "Improve staff morale",
    "Staff feel more valued",
    "A positive culture",
    "Improved communication between managers and staff in 2026/27",
    "Reduce turnover",
    "Reduced turnover on Ward 7",
    "Happier people by 31/03/2027",
    "Staff are more engaged",
    "Everyone feels listened to",
    "More flexible working",
    "Flexible working is embedded across the trust",
    "A culture of openness and trust",
    "Managers are supported to have good conversations",
    "Retention is a priority for all",
    "Staff wellbeing has been improved",
    "More joy in work within six months",
    "We listen and act",
    "Nursing turnover goes down over the next 12 months",
    "No one is left behind",
    "Be an employer of choice by 31 March 2027",
    "Raise awareness of the offer in Q3",
    "24/7 support",
    "Band 5 nurses feel valued",
    "Closer working with system partners after Covid-19",
    "One team, one voice",
    "Staff feel trained and confident",
    "An open and honest culture",
    "Sustained improvement from 2027-04-01",
    "More people stay, fewer people leave",
    "Good progress made",
    "Excellent",
    "…",
    "",
)


class TestWords:
    """Rules that let through what can be checked, and stop what can mean anything."""

    @pytest.mark.parametrize("words", [*STARTERS, *CLEAR])
    def test_a_number_or_a_milestone_passes(self, words: str) -> None:
        assert can_be_checked(words)

    @pytest.mark.parametrize("words", VAGUE)
    def test_what_can_mean_anything_does_not(self, words: str) -> None:
        assert not can_be_checked(words)

    def test_the_guides_own_row_passes(self) -> None:
        """Its success is that the board agrees, and its time is two months."""
        row = {column.key: column.example for column in columns() if column.of_guide}
        assert has_milestone(row["success_criteria"]) and not has_amount(row["success_criteria"])
        assert has_time(row["timescales"])

    def test_content_names_a_good_and_a_bad_target_itself(self) -> None:
        (part,) = [part for one in questions() for part in one.parts if part.key == "number_or_milestone"]
        assert part.why.startswith('"Better"')
        assert '"From 12% to 11%"' in part.why and '"the board has agreed"' in part.why

    def test_most_tips_are_no_success(self) -> None:
        """They say what to do: an action could begin with one, and nobody would see from it that it worked."""
        tips = [tip.text for topic in assessments()["retention_traffic_light"].items for tip in topic.tips]
        assert len(tips) == 25
        assert sum(can_be_checked(tip) for tip in tips) <= 1

    @pytest.mark.parametrize(
        "words", ["2 months", "by the end of March", "a year", "from … weeks", "Q3", "half a year"]
    )
    def test_a_time_is_known(self, words: str) -> None:
        assert has_time(words)

    @pytest.mark.parametrize("words", ["soon", "ongoing", "as soon as possible", "regularly", ""])
    def test_what_is_no_time_is_none(self, words: str) -> None:
        assert not has_time(words)


TODAY = timezone.localdate()
GOOD = {
    "topic": "flexible_working",
    "objective": "More staff can work flexibly",
    "what": "Write a paper for the board",
    "steps": "Look at the data\nWrite the paper",
    "starts_on": TODAY.isoformat(),
    "ends_on": (TODAY + dt.timedelta(days=90)).isoformat(),
    "behaviours": ["no_out_of_habit"],
    "aims": ["any"],
    "criteria": [{"kind": "milestone", "words": "The board has agreed to the new way."}],
}


@pytest.fixture
def at() -> System:
    return system()


@pytest.fixture
def lead(at: System) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def plan(at: System, lead: User) -> Plan:
    return actions.begin(place=at.northmoor, content={"title": "Stay well", "serves": "A local need"}, by=lead)


def sound(plan: Plan, by: User, **other: object) -> Action:
    """An action without fault, but for what is written otherwise."""
    action = actions.add(plan=plan, content=GOOD | other, by=by)
    action = actions.ask_owner(action=action, owner=by, by=by)
    cite(subject=action.subject, place=plan.place, by=by, kind=Citation.NOTE, label="Heard", words="In 12 talks")
    return action


def keys(found: list[PlanWarning]) -> list[tuple[str, str]]:
    return [(one.key, one.at) for one in found]


class TestActions:
    def test_a_sound_one_has_no_warning(self, plan: Plan, lead: User) -> None:
        assert warnings_of(sound(plan, lead), lead) == []

    def test_an_empty_one_is_told_all_that_is_missing_in_the_words_of_content(self, plan: Plan, lead: User) -> None:
        found = warnings_of(actions.add(plan=plan, content={"what": "Something"}, by=lead), lead)
        assert keys(found) == [
            ("objective", "objective"),
            ("steps", "steps"),
            ("number_or_milestone", "criteria"),
            ("date", "ends_on"),
            ("check_in", "starts_on"),
            ("best_person", "owner"),
            ("evidence", "evidence"),
            ("behaviours", "behaviours"),
        ]
        content = {one.key: one for question in questions() for one in (question, *question.parts)}
        for one in found[2:]:
            assert (one.words, one.why, one.source) == (
                content[one.key].missing,
                content[one.key].why,
                content[one.key].source,
            )
        assert found[0].words == "Still empty: topic and objective."

    @pytest.mark.parametrize(
        ("other", "warning"),
        [
            ({"criteria": [{"kind": "measure", "words": "Better retention"}]}, ("number_or_milestone", "criteria")),
            (
                {"criteria": [{"kind": "measure", "words": "x", "measure": "leaver_rate"}]},
                ("number_or_milestone", "criteria"),
            ),
            ({"criteria": []}, ("number_or_milestone", "criteria")),
            ({"ends_on": None}, ("date", "ends_on")),
            ({"ends_on": None, "timescale_words": "soon"}, ("date", "ends_on")),
            ({"starts_on": "2026-01-01", "ends_on": "2026-01-31"}, ("timescales", "ends_on")),
            ({"starts_on": None}, ("check_in", "starts_on")),
            ({"ends_on": (TODAY + dt.timedelta(days=13)).isoformat()}, ("timescales", "ends_on")),
            ({"behaviours": [], "in_the_way": " "}, ("behaviours", "behaviours")),
            ({"steps": ""}, ("steps", "steps")),
        ],
    )
    def test_each_fault_has_its_warning_and_no_other(
        self, plan: Plan, lead: User, other: dict[str, object], warning: tuple[str, str]
    ) -> None:
        assert keys(warnings_of(sound(plan, lead, **other), lead)) == [warning]

    @pytest.mark.parametrize(
        "other",
        [
            {"ends_on": None, "timescale_words": "2 months"},
            {"ends_on": None, "criteria": [{"kind": "milestone", "words": "Agreed", "by": "2099-01-01"}]},
            {"criteria": [{"kind": "measure", "words": "", "measure": "sickness_absence_rate", "target": 0.04}]},
            {"criteria": [{"kind": "measure", "words": "From 12 complaints to 6"}]},
            {"behaviours": [], "in_the_way": "People fear to ask."},
            {"ends_on": (TODAY + dt.timedelta(days=14)).isoformat()},
        ],
    )
    def test_what_answers_a_question_has_no_warning(self, plan: Plan, lead: User, other: dict[str, object]) -> None:
        assert warnings_of(sound(plan, lead, **other), lead) == []

    def test_the_criterion_that_says_nothing_is_named(self, plan: Plan, lead: User) -> None:
        criteria = [*GOOD["criteria"], {"kind": "milestone", "words": "Happier people"}]
        (found,) = warnings_of(sound(plan, lead, criteria=criteria), lead)
        assert (found.criterion, found.found) == (1, "“Happier people”")

    def test_what_is_seen_before_it_begins_is_out_of_order(self, plan: Plan, lead: User) -> None:
        before = (TODAY - dt.timedelta(days=1)).isoformat()
        action = sound(plan, lead, criteria=[{"kind": "milestone", "words": "Agreed", "by": before}])
        assert keys(warnings_of(action, lead)) == [("dates_in_order", "criteria")]

    def test_days_the_wrong_way_round_are_told_of_what_is_not_saved_yet(self, plan: Plan, lead: User) -> None:
        action = sound(plan, lead)
        action.starts_on, action.ends_on = TODAY, TODAY - dt.timedelta(days=1)
        assert ("dates_in_order", "ends_on") in keys(warnings_of(action, lead))

    def test_what_is_late_or_has_too_many_steps_is_told_in_figures(self, plan: Plan, lead: User) -> None:
        late = sound(plan, lead, starts_on="2026-01-01", ends_on="2026-01-31")
        assert [one.found for one in warnings_of(late, lead)] == ["It was to end on 31 January 2026."]
        short = sound(plan, lead, ends_on=(TODAY + dt.timedelta(days=13)).isoformat())
        assert [one.found for one in warnings_of(short, lead)] == ["2 steps in 13 days."]

    def test_evidence_taken_away_is_evidence_missing(self, plan: Plan, lead: User) -> None:
        action = sound(plan, lead)
        remove(citation=Citation.objects.get(subject=action.subject), by=lead)
        assert keys(warnings_of(action, lead)) == [("evidence", "evidence")]

    @pytest.mark.parametrize("state", [Action.FINISHED, Action.STOPPED])
    def test_what_is_over_is_not_looked_at_any_more(self, plan: Plan, lead: User, state: str) -> None:
        action = sound(plan, lead, steps="")
        plan = actions.agree(plan=plan, by=lead)
        actions.finish(action=action, state=state, by=lead)
        action = actions.held_action(action)
        assert (warnings_of(action, lead), warnings_of_plan(plan, lead)) == ([], [])
        plan = actions.close(plan=plan, by=lead)
        assert warnings_of_plan(plan, lead) == []

    def test_warnings_stop_nobody(self, plan: Plan, lead: User) -> None:
        actions.add(plan=plan, content={"what": "Something"}, by=lead)
        assert actions.agree(plan=plan, by=lead).state == Plan.AGREED


class TestOwners:
    def asked(self, plan: Plan, lead: User, owner: User) -> Action:
        return actions.ask_owner(action=sound(plan, lead), owner=owner, by=lead)

    def test_who_has_not_answered_is_no_owner_yet(self, at: System, plan: Plan, lead: User) -> None:
        action = self.asked(plan, lead, owner := somebody("Ola", contributor=at.northmoor))
        assert keys(warnings_of(action, lead)) == [("owner_accepted", "owner")]
        action = actions.answer_owning(action=action, accept=True, by=owner)
        assert warnings_of(action, lead) == []

    def test_who_declined_is_named(self, at: System, plan: Plan, lead: User) -> None:
        action = self.asked(plan, lead, owner := somebody("Ola", contributor=at.northmoor))
        action = actions.answer_owning(action=action, accept=False, by=owner)
        (found,) = warnings_of(action, lead)
        assert (found.key, found.found) == ("best_person", "Ola declined.")

    def test_who_has_left_is_told_though_they_had_accepted(self, at: System, plan: Plan, lead: User) -> None:
        action = self.asked(plan, lead, owner := somebody("Ola", contributor=at.northmoor))
        actions.answer_owning(action=action, accept=True, by=owner)
        User.objects.filter(pk=owner.pk).update(is_active=False)
        (found,) = warnings_of(Action.objects.get(pk=action.pk), lead)
        assert found.key == "best_person"
        assert found.found.startswith("Ola's account is closed")

    def test_who_has_no_role_here_any_more_is_told(self, at: System, plan: Plan, lead: User) -> None:
        action = self.asked(plan, lead, owner := somebody("Ola", contributor=at.northmoor))
        owner.grants.all().delete()
        (found,) = warnings_of(Action.objects.get(pk=action.pk), lead)
        assert (found.key, found.found) == ("best_person", "Ola has no role at Northmoor Trust.")

    def test_too_many_actions_of_one_owner_are_told_without_their_number(self, plan: Plan, lead: User) -> None:
        for _ in range(MOST_OWNED):
            action = sound(plan, lead)
        actions.agree(plan=plan, by=lead)
        assert warnings_of(actions.held_action(action), lead) == []
        more = sound(plan, lead)
        plan = actions.agree(plan=plan, by=lead)
        (found,) = warnings_of(actions.held_action(more), lead)
        assert (found.key, found.found) == ("best_person", "Robin owns more than 5 actions that are not finished.")

    def test_drafts_elsewhere_and_other_organisations_are_not_counted(self, at: System, plan: Plan, lead: User) -> None:
        both = somebody("Bo", retention_lead=at.southmoor)
        theirs = actions.begin(place=at.southmoor, content={"title": "Theirs"}, by=both)
        for _ in range(MOST_OWNED + 1):
            sound(theirs, both)
        for _ in range(MOST_OWNED + 1):
            sound(plan, lead)  # all of them drafts
        action = sound(plan, lead)
        actions.agree(plan=theirs, by=both)
        Action.objects.filter(plan=theirs).update(owner=lead)
        assert warnings_of(action, lead) == []


class TestPlans:
    def test_more_than_three_areas_are_too_many(self, plan: Plan, lead: User) -> None:
        ends = [(TODAY + dt.timedelta(days=60 + 7 * i)).isoformat() for i in range(4)]
        for end, topic in zip(ends, ("flexible_working", "culture", "flexible_working", "reward"), strict=True):
            sound(plan, lead, topic=topic, ends_on=end)
        assert warnings_of_plan(plan, lead) == []
        sound(plan, lead, topic="pension", ends_on=(TODAY + dt.timedelta(days=120)).isoformat())
        (found,) = warnings_of_plan(plan, lead)
        assert (found.key, found.found, found.action) == ("focus", "4 areas.", None)

    def test_three_actions_that_end_in_one_week_are_told_with_the_week(self, plan: Plan, lead: User) -> None:
        monday = TODAY - dt.timedelta(days=TODAY.weekday()) + dt.timedelta(days=70)
        for late in (0, 3, 7):
            sound(plan, lead, ends_on=(monday + dt.timedelta(days=late)).isoformat())
        assert warnings_of_plan(plan, lead) == []
        sound(plan, lead, ends_on=(monday + dt.timedelta(days=6)).isoformat())
        (found,) = warnings_of_plan(plan, lead)
        assert found.key == "timescales"
        assert found.found.startswith("3 actions end in the week from ")

    @pytest.mark.parametrize("serves", ["", "  "])
    def test_what_serves_nothing_above_and_does_not_say_that_it_is_local(
        self, at: System, lead: User, serves: str
    ) -> None:
        plan = actions.begin(place=at.northmoor, content={"title": "Stay well", "serves": serves}, by=lead)
        action = sound(plan, lead, aims=[])
        assert keys(warnings_of_plan(plan, lead)) == [("ics_fit", "serves")]
        Action.objects.filter(pk=action.pk).update(aims=["a_goal"])
        assert warnings_of_plan(plan, lead) == []

    def test_an_empty_plan_is_not_scolded(self, at: System, lead: User) -> None:
        assert warnings_of_plan(actions.begin(place=at.northmoor, content={"title": "New"}, by=lead), lead) == []

    def test_those_of_actions_follow_each_with_its_action(self, plan: Plan, lead: User) -> None:
        one = sound(plan, lead, steps="")
        (found,) = warnings_of_plan(plan, lead)
        assert (found.key, found.action, found.about) == ("steps", one.pk, "More staff can work flexibly")

    def test_who_does_not_write_is_not_told_of_drafts(self, at: System, plan: Plan, lead: User) -> None:
        sound(plan, lead)
        actions.agree(plan=plan, by=lead)
        sound(plan, lead, steps="")
        plan = Plan.objects.get(pk=plan.pk)
        assert warnings_of_plan(plan, somebody("Vi", viewer=at.northmoor)) == []
        assert keys(warnings_of_plan(plan, lead)) == [("steps", "steps")]

    def test_every_question_of_the_guide_can_be_warned_of_in_its_words(self) -> None:
        for question in questions():
            for one in (question, *question.parts):
                assert warned(one.key, "x").words == one.missing
        with pytest.raises(KeyError):
            warned("what_nobody_asks", "x")

    def test_many_actions_are_looked_at_with_few_questions(
        self, plan: Plan, lead: User, django_assert_max_num_queries: object
    ) -> None:
        for i in range(8):
            sound(plan, lead, ends_on=(TODAY + dt.timedelta(days=60 + 7 * i)).isoformat())
        with django_assert_max_num_queries(9):  # type: ignore[operator]
            warnings_of_plan(Plan.objects.select_related("place").get(pk=plan.pk), lead)
