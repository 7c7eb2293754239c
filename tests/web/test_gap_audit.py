"""What support is there for GPs, where is none, and does nobody overwrite what another wrote?"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from auditlog.models import LogEntry
from cast import System, somebody
from cast import system as cast_system
from django.test import Client

from keepwell.content.cases import GRADE_WORDS, cases
from keepwell.content.general_practice import levels, offers, stages
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments import gap_actions, gap_presenters, gap_rules
from keepwell.web.assessments.gap_actions import Support
from keepwell.web.assessments.gap_queries import cases_for, cell_of, cells_of, offers_for, schemes_of
from keepwell.web.assessments.models import Gap, Scheme
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

AUDIT = "/a99001/gp/gap-audit/"
CELL = f"{AUDIT}career_support/newly_qualified/"
SCHEME = {"title": "Evening group", "stage": "newly_qualified", "offer": "", "about": "Once a month."}
QUICKER = "Somebody else has changed this since you opened the page: Practice manager."


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


@pytest.fixture
def viewer(here: System) -> User:
    return somebody("Viewer", viewer=here.practice)


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


def a_scheme(place: Place, by: User, level: str = "career_support", **told: Any) -> Scheme:
    given = {"title": "Evening group", "stage": "newly_qualified"} | told
    return gap_actions.add_scheme(place=place, level=level, told=Support(**given), by=by)


def a_judgement(place: Place, by: User, judged: str, at: tuple[str, str], known: int | None = None) -> Gap:
    level, stage = at
    return gap_actions.judge(place=place, level=level, stage=stage, judged=judged, missing="", known=known, by=by)


def every_cell() -> list[tuple[str, str]]:
    return [(level.key, stage.key) for stage in stages() for level in levels()]


# Who may


def test_the_audit_is_there_for_a_practice_a_network_and_a_system_and_for_nobody_else(here: System) -> None:
    for role, place in (
        ("practice_manager", here.practice),
        ("gp_clinical_lead", here.network),
        ("ics_lead", here.icb),
        ("viewer", here.practice),
    ):
        client = signed_in(somebody(f"{role} {place.slug}", **{role: place}))
        for page in ("gap-audit/", "gap-audit/system/returner/", "gap-audit/system/all/"):
            assert client.get(f"/{place.slug}/gp/{page}").status_code == 200, (role, page)
    trust = signed_in(somebody("Retention lead", retention_lead=here.northmoor))
    assert trust.get("/rx1/gp/gap-audit/").status_code == 404
    told = gap_rules.cannot_see_support(standing(User.objects.get(name="Retention lead"), here.northmoor))
    assert told == "This is not made for a trust."


def test_nobody_outside_the_practice_sees_its_audit(here: System, manager: User) -> None:
    scheme = a_scheme(here.practice, manager)
    pages = (AUDIT, CELL, f"{CELL}add/", f"/a99001/gp/schemes/{scheme.pk}/")
    for role, place in (("ics_lead", here.icb), ("gp_clinical_lead", here.network), ("listener", here.practice)):
        client = signed_in(somebody(role, **{role: place}))
        assert [client.get(page).status_code for page in pages] == [404] * 4, role
        assert client.post(f"/a99001/gp/schemes/{scheme.pk}/end/", {"known": 1}).status_code == 404
    assert Scheme.objects.get().over_at is None


def test_a_scheme_of_another_place_is_none_here(here: System, manager: User) -> None:
    theirs = a_scheme(here.network, somebody("Clinical lead", gp_clinical_lead=here.network))
    client = signed_in(manager)
    assert client.get(f"/a99001/gp/schemes/{theirs.pk}/").status_code == 404
    assert client.post(f"/a99001/gp/schemes/{theirs.pk}/", SCHEME | {"known": 1}).status_code == 404
    assert client.post(f"/a99001/gp/schemes/{theirs.pk}/end/", {"known": 1}).status_code == 404
    assert (Scheme.objects.get().version, Scheme.objects.get().over_at) == (1, None)


def test_whoever_only_sees_writes_nothing_and_reads_why(here: System, manager: User, viewer: User) -> None:
    client = signed_in(viewer)
    scheme = a_scheme(here.practice, manager)
    why = "Your role here (Viewer) does not let you write this down."
    assert gap_rules.cannot_write_support(viewer, here.practice) == why
    assert why in words(client.get(AUDIT))
    page = client.get(CELL)
    assert why in words(page)
    assert b'<form method="post" action="/a99001' not in page.content
    assert client.post(CELL, {"judged": "some"}).status_code == 404
    assert client.get(f"{CELL}add/").status_code == 404
    assert client.post(f"{CELL}add/", SCHEME).status_code == 404
    assert client.post(f"/a99001/gp/schemes/{scheme.pk}/", SCHEME | {"known": 1}).status_code == 404
    for attempt in (
        lambda: a_scheme(here.practice, viewer, title="Another"),
        lambda: a_judgement(here.practice, viewer, "some", ("system", "returner")),
        lambda: gap_actions.change_scheme(scheme=scheme, told=Support("New"), known=1, by=viewer),
    ):
        with pytest.raises(NotAllowed, match=re.escape(why)):
            attempt()
    assert (Scheme.objects.count(), Gap.objects.count()) == (1, 0)


def test_whoever_rates_writes_and_only_whoever_leads_ends(here: System, manager: User, surveyor: User) -> None:
    client = signed_in(surveyor)
    assert client.post(f"{CELL}add/", SCHEME).status_code == 302
    scheme = schemes_of(here.practice).get()
    why = "Your role here (Survey lead) does not let you end this."
    assert why in words(client.get(CELL))
    assert why in words(client.get(f"/a99001/gp/schemes/{scheme.pk}/"))
    assert f"/schemes/{scheme.pk}/end/" not in client.get(CELL).content.decode()
    assert client.post(f"/a99001/gp/schemes/{scheme.pk}/end/", {"known": 1}).status_code == 404
    with pytest.raises(NotAllowed, match=re.escape(why)):
        gap_actions.end_scheme(scheme=scheme, known=1, by=surveyor)
    assert signed_in(manager).post(f"/a99001/gp/schemes/{scheme.pk}/end/", {"known": 1}).status_code == 302
    assert not schemes_of(here.practice).exists()
    page = words(client.get(CELL))
    assert "No scheme is written down here." in page
    assert "Schemes that are over: 1 Evening group, over since" in page


def test_a_closed_practice_is_read_and_not_written(here: System, manager: User) -> None:
    scheme = a_scheme(here.practice, manager)
    Place.objects.filter(pk=here.practice.pk).update(closed=dt.date(2025, 3, 31))
    here.practice.refresh_from_db()
    client = signed_in(manager)
    assert "Fell Surgery has closed." in words(client.get(AUDIT))
    assert client.get(f"{CELL}add/").status_code == 404
    with pytest.raises(NotAllowed, match="Fell Surgery has closed"):
        gap_actions.end_scheme(scheme=scheme, known=1, by=manager)


# What the audit says


def test_an_empty_audit_claims_no_gap_where_nobody_judged(here: System, manager: User) -> None:
    page = signed_in(manager).get(AUDIT)
    assert answer_of(page) == "Not known where something is missing: nothing judged in 18 of 18 cells."
    text = words(page)
    assert text.count("Not judged") == 18
    assert text.count("No scheme written down.") == 21
    assert "0" not in re.sub(r"\d\d+", "", text.partition("What there is for GPs at")[2].partition("Schemes for")[0])


def test_the_first_sentence_says_where_nothing_is_and_how_much_nobody_judged(here: System, manager: User) -> None:
    a_judgement(here.practice, manager, "nothing", ("practice_network", "mid_career"))
    for at in every_cell()[:10]:
        if at != ("practice_network", "mid_career"):
            a_judgement(here.practice, manager, "some", at)
    page = signed_in(manager).get(AUDIT)
    judged = Gap.objects.count()
    assert answer_of(page) == (
        "Nothing for GPs in early to mid career at practice and network level, "
        f"and nothing judged in {18 - judged} of 18 cells."
    )


@pytest.mark.parametrize(
    ("judged", "sentence"),
    [
        ({}, "Not known where something is missing: nothing judged in 18 of 18 cells."),
        ({"some": 1}, "Something in each of the 1 cell judged, not enough in 1 of them, and nothing judged in 17 of"),
        ({"enough": 18}, "Something in each of the 18 cells judged, and enough in all of them."),
        ({"enough": 16, "some": 2}, "Something in each of the 18 cells judged, not enough in 2 of them."),
        (
            {"nothing": 5, "enough": 13},
            "Nothing for GPs in training in career support, for GPs in training at practice and network level, "
            "for GPs in training at system level and in 2 more cells. All 18 cells are judged.",
        ),
        ({"nothing": 4}, " and in 1 more cell, and nothing judged in 14 of 18 cells."),
        (
            {"nothing": 2},
            "Nothing for GPs in training in career support and for GPs in training at practice and network level, and ",
        ),
    ],
)
def test_the_first_sentence_in_every_case(here: System, manager: User, judged: dict[str, int], sentence: str) -> None:
    all_words = [word for word, times in judged.items() for _ in range(times)]
    for at, word in zip(every_cell(), all_words, strict=False):
        a_judgement(here.practice, manager, word, at)
    assert sentence in gap_presenters.audit_in_words(cells_of(here.practice))


def test_each_cell_says_what_is_there_and_leads_to_its_page(here: System, manager: User) -> None:
    a_scheme(here.practice, manager, reach=40, uptake=12, money=Decimal(9000))
    a_scheme(here.practice, manager, title="Mentor", reach=20, uptake=2)
    a_judgement(here.practice, manager, "some", ("career_support", "newly_qualified"))
    client = signed_in(manager)
    page = client.get(AUDIT)
    said = "2 schemes. 14 of 60 took them up. £9,000 a year (not known for 1 of 2 schemes)."
    assert f"Some, and not enough {said} Open : newly qualified GPs in career support" in words(page)
    assert "a GP who took up two is counted twice" in words(page)
    links = re.findall(r'href="(/a99001/gp/gap-audit/\w+/\w+/)"', page.content.decode())
    assert len(set(links)) == 21
    assert {client.get(link).status_code for link in links} == {200}


def test_on_a_phone_the_table_becomes_a_list(here: System, manager: User) -> None:
    page = signed_in(manager).get(AUDIT).content.decode()
    assert 'class="nhsuk-table nhsuk-table--responsive" role="table"' in page
    assert page.count('class="nhsuk-table__heading" aria-hidden="true"') == page.count('role="cell"') == 21
    assert "keepwell-scroll" not in page


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([(None, None)], "how many took it up is not known"),
        ([(60, None)], "how many took it up is not known"),
        ([(60, 14)], "14 of 60 took it up"),
        ([(60, 0)], "0 of 60 took it up"),
        ([(0, 0)], "0 of 0 took it up"),
        ([(None, 14)], "14 took it up, of how many is not known"),
        ([(60, 14), (1200, 600)], "614 of 1,260 took them up"),
        ([(60, 14), (None, 3)], "17 took them up, of how many is not known"),
        ([(60, 14), (40, None)], "14 of 60 took them up (not known for 1 of 2 schemes)"),
        ([(60, None), (40, None)], "how many took them up is not known"),
    ],
)
def test_what_is_not_known_is_never_nought(given: list[tuple[int | None, int | None]], line: str) -> None:
    assert gap_presenters.taken_up([Scheme(reach=reach, uptake=uptake) for reach, uptake in given]) == line


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ([None], "money not known"),
        (["0"], "£0 a year"),
        (["12000.00"], "£12,000 a year"),
        (["99.50"], "£99.50 a year"),
        (["12000", None, "0.5"], "£12,000.50 a year (not known for 1 of 3 schemes)"),
    ],
)
def test_money_that_is_not_known_is_never_nought(given: list[str | None], line: str) -> None:
    assert gap_presenters.money_of([Scheme(money=Decimal(one) if one else None) for one in given]) == line


@pytest.mark.parametrize(
    ("number", "inside", "outside"),
    [
        (None, "not known", "not known"),
        (0, "0", "fewer than 5"),
        (1, "1", "fewer than 5"),
        (4, "4", "fewer than 5"),
        (5, "5", "5"),
        (1204, "1,204", "1,204"),
    ],
)
def test_under_five_is_told_to_nobody_outside(number: int | None, inside: str, outside: str) -> None:
    assert (gap_presenters.people(number), gap_presenters.people_outside(number)) == (inside, outside)


@pytest.mark.parametrize(
    ("reach", "uptake", "outside"),
    [
        (60, 14, "14 of 60 took it up"),
        (60, 4, "fewer than 5 of 60 took it up"),
        (60, 0, "fewer than 5 of 60 took it up"),
        (4, 3, "fewer than 5 of fewer than 5 took it up"),
        (60, 55, "55 of 60 took it up"),
        (60, 56, "all but fewer than 5 of 60 took it up"),
        (60, 60, "all but fewer than 5 of 60 took it up"),
        (None, 3, "fewer than 5 of not known took it up"),
        (3, None, "for fewer than 5, how many took it up is not known"),
        (None, None, "for not known, how many took it up is not known"),
    ],
)
def test_neither_those_who_took_it_up_nor_the_others_can_be_worked_out(
    reach: int | None, uptake: int | None, outside: str
) -> None:
    assert gap_presenters.taken_up_outside(Scheme(reach=reach, uptake=uptake)) == outside


def test_every_level_and_stage_has_its_words(here: System) -> None:
    assert set(gap_presenters.AT_LEVEL) == {level.key for level in levels()}
    assert set(gap_presenters.GPS) == {stage.key for stage in stages()} | {"all"}
    assert len({gap_presenters.cell_in_words(cell) for cell in cells_of(here.practice)}) == 21


def test_a_scheme_for_every_stage_stands_in_each_cell_of_its_level_and_is_counted_once(
    here: System, manager: User
) -> None:
    a_scheme(here.practice, manager, stage="", title="Peer group", money=Decimal(500), reach=30, uptake=7)
    a_scheme(here.practice, manager, money=Decimal(100), reach=9, uptake=8)
    client = signed_in(manager)
    page = words(client.get(AUDIT))
    assert page.count("1 scheme for every stage.") == 5
    assert "1 scheme, and 1 for every stage. 8 of 9 took it up. £100 a year." in page
    assert page.count("£500 a year") == page.count("7 of 30 took it up") == 1
    for stage in stages():
        assert "Peer group" in words(client.get(f"{AUDIT}career_support/{stage.key}/"))
        assert "Peer group" not in words(client.get(f"{AUDIT}system/{stage.key}/"))
    every = client.get(f"{AUDIT}career_support/all/")
    assert answer_of(every) == "1 scheme written down for GPs at every stage in career support."
    assert b'name="judged"' not in every.content
    assert client.post(f"{AUDIT}career_support/all/", {"judged": "some"}).status_code == 404


@pytest.mark.parametrize("at", ["career_support/nobody/", "nothing/returner/", "career_support//", "system/add/"])
def test_a_cell_that_is_none_is_not_found(here: System, manager: User, at: str) -> None:
    assert signed_in(manager).get(AUDIT + at).status_code == 404


# Schemes


def test_a_scheme_is_written_down_and_what_nobody_knows_stays_not_known(here: System, manager: User) -> None:
    client = signed_in(manager)
    form = client.get(f"{CELL}add/")
    assert re.search(r'value="newly_qualified"[^>]*checked', form.content.decode())
    assert client.post(f"{CELL}add/", SCHEME).headers["Location"] == CELL
    scheme = schemes_of(here.practice).get()
    assert (scheme.reach, scheme.uptake, scheme.money, scheme.version) == (None, None, None, 1)
    page = words(client.get(CELL))
    assert "How many people it is for not known How many took it up in the last year not known" in page
    assert "Money in a year not known" in page
    audit = words(client.get(AUDIT))
    assert "1 scheme. How many took it up is not known. Money not known." in audit
    assert "£0" not in audit


def test_nought_is_nought(here: System, manager: User) -> None:
    client = signed_in(manager)
    client.post(f"{CELL}add/", SCHEME | {"reach": "0", "uptake": "0", "money": "0"})
    assert "1 scheme. 0 of 0 took it up. £0 a year." in words(client.get(AUDIT))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({"reach": "1,200", "money": "£12,000.50"}, (1200, None, Decimal("12000.50"))),
        ({"reach": " 1 200 ", "uptake": "4", "money": "12 000"}, (1200, 4, Decimal(12000))),
    ],
)
def test_numbers_are_read_as_people_type_them(
    here: System, manager: User, typed: dict[str, str], kept: tuple[object, ...]
) -> None:
    assert signed_in(manager).post(f"{CELL}add/", SCHEME | typed).status_code == 302
    scheme = schemes_of(here.practice).get()
    assert (scheme.reach, scheme.uptake, scheme.money) == kept


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"title": " "}, "Enter what it is called, or choose a national offer"),
        ({"title": "\u200b"}, "Say what the scheme is called."),
        ({"title": "x" * 121}, "What is it called? must be 120 characters or fewer"),
        ({"about": "x" * 4001}, "must be 4000 characters or fewer"),
        ({"reach": "10", "uptake": "11"}, "11 cannot take up what is for 10: count the same people in both."),
        ({"reach": "-1"}, "For how many people is it? must be 0 or more"),
        ({"reach": "1000001"}, "For how many people is it? must be 1000000 or less"),
        ({"uptake": "a few"}, "How many of them took it up in the last year? must be a whole number"),
        ({"uptake": "2.5"}, "How many of them took it up in the last year? must be a whole number"),
        ({"money": "lots"}, "How many pounds does it cost in a year? must be a number"),
        ({"money": "NaN"}, "How many pounds does it cost in a year? must be a number"),
        ({"money": "-1"}, "How many pounds does it cost in a year? must be 0 or more"),
        ({"money": "0.001"}, "decimal places"),
        ({"offer": "standard_contract_toolkit"}, "Select one of the answers shown"),
        ({"stage": "retired"}, "Select one of the answers shown"),
        ({"known": "x"}, "whole number"),
    ],
)
def test_bad_input_is_told_and_what_was_typed_is_kept(
    here: System, manager: User, typed: dict[str, str], told: str
) -> None:
    sent = SCHEME | {"about": "Kept <as typed>", "reach": "70", "uptake": "3"} | typed
    response = signed_in(manager).post(f"{CELL}add/", sent)
    assert response.status_code == 422
    assert told in words(response)
    assert not Scheme.objects.exists()
    page = unescape(response.content.decode())
    for name in ("about", "reach", "uptake"):
        assert sent[name] in page, name


def test_a_national_offer_of_the_level_is_chosen_and_gives_its_name(here: System, manager: User) -> None:
    client = signed_in(manager)
    page = words(client.get(f"{CELL}add/"))
    of_level = {offer.title for offer in offers().offers if offer.level == "career_support"}
    assert {offer.title for offer in offers().offers if offer.title in page} == of_level
    assert client.post(f"{CELL}add/", {"offer": "national_coaching", "stage": ""}).status_code == 302
    assert schemes_of(here.practice).get().title == "National one-to-one coaching for GPs"
    shown = words(client.get(CELL))
    assert "National offer National one-to-one coaching for GPs, may have changed since 2019" in shown


def test_of_coaching_and_health_no_name_is_asked_for(here: System, manager: User) -> None:
    keys = {offer.key for offer in offers().offers}
    assert keys >= gap_rules.PRIVATE_OFFERS
    assert {key for key in keys if "coach" in key or "health" in key} == gap_rules.PRIVATE_OFFERS
    client = signed_in(manager)
    form = client.get(f"{CELL}add/")
    assert words(form).count("Between a GP and those who help. Never write a name") == 2
    bare = words(client.get(f"{AUDIT}system/all/")).count("This stays between a GP and those who help.")
    assert bare == 0
    cell = f"{AUDIT}career_support/returner/"
    before = words(client.get(cell)).count("This stays between a GP and those who help. Never write a name here")
    assert before == 2
    a_scheme(here.practice, manager, stage="returner", offer="gp_health_service", title="Health service")
    after = words(client.get(cell)).count("This stays between a GP and those who help. Never write a name here")
    assert after == 3


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ({"title": "  "}, "Say what the scheme is called."),
        ({"title": "evening  GROUP"}, "A scheme of this name stands here already"),
        ({"title": "B", "offer": "standard_contract_toolkit"}, "That is not a national offer of this level."),
        ({"title": "B", "reach": 1, "uptake": 2}, "2 cannot take up what is for 1"),
        ({"title": "B", "reach": -1}, "Nobody is less than nobody."),
        ({"title": "B", "uptake": 1_000_001}, "At most 1,000,000 people can be written down."),
        ({"title": "B", "money": Decimal(-1)}, "The money of a year is between £0 and £1,000,000,000."),
        ({"title": "B", "money": Decimal(1_000_000_001)}, "The money of a year is between £0 and £1,000,000,000."),
    ],
)
def test_an_action_refuses_what_a_form_would(here: System, manager: User, told: dict[str, Any], wrong: str) -> None:
    a_scheme(here.practice, manager)
    with pytest.raises(NotAllowed, match=re.escape(wrong)):
        a_scheme(here.practice, manager, **told)
    assert Scheme.objects.count() == 1


def test_a_level_or_a_stage_that_is_none_is_a_mistake_of_ours(here: System, manager: User) -> None:
    for told in ({"level": "nothing"}, {"stage": "retired"}):
        with pytest.raises(KeyError):
            a_scheme(here.practice, manager, **told)
    for at in (("nothing", "returner"), ("system", ""), ("system", "all")):
        with pytest.raises(KeyError):
            a_judgement(here.practice, manager, "some", at)
    with pytest.raises(NotAllowed, match="Support is judged in one of these words: Nothing there; Some"):
        a_judgement(here.practice, manager, "good", ("system", "returner"))


def test_the_same_name_stands_elsewhere_and_again_once_it_is_over(here: System, manager: User) -> None:
    first = a_scheme(here.practice, manager)
    a_scheme(here.practice, manager, stage="returner")
    a_scheme(here.practice, manager, level="system")
    gap_actions.end_scheme(scheme=first, known=1, by=manager)
    again = a_scheme(here.practice, manager)
    kept = gap_actions.change_scheme(
        scheme=again, told=Support("Evening group", "newly_qualified", reach=9), known=1, by=manager
    )
    assert (kept.reach, kept.version) == (9, 2)


def test_two_who_change_a_scheme_at_once_notice_each_other(here: System, manager: User, surveyor: User) -> None:
    scheme = a_scheme(here.practice, manager, about="As it was", reach=70)
    where = f"/a99001/gp/schemes/{scheme.pk}/"
    assert 'name="known" value="1"' in signed_in(surveyor).get(where).content.decode()
    theirs = SCHEME | {"title": "Evening group in town", "reach": "80", "known": "1"}
    assert signed_in(manager).post(where, theirs).status_code == 302
    mine = SCHEME | {"about": "Mine <typed>", "reach": "75", "known": "1"}
    refused = signed_in(surveyor).post(where, mine)
    assert refused.status_code == 422
    assert QUICKER in words(refused)
    assert "What stands there now Evening group in town, written by Practice manager" in words(refused)
    assert "For how many: 80" in words(refused)
    page = unescape(refused.content.decode())
    assert "Mine <typed>" in page
    assert 'value="75"' in page
    assert 'name="known" value="2"' in page
    scheme.refresh_from_db()
    assert (scheme.title, scheme.reach, scheme.version) == ("Evening group in town", 80, 2)
    assert signed_in(surveyor).post(where, mine | {"known": "2"}).status_code == 302
    scheme.refresh_from_db()
    assert (scheme.reach, scheme.about, scheme.version, scheme.changed_by) == (75, "Mine <typed>", 3, surveyor)


def test_what_somebody_has_changed_is_not_ended_unseen(here: System, manager: User, surveyor: User) -> None:
    scheme = a_scheme(here.practice, surveyor)
    told = Support("Evening group", "newly_qualified", reach=9)
    gap_actions.change_scheme(scheme=scheme, told=told, known=1, by=surveyor)
    client = signed_in(manager)
    for known in ("1", "", "x"):
        assert client.post(f"/a99001/gp/schemes/{scheme.pk}/end/", {"known": known}).status_code == 302
        assert "Somebody else has changed this since you opened the page: Survey lead." in words(client.get(CELL))
    assert schemes_of(here.practice).exists()
    assert client.post(f"/a99001/gp/schemes/{scheme.pk}/end/", {"known": "2"}).status_code == 302
    assert not schemes_of(here.practice).exists()


def test_a_scheme_that_is_over_does_not_change(here: System, manager: User, surveyor: User) -> None:
    scheme = a_scheme(here.practice, manager)
    gap_actions.end_scheme(scheme=scheme, known=1, by=manager)
    client = signed_in(surveyor)
    where = f"/a99001/gp/schemes/{scheme.pk}/"
    assert client.get(where).headers["Location"] == CELL
    late = client.post(where, SCHEME | {"about": "Typed too late", "known": "1"})
    assert late.status_code == 422
    assert "This scheme is over, and does not change any more." in words(late)
    assert "Typed too late" in words(late)
    with pytest.raises(NotAllowed, match="This scheme is over already"):
        gap_actions.end_scheme(scheme=scheme, known=2, by=manager)
    assert Scheme.objects.get().version == 2


def test_what_was_written_freely_is_not_kept_in_the_history(here: System, manager: User) -> None:
    a_scheme(here.practice, manager, about="Words of somebody")
    gap_actions.judge(
        place=here.practice,
        level="system",
        stage="returner",
        judged="some",
        missing="Words of another",
        known=None,
        by=manager,
    )
    kept = str([entry.changes for entry in LogEntry.objects.all()])
    assert "Evening group" in kept
    assert "Words of" not in kept


# Judging, and what others did


def test_a_cell_is_judged_and_two_at_once_notice_each_other(here: System, manager: User, surveyor: User) -> None:
    client, other = signed_in(manager), signed_in(surveyor)
    assert client.post(CELL, {"judged": "some", "missing": "A mentor", "known": ""}).headers["Location"] == CELL
    page = words(client.get(CELL))
    assert "Some, and not enough: no scheme written down for newly qualified GPs in career support." in page
    assert "Missing: A mentor" in page
    mine = {"judged": "nothing", "missing": "Mine, typed", "known": ""}
    refused = other.post(CELL, mine)
    assert refused.status_code == 422
    assert QUICKER in words(refused)
    assert "What stands there now: some, and not enough. Missing: A mentor" in words(refused)
    assert "Mine, typed" in words(refused)
    assert re.search(r'value="nothing"[^>]*checked', refused.content.decode())
    assert 'name="known" value="1"' in refused.content.decode()
    assert Gap.objects.get().judged == "some"
    assert other.post(CELL, mine | {"known": "1"}).status_code == 302
    assert (Gap.objects.get().judged, Gap.objects.get().version) == ("nothing", 2)


def test_judged_as_nothing_while_something_is_there_is_said(here: System, manager: User) -> None:
    client = signed_in(manager)
    a_judgement(here.practice, manager, "nothing", ("career_support", "newly_qualified"))
    said = "It is judged that nothing is there, and something is written down: judge again."
    assert said not in words(client.get(CELL))
    a_scheme(here.practice, manager)
    assert said in words(client.get(CELL))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"judged": "", "missing": "Kept"}, "Select an answer: How much support is there?"),
        ({"judged": "good", "missing": "Kept"}, "Select one of the answers shown"),
        ({"judged": "some", "missing": "Kept" + "x" * 4000}, "must be 4000 characters or fewer"),
    ],
)
def test_a_judgement_that_is_none_is_told_and_kept(
    here: System, manager: User, typed: dict[str, str], told: str
) -> None:
    response = signed_in(manager).post(CELL, typed)
    assert response.status_code == 422
    assert told in words(response)
    assert "Kept" in words(response)
    assert not Gap.objects.exists()


def test_what_others_did_on_this_level_for_this_stage_stands_there_with_its_grade(here: System, manager: User) -> None:
    page = words(signed_in(manager).get(CELL))
    shown = {case.key for case in cases().values() if case.title in page}
    asked = {
        case.key
        for case in cases().values()
        if case.level == "career_support" and (not case.stages or "newly_qualified" in case.stages)
    }
    assert shown == asked
    assert "barking_gp_spin" in shown
    assert GRADE_WORDS["claim"] in page
    for cell in cells_of(here.practice):
        assert {case.level for case in cases_for(cell)} <= {cell.level.key}
        of_stage = [case for case in cases_for(cell) if case.stages]
        assert all(cell.stage and cell.stage.key in case.stages for case in of_stage)


def test_every_case_of_general_practice_is_an_idea_in_some_cell(here: System) -> None:
    cells = cells_of(here.practice)
    ideas = {case.key for cell in cells for case in cases_for(cell)}
    late = {"new_starter", "late_career"}
    assert ideas == {c.key for c in cases().values() if c.level and not (c.stages and set(c.stages) <= late)}
    assert {offer.key for cell in cells for offer in offers_for(cell)} == {offer.key for offer in offers().offers}


def test_a_cell_by_its_keys(here: System) -> None:
    found = cell_of(here.practice, "system", "all")
    assert found is not None
    assert (found.stage, found.stage_key) == (None, "all")
    assert cell_of(here.practice, "system", "") is None
