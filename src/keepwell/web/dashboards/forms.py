"""What is filled in to set a target?"""

from __future__ import annotations

from typing import ClassVar, Final

from django import forms

from keepwell.measures import measure
from keepwell.web.nhsuk.forms import Form, MonthField

AIMED_AT: Final = ("leaver_rate", "stability_index", "vacancy_rate", "sickness_absence_rate")
"""Measures that a target can be set for: shares, typed as percentages."""


class NewTarget(Form):
    """What is to be reached, by when. `known` is the target that was shown, so that two people notice each other."""

    measure = forms.ChoiceField(choices=[(name, measure(name).label) for name in AIMED_AT], label="Which figure?")
    value = forms.FloatField(
        min_value=0, max_value=100, label="Target", help_text="As a percentage of the twelve months, like 9.5"
    )
    by_month = MonthField(label="By which month?", help_text="Like 3 2028")
    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    looks: ClassVar = {"value": {"width": 5, "suffix": "%"}}
