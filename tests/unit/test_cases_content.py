"""Is every case of the guides in, once, with its source, and graded no better than what is printed?"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from keepwell.comparison import exact_interval
from keepwell.content import list_yaml, load_yaml
from keepwell.content.cases import GRADE_WORDS, Case, Figure, Grade, Interval, cases, checked
from keepwell.content.guides import Source, built

GUIDES = Path(__file__).parents[3] / "shared" / "seeds"
needs_guides = pytest.mark.skipif(not GUIDES.is_dir(), reason="the guides are not here: shared/seeds")
IN_BOXES = ("exit_planning", "retention_guide", "gp_toolkit")
SPELT = ["nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


def keys_in(*files: str) -> list[str]:
    return [entry["key"] for file in files for entry in load_yaml(f"cases/{file}.yaml")]


@cache
def printed() -> str:
    return "\n".join(guide.read_text("utf-8", errors="replace") for guide in sorted(GUIDES.iterdir())).casefold()


@cache
def without_breaks() -> str:
    """The guides with all space and hyphens gone: an address is broken across lines, and loses its hyphens there."""
    return re.sub(r"[\s-]", "", printed())


def is_printed(number: float) -> bool:
    whole = f"{abs(number):,.0f}"
    spelt = [SPELT[int(abs(number))]] if abs(number) < len(SPELT) else []
    forms = {whole, whole.replace(",", ""), *spelt}
    return any(re.search(rf"(?<![\d,.]){form}(?![\d]|[.,]\d)", printed()) for form in forms)


def numbers_of(figure: Figure) -> list[float]:
    return [n for n in (figure.value, figure.of, figure.change, figure.before, figure.after) if n is not None]


def numbers_in(text: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?<!,)", text)]


# How many there are


def test_the_boxes_of_the_guides_tell_49_cases():
    assert [len(keys_in(file)) for file in IN_BOXES] == [3, 26, 20]
    assert len(keys_in(*IN_BOXES)) == 49


def test_five_more_are_told_in_passing_and_two_are_national_programmes():
    assert len(keys_in("in_passing")) == 5
    assert keys_in("national_programmes") == ["retention_direct_support", "people_promise_exemplars"]
    assert len(cases()) == 56


def test_every_file_is_counted():
    assert {Path(name).stem for name in list_yaml("cases")} == {*IN_BOXES, "in_passing", "national_programmes"}


def test_each_part_of_a_gps_career_and_each_level_has_its_cases():
    gp = [cases()[key] for key in keys_in("gp_toolkit")]
    assert Counter(case.level for case in gp) == {"career_support": 10, "practice_network": 5, "system": 5}
    assert {"newly_qualified", "mid_career", "wise_fives", "returner"} <= {s for case in gp for s in case.stages}


def test_a_case_that_several_places_tell_stands_once_with_all_of_them():
    told_twice = {key: len(case.sources) for key, case in cases().items() if case.also}
    assert told_twice["west_london_promotion_praise_promise"] == 3
    assert told_twice["bristol_data_diagnostics"] == told_twice["north_central_london_e_rostering"] == 2
    assert told_twice["barking_gp_spin"] == 2


def test_who_and_title_are_never_the_same_twice():
    assert len({(case.who, case.title) for case in cases().values()}) == len(cases())


@pytest.mark.parametrize("topic", ["culture", "understanding_data", "listening", "new_starters", "international",
    "health_and_wellbeing", "development", "late_career", "flexible_retirement", "flexible_working",
    "improvement_and_change", "action_planning", "evaluating_impact", "reward"])  # fmt: skip
def test_every_topic_of_the_traffic_light_has_a_case(topic):
    assert any(topic in case.topics for case in cases().values())


# What they may say


def test_every_case_says_what_it_cannot_tell_in_one_sentence():
    for case in cases().values():
        said = case.caution.rstrip()
        assert said.endswith(".")
        assert not re.search(r"[.!?] [A-Z]", said), case.key


def test_every_text_ends_as_a_sentence_does():
    for case in cases().values():
        assert all(text.endswith((".", "?")) for text in (case.done, case.reported, case.caution)), case.key


def test_a_case_that_reports_nothing_has_no_better_grade_than_a_claim():
    for case in cases().values():
        if case.reported.startswith("Nothing"):
            assert case.evidence == "claim", case.key


def test_grades_are_what_is_printed():
    graded = {grade: {key for key, case in cases().items() if case.evidence == grade} for grade in get_args(Grade)}
    assert graded["causal"] == {"retention_direct_support"}
    assert graded["controlled"] == set()
    assert graded["before_after"] == {
        "solent_anonymous_exit_interviews",
        "west_london_promotion_praise_promise",
        "milton_keynes_flexnhs",
        "north_bristol_wellbeing",
        "national_gp_coaching",
        "beacon_multidisciplinary_team",
        "people_promise_exemplars",
    }
    assert len(graded["claim"]) == 48


def test_every_grade_is_explained_in_one_sentence_and_a_case_carries_its_own():
    assert list(GRADE_WORDS) == list(get_args(Grade))
    assert all(words.endswith(".") and words.count(".") == 1 for words in GRADE_WORDS.values())
    assert cases()["retention_direct_support"].grade_words == GRADE_WORDS["causal"]


def test_an_interval_is_what_the_printed_counts_give():
    given = [figure for case in cases().values() for figure in case.figures if figure.interval]
    assert [(figure.value, figure.of) for figure in given] == [(26, 26)]
    for figure in given:
        interval = exact_interval(int(figure.value), int(figure.of))
        low, high = float(interval.lower), float(interval.upper)
        assert (figure.interval.low, figure.interval.high) == (round(low, 3), round(high, 3))
        assert figure.interval.method == "Clopper-Pearson, 95%"
    assert "between 87% and 100%" in cases()["united_lincolnshire_itchy_feet"].caution


def test_studies_that_disagree_stand_side_by_side():
    figures = cases()["retention_direct_support"].figures
    turnover = {figure.change for figure in figures if figure.what == "nurse turnover"}
    leavers = {figure.change for figure in figures if figure.what.startswith("nurses who left")}
    deaths = {figure.change for figure in figures if figure.what.startswith("deaths")}
    assert (turnover, leavers, deaths) == ({-4.49, -5.29}, {-5.38, -5.68}, {-3.45, -3.40})
    assert [f.change for f in figures if f.unit == "percentage points"] == [0.78]
    assert [(f.before, f.after) for f in figures if f.evidence == "before_after"] == [(16.8, 15.2), (15.5, 13.9)]
    assert [f.change for f in cases()["people_promise_exemplars"].figures if f.change] == [-11.8]


def test_only_what_the_guides_do_not_print_is_from_a_study_and_ours():
    from_studies = {key for key, case in cases().items() if any(figure.study for figure in case.figures)}
    ours = {key for key, case in cases().items() if any(source.ours for source in case.sources)}
    assert from_studies == ours == set(keys_in("national_programmes"))


@needs_guides
def test_every_address_is_one_that_a_guide_prints():
    for case in cases().values():
        bare = re.sub(r"^https?://", "", case.address).casefold().replace("-", "")
        assert bare in without_breaks(), case.key


@needs_guides
def test_every_figure_of_a_guide_is_printed_there_or_says_how():
    for case in cases().values():
        for figure in case.figures:
            if not figure.study and not figure.note:
                assert all(map(is_printed, numbers_of(figure))), (case.key, figure.what)


@needs_guides
@pytest.mark.parametrize("key", [key for file in (*IN_BOXES, "in_passing") for key in keys_in(file)])
def test_every_number_in_the_words_of_a_case_is_printed(key):
    case = cases()[key]
    for number in numbers_in(f"{case.done} {case.reported}"):
        assert is_printed(number), f"{key}: {number}"


@needs_guides
def test_a_number_that_is_not_printed_is_found():
    assert numbers_in("Sickness fell by 3,924 days, in band 6.") == [3924, 6]
    assert (is_printed(3924), is_printed(3923), is_printed(301015)) == (False, True, True)


# Faults that loading finds


def one(**changes: object) -> Case:
    return replace(cases()["united_lincolnshire_itchy_feet"], **changes)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"topics": ("parking",)}, "no topic is called parking"),
        ({"topics": ()}, "no topic"),
        ({"promise": ("a_team", "a_team")}, "promise says something twice"),
        ({"caution": " "}, "a text is blank"),
        ({"key": "Itchy feet"}, "it is no key"),
        ({"address": "www.example.org"}, "is no address"),
        ({"evidence": "before_after"}, "no change is printed, so it is not before_after"),
        ({"evidence": "causal"}, "causal needs the study"),
        ({"figures": (Figure("leavers", "percent", change=-5),)}, "it is more than a claim"),
        ({"figures": (Figure("leavers", "percent", before=5),)}, "a value, a change, or before and after"),
        ({"figures": (Figure("leavers", "percent", value=5, change=-5),)}, "a value, a change, or before and after"),
        ({"figures": (Figure("leavers", "", value=5),)}, "its unit"),
        ({"figures": (Figure("leavers", "people", value=27, of=26),)}, "part of it"),
        (
            {"figures": (Figure("leavers", "people", value=5, interval=Interval(0.1, 1, "by eye")),)},
            "an interval needs counts",
        ),
    ],
)
def test_a_faulty_case_is_refused_with_its_key(changes, fault):
    with pytest.raises(ValueError, match=rf"cases: .*{fault}"):
        checked([one(**changes)])


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="united_lincolnshire_itchy_feet: its key stands twice"):
        checked([one(), one()])


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("setting", "hospital"),
        ("evidence", "proved"),
        ("stages", ["retired"]),
        ("staff_groups", ["porters"]),
        ("promise", ["happy"]),
        ("level", "national"),
        ("praise", "wonderful"),
        ("source", {"guide": "hearsay", "section": "x"}),
        ("figures", [{"what": "leavers", "unit": "people", "value": "5"}]),
    ],
)
def test_a_word_that_is_none_of_ours_is_refused_with_the_file(part, value):
    entry = load_yaml("cases/exit_planning.yaml")[0]
    assert built([entry], tuple[Case, ...], "planted.yaml")[0].source == Source(**entry["source"])
    with pytest.raises(ValueError, match=r"^planted\.yaml: "):
        built([entry | {part: value}], tuple[Case, ...], "planted.yaml")
