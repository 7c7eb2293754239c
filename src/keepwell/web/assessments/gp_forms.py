"""What is filled in of those whom general practice loses?"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from keepwell.web.assessments.gp_actions import Lost
from keepwell.web.assessments.gp_rules import cannot_have_lost
from keepwell.web.assessments.models import LONGEST_NOTE, Loss
from keepwell.web.nhsuk.forms import Form

MOST = 1_000_000


class WriteLoss(Form):
    """A number of so many in some time, or plainly not known. `known` is the version that was shown."""

    NUMBER, NOT_KNOWN = "number", "not_known"

    answer = forms.ChoiceField(
        choices=[(NUMBER, "We have a number"), (NOT_KNOWN, "Not known")],
        widget=forms.RadioSelect,
        label="Do you know how many?",
    )
    number = forms.IntegerField(label="How many", min_value=0, max_value=MOST)
    of = forms.IntegerField(
        label="Of how many", required=False, min_value=1, max_value=MOST, help_text="Leave it empty if you do not know"
    )
    period = forms.CharField(
        label="In which time", max_length=60, help_text="Like 2025, or April 2024 to March 2025", strip=True
    )
    note = forms.CharField(
        label="How do you know, or whom will you ask?",
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="No names, and nothing by which a person could be recognised",
    )
    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    looks: ClassVar = {
        "answer": {"reveals": {NUMBER: ("number", "of", "period")}},
        "number": {"width": 5},
        "of": {"width": 5},
        "period": {"width": 20},
    }

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("number") is None or "of" not in said or not said.get("period"):
            return said
        if reason := cannot_have_lost(said["number"], said["of"], said["period"]):
            self.add_error("of", reason)
        return said

    def lost(self) -> Lost:
        said = self.cleaned_data
        return Lost(said["number"], said["of"], said["period"] or "", said["note"] or "")


def as_written(now: Loss | None) -> dict[str, object]:
    """What stands in the form when it is opened."""
    if now is None:
        return {}
    answer = WriteLoss.NUMBER if now.known else WriteLoss.NOT_KNOWN
    told = {"number": now.number, "of": now.of, "period": now.period, "note": now.note}
    return {"answer": answer, "known": now.version, **told}
