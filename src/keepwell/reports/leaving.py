"""How many leave, and is anybody's share of it more than chance? Sections that every source can fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa

from keepwell.charts.course import course
from keepwell.charts.intervals import intervals
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused, counted
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
SHARE_HEADINGS = {
    "headcount_at_start": "People at start",
    "leavers": "Left",
    "share_who_left": "Share who left",
    "lower_95": "At least",
    "upper_95": "At most",
}
CHANCE = 0.025


@dataclass(frozen=True, slots=True)
class Asking:
    """An open workspace and the enquiry that all questions of a report share."""

    session: Session
    base: Enquiry

    def about(self, measure: str, **changes: Any) -> Released:
        return answer(self.session.workspace, replace(self.base, measure=measure, **changes), self.session)


def headline(asking: Asking, whose: str, period: str) -> tuple[Section, Released]:
    """The leaver rate in a sentence, with what it is made of."""
    released = asking.about("leaver_rate")
    row = released.rows()[0]
    sentence = (
        f"{row['leaver_rate']:.1%} of staff left {whose} in {period}: {row['leavers']:,} people, "
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
    notes = list(released.notes)
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


def where_highest(
    asking: Asking, by: tuple[str, ...], label: str, named: Mapping[str, str], *, key: str, question: str
) -> tuple[Section, Released]:
    """Groups in the order of the least that their share can be, so that chance does not lead the list."""
    released = _told_apart(_by_lowest(asking.about("share_who_left", by=by)), label)
    all_together = asking.about("share_who_left").rows()[0]["share_who_left"]
    rows = [row for row in released.rows() if row["share_who_left"] is not None]
    above = [row for row in rows if row["lower_95"] > all_together]
    sentence = _above_in_words(above, rows, named, label, all_together)
    title = f"Share who left, by {named['one']}"
    picture = intervals(released, label, "share_who_left", all_together, title, sentence)
    table = grid(
        released,
        {label: named["one"].capitalize()} | SHARE_HEADINGS,
        f"{title}, with the 95% interval",
        most=200,
        folded=True,
    )
    notes = [
        "The line across each dot is where the true share lies 95 times in 100. The list is in the order of its lower end.",
        _by_chance_in_words(len(rows), named["many"]),
        *released.notes,
    ]
    return (
        Section(key, question, sentence, (), (picture,), (table,), tuple(notes), (released.definition,)),
        released,
    )


def _by_lowest(released: Released) -> Released:
    """The rows in the order of the lower end of their interval, groups without a share last."""
    lows = released.table["lower_95"].to_pylist()
    order = sorted(range(len(lows)), key=lambda i: (lows[i] is None, -(lows[i] or 0.0)))
    return replace(released, table=released.table.take(order))


def _by_chance_in_words(groups: int, many: str) -> str:
    by_chance = CHANCE * groups
    if by_chance < 1:
        return f"With {groups} {many}, chance alone would hardly put one above."
    return f"Of {groups} {many}, about {by_chance:.0f} would stand above by chance alone."


def _told_apart(released: Released, label: str) -> Released:
    """Groups of the same name in several organisations, each with the code of its own."""
    names = released.table[label].to_pylist()
    if len(set(names)) == len(names) or "organisation" not in released.table.column_names:
        return released
    codes = released.table["organisation"].to_pylist()
    twice = {name for name in names if names.count(name) > 1}
    apart = [f"{n} ({c})" if n in twice else n for n, c in zip(names, codes, strict=True)]
    at = released.table.column_names.index(label)
    return replace(released, table=released.table.set_column(at, label, pa.array(apart, pa.string())))


def _above_in_words(
    above: list[dict[str, Any]], rows: list[dict[str, Any]], named: Mapping[str, str], label: str, overall: float
) -> str:
    if not above:
        return (
            f"None of {len(rows)} {named['many']} loses clearly more than the {overall:.1%} of all together; "
            "the differences can be chance."
        )
    if len(above) <= round(CHANCE * len(rows)):
        return (
            f"{len(above)} of {len(rows)} {named['many']} {'stands' if len(above) == 1 else 'stand'} above the {overall:.1%} "
            f"of all together, no more than chance would put there: {', '.join(str(row[label]) for row in above[:3])}."
        )
    first = ", ".join(f"{row[label]} ({row['share_who_left']:.1%})" for row in above[:3])
    verb = "loses" if len(above) == 1 else "lose"
    more = f" and {len(above) - 3} more" if len(above) > 3 else ""
    return (
        f"{len(above)} of {len(rows)} {named['many']} {verb} more than chance explains, against {overall:.1%} of all "
        f"together: {first}{more}."
    )


def left_out_grid(session: Session, source: str | None) -> Grid:
    """What was loaded, and what of it was left out and why."""
    rows = []
    for load in session.generation.loads:
        if source is not None and load.format != source:
            continue
        why = "; ".join(f"{len(at):,}: {reason}" for reason, at in load.left_out) or "nothing"
        months = load.first_month if load.first_month == load.last_month else f"{load.first_month} to {load.last_month}"
        rows.append((load.file, months, f"{load.rows_taken:,}", f"{load.rows_read - load.rows_taken:,}", why))
    return Grid(
        "Files loaded, and rows left out",
        ("File", "Months", "Rows in", "Left out", "Why"),
        tuple(rows),
        (False, False, True, True, False),
        folded=len(rows) > 6,
    )
