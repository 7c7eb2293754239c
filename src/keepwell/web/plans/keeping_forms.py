"""What do people say of a plan, and what do they set beside it?"""

from __future__ import annotations

from typing import ClassVar

from django import forms

from keepwell.web.nhsuk.forms import Form
from keepwell.web.plans.documents import LARGEST, WORDS
from keepwell.web.plans.models import LONGEST_WORDS


class Words(Form):
    """A comment."""

    words = forms.CharField(
        label="Your comment",
        max_length=LONGEST_WORDS,
        widget=forms.Textarea,
        help_text="Whoever sees this can read it. Name no patient, and nobody's health.",
        error_messages={
            "required": "Write something first.",
            "max_length": "That is longer than %(limit_value)d characters (it has %(show_value)d). "
            "Shorten it, or attach it as a document.",
        },
    )
    looks: ClassVar = {"words": {"rows": 4}}


class Document(Form):
    """A document to attach."""

    document = forms.FileField(
        label="Attach a document",
        help_text=f"{WORDS}, at most {LARGEST // 1_000_000} MB. Nothing that says who has left or is ill.",
        error_messages={"required": "Choose a file first."},
    )
