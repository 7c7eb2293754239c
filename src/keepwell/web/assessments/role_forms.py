"""What is filled in to say who holds a role?"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from keepwell.web.assessments.role_rules import cannot_hold, cannot_hold_since
from keepwell.web.nhsuk.forms import DayField, Form


class NobodyForm(Form):
    """That nobody holds a role. `known` is the version that was shown, so that two people notice each other."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)


class HolderForm(NobodyForm):
    """Who holds a role, and since when."""

    name = forms.CharField(
        label="Who holds it?",
        help_text="The name that people use at work, or several. No telephone number, and nothing else that is private.",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter who holds it", "max_length": "The name must be 120 characters or fewer"},
    )
    since = DayField(label="Since when?", help_text="Like 1 4 2026", required=False)
    looks: ClassVar = {"name": {"width": 30}}

    def clean_name(self) -> str:
        return str(_unless(cannot_hold(given := self.cleaned_data["name"]), given))

    def clean_since(self) -> dt.date | None:
        given: dt.date | None = self.cleaned_data["since"]
        _unless(cannot_hold_since(given), given)
        return given


def _unless(reason: str | None, given: Any) -> Any:
    if reason is not None:
        raise ValidationError(reason)
    return given
