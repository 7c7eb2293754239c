"""What is filled in to write down a request, its answer and an appeal?"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms

from keepwell.web.flexible.actions import APPEAL_OUTCOMES, Answer, Appeal, Asked
from keepwell.web.flexible.models import KINDS, ON_APPEAL, RETIREMENT, WORKING, Request, asked_for
from keepwell.web.flexible.rules import cannot_be_of, cannot_refer_by, staff_groups_of
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

NO_ANSWER = "none"
WHY_NO_NAME = (
    "Something that you can look up, such as R-2026-014. No name, e-mail address or staff number: a wish for other hours "
    "or for retirement tells much of somebody's health and family, and this list needs no more than how it went. "
    "Leave it empty to be given one."
)


class KnownForm(Form):
    """The version that was shown, so that two people notice each other."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)


class AskedForm(KnownForm):
    """What is written down when a request comes."""

    kind = forms.ChoiceField(label="What kind of request is it?", choices=list(KINDS.items()), widget=forms.RadioSelect)
    asked_working = forms.MultipleChoiceField(
        label="What was asked for?", choices=list(asked_for(WORKING).items()), widget=forms.CheckboxSelectMultiple
    )
    asked_retirement = forms.MultipleChoiceField(
        label="Which way to retire was asked for?",
        choices=list(asked_for(RETIREMENT).items()),
        widget=forms.CheckboxSelectMultiple,
    )
    asked_on = DayField(label="When was it handed in?", help_text="Like 1 4 2026")
    staff_group = forms.ChoiceField(label="Staff group", widget=forms.RadioSelect)
    reference = forms.CharField(
        label="Your reference",
        help_text=WHY_NO_NAME,
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    longer_until = DayField(
        label="Until when may the answer take, if both agreed in writing on longer?",
        help_text="Leave it empty if nothing was agreed.",
        required=False,
    )
    looks: ClassVar = {
        "kind": {"reveals": {WORKING: "asked_working", RETIREMENT: "asked_retirement"}},
        "reference": {"width": 20},
    }

    def __init__(self, place: Place, *args: Any, request: Request | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.place, self.request = place, request
        groups = self.fields["staff_group"]
        assert isinstance(groups, forms.ChoiceField)
        groups.choices = [(one, one) for one in staff_groups_of(place)]

    def clean_reference(self) -> str:
        given = str(self.cleaned_data["reference"])
        if given and (reason := cannot_refer_by(given, self.place, self.request)):
            raise forms.ValidationError(reason)
        return given

    def clean_staff_group(self) -> str:
        given = str(self.cleaned_data["staff_group"])
        if reason := cannot_be_of(given, self.place):
            raise forms.ValidationError(reason)
        return given

    def told(self) -> Asked:
        """The request as it was typed."""
        said = self.cleaned_data
        asked = said["asked_working"] if said["kind"] == WORKING else said["asked_retirement"]
        kept = {name: said[name] for name in ("kind", "staff_group", "asked_on", "reference", "longer_until")}
        return Asked(asked_for=list(asked or ()), **kept)


def as_asked(request: Request) -> dict[str, Any]:
    """What stands in the boxes before a request is changed."""
    kept = {name: getattr(request, name) for name in ("kind", "staff_group", "asked_on", "reference", "longer_until")}
    asked = "asked_working" if request.kind == WORKING else "asked_retirement"
    return {**kept, asked: request.asked_for, "known": request.version}


class AnswerForm(KnownForm):
    """How a request was decided."""

    outcome = forms.ChoiceField(label="How was it decided?", widget=forms.RadioSelect)
    decided_on = DayField(label="When was the answer given in writing?", help_text="Like 1 4 2026")
    began_on = DayField(label="From when does what was agreed hold?", help_text="It may lie ahead.", required=False)

    def __init__(self, request: Request, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        outcomes = self.fields["outcome"]
        assert isinstance(outcomes, forms.ChoiceField)
        outcomes.choices = [(one.key, one.text) for one in request.flow.outcomes if one.key != ON_APPEAL]

    def told(self) -> Answer:
        """The answer as it was typed."""
        said = self.cleaned_data
        return Answer(said["decided_on"], said["outcome"], said.get("reason") or "", said["began_on"])


class ReasonedForm(AnswerForm):
    """How a request was decided that is refused only for a reason of the law."""

    reason = forms.ChoiceField(label="For which reason was it refused?", widget=forms.RadioSelect)
    looks: ClassVar = {"outcome": {"reveals": {"refused": "reason"}}}

    def __init__(self, request: Request, *args: Any, **options: Any) -> None:
        super().__init__(request, *args, **options)
        reasons = self.fields["reason"]
        assert isinstance(reasons, forms.ChoiceField)
        reasons.choices = [(one.key, one.text) for one in request.flow.reasons]


def answer_form(request: Request, *args: Any, **options: Any) -> AnswerForm:
    """The form for the answer to a request: with the reasons of the law where it names some."""
    return (ReasonedForm if request.flow.reasons else AnswerForm)(request, *args, **options)


def as_answered(request: Request) -> dict[str, Any]:
    """What stands in the boxes before an answer is changed."""
    kept = {name: getattr(request, name) for name in ("outcome", "reason", "decided_on", "began_on")}
    return {**kept, "known": request.version}


class AppealForm(KnownForm):
    """An appeal, and what came of it."""

    appealed_on = DayField(label="When was the appeal made?", help_text="Like 1 4 2026")
    outcome = forms.ChoiceField(
        label="What came of it?",
        choices=[(NO_ANSWER, "No answer yet"), *APPEAL_OUTCOMES.items()],
        initial=NO_ANSWER,
        widget=forms.RadioSelect,
    )
    decided_on = DayField(label="When was the appeal answered?", required=False)
    began_on = DayField(label="From when does what was agreed hold?", help_text="It may lie ahead.", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("outcome") == NO_ANSWER:
            said["decided_on"] = None
        elif said.get("outcome") and not said.get("decided_on") and not self.has_error("decided_on"):
            self.add_error("decided_on", "Enter when the appeal was answered")
        return said

    def told(self) -> Appeal:
        """The appeal as it was typed."""
        said = self.cleaned_data
        outcome = "" if said["outcome"] == NO_ANSWER else said["outcome"]
        return Appeal(said["appealed_on"], said["decided_on"], outcome, said["began_on"])


def as_appealed(request: Request) -> dict[str, Any]:
    """What stands in the boxes before an appeal is changed."""
    outcome = request.appeal_outcome or NO_ANSWER
    kept: dict[str, dt.date | None] = {"appealed_on": request.appealed_on, "decided_on": request.appeal_decided_on}
    return {**kept, "outcome": outcome, "began_on": request.began_on, "known": request.version}


def known_of(posted: Any) -> int | None:
    """The version that a button was shown with; None where none was sent."""
    form = KnownForm(posted)
    return form.cleaned_data["known"] if form.is_valid() else None
