"""Does a mail go out whenever something was committed, at least once, with a link and never a figure?"""

from __future__ import annotations

import datetime as dt
import email
import socket
import threading
from collections.abc import Callable, Iterator
from email.message import Message as Parsed
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from cast import somebody, system
from django.conf import LazySettings
from django.core.checks import run_checks
from django.db import connections, transaction
from django.utils import timezone
from forked_workers import KILLED, Workers, until

from keepwell.enquiries import Enquiry, answer
from keepwell.records.workspace import Workspace
from keepwell.web.accounts.links import INVITATION, NEW_PASSWORD, whose
from keepwell.web.accounts.models import User
from keepwell.web.accounts.telling import EVENTS, tell
from keepwell.web.jobs import actions as job_actions
from keepwell.web.jobs.models import DONE, FAILED, WAITING, Job
from keepwell.web.jobs.worker import started
from keepwell.web.mail import hearing, jobs
from keepwell.web.mail.actions import FigureInMail, post
from keepwell.web.mail.models import Message
from keepwell.web.mail.presenters import body
from keepwell.web.mail.rules import cannot_head, cannot_lead_to, cannot_say

pytestmark = pytest.mark.django_db


class Server:
    """A mail server that answers as told, one answer a mail, and then takes them all."""

    def __init__(self) -> None:
        self.taken: list[Parsed] = []
        self.answers: list[str] = []
        self.controller: Controller | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.answers and self.answers[0].startswith("RCPT "):
            return self.answers.pop(0).removeprefix("RCPT ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if answer.startswith("250") or answer == "dies":
            self.taken.append(email.message_from_bytes(envelope.content))
        if answer == "dies":
            server.transport.abort()
        return answer if answer != "dies" else "421 gone"


@pytest.fixture
def server(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A real mail server on this machine alone, which the site is set to use."""
    started_here = Server()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", started_here.port, False
    monkeypatch.setattr(jobs, "PATIENCE", 2)
    started_here.start()
    yield started_here
    started_here.stop()


@pytest.fixture
def lead(db: None) -> User:
    return somebody("Retention Lead")


def posted(to: User, **more: Any) -> Message:
    """A mail that was posted yesterday."""
    made = post(to=to, subject="Something waits for you", words="Figures were released to you.", link="/", **more)
    made.posted_at -= dt.timedelta(days=1)
    made.save()
    return made


def deliver() -> Job:
    """What waits is due now; its job afterwards."""
    Job.objects.filter(name="mail.send", state=WAITING).update(due_at=timezone.now())
    started(quick=True).work_off()
    return Job.objects.filter(name="mail.send").latest("pk")


# Posting and sending


def test_a_mail_says_that_something_waits_and_where(server, lead, settings):
    settings.SITE_ADDRESS = "https://keepwell.example.org"
    place = system().ward_7
    message = post(to=lead, subject="Something waits", words="Figures were released.", link="/ward-7/", about=place)
    assert deliver().state == DONE
    (mail,) = server.taken
    assert (mail["To"], mail["Subject"]) == ("retention.lead@example.org", "Something waits")
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "text/plain"
    words = mail.get_payload(decode=True).decode()
    assert words.splitlines()[:5] == [
        "Figures were released.",
        "",
        "About: Ward 7",
        "",
        "https://keepwell.example.org/ward-7/",
    ]
    message.refresh_from_db()
    assert message.sent_at is not None


def test_a_mail_goes_out_if_and_only_if_the_transaction_commits(server, committed):
    lead = somebody("Retention Lead")
    with transaction.atomic():
        posted(lead)
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not Job.objects.filter(name="mail.send").exists()
    with transaction.atomic():
        posted(lead)
        thread = threading.Thread(target=lambda: (started(quick=True).work_off(), connections.close_all()))
        if connections["default"].vendor == "postgresql":  # SQLite has one writer: the worker would wait for us
            thread.start()
            thread.join()
        assert server.taken == []
    deliver()
    assert len(server.taken) == 1


def test_two_mails_have_two_message_ids_of_the_senders_domain(lead, settings):
    settings.DEFAULT_FROM_EMAIL = "Keepwell <keepwell@trust.example.org>"
    first, second = posted(lead), posted(lead)
    assert first.message_id != second.message_id
    assert first.message_id.endswith("@trust.example.org>")


def test_what_was_sent_is_not_sent_again(server, lead):
    message = posted(lead)
    deliver()
    job_actions.enqueue("mail.send", by=None, message=message.pk)
    assert deliver().state == DONE
    assert len(server.taken) == 1


# When the mail server fails


def sent_in_the_end(server: Server, message: Message, times_taken: int) -> None:
    """The same mail, whoever received it twice."""
    job = deliver()
    assert (job.state, job.times_taken) == (DONE, times_taken)
    assert {(mail["Message-ID"], mail["Date"]) for mail in server.taken} == {
        (message.message_id, format_datetime(message.posted_at))
    }


def test_a_server_that_is_down_gets_it_later(server, lead):
    server.stop()
    message = posted(lead)
    assert deliver().state == WAITING
    message.refresh_from_db()
    assert message.sent_at is None
    server.start()
    sent_in_the_end(server, message, 2)
    assert len(server.taken) == 1


@pytest.mark.parametrize("answer", ["451 try later", "RCPT 450 mailbox busy"])
def test_a_server_that_cannot_now_gets_it_later(server, lead, answer):
    server.answers = [answer, answer]
    message = posted(lead)
    assert deliver().state == WAITING
    assert deliver().state == WAITING
    sent_in_the_end(server, message, 3)


def test_a_server_that_dies_after_it_took_the_mail_gets_the_same_mail_again(server, lead):
    server.answers = ["dies"]
    message = posted(lead)
    assert deliver().state == WAITING
    sent_in_the_end(server, message, 2)
    assert len(server.taken) == 2


@pytest.mark.parametrize("answer", ["554 not wanted", "RCPT 550 no such mailbox: ada@example.org"])
def test_a_server_that_will_not_take_it_is_believed_and_the_address_is_not_repeated(server, lead, answer, caplog):
    server.answers = [answer]
    posted(lead)
    job = deliver()
    assert (job.state, job.wrong) == (FAILED, "The mail server will not take this mail.")
    assert job.found == f"its answer {answer.removeprefix('RCPT ')[:3]}"
    assert "@" not in caplog.text + job.wrong + job.found + job.attempt


def test_a_server_that_takes_our_call_and_says_nothing_does_not_hold_the_worker(server, lead, monkeypatch):
    server.stop()
    monkeypatch.setattr(jobs, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", server.port)):
        message = posted(lead)
        assert deliver().state == WAITING
    server.start()
    sent_in_the_end(server, message, 2)


def test_a_server_that_is_away_for_a_day_and_no_longer_is_waited_for(server, lead):
    server.stop()
    posted(lead)
    job = Job.objects.get(name="mail.send")
    waited = 0.0
    while job.state == WAITING:
        asked = timezone.now()
        job = deliver()
        waited += max(0.0, (job.due_at - asked).total_seconds())
    assert (job.state, job.times_taken) == (FAILED, jobs.MOST_TIMES)
    assert 24 <= waited / 3600 < 30


@pytest.mark.parametrize("kills", [1, 3])
def test_a_worker_killed_after_the_server_took_the_mail_sends_the_same_mail_again(server, committed, kills):
    message = posted(somebody("Retention Lead"))
    workers = Workers(KEEPWELL_MAIL_HOST="127.0.0.1", KEEPWELL_MAIL_PORT=str(server.port), KEEPWELL_MAIL_TLS="no")
    try:
        for _ in range(kills):
            assert workers.ended(workers.start(point="after the mail server took it", lease=0.2)) == KILLED
        workers.start(lease=0.2)
        until(lambda: Job.objects.get(name="mail.send").state == DONE)
    finally:
        workers.close()
    assert [mail["Message-ID"] for mail in server.taken] == [message.message_id] * (kills + 1)


def test_in_the_demo_mails_are_files(lead, settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    message = posted(lead)
    assert deliver().state == DONE
    (file,) = Path(settings.EMAIL_FILE_PATH).iterdir()
    assert message.message_id in file.read_text("utf-8")


# A link, never a figure

HARMLESS = [
    "Figures were released to you on 15 November 2025.",
    "The load of October 2025 has been read.",
    "A second person has to confirm it. Sign in to see whose it is.",
    "Somebody once often attended; anyone may intend to.",
]
LEAKS = [
    "12 leavers",
    "Leaver rate 10.3%",
    "One in nine left",
    "eleven leavers",
    "A hundred and four people",
    "Twenty-one midwives left in October 2025",
    "half of them",
    "nine per cent",
    "The share is ten percent",
    "½ of them",
    "Leavers: ١٢",
    "Ⅻ leavers",
    "31 January 2025: 4",
    "112 January 2025",
    "12 January",
    "October 12025",
    "RX1",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_words_and_dates_may_stand_in_a_mail(text):
    assert cannot_say(text) is None
    assert cannot_head(text) is None


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("where", ["subject", "words"])
def test_a_figure_in_a_mail_is_refused_and_nothing_is_posted(lead, leak, where):
    said = {"subject": "Something waits", "words": "Sign in to see what.", where: leak}
    with pytest.raises(FigureInMail) as refused:
        post(to=lead, link="/", **said)
    assert str(refused.value) == "A mail carries a link, never a figure."
    assert not Message.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "written",
    [lambda x: f"{x}", lambda x: f"{x:,.0f}", lambda x: f"{x:.1%}", lambda x: f"{x:.3g}", lambda x: f"about {x:e}"],
)
def test_no_figure_that_the_engine_releases_can_be_said(system, written: Callable[[float], str]):
    table = answer(Workspace(system), Enquiry("leaver_rate", by=("organisation",))).table.to_pylist()
    figures = [value for row in table for value in row.values() if isinstance(value, int | float)]
    assert figures
    assert [f for f in figures if cannot_say(f"The leaver rate is {written(f)} now.") is None] == []


def test_what_is_not_plain_text_is_refused(system):
    class Sly(str):
        """Says one thing when it is looked at and another when it is written."""

    released = answer(Workspace(system), Enquiry("leaver_rate"))
    for text in (released, released.table, 12, None, b"words", Sly("words")):
        assert cannot_say(text) == "A mail carries plain words only."


@pytest.mark.parametrize("subject", ["One\nBcc: somebody", "One\r", "", "  ", "a\x00b"])
def test_a_subject_is_one_line(lead, subject):
    with pytest.raises(FigureInMail, match="A subject is one line"):
        post(to=lead, subject=subject, words="Sign in.", link="/")


@pytest.mark.parametrize("link", ["/", "/northmoor-trust/", "/ward-7/data/12/", "/invitation/{invitation}/"])
def test_a_path_of_the_site_may_be_linked_to(link):
    assert cannot_lead_to(link) is None


@pytest.mark.parametrize(
    "link",
    [
        "",
        "home",
        "https://elsewhere.example",
        "//elsewhere.example",
        "/a?leavers=12",
        "/a#12",
        "/a b",
        "/\n",
        "/\\e",
        None,
    ],
)
def test_no_other_address_and_no_filter_may(lead, link):
    with pytest.raises(FigureInMail, match="A mail leads to a path of this site"):
        post(to=lead, subject="Something waits", words="Sign in.", link=link)


# What accounts tell of


def test_every_event_has_its_words_and_no_other():
    assert set(hearing.WORDS) == set(EVENTS)


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_an_event_is_told_by_mail_in_the_transaction_in_which_it_happened(lead, event):
    tell(event, to=lead, by=lead)
    message = Message.objects.get()
    assert (message.to, message.subject) == (lead, EVENTS[event])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        told_and_failed(event, lead)
    assert Message.objects.count() == 1


def told_and_failed(event: str, to: User) -> None:
    tell(event, to=to, by=to)
    raise ZeroDivisionError


@pytest.mark.parametrize(
    ("event", "kind", "accepted"), [("invited", INVITATION, False), ("password_asked", NEW_PASSWORD, True)]
)
def test_a_link_that_lets_somebody_in_is_made_as_the_mail_goes_and_kept_nowhere(lead, event, kind, accepted):
    lead.accepted_at = timezone.now() if accepted else None
    lead.save()
    tell(event, to=lead, by=lead)
    message = Message.objects.get()
    (address,) = [line for line in body(message).splitlines() if line.startswith("http")]
    token = address.rstrip("/").rpartition("/")[2]
    assert whose(kind, token) == lead
    assert token.partition("-")[2] not in str(Message.objects.values().get())


def test_nothing_is_wrong_with_the_tables():
    assert [str(found) for found in run_checks() if found.id and found.id.startswith("models.")] == []
