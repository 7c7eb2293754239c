"""What does good look like? Four sides write, compare, and leave with three to five actions."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Mapping

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.test import Client
from django.utils import timezone

from keepwell.content.assessments import assessment
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, words_actions, words_presenters, words_queries
from keepwell.web.assessments.actions import Quicker, Said, Written
from keepwell.web.assessments.models import Answer, Round
from keepwell.web.assessments.words_actions import Changed, Found, Promised
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

WORKSHOP = assessment("what_good_looks_like")
AGREED = "This has been agreed, and does not change any more. Start a new round."
IN_SPRING = dt.date(2099, 3, 1)


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Retention lead", retention_lead=here.northmoor)


@pytest.fixture
def analyst(here: System) -> User:
    """Takes part, and does not lead."""
    return somebody("Second analyst", hr_analyst=here.northmoor)


@pytest.fixture
def round(here: System, lead: User) -> Round:
    return actions.start(place=here.northmoor, of=WORKSHOP, by=lead)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(page: str) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


def at(round: Round, end: str = "") -> str:
    return f"/{round.place.slug}/practice/rounds/{round.pk}/words/{end}"


def as_opened(client: Client, where: str) -> dict[str, str]:
    """What a browser would send of a page's form without a change: every box, hidden or not, as it stands."""
    page = client.get(where).content.decode()
    form = page[page.index("<form", page.index("<main")) :]
    sent = {}
    for box in re.findall(r"<input[^>]*>", form):
        kind, name, value = (re.search(rf'{part}="([^"]*)"', box) for part in ("type", "name", "value"))
        if name and (not kind or kind[1] != "radio" or " checked" in box):
            sent[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = html.unescape(text)
    return sent


def write(client: Client, where: str, said: Mapping[str, str], opened: Mapping[str, str] | None = None):
    return client.post(where, {**(as_opened(client, where) if opened is None else opened), **said})


def an_action(row: str, what: str, who: str = "", by_when: dt.date | None = None) -> dict[str, str]:
    day = {"day": by_when.day, "month": by_when.month, "year": by_when.year} if by_when else {}
    boxes = {f"{row}-by_when-{box}": str(day.get(box, "")) for box in ("day", "month", "year")}
    return {f"{row}-what": what, f"{row}-who": who, **boxes}


def promise(round: Round, by: User, *what: str) -> None:
    added = [Promised(one, "Post holder", IN_SPRING) for one in what]
    words_actions.write_together(round=round, texts={}, changed={}, added=added, by=by)


# How it goes


def test_the_steps_take_the_minutes_that_the_workshop_says() -> None:
    assert len(words_presenters.STEPS) == 5
    assert sum(step.minutes for step in words_presenters.STEPS) == WORKSHOP.minutes


def test_the_sides_are_asked_the_same_prompts() -> None:
    assert [side.key for side in words_queries.sides(WORKSHOP)] == ["board", "hr", "line_managers", "staff"]
    prompts = words_queries.prompts_of(WORKSHOP)
    assert list(prompts) == ["good_day", "signs", "already", "in_the_way", "needs", "first_step"]
    for side in words_queries.sides(WORKSHOP):
        assert [item.title for item in side.items] == list(prompts.values())


def test_the_first_sentence_says_how_far_each_side_is(round: Round, lead: User) -> None:
    client = signed_in(lead)
    assert "No side has written anything yet." in words(client.get(at(round)).content.decode())
    write(client, at(round, "sides/board/"), {"board_good_day": "Laughter", "board_signs": "Stability"})
    write(client, at(round, "sides/staff/"), {"staff_needs": "A rota"})
    page = words(client.get(at(round)).content.decode())
    assert "Two of the four sides have written: the board (2 of 6), staff (1 of 6)." in page
    assert "2 of 6 prompts noted" in page
    assert "How it goes: 90 minutes" in page


def test_a_sheet_has_the_prompts_of_its_side_and_room_for_each(round: Round, analyst: User) -> None:
    page = signed_in(analyst).get(at(round, "sides/line_managers/sheet/")).content.decode()
    side = words_queries.sides(WORKSHOP)[2]
    assert all(item.statement in html.unescape(page) for item in side.items)
    assert page.count('class="workshop-lines"') == len(side.items)
    assert "assessments/workshop" in page


# A side writes


def test_what_a_side_writes_is_kept_and_everybody_who_takes_part_reads_it(
    round: Round, lead: User, analyst: User
) -> None:
    answer = write(signed_in(analyst), at(round, "sides/hr/"), {"hr_already": "The <b>buddy</b> scheme\r\nis good"})
    assert answer.status_code == 302
    assert round.answers.get().changed_by == analyst
    for page in ("sides/hr/", "compare/", "record/"):
        assert "The &lt;b&gt;buddy&lt;/b&gt; scheme" in signed_in(lead).get(at(round, page)).content.decode()
    assert "All who take part see what every side writes" in words(
        signed_in(lead).get(at(round, "sides/hr/")).content.decode()
    )


def test_only_what_was_changed_is_written(round: Round, lead: User, analyst: User) -> None:
    write(signed_in(lead), at(round, "sides/board/"), {"board_good_day": "Mine\r\non two lines"})
    opened = as_opened(signed_in(analyst), at(round, "sides/board/"))
    write(signed_in(lead), at(round, "sides/board/"), {"board_good_day": "Mine, better"})
    answer = write(signed_in(analyst), at(round, "sides/board/"), {"board_signs": "Theirs"}, opened)
    assert answer.status_code == 302
    assert {a.item: (a.note, a.version) for a in round.answers.all()} == {
        "board_good_day": ("Mine, better", 2),
        "board_signs": ("Theirs", 1),
    }


def test_whoever_is_second_is_told_and_nothing_is_lost(round: Round, lead: User, analyst: User) -> None:
    where = at(round, "sides/board/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, {"board_good_day": "First"})
    second = signed_in(analyst)
    answer = write(second, where, {"board_good_day": "Second", "board_needs": "Also this"}, opened)
    page = words(answer.content.decode())
    assert answer.status_code == 422
    assert "Somebody else has changed this since you opened the page: Retention lead." in page
    assert "What stands there now: First" in page
    assert ">Second</textarea>" in answer.content.decode()
    assert ">Also this</textarea>" in answer.content.decode()
    assert [a.note for a in round.answers.all()] == ["First"]
    again = re.findall(r'name="(board_[a-z_]+-known)"[^>]*value="(\d*)"', answer.content.decode())
    sent = {**opened, "board_good_day": "Second", "board_needs": "Also this", **dict(again)}
    assert second.post(where, sent).status_code == 302
    assert {a.note for a in round.answers.all()} == {"Second", "Also this"}


def test_too_much_is_said_kindly_and_kept(round: Round, lead: User) -> None:
    answer = write(signed_in(lead), at(round, "sides/staff/"), {"staff_signs": "x" * 4001, "staff_needs": "\x00"})
    assert answer.status_code == 422
    assert "“How you would know” must be 4000 characters or fewer" in words(answer.content.decode())
    assert "x" * 4001 in answer.content.decode()
    assert not round.answers.exists()


def test_after_it_is_agreed_a_late_writer_is_refused_and_keeps_the_words(
    round: Round, lead: User, analyst: User
) -> None:
    where = at(round, "sides/board/")
    opened = as_opened(signed_in(analyst), where)
    promise(round, lead, "Ask staff")
    actions.agree(round=round, review_on=None, by=lead)
    answer = write(signed_in(analyst), where, {"board_good_day": "Too late"}, opened)
    assert answer.status_code == 422
    assert AGREED in words(answer.content.decode())
    assert ">Too late</textarea>" in answer.content.decode()
    read = signed_in(analyst).get(where).content.decode()
    assert AGREED in words(read)
    assert "<textarea" not in read


# Side by side


def test_the_sides_stand_side_by_side_and_are_marked_by_people(round: Round, lead: User) -> None:
    client, where = signed_in(lead), at(round, "compare/")
    write(client, at(round, "sides/board/"), {"board_signs": "Stability index"})
    assert "You have not talked about any of the prompts yet." in words(client.get(where).content.decode())
    said = {"signs": "differs", "signs-words": "Staff look at the rota", "good_day": "alike"}
    assert write(client, where, said).status_code == 302
    page = words(client.get(where).content.decode())
    assert "You have talked about 2 of 6 prompts: 1 alike, 1 on which you differ." in page
    assert "Stability index" in page
    marks = words_queries.marks_of(round)
    assert {key: (m.found, m.words) for key, m in marks.items()} == {
        "signs": ("differs", "Staff look at the rota"),
        "good_day": ("alike", ""),
    }


def test_a_mark_is_changed_and_taken_back(round: Round, lead: User) -> None:
    client, where = signed_in(lead), at(round, "compare/")
    write(client, where, {"needs": "alike", "needs-words": "Time"})
    write(client, where, {"needs": "differs"})
    assert words_queries.marks_of(round)["needs"].found == "differs"
    assert round.notes.count() == 1
    write(client, where, {"needs": "none", "needs-words": ""})
    assert words_queries.marks_of(round) == {}


def test_words_without_a_mark_are_asked_about_and_kept(round: Round, lead: User) -> None:
    answer = write(signed_in(lead), at(round, "compare/"), {"needs-words": "All want time"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "say whether you are alike or differ, or empty what you wrote" in words(page)
    assert ">All want time</textarea>" in page
    assert not round.notes.exists()


def test_of_two_who_mark_the_same_the_second_is_told(round: Round, lead: User, analyst: User) -> None:
    where = at(round, "compare/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, {"signs": "alike", "signs-words": "Rota"})
    answer = write(signed_in(analyst), where, {"signs": "differs", "needs": "alike"}, opened)
    page = words(answer.content.decode())
    assert answer.status_code == 422
    assert "Somebody else has changed this since you opened the page: Retention lead." in page
    assert "What stands there now: Alike. Rota" in page
    assert {key: m.found for key, m in words_queries.marks_of(round).items()} == {"signs": "alike"}


def test_a_mark_taken_away_and_given_anew_is_another_one(round: Round, lead: User, analyst: User) -> None:
    words_actions.mark(round=round, given={"signs": Found("alike", "Old")}, by=lead)
    known = words_queries.marks_of(round)["signs"].known
    words_actions.mark(round=round, given={"signs": Found(known=known)}, by=lead)
    with pytest.raises(Quicker) as refused:
        words_actions.mark(round=round, given={"signs": Found("differs", known=known)}, by=analyst)
    assert refused.value.at == {"signs": "Somebody else has taken this away since you opened the page."}
    words_actions.mark(round=round, given={"signs": Found("alike", "New")}, by=lead)
    with pytest.raises(Quicker):
        words_actions.mark(round=round, given={"signs": Found("differs", known=known)}, by=analyst)
    assert words_queries.marks_of(round)["signs"].words == "New"


def test_there_is_no_mark_for_what_nobody_was_asked(round: Round, lead: User) -> None:
    with pytest.raises(KeyError):
        words_actions.mark(round=round, given={"weather": Found("alike")}, by=lead)


# All together


def test_actions_are_written_as_what_who_and_by_when(round: Round, lead: User) -> None:
    client, where = signed_in(lead), at(round, "together/")
    said = {
        "together_alike": "Time for each other",
        **an_action("new_1", "Rotas six weeks ahead", "Ward managers", IN_SPRING),
        **an_action("new_2", "Halve the form", "HR"),
    }
    assert write(client, where, said).status_code == 302
    found = words_queries.actions_of(round)
    assert [(a.what, a.who, a.by_when) for a in found] == [
        ("Rotas six weeks ahead", "Ward managers", IN_SPRING),
        ("Halve the form", "HR", None),
    ]
    page = words(client.get(where).content.decode())
    assert "Two actions. The first is due on 1 March 2099: Rotas six weeks ahead." in page
    assert "There are only 2 actions: the workshop is to end with three to five. Fewer than three is a talk." in page
    assert "Action 2 does not say by when." in page


def test_too_few_too_many_and_missing_parts_are_said_and_stop_nobody(round: Round, lead: User) -> None:
    promise(round, lead, *(f"Action {n}" for n in range(1, 7)))
    page = words(signed_in(lead).get(at(round)).content.decode())
    assert "There are 6 actions: the workshop is to end with three to five. With more, nobody begins." in page
    answer = signed_in(lead).post(at(round, "agree/"), an_action("x", "") | review_on(IN_SPRING.replace(year=2027)))
    assert answer.status_code == 302
    assert Round.objects.get(pk=round.pk).state == Round.AGREED


def review_on(day: dt.date) -> dict[str, str]:
    day = timezone.localdate() + dt.timedelta(days=200)
    return {"review_on-day": str(day.day), "review_on-month": str(day.month), "review_on-year": str(day.year)}


@pytest.mark.parametrize("number", [3, 4, 5])
def test_three_to_five_whole_actions_need_no_warning(number: int) -> None:
    one = words_queries.Action("together_actions_1", "Ask", "Chair", IN_SPRING, 1)
    assert words_presenters.warnings([one] * number) == []


def test_an_action_whose_day_has_gone_by_is_named() -> None:
    gone = words_queries.Action("together_actions_1", "Ask", "", dt.date(2025, 1, 2), 1)
    assert words_presenters.warnings([gone] * 3, on=dt.date(2025, 1, 3))[:2] == [
        "Action 1 does not say who does it.",
        "Action 1 was due on 2 January 2025, which has gone by.",
    ]
    assert not any("gone by" in said for said in words_presenters.warnings([gone] * 3, on=dt.date(2025, 1, 2)))


def test_two_who_add_an_action_at_once_have_added_two(round: Round, lead: User, analyst: User) -> None:
    where = at(round, "together/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, an_action("new_1", "Mine", "Chair", IN_SPRING))
    answer = write(signed_in(analyst), where, an_action("new_1", "Theirs", "HR", IN_SPRING), opened)
    assert answer.status_code == 302
    assert [a.what for a in words_queries.actions_of(round)] == ["Mine", "Theirs"]


def test_the_same_sent_twice_is_one_action(round: Round, lead: User) -> None:
    where, client = at(round, "together/"), signed_in(lead)
    opened = as_opened(client, where)
    for _ in range(2):
        write(client, where, an_action("new_1", "Ask staff", "Chair", IN_SPRING), opened)
    assert len(words_queries.actions_of(round)) == 1


def test_of_two_who_change_an_action_the_second_is_told(round: Round, lead: User, analyst: User) -> None:
    promise(round, lead, "First", "Other")
    where, row = at(round, "together/"), "together_actions_1"
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, an_action(row, "Changed", "Chair", IN_SPRING))
    said = {"together_apart": "The rota", **an_action(row, "Mine", "HR", IN_SPRING)}
    answer = write(signed_in(analyst), where, said, opened)
    page = words(answer.content.decode())
    assert answer.status_code == 422
    assert "Somebody else has changed this since you opened the page: Retention lead." in page
    assert "What stands there now: Changed; Chair; 1 March 2099" in page
    assert ">The rota</textarea>" in answer.content.decode()
    assert ">Mine</textarea>" in answer.content.decode()
    assert [a.what for a in words_queries.actions_of(round)] == ["Changed", "Other"]
    known = re.search(rf'name="{row}-known"[^>]*value="(\d+)"', answer.content.decode())
    assert known
    again = signed_in(analyst).post(where, {**opened, **said, f"{row}-known": known[1]})
    assert again.status_code == 302
    assert [a.what for a in words_queries.actions_of(round)] == ["Mine", "Other"]


def test_of_two_who_write_the_same_text_together_the_second_is_told_and_no_action_is_added(
    round: Round, lead: User, analyst: User
) -> None:
    where = at(round, "together/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, {"together_alike": "Time"})
    said = {"together_alike": "Money", **an_action("new_1", "Ask staff", "Chair", IN_SPRING)}
    answer = write(signed_in(analyst), where, said, opened)
    assert answer.status_code == 422
    assert "What stands there now: Time" in words(answer.content.decode())
    assert ">Ask staff</textarea>" in answer.content.decode()
    assert {a.item: a.note for a in round.answers.all()} == {"together_alike": "Time"}


def test_an_action_that_somebody_else_did_not_touch_stays_as_the_first_left_it(
    round: Round, lead: User, analyst: User
) -> None:
    promise(round, lead, "First", "Other")
    where = at(round, "together/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, an_action("together_actions_1", "Changed", "Chair", IN_SPRING))
    answer = write(signed_in(analyst), where, an_action("together_actions_2", "Also", "HR", IN_SPRING), opened)
    assert answer.status_code == 302
    assert [a.what for a in words_queries.actions_of(round)] == ["Changed", "Also"]


def test_an_action_is_taken_away_and_its_number_is_not_given_again(round: Round, lead: User, analyst: User) -> None:
    promise(round, lead, "First", "Other")
    where = at(round, "together/")
    opened = as_opened(signed_in(analyst), where)
    write(signed_in(lead), where, an_action("together_actions_2", ""))
    assert [a.what for a in words_queries.actions_of(round)] == ["First"]
    late = write(signed_in(analyst), where, an_action("together_actions_2", "Typed late", "HR"), opened)
    assert late.status_code == 422
    assert "Nothing stands there now." in words(late.content.decode())
    assert ">Typed late</textarea>" in late.content.decode()
    promise(round, lead, "New")
    assert {a.key: a.what for a in words_queries.actions_of(round)} == {
        "together_actions_1": "First",
        "together_actions_3": "New",
    }


def test_who_without_what_is_asked_about_and_kept(round: Round, lead: User) -> None:
    said = {"together_missing": "Nights", **an_action("new_2", "", "Chair"), **an_action("new_3", "Ask", "HR", None)}
    said |= {"new_3-by_when-day": "31", "new_3-by_when-month": "2", "new_3-by_when-year": "2099"}
    answer = write(signed_in(lead), at(round, "together/"), said)
    page = words(answer.content.decode())
    assert answer.status_code == 422
    assert "Say what is to be done in action 2, or empty all of it" in page
    assert "Action 3: by when must be a real date" in page
    assert ">Nights</textarea>" in answer.content.decode()
    assert not round.answers.exists()


def test_an_action_that_never_stood_is_not_written(round: Round, lead: User) -> None:
    with pytest.raises(KeyError):
        words_actions.write_together(
            round=round, texts={}, changed={"together_actions_9": Changed(Promised("x"), None)}, added=[], by=lead
        )
    answer = signed_in(lead).post(at(round, "together/"), an_action("together_actions_9", "Forged", "Chair"))
    assert answer.status_code == 302
    assert not round.answers.exists()


def test_what_was_found_alike_and_different_stands_where_it_is_written_up(round: Round, lead: User) -> None:
    given = {"signs": Found("alike", "The rota tells"), "needs": Found("differs", "Time or money")}
    words_actions.mark(round=round, given=given, by=lead)
    page = words(signed_in(lead).get(at(round, "together/")).content.decode())
    assert "You found alike: How you would know : The rota tells" in page
    assert "You found that you differ: What you need from the others : Time or money" in page


# Agreed


def test_it_is_agreed_with_a_day_to_look_again_and_there_is_a_record(round: Round, lead: User) -> None:
    promise(round, lead, "Ask staff", "Halve the form", "Rotas ahead")
    answer = signed_in(lead).post(at(round, "agree/"), review_on(IN_SPRING))
    assert answer.status_code == 302
    assert answer["Location"] == at(round, "record/")
    page = words(signed_in(lead).get(at(round, "record/")).content.decode())
    assert "What good retention looks like here" in page
    assert "Three actions. The first is due on 1 March 2099: Ask staff." in page
    assert "by Retention lead. We look again on" in page
    assert "Ask staff Post holder 1 March 2099" in page


def test_a_day_in_the_past_is_no_day_to_look_again(round: Round, lead: User) -> None:
    promise(round, lead, "Ask staff")
    answer = signed_in(lead).post(
        at(round, "agree/"), {"review_on-day": "1", "review_on-month": "1", "review_on-year": "2020"}
    )
    assert answer.status_code == 422
    assert "The next review lies in the future." in words(answer.content.decode())
    assert 'value="2020"' in answer.content.decode()


def test_before_anything_is_written_it_cannot_be_agreed(round: Round, lead: User) -> None:
    for page in ("", "agree/"):
        assert "Nothing has been written down yet." in words(signed_in(lead).get(at(round, page)).content.decode())
    answer = signed_in(lead).post(at(round, "agree/"), review_on(IN_SPRING))
    assert answer.status_code == 422
    assert "Nothing has been written down yet." in words(answer.content.decode())


def test_nothing_of_an_agreed_workshop_changes(round: Round, lead: User) -> None:
    promise(round, lead, "Ask staff")
    actions.agree(round=round, review_on=None, by=lead)
    with pytest.raises(NotAllowed) as refused:
        promise(round, lead, "Another")
    assert refused.value.wrong == AGREED
    with pytest.raises(NotAllowed) as refused:
        words_actions.mark(round=round, given={"signs": Found("alike")}, by=lead)
    assert refused.value.wrong == AGREED


# Who sees it


def test_while_it_is_open_only_those_who_take_part_see_it(here: System, round: Round) -> None:
    viewer = signed_in(somebody("Viewer", viewer=here.northmoor))
    elsewhere = signed_in(somebody("Other lead", retention_lead=here.southmoor))
    above = signed_in(somebody("System lead", ics_lead=here.icb))
    for page in ("", "compare/", "together/", "agree/", "record/", "sides/board/", "sides/board/sheet/"):
        for client in (viewer, elsewhere, above):
            assert client.get(at(round, page)).status_code == 404, page
            assert client.post(at(round, page)).status_code in (404, 405), page


def test_once_agreed_others_see_what_came_out_and_never_what_a_side_wrote(
    here: System, round: Round, lead: User
) -> None:
    said = {"staff_in_the_way": Written(Said(note="The night rota wears us down"))}
    actions.answer_several(round=round, written=said, by=lead)
    promise(round, lead, "Mend the rota")
    actions.agree(round=round, review_on=None, by=lead)
    viewer = signed_in(somebody("Viewer", viewer=here.northmoor))
    pages = [viewer.get(at(round, page)).content.decode() for page in ("", "record/")]
    assert all("Mend the rota" in page for page in pages)
    assert not any("wears us down" in page for page in pages)
    for page in ("sides/staff/", "compare/", "together/", "agree/"):
        assert viewer.get(at(round, page)).status_code == 404
    for page in ("topic/staff_in_the_way/", "agreed/", "done/", "done/paper/"):
        answer = viewer.get(at(round, f"../{page}").replace("words/../", ""), follow=True)
        assert "wears us down" not in answer.content.decode(), page
    assert "wears us down" in signed_in(lead).get(at(round, "record/")).content.decode()


def test_who_takes_part_and_does_not_lead_reads_why_they_do_not_agree_it(round: Round, analyst: User) -> None:
    reason = (
        "Your role here (HR analyst) does not let you start an assessment, write down what was agreed, and release it."
    )
    for page in ("", "together/"):
        assert reason in words(signed_in(analyst).get(at(round, page)).content.decode())
    assert signed_in(analyst).get(at(round, "agree/")).status_code == 404
    assert signed_in(analyst).post(at(round, "agree/"), review_on(IN_SPRING)).status_code == 404


def test_who_takes_no_part_writes_nothing(here: System, round: Round) -> None:
    viewer = somebody("Viewer", viewer=here.northmoor)
    with pytest.raises(NotAllowed) as refused:
        words_actions.mark(round=round, given={"signs": Found("alike")}, by=viewer)
    assert refused.value.wrong == "Your role here (Viewer) does not let you say how good the practice of the place is."
    with pytest.raises(NotAllowed):
        promise(round, viewer, "Mine")
    assert not Answer.objects.exists()


def test_another_assessment_has_no_workshop(here: System, lead: User) -> None:
    light = actions.start(place=here.northmoor, of=assessment("retention_traffic_light"), by=lead)
    for page in ("", "compare/", "together/", "agree/", "record/", "sides/board/"):
        assert signed_in(lead).get(at(light, page)).status_code == 404
    assert signed_in(lead).get(at(light).replace("rx1", "surgery")).status_code == 404


def test_there_is_no_page_for_a_side_that_is_none(round: Round, lead: User) -> None:
    for side in ("together", "nobody"):
        assert signed_in(lead).get(at(round, f"sides/{side}/")).status_code == 404
        assert signed_in(lead).get(at(round, f"sides/{side}/sheet/")).status_code == 404


def test_its_items_have_no_page_of_a_topic(round: Round, lead: User) -> None:
    item = round.content.items[0].key
    assert signed_in(lead).get(f"/{round.place.slug}/practice/rounds/{round.pk}/topic/{item}/").status_code == 404
