"""How does a place judge itself: who may, what each step asks, and what nobody sees before its time?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.utils import timezone

from keepwell.content.assessments import Assessment
from keepwell.content.assessments import assessment as content_of
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, presenters, queries, rules
from keepwell.web.assessments.actions import Quicker, Said, Words, Written
from keepwell.web.assessments.comparison_presenters import can_compare, comparison
from keepwell.web.assessments.models import Answer, Note, Rating, Round, Shown
from keepwell.web.audit.models import AccessEvent
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

LIGHT = "retention_traffic_light"
TOMORROW = dt.timedelta(days=1)


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def light() -> Assessment:
    return content_of(LIGHT)


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Lena Lead", retention_lead=here.northmoor)


@pytest.fixture
def analyst(here: System) -> User:
    """Somebody who rates, and does not lead."""
    return somebody("Ana Analyst", hr_analyst=here.northmoor)


@pytest.fixture
def viewer(here: System) -> User:
    return somebody("Vic Viewer", viewer=here.northmoor)


@pytest.fixture
def open_round(here: System, light: Assessment, lead: User) -> Round:
    return actions.start(place=here.northmoor, of=light, by=lead)


def laid_open(place: Place, by: User, ratings: dict[str, str], key: str = LIGHT) -> Round:
    """A round in which one person rated, laid open."""
    round = actions.start(place=place, of=content_of(key), by=by)
    actions.rate_several(round=round, given={item: Said(rating) for item, rating in ratings.items()}, by=by)
    return actions.lay_open(round=round, by=by)


def agreed(place: Place, by: User, ratings: dict[str, str], on: dt.date | None = None) -> Round:
    """A round that went all the way; `on` is the day on which it was agreed, if not today."""
    round = laid_open(place, by, ratings)
    actions.take_over(round=round, by=by)
    done = actions.agree(round=round, review_on=None, by=by)
    if on is not None:
        at = timezone.make_aware(dt.datetime.combine(on, dt.time(12)))
        Round.objects.filter(pk=done.pk).update(started_at=at, agreed_at=at, review_on=on + dt.timedelta(days=90))
        done.refresh_from_db()
    return done


# Starting


def test_whoever_leads_starts_a_round_and_a_second_is_not_begun_beside_it(here, light, lead, open_round):
    assert (open_round.state, open_round.started_by) == (Round.OPEN, lead)
    with pytest.raises(NotAllowed) as refused:
        actions.start(place=here.northmoor, of=light, by=lead)
    assert refused.value.wrong == "One is under way here already: go on with that."
    assert Round.objects.count() == 1


def test_who_only_rates_does_not_start(here, light, analyst):
    reason = (
        "Your role here (HR analyst) does not let you start an assessment, write down what was agreed, and release it."
    )
    with pytest.raises(NotAllowed, match=reason.replace("(", r"\(").replace(")", r"\)")):
        actions.start(place=here.northmoor, of=light, by=analyst)


def test_a_place_of_another_kind_or_one_that_has_closed_does_not_start(here, light):
    manager = somebody("Practice manager", practice_manager=here.practice)
    wrong = "Retention traffic light is not made for a general practice."
    assert rules.cannot_start(manager, here.practice, light) == wrong
    lead = somebody("Another lead", retention_lead=here.southmoor)
    Place.objects.filter(pk=here.southmoor.pk).update(closed=dt.date(2025, 3, 31))
    here.southmoor.refresh_from_db()
    assert rules.cannot_start(lead, here.southmoor, light) == "Southmoor Trust has closed."


def test_nobody_starts_at_another_place(here, light):
    stranger = somebody("Stranger", retention_lead=here.southmoor)
    assert rules.cannot_start(stranger, here.northmoor, light) == "This is not yours to see."
    above = somebody("Above", ics_lead=here.icb)
    assert rules.cannot_start(above, here.northmoor, light) == "This is not yours to see."


# Rating apart


def test_a_rating_is_given_changed_and_taken_back(open_round, analyst):
    actions.rate(round=open_round, item="culture", rating="red", note="No time", by=analyst)
    actions.rate(round=open_round, item="culture", rating="amber", by=analyst)
    given = Rating.objects.get()
    assert (given.item, given.rating, given.note, given.rater) == ("culture", "amber", "", analyst)
    assert actions.rate(round=open_round, item="culture", rating="", by=analyst) is None
    assert not Rating.objects.exists()


def test_each_rater_sees_only_their_own_until_all_is_laid_open(open_round, lead, analyst):
    actions.rate(round=open_round, item="culture", rating="red", by=lead)
    actions.rate(round=open_round, item="culture", rating="green", by=analyst)
    assert [one.rater for one in queries.ratings_of(open_round, analyst).values()] == [analyst]
    with pytest.raises(AssertionError, match="nobody else's yet"):
        queries.compared(open_round)
    wrong = "While the round is open, everybody sees only their own ratings."
    assert rules.cannot_see_raters(lead, open_round) == wrong


def test_nobody_rates_apart_once_all_is_laid_open(open_round, lead, analyst):
    actions.rate(round=open_round, item="culture", rating="red", by=lead)
    actions.lay_open(round=open_round, by=lead)
    with pytest.raises(NotAllowed) as refused:
        actions.rate(round=open_round, item="culture", rating="green", by=analyst)
    assert refused.value.wrong == "The ratings have been laid open: what counts now is what you agree on."


def test_who_may_not_rate_is_told_so(open_round, viewer):
    assert rules.cannot_rate(viewer, open_round) == (
        "Your role here (Viewer) does not let you say how good the practice of the place is."
    )
    assert rules.cannot_see_round(viewer, open_round) is not None


def test_a_rating_of_another_assessment_or_of_no_item_is_none(open_round, lead):
    with pytest.raises(NotAllowed, match="A rating here is one of: red, amber, green"):
        actions.rate(round=open_round, item="culture", rating="done", by=lead)
    with pytest.raises(KeyError):
        actions.rate(round=open_round, item="shoe_size", rating="red", by=lead)


def test_of_several_ratings_all_are_kept_or_none(open_round, lead):
    with pytest.raises(NotAllowed):
        actions.rate_several(
            round=open_round, given={"culture": Said("red"), "understanding_data": Said("blue")}, by=lead
        )
    assert not Rating.objects.exists()


# Laying open


def test_laying_open_asks_for_a_lead_a_rating_and_an_open_round(open_round, lead, analyst):
    assert rules.cannot_lay_open(lead, open_round) == "Nobody has rated anything yet."
    actions.rate(round=open_round, item="culture", rating="red", by=analyst)
    assert rules.cannot_lay_open(analyst, open_round).startswith("Your role here (HR analyst) does not let you start")
    actions.lay_open(round=open_round, by=lead)
    with pytest.raises(NotAllowed) as refused:
        actions.lay_open(round=open_round, by=lead)
    assert refused.value.wrong == "The ratings have been laid open already."


def test_where_raters_are_furthest_apart_comes_first(open_round, lead, analyst):
    said = {"culture": ("red", "red"), "understanding_data": ("amber", "green"), "new_starters": ("red", "green")}
    for item, (one, other) in said.items():
        actions.rate(round=open_round, item=item, rating=one, by=lead)
        actions.rate(round=open_round, item=item, rating=other, by=analyst)
    round = actions.lay_open(round=open_round, by=lead)
    found = queries.compared(round)
    assert [one.item.key for one in found[:2]] == ["new_starters", "understanding_data"]
    assert [one.item.key for one in queries.of_one_mind(round)] == ["culture"]
    assert (
        presenters.differences_in_words(found)
        == "You differ on 2 of 14 topics, most on new starters and people who change roles."
    )


# Agreeing


def test_nothing_is_agreed_before_all_is_laid_open_and_only_by_a_lead(open_round, lead, analyst):
    with pytest.raises(NotAllowed, match="Everybody rates apart first"):
        actions.answer(round=open_round, item="culture", said=Said("red"), known=None, by=lead)
    assert rules.cannot_agree(lead, open_round) == (
        "Lay the ratings open first, so that everybody sees where you differ."
    )
    actions.rate(round=open_round, item="culture", rating="red", by=lead)
    round = actions.lay_open(round=open_round, by=lead)
    assert rules.cannot_agree(lead, round) == "Nothing has been written down yet."
    assert rules.cannot_answer(analyst, round).startswith("Your role here (HR analyst)")
    assert rules.cannot_agree(analyst, round).startswith("Your role here (HR analyst)")


def test_two_who_write_at_once_notice_each_other_and_nothing_is_overwritten(here, lead):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    other = somebody("Olu Other", retention_lead=here.northmoor)
    first = {"culture": Written(Said("red", "No time"))}
    actions.answer_several(round=round, written=first, by=other)
    second = {"understanding_data": Written(Said("green")), "culture": Written(Said("amber", "Some time"))}
    with pytest.raises(Quicker) as refused:
        actions.answer_several(round=round, written=second, by=lead)
    assert dict(refused.value.at) == {"culture": "Somebody else has changed this since you opened the page: Olu Other."}
    assert [(one.item, one.note) for one in Answer.objects.all()] == [("culture", "No time")]
    actions.answer_several(round=round, written={"culture": Written(Said("amber", "Some time"), known=1)}, by=lead)
    assert Answer.objects.get().version == 2


def test_what_all_said_alike_is_written_down_at_once_and_nothing_else(open_round, lead, analyst):
    for item, one, other in (
        ("culture", "red", "red"),
        ("understanding_data", "red", "green"),
        ("new_starters", "green", "green"),
    ):
        actions.rate(round=open_round, item=item, rating=one, by=lead)
        actions.rate(round=open_round, item=item, rating=other, by=analyst)
    with pytest.raises(NotAllowed, match="Everybody rates apart first"):
        actions.take_over(round=open_round, by=lead)
    round = actions.lay_open(round=open_round, by=lead)
    actions.answer(round=round, item="new_starters", said=Said("amber"), known=None, by=lead)
    actions.take_over(round=round, by=lead)
    found = {answer.item: answer.rating for answer in round.answers.all()}
    assert found == {"new_starters": "amber", "culture": "red"}
    assert rules.cannot_answer(analyst, round) is not None
    with pytest.raises(NotAllowed, match="Your role here"):
        actions.take_over(round=round, by=analyst)


def test_agreed_it_does_not_change_any_more(here, lead):
    round = agreed(here.northmoor, lead, {"culture": "red"})
    wrong = "This has been agreed, and does not change any more. Start a new round."
    with pytest.raises(NotAllowed, match=wrong):
        actions.answer(round=round, item="culture", said=Said("green"), known=1, by=lead)
    with pytest.raises(NotAllowed, match=wrong):
        actions.note(round=round, item="culture", prompt="culture_leaders_programme", words="x", known=None, by=lead)
    assert rules.cannot_agree(lead, round) == "This has been agreed already."
    assert AccessEvent.objects.filter(what="Assessment", place=here.northmoor.pk).count() >= 1


def test_the_next_review_is_when_the_assessment_says_or_on_the_day_that_was_chosen(here, lead):
    today = timezone.localdate()
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    actions.take_over(round=round, by=lead)
    for day, wrong in (
        (today, "The next review lies in the future."),
        (today.replace(year=today.year + 30), "The next review is at most three years away."),
    ):
        with pytest.raises(NotAllowed) as refused:
            actions.agree(round=round, review_on=day, by=lead)
        assert refused.value.wrong == wrong
    done = actions.agree(round=round, review_on=today + TOMORROW, by=lead)
    assert (done.review_on, done.overdue_on(today + TOMORROW)) == (today + TOMORROW, False)
    assert done.overdue_on(today + 2 * TOMORROW)
    again = laid_open(here.northmoor, lead, {"culture": "red"})
    actions.take_over(round=again, by=lead)
    assert actions.agree(round=again, review_on=None, by=lead).review_on == today + dt.timedelta(days=90)


# Notes


def test_a_note_is_written_changed_and_taken_away_and_whoever_is_second_is_told(open_round, lead, analyst):
    prompt = "culture_leaders_programme"

    def note(words: str, known: int | None, by: User) -> None:
        actions.note_several(round=open_round, item="culture", words={prompt: Words(words, known)}, by=by)

    note("Ask Do OD", None, analyst)
    with pytest.raises(Quicker) as refused:
        note("Ask the board", None, lead)
    assert dict(refused.value.at) == {prompt: "Somebody else has changed this since you opened the page: Ana Analyst."}
    assert Note.objects.get().words == "Ask Do OD"
    note("  ", 1, analyst)
    assert not Note.objects.exists()
    with pytest.raises(Quicker) as refused:
        note("Ask the board", 1, lead)
    assert dict(refused.value.at) == {prompt: "Somebody else has taken this away since you opened the page."}
    with pytest.raises(KeyError):
        actions.note(round=open_round, item="understanding_data", prompt=prompt, words="x", known=None, by=lead)


def test_a_rating_and_the_notes_beside_it_are_kept_together_or_not_at_all(open_round, lead, analyst):
    prompt = "culture_leaders_programme"
    actions.note(round=open_round, item="culture", prompt=prompt, words="Ask", known=None, by=analyst)
    with pytest.raises(Quicker):
        actions.say_of(round=open_round, item="culture", own=Said("red"), words={prompt: Words("Wait")}, by=lead)
    assert not Rating.objects.exists()


# Releasing upward


def test_only_what_was_agreed_goes_up_and_only_by_whoever_releases(here, lead, analyst):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    assert rules.cannot_release(lead, round, here.icb) == (
        "Only what has been agreed is released: nobody above sees a draft."
    )
    actions.take_over(round=round, by=lead)
    done = actions.agree(round=round, review_on=None, by=lead)
    assert rules.cannot_release(analyst, done, here.icb).startswith("Your role here (HR analyst)")
    for sideways in (here.southmoor, here.network, here.northmoor):
        wrong = f"Northmoor Trust does not lie in {sideways.name}: ratings are released upward."
        assert rules.cannot_release(lead, done, sideways) == wrong
    assert queries.shown_to(here.icb, LIGHT) == []
    shown = actions.release(round=done, to=here.icb, with_notes=False, by=lead)
    assert rules.cannot_release(lead, done, here.icb) == "Moorland sees this already."
    assert [one.pk for one in queries.shown_to(here.icb, LIGHT)] == [shown.pk]
    assert rules.cannot_withdraw(analyst, shown).startswith("Your role here (HR analyst)")
    withdrawn = actions.withdraw(shown=shown, by=lead)
    assert rules.cannot_withdraw(lead, withdrawn) == "This was withdrawn already."
    assert queries.shown_to(here.icb, LIGHT) == []
    told = AccessEvent.objects.filter(place=here.northmoor.pk).order_by("-number")[:2]
    assert [(event.kind, event.what) for event in told] == [("withdrawn", "Release"), ("released", "Release upward")]


def test_a_place_that_has_closed_gets_nothing_and_words_stay_where_they_are(here, lead):
    round = agreed(here.northmoor, lead, {"culture": "red"})
    here.icb.closed = dt.date(2025, 3, 31)
    assert rules.cannot_release(lead, round, here.icb) == "Moorland has closed."
    words = Round.objects.create(
        place=here.northmoor, assessment="what_good_looks_like", state=Round.AGREED, started_by=lead, agreed_by=lead
    )
    assert rules.cannot_release(lead, words, here.icb) == "What was written in words stays with those who wrote it."


# What changed, and side by side


def test_what_is_red_twice_comes_first_and_what_changed_is_told(here, light, lead):
    today = timezone.localdate()
    first = {"culture": "red", "understanding_data": "red", "new_starters": "green", "reward": "red"}
    agreed(here.northmoor, lead, first, today - dt.timedelta(days=100))
    agreed(
        here.northmoor, lead, {"culture": "red", "understanding_data": "amber", "new_starters": "red", "reward": "red"}
    )
    now, before = queries.history(here.northmoor, LIGHT)
    assert queries.agreed_before(now.round) == before.round
    sentence = presenters.agreed_in_words(now, before)
    assert (
        sentence
        == "Red twice: organisational culture, recognition and reward. Red for the first time: new starters and people who change roles."
    )
    found = presenters.changes(light, now.ratings, before.ratings)
    assert found.better == ("Understanding our data: red, now amber",)
    assert found.worse == ("New starters and people who change roles: green, now red",)
    assert found.same == 2
    agree = presenters.agreed_in_words(now, before, {"culture"})
    assert agree.startswith("Red twice, and the data agree: organisational culture. Red twice: recognition and reward.")
    assert presenters.counts_in_words(light, now.ratings) == "3 red, 1 amber, 10 not rated"


def test_reviews_that_are_due_and_overdue_read_as_days(here, lead):
    today = timezone.localdate()
    late = agreed(here.northmoor, lead, {"culture": "red"}, today - dt.timedelta(days=91))
    assert presenters.review_in_words(late).endswith(", 1 day ago.")
    assert presenters.overdue(late)
    due = agreed(here.surgery, lead, {"culture": "red"}, today - dt.timedelta(days=90))
    assert (presenters.review_in_words(due), presenters.overdue(due)) == ("The next review is due today.", False)


def test_an_organisation_compares_its_own_parts_and_no_others(here, light, lead):
    agreed(here.surgery, lead, {"culture": "red", "understanding_data": "red"})
    agreed(here.northmoor, lead, {"culture": "red"})
    other = somebody("Another lead", retention_lead=here.southmoor)
    agreed(here.southmoor, other, {"culture": "green"})
    found = comparison(here.northmoor, light)
    assert [column.name for column in found.columns] == ["Northmoor Trust", "Surgery"]
    assert found.answer == (
        "1 of 2 directorates and 0 of 1 team have agreed a rating. Red most often: organisational culture (2 of 2)."
    )
    assert dict(found.missing) == {"directorates": ("Medicine",), "teams": ("Ward 7",)}
    assert [tag.words for tag in found.rows[1].tags] == ["Not rated", "Red"]
    assert not can_compare(here.ward_7, light)


def test_a_place_above_compares_what_was_released_to_it_the_newest_of_each(here, light, lead):
    old = agreed(here.northmoor, lead, {"culture": "red"}, timezone.localdate() - dt.timedelta(days=200))
    actions.release(round=old, to=here.icb, with_notes=False, by=lead)
    kept_back = agreed(here.northmoor, lead, {"culture": "green"})
    found = comparison(here.icb, light)
    assert found.answer == "1 of 2 trusts have released a rating to us."
    assert [row.tags[0].words for row in found.rows if row.item.key == "culture"] == ["Red"]
    assert dict(found.missing) == {"trusts": ("Southmoor Trust",)}
    actions.release(round=kept_back, to=here.icb, with_notes=False, by=lead)
    found = comparison(here.icb, light)
    assert [row.tags[0].words for row in found.rows if row.item.key == "culture"] == ["Green"]
    assert comparison(here.region, light).columns == ()


def test_what_is_handed_down_is_not_taken_for_something_released_upward(here, lead):
    round = agreed(here.northmoor, lead, {"culture": "red"})
    Shown.objects.create(round=round, to=here.surgery, released_by=lead)
    assert queries.shown_to(here.surgery, LIGHT) == []
