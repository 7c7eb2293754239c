"""What is filled in to write a plan, to release it, to copy it, and to ask somebody?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from keepwell.web.accounts.models import User
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place
from keepwell.web.plans import topics
from keepwell.web.plans.contents import DAYS
from keepwell.web.plans.models import LONGEST_WORDS, Action, Plan
from keepwell.web.plans.people_queries import with_address
from keepwell.web.plans.rules import cannot_last

ENDS_BEFORE = "It must end on or after the day on which it starts"


def words_field(label: str, hint: str = "", *, rows: int = 3, required: bool = False) -> forms.CharField:
    """A box for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def line_field(label: str, hint: str = "", *, longest: int = 120, required: bool = False) -> forms.CharField:
    """A box for a line."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=longest,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def known_field() -> forms.IntegerField:
    """The version that was shown, so that two people notice each other."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


def set_choices(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    """Give a field its choices, which only the request knows."""
    asked = form.fields[name]
    assert isinstance(asked, forms.ChoiceField)
    asked.choices = list(choices)


def as_content(said: Any) -> Any:
    """What was filled in as content is written: plain data."""
    if isinstance(said, dt.date):
        return said.isoformat()
    return str(said) if isinstance(said, Decimal) else said


def as_sent(form: forms.Form, filled: Mapping[str, Any]) -> MultiValueDict[str, Any]:
    """What stands in the fields of a form as a browser would send it."""
    sent: MultiValueDict[str, Any] = MultiValueDict()
    for name, value in filled.items():
        if name not in form.fields or value is None or value is False:
            continue
        key = form.add_prefix(name)
        if isinstance(value, dt.date):
            for box in ("day", "month", "year"):
                sent[f"{key}-{box}"] = str(getattr(value, box))
        elif isinstance(value, list):
            sent.setlist(key, value)
        else:
            sent[key] = str(value)
    return sent


def as_filled(content: Mapping[str, Any]) -> dict[str, Any]:
    """A content as it stands in the fields of a form: days are days."""
    return {
        name: dt.date.fromisoformat(value) if name in DAYS and isinstance(value, str) and value else value
        for name, value in content.items()
    }


def as_typed(form: forms.Form, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed into a form, right or wrong, for one that is shown again without being checked."""
    return {
        name: asked.widget.value_from_datadict(sent, MultiValueDict(), form.add_prefix(name))
        for name, asked in form.fields.items()
    }


class Known(Form):
    """Nothing but the version that was shown: for a button."""

    known = known_field()


class PlanForm(Form):
    """A plan's own words: the title, and who and what stands behind it."""

    known = known_field()
    title = line_field(
        "What is the plan called?", "The place and the year are enough: “Staying on Ward 7, 2026”", required=True
    )
    about = words_field("What is it for?", "One or two sentences. Who will notice a difference, and how?")
    starts_on = DayField(label="When does it start?", required=False, help_text="For example, 1 4 2026")
    ends_on = DayField(label="When does it end?", required=False)
    serves = words_field(
        "Which of the system's priorities does it serve?", "Or say that the need is local, and where you see it", rows=2
    )
    project_manager = line_field("Project manager")
    clinical_lead = line_field("Clinical lead")
    staff_side = words_field("Talked over with staff side", rows=2)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("project_manager", "clinical_lead", "staff_side"):
            self.fields[name].help_text = topics.column(name).hint

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if cannot_last(said.get("starts_on"), said.get("ends_on")):
            self.add_error("ends_on", ENDS_BEFORE)
        return said

    def content(self) -> dict[str, Any]:
        return {name: as_content(said) for name, said in self.cleaned_data.items() if name != "known"}


class ReleaseTo(Form):
    """To which place above?"""

    to = forms.ChoiceField(widget=forms.RadioSelect, label="Who will see it?")

    def __init__(self, above: Iterable[Place], *args: Any) -> None:
        super().__init__(*args)
        set_choices(self, "to", [(place.slug, f"{place.name} ({place.kind_in_words.casefold()})") for place in above])


class CopyTo(Form):
    """Under which title, and for which of one's places?"""

    title = line_field("What is the new plan called?", required=True)
    to = forms.ChoiceField(widget=forms.Select, label="Which place is it for?")

    def __init__(self, places: Iterable[Place], plan: Plan, *args: Any) -> None:
        found = list(places)
        here = plan.place.slug if plan.place in found else None
        super().__init__(*args, initial={"title": f"{plan.title[:113]}, again", "to": here})
        set_choices(self, "to", [(place.slug, place.name) for place in found])


class Asked(Form):
    """Whom of the organisation? Out of the list, or by the address of their account."""

    mark_optional = False

    who = forms.ChoiceField(widget=forms.Select, label="Choose somebody", required=False)
    email = forms.EmailField(
        label="Or their email address",
        required=False,
        help_text="The one that their account here has. Who has none is invited first, under People",
    )

    def __init__(self, people: Iterable[User], action: Action, *args: Any) -> None:
        super().__init__(*args)
        self.action, self.people = action, {str(one.pk): one for one in people}
        set_choices(self, "who", [("", "Nobody chosen"), *((key, one.name) for key, one in self.people.items())])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if self.errors:
            return said
        if bool(said["who"]) == bool(said["email"]):
            self.add_error("who", "Choose one person, or give one email address")
        return said

    def chosen(self) -> User | None:
        """Who was chosen; None where nobody with that address can be asked."""
        said = self.cleaned_data
        return self.people[said["who"]] if said["who"] else with_address(said["email"], self.action)


class HowItEnded(Form):
    """Is an action finished, was it stopped, or does it go on after all?"""

    WORDS = (
        (Action.FINISHED, "It is finished"),
        (Action.STOPPED, "It is stopped before it was finished"),
        (Action.UNDER_WAY, "It goes on after all"),
    )

    state = forms.ChoiceField(widget=forms.RadioSelect, label="How does it stand?")

    def __init__(self, action: Action, *args: Any) -> None:
        super().__init__(*args)
        set_choices(self, "state", [(state, words) for state, words in self.WORDS if state != action.state])
