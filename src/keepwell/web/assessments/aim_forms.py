"""What is filled in to say how far a goal or a must-do is, and to add one?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from keepwell.content import plain_words
from keepwell.content.assessments import RATINGS
from keepwell.content.general_practice import levels
from keepwell.web.assessments.actions import Quicker
from keepwell.web.assessments.aim_actions import HowFar
from keepwell.web.assessments.aim_queries import Followed
from keepwell.web.assessments.forms import KNOWN, NOTE, known_field, words_field
from keepwell.web.assessments.gap_forms import version_field, words_area
from keepwell.web.assessments.gap_rules import NEVER_A_NAME
from keepwell.web.assessments.models import Aim
from keepwell.web.assessments.queries import RATING_WORDS
from keepwell.web.nhsuk.forms import Form

GONE = "Somebody has taken one of your own off the list since you opened the page."
SHORT = "A few words. " + NEVER_A_NAME


def title_field() -> forms.CharField:
    """What a goal or a must-do of one's own is."""
    return forms.CharField(label="What is it?", help_text=SHORT, max_length=300, widget=forms.TextInput())


class HowFarForm(Form):
    """How far a goal or a must-do is. Of one's own, what it is as well."""

    known = version_field()
    title = title_field()
    state = forms.ChoiceField(
        label="How far is it?",
        choices=[(one, RATING_WORDS[one]) for one in RATINGS["done"]],
        widget=forms.RadioSelect,
    )
    note = words_area("What is there, and what comes next?", NEVER_A_NAME)

    def __init__(self, *args: Any, own: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not own:
            del self.fields["title"]

    def clean_title(self) -> str:
        return said_in_words(self.cleaned_data["title"])

    def told(self) -> HowFar:
        """What was said of it."""
        return HowFar(self.cleaned_data["state"], self.cleaned_data["note"])


class NewAim(Form):
    """A goal or a must-do of one's own."""

    kind = forms.ChoiceField(
        label="Is it a must-do or a goal?", choices=list(reversed(Aim.KINDS.items())), widget=forms.RadioSelect
    )
    level = forms.ChoiceField(label="On which level?", widget=forms.RadioSelect)
    title = title_field()
    note = words_area("What is there, and what comes next?", NEVER_A_NAME)
    looks: ClassVar = {
        "kind": {"hints": {Aim.MUST_DO: "Something to do or to have", Aim.GOAL: "How it shall be for GPs"}},
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["level"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(level.key, level.title) for level in levels()]

    def clean_title(self) -> str:
        return said_in_words(self.cleaned_data["title"])


class LevelForm(Form):
    """How far each of several goals and must-dos is: what stood on the page goes with it, and only changes are kept."""

    mark_optional = False

    def __init__(self, found: Sequence[Followed], *args: Any) -> None:
        super().__init__(*args)
        self.found = {one.item: one for one in found}
        for one in found:
            self.fields[one.item] = forms.ChoiceField(
                label=f"{one.title} (our own)" if one.own else one.title,
                help_text=one.text,
                choices=[(state, RATING_WORDS[state]) for state in RATINGS["done"]],
                widget=forms.RadioSelect,
                initial=one.state,
                show_hidden_initial=True,
                error_messages={"required": f"Say how far it is: {one.title}"},
            )
            self.fields[one.item + NOTE] = words_field(f"Note: {one.title}", one.aim.note if one.aim else "")
            self.fields[one.item + KNOWN] = known_field(one.aim.version if one.aim else None)

    def clean(self) -> dict[str, Any]:
        """What was typed of something that is off the list by now is said, not lost in silence."""
        items = [name.removesuffix(KNOWN) for name in self.data if name.endswith(KNOWN)]
        for item in items:
            names = (item, item + NOTE)
            changed = any(self.data.get(name, "") != self.data.get(self.add_initial_prefix(name), "") for name in names)
            if item not in self.found and changed:
                self.add_error(None, f"{GONE} You had noted: “{self.data.get(item + NOTE, '')}”")
        return self.cleaned_data

    def told(self) -> dict[str, tuple[Followed, HowFar, int | None]]:
        """What somebody changed, by item, with the version that was shown."""
        changed, said = set(self.changed_data), self.cleaned_data
        return {
            item: (one, HowFar(said[item], said[item + NOTE]), said[item + KNOWN])
            for item, one in self.found.items()
            if changed & {item, item + NOTE}
        }

    def tell_of(self, refusal: Quicker, now: Mapping[str, str]) -> None:
        """Say at each that somebody else was quicker, and what stands there now. What was typed is kept."""
        for item, wrong in refusal.at.items():
            stands = f"What stands there now: {now[item]}." if item in now else GONE
            self.add_error(item if item in self.fields else None, f"{wrong} {stands} If yours is right, save again.")


def said_in_words(title: str) -> str:
    """The words, if they are some."""
    if not plain_words(title):
        raise ValidationError("Enter what it is")
    return title
