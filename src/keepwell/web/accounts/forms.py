"""What does somebody fill in to sign in, and to look after their account?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from keepwell.web.accounts.models import User
from keepwell.web.nhsuk.forms import Form

PASSWORD_HINT = "At least 12 characters. Three words that do not belong together are good."  # noqa: S105


def email_field(label: str = "Email address") -> forms.EmailField:
    return forms.EmailField(
        label=label,
        max_length=254,
        error_messages={
            "invalid": "Enter an email address in the right form, like name@nhs.net",
            "max_length": "The email address is too long",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "username", "spellcheck": "false"}),
    )


def name_field() -> forms.CharField:
    return forms.CharField(
        label="Name",
        max_length=120,
        help_text="As colleagues know you. It stands beside what you do here.",
        error_messages={"max_length": "The name has more than 120 characters"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


def code_field() -> forms.CharField:
    return forms.CharField(
        label="Code",
        max_length=20,
        help_text="The six figures that your app shows, or one of your recovery codes.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def password_field(label: str, autocomplete: str = "new-password", hint: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=1000,
        help_text=hint,
        error_messages={"max_length": "The password has more than 1,000 characters"},
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class SignInForm(Form, LoginForm):  # type: ignore[misc]
    """The email address and the password."""

    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"login": {"width": 30}, "password": {"width": 30}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {"login": email_field(), "password": password_field("Password", "current-password")}
        self.fields["login"].error_messages["required"] = "Enter your email address"
        self.fields["password"].error_messages["required"] = "Enter your password"

    def clean(self) -> dict[str, Any] | None:
        """Which of the two is wrong is not said; it stands beside the first."""
        try:
            given: dict[str, Any] | None = super().clean()
        except ValidationError as error:
            self.add_error("login", error)
            return None
        return given


class CodeForm(Form, AuthenticateForm):  # type: ignore[misc]
    """The second step at signing in."""

    code = code_field()
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"code": {"width": 10}}


class ConfirmByCodeForm(Form, ReauthenticateByCodeForm):  # type: ignore[misc]
    """The same for somebody who is signed in already."""

    code = code_field()
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"code": {"width": 10}}


class ConfirmForm(Form):
    """Is it still you? Asked before what keeps an account safe is changed."""

    password = password_field("Password", "current-password")
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"password": {"width": 30}}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        given = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.user, given):
            raise ValidationError("The password is not right")
        return given


class SecondStepForm(Form, ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is to be the second step."""

    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="The six figures that the app shows now.",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"code": {"width": 10}}


class SecondStepOffForm(Form, DeactivateTOTPForm):  # type: ignore[misc]
    """Nothing to fill in."""


class NewRecoveryCodesForm(Form, GenerateRecoveryCodesForm):  # type: ignore[misc]
    """Nothing to fill in."""


class NewPassword(Form):
    """A password that is good enough for the account it is for."""

    password = password_field("New password", hint=PASSWORD_HINT)
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"password": {"width": 30}}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        given = str(self.cleaned_data["password"])
        validate_password(given, self.user)
        return given


class InvitationForm(NewPassword):
    """How somebody who was invited is called, and their first password."""

    name = name_field()
    password = password_field("Password", hint=PASSWORD_HINT)
    field_order = ("name", "password")


class ChangePasswordForm(NewPassword):
    """The old password and the new one."""

    old = password_field("Current password", "current-password")
    field_order = ("old", "password")
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"old": {"width": 30}, "password": {"width": 30}}

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_old(self) -> str:
        given = str(self.cleaned_data["old"])
        if not get_adapter(self.request).reauthenticate(self.user, given):
            raise ValidationError("The current password is not right")
        return given


class ForgottenForm(Form):
    """Which account's password was forgotten?"""

    email = email_field()
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"email": {"width": 30}}
