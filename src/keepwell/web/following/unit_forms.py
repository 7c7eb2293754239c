"""What is asked of the teams and practices that an action reaches?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Final

from django import forms

from keepwell.web.following.forms import CountField
from keepwell.web.following.rules import cannot_count
from keepwell.web.following.unit_actions import Numbers
from keepwell.web.following.unit_queries import Start
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

STARTS, LATER = "starts", "later"
WHEN: Final = [(STARTS, "On a day"), (LATER, "Not yet: it is there to compare with")]
WHOLE: Final = "whole"


class WhenForm(Form):
    """When a unit starts."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    when = forms.ChoiceField(label="When does it start?", choices=WHEN, widget=forms.RadioSelect)
    starts_on = DayField(label="First day", help_text="Like 1 4 2026")
    looks: ClassVar = {"when": {"reveals": {STARTS: "starts_on"}}}


class UnitsForm(Form):
    """Units that start on the same day, or do not start yet."""

    parts = forms.MultipleChoiceField(
        label="Which of these?", required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    others = forms.CharField(
        label="Others, one a line",
        help_text="By name or ODS code. A list can be pasted",
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    when = forms.ChoiceField(label="When do they start?", choices=WHEN, widget=forms.RadioSelect)
    starts_on = DayField(label="First day", help_text="Like 1 4 2026")
    looks: ClassVar = {"when": {"reveals": {STARTS: "starts_on"}}, "parts": {"small": True}}

    def __init__(self, offered: Iterable[Place], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered = {place.slug: place for place in offered}
        asked = self.fields["parts"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = [(slug, place.name) for slug, place in self.offered.items()]
        if not self.offered:
            del self.fields["parts"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if not self.has_error("others") and not said.get("parts") and not self.names():
            self.add_error("others", "Choose one at least, or type its name")
        return said

    def names(self) -> list[str]:
        return [line.strip() for line in (self.cleaned_data.get("others") or "").splitlines() if line.strip()]

    def places(self) -> list[Place]:
        return [self.offered[slug] for slug in self.cleaned_data.get("parts") or ()]

    def starts(self) -> dt.date | None:
        starts_on: dt.date | None = self.cleaned_data["starts_on"]
        return starts_on


class NumbersForm(Form):
    """To how many it was offered up to now, and how many took it up: of each unit, or of the whole."""

    mark_optional = False

    def __init__(self, starts: Sequence[Start], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.units: dict[str, Start | None] = {str(one.unit.pk): one for one in starts if not one.compares}
        self.units = self.units or {WHOLE: None}
        for key, start in self.units.items():
            before = (start.offered, start.taken_up) if start else (None, None)
            for name, label, number in zip(("offered", "taken_up"), ("Offered to", "Taken up by"), before, strict=True):
                self.fields[f"{name}-{key}"] = CountField(label=label, initial=number, show_hidden_initial=True)

    def pairs(self) -> list[tuple[str, Any, Any]]:
        """Each unit's name with its two fields."""
        return [
            (start.unit.name if start else "The whole action", self[f"offered-{key}"], self[f"taken_up-{key}"])
            for key, start in self.units.items()
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for key in self.units:
            names = f"offered-{key}", f"taken_up-{key}"
            if any(self.has_error(name) for name in names):
                continue
            if reason := cannot_count(*(said.get(name) for name in names)):
                self.add_error(names[1], reason)
        return said

    def numbers(self) -> dict[int | None, Numbers]:
        """Those that somebody changed."""
        changed, said = set(self.changed_data), self.cleaned_data
        return {
            None if key == WHOLE else int(key): Numbers(said[f"offered-{key}"], said[f"taken_up-{key}"])
            for key in self.units
            if changed & {f"offered-{key}", f"taken_up-{key}"}
        }
