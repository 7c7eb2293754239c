"""Who gets which paper, what stands in it, and how does a file become a plan?"""

from __future__ import annotations

import datetime as dt
import io
import re

import openpyxl
import pytest
from cast import System, somebody, system
from django.test import Client
from django.utils import timezone
from docx import Document
from paper_examples import GUIDE, ROW, a_docx
from test_assessment_pages import client_of, words

from keepwell.web.accounts.models import Grant, User
from keepwell.web.audit.models import AccessEvent, Kind
from keepwell.web.evidence.models import Citation
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.telling import Telling
from keepwell.web.papers import actions, jobs, reading, rules, store
from keepwell.web.papers.models import Brought, Paper
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action, Plan

pytestmark = pytest.mark.django_db

EXACT, SECRET = "12.1%", "Nobody else knows of this draft"
MILESTONE = {"kind": "milestone", "words": "The board agrees", "by": "2031-03-31"}


@pytest.fixture
def here() -> System:
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Lena Lead", retention_lead=here.northmoor)


@pytest.fixture
def plan(here: System, lead: User) -> Plan:
    """Agreed, released to the board, with an exact figure beside it and something new that is still a draft."""
    made = plans.begin(place=here.northmoor, content={"title": "Stay well", "starts_on": "2031-01-01"}, by=lead)
    content = {
        "topic": "flexible_working",
        "objective": "more can get it",
        "what": "Ask the staff",
        "cost_once": "1200",
    }
    action = plans.add(plan=made, content={**content, "steps": "=1+1", "criteria": [MILESTONE]}, by=lead)
    made = plans.agree(plan=made, by=lead)
    plans.add(plan=made, content={"what": SECRET}, by=lead)
    plans.release(plan=made, to=here.icb, by=lead)
    told = {"kind": Citation.NUMBER, "label": "Leaver rate", "words": EXACT, "definition": "Leavers.", "cited_by": lead}
    Citation.objects.create(subject=action.subject, place=here.northmoor, of=here.northmoor, policy="internal", **told)
    return made


@pytest.fixture(autouse=True)
def _own_store(tmp_path, settings):
    settings.HOME = tmp_path


def make(paper: Paper) -> Paper:
    """What the worker does."""
    job = paper.job
    Job.objects.filter(pk=job.pk).update(
        state="working",
        lease="00000000-0000-0000-0000-000000000001",
        lease_until=timezone.now() + dt.timedelta(minutes=1),
    )
    job.refresh_from_db()
    jobs.make(Telling(job), paper=paper.pk)
    paper.refresh_from_db()
    return paper


def made(plan: Plan | None, by: User, kind="plan", out_format="docx", place=None) -> Paper:
    return make(actions.ask(place=place or plan.place, plan=plan, kind=kind, out_format=out_format, by=by))


def text_of(paper: Paper) -> str:
    content = store.content_of(paper)
    if paper.out_format == "docx":
        document = Document(io.BytesIO(content))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(p.text for p in document.paragraphs), *cells])
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value)


class TestWhatStandsInIt:
    def test_who_writes_the_plan_has_its_drafts_and_exact_figures(self, plan, lead):
        paper = made(plan, lead)
        assert SECRET in text_of(paper) and EXACT in text_of(paper)
        assert (paper.drafts, paper.policy, len(paper.shows)) == (True, "internal", 1)
        assert "Not for sharing: exact figures" in text_of(paper)

    @pytest.mark.parametrize("out_format", ["docx", "xlsx"])
    def test_whoever_it_is_released_to_has_neither(self, here, plan, out_format):
        paper = made(plan, somebody("Ics", ics_lead=here.icb), out_format=out_format)
        told = text_of(paper)
        assert "Ask the staff" in told
        assert SECRET not in told and EXACT not in told and "Leavers." not in told
        assert "Not released to you." in told and "1 value not released to you." in told
        assert (paper.drafts, paper.policy, paper.shows) == (False, "", [])

    @pytest.mark.parametrize(("kind", "out_format"), [("board", "pptx"), ("board", "pdf"), ("plan", "pdf")])
    def test_every_other_kind_can_be_had(self, plan, lead, kind, out_format):
        pytest.importorskip("weasyprint", exc_type=OSError, reason="pango is not installed: no PDF is made")
        assert store.content_of(made(plan, lead, kind, out_format))[:2] in {b"PK", b"%P"}

    def test_the_equality_screening_is_in_the_board_paper(self, plan, lead):
        from keepwell.web.designing.models import EqualityScreening
        from keepwell.web.papers.other_parts import with_other_parts
        from keepwell.web.papers.telling import paper_of

        judged = {"age": {"effect": "worse", "words": "Night work", "doing": "Ask them"}}
        EqualityScreening.objects.create(plan=plan, judged=judged, answers={}, changed_by=lead)
        told = with_other_parts(paper_of(plan, by=lead)[0], plan, by=lead)
        ((title, lines),) = told.parts
        assert title == "Equality screening"
        assert lines == ("1 of 9 looked at; 1 may be harmed.", "Age: Worse. Night work. Ask them.")
        assert told.asks == ("Agree what is new in it: 1 action in draft.",)

    def test_the_combined_plan_has_what_was_released_and_no_draft(self, here, plan, lead):
        manager = somebody("Manager", practice_manager=here.practice)
        kept = plans.begin(place=here.practice, content={"title": "Ours alone"}, by=manager)
        plans.add(plan=kept, content={"what": "Never shown"}, by=manager)
        plans.agree(plan=kept, by=manager)
        paper = made(None, somebody("Ics", ics_lead=here.icb), "combined", "xlsx", here.icb)
        told = text_of(paper)
        assert "Ask the staff" in told and "Northmoor Trust" in told
        assert SECRET not in told and "Never shown" not in told
        assert paper.plans == [plan.pk]

    def test_a_combined_plan_of_nothing_is_a_paper_too(self, here):
        ics = somebody("Ics", ics_lead=here.icb)
        assert "There is no action in it yet." in text_of(made(None, ics, "combined", "docx", here.icb))


class TestWhoHasIt:
    def test_a_paper_is_who_asked_for_its_alone(self, here, plan, lead):
        paper = made(plan, lead)
        other = somebody("Other lead", retention_lead=here.northmoor)
        assert client_of(lead).get(f"/rx1/papers/{paper.pk}/").status_code == 200
        for client in (client_of(other), client_of(somebody("Sam", retention_lead=here.southmoor))):
            assert client.get(f"/rx1/papers/{paper.pk}/").status_code == 404
            assert client.get(f"/rx1/papers/{paper.pk}/file/").status_code == 404

    def test_a_draft_plan_is_on_nobody_elses_paper(self, here, lead):
        draft = plans.begin(place=here.northmoor, content={"title": "Draft"}, by=lead)
        viewer = somebody("Vic", viewer=here.northmoor)
        with pytest.raises(NotAllowed, match="not yours to see"):
            actions.ask(place=here.northmoor, plan=draft, kind="plan", out_format="docx", by=viewer)
        assert client_of(viewer).get(f"/rx1/plans/{draft.pk}/papers/").status_code == 404
        assert client_of(viewer).post(f"/rx1/plans/{draft.pk}/papers/", {"paper": "plan-docx"}).status_code == 404

    def test_a_contributor_has_no_paper_of_the_plan(self, here, plan, lead):
        helper = somebody("Con", contributor=here.northmoor)
        plans.ask_to_help(action=plan.actions.first(), user=helper, by=lead)
        assert client_of(helper).get(f"/rx1/plans/{plan.pk}/papers/").status_code == 404

    def test_no_paper_is_of_another_kind(self, plan, lead):
        for kind, out_format in (("plan", "pptx"), ("combined", "docx"), ("plan", "exe"), ("other", "docx")):
            with pytest.raises(NotAllowed, match="no such paper"):
                actions.ask(place=plan.place, plan=plan, kind=kind, out_format=out_format, by=lead)

    def test_what_is_not_theirs_any_more_does_not_leave(self, here, plan, lead):
        paper = made(plan, lead)
        Grant.objects.filter(user=lead).delete()
        again = User.objects.get(pk=lead.pk)
        assert client_of(again).get(f"/rx1/papers/{paper.pk}/file/").status_code == 404
        Grant.objects.create(user=again, role_id=_role("viewer"), place=here.northmoor, in_force_at=timezone.now())
        again = User.objects.get(pk=lead.pk)
        answered = client_of(again).get(f"/rx1/papers/{paper.pk}/file/", follow=True)
        assert rules.CHANGED in words(answered)
        assert EXACT.encode() not in answered.content
        assert not AccessEvent.objects.filter(kind=Kind.EXPORTED).exists()

    def test_each_thing_that_is_withheld_later_stops_it(self, here, plan, lead):
        paper = made(plan, lead)
        assert rules.cannot_take(lead, paper, frozenset()) is None
        viewer, shows = somebody("Viewer", viewer=here.northmoor), paper.shows
        paper.asked_by = viewer
        for drafts, values, reason in ((True, [], rules.CHANGED), (False, shows, rules.CHANGED), (False, [], None)):
            paper.drafts, paper.shows = drafts, values
            assert rules.cannot_take(viewer, paper, frozenset()) == reason

    def test_a_combined_paper_stays_when_a_plan_in_it_is_withdrawn(self, here, plan, lead):
        ics = somebody("Ics", ics_lead=here.icb)
        paper = made(None, ics, "combined", "docx", here.icb)
        place = here.icb.slug
        assert client_of(ics).get(f"/{place}/papers/{paper.pk}/file/")["Content-Disposition"].startswith("attachment")
        plans.withdraw(shown=plan.shown.get(), by=lead)
        answered = client_of(ics).get(f"/{place}/papers/{paper.pk}/file/", follow=True)
        assert rules.CHANGED in words(answered)


def _role(key: str) -> int:
    from keepwell.web.accounts.models import Role

    return Role.objects.get(key=key).pk


class TestBeingMade:
    def test_from_the_page_to_the_file_with_the_register_knowing_first(self, plan, lead):
        client = client_of(lead)
        answered = client.post(f"/rx1/plans/{plan.pk}/papers/", {"paper": "plan-docx"}, follow=True)
        assert "Being made" in words(answered)
        paper = Paper.objects.get()
        assert client.get(f"/rx1/papers/{paper.pk}/file/", follow=True).status_code == 200
        assert not AccessEvent.objects.filter(kind=Kind.EXPORTED).exists()
        make(paper)
        page = words(client.get(f"/rx1/papers/{paper.pk}/"))
        assert "Ready" in page and "still a draft" in page and "not for sharing" in page
        got = client.get(f"/rx1/papers/{paper.pk}/file/")
        assert got["Content-Disposition"] == 'attachment; filename="action-plan-stay-well.docx"'
        assert got["Content-Type"].endswith("wordprocessingml.document")
        assert got.content == store.content_of(paper)
        event = AccessEvent.objects.filter(kind=Kind.EXPORTED).get()
        assert (event.what, event.about, event.policy, event.person) == ("Action plan", "DOCX", "internal", lead.pk)

    def test_choosing_nothing_is_told(self, plan, lead):
        assert client_of(lead).post(f"/rx1/plans/{plan.pk}/papers/", {}).status_code == 422
        assert not Paper.objects.exists()

    def test_asked_for_twice_it_is_made_once(self, plan, lead):
        first = actions.ask(place=plan.place, plan=plan, kind="plan", out_format="docx", by=lead)
        assert actions.ask(place=plan.place, plan=plan, kind="plan", out_format="docx", by=lead) == first
        make(first)
        assert actions.ask(place=plan.place, plan=plan, kind="plan", out_format="docx", by=lead) != first

    def test_a_job_that_is_done_again_makes_no_second_file(self, plan, lead):
        paper = made(plan, lead)
        kept = paper.kept_as
        assert make(paper).kept_as == kept
        assert [path.name for path in store.folder().iterdir()] == [kept]

    def test_whoever_lost_their_role_meanwhile_gets_no_paper(self, plan, lead):
        paper = actions.ask(place=plan.place, plan=plan, kind="plan", out_format="docx", by=lead)
        Grant.objects.filter(user=lead).delete()
        with pytest.raises(NotAllowed, match="not yours to see"):
            make(paper)
        assert not paper.ready and not list(store.folder().iterdir())

    def test_a_paper_that_failed_says_why(self, plan, lead):
        paper = actions.ask(place=plan.place, plan=plan, kind="plan", out_format="pdf", by=lead)
        told = {"state": "failed", "wrong": "No PDF here.", "found": "no pango", "attempt": "install it"}
        Job.objects.filter(pk=paper.job_id).update(**told)
        page = words(client_of(lead).get(f"/rx1/papers/{paper.pk}/"))
        assert "No PDF here." in page and "install it" in page and "Ask for it again" in page
        Job.objects.all().delete()
        assert "This paper was not made." in words(client_of(lead).get(f"/rx1/papers/{paper.pk}/"))

    def test_a_file_that_was_changed_is_given_to_nobody(self, plan, lead):
        paper = made(plan, lead)
        (store.folder() / paper.kept_as).write_bytes(b"other")
        answered = client_of(lead).get(f"/rx1/papers/{paper.pk}/file/")
        assert answered.status_code == 410
        assert "not there as it was made" in words(answered)

    def test_after_a_week_it_is_gone_with_its_file(self, plan, lead):
        old, new = made(plan, lead), made(plan, lead, "plan", "xlsx")
        Paper.objects.filter(pk=old.pk).update(asked_at=timezone.now() - rules.KEPT_FOR - dt.timedelta(minutes=1))
        left_behind = store.keep(b"nobody names this")
        assert actions.forget_old() == 1
        assert list(Paper.objects.all()) == [new]
        assert {path.name for path in store.folder().iterdir()} == {new.kept_as, left_behind}
        assert store.sweep() == 0  # somebody may be about to name it
        store.BEING_MADE, kept = -1.0, store.BEING_MADE
        try:
            assert store.sweep() == 1
        finally:
            store.BEING_MADE = kept
        assert [path.name for path in store.folder().iterdir()] == [new.kept_as]

    def test_the_store_is_for_the_sites_owner_alone(self, plan, lead):
        paper = made(plan, lead)
        assert (store.folder().stat().st_mode & 0o777, len(paper.kept_as)) == (0o700, 32)
        assert (store.folder() / paper.kept_as).stat().st_mode & 0o077 == 0

    def test_five_thousand_actions_take_a_fixed_number_of_questions(
        self, here, plan, lead, django_assert_max_num_queries
    ):
        from keepwell.web.papers.queries import combined
        from keepwell.web.papers.telling import combined_paper

        def add(number: int) -> None:
            for _ in range(number):
                one = plans.begin(place=here.northmoor, content={"title": "More"}, by=lead)
                told = {"plan": one, "what": "x", "state": Action.UNDER_WAY, "changed_by": lead, "owner": lead}
                Action.objects.bulk_create(Action(**told) for _ in range(3))
                Plan.objects.filter(pk=one.pk).update(state=Plan.AGREED, agreed_by=lead, agreed_at=timezone.now())

        for number in (2, 12):
            add(number)
            with django_assert_max_num_queries(4):
                combined_paper(here.northmoor, combined(here.northmoor))


class TestBringingIn:
    def bring(self, client: Client, content: bytes, name="plan.docx"):
        file = io.BytesIO(content)
        file.name = name
        return client.post("/rx1/plans/import/", {"file": file}, follow=True)

    def test_from_a_file_to_a_draft_plan(self, lead):
        client = client_of(lead)
        answered = self.bring(
            client, a_docx([(*GUIDE, "Gizmo"), (*ROW, "Purple")], before=["Our plan", "Agreed in May."])
        )
        page = words(answered)
        assert "1 action read. 2 things to look at first." in page
        assert "“Gizmo” is no column of a plan: kept with the steps." in page
        assert "no day in the timescales" in page
        assert not Plan.objects.exists()
        brought = Brought.objects.get()
        told = {"known": 1, "column_0_6": "risks"}
        page = words(client.post(f"/rx1/plans/import/{brought.pk}/columns/", told, follow=True))
        assert "1 action read. 1 thing to look at first." in page
        told = {"known": 2, "title": "Our own plan", "about": "Agreed in May."}
        answered = client.post(f"/rx1/plans/import/{brought.pk}/", told, follow=True)
        plan = Plan.objects.get()
        assert answered.redirect_chain == [(f"/rx1/plans/{plan.pk}/", 302)]
        assert (plan.title, plan.about, plan.state, plan.started_by) == (
            "Our own plan",
            "Agreed in May.",
            "draft",
            lead,
        )
        action = plan.actions.get()
        assert (action.topic, action.owner_words, action.risks) == (
            "flexible_working",
            "HR team with analysts",
            "Purple",
        )
        assert (action.owner, action.state, action.criteria.get().words) == (None, "draft", "The board agrees")
        again = client.post(f"/rx1/plans/import/{brought.pk}/", told, follow=True)
        assert again.redirect_chain[-1][0] == f"/rx1/plans/{plan.pk}/" and Plan.objects.count() == 1

    def test_a_paper_of_ours_comes_back_whole(self, plan, lead):
        found = reading.understood(reading.read(store.content_of(made(plan, lead))), {}, dt.date(2026, 1, 1))
        one = found.actions[0].content
        assert (one["topic"], one["objective"], one["what"]) == ("flexible_working", "more can get it", "Ask the staff")
        assert one["steps"] == "=1+1"
        assert one["criteria"] == [MILESTONE]
        assert found.title == "Stay well"

    def test_a_file_that_is_no_plan_is_refused_in_three_lines(self, lead):
        answered = self.bring(client_of(lead), b"%PDF-1.7", "plan.docx")
        assert answered.status_code == 422
        assert "A plan is not read out of this kind of file." in words(answered)
        assert "a PDF" in words(answered) and not Brought.objects.exists()

    def test_choosing_nothing_is_told(self, lead):
        assert client_of(lead).post("/rx1/plans/import/", {}).status_code == 422

    def test_what_was_brought_in_is_nobody_elses(self, here, lead):
        self.bring(client_of(lead), a_docx([GUIDE, ROW]))
        brought = Brought.objects.get()
        other = client_of(somebody("Other", retention_lead=here.northmoor))
        for page in ("", "columns/", "drop/"):
            assert other.post(f"/rx1/plans/import/{brought.pk}/{page}").status_code == 404
        assert other.get(f"/rx1/plans/import/{brought.pk}/").status_code == 404
        viewer = client_of(somebody("Vic", viewer=here.northmoor))
        assert viewer.get("/rx1/plans/import/").status_code == 404
        assert self.bring(viewer, a_docx([GUIDE, ROW])).status_code == 404
        assert Brought.objects.count() == 1

    def test_two_windows_notice_each_other_and_nothing_typed_is_lost(self, lead):
        client = client_of(lead)
        self.bring(client, a_docx([(*GUIDE, "Gizmo"), (*ROW, "Purple")]))
        brought = Brought.objects.get()
        client.post(f"/rx1/plans/import/{brought.pk}/columns/", {"known": 1, "column_0_6": "risks"})
        told = {"known": 1, "title": "What I typed", "about": "and this"}
        answered = client.post(f"/rx1/plans/import/{brought.pk}/", told)
        assert answered.status_code == 422 and not Plan.objects.exists()
        assert "This was read anew" in words(answered)
        assert "What I typed" in answered.content.decode()

    def test_an_empty_title_is_told_and_no_plan_is_made(self, lead):
        client = client_of(lead)
        self.bring(client, a_docx([GUIDE, ROW]))
        brought = Brought.objects.get()
        answered = client.post(f"/rx1/plans/import/{brought.pk}/", {"known": 1, "title": "", "about": "kept"})
        assert answered.status_code == 422 and "kept" in answered.content.decode() and not Plan.objects.exists()

    def test_dropped_nothing_of_it_is_kept(self, lead):
        client = client_of(lead)
        self.bring(client, a_docx([GUIDE, ROW]))
        client.post(f"/rx1/plans/import/{Brought.objects.get().pk}/drop/")
        assert not Brought.objects.exists()

    def test_all_of_it_becomes_a_plan_or_nothing(self, lead):
        self.bring(client_of(lead), a_docx([GUIDE, ROW]))
        brought = Brought.objects.get()
        wrong = [{"what": "x"}, {"what": "y", "starts_on": "2027-02-01", "ends_on": "2027-01-01"}]
        with pytest.raises(NotAllowed, match="end before it starts"):
            actions.make_plan(brought=brought, content={"title": "t"}, actions=wrong, known=1, by=lead)
        assert not Plan.objects.exists()

    def test_what_stands_in_a_cell_is_shown_as_words(self, lead):
        answered = self.bring(client_of(lead), a_docx([GUIDE, ("t", "<script>alert(1)</script>", *ROW[2:])]))
        assert "<script>alert" not in answered.content.decode()
        assert re.search(r"&lt;script&gt;alert", answered.content.decode())
