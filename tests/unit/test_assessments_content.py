"""Is every topic of the traffic light there, and is an assessment that is out of its shape refused?"""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import pytest

from keepwell.content import list_yaml, load_yaml
from keepwell.content.assessments import (
    RATINGS,
    Assessment,
    Element,
    Level,
    Stage,
    assessment,
    assessments,
    checked,
)

GUIDE = Path(__file__).parents[3] / "shared" / "seeds" / "002_94964f9ddc69b26a.txt"
OURS_ONLY = ("improvement_and_change", "action_planning", "evaluating_impact")

# In the guide's order, counted in it by hand, section by section: things to consider, top tips, leaders can, managers can.
PRINTED = {
    "culture": (0, 0, 1, 1),
    "understanding_data": (7, 0, 3, 3),
    "listening": (0, 6, 3, 3),
    "new_starters": (6, 0, 3, 3),
    "international": (7, 0, 2, 3),
    "health_and_wellbeing": (0, 11, 3, 3),
    "development": (10, 0, 4, 4),
    "late_career": (4, 3, 3, 3),
    "flexible_retirement": (5, 0, 3, 3),
    "flexible_working": (7, 0, 3, 3),
    "improvement_and_change": (5, 5, 0, 0),
    "action_planning": (8, 0, 0, 0),
    "evaluating_impact": (0, 0, 0, 0),
    "reward": (0, 0, 3, 3),
}


@pytest.fixture(scope="module")
def light() -> Assessment:
    return assessment("retention_traffic_light")


def small() -> dict[str, Any]:
    """The smallest assessment that is in its shape."""
    source = {"guide": "retention_guide", "section": "Flexible working"}
    action = {"key": "act", "objective": "o", "action": "a", "steps": ["s"], "success": "s", "days": 30}
    topic = {
        "key": "topic",
        "title": "t",
        "statement": "s",
        "why": "w",
        "promise": ["work_flexibly"],
        "measures": ["leaver_rate"],
        "reasons": ["retirement"],
        "consider": [{"key": "ask", "text": "t", "source": source}],
        "actions": [action | {"source": source}],
        "reading": [{"title": "t", "address": "https://example.org/", "source": source}],
        "source": source,
    }
    return {
        "key": "small",
        "title": "t",
        "about": "a",
        "answers": "traffic_light",
        "for": ["trust"],
        "minutes": 5,
        "review_after_days": 90,
        "source": source,
        "meanings": [{"key": key, "text": key, "source": source} for key in RATINGS["traffic_light"]],
        "groups": [{"key": "group", "title": "t", "about": "a", "source": source, "items": [topic]}],
    }


def refusal(entry: dict[str, Any]) -> str:
    with pytest.raises(ValueError, match=r"assessments/small\.yaml") as refused:
        checked(entry, "assessments/small.yaml")
    return str(refused.value)


def test_the_fourteen_topics_stand_in_the_guides_order(light: Assessment) -> None:
    assert [topic.key for topic in light.items] == list(PRINTED)


def test_every_prompt_that_the_guide_prints_is_there(light: Assessment) -> None:
    found = {
        topic.key: tuple(
            sum(not one.source.ours for one in part)
            for part in (topic.consider, topic.tips, topic.leaders_can, topic.managers_can)
        )
        for topic in light.items
    }
    assert found == PRINTED


def test_51_things_to_consider_eight_before_a_plan_and_four_boxes_of_tips(light: Assessment) -> None:
    considered = {topic.key: len(topic.consider) for topic in light.items}
    assert considered.pop("action_planning") == 8
    assert sum(considered.values()) == 51
    assert len([topic for topic in light.items if topic.tips]) == 4


def test_three_topics_have_leaders_and_managers_of_ours(light: Assessment) -> None:
    by_hand = {
        topic.key for topic in light.items for one in (*topic.leaders_can, *topic.managers_can) if one.source.ours
    }
    assert by_hand == set(OURS_ONLY)
    assert all(topic.leaders_can and topic.managers_can for topic in light.items)


def test_the_prompts_of_a_topic_are_all_that_is_said_beside_it(light: Assessment) -> None:
    assert sum(len(topic.prompts()) for topic in light.items) == 51 + 8 + 25 + (31 + 9) + (32 + 9) + 6


def test_the_six_steps_of_evaluating_are_asked(light: Assessment) -> None:
    (evaluating,) = (topic for topic in light.items if topic.key == "evaluating_impact")
    assert len(evaluating.questions_for.all()) == 6
    assert evaluating.prompts()[-6:] == evaluating.questions_for.all()


def test_each_topic_has_actions_to_begin_from_that_can_be_checked(light: Assessment) -> None:
    for topic in light.items:
        assert 2 <= len(topic.actions) <= 4, topic.key
        for action in topic.actions:
            assert 14 <= action.days <= 90, action.key
            assert re.search(r"\d|…|agree", action.success), action.key
            assert len(action.steps) >= 3, action.key
            assert action.source.ours or action.key == "flexible_board_paper"


def test_what_is_ours_says_what_it_rests_on(light: Assessment) -> None:
    sources = [one.source for topic in light.items for one in (*topic.prompts(), *topic.actions, *topic.reading)]
    assert {source.guide for source in sources} == {"retention_guide"}
    assert all(source.ours.startswith("Rests on: ") for source in sources if source.ours)


@pytest.mark.skipif(not GUIDE.is_file(), reason="the guides are not here: shared/seeds")
def test_every_address_is_one_that_the_guide_prints(light: Assessment) -> None:
    printed = GUIDE.read_text("utf-8").split()
    assert [text.address for topic in light.items for text in topic.reading if text.address not in printed] == []


def test_red_amber_and_green_each_have_a_meaning(light: Assessment) -> None:
    assert tuple(meaning.key for meaning in light.meanings) == ("red", "amber", "green")
    assert len({meaning.text for meaning in light.meanings}) == 3


def test_elements_stages_and_levels_are_those_of_their_files(light: Assessment) -> None:
    promise = load_yaml("promise.yaml")
    assert get_args(Element) == tuple(element["key"] for element in promise)
    for topic in light.items:
        belongs = [element["key"] for element in promise if topic.key in element["topics"]]
        assert sorted(topic.promise) == sorted(belongs), topic.key


@pytest.mark.parametrize(("words", "name"), [(get_args(Stage), "stages"), (get_args(Level)[1:], "levels")])
def test_stages_and_levels_are_those_of_general_practice(words: tuple[str, ...], name: str) -> None:
    assert set(words) == {entry["key"] for entry in load_yaml(f"general_practice/{name}.yaml")}


def test_every_file_is_an_assessment() -> None:
    assert {f"assessments/{key}.yaml" for key in assessments()} == set(list_yaml("assessments"))
    with pytest.raises(KeyError):
        assessment("no_such")


def test_the_smallest_assessment_is_read() -> None:
    one = checked(small(), "assessments/small.yaml")
    assert one.places == ("trust",)
    assert [topic.key for topic in one.items] == ["topic"]
    assert one.items[0].actions[0].steps == ("s",)
    assert checked(small() | {"meanings": []}, "assessments/small.yaml").meanings == ()


def topic_of(entry: dict[str, Any]) -> dict[str, Any]:
    return entry["groups"][0]["items"][0]


def planted(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    entry = deepcopy(small())
    change(entry)
    return entry


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda e: e.update(key="other"), "its key is other"),
        (lambda e: e.pop("for"), "`for` is missing"),
        (lambda e: e.update(places=["team"]), "`for` is missing"),
        (lambda e: e.update({"for": []}), "no kinds of place"),
        (lambda e: e.update({"for": ["hospital"]}), "hospital"),
        (lambda e: e.update(minutes=0), "no time"),
        (lambda e: e.update(review_after_days=0), "no time"),
        (lambda e: e.update(groups=[]), "no topics"),
        (lambda e: e.update(answers="marks"), "marks"),
        (lambda e: e.update(colour="red"), "colour"),
        (lambda e: e["meanings"].pop(), "red, amber, green"),
        (lambda e: e["meanings"].reverse(), "red, amber, green"),
        (lambda e: topic_of(e).update(key="group"), "the key group stands 2 times"),
        (lambda e: topic_of(e)["consider"][0].update(key="act"), "the key act stands 2 times"),
        (lambda e: topic_of(e).update(key="Flexible working"), "'Flexible working' is no key"),
        (lambda e: topic_of(e).update(promise=["flexibly"]), "flexibly"),
        (lambda e: topic_of(e).update(measures=["turnover"]), "topic: no measure is called turnover"),
        (lambda e: topic_of(e).update(reasons=["boredom"]), "topic: no reason for leaving is called boredom"),
        (lambda e: topic_of(e).update(level="ward"), "ward"),
        (lambda e: topic_of(e).update(stages=["partner"]), "partner"),
        (lambda e: topic_of(e).pop("statement"), "statement"),
        (lambda e: topic_of(e).pop("source"), "source"),
        (lambda e: topic_of(e).update(source={"guide": "another", "section": "s"}), "groups[0].items[0].source"),
        (lambda e: topic_of(e).update(why=" "), "topic: a text is blank"),
        (lambda e: topic_of(e)["consider"][0].update(text=""), "topic: a text is blank"),
        (lambda e: topic_of(e).update(questions_for={"patients": []}), "patients"),
        (lambda e: topic_of(e)["actions"][0].update(days=0), "act: an action needs an objective"),
        (lambda e: topic_of(e)["actions"][0].update(success=""), "act: an action needs an objective"),
        (lambda e: topic_of(e)["actions"][0].update(steps=[]), "act: an action needs steps"),
        (lambda e: topic_of(e)["actions"][0].update(steps=["s", ""]), "act: an action needs steps"),
        (lambda e: topic_of(e)["reading"][0].update(address="the intranet"), "'the intranet' is no address"),
    ],
)
def test_what_is_out_of_shape_is_refused_by_name(change: Callable[[dict[str, Any]], Any], says: str) -> None:
    assert says in refusal(planted(change))
