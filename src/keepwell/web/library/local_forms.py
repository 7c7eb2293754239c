"""What is filled in to write down a case or an offer of one's own, and to share it?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone

from keepwell.content.assessments import assessments
from keepwell.content.promise import elements
from keepwell.web.library.actions import Misread
from keepwell.web.library.models import LONGEST_LINE, LONGEST_WORDS, LocalCase, LocalOffer
from keepwell.web.library.rules import NOBODY_NAMED
from keepwell.web.library.telling import LEVELS, SETTINGS, STAFF_GROUPS, STAGES, topic_titles
from keepwell.web.nhsuk.forms import DayField, Form
from keepwell.web.places.models import Place

YES_NO: Final = [("yes", "Yes"), ("", "No, or we do not know")]
TOPICS: Final = ("topic_1", "topic_2", "topic_3")
MORE: Final = "So that others find it"
"""The heading of boxes that may all stay empty."""
SMALL: Final = {
    name: {"small": True} for name in ("staff_groups", "stages", "level", "promise", "setting", "beside_others")
}
READ_THROUGH: Final = "I have read it through: nobody in it is named, or could be recognised by colleagues"


def line(label: str, hint: str = "", *, required: bool = False, most: int = LONGEST_LINE) -> forms.CharField:
    """A box for a line."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=most, widget=widget)


def words(label: str, hint: str = "", *, required: bool = False) -> forms.CharField:
    """A box for a few sentences."""
    widget = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=label, help_text=hint, required=required, max_length=LONGEST_WORDS, widget=widget)


def several(label: str, named: Mapping[str, str], hint: str = "", *, required: bool = False) -> Any:
    """As many as fit."""
    return forms.MultipleChoiceField(
        label=label,
        help_text=hint,
        choices=list(named.items()),
        required=required,
        widget=forms.CheckboxSelectMultiple,
    )


def one_of(label: str, choices: Iterable[tuple[str, str]], hint: str = "", *, required: bool = True) -> Any:
    """One of several."""
    return forms.ChoiceField(
        label=label, help_text=hint, choices=list(choices), required=required, widget=forms.RadioSelect
    )


def topics_asked(label: str, *, required: bool) -> list[forms.ChoiceField]:
    """Up to three topics, each from one list."""
    light = [topic.key for topic in assessments()["retention_traffic_light"].items]
    titles = topic_titles()
    choices = [
        ("", "None"),
        ("Every organisation", [(key, titles[key]) for key in light]),
        ("General practice", [(key, title) for key, title in titles.items() if key not in light]),
    ]
    return [
        forms.ChoiceField(label=words, choices=choices, required=first and required, widget=forms.Select)
        for words, first in ((label, True), ("A second topic, if there is one", False), ("A third topic", False))
    ]


class NumberField(forms.FloatField):
    """A number as people type it, "1,200" or "15.2%"; empty where there is none."""

    def __init__(self, label: str, hint: str = "") -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            label=label,
            help_text=hint,
            required=False,
            widget=widget,
            min_value=-1_000_000_000,
            max_value=1_000_000_000,
        )

    def to_python(self, value: Any) -> Any:
        """The number without what is not part of it; None where there is none."""
        return super().to_python(
            "".join(value.split()).replace(",", "").rstrip("%") if isinstance(value, str) else value
        )


class OfLocal(Form):
    """What a case and an offer have in common: the version that was shown, and what is wrong of a field."""

    BOXES: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    mark_optional = False
    known = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def told(self) -> dict[str, Any]:
        """The content as it was typed; what was not asked for is empty."""
        return {
            name: "" if value is None and isinstance(self.fields[name], forms.CharField | forms.ChoiceField) else value
            for name, value in self.cleaned_data.items()
            if name not in ("known", *TOPICS)
        } | {"topics": list(dict.fromkeys(self.cleaned_data[name] for name in TOPICS if self.cleaned_data[name]))}

    def misread(self, refusal: Misread) -> None:
        """Show at its field what cannot be so."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.wrong)


class CaseForm(OfLocal):
    """A case: who, what was done, what was reported, and how much it can tell."""

    BOXES: ClassVar = (
        (
            "What was done",
            ("title", "who", "setting", "done", "reported", "staff_groups", *TOPICS),
        ),
        (
            "How much can it tell?",
            (
                "how_measured",
                "measured",
                "unit",
                "number",
                "of",
                "before",
                "after",
                "window",
                "beside_others",
                "studied",
                "study",
                "caution",
            ),
        ),
        (MORE, ("where", "stages", "level", "promise", "address")),
    )
    title = line("In a line, what was it?", "For example: Rosters six weeks ahead in theatres.", required=True)
    who = line("Who did it?", "A ward, a team, a practice; never a person.", required=True)
    where = line("Where, if that says more?")
    setting = one_of("What kind of place is it?", SETTINGS.items())
    staff_groups = several("Whom was it for?", STAFF_GROUPS, required=True)
    topic_1, topic_2, topic_3 = topics_asked("What is it about?", required=True)
    done = words("What did you do?", NOBODY_NAMED, required=True)
    reported = words("What came of it?", "What people said or what was counted. " + NOBODY_NAMED, required=True)
    how_measured = one_of("Was something measured?", LocalCase.HOW.items())
    measured = line("What was measured?", "For example: nurses who left within a year.")
    unit = forms.ChoiceField(
        label="In what?", choices=[("", "Choose"), *LocalCase.UNITS.items()], required=False, widget=forms.Select
    )
    number = NumberField("The number, if you counted once")
    of = forms.IntegerField(
        label="Of how many people, if you know?",
        required=False,
        min_value=0,
        max_value=10_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text="Fewer than 5 people could be recognised: then leave the number out.",
    )
    before = NumberField("The number before")
    after = NumberField("The number after")
    window = line("When?", "For example: April 2024 to March 2025, against the year before.")
    beside_others = one_of("Was the same measured, over the same time, where it was not done?", YES_NO, required=False)
    studied = one_of(
        "Did a study, checked by others, work out how much of the change was due to it?", YES_NO, required=False
    )
    study = line("Which study?", "Its authors, title and year.")
    caution = words("What can it not tell?", "For example: something else changed in the same year.")
    stages = several("For which career stage, if for one?", STAGES)
    level = one_of("In general practice: at which level?", [("", "None of these"), *LEVELS.items()], required=False)
    promise = several("Which elements of the People Promise?", {key: one.title for key, one in elements().items()})
    address = line("A page that says more, if there is one", most=400)
    looks: ClassVar = {
        "number": {"width": 10},
        "of": {"width": 10},
        "before": {"width": 10},
        "after": {"width": 10},
        "how_measured": {
            "small": True,
            "reveals": {
                LocalCase.COUNTED: ("number",),
                LocalCase.CHANGE: ("before", "after", "beside_others", "studied"),
            },
        },
        "studied": {"small": True, "reveals": {"yes": "study"}},
        **SMALL,
    }

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for name in ("beside_others", "studied"):
            said[name] = said.get(name) == "yes"
        return said


class OfferForm(OfLocal):
    """An offer: what it gives, for whom, whom to ask and how to refer."""

    BOXES: ClassVar = (
        ("What there is", ("title", "gives", "who", "contact", "refer", "address", "checked_on")),
        (MORE, ("topic_1", "topic_2", "topic_3", "stages", "level")),
    )
    looks: ClassVar = SMALL
    title = line("What is it called?", required=True)
    gives = words("What does it give?", NOBODY_NAMED, required=True)
    who = line("Who can have it?", "For example: GPs in their first two years.", required=True)
    contact = line("Whom does one ask?", "A shared mailbox or a team, so that it outlasts a person.", required=True)
    refer = words("How does one refer somebody, or ask for it oneself?")
    address = line("A page that says more, if there is one", most=400)
    checked_on = DayField(label="On which day did somebody last make sure that it is still so?")
    topic_1, topic_2, topic_3 = topics_asked("With what does it help?", required=False)
    stages = several("For which career stage, if for one?", STAGES)
    level = one_of("In general practice: at which level?", [("", "None of these"), *LEVELS.items()], required=False)


FORMS: Final[Mapping[type[LocalCase] | type[LocalOffer], type[OfLocal]]] = {LocalCase: CaseForm, LocalOffer: OfferForm}


def as_typed(thing: LocalCase | LocalOffer) -> dict[str, Any]:
    """What stands in the boxes before something is changed."""
    content = {name: getattr(thing, name) for name in thing.CONTENT if name != "evidence"}
    for name in ("beside_others", "studied"):
        if name in content:
            content[name] = "yes" if content[name] else ""
    content |= dict(zip(TOPICS, content.pop("topics"), strict=False))
    return content | {"known": thing.version}


def as_begun(kind: type[LocalCase] | type[LocalOffer], place: Place, setting: str) -> dict[str, Any]:
    """What stands in the boxes before anything is written."""
    if kind is LocalOffer:
        return {"checked_on": timezone.localdate()}
    return {"who": place.name, "setting": setting}


class ReadThrough(Form):
    """That whoever shows it has read it through."""

    read = forms.BooleanField(label=READ_THROUGH, required=False)


class ShareWith(Form):
    """With which place it is shared, read through before."""

    mark_optional = False
    to = forms.ChoiceField(label="With which place?", widget=forms.RadioSelect)
    read = forms.BooleanField(label=READ_THROUGH, required=False)

    def __init__(self, open_to: Iterable[Place], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(place.slug, f"{place.name}, and all that lie in it") for place in open_to]
