"""What is filled in of a list of things to do, and what is taken over from another?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from keepwell.content.assessments import RATINGS, Assessment, Topic
from keepwell.web.assessments.actions import Said, Written
from keepwell.web.assessments.forms import KNOWN, NOTE, OfItems, known_field, words_field
from keepwell.web.assessments.models import Answer
from keepwell.web.assessments.queries import RATING_WORDS
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

OWNER, DUE = "-owner", "-due"
FURTHEST: Final = dt.timedelta(days=10 * 366)
"""A day further away than this is most likely a slip of the pen."""


class DueField(DayField):
    """A day that may be left empty, and that goes with the page also as it stood when the page was opened."""

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            return dt.date.fromisoformat(value) if value else None
        except ValueError:
            raise ValidationError("no day") from None

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and abs(day - timezone.localdate()) > FURTHEST:
            raise ValidationError(f"{self.label} must be within ten years of today", params={"boxes": ("year",)})
        return day


class DoneList(OfItems):
    """How far a place is with each item, who looks after it, by when, and a note. `answers` is what stands there.

    Only what somebody changed is written; of an item that somebody else changed meanwhile they are told.
    """

    def __init__(self, of: Assessment, answers: Mapping[str, Answer], *args: Any) -> None:
        super().__init__(of, of.items, *args)
        choices = [(rating, RATING_WORDS[rating]) for rating in RATINGS[of.answers]]
        for item in self.items:
            now = answers.get(item.key, Answer())
            self.fields[item.key] = forms.ChoiceField(
                choices=choices,
                widget=forms.RadioSelect,
                required=False,
                label=f"How far are you? {item.title}",
                initial=now.rating,
                show_hidden_initial=True,
            )
            self.fields[item.key + OWNER] = forms.CharField(
                required=False,
                max_length=120,
                label=f"Owner: {item.title}",
                initial=now.owner,
                show_hidden_initial=True,
            )
            self.fields[item.key + DUE] = DueField(
                required=False, label=f"Due: {item.title}", initial=now.due_on, show_hidden_initial=True
            )
            self.fields[item.key + NOTE] = words_field(f"Note: {item.title}", now.note)
            self.fields[item.key + KNOWN] = known_field(now.version if now.pk else None)

    def changed(self) -> list[Topic]:
        """The items of which somebody changed something."""
        names = set(self.changed_data)
        return [item for item in self.items if names & {item.key + part for part in ("", OWNER, DUE, NOTE)}]

    def said_of(self, item: Topic) -> Said:
        said = self.cleaned_data
        return Said(said[item.key], said[item.key + NOTE], said[item.key + OWNER], said[item.key + DUE])

    def written(self) -> dict[str, Written]:
        """What was changed, by item, with the version that was shown."""
        return {one.key: Written(self.said_of(one), self.cleaned_data[one.key + KNOWN]) for one in self.changed()}

    def wrong_inside(self, item: Topic) -> bool:
        """Whether something is wrong with what is folded away of an item."""
        return any(item.key + part in self.errors for part in (OWNER, DUE, NOTE))


class TakeOver(Form):
    """Which answers of another list are taken over. Each goes with the version that was shown of it."""

    items = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="What do you take over?",
        error_messages={
            "required": "Tick at least one",
            "invalid_choice": "What is offered has changed since you opened the page: look again, and tick what you want",
        },
    )

    def __init__(self, offered: Sequence[tuple[Topic, Answer, str]], *args: Any) -> None:
        """`offered` are items with the other's answer, and what it says in one line."""
        keys = [f"{item.key}:{answer.version}" for item, answer, _ in offered]
        super().__init__(*args, initial={"items": keys})
        asked = self.fields["items"]
        assert isinstance(asked, forms.MultipleChoiceField)
        asked.choices = [(key, item.title) for key, (item, _, _) in zip(keys, offered, strict=True)]
        self.hints = {key: says for key, (_, _, says) in zip(keys, offered, strict=True)}

    def chosen(self) -> dict[str, int]:
        """The items chosen, each with the version that was shown."""
        parts = (value.rpartition(":") for value in self.cleaned_data["items"])
        return {item: int(version) for item, _, version in parts}


class ShareWith(Form):
    """Which places below will see the list: all of a kind, or those ticked."""

    ALL, THESE = "all ", "these"

    whom = forms.ChoiceField(widget=forms.RadioSelect, label="Who will see it?")
    these = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, label="Which?")
    looks: ClassVar = {"whom": {"reveals": {THESE: "these"}}}

    def __init__(self, below: Iterable[Place], *args: Any) -> None:
        super().__init__(*args)
        self.below = list(below)
        kinds = list(dict.fromkeys((place.kind, place.kind_in_words) for place in self.below))
        count = {kind: sum(place.kind == kind for place in self.below) for kind, _ in kinds}
        whom, these = self.fields["whom"], self.fields["these"]
        assert isinstance(whom, forms.ChoiceField)
        assert isinstance(these, forms.MultipleChoiceField)
        every = [(f"{self.ALL}{kind}", _every(count[kind], words)) for kind, words in kinds if count[kind] > 1]
        whom.choices = [*every, (self.THESE, "Only those that I tick")]
        these.choices = [(place.slug, f"{place.name} ({place.kind_in_words.casefold()})") for place in self.below]

    def places(self) -> list[Place]:
        """The places chosen."""
        whom, these = self.cleaned_data["whom"], self.cleaned_data["these"] or []
        if whom == self.THESE:
            return [place for place in self.below if place.slug in these]
        return [place for place in self.below if whom == f"{self.ALL}{place.kind}"]


def _every(count: int, kind_in_words: str) -> str:
    one = kind_in_words.casefold()
    return f"All {count} {one.removesuffix('y')}ies" if one.endswith("y") else f"All {count} {one}s"
