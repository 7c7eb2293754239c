"""What do people fill in, and what are they told when it is wrong?

    class Invitation(Form):
        email = forms.EmailField(label="Email address")
        how = forms.ChoiceField(choices=[...], widget=forms.RadioSelect)
        other = forms.CharField(label="Which other?")
        looks = {"email": {"width": 30}, "how": {"reveals": {"other": "other"}}}

In a template: `{{ form }}`, or `{{ field(form["email"]) }}` one by one. A field that belongs to a choice is asked for
only where that choice was made, with JavaScript and without.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, ClassVar

from django import forms
from django.forms import BaseForm
from django.utils.safestring import SafeString

from keepwell.errors import KeepwellError
from keepwell.web.nhsuk.boxes import DayField, MonthField, within
from keepwell.web.nhsuk.fields import fields, revealed

__all__ = ["DayField", "FilesField", "Form", "ModelForm", "MonthField", "words_for"]

CHOICES = (forms.ChoiceField, forms.ModelChoiceField, forms.TypedChoiceField)
SEVERAL = (forms.MultipleChoiceField, forms.ModelMultipleChoiceField)


@lru_cache(maxsize=1)
def djangos_words() -> frozenset[str]:
    """What Django says of its own. Where a form says something else, that stays."""
    kinds: list[type[forms.Field]] = [forms.Field, forms.EmailField, forms.IntegerField, forms.FloatField]
    kinds += [forms.DecimalField, forms.FileField, *CHOICES, *SEVERAL]
    return frozenset(str(words) for kind in kinds for words in kind.default_error_messages.values())


class FilesInput(forms.ClearableFileInput):
    """A box for one file or more, chosen or dropped."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or more. Gives a list of the files, empty where none was chosen and none is required."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        given = data if isinstance(data, list | tuple) else [data]
        chosen = [held for held in given if held]
        if not chosen:
            super().clean(None, initial)
        return [super(FilesField, self).clean(held, initial) for held in chosen]


class Checked(BaseForm):
    """What our forms do beside Django's: look like the NHS, ask in its words, and drop what was not asked for.

    `looks` gives options of `field` by the field's name; `mark_optional` says "(optional)" after the labels.
    """

    looks: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    mark_optional: ClassVar[bool] = True
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._speak_our_words()

    def _speak_our_words(self) -> None:
        for asked in self.fields.values():
            theirs = dict(asked.error_messages)
            for kind, words in words_for(asked).items():
                if kind not in theirs or str(theirs[kind]) in djangos_words():
                    asked.error_messages[kind] = words

    def _clean_fields(self) -> None:
        self._speak_our_words()  # fields that were added since the form was made ask in our words too
        super()._clean_fields()  # type: ignore[misc]
        for name in self.not_revealed():
            self._errors.pop(name, None)  # type: ignore[attr-defined]
            self.cleaned_data[name] = None

    def not_revealed(self) -> set[str]:
        """The fields that belong to choices of which none was made, or that lie inside such a field."""
        belongs = [(chooser, value, set(names)) for (chooser, value), names in revealed(self).items()]
        asked = set(self.fields).difference(*(names for _, _, names in belongs))
        while more := {
            name
            for chooser, value, names in belongs
            if chooser in asked and value in _chosen(self, chooser)
            for name in names - asked
        }:
            asked |= more
        return set(self.fields) - asked

    def tell(self, error: KeepwellError, name: str | None = None) -> None:
        """Shows what an action refused: beside the field, or at the top where it is nobody's own."""
        self.add_error(name, f"{error.wrong} Found: {error.found}. Try: {error.attempt}.")

    def __html__(self) -> SafeString:
        return SafeString(fields(self))

    def __str__(self) -> SafeString:
        return SafeString(fields(self))


class Form(Checked, forms.Form):
    """A form of ours. See the module."""


class ModelForm(Checked, forms.ModelForm):  # type: ignore[type-arg]
    """A form of ours on a model. It checks; an action saves."""


def words_for(asked: forms.Field) -> dict[str, str]:
    """What to say where a field is empty or wrong: what to do, in the field's own words, as the service manual has it."""
    label = str(asked.label or "This")
    words = {
        "required": _required(asked, label),
        "invalid_choice": "Select one of the answers shown",
        "max_length": f"{label} must be %(limit_value)d characters or fewer",
        "min_length": f"{label} must be %(limit_value)d characters or more",
        "max_value": f"{label} must be %(limit_value)s or less",
        "min_value": f"{label} must be %(limit_value)s or more",
        "empty": "The file is empty",
    }
    if isinstance(asked, forms.EmailField):
        words["invalid"] = "Enter an email address in the correct format, like name@example.com"
    elif isinstance(asked, forms.IntegerField):
        a_whole = "" if isinstance(asked, forms.FloatField | forms.DecimalField) else "whole "
        words["invalid"] = f"{label} must be a {a_whole}number, like 30"
    return words


def _required(asked: forms.Field, label: str) -> str:
    if isinstance(asked, forms.FileField):
        return "Choose a file"
    if isinstance(asked, forms.BooleanField):
        return f"Tick the box: {label}"
    if label.endswith("?"):
        several = isinstance(asked, SEVERAL)
        verb = "Select at least one" if several else "Select an" if isinstance(asked, CHOICES) else "Enter an"
        return f"{verb} answer: {label}"
    verb = (
        "Select at least one of" if isinstance(asked, SEVERAL) else "Select" if isinstance(asked, CHOICES) else "Enter"
    )
    return f"{verb} {within(label)}"


def _chosen(form: BaseForm, name: str) -> set[str]:
    """The values that were sent for a field: of a box that was ticked, "on"."""
    value = form[name].value()
    if isinstance(form.fields[name], forms.BooleanField):
        return {"on"} if value else set()
    return {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
