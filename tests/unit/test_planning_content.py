"""Is all that a plan is made of there, from a guide that exists, and is a file out of shape refused?"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from keepwell.content import flexible_requests, headings, involving, list_yaml, load_yaml, planning
from keepwell.content.guides import guides

LOADERS: dict[str, Callable[..., Any]] = {
    "behaviours": planning.behaviours,
    "change_model": planning.readiness,
    "check_ins": planning.check_ins,
    "columns": planning.columns,
    "driver_examples": planning.driver_examples,
    "equality": involving.equality,
    "evaluation": planning.evaluation_steps,
    "flexible_retirement_request": flexible_requests.request_flows,
    "flexible_working_request": flexible_requests.request_flows,
    "headings": headings.headings,
    "questions": planning.questions,
    "retirement_options": flexible_requests.retirement_options,
    "stakeholders": involving.stakeholder_maps,
    "support_programme": planning.support_programme,
}


def entries(content: Any) -> Iterator[dict[str, Any]]:
    """Every mapping of a file, but for the sources themselves."""
    if isinstance(content, dict):
        if "guide" not in content:
            yield content
        content = list(content.values())
    if isinstance(content, list):
        for part in content:
            yield from entries(part)


def without_source(content: Any) -> list[str]:
    """Entries with a key and no source of a guide; ours say on which sentence they rest."""
    return [
        entry["key"]
        for entry in entries(content)
        if "key" in entry
        and (
            entry.get("source", {}).get("guide") not in guides()
            or ("ours" in entry["source"] and not re.match(r"Rests on: \w.+\.$", entry["source"]["ours"]))
        )
    ]


def keys(things: Any) -> list[str]:
    return [thing.key for thing in things]


def test_every_file_is_read_by_a_loader() -> None:
    assert list_yaml("planning") == tuple(f"planning/{name}.yaml" for name in sorted(LOADERS))


@pytest.mark.parametrize("name", LOADERS)
def test_every_item_has_a_source_and_an_own_one_says_what_it_rests_on(name: str) -> None:
    content = load_yaml(f"planning/{name}.yaml")
    assert sum("key" in entry for entry in entries(content)) > 5
    assert without_source(content) == []


def test_a_planted_item_without_a_source_or_with_a_bare_own_one_is_found() -> None:
    planted = [
        {"key": "a"},
        {"key": "b", "source": {"guide": "nobody"}},
        {"key": "c", "source": {"guide": "gp_toolkit", "ours": "x"}},
    ]
    assert without_source(planted) == ["a", "b", "c"]


def test_the_six_columns_of_the_guide_come_first_each_with_its_example() -> None:
    first = planning.columns()[:6]
    assert [column.label for column in first] == [
        "Topic and objective",
        "Action",
        "Owner",
        "Timescales",
        "Steps to take",
        "Success criteria",
    ]
    assert all(column.of_guide and column.required and column.example for column in first)
    assert first[3].example == "2 months"


def test_twelve_columns_are_ours_and_of_them_only_evidence_is_required() -> None:
    ours = planning.columns()[6:]
    assert len(ours) == 12
    assert not any(column.of_guide or column.example for column in ours)
    assert [column.key for column in ours if column.required] == ["evidence"]


def test_the_guides_eight_questions_stand_in_its_order() -> None:
    expected = ["smart", "evidence", "focus", "timescales", "behaviours", "best_person", "check_in", "ics_fit"]
    assert keys(planning.questions()) == expected
    assert not any(question.source.ours for question in planning.questions())


def test_only_the_first_question_has_parts() -> None:
    parts = {question.key: keys(question.parts) for question in planning.questions() if question.parts}
    assert parts == {
        "smart": ["number_or_milestone", "date", "dates_in_order", "owner_accepted", "inside_peers", "can_be_seen"]
    }


def test_three_to_six_behaviours_of_each_kind() -> None:
    counted = Counter(behaviour.of for behaviour in planning.behaviours())
    assert set(counted) == {"person", "team", "organisation"}
    assert all(3 <= times <= 6 for times in counted.values())


def test_eight_components_with_three_answers() -> None:
    assert len(planning.readiness().components) == 8
    assert keys(planning.readiness().answers) == ["yes", "partly", "no"]


def test_the_driver_diagram_has_an_outcome_a_process_for_each_primary_driver_and_something_to_balance() -> None:
    (diagram,) = planning.driver_examples().driver_diagrams
    assert {sign.kind for sign in diagram.measures} == {"outcome", "balancing"}
    assert all({sign.kind for sign in primary.measures} == {"process"} for primary in diagram.primary)


def test_every_step_of_the_theory_of_change_is_reached_from_the_need_and_ends_at_the_aim() -> None:
    (theory,) = planning.driver_examples().theories_of_change
    reached = {theory.links[0].key}
    for link in theory.links:
        assert link.key in reached
        reached |= set(link.leads_to)
    assert [link.kind for link in theory.links if not link.leads_to] == ["aim"]


def test_nine_protected_characteristics_and_those_we_have_figures_for() -> None:
    fields = {one.key: one.field for one in involving.equality().characteristics}
    assert set(fields) == {
        "age",
        "disability",
        "gender_reassignment",
        "marriage_and_civil_partnership",
        "pregnancy_and_maternity",
        "race",
        "religion_or_belief",
        "sex",
        "sexual_orientation",
    }
    assert {key: field for key, field in fields.items() if field} == {
        "disability": "disability_group",
        "race": "ethnicity_group",
    }


def test_each_of_the_three_aims_is_asked_about_and_each_names_its_law() -> None:
    equality = involving.equality()
    assert keys(equality.aims) == ["end_discrimination", "equal_opportunity", "good_relations"]
    assert {aim for question in equality.questions for aim in question.aims} == set(keys(equality.aims))
    assert all("Equality Act 2010" in one.law for one in (*equality.characteristics, *equality.aims))


def test_general_practice_is_asked_about_its_patients_as_the_toolkit_says() -> None:
    asked = involving.equality().health_inequalities
    assert keys(asked) == ["access", "outcomes", "joined_up"]
    assert {str(question.source.guide) for question in asked} == {"gp_toolkit"}
    assert not any(question.source.ours for question in asked)


def test_staff_side_is_on_every_map() -> None:
    maps = involving.stakeholder_maps()
    assert set(maps) == {"trust", "general_practice"}
    for one in maps.values():
        assert [s.key for s in one.stakeholders if s.key.endswith("staff_side") and s.influence == "high"]


def test_the_toolkits_thirteen_contributors_come_first_under_the_same_keys() -> None:
    contributors = {entry["key"] for entry in load_yaml("general_practice/contributors.yaml")}
    mapped = keys(involving.stakeholder_maps()["general_practice"].stakeholders)
    assert len(contributors) == 13
    assert set(mapped[:13]) == contributors


def test_the_cycle_asks_at_the_start_and_after_30_60_and_90_days() -> None:
    cycle = planning.check_ins()
    assert [check_in.day for check_in in cycle.check_ins] == [0, 30, 60, 90]
    for key in ("day_30", "day_60", "day_90"):
        assert {"progress", "learnt", "decision", "offered", "taken_up"} <= set(keys(cycle.asked_at(key)))
    assert "next_cycle" in keys(cycle.asked_at("day_90"))
    assert keys(cycle.asked_at("baseline")) == ["starting_point", "units_starting", "ready"]


def test_one_may_go_on_adapt_adopt_or_abandon() -> None:
    decision = next(ask for ask in planning.check_ins().asks if ask.key == "decision")
    assert keys(decision.options) == ["go_on", "adapt", "adopt", "abandon"]


def test_the_six_steps_of_evaluating_stand_in_columns_of_the_plan() -> None:
    steps = planning.evaluation_steps()
    numbers = [re.findall(r"\d", step.source.section) for step in steps]
    assert numbers == [["1"], ["2"], ["3"], ["4"], ["5"], ["6"]]
    assert not any(step.source.ours for step in steps)


def test_flexible_working_what_the_law_says_is_marked_and_comes_after_what_we_suggest() -> None:
    flow = flexible_requests.request_flows()["flexible_working"]
    by_law = {right.key: right.law for right in flow.rights if right.law}
    assert set(by_law) == {"law_day_one", "law_two_requests", "law_two_months", "law_talk_first", "law_no_effects"}
    assert [step.key for step in flow.steps if step.months] == ["decide", "appeal"]
    assert {step.months for step in flow.steps if step.months} == {2}
    suggested = [step.days for step in flow.steps if step.days]
    assert suggested == sorted(suggested)
    assert suggested[-1] == 28
    assert len(flow.reasons) == 8


def test_what_rests_on_law_is_never_the_guides() -> None:
    """The guide is of 2022 and cannot be the source of a law of 2023."""
    for flow in flexible_requests.request_flows().values():
        assert all(entry.source.ours for entry in (*flow.rights, *flow.steps, *flow.reasons) if entry.law)


def test_flexible_retirement_has_no_legal_grounds_for_a_refusal() -> None:
    flow = flexible_requests.request_flows()["flexible_retirement"]
    assert flow.reasons == ()
    assert not any(step.months for step in flow.steps)


def test_both_flows_count_the_same_outcomes_of_an_appeal() -> None:
    for flow in flexible_requests.request_flows().values():
        assert {"agreed", "agreed_in_part", "refused", "withdrawn", "refused_then_agreed"} <= set(keys(flow.outcomes))


def test_six_ways_to_retire_and_what_methodology_says_of_each_section() -> None:
    options = flexible_requests.retirement_options()
    assert [(s.key, s.normal_pension_age, s.or_state_pension_age) for s in options.sections] == [
        ("section_1995", 60, False),
        ("section_2008", 65, False),
        ("scheme_2015", 65, True),
    ]
    answers = {option.key: [answer.answer for answer in option.answers] for option in options.options}
    assert answers == {
        "step_down": ["may", "may", "may"],
        "wind_down": ["may", "may", "may"],
        "retire_and_return": ["may", "may", "may"],
        "draw_down": ["may", "may", "may"],
        "late_retirement_enhancement": ["no", "may", "may"],
        "early_reduction_buy_out": ["no", "no", "may"],
    }


def test_an_option_answers_by_section() -> None:
    draw_down = flexible_requests.retirement_options().options[3]
    assert "1 October 2023" in draw_down.in_section("section_1995").text
    with pytest.raises(KeyError):
        draw_down.in_section("section_1948")


def test_the_programmes_kinds_and_its_two_groups_of_twenty() -> None:
    programme = planning.support_programme()
    assert {"masterclass", "webinar", "visit", "direct_support", "tool"} <= set(keys(programme.kinds))
    assert [cohort.organisations for cohort in programme.cohorts] == [20, 20]


def of_key(content: Any, key: str) -> dict[str, Any]:
    return next(entry for entry in entries(content) if entry.get("key") == key)


FAULTS: list[tuple[str, Callable[[Any], Any], str]] = [
    ("columns", lambda c: c[0].pop("source"), "source"),
    ("columns", lambda c: c[0].update(colour="red"), "colour"),
    ("columns", lambda c: c[0]["source"].update(guide="nobody"), "$[0].source"),
    ("columns", lambda c: c[0]["source"].update(section=" "), "section is blank"),
    ("columns", lambda c: c[1].update(key="owner"), "the key owner stands 2 times"),
    ("columns", lambda c: c[1].update(key="Owner-1"), "'Owner-1' is no key"),
    ("columns", lambda c: c[1].update(label="  "), "action: label is blank"),
    ("columns", lambda c: c[1].update(required="yes"), "required"),
    ("questions", lambda c: c[0]["parts"][0].update(missing=""), "number_or_milestone: missing is blank"),
    ("questions", lambda c: c[0]["parts"][0].update(key="evidence"), "the key evidence stands 2 times"),
    ("behaviours", lambda c: c[0].update(of="nation"), "of"),
    ("change_model", lambda c: c["components"][0].pop("source"), "source"),
    (
        "driver_examples",
        lambda c: of_key(c, "absence_beside").update(measure="mood"),
        "absence_beside: there is no mood",
    ),
    ("driver_examples", lambda c: of_key(c, "requests_made").update(measure="mood"), "requests_made: there is no mood"),
    ("driver_examples", lambda c: of_key(c, "talks_held").update(measure="mood"), "talks_held: there is no mood"),
    ("driver_examples", lambda c: of_key(c, "known").update(ideas=[]), "known: nothing is tried for it"),
    ("driver_examples", lambda c: of_key(c, "easy_to_ask").update(secondary=[]), "easy_to_ask: it rests on nothing"),
    ("driver_examples", lambda c: of_key(c, "buddy").update(leads_to=["need"]), "buddy: there is no need"),
    ("driver_examples", lambda c: of_key(c, "buddy").update(leads_to=["buddy"]), "buddy: there is no buddy"),
    ("driver_examples", lambda c: of_key(c, "buddy").update(leads_to=[]), "buddy: it names nothing"),
    ("driver_examples", lambda c: of_key(c, "stays").update(leads_to=["need"]), "stays: an aim leads nowhere else"),
    ("equality", lambda c: of_key(c, "sex").update(field="sexes"), "sex: there is no sexes"),
    ("equality", lambda c: of_key(c, "respect").update(aims=["peace"]), "respect: there is no peace"),
    ("equality", lambda c: of_key(c, "respect").update(aims=[]), "respect: it names nothing"),
    ("stakeholders", lambda c: of_key(c, "finance").update(interest="some"), "interest"),
    ("stakeholders", lambda c: of_key(c, "finance").update(key="staff"), "the key staff stands 2 times"),
    ("check_ins", lambda c: of_key(c, "learnt").update(at=["day_45"]), "learnt: there is no day_45"),
    ("check_ins", lambda c: of_key(c, "learnt").update(at=[]), "learnt: it names nothing"),
    ("check_ins", lambda c: of_key(c, "decision").pop("options"), "decision: a choice has options"),
    (
        "check_ins",
        lambda c: of_key(c, "learnt").update(options=of_key(c, "decision").pop("options")),
        "learnt: a choice",
    ),
    ("check_ins", lambda c: [a.update(at=["day_30"]) for a in c["asks"]], "baseline: nothing is asked at it"),
    ("evaluation", lambda c: c[0].update(stands_in=["weather"]), "objectives: there is no weather"),
    ("evaluation", lambda c: c[0].update(stands_in=[]), "objectives: it names nothing"),
    ("flexible_working_request", lambda c: c.update(key="other"), "its key is other"),
    ("flexible_working_request", lambda c: of_key(c, "decide").update(law=""), "decide: months are what the law sets"),
    ("flexible_working_request", lambda c: of_key(c, "talk").update(days=-1), "talk: a time before the request"),
    ("flexible_working_request", lambda c: of_key(c, "appeal").update(months=-1), "appeal: a time before the request"),
    ("flexible_working_request", lambda c: of_key(c, "quality").update(law=""), "quality: no law is named"),
    ("flexible_retirement_request", lambda c: of_key(c, "talk").update(days="14"), "days"),
    ("retirement_options", lambda c: of_key(c, "wind_down")["answers"].pop(), "wind_down: an answer is asked for each"),
    ("retirement_options", lambda c: of_key(c, "wind_down")["answers"].reverse(), "wind_down: an answer is asked for"),
    ("retirement_options", lambda c: of_key(c, "section_2008").update(minimum_pension_age=70), "section_2008: the min"),
    ("retirement_options", lambda c: of_key(c, "section_2008").update(minimum_pension_age=0), "section_2008: the min"),
    ("retirement_options", lambda c: of_key(c, "minimum_to_57").update(since="2028"), "'2028' is no day"),
    ("retirement_options", lambda c: of_key(c, "minimum_to_57").update(since="20280406"), "'20280406' is no day"),
    ("support_programme", lambda c: c["cohorts"][0].update(organisations=True), "organisations"),
]


@pytest.mark.parametrize(("name", "plant", "says"), FAULTS, ids=[f"{name}: {says}" for name, _, says in FAULTS])
def test_a_planted_fault_is_refused_with_file_and_key(
    monkeypatch: pytest.MonkeyPatch, name: str, plant: Callable[[Any], Any], says: str
) -> None:
    def planted(path: str) -> Any:
        content = deepcopy(load_yaml(path))
        if path == f"planning/{name}.yaml":
            plant(content)
        return content

    monkeypatch.setattr(planning, "load_yaml", planted)
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        LOADERS[name].__wrapped__()  # type: ignore[attr-defined]
    assert f"planning/{name}.yaml" in str(refused.value)
