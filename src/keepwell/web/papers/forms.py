"""What is filled in to have a paper made, and to make a plan of a file?"""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms

from keepwell.web.nhsuk.forms import FilesField, Form
from keepwell.web.papers.models import BOARD, COMBINED, PLAN
from keepwell.web.papers.reading import Tables, labels
from keepwell.web.plans.models import LONGEST_WORDS

OF_PLAN: Final = {
    f"{PLAN}-docx": "The plan as a Word document (DOCX), in the guide’s table",
    f"{PLAN}-xlsx": "The plan as a workbook (XLSX), with every column",
    f"{PLAN}-pdf": "The plan as PDF",
    f"{BOARD}-pptx": "A board paper as slides (PPTX)",
    f"{BOARD}-pdf": "A board paper as PDF",
}
OF_COMBINED: Final = {
    f"{COMBINED}-docx": "A Word document (DOCX), in the guide’s table",
    f"{COMBINED}-xlsx": "A workbook (XLSX), with every column",
}


class Ask(Form):
    """Which paper, and as what."""

    paper = forms.ChoiceField(label="What do you need?", widget=forms.RadioSelect)

    def __init__(self, *args: Any, papers: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"].choices = list(papers.items())  # type: ignore[attr-defined]

    @property
    def chosen(self) -> tuple[str, str]:
        """The kind and the format that were chosen."""
        kind, _, out_format = self.cleaned_data["paper"].partition("-")
        return kind, out_format


class Bring(Form):
    """One file with a plan in it."""

    file = FilesField(
        label="Choose the file",
        help_text="A Word document (DOCX) or a workbook (XLSX) with a table like the guide’s, up to 10 MB. A paper of "
        "ours can be brought back too.",
    )

    def clean_file(self) -> Any:
        files = self.cleaned_data["file"]
        if len(files) != 1:
            raise forms.ValidationError("Choose one file at a time")
        return files[0]


class Known(Form):
    """`known` is the version that was shown, so that two windows notice each other."""

    known = forms.IntegerField(widget=forms.HiddenInput)


class WhichColumns(Known):
    """What each column is that the file calls something that we do not know."""

    mark_optional = False

    def __init__(self, *args: Any, tables: Tables, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, str] = {}
        choices = [("", "None of these: keep it under its own heading"), *labels().items()]
        for table in tables.understood:
            for column in table.columns:
                if column.asked:
                    name = f"column_{table.number}_{column.at}"
                    self.asked[name] = f"{table.number}.{column.at}"
                    self.fields[name] = forms.ChoiceField(
                        label=f"{column.heading or 'A column without a heading'} ({table.name})",
                        help_text=f"Such as: {column.sample}" if column.sample else "",
                        choices=choices,
                        required=False,
                        initial=column.field if column.said else "",
                    )
        self.order_fields([*self.asked, "known"])

    @property
    def said(self) -> dict[str, str]:
        return {place: self.cleaned_data[name] for name, place in self.asked.items() if self.cleaned_data.get(name)}


class MakePlan(Known):
    """What a plan is called that is made of a file, and what stands before its actions."""

    title = forms.CharField(max_length=120, label="What is the plan called?")
    about = forms.CharField(
        max_length=LONGEST_WORDS,
        label="About the plan",
        help_text="What stood around the table. Take out what you do not need.",
        widget=forms.Textarea(attrs={"rows": 6}),
        required=False,
    )
    looks: ClassVar = {"title": {"width": 30}}
