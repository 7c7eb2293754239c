"""How far are we with a list? Filled in together in one go, begun with what another says, and taken away whole."""

from __future__ import annotations

import csv
import datetime as dt
import html
import io
import re
from typing import Any

import openpyxl
import pytest
from cast import START, System, somebody
from cast import system as cast_system
from django.test import Client
from django.utils import timezone

from keepwell.content.assessments import assessment
from keepwell.content.general_practice import CHECKLIST, cycle
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, list_actions
from keepwell.web.assessments.actions import Said, Written
from keepwell.web.assessments.list_forms import FURTHEST
from keepwell.web.assessments.list_presenters import HEADINGS, is_late, next_in_words
from keepwell.web.assessments.list_queries import Progress, copied_from, progress_of
from keepwell.web.assessments.list_rules import cannot_hand_down_to
from keepwell.web.assessments.models import Answer, Round, Shown
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import chain_end
from keepwell.web.evidence.models import Citation
from keepwell.web.exports.contents import RUN_BY_SPREADSHEETS
from keepwell.web.nhsuk.words import day
from keepwell.web.places.actions import add_place
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

CHECKS = assessment(CHECKLIST)
FIRST, SECOND = CHECKS.items[:2]
DUE = timezone.localdate() + dt.timedelta(days=30)


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def manager(here: System) -> User:
    return somebody("Practice manager", practice_manager=here.practice)


@pytest.fixture
def clinical_lead(here: System) -> User:
    return somebody("Clinical lead", gp_clinical_lead=here.network)


@pytest.fixture
def open_list(here: System, manager: User) -> Round:
    return actions.start(place=here.practice, of=CHECKS, by=manager)


@pytest.fixture
def networks(here: System, clinical_lead: User) -> Round:
    """The network's checklist, agreed on, with two answers."""
    return agreed_at(here.network, clinical_lead)


def of_both(here: System) -> User:
    """Somebody with a role at the practice and another at its network."""
    user = somebody("Both", practice_manager=here.practice, gp_clinical_lead=here.network)
    return User.objects.get(pk=user.pk)


def agreed_at(place: Place, by: User) -> Round:
    round = actions.start(place=place, of=CHECKS, by=by)
    said = {FIRST.key: Said("done", "Both sums are listed.", "Jo Hart", DUE), SECOND.key: Said("under_way")}
    actions.answer_several(round=round, written={key: Written(one) for key, one in said.items()}, by=by)
    return actions.agree(round=round, review_on=None, by=by)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def at(round: Round, more: str = "") -> str:
    return f"/{round.place.slug}/practice/rounds/{round.pk}/done/{more}"


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def sent(page: str) -> dict[str, str]:
    """What a browser would send of the page's form, nothing changed."""
    form = page.partition('done/save/"')[2].partition("</form>")[0]
    assert form
    found: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        got = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if got.get("type") == "radio" and " checked" not in tag:
            continue
        if "name" in got and got["name"] != "csrfmiddlewaretoken":
            found[got["name"]] = got.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', form):
        found[name] = text
    return {name: html.unescape(value) for name, value in found.items()}


def typed(client: Client, round: Round, **changes: Any) -> dict[str, str]:
    """The page as it is, with some fields filled in: `first_owner` is the owner of the first check."""
    data = sent(client.get(at(round)).content.decode())
    for name, value in changes.items():
        which, _, part = name.partition("_")
        key = {"first": FIRST, "second": SECOND}[which].key
        if part == "due":
            data |= {f"{key}-due-day": value.day, f"{key}-due-month": value.month, f"{key}-due-year": value.year}
        else:
            data[f"{key}-{part}" if part else key] = value
    return data


# Filled in


def test_a_whole_list_is_saved_in_one_go_and_says_what_comes_next(open_list: Round, manager: User) -> None:
    client = signed_in(manager)
    page = words(client.get(at(open_list)).content.decode())
    assert "0 of 22 checks done. Next: name a clinical lead, and give somebody time to run it." in page
    data = typed(client, open_list, first="done", first_owner="Jo Hart", first_due=DUE, first_note="Both sums.")
    data = data | {item.key: "under_way" for item in CHECKS.items[1:]}
    response = client.post(at(open_list, "save/"), data)
    assert response.status_code == 302
    assert open_list.answers.count() == 22
    first = open_list.answers.get(item=FIRST.key)
    assert (first.rating, first.owner, first.due_on, first.note) == ("done", "Jo Hart", DUE, "Both sums.")
    page = words(client.get(at(open_list)).content.decode())
    assert "1 of 22 checks done. Next: finish what is under way: a clinical lead with a name." in page
    assert f"Jo Hart, due {day(DUE)}, a note" in page


def test_what_nobody_touched_is_not_written(open_list: Round, manager: User) -> None:
    client = signed_in(manager)
    client.post(at(open_list, "save/"), typed(client, open_list, first="done"))
    client.post(at(open_list, "save/"), typed(client, open_list))
    assert [(one.item, one.version) for one in open_list.answers.all()] == [(FIRST.key, 1)]


def test_the_button_of_a_group_leads_to_the_next_group(open_list: Round, manager: User) -> None:
    client = signed_in(manager)
    data = typed(client, open_list, first="done") | {"after": CHECKS.groups[0].key}
    assert client.post(at(open_list, "save/"), data)["Location"].endswith(f"#{CHECKS.groups[1].key}")


def test_the_next_sentence_follows_what_is_done() -> None:
    def said(**ratings: str) -> str:
        return next_in_words(Progress(CHECKS, {key: Answer(item=key, rating=it) for key, it in ratings.items()}))

    assert said() == cycle()[0].next_sentence
    assert said(clinical_lead="done") == "Next: list the money and share it out by a stated rule of need."
    first_step = {item.key: "done" for item in CHECKS.groups[0].items}
    assert said(**first_step) == cycle()[1].next_sentence == "Next: ask your GPs what would make them stay."
    assert (
        said(**first_step | {"funding_used": "under_way"}) == "Next: finish what is under way: how the money is used."
    )
    everything = {item.key: "done" for item in CHECKS.items}
    assert said(**everything) == "Next: agree on it, and say when you look again."
    exits = assessment("exit_planning_list")
    assert next_in_words(Progress(exits, {})) == "Next: know your own process."


def test_somebody_quicker_is_named_nothing_is_saved_and_all_that_was_typed_is_kept(
    here: System, open_list: Round, manager: User
) -> None:
    partner = somebody("Partner", gp_clinical_lead=here.practice)
    one, other = signed_in(manager), signed_in(partner)
    theirs, ours = typed(other, open_list, first="done", first_owner="Kim Lee"), typed(one, open_list, first="not_yet")
    ours |= {SECOND.key: "under_way", f"{SECOND.key}-note": "Asked <both> of them"}
    assert other.post(at(open_list, "save/"), theirs).status_code == 302
    response = one.post(at(open_list, "save/"), ours)
    page = response.content.decode()
    assert response.status_code == 422
    assert [answer.item for answer in open_list.answers.all()] == [FIRST.key]
    assert "Somebody else has changed this since you opened the page: Partner." in words(page)
    assert "What stands there now: Done. Kim Lee." in words(page)
    assert f'href="#id_{FIRST.key}"' in page
    assert "Asked &lt;both&gt; of them" in page
    again = sent(page)
    assert (again[FIRST.key], again[SECOND.key]) == ("not_yet", "under_way")
    assert one.post(at(open_list, "save/"), again).status_code == 302
    assert open_list.answers.get(item=FIRST.key).rating == "not_yet"
    assert open_list.answers.get(item=SECOND.key).note == "Asked <both> of them"


def test_two_who_write_of_different_checks_do_not_undo_each_other(
    here: System, open_list: Round, manager: User
) -> None:
    partner = somebody("Partner", gp_clinical_lead=here.practice)
    one, other = signed_in(manager), signed_in(partner)
    theirs, ours = typed(other, open_list, first="done"), typed(one, open_list, second="under_way")
    assert other.post(at(open_list, "save/"), theirs).status_code == 302
    assert one.post(at(open_list, "save/"), ours).status_code == 302
    assert {a.item: a.rating for a in open_list.answers.all()} == {FIRST.key: "done", SECOND.key: "under_way"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"-owner": "x" * 121}, "must be 120 characters or fewer"),
        ({"-note": "x" * 4001}, "must be 4000 characters or fewer"),
        ({"-due-day": "31", "-due-month": "2", "-due-year": "2027"}, "must be a real date"),
        ({"-due-day": "3", "-due-month": "", "-due-year": "2027"}, "must include a month"),
        ({"-due-day": "3", "-due-month": "5", "-due-year": "2207"}, "must be within ten years of today"),
        ({"": "finished"}, "Select one of the answers shown"),
        ({"-known": "x"}, "must be a whole number"),
    ],
)
def test_bad_input_is_told_beside_the_field_and_kept(
    open_list: Round, manager: User, wrong: dict[str, str], said: str
) -> None:
    client = signed_in(manager)
    data = typed(client, open_list, second="done", second_note="Kept as typed")
    data |= {FIRST.key: "done"} | {f"{FIRST.key}{part}": value for part, value in wrong.items()}
    response = client.post(at(open_list, "save/"), data)
    page = response.content.decode()
    assert response.status_code == 422
    assert said in words(page)
    assert "Kept as typed" in page
    assert all(f'value="{value}"' in page or f">{value}<" in page for part, value in wrong.items() if part and value)
    assert not open_list.answers.exists()


def test_what_is_folded_opens_where_something_is_wrong_with_it(open_list: Round, manager: User) -> None:
    client = signed_in(manager)
    data = typed(client, open_list, first_owner="x" * 121)
    page = client.post(at(open_list, "save/"), data).content.decode()
    assert page.count('<details class="nhsuk-details" open>') == 1


def test_a_day_far_away_is_measured_from_today() -> None:
    assert dt.timedelta(days=3650) < FURTHEST < dt.timedelta(days=3670)


def test_a_day_that_has_passed_is_said_only_of_what_is_not_done(open_list: Round, manager: User) -> None:
    today = timezone.localdate()
    yesterday = today - dt.timedelta(days=1)
    assert is_late(Answer(due_on=yesterday, rating="under_way"))
    assert not is_late(Answer(due_on=today, rating="under_way"))
    assert not is_late(Answer(due_on=yesterday, rating="done"))
    assert not is_late(None)
    actions.answer(round=open_list, item=FIRST.key, said=Said("not_yet", due_on=yesterday), known=None, by=manager)
    page = words(signed_in(manager).get(at(open_list)).content.decode())
    assert f"The day has passed for: {FIRST.title}." in page


def test_evidence_is_counted_and_leads_to_the_page_of_the_check(open_list: Round, manager: User) -> None:
    for label in ("Minutes of the board", "A letter"):
        Citation.objects.create(
            subject=f"assessments.round/{open_list.pk}/{FIRST.key}",
            place=open_list.place,
            kind=Citation.DOCUMENT,
            label=label,
            cited_by=manager,
        )
    Citation.objects.create(
        subject=f"assessments.round/{open_list.pk}/{FIRST.key}",
        place=open_list.place,
        kind=Citation.NOTE,
        label="Taken away",
        cited_by=manager,
        removed_by=manager,
        removed_at=timezone.now(),
    )
    page = signed_in(manager).get(at(open_list)).content.decode()
    assert "Evidence: 2 pieces of evidence" in page
    assert f'href="/{open_list.place.slug}/practice/rounds/{open_list.pk}/topic/{FIRST.key}/#evidence"' in page
    assert "A letter" in signed_in(manager).get(at(open_list, "paper/")).content.decode()
    assert "Taken away" not in signed_in(manager).get(at(open_list, "paper/")).content.decode()


def test_the_exit_planning_list_is_the_same_page_at_a_trust(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    round = actions.start(place=here.northmoor, of=assessment("exit_planning_list"), by=lead)
    page = words(signed_in(lead).get(at(round)).content.decode())
    assert "0 of 14 checks done. Next: know your own process." in page


# Who may


def test_who_does_not_take_part_gets_the_page_of_what_does_not_exist(
    here: System, open_list: Round, clinical_lead: User
) -> None:
    above = somebody("ICS lead", ics_lead=here.icb)
    viewer = somebody("Viewer", viewer=here.practice)
    for user in (clinical_lead, above, viewer):
        for more in ("", "save/", "copy/", "paper/", "agree/", "share/", "download/csv/"):
            assert signed_in(user).get(at(open_list, more)).status_code == 404, (user.name, more)
        assert signed_in(user).post(at(open_list, "save/"), {}).status_code == 404
    assert not open_list.answers.exists()


def test_a_round_that_is_rated_apart_is_no_list(here: System) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    round = actions.start(place=here.northmoor, of=assessment("retention_traffic_light"), by=lead)
    assert signed_in(lead).get(at(round)).status_code == 404
    assert signed_in(lead).post(at(round, "save/"), {}).status_code == 404


def test_agreed_it_is_read_and_nothing_is_written_any_more(open_list: Round, manager: User, here: System) -> None:
    client = signed_in(manager)
    late = typed(client, open_list, first="done", first_note="Typed while it was open")
    actions.answer(round=open_list, item=SECOND.key, said=Said("done"), known=None, by=manager)
    review = timezone.localdate() + dt.timedelta(days=90)
    day_typed = {"review_on-day": review.day, "review_on-month": review.month, "review_on-year": review.year}
    assert "21 without an answer" in words(client.get(at(open_list, "agree/")).content.decode())
    assert client.post(at(open_list, "agree/"), day_typed).status_code == 302
    page = words(client.get(at(open_list)).content.decode())
    assert f"1 of 22 checks done. Agreed on {day(timezone.localdate())} by Practice manager." in page
    response = client.post(at(open_list, "save/"), late)
    assert response.status_code == 422
    assert "This has been agreed, and does not change any more. Start a new round." in words(response.content.decode())
    assert "Typed while it was open" in response.content.decode()
    viewer = somebody("Viewer", viewer=here.practice)
    assert signed_in(viewer).get(at(open_list)).status_code == 200


def test_a_review_in_the_past_is_refused_and_kept(open_list: Round, manager: User) -> None:
    client = signed_in(manager)
    actions.answer(round=open_list, item=FIRST.key, said=Said("done"), known=None, by=manager)
    data = {"review_on-day": "3", "review_on-month": "5", "review_on-year": "2021"}
    response = client.post(at(open_list, "agree/"), data)
    assert response.status_code == 422
    assert "The next review lies in the future." in words(response.content.decode())
    assert 'value="2021"' in response.content.decode()


# Begin with what another says


def test_a_practice_begins_with_what_its_network_shared(
    here: System, open_list: Round, networks: Round, manager: User, clinical_lead: User
) -> None:
    client = signed_in(manager)
    assert "There is no list to begin with." in words(client.get(at(open_list, "copy/")).content.decode())
    list_actions.share_down(round=networks, to=[here.practice], by=clinical_lead)
    assert "those of Fell Network" in client.get(at(open_list)).content.decode()
    page = client.get(at(open_list, "copy/")).content.decode()
    today = day(timezone.localdate())
    assert f"Fell Network, agreed on {today}: 2 answers that you can take over." in words(page)
    assert f"Done. Jo Hart. Due {day(DUE)}. Both sums are listed." in words(page)
    offered = re.findall(r'name="items"[^>]*value="([^"]+)"', page)
    assert offered == [f"{FIRST.key}:1", f"{SECOND.key}:1"]
    response = client.post(f"{at(open_list, 'copy/')}?from={networks.pk}", {"items": offered[:1]})
    assert response.status_code == 302
    (copied,) = open_list.answers.all()
    assert (copied.rating, copied.owner, copied.due_on) == ("done", "Jo Hart", DUE)
    assert copied.copied_from.round == networks
    assert "Copied from Fell Network." in words(client.get(at(open_list)).content.decode())


def test_what_is_written_here_stays(here: System, open_list: Round, networks: Round, manager: User) -> None:
    both = of_both(here)
    actions.answer(round=open_list, item=FIRST.key, said=Said("not_yet", "Ours"), known=None, by=manager)
    page = words(signed_in(both).get(at(open_list, "copy/")).content.decode())
    assert "1 answer that you can take over" in page
    assert "1 more is left out: you have written there yourselves" in page
    list_actions.copy(round=open_list, of=networks, items={FIRST.key: 1, SECOND.key: 1}, by=both)
    assert open_list.answers.get(item=FIRST.key).note == "Ours"


def test_a_new_list_begins_with_the_one_before(here: System, manager: User) -> None:
    before = agreed_at(here.practice, manager)
    now = actions.start(place=here.practice, of=CHECKS, by=manager)
    assert copied_from(manager, now) == [before]
    client = signed_in(manager)
    assert "Your own list before" in client.get(at(now, "copy/")).content.decode()
    client.post(f"{at(now, 'copy/')}?from={before.pk}", {"items": [f"{FIRST.key}:1", f"{SECOND.key}:1"]})
    assert progress_of(now).done == 1
    assert "Copied from the list before" in words(client.get(at(now)).content.decode())


def test_nothing_is_copied_that_is_not_shared_or_seen_anyway(
    here: System, open_list: Round, networks: Round, manager: User, clinical_lead: User
) -> None:
    assert copied_from(manager, open_list) == []
    with pytest.raises(NotAllowed) as refused:
        list_actions.copy(round=open_list, of=networks, items={FIRST.key: 1}, by=manager)
    assert refused.value.wrong == "This is not yours to see."
    (shown,) = list_actions.share_down(round=networks, to=[here.practice], by=clinical_lead)
    assert copied_from(manager, open_list) == [networks]
    list_actions.take_back(shown=shown, by=clinical_lead)
    assert copied_from(manager, open_list) == []
    data = {"items": [f"{FIRST.key}:1"]}
    assert signed_in(manager).post(f"{at(open_list, 'copy/')}?from={networks.pk}", data).status_code == 404
    assert not open_list.answers.exists()


def test_a_sibling_practice_and_another_list_are_nothing_to_copy_from(
    here: System, open_list: Round, manager: User
) -> None:
    other = add_place(name="Dale Surgery", kind="practice", parent=here.network, start=START, code="A99002")
    both = somebody("Both", practice_manager=other)
    theirs = agreed_at(other, both)
    trusted = somebody("Of both", practice_manager=here.practice, gp_clinical_lead=other)
    with pytest.raises(NotAllowed) as refused:
        list_actions.copy(round=open_list, of=theirs, items={FIRST.key: 1}, by=trusted)
    assert refused.value.wrong == "Fell Surgery does not lie in Dale Surgery."
    exits = actions.start(place=here.practice, of=assessment("exit_planning_list"), by=manager)
    with pytest.raises(NotAllowed) as refused:
        list_actions.copy(round=open_list, of=exits, items={FIRST.key: 1}, by=manager)
    assert refused.value.wrong == "That is another list."


def test_an_answer_that_changed_since_it_was_shown_is_not_copied(here: System, open_list: Round) -> None:
    both = of_both(here)
    theirs = actions.start(place=here.network, of=CHECKS, by=both)
    actions.answer(round=theirs, item=FIRST.key, said=Said("done"), known=None, by=both)
    actions.answer(round=theirs, item=FIRST.key, said=Said("not_yet"), known=1, by=both)
    with pytest.raises(NotAllowed) as refused:
        list_actions.copy(round=open_list, of=theirs, items={FIRST.key: 1}, by=both)
    assert "Somebody else has changed this since you opened the page" in refused.value.wrong
    response = signed_in(both).post(f"{at(open_list, 'copy/')}?from={theirs.pk}", {"items": [f"{FIRST.key}:1"]})
    assert response.status_code == 422
    assert "What is offered has changed since you opened the page" in words(response.content.decode())
    nothing = signed_in(both).post(f"{at(open_list, 'copy/')}?from={theirs.pk}", {})
    assert "Tick at least one" in words(nothing.content.decode())
    assert not open_list.answers.exists()


# Handed down


def test_a_network_shares_with_all_its_practices_and_the_register_knows(
    here: System, networks: Round, clinical_lead: User, manager: User
) -> None:
    other = add_place(name="Dale Surgery", kind="practice", parent=here.network, start=START, code="A99002")
    before = chain_end().count
    client = signed_in(clinical_lead)
    assert "All 2 general practices" in client.get(at(networks, "share/")).content.decode()
    assert client.post(at(networks, "share/"), {"whom": "all practice"}).status_code == 302
    assert {shown.to for shown in Shown.objects.filter(round=networks)} == {here.practice, other}
    (event,) = AccessEvent.objects.filter(number__gt=before, kind="released")
    assert event.what == "Release downward"
    assert event.about == "General practice retention checklist to Dale Surgery, Fell Surgery, with notes"
    shown = Shown.objects.get(round=networks, to=here.practice)
    page = words(signed_in(manager).get(f"/{here.practice.slug}/practice/handed/{shown.pk}/").content.decode())
    assert "Fell Network shares this with Fell Surgery, by Clinical lead" in page
    assert "Both sums are listed." in page
    assert signed_in(manager).get(at(networks)).status_code == 404


def test_only_those_ticked_see_it(here: System, networks: Round, clinical_lead: User, manager: User) -> None:
    other = add_place(name="Dale Surgery", kind="practice", parent=here.network, start=START, code="A99002")
    client = signed_in(clinical_lead)
    nothing = client.post(at(networks, "share/"), {"whom": "these"})
    assert "Select at least one answer: Which?" in words(nothing.content.decode())
    client.post(at(networks, "share/"), {"whom": "these", "these": [other.slug]})
    (shown,) = Shown.objects.filter(round=networks)
    assert shown.to == other
    assert signed_in(manager).get(f"/{here.practice.slug}/practice/handed/{shown.pk}/").status_code == 404
    assert signed_in(manager).get(f"/{other.slug}/practice/handed/{shown.pk}/").status_code == 404


def test_sharing_ends_and_what_was_copied_stays(
    here: System, open_list: Round, networks: Round, clinical_lead: User, manager: User
) -> None:
    (shown,) = list_actions.share_down(round=networks, to=[here.practice], by=clinical_lead)
    list_actions.copy(round=open_list, of=networks, items={FIRST.key: 1}, by=manager)
    assert signed_in(manager).post(at(networks, f"share/{shown.pk}/end/")).status_code == 404
    assert signed_in(clinical_lead).post(at(networks, f"share/{shown.pk}/end/")).status_code == 302
    assert signed_in(manager).get(f"/{here.practice.slug}/practice/handed/{shown.pk}/").status_code == 404
    assert open_list.answers.get().owner == "Jo Hart"
    with pytest.raises(NotAllowed) as refused:
        list_actions.take_back(shown=shown, by=clinical_lead)
    assert refused.value.wrong == "This was withdrawn already."


def test_each_reason_not_to_share(here: System, networks: Round, clinical_lead: User, manager: User) -> None:
    def why(round: Round, to: Place, by: User = clinical_lead) -> str | None:
        return cannot_hand_down_to(by, round, to)

    assert why(networks, here.practice) is None
    assert why(networks, here.icb) == "Moorland does not lie in Fell Network: a list is shared downward."
    assert why(networks, here.network) == "Fell Network does not lie in Fell Network: a list is shared downward."
    assert why(networks, here.southmoor) == "Southmoor Trust does not lie in Fell Network: a list is shared downward."
    assert why(networks, here.practice, manager) == "This is not yours to see."
    viewer = somebody("Viewer", viewer=here.network)
    assert "does not let you start an assessment" in str(why(networks, here.practice, viewer))
    icbs = agreed_at(here.icb, somebody("ICS lead", ics_lead=here.icb))
    of_icb = User.objects.get(name="ICS lead")
    assert why(icbs, here.northmoor, of_icb) == ("General practice retention checklist is not made for a trust.")
    assert why(icbs, here.practice, of_icb) is None
    open_round = actions.start(place=here.network, of=CHECKS, by=clinical_lead)
    assert why(open_round, here.practice) == "Only what has been agreed is shared: nobody below sees a draft."
    apart = Round(place=here.network, assessment="retention_traffic_light", state=Round.AGREED)
    assert str(why(apart, here.practice)).startswith("Only a list of things to do is shared downward")
    list_actions.share_down(round=networks, to=[here.practice], by=clinical_lead)
    assert why(networks, here.practice) == "Fell Surgery sees this already."
    here.practice.closed = timezone.localdate()
    assert why(networks, here.practice) == "Fell Surgery has closed."


def test_all_or_none_are_shared_with(here: System, networks: Round, clinical_lead: User) -> None:
    with pytest.raises(NotAllowed):
        list_actions.share_down(round=networks, to=[here.practice, here.icb], by=clinical_lead)
    assert not Shown.objects.exists()
    with pytest.raises(NotAllowed) as refused:
        list_actions.share_down(round=networks, to=[], by=clinical_lead)
    assert refused.value.wrong == "Choose who will see it."


def test_what_was_released_upward_is_not_taken_back_here(here: System, networks: Round, clinical_lead: User) -> None:
    shown = Shown.objects.create(round=networks, to=here.icb, released_by=clinical_lead)
    with pytest.raises(NotAllowed) as refused:
        list_actions.take_back(shown=shown, by=clinical_lead)
    assert refused.value.wrong == "This was released upward."
    above = somebody("ICS lead", ics_lead=here.icb)
    assert signed_in(above).get(f"/{here.icb.slug}/practice/handed/{shown.pk}/").status_code == 404


# Taken away


def test_it_leaves_as_csv_and_xlsx_with_its_sources_and_the_register_knows(
    here: System, networks: Round, clinical_lead: User
) -> None:
    Citation.objects.create(
        subject=f"assessments.round/{networks.pk}/{FIRST.key}",
        place=here.network,
        kind=Citation.DOCUMENT,
        label="Minutes of the board",
        cited_by=clinical_lead,
    )
    before = chain_end().count
    client = signed_in(clinical_lead)
    response = client.get(at(networks, "download/csv/"))
    assert "attachment" in response["Content-Disposition"]
    lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert tuple(lines[0]) == HEADINGS
    assert lines[1][0] == "Creating capacity for change"
    assert lines[1][1] == f"{FIRST.title}: {FIRST.statement}"
    assert lines[1][2:8] == ["Done", "Jo Hart", str(DUE), "Both sums are listed.", "Minutes of the board", ""]
    assert lines[1][8] == str(FIRST.source)
    assert [line[2] for line in lines[1:23]].count("No answer yet") == 20
    about = [line[0] for line in lines[23:] if line]
    assert about[0] == "General practice retention checklist"
    assert about[1] == "Fell Network"
    assert f"1 of 22 checks done. Agreed on {day(timezone.localdate())} by Clinical lead." in about
    book = openpyxl.load_workbook(io.BytesIO(client.get(at(networks, "download/xlsx/")).content))
    assert book.sheetnames == ["About", "List"]
    rows = list(book["List"].iter_rows(values_only=True))
    assert (rows[0], len(rows)) == (HEADINGS, 23)
    assert rows[1][4].date() == DUE
    assert "Fell Network" in [row[0] for row in book["About"].iter_rows(values_only=True)]
    events = list(AccessEvent.objects.filter(number__gt=before, kind="exported").order_by("number"))
    assert [(e.what, e.about, e.place_name) for e in events] == [
        ("General practice retention checklist", "CSV", "Fell Network"),
        ("General practice retention checklist", "XLSX", "Fell Network"),
    ]
    assert client.get(at(networks, "download/pdf/")).status_code == 404


def test_what_somebody_typed_is_never_run_by_a_spreadsheet(open_list: Round, manager: User) -> None:
    said = Said("done", '=HYPERLINK("http://evil","x")', "@Jo")
    actions.answer(round=open_list, item=FIRST.key, said=said, known=None, by=manager)
    client = signed_in(manager)
    text = client.get(at(open_list, "download/csv/")).content.decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(text)) for cell in line]
    assert not [cell for cell in cells if cell.startswith(RUN_BY_SPREADSHEETS)]
    assert "Not agreed yet: as it stands on" in text
    book = openpyxl.load_workbook(io.BytesIO(client.get(at(open_list, "download/xlsx/")).content))
    cell = book["List"]["F2"]
    assert (cell.value, cell.data_type) == ('=HYPERLINK("http://evil","x")', "s")


def test_an_agreed_list_is_taken_by_whoever_sees_it_and_a_draft_only_by_who_takes_part(
    here: System, manager: User
) -> None:
    viewer = signed_in(somebody("Viewer", viewer=here.practice))
    round = agreed_at(here.practice, manager)
    assert viewer.get(at(round, "download/csv/")).status_code == 200
    now = actions.start(place=here.practice, of=CHECKS, by=manager)
    assert viewer.get(at(now, "download/csv/")).status_code == 404
