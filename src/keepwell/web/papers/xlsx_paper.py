"""What does a plan look like as a workbook?

Words are words: none is ever run as a formula or turned into a link. Days are days and money is money.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

import xlsxwriter

from keepwell.content.planning import columns
from keepwell.web.papers.contents import ENDS, OURS, PLAN_SHEET, STARTS, STATE, Action, Cell, Paper, headings

A4: Final = 9
WIDEST_PAGE: Final = 260
"""A sheet of so many characters is printed on one page beside another; what is wider on several."""
LONGEST: Final = 32_767
"""Characters that a cell can hold."""
GUIDE_WIDTHS: Final = (25, 32, 20, 19, 32, 27)
DAY_WIDTHS: Final = (12, 12, 11)
LINE, TALLEST = 13.5, 400
DEFINITION_WIDTHS: Final = (34, 90, 40)
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "d mmm yyyy",
}


class _Book:
    """A workbook being written, with its few formats."""

    def __init__(self, paper: Paper, out: io.BytesIO) -> None:
        self.book = xlsxwriter.Workbook(out, _OPTIONS)
        self.paper = paper
        base = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True}
        self.words = self.book.add_format(base)
        self.head = self.book.add_format(
            {**base, "bold": True, "font_color": "#FFFFFF", "bg_color": "#003087", "border": 1}
        )
        self.number = self.book.add_format({**base, "align": "center"})
        self.title = self.book.add_format({**base, "bold": True, "font_size": 14})
        self.day = self.book.add_format({**base, "num_format": "d mmm yyyy", "align": "left"})
        self.money = self.book.add_format({**base, "num_format": "£#,##0.00"})
        created = dt.datetime.combine(paper.foot.made_on, dt.time())
        told = {"title": paper.title, "subject": paper.subtitle, "keywords": OURS, "comments": paper.foot.words}
        self.book.set_properties({**told, "created": created})

    def sheet(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> None:
        """A sheet with a row of headings that stays and is printed on every page."""
        sheet = self.book.add_worksheet(name)
        for at, (head, width) in enumerate(zip(heads, widths, strict=True)):
            sheet.write_string(0, at, head, self.head)
            sheet.set_column(at, at, width, self.words)
        last = 0
        for last, row in enumerate(rows, 1):
            sheet.set_row(last, _tall(row, widths))
            self._row(sheet, last, row)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(last, 1), len(heads) - 1)
        sheet.repeat_rows(0)
        self._printed(sheet, whole=sum(widths) <= WIDEST_PAGE)

    def _row(self, sheet: Any, at: int, row: Sequence[Cell]) -> None:
        for column, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    sheet.write_string(at, column, value[:LONGEST], self.words)
            elif isinstance(value, dt.date):
                sheet.write_datetime(at, column, dt.datetime.combine(value, dt.time()), self.day)
            elif isinstance(value, Decimal):
                sheet.write_number(at, column, float(value), self.money)
            elif value is not None:
                sheet.write_number(at, column, value, self.number)

    def about(self) -> None:
        """A last sheet that says what this is and under which policy."""
        sheet = self.book.add_worksheet("About")
        sheet.set_column(0, 0, 24, self.words)
        sheet.set_column(1, 1, 100, self.words)
        sheet.set_row(0, 24)
        sheet.merge_range(0, 0, 0, 1, "", self.title)
        sheet.write_string(0, 0, self.paper.title, self.title)
        for at, (label, words) in enumerate(_about(self.paper), 1):
            sheet.write_string(at, 0, label, self.words)
            sheet.write_string(at, 1, words[:LONGEST], self.words)
        self._printed(sheet)

    def _printed(self, sheet: Any, *, whole: bool = True) -> None:
        sheet.set_landscape()
        sheet.hide_gridlines(0)
        sheet.set_paper(A4)
        if whole:
            sheet.fit_to_pages(1, 0)
        else:
            sheet.repeat_columns(0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.8)
        foot = self.paper.foot.words.replace("&", "&&")
        sheet.set_footer(f"&L&8{foot[:200]}&R&8&P / &N")


def _tall(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """The height that a row needs so that every line of it is seen, in points."""
    most = 1
    for cell, wide in zip(row, widths, strict=True):
        if isinstance(cell, str) and (len(cell) > wide or "\n" in cell):
            most = max(most, sum(1 + len(line) * 10 // (wide * 9) for line in cell.split("\n")))
    return min(TALLEST, most * LINE + 2)


def xlsx_of(paper: Paper) -> bytes:
    """The paper as XLSX: the plan in the guide's layout, all columns, criteria, evidence, what the words mean."""
    out = io.BytesIO()
    made = _Book(paper, out)
    several = paper.combined
    where = ("Place", "Plan") if several else ()
    beside = (STARTS, ENDS, STATE)
    made.sheet(
        PLAN_SHEET,
        (*where, *headings(), *beside),
        ((*_where(one, several), *one.guide, one.starts_on, one.ends_on, one.state) for one in paper.actions),
        (*(24 for _ in where), *GUIDE_WIDTHS, *DAY_WIDTHS),
    )
    _actions(made, several)
    _criteria(made, several)
    _evidence(made)
    made.sheet("Definitions", ("Word", "What it means", "Where it stands"), _definitions(paper), DEFINITION_WIDTHS)
    made.about()
    made.book.close()
    return out.getvalue()


def _where(action: Action, several: bool) -> tuple[str, ...]:
    return (action.place, action.plan) if several else ()


def _actions(made: _Book, several: bool) -> None:
    """All columns of every action."""
    where = ("Place", "Plan") if several else ()
    actions = made.paper.actions
    more = tuple(label for label, _ in actions[0].more) if actions else ()
    heads = ("Number", *where, *headings(), STARTS, ENDS, STATE, *more)
    rows = (
        (
            one.number,
            *_where(one, several),
            *one.guide,
            one.starts_on,
            one.ends_on,
            one.state,
            *(c for _, c in one.more),
        )
        for one in actions
    )
    widths = (9, *(24 for _ in where), *GUIDE_WIDTHS, *DAY_WIDTHS, *(24 for _ in more))
    made.sheet("Actions", heads, rows, widths)


def _criteria(made: _Book, several: bool) -> None:
    where = ("Place",) if several else ()
    heads = (*where, "Action", "What is done", "Criterion", "Kind", "Measure", "From and to", "By", "State")
    rows = (
        (
            *((one.place,) if several else ()),
            *(one.number, one.title, each.words, each.kind, each.measure, each.numbers, each.by, each.state),
        )
        for one in made.paper.actions
        for each in one.criteria
    )
    made.sheet("Criteria", heads, rows, (*(24 for _ in where), 9, 40, 50, 14, 28, 24, 13, 18))


def _evidence(made: _Book) -> None:
    heads = ("Beside", "Kind", "What", "It says", "Of", "When", "What it means", "Address")
    rows = (
        (one.beside, one.kind, one.label, one.words, one.of, one.period, one.definition, one.link)
        for plan in made.paper.plans
        for one in plan.all_evidence()
    )
    made.sheet("Evidence", heads, rows, (14, 18, 34, 44, 24, 24, 60, 34))


def _definitions(paper: Paper) -> Iterator[tuple[str, str, str]]:
    """The columns with what belongs in them, then each value that is cited with its definition, once."""
    for column in columns():
        yield column.label, column.hint, str(column.source)
    told = {(one.label, one.definition) for plan in paper.plans for one in plan.all_evidence() if one.definition}
    for label, definition in sorted(told):
        yield label, definition, "Evidence"


def _about(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "What", paper.subtitle
    yield "In short", paper.answer
    if not paper.combined:
        plan = paper.plans[0]
        yield "State", plan.state
        yield from (("About", plan.about),) if plan.about else ()
        yield from plan.facts
    yield "Policy", paper.foot.policy
    yield "For", paper.foot.audience
    yield "Version", paper.foot.version
    yield "As it stood on", f"{paper.foot.made_on:%d %B %Y}".lstrip("0")
