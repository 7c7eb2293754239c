"""How does a place keep the promise to its people, and who carries which part of it?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from html import unescape

import pytest
from auditlog.models import LogEntry
from cast import System, somebody
from cast import system as cast_system
from django.test import Client
from django.utils import timezone

from keepwell.content.assessments import assessment
from keepwell.content.promise import elements, retention_roles, roles_of
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import standing
from keepwell.web.assessments import role_actions, role_rules
from keepwell.web.assessments.actions import Said, agree, answer, lay_open, rate, release, start, withdraw
from keepwell.web.assessments.models import RoleHolder, Round, Shown
from keepwell.web.assessments.role_queries import roles_held
from keepwell.web.audit.models import AccessEvent, Kind
from keepwell.web.audit.queries import chain_end
from keepwell.web.evidence import values
from keepwell.web.evidence.values import Asked, Value
from keepwell.web.home.rules import cannot_see_promise
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans

pytestmark = pytest.mark.django_db

GUARDIAN = retention_roles()["wellbeing_guardian"]
QUICKER = "Somebody else has changed this since you opened the page: Other lead."


@pytest.fixture
def here() -> System:
    return cast_system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Retention lead", retention_lead=here.northmoor)


@pytest.fixture
def other(here: System) -> User:
    return somebody("Other lead", retention_lead=here.northmoor)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def words(page: str) -> str:
    """What somebody reads of a page, in one line."""
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def read(user: User, address: str) -> str:
    response = signed_in(user).get(address)
    assert response.status_code == 200
    return words(response.content.decode())


def about(page: str, element: str) -> str:
    """What a page says of one element: from its heading to the next."""
    titles = [one.title for one in elements().values()]
    begins = page.index(f"{elements()[element].about[:30]}")
    rest = titles[titles.index(elements()[element].title) + 1 :]
    ends = page.find(f"What we say ourselves : {rest[0]}") if rest else -1
    return page[begins:ends]


def agreed(place: Place, by: User, key: str = "retention_traffic_light", **ratings: str) -> Round:
    """A round that was agreed with these ratings."""
    begun = start(place=place, of=assessment(key), by=by)
    if begun.rated_apart:
        for item, rating in ratings.items():
            rate(round=begun, item=item, rating=rating, by=by)
        lay_open(round=begun, by=by)
    for item, rating in ratings.items():
        answer(round=begun, item=item, said=Said(rating), known=None, by=by)
    return agree(round=begun, review_on=None, by=by)


def name(place: Place, by: User, who: str = "Sam Guardian", key: str = "wellbeing_guardian", known: int | None = None):
    since = dt.date(2026, 4, 1)
    return role_actions.name_holder(place=place, role=retention_roles()[key], name=who, since=since, known=known, by=by)


# The page, with nothing and with ratings


def test_the_page_is_useful_before_anything_was_rated_or_loaded(here: System, lead: User) -> None:
    page = read(lead, "/rx1/promise/")
    assert "No element has been rated yet. All 22 named roles are empty." in page
    for element in elements().values():
        assert element.title in page
        assert element.about[:60] in page
    flexibly = about(page, "work_flexibly")
    assert "Retention traffic light : nothing has been agreed yet. It asks about: Flexible" in flexibly
    assert "None is there for you yet. These would be: How many work part time" in flexibly
    assert "No survey has been loaded yet." in flexibly
    assert "Flexible working champion – Nobody yet" in flexibly
    assert page.count("No survey has been loaded yet.") == 7


def test_two_red_elements_and_the_empty_roles_are_the_first_sentence(here: System, lead: User) -> None:
    agreed(
        here.northmoor, lead, flexible_working="red", flexible_retirement="green", new_starters="red", culture="amber"
    )
    for role in roles_of("trust")[:-5]:
        name(here.northmoor, lead, "Somebody", role.key)
    page = read(lead, "/rx1/promise/")
    told = (
        "Two elements are red: We work flexibly; We are a team. Four are not rated. Five of 22 named roles are empty."
    )
    assert told in page
    today = timezone.localdate()
    flexibly = about(page, "work_flexibly")
    assert f"Retention traffic light , agreed on {today.day} " in flexibly
    assert flexibly.index("✕ Red Flexible working") < flexibly.index("✓ Green Flexible retirement")
    assert "! Amber Organisational culture – Not rated" in about(page, "compassionate_and_inclusive")
    overview = page[: page.index("An element is as its worst topic")]
    assert overview.index("We are a team ✕ Red") < overview.index("We are compassionate and inclusive ! Amber")


def test_no_red_is_said_too(here: System, lead: User) -> None:
    agreed(here.northmoor, lead, flexible_working="amber", new_starters="green")
    assert "No element is red; one is amber. Five are not rated." in read(lead, "/rx1/promise/")


def test_only_what_was_agreed_last_counts(here: System, lead: User) -> None:
    agreed(here.northmoor, lead, new_starters="red")
    agreed(here.northmoor, lead, new_starters="green")
    under_way = start(place=here.northmoor, of=assessment("retention_traffic_light"), by=lead)
    rate(round=under_way, item="new_starters", rating="red", note="not to be told", by=lead)
    page = read(lead, "/rx1/promise/")
    assert "No element is red." in page
    assert "not to be told" not in page


def test_a_red_directorate_is_named_and_the_trusts_own_rating_goes_before_it(here: System, lead: User) -> None:
    agreed(here.surgery, lead, new_starters="red")
    agreed(here.medicine, lead, new_starters="green")
    page = read(lead, "/rx1/promise/")
    assert "One element is red in parts of Northmoor Trust: We are a team." in page
    assert "2 parts of Northmoor Trust, agreed on" in page
    assert "red at 1 (Surgery); green at 1" in about(page, "a_team")
    agreed(here.northmoor, lead, new_starters="green")
    page = read(lead, "/rx1/promise/")
    assert "No element is red. Six are not rated." in page
    assert "red at 1 (Surgery)" in page, "it is still told"


def test_a_list_to_be_done_does_not_hide_the_light_of_a_part(here: System, lead: User) -> None:
    agreed(here.northmoor, lead, "exit_planning_list", process_known="not_yet")
    agreed(here.surgery, lead, listening="red")
    assert "One element is red in parts of Northmoor Trust: We each have a voice" in read(lead, "/rx1/promise/")


def test_a_directorate_that_has_closed_is_no_longer_told(here: System, lead: User) -> None:
    agreed(here.surgery, lead, new_starters="red")
    Place.objects.filter(pk=here.surgery.pk).update(closed=dt.date(2026, 1, 1))
    assert "No element has been rated yet." in read(lead, "/rx1/promise/")


def test_a_board_sees_what_was_released_to_it_and_nothing_else(here: System, lead: User) -> None:
    above = somebody("ICS lead", ics_lead=here.icb)
    done = agreed(here.northmoor, lead, new_starters="red", culture="green")
    agreed(here.surgery, lead, reward="red")
    page = read(above, "/qx9/promise/")
    assert "No rating has been released to Moorland yet." in page
    assert "Northmoor" not in page
    assert "Retention traffic light : none of 2 places below has released it yet." in about(page, "a_team")
    shown = release(round=done, to=here.icb, with_notes=False, by=lead)
    page = read(above, "/qx9/promise/")
    assert "One element is red at places that released their ratings: We are a team." in page
    assert "red at 1 (Northmoor Trust)" in about(page, "a_team")
    assert "released to Moorland by 1 of 2 places, agreed on" in page
    assert "Surgery" not in page, "nothing below the trust was released"
    withdraw(shown=shown, by=lead)
    assert "Northmoor" not in read(above, "/qx9/promise/")


def test_many_places_are_counted_and_few_are_named(here: System, lead: User) -> None:
    above = somebody("ICS lead", ics_lead=here.icb)
    for number in range(6):
        manager = somebody(f"Manager {number}")
        place = Place.objects.create(slug=f"p{number}", name=f"Practice {number}", kind="practice", parent=here.icb)
        Place.objects.filter(pk=place.pk).update(path=f"{here.icb.path}{place.pk}/", controller=place)
        place.refresh_from_db()
        held = {"practice_manager": place}
        manager = somebody(f"Manager of {number}", **held)
        done = agreed(place, manager, "gp_retention_checklist", training_hub="done" if number else "not_yet")
        release(round=done, to=here.icb, with_notes=False, by=manager)
    page = read(above, "/qx9/promise/")
    assert "not yet at 1 (Practice 0); done at 5" in page
    assert "No rating has been released to Moorland yet." in page, "a list to be done is no traffic light"


def test_a_place_that_closed_or_went_elsewhere_is_no_longer_told(here: System, lead: User) -> None:
    above = somebody("ICS lead", ics_lead=here.icb)
    release(round=agreed(here.northmoor, lead, culture="red"), to=here.icb, with_notes=False, by=lead)
    for gone in ({"closed": dt.date(2026, 1, 1)}, {"path": f"/999/{here.northmoor.pk}/"}):
        before = {name: getattr(here.northmoor, name) for name in gone}
        assert "red at 1 (Northmoor Trust)" in read(above, "/qx9/promise/")
        Place.objects.filter(pk=here.northmoor.pk).update(**gone)
        assert "Northmoor Trust" not in read(above, "/qx9/promise/")
        Place.objects.filter(pk=here.northmoor.pk).update(**before)


def test_a_list_that_a_network_hands_down_is_nothing_that_was_released_upward(here: System) -> None:
    clinical = somebody("Clinical lead", gp_clinical_lead=here.network)
    done = agreed(here.network, clinical, "gp_retention_checklist", training_hub="not_yet")
    Shown.objects.create(round=done, to=here.practice, with_notes=True, released_by=clinical)
    manager = somebody("Practice manager", practice_manager=here.practice)
    page = read(manager, "/a99001/promise/")
    assert "released to Fell Surgery" not in page
    assert "Fell Network" not in page


def test_a_practice_sees_its_own_checks_and_its_three_roles(here: System) -> None:
    manager = somebody("Practice manager", practice_manager=here.practice)
    agreed(here.practice, manager, "gp_retention_checklist", training_hub="done", network_development="not_yet")
    page = read(manager, "/a99001/promise/")
    assert "All three named roles are empty." in page
    learning = about(page, "always_learning")
    assert learning.index("– Not yet") < learning.index("✓ Done")
    assert "No answer yet" in learning
    assert "Board and senior leaders" not in page, "a practice has none"
    assert "No assessment that is made for this place asks about it." in about(page, "recognised_and_rewarded")


# Who sees it


def test_who_sees_the_promise_and_who_does_not(here: System) -> None:
    seen = {"viewer": 200, "staff_side": 200, "hr_analyst": 200, "listener": 404, "contributor": 404}
    for role, status in seen.items():
        user = somebody(role.replace("_", " "), **{role: here.northmoor})
        assert signed_in(user).get("/rx1/promise/").status_code == status, role
        assert signed_in(user).get("/rx1/promise/roles/").status_code == status, role
    neighbour = signed_in(somebody("Neighbour", retention_lead=here.southmoor))
    assert neighbour.get("/rx1/promise/").status_code == 404
    assert neighbour.get("/rx1/promise/roles/").status_code == 404
    above = signed_in(somebody("Above", ics_lead=here.icb))
    assert above.get("/rx1/promise/").status_code == 404
    analyst = somebody("Analyst", national_analyst=here.region)
    assert signed_in(analyst).get("/y99/promise/").status_code == 404
    assert cannot_see_promise(standing(analyst, here.region)) == "The People Promise is not shown for a region."


def test_the_page_stands_in_the_menu_for_those_who_see_it(here: System, lead: User) -> None:
    assert '"/rx1/promise/"' in signed_in(lead).get("/rx1/promise/").content.decode()
    listener = somebody("Listener", listener=here.northmoor)
    assert '"/rx1/promise/"' not in signed_in(listener).get("/rx1/place/").content.decode()


def test_a_line_manager_sees_whom_to_ask_in_the_whole_trust(here: System, lead: User) -> None:
    name(here.northmoor, lead)
    manager = somebody("Line manager", line_manager=here.surgery)
    page = read(manager, f"/{here.surgery.slug}/promise/")
    assert "Wellbeing guardian : Sam Guardian" in page
    assert "21 of 22 named roles of Northmoor Trust are empty." in page
    assert "Roles are named for the whole of Northmoor Trust." in page
    assert signed_in(manager).get(f"/{here.surgery.slug}/promise/roles/").status_code == 404
    assert signed_in(manager).get("/rx1/promise/").status_code == 404


def test_the_names_of_another_trust_are_nowhere(here: System, lead: User) -> None:
    name(here.northmoor, lead)
    neighbour = somebody("Neighbour", retention_lead=here.southmoor)
    for address in ("/rx2/promise/", "/rx2/promise/roles/"):
        assert "Sam Guardian" not in read(neighbour, address)
    assert "Sam Guardian" not in read(somebody("Above", ics_lead=here.icb), "/qx9/promise/")


# Numbers beside it


@pytest.fixture
def given(here: System) -> Iterator[list[Value]]:
    """Values that some slice gives to whoever asks about sickness."""
    found: list[Value] = []

    def provider(user: User, asked: Asked) -> list[Value]:
        return found if "sickness_absence_rate" in asked.measures else []

    values.provide(provider)
    yield found
    values._PROVIDERS.remove(provider)


def value(policy: str, of: Place | None) -> Value:
    label, period, meant = "Sickness absence", "October 2025", "FTE days lost of FTE days there were."
    return Value(
        "sickness", label, "5.4%", period, meant, policy, "/measures/sickness_absence_rate/", of, 0.054, "Up by 0.3"
    )


def test_a_number_stands_with_its_period_and_definition_and_exact_ones_are_recorded(
    here: System, lead: User, given: list[Value]
) -> None:
    seen = AccessEvent.objects.filter(number__gt=chain_end().count, kind=Kind.VIEWED)
    given.append(value("published", None))
    page = about(read(lead, "/rx1/promise/"), "safe_and_healthy")
    assert "Sickness absence : 5.4% , October 2025. Up by 0.3" in page
    assert "FTE days lost of FTE days there were." in page
    assert not seen.exists()
    assert "Exact figures stand here" not in read(lead, "/rx1/promise/")
    given.append(value("internal", here.northmoor))
    assert "Exact figures stand here: that you saw them is kept in the register." in read(lead, "/rx1/promise/")
    event = seen.get()
    assert (event.what, event.policy, event.place_name) == ("People Promise", "internal", "Northmoor Trust")


def test_a_number_that_two_reasons_bring_stands_once(here: System, lead: User, given: list[Value]) -> None:
    given += [value("published", None), value("published", None)]
    page = about(read(lead, "/rx1/promise/"), "safe_and_healthy")
    assert page.count("5.4%") == 1


# Naming who holds a role


def test_a_lead_names_somebody_and_later_nobody(here: System, lead: User) -> None:
    held = name(here.northmoor, lead, "  Sam Guardian ")
    assert (held.name, held.version, held.changed_by) == ("Sam Guardian", 1, lead)
    held = role_actions.clear_holder(place=here.northmoor, role=GUARDIAN, known=1, by=lead)
    assert (held.name, held.since, held.version) == ("", None, 2)
    assert roles_held(here.northmoor)[0].empty
    assert name(here.northmoor, lead, "Alex", known=2).version == 3


def test_the_empty_ones_come_first(here: System, lead: User) -> None:
    name(here.northmoor, lead, key="executive_lead")
    held = roles_held(here.northmoor)
    assert [one.role.key for one in held][-1] == "executive_lead"
    assert [one.empty for one in held] == [True] * 21 + [False]


def test_who_may_not_write_is_told_why(here: System, lead: User) -> None:
    viewer = somebody("Viewer", viewer=here.northmoor)
    neighbour = somebody("Neighbour", retention_lead=here.southmoor)
    manager = somebody("Line manager", line_manager=here.surgery)
    practice = somebody("Practice manager", practice_manager=here.practice)
    refused = {
        (viewer, here.northmoor): "Your role here (Viewer) does not let you write down who holds a role.",
        (neighbour, here.northmoor): "This is not yours to see.",
        (manager, here.surgery): "Roles are named for the whole of Northmoor Trust, not for a part of it.",
        (practice, here.practice): "Wellbeing guardian is not a role of a general practice.",
    }
    for (by, place), reason in refused.items():
        with pytest.raises(NotAllowed, match=re.escape(reason)):
            name(place, by)
        assert role_rules.cannot_write_role(by, place, GUARDIAN) == reason
    Place.objects.filter(pk=here.northmoor.pk).update(closed=dt.date(2026, 1, 1))
    with pytest.raises(NotAllowed, match=re.escape("Northmoor Trust has closed.")):
        name(here.northmoor, lead)
    assert not RoleHolder.objects.exists()


def test_a_name_is_a_name_and_a_day_is_not_to_come(here: System, lead: User) -> None:
    for blank in ("", "  ", "-", "\u200b"):
        with pytest.raises(NotAllowed, match="Say who holds it"):
            name(here.northmoor, lead, blank)
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    with pytest.raises(NotAllowed, match="That day is still to come"):
        role_actions.name_holder(place=here.northmoor, role=GUARDIAN, name="Sam", since=tomorrow, known=None, by=lead)
    assert role_rules.cannot_hold_since(timezone.localdate()) is None


def test_of_two_who_write_at_once_the_second_is_told(here: System, lead: User, other: User) -> None:
    name(here.northmoor, other, "First")
    for known in (None, 2):
        with pytest.raises(NotAllowed, match=re.escape(QUICKER)):
            name(here.northmoor, lead, "Second", known=known)
        with pytest.raises(NotAllowed, match=re.escape(QUICKER)):
            role_actions.clear_holder(place=here.northmoor, role=GUARDIAN, known=known, by=lead)
    assert RoleHolder.objects.get().name == "First"


def test_the_same_role_of_another_trust_is_another(here: System, lead: User) -> None:
    neighbour = somebody("Neighbour", retention_lead=here.southmoor)
    name(here.southmoor, neighbour, "Theirs")
    assert name(here.northmoor, lead, "Ours").version == 1
    assert name(here.southmoor, neighbour, "Theirs still", known=1).version == 2
    assert [one.name for one in roles_held(here.northmoor) if not one.empty] == ["Ours"]


def test_the_log_of_changes_does_not_keep_the_name(here: System, lead: User) -> None:
    name(here.northmoor, lead)
    kept = LogEntry.objects.filter(content_type__model="roleholder")
    assert kept.exists()
    assert "Sam Guardian" not in str([(one.changes, one.object_repr) for one in kept])


# The pages of roles


def test_the_page_of_roles_shows_the_empty_ones_first(here: System, lead: User) -> None:
    name(here.northmoor, lead, "Sam <b>Guardian</b>")
    page = read(lead, "/rx1/promise/roles/")
    assert "21 of 22 named roles are empty." in page
    assert page.index("Nobody yet") < page.index("Board member for retention") < page.index("Sam <b>Guardian</b>")
    assert "Sam <b>Guardian</b> , since 1 April 2026" in page
    assert "It carries: We are safe and healthy." in page
    html = signed_in(lead).get("/rx1/promise/roles/").content.decode()
    assert "<b>Guardian" not in html


def test_a_viewer_reads_the_roles_and_is_told_why_not_to_write(here: System) -> None:
    viewer = somebody("Viewer", viewer=here.northmoor)
    page = read(viewer, "/rx1/promise/roles/")
    assert "Your role here (Viewer) does not let you write down who holds a role." in page
    assert "Say who holds it" not in page
    assert signed_in(viewer).get("/rx1/promise/roles/wellbeing_guardian/").status_code == 404
    assert signed_in(viewer).post("/rx1/promise/roles/wellbeing_guardian/", {"name": "Me"}).status_code == 404
    assert not RoleHolder.objects.exists()


def test_a_role_that_does_not_exist_or_is_not_of_such_a_place_is_not_found(here: System, lead: User) -> None:
    assert signed_in(lead).get("/rx1/promise/roles/nothing/").status_code == 404
    assert signed_in(lead).get("/rx1/promise/roles/lmc/").status_code == 404


def boxes(html: str) -> dict[str, str]:
    """The names of what a form asks, with what stands in them."""
    asked = re.findall(r"<input\b[^>]*>", html)
    named = [(re.search(r'\bname="([^"]+)"', one), re.search(r'\bvalue="([^"]*)"', one)) for one in asked]
    return {name[1]: value[1] if value else "" for name, value in named if name}


def filled(client: Client, address: str, **said: str) -> dict[str, str]:
    """The form as the page shows it, with this typed into it."""
    return boxes(client.get(address).content.decode()) | said


def test_a_lead_fills_in_the_form_and_takes_the_name_away_again(here: System, lead: User) -> None:
    client, address = signed_in(lead), "/rx1/promise/roles/wellbeing_guardian/"
    answered = client.post(address, filled(client, address, name="Sam Guardian"), follow=True)
    assert answered.redirect_chain[-1][0] == "/rx1/promise/roles/"
    page = words(answered.content.decode())
    assert "Wellbeing guardian: it is written down who holds it." in page
    assert "Sam Guardian" in page
    again = client.get(address).content.decode()
    assert boxes(again)["name"] == "Sam Guardian"
    answered = client.post(address, {"known": boxes(again)["known"], "nobody": "yes"}, follow=True)
    assert "Wellbeing guardian: nobody holds it." in words(answered.content.decode())
    assert RoleHolder.objects.get().name == ""
    assert "Written here now: nobody holds it." in read(lead, address)


def test_what_was_typed_stays_beside_what_is_wrong(here: System, lead: User) -> None:
    client, address = signed_in(lead), "/rx1/promise/roles/wellbeing_guardian/"
    days = [key for key in boxes(client.get(address).content.decode()) if key.startswith("since")]
    typed = dict(zip(days, ("31", "2", "2026"), strict=True))
    for said, wrong in (
        ({"name": "Sam Guardian", **typed}, "Since when? must be a real date"),
        ({"name": "Sam Guardian", **dict(zip(days, ("1", "1", "2999"), strict=True))}, "That day is still to come"),
        ({"name": "   "}, "Enter who holds it"),
        ({"name": "-"}, "Say who holds it, by the name that they go by at work."),
        ({"name": "x" * 121}, "The name must be 120 characters or fewer"),
        ({"name": "Sam\x00"}, "Null characters are not allowed."),
    ):
        answered = client.post(address, filled(client, address, **said))
        html = answered.content.decode()
        assert answered.status_code == 422
        assert wrong in words(html)
        assert "Try:" not in words(html), "it stands beside the field, in the field's own words"
        assert boxes(html)["name"] == said["name"].replace("\x00", boxes(html)["name"][3:4])
    assert not RoleHolder.objects.exists()


def test_somebody_quicker_is_named_and_what_was_typed_is_kept(here: System, lead: User, other: User) -> None:
    client, address = signed_in(lead), "/rx1/promise/roles/wellbeing_guardian/"
    typed = filled(client, address, name="Mine")
    name(here.northmoor, other, "Theirs")
    answered = client.post(address, typed)
    html = answered.content.decode()
    assert answered.status_code == 422
    assert QUICKER in words(html)
    assert "Written here now: Theirs , since 1 April 2026. Written by Other lead" in words(html)
    assert boxes(html)["name"] == "Mine"
    assert RoleHolder.objects.get().name == "Theirs"
    client.post(address, typed | {"known": boxes(html)["known"]})
    assert RoleHolder.objects.get().name == "Mine", "sent again, knowing what stood there"


def test_nobody_is_not_said_over_somebody_who_was_just_named(here: System, lead: User, other: User) -> None:
    name(here.northmoor, other, "Theirs")
    name(here.northmoor, other, "Theirs too", known=1)
    for known in ("1", "", "abc", "9" * 30):
        answered = signed_in(lead).post(
            "/rx1/promise/roles/wellbeing_guardian/", {"known": known, "nobody": "yes"}, follow=True
        )
        assert QUICKER in words(answered.content.decode())
    assert RoleHolder.objects.get().name == "Theirs too"


def test_what_the_plan_does_for_an_element_stands_there_once_it_is_agreed(here: System, lead: User) -> None:
    plan = plans.begin(place=here.northmoor, content={"title": "Stay well"}, by=lead)
    content = {"what": "Write the rota together", "promise": "work_flexibly"}
    plans.add(plan=plan, content=content, by=lead)
    address = f"/{here.northmoor.slug}/promise/"
    assert "Write the rota together" not in signed_in(lead).get(address).content.decode()
    plans.agree(plan=plan, by=lead)
    plans.add(plan=plan, content={"what": "Still a secret", "promise": "work_flexibly"}, by=lead)
    viewer = somebody("Viewer", viewer=here.northmoor)
    seen = signed_in(viewer).get(address).content.decode()
    assert "Write the rota together (under way)" in seen
    assert "Still a secret" not in seen
    assert seen.count("No action that is agreed here names it.") == 6
