"""How does somebody sign in and out, and get in again who has forgotten the password?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from allauth.account.views import LoginView
from allauth.core.ratelimit import consume_or_429
from allauth.mfa.base.views import AuthenticateView
from axes.utils import reset as reset_attempts
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.web.accounts import actions
from keepwell.web.accounts.forms import CodeForm, ForgottenForm, InvitationForm, NewPassword, SignInForm
from keepwell.web.accounts.links import INVITATION, NEW_PASSWORD, whose
from keepwell.web.accounts.models import User
from keepwell.web.accounts.queries import is_set_up
from keepwell.web.places.refusals import NotAllowed

FORM: Final = ["GET", "HEAD", "POST"]
AS_LONG_AS: Final = 0.4
"""Seconds that asking for a new password takes, whether there is such an account or not."""


class SignIn(LoginView):  # type: ignore[misc]
    """Email address and password; then the second step, for those who have one."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html.j2"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_set_up():
            return redirect("home")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """The code of the second step."""

    form_class = CodeForm
    template_name = "accounts/second_step.html.j2"


sign_in = SignIn.as_view()
second_step = SecondStep.as_view()


def locked_out(request: HttpRequest, *told: Any, **more: Any) -> HttpResponse:
    """After too many wrong passwords: wait. Says the same whether there is such an account or not."""
    return render(request, "accounts/locked_out.html.j2", status=429)


def too_many(request: HttpRequest) -> HttpResponse:
    """The same thing was tried too often."""
    return render(request, "accounts/too_many.html.j2", status=429)


@never_cache
@require_http_methods(FORM)
def sign_out(request: HttpRequest) -> HttpResponse:
    """Only a button signs out, never a link."""
    if request.method == "POST":
        logout(request)
        messages.success(request, "You have signed out.")
    return render(request, "accounts/sign_out.html.j2") if request.user.is_authenticated else redirect("account_login")


@never_cache
@require_http_methods(FORM)
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody who was invited says how they are called and chooses a password."""
    user = whose(INVITATION, token)
    if user is None:
        return _dead_link(request)
    form = InvitationForm(request.POST or None, user=user, initial={"name": user.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.accept(token=token, **form.cleaned_data)
        except NotAllowed:
            return _dead_link(request)
        return _in_again(request, user, "Your account is ready. Sign in with your password.")
    return render(request, "accounts/invitation.html.j2", {"form": form, "email": user.email})


@never_cache
@require_http_methods(FORM)
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same, and comes as late, for an address that nobody has here."""
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/forgotten.html.j2", {"form": form})
    email = form.cleaned_data["email"]
    refused: HttpResponse | None = consume_or_429(request, action="reset_password", key=email.casefold())
    if refused is not None:
        return refused
    with _as_long_as(AS_LONG_AS):
        actions.ask_for_new_password(email=email)
    return redirect("password_asked")


@never_cache
def password_asked(request: HttpRequest) -> HttpResponse:
    """A mail is on its way, if there is such an account."""
    return render(request, "accounts/password_asked.html.j2")


@never_cache
@require_http_methods(FORM)
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Another password, by the link of a mail. Nobody is signed in by it: the second step still has to be taken."""
    user = whose(NEW_PASSWORD, token)
    if user is None:
        return _dead_link(request)
    form = NewPassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            actions.choose_new_password(token=token, password=form.cleaned_data["password"])
        except NotAllowed:
            return _dead_link(request)
        reset_attempts(username=user.email.casefold())
        return _in_again(request, user, "Your password is changed. Sign in with the new one.")
    return render(request, "accounts/new_password.html.j2", {"form": form})


def _dead_link(request: HttpRequest) -> HttpResponse:
    """The same for a link that is wrong, used up, too old, or of nobody."""
    return render(request, "accounts/dead_link.html.j2", status=404)


def _in_again(request: HttpRequest, user: User, words: str) -> HttpResponse:
    logout(request)  # whoever else was signed in in this browser
    messages.success(request, words)
    return redirect("account_login")


@contextmanager
def _as_long_as(seconds: float) -> Iterator[None]:
    """What is inside takes so long, or longer."""
    began = time.monotonic()
    try:
        yield
    finally:
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
