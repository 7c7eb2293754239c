"""What happened to people: since last month, early on, near retirement, and in all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from keepwell.charts.share_bars import share_bars
from keepwell.disclosure import Released
from keepwell.enquiries.explaining import explain, in_one_sentence
from keepwell.errors import EnquiryRefused, counted
from keepwell.measures.change_in_staff import ARRIVALS, DEPARTURES
from keepwell.reports.leaving import Asking, about_leavers
from keepwell.reports.sections import Grid, Section, grid, one_in

Made = tuple[Section | None, dict[str, Released]]

TERM_WORDS = {
    "joined": "Joined: not in the records before",
    "became_active": "Came back from unpaid leave or a career break",
    "moved_in": "Moved in from another organisation here",
    "changed_group_in": "Changed into the group",
    "left": "Left: not in the records after",
    "became_inactive": "Went on unpaid leave or a career break",
    "moved_out": "Moved out to another organisation here",
    "changed_group_out": "Changed out of the group",
}


def since_last_month(asking: Asking) -> tuple[Section, Released]:
    """What the newest month changed, in words."""
    released = asking.about("change_in_staff", months=1)
    row = released.rows()[0]
    difference = row["headcount_at_end"] - row["headcount_at_start"]
    change = "stayed the same" if difference == 0 else f"{'rose' if difference > 0 else 'fell'} by {abs(difference):,}"
    came = [(row["joined"], "joined"), (row["became_active"], "came back from leave"), (row["moved_in"], "moved in")]
    went = [(row["left"], "left"), (row["became_inactive"], "went on leave"), (row["moved_out"], "moved out")]
    said = [
        ", ".join(f"{n:,} {word}" for n, word in part if n) or none
        for part, none in ((came, "nobody joined"), (went, "nobody left"))
    ]
    hours = row["changed_hours_fte"]
    sentence = (
        f"In {row['period_end']:%B %Y} the number of people {change}, to {row['headcount_at_end']:,}: "
        f"{said[0]}; {said[1]}."
    )
    if abs(hours) >= 0.05:
        sentence += f" Changed hours {'added' if hours > 0 else 'took away'} {abs(hours):,.1f} FTE."
    return (
        Section(
            "month",
            "What changed since last month?",
            sentence,
            notes=released.notes,
            definitions=(released.definition,),
        ),
        released,
    )


def where_change_came_from(asking: Asking, period: str) -> Made:
    """The change over the period as a sum that adds up."""
    released = asking.about("change_in_staff")
    row = released.rows()[0]
    lines = [("People in post at the start", row["headcount_at_start"], row["fte_at_start"])]
    lines += [(TERM_WORDS[t], row[t], row[f"{t}_fte"]) for t in ARRIVALS if row[t]]
    lines += [(TERM_WORDS[t], -row[t], -row[f"{t}_fte"]) for t in DEPARTURES if row[t]]
    lines += [("Changed hours", 0, row["changed_hours_fte"])]
    lines += [("People in post at the end", row["headcount_at_end"], row["fte_at_end"])]
    ends = {0, len(lines) - 1}
    rows = tuple(
        (words, f"{people:,}" if i in ends else f"{people:+,}", f"{fte:,.1f}" if i in ends else f"{fte:+,.1f}")
        for i, (words, people, fte) in enumerate(lines)
    )
    difference = row["headcount_at_end"] - row["headcount_at_start"]
    answer = (
        f"{abs(difference):,} {'more' if difference >= 0 else 'fewer'} people, and "
        f"{abs(row['fte_at_end'] - row['fte_at_start']):,.0f} FTE "
        f"{'more' if row['fte_at_end'] >= row['fte_at_start'] else 'fewer'}, in {period}. It adds up exactly."
    )
    table = Grid("Where the change came from", ("What happened", "People", "FTE"), rows, (False, True, True))
    section = Section(
        "change",
        "Where did the change come from?",
        answer,
        grids=(table,),
        notes=tuple(_how_it_fits(asking, row)),
        definitions=(released.definition,),
    )
    return section, {"Change in staff": released}


def _how_it_fits(asking: Asking, change: dict[str, Any]) -> list[str]:
    """How the leavers of the first answer are spread over the terms of the change."""
    leavers = asking.about("leaver_rate").rows()[0]["leavers"]
    moved = leavers - change["left"] - change["became_inactive"] - change["moved_out"]
    words = f"The {leavers:,} leavers of the first answer: {change['left']:,} left the records"
    words += f", {change['became_inactive']:,} went on unpaid leave or a career break"
    if change["moved_out"]:
        words += f", {change['moved_out']:,} moved to another organisation loaded here"
    if moved > 0:
        words += f", {moved:,} moved between organisations loaded here, which changes nothing for all together"
    return [f"{words}."]


def other_figures(asking: Asking, period: str) -> Made:
    """Why a figure made another way says something else."""
    released = explain(asking.session.workspace, asking.base, "monthly", "national", asking.session)
    rows = released.rows()
    if len(rows) == 2 and rows[0]["leaver_rate"] == rows[1]["leaver_rate"]:
        return None, {}
    columns = {
        "step": "Step",
        "words": "What it counts",
        "people": "People",
        "leaver_rate": "Leaver rate",
        "change": "Changes it by",
    }
    section = Section(
        "definitions",
        "Why does another report give another figure?",
        in_one_sentence(released),
        grids=(grid(released, columns, "From one figure to the other, step by step", folded=True),),
        notes=(
            "The monthly figure is how ESR BI and many trusts count; the national one is how the national statistics do.",
            *released.notes,
        ),
        definitions=(released.definition,),
    )
    return section, {"Two definitions": released}


def early_leaving(asking: Asking, period: str) -> Made:
    """Of starters and of leavers, the share within a year: two measures, told apart."""
    tables: dict[str, Released] = {}
    parts = []
    try:
        starters = tables["Early leaving, starters"] = asking.about("early_leaving_of_starters")
        row = starters.rows()[0] if starters.rows() else None
        if row and row["starters"]:
            parts.append(
                f"{one_in(row['early_leaving_of_starters']).capitalize()} people who start with us "
                f"{'are' if row['starters_gone'] != 1 else 'is'} gone within 12 months "
                f"({row['starters_gone']:,} of {row['starters']:,})."
            )
    except EnquiryRefused:
        parts.append(
            "To follow starters for 12 months, twice as many month ends as the period has, and one more, must be loaded."
        )
    leavers = tables["Early leaving, leavers"] = asking.about("early_leaving_of_leavers")
    row = leavers.rows()[0] if leavers.rows() else None
    if row and row["early_leaving_of_leavers"] is not None:
        parts.append(
            f"Of those who left in {period}, {one_in(row['early_leaving_of_leavers'])} had been here for less than a year."
        )
    section = Section(
        "early",
        "Do they leave early?",
        " ".join(parts),
        notes=("Two measures: the first follows people who started, the second looks back at people who left.",),
        definitions=tuple(t.definition for t in tables.values()),
    )
    return section, tables


def could_retire(asking: Asking, period: str) -> Made:
    """Shares past the ages at which pensions can begin, and who retired and came back."""
    everyone = asking.about("share_past_age")
    row = everyone.rows()[0]
    if row["headcount_at_end"] == row["age_not_known"]:
        return None, {}
    by_group = _oldest_first(asking.about("share_past_age", by=("staff_group",)))
    answer = (
        f"{one_in(row['share_past_55']).capitalize()} people in post are 55 or over, {one_in(row['share_past_60'])} are "
        f"60 or over; {counted(row['past_state_pension_age'], 'person', 'people')} "
        f"{'is' if row['past_state_pension_age'] == 1 else 'are'} past State Pension age."
    )
    tables = {"Past pension ages": by_group}
    notes = ["Who could retire, not who will: the rules differ with each person's pension scheme."]
    if row["age_not_known"]:
        notes.append(f"{counted(row['age_not_known'], 'person', 'people')} without a known age are left out.")
    definitions = [everyone.definition]
    try:
        retired = tables["Retirement"] = about_leavers(asking, "retirement_share")
        answer += _retired_in_words(retired, period)
        definitions.append(retired.definition)
    except EnquiryRefused:
        notes.append("No leavers extracts of this time are loaded, so who did retire is not shown.")
    headings = {"staff_group": "Staff group", "headcount_at_end": "People"}
    headings |= {f"past_{a}": f"{a} or over" for a in (55, 60, 65)} | {
        "past_state_pension_age": "Past State Pension age"
    }
    picture = share_bars(by_group, "staff_group", "share_past_55", "Share aged 55 or over, by staff group", answer)
    table = grid(by_group, headings, "People past each age", folded=True)
    section = Section("retire", "Who could retire?", answer, (), (picture,), (table,), tuple(notes), tuple(definitions))
    return section, tables


def _retired_in_words(retired: Released, period: str) -> str:
    row = retired.rows()[0]
    words = f" {row['retired']:,} of {row['leavers']:,} leavers retired in {period}"
    if row["retired_and_returned"] is not None:
        words += f", and {row['retired_and_returned']:,} of them came back within 6 months"
    return words + "."


def _oldest_first(released: Released) -> Released:
    shares = released.table["share_past_55"].to_pylist()
    order = sorted(range(len(shares)), key=lambda i: -(shares[i] or 0.0))
    return replace(released, table=released.table.take(pa.array(order, pa.int64())))
