"""Which groups lose more people than chance explains?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import comb
from typing import Any

import pyarrow as pa

from keepwell.charts.intervals import intervals
from keepwell.disclosure import Released
from keepwell.errors import EnquiryRefused
from keepwell.records.staff import NOT_KNOWN
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Section, grid

SHARE_HEADINGS = {
    "headcount_at_start": "People at start",
    "leavers": "Left",
    "share_who_left": "Share who left",
    "lower_95": "At least",
    "upper_95": "At most",
}
CHANCE = 0.025
"""How often, at most, one group like the others stands above them by its exact 95% interval."""
CAN_BE_CHANCE = 0.05


def where_highest(
    asking: Asking, by: tuple[str, ...], label: str, named: Mapping[str, str], *, key: str, question: str
) -> tuple[Section, Released]:
    """Groups in the order of the least that their share can be, so that chance does not lead the list.

    Raises EnquiryRefused where nobody was in post at the start: there is no share of nobody.
    """
    released = _told_apart(_by_lowest(asking.about("share_who_left", by=by)), label)
    all_together = asking.about("share_who_left").rows()[0]["share_who_left"]
    rows = [row for row in released.rows() if row["share_who_left"] is not None]
    if all_together is None:
        raise EnquiryRefused(
            "Nobody was in post at the start, so no share of them left.",
            found=f"{len(rows)} {named['many']} with a share",
            attempt="a longer period, or more of the people",
        )
    above = [row for row in rows if row["lower_95"] > all_together]
    sentence = _above_in_words(above, rows, named, label, all_together)
    title = f"Share who left, by {named['one']}"
    picture = intervals(released, label, "share_who_left", all_together, title, sentence)
    table = grid(
        released,
        {label: named["one"].capitalize()} | SHARE_HEADINGS,
        f"{title}, with its 95% interval",
        most=300,
        folded=True,
    )
    notes = [
        "The line across each dot shows how far chance alone may have moved it (exact 95% interval). The list is in the order of its lower end.",
        _by_chance_in_words(len(rows), named["many"]),
        *released.notes,
    ]
    return (
        Section(key, question, sentence, (), (picture,), (table,), tuple(notes), (released.definition,)),
        released,
    )


def _by_lowest(released: Released) -> Released:
    """The rows in the order of the lower end of their interval, groups without a share last."""
    lows = released.table["lower_95"].to_pylist()
    order = sorted(range(len(lows)), key=lambda i: (lows[i] is None, -(lows[i] or 0.0)))
    return replace(released, table=released.table.take(pa.array(order, pa.int64())))


def _told_apart(released: Released, label: str) -> Released:
    """Groups of the same name in several organisations, each with the code of its own."""
    names = released.table[label].to_pylist()
    if len(set(names)) == len(names) or "organisation" not in released.table.column_names:
        return released
    codes = released.table["organisation"].to_pylist()
    twice = {name for name in names if names.count(name) > 1}
    apart = [f"{n} ({c})" if n in twice else n for n, c in zip(names, codes, strict=True)]
    at = released.table.column_names.index(label)
    return replace(released, table=released.table.set_column(at, label, pa.array(apart, pa.string())))


def _above_in_words(
    above: list[dict[str, Any]], rows: list[dict[str, Any]], named: Mapping[str, str], label: str, overall: float
) -> str:
    if len(rows) == 1:
        if rows[0][label] == NOT_KNOWN:
            return f"No {named['one']} is recorded, so none can be compared."
        return f"There is only one {named['one']}, {rows[0][label]}: nothing to compare."
    if not above:
        return (
            f"None of {len(rows)} {named['many']} loses clearly more than the {overall:.1%} of all together; "
            "the differences can be chance."
        )
    more = f" and {len(above) - 3} more" if len(above) > 3 else ""
    first = ", ".join(f"{row[label]} ({row['leavers']:,} of {row['headcount_at_start']:,})" for row in above[:3])
    if so_many_by_chance(len(above), len(rows)) > CAN_BE_CHANCE:
        stand = "stands" if len(above) == 1 else "stand"
        return (
            f"{len(above)} of {len(rows)} {named['many']} {stand} above the {overall:.1%} of all together, which chance "
            f"alone can do among so many: {first}{more}."
        )
    return (
        f"{len(above)} of {len(rows)} {named['many']} {'loses' if len(above) == 1 else 'lose'} more than chance explains, "
        f"against {overall:.1%} of all together: {first}{more}."
    )


def so_many_by_chance(found: int, groups: int, chance: float = CHANCE) -> float:
    """How probable it is, at most, that so many of so many like groups stand apart by chance.

    P(X >= found) for X binomial of `groups` tries with probability `chance`.
    """
    fewer = sum(comb(groups, k) * chance**k * (1 - chance) ** (groups - k) for k in range(found))
    return 1 - fewer


def _by_chance_in_words(groups: int, many: str) -> str:
    return (
        f"If all {groups} {many} were alike, up to {CHANCE * groups:.1f} of them would stand above by chance; "
        f"at least one in up to {so_many_by_chance(1, groups):.0%} of such lists."
    )
