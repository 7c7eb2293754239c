"""Is this really the same people and the same places as last month?

Two traps make numbers wrong without any cell being wrong: identifiers that were drawn anew, so that everybody
seems to have left and everybody to have joined; and an organisation or unit that vanishes or appears at once,
mostly because it was renamed, merged or left out of the extract.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pyarrow.parquet as pq

from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.records.workspace import Generation, Load, Workspace
from keepwell.sources.formats import Decision, Reading, SourceFormat

FEWEST_PEOPLE = 20
"""Below this many people in a month, half of them may really have changed."""
STILL_THERE = 0.5
"""In no month or quarter does half of an organisation leave: fewer still there means new identifiers."""
MONTHS_COMPARED = 3
FEWEST_IN_UNIT = 5
MOVED_TOGETHER = 0.5


@dataclass(slots=True)
class MonthOfPeople:
    """Who was where in one organisation at one month's end."""

    people: dict[str, str] = field(default_factory=dict)

    def by_unit(self) -> dict[str, set[str]]:
        units: dict[str, set[str]] = defaultdict(set)
        for person, unit in self.people.items():
            units[unit].add(person)
        return units


def traps(
    workspace: Workspace, before: Generation, source: SourceFormat, reading: Reading, replaced: tuple[int, ...]
) -> list[Decision]:
    """What looks like one of the two traps, against what is loaded and inside the file itself."""
    earlier = [x for x in before.loads if x.format == source.name and x.number not in replaced]
    found = _organisations(earlier, reading)
    if "positions" in reading.tables:
        found += _people(workspace, earlier, reading)
    return found


def _organisations(earlier: list[Load], reading: Reading) -> list[Decision]:
    """Organisations that last month's file of the same kind had and this one has not, or the other way."""
    month_before = str(reading.first_month + -1)
    last = [x for x in earlier if x.last_month == month_before and set(x.organisations) & set(reading.organisations)]
    if not last:
        return []
    had = {o for x in last for o in x.organisations}
    have = set(reading.organisations)
    gone, new = sorted(had - have), sorted(have - had) if len(had) > 1 else []
    if not gone and not new:
        return []
    return [
        Decision(
            "organisations-changed",
            f"{counted(len(gone), 'organisation')} gone and {len(new)} new since {month_before}.",
            f"gone: {listed(gone) or 'none'}; new: {listed(new) or 'none'}",
            "if one became the other, load a table of successors (headings code, successor, on)",
            blocks=False,
        )
    ]


def _people(workspace: Workspace, earlier: list[Load], reading: Reading) -> list[Decision]:
    months = _months_of(reading.tables["positions"].select(["organisation", "month", "person", "unit"]).to_pylist())
    wanted = _neighbours(months)
    for load in earlier:
        if set(load.organisations) & {o for o, _ in wanted} and "positions" in load.parts:
            months |= _loaded(workspace, load, wanted)
    redrawn, moved = [], []
    mine = {(o, m) for o, m in months if reading.first_month.index <= m <= reading.last_month.index}
    for organisation, month in sorted(mine):
        earlier_month = _nearest_before(months, organisation, month)
        if earlier_month is None:
            continue
        then, now = months[organisation, earlier_month], months[organisation, month]
        if _redrawn(then, now):
            redrawn.append(
                f"{organisation} {Month(month)}: {_still(then, now):.0%} of {Month(earlier_month)} still there"
            )
        else:
            moved += [f"{old} → {new} ({organisation})" for old, new in _renamed(then, now)]
    return [*_redrawn_decision(redrawn), *_renamed_decision(moved)]


def _months_of(rows: Iterable[Mapping[str, object]]) -> dict[tuple[str, int], MonthOfPeople]:
    months: dict[tuple[str, int], MonthOfPeople] = defaultdict(MonthOfPeople)
    for row in rows:
        months[str(row["organisation"]), int(str(row["month"]))].people[str(row["person"])] = str(row["unit"])
    return dict(months)


def _neighbours(months: Mapping[tuple[str, int], MonthOfPeople]) -> set[tuple[str, int]]:
    near = range(-MONTHS_COMPARED, MONTHS_COMPARED + 1)
    return {(o, m + step) for o, m in months for step in near} - set(months)


def _loaded(workspace: Workspace, load: Load, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], MonthOfPeople]:
    first, last = Month.parse(load.first_month).index, Month.parse(load.last_month).index
    if not any(first <= m <= last for _, m in wanted):
        return {}
    columns = ["organisation", "month", "person", "unit"]
    table = pq.read_table(workspace.part(load.parts["positions"]), columns=columns)
    rows = (r for r in table.to_pylist() if (r["organisation"], r["month"]) in wanted)
    return _months_of(rows)


def _nearest_before(months: Mapping[tuple[str, int], MonthOfPeople], organisation: str, month: int) -> int | None:
    return next((month - i for i in range(1, MONTHS_COMPARED + 1) if (organisation, month - i) in months), None)


def _still(then: MonthOfPeople, now: MonthOfPeople) -> float:
    return len(then.people.keys() & now.people.keys()) / len(then.people)


def _redrawn(then: MonthOfPeople, now: MonthOfPeople) -> bool:
    enough = min(len(then.people), len(now.people)) >= FEWEST_PEOPLE
    return enough and _still(then, now) < STILL_THERE


def _renamed(then: MonthOfPeople, now: MonthOfPeople) -> list[tuple[str, str]]:
    """Units that are gone, whose people mostly stand together in a unit that is new."""
    before, after = then.by_unit(), now.by_unit()
    pairs = []
    for unit in sorted(before.keys() - after.keys()):
        to = Counter(now.people[p] for p in before[unit] if p in now.people and now.people[p] not in before)
        if len(before[unit]) >= FEWEST_IN_UNIT and to:
            new, people = to.most_common(1)[0]
            if people >= MOVED_TOGETHER * len(before[unit]):
                pairs.append((unit, new))
    return pairs


def _redrawn_decision(redrawn: list[str]) -> list[Decision]:
    if not redrawn:
        return []
    return [
        Decision(
            "new-identifiers",
            "People cannot be followed from the month before: the identifiers seem to have been drawn anew.",
            listed(redrawn, 3),
            "ask for an extract with the same employee numbers; --accept new-identifiers only if they truly left",
            blocks=True,
        )
    ]


def _renamed_decision(moved: list[str]) -> list[Decision]:
    if not moved:
        return []
    return [
        Decision(
            "renamed-units",
            f"{counted(len(moved), 'unit')} vanished while most of the people stand in a new one: renamed?",
            listed(moved, 4),
            "if so, load a table of recodes (headings organisation, field, old, new, from): a renaming is no departure",
            blocks=False,
        )
    ]
