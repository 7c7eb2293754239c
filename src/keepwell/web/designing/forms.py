"""What is filled in beside a plan: outlines, readiness, the screening, and who is touched by it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms

from keepwell.content.involving import Stakeholder as OnMap
from keepwell.content.involving import equality
from keepwell.content.planning import readiness
from keepwell.web.designing.drivers import Idea
from keepwell.web.designing.models import (
    LONGEST_LINE,
    LONGEST_NOTE,
    LONGEST_OUTLINE,
    EqualityScreening,
    Stakeholder,
)
from keepwell.web.designing.outlines import OutlineRefused
from keepwell.web.nhsuk.forms import Form

NOT_ANSWERED, NOT_LOOKED_AT = "Not answered yet", "Not looked at yet"
EFFECT, WORDS, DOING, QUESTION = "-effect", "-words", "-doing", "question-"
MOST_FAULTS: Final = 12


def known_field() -> forms.IntegerField:
    """The version that was shown, so that two people notice each other."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


def words_area(label: str, hint: str = "", rows: int = 3) -> forms.CharField:
    """A box for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class TellsOfQuicker(Form):
    """A form that says beside each field what stands there by now, where that is not what was typed.

    `chosen` has the words of each value, by the name of a field of choices.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.chosen: dict[str, dict[str, str]] = {}

    def choose(self, name: str, label: str, choices: Sequence[tuple[str, str]], hint: str = "") -> None:
        """Add a field with choices, none of which has to be made."""
        self.chosen[name] = dict(choices)
        self.fields[name] = forms.ChoiceField(
            label=label, help_text=hint, choices=choices, required=False, widget=forms.RadioSelect
        )

    def tell_of(self, now: Mapping[str, str]) -> None:
        """`now` is what stands there, by field; a choice by its value. What was typed is kept."""
        for name, value in now.items():
            if name in self.fields and (self.cleaned_data.get(name) or "") != value:
                self.add_error(
                    name, f"What stands there now: {self._in_words(name, value)}. If yours is right, save again."
                )

    def _in_words(self, name: str, value: str) -> str:
        if name in self.chosen:
            return f"“{self.chosen[name].get(value, value)}”"
        return f"“{value}”" if value else "nothing"


class OutlineForm(Form):
    """A driver diagram or a theory of change, as one types it."""

    known = known_field()
    text = forms.CharField(
        label="Your outline",
        help_text="One thing a line. What belongs to it comes below and further in; two spaces are enough.",
        max_length=LONGEST_OUTLINE,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true"}),
    )
    looks: ClassVar = {"text": {"classes": "designing-outline"}}

    def clean_text(self) -> str:
        """The text with plain ends of lines, as it was typed otherwise."""
        typed: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n")
        if not typed.strip():
            raise forms.ValidationError("Enter your outline: begin with the aim")
        return typed

    def tell_faults(self, refusal: OutlineRefused) -> None:
        """Say what is wrong, line by line."""
        for fault in refusal.faults[:MOST_FAULTS]:
            self.add_error("text", str(fault))
        if (left := len(refusal.faults) - MOST_FAULTS) > 0:
            self.add_error("text", f"And {left} more.")


class IdeasForm(Form):
    """Which ideas become actions?"""

    ideas = forms.MultipleChoiceField(label="Which ideas do you want to try?", widget=forms.CheckboxSelectMultiple)

    def __init__(self, found: Iterable[Idea], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["ideas"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(idea.words, idea.words) for idea in found]


class ReadinessForm(TellsOfQuicker):
    """How ready are we? An answer to each component, and a note on all of it."""

    mark_optional = False

    known = known_field()
    note = words_area("What do you take from it?", "What you do first, and who says how it goes.")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        answers = [*((one.key, one.text) for one in readiness().answers), ("", NOT_ANSWERED)]
        for one in readiness().components:
            self.choose(one.key, one.title, answers, one.statement)

    def answers(self) -> dict[str, str]:
        """The answer to each component that has one."""
        return {one.key: self.cleaned_data[one.key] for one in readiness().components if self.cleaned_data[one.key]}


class ScreeningForm(TellsOfQuicker):
    """What may it do to people who share a characteristic, what do we do about it, and what do the questions bring?"""

    mark_optional = False

    known = known_field()

    def __init__(self, *args: Any, health: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.asked = [*equality().questions, *(equality().health_inequalities if health else ())]
        effects = [("", NOT_LOOKED_AT), *EqualityScreening.EFFECTS.items()]
        for one in equality().characteristics:
            self.choose(one.key + EFFECT, f"{one.title}: what may it do to them?", effects, one.about)
            self.fields[one.key + WORDS] = words_area(f"{one.title}: how, and how do you know?", rows=2)
            self.fields[one.key + DOING] = words_area(f"{one.title}: what do you do about it?", rows=2)
        for question in self.asked:
            self.fields[QUESTION + question.key] = words_area(question.text, question.hint)

    def judged(self) -> dict[str, dict[str, str]]:
        """What was said of each characteristic."""
        said = self.cleaned_data
        return {
            one.key: {"effect": said[one.key + EFFECT], "words": said[one.key + WORDS], "doing": said[one.key + DOING]}
            for one in equality().characteristics
        }

    def answers(self) -> dict[str, str]:
        """The answer to each question that was asked."""
        return {one.key: self.cleaned_data[QUESTION + one.key] for one in self.asked}


def as_screened(one: EqualityScreening | None) -> dict[str, str]:
    """What stands in a screening, by the fields of its form."""
    if one is None:
        return {}
    found = {f"{key}-{name}": words for key, said in one.judged.items() for name, words in said.items()}
    return found | {QUESTION + key: words for key, words in one.answers.items()}


class BeginMapForm(Form):
    """Whom does it touch? Those of the map to begin from who have a part in it."""

    who = forms.MultipleChoiceField(label="Who has a part in it?", widget=forms.CheckboxSelectMultiple)

    def __init__(self, found: Sequence[OnMap], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["who"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(one.key, one.title) for one in found]
        field.initial = [one.key for one in found]


def grade_field(label: str, words: str) -> forms.ChoiceField:
    """High or low, as of a map."""
    choices = [(Stakeholder.HIGH, f"High: {words}"), (Stakeholder.LOW, f"Low: not {words}")]
    return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)


class StakeholderForm(TellsOfQuicker):
    """One row of the map."""

    known = known_field()
    title = forms.CharField(label="Who is touched?", help_text="A group, a team or an organisation.", max_length=120)
    interest = grade_field("How much does it matter to them?", "much")
    influence = grade_field("How far can they make it or break it?", "far")
    how = forms.CharField(label="How are they involved?", required=False, max_length=LONGEST_LINE)
    when = forms.CharField(label="When?", required=False, max_length=LONGEST_LINE)
    who = forms.CharField(
        label="Who speaks with them, and with whom?",
        help_text="A role is better than a name.",
        required=False,
        max_length=LONGEST_LINE,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.chosen = {name: dict(Stakeholder.GRADES) for name in ("interest", "influence")}

    def content(self) -> dict[str, str]:
        """The row as it was filled in."""
        return {name: words for name, words in self.cleaned_data.items() if name != "known"}
