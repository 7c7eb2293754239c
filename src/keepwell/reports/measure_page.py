"""What does a measure come to in our own records, and why does another report say something else?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries.explaining import DEFINITIONS, explain
from keepwell.errors import EnquiryRefused, listed
from keepwell.periods import Month
from keepwell.reports.changing import (
    FEWEST_POINTS,
    MOST_POINTS,
    Happened,
    is_it_changing,
    months_in_a_row,
    months_to,
)
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Figure, Section, grid
from keepwell.reports.tables import in_words

GROUPS: Final = ("staff_group", "organisation")
"""By what a measure's table is cut: by the first of these that its source knows."""
NOT_SHOWN: Final = frozenset({"period_start", "period_end", "hidden", "organisation"})
MOST_ROWS: Final = 60
OURS: Final = "national"
COUNTS: Final = {
    "national": "those in post at the start and gone at the end",
    "system": "those in post at the start who left every organisation loaded here",
    "event": "everyone with a leaving date, over the mean of start and end",
    "monthly": "everyone with a leaving date, over the mean of all month ends",
}
"""What each definition of the leaver rate counts, in a few words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page shows, and the table that can be taken away."""

    section: Section
    released: Released


def own_figures(session: Session, measure: str, source: str) -> Shown:
    """The newest figures of a measure by staff group where the source knows it, else for all together.

    Raises EnquiryRefused where the records loaded cannot answer.
    """
    asked = Enquiry(measure, source=source)
    whole = answer(session.workspace, asked, session)
    released = _by_group(session, asked) or whole
    names = _columns(released)
    headings = {
        name: name.replace("_", " ").capitalize().replace("Fte", "FTE").replace(" fte", " FTE") for name in names
    }
    meant = whole.definition
    table = grid(released, headings, f"{meant.label}: {meant.window}", most=MOST_ROWS)
    figures = _figures(whole)
    said = f"{meant.label}: {figures[0].value}." if figures else f"{meant.label}, line by line."
    section = Section("figures", "What is it here?", said, figures, (), (table,), whole.notes, (meant,))
    return Shown(section, released)


def _columns(released: Released) -> list[str]:
    """The columns that a reader needs: the groups, the measure, the people that it is made of."""
    meant = released.definition
    names = [name for name in released.table.column_names if name not in NOT_SHOWN]
    if meant.basis == "headcount":
        names = [name for name in names if not name.startswith("fte_at") and not name.endswith("_fte")]
    groups = [name for name in GROUPS if name in names]
    first = [*groups, *(["organisation_name"] if "organisation_name" in names else []), meant.measure]
    return [*(name for name in first if name in names), *(name for name in names if name not in first)]


def _by_group(session: Session, asked: Enquiry) -> Released | None:
    for group in GROUPS:
        try:
            return answer(
                session.workspace,
                Enquiry(asked.measure, by=(group,), source=asked.source),
                session,
            )
        except EnquiryRefused:
            continue
    return None


def _figures(whole: Released) -> tuple[Figure, ...]:
    """The number itself, where the answer is one line that has it."""
    rows, name = whole.rows(), whole.definition.measure
    column = {"headcount": "headcount_at_end", "fte": "fte_at_end"}.get(name, name)
    if len(rows) != 1 or rows[0].get(column) is None:
        return ()
    return (Figure(whole.definition.label, in_words(column, rows[0][column], ""), whole.definition.window),)


def month_by_month(session: Session, measure: str, source: str, happened: Sequence[Happened] = ()) -> Section | None:
    """The control chart of a measure's newest single months, with what happened meanwhile.

    None where fewer than twelve months in a row are loaded, or the measure has no number of each month.
    """
    asked = Enquiry(measure, source=source)
    try:
        rows = answer(session.workspace, replace(asked, months=1), session).rows()
    except EnquiryRefused:
        return None
    if not rows:
        return None
    last = Month.of(rows[-1]["period_end"])
    have = months_in_a_row([load for load in session.generation.loads if load.format == source], last)
    for points in (have, have - 1):  # what compares a start with an end takes a month more
        if points < FEWEST_POINTS:
            return None
        try:
            return is_it_changing(Asking(session, asked), months_to(last, min(points, MOST_POINTS)), measure, happened)[
                0
            ]
        except EnquiryRefused:
            continue
    return None


def why_another_figure(session: Session, source: str, other: str) -> Shown:
    """The steps from the leaver rate as another definition makes it to ours, each with the people that it is about.

    `other` is a name of `enquiries.explaining.DEFINITIONS`: "monthly" is how ESR BI and many trusts count. Raises
    EnquiryRefused for another name, or where a month of the year is not loaded.
    """
    released = explain(session.workspace, Enquiry("leaver_rate", source=source), other, OURS, session)
    columns = {
        "step": "Step",
        "words": "What it counts",
        "people": "People",
        "leaver_rate": "Leaver rate",
        "change": "Changes it by",
    }
    table = grid(released, columns, "From one figure to the other, step by step")
    section = Section(
        "why",
        "Why does our figure differ from ESR BI’s?" if other == "monthly" else "Why does that figure differ from ours?",
        in_a_sentence(released, other),
        grids=(table,),
        notes=(
            "The steps add up exactly. The first and the last line are the two figures.",
            *released.notes,
        ),
        definitions=(released.definition,),
    )
    return Shown(section, released)


def in_a_sentence(released: Released, other: str) -> str:
    """ "12.1% counts everyone with a leaving date; 10.9% counts those in post at the start. The difference: …"."""
    rows = released.rows()
    first, last, between = rows[0], rows[-1], rows[1:-1]
    said = f"{first['leaver_rate']:.1%} counts {COUNTS[other]}; {last['leaver_rate']:.1%} counts {COUNTS[OURS]}."
    parts = [f"{abs(row['people']):,} {row['words']}" for row in between if row["people"]]
    if any(row["step"] == "average" for row in between):
        parts.append("the average of staff is another")
    return f"{said} The difference: {'; '.join(parts)}." if parts else f"{said} Here they agree."


def known_definitions() -> dict[str, str]:
    """The definitions that ours can be set beside, and what each counts."""
    return {name: COUNTS[name] for name in ("monthly", "event", "system") if name in DEFINITIONS}


def refuse_unknown_definition(name: str) -> None:
    """Raises EnquiryRefused for a definition that there is not."""
    if name not in known_definitions():
        raise EnquiryRefused(
            "There is no such definition.", found=name[:80], attempt=f"one of {listed(list(known_definitions()))}"
        )
