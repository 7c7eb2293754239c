"""Can a request be followed without a name, decided as the law has it, and counted so that no single one is told?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import somebody, system
from django.urls import reverse
from django.utils import timezone

from keepwell.content.flexible_requests import request_flows
from keepwell.web.audit.models import AccessEvent
from keepwell.web.flexible import actions, presenters, queries, rules
from keepwell.web.flexible.actions import Answer, Appeal, Asked
from keepwell.web.flexible.models import Change, Figures, Request
from keepwell.web.flexible.queries import HalfYear
from keepwell.web.places.refusals import NotAllowed

NURSING = "Nursing and Midwifery Registered"
TODAY = dt.date(2026, 11, 23)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def today(monkeypatch):
    """The clock stands: pages and rules ask for the day at one place."""
    monkeypatch.setattr(timezone, "localdate", lambda value=None, zone=None: TODAY)
    return TODAY


@pytest.fixture
def at(db, settings, tmp_path):
    settings.HOME = tmp_path
    return system()


@pytest.fixture
def manager(at):
    return somebody("Sister", line_manager=at.ward_7)


def asked(days_ago=10, **more):
    told = {"kind": "flexible_working", "staff_group": NURSING, "asked_on": TODAY - dt.timedelta(days=days_ago)}
    return Asked(**(told | {"asked_for": ["fewer_hours"], "reference": "R-7"} | more))


def added(at, by, place=None, **more):
    return actions.add(place=place or at.ward_7, asked=asked(**more), by=by)


def decided(request, by, outcome="agreed", on=TODAY, **more):
    return actions.decide(request=request, answer=Answer(on, outcome, **more), known=request.version, by=by)


@pytest.mark.usefixtures("today")
class TestReference:
    @pytest.mark.parametrize(
        ("reference", "says"),
        [
            ("Jane Smith", "a name"),
            ("smith1", "a name"),
            ("J S", "a name"),
            ("j.smith@nhs.net", "e-mail"),
            ("20481234", "number of a person"),
            ("204 812 34", "number of a person"),
            ("12A3456E", "number of a person"),
            ("QQ 12 34 56 C", "number of a person"),
            ("1/4/1980", "a day"),
            ("R_1", "letters, digits"),
            ("A very long reference 1", "20 characters"),
            ("", "Give it a reference"),
        ],
    )
    def test_what_says_who_asked_is_refused(self, at, reference, says):
        assert says in rules.cannot_refer_by(reference, at.ward_7)

    @pytest.mark.parametrize("reference", ["R-2026-014", "W7/3", "FW 12", "A1", "12345"])
    def test_a_reference_of_their_own_is_taken(self, at, reference):
        assert rules.cannot_refer_by(reference, at.ward_7) is None

    def test_one_is_given_where_none_is_typed(self, at, manager):
        assert added(at, manager, reference="").reference == "R-2026-001"
        assert added(at, manager, reference="").reference == "R-2026-002"

    def test_two_requests_have_two(self, at, manager):
        added(at, manager)
        with pytest.raises(NotAllowed, match="has this reference"):
            added(at, manager, reference="r-7")

    def test_what_was_typed_is_not_said_again(self, at, manager):
        with pytest.raises(NotAllowed) as refusal:
            added(at, manager, reference="Jane Smith")
        assert "Jane" not in str(refusal.value)


@pytest.mark.usefixtures("today")
class TestWriting:
    def test_every_version_is_kept_without_the_reference(self, at, manager):
        request = decided(added(at, manager), manager, "refused", reason="quality")
        assert [one.why for one in request.changes.all()] == ["decided", "written down"]
        assert "R-7" not in str([one.kept for one in Change.objects.all()])

    def test_who_was_quicker_is_named(self, at, manager):
        request = added(at, manager)
        decided(request, manager)
        with pytest.raises(actions.Quicker, match="Sister has changed this"):
            decided(request, manager, "withdrawn")

    @pytest.mark.parametrize(
        ("answer", "says"),
        [
            (Answer(TODAY, "refused"), "one of the reasons"),
            (Answer(TODAY, "refused", "no_reason"), "one of the reasons"),
            (Answer(TODAY, "agreed", "quality"), "belongs to a refusal"),
            (Answer(TODAY, "refused_then_agreed"), "outcomes shown"),
            (Answer(TODAY - dt.timedelta(days=11), "agreed"), "before it was asked"),
            (Answer(TODAY + dt.timedelta(days=1), "agreed"), "still to come"),
            (Answer(TODAY, "agreed", "", TODAY - dt.timedelta(days=30)), "begin before it was asked"),
        ],
    )
    def test_a_decision_that_cannot_be_is_refused(self, at, manager, answer, says):
        request = added(at, manager)
        with pytest.raises(NotAllowed, match=says):
            actions.decide(request=request, answer=answer, known=1, by=manager)
        assert Request.objects.get().decided_on is None

    def test_the_reasons_of_a_refusal_are_those_of_the_law(self, at, manager):
        assert len(request_flows()["flexible_working"].reasons) == 8
        for number, reason in enumerate(request_flows()["flexible_working"].reasons):
            decided(added(at, manager, reference=f"R-{number}"), manager, "refused", reason=reason.key)

    def test_retirement_is_refused_without_one(self, at, manager):
        request = added(at, manager, kind="flexible_retirement", asked_for=["wind_down"])
        assert decided(request, manager, "refused").came_to == "refused"

    @pytest.mark.parametrize("told", [{"asked_for": []}, {"asked_for": ["wind_down"]}, {"staff_group": "GP"}])
    def test_only_what_is_shown_can_be_chosen(self, at, manager, told):
        with pytest.raises(NotAllowed):
            added(at, manager, **told)

    def test_a_practice_has_its_own_staff_groups(self, at):
        by = somebody("Pam", practice_manager=at.practice)
        assert added(at, by, at.practice, staff_group="GP").staff_group == "GP"

    def test_an_appeal_waits_for_its_answer_and_then_counts(self, at, manager):
        request = decided(
            added(at, manager, days_ago=40), manager, "refused", TODAY - dt.timedelta(days=20), reason="quality"
        )
        made = Appeal(TODAY - dt.timedelta(days=10))
        request = actions.appeal(request=request, appeal=made, known=request.version, by=manager)
        assert (request.open, request.came_to, request.days) == (True, "", None)
        made = Appeal(TODAY - dt.timedelta(days=10), TODAY, "refused_then_agreed")
        request = actions.appeal(request=request, appeal=made, known=request.version, by=manager)
        assert (request.open, request.came_to, request.days) == (False, "refused_then_agreed", 40)

    @pytest.mark.parametrize(
        ("made", "says"),
        [
            (Appeal(TODAY, TODAY), "a day and an outcome"),
            (Appeal(TODAY, None, "refused"), "a day and an outcome"),
            (Appeal(TODAY, TODAY, "trial"), "outcomes shown"),
            (Appeal(TODAY - dt.timedelta(days=8), TODAY, "refused"), "before the decision"),
            (Appeal(TODAY, TODAY - dt.timedelta(days=1), "refused"), "before it was made"),
        ],
    )
    def test_an_appeal_that_cannot_be_is_refused(self, at, manager, made, says):
        request = decided(added(at, manager), manager, "refused", TODAY - dt.timedelta(days=5), reason="quality")
        with pytest.raises(NotAllowed, match=says):
            actions.appeal(request=request, appeal=made, known=request.version, by=manager)

    def test_nobody_appeals_against_a_yes_or_before_a_decision(self, at, manager):
        request = added(at, manager)
        assert "no decision yet" in rules.cannot_appeal(manager, request)
        assert "agreed as asked" in rules.cannot_appeal(manager, decided(request, manager))

    def test_a_mistake_counts_nowhere(self, at, manager):
        request = decided(added(at, manager), manager)
        actions.strike(request=request, known=request.version, by=manager)
        assert not queries.requests_of(at.ward_7).exists()
        assert not queries.decided_in(at.northmoor, "flexible_working", HalfYear.of(TODAY))
        with pytest.raises(NotAllowed, match="entered by mistake"):
            decided(Request.objects.get(), manager)


@pytest.mark.usefixtures("today")
class TestDue:
    @pytest.mark.parametrize(
        ("asked_on", "due"),
        [
            (dt.date(2026, 9, 23), dt.date(2026, 11, 23)),
            (dt.date(2026, 12, 31), dt.date(2027, 2, 28)),
            (dt.date(2027, 12, 30), dt.date(2028, 2, 29)),
            (dt.date(2026, 11, 30), dt.date(2027, 1, 30)),
        ],
    )
    def test_by_law_within_two_months(self, asked_on, due):
        assert rules.due_on(Request(kind="flexible_working", asked_on=asked_on)) == due

    def test_retirement_within_the_days_that_we_suggest(self):
        asked_on = dt.date(2026, 9, 1)
        assert rules.due_on(Request(kind="flexible_retirement", asked_on=asked_on)) == dt.date(2026, 9, 29)

    def test_what_both_agreed_on_holds(self):
        longer = dt.date(2027, 3, 1)
        request = Request(kind="flexible_working", asked_on=dt.date(2026, 9, 1), longer_until=longer)
        assert rules.due_on(request) == longer

    def test_on_the_day_it_is_in_time_and_the_day_after_overdue(self):
        request = Request(kind="flexible_working", asked_on=dt.date(2026, 9, 23))
        assert not rules.is_overdue(request, TODAY)
        assert rules.is_overdue(request, TODAY + dt.timedelta(days=1))

    def test_steps_say_by_when_and_which_day_is_over(self, at, manager):
        steps = {one.step.key: one for one in presenters.steps_of(added(at, manager, days_ago=10))}
        assert steps["confirm"].tag is not None
        assert (steps["talk"].due, steps["talk"].tag) == (TODAY + dt.timedelta(days=4), None)
        assert steps["decide"].due == dt.date(2027, 1, 13)


@pytest.mark.usefixtures("today")
class TestWhoSees:
    def test_single_requests_only_where_the_role_is_held(self, at, manager):
        above = somebody("Lead", retention_lead=at.northmoor)
        over = somebody("Matron", line_manager=at.surgery)
        assert rules.cannot_see_requests(manager, at.ward_7) is None
        for user in (above, over):
            assert "only by those who decide on them at Ward 7" in rules.cannot_see_requests(user, at.ward_7)
            with pytest.raises(NotAllowed):
                added(at, user)

    def test_nobody_above_writes_in_a_request(self, at, manager):
        request = added(at, manager)
        for user in (somebody("Lead", retention_lead=at.northmoor), somebody("Sam", line_manager=at.medicine)):
            with pytest.raises(NotAllowed):
                decided(request, user)
            with pytest.raises(NotAllowed):
                actions.change(request=request, asked=asked(), known=1, by=user)
            with pytest.raises(NotAllowed):
                actions.strike(request=request, known=1, by=user)

    def test_nobody_from_elsewhere(self, at, manager):
        for user in (somebody("Ics", ics_lead=at.icb), somebody("Sam", retention_lead=at.southmoor)):
            assert rules.cannot_see_requests(user, at.ward_7)
            assert rules.cannot_see_figures(user, at.ward_7) == rules.NOT_YOURS

    def test_a_closed_place_takes_no_more(self, at, manager):
        at.ward_7.closed = TODAY
        at.ward_7.save()
        with pytest.raises(NotAllowed, match="has closed"):
            added(at, manager)


@pytest.mark.usefixtures("today")
class TestClearing:
    def answered(self, at, manager, days_ago):
        request = added(at, manager, days_ago=days_ago + 5)
        return decided(request, manager, on=TODAY - dt.timedelta(days=days_ago))

    @pytest.mark.parametrize(("days_ago", "cleared"), [(364, 0), (365, 1), (366, 1)])
    def test_after_so_many_days(self, at, manager, days_ago, cleared):
        self.answered(at, manager, days_ago)
        assert actions.clear_references(place=at.ward_7, by=manager) == cleared
        assert (Request.objects.get().reference == "") is bool(cleared)

    def test_not_before_what_was_agreed_has_lasted(self, at, manager):
        request = added(at, manager, days_ago=500)
        decided(request, manager, on=TODAY - dt.timedelta(days=450), began_on=TODAY - dt.timedelta(days=300))
        assert actions.clear_references(place=at.ward_7, by=manager) == 0

    def test_an_open_one_keeps_it_and_a_mistake_loses_it_at_once(self, at, manager):
        added(at, manager, days_ago=600)
        actions.strike(request=added(at, manager, reference="R-8"), known=1, by=manager)
        assert actions.clear_references(place=at.ward_7, by=manager) == 1
        assert [one.reference for one in Request.objects.order_by("pk")] == ["R-7", ""]

    def test_cleared_it_stays_to_be_counted_and_changes_no_more(self, at, manager):
        self.answered(at, manager, 400)
        actions.clear_references(place=at.ward_7, by=manager)
        request = Request.objects.get()
        assert len(queries.decided_in(at.northmoor, "flexible_working", HalfYear.of(request.answered_on))) == 1
        with pytest.raises(NotAllowed, match="reference was cleared"):
            decided(request, manager)

    def test_nobody_above_clears(self, at, manager):
        with pytest.raises(NotAllowed):
            actions.clear_references(place=at.ward_7, by=somebody("Lead", retention_lead=at.northmoor))

    def test_no_log_keeps_the_reference(self, at, manager):
        from auditlog.models import LogEntry

        self.answered(at, manager, 400)
        actions.clear_references(place=at.ward_7, by=manager)
        assert "R-7" not in str(list(LogEntry.objects.values_list("changes", "object_repr")))
        assert "R-7" not in str(list(AccessEvent.objects.values()))


class TestHalfYears:
    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            ((2026, 3, 31), (2025, 10, 1), (2026, 3, 31)),
            ((2026, 4, 1), (2026, 4, 1), (2026, 9, 30)),
            ((2026, 9, 30), (2026, 4, 1), (2026, 9, 30)),
            ((2026, 10, 1), (2026, 10, 1), (2027, 3, 31)),
            ((2027, 1, 1), (2026, 10, 1), (2027, 3, 31)),
        ],
    )
    def test_from_april_and_from_october(self, day, first, last):
        half = HalfYear.of(dt.date(*day))
        assert (half.first, half.last) == (dt.date(*first), dt.date(*last))


@pytest.mark.usefixtures("today")
class TestFiguresOfAPlace:
    def some(self, at, manager, number, first=0):
        day = dt.date(2026, 6, 1)
        for i in range(first, first + number):
            request = Request(place=at.ward_7, kind="flexible_working", reference=f"X{i}", staff_group=NURSING)
            request.asked_on, request.decided_on, request.outcome = day, day + dt.timedelta(days=20), "agreed"
            request.changed_by, request.asked_for = manager, ["job_share"]
            request.save()

    def test_one_more_request_changes_nothing_that_was_told(self, at, manager):
        """The attack: the same table before and after one more request, so that their difference is that request."""
        half = HalfYear.of(dt.date(2026, 6, 1))
        self.some(at, manager, 20)
        before = actions.figures_of(place=at.northmoor, kind="flexible_working", half=half).told
        assert before["rows"][0]["decided"] == 20
        self.some(at, manager, 1, first=20)
        assert actions.figures_of(place=at.surgery, kind="flexible_working", half=half).told == before
        assert Figures.objects.count() == 1

    def test_a_half_year_is_told_when_it_is_closed_and_not_a_day_before(self, at, manager, monkeypatch):
        half = HalfYear.of(dt.date(2026, 6, 1))
        self.some(at, manager, 20)
        assert half.closes_on == dt.date(2026, 10, 29)
        for day, closed in ((dt.date(2026, 10, 28), []), (dt.date(2026, 10, 29), [half])):
            monkeypatch.setattr(timezone, "localdate", lambda value=None, zone=None, day=day: day)
            assert queries.closed_half_years(at.northmoor) == closed
        monkeypatch.setattr(timezone, "localdate", lambda value=None, zone=None: dt.date(2026, 10, 28))
        with pytest.raises(NotAllowed, match="not closed yet"):
            actions.figures_of(place=at.northmoor, kind="flexible_working", half=half)

    def test_nothing_of_another_organisation_is_in_them(self, at, manager):
        self.some(at, manager, 20)
        Request.objects.update(place=at.southmoor)
        assert queries.closed_half_years(at.northmoor) == []

    def test_the_page_says_it_at_the_top(self, at, manager, client):
        self.some(at, manager, 20)
        client.force_login(somebody("Lead", retention_lead=at.northmoor), BACKEND)
        page = client.get(reverse("request_figures", args=[at.northmoor.slug]))
        text = page.content.decode()
        assert page.status_code == 200
        assert "Flexible working: 100% of 20 were agreed; half had their answer within 20 days." in text
        assert "Surgery" in text
        assert "X1" not in text
        assert (
            client.get(reverse("request_figures", args=[at.northmoor.slug]), {"from": "2020-04-01"}).status_code == 404
        )

    def test_of_too_few_nothing_is_told(self, at, manager, client):
        self.some(at, manager, 4)
        client.force_login(manager, BACKEND)
        text = client.get(reverse("request_figures", args=[at.ward_7.slug])).content.decode()
        assert "too few requests to be told" in text


@pytest.mark.usefixtures("today")
class TestPages:
    @pytest.fixture
    def signed_in(self, client, manager):
        client.force_login(manager, BACKEND)
        return client

    def posted(self, **more):
        on = {"asked_on-day": "1", "asked_on-month": "9", "asked_on-year": "2026"}
        told = {
            "kind": "flexible_working",
            "asked_working": ["fewer_hours"],
            "staff_group": NURSING,
            "reference": "R-9",
        }
        return told | on | more

    def test_from_the_request_to_the_answer(self, at, signed_in):
        address = reverse("add_request", args=[at.ward_7.slug])
        assert signed_in.post(address, self.posted()).status_code == 302
        text = signed_in.get(reverse("requests", args=[at.ward_7.slug])).content.decode()
        assert "1 of 1 open request is overdue." in text
        assert "Overdue since 1 November 2026" in text
        request = Request.objects.get()
        page = signed_in.get(reverse("request", args=[at.ward_7.slug, request.pk])).content.decode()
        assert "Answer in writing" in page
        assert "This day is over" in page
        answer = {"outcome": "refused", "reason": "quality", "known": "1"}
        answer |= {"decided_on-day": "2", "decided_on-month": "11", "decided_on-year": "2026"}
        assert signed_in.post(reverse("decide_request", args=[at.ward_7.slug, request.pk]), answer).status_code == 302
        text = signed_in.get(reverse("requests", args=[at.ward_7.slug])).content.decode()
        assert "refused, on 2 November 2026, after 62 days" in text
        assert AccessEvent.objects.filter(what="Request", policy="internal").exists()

    def test_a_name_is_refused_and_nothing_is_lost(self, at, signed_in):
        page = signed_in.post(reverse("add_request", args=[at.ward_7.slug]), self.posted(reference="Jane Smith"))
        text = page.content.decode()
        assert page.status_code == 422
        assert "this looks like a name" in text
        assert 'value="fewer_hours" checked' in text
        assert not Request.objects.exists()

    def test_what_somebody_else_wrote_stands_beside_what_was_typed(self, at, signed_in, manager):
        request = added(at, manager, days_ago=20)
        decided(request, manager, "withdrawn")
        told = {"outcome": "refused", "reason": "quality", "known": "1"}
        told |= {"decided_on-day": "22", "decided_on-month": "11", "decided_on-year": "2026"}
        page = signed_in.post(reverse("decide_request", args=[at.ward_7.slug, request.pk]), told)
        text = page.content.decode()
        assert page.status_code == 422
        assert "What stands there now" in text
        assert "Taken back by the person" in text
        assert 'value="refused" checked' in text
        assert 'name="known" value="2"' in text

    def test_a_refusal_without_a_reason_is_asked_for_it(self, at, signed_in, manager):
        request = added(at, manager)
        told = {"outcome": "refused", "known": "1"}
        told |= {"decided_on-day": "22", "decided_on-month": "11", "decided_on-year": "2026"}
        page = signed_in.post(reverse("decide_request", args=[at.ward_7.slug, request.pk]), told)
        assert page.status_code == 422
        assert "For which reason was it refused?" in page.content.decode()

    def test_retirement_is_answered_without_a_reason(self, at, signed_in, manager):
        request = added(at, manager, kind="flexible_retirement", asked_for=["wind_down"])
        address = reverse("decide_request", args=[at.ward_7.slug, request.pk])
        assert "Not open in the person" in signed_in.get(address).content.decode()
        told = {"outcome": "refused", "known": "1"}
        told |= {"decided_on-day": "22", "decided_on-month": "11", "decided_on-year": "2026"}
        assert signed_in.post(address, told).status_code == 302
        assert Request.objects.get().outcome == "refused"

    def test_others_find_the_figures_in_the_menu_once_there_are_some(self, at, client, manager):
        viewer = somebody("View", staff_side=at.northmoor)
        client.force_login(viewer, BACKEND)
        address = reverse("request_figures", args=[at.northmoor.slug])
        assert f'href="{address}"' not in client.get(address).content.decode()
        Figures.objects.create(place=at.northmoor, kind="flexible_working", first=TODAY, last=TODAY, told={})
        assert f'href="{address}"' in client.get(reverse("place_page", args=[at.northmoor.slug])).content.decode()

    def test_whoever_stands_above_sees_that_there_is_a_list_and_the_figures(self, at, client, manager):
        request = added(at, manager)
        client.force_login(somebody("Lead", retention_lead=at.northmoor), BACKEND)
        text = client.get(reverse("requests", args=[at.ward_7.slug])).content.decode()
        assert "Single requests are seen only by those who decide on them at Ward 7 itself" in text
        assert "R-7" not in text
        for name in ("request", "decide_request", "change_request", "request_history"):
            assert client.get(reverse(name, args=[at.ward_7.slug, request.pk])).status_code == 404
        assert client.get(reverse("add_request", args=[at.ward_7.slug])).status_code == 404

    def test_another_place_has_not_this_request(self, at, client, manager):
        request = added(at, manager)
        client.force_login(somebody("Both", line_manager=at.medicine), BACKEND)
        assert client.get(reverse("request", args=[at.medicine.slug, request.pk])).status_code == 404

    def test_clearing_and_the_mistake_by_buttons(self, at, signed_in, manager):
        request = added(at, manager)
        address = reverse("strike_request", args=[at.ward_7.slug, request.pk])
        assert signed_in.post(address, {"known": "1"}).status_code == 302
        text = signed_in.get(reverse("requests", args=[at.ward_7.slug])).content.decode()
        assert "Clear 1 reference" in text
        assert signed_in.post(reverse("clear_references", args=[at.ward_7.slug])).status_code == 302
        assert Request.objects.get().reference == ""

    def test_history_and_appeal_have_their_pages(self, at, signed_in, manager):
        request = decided(added(at, manager), manager, "refused", reason="quality")
        text = signed_in.get(reverse("request_history", args=[at.ward_7.slug, request.pk])).content.decode()
        assert "Version 2: decided" in text
        told = {"outcome": "none", "known": "2"}
        told |= {"appealed_on-day": "23", "appealed_on-month": "11", "appealed_on-year": "2026"}
        assert signed_in.post(reverse("appeal_request", args=[at.ward_7.slug, request.pk]), told).status_code == 302
        assert Request.objects.get().open
