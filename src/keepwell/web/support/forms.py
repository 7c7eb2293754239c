"""What is filled in to run a programme of support?"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place
from keepwell.web.support.actions import FOLLOWED, Course
from keepwell.web.support.models import KINDS, LONGEST_WORDS, Offer, Programme
from keepwell.web.support.queries import named_in
from keepwell.web.support.rules import MOST_MONEY, MOST_PEOPLE, cannot_last

NO_ANSWER = "none"


def as_digits(typed: Any) -> Any:
    """A number as people type it, "£12,000" or "1 200", without what is not part of it."""
    return "".join(typed.split()).replace(",", "").removeprefix("£") if isinstance(typed, str) else typed


class CountField(forms.IntegerField):
    """How many people; empty where it is not known."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(min_value=0, max_value=MOST_PEOPLE, required=False, widget=widget, **options)

    def to_python(self, value: Any) -> int | None:
        return super().to_python(as_digits(value))


class MoneyField(forms.DecimalField):
    """Pounds, perhaps with pence; empty where it is not known."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            min_value=0,
            max_value=MOST_MONEY,
            max_digits=12,
            decimal_places=2,
            required=False,
            widget=widget,
            **options,
        )

    def to_python(self, value: Any) -> Any:
        """The sum as a Decimal, None where it is not known."""
        return super().to_python(as_digits(value))


def words_area(label: str, hint: str = "", *, required: bool = False, rows: int = 4) -> forms.CharField:
    """A box for a few sentences."""
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=LONGEST_WORDS, widget=area)


class KnownForm(Form):
    """The version that was shown, so that two people notice each other."""

    known = forms.IntegerField(widget=forms.HiddenInput, required=False)


class ProgrammeForm(KnownForm):
    """What a programme is called, how organisations are chosen, and from when to when it runs."""

    title = forms.CharField(label="What is the programme called?", max_length=120)
    chosen_by = words_area(
        "How are organisations chosen?",
        "In a sentence that they may read, such as: more nurses leave than on average of their kind.",
        required=True,
    )
    starts_on = DayField(label="When does it start?", help_text="Like 1 4 2026", required=False)
    ends_on = DayField(label="When does it end?", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if reason := cannot_last(said.get("starts_on"), said.get("ends_on")):
            self.add_error("ends_on", reason)
        return said

    def told(self) -> dict[str, Any]:
        return {name: said for name, said in self.cleaned_data.items() if name != "known"}


def as_written(programme: Programme) -> dict[str, Any]:
    """What stands in the boxes before a programme is changed."""
    kept = {name: getattr(programme, name) for name in ("title", "chosen_by", "starts_on", "ends_on")}
    return {**kept, "known": programme.version}


class SelectForm(Form):
    """Which organisations are chosen, and why."""

    organisations = forms.CharField(
        label="Which organisations?",
        help_text="Their codes or names, one a line. Codes may also stand side by side: RX1, RX2.",
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=20_000,
    )
    why = words_area("Why these?", "Leave it empty if it is how the programme chooses.")
    staff_group = forms.CharField(widget=forms.HiddenInput, required=False)
    end = forms.CharField(widget=forms.HiddenInput, required=False)
    months = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, place: Place, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.place = place

    def clean_organisations(self) -> list[Place]:
        found, unknown = named_in(self.place, str(self.cleaned_data["organisations"]))
        if unknown:
            few = ", ".join(word[:40] for word in unknown[:5])
            raise forms.ValidationError(f"No organisation in {self.place.name} is called so: {few}")
        return found

    def asked(self) -> dict[str, str]:
        """The question of the selection that was handed over."""
        return {name: str(self.cleaned_data[name]) for name in ("staff_group", "end", "months")}


class OfferForm(Form):
    """One kind of support, offered."""

    kind = forms.ChoiceField(label="What is offered?", widget=forms.RadioSelect)
    words = words_area("What does the organisation need to know?", "It reads this: what, when, with whom.")
    offered_on = DayField(label="When was it offered?", help_text="Like 1 4 2026")
    money = MoneyField(label="How many pounds come with it?", help_text="Leave it empty if none.")
    looks: ClassVar = {"money": {"width": 10, "prefix": "£"}}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = list(KINDS.items())
        self.fields["offered_on"].initial = timezone.localdate


class CourseForm(KnownForm):
    """How an offer goes: its answer, its beginning and end, and its money."""

    answer = forms.ChoiceField(
        label="What did the organisation answer?",
        choices=[(key or NO_ANSWER, words) for key, words in Offer.ANSWERS.items()],
        widget=forms.RadioSelect,
    )
    answered_on = DayField(label="When did it answer?", help_text="Like 1 4 2026", required=False)
    started_on = DayField(label="When did the support start?", required=False)
    ended_on = DayField(label="When did it end?", required=False)
    money = MoneyField(label="Pounds offered")
    committed = MoneyField(label="Pounds committed")
    spent = MoneyField(label="Pounds spent")
    looks: ClassVar = {name: {"width": 10, "prefix": "£"} for name in ("money", "committed", "spent")}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("answer") == NO_ANSWER:
            said["answer"], said["answered_on"] = "", None
        elif said.get("answer") and not said.get("answered_on") and not self.has_error("answered_on"):
            self.add_error("answered_on", "Enter when it answered")
        if reason := cannot_last(said.get("started_on"), said.get("ended_on")):
            self.add_error("ended_on", reason)
        return said

    def told(self) -> Course:
        return Course(**{name: self.cleaned_data[name] for name in FOLLOWED})


def as_followed(offer: Offer) -> dict[str, Any]:
    """What stands in the boxes before it is written down how an offer goes."""
    kept = {name: getattr(offer, name) for name in FOLLOWED}
    return {**kept, "answer": offer.answer or NO_ANSWER, "known": offer.version}


class SessionForm(Form):
    """A session, and how many came."""

    on = DayField(label="On which day?", help_text="Like 1 4 2026. It may lie ahead.")
    came = CountField(label="How many people came?", help_text="A number only, never who.")
    looks: ClassVar = {"came": {"width": 4}}

    def told(self) -> dict[str, dt.date | int | None]:
        return dict(self.cleaned_data)
