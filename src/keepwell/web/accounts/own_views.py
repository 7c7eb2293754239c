"""How does somebody look after their own account: the password, and the second step at signing in?"""

from __future__ import annotations

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from keepwell.web.accounts import actions
from keepwell.web.accounts.forms import (
    ChangePasswordForm,
    ConfirmByCodeForm,
    ConfirmForm,
    NewRecoveryCodesForm,
    SecondStepForm,
    SecondStepOffForm,
)
from keepwell.web.accounts.gate import person, signed_in
from keepwell.web.accounts.rules import grants_of


@never_cache
@signed_in
def my_account(request: HttpRequest) -> HttpResponse:
    """Who I am here, what I may do where, and how I sign in."""
    user = person(request)
    codes = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    told = {
        "user": user,
        "grants": grants_of(user),
        "has_second_step": is_mfa_enabled(user),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
    }
    return render(request, "accounts/my_account.html.j2", told)


@never_cache
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Another password. This browser stays signed in, every other is signed out."""
    user = person(request)
    form = ChangePasswordForm(request.POST or None, user=user, request=request)
    if request.method == "POST" and form.is_valid():
        actions.change_password(by=user, password=form.cleaned_data["password"])
        update_session_auth_hash(request, user)
        messages.success(request, "Your password is changed. Other browsers are signed out.")
        return redirect("my_account")
    return render(request, "accounts/change_password.html.j2", {"form": form})


class HasAPassword:
    """Who has neither a password nor a second step cannot be asked whether it is still them."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not get_adapter().get_reauthentication_methods(request.user):
            return redirect("my_account")
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


@method_decorator(never_cache, name="dispatch")
class Confirm(HasAPassword, ReauthenticateView):  # type: ignore[misc]
    """Is it still you? By the password."""

    form_class = ConfirmForm
    template_name = "accounts/confirm.html.j2"


@method_decorator(never_cache, name="dispatch")
class ConfirmByCode(HasAPassword, ReauthenticateByCodeView):  # type: ignore[misc]
    """Is it still you? By a code of the second step."""

    form_class = ConfirmByCodeForm
    template_name = "accounts/confirm.html.j2"


@method_decorator(never_cache, name="dispatch")
class SecondStepOn(ActivateTOTPView):  # type: ignore[misc]
    """An app that shows codes becomes the second step."""

    form_class = SecondStepForm
    template_name = "accounts/second_step_on.html.j2"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = cast("dict[str, Any]", super().get_context_data(**kwargs))
        svg: str = told["totp_svg"]
        secret: str = told["form"].secret
        in_fours = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
        return told | {"picture": svg[svg.index("<svg") :], "secret": in_fours}

    def get_success_url(self) -> str:
        messages.success(self.request, "The second step is on. Keep these codes in a safe place.")
        return reverse("mfa_view_recovery_codes")


@method_decorator(never_cache, name="dispatch")
class SecondStepOff(DeactivateTOTPView):  # type: ignore[misc]
    """Signing in is by the password alone again."""

    form_class = SecondStepOffForm
    template_name = "accounts/second_step_off.html.j2"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        actions.tell_second_step_off(by=person(self.request))
        messages.success(self.request, "The second step is off.")
        return answer

    def get_success_url(self) -> str:
        return reverse("my_account")


@method_decorator(never_cache, name="dispatch")
class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]
    """Codes for the day when the app is not at hand: each works once."""

    template_name = "accounts/recovery_codes.html.j2"


@method_decorator(never_cache, name="dispatch")
class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """Ten new codes; the old ones work no more."""

    form_class = NewRecoveryCodesForm
    template_name = "accounts/new_recovery_codes.html.j2"

    def get_success_url(self) -> str:
        messages.success(self.request, "These are your new codes. The old ones work no more.")
        return reverse("mfa_view_recovery_codes")


confirm = Confirm.as_view()
confirm_by_code = ConfirmByCode.as_view()
second_step_on = SecondStepOn.as_view()
second_step_off = SecondStepOff.as_view()
recovery_codes = RecoveryCodes.as_view()
new_recovery_codes = NewRecoveryCodes.as_view()
