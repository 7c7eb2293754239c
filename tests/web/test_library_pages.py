"""Does everybody find what others did, with how much it can tell, and does a place find what is its own to see?"""

from __future__ import annotations

import re
from html import unescape

import pytest
from cast import START, System, somebody
from cast import system as cast_system
from django.test import Client
from test_assessments import agreed, laid_open
from test_library_local import CASE, OFFER, TWO, a_case, a_shown_case

from keepwell.content.assessments import assessment
from keepwell.content.cases import GRADE_WORDS, cases
from keepwell.content.general_practice import offers
from keepwell.content.roadmaps import appraiser_card, roadmaps
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.assessments import actions as assessing
from keepwell.web.assessments.actions import Said
from keepwell.web.assessments.aim_actions import HowFar, write_aim
from keepwell.web.audit.models import AccessEvent
from keepwell.web.evidence import values as offered
from keepwell.web.evidence.actions import cite, remove
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import used_by
from keepwell.web.evidence.values import Value
from keepwell.web.library import actions, suggestion_queries
from keepwell.web.library.models import LocalCase, LocalOffer, Shared
from keepwell.web.library.presenters import beginning, number_in_words
from keepwell.web.library.rules import NOBODY_NAMED, NOT_READ
from keepwell.web.library.suggesting import RULE
from keepwell.web.library.suggestion_queries import suggestions_for, suggestions_of
from keepwell.web.places.actions import add_place
from keepwell.web.plans import actions as planning

pytestmark = pytest.mark.django_db

KEY = "retention_direct_support"


@pytest.fixture
def at() -> System:
    return cast_system()


@pytest.fixture
def lead(at: System) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def client(lead: User) -> Client:
    return signed_in(lead)


def words(answered) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answered.content.decode())).split())


def answer_of(answered) -> str:
    """The first sentence of a page."""
    found = re.search(r"keepwell-answer[^>]*>(.*?)</p>", answered.content.decode(), re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[1])).split()) if found else ""


def found_on(answered) -> set[str]:
    return set(re.findall(r'<h3[^>]*><a href="[^"]*/library/cases/([\w-]+)/"', answered.content.decode()))


@pytest.fixture
def anybody(at: System) -> Client:
    """Somebody without an account, on a site that is set up."""
    somebody("First", system_administrator=None)
    return Client()


class TestEverybody:
    def test_the_library_says_what_is_here_and_stands_in_menu_and_footer(self, anybody):
        page = anybody.get("/library/")
        assert "56 cases" in words(page)
        assert "no account is needed" in answer_of(page)
        assert page.content.decode().count('href="/library/"') == 2

    def test_every_case_is_listed_the_better_evidence_first(self, anybody):
        page = anybody.get("/library/cases/")
        assert found_on(page) == set(cases())
        assert answer_of(page) == (
            "56 cases of how others kept their people. 1 is studied for the effect, 7 are measured before and after "
            "and 48 are claims, with nothing measured that could show it."
        )
        grades = re.findall(r'nhsuk-tag--(\w+)"><span aria-hidden="true">', page.content.decode().partition("<h3")[2])
        assert grades == sorted(grades, key=["green", "purple", "blue", "grey"].index)

    def test_every_case_has_its_page_with_all_that_is_told_of_it(self, anybody):
        for case in cases().values():
            page = anybody.get(f"/library/cases/{case.key}/")
            said = words(page)
            told = (case.title, case.who, case.done, case.reported, case.caution, GRADE_WORDS[case.evidence])
            for text in (*told, *(source.section for source in case.sources)):
                assert " ".join(text.split()) in said, (case.key, text)
            assert ("What they say came of it" in said) is (case.evidence == "claim"), case.key
            for figure in case.figures:
                assert number_in_words(figure) in said, (case.key, figure.what)
                assert figure.study in said
                assert figure.interval is None or figure.interval.method in said
            assert case.address in page.content.decode().replace("&amp;", "&")

    def test_a_claim_looks_like_one_before_anything_is_read(self, anybody):
        page = anybody.get("/library/cases/mersey_care_just_culture/")
        assert answer_of(page) == f"A claim. {GRADE_WORDS['claim']}"
        assert "●○○○ A claim" in words(page)

    def test_figures_say_number_n_interval_study_and_their_own_grade(self, anybody):
        page = words(anybody.get(f"/library/cases/{KEY}/"))
        assert "down 4.49 percent of itself Not given 2015 to 2019; Moscelli, Sayli, Mello and Blanden" in page
        assert "from 16.8 to 15.2 percent Not given" in page
        assert "NHS Improvement, one year on Before and after" in page
        assert "40 trusts – printed as two groups of 20, before it began A count" in page
        page = words(anybody.get("/library/cases/united_lincolnshire_itchy_feet/"))
        assert "26 of 26 people 86.8% to 100.0% (Clopper-Pearson, 95%)" in page

    def test_what_does_not_exist_is_no_page(self, anybody):
        for where in ("/library/cases/no_such/", "/library/cases/local-1/", "/library/roadmaps/no_such/"):
            assert anybody.get(where).status_code == 404, where

    @pytest.mark.parametrize(
        ("asked", "fits"),
        [
            ("words=midwife", lambda case: "midwife" in str(case).casefold() or "midwives" in str(case).casefold()),
            ("setting=network", lambda case: case.setting == "network"),
            ("level=system", lambda case: case.level == "system"),
            ("stage=wise_fives", lambda case: "wise_fives" in case.stages),
            ("staff_group=gps", lambda case: "gps" in case.staff_groups),
            ("staff_group=nursing", lambda case: {"nursing", "all"} & set(case.staff_groups)),
            ("topic=flexible_working", lambda case: "flexible_working" in case.topics),
            ("promise=work_flexibly", lambda case: "work_flexibly" in case.promise),
            ("evidence=before_after", lambda case: case.evidence == "before_after"),
        ],
    )
    def test_each_choice_narrows_what_is_found(self, anybody, asked, fits):
        found = found_on(anybody.get(f"/library/cases/?{asked}"))
        assert found
        assert (
            found == {key for key, case in cases().items() if fits(case)}
            if "words" not in asked
            else all(fits(cases()[key]) for key in found)
        )

    def test_all_of_the_words_are_looked_for_and_nothing_found_says_what_to_do(self, anybody):
        assert found_on(anybody.get("/library/cases/?words=Itchy+FEET")) == {
            "united_lincolnshire_itchy_feet",
            "healthier_together_itchy_feet",
        }
        page = anybody.get("/library/cases/?words=itchy+zebra")
        assert answer_of(page) == "No case fits. Choose less, or use another word."
        assert "Show everything again" in words(page)

    def test_what_makes_no_sense_in_the_address_is_left_out(self, anybody):
        page = anybody.get("/library/cases/?topic=nonsense&setting=trust&other=1&words=" + "x" * 5000)
        assert page.status_code == 200
        assert found_on(page) == {key for key, case in cases().items() if case.setting == "trust"}
        page = anybody.get("/library/cases/?words=%3Cscript%3E")
        assert b"<script>" not in page.content.replace(b"<script type", b"")

    def test_every_offer_says_for_whom_whom_to_ask_and_that_it_may_have_changed(self, anybody):
        page = anybody.get("/library/offers/")
        said = words(page)
        assert answer_of(page) == (
            "26 offers. All of them may have changed since 2019: check before you send anybody there."
        )
        assert said.count("May have changed since 2019") == len(offers().offers)
        for offer in offers().offers:
            assert all(text in said for text in (offer.title, offer.who, offer.contact)), offer.key
            assert f'id="{offer.key}"' in page.content.decode()
        assert offers().note.text in said

    def test_offers_are_found_by_level_and_stage_with_those_for_every_stage(self, anybody):
        said = words(anybody.get("/library/offers/?level=career_support&stage=returner"))
        for offer in offers().offers:
            fits = offer.level == "career_support" and (not offer.stages or "returner" in offer.stages)
            assert (offer.gives in said) is fits, offer.key

    def test_every_roadmap_has_its_page_with_questions_offers_and_people(self, anybody):
        listed = words(anybody.get("/library/roadmaps/"))
        for roadmap in roadmaps().values():
            assert roadmap.title in listed
            said = words(anybody.get(f"/library/roadmaps/{roadmap.key}/"))
            for step in roadmap.stages:
                told = (step.title, step.about, *(item.text for item in (*step.ask, *step.look_for)))
                assert all(text in said for text in (*told, *(contact.why for contact in step.talk_to))), step.key

    def test_the_card_is_put_together_for_a_role_and_a_stage(self, anybody):
        whole = words(anybody.get("/library/appraiser-card/"))
        for one in appraiser_card().stages:
            assert all(item.text in whole for item in (*one.questions, *one.listen_for)), one.key
        said = words(anybody.get("/library/appraiser-card/?role=salaried_gp&stage=card_late")).partition(
            "Where this comes from"
        )[0]
        late = next(one for one in appraiser_card().stages if one.key == "card_late")
        middle = next(one for one in appraiser_card().stages if one.key == "card_middle")
        assert all(item.text in said for item in (*late.questions, *appraiser_card().before, *appraiser_card().after))
        assert not any(item.text in said for item in middle.questions)
        step = next(step for step in roadmaps()["salaried_gp"].stages if step.stage == "wise_fives")
        assert all(contact.why in said for contact in step.talk_to)
        assert "Offers to have at hand" in said

    def test_the_menu_of_a_place_stands_there_for_those_who_see_it_only(self, at, client, anybody):
        own, other = "/library/roadmaps/?place=rx1", "/library/roadmaps/?place=rx2"
        assert "Northmoor Trust" in words(client.get(own))
        assert "Southmoor" not in words(client.get(other))
        assert "Northmoor" not in words(anybody.get(own))


class TestUsedBy:
    def plan_that_cites(self, place, by, key=KEY):
        plan = planning.begin(place=place, content={"title": "Stay well"}, by=by)
        action = planning.add(plan=plan, content={"what": "Ask"}, by=by)
        cite(subject=action.subject, place=place, by=by, kind=Citation.CASE, label="A case", key=key)
        return planning.agree(plan=plan, by=by)

    def test_a_plan_of_a_place_where_somebody_is_somebody_is_named(self, at, lead, client):
        self.plan_that_cites(at.northmoor, lead)
        assert "Cited in plans that you may see at: Northmoor Trust." in words(client.get(f"/library/cases/{KEY}/"))
        assert "Cited in plans" not in words(client.get("/library/cases/mersey_care_just_culture/"))
        other = signed_in(somebody("Sam", retention_lead=at.southmoor))
        assert "Northmoor" not in words(other.get(f"/library/cases/{KEY}/"))

    def test_nobody_learns_of_a_draft_above_it(self, at, lead):
        manager = somebody("Sister", line_manager=at.ward_7)
        plan = planning.begin(place=at.ward_7, content={"title": "Stay well"}, by=manager)
        cite(subject=plan.subject, place=at.ward_7, by=manager, kind=Citation.CASE, label="A case", key=KEY)
        assert used_by(KEY, by=manager).places == ("Ward 7",)
        assert used_by(KEY, by=lead).places == ()

    def test_what_is_taken_away_or_stands_beside_a_rating_counts_for_nothing(self, at, lead):
        self.plan_that_cites(at.northmoor, lead)
        cite(subject="assessments.round/1/culture", place=at.northmoor, by=lead, kind=Citation.CASE, label="x", key=KEY)
        remove(citation=Citation.objects.get(subject__startswith="plans."), by=lead)
        assert used_by(KEY, by=lead).places == ()

    def test_without_an_account_only_five_organisations_or_more_are_told(self, at, lead, anybody):
        for number in range(5):
            told = words(anybody.get(f"/library/cases/{KEY}/"))
            assert "Used by" not in told
            trust = add_place(name=f"Trust {number}", kind="trust", parent=at.icb, start=START, code=f"RZ{number}")
            ward = add_place(name=f"Ward {number}", kind="team", parent=trust, start=START)
            by = somebody(f"Lead {number}", retention_lead=trust)
            self.plan_that_cites(trust, by)
            self.plan_that_cites(ward, by)
        told = words(anybody.get(f"/library/cases/{KEY}/"))
        assert "5 organisations on this site cite it in a plan." in told
        assert "Trust 1" not in told

    def test_a_subject_that_nobody_answers_for_is_told_to_nobody(self, at, lead):
        for subject in ("plans.action/none", "plans.plan/999999", "plans.action/1/2", "assessments.round/1/culture"):
            cite(subject=subject, place=at.northmoor, by=lead, kind=Citation.CASE, label="A case", key=KEY)
        assert used_by(KEY, by=lead).places == ()
        assert used_by(KEY, by=lead, subjects="").places == ()


class TestSuggestions:
    @pytest.fixture
    def offers_numbers(self, monkeypatch):
        return lambda *found: monkeypatch.setattr(offered, "_PROVIDERS", [lambda user, asked: found])

    def a_number(self, at, key, change="", number=0.1, label="Leaver rate", policy=INTERNAL):
        return Value(key, label, "10.0%", "12 months to October 2025", "d", policy, "/", at.northmoor, number, change)

    def test_reds_of_the_newest_agreed_round_bring_cases_with_their_reason(self, at, lead, client):
        agreed(at.northmoor, lead, {"flexible_working": "red", "culture": "green", "reward": "amber"})
        page = client.get("/rx1/library/suggestions/")
        assert (
            answer_of(page)
            == "Red or not yet done: Flexible working. 8 cases are on that; 2 of them measured a change."
        )
        assert "You rated “Flexible working” red, and this case from a trust is on it" in words(page)
        assert "Organisational culture” red" not in words(page)

    def test_what_is_not_agreed_yet_counts_for_nothing(self, at, lead, client):
        page = client.get("/rx1/library/suggestions/")
        assert answer_of(page).startswith("Nothing has been agreed here yet")
        assert suggestions_for(at.northmoor, lead) == []

    def test_a_newer_round_counts_only_once_it_is_agreed(self, at, lead):
        agreed(at.northmoor, lead, {"culture": "red"})
        newer = laid_open(at.northmoor, lead, {"reward": "red"})
        assessing.take_over(round=newer, by=lead)
        assert [one.item for one in suggestion_queries.found_at(at.northmoor, lead).rated] == ["culture"]
        assessing.agree(round=newer, review_on=None, by=lead)
        assert [one.item for one in suggestion_queries.found_at(at.northmoor, lead).rated] == ["reward"]

    def test_a_list_that_is_being_filled_in_counts_for_those_who_take_part(self, at):
        manager, viewer = somebody("Prue", practice_manager=at.practice), somebody("Vi", viewer=at.practice)
        checklist = assessing.start(place=at.practice, of=assessment("gp_retention_checklist"), by=manager)
        assessing.answer(round=checklist, item="clinical_lead", said=Said("not_yet"), known=None, by=manager)
        shown = suggestions_for(at.practice, manager)
        assert [one.key for one in shown if one.kind == "action"] == ["name_clinical_lead"]
        assert "“A clinical lead with a name” is not yet done" in shown[0].why
        assert suggestions_for(at.practice, viewer) == []

    def test_a_must_do_that_is_not_done_brings_the_cases_on_it(self, at):
        manager = somebody("Prue", practice_manager=at.practice)
        how_far = HowFar(state="not_yet", note="Nobody yet")
        write_aim(place=at.practice, kind="must_do", key="peer_networks", told=how_far, known=None, by=manager)
        shown = [one for one in suggestions_for(at.practice, manager) if one.kind == "case"]
        assert {one.key for one in shown} == {key for key, case in cases().items() if "peer_networks" in case.topics}

    def test_only_a_few_are_shown_at_first_and_all_when_asked(self, at, lead, client):
        agreed(at.northmoor, lead, {"listening": "red"})
        first, every = (words(client.get(f"/rx1/library/suggestions/{more}")) for more in ("", "?all=yes"))
        left = re.search(r"Show the (\d+) others too", first)
        assert left is not None
        assert "others too" not in every
        assert every.count("You rated “") == first.count("You rated “") + int(left[1])

    def test_each_can_be_put_into_a_plan_by_who_writes_plans(self, at, lead, client):
        agreed(at.northmoor, lead, {"flexible_working": "red"})
        viewer = signed_in(somebody("Vi", viewer=at.northmoor))
        for page in ("suggestions/", f"cases/{KEY}/", "offers/"):
            asked = re.findall(r'href="(/rx1/plans/start/[^"]+)"', client.get(f"/rx1/library/{page}").content.decode())
            assert asked, page
            assert {client.get(where).status_code for where in asked} == {200}, page
            assert "/plans/start/" not in viewer.get(f"/rx1/library/{page}").content.decode()

    def test_the_rule_stands_on_the_page(self, client):
        said = words(client.get("/rx1/library/suggestions/"))
        assert all(line in said for line in RULE)

    def test_a_number_that_got_worse_leads_to_its_topic_and_a_better_one_does_not(self, at, lead, offers_numbers):
        worse = self.a_number(at, "sickness_absence_rate", "+0.4 points on a year before")
        offers_numbers(worse, self.a_number(at, "early_leaving_of_starters", "-0.4 points on a year before"))
        topics = [one.key for one in suggestions_for(at.northmoor, lead) if one.kind == "topic"]
        assert topics == ["health_and_wellbeing"]

    def test_a_measure_of_which_more_is_better_got_worse_when_it_fell(self, at, lead, offers_numbers):
        offers_numbers(self.a_number(at, "international_retention", "-0.4 points on a year before"))
        assert [one.key for one in suggestions_for(at.northmoor, lead) if one.kind == "topic"] == ["international"]
        offers_numbers(self.a_number(at, "international_retention", "+0.4 points on a year before"))
        assert suggestions_for(at.northmoor, lead) == []

    def test_the_reason_given_most_often_of_those_that_tell_why(self, at, lead, offers_numbers):
        balance, pay = "Voluntary Resignation - Work Life Balance", "Voluntary Resignation - Pay and Reward Related"
        unknown = "Voluntary Resignation - Other/Not Known"
        offers_numbers(
            *(self.a_number(at, key, "", share, key) for key, share in ((pay, 0.1), (balance, 0.2), (unknown, 0.6)))
        )
        found = suggestion_queries.found_at(at.northmoor, lead)
        assert [one.name for one in found.reasons] == [balance]

    def test_an_exact_figure_that_is_shown_is_on_the_register(self, at, client, offers_numbers):
        def seen():
            return AccessEvent.objects.filter(what="What may fit").values_list("policy", "place")

        offers_numbers(self.a_number(at, "sickness_absence_rate", "+0.4 points on a year before", policy="nhs"))
        client.get("/rx1/library/suggestions/")
        assert list(seen()) == []
        offers_numbers(self.a_number(at, "sickness_absence_rate", "+0.4 points on a year before"))
        client.get("/rx1/library/suggestions/")
        assert list(seen()) == [(INTERNAL, at.northmoor.pk)]

    def test_for_an_action_it_needs_no_rating_and_tells_no_figure(self, at, lead, offers_numbers):
        offers_numbers(self.a_number(at, "sickness_absence_rate", "+0.4 points on a year before"))
        found = suggestions_of(at.northmoor, topics=["flexible_working", ""], most=3)
        assert {one.kind for one in found} == {"case", "action"}
        assert len([one for one in found if one.kind == "case"]) == 3
        assert suggestions_of(at.northmoor, topics=["no_such_topic"]) == []
        of_gps = suggestions_of(at.practice, stage="newly_qualified", level="career_support")
        assert {"case", "offer"} == {one.kind for one in of_gps}

    def test_a_local_case_is_suggested_where_it_is_found(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        keys = {
            place.slug: [one.key for one in suggestions_of(place, topics=["flexible_working"], most=99)]
            for place in (at.ward_7, at.southmoor)
        }
        assert case.key in keys[at.ward_7.slug]
        assert case.key not in keys["rx2"]


FORM = {
    "title": "Rosters six weeks ahead",
    "who": "Theatres",
    "setting": "trust",
    "staff_groups": ["nursing"],
    "topic_1": "flexible_working",
    "done": "The roster was out six weeks ahead.",
    "reported": "Fewer swapped shifts.",
    "how_measured": "nothing",
}


class TestOwn:
    def test_a_case_is_written_down_shown_found_shared_and_withdrawn(self, at, lead, client):
        made = client.post("/rx1/library/own/cases/new/", FORM, follow=True)
        case = LocalCase.objects.get()
        here = f"/rx1/library/own/cases/{case.pk}/"
        assert made.redirect_chain[-1][0] == here
        assert "Only those who write at Northmoor Trust see it." in words(made)
        assert client.get(f"/rx1/library/cases/{case.key}/").status_code == 404
        refused = client.post(f"{here}show/", {})
        assert refused.status_code == 422
        assert NOT_READ in words(refused)
        client.post(f"{here}show/", {"read": "on"})
        viewer = signed_in(somebody("Vi", viewer=at.ward_7))
        assert "Rosters six weeks ahead" in words(viewer.get(f"/{at.ward_7.slug}/library/?words=rosters"))
        assert "Written down by Northmoor Trust" in words(viewer.get(f"/{at.ward_7.slug}/library/cases/{case.key}/"))
        above = signed_in(somebody("Ics", ics_lead=at.icb))
        assert above.get(f"/qx9/library/cases/{case.key}/").status_code == 404
        client.post(f"{here}share/", {"to": "qx9", "read": "on"})
        assert "A claim" in words(above.get(f"/qx9/library/cases/{case.key}/"))
        shared = Shared.objects.get()
        client.post(f"{here}share/{shared.pk}/end/")
        assert above.get(f"/qx9/library/cases/{case.key}/").status_code == 404
        client.post(f"{here}hide/")
        case.refresh_from_db()
        assert case.state == "draft"

    def test_numbers_before_and_after_make_more_than_a_claim(self, at, client):
        two = {
            "how_measured": "change",
            "measured": "swaps",
            "unit": "percent",
            "before": "20.5%",
            "after": "1,200",
            "of": "40",
        }
        client.post("/rx1/library/own/cases/new/", FORM | two | {"beside_others": "yes"})
        case = LocalCase.objects.get()
        assert (case.evidence, case.before, case.after, case.topics) == ("controlled", 20.5, 1200, ["flexible_working"])
        said = words(client.get(f"/rx1/library/own/cases/{case.pk}/"))
        assert "from 20.5 to 1,200 percent" in said
        assert "of 40 people" in said

    def test_what_does_not_belong_to_the_answer_is_dropped(self, at, client):
        client.post("/rx1/library/own/cases/new/", FORM | {"before": "1", "after": "2", "beside_others": "yes"})
        case = LocalCase.objects.get()
        assert (case.before, case.after, case.beside_others, case.evidence) == (None, None, False, "claim")

    def test_bad_input_is_said_at_its_field_and_what_was_typed_is_kept(self, at, client):
        wrong = FORM | {"how_measured": "change", "measured": "swaps", "unit": "percent", "before": "20", "after": ""}
        page = client.post("/rx1/library/own/cases/new/", wrong)
        assert page.status_code == 422
        assert "Before and after are two numbers: enter both, or neither." in words(page)
        assert FORM["done"] in words(page)
        assert not LocalCase.objects.exists()

    def test_five_megabytes_are_refused_kindly_and_the_rest_is_kept(self, at, client):
        page = client.post("/rx1/library/own/cases/new/", FORM | {"done": "x" * 2_000_000})
        assert page.status_code == 422
        assert "What did you do? must be 4000 characters or fewer" in words(page)
        assert FORM["reported"] in words(page)

    def test_who_is_slower_sees_what_stands_there_beside_what_they_typed(self, at, lead, client):
        case = a_case(at.northmoor, lead)
        actions.change(thing=case, content={"done": "Mine, quicker"}, known=1, by=lead)
        page = client.post(f"/rx1/library/own/cases/{case.pk}/change/", FORM | {"done": "Theirs", "known": "1"})
        assert page.status_code == 422
        said = words(page)
        assert "Somebody else has changed this since you opened the page: Robin." in said
        assert "Mine, quicker" in said
        assert "Theirs" in said
        client.post(f"/rx1/library/own/cases/{case.pk}/change/", FORM | {"done": "Theirs", "known": "2"})
        assert LocalCase.objects.get().done == "Theirs"

    def test_the_page_to_change_shows_what_stands_there(self, at, lead, client):
        case = a_case(at.northmoor, lead, **TWO, beside_others=True)
        page = client.get(f"/rx1/library/own/cases/{case.pk}/change/").content.decode()
        assert re.search(r'name="beside_others"[^>]*value="yes"[^>]*checked', page)
        assert re.search(r'value="flexible_working" selected', page)
        assert NOBODY_NAMED in page

    def test_nobody_else_opens_a_draft(self, at, lead):
        manager = somebody("Sister", line_manager=at.ward_7)
        case = a_case(at.ward_7, manager)
        here = f"/{at.ward_7.slug}/library/own/cases/{case.pk}/"
        assert signed_in(manager).get(here).status_code == 200
        for user in (lead, somebody("Vi", viewer=at.ward_7), somebody("Sam", retention_lead=at.southmoor)):
            for where in (here, f"{here}change/", f"{here}share/"):
                assert signed_in(user).get(where).status_code == 404, (user.name, where)
            assert FORM["title"] not in words(signed_in(user).get(f"/{at.ward_7.slug}/library/"))

    def test_few_people_stay_in_the_organisation_and_the_page_says_why(self, at, lead, client):
        few = {"how_measured": "counted", "measured": "stayed", "unit": "people", "number": 3.0}
        case = a_shown_case(at.northmoor, lead, **few)
        page = words(client.get(f"/rx1/library/own/cases/{case.pk}/share/"))
        assert "It counts fewer than 5 people, who could be recognised" in page
        assert client.post(f"/rx1/library/own/cases/{case.pk}/share/", {"to": "qx9", "read": "on"}).status_code == 422
        assert not Shared.objects.exists()

    def test_an_offer_is_written_down_and_passed_on(self, at, client):
        typed = OFFER | {"refer": "Write to the mailbox.", "checked_on_0": "", "topic_1": "new_starters"}
        typed |= {"checked_on-day": "1", "checked_on-month": "4", "checked_on-year": "2024"}
        made = client.post("/rx1/library/own/offers/new/", typed)
        assert made.status_code == 302, words(made)
        offer = LocalOffer.objects.get()
        client.post(f"/rx1/library/own/offers/{offer.pk}/show/", {"read": "on"})
        viewer = signed_in(somebody("Vi", viewer=at.ward_7))
        said = words(viewer.get(f"/{at.ward_7.slug}/library/offers/"))
        assert "A mentor ! May have changed since 2024" in said
        assert all(text in said for text in ("New nurses", "mentors@example.org", "Write to the mailbox."))
        assert "Six talks" not in words(signed_in(somebody("Sam", viewer=at.southmoor)).get("/rx2/library/offers/"))

    def test_other_kinds_and_numbers_are_no_pages(self, at, lead, client):
        case = a_case(at.northmoor, lead)
        for where in ("plans/new/", f"offers/{case.pk}/", f"cases/{case.pk + 1}/", f"cases/{case.pk}/share/1/end/"):
            assert client.get(f"/rx1/library/own/{where}").status_code == 404, where


def test_a_list_says_the_first_sentences_and_no_half_ones():
    assert beginning("One. Two.") == "One. Two."
    long = "x" * 100
    assert beginning(f"{long}. {long}. End.") == f"{long}."
    assert beginning(long * 3) == long * 3
    assert CASE["reported"] == beginning(CASE["reported"])
