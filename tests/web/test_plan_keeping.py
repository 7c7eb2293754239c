"""Are comments, documents and older versions kept for those whose they are, and for nobody else?"""

from __future__ import annotations

import io
import os
import time
import zipfile

import pytest
from cast import somebody, system
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keepwell.records import workspace
from keepwell.web.audit.models import AccessEvent
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions, documents, keeping_actions, keeping_queries, store
from keepwell.web.plans.documents import DocumentRefused, kind_of
from keepwell.web.plans.models import Attachment, Comment, Version

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF"


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at):
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def plan(at, lead):
    return actions.begin(place=at.northmoor, content={"title": "Stay well"}, by=lead)


@pytest.fixture
def action(plan, lead):
    return actions.add(plan=plan, content={"what": "Ask the staff"}, by=lead)


def client_of(user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(client, plan, part="talk", number=None):
    of = "plans" if number is None else "actions"
    return client.get(f"/{plan.place.slug}/{of}/{number or plan.pk}/{part}/")


def sent(client, plan, **fields):
    return client.post(f"/{plan.place.slug}/plans/{plan.pk}/talk/", fields)


def packed(*names, inside=b"x"):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, inside)
    return file.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")


class TestKinds:
    @pytest.mark.parametrize(
        ("content", "name", "kind"),
        [
            (PDF, "paper.pdf", "pdf"),
            (PDF, "paper.exe", "pdf"),
            (b"\x89PNG\r\n\x1a\n....", "a.png", "png"),
            (b"\xff\xd8\xff\xe0....", "a.jpeg", "jpg"),
            (DOCX, "plan.docx", "docx"),
            (packed("xl/workbook.xml"), "plan.xlsx", "xlsx"),
            (packed("ppt/presentation.xml"), "plan.pptx", "pptx"),
            ("Zoë’s notes\r\n\tone".encode(), "a.txt", "txt"),
            ("Zoë".encode("cp1252"), "a.csv", "csv"),
            ("Zoë".encode("utf-16"), "a.txt", "txt"),
        ],
    )
    def test_a_document_is_what_is_in_it(self, content, name, kind):
        assert kind_of(content, name) == kind

    @pytest.mark.parametrize(
        ("content", "found"),
        [
            (b"", "0 bytes"),
            (b"x" * (documents.LARGEST + 1), "10 MB"),
            (b"MZ\x90\x00\x03", "another kind"),
            (b"\x7fELF\x02\x01", "another kind"),
            (b"GIF89a\x01\x00", "another kind"),
            (b"<svg onload='x()'/>", "page of the web"),
            (b"  \n<!DOCTYPE html><p>", "page of the web"),
            (b"well then <ScRiPt>x</script>", "page of the web"),
            (PDF + b"/OpenAction << /S /JavaScript >>", "script"),
            (b"%PDF-1.4 /EmbeddedFile /F", "script"),
            (packed("word/document.xml", "word/vbaProject.bin"), "macros"),
            (packed("xl/workbook.xml", "xl/embeddings/oleObject1.bin"), "macros"),
            (packed("word/document.xml", "xl/workbook.xml"), "a packed file"),
            (packed("evil.exe"), "a packed file"),
            (b"PK\x03\x04broken", "cannot be opened"),
            (packed("word/document.xml", inside=b"0" * (documents.LARGEST_UNPACKED + 1)), "far larger inside"),
        ],
    )
    def test_what_runs_something_or_is_not_read_by_people_is_refused(self, content, found):
        with pytest.raises(DocumentRefused) as refusal:
            kind_of(content, "paper.pdf.docx")
        assert found in refusal.value.found

    def test_ten_megabytes_are_taken(self):
        assert kind_of(b"a" * documents.LARGEST, "a.txt") == "txt"


class TestDocuments:
    def test_a_document_comes_back_as_a_file_that_runs_nothing_and_stands_in_the_register(self, plan, lead):
        client = client_of(lead)
        name = "../../etc/Plän <b>.pdf"
        sent(client, plan, what="document", **{"document-document": SimpleUploadedFile(name, PDF)})
        one = Attachment.objects.get()
        given = client.get(f"/{plan.place.slug}/documents/{one.pk}/")
        assert given.content == PDF
        assert given["Content-Disposition"].startswith("attachment")
        assert given["X-Content-Type-Options"] == "nosniff"
        assert given["Content-Security-Policy"].startswith("sandbox")
        assert AccessEvent.objects.filter(kind="exported", what="Document beside a plan", person=lead.pk).exists()
        assert "/" not in one.name
        assert (store.folder() / one.kept_as).parent == store.folder()

    def test_the_store_is_for_the_sites_owner_alone(self, plan, lead):
        one = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        assert (store.folder() / one.kept_as).stat().st_mode & 0o777 == 0o600

    def test_a_file_that_was_changed_on_the_disk_is_given_to_nobody(self, plan, lead):
        one = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        (store.folder() / one.kept_as).write_bytes(PDF + b" ")
        given = client_of(lead).get(f"/{plan.place.slug}/documents/{one.pk}/")
        assert given.status_code == 410
        assert "changed since it was attached" in given.content.decode()

    def test_it_is_on_the_disk_before_the_row_names_it(self, plan, lead, monkeypatch):
        """A process that dies before the file is safe leaves no row behind."""

        def dies(number):
            raise OSError("power cut")

        monkeypatch.setattr(workspace.os, "fsync", dies)
        with pytest.raises(OSError, match="power cut"):
            keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        assert not Attachment.objects.exists()

    def test_what_no_row_names_is_swept_away_and_nothing_else(self, plan, lead):
        kept = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        left, new = store.keep(PDF)[0], store.keep(PDF)[0]
        for name in (left, kept.kept_as):
            os.utime(store.folder() / name, (0, time.time() - store.UNNAMED_FOR - 1))
        assert store.sweep() == 1
        assert {path.name for path in store.folder().iterdir()} >= {kept.kept_as, new}
        assert not (store.folder() / left).exists()
        store.content_of(kept)

    def test_what_was_taken_away_is_given_to_nobody_and_its_file_stays(self, plan, lead):
        one = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        keeping_actions.detach(attachment=one, by=lead)
        assert client_of(lead).get(f"/{plan.place.slug}/documents/{one.pk}/").status_code == 404
        assert (store.folder() / one.kept_as).exists()

    def test_a_plan_takes_twenty(self, plan, lead, monkeypatch):
        monkeypatch.setattr(documents, "MOST", 1)
        keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        with pytest.raises(NotAllowed, match="documents beside this plan already"):
            keeping_actions.attach(plan=plan, action=None, name="b.pdf", content=PDF, by=lead)

    def test_a_wrong_one_is_said_on_the_page(self, plan, lead):
        file = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00\x03")
        given = sent(client_of(lead), plan, what="document", **{"document-document": file})
        assert given.status_code == 422
        assert "This kind of file is not taken." in given.content.decode()


class TestWhose:
    def test_a_contributor_has_the_actions_documents_and_comments_and_not_the_plans(self, at, plan, action, lead):
        helper = somebody("Con", contributor=at.northmoor)
        actions.ask_to_help(action=action, user=helper, by=lead)
        of_plan = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        of_action = keeping_actions.attach(plan=plan, action=action, name="b.pdf", content=PDF, by=lead)
        keeping_actions.comment(plan=plan, action=None, words="Of the plan", by=lead)
        client = client_of(helper)
        assert client.get(f"/{plan.place.slug}/documents/{of_plan.pk}/").status_code == 404
        assert client.get(f"/{plan.place.slug}/documents/{of_action.pk}/").status_code == 200
        assert page(client, plan).status_code == 404
        seen = page(client, plan, number=action.pk)
        assert seen.status_code == 200
        assert "Of the plan" not in seen.content.decode()
        assert page(client, plan, "history", number=action.pk).status_code == 404

    def test_another_organisation_has_nothing_by_any_number(self, at, plan, action, lead):
        one = keeping_actions.attach(plan=plan, action=action, name="a.pdf", content=PDF, by=lead)
        client = client_of(somebody("Sam", retention_lead=at.southmoor))
        for slug in (at.northmoor.slug, at.southmoor.slug):
            for address in (f"documents/{one.pk}", f"plans/{plan.pk}/talk", f"actions/{action.pk}/history"):
                assert client.get(f"/{slug}/{address}/").status_code == 404

    def test_after_a_release_is_withdrawn_its_documents_are_no_longer_given_above(self, at, plan, action, lead):
        plan = actions.agree(plan=plan, by=lead)
        one = keeping_actions.attach(plan=plan, action=None, name="a.pdf", content=PDF, by=lead)
        above = client_of(somebody("Ics", ics_lead=at.icb))
        address = f"/{plan.place.slug}/documents/{one.pk}/"
        assert above.get(address).status_code == 404
        shown = actions.release(plan=plan, to=at.icb, by=lead)
        assert above.get(address).status_code == 200
        actions.withdraw(shown=shown, by=lead)
        assert above.get(address).status_code == 404

    def test_history_is_for_those_who_write_and_tells_nobody_above_what_a_draft_said(self, at, plan, action, lead):
        actions.change_action(action=action, content={"what": "Now public"}, known=1, by=lead)
        plan = actions.agree(plan=plan, by=lead)
        actions.release(plan=plan, to=at.icb, by=lead)
        above = somebody("Ics", ics_lead=at.icb)
        assert page(client_of(above), plan, "history", number=action.pk).status_code == 404
        assert keeping_queries.changes_of(plan, action, by=above) == []
        version = Version.objects.get(action=action, number=1)
        assert client_of(above).get(f"/{plan.place.slug}/versions/{version.pk}/restore/").status_code == 404


class TestComments:
    def test_a_comment_stands_there_as_it_was_typed_and_escaped(self, plan, lead):
        sent(client_of(lead), plan, what="comment", **{"comment-words": "One\n<script>two</script>"})
        seen = page(client_of(lead), plan).content.decode()
        assert "&lt;script&gt;two" in seen
        assert "<script>two" not in seen

    def test_one_that_is_too_long_is_refused_with_all_that_was_typed(self, plan, lead):
        words = "a long story " * 400
        given = sent(client_of(lead), plan, what="comment", **{"comment-words": words})
        assert given.status_code == 422
        assert "longer than 4000 characters" in given.content.decode()
        assert words.strip() in given.content.decode()
        assert not Comment.objects.exists()

    def test_five_megabytes_are_refused_in_three_lines(self, plan, lead):
        given = sent(client_of(lead), plan, what="comment", **{"comment-words": "x" * 5_200_000})
        assert given.status_code in {400, 413}
        assert "your words still stand" in given.content.decode()
        assert not Comment.objects.exists()

    def test_only_who_wrote_it_takes_it_back_and_then_its_words_are_gone(self, at, plan, lead):
        one = keeping_actions.comment(plan=plan, action=None, words="Said too soon", by=lead)
        other = somebody("Ana", hr_analyst=at.northmoor)
        with pytest.raises(NotAllowed, match="Only who wrote it"):
            keeping_actions.take_back(comment=one, by=other)
        client_of(lead).post(f"/{plan.place.slug}/comments/{one.pk}/take-back/")
        one.refresh_from_db()
        assert one.words == ""
        seen = page(client_of(lead), plan).content.decode()
        assert "Taken back." in seen
        assert "Said too soon" not in seen


class TestHistory:
    def test_a_change_says_what_stood_there_before_and_after(self, plan, action, lead):
        actions.change_action(action=action, content={"what": "Ask everybody"}, known=1, by=lead)
        newest, first = keeping_queries.changes_of(plan, action, by=lead)
        assert [(one.label, one.before, one.after) for one in newest.fields] == [
            ("Action", "Ask the staff", "Ask everybody")
        ]
        assert first.whole
        seen = page(client_of(lead), plan, "history", number=action.pk).content.decode()
        assert "<del>Ask the staff</del>" in seen

    def test_restoring_on_a_page_that_is_out_of_date_is_refused(self, plan, action, lead):
        actions.change_action(action=action, content={"what": "Two"}, known=1, by=lead)
        version = Version.objects.get(action=action, number=1)
        address = f"/{plan.place.slug}/versions/{version.pk}/restore/"
        client = client_of(lead)
        client.post(address, {"known": "1"})
        action.refresh_from_db()
        assert action.what == "Two"
        client.post(address, {"known": "2"})
        action.refresh_from_db()
        assert (action.what, action.version) == ("Ask the staff", 3)

    def test_what_was_taken_out_is_put_back_from_the_history(self, plan, action, lead):
        actions.take_out(action=action, by=lead)
        client = client_of(lead)
        assert "Ask the staff" in page(client, plan, "history").content.decode()
        client.post(f"/{plan.place.slug}/actions/{action.pk}/put-back/")
        action.refresh_from_db()
        assert action.removed_at is None
