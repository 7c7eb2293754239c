"""Who gets in, and who is kept out? Every guard of signing in is attacked here."""

from __future__ import annotations

import datetime as dt
import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from axes.models import AccessAttempt
from cast import PASSWORD, somebody, system
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.contrib.sessions.models import Session
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import timezone

from keepwell.web.accounts import views
from keepwell.web.accounts.actions import close_account, invite, take_second_step_away
from keepwell.web.accounts.links import INVITATION, NEW_PASSWORD, token_of
from keepwell.web.accounts.models import User
from keepwell.web.accounts.rules import cannot_take_second_step
from keepwell.web.home.jobs import forget
from keepwell.web.jobs.models import Job
from keepwell.web.jobs.queue import Telling
from keepwell.web.mail.models import Message
from keepwell.web.mail.presenters import body
from keepwell.web.places.actions import RESERVED
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"
ANOTHER = "another long password of four words"
WRONG = "The email address or the password is not right"
SECRET = "JBSWY3DPEHPK3PXP"
COUNTER = 59_000_000


@pytest.fixture
def admin() -> User:
    return somebody("Site administrator", system_administrator=None)


@pytest.fixture
def lead(admin: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody who can sign in, on a site that is set up. Asking for a password need not take its time."""
    monkeypatch.setattr(views, "AS_LONG_AS", 0)
    user = somebody("Retention lead", retention_lead=system().northmoor)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def app(lead: User, monkeypatch: pytest.MonkeyPatch) -> User:
    """The same person with a second step, while the clock stands still."""
    TOTP.activate(lead, SECRET)
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([COUNTER]))
    return lead


def code(secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, COUNTER))


def signing_in(client: Client, email: str, password: str = PASSWORD, **more: str) -> HttpResponse:
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get(reverse("my_account")).status_code == 200


def signed_in(user: User, password: str = PASSWORD) -> Client:
    client = Client()
    signing_in(client, user.email, password)
    assert is_in(client)
    return client


def link_in_mail(to: User) -> str:
    """The path of the link in the last mail to somebody, as the mail has it."""
    return re.search(r"http://127\.0\.0\.1:8000(/\S+)", body(Message.objects.filter(to=to).latest("pk"))).group(1)


# The password


def test_whoever_knows_the_password_is_let_in_and_led_to_their_places(lead):
    client = Client()
    assert signing_in(client, lead.email.upper())["Location"] == reverse("home")
    assert "Northmoor Trust" in client.get("/").content.decode()


def test_what_is_wrong_is_said_and_the_address_is_kept_but_not_the_password(lead):
    page = signing_in(Client(), lead.email, "not the password").content.decode()
    assert WRONG in page and "<title>Error: Sign in" in page and 'href="#id_login"' in page
    assert f'value="{lead.email}"' in page and "not the password" not in page


def test_an_empty_form_says_what_to_enter(lead):
    page = signing_in(Client(), "", "").content.decode()
    assert "Enter your email address" in page and "Enter your password" in page


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by one for each time that a password is hashed, which is what takes long."""
    counted: list[int] = []
    encode = ScryptPasswordHasher.encode
    monkeypatch.setattr(ScryptPasswordHasher, "encode", lambda *a, **k: (counted.append(1), encode(*a, **k))[1])
    return counted


def test_unknown_invited_closed_and_wrong_look_alike_and_take_as_long(lead, admin, hashes):
    invited = invite(email="invited@example.org", name="Invited", by=admin)
    closed = somebody("Closed")
    closed.set_password(PASSWORD)
    closed.is_active = False
    closed.save()
    pages, costs = set(), []
    for email, password in (
        ("nobody@example.org", PASSWORD),
        (invited.email, PASSWORD),
        (closed.email, PASSWORD),
        (lead.email, "not the password"),
    ):
        hashes.clear()
        answer = signing_in(Client(), email, password)
        pages.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.content.decode().replace(email, ""))))
        costs.append(len(hashes))
    assert len(pages) == 1
    assert costs == [1, 1, 1, 1]


def test_nobody_gets_an_account_by_signing_in_or_by_asking_for_a_password(lead):
    before = set(User.objects.values_list("email", flat=True))
    client = Client()
    signing_in(client, "new@example.org", ANOTHER)
    client.post(reverse("account_reset_password"), {"email": "new@example.org"})
    for address in ("/signup/", "/accounts/signup/", "/sign-in/signup/"):
        answer = client.post(address, {"email": "new@example.org", "password1": ANOTHER})
        assert answer.status_code in (302, 404) and answer.headers.get("Location", SIGN_IN).startswith(SIGN_IN)
    assert set(User.objects.values_list("email", flat=True)) == before
    for name in ("account_signup", "account_email", "account_inactive", "account_set_password", "mfa_add_webauthn"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_an_account_that_is_closed_is_out_at_the_next_page(lead, admin):
    client = signed_in(lead)
    close_account(user=lead, by=admin)
    assert not is_in(client)
    assert WRONG in signing_in(Client(), lead.email).content.decode()


# Locked out


def test_after_five_wrong_passwords_the_right_one_is_not_asked_for_fifteen_minutes(lead):
    client = Client()
    wrong = [signing_in(client, lead.email, f"guess {n}").status_code for n in range(5)]
    assert wrong == [200, 200, 200, 200, 429]
    refused = signing_in(client, lead.email)
    assert refused.status_code == 429
    assert "closed for 15 minutes" in refused.content.decode()
    assert not is_in(client)
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
    assert signing_in(client, lead.email).status_code == 302


def test_the_address_in_other_letters_is_the_same_address(lead):
    client = Client()
    guesses = [lead.email.upper(), lead.email.title(), f" {lead.email} ", lead.email.swapcase(), lead.email]
    assert [signing_in(client, email, "a guess").status_code for email in guesses][-1] == 429


def test_one_who_is_locked_out_locks_out_nobody_else(lead, admin):
    admin.set_password(PASSWORD)
    admin.save()
    for _ in range(6):
        signing_in(Client(), lead.email, "a guess")
    assert signing_in(Client(), admin.email).status_code == 302
    assert Client(REMOTE_ADDR="10.1.2.3").post(SIGN_IN, {"login": lead.email, "password": PASSWORD}).status_code == 302


def test_an_address_that_nobody_has_is_locked_out_just_the_same(lead):
    answers = [signing_in(Client(), "nobody@example.org", "a guess") for _ in range(5)]
    known = [signing_in(Client(), lead.email, "a guess") for _ in range(5)]
    assert [a.status_code for a in answers] == [a.status_code for a in known]
    assert answers[-1].content == known[-1].content


def test_a_new_password_opens_what_was_locked(lead):
    for _ in range(6):
        signing_in(Client(), lead.email, "a guess")
    Client().post(reverse("new_password", args=[token_of(NEW_PASSWORD, lead)]), {"password": ANOTHER})
    assert signing_in(Client(), lead.email, ANOTHER).status_code == 302


def test_no_address_of_anybody_comes_into_a_log(lead, capfd, caplog):
    for _ in range(6):
        signing_in(Client(), lead.email, "a guess")
    assert lead.email not in caplog.text + "".join(capfd.readouterr())


# The session


def test_the_session_is_another_after_signing_in(lead):
    """Session fixation: who planted a session in somebody's browser is not signed in by them."""
    client = Client()
    client.get(SIGN_IN)
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = session.session_key
    signing_in(client, lead.email)
    assert client.cookies["sessionid"].value != session.session_key
    thief = Client()
    thief.cookies["sessionid"] = session.session_key
    assert is_in(client) and not is_in(thief)


def test_a_session_that_somebody_made_up_is_not_taken_up(lead):
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    signing_in(client, lead.email)
    assert client.cookies["sessionid"].value != "a" * 32


def test_the_cookie_is_for_the_server_alone_and_ends_with_the_browser(lead):
    cookie = signed_in(lead).cookies["sessionid"]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["max-age"] and not cookie["expires"]


def test_only_a_button_signs_out_and_then_the_session_is_dead(lead):
    client = signed_in(lead)
    key = client.cookies["sessionid"].value
    assert "Do you want to sign out?" in client.get(reverse("account_logout")).content.decode()
    assert is_in(client)
    assert client.post(reverse("account_logout"))["Location"] == SIGN_IN
    thief = Client()
    thief.cookies["sessionid"] = key
    assert not is_in(client) and not is_in(thief)


@pytest.mark.parametrize("name", ["account_login", "account_logout", "account_reset_password"])
def test_a_form_from_elsewhere_does_nothing(lead, name):
    client = Client(enforce_csrf_checks=True)
    client.force_login(lead) if name == "account_logout" else None
    answer = client.post(reverse(name), {"login": lead.email, "password": PASSWORD, "email": lead.email})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()
    assert is_in(client) == (name == "account_logout")


# Where it leads


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
        "https:///evil.example",
        "http://testserver@evil.example/",
    ],
)
def test_nobody_is_led_off_the_site(lead, to):
    client = Client()
    client.get(SIGN_IN, {"next": to})
    assert signing_in(client, lead.email, next=to)["Location"] == reverse("home")
    assert "evil" not in client.get(SIGN_IN, {"next": to}).headers.get("Location", "")
    confirmed = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": to})
    assert "evil" not in confirmed["Location"] and not confirmed["Location"].startswith("javascript")


def test_somebody_who_was_on_the_way_to_a_page_comes_there(lead):
    client = Client()
    there = client.get(reverse("my_account"))["Location"]
    assert there == f"{SIGN_IN}?next=/account/"
    assert 'name="next" value="/account/"' in client.get(there).content.decode()
    assert signing_in(client, lead.email, next="/account/")["Location"] == "/account/"


def test_a_request_for_another_host_is_refused_and_a_mail_never_names_it(lead, settings):
    assert Client().get(SIGN_IN, HTTP_HOST="evil.example").status_code == 400
    settings.ALLOWED_HOSTS = ["evil.example"]
    Client().post(reverse("account_reset_password"), {"email": lead.email}, HTTP_HOST="evil.example")
    mail = body(Message.objects.get(to=lead))
    assert "evil" not in mail and "http://127.0.0.1:8000/password/new/" in mail


# A new password


def test_a_forgotten_password_is_replaced_by_the_link_of_a_mail(lead):
    other = signed_in(lead)
    client = Client()
    assert client.post(reverse("account_reset_password"), {"email": lead.email.upper()})["Location"] == reverse(
        "password_asked"
    )
    link = link_in_mail(lead)
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": ANOTHER})["Location"] == SIGN_IN
    assert not is_in(client), "the link alone signs nobody in"
    assert not is_in(other), "other browsers are signed out"
    assert WRONG in signing_in(client, lead.email).content.decode()
    assert signing_in(client, lead.email, ANOTHER).status_code == 302
    assert Message.objects.filter(to=lead, subject="Your password was changed").exists()


def test_known_and_unknown_addresses_get_the_same_answer_but_only_one_a_mail(lead, admin):
    invited = invite(email="invited@example.org", name="Invited", by=admin)
    mails = Message.objects.count()
    answers = set()
    for email in (lead.email, "nobody@example.org", invited.email):
        answer = Client().post(reverse("account_reset_password"), {"email": email}, follow=True)
        answers.add((answer.status_code, tuple(answer.redirect_chain), answer.content))
    assert len(answers) == 1
    assert Message.objects.count() == mails + 1


def test_the_answer_comes_as_late_for_an_address_that_nobody_has(lead, monkeypatch):
    monkeypatch.setattr(views, "AS_LONG_AS", 0.4)
    for email in (lead.email, "nobody@example.org"):
        began = time.monotonic()
        Client().post(reverse("account_reset_password"), {"email": email})
        assert time.monotonic() - began >= 0.4


def test_the_link_of_a_new_password_works_once(lead):
    token = token_of(NEW_PASSWORD, lead)
    link = reverse("new_password", args=[token])
    assert Client().get(link).status_code == 200
    assert Client().post(link, {"password": ANOTHER}).status_code == 302
    for again in (Client().get(link), Client().post(link, {"password": "a third password, which is long"})):
        assert again.status_code == 404
    assert signing_in(Client(), lead.email, ANOTHER).status_code == 302


def test_all_links_of_before_are_dead_once_somebody_has_signed_in_or_has_another_password(lead):
    link = reverse("new_password", args=[token_of(NEW_PASSWORD, lead)])
    signed_in(lead)
    assert Client().get(link).status_code == 404


def test_a_link_holds_for_a_day_and_is_nothing_of_another_kind_or_person(lead, admin, monkeypatch):
    token = token_of(NEW_PASSWORD, lead)
    mine = f"{admin.pk}-{token.partition('-')[2]}"
    assert Client().get(reverse("new_password", args=[mine])).status_code == 404
    assert Client().get(reverse("invitation", args=[token])).status_code == 404
    assert Client().get(reverse("new_password", args=[token_of(INVITATION, lead)])).status_code == 404
    for later, status in ((dt.timedelta(hours=23, minutes=59), 200), (dt.timedelta(hours=24, minutes=1), 404)):
        monkeypatch.setattr(type(NEW_PASSWORD), "_now", lambda self, by=later: timezone.make_naive(timezone.now()) + by)
        assert Client().get(reverse("new_password", args=[token])).status_code == status


def test_asking_again_and_again_is_refused(lead):
    answers = [Client().post(reverse("account_reset_password"), {"email": lead.email}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


@pytest.mark.parametrize("weak", ["short", "password1234", "retention.lead@example.org", "RetentionLead"])
def test_a_weak_password_is_refused_wherever_one_is_chosen(lead, weak):
    link = reverse("new_password", args=[token_of(NEW_PASSWORD, lead)])
    assert Client().post(link, {"password": weak}).status_code == 200
    client = signed_in(lead)
    answer = client.post(reverse("change_password"), {"old": PASSWORD, "password": weak})
    assert answer.status_code == 200 and "<title>Error:" in answer.content.decode()
    assert signing_in(Client(), lead.email).status_code == 302


def test_whoever_changes_their_password_says_the_old_one_and_stays_while_others_go(lead):
    client, other = signed_in(lead), signed_in(lead)
    page = client.post(reverse("change_password"), {"old": "a guess", "password": ANOTHER}).content.decode()
    assert "The current password is not right" in page
    assert client.post(reverse("change_password"), {"old": PASSWORD, "password": ANOTHER}).status_code == 302
    assert is_in(client) and not is_in(other)


def test_a_stolen_session_does_not_let_the_password_be_guessed(lead):
    client = signed_in(lead)
    answers = [
        client.post(reverse("change_password"), {"old": f"guess {n}", "password": ANOTHER}).status_code
        for n in range(5)
    ]
    assert answers[-1] == 429


# The second step


def test_with_a_second_step_the_password_alone_opens_nothing(app):
    client = Client()
    assert signing_in(client, app.email)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get("/")["Location"] == SIGN_IN
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == reverse("home")
    assert is_in(client)


def test_somebody_comes_where_they_were_going_also_by_two_steps(app):
    client = Client()
    signing_in(client, app.email, next="/account/")
    assert client.post(reverse("mfa_authenticate"), {"code": code()})["Location"] == "/account/"


def test_a_code_works_once(app):
    """Also within its half minute: somebody may have looked over a shoulder."""
    for expected in (True, False):
        client = Client()
        signing_in(client, app.email)
        client.post(reverse("mfa_authenticate"), {"code": code()})
        assert is_in(client) == expected


def test_what_is_counted_is_counted_for_all_processes(app):
    """In the memory of one process a used code would be new to the next, and the guesses begin again."""
    client = Client()
    signing_in(client, app.email)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache WHERE cache_key LIKE %s", ["%mfa.totp.used%"])
        assert cursor.fetchone() == (1,)


def test_a_code_is_not_guessed(app):
    client = Client()
    signing_in(client, app.email)
    for guess in range(5):
        assert (
            "The code is not right"
            in client.post(reverse("mfa_authenticate"), {"code": f"{guess:06}"}).content.decode()
        )
    other = Client()
    signing_in(other, app.email)
    assert "Too many attempts" in other.post(reverse("mfa_authenticate"), {"code": code()}).content.decode()
    assert not is_in(other)


def test_a_second_step_is_switched_on_with_the_password_and_a_code(lead, monkeypatch):
    monkeypatch.setattr("allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([COUNTER]))
    client = signed_in(lead)
    where = reverse("mfa_activate_totp")
    assert client.get(where)["Location"].startswith(reverse("account_reauthenticate"))
    wrong = client.post(reverse("account_reauthenticate"), {"password": "a guess", "next": where})
    assert "The password is not right" in wrong.content.decode()
    assert client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": where})["Location"] == where
    page = client.get(where).content.decode()
    assert "<svg" in page and "data:" not in page and "<?xml" not in page
    secret = re.search(r"keepwell-key\">([A-Z2-7 ]+)<", page).group(1).replace(" ", "")
    assert "The code is not right" in client.post(where, {"code": "000000"}).content.decode()
    assert client.post(where, {"code": code(secret)})["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<code>(\d+)</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    new = reverse("mfa_generate_recovery_codes")
    assert "The old ones (10 codes left) work no more" in client.get(new).content.decode()
    assert client.post(new)["Location"] == reverse("mfa_view_recovery_codes")
    old, codes = (
        codes,
        re.findall(r"<code>(\d+)</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode()),
    )
    assert len(codes) == 10 and not set(old) & set(codes)
    assert "10 codes left" in client.get(reverse("my_account")).content.decode()
    for number, expected in enumerate((True, False)):
        back = Client()
        signing_in(back, lead.email)
        back.post(reverse("mfa_authenticate"), {"code": codes[0]})
        assert is_in(back) == expected, f"use {number + 1} of a recovery code"


def test_a_second_step_is_not_switched_off_by_a_stolen_session_and_its_owner_is_told(app):
    client = Client()
    signing_in(client, app.email)
    client.post(reverse("mfa_authenticate"), {"code": code()})
    off = reverse("mfa_deactivate_totp")
    assert client.post(off)["Location"].startswith(reverse("account_reauthenticate"))
    assert Authenticator.objects.filter(user=app).exists()
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(off).status_code == 200
    assert client.post(off)["Location"] == reverse("my_account")
    assert not Authenticator.objects.filter(user=app).exists()
    assert Message.objects.filter(to=app, subject__icontains="second step").exists()


def test_a_new_password_does_not_take_the_second_step_away(app):
    Client().post(reverse("new_password", args=[token_of(NEW_PASSWORD, app)]), {"password": ANOTHER})
    client = Client()
    assert signing_in(client, app.email, ANOTHER)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)


def test_who_lost_app_and_codes_is_helped_by_whoever_looks_after_the_account(app, admin):
    stranger = somebody("Line manager", line_manager=app.grants.get().place)
    reason = "This account is not yours to look after."
    assert cannot_take_second_step(stranger, app) == reason
    with pytest.raises(NotAllowed, match=reason):
        take_second_step_away(user=app, by=stranger)
    assert cannot_take_second_step(app, app) == "Your own second step is switched off under your account."
    take_second_step_away(user=app, by=admin)
    assert signing_in(Client(), app.email)["Location"] == reverse("home")
    assert Message.objects.filter(to=app, subject__icontains="second step").exists()


def test_who_came_and_went_is_forgotten_within_a_day(lead):
    client = signed_in(lead)
    over = signed_in(lead)
    Session.objects.filter(pk=over.session.session_key).update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    for address in ("old@example.org", "new@example.org"):
        signing_in(Client(), address, "a guess")
    AccessAttempt.objects.filter(username="old@example.org").update(
        attempt_time=timezone.now() - dt.timedelta(hours=13)
    )
    forget(Telling(Job()))
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["new@example.org"]
    assert set(Session.objects.values_list("pk", flat=True)) == {client.session.session_key}


# The pages


def test_the_sign_in_page_says_what_the_site_must_not_be_used_for(lead):
    page = Client().get(SIGN_IN).content.decode()
    for words in ("score, flag or list of people", "performance, capability or sickness", "discipline", "redundancy"):
        assert words in page


def test_pages_of_accounts_are_kept_by_no_browser_and_ask_nothing_of_other_sites(lead):
    client = signed_in(lead)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    dead = reverse("invitation", args=["1-none"])
    for where in ("my_account", "change_password", "mfa_activate_totp", "account_logout", dead):
        answer = client.get(where if where.startswith("/") else reverse(where))
        page = answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert "style=" not in page and not re.search(r"<script(?![^>]*\bsrc=)", page) and " onclick" not in page
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
        assert answer["Content-Security-Policy"].count("unsafe") == 0


def test_no_place_can_be_called_like_a_page_of_the_site():
    first = {str(p.pattern).split("/")[0] for entry in get_resolver().url_patterns for p in entry.url_patterns}
    assert {word for word in first if word and "<" not in word} <= RESERVED


def test_who_has_no_role_is_told_whom_to_ask(admin):
    nobody = somebody("Nobody yet")
    client = Client()
    client.force_login(nobody)
    assert "Ask whoever invited you" in client.get("/").content.decode()
    assert "You have no role yet" in client.get(reverse("my_account")).content.decode()
