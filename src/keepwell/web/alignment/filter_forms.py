"""What can be chosen of a combined plan?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from keepwell.web.alignment.presenters import NONE_OF, title
from keepwell.web.alignment.queries import Chosen, below, branches
from keepwell.web.nhsuk.forms import Form
from keepwell.web.places.models import Place
from keepwell.web.plans import topics as contents
from keepwell.web.plans.models import Action

ALL = ("", "All")
STATES = [(state, words) for state, words in Action.STATES.items() if state != Action.DRAFT]


def choice(label: str, choices: Sequence[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=[ALL, *choices], required=False)


class Filters(Form):
    """Topic, level, career stage, organisation and state. What is none of those shown chooses nothing."""

    mark_optional = False

    def __init__(self, asked: Mapping[str, Any], *, place: Place, topics: Sequence[str]) -> None:
        super().__init__(asked)
        self.branches = branches(place)
        self.where = self._where(place, str(asked.get("in", "")))
        named = {one.slug: one.name for one in self.branches}
        if self.where is not None:
            named.setdefault(self.where.slug, self.where.name)
        called = sorted(((key or "-", title("topic", key)) for key in topics), key=lambda pair: pair[1])
        self.fields["topic"] = choice("Topic", called)
        self.fields["level"] = choice("Level", [*contents.level_titles().items(), ("-", NONE_OF["level"])])
        self.fields["stage"] = choice("Career stage", [*contents.stage_titles().items(), ("-", NONE_OF["stage"])])
        self.fields["in"] = choice("Organisation", sorted(named.items(), key=lambda pair: pair[1]))
        self.fields["state"] = choice("State", STATES)
        self.fields["late"] = choice("Day", [("yes", "Past its day")])

    def _where(self, place: Place, slug: str) -> Place | None:
        if not slug:
            return None
        found = next((one for one in self.branches if one.slug == slug), None)
        return found or below(place).filter(slug=slug).first()

    def chosen(self) -> Chosen:
        """What was chosen, as far as it can be."""
        if not self.is_valid():
            self.data = {name: value for name, value in self.data.items() if name not in self.errors}
            self.full_clean()
        said = {name: self.cleaned_data.get(name) or "" for name in self.fields}
        return Chosen(
            topic=said["topic"],
            level=said["level"],
            stage=said["stage"],
            state=said["state"],
            late=said["late"] == "yes",
            where=self.where if said["in"] else None,
        )
