"""Is this really the same people and the same places as last month?

Three traps make numbers wrong without any cell being wrong: identifiers that were drawn anew, so that everybody
seems to have left and everybody to have joined; a file cut off halfway, so that many seem to have left at once;
and an organisation or unit that vanishes or appears at once, mostly because it was renamed, merged or left out. Each month of a file is compared with the
nearest one before and after it, within a year, whether in the file or loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from keepwell.errors import counted, listed
from keepwell.periods import Month
from keepwell.records.counts import table_of_load
from keepwell.records.recodes import Recode, Succession, recodes_in, successions_in
from keepwell.records.rows_in_lots import RowsInLots
from keepwell.records.workspace import Generation, Load, Workspace
from keepwell.sources.formats import Decision, Reading, SourceFormat
from keepwell.sources.progress import CHECKING, tell
from keepwell.sources.same_people import (
    COLUMNS,
    MONTHS_APART,
    MonthOfPeople,
    Overlap,
    dealt_anew,
    gone_since,
    new_numbers,
    new_numbers_together,
    overlap,
)
from keepwell.sources.same_places import (
    UnitsChanged,
    months_missing,
    nearest,
    organisations_changed,
    told_by,
)
from keepwell.sources.same_practice_people import people_redrawn

Place = tuple[str, int]
"""An organisation and a Month.index."""


def traps(
    workspace: Workspace, before: Generation, source: SourceFormat, reading: Reading, replaced: tuple[int, ...]
) -> list[Decision]:
    """What looks like one of the traps, against what is loaded and inside the file itself."""
    if source.reference:
        return []
    earlier = [x for x in before.loads if x.format == source.name and x.number not in replaced]
    if "counts" in reading.tables:  # counts by other fields are another table
        name = reading.tables["counts"]["table_of"][0].as_py()
        earlier = [x for x in earlier if table_of_load(workspace, x) == name]
    if "practice_people" in reading.tables:
        return people_redrawn(workspace, earlier, reading.tables["practice_people"])
    told = _told(reading)
    successions = successions_in(workspace, before)
    if "practice_staff" in reading.tables:  # stocks: a month that nobody loaded is no gap in them
        return organisations_changed(told, earlier, successions)
    found = months_missing(told, earlier, inside=_follows_every_month(reading))
    if "leavers" not in reading.tables:
        found += organisations_changed(told, earlier, successions)
    if "positions" in reading.tables:
        found += _people(workspace, earlier, reading, _Compared(recodes_in(workspace, before), successions))
    return found


def _follows_every_month(reading: Reading) -> bool:
    """Whether a month without rows hides who came and went: not in leavers, nor in headcounts once a quarter."""
    if "counts" in reading.tables:
        return bool(pc.any(reading.tables["counts"]["leavers"].is_valid()).as_py())
    return "leavers" not in reading.tables


def places_in(table: pa.Table | RowsInLots) -> set[Place]:
    """The organisations and months that a table has rows of, if it has those columns."""
    if isinstance(table, RowsInLots):
        return set(table.places)
    if not {"organisation", "month"} <= set(table.column_names):
        return set()
    pairs = table.select(["organisation", "month"]).group_by(["organisation", "month"]).aggregate([])
    return set(zip(pairs["organisation"].to_pylist(), pairs["month"].to_pylist(), strict=True))


def _told(reading: Reading) -> dict[int, set[str]]:
    """Month by month the organisations that a file tells of; leavers need not have any in each month."""
    told: dict[int, set[str]] = {}
    for table in reading.tables.values():
        for organisation, month in places_in(table):
            told.setdefault(month, set()).add(organisation)
    told.setdefault(reading.last_month.index, set(reading.organisations))
    return told


@dataclass(slots=True)
class _Compared:
    """What the months of a file say beside one another."""

    recodes: Sequence[Recode]
    successions: Sequence[Succession]
    redrawn: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    small: list[Overlap] = field(default_factory=list)
    units: UnitsChanged = field(default_factory=UnitsChanged)

    def look(self, organisation: str, months: tuple[int, int], people: tuple[MonthOfPeople, MonthOfPeople]) -> None:
        (a, b), (then, now) = months, people
        found = overlap(then, now)
        if new_numbers(found):
            self.redrawn.append(f"{organisation} {Month(b)}: {found.share:.0%} of {Month(a)} still there")
        elif dealt_anew(then, now):
            self.redrawn.append(f"{organisation} {Month(b)}: the numbers of {Month(a)} belong to other people")
        else:
            self.small.append(found)
            if b - a <= MONTHS_APART and (gone := gone_since(then, now)) and not self._succeeded(organisation, b):
                self.gone.append(
                    f"{organisation} {Month(b)}: {gone:,} of {len(then.place_of):,} of {Month(a)} are gone"
                )
            self.units.compare(organisation, then, now, b, self.recodes)

    def _succeeded(self, organisation: str, month: int) -> bool:
        """Whether the organisation had become part of another by that month's end."""
        return any(s.code == organisation and Month.of(s.on).index <= month for s in self.successions)

    def decisions(self) -> list[Decision]:
        if not self.redrawn and new_numbers_together(self.small):
            self.redrawn.append(f"{counted(len(self.small), 'comparison')} of small organisations")
        if not self.redrawn:
            return [*self._many_gone(), *self.units.decisions()]
        wrong = "People cannot be followed from month to month: the identifiers seem to have been drawn anew."
        attempt = "ask for an extract with the same employee numbers; --accept new-identifiers only if they truly left"
        return [Decision("new-identifiers", wrong, listed(self.redrawn, 3), attempt, blocks=True), *self._many_gone()]

    def _many_gone(self) -> list[Decision]:
        if not self.gone:
            return []
        wrong = "A fifth of the people or more are gone at once."
        attempt = "check that the file is whole; --accept many-gone if they truly left or moved"
        return [Decision("many-gone", wrong, listed(self.gone, 4), attempt, blocks=True)]


def _people(workspace: Workspace, earlier: Sequence[Load], reading: Reading, compared: _Compared) -> list[Decision]:
    positions = reading.tables["positions"]
    mine = places_in(positions)
    others = {(o, m) for m, organisations in told_by(earlier).items() for o in organisations}
    pairs = list(_neighbours(mine, others - mine))
    wanted = {place for pair in pairs for place in pair} - mine
    people = _InTurn({**_by_place(positions), **_loaded(workspace, earlier, wanted)})
    for n, (then, now) in enumerate(pairs):
        tell(CHECKING, n, len(pairs))
        if then in people.rows and now in people.rows:
            compared.look(then[0], (then[1], now[1]), (people.of(then), people.of(now)))
    return compared.decisions()


@dataclass(slots=True)
class _InTurn:
    """The people of each place, of whom only those asked for last are held: a month is compared with the next."""

    rows: Mapping[Place, Callable[[], pa.Table]]
    _held: dict[Place, MonthOfPeople] = field(default_factory=dict)

    def of(self, place: Place) -> MonthOfPeople:
        people = self._held.pop(place, None) or MonthOfPeople(self.rows[place]())
        self._held = {**dict(list(self._held.items())[-1:]), place: people}
        return people


def _neighbours(mine: set[Place], others: set[Place]) -> Iterator[tuple[Place, Place]]:
    """Each month of the file with the nearest before it, and with the nearest after it if that is loaded already."""
    months: dict[str, set[int]] = {}
    for organisation, month in mine | others:
        months.setdefault(organisation, set()).add(month)
    for organisation, month in sorted(mine):
        if (before := nearest(months[organisation], month, -1)) is not None:
            yield (organisation, before), (organisation, month)
        after = nearest(months[organisation], month, 1)
        if after is not None and (organisation, after) not in mine:
            yield (organisation, month), (organisation, after)


def _by_place(positions: pa.Table | RowsInLots) -> dict[Place, Callable[[], pa.Table]]:
    """How to come by the rows of each organisation and month; a table is sorted once, then cut."""
    names = ["organisation", "month", *COLUMNS]
    if isinstance(positions, RowsInLots):
        return {place: partial(positions.table, which, names) for place, which in positions.places.items()}
    rows = positions.select(names)
    places = sorted(places_in(rows))
    if len(places) == 1:
        return {places[0]: lambda: rows}
    rows = rows.sort_by([("organisation", "ascending"), ("month", "ascending")])
    ends = _lengths(rows)
    return {place: partial(rows.slice, *ends[place]) for place in places}


def _lengths(rows: pa.Table) -> dict[Place, tuple[int, int]]:
    """Where the rows of each place begin in a sorted table, and how many they are."""
    counts = rows.group_by(["organisation", "month"], use_threads=False).aggregate([([], "count_all")])
    found, start = {}, 0
    for row in counts.to_pylist():
        found[row["organisation"], row["month"]] = (start, row["count_all"])
        start += row["count_all"]
    return found


def _loaded(workspace: Workspace, loads: Sequence[Load], wanted: set[Place]) -> dict[Place, Callable[[], pa.Table]]:
    """The wanted months of what is loaded; other loads are not opened."""
    found: dict[Place, Callable[[], pa.Table]] = {}
    for load in loads:
        here = {(o, m) for m, organisations in told_by([load]).items() for o in organisations} & wanted
        if here and "positions" in load.parts:
            path = workspace.part(load.parts["positions"])
            rows = pq.read_table(path, columns=["organisation", "month", *COLUMNS])
            months = pa.array(sorted({m for _, m in here}), pa.int32())
            by_place = _by_place(rows.filter(pc.is_in(rows["month"], value_set=months)))
            found |= {place: people for place, people in by_place.items() if place in wanted}
    return found
