"""What is filled in to rate, to note, to agree and to release?

A form asks of many items at once. What stood on the page when it was opened goes with it, so that only what somebody
changed is written: two pages that are open at once do not undo each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone

from keepwell.content.assessments import RATINGS, Assessment, Topic
from keepwell.web.assessments.actions import Quicker, Said, Words, Written
from keepwell.web.assessments.models import LONGEST_NOTE, Answer, Note, Rating, Round
from keepwell.web.assessments.queries import RATING_WORDS
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

TAKE_BACK: Final = "Take the rating back"
ALONE: Final = "Choose a rating too: a note is kept beside one. Or empty the note."
NOTE, KNOWN = "-note", "-known"


def rating_field(of: Assessment, label: str, given: str, take_back: bool = False) -> forms.ChoiceField:
    """One of the ratings of an assessment. With `take_back` a rating that was given can be taken back."""
    choices = [(rating, RATING_WORDS[rating]) for rating in RATINGS[of.answers]]
    return forms.ChoiceField(
        choices=[*choices, ("", TAKE_BACK)] if given and take_back else choices,
        widget=forms.RadioSelect,
        required=False,
        label=label,
        initial=given,
        show_hidden_initial=True,
    )


def words_field(label: str, written: str, rows: int = 2, hint: str = "") -> forms.CharField:
    return forms.CharField(
        widget=forms.Textarea(attrs={"rows": rows}),
        required=False,
        max_length=LONGEST_NOTE,
        label=label,
        initial=written,
        help_text=hint,
        show_hidden_initial=True,
    )


def known_field(version: int | None) -> forms.IntegerField:
    return forms.IntegerField(widget=forms.HiddenInput, required=False, initial=version)


class OfItems(Form):
    """A form that asks for a rating and a note of each of several items; its fields go by the item's key."""

    mark_optional = False

    def __init__(self, of: Assessment, items: Iterable[Topic], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.of, self.items = of, tuple(items)

    def ask(self, item: Topic, label: str, note_label: str, given: str, note: str) -> None:
        """Ask for a rating and a note of an item."""
        self.fields[item.key] = rating_field(self.of, label, given, take_back=len(self.items) == 1)
        self.fields[item.key + NOTE] = words_field(note_label, note)

    def changed(self) -> list[Topic]:
        """The items of which somebody changed the rating or the note."""
        names = set(self.changed_data)
        return [item for item in self.items if names & {item.key, item.key + NOTE}]

    def said_of(self, item: Topic) -> Said:
        return Said(self.cleaned_data.get(item.key) or "", self.cleaned_data.get(item.key + NOTE) or "")


def tell_quicker(form: Form, refusal: Quicker, now: Mapping[str, str]) -> None:
    """Say at each field that somebody else was quicker, and what stands there `now`. What was typed is kept."""
    form.tell(refusal)
    for key, words in refusal.at.items():
        form.add_error(key, f"{words} {_stands(now.get(key, ''))} If yours is still right, save again.")


def _stands(words: str) -> str:
    return f"What stands there now: {words}" if words else "Nothing stands there now."


class OwnRatings(OfItems):
    """What one rater says of each item, apart from the others. `mine` is what they said before."""

    def __init__(self, of: Assessment, items: Iterable[Topic], mine: Mapping[str, Rating], *args: Any) -> None:
        super().__init__(of, items, *args)
        for item in self.items:
            given = mine.get(item.key)
            rating, note = (given.rating, given.note) if given else ("", "")
            self.ask(item, f"Your rating: {item.title}", "Your note", rating, note)

    def clean(self) -> dict[str, Any]:
        for item in self.changed():
            said = self.said_of(item)
            if said.note and not said.rating and item.key not in self.errors:
                self.add_error(item.key, f"{item.title}: {ALONE[:1].lower()}{ALONE[1:]}")
        return self.cleaned_data

    def given(self) -> dict[str, Said]:
        """What was changed, by item."""
        return {item.key: self.said_of(item) for item in self.changed()}


class Agreed(OfItems):
    """What is written down together of each item. `answers` is what stands there, with its version."""

    def __init__(self, of: Assessment, items: Iterable[Topic], answers: Mapping[str, Answer], *args: Any) -> None:
        super().__init__(of, items, *args)
        for item in self.items:
            now = answers.get(item.key)
            rating, note = (now.rating, now.note) if now else ("", "")
            self.ask(item, f"Agreed rating: {item.title}", "What you agreed, in a sentence or two", rating, note)
            self.fields[item.key + KNOWN] = known_field(now.version if now else None)

    def written(self) -> dict[str, Written]:
        """What was changed, by item, with the version that was shown."""
        return {i.key: Written(self.said_of(i), self.cleaned_data[i.key + KNOWN]) for i in self.changed()}


class Noted(Form):
    """What is answered to the prompts of one item. `notes` is what stands there, with its version."""

    mark_optional = False

    def __init__(self, topic: Topic, notes: Mapping[str, Note], *args: Any) -> None:
        super().__init__(*args)
        self.topic = topic
        for prompt in topic.prompts():
            now = notes.get(prompt.key)
            self.fields[prompt.key] = words_field(f"Our note on: {prompt.text}", now.words if now else "")
            self.fields[prompt.key + KNOWN] = known_field(now.version if now else None)

    def words(self) -> dict[str, Words]:
        """What was changed, by prompt, with the version that was shown."""
        names = set(self.changed_data)
        return {
            prompt.key: Words(self.cleaned_data[prompt.key], self.cleaned_data[prompt.key + KNOWN])
            for prompt in self.topic.prompts()
            if prompt.key in names
        }


def known_now(data: Any, versions: Mapping[str, int]) -> Any:
    """What was sent, with the versions that stand there now: for a form that is shown again after somebody was quicker."""
    kept = data.copy()
    for name in data:
        if name.endswith(KNOWN):
            kept[name] = versions.get(name.removesuffix(KNOWN), "")
    return kept


class Review(Form):
    """When do we look again?"""

    review_on = DayField(
        label="When do you look again?", help_text="Both the place and whoever leads on it are reminded on this page"
    )

    def __init__(self, of: Round, *args: Any) -> None:
        usual = timezone.localdate() + dt.timedelta(days=of.content.review_after_days)
        super().__init__(*args, initial={"review_on": usual})


class ReleaseTo(Form):
    """To whom, and how much of it?"""

    NOTES: ClassVar = [("without", "The ratings alone"), ("with", "The ratings and the notes that you agreed on")]

    to = forms.ChoiceField(widget=forms.RadioSelect, label="Who will see it?")
    notes = forms.ChoiceField(choices=NOTES, widget=forms.RadioSelect, label="What will they see?", initial="without")

    def __init__(self, above: Iterable[Place], *args: Any) -> None:
        super().__init__(*args)
        asked = self.fields["to"]
        assert isinstance(asked, forms.ChoiceField)
        asked.choices = [(place.slug, f"{place.name} ({place.kind_in_words.casefold()})") for place in above]


class Evidence(Form):
    """What stands beside a rating: a number that is offered, something written elsewhere, a case, or a note."""

    kind = forms.ChoiceField(widget=forms.RadioSelect, label="What kind of evidence is it?")
    value = forms.ChoiceField(widget=forms.RadioSelect, label="Which number?")
    finding = forms.CharField(label="What did people say?", max_length=200)
    asked = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        label="Who was asked, when, and how many answered?",
    )
    case = forms.ChoiceField(widget=forms.RadioSelect, label="Which case?")
    title = forms.CharField(label="What is it called?", max_length=200)
    address = forms.URLField(
        label="Where is it?",
        required=False,
        max_length=400,
        assume_scheme="https",
        help_text="An address that your colleagues can open. The document itself stays where it is",
    )
    says = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False, label="What does it say on this?"
    )
    words = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        label="What do you want to note?",
        help_text="No names, and nothing by which a person could be recognised",
    )
    looks: ClassVar = {
        "kind": {
            "reveals": {
                "number": "value",
                "finding": ("finding", "asked"),
                "case": "case",
                "document": ("title", "address", "says"),
                "note": "words",
            }
        }
    }

    def __init__(self, numbers: Mapping[str, str], cases: Mapping[str, str], *args: Any) -> None:
        super().__init__(*args)
        kinds = {"number": "A number", "finding": "What a survey found", "case": "A case from elsewhere"}
        kinds |= {"document": "A document", "note": "A note"}
        for name, kind, offered in (("value", "number", numbers), ("case", "case", cases)):
            asked = self.fields[name]
            assert isinstance(asked, forms.ChoiceField)
            asked.choices = list(offered.items())
            if not offered:
                kinds.pop(kind)
                self.fields.pop(name)
        chooser = self.fields["kind"]
        assert isinstance(chooser, forms.ChoiceField)
        chooser.choices = list(kinds.items())
