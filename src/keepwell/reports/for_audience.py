"""What may this audience know: how many leave, from where, and how much of it stays hidden?

Every number on the page is read from what the audience may get, as it is shown: rounded, or hidden.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from keepwell.charts.course import course
from keepwell.disclosure import Released
from keepwell.disclosure.policies import hides
from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.protected import NOT_COVERED, source_of_families
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.records.audiences import Audience, audience
from keepwell.records.workspace import Workspace
from keepwell.reports.leaving import FLOW_HEADINGS, Asking
from keepwell.reports.overview import overview
from keepwell.reports.sections import Report, Section, grid

SHOWN_ROWS = 40
COLUMNS = ("leaver_rate", "leavers", "headcount_at_start", "headcount_at_end", "joiners")
FEWEST_PERIODS = 3


def page_for(
    workspace: Workspace, name: str, *, organisation: str | None, source: str | None, end: Month | None
) -> Report:
    """The page of a declared audience. Under a policy that hides nothing it is the report as it is.

    Raises WorkspaceRefused for an audience that was not declared, EnquiryRefused where `end` is not one of its
    periods, or one organisation is asked for under a policy that hides.
    """
    declared = audience(workspace.current(), name)
    if not hides(declared.policy):
        made = overview(workspace, organisation=organisation, source=source, end=end)
        return replace(made, audience=name)
    if organisation or source not in (None, declared.source):
        raise EnquiryRefused(
            "The page of an audience shows all that was declared for it.",
            found="--organisation or another --source",
            attempt="leave them out; or declare an audience --where organisation=CODE",
        )
    with Session(workspace) as session:
        return _audience_report(session, declared, end)


def preview(workspace: Workspace, policy: str, *, source: str | None, end: Month | None) -> Report:
    """The page as it would be for an audience that may get organisations by staff groups over a year. Given to nobody.

    Raises EnquiryRefused where no such family can be made from what is loaded.
    """
    chosen, newest = source_of_families(workspace, source)
    table = ("organisation", "staff_group")
    months = 1 if chosen == "nhs_turnover" else 12
    wanted = Audience("a preview", policy, "", chosen, (table,), months=months, first=str(end or newest))
    with Session(workspace) as session:
        return _audience_report(session, wanted, end, declared_already=False)


def _audience_report(
    session: Session, declared: Audience, end: Month | None, *, declared_already: bool = True
) -> Report:
    base = Enquiry("leaver_rate", source=declared.source, end=end)
    asking = Asking(
        session,
        replace(base, audience=declared.name) if declared_already else replace(base, policy=declared.policy),
    )
    first = asking.about("leaver_rate")
    sections = [_headline(first)]
    sheets = {"All": first}
    for section, released in _tables(asking, declared):
        sections.append(section)
        sheets[section.question[:30]] = released
    if course_of := _course(asking, declared):
        sections.insert(1, course_of[0])
        sheets["Course"] = course_of[1]
    sections.append(_hidden(first))
    return Report(
        f"Who is leaving? For {declared.name}",
        f"{first.definition.window} · small numbers hidden",
        first.policy.mark,
        first.audience,
        tuple(sections),
        sheets,
    )


def _headline(released: Released) -> Section:
    rows = released.rows()
    row = rows[0] if rows else {}
    if row.get("leaver_rate") is None:
        answer = "The numbers are too small to be shown."
    else:
        answer = (
            f"About {row['leaver_rate']:.1%} of staff left: about {row['leavers']:,} people, "
            f"of {row['headcount_at_start']:,} at the start."
        )
    return Section("headline", "How many leave?", answer, notes=released.notes, definitions=(released.definition,))


def _tables(asking: Asking, declared: Audience) -> Iterator[tuple[Section, Released]]:
    """One section a single field of the declared tables, then one a whole table."""
    single = [(name,) for name in dict.fromkeys(name for table in declared.tables for name in table)]
    whole = [table for table in declared.tables if len(table) > 1]
    for by in [*single, *whole]:
        released = asking.about("leaver_rate", by=by)
        words = " and ".join(name.replace("_", " ") for name in by)
        columns = {_shown_as(name, released): name.replace("_", " ").capitalize() for name in by}
        columns |= {name: FLOW_HEADINGS[name] for name in COLUMNS}
        table = grid(released, columns, f"Leavers by {words}", most=SHOWN_ROWS, folded=len(by) > 1)
        yield Section("-".join(by), f"How many leave, by {words}?", _highest(released, by), grids=(table,)), released


def _shown_as(name: str, released: Released) -> str:
    """The column that names a group: the names of codes, where there are any."""
    names = f"{name}_name"
    return names if names in released.table.column_names and any(row[names] for row in released.rows()) else name


def _highest(released: Released, by: tuple[str, ...]) -> str:
    """The group with the highest rate of those that are shown, in words."""
    rows = [row for row in released.rows() if row["leaver_rate"] is not None]
    hidden = sum(bool(row["hidden"]) for row in released.rows())
    if not rows:
        return "Every group has small numbers, or one that would tell a small one: nothing can be shown."
    top = max(rows, key=lambda row: row["leaver_rate"])
    groups = counted(len(released.rows()), "group")
    rest = f" {hidden} of {groups} have small numbers, or one that would tell a small one: *." if hidden else ""
    return f"Highest of those shown: {_called(top, by)}, about {top['leaver_rate']:.0%}.{rest}"


def _called(row: dict[str, Any], by: tuple[str, ...]) -> str:
    return ", ".join(str(row.get(f"{name}_name") or row[name] or "not known") for name in by)


def _course(asking: Asking, declared: Audience) -> tuple[Section, Released] | None:
    """All periods since the first one declared, where there are several."""
    last = asking.about("leaver_rate").rows()[0]["period_end"]
    periods = (Month.of(last) - Month.parse(declared.first)) // declared.months + 1
    if periods < FEWEST_PERIODS:
        return None
    released = asking.about("leaver_rate", course=periods, step=declared.months)
    shown = [row for row in released.rows() if row["leaver_rate"] is not None]
    if len(shown) < FEWEST_PERIODS:
        return None
    low, high = (f(row["leaver_rate"] for row in shown) for f in (min, max))
    words = f"Between about {low:.1%} and {high:.1%} in {counted(len(shown), 'period')}."
    drawn = course(released, "leaver_rate", "Leaver rate by period", f"{words} Made from rounded numbers.")
    return Section("course", "How did it go?", words, pictures=(drawn,)), released


def _hidden(released: Released) -> Section:
    return Section(
        "hidden",
        "How much is hidden, and what does that protect?",
        next(note for note in released.notes if "protected together" in note),
        notes=(f"{released.policy.title}.", NOT_COVERED),
    )
