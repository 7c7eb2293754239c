"""Can these numbers be trusted?"""

from __future__ import annotations

from keepwell.disclosure import Released
from keepwell.errors import EnquiryRefused
from keepwell.reports.leaving import Asking, about_leavers
from keepwell.reports.sections import Section, grid

BOTH = "People with posts in two organisations count in both."
COLUMNS = {
    "organisation_name": "Organisation",
    "headcount_at_end": "People",
    "staff_group_not_known": "No staff group",
    "fte_not_known": "No hours",
    "fte_odd": "Odd hours",
    "started_not_known": "No start date",
    "birth_not_known": "No date of birth",
    "records_complete": "Complete",
}


def quality(asking: Asking, period: str) -> tuple[Section | None, dict[str, Released]]:
    """How complete the records are, and how many reasons are known."""
    records = asking.about("records_complete", by=("organisation",))
    tables = {"Records complete": records}
    rows = records.rows()
    people = sum(r["headcount_at_end"] for r in rows)
    complete = sum((r["records_complete"] or 0) * r["headcount_at_end"] for r in rows)
    answer = f"{complete / people:.0%} of records are complete." if people else "There is nobody in post to judge by."
    definitions = [records.definition]
    try:
        known = tables["Reasons known by organisation"] = about_leavers(asking, "reasons_known", by=("organisation",))
        leavers = sum(r["leavers"] for r in known.rows())
        told = sum((r["reasons_known"] or 0) * r["leavers"] for r in known.rows())
        provisional = sum(r["provisional_leavers"] for r in known.rows())
        answer += f" For {told / leavers:.0%} of leavers we know why." if leavers else ""
        answer += f" {provisional:,} leavers are in months that are still provisional." if provisional else ""
        definitions.append(known.definition)
    except EnquiryRefused:
        pass  # no leavers extracts of this time: nothing to say of reasons
    section = Section(
        "quality",
        "Can these numbers be trusted?",
        answer,
        grids=(grid(records, COLUMNS, "Gaps in the staff records"),),
        notes=(*records.notes, *([BOTH] if len(rows) > 1 else [])),
        definitions=tuple(definitions),
    )
    return section, tables
