"""What is asked when a site is set up?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from keepwell.web.accounts.forms import PASSWORD_HINT, email_field, name_field, password_field
from keepwell.web.accounts.models import User
from keepwell.web.nhsuk.forms import Form
from keepwell.web.places.models import ICB, KINDS, NETWORK, PRACTICE, TRUST

CODE: Final = re.compile(r"[A-Z0-9]{2,10}")
FIRST_KINDS: Final = (TRUST, PRACTICE, NETWORK, ICB)
ME, ANOTHER, LATER = "me", "another", "later"


def ods_code(label: str, hint: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=12,
        error_messages={"max_length": "The ODS code is too long"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AdministratorForm(Form):
    """Who looks after the site."""

    name = name_field()
    email = email_field()
    password = password_field("Password", hint=PASSWORD_HINT)
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "name": {"width": 30},
        "email": {"width": 30},
        "password": {"width": 30},
    }

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if password := given.get("password"):
            try:
                validate_password(password, User(name=given.get("name", ""), email=given.get("email", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return given


class OrganisationForm(Form):
    """The organisation that the site begins with."""

    kind = forms.ChoiceField(
        label="What is your organisation?",
        choices=[(kind, KINDS[kind]) for kind in FIRST_KINDS],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(
        label="Name of your organisation",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    code = ods_code("ODS code", "Like RX1 for a trust or A99001 for a practice. Its files are recognised by it.")
    icb_name = forms.CharField(label="Name of its integrated care board", max_length=200, required=False)
    icb_code = ods_code("ODS code of the board", "Like QX9.", required=False)
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {"code": {"width": 10}, "icb_code": {"width": 10}}

    def clean_code(self) -> str:
        return _code(self.cleaned_data["code"])

    def clean_icb_code(self) -> str:
        given = str(self.cleaned_data["icb_code"] or "")
        return _code(given) if given else ""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        board, board_code = given.get("icb_name"), given.get("icb_code")
        if board_code and not board:
            self.add_error("icb_name", "Enter the name of the board too, or leave its code out")
        if board and board_code == "" and "icb_code" not in self.errors:
            self.add_error("icb_code", "Enter the ODS code of the board too, or leave its name out")
        if given.get("kind") == ICB and (board or board_code):
            self.add_error("icb_name", "Your organisation is a board itself: leave this empty")
        if board_code and board_code == given.get("code"):
            self.add_error("icb_code", "The board and your organisation cannot have the same code")
        return given


def _code(given: str) -> str:
    code = given.strip().upper()
    if not CODE.fullmatch(code):
        raise ValidationError("Enter an ODS code: letters and figures only, like RX1")
    return code


class WhoForm(Form):
    """Who will look at the figures?"""

    who = forms.ChoiceField(
        label="Who will look at the figures?",
        choices=[(ME, "I will"), (ANOTHER, "Somebody else"), (LATER, "I will decide later")],
        widget=forms.RadioSelect,
    )
    name = name_field()
    email = email_field()
    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "who": {
            "heading": True,
            "hints": {
                ME: "You see exact figures, and look after accounts as well. Right for a small organisation.",
                ANOTHER: "They get an email with a link, and become the retention lead. You see no figures.",
            },
            "reveals": {ANOTHER: ("name", "email")},
        },
        "name": {"width": 30},
        "email": {"width": 30},
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = {
            "name": ("Their name", "Enter their name"),
            "email": ("Their email address", "Enter their email address"),
        }
        for name, (label, missing) in asked.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
            self.fields[name].error_messages["required"] = missing
            self.fields[name].widget.attrs["autocomplete"] = "off"
