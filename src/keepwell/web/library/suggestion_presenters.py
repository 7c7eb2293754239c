"""How do suggestions read?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from keepwell.errors import counted
from keepwell.web.library.suggesting import KINDS, RED, WEAK, Found, Kind, Suggestion, known_topics
from keepwell.web.library.telling import ToldCase

SHOWN_AT_FIRST: Final = 4
MOST_NAMED: Final = 3
HEADINGS: Final[dict[Kind, str]] = {
    "topic": "Topics to look at",
    "case": "What others did",
    "action": "Actions to begin with",
    "offer": "Offers",
}


def answer(found: Found, shown: Sequence[Suggestion], cases: Iterable[ToldCase]) -> str:
    """What the suggestions rest on, and how much there is: the first sentence of the page."""
    numbers = len({noticed.name for noticed in (*found.numbers, *found.reasons)})
    if not (found.rated or numbers):
        return "Nothing has been agreed here yet, and no number that you may see got worse: so nothing is suggested."
    fitting = {one.key for one in shown if one.kind == "case"}
    fit = [case for case in cases if case.key in fitting]
    red = {one.item: known_topics()[one.item][1].title for one in found.rated if WEAK.get(one.rating) == RED}
    if red:
        named = ", ".join(list(red.values())[:MOST_NAMED])
        more = f" and {len(red) - MOST_NAMED} more" if len(red) > MOST_NAMED else ""
        return f"Red or not yet done: {named}{more}. {_on(fit, red.keys())}"
    begins = "Nothing is red" if found.rated else "Nothing has been agreed here yet"
    speaks = f", but {counted(numbers, 'number')} that you may see stood out" if numbers else ", but something is amber"
    return f"{begins}{speaks}. {counted(len(fit), 'case')} may fit."


def _on(cases: Sequence[ToldCase], red: Collection[str]) -> str:
    """How many cases are on what is red, and how many of them measured a change."""
    on = [case for case in cases if set(red) & set(case.topics)]
    if not on:
        return (
            f"No case is on that itself; {counted(len(cases), 'case')} may fit besides." if cases else "No case fits."
        )
    measured = sum(case.strength > 0 for case in on)
    if len(on) == 1:
        return f"1 case is on that; it {'measured a change' if measured else 'is a claim'}."
    return f"{len(on)} cases are on that; {measured or 'none'} of them measured a change."


def parts(shown: Sequence[Suggestion], *, every: bool) -> list[tuple[str, list[Suggestion]]]:
    """The suggestions under a heading for each kind, the first few or every one."""
    made = []
    for kind in KINDS:
        of_kind = [one for one in shown if one.kind == kind]
        if of_kind:
            made.append((HEADINGS[kind], of_kind if every else of_kind[:SHOWN_AT_FIRST]))
    return made


def left_out(shown: Sequence[Suggestion]) -> int:
    """How many are not among the first few."""
    return sum(max(0, sum(one.kind == kind for one in shown) - SHOWN_AT_FIRST) for kind in KINDS)
