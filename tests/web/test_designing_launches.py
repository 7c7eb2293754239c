"""Does the calendar show what begins, to those who may see it, and warn when it piles up on the same people?"""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from cast import somebody, system
from django.test import Client
from django.utils import timezone

from keepwell.periods import Month
from keepwell.web.accounts.models import User
from keepwell.web.designing import launch_presenters, launch_queries
from keepwell.web.designing.launch_queries import groups_of, launches_at, piles, plans_below
from keepwell.web.plans import actions as plans
from keepwell.web.plans import rules
from keepwell.web.plans.models import Action, Plan

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
MAY = dt.date(2027, 5, 3)


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at):
    return somebody("Robin", retention_lead=at.northmoor)


def begins(place, by, *days, what="Something", **more):
    """A plan of a place with an action that begins on each of these days."""
    plan = plans.begin(place=place, content={"title": f"Plan of {place.name}"}, by=by)
    for day in days:
        plans.add(plan=plan, content={"what": what, "starts_on": day.isoformat() if day else None, **more}, by=by)
    return plan


def after(*days):
    return [MAY + dt.timedelta(days=number) for number in days]


def told(place, by, today=MAY):
    found = launches_at(place, by=by)
    return [launch_presenters.pile_in_words(pile) for pile in piles(found.launches, today)]


class TestPiles:
    def test_three_in_thirty_days_at_one_place_are_a_pile_in_words(self, at, lead):
        begins(at.surgery, lead, *after(0, 10, 28))
        assert told(at.northmoor, lead) == ["Three things begin in Surgery in May 2027."]

    @pytest.mark.parametrize(("days", "many"), [((0, 15, 30), 1), ((0, 15, 31), 0), ((0, 1), 0), ((0, 0, 0), 1)])
    def test_thirty_days_are_thirty_days(self, at, lead, days, many):
        begins(at.surgery, lead, *after(*days))
        assert len(told(at.northmoor, lead)) == many

    def test_rows_that_go_on_are_one_pile_and_a_gap_makes_two(self, at, lead):
        begins(at.surgery, lead, *after(0, 20, 30, 50, 60, 150, 151, 152))
        assert told(at.northmoor, lead) == [
            "Five things begin in Surgery between 3 May 2027 and 2 July 2027.",
            "Three things begin in Surgery between 30 September 2027 and 2 October 2027.",
        ]

    def test_what_begins_above_touches_those_below_and_not_those_beside(self, at, lead):
        begins(at.northmoor, lead, *after(0))
        begins(at.surgery, lead, *after(1))
        begins(at.ward_7, lead, *after(2))
        begins(at.medicine, lead, *after(3))
        assert told(at.northmoor, lead) == ["Three things begin in Ward 7 in May 2027."]

    def test_a_place_above_in_another_organisation_does_not_count(self, at):
        ics = User.objects.get(pk=somebody("Ics", ics_lead=at.icb, retention_lead=at.northmoor).pk)
        begins(at.icb, ics, *after(0, 1))
        begins(at.northmoor, ics, *after(2))
        assert told(at.icb, ics) == []

    def test_the_same_owner_and_the_same_group_are_the_same_people(self, at, lead):
        for place, day in ((at.surgery, 0), (at.medicine, 1), (at.ward_7, 2)):
            begins(place, lead, *after(day), owner_words="Jo Hart", stakeholders=f"matrons; {place.name} staff")
        assert told(at.northmoor, lead) == [
            "Three things that touch matrons begin in May 2027. The same falls on Jo Hart.",
        ]

    def test_the_same_words_in_two_organisations_are_other_people(self, at, lead):
        sam = somebody("Sam", retention_lead=at.southmoor)
        ics = somebody("Ics", ics_lead=at.icb)
        for place, by, days in ((at.northmoor, lead, (0, 1)), (at.southmoor, sam, (2,))):
            plan = begins(place, by, *after(*days), owner_words="The matron", stakeholders="Matrons")
            plans.release(plan=plans.agree(plan=plan, by=by), to=at.icb, by=by)
        assert told(at.icb, ics) == []
        plan = begins(at.medicine, lead, *after(3), stakeholders="matrons")
        plans.release(plan=plans.agree(plan=plan, by=lead), to=at.icb, by=lead)
        assert told(at.icb, ics) == [
            "Three things begin in Medicine in May 2027. The same falls on Matrons at Northmoor Trust.",
        ]

    def test_what_is_over_is_no_warning(self, at, lead):
        begins(at.surgery, lead, *after(0, 1, 2))
        assert told(at.northmoor, lead, MAY + dt.timedelta(days=2))
        assert told(at.northmoor, lead, MAY + dt.timedelta(days=3)) == []

    def test_what_was_stopped_or_taken_out_or_has_no_day_does_not_begin(self, at, lead):
        plan = begins(at.surgery, lead, *after(0, 1, 2), None)
        first, second, _, _ = plan.actions.all()
        plans.take_out(action=first, by=lead)
        Action.objects.filter(pk=second.pk).update(state=Action.STOPPED)
        found = launches_at(at.northmoor, by=lead)
        assert (len(found.launches), found.without_day) == (1, 1)
        assert launch_presenters.left_out(found) == "1 action still to be done has no day to begin on."

    @pytest.mark.parametrize(
        ("words", "groups"),
        [
            ("Matrons, ward managers;  Staff side.\nmatrons", ("Matrons", "ward managers", "Staff side")),
            ("", ()),
            (" , ;\n", ()),
            ("Everybody who works nights on any of the wards of this hospital and the next", ()),
        ],
    )
    def test_groups_are_what_the_words_list(self, words, groups):
        assert groups_of(words) == groups


class TestWhoSees:
    def test_only_what_one_may_see_and_drafts_only_those_who_write(self, at, lead):
        plan = begins(at.surgery, lead, *after(0))
        viewer, ics = somebody("Vic", viewer=at.northmoor), somebody("Ics", ics_lead=at.icb)
        manager = somebody("Mel", line_manager=at.medicine)

        def seen():
            return [
                len(launches_at(place, by=user).launches)
                for place, user in ((at.northmoor, lead), (at.northmoor, viewer), (at.icb, ics), (at.medicine, manager))
            ]

        assert seen() == [1, 0, 0, 0]
        plan = plans.agree(plan=plan, by=lead)
        assert seen() == [1, 1, 0, 0]
        plans.release(plan=plan, to=at.icb, by=lead)
        assert seen() == [1, 1, 1, 0]
        plans.add(plan=plan, content={"what": "New", "starts_on": MAY.isoformat()}, by=lead)
        assert seen() == [2, 1, 1, 0]
        plans.withdraw(shown=plan.shown.get(), by=lead)
        assert seen() == [2, 1, 0, 0]

    def test_the_quick_way_says_what_the_rule_says_of_each_plan(self, at, lead):
        other = somebody("Sam", retention_lead=at.southmoor)
        people = [lead, other, somebody("Adm", system_administrator=None), somebody("Ics", ics_lead=at.icb)]
        people += [somebody("Mel", line_manager=at.surgery), somebody("Vic", viewer=at.northmoor)]
        for place, by in ((at.northmoor, lead), (at.surgery, lead), (at.ward_7, lead), (at.southmoor, other)):
            begins(place, by, MAY)
            shown = plans.agree(plan=begins(place, by, MAY), by=by)
            plans.release(plan=shown, to=at.icb, by=by)
        for user in people:
            for place in (at.region, at.icb, at.northmoor, at.surgery):
                below = Plan.objects.filter(place__path__startswith=place.path)
                rule = {plan.pk for plan in below if rules.cannot_see_plan(user, plan) is None}
                assert {plan.pk for plan in plans_below(place, by=user)} == rule

    def test_a_closed_plan_is_over(self, at, lead):
        plan = plans.agree(plan=begins(at.surgery, lead, MAY), by=lead)
        plans.finish(action=plan.actions.get(), state=Action.FINISHED, by=lead)
        assert len(launches_at(at.northmoor, by=lead).launches) == 1
        plans.close(plan=plan, by=lead)
        assert launches_at(at.northmoor, by=lead).launches == ()

    def test_many_plans_are_asked_for_at_once(self, at, lead, django_assert_max_num_queries):
        ics = somebody("Ics", ics_lead=at.icb)
        for _ in range(12):
            plan = plans.agree(plan=begins(at.surgery, lead, MAY), by=lead)
            plans.release(plan=plan, to=at.icb, by=lead)
        with django_assert_max_num_queries(6):
            assert len(launches_at(at.icb, by=ics).launches) == 12


class TestPage:
    def page(self, user, place, more=""):
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        shown = client.get(f"/{place.slug}/launches/{more}")
        return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown.content.decode())))

    def test_it_answers_at_the_top_and_shows_weeks(self, at, lead):
        assert "Nothing begins here in the next 90 days." in self.page(lead, at.northmoor)
        begins(at.surgery, lead, TODAY + dt.timedelta(days=1), what="Self-made rotas", stakeholders="Night staff")
        page = self.page(lead, at.northmoor)
        assert "1 thing begins in the next 90 days; nothing piles up on the same people." in page
        assert "Self-made rotas (draft). Surgery, Plan of Surgery; touches Night staff" in page
        begins(at.surgery, lead, TODAY + dt.timedelta(days=2), TODAY + dt.timedelta(days=3))
        page = self.page(lead, at.northmoor)
        assert "Launches pile up" in page and "Three things begin in Surgery" in page

    @pytest.mark.parametrize("asked", ["?from=2027-05", "?from=nonsense", "?from=0001-01", "?from=9999-12", "?from="])
    def test_any_month_can_be_asked_for(self, at, lead, asked):
        begins(at.surgery, lead, MAY)
        month = "May 2027" if "2027" in asked else launch_presenters.month(Month.of(TODAY))
        assert month in self.page(lead, at.northmoor, asked)

    def test_weeks_begin_on_monday_and_a_month_shows_its_own_days(self, at, lead):
        begins(at.surgery, lead, dt.date(2027, 5, 30), dt.date(2027, 5, 31), dt.date(2027, 6, 1))
        shown = launch_presenters.months_of(launches_at(at.northmoor, by=lead).launches, Month.parse("2027-05"))
        assert [[(week.words, len(week.launches)) for week in one.weeks] for one in shown] == [
            [("Week of 24 May 2027", 1), ("Week of 31 May 2027", 1)],
            [("Week of 31 May 2027", 1)],
            [],
        ]
        assert [one.words for one in shown] == ["May 2027", "June 2027", "July 2027"]

    def test_many_piles_are_cut_and_counted(self, at, lead, monkeypatch):
        monkeypatch.setattr(launch_presenters, "PILES_SHOWN", 1)
        for place in (at.surgery, at.medicine):
            begins(place, lead, TODAY, TODAY, TODAY)
        assert "And 1 more of the kind." in self.page(lead, at.northmoor)

    def test_the_number_of_a_large_pile_is_written_in_digits(self, at, lead):
        begins(at.surgery, lead, *[MAY] * 12)
        assert told(at.northmoor, lead) == ["12 things begin in Surgery in May 2027."]
        assert launch_queries.MANY == 3
