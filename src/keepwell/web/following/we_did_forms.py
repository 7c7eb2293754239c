"""What is filled in to tell staff what was done?"""

from __future__ import annotations

from django import forms

from keepwell.web.nhsuk.forms import Form
from keepwell.web.plans.models import LONGEST_WORDS


class WeDidForm(Form):
    """What staff said, and what was done about it."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    you_said = forms.CharField(
        label="You said",
        help_text="What staff told you, in their words. Nothing by which a person could be recognised",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    we_did = forms.CharField(
        label="We did",
        help_text="What is different now, and for whom. If something could not be done, say that too",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ApproveForm(Form):
    """Show it to staff."""

    known = forms.IntegerField(widget=forms.HiddenInput)
    vouched = forms.BooleanField(
        label="Staff may see the numbers in it: they were released to all staff, or are published", required=False
    )

    mark_optional = False

    def __init__(self, *args: object, numbers: bool, **options: object) -> None:
        super().__init__(*args, **options)
        if not numbers:
            del self.fields["vouched"]
