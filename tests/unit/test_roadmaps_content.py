"""Are the roadmaps and the card for a conversation in their shape, and do they fit together?"""

from __future__ import annotations

import re
from copy import deepcopy

import pytest

from keepwell.content import load_yaml
from keepwell.content.roadmaps import (
    CARD,
    ROADMAPS,
    appraiser_card,
    checked_card,
    checked_roadmaps,
    prompts_for,
    roadmaps,
    roadmaps_of,
)

GP_STAGES = [stage["key"] for stage in load_yaml("general_practice/stages.yaml")]


class TestTheRoadmaps:
    def test_those_of_general_practice_are_the_four_roles_of_the_case(self):
        assert [one.key for one in roadmaps_of("general_practice")] == [
            "gp_registrar",
            "salaried_gp",
            "gp_partner",
            "locum_gp",
        ]

    def test_those_of_trusts(self):
        assert [one.key for one in roadmaps_of("trust")] == [
            "new_starter",
            "registered_nurse",
            "support_worker",
            "allied_health_professional",
            "doctor",
            "late_career",
        ]

    def test_each_has_three_or_four_steps_with_something_to_ask_to_look_for_and_somebody_to_talk_to(self):
        for one in roadmaps().values():
            assert 3 <= len(one.stages) <= 4, one.key
            for step in one.stages:
                assert len(step.ask) >= 2 and step.look_for and len(step.talk_to) >= 2, step.key

    def test_every_question_is_one(self):
        asked = [item for one in roadmaps().values() for step in one.stages for item in step.ask]
        assert len(asked) == 99
        assert [item.key for item in asked if not item.text.endswith("?")] == []
        assert [item.key for item in asked if not item.source.ours] == []

    def test_together_they_go_through_every_stage_of_a_gps_career(self):
        gone = {step.stage for one in roadmaps_of("general_practice") for step in one.stages}
        assert gone == set(GP_STAGES)

    def test_every_step_of_a_gp_has_a_national_offer_and_no_step_of_a_trust_has(self):
        for one in roadmaps().values():
            assert all(bool(step.offers) == (one.setting == "general_practice") for step in one.stages), one.key

    def test_a_gp_is_sent_only_to_offers_of_that_stage(self):
        offers = {
            offer["key"]: offer.get("stages", []) for offer in load_yaml("general_practice/offers.yaml")["offers"]
        }
        next_to_qualifying = {("registrar_last_year", "two_year_fellowship")}
        wrong = {
            (step.key, offer)
            for one in roadmaps_of("general_practice")
            for step in one.stages
            for offer in step.offers
            if offers[offer] and step.stage not in offers[offer]
        }
        assert wrong == next_to_qualifying


class TestTheCard:
    def test_it_has_a_before_an_after_and_five_stages(self):
        card = appraiser_card()
        assert (len(card.before), len(card.stages), len(card.after)) == (3, 5, 4)

    def test_it_asks_three_to_five_questions_at_each_and_says_what_to_listen_for(self):
        for prompts in appraiser_card().stages:
            assert 3 <= len(prompts.questions) <= 5 and prompts.listen_for, prompts.key
            assert all(item.text.endswith("?") for item in prompts.questions), prompts.key

    def test_every_stage_of_a_gps_career_and_every_roadmap_is_on_it(self):
        card = appraiser_card()
        assert {stage for prompts in card.stages for stage in prompts.stages} == set(GP_STAGES)
        assert {key for prompts in card.stages for key in prompts.roadmaps} == set(roadmaps())

    def test_what_fits_a_roadmap(self):
        assert [prompts.key for prompts in prompts_for("gp_partner")] == ["card_middle", "card_late"]
        assert prompts_for("bicycles") == ()

    def test_all_of_it_is_said_to_be_ours(self):
        card = appraiser_card()
        items = [*card.before, *card.after, *(item for one in card.stages for item in one.questions + one.listen_for)]
        assert [item.key for item in items if not item.source.ours.startswith("Rests on: ")] == []

    def test_it_rests_on_the_appraisal_and_on_the_section_on_late_careers(self):
        sections = {appraiser_card().source.section, *(one.source.section for one in appraiser_card().stages)}
        assert "North Midlands appraisals and signposting" in sections
        assert "Supporting staff in late career, Top tips" in sections

    def test_a_talk_about_the_last_years_is_an_offer_and_not_about_age_alone(self):
        late = next(one for one in appraiser_card().stages if one.key == "card_late")
        assert "not by age alone" in late.about
        assert "nobody has to say" in late.about


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("offers", ["bicycles"], "registrar_in_training: no offer is called bicycles"),
            ("key", "gp_registrar", "the key gp_registrar stands 2 times"),
            ("stage", "", "registrar_in_training: a stage belongs to general practice, and each step there has one"),
            ("stage", "bicycles", "bicycles"),
            ("wheels", 2, "wheels"),
        ],
    )
    def test_a_step(self, field, value, told):
        planted = deepcopy(load_yaml(ROADMAPS))
        planted[0]["stages"][0][field] = value
        with pytest.raises(ValueError, match=rf"^roadmaps\.yaml: .*{re.escape(told)}"):
            checked_roadmaps(planted)

    def test_a_stage_of_general_practice_in_a_trust(self):
        planted = deepcopy(load_yaml(ROADMAPS))
        planted[-1]["stages"][0]["stage"] = "wise_fives"
        with pytest.raises(ValueError, match="late_looking_ahead: a stage belongs to general practice"):
            checked_roadmaps(planted)

    @pytest.mark.parametrize("part", ["ask", "look_for", "talk_to"])
    def test_a_key_that_stands_twice(self, part):
        planted = deepcopy(load_yaml(ROADMAPS))
        planted[0]["stages"][0][part][0]["key"] = "late_bank"
        with pytest.raises(ValueError, match="the key late_bank stands 2 times"):
            checked_roadmaps(planted)

    def test_somebody_to_talk_to_whose_role_is_not_there(self):
        planted = deepcopy(load_yaml(ROADMAPS))
        planted[0]["stages"][0]["talk_to"][0]["role"] = "bicycles"
        with pytest.raises(ValueError, match="registrar_in_training: no retention role is called bicycles"):
            checked_roadmaps(planted)

    def test_an_item_without_a_source(self):
        planted = deepcopy(load_yaml(ROADMAPS))
        del planted[0]["stages"][0]["ask"][0]["source"]
        with pytest.raises(ValueError, match=r"^roadmaps\.yaml: .*source"):
            checked_roadmaps(planted)

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("roadmaps", ["bicycles"], "card_new: no roadmap is called bicycles"),
            ("key", "before_time", "the key before_time stands 2 times"),
            ("stages", ["bicycles"], "bicycles"),
            ("setting", "moon", "moon"),
        ],
    )
    def test_a_stage_of_the_card(self, field, value, told):
        planted = deepcopy(load_yaml(CARD))
        planted["stages"][0][field] = value
        with pytest.raises(ValueError, match=rf"^appraiser_card\.yaml: .*{re.escape(told)}"):
            checked_card(planted)

    @pytest.mark.parametrize("part", ["before", "after"])
    def test_a_key_of_the_card_that_stands_twice(self, part):
        planted = deepcopy(load_yaml(CARD))
        planted[part][0]["key"] = "card_new_learn"
        with pytest.raises(ValueError, match="the key card_new_learn stands 2 times"):
            checked_card(planted)
