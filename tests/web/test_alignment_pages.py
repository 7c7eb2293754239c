"""What stands on the pages of a combined plan, who sees it, what is typed in, and what never gets there?"""

from __future__ import annotations

from typing import Any

import pytest
from aligning import SECRET, action_in, answer_of, plan_at, plant, signed_in, today, words
from cast import System, somebody, system
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keepwell.content.general_practice import must_dos
from keepwell.web.accounts.models import User
from keepwell.web.alignment.models import Allocation, NeedPart, Reply, WorkforceTarget
from keepwell.web.alignment.sending_queries import leads_of
from keepwell.web.assessments.models import Answer, Round
from keepwell.web.assessments.models import Shown as ShownRating
from keepwell.web.mail.models import Message
from keepwell.web.places.actions import add_place
from keepwell.web.plans.models import Action, Criterion, Plan

pytestmark = pytest.mark.django_db

PAGES = (
    "/qx9/combined/",
    "/qx9/combined/?by=level",
    "/qx9/combined/?by=stage",
    "/qx9/combined/?by=organisation",
    "/qx9/combined/?topic=coaching",
    "/qx9/combined/?late=yes&state=under_way",
    "/qx9/combined/?in=rx2",
    "/qx9/combined/alignment/",
    "/qx9/combined/money/",
    "/qx9/combined/need/",
    "/qx9/combined/need/?money=spent",
    "/qx9/combined/who/",
    "/qx9/combined/who/?show=all",
    "/qx9/combined/workforce/",
    "/qx9/assurance/",
)
ALLOCATED = {
    "amount": "£12,000",
    "what_for": "Mentors",
    "starts_on-day": "1",
    "starts_on-month": "4",
    "starts_on-year": "2026",
    "ends_on-day": "31",
    "ends_on-month": "3",
    "ends_on-year": "2027",
}


@pytest.fixture
def here(settings, tmp_path) -> System:
    settings.HOME = tmp_path
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Ics", ics_lead=here.icb)


@pytest.fixture
def robin(here: System) -> User:
    return somebody("Robin Retention", retention_lead=here.northmoor)


@pytest.fixture
def ics(lead: User) -> Client:
    return signed_in(lead)


@pytest.fixture
def released(here: System, robin: User) -> Plan:
    """Two actions of Northmoor, released to the integrated care board."""
    plan = plan_at(here.northmoor, robin, to=here.icb, ends_on=today(90))
    told: dict[str, Any] = {"owner": robin, "accepted_at": timezone.now(), "topic": "culture", "ends_on": today(-1)}
    action_in(plan, "Listen on every ward", **told, committed=300, spent=20, level="system")
    action_in(plan, "Rest rooms", owner_words="Head of estates", state=Action.FINISHED, stage="mid_career")
    return plan


class TestNothingLeaks:
    def test_what_was_not_released_changes_no_page(
        self, here: System, ics: Client, robin: User, released: Plan
    ) -> None:
        before = {page: words(ics.get(page)) for page in PAGES}
        plant(here, robin, released)
        for page in PAGES:
            after = words(ics.get(page))
            assert SECRET not in after, page
            assert after == before[page], page

    def test_a_rating_that_was_not_released_changes_no_page(
        self, here: System, ics: Client, robin: User, released: Plan
    ) -> None:
        before = {page: words(ics.get(page)) for page in PAGES}
        told = {"started_by": robin, "agreed_by": robin, "agreed_at": timezone.now(), "state": Round.AGREED}
        round = Round.objects.create(place=here.southmoor, assessment="retention_traffic_light", **told)
        Answer.objects.create(round=round, item="flexible_working", rating="red", changed_by=robin)
        ShownRating.objects.create(
            round=round, to=here.icb, released_by=robin, withdrawn_at=timezone.now(), withdrawn_by=robin
        )
        assert {page: words(ics.get(page)) for page in PAGES} == before

    def test_planted_rows_are_seen_where_they_may_be(self, here: System, robin: User, released: Plan) -> None:
        plant(here, robin, released)
        region = signed_in(somebody("Reg", ics_lead=here.region))
        assert SECRET in words(region.get("/y99/combined/"))

    def test_the_names_of_others_people_are_not_told(self, here: System, ics: Client, released: Plan) -> None:
        page = words(ics.get("/qx9/combined/"))
        assert "Robin" not in page
        assert "Somebody there, who has accepted" in page
        assert "Head of estates" in page
        own = signed_in(somebody("Viv", viewer=here.northmoor))
        assert "Robin Retention" in words(own.get("/rx1/combined/"))

    def test_a_colleague_in_the_same_system_sees_nothing(self, here: System, released: Plan) -> None:
        other = signed_in(somebody("Sam", retention_lead=here.southmoor))
        nothing = other.get("/nowhere/combined/")
        for page in PAGES:
            assert other.get(page).status_code == 404 == nothing.status_code
        assert "Listen on every ward" not in words(other.get("/rx2/combined/"))


class TestCombined:
    def test_the_first_sentence(self, ics: Client, released: Plan) -> None:
        assert answer_of(ics.get("/qx9/combined/")) == (
            "2 actions in 1 plan of 1 place: 1 under way and 1 finished. 1 is past its day."
        )

    def test_nothing_yet(self, ics: Client) -> None:
        assert answer_of(ics.get("/qx9/combined/")) == (
            "Nothing is agreed at Moorland yet, and nothing has been released to it."
        )

    @pytest.mark.parametrize(
        ("query", "there", "gone"),
        [
            ("topic=culture", "Listen on every ward", "Rest rooms"),
            ("topic=-", "Rest rooms", "Listen on every ward"),
            ("level=system", "Listen on every ward", "Rest rooms"),
            ("stage=mid_career", "Rest rooms", "Listen on every ward"),
            ("state=finished", "Rest rooms", "Listen on every ward"),
            ("late=yes", "Listen on every ward", "Rest rooms"),
        ],
    )
    def test_filters(self, ics: Client, released: Plan, query: str, there: str, gone: str) -> None:
        page = words(ics.get(f"/qx9/combined/?{query}"))
        assert there in page
        assert gone not in page

    def test_by_organisation_adds_up_to_the_places_directly_below(
        self, here: System, ics: Client, robin: User, released: Plan
    ) -> None:
        action_in(plan_at(here.practice, robin, to=here.icb), "Protected time")
        action_in(plan_at(here.icb, robin), "Mentors")
        page = words(ics.get("/qx9/combined/?by=organisation"))
        assert "Northmoor Trust 2 1 1 1 Fell Network 1 1 0 0 Moorland itself 1 1 0 0" in page
        inside = words(ics.get("/qx9/combined/?by=organisation&in=u99"))
        assert "Fell Surgery 1 1 0 0" in inside
        assert "Protected time" in inside
        assert "Mentors" not in inside

    @pytest.mark.parametrize(
        "query", ["topic=nonsense", "in=rx1-nowhere", "by=x", "page=99", "page=x", "late=x", "state=draft"]
    )
    def test_what_is_no_choice_chooses_nothing(self, ics: Client, released: Plan, query: str) -> None:
        page = ics.get(f"/qx9/combined/?{query}")
        assert page.status_code == 200
        assert "Listen on every ward" in words(page)

    def test_page_by_page(self, ics: Client, released: Plan) -> None:
        for number in range(30):
            action_in(released, f"Action {number:02}", position=number)
        assert "Page 1 of 2" in words(ics.get("/qx9/combined/"))
        assert "Action 29" in words(ics.get("/qx9/combined/?page=2"))

    def test_a_place_that_has_closed_is_said(self, here: System, ics: Client, released: Plan) -> None:
        here.northmoor.closed = today(-1)
        here.northmoor.save()
        assert "Northmoor Trust (has closed)" in words(ics.get("/qx9/combined/"))


class TestAlignment:
    def test_both_ways(self, here: System, ics: Client, robin: User, released: Plan) -> None:
        keys = [one.key for one in must_dos()]
        action_in(released, "All but two", topic=keys[0], aims=keys[1:20])
        action_in(released, "Rota", seeks_above="A system for rotas")
        page = ics.get("/qx9/combined/alignment/")
        assert answer_of(page) == (
            "Two must-dos have no action anywhere. No topic that was rated red is without an action. "
            "One wish from below waits for an answer."
        )
        assert "Northmoor Trust : Rota Wants: A system for rotas" in words(page)
        assert f"/qx9/plans/start/?from=aim%3A{keys[20]}" in page.content.decode()
        analyst = signed_in(somebody("Na", national_analyst=here.icb)).get("/qx9/combined/alignment/")
        assert "Begin an action" not in words(analyst)

    def test_answering(self, here: System, ics: Client, lead: User, released: Plan) -> None:
        wish = action_in(released, "Rota", seeks_above="A system for rotas")
        ours = action_in(plan_at(here.icb, lead), "Buy one for all")
        address = f"/qx9/combined/alignment/{wish.pk}/reply/"
        missing = ics.post(address, {"state": "supported", "words": "Soon"})
        assert missing.status_code == 422
        assert "Soon" in missing.content.decode()
        said = {"state": "supported", "above": str(ours.pk), "words": "From May", "known": ""}
        assert ics.post(address, said).status_code == 302
        quicker = ics.post(address, said | {"words": "Mine"})
        assert quicker.status_code == 422
        assert "Answered now: Supported by “Buy one for all”: “From May”" in words(quicker)
        assert "Mine" in quicker.content.decode()
        theirs = signed_in(somebody("Viv", viewer=here.northmoor)).get(f"/rx1/actions/{wish.pk}/answers/")
        assert answer_of(theirs) == "Moorland: supported."
        assert "by: Buy one for all From May" in words(theirs)

    def test_a_choice_that_was_not_offered_is_refused(self, here: System, ics: Client, released: Plan) -> None:
        wish = action_in(released, "Rota", seeks_above="A system for rotas")
        other = action_in(released, "Theirs")
        said = {"state": "supported", "above": str(other.pk), "words": ""}
        assert ics.post(f"/qx9/combined/alignment/{wish.pk}/reply/", said).status_code == 422
        assert not Reply.objects.exists()

    def test_what_is_not_there_to_answer_is_a_page_like_any_other_that_is_not(
        self, here: System, ics: Client, released: Plan
    ) -> None:
        draft = action_in(released, "x", seeks_above="y", state=Action.DRAFT)
        for number in (draft.pk, released.actions.first().pk, 999999):
            assert ics.get(f"/qx9/combined/alignment/{number}/reply/").status_code == 404
            assert ics.post(f"/qx9/combined/alignment/{number}/reply/", {}).status_code == 404

    def test_far_too_many_words_are_refused_kindly(self, here: System, ics: Client, released: Plan) -> None:
        wish = action_in(released, "Rota", seeks_above="A system for rotas")
        said = {"state": "not_now", "words": "x" * 2_000_000}
        page = ics.post(f"/qx9/combined/alignment/{wish.pk}/reply/", said)
        assert page.status_code == 422
        assert "4000 characters or fewer" in words(page)


class TestMoneyPages:
    def test_writing_changing_and_taking_back(self, here: System, ics: Client, released: Plan) -> None:
        said = ALLOCATED | {"to": str(here.northmoor.pk)}
        assert ics.post("/qx9/combined/money/add/", said).status_code == 302
        one = Allocation.objects.get()
        assert (one.to, int(one.amount)) == (here.northmoor, 12000)
        page = ics.get("/qx9/combined/money/")
        assert answer_of(page) == "£12,000 allocated to 1 of 3 places, £300 committed, £20 spent."
        assert "Northmoor Trust £12,000 £300 £20 £11,700" in words(page)
        theirs = signed_in(somebody("Viv", viewer=here.northmoor)).get("/rx1/combined/money/")
        assert "Moorland: £12,000 for Mentors" in words(theirs)
        address = f"/qx9/combined/money/{one.pk}/"
        assert ics.post(address, said | {"amount": "5", "known": "1"}).status_code == 302
        quicker = ics.post(address, said | {"amount": "77", "known": "1"})
        assert quicker.status_code == 422
        assert "Somebody else has changed this" in words(quicker)
        assert 'value="77"' in quicker.content.decode()
        assert "£5 for Mentors" in words(quicker)
        ics.post(f"{address}end/", {"known": "2"})
        assert "£12,000" not in words(ics.get("/qx9/combined/money/"))
        assert ics.get(address).status_code == 404

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"ends_on-year": "2025"}, "It would end before it starts."),
            ({"amount": "lots"}, "must be a number"),
            ({"amount": "0"}, "Say how many pounds it is."),
            ({"amount": "-3"}, "must be 0 or more"),
            ({"to": "999999"}, "Select"),
            ({"what_for": ""}, "Enter"),
        ],
    )
    def test_what_is_wrong_is_said_and_kept(self, here: System, ics: Client, wrong: dict[str, str], says: str) -> None:
        page = ics.post("/qx9/combined/money/add/", ALLOCATED | {"to": str(here.northmoor.pk)} | wrong)
        assert page.status_code == 422
        assert says in words(page)
        assert not Allocation.objects.exists()

    def test_more_than_was_allocated_is_said(self, here: System, ics: Client, lead: User, released: Plan) -> None:
        told = {"starts_on": today(), "ends_on": today(), "what_for": "x", "changed_by": lead, "amount": 100}
        Allocation.objects.create(place=here.icb, to=here.northmoor, **told)
        page = ics.get("/qx9/combined/money/")
        assert answer_of(page).endswith("More than was allocated is committed or spent at Northmoor Trust.")
        assert "−£200 More than allocated" in words(page)

    def test_what_another_place_passed_on_is_not_ours_to_change(self, here: System, ics: Client, lead: User) -> None:
        told = {"starts_on": today(), "ends_on": today(), "what_for": "x", "changed_by": lead, "amount": 100}
        one = Allocation.objects.create(place=here.region, to=here.northmoor, **told)
        for end in ("", "besides/"):
            assert ics.get(f"/qx9/combined/money/{one.pk}/{end}").status_code == 404


class TestNeedPages:
    def test_a_part_with_values_and_money_beside_it(self, here: System, ics: Client, lead: User) -> None:
        assert "Nobody has said yet what need is" in words(ics.get("/qx9/combined/need/"))
        said = {"title": "Staff in post", "kind": "count", "weight": "1", "source": "ESR", "known": ""}
        said |= {"as_of-day": "1", "as_of-month": "4", "as_of-year": "2026"}
        values = {f"of_{here.northmoor.pk}": "3,000", f"of_{here.southmoor.pk}": "1000", f"of_{here.network.pk}": ""}
        assert ics.post("/qx9/combined/need/add/", said | values).status_code == 302
        told = {"starts_on": today(), "ends_on": today(), "what_for": "x", "changed_by": lead, "amount": 100}
        for place in (here.northmoor, here.southmoor):
            Allocation.objects.create(place=here.icb, to=place, **told)
        page = ics.get("/qx9/combined/need/")
        assert answer_of(page) == (
            "Least beside its need: Northmoor Trust, 50.0% of the money for 75.0% of the need. "
            "Most: Southmoor Trust, 50.0% of the money for 25.0% of the need."
        )
        text = words(page)
        assert "An index of need is a judgement" in text
        assert "Northmoor Trust 25.0 points less 50.0% 75.0% £100 3,000" in text
        assert "Left out, because a value is missing: Fell Network." in text
        assert "a count, weight 1. ESR, 1 April 2026." in text
        part = NeedPart.objects.get()
        again = ics.get(f"/qx9/combined/need/{part.pk}/").content.decode()
        assert 'value="3000"' in again
        wrong = ics.post(
            f"/qx9/combined/need/{part.pk}/", said | values | {f"of_{here.network.pk}": "many", "known": "1"}
        )
        assert wrong.status_code == 422
        assert "Fell Network must be a number" in words(wrong)
        ics.post(f"/qx9/combined/need/{part.pk}/end/", {"known": "1"})
        assert "Nobody has said yet what need is" in words(ics.get("/qx9/combined/need/"))


class TestWho:
    def test_who_has_not_and_asking(self, here: System, ics: Client, robin: User, released: Plan) -> None:
        page = ics.get("/qx9/combined/who/")
        assert answer_of(page) == (
            "1 of 2 trusts and 0 of 1 network have a current plan. 4 have not sent figures, 4 a rating and 3 a plan."
        )
        assert "Action past its day" in words(page)
        assert f"Until {today(90).day} " in words(page)
        ics.post("/qx9/combined/who/rx1/ask/")
        assert [mail.to for mail in Message.objects.all()] == leads_of(here.northmoor) == [robin]
        again = ics.post("/qx9/combined/who/rx1/ask/", follow=True)
        assert "at most once a week" in words(again)
        assert Message.objects.count() == 1
        assert ics.post("/qx9/combined/who/y99/ask/").status_code == 404

    def test_who_leads_no_plans_asks_nobody(self, here: System, released: Plan) -> None:
        analyst = signed_in(somebody("Na", national_analyst=here.icb))
        assert "Ask by mail" not in words(analyst.get("/qx9/combined/who/"))
        assert analyst.post("/qx9/combined/who/rx1/ask/").status_code == 404


class TestAssurance:
    def test_the_system_leads_sentence(self, here: System, ics: Client, robin: User, released: Plan) -> None:
        keys = [one.key for one in must_dos()]
        action = action_in(released, "All but two", topic=keys[0], aims=keys[1:20], starts_on=today(-31))
        for state in (Criterion.MET, Criterion.NOT_MET, Criterion.OPEN):
            Criterion.objects.create(action=action, kind="milestone", words="x", state=state)
        page = ics.get("/qx9/assurance/")
        assert answer_of(page) == (
            "1 of 2 trusts and 0 of 1 network have a current plan. Two must-dos have no action anywhere."
        )
        text = words(page)
        assert "1 of 3 success criteria is met; 1 not, 1 not yet looked at, or too early to see." in text
        assert "1 action at 1 place past their day and 1 check-in overdue." in text

    def test_of_a_trust(self, here: System, robin: User) -> None:
        plan_at(here.surgery, robin, to=here.northmoor)
        page = signed_in(robin).get("/rx1/assurance/")
        assert answer_of(page) == (
            "1 of 2 directorates has a current plan. No topic that was rated red is without an action."
        )


class TestTargetPages:
    def test_setting_one(self, here: System, ics: Client) -> None:
        said = {"measure": "fte", "value": "6,000", "staff_group": "GP", "set_by": "The national plan", "known": ""}
        said |= {"by-day": "31", "by-month": "3", "by-year": "2028"}
        assert ics.post("/qx9/combined/workforce/add/", said).status_code == 302
        page = ics.get("/qx9/combined/workforce/")
        assert answer_of(page) == (
            "6,000 full-time equivalents of GP by 31 March 2028. "
            "No record that you may see says how many there are, so no gap can be told."
        )
        target = WorkforceTarget.objects.get()
        address = f"/qx9/combined/workforce/{target.pk}/"
        assert ics.post(address, said | {"value": "0", "known": "1"}).status_code == 422
        assert ics.post(address, said | {"value": "", "known": "1"}).status_code == 422
        assert ics.post(address, said | {"value": "nan", "known": "1"}).status_code == 422
        assert ics.post(f"{address}end/", {"known": "1"}).status_code == 302
        assert ics.get(address).status_code == 404


class TestNoMoreQuestionsForMorePlaces:
    """As many questions to the database for many as for few."""

    def grow(self, here: System, by: User, number: int, start: int) -> None:
        for at in range(start, start + number):
            network = add_place(name=f"Network {at:03}", kind="network", parent=here.icb, start=today(-9))
            for place in (network, add_place(name=f"P {at:03}", kind="practice", parent=network, start=today(-9))):
                plan = plan_at(place, by, to=here.icb)
                wish = {"seeks_above": "More", "offer": "national_coaching", "committed": 5}
                action = action_in(plan, "One", topic="culture", starts_on=today(-50), **wish)
                Reply.objects.create(action=action, place=here.icb, state=Reply.NOT_NOW, words="x", changed_by=by)
                action_in(plan, "Two", aims=["coaching"], ends_on=today(-5))
                Criterion.objects.create(action=action, kind="milestone", words="x")
                told = {"started_by": by, "agreed_by": by, "agreed_at": timezone.now(), "state": Round.AGREED}
                round = Round.objects.create(place=place, assessment="retention_traffic_light", **told)
                Answer.objects.create(round=round, item="data", rating="red", changed_by=by)
                ShownRating.objects.create(round=round, to=here.icb, released_by=by)

    def test_each_page(self, here: System, ics: Client, robin: User, released: Plan) -> None:
        self.grow(here, robin, 2, 0)
        few = {page: self.asked(ics, page) for page in PAGES}
        self.grow(here, robin, 12, 2)
        many = {page: self.asked(ics, page) for page in PAGES}
        assert many == few
        assert max(few.values()) < 60, few

    def asked(self, client: Client, page: str) -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(page).status_code == 200
        return len(found)
