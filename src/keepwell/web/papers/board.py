"""What does a board have to know of a plan, in the order in which it asks: what, why, how, who, what it costs, what could
go wrong, and what it is asked for?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from keepwell.errors import counted, listed
from keepwell.web.papers.contents import Action, Paper, day, pounds

MONEY: Final = ("Cost once", "Cost a year", "Promised", "Spent")
RISKS: Final = ("Risks", "In the way")
STAFF_SIDE: Final = "Talked over with staff side"


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that a board asks, with its answer: as a table, or as lines. `shares` are the widths of the columns.

    `title` is a sentence. `notes` say what does not fit beside the answer, such as what a number means.
    """

    title: str
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    shares: tuple[float, ...] = ()
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())


def sections_of(paper: Paper) -> tuple[Section, ...]:
    """The seven sections of a board paper."""
    actions = paper.actions
    return (
        _want(paper, actions),
        _why(paper),
        _what(actions),
        _who(actions),
        _money(actions),
        _risks(paper, actions),
        Section("What we ask of the board", lines=tuple(asks(paper))),
    )


def _want(paper: Paper, actions: Sequence[Action]) -> Section:
    wanted = tuple(dict.fromkeys(text for one in actions if (text := " ".join(one.guide[0].split()))))
    about = tuple(line for plan in paper.plans for line in plan.about.splitlines() if line.strip())
    title = f"What we want: {counted(len(wanted), 'objective')}" if wanted else "What we want"
    return Section(title, lines=(*about[:1], *wanted) or ("No objective is written yet.",), notes=about)


def _why(paper: Paper) -> Section:
    found = [one for plan in paper.plans for one in plan.all_evidence()]
    if not found:
        return Section("Why: no evidence is cited yet", lines=("Nothing stands beside any action.",))
    said = ((one.label, one.words or one.kind, ", ".join(x for x in (one.of, one.period) if x)) for one in found)
    rows = tuple(dict.fromkeys(said))
    notes = tuple(dict.fromkeys(f"{one.label}: {one.definition}" for one in found if one.definition))
    title = f"Why: {counted(len(rows), 'piece')} of evidence"
    return Section(title, ("What", "It says", "Of and when"), rows, (0.3, 0.36, 0.34), notes=notes)


def _what(actions: Sequence[Action]) -> Section:
    rows = tuple((f"{one.number}. {one.guide[1]}", one.guide[5] or "Not said yet") for one in actions)
    notes = tuple(f"{one.number}. Steps: {' '.join(one.guide[4].split())}" for one in actions if one.guide[4])
    heads = ("What we do", "How we will see that it worked")
    return _or_none(f"What we do: {counted(len(actions), 'action')}", heads, rows, (0.55, 0.45), notes)


def _who(actions: Sequence[Action]) -> Section:
    ends = [one.ends_on for one in actions if one.ends_on]
    title = f"Who does it, and by when: the last ends on {day(max(ends))}" if ends else "Who does it, and by when"
    rows = tuple((f"{one.number}. {one.title}", one.owner or "Nobody yet", _when(one), one.state) for one in actions)
    return _or_none(title, ("Action", "Owner", "When", "State"), rows, (0.42, 0.24, 0.2, 0.14))


def _when(action: Action) -> str:
    return action.when or "Not said yet"


def total(actions: Sequence[Action], label: str) -> Decimal:
    return sum((cell for one in actions if isinstance(cell := one.of(label), Decimal)), Decimal(0))


def _money(actions: Sequence[Action]) -> Section:
    with_money = [one for one in actions if any(one.of(label) for label in (*MONEY, "Funding"))]
    if not with_money:
        return Section("Money: none is asked for", lines=("No cost is written beside any action.",))
    once, yearly, promised, spent = (total(actions, label) for label in MONEY)
    cost = " and ".join(([pounds(once) + " once"] if once else []) + ([pounds(yearly) + " a year"] if yearly else []))
    title = f"Money: {cost or 'no cost is written'}; {pounds(promised)} is promised"
    rows = [
        (_numbered(one), *(_amount(one.of(label)) for label in MONEY), str(one.of("Funding") or ""))
        for one in with_money
    ]
    if len(rows) > 1:
        rows.append(
            ("All together", *(pounds(amount) if amount else "" for amount in (once, yearly, promised, spent)), "")
        )
    heads = ("Action", "Once", "A year", "Promised", "Spent", "Paid by")
    return Section(title, heads, tuple(rows), (0.34, 0.12, 0.12, 0.13, 0.11, 0.18))


def _numbered(action: Action) -> str:
    return f"{action.number}. {action.title}"


def _amount(cell: object) -> str:
    return pounds(cell) if isinstance(cell, Decimal) else ""


def _risks(paper: Paper, actions: Sequence[Action]) -> Section:
    rows = [(label, _by_action(actions, label)) for label in (*RISKS, STAFF_SIDE) if _by_action(actions, label)]
    for plan in paper.plans:
        rows += [(label, words) for label, words in plan.facts if label == STAFF_SIDE]
    rows += [(title, "\n".join(lines)) for title, lines in paper.parts]
    if not rows or rows[0][0] != RISKS[0]:
        rows.insert(0, (RISKS[0], "None is written yet."))
    if not any(title.startswith("Equality") for title, _ in paper.parts):
        rows.append(("Equality", "Not looked at yet."))
    return Section("Risks and equality", ("What", "What we know and do"), tuple(rows), (0.28, 0.72))


def _by_action(actions: Sequence[Action], label: str) -> str:
    """What the actions say under a heading, each thing once, with the numbers of those that say it."""
    said: dict[str, list[str]] = {}
    for one in actions:
        if words := one.of(label):
            said.setdefault(" ".join(str(words).split()), []).append(str(one.number))
    return "\n".join(f"{words} ({_of_actions(numbers)})" for words, numbers in said.items())


def _of_actions(numbers: list[str]) -> str:
    return f"{'action' if len(numbers) == 1 else 'actions'} {listed(numbers)}"


def asks(paper: Paper) -> Iterator[str]:
    """What the board is asked for: what the paper says, then what follows from what is not there."""
    yield from paper.asks
    actions = paper.actions
    once, yearly, promised, _ = (total(actions, label) for label in MONEY)
    needed = once + yearly - promised
    if needed > 0:
        yield f"Find {pounds(needed)}: the first year costs {pounds(once + yearly)}, and {pounds(promised)} is promised."
    if nobody := [str(one.number) for one in actions if not one.owner]:
        yield f"Name an owner for {_of_actions(nobody)}."
    yield from _by_action(actions, "Wanted from above").splitlines()
    late = [
        str(one.number)
        for one in actions
        if one.ends_on and one.ends_on < paper.foot.made_on and one.state == "Under way"
    ]
    if late:
        yield f"Ask what keeps {_of_actions(late)}, whose end has passed."


def _or_none(
    title: str,
    heads: tuple[str, ...],
    rows: tuple[tuple[str, ...], ...],
    shares: tuple[float, ...],
    notes: tuple[str, ...] = (),
) -> Section:
    return (
        Section(title, heads, rows, shares, notes=notes)
        if rows
        else Section(title, lines=("There is no action in it yet.",))
    )
