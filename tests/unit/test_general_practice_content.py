"""Is the way to keep GPs all there, each item once, with its source, and does it fit together?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args

import pytest

from keepwell.content import assessments, general_practice, list_yaml, load_yaml
from keepwell.content.assessments import RATINGS, Level, Stage, assessment
from keepwell.content.general_practice import (
    CHECKLIST,
    LossPoint,
    SupportLevel,
    contributors,
    cycle,
    goals,
    lessons,
    levels,
    loss_points,
    loss_points_of,
    must_dos,
    offers,
    own_parts,
    questions,
    stages,
    training_hubs,
)
from keepwell.content.guides import Source, guides

EVERYTHING: dict[str, Callable[[], Any]] = {
    "cycle.yaml": cycle,
    "stages.yaml": stages,
    "levels.yaml": levels,
    "loss_points.yaml": loss_points,
    "goals.yaml": goals,
    "must_dos.yaml": must_dos,
    "offers.yaml": offers,
    "contributors.yaml": contributors,
    "training_hubs.yaml": training_hubs,
    "questions.yaml": questions,
    "lessons.yaml": lessons,
    "ours.yaml": own_parts,
}
CHECKLIST_FILE = f"assessments/{CHECKLIST}.yaml"


@pytest.fixture(scope="module")
def checklist() -> assessments.Assessment:
    return assessments.checked(load_yaml(CHECKLIST_FILE), CHECKLIST_FILE)


def sources(thing: Any) -> Iterator[Source]:
    if isinstance(thing, Source):
        yield thing
    elif isinstance(thing, tuple):
        for part in thing:
            yield from sources(part)
    elif is_dataclass(thing):
        for field in fields(thing):
            yield from sources(getattr(thing, field.name))


def test_every_file_has_its_reader():
    assert {f"general_practice/{name}" for name in EVERYTHING} == set(list_yaml("general_practice"))


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_source_is_the_toolkit_for_general_practice(name):
    found = list(sources(EVERYTHING[name]()))
    assert found
    assert {source.guide for source in found} == {"gp_toolkit"} <= set(guides())
    assert [source for source in found if source.ours and not source.ours.startswith("Rests on: ")] == []


def test_the_checklist_has_22_items_in_the_five_steps(checklist):
    assert [(group.key, len(group.items)) for group in checklist.groups] == [
        ("creating_capacity", 7),
        ("engage_and_empower", 4),
        ("know_the_workforce", 4),
        ("assess_the_gap", 3),
        ("refine_the_plan", 4),
    ]
    assert len(checklist.items) == 22
    assert checklist.minutes == 20
    assert RATINGS[checklist.answers] == ("not_yet", "under_way", "done")
    assert set(checklist.places) == {"icb", "network", "practice"}


def test_each_check_has_something_to_start_from_labelled_as_ours(checklist):
    assert [topic.key for topic in checklist.items if not (topic.consider and topic.actions)] == []
    assert [action.key for topic in checklist.items for action in topic.actions if not action.source.ours] == []
    assert {source.guide for source in sources(checklist)} == {"gp_toolkit"}


def test_the_checklist_is_among_the_assessments():
    assert assessment(CHECKLIST).key == CHECKLIST


def test_the_cycle_goes_through_the_checklist_in_its_order(checklist):
    assert [step.key for step in cycle()] == [group.key for group in checklist.groups]
    assert [key for step in cycle() for key in step.checklist] == [group.key for group in checklist.groups]
    assert [step.next_sentence for step in cycle() if not step.next_sentence.startswith("Next: ")] == []
    assert cycle()[1].next_sentence.startswith("Next: ask your GPs")


def test_stages_and_levels_are_those_that_assessments_know():
    assert tuple(stage.key for stage in stages()) == get_args(Stage)
    assert tuple(level.key for level in levels()) == get_args(SupportLevel)
    assert set(get_args(Level)) == {"", *get_args(SupportLevel)}


def test_the_16_goals_and_22_must_dos_stand_at_their_levels():
    expected = {"career_support": 7, "practice_network": 4, "system": 5}
    assert Counter(goal.level for goal in goals()) == expected
    assert Counter(one.level for one in must_dos()) == {"career_support": 11, "practice_network": 6, "system": 5}
    assert (len(goals()), len(must_dos())) == (16, 22)


def test_the_national_offers_stand_at_their_levels_and_say_that_they_may_have_changed():
    listed = [offer for offer in offers().offers if offer.in_the_list]
    assert Counter(offer.level for offer in listed) == {"career_support": 7, "practice_network": 10, "system": 2}
    assert {(offer.published, offer.may_have_changed) for offer in offers().offers} == {(2019, True)}
    assert "2019" in offers().note.text
    assert len([offer for offer in listed if offer.part_of]) == 5


def test_the_loss_points_are_those_that_the_guide_draws():
    drawn = {stage: [point.key for point in loss_points() if stage in point.stages] for stage in get_args(Stage)}
    assert drawn == {
        "trainee": ["failure_to_progress", "switching_speciality", "deferrals"],
        "into_work": ["emigration_after_training", "return_home", "gap_years"],
        "newly_qualified": ["emigration_when_qualified", "change_of_direction"],
        "mid_career": ["emigration_when_qualified", "change_of_direction"],
        "wise_fives": ["emigration_when_qualified", "early_retirement", "change_of_direction"],
        "returner": ["no_return_after_break"],
    }
    assert [point.key for point in loss_points() if point.source.ours] == ["no_return_after_break"]
    assert [point.key for point in loss_points() if point.throughout] == [
        "fewer_hours",
        "varied_work",
        "burn_out_or_ill_health",
    ]


def test_a_stage_has_its_own_loss_points_and_those_of_the_whole_career():
    assert [point.key for point in loss_points_of("returner")] == [
        "no_return_after_break",
        "fewer_hours",
        "varied_work",
        "burn_out_or_ill_health",
    ]


def test_a_loss_with_a_number_says_what_the_number_does_not():
    assert [one.key for one in (*loss_points(), *questions()) if bool(one.known_from) != bool(one.says)] == []
    assert {one.key for one in loss_points() if not one.known_from} >= {"deferrals", "gap_years"}


def test_known_numbers_are_of_measures_that_general_practice_has():
    named = {name for one in (*loss_points(), *questions()) for name in one.known_from}
    needs = {name: set(load_yaml(f"measures/{name}.yaml")["needs"]) for name in named}
    assert [name for name in named if not needs[name] & {"practices", "practice_people"}] == []


def test_what_is_ours_within_an_item_of_the_guide_is_named_with_what_it_rests_on():
    for own in own_parts():
        assert set(own.parts) <= {field.name for field in fields(EVERYTHING[own.file]()[0])}
        assert own.source.ours
    assert {own.file for own in own_parts()} == {"cycle.yaml", "stages.yaml", "loss_points.yaml", "questions.yaml"}


def test_13_contributors_8_things_a_hub_does_6_questions_and_4_lessons():
    counted = len(contributors()), len(training_hubs().does), len(questions()), len(lessons())
    assert counted == (13, 8, 6, 4)


def test_twice_as_likely_to_feel_supported_is_said_with_its_source():
    lesson = {lesson.key: lesson for lesson in lessons()}["several_levels"]
    assert "all three levels" in lesson.text
    assert "twice as likely" in lesson.text
    assert lesson.source.section == "About this toolkit, Key lessons learnt"


@pytest.mark.parametrize(
    ("planted", "fault"),
    [
        (lambda p: {"key": "gap_years"}, "the key gap_years stands 2 times"),
        (lambda p: {"key": "Gap Years"}, "'Gap Years' is no key"),
        (lambda p: {"title": " "}, "deferrals: title is blank"),
        (lambda p: {"ask": ""}, "deferrals: ask is blank"),
        (lambda p: {"known_from": ("turnover",), "says": "Much."}, "deferrals: no measure is called turnover"),
        (lambda p: {"known_from": ("leaver_rate",)}, "deferrals: says belongs to known_from"),
        (lambda p: {"says": "Much."}, "deferrals: says belongs to known_from"),
    ],
)
def test_a_planted_fault_is_named_with_its_file(planted, fault):
    points = tuple(replace(p, **planted(p)) if p.key == "deferrals" else p for p in loss_points())
    with pytest.raises(ValueError, match=f"general_practice/loss_points.yaml: .*{fault}"):
        general_practice.checked(points, "loss_points.yaml")


def test_an_address_that_leads_nowhere_is_refused():
    first, *rest = offers().offers
    planted = replace(offers(), offers=(replace(first, address="www.england.nhs.uk"), *rest))
    with pytest.raises(ValueError, match=r"appraiser_resources: 'www\.england\.nhs\.uk' is no address"):
        general_practice.checked(planted, "offers.yaml")


def test_an_empty_list_is_refused():
    with pytest.raises(ValueError, match="refine_the_plan: asks is blank"):
        general_practice.checked((replace(cycle()[-1], asks=()),), "cycle.yaml")


@pytest.fixture
def planted(monkeypatch) -> Iterator[Callable[[str, Callable[[Any], Any]], None]]:
    """Change what a file says before it is read; afterwards nothing of it is remembered."""

    def plant(name: str, change: Callable[[Any], Any]) -> None:
        def loaded(path: str) -> Any:
            return change(load_yaml(path)) if path == name else load_yaml(path)

        monkeypatch.setattr("keepwell.content.guides.load_yaml", loaded)
        monkeypatch.setattr("keepwell.content.general_practice.load_yaml", loaded)
        _forget()

    yield plant
    _forget()


def _forget() -> None:
    for reader in EVERYTHING.values():
        reader.cache_clear()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("name", "change", "fault"),
    [
        ("stages.yaml", lambda listed: listed[::-1], "asked are trainee"),
        ("levels.yaml", lambda listed: listed[:2], "asked are career_support"),
        ("stages.yaml", lambda listed: [{**listed[0], "key": "student"}, *listed[1:]], "stages.yaml"),
        ("goals.yaml", lambda listed: [{**listed[0], "level": "region"}], "goals.yaml"),
        ("goals.yaml", lambda listed: [{**listed[0], "stages": ["retired"]}], "goals.yaml"),
        ("goals.yaml", lambda listed: [{**listed[0], "owner": "us"}], "goals.yaml.*owner"),
        ("goals.yaml", lambda listed: [{k: v for k, v in listed[0].items() if k != "source"}], "goals.yaml.*source"),
        ("must_dos.yaml", lambda listed: [{**listed[0], "source": {"guide": "none", "section": "x"}}], "must_dos.yaml"),
        ("cycle.yaml", lambda listed: listed[:-1], "each group of the checklist belongs to one step"),
        ("cycle.yaml", lambda listed: [*listed[:-1], {**listed[-1], "checklist": ["no_such"]}], "each group"),
    ],
)
def test_a_file_out_of_its_shape_is_refused(name, change, fault, planted):
    planted(f"general_practice/{name}", change)
    with pytest.raises(ValueError, match=fault):
        EVERYTHING[name]()


def test_a_loss_point_without_stages_runs_through_the_career():
    source = Source("gp_toolkit", "Know the local GP workforce")
    assert LossPoint("a", "A", "Who?", source).throughout
    assert not LossPoint("a", "A", "Who?", source, stages=("trainee",)).throughout
