"""Is one organisation's share of leavers another than that of all organisations together?"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from keepwell.disclosure import Released
from keepwell.reports.highest import CAN_BE_CHANCE, CHANCE, so_many_by_chance
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Grid, Section


def beside_all(asking: Asking) -> tuple[Section, Released]:
    """Each staff group here beside the same group in all organisations loaded, this one among them."""
    ours = asking.about("share_who_left", by=("staff_group",))
    everywhere = Asking(asking.session, replace(asking.base, where=())).about("share_who_left", by=("staff_group",))
    of_all = {row["staff_group"]: row["share_who_left"] for row in everywhere.rows()}
    rows = [
        row for row in ours.rows() if row["share_who_left"] is not None and of_all.get(row["staff_group"]) is not None
    ]
    above = [row for row in rows if row["lower_95"] > of_all[row["staff_group"]]]
    below = [row for row in rows if row["upper_95"] < of_all[row["staff_group"]]]
    table = Grid(
        "Share who left, here and in all organisations together",
        ("Staff group", "People at start", "Left", "Share here", "At least", "At most", "All together"),
        tuple(_cells(row, of_all[row["staff_group"]]) for row in sorted(rows, key=lambda r: -r["headcount_at_start"])),
        (False, True, True, True, True, True, True),
    )
    section = Section(
        "beside",
        "Are we different from others?",
        _in_words(above, below, len(rows)),
        grids=(table,),
        notes=(
            "Above or below: all of the exact 95% interval is. All kinds of organisations are in "
            "the figure of all together; a comparison with organisations of one's own kind says more.",
        ),
        definitions=(ours.definition,),
    )
    return section, everywhere


def _cells(row: dict[str, Any], of_all: float) -> tuple[str, ...]:
    shares = (row["share_who_left"], row["lower_95"], row["upper_95"], of_all)
    return (
        row["staff_group"],
        f"{row['headcount_at_start']:,}",
        f"{row['leavers']:,}",
        *(f"{share:.2%}" for share in shares),
    )


def _in_words(above: list[dict[str, Any]], below: list[dict[str, Any]], groups: int) -> str:
    if not above and not below:
        return f"In none of {groups} staff groups is the share who left clearly another than in all organisations together."
    parts = [
        f"{word} that of all organisations together in {', '.join(row['staff_group'] for row in rows)}"
        for rows, word in ((above, "above"), (below, "below"))
        if rows
    ]
    apart = f"The share who left is {' and '.join(parts)}"
    if so_many_by_chance(len(above) + len(below), groups, 2 * CHANCE) > CAN_BE_CHANCE:
        return f"{apart}, which chance alone can do among {groups} staff groups."
    return f"{apart}, more than chance explains; in the other staff groups the difference can be chance."
