"""What is asked at a check-in?"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms

from keepwell.content.planning import Ask, check_ins
from keepwell.web.following.actions import BEGINS_ON, Answers
from keepwell.web.following.models import ABANDON, ADAPT, FINISHED, CheckIn
from keepwell.web.following.queries import Due
from keepwell.web.following.rules import MOST_PEOPLE, cannot_count
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.plans.models import LONGEST_WORDS, Criterion

JUDGED: Final = "success_met"
"""What is asked of each success criterion by itself, where the action has some."""
WHAT_CHANGES: Final = "what_changes"
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "offered": {"width": 5},
    "taken_up": {"width": 5},
    "progress": {"hints": {FINISHED: "With “Adopt” below, the action is then finished"}},
    "decision": {"hints": {ABANDON: "The action is then stopped, and nothing more is asked about it"}},
}


class CountField(forms.IntegerField):
    """How many people; empty where it is not known."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=MOST_PEOPLE, required=False, widget=widget, **options)

    def to_python(self, value: Any) -> int | None:
        """The number as people type it: "1,200" or "1 200"."""
        return super().to_python("".join(value.split()).replace(",", "") if isinstance(value, str) else value)


class CheckInForm(Form):
    """What is asked at one check-in, as the content says. `without` are keys of what is known already."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    looks: ClassVar = LOOKS

    def __init__(
        self, due: Due, criteria: Sequence[Criterion], *args: Any, without: frozenset[str] = frozenset(), **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.due, self.criteria = due, {_named(one): one for one in criteria}
        for ask in check_ins().asked_at(due.asked.key):
            if ask.key == JUDGED and self.criteria:
                self._ask_of_criteria(ask)
            elif ask.key not in without:
                self.fields[ask.key] = _field(ask)
        if due.last:
            self.fields[BEGINS_ON] = DayField(
                label="When do the next 90 days begin?",
                help_text="Like 1 6 2026. Leave it empty if nothing more is to be asked",
                required=False,
            )

    def _ask_of_criteria(self, ask: Ask) -> None:
        for name, one in self.criteria.items():
            self.fields[name] = forms.ChoiceField(
                label=f"Is this met: {one.words}",
                help_text=ask.hint,
                choices=[(option.key, option.text) for option in ask.options],
                widget=forms.RadioSelect,
                error_messages={"required": "Select whether it is met"},
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        both = not self.has_error("offered") and not self.has_error("taken_up")
        if both and (reason := cannot_count(said.get("offered"), said.get("taken_up"))):
            self.add_error("taken_up", reason)
        return said

    def answers(self) -> Answers:
        """What was said."""
        said = {key: value for key, value in self.cleaned_data.items() if key not in {"known", BEGINS_ON}}
        judged = {one.pk: said.pop(name) for name, one in self.criteria.items() if name in self.fields}
        return Answers(said, judged, self.cleaned_data.get(BEGINS_ON))


class AdaptingForm(CheckInForm):
    """A check-in at which those who adapt say what they change."""

    looks: ClassVar = LOOKS | {"decision": LOOKS["decision"] | {"reveals": {ADAPT: WHAT_CHANGES}}}


def form_for(due: Due) -> type[CheckInForm]:
    """The form of a check-in: by whether it asks what is changed."""
    asked = {ask.key for ask in check_ins().asked_at(due.asked.key)}
    return AdaptingForm if WHAT_CHANGES in asked else CheckInForm


def as_answered(check_in: CheckIn | None, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """What stands in the form before somebody corrects it."""
    if check_in is None:
        return {}
    begins = check_in.answers.get(BEGINS_ON)
    judged = {_named(one): one.state for one in criteria if one.state != Criterion.OPEN}
    more = {BEGINS_ON: dt.date.fromisoformat(begins)} if begins else {}
    return {**check_in.answers, **judged, **more, "known": check_in.version}


def _named(criterion: Criterion) -> str:
    """The name of the field for a criterion: another one where its words have changed since the page was opened."""
    return f"criterion-{criterion.pk}-{zlib.crc32(criterion.words.encode())}"


def _field(ask: Ask) -> forms.Field:
    told: dict[str, Any] = {"label": ask.text, "help_text": ask.hint}
    if ask.kind == "number":
        return CountField(**told)
    if ask.kind == "words":
        area = forms.Textarea(attrs={"rows": 3})
        return forms.CharField(max_length=LONGEST_WORDS, required=ask.required, widget=area, **told)
    choices = [(one.key, one.text) for one in ask.options] or [("yes", "Yes"), ("no", "No")]
    return forms.ChoiceField(choices=choices, required=ask.required, widget=forms.RadioSelect, **told)
