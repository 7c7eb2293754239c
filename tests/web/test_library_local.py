"""Does a place's own case go its way: a draft, graded by what was measured, shown, shared upward and withdrawn?"""

from __future__ import annotations

import datetime as dt

import pytest
from auditlog.models import LogEntry
from cast import somebody, system
from django.db import IntegrityError, transaction
from django.utils import timezone

from keepwell.web.audit.models import AccessEvent
from keepwell.web.library import actions, queries, rules
from keepwell.web.library.models import LocalCase, LocalOffer, Shared
from keepwell.web.library.telling import guides_cases, national_offers
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

CASE = {
    "title": "Rosters six weeks ahead",
    "who": "Theatres",
    "setting": "trust",
    "staff_groups": ["nursing"],
    "topics": ["flexible_working"],
    "promise": ["work_flexibly"],
    "done": "The roster was out six weeks ahead.",
    "reported": "Fewer swapped shifts.",
    "how_measured": "nothing",
}
TWO = {"how_measured": "change", "measured": "swapped shifts", "unit": "percent", "before": 20.0, "after": 12.0}
OFFER = {
    "title": "A mentor",
    "gives": "Six talks with a mentor.",
    "who": "New nurses",
    "contact": "mentors@example.org",
}


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at):
    return somebody("Robin", retention_lead=at.northmoor)


def a_case(place, by, **more):
    return actions.add(kind=LocalCase, place=place, content=CASE | more, by=by)


def a_shown_case(place, by, **more):
    return actions.show(thing=a_case(place, by, **more), read_through=True, by=by)


def titles(place):
    return {case.title for case in queries.cases_for(place) if case.by}


class TestGrades:
    @pytest.mark.parametrize(
        ("content", "grade"),
        [
            ({"how_measured": "nothing"}, "claim"),
            ({"how_measured": "counted", "number": 12.0, "measured": "x", "unit": "days"}, "claim"),
            ({"how_measured": "change"}, "claim"),
            ({"how_measured": "change", "before": 1.0}, "claim"),
            (TWO, "before_after"),
            (TWO | {"how_measured": "counted"}, "claim"),
            (TWO | {"beside_others": True}, "controlled"),
            (TWO | {"studied": True, "study": "Somebody 2024"}, "before_after"),
            (TWO | {"beside_others": True, "studied": True}, "controlled"),
            (TWO | {"beside_others": True, "studied": True, "study": "Somebody 2024"}, "causal"),
            (TWO | {"before": 0.0, "after": 0.0}, "before_after"),
        ],
    )
    def test_the_grade_follows_from_plain_answers(self, content, grade):
        assert rules.grade_of(content) == grade

    def test_nobody_grades_their_own_case_better(self, at, lead):
        with pytest.raises(KeyError, match="evidence"):
            a_case(at.northmoor, lead, evidence="causal")
        assert a_case(at.northmoor, lead).evidence == "claim"

    def test_the_grade_follows_every_change(self, at, lead):
        case = a_case(at.northmoor, lead, **TWO)
        assert case.evidence == "before_after"
        assert actions.change(thing=case, content={"after": None, "before": None}, known=1, by=lead).evidence == "claim"

    def test_the_database_keeps_a_claim_a_claim(self, at, lead):
        case = a_case(at.northmoor, lead)
        with pytest.raises(IntegrityError), transaction.atomic():
            LocalCase.objects.filter(pk=case.pk).update(evidence="causal")

    @pytest.mark.parametrize(
        ("content", "field", "sentence"),
        [
            (TWO | {"after": None}, "after", "Before and after are two numbers: enter both, or neither."),
            ({"number": 9.0, "of": 5, "measured": "x", "unit": "people"}, "number", "9 cannot be part of 5."),
            ({"number": 9.0, "unit": "people"}, "measured", "Say what was measured."),
            ({"number": 9.0, "measured": "x"}, "unit", "Say in what it was measured."),
            ({"address": "example.org"}, "address", "An address begins with https:// and has no spaces."),
            ({"address": "https://a b"}, "address", "An address begins with https:// and has no spaces."),
            ({"title": "  "}, "title", "Say in a line what it is."),
        ],
    )
    def test_what_cannot_be_so_is_said_at_its_field(self, at, lead, content, field, sentence):
        with pytest.raises(actions.Misread) as refused:
            a_case(at.northmoor, lead, **content)
        assert (refused.value.field, refused.value.wrong) == (field, sentence)
        assert not LocalCase.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [
            {"topics": ["no_topic"]},
            {"stages": ["no_stage"]},
            {"staff_groups": ["wizards"]},
            {"setting": "school"},
            {"unit": "wizards"},
            {"level": "no_level"},
            {"promise": ["no_element"]},
        ],
    )
    def test_what_the_library_does_not_know_is_not_written(self, at, lead, content):
        with pytest.raises(ValueError, match="the library knows no"):
            a_case(at.northmoor, lead, **content)


class TestWriting:
    def test_who_may_not_write_is_told_why(self, at):
        viewer = somebody("Vi", viewer=at.northmoor)
        with pytest.raises(NotAllowed, match="does not let you write plans"):
            a_case(at.northmoor, viewer)

    def test_a_place_that_closed_gets_no_case(self, at, lead):
        at.northmoor.closed = dt.date(2024, 3, 31)
        assert rules.cannot_write(lead, at.northmoor) == "Northmoor Trust has closed."

    def test_who_is_slower_is_told_and_nothing_is_overwritten(self, at, lead):
        case = a_case(at.northmoor, lead)
        actions.change(thing=case, content={"done": "Mine"}, known=1, by=lead)
        with pytest.raises(actions.Quicker, match="Somebody else has changed this since you opened the page: Robin"):
            actions.change(thing=case, content={"done": "Theirs"}, known=1, by=lead)
        assert LocalCase.objects.get().done == "Mine"

    def test_a_draft_is_found_by_nobody_and_seen_by_those_who_write_there(self, at, lead):
        case = a_case(at.northmoor, lead)
        assert titles(at.northmoor) == set()
        assert rules.cannot_see(somebody("An", hr_analyst=at.northmoor), case) is None
        assert rules.cannot_see(somebody("Vi", viewer=at.northmoor), case) == rules.NOT_YOURS
        assert rules.cannot_see(somebody("Sam", retention_lead=at.southmoor), case) == rules.NOT_YOURS

    def test_nobody_above_sees_a_draft_though_their_role_reaches_there(self, at, lead):
        manager = somebody("Sister", line_manager=at.ward_7)
        case = a_case(at.ward_7, manager)
        assert rules.cannot_see(lead, case) == rules.NOT_YOURS
        with pytest.raises(NotAllowed):
            actions.change(thing=case, content={"done": "x"}, known=1, by=lead)
        with pytest.raises(NotAllowed):
            actions.show(thing=case, read_through=True, by=lead)
        actions.show(thing=case, read_through=True, by=manager)
        case.refresh_from_db()
        assert rules.cannot_see(lead, case) is None

    def test_it_is_read_through_before_it_is_shown(self, at, lead):
        case = a_case(at.northmoor, lead)
        with pytest.raises(NotAllowed, match="Read it through first"):
            actions.show(thing=case, read_through=False, by=lead)
        actions.show(thing=case, read_through=True, by=lead)
        with pytest.raises(NotAllowed, match="shown already"):
            actions.show(thing=case, read_through=True, by=lead)

    def test_a_draft_is_no_draft_twice(self, at, lead):
        with pytest.raises(NotAllowed, match="a draft already"):
            actions.hide(thing=a_case(at.northmoor, lead), by=lead)

    def test_changes_are_on_record_without_the_words(self, at, lead):
        case = a_shown_case(at.northmoor, lead, done="Words that stay here")
        kept = str([entry.changes for entry in LogEntry.objects.get_for_object(case)])
        assert "shown" in kept
        assert "Words that stay here" not in kept


class TestFinding:
    def test_shown_it_is_found_at_the_place_and_in_its_parts_and_nowhere_else(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        found = {
            place.name
            for place in (at.northmoor, at.surgery, at.ward_7, at.southmoor, at.icb, at.practice)
            if titles(place)
        }
        assert found == {"Northmoor Trust", "Surgery", "Ward 7"}
        assert queries.case_of(case.key, at.ward_7).by == "Northmoor Trust"
        assert queries.case_of(case.key, at.icb) is None
        assert queries.case_of(case.key, None) is None

    def test_a_ward_is_not_found_above_without_being_shared(self, at, lead):
        a_shown_case(at.ward_7, lead)
        assert titles(at.surgery) == set()

    def test_the_guides_cases_are_found_everywhere_and_without_a_place(self, at):
        assert [case.key for case in queries.cases_for(at.practice)] == list(guides_cases())
        assert [case.key for case in queries.cases_for(None)] == list(guides_cases())
        assert queries.case_of("retention_direct_support", None).evidence == "causal"
        assert queries.case_of("no_such_case", at.practice) is None
        assert [offer.key for offer in queries.offers_for(None)] == list(national_offers())

    def test_it_has_the_shape_of_the_guides_cases(self, at, lead):
        case = a_shown_case(at.northmoor, lead, **TWO, window="2024")
        told = queries.case_of(case.key, at.northmoor)
        assert (told.title, told.evidence, told.topics) == (CASE["title"], "before_after", ("flexible_working",))
        [figure] = told.figures
        assert (figure.before, figure.after, figure.unit, figure.window) == (20.0, 12.0, "percent", "2024")
        assert told.caution == "Written down by Northmoor Trust, and checked by nobody else."


class TestSharing:
    def test_shared_upward_it_is_found_there_and_at_all_that_lie_in_it_until_withdrawn(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        shared = actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        for place in (at.icb, at.southmoor, at.network, at.practice, at.ward_7):
            assert titles(place) == {CASE["title"]}, place
            assert queries.case_of(case.key, place).by == "Northmoor Trust"
        assert titles(at.region) == set()
        actions.withdraw(shared=shared, by=lead)
        assert titles(at.icb) == titles(at.practice) == set()
        assert titles(at.ward_7) == {CASE["title"]}

    def test_it_is_on_the_register_as_a_release_upward(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        actions.withdraw(shared=actions.share(thing=case, to=at.icb, read_through=True, by=lead), by=lead)
        told = list(AccessEvent.objects.order_by("number").values_list("kind", "what", "about", "place"))
        about = "Case “Rosters six weeks ahead” to Moorland"
        assert told[-2:] == [
            ("released", "Release upward", about, at.northmoor.pk),
            ("withdrawn", "Release", f"{about}: not found there from now on", at.northmoor.pk),
        ]

    def test_what_is_changed_later_is_not_shared_by_itself(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        first = actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        case = actions.change(thing=case, content={"done": "Another way"}, known=1, by=lead)
        assert queries.case_of(case.key, at.southmoor).done == CASE["done"]
        assert queries.case_of(case.key, at.northmoor).done == "Another way"
        actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        first.refresh_from_db()
        assert first.withdrawn_at is not None
        assert queries.case_of(case.key, at.southmoor).done == "Another way"

    def test_a_draft_is_not_shared_and_what_is_shared_is_no_draft(self, at, lead):
        case = a_case(at.northmoor, lead)
        with pytest.raises(NotAllowed, match="nobody else sees a draft"):
            actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        case = actions.show(thing=case, read_through=True, by=lead)
        actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        with pytest.raises(NotAllowed, match="Moorland sees this: withdraw it there first"):
            actions.hide(thing=case, by=lead)

    def test_it_goes_up_and_not_aside(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        for place in (at.southmoor, at.surgery):
            with pytest.raises(NotAllowed, match="shared upward"):
                actions.share(thing=case, to=place, read_through=True, by=lead)

    def test_it_is_read_through_and_shared_once(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        with pytest.raises(NotAllowed, match="Read it through first"):
            actions.share(thing=case, to=at.icb, read_through=False, by=lead)
        actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        with pytest.raises(NotAllowed, match="Moorland sees this already"):
            actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        assert Shared.objects.count() == 1

    def test_who_may_not_share_is_told_why(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        analyst = somebody("An", hr_analyst=at.northmoor)
        with pytest.raises(NotAllowed, match="does not let you offer a case or an offer"):
            actions.share(thing=case, to=at.icb, read_through=True, by=analyst)
        shared = actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        with pytest.raises(NotAllowed, match="does not let you offer a case or an offer"):
            actions.withdraw(shared=shared, by=analyst)
        with pytest.raises(NotAllowed, match="not yours"):
            actions.withdraw(shared=shared, by=somebody("Ics", ics_lead=at.icb))
        actions.withdraw(shared=shared, by=lead)
        with pytest.raises(NotAllowed, match="withdrawn already"):
            actions.withdraw(shared=shared, by=lead)

    def test_somebody_for_a_part_shares_inside_the_organisation_only(self, at):
        clinician = somebody("Cli", gp_clinical_lead=at.surgery)
        case = a_shown_case(at.surgery, clinician)
        with pytest.raises(NotAllowed, match="not yours"):
            actions.share(thing=case, to=at.icb, read_through=True, by=clinician)
        actions.share(thing=case, to=at.northmoor, read_through=True, by=clinician)
        assert titles(at.medicine) == {CASE["title"]}

    def test_a_place_shares_with_those_that_lie_in_it(self, at):
        above = somebody("Ics", ics_lead=at.icb)
        offer = actions.show(
            thing=actions.add(kind=LocalOffer, place=at.icb, content=OFFER, by=above), read_through=True, by=above
        )
        assert [one.by for one in queries.offers_for(at.practice) if one.by] == []
        assert queries.places_to_share_with(offer)[0] == at.icb
        actions.share(thing=offer, to=at.icb, read_through=True, by=above)
        [found] = [one for one in queries.offers_for(at.practice) if one.by]
        assert (found.title, found.by, found.contact) == ("A mentor", "Moorland", "mentors@example.org")
        assert queries.offer_of(offer.key, at.practice) == found
        assert queries.offer_of(offer.key, at.region) is None

    def test_nobody_shares_with_themselves_where_nothing_lies_in_them(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        assert queries.places_to_share_with(case) == [at.icb, at.region]

    @pytest.mark.parametrize(
        ("content", "stays"),
        [
            ({"how_measured": "counted", "measured": "who joined", "unit": "people", "number": 4.0}, True),
            ({"how_measured": "counted", "measured": "who joined", "unit": "people", "number": 5.0}, False),
            ({"how_measured": "counted", "measured": "who joined", "unit": "percent", "number": 4.0}, False),
            ({"how_measured": "counted", "measured": "content", "unit": "percent", "number": 50.0, "of": 4}, True),
            ({"how_measured": "counted", "measured": "stayed", "unit": "people", "number": 26.0, "of": 29}, True),
            ({"how_measured": "counted", "measured": "stayed", "unit": "people", "number": 26.0, "of": 26}, False),
            (TWO | {"unit": "people", "before": 9.0, "after": 3.0}, True),
        ],
    )
    def test_a_number_of_few_people_stays_in_the_organisation(self, at, lead, content, stays):
        case = a_shown_case(at.northmoor, lead, **content)
        if stays:
            with pytest.raises(NotAllowed, match="counts fewer than 5 people"):
                actions.share(thing=case, to=at.icb, read_through=True, by=lead)
        else:
            actions.share(thing=case, to=at.icb, read_through=True, by=lead)

    def test_a_place_that_closed_is_shared_with_no_more(self, at, lead):
        at.icb.closed = dt.date(2024, 3, 31)
        at.icb.save()
        case = a_shown_case(at.northmoor, lead)
        assert rules.cannot_share(lead, case, at.icb) == "Moorland has closed."


class TestOffers:
    def test_one_checked_over_a_year_ago_may_have_changed(self, at, lead):
        today = timezone.localdate()
        for days, old in ((364, False), (366, True)):
            content = OFFER | {"checked_on": today - dt.timedelta(days=days)}
            offer = actions.add(kind=LocalOffer, place=at.northmoor, content=content, by=lead)
            assert queries.told_offer(offer, offer.content).may_have_changed is old

    def test_nobody_checked_it_tomorrow(self, at, lead):
        tomorrow = timezone.localdate() + dt.timedelta(days=1)
        with pytest.raises(actions.Misread, match="in the future"):
            actions.add(kind=LocalOffer, place=at.northmoor, content=OFFER | {"checked_on": tomorrow}, by=lead)

    def test_a_case_and_an_offer_of_one_number_are_not_mixed_up(self, at, lead):
        case = a_shown_case(at.northmoor, lead)
        offer = actions.add(kind=LocalOffer, place=at.northmoor, content=OFFER, by=lead)
        actions.show(thing=offer, read_through=True, by=lead)
        actions.share(thing=offer, to=at.icb, read_through=True, by=lead)
        assert case.key.startswith("local-")
        assert titles(at.icb) == set()
        assert [one.title for one in queries.offers_for(at.icb) if one.by] == ["A mentor"]
