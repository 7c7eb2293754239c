"""Where are we with keeping our GPs, and where along the career do we lose them? Nothing of it is made up."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from keepwell.content.assessments import assessment
from keepwell.content.general_practice import CHECKLIST, cycle, loss_points, loss_points_of, stages
from keepwell.web.accounts.models import User
from keepwell.web.assessments import actions, list_actions
from keepwell.web.assessments.actions import Quicker, Said, Written
from keepwell.web.assessments.gp_actions import Lost, write_loss
from keepwell.web.assessments.gp_presenters import TOOLS, losses_in_words, shown_stages, step_now
from keepwell.web.assessments.gp_queries import Spot, losses_of, spot, spots
from keepwell.web.assessments.gp_rules import cannot_have_lost
from keepwell.web.assessments.list_queries import Progress
from keepwell.web.assessments.models import Answer, Loss, Round
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

CHECKS = assessment(CHECKLIST)
STEPS = [[item.key for g in CHECKS.groups if g.key in step.checklist for item in g.items] for step in cycle()]


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def manager(here: System) -> User:
    return somebody("Practice manager", practice_manager=here.practice)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def read(user: User, address: str) -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200
    return response.content.decode()


def with_done(place: Place, by: User, *keys: str) -> Round:
    round = actions.start(place=place, of=CHECKS, by=by)
    actions.answer_several(round=round, written={key: Written(Said("done")) for key in keys}, by=by)
    return round


# The cycle


def test_a_practice_manager_reads_where_they_are_and_what_is_next(here: System, manager: User) -> None:
    with_done(here.practice, manager, *STEPS[0][:6], STEPS[0][6])
    page = words(read(manager, "/a99001/gp/"))
    assert "You are at step 2 of 5. 7 of 22 checks done. Next: ask your GPs what would make them stay." in page
    assert page.count("You are here.") == 1
    assert "7 of 7 done" not in page
    assert "0 of 4 done" in page


def test_before_anything_is_begun_it_says_so_and_begins_with_one_button(here: System, manager: User) -> None:
    page = read(manager, "/a99001/gp/")
    assert f"You are at step 1 of 5. 0 of 22 checks done. {cycle()[0].next_sentence}" in words(page)
    address = re.findall(r'<form method="post" action="(/a99001/practice/[^"]+)"', page)[0]
    response = signed_in(manager).post(address)
    round = Round.objects.get()
    assert response["Location"] == f"/a99001/practice/rounds/{round.pk}/done/"


@pytest.mark.parametrize(
    ("kind", "role"), [("practice", "practice_manager"), ("network", "gp_clinical_lead"), ("icb", "ics_lead")]
)
def test_it_is_there_for_practice_network_and_system(here: System, kind: str, role: str) -> None:
    place = getattr(here, kind)
    page = read(somebody("Lead", **{role: place}), f"/{place.slug}/gp/")
    for step in cycle():
        assert step.title in words(page)
        assert step.done in words(page)
        assert all(ask.text in words(page) for ask in step.asks)
        assert str(step.source)[1:] in words(page)


def test_it_is_not_there_for_others(here: System, manager: User) -> None:
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    clinical = somebody("Clinical lead", gp_clinical_lead=here.network)
    above = somebody("ICS lead", ics_lead=here.icb)
    administrator = somebody("Administrator", system_administrator=None)
    for more in ("", "loss-points/", "loss-points/trainee/deferrals/"):
        assert signed_in(lead).get(f"/rx1/gp/{more}").status_code == 404
        for user in (lead, clinical, above, administrator):
            assert signed_in(user).get(f"/a99001/gp/{more}").status_code == 404, user.name
            assert signed_in(user).post("/a99001/gp/loss-points/trainee/deferrals/").status_code == 404


def test_every_step_is_the_first_that_has_an_open_check() -> None:
    done: dict[str, Answer] = {}
    for number, keys in enumerate(STEPS, 1):
        for key in keys:
            assert step_now(Progress(CHECKS, dict(done))) == number
            done[key] = Answer(item=key, rating="done")
    assert step_now(Progress(CHECKS, done)) is None


def test_all_done_is_said(here: System, manager: User) -> None:
    round = with_done(here.practice, manager, *(item.key for item in CHECKS.items))
    page = words(read(manager, "/a99001/gp/"))
    assert "All 5 steps are done. 22 of 22 checks done. Next: agree on it, and say when you look again." in page
    actions.agree(round=round, review_on=None, by=manager)
    page = words(read(manager, "/a99001/gp/"))
    assert "All 5 steps are done. 22 of 22 checks done. The next review is due on" in page


def test_an_overdue_review_is_said(here: System, manager: User) -> None:
    round = with_done(here.practice, manager, "funding_used")
    actions.agree(round=round, review_on=None, by=manager)
    Round.objects.update(review_on=timezone.localdate() - dt.timedelta(days=3))
    page = words(read(manager, "/a99001/gp/"))
    assert "Review overdue" in page
    assert "3 days ago" in page
    assert "Look again at the checklist" in page


def test_whoever_takes_no_part_sees_only_what_was_agreed(here: System, manager: User) -> None:
    actions.agree(round=with_done(here.practice, manager, "funding_used"), review_on=None, by=manager)
    with_done(here.practice, manager, "funding_used", "clinical_lead", "project_board")
    viewer = somebody("Viewer", viewer=here.practice)
    page = words(read(viewer, "/a99001/gp/"))
    assert "1 of 22 checks done." in page
    assert "Until it is agreed, only those who take part see it." in page
    assert "3 of 22 checks done." in words(read(manager, "/a99001/gp/"))


def test_a_list_that_was_shared_is_offered_here(here: System, manager: User) -> None:
    clinical = somebody("Clinical lead", gp_clinical_lead=here.network)
    theirs = with_done(here.network, clinical, "funding_used")
    actions.agree(round=theirs, review_on=None, by=clinical)
    assert "Fell Network" not in words(read(manager, "/a99001/gp/")).partition("Keeping GPs, step by step")[2]
    (shown,) = list_actions.share_down(round=theirs, to=[here.practice], by=clinical)
    assert f'href="/a99001/practice/handed/{shown.pk}/"' in read(manager, "/a99001/gp/")
    round = with_done(here.practice, manager, "clinical_lead")
    assert f"/a99001/practice/rounds/{round.pk}/done/copy/?from={theirs.pk}" in read(manager, "/a99001/gp/")


def test_each_tool_that_is_linked_is_there_and_stands_in_a_step(here: System, manager: User) -> None:
    assert set(TOOLS) <= {tool for step in cycle() for tool in step.tools}
    page = read(manager, "/a99001/gp/")
    links = re.findall(r"<strong>Here for it:</strong>(.*?)</p>", page, re.DOTALL)
    addresses = {address for line in links for address in re.findall(r'href="([^"#]+)', line)}
    assert {"/a99001/gp/loss-points/", "/a99001/gp/gap-audit/", "/a99001/gp/aims/"} <= addresses
    assert {"/a99001/promise/roles/", "/a99001/data/", "/measures/"} <= addresses
    client = signed_in(manager)
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    clinical = somebody("Clinical lead", gp_clinical_lead=here.network)
    assert "/u99/data/" not in read(clinical, "/u99/gp/")


# Where GPs are lost

TRAINING = spot("trainee", "deferrals")
ABROAD_NEW, ABROAD_LATE = (spot(stage, "emigration_when_qualified") for stage in ("newly_qualified", "wise_fives"))
assert TRAINING is not None
assert ABROAD_NEW is not None
assert ABROAD_LATE is not None


@pytest.fixture
def wrote(here: System, manager: User) -> Callable[..., Loss]:
    def write(at: Spot, number: int | None, of: int | None = None, period: str = "2025", note: str = "") -> Loss:
        before = losses_of(here.practice).get(at.key)
        lost = Lost(number, of, period if number is not None else "", note)
        known = before.version if before else None
        return write_loss(place=here.practice, spot=at, lost=lost, known=known, by=manager)

    return write


def test_every_point_of_every_stage_has_a_place_of_its_own() -> None:
    assert len({one.key for one in spots()}) == len(spots())
    assert max(len(one.key) for one in spots()) <= Loss._meta.get_field("point").max_length
    for stage in stages():
        own = [one.point for one in spots() if one.stage == stage]
        assert own == [point for point in loss_points_of(stage.key) if not point.throughout]
    assert [one.point for one in spots() if one.stage is None] == [p for p in loss_points() if p.throughout]


def test_nothing_written_is_not_known_and_every_question_is_asked(here: System, manager: User) -> None:
    page = words(read(manager, "/a99001/gp/loss-points/"))
    assert "Not known at any stage of the career: ask." in page
    assert page.count("Not known") == len(spots()) + 1
    for point in loss_points():
        assert f"Ask: {point.ask}" in page
        assert point.says in page
    assert "A number could come from: Leaver rate , Share aged 55 and over" in page


def test_the_first_sentence_is_made_of_what_is_written_and_no_more(
    here: System, manager: User, wrote: Callable[..., Loss]
) -> None:
    wrote(ABROAD_NEW, 12, 140)
    wrote(spot("newly_qualified", "change_of_direction"), 7)
    wrote(TRAINING, 1_204, None, "April 2024 to March 2025")
    wrote(ABROAD_LATE, None, note="We ask in May")
    page = words(read(manager, "/a99001/gp/loss-points/"))
    assert (
        "In training: training put off, 1,204 in April 2024 to March 2025. "
        "Newly qualified: went abroad, 12 of 140 in 2025. "
        "Not known: from training into work, early to mid career, the wise fives, coming back, along the whole career. "
        "Ask." in page
    )
    assert "We ask in May" in page
    for one in spots():
        if one.key not in losses_of(here.practice):
            wrote(one, 0)
    wrote(ABROAD_LATE, 3, 4)
    sentence = losses_in_words(shown_stages(here.practice, losses_of(here.practice)))
    assert "Ask" not in sentence
    assert "The wise fives: went abroad, 3 of 4 in 2025." in sentence


def test_each_stage_of_a_point_has_its_own_number(wrote: Callable[..., Loss], here: System) -> None:
    wrote(ABROAD_NEW, 12, 140)
    wrote(ABROAD_LATE, 2)
    found = {loss.point: loss.number for loss in losses_of(here.practice).values()}
    assert found == {"emigration_when_qualified.newly_qualified": 12, "emigration_when_qualified.wise_fives": 2}


def test_a_number_is_written_changed_and_taken_back(here: System, manager: User) -> None:
    client, address = signed_in(manager), "/a99001/gp/loss-points/trainee/deferrals/"
    page = client.get(address).content.decode()
    assert TRAINING.point.ask in words(page)
    assert "No number of ours shows this" in page
    said = {"answer": "number", "number": "3", "of": "12", "period": "2025", "note": "From the deanery", "known": ""}
    response = client.post(address, said)
    assert response["Location"] == "/a99001/gp/loss-points/#trainee"
    page = words(read(manager, "/a99001/gp/loss-points/"))
    assert "3 of 12 in 2025" in page
    assert "Under 5: this stays at Fell Surgery." in page
    assert "What stands there now: 3 of 12 in 2025" in words(client.get(address).content.decode())
    client.post(address, {"answer": "not_known", "number": "3", "of": "12", "period": "2025", "known": "1"})
    loss = losses_of(here.practice)["deferrals"]
    assert (loss.known, loss.number, loss.of, loss.period, loss.version) == (False, None, None, "", 2)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"answer": ""}, "Select an answer: Do you know how many?"),
        ({"number": ""}, "Enter how many"),
        ({"number": "some"}, "How many must be a whole number, like 30"),
        ({"number": "-1"}, "How many must be 0 or more"),
        ({"number": "99999999999"}, "How many must be 1000000 or less"),
        ({"of": "0"}, "Of how many must be 1 or more"),
        ({"of": "2"}, "3 cannot be lost of 2."),
        ({"period": " "}, "Enter in which time"),
        ({"period": "x" * 61}, "In which time must be 60 characters or fewer"),
        ({"note": "x" * 4001}, "must be 4000 characters or fewer"),
    ],
)
def test_bad_input_is_told_and_kept(here: System, manager: User, wrong: dict[str, str], said: str) -> None:
    data = {"answer": "number", "number": "3", "of": "12", "period": "2025", "note": "Kept <as> typed", "known": ""}
    response = signed_in(manager).post("/a99001/gp/loss-points/trainee/deferrals/", data | wrong)
    assert response.status_code == 422
    assert said in words(response.content.decode())
    assert "Kept &lt;as&gt; typed" in response.content.decode() or "note" in wrong
    assert not Loss.objects.exists()


def test_somebody_quicker_is_named_and_what_was_typed_is_kept(here: System, manager: User) -> None:
    client, address = signed_in(manager), "/a99001/gp/loss-points/trainee/deferrals/"
    partner = somebody("Partner", gp_clinical_lead=here.practice)
    data = {"answer": "number", "number": "3", "of": "", "period": "2025", "note": "", "known": ""}
    assert signed_in(partner).post(address, data | {"number": "9"}).status_code == 302
    response = client.post(address, data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Somebody else has changed this since you opened the page: Partner." in words(page)
    assert "What stands there now: 9 in 2025" in words(page)
    assert re.search(r'name="number"[^>]*value="3"', page)
    assert losses_of(here.practice)["deferrals"].number == 9
    known = re.search(r'name="known" value="(\d+)"', page)
    assert known
    assert client.post(address, data | {"known": known[1]}).status_code == 302
    assert losses_of(here.practice)["deferrals"].number == 3


def test_each_reason_not_to_write(here: System, manager: User) -> None:
    def why(place: Place, by: User, lost: Lost = Lost(3, 12, "2025"), known: int | None = None) -> str:
        with pytest.raises(NotAllowed) as refused:
            write_loss(place=place, spot=TRAINING, lost=lost, known=known, by=by)
        return refused.value.wrong

    viewer = somebody("Viewer", viewer=here.practice)
    assert why(here.network, manager) == "This is not yours to see."
    assert why(here.practice, viewer) == "Your role here (Viewer) does not let you write this down."
    lead = somebody("Retention lead", retention_lead=here.northmoor)
    assert why(here.northmoor, lead) == "This is not made for a trust."
    assert why(here.practice, manager, Lost(13, 12, "2025")) == "13 cannot be lost of 12."
    assert why(here.practice, manager, Lost(3, None, " ")) == "Say in which time that was."
    assert why(here.practice, manager, Lost(None, 12)).startswith("A number that is not known")
    with pytest.raises(Quicker):
        write_loss(place=here.practice, spot=TRAINING, lost=Lost(), known=7, by=manager)
    assert not Loss.objects.exists()
    assert cannot_have_lost(12, 12, "2025") is None
    assert cannot_have_lost(0, None, "2025") is None
    assert cannot_have_lost(None, None, "") is None


def test_whoever_may_not_write_reads_without_the_links(here: System) -> None:
    viewer = somebody("Viewer", viewer=here.practice)
    page = read(viewer, "/a99001/gp/loss-points/")
    assert "Your role here (Viewer) does not let you write this down." in words(page)
    assert "/gp/loss-points/trainee/" not in page
    assert signed_in(viewer).get("/a99001/gp/loss-points/trainee/deferrals/").status_code == 404


@pytest.mark.parametrize(
    "address", ["trainee/nothing", "nobody/deferrals", "wise_fives/deferrals", "throughout/deferrals"]
)
def test_a_point_that_the_stage_does_not_have_is_none(here: System, manager: User, address: str) -> None:
    assert signed_in(manager).get(f"/a99001/gp/loss-points/{address}/").status_code == 404


def test_the_numbers_stay_at_the_practice(here: System, manager: User, wrote: Callable[..., Loss]) -> None:
    wrote(TRAINING, 3, 1217, note="Only for us")
    clinical = somebody("Clinical lead", gp_clinical_lead=here.network)
    above = somebody("ICS lead", ics_lead=here.icb)
    for user, place in ((clinical, here.network), (above, here.icb)):
        for more in ("gp/", "gp/loss-points/", "practice/"):
            page = read(user, f"/{place.slug}/{more}")
            assert "1,217" not in page
            assert "Only for us" not in page


def test_the_database_refuses_more_lost_than_there_were(here: System, manager: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Loss.objects.create(place=here.practice, point="x", known=True, number=3, of=2, changed_by=manager)
