"""Are we different from our peers?"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pyarrow as pa

from keepwell.charts.funnel import funnel
from keepwell.charts.picture import Picture
from keepwell.comparison import NOT_SIGNIFICANT
from keepwell.disclosure import Released
from keepwell.enquiries.comparing import WITHIN, comparing, in_one_sentence
from keepwell.enquiries.peers import POSITION_WORDS, TOO_FEW
from keepwell.errors import EnquiryRefused
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Grid, Section, grid

HEADINGS = {
    "organisation_name": "Organisation",
    WITHIN: "Kind",
    "leavers": "Left",
    "leaver_rate": "Leaver rate",
    "group_average": "Of its kind",
    "rank": "Rank",
    "compared": "Of",
    "position": "By chance alone",
    "adjusted_position": "Allowing for differences",
}
BEYOND = frozenset(POSITION_WORDS.values()) - {POSITION_WORDS[NOT_SIGNIFICANT]}
MOST_FUNNELS = 2
HOW_TO_READ = (
    "A small place is moved far by chance, a large one little: so the limits form a funnel. Outside the 95% limits "
    "chance alone puts 1 in 20 places, outside the 99.8% limits 1 in 500.",
    "Compared are organisations of one benchmark group only; the first rank is the highest leaver rate.",
)

PHI = (
    "phi says how far organisations of a kind differ: 1 is what chance makes; above it, limits that allow for their "
    "differences stand beside those of chance."
)


def among_our_peers(asking: Asking, own: str | None) -> tuple[Section, Released] | None:
    """One organisation among its peers, or every organisation among its own; None where nobody has enough peers."""
    everybody = replace(asking.base, where=())
    try:
        released = comparing(asking.session.workspace, everybody, session=asking.session)
    except EnquiryRefused:
        return None
    return _of_one(released, own) if own else _of_all(released)


def _of_one(released: Released, own: str) -> tuple[Section, Released] | None:
    row = next((row for row in released.rows() if row["organisation"] == own), None)
    if row is None:
        return None
    group = row[WITHIN]
    peers = _only(released, [r[WITHIN] == group and group is not None for r in released.rows()])
    sentence = _of_one_in_words(row)
    pictures: tuple[Picture, ...] = ()
    grids: tuple[Grid, ...] = ()
    if row["rank"] is not None:
        title = f"Leaver rate and size: {group}"
        words = f"{sentence} {_counted_in_words(peers)}"
        pictures = (funnel(peers, group, title, words, own=own),)
        grids = (grid(peers, HEADINGS, title, most=300, folded=True),)
    notes = (*HOW_TO_READ, *(note for note in released.notes if note.startswith(f"{group}:"))) if pictures else ()
    return (
        Section(
            "peers", "Are we different from our peers?", sentence, (), pictures, grids, notes, (released.definition,)
        ),
        peers,
    )


def _of_one_in_words(row: dict[str, Any]) -> str:
    name, group = row["organisation_name"] or row["organisation"], row[WITHIN]
    if row["rank"] is None:
        return f"{name} cannot be compared: {_why_not(row)}."
    figures = (
        f"{row['leaver_rate']:.2%} of staff left, and {row['group_average']:.2%} in the {row['compared']} organisations "
        f"of its kind ({group})"
    )
    side = row["position"].split()[0]
    if side == "within":
        usual = f"for its size {row['limit_lower_95']:.2%} to {row['limit_upper_95']:.2%} is usual"
        return f"Not by more than chance explains: {figures}; {usual}."
    differs = f"{figures}, rank {row['rank']} of {row['compared']}"
    if "99.8%" not in row["position"]:
        return f"Perhaps: {differs}. That is {side} the 95% limit, which chance alone passes on this side once in 40 times."
    adjusted = row["adjusted_position"]
    if adjusted is None or "99.8%" in adjusted:
        return f"Yes, {side} what chance explains: {differs}."
    return (
        f"{side.capitalize()} what chance alone explains: {differs}. But organisations of its kind differ more than by "
        "chance anyway, and among them it does not stand far out."
    )


def _why_not(row: dict[str, Any]) -> str:
    if row["position"] == TOO_FEW:
        return f"of its kind ({row[WITHIN]}) there {'is' if row['compared'] == 1 else 'are'} only {row['compared']}"
    return str(row["position"])


def _of_all(released: Released) -> tuple[Section, Released]:
    beyond = [row["position"] in BEYOND for row in released.rows()]
    apart = _only(released, beyond)
    above = Counter(row[WITHIN] for row in released.rows() if row["position"].startswith("above 99.8%"))
    pictures = tuple(_funnel_of(released, group) for group, _ in above.most_common(MOST_FUNNELS))
    title = "Organisations beyond the limits of their kind"
    grids = (
        _kinds(released),
        *((grid(apart, HEADINGS, title, most=300, folded=True),) if apart.table.num_rows else ()),
    )
    of_a_kind = tuple(f"{row[WITHIN]}:" for row in released.rows())
    return (
        Section(
            "peers",
            "Which organisations differ from their peers?",
            in_one_sentence(released),
            (),
            pictures,
            grids,
            (*HOW_TO_READ, PHI, *(note for note in released.notes if not note.startswith(of_a_kind))),
            (released.definition,),
        ),
        released,
    )


def _kinds(released: Released) -> Grid:
    """Each kind of organisation, and how far its members differ."""
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in released.rows():
        if row["rank"] is not None:
            kinds.setdefault(row[WITHIN], []).append(row)
    cells = tuple(
        (
            kind,
            f"{len(rows):,}",
            f"{rows[0]['group_average']:.2%}",
            f"{rows[0]['phi']:.1f}",
            f"{sum(row['position'].startswith('above 99.8%') for row in rows):,}",
            f"{sum(row['position'].startswith('below 99.8%') for row in rows):,}",
        )
        for kind, rows in kinds.items()
    )
    headings = ("Kind", "Organisations", "Together", "phi", "Above 99.8%", "Below 99.8%")
    return Grid("How far organisations of each kind differ", headings, cells, (False, *[True] * 5), folded=True)


def _funnel_of(released: Released, group: str) -> Picture:
    peers = _only(released, [row[WITHIN] == group for row in released.rows()])
    return funnel(released, group, f"Leaver rate and size: {group}", _counted_in_words(peers))


def _counted_in_words(peers: Released) -> str:
    rows = [row for row in peers.rows() if row["rank"] is not None]
    sides = Counter(row["position"] for row in rows)
    parts = [f"{number} {position}" for position, number in sides.most_common()]
    return f"{rows[0][WITHIN]}, {len(rows)} organisations around {rows[0]['group_average']:.2%}: {', '.join(parts)}."


def _only(released: Released, keep: list[bool]) -> Released:
    return replace(released, table=released.table.filter(pa.array(keep, pa.bool_())))
