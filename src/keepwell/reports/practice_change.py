"""Are there more or fewer in general practice than a year ago, and who came and went?"""

from __future__ import annotations

from typing import Any

from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.reports.practice_page import QUALIFIED, Made, Page
from keepwell.reports.sections import Section, grid

CANNOT = "That cannot be told here."


def changed(page: Page) -> Made | None:
    """Net change over a year, or in words why it cannot be told."""
    asking, basis = (page.people, "headcount") if page.people else (page.practices, "fte")
    assert asking is not None
    asked: dict[str, Any] = {"basis": basis, "months": page.months}
    try:
        whole = asking.about("net_change", where=page.where(asking, *page.of_gps), **asked)
        released = asking.about("net_change", by=("staff_group",), **asked)
    except EnquiryRefused as refused:
        return _not_told(page, refused)
    unit = "people" if basis == "headcount" else "FTE"
    columns = {
        "staff_group": "Staff group",
        f"{basis}_at_start": f"{unit[0].upper()}{unit[1:]} {page.before}",
        f"{basis}_at_end": "Now",
        "net_change": "Net change",
        "net_change_share": "Change",
    }
    section = Section(
        "change",
        _question(page),
        _in_words(page, whole.rows()[0], unit),
        grids=(grid(released, columns, "Net change"),),
        notes=released.notes,
        definitions=(released.definition,),
    )
    return section, {"Net change": released}


def _question(page: Page) -> str:
    return f"Are there more or fewer than {page.before}?"


def _in_words(page: Page, row: dict[str, Any], unit: str) -> str:
    change, share = row["net_change"], row["net_change_share"]
    if not round(change):
        than, by = "as many as", ""
    else:
        than = f"{abs(change):,.0f} {unit} {'more' if change > 0 else 'fewer'} than"
        by = "" if share is None else f" ({share:+.1%})"
    return f"{page.them[0].upper()}{page.them[1:]}: {than} {page.before}{by}."


def _not_told(page: Page, refused: KeepwellError) -> Made:
    notes = (f"Found: {refused.found}.", f"To see it: {refused.attempt}.")
    return Section("change", _question(page), f"{CANNOT} {refused.wrong}", notes=notes), {}


def came_and_went(page: Page) -> Made | None:
    """Who came and who went, where the same people can be followed; in words why not, where they cannot."""
    if page.people is None:
        return None
    question = "Who came and who went?"
    asked: dict[str, Any] = {"leaving": "system", "months": page.months}
    them = f"fully qualified {page.them}" if page.of_gps else page.them
    try:
        qualified = page.where(page.people, *(QUALIFIED if page.of_gps else ()))
        released = page.people.about("leaver_rate", where=qualified, **asked)
        by_kind = page.people.about("leaver_rate", by=("role_group",), **asked)
    except EnquiryRefused as refused:
        return Section("flows", question, f"{CANNOT} {refused.wrong}", notes=(f"Found: {refused.found}.",)), {}
    row = released.rows()[0]
    sentence = (
        f"{row['leavers']:,} of {row['headcount_at_start']:,} {them} of {page.before} are no longer in the files, and "
        f"{row['joiners']:,} are new."
    )
    columns = {"role_group": "Kind of staff", "headcount_at_start": "Before", "headcount_at_end": "Now"}
    columns |= {"joiners": "New", "leavers": "Gone", "leaver_rate": "Leaver rate"}
    kinds = "A change of kind, as from salaried to partner, is neither coming nor going."
    section = Section(
        "flows",
        question,
        sentence,
        grids=(grid(by_kind, columns, question.removesuffix("?")),),
        notes=(kinds, *by_kind.notes),
        definitions=(by_kind.definition,),
    )
    return section, {"Came and went": by_kind}
