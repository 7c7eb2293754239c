"""Does what is suggested fit what was found, in the order that the page says, and each with its true reason?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from keepwell.content.assessments import assessment
from keepwell.web.library.suggesting import KINDS, Found, Noticed, Rated, suggested
from keepwell.web.library.telling import guides_cases, national_offers

RED = Rated("flexible_working", "red", "retention_traffic_light", "/rx1/practice/rounds/1/topic/flexible_working/")
TRUST = Found(rated=(RED,), setting="trust")


def of_kind(kind, found, **more):
    return [one for one in suggested(found, **more) if one.kind == kind]


def on(topic):
    return {case.key for case in guides_cases().values() if topic in case.topics}


def test_nothing_found_suggests_nothing():
    assert suggested(Found(setting="trust")) == []


def test_a_red_topic_brings_every_case_on_it_and_no_other():
    assert {one.key for one in of_kind("case", TRUST)} == on("flexible_working")


def test_the_reason_says_the_topic_the_rating_and_the_evidence():
    why = {one.key: one.why for one in of_kind("case", TRUST)}
    assert why["milton_keynes_flexnhs"] == (
        "You rated “Flexible working” red, and this case from a trust is on it; it was measured before and after."
    )


def test_a_place_alike_comes_first_then_the_better_evidence():
    shown = [guides_cases()[one.key] for one in of_kind("case", TRUST)]
    settings = [case.setting == "trust" for case in shown]
    assert settings == sorted(settings, reverse=True)
    assert False in settings
    for alike in (True, False):
        strengths = [case.strength for case in shown if (case.setting == "trust") is alike]
        assert strengths == sorted(strengths, reverse=True)
    assert shown[0].evidence == "before_after"


def test_red_comes_before_a_number_and_a_number_before_amber():
    number = Noticed("sickness_absence_rate", "Sickness absence rate is 5.9%, +0.4 points on a year before")
    found = Found(rated=(replace(RED, item="reward", rating="amber"), RED), numbers=(number,), setting="trust")
    keys = [one.key for one in of_kind("case", found)]
    first = {
        topic: min(keys.index(key) for key in on(topic) - others)
        for topic, others in (
            ("flexible_working", set()),
            ("health_and_wellbeing", on("flexible_working")),
            ("reward", on("flexible_working") | on("health_and_wellbeing")),
        )
    }
    assert first["flexible_working"] < first["health_and_wellbeing"] < first["reward"]


def test_green_and_unknown_ratings_bring_nothing():
    assert suggested(Found(rated=(replace(RED, rating="green"), replace(RED, item="no_such_topic")))) == []


def test_a_number_leads_to_the_topics_that_name_it_and_says_so():
    said = "Sickness absence rate is 5.9%, +0.4 points on a year before"
    found = Found(numbers=(Noticed("sickness_absence_rate", said),), setting="trust", place="rx1")
    [topic] = of_kind("topic", found)
    assert (topic.key, topic.link) == ("health_and_wellbeing", "/rx1/practice/retention_traffic_light/")
    assert topic.why == f"{said}, and this topic speaks to it."
    assert {one.key for one in of_kind("case", found)} == on("health_and_wellbeing")


def test_a_reason_for_leaving_leads_to_its_topic():
    reason = Noticed("Voluntary Resignation - Work Life Balance", "Work Life Balance was given most often")
    assert [one.key for one in of_kind("topic", Found(reasons=(reason,), setting="trust"))] == ["flexible_working"]


def test_a_topic_stands_once_by_its_strongest_reason():
    reason = Noticed("Voluntary Resignation - Work Life Balance", "Work Life Balance was given most often")
    shown = suggested(replace(TRUST, reasons=(reason,)))
    [topic] = [one for one in shown if one.kind == "topic"]
    assert topic.why.startswith("You rated “Flexible working” red")
    assert topic.link == RED.link
    assert len({(one.kind, one.key) for one in shown}) == len(shown)


def test_actions_to_begin_with_are_those_of_the_topic():
    actions = {
        action.key
        for item in assessment("retention_traffic_light").items
        if item.key == RED.item
        for action in item.actions
    }
    assert {one.key for one in of_kind("action", TRUST)} == actions
    assert all("You rated “Flexible working” red" in one.why for one in of_kind("action", TRUST))


def test_offers_for_gps_are_not_shown_to_a_trust():
    asked = Found(stages=("newly_qualified",), setting="trust")
    assert of_kind("offer", asked) == []
    offers = of_kind("offer", replace(asked, setting="practice"))
    assert {one.key for one in offers} == {
        key for key, offer in national_offers().items() if "newly_qualified" in offer.stages
    }
    assert all("it may have changed since 2019" in one.why for one in offers)


def test_a_stage_brings_the_cases_of_that_stage():
    found = Found(stages=("wise_fives",), setting="practice")
    assert {one.key for one in of_kind("case", found)} == {
        key for key, case in guides_cases().items() if "wise_fives" in case.stages
    }


def test_something_not_done_that_no_case_is_on_brings_cases_of_its_element_last():
    undone = Rated("survey_of_gps", "not_yet", "gp_retention_checklist")
    [*shown] = of_kind("case", Found(rated=(undone,), setting="practice"))
    assert shown
    assert all("voice_that_counts" in guides_cases()[one.key].promise for one in shown)
    assert "which belongs to “We each have a voice that counts”" in shown[0].why
    together = of_kind("case", Found(rated=(undone, RED), setting="trust"))
    assert together[0].key in on("flexible_working")


def test_a_local_case_stands_among_the_others_and_names_its_place():
    local = replace(guides_cases()["milton_keynes_flexnhs"], key="local-7", by="Ward 7", evidence="claim")
    found = replace(TRUST, place="rx1")
    [one] = of_kind("case", found, cases=[local])
    assert one.link == "/rx1/library/cases/local-7/"
    assert one.why == (
        "You rated “Flexible working” red, and this case of Ward 7 is on it; "
        "nothing was measured that could show that it helped."
    )


def test_an_action_being_written_brings_cases_on_its_topic_without_claiming_a_rating():
    found = Found(topics=("flexible_working",), setting="trust")
    shown = suggested(found)
    assert [one.kind for one in shown if one.kind == "topic"] == []
    assert all(one.why.startswith("The action is about Flexible working") for one in shown)


@pytest.mark.parametrize("setting", ["trust", "practice", "network", "system", "national"])
def test_kinds_stand_in_their_order_and_every_one_has_a_reason_in_one_sentence(setting):
    every = tuple(Rated(item.key, "red") for item in assessment("retention_traffic_light").items)
    shown = suggested(Found(rated=every, stages=("mid_career",), setting=setting))
    assert [one.kind for one in shown] == sorted((one.kind for one in shown), key=KINDS.index)
    assert all(one.why.endswith(".") and one.title for one in shown)
