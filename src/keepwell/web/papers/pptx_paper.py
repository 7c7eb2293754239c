"""What does a plan look like as the slides of a board paper, readable from the last row?

Tables are native, each with words for those who do not see it. What does not fit goes on to another slide, and what of a
cell is left out stands in the notes.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from keepwell.web.papers.board import Section, sections_of
from keepwell.web.papers.contents import OURS, Paper
from keepwell.web.papers.fitting import height, shortened

WIDE, HIGH = 13.333, 7.5
EDGE: Final = 0.6
BAR: Final = 1.25
TOP, BOTTOM = 1.55, 6.8
TITLE, BIG, TABLE, FOOT = 28, 24, 18, 11
"""Sizes of letters, in points: nothing but the foot is smaller than 18."""
PAD: Final = 0.08
MOST_LINES: Final = 5
INCH: Final = 72
BLUE, DARK, WHITE, BLACK = (
    RGBColor.from_string(code)  # type: ignore[no-untyped-call]
    for code in ("005EB8", "003087", "FFFFFF", "212B32")
)
TITLE_AND_TEXT, TITLE_ONLY = 1, 5
MONEY: Final = re.compile(r"£[\d,.]+$")


@dataclass(frozen=True, slots=True)
class Slide:
    """A section, or as much of it as fits on one slide."""

    section: Section
    full: tuple[str, ...] = ()
    """What was cut, in full, for the notes."""


def pptx_of(paper: Paper) -> bytes:
    """The board paper as PPTX."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    told = deck.core_properties
    told.title, told.subject, told.keywords, told.language = paper.title, paper.subtitle, OURS, "en-GB"
    told.author, told.comments, told.last_modified_by = "", paper.foot.words, ""
    told.created = told.modified = dt.datetime.combine(paper.foot.made_on, dt.time())
    slides = slides_of(paper)
    for number, slide in enumerate(slides, 1):
        _draw(deck, paper, slide, f"{number} of {len(slides)}", first=number == 1)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def slides_of(paper: Paper) -> list[Slide]:
    """Every section, on as many slides as it needs."""
    return [slide for number, section in enumerate(sections_of(paper)) for slide in _split(section, first=number == 0)]


def _split(section: Section, *, first: bool) -> Iterator[Slide]:
    parts = list(_tables(section)) if section.rows else list(_texts(section, first))
    for number, (part, full) in enumerate(parts, 1):
        title = section.title if len(parts) == 1 else f"{section.title} ({number} of {len(parts)})"
        yield Slide(replace(part, title=title, notes=section.notes if number == 1 else ()), full)


def _tables(section: Section) -> Iterator[tuple[Section, tuple[str, ...]]]:
    rooms = [share * (WIDE - 2 * EDGE) * INCH - 2 * PAD * INCH for share in section.shares]
    head = max(height(text, TABLE, room, bold=True) for text, room in zip(section.heads, rooms, strict=True))
    free = (BOTTOM - TOP) * INCH - head - 2 * PAD * INCH
    rows: list[tuple[str, ...]] = []
    full: list[str] = []
    used = 0.0
    for row in section.rows:
        told = tuple(shortened(cell, TABLE, room, MOST_LINES) for cell, room in zip(row, rooms, strict=True))
        tall = _tall(told, rooms)
        if rows and used + tall > free:
            yield replace(section, rows=tuple(rows)), tuple(full)
            rows, full, used = [], [], 0.0
        rows.append(told)
        full += [cell for cell, short in zip(row, told, strict=True) if cell != short]
        used += tall
    yield replace(section, rows=tuple(rows)), tuple(full)


def _tall(row: Sequence[str], rooms: Sequence[float]) -> float:
    return max(height(cell, TABLE, room) for cell, room in zip(row, rooms, strict=True)) + 2 * PAD * INCH


def _texts(section: Section, first: bool) -> Iterator[tuple[Section, tuple[str, ...]]]:
    room = (WIDE - 2 * EDGE) * INCH - 36
    free = (BOTTOM - TOP - (0.9 if first else 0)) * INCH
    lines: list[str] = []
    full: list[str] = []
    used = 0.0
    for line in section.lines or ("Nothing.",):
        told = shortened(" ".join(line.split()), BIG, room, MOST_LINES)
        tall = height(told, BIG, room) + 12
        if lines and used + tall > free:
            yield replace(section, lines=tuple(lines)), tuple(full)
            lines, full, used = [], [], 0.0
        lines.append(told)
        full += [line] if told.endswith("…") and not line.endswith("…") else []
        used += tall
    yield replace(section, lines=tuple(lines)), tuple(full)


def _draw(deck: Any, paper: Paper, slide: Slide, number: str, *, first: bool) -> None:
    section = slide.section
    drawn = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY if section.rows else TITLE_AND_TEXT])
    _title(drawn.shapes.title, section.title)
    if section.rows:
        _table(drawn, section)
    else:
        top = TOP
        if first:
            _box(drawn, "Plan", f"{paper.title}. {paper.subtitle}", top - 0.1, 0.9, 20, DARK, bold=True)
            top += 0.9
        _lines(drawn.placeholders[1], section.lines, top)
    _box(drawn, "Foot", f"{number}.  {paper.foot.words}", BOTTOM + 0.12, 0.5, FOOT, BLACK)
    notes = "\n".join((paper.answer, *slide.full, *section.notes))
    drawn.notes_slide.notes_text_frame.text = notes


def _title(shape: Any, words: str) -> None:
    shape.left, shape.top, shape.width, shape.height = Emu(0), Emu(0), Inches(WIDE), Inches(BAR)
    shape.fill.solid()
    shape.fill.fore_color.rgb = BLUE
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = Inches(EDGE)
    _write(frame, shortened(words, TITLE * 1.1, (WIDE - 2 * EDGE) * INCH, 2), TITLE, WHITE, bold=True)
    frame.paragraphs[0].alignment = PP_ALIGN.LEFT


def _lines(shape: Any, lines: Sequence[str], top: float) -> None:
    shape.left, shape.top = Inches(EDGE), Inches(top)
    shape.width, shape.height = Inches(WIDE - 2 * EDGE), Inches(BOTTOM - top)
    frame = shape.text_frame
    frame.word_wrap = True
    for number, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(12)
        _run(paragraph, line, BIG, BLACK)


def _box(
    slide: Any, name: str, words: str, top: float, tall: float, size: int, colour: RGBColor, *, bold: bool = False
) -> None:
    shape = slide.shapes.add_textbox(Inches(EDGE), Inches(top), Inches(WIDE - 2 * EDGE), Inches(tall))
    shape.name = name
    frame = shape.text_frame
    frame.word_wrap = True
    frame.margin_left = frame.margin_right = Emu(0)
    most = max(1, int(tall * INCH / (size * 1.2)))
    _write(frame, shortened(words, size * 1.1, (WIDE - 2 * EDGE) * INCH, most), size, colour, bold=bold)


def _table(slide: Any, section: Section) -> None:
    whole = WIDE - 2 * EDGE
    rooms = [share * whole * INCH - 2 * PAD * INCH for share in section.shares]
    talls = [_tall(section.heads, rooms), *(_tall(row, rooms) for row in section.rows)]
    frame = slide.shapes.add_table(
        len(section.rows) + 1, len(section.heads), Inches(EDGE), Inches(TOP), Inches(whole), Pt(sum(talls))
    )
    frame.name = "Table"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"{section.title}. A table with {', '.join(section.heads)}.")
    table = frame.table
    table.first_row, table.horz_banding = True, False
    for column, share in zip(table.columns, section.shares, strict=True):
        column.width = Inches(share * whole)
    for at, (row, tall) in enumerate(zip((section.heads, *section.rows), talls, strict=True)):
        table.rows[at].height = Pt(tall)
        for cell, words in zip(table.rows[at].cells, row, strict=True):
            _cell(cell, words, head=at == 0)
            if MONEY.match(words):
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT


def _cell(cell: Any, words: str, *, head: bool) -> None:
    cell.margin_left = cell.margin_right = cell.margin_top = cell.margin_bottom = Inches(PAD)
    cell.fill.solid()
    cell.fill.fore_color.rgb = DARK if head else WHITE
    _write(cell.text_frame, words, TABLE, WHITE if head else BLACK, bold=head)
    _ruled(cell)


def _ruled(cell: Any) -> None:
    """Thin lines above and below, so that rows are told apart without colour."""
    props = cell._tc.get_or_add_tcPr()
    for at, side in enumerate(("a:lnT", "a:lnB")):
        line = props.makeelement(qn(side), {"w": "9525"})
        fill = line.makeelement(qn("a:solidFill"), {})
        fill.append(fill.makeelement(qn("a:srgbClr"), {"val": "768692"}))
        line.append(fill)
        props.insert(at, line)


def _write(frame: Any, words: str, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    for number, line in enumerate(words.split("\n")):
        _run(frame.paragraphs[0] if number == 0 else frame.add_paragraph(), line, size, colour, bold=bold)


def _run(paragraph: Any, words: str, size: int, colour: RGBColor, *, bold: bool = False) -> None:
    run = paragraph.add_run()
    run.text = words
    font = run.font
    font.name, font.size, font.bold, font.language_id = "Arial", Pt(size), bold, MSO_LANGUAGE_ID.ENGLISH_UK
    font.color.rgb = colour
