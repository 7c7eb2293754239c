"""How many leave, and is anybody's share of it more than chance? Sections that every source can fill."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from keepwell.charts.course import course
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.records.workspace import Load
from keepwell.reports.sections import Figure, Grid, Section, grid

FLOW_HEADINGS = {
    "headcount_at_start": "People at start",
    "headcount_at_end": "People at end",
    "joiners": "Joined",
    "leavers": "Left",
    "leaver_rate": "Leaver rate",
    "joiner_rate": "Joiner rate",
    "stability_index": "Stability index",
}


@dataclass(frozen=True, slots=True)
class Asking:
    """An open workspace and the enquiry that all questions of a report share."""

    session: Session
    base: Enquiry

    def about(self, measure: str, **changes: Any) -> Released:
        return answer(self.session.workspace, replace(self.base, measure=measure, **changes), self.session)


LEAVERS, THEIR_STAFF = "esr_leavers", "esr_staff_in_post"


def about_leavers(asking: Asking, measure: str, **changes: Any) -> Released:
    """An answer from the leavers extracts, for a page on the staff records that they belong to.

    Raises EnquiryRefused on a page about other people: theirs are not the reasons of a practice's staff.
    """
    if asking.base.source != THEIR_STAFF:
        raise EnquiryRefused(
            "Leavers extracts tell of the staff of ESR extracts only.",
            found=f"a page made from {asking.base.source}",
            attempt=f"--source {THEIR_STAFF}",
        )
    return asking.about(measure, source=LEAVERS, **changes)


def headline(asking: Asking, whose: str, period: str) -> tuple[Section, Released]:
    """The leaver rate in a sentence, with what it is made of."""
    released = asking.about("leaver_rate")
    row = released.rows()[0]
    if row["leaver_rate"] is None:
        raise EnquiryRefused(
            "There is nobody in post to report on.", found=f"no staff of {whose} in {period}", attempt="another --end"
        )
    sentence = (
        f"{row['leaver_rate']:.1%} of staff left {whose} in {period}: {counted(row['leavers'], 'person', 'people')}, "
        f"of {(row['headcount_at_start'] + row['headcount_at_end']) / 2:,.0f} on average."
    )
    if row["joiners"]:
        more = row["headcount_at_end"] - row["headcount_at_start"]
        change = "as many people as before" if more == 0 else f"{abs(more):,} {'more' if more > 0 else 'fewer'} people"
        sentence += f" {row['joiners']:,} joined, and there are {change} at the end."
    figures = [
        Figure("People in post", f"{row['headcount_at_end']:,}", "headcount at the end of the period"),
        Figure("Full-time equivalents", f"{row['fte_at_end']:,.0f}", "contracted FTE at the end"),
        Figure("Left", f"{row['leavers']:,}", "in post at the start, not at the end"),
        Figure("Leaver rate", f"{row['leaver_rate']:.1%}", "leavers over average headcount"),
    ]
    if row["stability_index"] is not None:
        figures.append(
            Figure("Stability index", f"{row['stability_index']:.1%}", "of those here at the start, still here")
        )
    notes = [*released.notes, *_does_not_add_up(row)]
    if moved := _moved(asking, released):
        notes.insert(
            0, f"Of the leavers, {counted(moved, 'person', 'people')} moved to another organisation loaded here."
        )
    if paused := row.get("leavers_paused"):
        notes.insert(
            0, f"Of the leavers, {counted(paused, 'person', 'people')} went on unpaid leave or a career break."
        )
    return (
        Section(
            "headline",
            "How many leave?",
            sentence,
            tuple(figures),
            notes=tuple(notes),
            definitions=(released.definition,),
        ),
        released,
    )


def _does_not_add_up(row: dict[str, Any]) -> list[str]:
    """Why joined minus left is not the change, where it is not."""
    if row["headcount_at_start"] + row["joiners"] - row["leavers"] == row["headcount_at_end"]:
        return []
    if "leavers_paused" in row:
        why = "people with posts in several organisations count once in the staff, but can join or leave one of them"
    else:
        why = "as published, people also come into and go out of what is counted without joining or leaving"
    return [f"Joined minus left is not exactly the change in staff: {why}."]


def _moved(asking: Asking, released: Released) -> int:
    """How many left their organisation for another that is loaded too, where several are."""
    if "leavers_paused" not in released.table.column_names:
        return 0  # published counts do not tell
    try:
        gone = asking.about("leaver_rate", leaving="system").rows()[0]["leavers"]
    except EnquiryRefused:
        return 0  # one organisation alone
    return int(released.rows()[0]["leavers"]) - int(gone)


def monthly_course(asking: Asking, months: int) -> tuple[Section, Released]:
    """The leaver rate of each single month."""
    released = asking.about("leaver_rate", months=1, course=months)
    rows = [row for row in released.rows() if row["leaver_rate"] is not None]
    left = [row["leavers"] for row in rows]
    last = rows[-1]
    sentence = (
        f"{last['leavers']:,} left in {last['period_end']:%B %Y}. Over these {len(rows)} months it was between "
        f"{min(left):,} and {max(left):,} a month, {sum(left) / len(left):,.0f} on average."
    )
    words = f"{sentence} The lowest monthly rate is {min(r['leaver_rate'] for r in rows):.2%}, "
    words += f"the highest {max(r['leaver_rate'] for r in rows):.2%}."
    picture = course(released, "leaver_rate", "Leaver rate of each month", words)
    table = grid(
        released,
        {"period_end": "Month ending"} | {k: FLOW_HEADINGS[k] for k in ("headcount_at_end", "leavers", "leaver_rate")},
        "Leaver rate of each month",
        folded=True,
    )
    return (
        Section(
            "course",
            "How did it go, month by month?",
            sentence,
            pictures=(picture,),
            grids=(table,),
            notes=("Single months, so that no person's leaving is in more than one point of the line.",),
            definitions=(released.definition,),
        ),
        released,
    )


def left_out_grids(loads: Sequence[Load]) -> tuple[Grid, ...]:
    """What was left out and why, in all and file by file."""
    reasons: Counter[str] = Counter()
    rows = []
    for load in loads:
        reasons.update({reason: len(at) for reason, at in load.left_out})
        why = "; ".join(f"{len(at):,}: {reason}" for reason, at in load.left_out) or "nothing"
        months = load.first_month if load.first_month == load.last_month else f"{load.first_month} to {load.last_month}"
        rows.append((load.file, months, f"{load.rows_taken:,}", f"{load.rows_read - load.rows_taken:,}", why))
    files = Grid(
        "Files loaded, and rows left out of each",
        ("File", "Months", "Rows in", "Left out", "Why"),
        tuple(rows),
        (False, False, True, True, False),
        folded=len(rows) > 6,
    )
    if not reasons:
        return (files,)
    why_rows = tuple((reason, f"{number:,}") for reason, number in reasons.most_common())
    return Grid("Rows left out, and why", ("Reason", "Rows"), why_rows, (False, True)), files


def not_in_it(session: Session, used: frozenset[str]) -> list[str]:
    """A note on loaded files that hold people or counts and are not in a report."""
    others = [
        x for x in session.generation.loads if x.format not in used and set(x.parts) & {"positions", "flows", "leavers"}
    ]
    if not others:
        return []
    return [
        f"Not in these numbers, because from another source: {listed([x.file for x in others], 4)} (ask with --source)."
    ]
