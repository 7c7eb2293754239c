"""Is what people type kept, and are they told beside the field and at the top what to mend?"""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import gallery
import pytest
from allauth.account.forms import ResetPasswordForm
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict

from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.web.nhsuk.boxes import within
from keepwell.web.nhsuk.fields import errors_of, field, fields
from keepwell.web.nhsuk.forms import DayField, FilesField, Form, MonthField


class Dates(Form):
    start = DayField(label="Start date")
    until = DayField(label="End date", required=False)
    month = MonthField(label="Month", required=False)


def sent(start: str = "1 4 2025", until: str = "", month: str = "") -> Dates:
    boxes = dict(zip(("start-day", "start-month", "start-year"), start.split(), strict=False))
    boxes |= dict(zip(("until-day", "until-month", "until-year"), until.split("/"), strict=False))
    boxes |= dict(zip(("month-month", "month-year"), month.split("/"), strict=False))
    return Dates(boxes)


class TestWhatWasTyped:
    """A form that comes back holds what was typed, wrong or right."""

    def test_every_field_holds_it(self) -> None:
        page = str(gallery.form_sent())
        assert 'value="O&#39;Neill &lt;b&gt;&amp;&lt;/b&gt;"' in page
        assert 'value="robin"' in page
        assert 'value="thirty"' in page
        assert re.search(r'name="how" type="radio" value="other" checked', page)
        assert re.search(r'name="start-month"[^>]*value="Feb"', page)
        assert re.search(r'type="hidden" name="version" value="7"', page)

    def test_lines_keep_their_beginnings_also_inside_a_choice(self) -> None:
        typed = [
            html.unescape(text)
            for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", str(gallery.form_sent()), re.S)
        ]
        assert typed == ["First line\n    second line", "By\n  pigeon"]

    def test_a_password_is_not_sent_back(self) -> None:
        assert "secret" not in str(gallery.form_sent())

    def test_what_is_typed_is_escaped_everywhere(self) -> None:
        bad = '"><script>x</script>'
        names = ["name", "email", "hours", "why", "other", "start-day", "since-year", "role", "how", "version"]
        page = str(gallery.Invitation(dict.fromkeys(names, bad) | {"sees": [bad]}, {}))
        assert "<script>" not in page
        assert page.count("&lt;script&gt;") >= 7


class TestErrors:
    """Beside the field, and at the top with a link to it."""

    def test_every_link_of_the_summary_leads_to_something_on_the_page(self) -> None:
        page = gallery.drawn(gallery.FORM, form=gallery.form_sent())
        links = [error["href"] for error in errors_of(gallery.form_sent())]
        assert len(links) == 8
        assert [link for link in links if page.count(f'id="{link[1:]}"') != 1] == []
        assert [link for link in links if page.count(f'href="{link}"') != 1] == []

    def test_an_error_is_read_with_its_field(self) -> None:
        page = str(gallery.form_sent())
        assert 'id="id_email-error"' in page
        assert re.search(r'id="id_email"[^>]*aria-describedby="id_email-hint id_email-error"', page)
        assert re.search(r'<fieldset[^>]*aria-describedby="id_sees-error"', page)

    def test_they_say_what_to_do(self) -> None:
        assert [error["text"] for error in errors_of(gallery.form_sent())] == [
            "Enter an email address in the correct format, like name@example.com",
            "Hours a week must be a whole number, like 30",
            "Select role",
            "Select at least one answer: What may they see?",
            "Start must be a real date, like 15 11 2025",
            "First month must include a year",
            "Choose a file",
            "Tick the box: I have told them why",
        ]

    def test_a_form_may_say_it_in_its_own_words(self) -> None:
        class Own(Form):
            name = forms.CharField(error_messages={"required": "Tell us who they are"})
            short = forms.CharField(label="Note", max_length=3)

        assert [e["text"] for e in errors_of(Own({"short": "four"}))] == [
            "Tell us who they are",
            "Note must be 3 characters or fewer",
        ]

    @pytest.mark.parametrize(
        ("label", "within_it"),
        [("Email address", "email address"), ("NHS number", "NHS number"), ("I agree", "I agree")],
    )
    def test_a_label_inside_a_sentence_keeps_its_abbreviations(self, label: str, within_it: str) -> None:
        assert within(label) == within_it

    def test_what_an_action_refused_is_told_in_its_words(self) -> None:
        form = gallery.Invitation({}, {})
        error = KeepwellError("They have an account.", found="an account since 2024", attempt="give it a role instead")
        form.full_clean()
        form.tell(error, "email")
        form.tell(error)
        words = "They have an account. Found: an account since 2024. Try: give it a role instead."
        assert {"text": words} in errors_of(form)
        assert {"text": words, "href": "#id_email"} in errors_of(form)

    def test_of_several_forms_the_errors_stand_in_one_summary(self) -> None:
        assert len(errors_of(sent(start=""), sent(start="1 4"))) == 2


class TestChoices:
    """A field that belongs to a choice."""

    def how(self, **typed: str) -> gallery.Invitation:
        return gallery.Invitation(typed, {})

    def test_it_is_asked_for_only_where_that_choice_was_made(self) -> None:
        assert "other" not in self.how(how="mail").errors
        assert self.how(how="other").errors["other"] == ["Enter an answer: Which other way?"]

    def test_what_was_typed_for_another_choice_is_dropped(self) -> None:
        form = self.how(how="mail", other="By pigeon")
        form.is_valid()
        assert form.cleaned_data["other"] is None

    def test_it_is_drawn_once_beside_its_choice_and_no_script_is_needed(self) -> None:
        page = str(self.how(how="mail"))
        assert page.count('name="other"') == 1
        inside = page[page.index('value="other"') :]
        assert inside.index("nhsuk-radios__conditional") < inside.index('name="other"') < inside.index('name="sees"')
        assert "conditional--hidden" not in page
        assert 'aria-controls="conditional' not in page

    def test_one_field_for_two_choices_and_one_inside_another(self) -> None:
        class Nested(Form):
            a = forms.ChoiceField(choices=[("1", "One"), ("2", "Two"), ("3", "Three")], widget=forms.RadioSelect)
            b = forms.BooleanField(required=False)
            c = forms.CharField()
            looks = {"a": {"reveals": {"1": "b", "2": ("b",)}}, "b": {"reveals": {"on": "c"}}}  # noqa: RUF012

        assert Nested({"a": "3", "b": "on"}).is_valid()
        assert Nested({"a": "1"}).is_valid()
        assert list(Nested({"a": "1", "b": "on"}).errors) == ["c"]
        assert list(Nested({"a": "2", "b": "on"}).errors) == ["c"]

    def test_boxes_to_tick_are_not_radios(self) -> None:
        page = str(gallery.Invitation())
        assert len(re.findall(r'name="sees" type="checkbox"', page)) == 2
        assert len(re.findall(r'name="how" type="radio"', page)) == 2


class TestDays:
    """Three boxes, and two for a month."""

    @pytest.mark.parametrize("typed", ["1 4 2025", "01 04 2025", "1 Apr 2025", "1 april 2025"])
    def test_a_day_as_people_write_it(self, typed: str) -> None:
        form = sent(typed)
        assert form.is_valid()
        assert form.cleaned_data["start"] == dt.date(2025, 4, 1)
        assert form.cleaned_data["until"] is None

    @pytest.mark.parametrize(
        ("typed", "words", "boxes"),
        [
            ("", "Enter start date", []),
            ("31 2 2025", "Start date must be a real date, like 15 11 2025", ["day", "month", "year"]),
            ("29 2 2025", "Start date must be a real date, like 15 11 2025", ["day", "month", "year"]),
            ("1 nonsense 2025", "Start date must be a real date, like 15 11 2025", ["day", "month", "year"]),
            ("1 4 25", "The year of start date must have 4 numbers, like 2025", ["year"]),
            ("1 4 ²⁰²⁵", "The year of start date must have 4 numbers, like 2025", ["year"]),
            ("1 4 0000", "Start date must be a real date, like 15 11 2025", ["day", "month", "year"]),
            ("1 4", "Start date must include a year", ["year"]),
            ("1", "Start date must include a month and a year", ["month", "year"]),
        ],
    )
    def test_a_day_that_is_none(self, typed: str, words: str, boxes: list[str]) -> None:
        form = sent(typed)
        assert form.errors["start"] == [words]
        shown = str(field(form["start"]))
        marked = re.findall(r'name="start-(\w+)"', "".join(re.findall(r"<input[^>]*nhsuk-input--error[^>]*>", shown)))
        assert marked == (boxes or ["day", "month", "year"])
        assert errors_of(form)[0]["href"] == f"#id_start-{(boxes or ['day'])[0]}"

    def test_a_month(self) -> None:
        form = sent(month="Nov/2025")
        assert form.is_valid()
        assert form.cleaned_data["month"] == Month.parse("2025-11")
        assert sent(month="13/2025").errors["month"] == ["Month must be a real month, like 11 2025"]

    def test_the_boxes_begin_with_what_is_known(self) -> None:
        form = Dates(initial={"start": dt.date(2025, 4, 1), "month": Month.parse("2025-11")})
        page = str(form)
        assert re.findall(r'name="start-\w+"[^>]*value="(\w*)"', page) == ["1", "4", "2025"]
        assert re.findall(r'name="month-\w+"[^>]*value="(\w*)"', page) == ["11", "2025"]

    def test_it_is_noticed_when_a_day_was_changed(self) -> None:
        boxes = {"start-day": "1", "start-month": "4", "start-year": "2025"}
        assert not Dates(boxes, initial={"start": dt.date(2025, 4, 1)}).has_changed()
        assert not Dates(boxes | {"start-day": "01"}, initial={"start": dt.date(2025, 4, 1)}).has_changed()
        assert Dates(boxes, initial={"start": dt.date(2025, 4, 2)}).has_changed()


class TestFiles:
    """Several at once."""

    class Upload(Form):
        files = FilesField(label="Files")
        extra = FilesField(label="More", required=False)

    def upload(self, *held: SimpleUploadedFile) -> Any:
        return self.Upload({}, MultiValueDict({"files": list(held)}))

    def test_every_file_is_given(self) -> None:
        form = self.upload(SimpleUploadedFile("a.csv", b"a"), SimpleUploadedFile("b.csv", b"b"))
        assert form.is_valid()
        assert [f.name for f in form.cleaned_data["files"]] == ["a.csv", "b.csv"]
        assert form.cleaned_data["extra"] == []
        assert " multiple" in str(form)

    def test_none_and_an_empty_one_are_told(self) -> None:
        assert self.upload().errors["files"] == ["Choose a file"]
        assert self.upload(SimpleUploadedFile("a.csv", b"a"), SimpleUploadedFile("b.csv", b"")).errors["files"] == [
            "The file is empty"
        ]


class TestOthers:
    """Forms of libraries, and looks of one field."""

    def test_a_form_of_a_library_is_drawn_too(self) -> None:
        page = str(fields(ResetPasswordForm()))
        assert "nhsuk-form-group" in page
        assert re.search(r'name="email" type="email"', page)

    def test_only_what_may_be_left_out_is_marked(self) -> None:
        page = str(gallery.Invitation())
        assert page.count("(optional)") == 1
        assert "Telephone (optional)" in page
        assert "(optional)" not in str(field(gallery.Invitation()["phone"], optional=False))

    def test_a_label_may_be_the_heading_of_the_page(self) -> None:
        assert "<h1" in field(gallery.Invitation()["name"], heading=True)
        assert "<h1" in field(gallery.Invitation()["how"], heading=True)

    def test_a_number_is_typed_as_text(self) -> None:
        shown = str(field(gallery.Invitation()["hours"]))
        assert 'type="text"' in shown
        assert 'inputmode="numeric"' in shown

    def test_a_widget_that_no_component_draws_is_noticed(self) -> None:
        class Odd(forms.Form):
            when = forms.SplitDateTimeField()

        with pytest.raises(TypeError, match="SplitDateTimeWidget"):
            field(Odd()["when"])

    def test_choices_in_groups_say_their_group(self) -> None:
        class Grouped(Form):
            role = forms.ChoiceField(choices=[("Trust", [("a", "Nurse")]), ("Practice", [("b", "GP")])])

        assert re.findall(r"<option[^>]*>([^<]+)<", str(Grouped())) == ["Trust: Nurse", "Practice: GP"]

    def test_two_forms_with_prefixes_share_no_id(self) -> None:
        page = str(Dates(prefix="one")) + str(Dates(prefix="two"))
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
