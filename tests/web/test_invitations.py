"""Does an invitation let one person in, once, for a week, and nobody else?"""

from __future__ import annotations

import datetime as dt
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import PASSWORD, somebody
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from keepwell.web.accounts.actions import accept, close_account, invite, invite_again
from keepwell.web.accounts.links import INVITATION, token_of
from keepwell.web.accounts.models import User
from keepwell.web.mail.models import Message
from keepwell.web.mail.presenters import body
from keepwell.web.places.refusals import NotAllowed

FILLED = {"name": "Nia New", "password": PASSWORD}


@pytest.fixture
def admin(db: None) -> User:
    return somebody("Site administrator", system_administrator=None)


@pytest.fixture
def invited(admin: User) -> User:
    return invite(email="nia@example.org", name="Nia", by=admin)


def link(user: User) -> str:
    return reverse("invitation", args=[token_of(INVITATION, user)])


def bare(page: bytes) -> str:
    return re.sub(r'value="[\w-]{64}"', "", page.decode())


def test_the_mail_holds_the_link_and_the_link_sets_name_and_password(invited):
    mail = body(Message.objects.get(to=invited))
    where = re.search(r"http://127\.0\.0\.1:8000(/invitation/\S+)", mail).group(1)
    client = Client()
    page = client.get(where).content.decode()
    assert "nia@example.org" in page and 'value="Nia"' in page and "redundancy" in page
    assert client.post(where, FILLED)["Location"] == reverse("account_login")
    assert client.get(reverse("my_account")).status_code == 302, "the link alone signs nobody in"
    client.post(reverse("account_login"), {"login": invited.email, "password": PASSWORD})
    assert "Nia New" in client.get(reverse("my_account")).content.decode()
    assert User.objects.get(pk=invited.pk).accepted_at is not None


def test_until_it_is_accepted_nobody_signs_in_with_it(invited):
    client = Client()
    for password in ("", "!", invited.password, PASSWORD):
        client.post(reverse("account_login"), {"login": invited.email, "password": password})
        assert client.get(reverse("my_account")).status_code == 302


def test_looking_at_it_does_not_use_it_up(invited):
    """The mail scanners of many organisations open every link."""
    where = link(invited)
    for _ in range(3):
        assert Client().get(where).status_code == 200
        Client().head(where)
    assert Client().post(where, FILLED).status_code == 302


def test_it_works_once(invited):
    where = link(invited)
    Client().post(where, FILLED)
    for again in (Client().get(where), Client().post(where, {"name": "Thief", "password": "another long password"})):
        assert again.status_code == 404
    user = User.objects.get(pk=invited.pk)
    assert user.name == "Nia New" and user.check_password(PASSWORD)


def test_wrong_used_old_closed_and_unknown_links_give_the_same_page(invited, admin, monkeypatch):
    used = invite(email="used@example.org", name="Used", by=admin)
    closed = invite(email="closed@example.org", name="Closed", by=admin)
    links = {"used": link(used), "closed": link(closed)}
    accept(token=token_of(INVITATION, used), **FILLED)
    close_account(user=closed, by=admin)
    proof = token_of(INVITATION, invited).partition("-")[2]
    links |= {
        "of another": reverse("invitation", args=[f"{admin.pk}-{proof}"]),
        "changed": link(invited)[:-2] + "x/",
        "of nobody": reverse("invitation", args=[f"{10**9}-{proof}"]),
        "much too high": reverse("invitation", args=[f"{10**30}-{proof}"]),
        "not a number": reverse("invitation", args=[f"\u0665-{proof}"]),
        "empty": reverse("invitation", args=["-"]),
        "odd": reverse("invitation", args=["1--"]),
    }
    pages = {name: Client().get(where) for name, where in links.items()}
    pages |= {f"{name}, sent": Client().post(where, FILLED) for name, where in links.items()}
    old, later = link(invited), timezone.make_naive(timezone.now()) + dt.timedelta(8)
    monkeypatch.setattr(type(INVITATION), "_now", lambda self: later)
    pages["old"] = Client().get(old)
    assert {name: page.status_code for name, page in pages.items()} == dict.fromkeys(pages, 404)
    assert len({bare(page.content) for page in pages.values()}) == 1


@pytest.mark.parametrize(("days", "status"), [(6.99, 200), (7.01, 404), (400, 404)])
def test_it_holds_for_seven_days(invited, monkeypatch, days, status):
    where = link(invited)
    later = timezone.make_naive(timezone.now()) + dt.timedelta(days)
    monkeypatch.setattr(type(INVITATION), "_now", lambda self: later)
    assert Client().get(where).status_code == status
    assert Client().post(where, FILLED).status_code == (302 if status == 200 else 404)


def test_another_link_can_be_sent_until_it_is_accepted(invited, admin):
    invite_again(user=invited, by=admin)
    assert Message.objects.filter(to=invited).count() == 2
    accept(token=token_of(INVITATION, invited), **FILLED)
    invited.refresh_from_db()
    with pytest.raises(NotAllowed, match="has accepted already"):
        invite_again(user=invited, by=admin)
    with pytest.raises(NotAllowed, match="do not let you invite"):
        invite_again(user=somebody("Viewer"), by=somebody("Nobody"))


def test_what_is_wrong_is_said_and_the_name_is_kept(invited):
    page = Client().post(link(invited), {"name": "Nia New", "password": "short"}).content.decode()
    assert "<title>Error: Set up your account" in page
    assert 'value="Nia New"' in page and "12 characters" in page and "short" not in page.replace("too short", "")
    assert "Enter name" in Client().post(link(invited), {"name": " ", "password": PASSWORD}).content.decode()


def test_the_name_and_address_just_given_are_no_password(invited):
    page = Client().post(link(invited), {"name": "Nia New", "password": "nia@example.org"})
    assert page.status_code == 200


def test_whoever_else_was_signed_in_in_that_browser_is_out(invited, admin):
    client = Client()
    client.force_login(admin)
    client.post(link(invited), FILLED)
    assert client.get(reverse("my_account")).status_code == 302


def test_the_action_itself_refuses_a_link_that_is_none(invited):
    for token in ("", "1", "1-", f"{invited.pk}-abc-def"):
        with pytest.raises(NotAllowed, match="does not work"):
            accept(token=token, **FILLED)
    assert User.objects.get(pk=invited.pk).accepted_at is None


@pytest.mark.usefixtures("committed")
def test_of_two_who_use_it_at_once_only_one_gets_in():
    admin = somebody("Site administrator", system_administrator=None)
    for number in range(5):
        invited = invite(email=f"nia{number}@example.org", name="Nia", by=admin)
        where, together = link(invited), threading.Barrier(2)

        def use(password: str, where: str = where, together: threading.Barrier = together) -> int:
            together.wait(10)
            try:
                return Client().post(where, {"name": "Nia", "password": password}).status_code
            finally:
                connections.close_all()

        passwords = ("first long password", "second long password")
        with ThreadPoolExecutor(2) as two:
            statuses = list(two.map(use, passwords))
        assert sorted(statuses) == [302, 404]
        user = User.objects.get(pk=invited.pk)
        assert user.check_password(passwords[statuses.index(302)])
