"""What does a plan look like as a Word document that goes before a board?

Landscape A4, the guide's table with its six columns, and after it what else was written of each action. Tables are
written as text and read once: a plan of five thousand actions is a matter of seconds.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from keepwell.errors import counted
from keepwell.web.papers.contents import OURS, Action, Evidence, Foot, Paper, Plan, gathered, headings, in_words

BLUE, DARK, PALE, RULE = "005EB8", "003087", "E8EDEE", "AEB7BD"
FONT: Final = "Arial"
ABOUT_STYLE: Final = "Plan about"
"""The style of the words about a plan, by which they are known when the file is brought back."""
WIDTH: Final = 267
"""Of the text of a page, in millimetres."""
GUIDE_WIDTHS: Final = (47, 55, 37, 34, 52, 42)
FACT_WIDTHS: Final = (60, 207)
EVIDENCE_WIDTHS: Final = (24, 46, 44, 46, 107)
KEPT_WHOLE: Final = 14
"""A table of so many rows stays on one page."""
_NS: Final = nsdecls("w")


def docx_of(paper: Paper) -> bytes:
    """The paper as DOCX."""
    document = Document()
    _styles(document)
    _page(document, paper)
    document.add_heading(paper.title, 0)
    document.add_paragraph(paper.subtitle, style="Subtitle")
    document.add_paragraph(paper.answer, style="Answer")
    document.add_paragraph(paper.foot.words, style="Foot")
    if paper.combined:
        _several(document, paper.plans)
    else:
        _one(document, paper.plans[0], paper.parts)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _one(document: Any, plan: Plan, parts: Sequence[tuple[str, Sequence[str]]]) -> None:
    _about(document, plan)
    document.add_heading("The plan", 1)
    _table(document, f"The plan {plan.title}", headings(), [one.guide for one in plan.actions], GUIDE_WIDTHS)
    told = [action for action in plan.actions if any(action.said())]
    if told:
        document.add_heading("More about each action", 1)
        for action in told:
            document.add_heading(f"{action.number}. {action.title}", 2)
            facts = [(label, in_words(cell)) for label, cell in (("State", action.state), *action.said())]
            _table(document, f"More about action {action.number}", (), facts, FACT_WIDTHS)
    for title, lines in parts:
        document.add_heading(title, 1)
        for line in lines:
            document.add_paragraph(line)
    _evidence(document, gathered(plan.all_evidence()))


def _about(document: Any, plan: Plan) -> None:
    for line in plan.about.splitlines():
        document.add_paragraph(line, style=ABOUT_STYLE)
    facts = [("State", plan.state), *([("Period", plan.period)] if plan.period else []), *plan.facts]
    _table(document, "About the plan", (), facts, FACT_WIDTHS)


def _evidence(document: Any, evidence: Sequence[Evidence]) -> None:
    if not evidence:
        return
    document.add_heading("Evidence and definitions", 1)
    rows = [
        (one.beside, f"{one.kind}: {one.label}", one.words, " ".join(x for x in (one.of, one.period) if x), _meant(one))
        for one in evidence
    ]
    _table(document, "Evidence", ("Beside", "What", "It says", "Of and when", "What it means"), rows, EVIDENCE_WIDTHS)


def _meant(one: Evidence) -> str:
    return "\n".join(part for part in (one.definition, one.link) if part)


def _several(document: Any, plans: Sequence[Plan]) -> None:
    document.add_heading("Whose plans these are", 1)
    rows = [(plan.place, plan.title, plan.state, _counts(plan.actions)) for plan in plans]
    _table(document, "The plans in this paper", ("Place", "Plan", "State", "Actions"), rows, (70, 87, 55, 55))
    document.add_heading("The plans", 1)
    for plan in plans:
        document.add_heading(f"{plan.place}: {plan.title}", 2)
        _table(document, f"The plan of {plan.place}", headings(), [one.guide for one in plan.actions], GUIDE_WIDTHS)


def _counts(actions: Sequence[Action]) -> str:
    states = [action.state for action in actions]
    told = [f"{states.count(state)} {state.casefold()}" for state in dict.fromkeys(states)]
    return f"{counted(len(actions), 'action')}" + (f": {', '.join(told)}" if told else "")


def _table(
    document: Any, title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int]
) -> None:
    """A table with a title for those who do not see it. With heads they are repeated on each page, else each row has
    its own at its left."""
    grid = "".join(f'<w:gridCol w:w="{_twips(width)}"/>' for width in widths)
    told = list(rows)
    whole = not heads and len(told) <= KEPT_WHOLE
    body = "".join(_row(cells, widths, lead=not heads, keep=whole and cells != told[-1]) for cells in told)
    if not body:
        document.add_paragraph("There is none yet.")
        return
    head = _row(heads, widths, head=True) if heads else ""
    xml = (
        f'<w:tbl {_NS}><w:tblPr><w:tblStyle w:val="KeepwellTable"/><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/>'
        f'<w:tblInd w:w="85" w:type="dxa"/><w:tblLayout w:type="fixed"/><w:tblLook w:firstRow="{int(bool(heads))}" w:firstColumn="{int(not heads)}" '
        f'w:lastRow="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/><w:tblCaption w:val={quoteattr(title)}/>'
        f"<w:tblDescription w:val={quoteattr(_described(heads, widths))}/></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )
    last = document.element.body.sectPr
    last.addprevious(parse_xml(xml))
    document.add_paragraph(style="After table")


def _described(heads: Sequence[str], widths: Sequence[int]) -> str:
    return (
        f"A table with the columns {', '.join(heads)}." if heads else "What it is at the left, what it says beside it."
    )


def _row(
    cells: Sequence[str], widths: Sequence[int], *, head: bool = False, lead: bool = False, keep: bool = False
) -> str:
    props = "<w:trPr><w:cantSplit/>" + ("<w:tblHeader/>" if head else "") + "</w:trPr>"
    told = (
        _cell(text, width, "TableHead" if head else "TableLead" if lead and not at else "TableText", keep)
        for at, (text, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr>{props}{''.join(told)}</w:tr>"


def _cell(text: str, width: int, style: str, keep: bool) -> str:
    kept = "<w:keepNext/>" if keep else ""
    lines = text.split("\n") if text else [""]
    paragraphs = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}</w:pPr>'
        + (f'<w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r>' if line else "")
        + "</w:p>"
        for line in lines
    )
    shade = {"TableHead": DARK, "TableLead": PALE}.get(style)
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr><w:tcW w:w="{_twips(width)}" w:type="dxa"/>{fill}</w:tcPr>{paragraphs}</w:tc>'


def _twips(millimetres: int) -> int:
    return round(millimetres * 56.6929)


def _page(document: Any, paper: Paper) -> None:
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin, section.bottom_margin = Mm(15), Mm(17)
    section.footer_distance = Mm(8)
    told = document.core_properties
    told.title, told.subject, told.keywords, told.language = paper.title, paper.subtitle, OURS, "en-GB"
    told.author, told.comments, told.last_modified_by = "", paper.foot.words, ""
    told.created = told.modified = dt.datetime.combine(paper.foot.made_on, dt.time())
    _footer(section.footer.paragraphs[0], paper.foot)


def _footer(paragraph: Any, foot: Foot) -> None:
    paragraph.style = "Footer"
    paragraph.add_run(f"{foot.words} Page ")
    for field in ("PAGE", "NUMPAGES"):
        paragraph._p.append(parse_xml(f'<w:fldSimple {_NS} w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'))
        if field == "PAGE":
            paragraph.add_run(" of ")


def _styles(document: Any) -> None:
    styles = document.styles
    _font(styles["Normal"], 11)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    language = parse_xml(f'<w:lang {_NS} w:val="en-GB" w:eastAsia="en-GB"/>')
    styles["Normal"].element.get_or_add_rPr().append(language)
    for name, size, before, after in (("Title", 26, 0, 4), ("Heading 1", 18, 16, 6), ("Heading 2", 14, 12, 4)):
        _font(styles[name], size, bold=True, colour=DARK)
        form = styles[name].paragraph_format
        form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), True
    border = styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        styles["Title"].element.pPr.remove(border)
    _font(styles["Subtitle"], 14, colour="425563")
    styles["Subtitle"].font.italic = False
    for spaced in styles["Subtitle"].element.rPr.findall(qn("w:spacing")):
        styles["Subtitle"].element.rPr.remove(spaced)
    for name, size, after in (("Answer", 14, 8), (ABOUT_STYLE, 12, 6), ("Foot", 10, 8), ("After table", 6, 0)):
        _font(_added(styles, name), size)
        styles[name].paragraph_format.space_after = Pt(after)
    _font(styles["Answer"], 14, bold=True)
    _font(styles["Footer"], 9, colour="425563")
    for name, colour, bold in (("Table Head", "FFFFFF", True), ("Table Lead", None, True), ("Table Text", None, False)):
        style = _added(styles, name)
        _font(style, 10, bold=bold, colour=colour)
        style.paragraph_format.space_after = Pt(2)
    styles.element.append(parse_xml(_TABLE_STYLE))


def _added(styles: Any, name: str) -> Any:
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = styles["Normal"]
    return style


def _font(style: Any, size: int, *, bold: bool = False, colour: str | None = None) -> None:
    font = style.font
    font.name, font.size, font.bold = FONT, Pt(size), bold
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{name}"), FONT)
    if colour is not None:
        font.color.rgb = RGBColor.from_string(colour)


_TABLE_STYLE: Final = (
    f'<w:style {_NS} w:type="table" w:customStyle="1" w:styleId="KeepwellTable"><w:name w:val="Keepwell Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    + "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    + '</w:tblBorders><w:tblCellMar><w:top w:w="57" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="57" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)
