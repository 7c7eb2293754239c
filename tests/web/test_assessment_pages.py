"""What do people see and do on the pages on which a place judges itself?"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.test import Client
from django.utils import timezone
from test_assessments import LIGHT, agreed, laid_open

from keepwell.content.assessments import assessment as content_of
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, presenters, queries
from keepwell.web.assessments.actions import Said
from keepwell.web.assessments.models import Answer, Note, Rating, Round
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import chain_end
from keepwell.web.evidence import values as offered
from keepwell.web.evidence.models import Citation
from keepwell.web.evidence.values import PUBLISHED, Asked, Value
from keepwell.web.places.actions import add_place

pytestmark = pytest.mark.django_db

PROMPT = "culture_leaders_programme"


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Lena Lead", retention_lead=here.northmoor)


@pytest.fixture
def analyst(here: System) -> User:
    return somebody("Ana Analyst", hr_analyst=here.northmoor)


@pytest.fixture
def viewer(here: System) -> User:
    return somebody("Vic Viewer", viewer=here.northmoor)


@pytest.fixture
def open_round(here: System, lead: User) -> Round:
    return actions.start(place=here.northmoor, of=content_of(LIGHT), by=lead)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(answered) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answered.content.decode())).replace("&#x27;", "'")


def at(round: Round, page: str) -> str:
    return f"/{round.place.slug}/practice/rounds/{round.pk}/{page}/"


def open_again(client: Client, where: str) -> dict[str, str]:
    """What a browser sends of a page when nothing is changed: what stands in its fields and in its hidden fields."""
    page = client.get(where).content.decode()
    sent = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if told.get("type") == "hidden" or " checked" in tag:
            sent[told["name"]] = told.get("value", "")
    sent |= dict(re.findall(r'<textarea[^>]*name="([\w-]+)"[^>]*>([^<]*)</textarea>', page))
    return sent


# The list and one assessment


def test_the_list_says_with_what_to_begin_and_stands_in_the_menu(here, lead):
    answered = client_of(lead).get("/rx1/practice/")
    first = "Nothing has been judged here yet. Begin with the retention traffic light: 14 topics, about 40 minutes."
    assert first in words(answered)
    assert re.search(r'<a[^>]*href="/rx1/practice/"', client_of(lead).get("/rx1/").content.decode())


def test_what_is_overdue_is_said_first(here, lead):
    round = agreed(here.northmoor, lead, {"culture": "red"}, timezone.localdate() - dt.timedelta(days=141))
    page = words(client_of(lead).get("/rx1/practice/"))
    assert f"Overdue: Retention traffic light. {presenters.review_in_words(round)}" in page
    assert "51 days ago" in page
    one = words(client_of(lead).get(f"/rx1/practice/{LIGHT}/"))
    assert "51 days ago" in one
    assert "Look again" in one


def test_who_may_not_start_reads_why(here, viewer):
    client = client_of(viewer)
    page = client.get(f"/rx1/practice/{LIGHT}/")
    assert "Your role here (Viewer) does not let you start an assessment" in words(page)
    assert f"/rx1/practice/{LIGHT}/start/" not in page.content.decode()
    assert client.post(f"/rx1/practice/{LIGHT}/start/").status_code == 404
    assert not Round.objects.exists()


def test_a_lead_starts_and_is_led_to_the_ratings_and_a_second_start_is_told(here, lead):
    client = client_of(lead)
    answered = client.post(f"/rx1/practice/{LIGHT}/start/")
    assert answered["Location"] == at(Round.objects.get(), "rate")
    again = client.post(f"/rx1/practice/{LIGHT}/start/", follow=True)
    assert "One is under way here already: go on with that." in words(again)


def test_an_assessment_that_is_not_made_for_the_place_is_not_there(here):
    manager = client_of(somebody("Practice manager", practice_manager=here.practice))
    slug = here.practice.slug
    assert manager.get(f"/{slug}/practice/").status_code == 200
    assert manager.get(f"/{slug}/practice/{LIGHT}/").status_code == 404
    assert manager.get(f"/{slug}/practice/nothing/").status_code == 404
    assert manager.post(f"/{slug}/practice/{LIGHT}/start/").status_code == 404


def test_an_open_round_is_nobody_elses(here, open_round, viewer):
    for page in ("rate", "talk", "agree", "agreed", "lay-open", "topic/culture", "release"):
        assert client_of(viewer).get(at(open_round, page)).status_code == 404, page
    manager = client_of(somebody("Line manager", line_manager=here.surgery))
    stranger = client_of(somebody("Stranger", retention_lead=here.southmoor))
    for client in (manager, stranger):
        assert client.get(at(open_round, "rate")).status_code == 404
    # nor is it found at a place that is theirs
    assert manager.get(f"/{here.surgery.slug}/practice/rounds/{open_round.pk}/rate/").status_code == 404
    assert (
        client_of(open_round.started_by).get(f"/{here.surgery.slug}/practice/rounds/{open_round.pk}/rate/").status_code
        == 404
    )
    assert "Until it is agreed, only those who take part see it." in words(
        client_of(viewer).get(f"/rx1/practice/{LIGHT}/")
    )


# Rating


def test_it_is_said_before_anybody_rates_who_will_see_it(open_round, lead):
    page = words(client_of(lead).get(at(open_round, "rate")))
    assert "0 of 14 rated." in page
    told = page.index("Then the colleagues who take part see your name, your ratings and your notes.")
    assert told < page.index("Organisational culture")


def test_ratings_are_saved_a_few_at_a_time_and_nobody_else_sees_them(open_round, lead, analyst):
    client = client_of(analyst)
    sent = {"culture": "red", "culture-note": "Nobody has time", "reward": "green", "after": "foundations"}
    answered = client.post(at(open_round, "rate"), sent)
    assert answered.status_code == 302
    assert answered["Location"].startswith(at(open_round, "rate") + "#")
    assert "Saved: 2 of 14 rated." in words(client.get(at(open_round, "rate")))
    for page in ("rate", "topic/culture", "lay-open"):
        theirs = words(client_of(lead).get(at(open_round, page)))
        assert "Nobody has time" not in theirs
        assert "Ana Analyst" not in theirs
    assert "1 person has rated so far." in words(client_of(lead).get(at(open_round, "rate")))


def test_a_note_without_a_rating_is_kept_as_it_was_typed_and_asks_for_one(open_round, lead):
    answered = client_of(lead).post(at(open_round, "rate"), {"culture-note": "It depends", "reward": "red"})
    assert answered.status_code == 422
    assert "Organisational culture: choose a rating too: a note is kept beside one. Or empty the note." in words(
        answered
    )
    assert "It depends</textarea>" in answered.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.parametrize("sent", [{"culture": "blue"}, {"culture": "red", "culture-note": "x" * 4001}])
def test_what_is_no_rating_or_too_long_is_said(open_round, lead, sent):
    assert client_of(lead).post(at(open_round, "rate"), sent).status_code == 422
    assert not Rating.objects.exists()


def test_a_page_left_open_does_not_undo_what_was_rated_elsewhere(open_round, lead):
    client = client_of(lead)
    stale = open_again(client, at(open_round, "rate"))
    client.post(at(open_round, "topic/culture"), {"culture": "red", "culture-note": "Seen"})
    client.post(at(open_round, "rate"), stale | {"reward": "green"})
    found = {rating.item: rating.rating for rating in Rating.objects.all()}
    assert found == {"culture": "red", "reward": "green"}


def test_a_rating_can_be_taken_back(open_round, lead):
    client = client_of(lead)
    where = at(open_round, "topic/culture")
    client.post(where, {"culture": "red"})
    assert "Take the rating back" in words(client.get(where))
    client.post(where, open_again(client, where) | {"culture": ""})
    assert not Rating.objects.exists()


def test_ratings_sent_after_all_was_laid_open_are_refused_and_not_lost_from_the_page(open_round, lead, analyst):
    actions.rate(round=open_round, item="culture", rating="red", by=lead)
    actions.lay_open(round=open_round, by=lead)
    client = client_of(analyst)
    assert client.get(at(open_round, "rate"))["Location"] == at(open_round, "talk")
    answered = client.post(at(open_round, "rate"), {"reward": "red", "reward-note": "Late thought"})
    assert answered.status_code == 422
    assert "The ratings have been laid open: what counts now is what you agree on." in words(answered)
    assert "Late thought</textarea>" in answered.content.decode()


# One topic


def numbers(*found: Value):
    """A slice that gives these values to everybody, for topics that ask for a leaver rate or reasons."""

    def provider(user: User, asked: Asked) -> list[Value]:
        return [one for one in found if asked.measures or asked.reasons]

    return provider


def value(key: str, place=None, policy: str = PUBLISHED, number: float = 0.1, words: str = "10.0%") -> Value:
    told = {"label": "Leaver rate", "period": "12 months to October 2025", "definition": "Leavers of staff."}
    return Value(key=key, words=words, policy=policy, link="/measures/leaver_rate/", place=place, number=number, **told)


@pytest.fixture
def offers(monkeypatch):
    """Makes these the only values that there are."""
    return lambda *found: monkeypatch.setattr(offered, "_PROVIDERS", [numbers(*found)])


def test_a_topic_shows_its_numbers_with_definition_and_period(here, open_round, lead, offers):
    offers(value("leaver_rate", place=here.northmoor))
    page = words(client_of(lead).get(at(open_round, "topic/culture")))
    for told in ("10.0%", "12 months to October 2025", "Leavers of staff.", "A number is a hint."):
        assert told in page
    assert "10.0%" in words(client_of(lead).get(at(open_round, "rate")))


def test_exact_numbers_are_written_into_the_register_and_only_those(here, open_round, lead, offers):
    before = chain_end().count
    offers(value("leaver_rate"))
    client_of(lead).get(at(open_round, "topic/culture"))
    assert not AccessEvent.objects.filter(number__gt=before, kind="viewed").exists()
    offers(value("leaver_rate", place=here.northmoor, policy="internal"))
    for page in ("topic/culture", "rate"):
        client_of(lead).get(at(open_round, page))
    found = AccessEvent.objects.filter(number__gt=before, kind="viewed")
    assert [(event.policy, event.what) for event in found] == [("internal", "Retention traffic light")] * 2


def test_without_numbers_the_page_says_what_to_do(open_round, lead, analyst, offers):
    offers()
    page = client_of(lead).get(at(open_round, "topic/culture"))
    assert "bring data in" in words(page)
    assert 'href="/rx1/data/"' in page.content.decode()
    none = words(client_of(lead).get(at(open_round, "topic/action_planning")))
    assert "No number of ours speaks to this" in none


def test_rating_and_notes_are_saved_together_and_notes_are_shared(open_round, lead, analyst):
    where = at(open_round, "topic/culture")
    answered = client_of(analyst).post(where, {"culture": "red", "culture-note": "Secret", PROMPT: "Ask Do OD"})
    assert answered["Location"] == where
    theirs = words(client_of(lead).get(where))
    assert "Ask Do OD" in theirs
    assert "Written by Ana Analyst" in theirs
    assert "Secret" not in theirs


def test_two_who_note_at_once_notice_each_other_and_what_was_typed_stays(open_round, lead, analyst):
    where = at(open_round, "topic/culture")
    mine = open_again(client_of(lead), where)
    client_of(analyst).post(where, {PROMPT: "Ask Do OD"})
    answered = client_of(lead).post(where, mine | {PROMPT: "Ask the board", "culture": "amber"})
    assert answered.status_code == 422
    page = words(answered)
    assert "Somebody else has changed this since you opened the page: Ana Analyst." in page
    assert "What stands there now: Ask Do OD" in page
    assert "Ask the board</textarea>" in answered.content.decode()
    assert Note.objects.get().words == "Ask Do OD"
    assert not Rating.objects.exists()
    # sent once more, it is written: the page knows by now what stands there
    again = {PROMPT: "Ask the board", f"{PROMPT}-known": "1", f"initial-{PROMPT}": "", "culture": "amber"}
    assert f'name="{PROMPT}-known" value="1"' in answered.content.decode()
    assert client_of(lead).post(where, again).status_code == 302
    assert (Note.objects.get().words, Rating.objects.get().rating) == ("Ask the board", "amber")


def test_notes_that_somebody_else_changed_and_i_did_not_touch_stay_theirs(open_round, lead, analyst):
    where = at(open_round, "topic/culture")
    mine = open_again(client_of(lead), where)
    client_of(analyst).post(where, {PROMPT: "Ask Do OD"})
    assert client_of(lead).post(where, mine | {"culture": "amber"}).status_code == 302
    assert Note.objects.get().words == "Ask Do OD"


def test_every_topic_of_both_traffic_lights_opens(here, lead):
    client = client_of(lead)
    for key in (LIGHT, "wellbeing_diagnostic"):
        round = actions.start(place=here.northmoor, of=content_of(key), by=lead)
        for item in round.content.items:
            page = client.get(at(round, f"topic/{item.key}"))
            assert page.status_code == 200
            told = words(page).replace("&amp;", "&")
            assert all(f"{prompt.key}" in page.content.decode() for prompt in item.prompts())
            assert all(" ".join(action.objective.split()) in told for action in item.actions)
    assert client.get(at(round, "topic/shoe_size")).status_code == 404


# Evidence


def test_a_number_is_cited_as_it_was_offered_whatever_the_browser_sends(here, open_round, lead, offers):
    offers(value("leaver_rate, nation", words="8.0%"), value("leaver_rate", place=here.northmoor, policy="internal"))
    where, client = at(open_round, "topic/culture/evidence"), client_of(lead)
    assert client.post(where, {"kind": "number", "value": "made_up", "words": "99%"}).status_code == 422
    answered = client.post(where, {"kind": "number", "value": "leaver_rate", "words": "99%", "label": "Mine"})
    assert answered["Location"] == at(open_round, "topic/culture") + "#evidence"
    cited = Citation.objects.get()
    assert (cited.kind, cited.label, cited.words, cited.policy) == ("number", "Leaver rate", "10.0%", "internal")
    assert cited.subject == queries.subject_of(open_round, "culture")


@pytest.mark.parametrize(
    ("sent", "label"),
    [
        ({"kind": "document", "title": "Board paper 7", "address": "example.org/7", "says": "Yes"}, "Board paper 7"),
        ({"kind": "finding", "finding": "Half feel heard", "asked": "Pulse, May, 200"}, "Half feel heard"),
        ({"kind": "note", "words": "We tried this in 2023"}, "We tried this in 2023"),
    ],
)
def test_documents_findings_and_notes_are_set_beside_and_taken_away(open_round, lead, sent, label):
    client, where = client_of(lead), at(open_round, "topic/culture")
    assert client.post(f"{where}evidence/", sent).status_code == 302
    assert label in words(client.get(where))
    cited = Citation.objects.get()
    assert client.post(f"{where}evidence/{cited.pk}/remove/").status_code == 302
    cited.refresh_from_db()
    assert cited.removed_by == lead
    assert label not in words(client.get(where))
    assert client.post(f"{where}evidence/{cited.pk}/remove/").status_code == 404


def test_evidence_that_is_not_filled_in_is_asked_for_and_an_agreed_round_takes_none(here, open_round, lead):
    client = client_of(lead)
    where = at(open_round, "topic/culture/evidence")
    assert client.post(where, {"kind": "document", "says": "Kept"}).status_code == 422
    assert client.post(where, {}).status_code == 422
    actions.rate(round=open_round, item="culture", rating="red", by=lead)
    actions.lay_open(round=open_round, by=lead)
    actions.take_over(round=open_round, by=lead)
    actions.agree(round=open_round, review_on=None, by=lead)
    answered = client.post(where, {"kind": "note", "words": "Too late"})
    assert answered.status_code == 422
    assert not Citation.objects.exists()


# Talking and agreeing


def test_laying_open_is_asked_once_more_and_leads_to_the_talk(open_round, lead, analyst):
    client = client_of(lead)
    refused = client.post(at(open_round, "lay-open"), follow=True)
    assert "Nobody has rated anything yet." in words(refused)
    actions.rate(round=open_round, item="culture", rating="red", note="No time", by=analyst)
    assert "There is no way back." in words(client.get(at(open_round, "lay-open")))
    assert client.post(at(open_round, "lay-open"))["Location"] == at(open_round, "talk")
    page = words(client.get(at(open_round, "talk")))
    assert "Red Ana Analyst: No time" in page


def test_who_said_what_is_only_for_those_who_take_part_even_when_it_is_agreed(here, lead, analyst, viewer):
    round = agreed(here.northmoor, lead, {"culture": "red"})
    assert client_of(viewer).get(at(round, "talk")).status_code == 404
    assert client_of(analyst).get(at(round, "talk")).status_code == 200
    page = words(client_of(viewer).get(at(round, "agreed")))
    assert "Who said what" not in page
    Note.objects.create(round=round, item="culture", prompt=PROMPT, words="Between us", written_by=lead)
    assert "Between us" not in words(client_of(viewer).get(at(round, "topic/culture")))
    assert "Between us" in words(client_of(analyst).get(at(round, "topic/culture")))


def test_a_lead_writes_down_what_is_agreed_and_whoever_is_second_keeps_what_they_typed(here, lead):
    round, client = laid_open(here.northmoor, lead, {"culture": "red"}), client_of(lead)
    mine = open_again(client, at(round, "talk"))
    other = somebody("Olu Other", retention_lead=here.northmoor)
    theirs = {"culture": "amber", "culture-note": "Getting there"}
    assert client_of(other).post(at(round, "talk"), theirs).status_code == 302
    answered = client.post(at(round, "talk"), mine | {"culture": "red", "culture-note": "Not yet", "reward": "green"})
    assert answered.status_code == 422
    assert "Olu Other. What stands there now: Amber. Getting there." in words(answered)
    assert "Not yet</textarea>" in answered.content.decode()
    assert re.search(r'name="culture-known" value="1"', answered.content.decode())
    assert Answer.objects.count() == 1
    again = {"culture": "red", "culture-note": "Not yet", "culture-known": "1", "reward": "green"}
    assert client.post(at(round, "talk"), again).status_code == 302
    assert {one.item: one.rating for one in Answer.objects.all()} == {"culture": "red", "reward": "green"}


def test_who_only_rates_reads_what_is_agreed_and_why_they_do_not_write_it(here, lead, analyst):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    page = client_of(analyst).get(at(round, "talk"))
    assert "Your role here (HR analyst) does not let you start" in words(page)
    assert 'name="culture"' not in page.content.decode()
    assert client_of(analyst).post(at(round, "talk"), {"culture": "green"}).status_code == 422
    assert not Answer.objects.exists()


def test_one_person_alone_gets_from_their_ratings_to_what_was_agreed_in_three_steps(here, lead):
    round, client = laid_open(here.northmoor, lead, {"culture": "red", "reward": "green"}), client_of(lead)
    assert "One person has rated: there is nobody yet to differ from." in words(client.get(at(round, "talk")))
    answered = client.post(at(round, "take-over"), follow=True)
    assert "Written down: 2 topics on which you were of one mind." in words(answered)
    page = words(client.get(at(round, "agree")))
    assert "Red: organisational culture." in page
    assert "12 not agreed on" in page
    late = {"review_on-day": "1", "review_on-month": "1", "review_on-year": "2001"}
    refused = client.post(at(round, "agree"), late)
    assert refused.status_code == 422
    assert "The next review lies in the future." in words(refused)
    soon = timezone.localdate() + dt.timedelta(days=30)
    sent = {"review_on-day": soon.day, "review_on-month": soon.month, "review_on-year": soon.year}
    assert client.post(at(round, "agree"), sent)["Location"] == at(round, "agreed")
    round.refresh_from_db()
    assert (round.state, round.review_on) == (Round.AGREED, soon)


# What was agreed


def test_what_is_red_twice_is_the_first_sentence(here, lead, viewer, offers):
    offers()
    agreed(here.northmoor, lead, {"culture": "red", "reward": "amber"}, timezone.localdate() - dt.timedelta(days=120))
    now = agreed(here.northmoor, lead, {"culture": "red", "reward": "red"})
    page = words(client_of(viewer).get(at(now, "agreed")))
    sentence = "Red twice: organisational culture. Red for the first time: recognition and reward."
    assert sentence in page
    assert "data agree" not in page
    assert page.index(sentence) < page.index("2 red, 12 not rated")
    assert "Worse: Recognition and reward: amber, now red." in page
    assert "red the time before too" in page.casefold()


@pytest.mark.parametrize(
    ("nation", "agrees"),
    [
        ({}, True),
        ({"number": 0.2, "words": "20.0%"}, False),  # it is better than the nation
        ({"period": "12 months to March 2025"}, False),
        ({"definition": "Counted in another way."}, False),
        ({"policy": "nhs"}, False),  # nobody has published it
        ({"words": "10.0%"}, False),  # it reads the same
        ({"number": None}, False),
    ],
)
def test_the_data_agree_only_where_two_that_were_made_alike_say_so(here, lead, viewer, offers, nation, agrees):
    now = agreed(here.northmoor, lead, {"reward": "amber", "culture": "red"})
    ours = value("leaver_rate, 3", place=here.northmoor, number=0.1004)
    offers(ours, replace(value("leaver_rate, nation", number=0.09, words="9.0%"), **nation))
    page = words(client_of(viewer).get(at(now, "agreed")))
    assert ("Red, and the data agree: organisational culture." in page) is agrees
    assert ("The data agree: Leaver rate 10.0%, the nation 9.0%" in page) is agrees


def test_a_measure_that_does_not_say_which_way_is_better_never_agrees(here):
    pair = value("headcount, 3", place=here.northmoor, number=12), value("headcount, nation", number=9, words="9")
    assert presenters.data_agree(pair) == ""


# Upward


def test_a_lead_reads_exactly_what_will_be_seen_and_the_board_sees_that_and_no_more(here, lead):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    actions.answer(round=round, item="culture", said=Said("red", "No time on wards"), known=None, by=lead)
    actions.agree(round=round, review_on=None, by=lead)
    client, board = client_of(lead), client_of(somebody("Ian Ics", ics_lead=here.icb))
    page = words(client.get(at(round, "release")))
    assert "the agreed rating of each of the 14 (1 red, 13 not rated)" in page
    assert "the 1 note that you agreed on" in page
    assert "They will never see who rated what" in page
    above = f"/{here.icb.slug}/practice/"
    assert client.post(at(round, "release"), {}).status_code == 422
    sent = {"to": here.icb.slug, "notes": "without"}
    assert client.post(at(round, "release"), sent)["Location"] == at(round, "agreed")
    side = words(board.get(f"{above}compare/{LIGHT}/"))
    assert "1 of 2 trusts have released a rating to us." in side
    shown = round.shown.get()
    theirs = words(board.get(f"{above}released/{shown.pk}/"))
    assert "Red: organisational culture." in theirs
    assert "No time on wards" not in theirs
    elsewhere = client_of(somebody("Stranger", retention_lead=here.southmoor))
    assert elsewhere.get(f"/{here.southmoor.slug}/practice/released/{shown.pk}/").status_code == 404
    assert board.get(at(round, "agreed")).status_code == 404
    assert board.get(f"/{here.icb.slug}/practice/rounds/{round.pk}/agreed/").status_code == 404
    assert client.post(f"{at(round, 'release')}{shown.pk}/withdraw/").status_code == 302
    assert board.get(f"{above}released/{shown.pk}/").status_code == 404
    assert "0 of 2 trusts have released" in words(board.get(f"{above}compare/{LIGHT}/"))


def test_notes_go_up_only_where_that_was_chosen(here, lead):
    round = laid_open(here.northmoor, lead, {"culture": "red"})
    actions.answer(round=round, item="culture", said=Said("red", "No time on wards"), known=None, by=lead)
    actions.agree(round=round, review_on=None, by=lead)
    client_of(lead).post(at(round, "release"), {"to": here.icb.slug, "notes": "with"})
    board = client_of(somebody("Ian Ics", ics_lead=here.icb))
    page = words(board.get(f"/{here.icb.slug}/practice/released/{round.shown.get().pk}/"))
    assert "No time on wards" in page


def test_a_release_cannot_be_sent_to_a_place_that_was_not_offered_nor_by_who_only_rates(here, lead, analyst):
    round = agreed(here.northmoor, lead, {"culture": "red"})
    assert client_of(analyst).get(at(round, "release")).status_code == 404
    for slug in (here.southmoor.slug, here.network.slug, here.surgery.slug, "nowhere"):
        assert client_of(lead).post(at(round, "release"), {"to": slug, "notes": "with"}).status_code == 422
    assert not round.shown.exists()


def test_with_many_places_ratings_are_counted_and_the_page_does_not_grow_sideways(here, lead):
    for number in range(12):
        part = add_place(name=f"Part {number}", kind="directorate", parent=here.northmoor, start=dt.date(2020, 4, 1))
        agreed(part, lead, {"culture": "red" if number % 2 else "green"})
    page = words(client_of(lead).get(f"/rx1/practice/compare/{LIGHT}/"))
    assert "Red most often: organisational culture (6 of 12)." in page
    assert "Organisational culture 6 0 6 0" in page


class TestBegunByMistake:
    def test_a_round_in_which_nobody_else_said_a_word_is_dropped(self, here, lead, open_round):
        address = f"/{here.northmoor.slug}/practice/rounds/{open_round.pk}/drop/"
        page = client_of(lead).get(f"/{here.northmoor.slug}/practice/{LIGHT}/").content.decode()
        assert "Begun by mistake: drop it" in page
        actions.rate(round=open_round, item="culture", rating="red", by=lead)
        client_of(lead).post(address)
        assert not Round.objects.exists()

    def test_what_a_colleague_rated_is_not_dropped(self, here, lead, analyst, open_round):
        actions.rate(round=open_round, item="culture", rating="red", by=analyst)
        page = client_of(lead).get(f"/{here.northmoor.slug}/practice/{LIGHT}/").content.decode()
        assert "Begun by mistake" not in page
        client_of(lead).post(f"/{here.northmoor.slug}/practice/rounds/{open_round.pk}/drop/")
        assert Rating.objects.count() == 1

    def test_who_only_rates_does_not_drop(self, here, analyst, open_round):
        client_of(analyst).post(f"/{here.northmoor.slug}/practice/rounds/{open_round.pk}/drop/")
        assert Round.objects.exists()
