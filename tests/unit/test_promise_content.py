"""Are the seven elements, those who carry them and the three assessments in their shape, and do they fit together?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, get_args

import pytest

from keepwell.content import load_yaml
from keepwell.content.assessments import Assessment, assessment, assessments
from keepwell.content.assessments import Element as ElementKey
from keepwell.content.promise import (
    ELEMENTS,
    ROLES,
    TOPICS,
    checked_elements,
    checked_roles,
    elements,
    retention_roles,
    roles_of,
)

OURS = ("exit_planning_list", "wellbeing_diagnostic", "what_good_looks_like")
SIDES = ("board", "hr", "line_managers", "staff")
NAMED_BY_THE_TASK = {
    *("wellbeing_guardian", "flexible_working_champion", "clinical_lead", "project_manager", "improvement_lead"),
    *("od_lead", "retention_lead", "training_hub", "lmc", "appraisers", "speak_up_guardian", "staff_networks"),
    *("preceptorship_lead", "legacy_mentors", "pension_adviser"),
}


def parts(content: Any) -> Iterator[dict[str, Any]]:
    """Every mapping in a file, however deep, but the sources."""
    if isinstance(content, dict):
        yield content
        for name, part in content.items():
            if name not in ("source", "also"):
                yield from parts(part)
    elif isinstance(content, list):
        for part in content:
            yield from parts(part)


def without_source(name: str) -> list[str]:
    """What a reader may see alone and that names no source of its own."""
    return [
        str(part.get("key") or part.get("who") or part)
        for part in parts(load_yaml(name))
        if ({"key", "text"} <= part.keys() or {"key", "title"} <= part.keys() or "who" in part) and "source" not in part
    ]


class TestTheSevenElements:
    def test_there_are_seven_and_they_are_those_that_assessments_name(self):
        assert tuple(elements()) == get_args(ElementKey)

    def test_each_is_called_as_the_nhs_calls_it(self):
        assert [one.title for one in elements().values()] == [
            "We are compassionate and inclusive",
            "We are recognised and rewarded",
            "We each have a voice that counts",
            "We are safe and healthy",
            "We are always learning",
            "We work flexibly",
            "We are a team",
        ]

    def test_topics_and_elements_say_the_same_of_each_other(self):
        said_by_topics = {
            (topic["key"], element)
            for group in load_yaml(TOPICS)["groups"]
            for topic in group["items"]
            for element in topic["promise"]
        }
        assert {(topic, one.key) for one in elements().values() for topic in one.topics} == said_by_topics

    def test_twelve_of_fourteen_topics_belong_somewhere(self):
        topics = {topic["key"] for group in load_yaml(TOPICS)["groups"] for topic in group["items"]}
        belonging = {topic for one in elements().values() for topic in one.topics}
        assert topics - belonging == {"action_planning", "evaluating_impact"}

    def test_each_has_a_measure_a_line_on_it_and_people_who_carry_it_managers_among_them(self):
        for one in elements().values():
            assert one.measures and one.about_measures and len(one.carried_by) >= 3, one.key
            assert "Line managers" in {carrier.who for carrier in one.carried_by}, one.key

    def test_a_reason_for_leaving_comes_with_its_measure(self):
        for one in elements().values():
            assert not one.reasons or {"reasons_for_leaving", "reasons_known"} & set(one.measures), one.key

    def test_who_carries_an_element_is_a_role_of_that_element(self):
        for one in elements().values():
            for carrier in one.carried_by:
                assert not carrier.role or one.key in retention_roles()[carrier.role].elements, (one.key, carrier.role)

    def test_each_rests_on_the_page_of_the_promise_too(self):
        assert all("staff_experience" in {source.guide for source in one.also} for one in elements().values())


class TestTheRoles:
    def test_those_of_the_guides_are_in(self):
        assert len(retention_roles()) == 33
        assert set(retention_roles()) >= NAMED_BY_THE_TASK

    def test_every_kind_of_place_has_some_and_the_others_none(self):
        assert {place: len(roles_of(place)) for place in ("trust", "practice", "network", "icb", "team")} == {
            "trust": 22,
            "practice": 3,
            "network": 11,
            "icb": 27,
            "team": 0,
        }

    def test_every_element_is_carried_by_a_role_in_a_trust(self):
        assert {element for role in roles_of("trust") for element in role.elements} == set(elements())

    def test_a_post_that_a_guide_does_not_name_is_marked_as_ours(self):
        ours = {role.key for role in retention_roles().values() if role.source.ours}
        assert {"speak_up_guardian", "reward_lead", "plan_holder"} <= ours
        assert not {"wellbeing_guardian", "project_manager", "clinical_lead", "legacy_mentors"} & ours


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("topics", ["bicycles"], "a_team: topics has no bicycles"),
            ("measures", ["bicycles"], "a_team: measures has no bicycles"),
            ("reasons", ["bicycles"], "a_team: reasons has no bicycles"),
            ("key", "work_flexibly", "the key work_flexibly stands 2 times"),
            ("bicycles", [], "bicycles"),
            ("source", {"guide": "bicycles", "section": "Wheels"}, "$[6].source"),
            ("source", {"guide": "retention_guide", "section": " "}, "$[6].source"),
        ],
    )
    def test_an_element(self, field, value, told):
        planted = deepcopy(load_yaml(ELEMENTS))
        planted[-1][field] = value
        with pytest.raises(ValueError, match=rf"^promise\.yaml: .*{re.escape(told)}"):
            checked_elements(planted)

    def test_an_element_without_a_source(self):
        planted = deepcopy(load_yaml(ELEMENTS))
        del planted[0]["source"]
        with pytest.raises(ValueError, match=r"^promise\.yaml: .*source"):
            checked_elements(planted)

    def test_a_carrier_whose_role_is_not_there(self):
        planted = deepcopy(load_yaml(ELEMENTS))
        planted[0]["carried_by"][0]["role"] = "bicycles"
        with pytest.raises(ValueError, match="compassionate_and_inclusive: no retention role is called bicycles"):
            checked_elements(planted)

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("elements", ["bicycles"], "executive_lead: no element is called bicycles"),
            ("places", [], "executive_lead: no kind of place needs it"),
            ("places", ["moon"], "moon"),
            ("key", "plan_holder", "the key plan_holder stands 2 times"),
            ("title", None, "$[0].title"),
        ],
    )
    def test_a_role(self, field, value, told):
        planted = deepcopy(load_yaml(ROLES))
        planted[0][field] = value
        with pytest.raises(ValueError, match=rf"^retention_roles\.yaml: .*{re.escape(told)}"):
            checked_roles(planted)


class TestTheThreeAssessments:
    @pytest.mark.parametrize(
        ("key", "answers", "groups", "items"),
        [
            ("exit_planning_list", "done", 3, 14),
            ("wellbeing_diagnostic", "traffic_light", 5, 18),
            ("what_good_looks_like", "words", 5, 28),
        ],
    )
    def test_they_have_so_many_items(self, key, answers, groups, items):
        one = assessment(key)
        assert (one.answers, len(one.groups), len(one.items)) == (answers, groups, items)

    @pytest.mark.parametrize("key", OURS)
    def test_they_can_be_found_among_all(self, key):
        assert isinstance(assessments()[key], Assessment)

    @pytest.mark.parametrize("key", ["exit_planning_list", "wellbeing_diagnostic"])
    def test_what_the_guide_does_not_print_is_said_to_be_ours(self, key):
        one = assessment(key)
        assert one.source.ours
        assert [topic.key for topic in one.items if not topic.source.ours.startswith("Rests on: ")] == []

    def test_the_list_rests_on_every_trust_of_its_page(self):
        sections = {topic.source.section for topic in assessment("exit_planning_list").items}
        assert {name for name in sections if "Trust" in name} == {
            "Solent NHS Trust",
            "United Lincolnshire Hospitals NHS Trust",
            "West London NHS Trust",
        }

    def test_the_national_picture_has_the_figures_of_the_page(self):
        topic = next(one for one in assessment("exit_planning_list").items if one.key == "against_the_nation")
        figures = [[int(n) for n in re.findall(r"(\d+) in 100", item.text)] for item in topic.consider]
        assert figures == [[16, 13], [5, 2], [21], [13, 8], [9, 5]]

    def test_the_workshop_puts_the_same_six_prompts_to_each_of_four_sides(self):
        groups = assessment("what_good_looks_like").groups
        assert tuple(group.key for group in groups) == (*SIDES, "together")
        asked = [[topic.key.removeprefix(f"{group.key}_") for topic in group.items] for group in groups[:4]]
        assert asked == [["good_day", "signs", "already", "in_the_way", "needs", "first_step"]] * 4

    def test_the_workshop_ends_with_three_to_five_actions(self):
        last = assessment("what_good_looks_like").items[-1]
        assert last.key == "together_actions"
        assert "three to five actions" in last.statement


@pytest.mark.parametrize("name", [ELEMENTS, ROLES, *(f"assessments/{key}.yaml" for key in OURS)])
def test_every_item_names_its_own_source(name):
    assert without_source(name) == []


def test_an_item_without_a_source_is_found(monkeypatch):
    planted = [{"key": "a", "title": "A", "source": {}, "items": [{"key": "b", "text": "B"}]}]
    monkeypatch.setattr(f"{__name__}.load_yaml", lambda _: planted)
    assert without_source("anything") == ["b"]
