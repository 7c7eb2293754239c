"""A made-up plan, as the papers are given it, and documents as people write them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Decimal

from docx import Document

from keepwell.web.papers.contents import Action, Criterion, Evidence, Foot, Paper, Plan

GUIDE = ("Topic and objective", "Action", "Owner", "Timescales", "Steps to take", "Success criteria")
ROW = (
    "Flexible working: more staff can get it",
    "Write a board paper",
    "HR team with analysts",
    "2 months",
    "Look through the data\nWrite the paper",
    "The board agrees",
)
WITHHELD = "Not released to you."
TODAY = dt.date(2026, 11, 23)


def an_action(number: int = 1, *, place: str = "Northmoor Trust", **changed: object) -> Action:
    told: dict[str, object] = {
        "number": number,
        "place": place,
        "plan": "Stay well",
        "title": f"Write board paper {number}",
        "topic": "Flexible working",
        "guide": (
            "Flexible working: more staff can get it",
            f"Write board paper {number}",
            "Robin Lead (asked)\nHR team",
            "2 months\n1 January 2027 to 28 February 2027",
            "Look through the data\nWrite the paper",
            "• The board agrees (by 28 February 2027)\n• 10% fewer leavers",
        ),
        "owner": "Robin Lead (asked)",
        "starts_on": dt.date(2027, 1, 1),
        "ends_on": dt.date(2027, 2, 28),
        "when": "1 January 2027 to 28 February 2027",
        "state": "Under way",
        "criteria": (Criterion("The board agrees", "A milestone", "", "", dt.date(2027, 2, 28), "Not yet looked at"),),
        "more": (
            ("Cost once", Decimal("12000")),
            ("Cost a year", Decimal("3000.50")),
            ("Funding", "=cmd|' /C calc'!A0"),
            ("Promised", Decimal("5000")),
            ("Spent", None),
            ("Risks", "Wards with few staff cannot release anybody."),
            ("Talked over with staff side", "On 3 November: in favour."),
            ("Wanted from above", "A decision on e-rostering"),
        ),
        "evidence": (
            Evidence(
                f"Action {number}",
                "Number",
                "Leaver rate",
                "12.1%",
                "Northmoor Trust",
                "To October",
                "Leavers.",
                "",
                False,
            ),
            Evidence(f"Action {number}", "Number", "Sickness", WITHHELD, "", "", "", "", True),
        ),
    }
    return Action(**{**told, **changed})  # type: ignore[arg-type]


def a_paper(actions: Sequence[Action] = (), *, places: int = 1) -> Paper:
    told = tuple(actions) or (an_action(1), an_action(2))
    plans = tuple(
        Plan(
            title="Stay well",
            place=f"Place {number}" if places > 1 else "Northmoor Trust",
            state="Agreed by Robin Lead on 2 November 2026",
            period="1 January 2027 to 31 December 2027",
            about="What three wards told us.\n+44 is not a formula",
            facts=(("Talked over with staff side", "Yes, twice."),),
            actions=told,
        )
        for number in range(places)
    )
    foot = Foot("No figures that need protecting.", "those who see plans", TODAY, "Agreed, version 4")
    return Paper(
        "Stay well", "Action plan of Northmoor Trust", "2 actions: 2 under way.", plans, foot, combined=places > 1
    )


def a_docx(
    rows: Sequence[Sequence[str]], *, before: Sequence[str] = (), merges: Sequence[tuple[int, ...]] = ()
) -> bytes:
    """A Word document with one table; `merges` are (first row, first column, last row, last column)."""
    document = Document()
    for words in before:
        document.add_paragraph(words)
    table = document.add_table(len(rows), max(len(row) for row in rows))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=False):
            cell.text = text
    for top, left, bottom, right in merges:
        table.cell(top, left).merge(table.cell(bottom, right))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def repacked(content: bytes, changed: dict[str, bytes]) -> bytes:
    """A packed file with some of its parts as they are said, and parts that it had not."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            new.writestr(one.filename, changed.get(one.filename, old.read(one.filename)))
        for name in changed.keys() - set(old.namelist()):
            new.writestr(name, changed[name])
    return out.getvalue()
