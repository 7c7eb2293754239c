"""Is each way to retire open from the very age at which it is, in each section of the pension scheme?"""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from django.urls import reverse

from keepwell.content.flexible_requests import retirement_options
from keepwell.web.audit.models import AccessEvent
from keepwell.web.flexible.retirement_queries import CHECK, MAY, NO, NOT_YET, Case, ages_of, options_for, rise_on

TODAY = dt.date(2026, 11, 23)
SECTIONS = ("section_1995", "section_2008", "scheme_2015")
WAYS = (
    "step_down", "wind_down", "retire_and_return", "draw_down", "late_retirement_enhancement", "early_reduction_buy_out",
)  # fmt: skip


def ways(section, age, today=TODAY, **more):
    return {one.option.key: one.whether for one in options_for(Case(section, age, **more), today)}


class TestRetirement:
    """The ages of methodology.md, section 9, each one below, at it and above, and against the content."""

    def test_the_content_has_these_ways_and_sections(self):
        assert tuple(one.key for one in retirement_options().options) == WAYS
        assert tuple(one.key for one in retirement_options().sections) == SECTIONS

    @pytest.mark.parametrize("section", SECTIONS)
    @pytest.mark.parametrize("age", [16, 49, 54, 60, 90])
    def test_step_down_and_wind_down_at_any_age(self, section, age):
        assert (ways(section, age)["step_down"], ways(section, age)["wind_down"]) == (MAY, MAY)

    @pytest.mark.parametrize("section", SECTIONS)
    @pytest.mark.parametrize("way", ["retire_and_return", "draw_down"])
    @pytest.mark.parametrize(("age", "whether"), [(54, NOT_YET), (55, MAY), (56, MAY)])
    def test_from_the_minimum_of_55(self, section, way, age, whether):
        assert ways(section, age)[way] == whether

    @pytest.mark.parametrize("way", ["retire_and_return", "draw_down"])
    @pytest.mark.parametrize(("age", "whether"), [(49, NOT_YET), (50, MAY), (51, MAY)])
    def test_from_50_where_it_is_protected_in_1995(self, way, age, whether):
        assert ways("section_1995", age, protected=True)[way] == whether

    @pytest.mark.parametrize(("age", "whether"), [(49, NOT_YET), (50, CHECK), (54, CHECK), (55, MAY)])
    def test_for_some_from_50_in_2008(self, age, whether):
        assert ways("section_2008", age, protected=True)["draw_down"] == whether

    @pytest.mark.parametrize(("age", "whether"), [(50, NOT_YET), (54, NOT_YET), (55, MAY)])
    def test_protection_does_not_reach_2015(self, age, whether):
        assert ways("scheme_2015", age, protected=True)["draw_down"] == whether

    @pytest.mark.parametrize("age", [59, 60, 61, 75])
    def test_no_late_enhancement_in_1995(self, age):
        assert ways("section_1995", age)["late_retirement_enhancement"] == NO

    @pytest.mark.parametrize(("age", "whether"), [(64, NOT_YET), (65, MAY), (66, MAY)])
    def test_late_enhancement_in_2008_after_65(self, age, whether):
        assert ways("section_2008", age)["late_retirement_enhancement"] == whether

    @pytest.mark.parametrize(
        ("known", "age", "whether"),
        [
            (65, 64, NOT_YET), (65, 65, MAY), (66, 65, NOT_YET), (66, 66, MAY), (67, 66, NOT_YET), (67, 67, MAY),
            (68, 67, NOT_YET), (68, 68, MAY), (None, 64, NOT_YET), (None, 65, CHECK), (None, 67, CHECK), (None, 68, MAY),
        ],
    )  # fmt: skip
    def test_late_enhancement_in_2015_after_state_pension_age(self, known, age, whether):
        assert ways("scheme_2015", age, state_pension_age=known)["late_retirement_enhancement"] == whether

    @pytest.mark.parametrize("section", ["section_1995", "section_2008"])
    def test_no_buy_out_before_2015(self, section):
        assert ways(section, 50)["early_reduction_buy_out"] == NO

    @pytest.mark.parametrize(
        ("known", "age", "whether"),
        [
            (65, 50, NO), (66, 50, MAY), (66, 65, MAY), (66, 66, NO), (68, 67, MAY), (68, 68, NO),
            (None, 50, CHECK), (None, 67, CHECK), (None, 68, NO),
        ],
    )  # fmt: skip
    def test_buy_out_only_where_the_normal_age_is_above_65(self, known, age, whether):
        assert ways("scheme_2015", age, state_pension_age=known)["early_reduction_buy_out"] == whether

    @pytest.mark.parametrize(
        ("case", "normal"),
        [
            (Case("section_1995", 50), 60),
            (Case("section_1995", 50, special_class=True), 55),
            (Case("section_2008", 50), 65),
            (Case("section_2008", 50, special_class=True), 65),
            (Case("scheme_2015", 50, state_pension_age=65), 65),
            (Case("scheme_2015", 50, state_pension_age=67), 67),
            (Case("scheme_2015", 50, special_class=True, state_pension_age=67), 67),
        ],
    )
    def test_normal_ages(self, case, normal):
        assert ages_of(case, TODAY).normal == normal

    @pytest.mark.parametrize(("age", "reduced"), [(54, False), (55, False), (59, True), (60, False)])
    def test_before_the_normal_age_it_is_reduced(self, age, reduced):
        special = age == 55
        found = options_for(Case("section_1995", age, special_class=special), TODAY)
        said = [note for one in found if one.option.key == "draw_down" for note in one.notes]
        assert any("reduced" in note for note in said) is reduced

    def test_the_minimum_goes_up_on_its_day(self):
        assert rise_on() == dt.date(2028, 4, 6)
        before = rise_on() - dt.timedelta(days=1)
        assert [ways("scheme_2015", age, before)["draw_down"] for age in (55, 56, 57)] == [MAY, MAY, MAY]
        assert [ways("scheme_2015", age, rise_on())["draw_down"] for age in (55, 56, 57)] == [NOT_YET, NOT_YET, MAY]
        assert ways("section_1995", 50, rise_on(), protected=True)["draw_down"] == MAY

    @pytest.mark.parametrize(("age", "warned"), [(55, True), (56, True), (57, False)])
    def test_it_is_said_beforehand(self, age, warned):
        found = options_for(Case("section_2008", age), TODAY)
        said = [note for one in found if one.option.key == "draw_down" for note in one.notes]
        assert any("6 April 2028" in note for note in said) is warned

    def test_every_answer_of_the_content_is_met(self):
        """At 90 years what is open at all is open, and what is not is not."""
        for section, option in itertools.product(SECTIONS, retirement_options().options):
            found = ways(section, 90, state_pension_age=67)[option.key]
            beyond = option.key == "early_reduction_buy_out"
            assert found == (NO if beyond else option.in_section(section).answer)


@pytest.mark.django_db
class TestRetirementPage:
    def page(self, client, **asked):
        return client.get(reverse("retirement_options"), asked)

    def test_without_an_account_and_nothing_kept(self, client):
        page = self.page(client, section="section_1995", age="60")
        text = page.content.decode()
        assert page.status_code == 200
        assert "4 of 6 ways to retire bit by bit may be open to you (1995 Section, aged 60)." in text
        assert "no advice" in text
        assert "As of 2022" in text
        assert not AccessEvent.objects.exists()
        assert "no-store" in page["Cache-Control"]

    def test_flags_count(self, client):
        assert (
            "your minimum pension age is 50"
            in self.page(client, section="section_1995", age="52", protected="on").content.decode()
        )
        text = self.page(client, section="section_1995", age="55", special_class="on").content.decode()
        assert "your normal pension age 55" in text
        text = self.page(client, section="section_2008", age="55", special_class="on").content.decode()
        assert "your normal pension age 65" in text

    @pytest.mark.parametrize("age", ["", "15", "91", "old", "55.5", "-3"])
    def test_no_age_is_said_kindly(self, client, age):
        page = self.page(client, section="section_1995", age=age)
        assert page.status_code == 422
        assert "age" in page.content.decode()

    def test_an_unknown_section_is_refused(self, client):
        assert self.page(client, section="section_1960", age="50").status_code == 422
