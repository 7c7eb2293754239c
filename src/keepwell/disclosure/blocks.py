"""Which breakdown may be told to somebody who has every total exactly?

Here nothing stands behind the reader: of ethnicity, say, they know every total over the groups, in any cut, and see
year after year. So a breakdown is told whole or not at all, never with a hole that its total would fill; and in one
year less may be told than in another, but never so that the years before and after give back what was hidden.

A breakdown of one year is told if every number that can be worked out from it is nought or large enough: those there
at the start and at the end, who left, who stayed, who came. If not, a coarser one (two groups taken together) is
tried, and if that fails nothing is told. Who was there at the start of a year was there at the end of the one before,
so what is hidden between two years that are told is bounded by them: a finer breakdown is told again only if, in each
year in between, the leavers of every group could have been `ROOM` more or fewer with the same start and end.

Not covered: a group all alike (of whom nobody left, say: nought is shown); corrections of records told before; and a
part of a group that is nearly all of it, where all but one or two of those who left were of one ward.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from keepwell.disclosure.hiding import BOUNDLESS, HIDING, Whole

SMALLEST_TOLD: Final = HIDING["survey_11"].hides_to + 1
"""Groups of fewer people are hidden: as for answers to a survey, 11."""
ROOM: Final = 10
"""So many numbers more than one stay possible at least for the leavers of a group in a year between two told."""

Partition = tuple[tuple[int, ...], ...]
"""Which groups are taken together: (0, 2), (1,) tells two numbers of three groups."""


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """The counts of one year and one place, a number a group. `at_end` need not be at_start - leavers + joiners:
    people also change group."""

    at_start: Whole
    at_end: Whole
    leavers: Whole
    joiners: Whole

    def together(self, partition: Partition) -> Flows:
        """The counts of groups taken together."""
        taken = [[int(counts[list(part)].sum()) for part in partition] for counts in self._counts]
        return Flows(*(np.array(counts, dtype=np.int64) for counts in taken))

    @property
    def _counts(self) -> tuple[Whole, Whole, Whole, Whole]:
        return self.at_start, self.at_end, self.leavers, self.joiners

    @property
    def worked_out(self) -> Whole:
        """Every number of people that can be worked out from the start, the end and the leavers."""
        stayed = self.at_start - self.leavers
        return np.concatenate([*self._counts, stayed, np.abs(self.at_end - stayed)])

    @property
    def room(self) -> int:
        """How many numbers of leavers more than one are possible at least, of any group that there was anybody of.

        With the same start, end and totals: one leaver more of a group, and one who came, for each one less of another.
        """
        stayed, both = self.at_start - self.leavers, np.minimum(self.leavers, self.joiners)
        more = np.minimum(stayed, both.sum() - both)
        fewer = np.minimum(both, stayed.sum() - stayed)
        there = (self.at_start > 0) | (self.at_end > 0)
        return int((more + fewer)[there].min(initial=BOUNDLESS))


def is_told(flows: Flows, partition: Partition, smallest: int = SMALLEST_TOLD) -> bool:
    """Whether every number that a breakdown tells is nought or at least `smallest`."""
    numbers = flows.together(partition).worked_out
    return bool(((numbers == 0) | (numbers >= smallest)).all())


def levels_told(
    years: Sequence[Flows | None], partitions: Sequence[Partition], smallest: int = SMALLEST_TOLD, room: int = ROOM
) -> list[int | None]:
    """Of each year the finest partition that is told, by its place in `partitions` (finest first); None for none.

    A year of which nothing is known (None) is not told. What is told of a year depends on it and on those before it
    alone, so that a later year takes nothing back.
    """
    told: list[int | None] = []
    for i, flows in enumerate(years):
        levels = range(len(partitions)) if flows is not None else ()
        told.append(
            next(
                (
                    level
                    for level in levels
                    if flows is not None
                    and is_told(flows, partitions[level], smallest)
                    and _leaves_room(years[:i], told, partitions[level], level, room)
                ),
                None,
            )
        )
    return told


def _leaves_room(
    before: Sequence[Flows | None], told: Sequence[int | None], partition: Partition, level: int, room: int
) -> bool:
    """Whether the years just before, of which less was told, keep their secret when this one is told."""
    for flows, was in zip(reversed(before), reversed(told), strict=True):
        if flows is None or (was is not None and was <= level):
            return True
        if flows.together(partition).room < room:
            return False
    return True


def table_told(
    years: Sequence[Mapping[str, Flows] | None],
    whole: Sequence[int | None],
    partitions: Sequence[Partition],
    smallest: int = SMALLEST_TOLD,
) -> list[int | None]:
    """Of each year the finest partition in which a table of places is told: all of its places, or none.

    `whole` is what is told of all places together. A table is never finer than that, nor finer than in a year before;
    once it was not told it is not told again.
    """
    told: list[int | None] = []
    finest: int | None = 0
    for places, level in zip(years, whole, strict=True):
        if places is None or level is None or finest is None:
            finest = None
        else:
            finest = next(
                (
                    k
                    for k in range(max(finest, level), len(partitions))
                    if all(is_told(flows, partitions[k], smallest) for flows in places.values())
                ),
                None,
            )
        told.append(finest)
    return told
