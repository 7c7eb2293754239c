"""The numbers counted a third time: over persons, one by one, in plain Python.

Written from the definitions alone (the docstrings of the functions, the glossary), with no table, join or
window anywhere. Slow, and nothing else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

SCOPE = {
    "nhs": lambda p: (p.person,),
    "system": lambda p: (p.person,),
    "organisation": lambda p: (p.person, p.organisation),
    "staff_group": lambda p: (p.person, p.organisation, p.staff_group),
}


@dataclass(frozen=True)
class Position:
    """One person in one organisation at one month's end."""

    month: int
    organisation: str
    person: str
    state: str
    fte: float | None
    staff_group: str
    unit: str


@dataclass(frozen=True)
class World:
    """Everything that was seen: positions, and the months in which each organisation was looked at."""

    positions: tuple[Position, ...]
    seen: dict[str, tuple[int, ...]] = field(hash=False)

    def at(self, month: int) -> list[Position]:
        return [p for p in self.positions if p.month == month]

    def only(self, organisations: Iterable[str]) -> World:
        kept = set(organisations)
        return World(
            tuple(p for p in self.positions if p.organisation in kept),
            {o: months for o, months in self.seen.items() if o in kept},
        )

    def seen_at(self, months: Iterable[int]) -> World:
        """The organisations that were looked at in all of these months."""
        needed = set(months)
        return self.only(o for o, have in self.seen.items() if needed <= set(have))


@dataclass(frozen=True)
class Window:
    """From the month end `before` to the month end `last`."""

    before: int
    last: int


Key = tuple[object, ...]
Counts = dict[str, float]


def group_of(by: Sequence[str]) -> Callable[[Position], Key]:
    return lambda p: tuple(getattr(p, name) for name in by)


def hours(positions: Iterable[Position]) -> float:
    return sum(p.fte or 0.0 for p in positions)


def snapshot(world: World, window: Window, by: Sequence[str], leaving: str) -> dict[Key, Counts]:
    """In post at the start against in post at the end; only the active are in post."""
    scope, group = SCOPE[leaving], group_of(by)
    before, after = world.at(window.before), world.at(window.last)
    start = [p for p in before if p.state == "active"]
    end = [p for p in after if p.state == "active"]
    left = [p for p in start if not any(scope(e) == scope(p) for e in end)]
    joined = [e for e in end if not any(scope(p) == scope(e) for p in start)]
    paused = [p for p in left if any(scope(e) == scope(p) and e.state == "paused" for e in after)]
    found = {}
    for key in {group(p) for p in start + end}:

        def here(positions: list[Position], key: Key = key) -> list[Position]:
            return [p for p in positions if group(p) == key]

        found[key] = {
            "headcount_at_start": len({p.person for p in here(start)}),
            "headcount_at_end": len({p.person for p in here(end)}),
            "joiners": len({p.person for p in here(joined)}),
            "leavers": len({p.person for p in here(left)}),
            "leavers_paused": len({p.person for p in here(paused)}),
            "fte_at_start": hours(here(start)),
            "fte_at_end": hours(here(end)),
            "joiners_fte": hours(here(joined)),
            "leavers_fte": hours(here(left)),
        }
    return found


def event(world: World, window: Window, by: Sequence[str], leaving: str) -> dict[Key, Counts]:
    """Month end by month end: who was there and is not any more, who is there and was not."""
    group = group_of(by)
    found: dict[Key, Counts] = defaultdict(lambda: dict.fromkeys(FLOW_COLUMNS, 0.0))
    for month in range(window.before + 1, window.last + 1):
        earlier, now = world.at(month - 1), world.at(month)
        _crossings(found, _gone(earlier, now, leaving), group, leaving, "leavers")
        _crossings(found, _gone(now, earlier, leaving), group, leaving, "joiners")
    for end, month in (("at_start", window.before), ("at_end", window.last)):
        for p in world.at(month):
            found[group(p)][f"fte_{end}"] += p.fte or 0.0
        for key, _ in {(group(p), p.person) for p in world.at(month)}:
            found[key][f"headcount_{end}"] += 1
    return dict(found)


FLOW_COLUMNS = (
    *("headcount_at_start", "headcount_at_end", "fte_at_start", "fte_at_end"),
    *("joiners", "leavers", "joiners_fte", "leavers_fte", "leavers_paused"),
)


def _gone(these: list[Position], those: list[Position], leaving: str) -> list[Position]:
    scope = SCOPE[leaving]
    still = {scope(p) for p in those}
    return [p for p in these if scope(p) not in still]


def _crossings(
    found: dict[Key, Counts], gone: list[Position], group: Callable[[Position], Key], leaving: str, kind: str
) -> None:
    """One occurrence a group and crossing, with all the hours that crossed."""
    for key, _ in {(group(p), SCOPE[leaving](p)) for p in gone}:
        found[key][kind] += 1
    for p in gone:
        found[group(p)][f"{kind}_fte"] += p.fte or 0.0


CAME = ("joined", "became_active", "moved_in", "changed_group_in")
WENT = ("left", "became_inactive", "moved_out", "changed_group_out")


def change(world: World, window: Window, by: Sequence[str]) -> dict[Key, Counts]:
    """Why there are more or fewer: each person of a group at either end has one term."""
    group = group_of(by)
    before, after = world.at(window.before), world.at(window.last)
    found: dict[Key, Counts] = {}
    for key in {group(p) for p in before + after if p.state == "active"}:
        counts: Counts = defaultdict(float)
        start = [p for p in before if p.state == "active" and group(p) == key]
        end = [p for p in after if p.state == "active" and group(p) == key]
        counts["fte_at_start"], counts["fte_at_end"] = hours(start), hours(end)
        for person in {p.person for p in start + end}:
            was, now = _mine(start, person), _mine(end, person)
            counts["headcount_at_start"] += bool(was)
            counts["headcount_at_end"] += bool(now)
            if was and now:
                counts["changed_hours_fte"] += hours(now) - hours(was)
            elif now:
                _add(counts, _term(now, _mine(before, person), CAME), hours(now))
            else:
                _add(counts, _term(was, _mine(after, person), WENT), hours(was))
        found[key] = counts
    return found


def _mine(positions: list[Position], person: str) -> list[Position]:
    return [p for p in positions if p.person == person]


def _add(counts: Counts, term: str, fte: float) -> None:
    counts[term] += 1
    counts[f"{term}_fte"] += fte


def _term(here: list[Position], other_end: list[Position], terms: tuple[str, str, str, str]) -> str:
    """The nearest explanation: the same organisation before another one, there at all before not there."""
    gone, inactive, moved, changed_group = terms
    organisations = {p.organisation for p in here}
    same = [p for p in other_end if p.organisation in organisations]
    if any(p.state == "active" for p in same):
        return changed_group
    if same:
        return inactive
    if any(p.state == "active" for p in other_end):
        return moved
    return inactive if other_end else gone
