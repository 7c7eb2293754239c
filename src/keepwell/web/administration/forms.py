"""What is filled in to invite people and to change places?"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet

from keepwell.web.accounts.models import Role
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import INSIDE, KINDS, Place, Succession

POLICIES = {
    "nhs": "NHS workforce statistics: 1 to 7 hidden, other counts to the nearest 5",
    "under_10": "Fewer than 10 hidden",
}


class PlaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A place, by its name and what it lies in."""

    def label_from_instance(self, obj: Any) -> str:
        inside = f", {obj.parent.name}" if obj.kind in INSIDE and obj.parent else ""
        return f"{obj.name}{inside} ({obj.kind_in_words.lower()})"


class RoleChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A role, with what its holders see."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}{' – sees exact figures' if obj.exact else ''}"


class Invitation(Form):
    """Somebody, and the role that they are to have."""

    name = forms.CharField(max_length=120, label="Full name")
    email = forms.EmailField(label="Email address")
    role = RoleChoice(queryset=Role.objects.none(), label="Role", empty_label="Choose a role")
    place = PlaceChoice(queryset=Place.objects.none(), label="Place", empty_label=None)
    until = DayField(
        label="Last day of the role", required=False, help_text="Leave empty for a role without an end. Like 31 3 2027."
    )
    looks: ClassVar = {"email": {"width": 30}}

    def __init__(self, *args: Any, roles: QuerySet[Role], places: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].queryset = roles  # type: ignore[attr-defined]
        self.fields["place"].queryset = places.select_related("parent")  # type: ignore[attr-defined]

    def clean_until(self) -> dt.date | None:
        day: dt.date | None = self.cleaned_data["until"]
        if day is not None and day < dt.date.today():  # noqa: DTZ011 (a calendar day of the person who types)
            raise forms.ValidationError("The last day of the role must be today or later")
        return day


class NewPlace(Form):
    """A place, and what it lies in."""

    name = forms.CharField(max_length=200, label="Name")
    kind = forms.ChoiceField(choices=list(KINDS.items()), label="What is it?")
    code = forms.CharField(
        max_length=12, required=False, label="ODS code", help_text="For an organisation. Leave empty for a part of one."
    )
    parent = PlaceChoice(
        queryset=Place.objects.select_related("parent"), required=False, label="Lies in", empty_label="Nothing above it"
    )
    start = DayField(label="From which day?", help_text="Like 1 4 2026.")
    looks: ClassVar = {"code": {"width": 10}}


class Move(Form):
    """Where a place belongs from a day on."""

    parent = PlaceChoice(queryset=Place.objects.select_related("parent"), label="Belongs to", empty_label="Choose")
    start = DayField(label="From which day?", help_text="The first day there, like 1 4 2026.")


class Rename(Form):
    """Another name of the same place. `known` is the name that was shown, so that two people notice each other."""

    name = forms.CharField(max_length=200, label="New name")
    known = forms.CharField(widget=forms.HiddenInput, max_length=200)


class Become(Form):
    """What a place became."""

    after = PlaceChoice(queryset=Place.objects.select_related("parent"), label="Became", empty_label="Choose")
    kind = forms.ChoiceField(
        choices=[(Succession.MERGER, "It merged into it"), (Succession.RECODE, "It is the same one with a new code")],
        widget=forms.RadioSelect,
        label="How?",
    )
    on = DayField(label="On which day?", help_text="The first day on which the old one is no more, like 1 4 2026.")


class NewRelease(Form):
    """What is to be released, to whom and why."""

    to = PlaceChoice(queryset=Place.objects.none(), label="Who is it for?", empty_label=None)
    policy = forms.ChoiceField(
        choices=list(POLICIES.items()), widget=forms.RadioSelect, label="How are small numbers hidden?"
    )
    months = forms.TypedChoiceField(
        choices=[(12, "A year"), (6, "Half a year"), (3, "A quarter")],
        coerce=int,
        initial=12,
        widget=forms.RadioSelect,
        label="How long is one period?",
        help_text="Longer periods have larger numbers, so less is hidden. Periods follow one another and never overlap.",
    )
    why = forms.CharField(max_length=300, required=False, label="What for?", help_text="Shown beside the release.")

    def __init__(self, *args: Any, places: QuerySet[Place], own: Place, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = places  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda obj: (  # type: ignore[attr-defined]
            f"Our own people who see no exact figures ({own.name})" if obj.pk == own.pk else f"{obj.name}, above us"
        )
