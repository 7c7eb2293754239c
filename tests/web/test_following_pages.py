"""What do people see and do on the pages on which actions are followed?"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from cast import somebody, system
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from test_following import DAY_30, MILESTONE, agreed_action

from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.evidence import values as offered
from keepwell.web.evidence.values import Value
from keepwell.web.following import unit_actions
from keepwell.web.following.models import CheckIn, Count, Unit
from keepwell.web.following.unit_actions import Numbers
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action, Criterion

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def owner(at) -> User:
    return somebody("Ola", contributor=at.surgery)


@pytest.fixture
def viewer(at) -> User:
    return somebody("Vi", viewer=at.northmoor)


def ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


@pytest.fixture
def action(at, lead, owner) -> Action:
    """The 30-day check-in of it was due yesterday."""
    return agreed_action(at.northmoor, lead, owner, starts_on=ago(31))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(answered) -> str:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answered.content.decode()))
    return text.replace("&#x27;", "'").replace("&#39;", "'").replace("&#34;", '"').replace("&quot;", '"')


def page(action: Action, rest: str) -> str:
    return f"/{action.plan.place.slug}/actions/{action.pk}/{rest}"


def of_plan(action: Action, rest: str) -> str:
    return f"/{action.plan.place.slug}/plans/{action.plan_id}/{rest}"


ANSWER = {"known": "", **{key: str(value) for key, value in DAY_30.items()}}


class TestCheckIn:
    def test_from_a_mail_a_contributor_reads_what_they_owe_and_nothing_else_of_the_plan(self, action, owner):
        seen = words(client_of(owner).get(page(action, "check-ins/1-day_30/")))
        assert "One check-in, 30 days: how far, what did you learn, go on or change?" in seen
        assert "Ask the staff" in seen
        assert "Stay well" not in seen
        assert client_of(owner).get(of_plan(action, "")).status_code == 404

    def test_it_is_answered_and_the_page_says_so(self, action, owner):
        client = client_of(owner)
        answered = client.post(page(action, "check-ins/1-day_30/"), ANSWER, follow=True)
        assert answered.redirect_chain == [(page(action, "check-ins/"), 302)]
        seen = words(answered)
        assert "Thank you. 30-day check-in is saved." in seen
        assert "On course, as it was said at 30 days. 60-day check-in due on" in seen
        assert "Said by Ola" in seen

    def test_what_is_missing_is_said_and_what_was_typed_stays(self, action, owner):
        sent = {key: value for key, value in ANSWER.items() if key != "progress"}
        answered = client_of(owner).post(page(action, "check-ins/1-day_30/"), sent)
        assert answered.status_code == 422
        assert "Select an answer: How far are you?" in words(answered)
        assert "Ask early." in words(answered)
        assert not CheckIn.objects.exists()

    def test_more_takers_than_offers_are_asked_about_and_nothing_is_lost(self, action, owner):
        sent = ANSWER | {"offered": "12", "taken_up": "13"}
        answered = client_of(owner).post(page(action, "check-ins/1-day_30/"), sent)
        assert answered.status_code == 422
        assert "13 took it up, and it was offered to 12" in words(answered)
        assert b'value="13"' in answered.content

    def test_a_number_is_read_as_people_type_it(self, action, owner):
        client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER | {"offered": "1,200", "taken_up": "1 100"})
        assert (Count.objects.get().offered, Count.objects.get().taken_up) == (1200, 1100)

    def test_far_too_many_words_are_said_kindly_and_kept(self, action, owner):
        long = "x" * 900_000
        answered = client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER | {"learnt": long})
        assert answered.status_code == 422
        assert "must be 4000 characters or fewer" in words(answered)
        assert long in answered.content.decode()

    def test_five_megabytes_are_refused_with_a_page_of_ours(self, action, owner):
        answered = client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER | {"learnt": "x" * 5_100_000})
        assert answered.status_code in (400, 413)
        assert "Keepwell" in words(answered)

    def test_who_is_slower_sees_what_stands_there_beside_what_they_typed(self, action, owner, lead):
        client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER | {"learnt": "Ola's"})
        answered = client_of(lead).post(page(action, "check-ins/1-day_30/"), ANSWER | {"learnt": "Robin's"})
        assert answered.status_code == 422
        seen = words(answered)
        assert "Somebody else has answered this since you opened the page: Ola" in seen
        assert "Ola's" in seen and "Robin's" in seen
        assert b'name="known" value="1"' in answered.content

    def test_a_correction_begins_with_what_was_said(self, action, owner):
        client = client_of(owner)
        client.post(page(action, "check-ins/1-day_30/"), ANSWER)
        opened = client.get(page(action, "check-ins/1-day_30/")).content.decode()
        assert "Ask early." in opened and re.search(r'value="on_course"[^>]*checked', opened)
        answered = client.post(
            page(action, "check-ins/1-day_30/"), ANSWER | {"known": "1", "learnt": "Later"}, follow=True
        )
        assert "30-day check-in is corrected." in words(answered)

    def test_to_abandon_says_that_the_action_is_stopped(self, action, owner):
        sent = ANSWER | {"decision": "abandon"}
        answered = client_of(owner).post(page(action, "check-ins/1-day_30/"), sent, follow=True)
        assert "the action is now stopped" in words(answered)
        assert "This action is stopped: nothing more is asked about it." in words(answered)

    def test_the_last_one_asks_of_each_criterion_and_for_the_next_90_days(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead, owner, starts_on=ago(91))
        client, where = client_of(owner), page(action, "check-ins/1-day_90/")
        opened = client.get(where)
        assert f"Is this met: {MILESTONE['words']}" in words(opened)
        [field] = set(re.findall(r'name="(criterion-[\d-]+)"', opened.content.decode()))
        day = timezone.localdate()
        begins = {"begins_on-day": day.day, "begins_on-month": day.month, "begins_on-year": day.year}
        sent = ANSWER | {field: "met", "end_point": "9%", "next_cycle": "Spread it", **begins}
        assert client.post(where, sent).status_code == 302
        assert Criterion.objects.get().state == "met"
        assert "Baseline, round 2 due today" in words(client.get(page(action, "check-ins/")))
        assert "Met" in words(client.get(page(action, "check-ins/")))

    def test_a_criterion_that_was_worded_anew_meanwhile_is_not_judged_by_the_old_words(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead, owner, starts_on=ago(91))
        client, where = client_of(owner), page(action, "check-ins/1-day_90/")
        [field] = set(re.findall(r'name="(criterion-[\d-]+)"', client.get(where).content.decode()))
        Criterion.objects.update(words="Something else")
        answered = client.post(where, ANSWER | {field: "met", "end_point": "9%", "next_cycle": "Spread it"})
        assert answered.status_code == 422
        assert "Select whether it is met" in words(answered)
        assert Criterion.objects.get().state == "open"

    def test_where_teams_are_listed_the_baseline_does_not_ask_for_them_again(self, action, owner, at):
        where = page(action, "check-ins/1-baseline/")
        asked = "Which teams or practices start, and when?"
        assert asked in words(client_of(owner).get(where))
        unit_actions.add_units(action=action, places=[at.surgery], names=[], starts_on=ago(31), by=owner)
        seen = words(client_of(owner).get(where))
        assert asked not in seen and "Surgery:" in seen

    @pytest.mark.parametrize("key", ["1-day_31", "2-baseline", "x", "1-day_90"])
    def test_what_is_not_asked_now_is_not_there(self, action, owner, key):
        assert client_of(owner).get(page(action, f"check-ins/{key}/")).status_code == 404

    def test_who_sees_the_plan_reads_the_answers_and_cannot_answer(self, action, owner, viewer):
        client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER)
        assert client_of(viewer).get(page(action, "check-ins/1-day_30/")).status_code == 404
        assert client_of(viewer).post(page(action, "check-ins/1-day_30/"), ANSWER).status_code == 404
        assert "Ask early." in words(client_of(viewer).get(page(action, "check-ins/")))

    def test_colleagues_elsewhere_and_a_draft_are_not_there(self, at, action, lead, viewer):
        sam = somebody("Sam", retention_lead=at.southmoor)
        assert client_of(sam).get(page(action, "check-ins/")).status_code == 404
        draft = plans.add(plan=action.plan, content={"what": "More", "starts_on": ago(31).isoformat()}, by=lead)
        assert client_of(viewer).get(page(draft, "check-ins/")).status_code == 404
        assert "Check-ins begin when the action is agreed." in words(client_of(lead).get(page(draft, "check-ins/")))

    def test_an_action_is_not_found_under_another_place(self, at, action, lead):
        assert client_of(lead).get(f"/{at.surgery.slug}/actions/{action.pk}/check-ins/").status_code == 404

    def test_readers_above_see_the_answers_without_names_and_numbers_with_small_ones_hidden(
        self, at, action, owner, lead
    ):
        client_of(owner).post(page(action, "check-ins/1-day_30/"), ANSWER | {"offered": "38", "taken_up": "6"})
        plans.release(plan=action.plan, to=at.icb, by=lead)
        seen = words(client_of(somebody("Ics", ics_lead=at.icb)).get(page(action, "check-ins/")))
        assert "Offered to about 40, taken up by too few to show" in seen
        assert "Ask early." in seen and "Said at Northmoor Trust on" in seen
        assert "Ola" not in seen and "38" not in seen


class TestOwing:
    def test_somebody_sees_what_they_owe_on_all_their_actions(self, at, action, owner, lead):
        one = words(client_of(owner).get("/my-actions/check-ins/"))
        assert "One check-in, 30 days: how far, what did you learn, go on or change?" in one
        agreed_action(at.surgery, lead, owner, starts_on=ago(61))
        assert "2 check-ins. Each takes a few minutes." in words(client_of(owner).get("/my-actions/check-ins/"))
        assert "You owe nothing" in words(client_of(lead).get("/my-actions/check-ins/"))

    def test_one_level_up_sees_the_days_and_no_words_of_the_action(self, at, action, lead):
        seen = words(client_of(lead).get("/rx1/overdue/"))
        assert "1 check-in is overdue at Northmoor Trust, since" in seen
        assert "Ask the staff" not in seen and "Ola" not in seen

    def test_parts_say_on_the_pages_of_plan_and_action_what_is_due(self, action, lead):
        assert "30-day check-in overdue: it was due on" in words(client_of(lead).get(page(action, "")))
        assert "The next 90 days 1 overdue" in words(client_of(lead).get(of_plan(action, "")))


class TestUnits:
    def test_several_start_on_a_day_and_others_are_there_to_compare_with(self, at, action, owner):
        client, where = client_of(owner), page(action, "units/add/")
        day = {"starts_on-day": "1", "starts_on-month": "4", "starts_on-year": "2026"}
        sent = {"parts": [at.surgery.slug], "others": "ward 7\nThe lounge\n", "when": "starts", **day}
        answered = client.post(where, sent, follow=True)
        assert "3 teams or practices added" in words(answered)
        assert {(u.name, u.place) for u in Unit.objects.all()} == {
            ("Surgery", at.surgery),
            ("Ward 7", at.ward_7),
            ("The lounge", None),
        }
        client.post(where, {"parts": [at.medicine.slug], "others": "", "when": "later"})
        seen = words(client.get(page(action, "units/")))
        assert "3 teams or practices start on 1 April 2026; 1 does not start yet, to compare with." in seen

    def test_without_a_day_or_a_name_it_is_asked_for(self, action, owner):
        answered = client_of(owner).post(page(action, "units/add/"), {"when": "starts", "others": " "})
        assert answered.status_code == 422
        assert "Choose one at least, or type its name" in words(answered)
        assert "Enter first day" in words(answered)

    def test_what_stands_there_already_is_not_added_twice(self, action, owner):
        for _ in range(2):
            unit_actions.add_units(action=action, places=[], names=["The lounge"], starts_on=None, by=owner)
        assert Unit.objects.count() == 1

    def test_a_place_elsewhere_is_only_a_name(self, at, action, owner):
        unit_actions.add_units(action=action, places=[at.southmoor], names=["RX2"], starts_on=None, by=owner)
        assert [(u.name, u.place) for u in Unit.objects.all()] == [("RX2", None)]

    def test_another_day_is_refused_where_somebody_was_quicker(self, action, owner, lead):
        [unit] = unit_actions.add_units(action=action, places=[], names=["A"], starts_on=ago(3), by=owner)
        unit_actions.change_unit(unit=unit, starts_on=ago(2), known=1, by=owner)
        answered = client_of(lead).post(page(action, f"units/{unit.pk}/"), {"known": "1", "when": "later"})
        assert answered.status_code == 422
        assert "Somebody else has changed this since you opened the page: Ola" in words(answered)
        unit.refresh_from_db()
        assert unit.starts_on == ago(2)

    def test_taken_off_it_stays_on_record_with_its_numbers(self, action, owner):
        [unit] = unit_actions.add_units(action=action, places=[], names=["A"], starts_on=ago(3), by=owner)
        unit_actions.count(action=action, numbers={unit.pk: Numbers(9, 8)}, by=owner)
        client_of(owner).post(page(action, f"units/{unit.pk}/take-off/"))
        assert "Nobody has said yet which teams" in words(client_of(owner).get(page(action, "units/")))
        assert (Unit.objects.count(), Count.objects.count()) == (1, 1)

    def test_only_those_who_take_part_or_write_say_who_starts(self, action, viewer):
        for rest in ("units/add/", "units/numbers/"):
            assert client_of(viewer).get(page(action, rest)).status_code == 404
            assert client_of(viewer).post(page(action, rest)).status_code == 404

    def test_numbers_of_teams_are_added_and_those_from_before_stay(self, action, owner):
        [unit] = unit_actions.add_units(action=action, places=[], names=["A"], starts_on=ago(30), by=owner)
        unit_actions.count(action=action, numbers={unit.pk: Numbers(20, 5)}, by=owner, on=ago(10))
        offered_to, taken_up = f"offered-{unit.pk}", f"taken_up-{unit.pk}"
        before = {f"initial-{offered_to}": "20", f"initial-{taken_up}": "5"}
        client = client_of(owner)
        client.post(page(action, "units/numbers/"), {offered_to: "30", taken_up: "12", **before})
        assert [(c.on, c.offered, c.taken_up) for c in Count.objects.all()] == [(ago(10), 20, 5), (ago(0), 30, 12)]
        client.post(page(action, "units/numbers/"), {offered_to: "20", taken_up: "5", **before})
        assert Count.objects.count() == 2, "what nobody changed is not counted again"

    def test_numbers_that_cannot_be_are_asked_about(self, action, owner):
        answered = client_of(owner).post(page(action, "units/numbers/"), {"offered-whole": "3", "taken_up-whole": "4"})
        assert answered.status_code == 422
        assert "4 took it up, and it was offered to 3" in words(answered)

    def test_others_see_the_whole_with_small_numbers_hidden_and_no_team_by_itself(self, action, owner, viewer):
        units = unit_actions.add_units(action=action, places=[], names=["A", "B"], starts_on=ago(30), by=owner)
        numbers = {units[0].pk: Numbers(17, 4), units[1].pk: Numbers(16, 3)}
        unit_actions.count(action=action, numbers=numbers, by=owner)
        seen = words(client_of(viewer).get(page(action, "units/")))
        assert "Offered to about 35, taken up by too few to show" in seen
        assert not any(re.search(rf"\b{number}\b", seen) for number in (17, 16, 33))
        assert "Offered to 33, taken up by 7" in words(client_of(owner).get(page(action, "units/")))


class TestEvaluation:
    def test_it_says_how_many_criteria_are_tied_to_something(self, at, lead):
        criteria = [
            MILESTONE,
            {"kind": "measure", "words": "Fewer leave", "measure": "leaver_rate", "baseline": 0.12, "target": 0.11},
            {"kind": "measure", "words": "People feel better"},
            {"kind": "measure", "words": "Three wards have it", "target": 3},
        ]
        action = agreed_action(at.northmoor, lead, criteria=criteria)
        seen = words(client_of(lead).get(of_plan(action, "evaluation/")))
        assert "3 of 4 success criteria are tied to a number or a milestone; 1 is not." in seen
        assert "12%" in seen and "11%" in seen

    def test_what_is_missing_is_named_with_a_way_to_write_it(self, action, lead, viewer):
        answered = client_of(lead).get(of_plan(action, "evaluation/"))
        assert "Expected effect, of “Ask the staff”" in words(answered)
        assert page(action, "edit/") in answered.content.decode()
        assert page(action, "edit/") not in client_of(viewer).get(of_plan(action, "evaluation/")).content.decode()

    def test_what_stands_in_the_plan_is_shown_in_its_step(self, at, lead):
        action = agreed_action(at.northmoor, lead, risks="The rota system", cost_once="1200")
        seen = words(client_of(lead).get(of_plan(action, "evaluation/")))
        assert "The rota system" in seen and "£1,200 once" in seen

    @pytest.mark.parametrize(("key", "said"), [("leaver_rate", "11.6%"), ("share_who_left", "No figure is released")])
    def test_now_is_what_is_offered_to_the_reader_and_goes_into_the_register(self, at, lead, monkeypatch, key, said):
        value = Value(key, "Leaver rate", "11.6%", "12 months to October 2025", "x", "internal", "/x/", at.northmoor)
        monkeypatch.setattr(offered, "_PROVIDERS", [lambda user, asked: [value] if user == lead else []])
        criteria = [{"kind": "measure", "words": "Fewer leave", "measure": "leaver_rate"}]
        action = agreed_action(at.northmoor, lead, criteria=criteria)
        assert (said in words(client_of(lead).get(of_plan(action, "evaluation/")))) is True
        viewed = AccessEvent.objects.filter(what="Evaluation of a plan", policy="internal")
        assert viewed.exists() is (key == "leaver_rate")
        other = somebody("Vi", viewer=at.northmoor)
        assert "No figure is released to you" in words(client_of(other).get(of_plan(action, "evaluation/")))

    def test_a_draft_is_evaluated_only_by_those_who_write_it(self, action, lead, viewer):
        plans.add(plan=action.plan, content={"what": "Something secret"}, by=lead)
        assert "Something secret" in words(client_of(lead).get(of_plan(action, "evaluation/")))
        assert "Something secret" not in words(client_of(viewer).get(of_plan(action, "evaluation/")))


class TestCalendar:
    def test_the_file_holds_the_days_and_nothing_of_what_the_actions_are(self, at, lead, owner):
        ends = (timezone.localdate() + dt.timedelta(days=40)).isoformat()
        action = agreed_action(at.northmoor, lead, owner, starts_on=ago(31), ends_on=ends, objective="Secret aim")
        answered = client_of(lead).get(of_plan(action, "calendar.ics"))
        assert answered["Content-Type"].startswith("text/calendar")
        found = Calendar.from_ical(answered.content).walk("VEVENT")
        days = {(str(one["SUMMARY"]), one["DTSTART"].dt) for one in found}
        assert days == {
            ("Keepwell: 30-day check-in", ago(1)),
            ("Keepwell: 60-day check-in", ago(-29)),
            ("Keepwell: 90-day check-in", ago(-59)),
            ("Keepwell: Action ends", ago(-40)),
        }
        assert not any(word in answered.content.decode() for word in ("Secret", "Ask the staff", "Stay well", "Ola"))
        assert page(action, "check-ins/") in answered.content.decode().replace("\r\n ", "")

    def test_taken_in_again_after_a_change_the_same_days_move_and_are_not_doubled(self, action, lead):
        def taken() -> dict[str, tuple[dt.date, int]]:
            found = Calendar.from_ical(client_of(lead).get(of_plan(action, "calendar.ics")).content).walk("VEVENT")
            return {str(one["UID"]): (one["DTSTART"].dt, int(one["SEQUENCE"])) for one in found}

        before = taken()
        content = {"starts_on": ago(29).isoformat()}
        plans.change_action(action=action, content=content, known=action.version, by=lead)
        after = taken()
        both = set(before) & set(after)
        assert len(both) >= 2
        assert all(after[uid][0] > before[uid][0] and after[uid][1] > before[uid][1] for uid in both)

    def test_ones_own_file_holds_ones_own_actions_only(self, at, action, owner, lead):
        agreed_action(at.northmoor, lead, starts_on=ago(0))
        found = Calendar.from_ical(client_of(owner).get("/my-actions/calendar.ics").content).walk("VEVENT")
        assert {str(one["UID"]).split("-")[1] for one in found} == {str(action.pk)}

    def test_a_download_goes_into_the_register(self, action, lead):
        client_of(lead).get(of_plan(action, "calendar.ics"))
        assert AccessEvent.objects.filter(what="Calendar of actions", kind="exported").exists()

    def test_the_next_90_days_stand_on_a_page_to_print(self, action, lead):
        seen = words(client_of(lead).get(of_plan(action, "ninety-days/")))
        assert "1 thing is overdue. Next: 60-day check-in on" in seen
        assert "Owner: Ola" in seen
