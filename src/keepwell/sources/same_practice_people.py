"""Do the identifiers of two releases of people in general practice stand for the same people?

Three signs that they were dealt out anew. Hardly any is in both releases. Or they are, but what is a person's own
(role, sex, age band) agrees little better than chance. Or their places (PCN, sub-ICB, ICB) do: numbers given in
the order of rows keep one of the two and never both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from keepwell.errors import counted
from keepwell.periods import Month
from keepwell.records.workspace import Load, Workspace
from keepwell.sources.formats import Decision
from keepwell.sources.same_people import (
    FEWEST_PEOPLE,
    MONTHS_APART,
    STILL_THERE,
    MonthOfPeople,
    agreement,
    gone_since,
    overlap,
)

OWN: Final = ("role", "staff_group", "sex", "age_band")
PLACES: Final = ("pcn", "sub_icb", "icb", "region")
MOSTLY_THE_SAME: Final = 0.7
"""Agreement beyond chance that the same people show in a year, in what is their own and in where they are."""
RELEASES_APART: Final = 36
"""Further apart, too many may have come and gone to tell."""
COLUMNS: Final = ("person", *OWN, *PLACES)


def people_in(rows: pa.Table) -> MonthOfPeople:
    """The people of one release, each by the row with the most FTE; rows that are no person's left aside."""
    order = [(name, "ascending") for name in ("fte", "organisation", "role")]
    real = rows.filter(pc.is_valid(rows["person"])).sort_by(order)
    return MonthOfPeople(real.select(list(COLUMNS)))


def why_not_the_same(then: MonthOfPeople, now: MonthOfPeople, months: int) -> str | None:
    """Why the identifiers of two releases so many months apart are not the same people's; None if they may be."""
    found = overlap(then, now)
    if found.smaller < FEWEST_PEOPLE:
        return None
    if found.share < STILL_THERE ** max(1.0, months / 12):
        return f"{found.share:.0%} of the identifiers are in both"
    for kind, names in (("role, sex and age band", OWN), ("places", PLACES)):
        kappas = [k for name in names if (k := _kappa(then, now, name)) is not None]
        if kappas and max(kappas) < MOSTLY_THE_SAME:
            return f"{found.share:.0%} of the identifiers are in both, with the {kind} of other people"
    return None


def _kappa(then: MonthOfPeople, now: MonthOfPeople, name: str) -> float | None:
    old, new, here, there = then.column(name), now.column(name), now.place_of, then.place_of
    return agreement([(old[there[p]], new[here[p]]) for p in there if p in here])


def people_redrawn(workspace: Workspace, earlier: Sequence[Load], people: pa.Table) -> list[Decision]:
    """What is to be decided of a release beside those loaded: people who cannot be followed, or too many gone.

    It is compared with the nearest release before it and the nearest after it.
    """
    month = people["month"][0].as_py()
    mine, redrawn, gone = people_in(people), [], []
    for load in _neighbours(earlier, month):
        other, at = people_in(pq.read_table(workspace.part(load.parts["practice_people"]))), _month_of(load)
        (a, then), (b, now) = sorted([(month, mine), (at, other)], key=lambda pair: pair[0])
        if why := why_not_the_same(then, now, b - a):
            redrawn.append(f"{Month(a)} to {Month(b)}: {why}")
        elif b - a <= MONTHS_APART and (many := gone_since(then, now)):
            gone.append(f"{many:,} of {len(then.place_of):,} of {Month(a)} are gone in {Month(b)}")
    return [*_redrawn(redrawn), *_gone(gone)]


def _neighbours(earlier: Sequence[Load], month: int) -> list[Load]:
    near = {_month_of(x): x for x in earlier if "practice_people" in x.parts}
    before = max((m for m in near if 0 < month - m <= RELEASES_APART), default=None)
    after = min((m for m in near if 0 < m - month <= RELEASES_APART), default=None)
    return [near[m] for m in (before, after) if m is not None]


def _month_of(load: Load) -> int:
    return Month.parse(load.last_month).index


def _redrawn(found: list[str]) -> list[Decision]:
    if not found:
        return []
    wrong = "People cannot be followed from one release to the other: the identifiers were dealt out anew."
    attempt = (
        "--accept new-identifiers to load it all the same; then only net change can be told, not who came and went"
    )
    return [Decision("new-identifiers", wrong, "; ".join(found), attempt, blocks=True)]


def _gone(found: list[str]) -> list[Decision]:
    if not found:
        return []
    wrong = f"A fifth of the people or more are gone within {counted(MONTHS_APART, 'month')}."
    attempt = "check that the file is whole; --accept many-gone if they truly left"
    return [Decision("many-gone", wrong, "; ".join(found), attempt, blocks=True)]
