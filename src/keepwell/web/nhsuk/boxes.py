"""How is a day typed? In three boxes, as people write it; a month in two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict

from keepwell.periods import MONTH_NAMES, Month

Typed = dict[str, str]


class DayInput(forms.Widget):
    """Three boxes: day, month and year. What was typed is kept as it was typed."""

    boxes: ClassVar[tuple[str, ...]] = ("day", "month", "year")
    use_fieldset = True

    def value_from_datadict(self, data: Mapping[str, Any], files: MultiValueDict[str, Any] | None, name: str) -> Typed:
        return {box: str(data.get(f"{name}-{box}", "")).strip() for box in self.boxes}

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any] | None, name: str
    ) -> bool:
        return all(f"{name}-{box}" not in data for box in self.boxes)

    def shown(self, value: Any) -> Typed:
        """What stands in the boxes: what was typed, or the parts of a day or a month."""
        if isinstance(value, Month):
            value = value.first_day
        if isinstance(value, dt.date):
            return {box: str(getattr(value, box)) for box in self.boxes}
        return dict(value) if value else {}


class MonthInput(DayInput):
    """Two boxes: month and year."""

    boxes = ("month", "year")


class DayField(forms.Field):
    """A day in three boxes. The month may be a number or its name.

    The errors say which box is empty or wrong, and mark it.
    """

    widget = DayInput
    default_error_messages: ClassVar[dict[str, Any]] = {"unreal": "{label} must be a real date, like 15 11 2025"}

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Mapping):
            return value
        if not any(value.values()):
            return None
        if empty := [box for box, text in value.items() if not text]:
            raise self._wrong(f"{{label}} must include a {' and a '.join(empty)}", *empty)
        if len(value["year"]) != 4 or not value["year"].isdecimal():
            raise self._wrong("The year of {label_within} must have 4 numbers, like 2025", "year")
        return self.made(value)

    def made(self, typed: Mapping[str, str]) -> Any:
        """The day that was typed. Raises ValidationError where there is no such day."""
        try:
            return dt.date(int(typed["year"]), month_number(typed["month"]), int(typed["day"]))
        except ValueError:
            raise self._wrong(str(self.error_messages["unreal"]), *typed) from None

    def _wrong(self, words: str, *boxes: str) -> ValidationError:
        label = str(self.label or "The date")
        told = words.format(label=label, label_within=within(label))
        return ValidationError(told, code="boxes", params={"boxes": boxes})

    def has_changed(self, initial: Any, data: Any) -> bool:
        assert isinstance(self.widget, DayInput)
        before, after = (
            {k: v.lstrip("0") for k, v in self.widget.shown(each).items() if v} for each in (initial, data)
        )
        return before != after


class MonthField(DayField):
    """A month in two boxes. Gives a Month."""

    widget = MonthInput
    default_error_messages: ClassVar[dict[str, Any]] = {"unreal": "{label} must be a real month, like 11 2025"}

    def made(self, typed: Mapping[str, str]) -> Any:
        try:
            return Month.of(dt.date(int(typed["year"]), month_number(typed["month"]), 1))
        except ValueError:
            raise self._wrong(str(self.error_messages["unreal"]), *typed) from None


def month_number(typed: str) -> int:
    """1 to 12 from a number or a name ("Nov"). Raises ValueError for anything else."""
    return MONTH_NAMES.get(typed.casefold()) or int(typed)


def within(label: str) -> str:
    """A label inside a sentence: "Email address" becomes "email address"; "NHS number" and "I agree" stay."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label
