"""Is what stands beside a plan written, seen and copied by those it belongs to, and by nobody else?"""

from __future__ import annotations

import html
import re

import pytest
from cast import somebody, system
from django.test import Client

from keepwell.content.involving import equality, stakeholder_maps
from keepwell.content.planning import driver_examples, readiness
from keepwell.web.audit.models import AccessEvent
from keepwell.web.designing import actions, drivers, presenters, queries, rules, screening_presenters
from keepwell.web.designing import stakeholder_presenters as on_map
from keepwell.web.designing.models import LONGEST_OUTLINE, EqualityScreening, Outline, ReadinessCheck, Stakeholder
from keepwell.web.designing.outlines import OutlineRefused
from keepwell.web.designing.queries import Told
from keepwell.web.places.actions import add_place
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action, Plan
from keepwell.web.plans.parts import parts_of_plan

pytestmark = pytest.mark.django_db

SMALL = (
    "Aim: 8 in 10 by March\n  Asking is easy\n    Everybody knows\n      A line in every advert\n      A first talk\n"
)
NOT_YOURS = "This is not yours to see."


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at):
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def plan(at, lead):
    return plans.begin(place=at.northmoor, content={"title": "Stay well"}, by=lead)


def agreed(plan, lead):
    plans.add(plan=plan, content={"what": "Ask the staff"}, by=lead)
    return plans.agree(plan=plan, by=lead)


def drawn(plan, lead, text=SMALL, known=None):
    return actions.write_outline(plan=plan, kind=Outline.DRIVERS, text=text, known=known, by=lead)


def signed_in(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def address(plan, more=""):
    return f"/{plan.place.slug}/plans/{plan.pk}/{more}"


def words(response):
    page = response.content.decode()
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)))


class TestOutlines:
    def test_it_is_kept_to_the_letter(self, plan, lead):
        odd = "Aim:  8 in 10 \n\n\t- Asking  is easy\n"
        assert drawn(plan, lead, odd).text == odd
        assert Outline.objects.get().text == odd

    def test_what_cannot_be_drawn_is_not_kept(self, plan, lead):
        with pytest.raises(OutlineRefused, match="Line 2"):
            drawn(plan, lead, "Aim: 1\nIdea: a")
        assert not Outline.objects.exists()

    def test_who_is_slower_is_told_also_where_nothing_stood_before(self, plan, lead):
        drawn(plan, lead)
        for known in (None, 7):
            with pytest.raises(plans.Quicker, match=r"Somebody else has written this .* Robin"):
                drawn(plan, lead, "Aim: 2", known=known)
        assert drawn(plan, lead, "Aim: 2", known=1).version == 2
        assert Outline.objects.get().text == "Aim: 2"

    def test_only_who_writes_the_plan_writes_beside_it_and_not_when_it_is_closed(self, at, plan, lead):
        other = somebody("Sam", retention_lead=at.southmoor)
        viewer = somebody("Vic", viewer=at.northmoor)
        with pytest.raises(NotAllowed, match=NOT_YOURS):
            drawn(plan, other)
        with pytest.raises(NotAllowed, match="does not let you write plans"):
            drawn(plan, viewer)
        action = plans.add(plan=plan, content={"what": "x"}, by=lead)
        plans.agree(plan=plan, by=lead)
        plans.finish(action=action, state=Action.FINISHED, by=lead)
        plans.close(plan=plan, by=lead)
        with pytest.raises(NotAllowed, match="This plan is closed"):
            drawn(plan, lead)


class TestIdeas:
    def test_an_idea_becomes_a_draft_action_with_the_driver_that_it_serves(self, plan, lead):
        drawn(plan, lead)
        (made,) = actions.ideas_to_actions(plan=plan, ideas=["A first talk"], by=lead)
        assert (made.what, made.idea, made.state) == ("A first talk", "A first talk", Action.DRAFT)
        assert made.objective == "Asking is easy: Everybody knows"
        assert presenters.how_far_drawn(plan, lead) == "2 ideas, 1 of them in the plan"

    def test_it_becomes_one_only_once_and_again_when_it_was_taken_out(self, plan, lead):
        drawn(plan, lead)
        (made,) = actions.ideas_to_actions(plan=plan, ideas=["A first talk"], by=lead)
        assert actions.ideas_to_actions(plan=plan, ideas=["A first talk"], by=lead) == []
        plans.take_out(action=made, by=lead)
        assert len(actions.ideas_to_actions(plan=plan, ideas=["A first talk", "a first talk."], by=lead)) == 1

    def test_what_does_not_stand_in_the_diagram_is_refused_and_nothing_is_made(self, plan, lead):
        drawn(plan, lead)
        with pytest.raises(NotAllowed, match="does not stand in the diagram any more"):
            actions.ideas_to_actions(plan=plan, ideas=["A first talk", "Free lunch"], by=lead)
        assert not Action.objects.exists()

    def test_somebody_else_cannot(self, at, plan, lead):
        drawn(plan, lead)
        with pytest.raises(NotAllowed):
            actions.ideas_to_actions(plan=plan, ideas=["A first talk"], by=somebody("V", viewer=at.northmoor))

    def test_every_idea_of_the_example_fits_into_an_action(self, plan, lead):
        drawn(plan, lead, drivers.outline_of(driver_examples().driver_diagrams[0]))
        ideas = [idea.words for idea in drivers.drivers_of(Outline.objects.get().text).ideas]
        assert len(actions.ideas_to_actions(plan=plan, ideas=ideas, by=lead)) == 7


class TestReadinessAndScreening:
    def test_readiness_says_what_holds_and_what_to_begin_with(self, plan, lead):
        keys = [one.key for one in readiness().components]
        assert len(keys) == 8
        answers = dict.fromkeys(keys[:5], "yes") | {keys[5]: "no", keys[6]: "partly", keys[7]: ""}
        check = actions.write_readiness(plan=plan, answers=answers, note="", known=None, by=lead)
        told = screening_presenters.readiness_in_words(check)
        assert told == "5 of 8 are in place; begin with project and performance management; 1 not answered."
        helps = {part.content.key: bool(part.helps) for part in screening_presenters.components_of(check)}
        assert [key for key in keys if helps[key]] == keys[5:7]
        assert screening_presenters.how_ready(plan, lead) == "5 of 8 in place"

    def test_a_screening_is_told_in_one_sentence(self, plan, lead):
        keys = [one.key for one in equality().characteristics]
        assert len(keys) == 9
        effects = ["worse", "worse", "better", "no_difference", "better", "not_known", "better", "", ""]
        judged = {key: {"effect": effect, "words": "", "doing": ""} for key, effect in zip(keys, effects, strict=True)}
        judged["age"]["doing"] = "Ask those over 55."
        one = actions.write_screening(plan=plan, judged=judged, answers={"respect": ""}, known=None, by=lead)
        told = screening_presenters.screening_in_words(one)
        assert told == "7 of 9 looked at; 2 may be harmed: age, disability; not known of race."
        assert one.answers == {} and len(one.judged) == 7
        undone = screening_presenters.undone(one)
        assert undone == ["Disability may be harmed, and nothing is written on what you do about it."]

    def test_none_may_be_harmed_is_said_only_when_all_were_looked_at(self, plan, lead):
        keys = [one.key for one in equality().characteristics]
        judged = {key: {"effect": "better"} for key in keys}
        one = EqualityScreening(judged=judged)
        assert screening_presenters.screening_in_words(one) == "9 of 9 looked at; none may be harmed."
        one.judged = {key: judged[key] for key in keys[:8]}
        assert screening_presenters.screening_in_words(one) == "8 of 9 looked at."

    @pytest.mark.parametrize("write", ["readiness", "screening"])
    def test_who_is_slower_is_told(self, plan, lead, write):
        told = {"readiness": {"answers": {}, "note": ""}, "screening": {"judged": {}, "answers": {}}}[write]
        made = getattr(actions, f"write_{write}")
        made(plan=plan, known=None, by=lead, **told)
        with pytest.raises(plans.Quicker):
            made(plan=plan, known=None, by=lead, **told)

    def test_health_inequalities_are_asked_in_general_practice_only(self, at):
        assert [queries.in_general_practice(one) for one in (at.practice, at.network, at.icb)] == [True] * 3
        assert [queries.in_general_practice(one) for one in (at.northmoor, at.surgery, at.ward_7)] == [False] * 3

    def test_figures_are_told_only_to_those_who_see_exact_ones_of_the_whole_organisation(self, at, lead, monkeypatch):
        asked = []
        monkeypatch.setattr(queries, "source_of", lambda workspace: "staff_list")
        monkeypatch.setattr(queries, "_told", lambda asking, field: asked.append(asking) or Told(field, None, "x"))
        assert set(queries.told_beside(lead, at.ward_7)) == {"disability_group", "ethnicity_group"}
        assert {(one.place, one.filters) for one in asked} == {(at.northmoor, ())}
        for role, place in (("line_manager", at.surgery), ("viewer", at.northmoor), ("ics_lead", at.icb)):
            assert queries.told_beside(somebody(role, **{role: place}), at.ward_7) == {}

    def test_nothing_is_told_where_there_are_no_records(self, at, lead, settings, tmp_path):
        settings.HOME = tmp_path
        assert queries.told_beside(lead, at.northmoor) == {}


class TestStakeholders:
    def test_the_map_to_begin_from_is_that_of_the_kind_of_place(self, at):
        kinds = {one.name: queries.map_for(one).key for one in (at.northmoor, at.ward_7, at.practice, at.icb)}
        assert list(kinds.values()) == ["trust", "trust", "general_practice", "general_practice"]
        assert queries.map_for(at.region).key == "trust"

    def test_staff_side_is_on_every_map_to_begin_from(self):
        for one in stakeholder_maps().values():
            assert any(rules.is_staff_side(Stakeholder(key=row.key, title="x")) for row in one.stakeholders)

    def test_the_map_is_begun_with_those_ticked_and_the_missing_staff_side_is_said(self, plan, lead):
        actions.begin_map(plan=plan, keys=["board", "staff", "nobody"], by=lead)
        assert [row.key for row in queries.stakeholders_of(plan)] == ["staff", "board"]
        assert on_map.how_far_mapped(plan, lead) == "2 groups on the map; staff side is missing"
        actions.begin_map(plan=plan, keys=["staff_side"], by=lead)
        assert on_map.how_far_mapped(plan, lead) == "3 groups on the map"

    @pytest.mark.parametrize("title", ["Staff-side reps", "The trade unions", "UNISON, our union"])
    def test_staff_side_is_known_in_the_plans_own_words(self, title):
        assert rules.is_staff_side(Stakeholder(title=title))

    def test_each_stands_in_its_field(self, plan, lead):
        actions.begin_map(plan=plan, keys=[one.key for one in stakeholder_maps()["trust"].stakeholders], by=lead)
        rows = list(queries.stakeholders_of(plan))
        fields = on_map.fields_of(rows)
        assert sum(len(one.rows) for one in fields) == len(rows) == 24
        assert [row.key for row in fields[3].rows] == ["patient_representatives"]
        assert all((row.interest, row.influence) == ("low", "high") for row in fields[1].rows)
        assert queries.not_yet_on(plan, rows) == []

    def test_who_is_taken_off_comes_back_with_what_was_written(self, plan, lead):
        actions.begin_map(plan=plan, keys=["board"], by=lead)
        row = queries.stakeholders_of(plan).get()
        told = {"title": "The board", "interest": "high", "influence": "high", "how": "", "when": "", "who": "Jo"}
        row = actions.write_stakeholder(row=row, content=told, known=1, by=lead)
        actions.take_off(row=row, by=lead)
        assert list(queries.stakeholders_of(plan)) == []
        actions.begin_map(plan=plan, keys=["board"], by=lead)
        assert queries.stakeholders_of(plan).get().who == "Jo"

    def test_nobody_stands_there_twice_or_without_a_name(self, plan, lead):
        told = {"title": "Night staff", "interest": "high", "influence": "low"}
        row = actions.add_stakeholder(plan=plan, content=told, by=lead)
        for title, wrong in (("night  staff.", "stands on the map already"), (" - ", "Say who it is")):
            with pytest.raises(NotAllowed, match=wrong):
                actions.add_stakeholder(plan=plan, content=told | {"title": title}, by=lead)
        assert actions.write_stakeholder(row=row, content=told | {"title": "Night Staff"}, known=1, by=lead)
        with pytest.raises(plans.Quicker):
            actions.write_stakeholder(row=row, content=told, known=1, by=lead)
        actions.take_off(row=row, by=lead)
        actions.add_stakeholder(plan=plan, content=told, by=lead)
        with pytest.raises(NotAllowed, match="stands on the map already"):
            actions.put_on(row=row, by=lead)

    def test_there_are_not_more_than_anybody_can_read(self, plan, lead, monkeypatch):
        monkeypatch.setattr(rules, "MOST_STAKEHOLDERS", 1)
        actions.begin_map(plan=plan, keys=["board"], by=lead)
        with pytest.raises(NotAllowed, match="There are 1 on the map already"):
            actions.begin_map(plan=plan, keys=["staff_side"], by=lead)


class TestWhoSees:
    PAGES = ("drivers/", "theory/", "equality/", "readiness/", "stakeholders/")

    @pytest.fixture
    def full(self, plan, lead):
        drawn(plan, lead)
        actions.write_readiness(plan=plan, answers={}, note="We are tired", known=None, by=lead)
        actions.write_screening(plan=plan, judged={"age": {"effect": "worse"}}, answers={}, known=None, by=lead)
        actions.begin_map(plan=plan, keys=["board"], by=lead)
        return plan

    def seen(self, plan, user):
        client = signed_in(user)
        return [client.get(address(plan, page)).status_code for page in self.PAGES]

    def test_nobody_above_sees_a_draft_and_what_is_honest_stays_below(self, at, full, lead):
        ics = somebody("Ics", ics_lead=at.icb)
        assert self.seen(full, ics) == [404] * 5
        agreed(full, lead)
        assert self.seen(full, ics) == [404] * 5
        plans.release(plan=full, to=at.icb, by=lead)
        assert self.seen(full, ics) == [200, 200, 200, 404, 404]
        assert self.seen(full, lead) == [200] * 5

    def test_who_sees_figures_there_sees_an_agreed_plans_diagram_and_a_contributor_nothing(self, at, full, lead):
        viewer, contributor = somebody("Vic", viewer=at.northmoor), somebody("Con", contributor=at.northmoor)
        assert self.seen(full, viewer) == [404] * 5
        action = agreed(full, lead).actions.get()
        plans.ask_to_help(action=action, user=contributor, by=lead)
        assert self.seen(full, viewer) == [200, 200, 200, 404, 404]
        assert self.seen(full, contributor) == [404] * 5
        assert signed_in(viewer).get(address(full, "drivers/write/")).status_code == 404
        assert signed_in(viewer).post(address(full, "drivers/actions/"), {"ideas": "A first talk"}).status_code == 404

    def test_the_parts_on_the_plans_page_follow(self, at, full, lead):
        full = agreed(full, lead)
        ours = ("Driver diagram", "Theory of change", "Are we ready?", "Equality screening", "Stakeholder map")
        stands = {part.title: part.stands for part in parts_of_plan(full, lead) if part.title in ours}
        assert tuple(stands) == ours
        assert stands["Theory of change"] == "Not begun"
        assert stands["Equality screening"] == "1 of 9 looked at; 1 may be harmed: age"
        viewer = somebody("Vic", viewer=at.northmoor)
        assert [part.title for part in parts_of_plan(full, viewer) if part.title in ours] == [ours[0], ours[1], ours[3]]

    def test_an_idea_that_is_a_draft_action_is_marked_only_for_those_who_see_drafts(self, at, full, lead):
        agreed(full, lead)
        actions.ideas_to_actions(plan=full, ideas=["A first talk"], by=lead)
        assert "1 of them in the plan" in words(signed_in(lead).get(address(full, "drivers/")))
        viewer = somebody("Vic", viewer=at.northmoor)
        assert "none of them in the plan" in words(signed_in(viewer).get(address(full, "drivers/")))

    def test_another_places_address_leads_to_no_plan(self, at, full, lead):
        client = signed_in(lead)
        assert client.get(f"/{at.surgery.slug}/plans/{full.pk}/drivers/").status_code == 404
        assert client.get(f"/{at.northmoor.slug}/plans/{10**30}/drivers/").status_code == 404

    def test_a_row_of_another_plan_is_not_there(self, at, full, lead):
        other = plans.begin(place=at.northmoor, content={"title": "Other"}, by=lead)
        row = queries.stakeholders_of(full).get()
        assert signed_in(lead).get(address(other, f"stakeholders/{row.pk}/")).status_code == 404


class TestCopies:
    def test_a_copy_has_it_all_and_says_that_nobody_here_has_looked(self, at, plan, lead):
        drawn(plan, lead)
        actions.write_readiness(plan=plan, answers={"measurement": "yes"}, note="", known=None, by=lead)
        actions.begin_map(plan=plan, keys=["staff_side"], by=lead)
        row = queries.stakeholders_of(plan).get()
        content = {name: getattr(row, name) for name in actions.OF_STAKEHOLDER} | {"who": "Jo Hart"}
        actions.write_stakeholder(row=row, content=content, known=1, by=lead)
        made = plans.copy(plan=plan, to=at.surgery, title="Ours", by=lead)
        assert Outline.objects.get(plan=made).text == SMALL
        assert queries.stakeholders_of(made).get().who == ""
        assert ReadinessCheck.objects.get(plan=made).answers == {"measurement": "yes"}
        stands = {part.title: part.stands for part in parts_of_plan(made, lead)}
        assert stands["Are we ready?"] == "Copied with the plan, not yet looked at here: 1 of 8 in place"
        assert Outline.objects.get(plan=plan).copied is False
        drawn(made, lead, known=1)
        assert presenters.how_far_drawn(made, lead) == "2 ideas, none of them in the plan"

    def test_what_somebody_may_not_see_is_not_copied_for_them(self, at, plan, lead):
        drawn(plan, lead)
        actions.write_readiness(plan=plan, answers={"measurement": "no"}, note="", known=None, by=lead)
        actions.begin_map(plan=plan, keys=["staff_side"], by=lead)
        plan = agreed(plan, lead)
        plans.release(plan=plan, to=at.icb, by=lead)
        ics = somebody("Ics", ics_lead=at.icb)
        made = plans.copy(plan=plan, to=at.icb, title="Ours", by=ics)
        assert Outline.objects.filter(plan=made).exists()
        assert not ReadinessCheck.objects.filter(plan=made).exists()
        assert not Stakeholder.objects.filter(plan=made).exists()


class TestPages:
    def test_a_page_without_anything_offers_an_example(self, plan, lead):
        page = words(signed_in(lead).get(address(plan, "drivers/")))
        assert "There is no driver diagram yet." in page and "Begin with an example" in page
        begun = signed_in(lead).get(address(plan, "theory/write/?example=new_starters_example"))
        assert "Need: 18 in 100 starters" in html.unescape(begun.content.decode())
        assert not Outline.objects.exists()

    def test_it_is_drawn_and_said_as_a_list_and_ideas_become_actions(self, plan, lead):
        client = signed_in(lead)
        sent = client.post(address(plan, "drivers/write/"), {"text": SMALL.replace("\n", "\r\n"), "known": ""})
        assert sent.status_code == 302 and Outline.objects.get().text == SMALL
        page = client.get(address(plan, "drivers/"))
        assert page.content.decode().count('<svg role="img"') == 1
        assert "Change idea A first talk" in words(page)
        assert "There is no balancing measure" in words(page)
        made = client.post(address(plan, "drivers/actions/"), {"ideas": ["A first talk"]}, follow=True)
        assert "1 action in draft, from your ideas." in words(made)
        assert plan.actions.get().what == "A first talk"
        assert client.post(address(plan, "drivers/actions/"), {}).status_code == 422

    def test_a_theory_is_said_step_by_step(self, plan, lead):
        client = signed_in(lead)
        typed = "Need: 18 in 100 go\n  Because: they said so\n  Activity: a buddy\nAim: 14 in 100\n  Because: pay stays"
        assert client.post(address(plan, "theory/write/"), {"text": typed, "known": ""}).status_code == 302
        page = words(client.get(address(plan, "theory/")))
        assert "If 18 in 100 go then a buddy because they said so" in page
        assert "If a buddy then 14 in 100 because – nobody has said why." in page
        assert "It holds if pay stays" in page and "There is no early result" in page

    def test_what_was_typed_under_another_rule_is_shown_as_it_is(self, plan, lead):
        for kind, page in ((Outline.DRIVERS, "drivers/"), (Outline.THEORY, "theory/")):
            Outline.objects.create(plan=plan, kind=kind, text="Idea: alone", changed_by=lead)
            shown = words(signed_in(lead).get(address(plan, page)))
            assert "What was typed, and cannot be drawn" in shown and "Idea: alone" in shown
        assert {presenters.how_far_drawn(plan, lead), presenters.how_far_theory(plan, lead)} == {"Not begun"}

    def test_very_many_faults_are_counted(self, plan, lead):
        typed = "Aim: 1\n" + "Idea: a\n" * 20
        page = signed_in(lead).post(address(plan, "drivers/write/"), {"text": typed, "known": ""})
        assert "And 8 more." in words(page)

    def test_a_faulty_outline_comes_back_with_its_lines_named(self, plan, lead):
        typed = "Aim: 8 in 10\nIdea: a first talk\nAsumption: hours"
        page = signed_in(lead).post(address(plan, "drivers/write/"), {"text": typed, "known": ""})
        assert page.status_code == 422
        assert "Line 2: “a first talk” is a change idea that serves no secondary driver." in words(page)
        assert "Line 3: “Asumption” is no word for a line. Try: “Assumption:”." in words(page)
        assert typed in html.unescape(page.content.decode())

    @pytest.mark.parametrize("typed", ["", "  \n ", "x" * (LONGEST_OUTLINE + 1), "Aim: \x00"])
    def test_what_is_no_outline_at_all_is_refused_kindly(self, plan, lead, typed):
        page = signed_in(lead).post(address(plan, "drivers/write/"), {"text": typed, "known": ""})
        assert page.status_code == 422 and not Outline.objects.exists()

    def test_who_is_slower_sees_what_stands_there_beside_what_was_typed(self, plan, lead):
        drawn(plan, lead)
        client, typed = signed_in(lead), {"text": "Aim: 9 in 10", "known": ""}
        page = client.post(address(plan, "drivers/write/"), typed)
        assert page.status_code == 422
        assert "What stands there now" in words(page) and "A line in every advert" in words(page)
        assert "Aim: 9 in 10" in words(page)
        known = re.search(r'name="known" value="(\d+)"', page.content.decode())[1]
        assert client.post(address(plan, "drivers/write/"), typed | {"known": known}).status_code == 302
        assert Outline.objects.get().text == "Aim: 9 in 10"

    def test_readiness_is_answered_together_and_who_is_slower_is_told_field_by_field(self, plan, lead):
        client = signed_in(lead)
        assert client.post(address(plan, "readiness/write/"), {"measurement": "no", "known": ""}).status_code == 302
        assert "What helps: Take one slow number" in words(client.get(address(plan, "readiness/")))
        page = client.post(address(plan, "readiness/write/"), {"measurement": "yes", "note": "N", "known": ""})
        assert page.status_code == 422
        assert "What stands there now: “No, or we do not know.”" in words(page)
        assert "What stands there now: nothing" in words(page)
        assert client.post(address(plan, "readiness/write/"), {"measurement": "maybe", "known": 1}).status_code == 422

    def test_a_screening_is_filled_in_and_read(self, plan, lead):
        client = signed_in(lead)
        assert "Nothing released." in words(client.get(address(plan, "equality/write/")))
        told = {"age-effect": "worse", "age-words": "Nights", "question-respect": "No", "known": ""}
        assert client.post(address(plan, "equality/write/"), told).status_code == 302
        page = words(client.get(address(plan, "equality/")))
        assert "1 of 9 looked at; 1 may be harmed: age." in page
        assert "Age may be harmed, and nothing is written on what you do about it." in page
        slower = client.post(address(plan, "equality/write/"), told | {"age-effect": "better"})
        assert "What stands there now: “Worse”" in words(slower) and slower.status_code == 422
        assert "Health inequalities" not in words(client.get(address(plan, "equality/write/")))

    def test_a_practice_is_asked_of_health_inequalities(self, at):
        manager = somebody("Pam", practice_manager=at.practice)
        plan = plans.begin(place=at.practice, content={"title": "Ours"}, by=manager)
        client = signed_in(manager)
        assert "Health inequalities" in words(client.get(address(plan, "equality/write/")))
        told = {"question-access": "Easier", "known": ""}
        assert client.post(address(plan, "equality/write/"), told).status_code == 302
        assert "Easier" in words(client.get(address(plan, "equality/")))

    def test_figures_that_were_shown_stand_in_the_register(self, at, plan, lead, monkeypatch):
        from keepwell.reports.sections import Section

        told = {"disability_group": Told("disability_group", Section("g", "How many?", "19 of 98 left."))}
        monkeypatch.setattr(queries, "told_beside", lambda user, place: told)
        assert "19 of 98 left." in words(signed_in(lead).get(address(plan, "equality/")))
        event = AccessEvent.objects.get(what="Equality screening")
        assert (event.kind, event.place, event.policy) == ("viewed", at.northmoor.pk, "internal")

    def test_the_map_is_begun_changed_and_warned_of(self, plan, lead):
        client = signed_in(lead)
        page = words(client.get(address(plan, "stakeholders/")))
        assert "Nobody is on the map yet." in page and "Staff side (trade unions)" in page
        assert client.post(address(plan, "stakeholders/begin/"), {"who": ["board"]}).status_code == 302
        assert "Staff side is not on this map." in words(client.get(address(plan, "stakeholders/")))
        row = queries.stakeholders_of(plan).get()
        told = {"title": "Our board", "interest": "low", "influence": "high", "how": "", "when": "", "who": ""}
        assert client.post(address(plan, f"stakeholders/{row.pk}/"), told | {"known": 1}).status_code == 302
        slower = client.post(address(plan, f"stakeholders/{row.pk}/"), told | {"title": "A board", "known": 1})
        assert slower.status_code == 422 and "What stands there now: “Our board”" in words(slower)
        assert client.post(address(plan, f"stakeholders/{row.pk}/off/")).status_code == 302
        assert "Put back : Our board" in words(client.get(address(plan, "stakeholders/")))
        assert client.post(address(plan, f"stakeholders/{row.pk}/on/")).status_code == 302
        assert client.post(address(plan, "stakeholders/add/"), told).status_code == 422
        assert client.post(address(plan, "stakeholders/add/"), told | {"title": "Nights"}).status_code == 302
        assert client.post(address(plan, "stakeholders/begin/"), {"who": ["king"]}).status_code == 422

    def test_a_closed_plan_is_read_and_says_why_it_is_not_written(self, plan, lead):
        drawn(plan, lead)
        action = agreed(plan, lead).actions.get()
        plans.finish(action=action, state=Action.FINISHED, by=lead)
        plans.close(plan=plan, by=lead)
        client = signed_in(lead)
        for page in TestWhoSees.PAGES:
            shown = client.get(address(plan, page))
            assert shown.status_code == 200 and "This plan is closed" in words(shown)
            assert client.get(address(plan, f"{page}write/")).status_code == 404

    def test_a_plan_of_a_team_that_has_closed_still_opens(self, at, lead):
        team = add_place(name="Ward 9", kind="team", parent=at.surgery, start=at.surgery.belongings.get().start)
        plan = plans.begin(place=team, content={"title": "Ours"}, by=lead)
        drawn(plan, lead)
        type(team).objects.filter(pk=team.pk).update(closed="2026-01-31")
        assert signed_in(lead).get(address(Plan.objects.get(pk=plan.pk), "drivers/")).status_code == 200
