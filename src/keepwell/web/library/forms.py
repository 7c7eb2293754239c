"""What is filled in to look for a case or an offer?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from keepwell.content.general_practice import stages
from keepwell.content.promise import elements
from keepwell.content.roadmaps import appraiser_card, roadmaps
from keepwell.web.library.card_presenters import Chosen
from keepwell.web.library.searching import Looked
from keepwell.web.library.telling import (
    GRADE_TITLES,
    LEVELS,
    SETTINGS,
    STAFF_GROUPS,
    STAGES,
    topic_titles,
)
from keepwell.web.nhsuk.forms import Form

LONGEST: int = 200


def choice(label: str, named: Mapping[str, str], anything: str) -> forms.ChoiceField:
    """One of several, or anything."""
    return forms.ChoiceField(label=label, choices=[("", anything), *named.items()], required=False, widget=forms.Select)


def words_field() -> forms.CharField:
    """The words to look for."""
    return forms.CharField(
        label="Words", required=False, max_length=LONGEST, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class FindCases(Form):
    """Words, and choices of which each narrows what is found."""

    mark_optional = False
    looks: ClassVar = {"words": {"width": 20}}
    CHOICES: ClassVar = ("topic", "setting", "staff_group", "stage", "evidence", "level", "promise")

    words = words_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        promise = {key: element.title for key, element in elements().items()}
        self.fields["topic"] = choice("Topic", topic_titles(), "Any topic")
        self.fields["setting"] = choice("Where it was done", SETTINGS, "Anywhere")
        self.fields["staff_group"] = choice("For whom", STAFF_GROUPS, "Anybody")
        self.fields["stage"] = choice("Career stage", STAGES, "Any stage")
        self.fields["evidence"] = choice("How much it can tell", GRADE_TITLES, "Anything")
        self.fields["level"] = choice("Level of general practice", LEVELS, "Any level")
        self.fields["promise"] = choice("Element of the People Promise", promise, "Any element")

    def looked(self) -> Looked:
        """What is looked for; a choice that is none is left out."""
        self.is_valid()
        return Looked(**{name: value for name, value in self.cleaned_data.items() if value})

    @property
    def narrowed(self) -> bool:
        """Whether a choice was made."""
        return any(self.cleaned_data.get(name) for name in self.CHOICES) if self.is_valid() else True


class FindOffers(Form):
    """Words, a level and a career stage."""

    mark_optional = False
    looks: ClassVar = {"words": {"width": 20}}

    words = words_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"] = choice("Level", LEVELS, "Any level")
        self.fields["stage"] = choice("Career stage", {one.key: one.title for one in stages()}, "Any stage")

    def looked(self) -> Looked:
        """What is looked for; a choice that is none is left out."""
        self.is_valid()
        return Looked(**{name: value for name, value in self.cleaned_data.items() if value})


class ChooseCard(Form):
    """Of whom the card is."""

    mark_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = {key: one.title for key, one in roadmaps().items()}
        self.fields["role"] = choice("Role", roles, "Any role")
        self.fields["stage"] = choice("Stage", {one.key: one.title for one in appraiser_card().stages}, "Every stage")

    def chosen(self) -> Chosen:
        """What was chosen; a choice that is none is left out."""
        self.is_valid()
        return Chosen(self.cleaned_data.get("role") or "", self.cleaned_data.get("stage") or "")
