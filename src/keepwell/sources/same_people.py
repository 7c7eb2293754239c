"""Are these the same people as some months before, or the same numbers dealt out anew?

Two signs. Numbers drawn from a new range: hardly anybody of the smaller month is in the other. Numbers dealt
out again to other people: everybody is there, but what hardly changes, such as the month of birth or the staff
group, agrees no better than chance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pyarrow as pa

from keepwell.records.staff import NOT_KNOWN

FEWEST_PEOPLE = 20
"""Below this many people in a month, half of them may really have changed."""
FEWEST_TOGETHER = 100
"""So many people of several small organisations tell as much as twenty of one."""
STILL_THERE = 0.5
"""Nowhere does half of the smaller month come or go within a year: fewer in both means new numbers."""
STEADY = ("birth_month", "sex", "staff_group", "job_role", "unit")
BY_CHANCE = 0.3
"""Agreement beyond chance (kappa) of something steady: near 1 for the same people, near 0 for a shuffle."""
MANY_GONE = 0.2
"""No whole file shows so many people gone by the next month's end, unless a part of the organisation went."""
MONTHS_APART = 3
"""Over a longer gap so many may have left one by one."""
TELLS_LITTLE = 0.8
"""Where chance alone makes so many agree, agreement is no evidence."""
COLUMNS = ("person", *STEADY)


@dataclass(frozen=True)
class MonthOfPeople:
    """Who was in one organisation at one month's end: rows of positions."""

    rows: pa.Table
    known: dict[str, list[object]] = field(default_factory=dict)

    @cached_property
    def place_of(self) -> dict[str, int]:
        """Where in the rows each person stands."""
        return {person: i for i, person in enumerate(self.column("person"))}  # type: ignore[misc]

    def column(self, name: str) -> list[object]:
        if name not in self.known:
            self.known[name] = _each(self.rows[name])
        return self.known[name]

    def by_unit(self) -> dict[str, list[str]]:
        units: dict[str, list[str]] = {}
        for person, unit in zip(self.column("person"), self.column("unit"), strict=True):
            units.setdefault(str(unit), []).append(str(person))
        return units


def _each(column: pa.ChunkedArray) -> list[object]:
    """The values of a column, each distinct one held once."""
    coded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    values = coded.dictionary.to_pylist()
    return [values[code] for code in coded.indices.to_pylist()]


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people of the smaller of two months are in both."""

    shared: int
    smaller: int

    @property
    def share(self) -> float:
        return self.shared / self.smaller if self.smaller else 1.0


def overlap(then: MonthOfPeople, now: MonthOfPeople) -> Overlap:
    shared = len(then.place_of.keys() & now.place_of.keys())
    return Overlap(shared, min(len(then.place_of), len(now.place_of)))


def new_numbers(found: Overlap) -> bool:
    """Whether one organisation's numbers were drawn anew, as far as so many people tell."""
    return found.smaller >= FEWEST_PEOPLE and found.share < STILL_THERE


def gone_since(then: MonthOfPeople, now: MonthOfPeople) -> int:
    """How many people are gone, where they are too many to have left one by one; else 0."""
    people = len(then.place_of)
    gone = len(then.place_of.keys() - now.place_of.keys())
    return gone if people >= FEWEST_PEOPLE and gone >= MANY_GONE * people else 0


def new_numbers_together(found: Iterable[Overlap]) -> bool:
    """Whether the numbers of many organisations were, each too small to tell alone."""
    every = list(found)
    together = Overlap(sum(x.shared for x in every), sum(x.smaller for x in every))
    return together.smaller >= FEWEST_TOGETHER and together.share < STILL_THERE


def dealt_anew(then: MonthOfPeople, now: MonthOfPeople) -> bool:
    """Whether nothing steady about the people of both months agrees better than chance."""
    here, there = now.place_of, then.place_of
    shared = [person for person in there if person in here]
    kappas = []
    for name in STEADY:
        old, new = then.column(name), now.column(name)
        kappa = agreement([(old[there[p]], new[here[p]]) for p in shared])
        if kappa is not None and kappa >= BY_CHANCE:
            return False
        kappas.append(kappa)
    return any(kappa is not None for kappa in kappas)


def agreement(pairs: Iterable[tuple[object, object]]) -> float | None:
    """Cohen's kappa of two labels a person; None where too few people or too few labels tell.

    Only labels that stand on both sides count, so that a renaming of all wards is no disagreement.
    """
    known = [(a, b) for a, b in pairs if a not in (None, NOT_KNOWN) and b not in (None, NOT_KNOWN)]
    both = {a for a, _ in known} & {b for _, b in known}
    known = [(a, b) for a, b in known if a in both and b in both]
    if len(known) < FEWEST_PEOPLE:
        return None
    before, after = Counter(a for a, _ in known), Counter(b for _, b in known)
    chance = sum(n * after[label] for label, n in before.items()) / len(known) ** 2
    if chance > TELLS_LITTLE:
        return None
    return (sum(1 for a, b in known if a == b) / len(known) - chance) / (1 - chance)
