"""How much sickness is there, and how many posts stand empty?"""

from __future__ import annotations

from typing import Any

from keepwell.disclosure import Released
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.reports.leaving import THEIR_STAFF, Asking
from keepwell.reports.sections import Figure, Section, grid

ABSENCE, POSTS = "absence_extract", "establishment"
HEADINGS = {
    "sickness_absence_rate": "Sickness absence rate",
    "fte_days_lost": "FTE days lost",
    "fte_days_available": "FTE days available",
    "vacancy_rate": "Vacancy rate",
    "posts_fte": "Posts, FTE",
    "staff_in_post_fte": "Staff in post, FTE",
}


def sickness_and_posts(asking: Asking, period: str) -> tuple[Section | None, dict[str, Released]]:
    """Sickness over the period and posts at its end, where the trust's own extracts of both or one are loaded.

    None on a page about other people, and where neither is loaded for these months.
    """
    if asking.base.source != THEIR_STAFF:
        return None, {}
    sick, sick_by_group = _asked(asking, "sickness_absence_rate", ABSENCE, {})
    empty, empty_by_group = _asked(asking, "vacancy_rate", POSTS, {"months": 1})
    released = [r for r in (sick, empty) if r is not None]
    if not released:
        return None, {}
    words, figures = [], []
    if sick is not None:
        rate = sick.rows()[0]["sickness_absence_rate"]
        words.append(f"{rate:.1%} of available time was lost to sickness in {period}.")
        figures.append(Figure("Sickness absence", f"{rate:.1%}", "FTE days lost of FTE days available"))
    if empty is not None:
        row = empty.rows()[0]
        at_end = Month.of(row["period_end"]).in_words
        words.append(_posts_in_words(row["vacancy_rate"], at_end))
        figures.append(Figure("Vacancy rate", f"{row['vacancy_rate']:.1%}", f"posts without staff, end of {at_end}"))
    tables = [
        grid(found, _columns(found), caption, folded=True)
        for found, caption in ((sick_by_group, "Sickness by staff group"), (empty_by_group, "Posts by staff group"))
        if found is not None
    ]
    section = Section(
        "sickness",
        "How much sickness is there, and how many posts stand empty?",
        " ".join(words),
        tuple(figures),
        grids=tuple(tables),
        notes=tuple(dict.fromkeys(note for r in released for note in r.notes)),
        definitions=tuple(r.definition for r in released),
    )
    sheets = {"Sickness": sick_by_group, "Posts": empty_by_group}
    return section, {name: found for name, found in sheets.items() if found is not None}


def _asked(
    asking: Asking, measure: str, source: str, changes: dict[str, Any]
) -> tuple[Released | None, Released | None]:
    """All together and by staff group; nothing where it is not loaded, or has no value."""
    try:
        whole = asking.about(measure, source=source, **changes)
        if not whole.rows() or whole.rows()[0][measure] is None:
            return None, None
        return whole, asking.about(measure, source=source, by=("staff_group",), **changes)
    except EnquiryRefused:
        return None, None  # not loaded, or not for these months


def _posts_in_words(rate: float, at_end: str) -> str:
    if rate < 0:
        return f"At the end of {at_end} there were {-rate:.1%} more staff than posts."
    return f"{rate:.1%} of posts stood empty at the end of {at_end}."


def _columns(found: Released) -> dict[str, str]:
    names = found.table.column_names
    return {"staff_group": "Staff group"} | {name: words for name, words in HEADINGS.items() if name in names}
