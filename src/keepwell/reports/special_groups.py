"""How many leave of each group of a special category, as far as that may be told?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.reports.equality import HIDDEN_WORDS, STAFF, who_is_more_likely
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Report, Section, grid

QUESTIONS: Final = {
    "ethnicity_group": "How many leave, by ethnicity?",
    "disability_group": "How many leave, by disability?",
}
HEADINGS: Final = {
    "headcount_at_start": "In post at start",
    "leavers": "Left",
    "leaver_rate": "Leaver rate",
    "stability_index": "Still here",
}


def special_page(session: Session, base: Enquiry, field: str, whose: str) -> Report:
    """The groups of one special category side by side, and how likely they are to leave against each other.

    `base.where` may keep staff groups, and nothing else: any other combination is refused by the enquiry, which says
    what can be had. Raises EnquiryRefused.
    """
    kept = tuple((name, values) for name, values in base.where if name != field)
    asked = replace(base, measure="leaver_rate", where=kept, by=(field,))
    released = answer(session.workspace, asked, session)
    rows = released.rows()
    section = Section(
        "groups",
        QUESTIONS[field],
        _in_words(field, rows),
        grids=(grid(released, {field: "Group", **HEADINGS}, released.definition.window),),
        notes=released.notes,
        definitions=(released.definition,),
    )
    likely, tables = (None, {}) if kept else who_is_more_likely(Asking(session, replace(base, where=())), "")
    sections = (section, *([likely] if likely else []))
    sheets: dict[str, Released] = {"Groups": released, **tables}
    return Report(
        f"How are we doing: {whose}",
        released.definition.window,
        released.policy.mark,
        released.audience,
        sections,
        sheets,
    )


def _in_words(field: str, rows: list[dict[str, Any]]) -> str:
    told = [row for row in rows if row["leaver_rate"] is not None]
    if not told:
        return HIDDEN_WORDS[field]
    year = told[0]["period_end"]
    return f"In the year to {year:%B %Y}, {'; '.join(_of(field, row) for row in told)}."


def _of(field: str, row: Mapping[str, Any]) -> str:
    group = row[field]
    called = STAFF.get(group, f"staff with {field.removesuffix('_group')} not known")
    return f"{row['leavers']:,} of {row['headcount_at_start']:,} {called} left"
