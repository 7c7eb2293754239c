"""What is filled in to pass money on, to weigh need, and to set a target for staff?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from keepwell.web.alignment.models import LONGEST_LINE, NeedPart, WorkforceTarget
from keepwell.web.alignment.money_actions import Aimed, Passed, Weighed
from keepwell.web.alignment.rules import cannot_last
from keepwell.web.assessments.gap_forms import MoneyField, as_digits
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

HIGHEST = 1_000_000_000
OF = "of_"


class NumberField(forms.FloatField):
    """A number as people type it, "6,000" or "12.5"."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=HIGHEST, widget=widget, **options)

    def to_python(self, value: Any) -> Any:
        return super().to_python(as_digits(value))


def line(label: str, hint: str = "", longest: int = LONGEST_LINE) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=longest)


def known_field() -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


class Kept(Form):
    """What goes with each form: the version that was shown."""

    mark_optional = False
    known = known_field()


class AllocationForm(Kept):
    """Money that was passed on: to whom, how much, when, and what for."""

    to = forms.ChoiceField(label="To whom?")
    amount = MoneyField(label="How much, in pounds?")
    starts_on = DayField(label="From which day?")
    ends_on = DayField(label="Until which day?")
    what_for = line("What for?", "A few words.")
    looks: ClassVar = {"amount": {"width": 10}}

    def __init__(self, *args: Any, places: Sequence[Place], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = {str(place.pk): place for place in places}
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a place"), *((key, place.name) for key, place in self.places.items())]
        self.fields["amount"].required = True

    def clean(self) -> dict[str, Any]:
        """The days in order, and some money."""
        said = self.cleaned_data
        start, end = said.get("starts_on"), said.get("ends_on")
        if start and end and (reason := cannot_last(start, end)):
            self.add_error("ends_on", reason)
        if said.get("amount") is not None and said["amount"] <= 0:
            self.add_error("amount", "Say how many pounds it is.")
        return said

    def told(self) -> Passed:
        said = self.cleaned_data
        to = self.places[said["to"]]
        return Passed(to, said["amount"], said["starts_on"], said["ends_on"], said["what_for"])


class BesidesForm(Kept):
    """What was committed and spent in no action."""

    committed = MoneyField(
        label="Committed besides, in pounds", help_text="Promised, in no action. Leave it empty if nobody knows."
    )
    spent = MoneyField(
        label="Spent besides, in pounds", help_text="Gone, in no action. Leave it empty if nobody knows."
    )
    looks: ClassVar = {"committed": {"width": 10}, "spent": {"width": 10}}


class NeedForm(Kept):
    """A part of the index of need, with a value for each place."""

    title = line("What is it?", "For example “Staff in post”, “Share who left”, “Deprivation score”.", 120)
    kind = forms.ChoiceField(
        label="What sort of number is it?", choices=list(NeedPart.KINDS.items()), widget=forms.RadioSelect
    )
    weight = forms.IntegerField(
        label="How much does it count?",
        help_text="A whole number. With 2 it counts twice as much as a part with 1.",
        min_value=1,
        max_value=100,
        initial=1,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    source = line("Where do the values come from?", "The file, the table, or who judged it.")
    as_of = DayField(label="Of which day are they?")
    looks: ClassVar = {
        "kind": {
            "hints": {
                NeedPart.COUNT: "How many of something: staff, patients, practices",
                NeedPart.RATE: "How high something is: a share, a score, a band. It is multiplied by the size of the place",
            }
        },
        "weight": {"width": 3},
    }

    def __init__(self, *args: Any, places: Sequence[Place], values: dict[int, float], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = list(places)
        for place in self.places:
            name = f"{OF}{place.pk}"
            self.fields[name] = NumberField(label=place.name, required=False)
            if place.pk in values:
                self.initial[name] = f"{values[place.pk]:g}"

    @property
    def of_places(self) -> list[forms.BoundField]:
        return [self[f"{OF}{place.pk}"] for place in self.places]

    def told(self) -> Weighed:
        said = self.cleaned_data
        return Weighed(said["title"], said["kind"], said["weight"], said["source"], said["as_of"])

    def values(self) -> dict[int, float | None]:
        """The value of each place; None where it was left empty."""
        return {place.pk: self.cleaned_data[f"{OF}{place.pk}"] for place in self.places}


class TargetForm(Kept):
    """How many staff there shall be, by when, and who set it."""

    measure = forms.ChoiceField(
        label="Counted in what?", choices=list(WorkforceTarget.MEASURES.items()), widget=forms.RadioSelect
    )
    staff_group = forms.CharField(
        label="Which staff group?",
        help_text="As the records call it. Leave it empty for all staff.",
        required=False,
        max_length=120,
    )
    value = NumberField(label="How many shall there be?")
    by = DayField(label="By which day?")
    set_by = line("Who set it?", "For example “NHS Long Term Workforce Plan” or “Our board, May 2026”.")
    looks: ClassVar = {"value": {"width": 10}}

    def clean_value(self) -> float:
        value: float = self.cleaned_data["value"]
        if value <= 0:
            raise ValidationError("Say how many there shall be.")
        return value

    def told(self) -> Aimed:
        said = self.cleaned_data
        return Aimed(said["measure"], said["value"], said["by"], said["set_by"], said["staff_group"].strip())
