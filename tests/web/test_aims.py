"""How far is a place with the goals and must-dos of keeping GPs, and does each stand there with its source?"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from auditlog.models import LogEntry
from cast import System, somebody
from cast import system as cast_system
from django.test import Client

from keepwell.content.general_practice import goals, must_dos, offers
from keepwell.web.accounts.models import User
from keepwell.web.assessments import aim_actions, aim_rules
from keepwell.web.assessments.aim_actions import HowFar
from keepwell.web.assessments.aim_presenters import WITH_CARE, aims_in_words
from keepwell.web.assessments.aim_queries import followed, followed_by, must_dos_without
from keepwell.web.assessments.models import Aim
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

AIMS = "/a99001/gp/aims/"
NEW = {"kind": "goal", "level": "system", "title": "Everybody has a GP to talk to", "note": ""}
QUICKER = "Somebody else has changed this since you opened the page: Practice manager."
WORDS_OF = {"not_yet": "Not yet", "under_way": "Under way", "done": "Done"}


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def manager(here: System) -> User:
    return somebody("Practice manager", practice_manager=here.practice)


@pytest.fixture
def surveyor(here: System) -> User:
    """Somebody who may rate, and not lead."""
    return somebody("Survey lead", survey_lead=here.practice)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(response: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def answer_of(response: Any) -> str:
    """The first sentence of a page."""
    found = re.search(r'keepwell-answer">(.*?)</p>', response.content.decode(), re.DOTALL)
    assert found
    return unescape(found[1])


def about(response: Any, item: str) -> str:
    """What the page says of one goal or must-do."""
    found = re.search(rf'<div id="{item}">.*?(?=<div id="|<h2|</main>)', response.content.decode(), re.DOTALL)
    assert found, item
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", found[0])).split())


def write(place: Place, by: User, key: str, state: str, kind: str = "must_do", known: int | None = None) -> Aim:
    return aim_actions.write_aim(place=place, kind=kind, key=key, told=HowFar(state), known=known, by=by)


def add(place: Place, by: User, title: str = "A room to rest", kind: str = "goal", level: Any = "system") -> Aim:
    return aim_actions.add_aim(place=place, kind=kind, level=level, title=title, by=by)


# What stands there


def test_every_goal_must_do_and_national_offer_stands_there_with_its_source(here: System, manager: User) -> None:
    page = signed_in(manager).get(AIMS)
    assert (len(goals()), len(must_dos()), len(offers().offers)) == (16, 22, 26)
    assert answer_of(page) == "Nothing is under way yet of 22 must-dos."
    for thing in (*goals(), *must_dos()):
        said = about(page, thing.key)
        assert said.startswith(f"{thing.title} – Not yet"), thing.key
        assert thing.text in said
        assert str(thing.source)[1:] in said  # it begins with a capital there
    text = words(page)
    for offer in offers().offers:
        assert offer.title in text
        assert offer.gives in text
        assert offer.contact in text
        assert offer.address in text
        assert str(offer.source)[1:] in text
    assert text.count("May have changed since 2019") == sum(offer.may_have_changed for offer in offers().offers)
    unsaid = sum(not offer.contact and not offer.address for offer in offers().offers)
    assert text.count("How to refer: the guide does not say.") == unsaid > 0
    assert offers().note.text in text


def test_each_has_one_name_in_addresses(here: System, manager: User) -> None:
    names = [one.item for one in followed(here.practice)]
    assert len(set(names)) == len(names) == 38
    assert "add" not in names
    client = signed_in(manager)
    assert {client.get(f"{AIMS}{name}/").status_code for name in names} == {200}
    for nothing in ("nothing", "0", "99999999999999999999", "national_coaching"):
        assert client.get(f"{AIMS}{nothing}/").status_code == 404


def test_the_first_sentence_counts_what_has_begun_and_what_is_ones_own(here: System, manager: User) -> None:
    for at, thing in enumerate(must_dos()[:14]):
        write(here.practice, manager, thing.key, "done" if at < 2 else "under_way")
    write(here.practice, manager, must_dos()[14].key, "not_yet")
    write(here.practice, manager, goals()[0].key, "done", kind="goal")
    for title in ("One", "Two", "Three"):
        add(here.practice, manager, title)
    page = signed_in(manager).get(AIMS)
    assert answer_of(page) == "14 of 22 must-dos have something under way, 2 of them done; 3 goals of your own."
    add(here.practice, manager, "Four", kind="must_do")
    ended = add(here.practice, manager, "Five", kind="must_do")
    aim_actions.end_aim(aim=ended, known=1, by=manager)
    assert aims_in_words(followed(here.practice)).endswith("; 1 must-do of your own and 3 goals of your own.")
    parts = re.findall(r"\d+ of \d+ must-dos? ha\w+ something under way|nothing is under way yet of", words(page))
    assert parts == [
        "14 of 22 must-dos have something under way",
        "11 of 11 must-dos have something under way",
        "3 of 6 must-dos have something under way",
        "nothing is under way yet of",
    ]


@pytest.mark.parametrize(
    ("states", "sentence"),
    [
        ([], "Nothing is under way yet of 22 must-dos."),
        (["under_way"], "1 of 22 must-dos has something under way."),
        (["under_way", "done"], "2 of 22 must-dos have something under way, 1 of them done."),
    ],
)
def test_the_first_sentence_in_every_case(here: System, manager: User, states: list[str], sentence: str) -> None:
    for thing, state in zip(must_dos(), states, strict=False):
        write(here.practice, manager, thing.key, state)
    assert aims_in_words(followed(here.practice)) == sentence


def test_must_dos_without_anything_are_those_that_have_not_begun_here(here: System, manager: User) -> None:
    lead = somebody("Clinical lead", gp_clinical_lead=here.network)
    assert must_dos_without(here.practice) == must_dos()
    write(here.practice, manager, "coaching", "under_way")
    write(here.practice, manager, "mentoring", "not_yet")
    write(here.network, lead, "peer_networks", "done")
    add(here.practice, manager, "Ours", kind="must_do")
    assert must_dos_without(here.practice) == tuple(one for one in must_dos() if one.key != "coaching")
    assert must_dos_without(here.network) == tuple(one for one in must_dos() if one.key != "peer_networks")


def test_of_coaching_and_mentoring_no_name_is_written(here: System, manager: User) -> None:
    assert {thing.key for thing in must_dos()} >= WITH_CARE
    client = signed_in(manager)
    page = client.get(AIMS)
    for key in WITH_CARE:
        assert "Never write a name here" in about(page, key)
        assert words(client.get(f"{AIMS}{key}/")).count("Never write a name here") == 2
    assert "Never write a name here" not in about(page, "peer_networks")
    assert words(client.get(f"{AIMS}peer_networks/")).count("Never write a name here") == 1
    assert words(page).count("This stays between a GP and those who help. Never write a name here") == 2


# Who may


def test_nobody_outside_the_practice_sees_or_writes(here: System, manager: User) -> None:
    own = add(here.practice, manager)
    pages = (AIMS, f"{AIMS}add/", f"{AIMS}coaching/", f"{AIMS}{own.pk}/")
    for role, place in (("ics_lead", here.icb), ("gp_clinical_lead", here.network), ("listener", here.practice)):
        client = signed_in(somebody(role, **{role: place}))
        assert [client.get(page).status_code for page in pages] == [404] * 4, role
        assert client.post(f"{AIMS}coaching/", {"state": "done"}).status_code == 404
        assert client.post(f"{AIMS}{own.pk}/end/", {"known": 1}).status_code == 404
    assert Aim.objects.get().version == 1
    theirs = signed_in(somebody("Clinical lead", gp_clinical_lead=here.network))
    assert theirs.get(f"/{here.network.slug}/gp/aims/").status_code == 200
    assert theirs.get(f"/{here.network.slug}/gp/aims/{own.pk}/").status_code == 404
    assert theirs.post(f"/{here.network.slug}/gp/aims/{own.pk}/end/", {"known": 1}).status_code == 404
    trust = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    assert trust.get("/rx1/gp/aims/").status_code == 404


def test_whoever_only_sees_reads_why_nothing_can_be_written(here: System, manager: User) -> None:
    viewer = somebody("Viewer", viewer=here.practice)
    client = signed_in(viewer)
    page = client.get(AIMS)
    why = "Your role here (Viewer) does not let you write this down."
    assert why in words(page)
    assert "Say how far" not in words(page)
    assert [client.get(f"{AIMS}{at}/").status_code for at in ("add", "coaching")] == [404, 404]
    assert client.post(f"{AIMS}add/", NEW).status_code == 404
    for attempt in (
        lambda: write(here.practice, viewer, "coaching", "done"),
        lambda: add(here.practice, viewer),
        lambda: aim_actions.write_own_aim(
            aim=add(here.practice, manager), title="Mine", told=HowFar("done"), known=1, by=viewer
        ),
    ):
        with pytest.raises(NotAllowed, match=re.escape(why)):
            attempt()


def test_whoever_rates_adds_and_only_whoever_leads_ends(here: System, manager: User, surveyor: User) -> None:
    client = signed_in(surveyor)
    added = client.post(f"{AIMS}add/", NEW)
    own = Aim.objects.get()
    assert added.headers["Location"] == f"{AIMS}#{own.pk}"
    page = client.get(AIMS)
    why = "Your role here (Survey lead) does not let you end this."
    assert why in about(page, str(own.pk))
    assert f"{AIMS}{own.pk}/end/" not in page.content.decode()
    assert client.post(f"{AIMS}{own.pk}/end/", {"known": 1}).status_code == 404
    with pytest.raises(NotAllowed, match=re.escape(why)):
        aim_actions.end_aim(aim=own, known=1, by=surveyor)
    boss = signed_in(manager)
    assert f'action="{AIMS}{own.pk}/end/"' in boss.get(AIMS).content.decode()
    assert boss.post(f"{AIMS}{own.pk}/end/", {"known": 1}).status_code == 302
    page = boss.get(AIMS)
    assert answer_of(page) == "Nothing is under way yet of 22 must-dos."
    assert "Taken off the list: 1 Everybody has a GP to talk to, since" in words(page)
    with pytest.raises(NotAllowed, match="This has ended already"):
        aim_actions.end_aim(aim=own, known=2, by=manager)
    with pytest.raises(NotAllowed, match="This has ended, and does not change any more"):
        aim_actions.write_own_aim(aim=own, title="Again", told=HowFar("done"), known=2, by=manager)


def test_what_the_guide_names_does_not_end(here: System, manager: User) -> None:
    aim = write(here.practice, manager, "coaching", "done")
    assert aim_rules.cannot_end_aim(manager, aim) == ("This comes from the guide, and does not end: say how far it is.")
    with pytest.raises(NotAllowed, match="This comes from the guide"):
        aim_actions.end_aim(aim=aim, known=1, by=manager)
    client = signed_in(manager)
    for item in (str(aim.pk), "coaching", "99999999999999999999"):
        assert client.post(f"{AIMS}{item}/end/", {"known": 1}).status_code == 404
    assert Aim.objects.get().over_at is None


# Writing


def test_how_far_something_is_is_written_down(here: System, manager: User) -> None:
    client = signed_in(manager)
    for version, state in enumerate(("under_way", "done", "not_yet"), 1):
        known = str(version - 1 or "")
        sent = {"state": state, "note": f"Note {version}", "known": known}
        assert client.post(f"{AIMS}better_balance/", sent).headers["Location"] == f"{AIMS}#better_balance"
        said = about(client.get(AIMS), "better_balance")
        assert WORDS_OF[state] in said
        assert f"Noted: Note {version} Written by Practice manager on" in said
    kept = Aim.objects.get()
    assert (kept.kind, kept.level, kept.title, kept.version) == ("goal", "practice_network", "", 3)


def test_two_who_write_at_once_notice_each_other(here: System, manager: User, surveyor: User) -> None:
    first, second = signed_in(manager), signed_in(surveyor)
    where = f"{AIMS}coaching/"
    first.post(where, {"state": "under_way", "note": "A coach is asked", "known": ""})
    mine = {"state": "done", "note": "Mine <typed>", "known": ""}
    refused = second.post(where, mine)
    assert refused.status_code == 422
    assert QUICKER in words(refused)
    assert "Written here now: under way. Noted: A coach is asked Written by Practice manager" in words(refused)
    page = unescape(refused.content.decode())
    assert "Mine <typed>" in page
    assert 'name="known" value="1"' in page
    assert re.search(r'value="done"[^>]*checked', page)
    assert Aim.objects.get().note == "A coach is asked"
    assert second.post(where, mine | {"known": "1"}).status_code == 302
    assert (Aim.objects.get().note, Aim.objects.get().version) == ("Mine <typed>", 2)


def test_two_who_write_of_ones_own_notice_each_other(here: System, manager: User, surveyor: User) -> None:
    own = add(here.practice, manager)
    where = f"{AIMS}{own.pk}/"
    theirs = {"title": "A quiet room", "state": "under_way", "note": "", "known": "1"}
    assert signed_in(manager).post(where, theirs).status_code == 302
    refused = signed_in(surveyor).post(where, {"title": "Mine", "state": "done", "note": "N", "known": "1"})
    assert refused.status_code == 422
    assert QUICKER in words(refused)
    assert "Written here now: under way, A quiet room." in words(refused)
    assert 'value="Mine"' in refused.content.decode()
    own.refresh_from_db()
    assert (own.title, own.version) == ("A quiet room", 2)
    assert signed_in(manager).post(f"{where}end/", {"known": "1"}).status_code == 302
    own.refresh_from_db()
    assert own.over_at is None


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"state": ""}, "Select an answer: How far is it?"),
        ({"state": "nearly"}, "Select one of the answers shown"),
        ({"note": "Kept" + "x" * 4000}, "must be 4000 characters or fewer"),
        ({"known": "x"}, "whole number"),
    ],
)
def test_bad_input_is_told_and_kept(here: System, manager: User, typed: dict[str, str], told: str) -> None:
    response = signed_in(manager).post(f"{AIMS}coaching/", {"state": "done", "note": "Kept", "known": ""} | typed)
    assert response.status_code == 422
    assert told in words(response)
    assert "Kept" in words(response)
    assert not Aim.objects.exists()


# A level in one go


def sent_of(client: Client, level: str) -> dict[str, str]:
    """What a browser sends of the page of a level, as it stands."""
    page = client.get(f"{AIMS}level/{level}/").content.decode()
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", page.partition("<main")[2]):
        name, value = (re.search(rf' {what}="([^"]*)"', tag) for what in ("name", "value"))
        if name and ("radio" not in tag or " checked" in tag):
            sent[name[1]] = unescape(value[1]) if value else ""
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL):
        sent[name] = unescape(text).removeprefix("\n")
    return sent


def test_a_level_is_written_in_one_go_and_only_what_changed(here: System, manager: User) -> None:
    own = add(here.practice, manager)
    write(here.practice, manager, "working_with_hospitals", "under_way", "goal")
    client = signed_in(manager)
    sent = sent_of(client, "system")
    assert sum(name.endswith("-known") and not name.startswith("initial") for name in sent) == 11
    assert client.post(f"{AIMS}level/system/", sent).headers["Location"] == f"{AIMS}#system"
    assert "Nothing was changed." in words(client.get(AIMS))
    sent |= {"leads_and_capacity": "done", "right_support_in_place-note": "Asked", str(own.pk): "under_way"}
    assert client.post(f"{AIMS}level/system/", sent).status_code == 302
    assert "Saved: 3 changes." in words(client.get(AIMS))
    kept = {aim.key or aim.title: (aim.state, aim.note, aim.version) for aim in Aim.objects.all()}
    assert kept == {
        "A room to rest": ("under_way", "", 2),
        "working_with_hospitals": ("under_way", "", 1),
        "leads_and_capacity": ("done", "", 1),
        "right_support_in_place": ("not_yet", "Asked", 1),
    }


def test_two_who_write_a_level_at_once_notice_each_other(here: System, manager: User, surveyor: User) -> None:
    client, where = signed_in(surveyor), f"{AIMS}level/system/"
    sent = sent_of(client, "system") | {"leads_and_capacity": "done", "stakeholders_engaged-note": "Mine <typed>"}
    write(here.practice, manager, "leads_and_capacity", "under_way")
    write(here.practice, manager, "plans_and_assurance", "under_way")  # of this the other said nothing
    refused = client.post(where, sent)
    assert refused.status_code == 422
    assert "Nothing is saved yet: somebody else has changed some of this since you opened the page." in words(refused)
    assert f"{QUICKER} What stands there now: under way. If yours is right, save again." in words(refused)
    page = unescape(refused.content.decode())
    assert "Mine <typed>" in page
    assert re.search(r'name="leads_and_capacity" type="radio" value="done"[^>]*checked', page)
    assert set(Aim.objects.values_list("state", "version")) == {("under_way", 1)}
    again = sent | {"leads_and_capacity-known": "1"}
    assert 'name="leads_and_capacity-known" value="1"' in page
    assert client.post(where, again).status_code == 302
    kept = {aim.key: (aim.state, aim.note) for aim in Aim.objects.all()}
    assert kept["leads_and_capacity"] == ("done", "")
    assert kept["stakeholders_engaged"] == ("not_yet", "Mine <typed>")
    assert kept["plans_and_assurance"] == ("under_way", "")


def test_what_was_typed_of_one_that_was_ended_meanwhile_is_not_lost(here: System, manager: User) -> None:
    own = add(here.practice, manager)
    client = signed_in(manager)
    sent = sent_of(client, "system")
    aim_actions.end_aim(aim=own, known=1, by=manager)
    assert client.post(f"{AIMS}level/system/", sent).status_code == 302
    refused = client.post(f"{AIMS}level/system/", sent | {f"{own.pk}-note": "Half a page"})
    assert refused.status_code == 422
    assert (
        "Somebody has taken one of your own off the list since you opened the page. You had noted: “Half a page”"
        in (words(refused))
    )


def test_bad_input_of_a_level_is_told_and_kept(here: System, manager: User) -> None:
    client = signed_in(manager)
    sent = sent_of(client, "system") | {"leads_and_capacity": "nearly", "stakeholders_engaged-note": "x" * 4001}
    refused = client.post(f"{AIMS}level/system/", sent)
    assert refused.status_code == 422
    assert "Select one of the answers shown" in words(refused)
    assert "must be 4000 characters or fewer" in words(refused)
    assert "x" * 4001 in words(refused)
    assert client.post(f"{AIMS}level/system/", {}).status_code == 422
    assert not Aim.objects.exists()


def test_a_level_is_written_by_whoever_rates_and_nobody_else(here: System, surveyor: User) -> None:
    assert signed_in(surveyor).get(f"{AIMS}level/career_support/").status_code == 200
    assert signed_in(surveyor).get(f"{AIMS}level/nothing/").status_code == 404
    for role, place in (("viewer", here.practice), ("gp_clinical_lead", here.network), ("ics_lead", here.icb)):
        client = signed_in(somebody(role, **{role: place}))
        assert client.get(f"{AIMS}level/system/").status_code == 404
        assert client.post(f"{AIMS}level/system/", {"leads_and_capacity": "done"}).status_code == 404


# One's own


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"title": ""}, "Enter an answer: What is it?"),
        ({"title": "\u200b"}, "Enter what it is"),
        ({"title": "x" * 301}, "What is it? must be 300 characters or fewer"),
        ({"title": "a room  TO rest"}, "This stands on the list of this level already"),
        ({"title": "practices and hospitals work well together"}, "This stands on the list of this level already"),
        ({"kind": ""}, "Select an answer: Is it a must-do or a goal?"),
        ({"level": "nothing"}, "Select one of the answers shown"),
        ({"note": "Kept" + "x" * 4000}, "must be 4000 characters or fewer"),
    ],
)
def test_one_that_cannot_be_added_is_told_and_kept(
    here: System, manager: User, typed: dict[str, str], told: str
) -> None:
    add(here.practice, manager)
    response = signed_in(manager).post(f"{AIMS}add/", NEW | {"note": "Kept"} | typed)
    assert response.status_code == 422
    assert told in words(response)
    assert "Kept" in words(response)
    assert Aim.objects.count() == 1


def test_an_action_refuses_what_a_form_would(here: System, manager: User) -> None:
    with pytest.raises(NotAllowed, match="Say in a few words what it is"):
        add(here.practice, manager, " ")
    with pytest.raises(NotAllowed, match="How far it is, is one of: not yet, under way, done"):
        write(here.practice, manager, "coaching", "nearly")
    for key, kind in (("nothing", "goal"), ("coaching", "goal"), ("coaching", "nothing")):
        with pytest.raises(KeyError):
            write(here.practice, manager, key, "done", kind)
    own = add(here.practice, manager)
    add(here.practice, manager, "Another")
    with pytest.raises(NotAllowed, match="This stands on the list of this level already"):
        aim_actions.write_own_aim(aim=own, title="another", told=HowFar("done"), known=1, by=manager)
    kept = aim_actions.write_own_aim(aim=own, title="A room to rest", told=HowFar("done"), known=1, by=manager)
    assert (kept.state, kept.version) == ("done", 2)
    assert followed_by(here.practice, str(own.pk)) is not None


def test_a_note_is_not_kept_in_the_history(here: System, manager: User) -> None:
    told = HowFar("done", "Words of somebody")
    aim_actions.write_aim(place=here.practice, kind="must_do", key="coaching", told=told, known=None, by=manager)
    kept = str([entry.changes for entry in LogEntry.objects.all()])
    assert "coaching" in kept
    assert "Words of" not in kept
