"""To whom is support offered, and how much of their improvement would come by itself?

As the national retention programme of 2017 chose trusts: those whose leaver rate for a staff group is above the
average of their own kind. Who is picked for a high rate has, on average, also had bad luck, and falls back when
nothing is done at all: a plain number says by how much, before anybody claims it as an effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from keepwell.comparison import Shrunken, shrunken_rates
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.comparing import WITHIN, comparing, for_readers
from keepwell.enquiries.peers import ABOVE, POSITION_WORDS
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.records.flows import NAMED
from keepwell.records.workspace import Workspace

TAKEN, NOT_TAKEN = "taken", ""
PLACE = "organisation"
MEASURE = "leaver_rate"
LISTED = (
    *(PLACE, NAMED[PLACE], WITHIN, "leavers", MEASURE, "lower_95", "upper_95", "group_average"),
    *("expected_rate", "position", "taken", "hidden"),
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the same choice one period earlier would have come to: the fall we would have said and the fall
    that came, fractions; and how the rates of both periods, relative to their groups, correlate.
    """

    said: float
    came: float
    correlation: float
    taken: int


@dataclass(frozen=True, slots=True)
class Targeted:
    """Who is above the average of their kind, who of them is taken, and what to expect without any support.

    `observed` and `expected` are means over those taken, fractions; `beyond` counts those of them that stand
    above their group by more than chance explains. `rehearsal` is there where the period before is loaded too.
    """

    released: Released
    above: int
    taken: int
    beyond: int
    observed: float
    expected: float
    rehearsal: Rehearsal | None

    @property
    def fall(self) -> float:
        """By how much the mean rate of those taken falls by itself, a fraction."""
        return self.observed - self.expected


def targeting(
    workspace: Workspace, enquiry: Enquiry, *, take: int = 20, within: str = WITHIN, session: Session | None = None
) -> Targeted:
    """Organisations above the average of their kind, and the regression to the mean to expect of those taken.

        fall = mean of observed rates − mean of rates to expect (`shrunken_rates`), over those taken

    Taken are the first `take` in the order of how far the rate to expect stands above the group's average, in
    proportion to it; where that is equal the greater observed distance goes first, then the more leavers, then the
    code. An organisation at or below the average of its group is never taken.

    The table has the columns of `comparing` and: taken, above_group, expected_rate, lasting.
    Raises EnquiryRefused where nobody stands above the group, or as `comparing`.
    Source: NHS Improvement, retention direct support programme (2017), for who is chosen.
    """
    if session is None:
        with Session(workspace, enquiry.vintage) as own:
            return targeting(workspace, enquiry, take=take, within=within, session=own)
    if take < 1:
        raise EnquiryRefused("At least one organisation is taken.", found=f"--take {take}", attempt="--take 20")
    asked = replace(enquiry, measure=MEASURE, by=(PLACE,))
    chosen = _choose(comparing(workspace, asked, within=within, session=session), take, within)
    if not chosen.first:
        raise EnquiryRefused(
            "No organisation stands above the average of its group.",
            found=counted(len(chosen.rows), "organisation"),
            attempt="another --where, --end or --months",
        )
    first = chosen.of_first()
    return Targeted(
        _with_choice(chosen, chosen.notes(take)),
        above=len(chosen.order),
        taken=len(chosen.first),
        beyond=sum(chosen.rows[i]["position"] == ABOVE for i in chosen.first),
        observed=float(first.observed.mean()),
        expected=float(first.expected.mean()),
        rehearsal=_rehearsal(workspace, asked, chosen, take, within, session),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _First:
    observed: np.ndarray
    expected: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """Places that can be compared, the order of those above their group, and the first of them."""

    released: Released
    rows: list[dict[str, Any]]
    again: Shrunken
    order: list[int]
    first: list[int]

    def of_first(self) -> _First:
        observed = np.array([self.rows[i][MEASURE] for i in self.first])
        return _First(observed, self.again.expected[self.first])

    def relative(self) -> dict[str, float]:
        """Of each place, its rate as a multiple of what its group has."""
        return {row[PLACE]: row[MEASURE] / row["group_average"] for row in self.rows}

    def notes(self, take: int) -> tuple[str, ...]:
        """How they were chosen, and whether the last place was a matter of the tie-break."""
        how = (
            "Chosen as in the national programme of 2017: above the average of their own group. In the order of how "
            "far above, after taking out what is likely to be chance."
        )
        notes = [how]
        if len(self.first) < take:
            notes.append(f"Only {len(self.first)} of the {take} to take: no other stands above its group.")
        elif len(self.order) > take and self._key(self.order[take])[:2] == self._key(self.order[take - 1])[:2]:
            notes.append("The last one taken ties with the next: the one with more leavers went first, then by code.")
        differ = np.sqrt(self.again.between)
        notes.append(
            f"Organisations of one group differ by about {differ:.0%} of their average beyond chance; the rest is chance "
            "and comes back. What happened once, such as a service transferred, also comes back and is not in that: "
            "the fall is at least what is said."
        )
        if number := int(self.again.exceptional[self.first].sum()):
            notes.append(
                f"{counted(number, 'organisation')} of those taken {'lies' if number == 1 else 'lie'} too far out to be "
                "usual: see what happened there, such as a service transferred, before offering support."
            )
        return tuple(notes)

    def _key(self, i: int) -> tuple[float, float, int, str]:
        row, average = self.rows[i], self.rows[i]["group_average"]
        lasting, seen = float(self.again.expected[i]) / average, row[MEASURE] / average
        return (-round(lasting, 12), -round(seen, 12), -row["leavers"], row[PLACE])


def _choose(released: Released, take: int, within: str) -> _Chosen:
    rows = [row for row in released.rows() if row["position"] in POSITION_WORDS.values()]
    size = [row["leavers"] / row[MEASURE] if row[MEASURE] else _average_staff(row) for row in rows]
    again = shrunken_rates([row["leavers"] for row in rows], size, [row[within] for row in rows])
    chosen = _Chosen(released, rows, again, [], [])
    above = [i for i, row in enumerate(rows) if row[MEASURE] > row["group_average"]]
    order = sorted(above, key=chosen._key)
    return replace(chosen, order=order, first=order[:take])


def _average_staff(row: dict[str, Any]) -> float:
    """What the rate is over, where nobody left."""
    average: float = row.get("average_headcount") or (row["headcount_at_start"] + row["headcount_at_end"]) / 2
    return average


def _with_choice(chosen: _Chosen, notes: Sequence[str]) -> Released:
    """The comparison with the choice beside it: those taken first, then others above, then the rest."""
    at = {chosen.rows[i][PLACE]: i for i in range(len(chosen.rows))}
    codes = chosen.released.table[PLACE].to_pylist()
    first, order = set(chosen.first), {i: k for k, i in enumerate(chosen.order)}
    mine = [at.get(code) for code in codes]
    columns = {
        "taken": pa.array([TAKEN if i in first else NOT_TAKEN for i in mine], pa.string()),
        "above_group": pa.array([None if i is None else _above(chosen.rows[i]) for i in mine], pa.float64()),
        "expected_rate": pa.array([None if i is None else float(chosen.again.expected[i]) for i in mine], pa.float64()),
        "lasting": pa.array([None if i is None else float(chosen.again.lasting[i]) for i in mine], pa.float64()),
    }
    table = chosen.released.table
    hidden = table["hidden"]
    table = table.drop_columns(["hidden"])
    for name, values in columns.items():
        table = table.append_column(name, values)
    table = table.append_column("hidden", hidden)
    last = len(codes)
    by_choice = sorted(range(last), key=lambda k: (order.get(mine[k], last), k))  # type: ignore[arg-type]
    definition = chosen.released.definition
    return replace(
        chosen.released,
        table=table.take(pa.array(by_choice, pa.int64())),
        definition=replace(definition, columns={**definition.columns, **COLUMN_WORDS}),
        notes=(*notes, *chosen.released.notes),
    )


def _above(row: dict[str, Any]) -> float:
    return float(row[MEASURE] - row["group_average"])


COLUMN_WORDS = {
    "taken": "taken: chosen for support",
    "above_group": "the rate minus the average of the group, a fraction",
    "expected_rate": "the rate to expect in a like period with nothing changed, a fraction",
    "lasting": "the share of the distance from the group's average that is not chance, a fraction",
}


def _rehearsal(
    workspace: Workspace, asked: Enquiry, now: _Chosen, take: int, within: str, session: Session
) -> Rehearsal | None:
    """The same choice one period earlier, followed to this one; None where that period is not loaded whole."""
    rows = now.released.rows()
    first, last = Month.of(rows[0]["period_start"]), Month.of(rows[0]["period_end"])
    earlier = replace(asked, end=first + -1, months=last - first + 1)
    try:
        before = _choose(comparing(workspace, earlier, within=within, session=session), take, within)
    except EnquiryRefused:
        return None
    then, since = before.relative(), now.relative()
    rates = {row[PLACE]: row[MEASURE] for row in now.rows}
    both = [code for code in then if code in since]
    taken = [i for i in before.first if before.rows[i][PLACE] in rates]
    if len(both) < 3 or not taken:
        return None
    observed = np.array([before.rows[i][MEASURE] for i in taken])
    return Rehearsal(
        said=float((observed - before.again.expected[taken]).mean()),
        came=float((observed - [rates[before.rows[i][PLACE]] for i in taken]).mean()),
        correlation=_correlation([then[code] for code in both], [since[code] for code in both]),
        taken=len(taken),
    )


def _correlation(first: Sequence[float], second: Sequence[float]) -> float:
    if min(np.std(first), np.std(second)) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])


def said_of(targeted: Targeted) -> str:
    """Who was taken, and what to expect without any support, in sentences."""
    if targeted.beyond == targeted.taken:
        who = (
            f"{_trusts(targeted.taken)} {'stands' if targeted.taken == 1 else 'stand'} above their group beyond chance."
        )
    else:
        who = (
            f"{_trusts(targeted.taken)} taken of {targeted.above:,} above their group; {targeted.beyond} of those taken "
            f"{'stands' if targeted.beyond == 1 else 'stand'} above it beyond chance."
        )
    points = f"{100 * targeted.fall:.2f}" if targeted.fall < 0.01 else f"{100 * targeted.fall:.1f}"
    expect = (
        f"Expect {points} points of improvement without any support "
        f"(from {targeted.observed:.2%} to {targeted.expected:.2%} on average)."
    )
    return " ".join([who, expect, *_rehearsed(targeted.rehearsal)])


def _trusts(number: int) -> str:
    return counted(number, "organisation")


def _rehearsed(rehearsal: Rehearsal | None) -> list[str]:
    if rehearsal is None:
        return []
    went = "fell" if rehearsal.came >= 0 else "rose"
    words = (
        f"The same choice one period earlier: {_trusts(rehearsal.taken)}, {100 * rehearsal.said:.2f} points expected; "
        f"their rate {went} by {abs(100 * rehearsal.came):.2f} points since."
    )
    if np.isnan(rehearsal.correlation):
        return [words]
    return [words, f"The rates of the two periods correlate at {rehearsal.correlation:.2f}."]


def list_of_taken(targeted: Targeted) -> Released:
    """The table of those above their group, with the columns a reader needs."""
    readers = for_readers(targeted.released)
    table = readers.table.slice(0, targeted.above)
    return replace(readers, table=table.select([name for name in LISTED if name in table.column_names]))
