"""What is filled in to write down a scheme, and to judge how well a stage is supported?"""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from keepwell.content.general_practice import LevelOfSupport, Offer, offers, stages
from keepwell.web.assessments.gap_actions import Support
from keepwell.web.assessments.gap_rules import (
    MOST_MONEY,
    MOST_PEOPLE,
    NEVER_A_NAME,
    PRIVATE_OFFERS,
    cannot_reach,
)
from keepwell.web.assessments.models import LONGEST_NOTE, Gap, Scheme
from keepwell.web.nhsuk.forms import Form

NOT_KNOWN = "Leave it empty if nobody knows: the page then says “not known”. Nought means none."


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


def words_area(label: str, hint: str = "", required: bool = False) -> forms.CharField:
    """A box for a few sentences."""
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def version_field() -> forms.IntegerField:
    """The version that was shown, so that two people notice each other."""
    return forms.IntegerField(widget=forms.HiddenInput, required=False)


class SchemeForm(Form):
    """One scheme of a level: what it is, for whom, who took it up, and what it costs."""

    mark_optional = False

    known = version_field()
    offer = forms.ChoiceField(label="Is it a national offer?", required=False, widget=forms.RadioSelect)
    title = forms.CharField(
        label="What is it called?",
        required=False,
        max_length=120,
        help_text="Leave it empty to use the name of the national offer.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    stage = forms.ChoiceField(label="For which GPs is it?", required=False, widget=forms.RadioSelect)
    about = words_area("What does it give, and how does a GP get it?", NEVER_A_NAME)
    reach = CountField(label="For how many people is it?", help_text=NOT_KNOWN)
    uptake = CountField(label="How many of them took it up in the last year?", help_text=NOT_KNOWN)
    money = MoneyField(label="How many pounds does it cost in a year?", help_text=NOT_KNOWN)
    looks: ClassVar = {
        "reach": {"width": 5},
        "uptake": {"width": 5},
        "money": {"width": 10, "prefix": "£"},
        "offer": {"hints": dict.fromkeys(sorted(PRIVATE_OFFERS), "Between a GP and those who help. " + NEVER_A_NAME)},
    }

    def __init__(self, level: LevelOfSupport, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.offered: dict[str, Offer] = {one.key: one for one in offers().offers if one.level == level.key}
        named = [(key, offer.title) for key, offer in self.offered.items()]
        _choices(self, "offer", [("", "No, it is our own"), *named])
        _choices(self, "stage", [("", "GPs at every stage"), *((one.key, one.title) for one in stages())])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        offer = self.offered.get(said.get("offer") or "")
        said["title"] = (said.get("title") or "").strip() or (offer.title if offer else "")
        if not said["title"] and not self.has_error("title"):
            self.add_error("title", "Enter what it is called, or choose a national offer")
        if not self.has_error("uptake") and (reason := cannot_reach(said.get("reach"), said.get("uptake"))):
            self.add_error("uptake", reason)
        return said

    def told(self) -> Support:
        """The scheme as it was typed."""
        return Support(**{name: said for name, said in self.cleaned_data.items() if name != "known"})


class JudgeForm(Form):
    """How well one level supports one stage, and what is missing."""

    known = version_field()
    judged = forms.ChoiceField(
        label="How much support is there?", choices=list(Gap.WORDS.items()), widget=forms.RadioSelect
    )
    missing = words_area("What is missing?", "What GPs asked for, and what could close the gap. " + NEVER_A_NAME)


class KnownForm(Form):
    """Nothing but the version that was shown: for a button."""

    known = version_field()


def known_of(posted: Any) -> int | None:
    """The version that a button was shown with; None where none was sent."""
    form = KnownForm(posted)
    return form.cleaned_data["known"] if form.is_valid() else None


def as_typed(scheme: Scheme) -> dict[str, Any]:
    """What stands in the boxes before a scheme is changed."""
    names = ("title", "stage", "about", "offer", "reach", "uptake", "money")
    return {name: getattr(scheme, name) for name in names} | {"known": scheme.version}


def _choices(form: Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
