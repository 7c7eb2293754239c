"""Is a unit or an organisation that vanished gone, or does it go on by another name?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.records.recodes import Recode, Succession
from keepwell.records.staff import NOT_KNOWN
from keepwell.records.workspace import Load
from keepwell.sources.formats import Decision
from keepwell.sources.same_people import MonthOfPeople

FEWEST_IN_UNIT = 5
FEWEST_GONE = 10
"""So many people of one unit do not leave the organisation in the same month by chance."""
MOVED_TOGETHER = 0.5
STAYED_ON = 0.1
MONTHS_COMPARED = 12


@dataclass(slots=True)
class UnitsChanged:
    """Units that vanished between two months, and what may have become of them."""

    moved: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)

    def compare(
        self, organisation: str, then: MonthOfPeople, now: MonthOfPeople, when: int, recodes: Sequence[Recode]
    ) -> None:
        """Look at one organisation; what a recode explains is left alone."""
        before, after = then.by_unit(), now.by_unit()
        told = {r.old for r in recodes if r.field == "unit" and r.organisation == organisation} | {NOT_KNOWN}
        for unit in sorted(before.keys() - after.keys() - told):
            people = before[unit]
            stand = Counter(str(now.column("unit")[now.place_of[p]]) for p in people if p in now.place_of)
            if len(people) >= FEWEST_GONE and sum(stand.values()) <= STAYED_ON * len(people):
                self.gone.append(f"{unit}, {len(people)} people ({organisation} {Month(when)})")
            if len(people) >= FEWEST_IN_UNIT and (to := _went_together(stand, len(people), before)):
                self.moved.append(f"{unit} → {' + '.join(to)} ({organisation})")

    def decisions(self) -> list[Decision]:
        found = []
        if self.moved:
            found.append(
                Decision(
                    "renamed-units",
                    f"{counted(len(self.moved), 'unit')} vanished while most of the people stand together elsewhere: "
                    "renamed, split or merged?",
                    listed(self.moved, 4),
                    "if so, load a table of recodes (headings organisation, field, old, new, from): a renaming is no "
                    "departure",
                    blocks=False,
                )
            )
        if self.gone:
            found.append(
                Decision(
                    "units-gone",
                    f"{counted(len(self.gone), 'unit')} vanished, and nearly everybody in them has left.",
                    listed(self.gone, 4),
                    "check that the extract is whole; they count as leavers of the organisation",
                    blocks=False,
                )
            )
        return found


def _went_together(stand: Counter[str], people: int, before: Mapping[str, object]) -> list[str]:
    """The new units in which most of a vanished unit's people stand, or else the one old unit."""
    stand = Counter({unit: n for unit, n in stand.items() if unit != NOT_KNOWN})
    new = Counter({unit: n for unit, n in stand.items() if unit not in before})
    if sum(new.values()) >= MOVED_TOGETHER * people:
        return [unit for unit, _ in new.most_common(3)]
    return [unit for unit, n in stand.most_common(1) if n >= MOVED_TOGETHER * people]


_Told = tuple[int, set[str]]
Told = Mapping[int, set[str]]
"""Month.index -> the organisations that a file or a load tells of in that month."""


def told_by(loads: Sequence[Load]) -> dict[int, set[str]]:
    told: dict[int, set[str]] = {}
    for load in loads:
        for month in range(Month.parse(load.first_month).index, Month.parse(load.last_month).index + 1):
            told.setdefault(month, set()).update(load.organisations)
    return told


def of_same_places(loads: Sequence[Load], organisations: set[str]) -> dict[int, set[str]]:
    """What loads tell that share an organisation with these: others are of other places."""
    return told_by([load for load in loads if organisations & set(load.organisations)])


def nearest(months: Container[int], month: int, step: int) -> int | None:
    """The nearest of some months before (step -1) or after (step 1) a month, up to a year away."""
    return next((m for i in range(1, MONTHS_COMPARED + 1) if (m := month + step * i) in months), None)


def organisations_changed(told: Told, earlier: Sequence[Load], successions: Sequence[Succession]) -> list[Decision]:
    """Organisations that vanish or appear between the file's own months, or beside files of the same kind."""
    loaded = told_by(earlier)
    explained = {s.code for s in successions} | {s.successor for s in successions}
    gone, new = [], []
    for (a, had), (b, have) in _steps(told, earlier):
        left = had - have - loaded.get(b, set()) - explained
        came = have - had - loaded.get(a, set()) - explained if len(had) > 1 else set()
        gone += [f"{o} after {Month(a)}" for o in sorted(left)]
        new += [f"{o} in {Month(b)}" for o in sorted(came)]
    if not gone and not new:
        return []
    return [
        Decision(
            "organisations-changed",
            f"{counted(len(gone), 'organisation')} vanished and {len(new)} appeared at once.",
            f"gone: {listed(gone) or 'none'}; new: {listed(new) or 'none'}",
            "if one became the other, load a table of successors (headings code, successor, on)",
            blocks=False,
        )
    ]


def _steps(told: Told, earlier: Sequence[Load]) -> list[tuple[_Told, _Told]]:
    """The file's months in order, with the nearest months loaded of the same places at both ends, two by two."""
    months = sorted(told)
    course = [(m, told[m]) for m in months]
    before = of_same_places(earlier, told[months[0]])
    if (month := nearest(before, months[0], -1)) is not None:
        course.insert(0, (month, before[month]))
    after = of_same_places(earlier, told[months[-1]])
    if (month := nearest(after, months[-1], 1)) is not None:
        course.append((month, after[month]))
    return list(pairwise(course))


def months_missing(told: Told, earlier: Sequence[Load], *, inside: bool) -> list[Decision]:
    """Months that nothing tells of, from the nearest loaded before the file to the nearest loaded after it.

    `inside`: also those between the months of the file itself.
    """
    organisations = set().union(*told.values())
    others, first, last = of_same_places(earlier, organisations), min(told), max(told)
    start = max((m for m in others if m < first), default=first)
    end = min((m for m in others if m > last), default=last)
    have = {*told, *others, *(() if inside else range(first, last))}
    missing = [str(Month(m)) for m in range(start, end + 1) if m not in have]
    if not missing:
        return []
    return [
        Decision(
            "month-missing",
            f"{counted(len(missing), 'month')} missing: no file tells of {'it' if len(missing) == 1 else 'them'}.",
            f"{listed(missing, 6)} of {listed(sorted(organisations), 4)}",
            "load what is missing too; until then whoever came and left in between is not seen",
            blocks=False,
        )
    ]
