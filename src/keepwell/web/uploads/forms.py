"""What is filled in to bring a file in: which file, what it does not say, what is decided?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone

from keepwell.sources.looking import SENSITIVE_BY_DEFAULT
from keepwell.web.nhsuk.forms import DayField, FilesField, Form, MonthField
from keepwell.web.uploads.models import PracticePerson
from keepwell.web.uploads.reading import format_called
from keepwell.web.uploads.words import field_in_words

EARLIEST: Final = dt.date(1930, 1, 1)
DAY_FIRST: Final = "day"
MONTH_FIRST: Final = "month"
NOT_NEEDED: Final = ""
ONE_OF_TWO: Final = {"width": 5, "optional": False}
OF_STAFF: Final = ("esr_staff_in_post", "staff_list")
"""What a file of headings that nobody knows most likely is."""


class ChooseFiles(Form):
    """One file or more."""

    file = FilesField(
        label="Choose one file or more, or drop them here",
        help_text="CSV, text, Excel or OpenDocument, as they come. What each one is we find out from its headings.",
    )


class Known(Form):
    """A form about an upload: `known` is the version that was shown, so that two people notice each other."""

    known = forms.IntegerField(widget=forms.HiddenInput)


class SayMore(Known):
    """What a file does not say in words that we know: which heading is which field, the month, the order of a day."""

    month = MonthField(
        label="Month of the file",
        help_text="Only where the file has no column that says it. Like 10 2025",
        required=False,
    )
    day_first = forms.ChoiceField(
        label="How are days written in it?",
        choices=[
            ("", "As the file itself shows"),
            (DAY_FIRST, "Day first: 31/10/2025"),
            (MONTH_FIRST, "Month first: 10/31/2025"),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    mark_optional = False

    def __init__(self, *args: Any, looked: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings: dict[str, str] = {}
        choices = [(NOT_NEEDED, "Not needed"), *sorted(_free_fields(looked).items(), key=lambda pair: pair[1])]
        for number, told in enumerate(_unknown(looked)):
            name = f"heading_{number}"
            self.headings[name] = told["heading"]
            self.fields[name] = forms.ChoiceField(
                label=told["heading"], choices=choices, required=False, help_text=_seen_in_words(told)
            )
        self.order_fields([*self.headings, "month", "day_first", "known"])

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        taken: dict[str, str] = {}
        for name, heading in self.headings.items():
            chosen = said.get(name)
            if chosen and chosen in taken:
                self.add_error(name, f"{field_in_words(chosen)} is said to stand under {taken[chosen]} already")
            elif chosen:
                taken[chosen] = heading
        said["columns"] = taken
        said["day_first"] = {DAY_FIRST: True, MONTH_FIRST: False}.get(said.get("day_first", ""))
        return said


class Decide(Known):
    """What to take of a file, and each thing that is to be decided before it is loaded."""

    take = forms.MultipleChoiceField(
        label="Fields to take",
        help_text="What is not ticked is not kept. Religion and sexual orientation are left out unless you choose them.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    mark_optional = False
    looks: ClassVar = {"take": {"small": True, "size": "m"}}

    def __init__(self, *args: Any, looked: dict[str, Any], left_out: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.looked = looked
        self.codes = [d["code"] for d in looked["check"]["decisions"]]
        for number, decision in enumerate(looked["check"]["decisions"]):
            self.fields[f"accept_{number}"] = forms.BooleanField(
                label="I have looked at this: load it as it is",
                error_messages={
                    "required": f"Say that you have looked at this, or do not load the file: {decision['wrong']}"
                },
            )
        fields = looked["can_be_left_out"]
        if fields:
            out = set(looked["left_out"]) | set(left_out or ())
            self.fields["take"].choices = [(name, field_in_words(name)) for name in fields]  # type: ignore[attr-defined]
            self.fields["take"].initial = [name for name in fields if name not in out]
        else:
            del self.fields["take"]

    @property
    def decided(self) -> Iterator[tuple[dict[str, Any], forms.BoundField]]:
        """Each decision with its box."""
        for number, decision in enumerate(self.looked["check"]["decisions"]):
            yield decision, self[f"accept_{number}"]

    @property
    def accept(self) -> list[str]:
        """The codes of what was ticked."""
        return [code for number, code in enumerate(self.codes) if self.cleaned_data.get(f"accept_{number}")]

    @property
    def leave_out(self) -> list[str]:
        """The fields that were not ticked, but for those that are left out unless they are chosen."""
        if "take" not in self.fields:
            return []
        return [
            n
            for n in self.looked["can_be_left_out"]
            if n not in self.cleaned_data["take"] and n not in SENSITIVE_BY_DEFAULT
        ]

    @property
    def chosen(self) -> dict[str, str]:
        """The sensitive fields that were ticked, with the headings that they stand under."""
        if "take" not in self.fields:
            return {}
        wanted = SENSITIVE_BY_DEFAULT & set(self.cleaned_data["take"])
        return {h["field"]: h["heading"] for h in self.looked["headings"] if h["field"] in wanted}


class StaffPerson(Known):
    """Somebody who works at a practice: no name, only a label of the practice's own."""

    label = forms.CharField(
        max_length=30,
        label="What do you call this post here?",
        help_text="Not a name: something short that you will know again, such as Nurse 1",
        error_messages={"required": "Enter what you call this post here"},
    )
    staff_group = forms.ChoiceField(
        choices=list(PracticePerson.GROUPS.items()), label="Staff group", widget=forms.RadioSelect
    )
    job_role = forms.CharField(max_length=60, label="Job role", help_text="Such as Practice Nurse or Receptionist")
    hours = forms.FloatField(
        min_value=0.5, max_value=75, label="Contracted hours a week", help_text="Fill in these or FTE", required=False
    )
    fte = forms.FloatField(min_value=0.01, max_value=2, label="Or FTE", help_text="Full time is 1", required=False)
    start = DayField(label="First day here", help_text="Like 15 11 2019")
    end = DayField(label="Last day here", help_text="Only for somebody who has left or is about to", required=False)
    birth_month = MonthField(label="Month of birth", help_text="Like 5 1980. Only the month is kept.", required=False)
    looks: ClassVar = {"label": {"width": 20}, "job_role": {"width": 30}, "hours": ONE_OF_TWO, "fte": ONE_OF_TWO}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        wrong = self.errors
        if not {"hours", "fte"} & set(wrong) and (said.get("hours") is None) == (said.get("fte") is None):
            self.add_error("hours", "Enter contracted hours or FTE, one of the two")
        start, end, born = said.get("start"), said.get("end"), said.get("birth_month")
        today = timezone.localdate()
        if start and not EARLIEST <= start <= today:
            self.add_error("start", "First day here must be in the past, and after 1930")
        if start and end and end < start:
            self.add_error("end", "Last day here must be the same as or after the first day")
        if born and start and born.first_day > start:
            self.add_error("birth_month", "Month of birth must be before the first day here")
        return said


def _unknown(looked: dict[str, Any]) -> list[dict[str, Any]]:
    return [h for h in looked["headings"] if h["field"] is None and not h["dropped"]]


def _free_fields(looked: dict[str, Any]) -> dict[str, str]:
    """The fields that no heading stands for yet, in words: of its format, or of those that it could be."""
    names = (looked["format"],) if looked["format"] else (looked["likely_format"], *OF_STAFF)
    known = [source for name in names if (source := format_called(name)) is not None]
    taken = {h["field"] for h in looked["headings"]}
    return {name: field_in_words(name) for source in known for name in source.headings if name not in taken}


def _seen_in_words(told: dict[str, Any]) -> str:
    """What can be said of a column without showing anybody's row: "12 different values, like Band 5, Band 6"."""
    if "different" not in told:
        return ""
    looks = {"dates": "dates", "numbers": "numbers", "codes": "codes", "text": "words", "nothing": "nothing in it"}
    number = told["different"]
    words = f"{looks[told['looks_like']]}; {number:,} different {'value' if number == 1 else 'values'}"
    if told["share_empty"] > 0:
        words += f"; {told['share_empty']:.0%} empty"
    if told.get("examples"):
        words += f"; such as {', '.join(told['examples'])}"
    if told["likely"]:
        words += f". It could be: {', '.join(field_in_words(name).lower() for name in told['likely'])}"
    return words[0].upper() + words[1:]
