"""What do we say to somebody whose team is too small to be shown?

The sentence goes up the ladder to the first group that is shown, and never ends in nothing: where not even everybody
together can be shown, it says what can be done.
"""

from __future__ import annotations

from typing import Any

from keepwell.disclosure.hiding import HIDING
from keepwell.enquiries.ladder import EVERYBODY, NOBODY_THERE, Figures, Ladder, Rung
from keepwell.enquiries.shown import LEAVERS, START
from keepwell.periods import Period
from keepwell.reports.leaving import FLOW_HEADINGS
from keepwell.reports.sections import Grid, Section, one_in
from keepwell.reports.tables import in_words

KINDS = {"unit": "team", "directorate": "directorate", "organisation": "organisation"}
"""What people call the groups that they belong to."""
SAID_OTHERWISE = {EVERYBODY: "the whole organisation"}
WHAT_CAN_BE_DONE = (
    "No larger group can be shown either. Whoever declared these tables can declare longer periods (24 months in "
    "place of 12), larger groups or fewer tables: then more can be shown."
)
WHAT_HIDDEN_MEANS = (
    "* is hidden: the number is small, or would tell a small one. Who is in a small group could be recognised."
)


def sentence(ladder: Ladder, *, own: bool = True) -> str:
    """The answer in words, from the finest group that is shown: "In Surgery, about 1 in 7 left in the year to October 2025".

    `own` says that whoever reads it belongs to the finest group. Only numbers as shown are in it.
    """
    shown = ladder.first_shown
    above = ladder.rungs[: ladder.rungs.index(shown)] if shown else ladder.rungs
    before = [_why_not(rung, own=own and i == 0, again=i > 0 and above[i - 1].hidden) for i, rung in enumerate(above)]
    return " ".join([*before, _who_left(shown, ladder) if shown else WHAT_CAN_BE_DONE])


def ladder_section(ladder: Ladder, *, own: bool = True) -> Section:
    """The sentence, and below it the groups within each rung as they are shown."""
    grids = tuple(_grid(rung) for rung in ladder.rungs if rung.children is not None and rung.children.table.num_rows)
    hidden = any(row["hidden"] for rung in ladder.rungs if rung.children for row in rung.children.rows())
    policy = ladder.released.policy
    return Section(
        "ladder",
        "How many leave where I work?",
        sentence(ladder, own=own),
        grids=grids,
        notes=(*([WHAT_HIDDEN_MEANS] if hidden else []), f"{policy.title}.", *ladder.released.notes),
        definitions=(ladder.released.definition,),
    )


def _why_not(rung: Rung, *, own: bool, again: bool) -> str:
    kind = KINDS.get(rung.group[-1][0]) if rung.group else "organisation"
    called = f"your {kind}" if own and kind else _called(rung)
    if rung.why == NOBODY_THERE:
        return f"Nobody was in {called} at the start."
    return (
        f"So is {called}."
        if again
        else f"{_capital(called)} is too small to show alone, or would give away one that is."
    )


def _who_left(rung: Rung, ladder: Ladder) -> str:
    row = rung.row
    assert row is not None
    assert row.share_who_left is not None
    about = "about " if HIDING[ladder.released.policy.name].rounds else ""
    people = f"({_of(row, about)})"
    if not row.leavers:
        return f"In {_called(rung)}, nobody left {_when(ladder.period)} {people}."
    return f"In {_called(rung)}, {about}{one_in(row.share_who_left)} left {_when(ladder.period)} {people}."


def _of(row: Figures, about: str) -> str:
    if not row.leavers:
        return f"of {about}{row.headcount_at_start:,} people"
    return f"{about}{row.leavers:,} of {row.headcount_at_start:,} people"


def _when(period: Period) -> str:
    if period.months == 12:
        return f"in the year to {period.last.in_words}"
    return f"in {period.in_words}"


def _called(rung: Rung) -> str:
    return SAID_OTHERWISE.get(rung.name, rung.name) if not rung.group else rung.name


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _grid(rung: Rung) -> Grid:
    children = rung.children
    assert children is not None
    names = children.table.column_names[: children.table.column_names.index("period_start")]
    headings = [KINDS.get(name, name.replace("_", " ")) for name in names]
    return Grid(
        _capital(f"{_called(rung)}, by {' and '.join(headings)}"),
        (*map(_capital, headings), FLOW_HEADINGS[START], FLOW_HEADINGS[LEAVERS], "Share who left"),
        tuple(_cells(row, names) for row in children.rows()),
        (*(False for _ in names), True, True, True),
    )


def _cells(row: dict[str, Any], names: list[str]) -> tuple[str, ...]:
    """A row as people read it. No decimals: they would say more than rounded counts can."""
    share = row["share_who_left"]
    told = in_words("share_who_left", share, row["hidden"]) if share is None else f"{share:.0%}"
    counts = (in_words(name, row[name], row["hidden"]) for name in (START, LEAVERS))
    return (*(row[name] or "not known" for name in names), *counts, told)
