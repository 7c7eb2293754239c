"""Is it written down, organisation by organisation and day by day, who was chosen, offered and helped?"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from cast import somebody, system
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from keepwell.content.planning import support_programme
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.queries import cited
from keepwell.web.mail.models import Message
from keepwell.web.places.actions import add_place
from keepwell.web.places.queries import published_workspace
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as of_plans
from keepwell.web.plans.models import Action
from keepwell.web.support import actions, presenters, queries, rules
from keepwell.web.support.actions import Course
from keepwell.web.support.models import KINDS, Change, Meeting, Offer, Programme, Selected

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from turnover_by_hand import Place as Published
from turnover_by_hand import loaded

TODAY = dt.date(2026, 11, 23)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LARGE = "Acute - Large"
SIZES = (900, 1500, 2100, 2800, 3600, 4500, 5200)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda value=None, zone=None: TODAY)
    return TODAY


@pytest.fixture
def at(db, settings, tmp_path):
    settings.HOME = tmp_path
    return system()


@pytest.fixture
def runs(at):
    return somebody("Ics", ics_lead=at.icb)


@pytest.fixture
def lead(at):
    return somebody("Lead", retention_lead=at.northmoor)


def programme_of(at, runs, title="Keep nurses"):
    return actions.begin(place=at.icb, title=title, chosen_by="More leave than on average", by=runs)


def chosen(at, runs, *organisations):
    programme = programme_of(at, runs)
    told = {"programme": programme, "organisations": organisations or (at.northmoor,), "why": "", "by": runs}
    return actions.select(**told)


def offered(at, runs, kind="masterclass", **more):
    [selected] = chosen(at, runs)
    told = {"selected": selected, "kind": kind, "words": "Four days", "offered_on": dt.date(2026, 11, 1), "by": runs}
    return actions.offer(**(told | more))


def follow(offer, by, **course):
    return actions.follow(offer=offer, course=Course(**course), known=offer.version, by=by)


class TestWhoRuns:
    def test_at_a_nation_a_region_and_a_system(self, at, runs):
        nation = add_place(name="England", kind="nation", parent=None, start=dt.date(2020, 4, 1))
        for place in (nation, at.region, at.icb):
            assert rules.cannot_run(somebody(f"N {place.kind}", national_analyst=place), place) is None

    def test_not_at_an_organisation_nor_without_the_ability(self, at, runs, lead):
        assert "no organisations in it" in rules.cannot_run(
            somebody("Odd", national_analyst=at.northmoor), at.northmoor
        )
        assert "does not let you offer organisations support" in rules.cannot_run(
            somebody("View", viewer=at.icb), at.icb
        )
        assert rules.cannot_run(lead, at.icb) == rules.NOT_YOURS
        assert rules.cannot_run(runs, at.region) == rules.NOT_YOURS
        with pytest.raises(NotAllowed):
            actions.begin(place=at.icb, title="x", chosen_by="y", by=lead)

    def test_a_closed_place_begins_nothing(self, at, runs):
        at.icb.closed = TODAY
        at.icb.save()
        with pytest.raises(NotAllowed, match="has closed"):
            programme_of(at, runs)


class TestChoosing:
    def test_with_why_when_and_by_whom(self, at, runs):
        [one] = chosen(at, runs)
        assert (one.why, one.chosen_on, one.chosen_by) == ("More leave than on average", TODAY, runs)

    def test_only_open_organisations_that_lie_there_once(self, at, runs):
        programme = programme_of(at, runs)
        elsewhere = add_place(name="Far", kind="trust", parent=None, start=dt.date(2020, 4, 1), code="RZ9")
        at.southmoor.closed = TODAY
        at.southmoor.save()
        for place, says in (
            (elsewhere, "does not lie in"),
            (at.southmoor, "has closed"),
            (at.ward_7, "not an organisation"),
            (at.icb, "not an organisation"),
        ):
            with pytest.raises(NotAllowed, match=says):
                actions.select(programme=programme, organisations=[place], why="", by=runs)
        actions.select(programme=programme, organisations=[at.northmoor], why="", by=runs)
        with pytest.raises(NotAllowed, match="chosen already"):
            actions.select(programme=programme, organisations=[at.northmoor], why="", by=runs)

    def test_all_or_none(self, at, runs):
        programme = programme_of(at, runs)
        with pytest.raises(NotAllowed):
            actions.select(programme=programme, organisations=[at.northmoor, at.ward_7], why="", by=runs)
        assert not Selected.objects.exists()

    def test_taken_out_it_stays_on_record_and_can_come_back(self, at, runs):
        [one] = chosen(at, runs)
        actions.deselect(selected=one, by=runs)
        assert queries.supported_in(one.programme) == []
        with pytest.raises(NotAllowed, match="taken out already"):
            actions.deselect(selected=one, by=runs)
        actions.select(programme=one.programme, organisations=[at.northmoor], why="", by=runs)
        assert Selected.objects.count() == 2

    def test_who_accepted_stays(self, at, runs, lead):
        offer = actions.answer(offer=offered(at, runs), answer="accepted", by=lead)
        with pytest.raises(NotAllowed, match="has accepted support"):
            actions.deselect(selected=offer.selected, by=runs)

    def test_by_code_and_by_name(self, at):
        found, unknown = queries.named_in(at.icb, "rx1, RX2\nFell Network\nRX1\nNobody Trust")
        assert {one.name for one in found} == {"Northmoor Trust", "Southmoor Trust", "Fell Network"}
        assert unknown == ["Nobody", "Trust"]


class TestOffering:
    def test_those_who_lead_plans_there_are_told_and_nobody_else(self, at, runs, lead):
        somebody("View", viewer=at.northmoor)
        somebody("Ward", line_manager=at.ward_7)
        offer = offered(at, runs)
        [mail] = Message.objects.all()
        assert (mail.to, mail.link) == (lead, reverse("support_offered", args=[at.northmoor.slug]))
        actions.answer(offer=offer, answer="accepted", by=lead)
        mail = Message.objects.latest("pk")
        assert (mail.to, mail.subject) == (runs, actions.ANSWERED)

    def test_the_kinds_are_the_content(self, at, runs):
        assert set(KINDS) == {one.key for one in support_programme().kinds}
        with pytest.raises(NotAllowed, match="kinds of support"):
            offered(at, runs, kind="cake")

    def test_not_twice_while_it_waits(self, at, runs, lead):
        offer = offered(at, runs)
        told = {"selected": offer.selected, "kind": "masterclass", "words": "", "offered_on": TODAY, "by": runs}
        with pytest.raises(NotAllowed, match="waits for an answer"):
            actions.offer(**told)
        actions.answer(offer=offer, answer="declined", by=lead)
        actions.offer(**told)

    def test_nothing_is_offered_tomorrow_or_to_whom_was_taken_out(self, at, runs):
        with pytest.raises(NotAllowed, match="on its day"):
            offered(at, runs, offered_on=TODAY + dt.timedelta(days=1))
        [one] = chosen(at, runs)
        actions.deselect(selected=one, by=runs)
        with pytest.raises(NotAllowed, match="taken out"):
            actions.offer(selected=one, kind="visit", words="", offered_on=TODAY, by=runs)


class TestAnswering:
    @pytest.mark.parametrize("answer", ["accepted", "declined"])
    def test_who_leads_plans_for_it_answers_once(self, at, runs, lead, answer):
        offer = actions.answer(offer=offered(at, runs), answer=answer, by=lead)
        assert (offer.answer, offer.answered_on, offer.answered_by) == (answer, TODAY, lead)
        with pytest.raises(NotAllowed, match="already"):
            actions.answer(offer=offer, answer="declined", by=lead)

    def test_nobody_else_answers(self, at, runs):
        offer = offered(at, runs)
        for user in (
            runs,
            somebody("Sam", retention_lead=at.southmoor),
            somebody("Hr", hr_analyst=at.northmoor),
            somebody("Ward", line_manager=at.ward_7),
            somebody("View", viewer=at.northmoor),
        ):
            with pytest.raises(NotAllowed):
                actions.answer(offer=offer, answer="accepted", by=user)

    def test_another_word_is_no_answer(self, at, runs, lead):
        with pytest.raises(NotAllowed, match="Accept it, or decline it"):
            actions.answer(offer=offered(at, runs), answer="perhaps", by=lead)

    def test_an_answer_of_the_organisation_stays(self, at, runs, lead):
        offer = actions.answer(offer=offered(at, runs), answer="declined", by=lead)
        with pytest.raises(NotAllowed, match="has answered itself"):
            follow(offer, runs, answer="accepted", answered_on=TODAY)

    def test_what_was_said_by_telephone_is_written_down_by_the_team(self, at, runs):
        offer = follow(offered(at, runs), runs, answer="accepted", answered_on=dt.date(2026, 11, 5))
        assert offer.answered_by == runs
        offer = follow(offer, runs, answer="", answered_on=None)
        assert (offer.answer, offer.answered_by) == ("", None)


class TestFollowing:
    def test_started_ended_and_money(self, at, runs, lead):
        offer = actions.answer(offer=offered(at, runs), answer="accepted", by=lead)
        told = {"answer": "accepted", "answered_on": TODAY, "started_on": dt.date(2026, 11, 10)}
        told |= {"ended_on": dt.date(2026, 12, 10), "money": Decimal(12000), "committed": Decimal(5000)}
        offer = follow(offer, runs, **told, spent=Decimal("99.50"))
        money = queries.money_of(queries.supported_in(offer.selected.programme))
        assert money == {"offered": 12000, "committed": 5000, "spent": Decimal("99.50")}
        assert offer.answered_by == lead

    def test_what_was_declined_is_no_money_offered(self, at, runs, lead):
        offer = actions.answer(offer=offered(at, runs, money=Decimal(500)), answer="declined", by=lead)
        assert queries.money_of(queries.supported_in(offer.selected.programme))["offered"] == 0

    @pytest.mark.parametrize(
        ("course", "says"),
        [
            ({"started_on": TODAY}, "once the organisation has accepted"),
            ({"answer": "accepted", "answered_on": dt.date(2026, 10, 31)}, "after the offer"),
            ({"answer": "accepted", "answered_on": dt.date(2026, 11, 24)}, "not later than today"),
            ({"answer": "accepted", "answered_on": TODAY, "started_on": dt.date(2026, 10, 1)}, "before it was offered"),
            ({"answer": "accepted", "answered_on": TODAY, "ended_on": TODAY}, "say when"),
            (
                {"answer": "accepted", "answered_on": TODAY, "started_on": TODAY, "ended_on": dt.date(2026, 11, 22)},
                "end before it starts",
            ),
            ({"money": Decimal(-1)}, "Money is between"),
            ({"spent": Decimal(1_000_000_001)}, "Money is between"),
            ({"answer": "perhaps", "answered_on": TODAY}, "answers shown"),
        ],
    )
    def test_what_cannot_be_is_refused(self, at, runs, course, says):
        offer = offered(at, runs)
        with pytest.raises(NotAllowed, match=says):
            follow(offer, runs, **course)

    def test_two_at_once(self, at, runs):
        offer = offered(at, runs)
        follow(offer, runs, money=Decimal(1))
        with pytest.raises(actions.Quicker, match="Ics has changed this"):
            follow(offer, runs, money=Decimal(2))

    def test_sessions_are_numbers_and_days(self, at, runs, lead):
        offer = offered(at, runs)
        actions.meet(offer=offer, on=dt.date(2026, 11, 20), came=24, by=runs)
        ahead = actions.meet(offer=offer, on=dt.date(2026, 12, 1), came=None, by=runs)
        [one] = queries.supported_in(offer.selected.programme)
        said = [words for _, words in presenters.sessions_in_words(one.offers[0])]
        assert said == ["20 November 2026: 24 came", "1 December 2026: still to come"]
        actions.unmeet(session=ahead, by=runs)
        [one] = queries.supported_in(offer.selected.programme)
        assert len(presenters.sessions_in_words(one.offers[0])) == 1
        assert Meeting.objects.count() == 2
        for on, came, says in (
            (dt.date(2026, 10, 31), 1, "before the offer"),
            (dt.date(2026, 12, 1), 5, "still ahead"),
            (dt.date(2026, 11, 20), -1, "people can have come"),
        ):
            with pytest.raises(NotAllowed, match=says):
                actions.meet(offer=offer, on=on, came=came, by=runs)
        actions.answer(offer=offer, answer="declined", by=lead)
        with pytest.raises(NotAllowed, match="declined"):
            actions.meet(offer=offer, on=TODAY, came=1, by=runs)

    def test_only_who_runs_it_follows(self, at, runs, lead):
        offer = offered(at, runs)
        for user in (lead, somebody("View", viewer=at.icb)):
            with pytest.raises(NotAllowed):
                follow(offer, user, money=Decimal(1))
            with pytest.raises(NotAllowed):
                actions.meet(offer=offer, on=TODAY, came=1, by=user)

    def test_everything_that_was_done_is_kept(self, at, runs, lead):
        offer = actions.answer(offer=offered(at, runs), answer="accepted", by=lead)
        follow(offer, runs, answer="accepted", answered_on=TODAY, started_on=TODAY)
        assert [one.what for one in Change.objects.all()] == [
            "Masterclass: written down how it goes",
            "Masterclass: accepted",
            "offered: Masterclass",
            "chosen",
            "begun",
        ]


class TestPlansReceived:
    def with_plan(self, at, lead, place=None, *, to=None):
        plan = of_plans.begin(place=place or at.northmoor, content={"title": "Stay"}, by=lead)
        for what in ("One", "Two"):
            action = of_plans.add(plan=plan, content={"what": what}, by=lead)
        plan = of_plans.agree(plan=plan, by=lead)
        of_plans.finish(action=action, state=Action.FINISHED, by=lead)
        if to is not None:
            of_plans.release(plan=plan, to=to, by=lead)
        return plan

    def test_only_what_was_released_to_the_place(self, at, runs, lead):
        [one] = chosen(at, runs)
        plan = self.with_plan(at, lead)
        assert not queries.supported_in(one.programme)[0].plans
        of_plans.release(plan=plan, to=at.icb, by=lead)
        [received] = queries.supported_in(one.programme)[0].plans
        assert presenters.plan_in_words(received) == "1 of 2 actions finished"

    def test_one_of_a_part_of_it_counts_and_one_of_a_neighbour_does_not(self, at, runs, lead):
        [one] = chosen(at, runs)
        self.with_plan(at, lead, at.surgery, to=at.icb)
        other = somebody("Sam", retention_lead=at.southmoor)
        self.with_plan(at, other, at.southmoor, to=at.icb)
        assert [r.plan.place for r in queries.supported_in(one.programme)[0].plans] == [at.surgery]

    def test_the_sentence_at_the_top(self, at, runs, lead):
        first, _ = chosen(at, runs, at.northmoor, at.southmoor)
        said = lambda: presenters.programme_in_words(queries.supported_in(first.programme))  # noqa: E731
        assert said() == "0 of 2 organisations have accepted; none has sent a plan."
        told = {"kind": "visit", "words": "", "offered_on": TODAY, "by": runs}
        actions.answer(offer=actions.offer(selected=first, **told), answer="accepted", by=lead)
        self.with_plan(at, lead, to=at.icb)
        assert said() == "1 of 2 organisations has accepted; 1 has sent a plan."


class TestForEvaluation:
    def test_a_row_for_each_offer_and_each_not_chosen(self, at, runs, lead):
        third = add_place(name="Eastmoor", kind="trust", parent=at.icb, start=dt.date(2020, 4, 1), code="RX3")
        first, _ = chosen(at, runs, at.northmoor, at.southmoor)
        told = {"words": "", "offered_on": dt.date(2026, 11, 1), "by": runs}
        offer = actions.offer(selected=first, kind="visit", **told)
        actions.offer(selected=first, kind="webinar", **told)
        actions.answer(offer=offer, answer="accepted", by=lead)
        follow(
            Offer.objects.get(pk=offer.pk), runs, answer="accepted", answered_on=TODAY, started_on=dt.date(2026, 11, 23)
        )
        rows = queries.starts_of_support(first.programme)
        assert [(r.unit, r.kind, r.started_on, r.comparison) for r in rows] == [
            (at.northmoor, "visit", dt.date(2026, 11, 23), False),
            (at.northmoor, "webinar", None, False),
            (at.southmoor, "", None, False),
            (third, "", None, True),
        ]
        assert (rows[0].offered_on, rows[0].accepted_on) == (dt.date(2026, 11, 1), TODAY)

    def test_other_kinds_and_those_taken_out_are_no_comparison(self, at, runs):
        first, second = chosen(at, runs, at.northmoor, at.southmoor)
        actions.deselect(selected=second, by=runs)
        assert [r.unit for r in queries.starts_of_support(first.programme)] == [at.northmoor]


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Two months of seven large trusts, RX1 among them with by far the most leavers."""
    trusts = [
        Published(f"RX{i}", n, round(n * 0.02), group=LARGE, joined=round(n * 0.02)) for i, n in enumerate(SIZES, 1)
    ]
    trusts[0] = Published("RX1", 900, 90, group=LARGE, joined=90)
    return loaded(tmp_path_factory.mktemp("published"), trusts, trusts).folder


class TestPages:
    @pytest.fixture
    def page(self, client, runs):
        client.force_login(runs, BACKEND)
        return client

    @pytest.fixture
    def figures(self, at, published):
        shutil.rmtree(published_workspace().folder, ignore_errors=True)
        caches["pages"].clear()
        shutil.copytree(published, published_workspace().folder)
        yield
        caches["pages"].clear()

    def test_from_the_comparison_to_the_offer(self, at, page, runs, lead, figures):
        text = page.get(reverse("programme", args=[at.icb.slug])).content.decode()
        assert "Offer support to those chosen" in text
        where = reverse("begin_support", args=[at.icb.slug]) + "?select=RX1,RX9"
        text = page.get(where).content.decode()
        assert "More staff leave than on average of their kind, as published." in text
        sent = page.post(where, {"title": "First group", "chosen_by": "More leave"})
        programme = Programme.objects.get()
        assert sent["Location"] == reverse("select_for_support", args=[at.icb.slug, programme.pk]) + "?select=RX1%2CRX9"
        text = page.get(sent["Location"]).content.decode()
        assert "Northmoor Trust</textarea>" in text
        assert "1 of those that you came with does not lie in Moorland" in text
        page.post(sent["Location"], {"organisations": "RX1", "why": ""})
        [shown] = cited(Selected.objects.get().subject, by=runs)
        assert "10.00% of all staff left" in shown.words
        assert Citation.objects.get().policy == "published"
        one = reverse("support_organisation", args=[at.icb.slug, programme.pk, at.northmoor.slug])
        text = page.get(one).content.decode()
        assert "Nothing has been offered to Northmoor Trust yet." in text
        assert "10.00% of all staff left" in text
        told = {"kind": "visit", "words": "We come", "money": "£1,200"}
        told |= {"offered_on-day": "20", "offered_on-month": "11", "offered_on-year": "2026"}
        assert page.post(f"{one}offer/", told).status_code == 302
        assert Offer.objects.get().money == 1200
        text = page.get(reverse("support", args=[at.icb.slug])).content.decode()
        assert "0 of 1 organisation has accepted; none has sent a plan." in text

    def test_only_who_runs_support_is_shown_the_way_there(self, at, client, figures):
        client.force_login(somebody("Gp", gp_clinical_lead=at.icb), BACKEND)
        text = client.get(reverse("programme", args=[at.icb.slug])).content.decode()
        assert "Offer support to those chosen" not in text

    def test_the_organisation_reads_and_answers(self, at, client, runs, lead):
        offer = offered(at, runs, money=Decimal(1200))
        client.force_login(lead, BACKEND)
        address = reverse("support_offered", args=[at.northmoor.slug])
        text = client.get(address).content.decode()
        assert "1 offer waits for your answer." in text
        assert "Four days" in text
        assert "£1,200" in text
        assert "More leave than on average" in text
        where = reverse("answer_support", args=[at.northmoor.slug, offer.pk])
        assert client.post(where, {"answer": "perhaps"}).status_code == 302
        assert not Offer.objects.get().answer
        client.post(where, {"answer": "accepted"})
        assert "You have answered all that was offered." in client.get(address).content.decode()

    def test_who_only_writes_plans_reads_why_they_cannot_answer(self, at, client, runs):
        offer = offered(at, runs)
        client.force_login(somebody("Hr", hr_analyst=at.northmoor), BACKEND)
        text = client.get(reverse("support_offered", args=[at.northmoor.slug])).content.decode()
        assert "does not let you agree a plan" in text
        assert "Accept</button>" not in text.replace("\n", "")
        assert client.post(reverse("answer_support", args=[at.northmoor.slug, offer.pk])).status_code == 404

    def test_others_see_none_of_it(self, at, client, runs):
        offer = offered(at, runs)
        number = offer.selected.programme.pk
        client.force_login(somebody("Sam", retention_lead=at.southmoor), BACKEND)
        for address in (
            reverse("support", args=[at.icb.slug]),
            reverse("support_programme", args=[at.icb.slug, number]),
            reverse("support_offered", args=[at.northmoor.slug]),
        ):
            assert client.get(address).status_code == 404
        assert client.post(reverse("answer_support", args=[at.southmoor.slug, offer.pk])).status_code == 404

    def test_a_region_does_not_see_the_programme_of_its_system(self, at, client, runs):
        offer = offered(at, runs)
        number = offer.selected.programme.pk
        client.force_login(somebody("Reg", national_analyst=at.region), BACKEND)
        assert client.get(reverse("follow_support", args=[at.region.slug, offer.pk])).status_code == 404
        assert client.get(reverse("support_programme", args=[at.icb.slug, number])).status_code == 404
        assert client.get(reverse("support_programme", args=[at.region.slug, number])).status_code == 404

    def test_follow_and_sessions_by_forms(self, at, page, runs):
        offer = offered(at, runs)
        where = reverse("follow_support", args=[at.icb.slug, offer.pk])
        days = {"answered_on-day": "2", "answered_on-month": "11", "answered_on-year": "2026"}
        wrong = page.post(where, {"answer": "none", "known": "1", "money": "-5"})
        assert wrong.status_code == 422
        assert 'value="-5"' in wrong.content.decode()
        assert page.post(where, {"answer": "accepted", "known": "1", **days}).status_code == 302
        late = page.post(where, {"answer": "declined", "known": "1", **days})
        assert late.status_code == 422
        assert "What stands there now" in late.content.decode()
        on = {"on-day": "3", "on-month": "11", "on-year": "2026"}
        add = reverse("add_support_session", args=[at.icb.slug, offer.pk])
        assert page.post(add, {**on, "came": "many"}).status_code == 422
        assert page.post(add, {**on, "came": "1,024"}).status_code == 302
        session = Meeting.objects.get()
        assert session.came == 1024
        gone = reverse("remove_support_session", args=[at.icb.slug, offer.pk, session.pk])
        assert page.post(gone).status_code == 302
        assert page.post(gone).status_code == 404

    def test_a_programme_changed_by_two(self, at, page, runs):
        programme = programme_of(at, runs)
        where = reverse("edit_support", args=[at.icb.slug, programme.pk])
        assert page.post(where, {"title": "Mine", "chosen_by": "x", "known": "1"}).status_code == 302
        late = page.post(where, {"title": "Yours", "chosen_by": "y", "known": "1"})
        text = late.content.decode()
        assert late.status_code == 422
        assert 'value="Yours"' in text
        assert "<strong>Mine</strong>" in text
        wrong = {"starts_on-day": "2", "starts_on-month": "11", "starts_on-year": "2026", "known": "2"}
        wrong |= {"ends_on-day": "1", "ends_on-month": "11", "ends_on-year": "2026", "title": "x", "chosen_by": "y"}
        assert "It would end before it starts." in page.post(where, wrong).content.decode()

    def test_what_is_no_organisation_there_is_named(self, at, page, runs):
        programme = programme_of(at, runs)
        where = reverse("select_for_support", args=[at.icb.slug, programme.pk])
        told = page.post(where, {"organisations": "RX1\nRQ9", "why": ""})
        assert told.status_code == 422
        assert "No organisation in Moorland is called so: RQ9" in told.content.decode()
        assert not Selected.objects.exists()

    def test_the_programme_has_all_and_takes_one_out(self, at, page, runs):
        first, _ = chosen(at, runs, at.northmoor, at.southmoor)
        text = page.get(reverse("support_programme", args=[at.icb.slug, first.programme.pk])).content.decode()
        assert "0 of 2 organisations have accepted" in text
        where = reverse("deselect_for_support", args=[at.icb.slug, first.programme.pk, at.northmoor.slug])
        assert page.post(where).status_code == 302
        assert len(queries.supported_in(first.programme)) == 1
