"""What is filled in to answer a wish from below?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from keepwell.web.alignment.gap_presenters import own_action_choices
from keepwell.web.alignment.models import LONGEST_WORDS, Reply
from keepwell.web.nhsuk.forms import Form
from keepwell.web.plans.models import Action


class ReplyForm(Form):
    """Supported by which action, or not now and why."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)
    state = forms.ChoiceField(
        label="Do you support it?",
        choices=[(Reply.SUPPORTED, "Yes, by an action of ours"), (Reply.NOT_NOW, "Not now")],
        widget=forms.RadioSelect,
    )
    above = forms.ChoiceField(label="Which action of yours?", help_text="Its title is shown to those who asked.")
    words = forms.CharField(
        label="What do you want to say to them?",
        help_text="If it is not now: why, and what it would take. Those who see their action read this.",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    looks: ClassVar = {"state": {"reveals": {Reply.SUPPORTED: "above"}}}

    def __init__(self, *args: Any, actions: Sequence[Action], **options: Any) -> None:
        super().__init__(*args, **options)
        self.actions = {str(action.pk): action for action in actions}
        field = self.fields["above"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose an action"), *own_action_choices(actions)]

    def above_chosen(self) -> Action | None:
        """The action of one's own that was chosen."""
        return self.actions.get(self.cleaned_data.get("above") or "")
