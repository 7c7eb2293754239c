"""What is asked to find the ways to retire? It stands in the address and nowhere else."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from keepwell.content.flexible_requests import retirement_options
from keepwell.web.flexible.retirement_queries import LAST_STATE_PENSION_AGE, Case
from keepwell.web.nhsuk.forms import Form

NOT_KNOWN = "not_known"
NO_SUCH_AGE = "Enter an age in whole years, between 16 and 90"


class CaseForm(Form):
    """A section of the pension scheme, an age, and what else counts."""

    mark_optional = False

    section = forms.ChoiceField(
        label="In which part of the NHS Pension Scheme is what you want to take?",
        help_text="Your yearly statement says so. If you have something in two, look at each by itself.",
        widget=forms.RadioSelect,
    )
    age = forms.IntegerField(
        label="How old will you be when it begins?",
        help_text="In whole years",
        min_value=16,
        max_value=90,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"invalid": NO_SUCH_AGE, "min_value": NO_SUCH_AGE, "max_value": NO_SUCH_AGE},
    )
    special_class = forms.BooleanField(
        label="I have special class status",
        help_text="Some nurses, midwives, health visitors, physiotherapists and mental health officers in post before "
        "6 March 1995 without a break of more than 5 years. It counts in the 1995 Section only.",
        required=False,
    )
    protected = forms.BooleanField(
        label="I was a member before 6 April 2006",
        help_text="Your minimum pension age may then be protected. It does not count in the 2015 Scheme.",
        required=False,
    )
    state_pension_age = forms.ChoiceField(
        label="What is your State Pension age?",
        help_text="It counts in the 2015 Scheme only. GOV.UK tells you yours.",
        choices=[
            (NOT_KNOWN, "I do not know"),
            *((str(age), str(age) if age > 65 else "65 or earlier") for age in range(65, LAST_STATE_PENSION_AGE + 1)),
        ],
        required=False,
        initial=NOT_KNOWN,
        widget=forms.RadioSelect,
    )
    looks: ClassVar = {
        "age": {"width": 2},
        "section": {"reveals": {"section_1995": "special_class", "scheme_2015": "state_pension_age"}},
        "state_pension_age": {"inline": True},
    }

    def __init__(self, *args: object, **options: object) -> None:
        super().__init__(*args, **options)
        sections = self.fields["section"]
        assert isinstance(sections, forms.ChoiceField)
        sections.choices = [(one.key, one.title) for one in retirement_options().sections]

    def case(self) -> Case:
        """Whom it is asked for."""
        said = self.cleaned_data
        age = said["state_pension_age"] or NOT_KNOWN
        return Case(
            section=said["section"],
            age=said["age"],
            special_class=bool(said["special_class"]),
            protected=bool(said["protected"]),
            state_pension_age=None if age == NOT_KNOWN else int(age),
        )
