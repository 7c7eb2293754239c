"""How were requests for flexible work and retirement decided, by group, so that no single one can be told?

All tables of one half-year and one kind of request are one family: the outcomes of the whole, and of each directorate
and of each staff group how many were agreed, refused and taken back, and how many in time. Each table is read out of it
as it is protected as a whole, so that one table set against another gives nothing hidden back. Half-years do not
overlap: no single month follows from two of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Any, Final

import numpy as np
import pyarrow as pa

from keepwell.disclosure import Definition, Released
from keepwell.disclosure.hiding import HIDING
from keepwell.disclosure.policies import hiding
from keepwell.disclosure.protecting import protect
from keepwell.disclosure.released import release_protected
from keepwell.disclosure.structure import Family, Sums

POLICY: Final = "under_10"
"""Totals stay, and parts go with a hidden one: the shares of the whole are what most people ask for."""
AGREED: Final = frozenset({"agreed", "agreed_in_part", "trial", "refused_then_agreed"})
ALL: Final = "all"
PARTS: Final = ("directorate", "staff_group")
COUNTS: Final = ("decided", "agreed", "not_agreed", "in_time", "late")
COLUMNS: Final = {
    "by": "what the group is a group of: all, directorate, staff_group, outcome (of all) or reason (of those refused)",
    "group": "which group",
    "decided": "requests with their last answer in the half-year, those taken back among them",
    "agreed": "those agreed: as asked, in part, as a trial, or on appeal",
    "not_agreed": "those refused, not open to the person, or taken back",
    "in_time": "those answered by the day on which the answer was due (of all only)",
    "late": "those answered after it (of all only)",
    "share_agreed": "agreed / decided",
    "median_days": "middle of the days from request to last answer",
    "hidden": "the names of the cells of the row that are hidden",
}
NOTES: Final = (
    "Groups of 1 to 9 requests are hidden, and others with them where a total would give them away. All tables of a "
    "half-year are read out of one family: what one hides no other gives back.",
    "Days are told of groups of 10 or more, where the rest that they leave is none or as many.",
    "The proof does not cover what somebody knows from elsewhere, nor a group whose requests all went the same way.",
)
NOT_PROVEN: Final = "All counts are withheld, because nothing less could be proven."

Cell = tuple[str, str, str]
"""By what, which group, which count."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A request with its last answer: where, for whom, how, and in how many days. `reason`: "" unless refused."""

    directorate: str
    staff_group: str
    outcome: str
    days: int
    in_time: bool
    reason: str = ""

    @property
    def agreed(self) -> bool:
        return self.outcome in AGREED


@dataclass(slots=True)
class _Cells:
    """Every cell of the family with its count, and the sums that bind them, in the order in which they came."""

    counts: dict[Cell, int] = field(default_factory=dict)
    sums: list[tuple[Cell, list[Cell]]] = field(default_factory=list)


def requests_decided(decided: Sequence[Decided], *, kind: str, first: date, last: date) -> Released:
    """What is told of the requests of one kind with their last answer from `first` to `last`, small numbers hidden.

    A row for all, for each directorate and staff group, for each outcome and each reason of a refusal; COLUMNS says
    what stands in it. Counts are protected under the policy "under_10" as one family; share agreed = agreed / decided
    where both are shown. Source: methodology, section 7 (which hides 1 to 7; here 1 to 9 without rounding, so that
    totals can stay).
    """
    cells = _cells(decided)
    told = _protected(cells)
    withheld = bool(told) and all(value is None for value in told.values())
    return release_protected(
        pa.Table.from_pylist(list(_rows(decided, cells, told)), schema=_schema()),
        _definition(kind, first, last),
        hiding(POLICY),
        audience=None,
        notes=(*NOTES, NOT_PROVEN) if withheld else NOTES,
    )


def _cells(decided: Sequence[Decided]) -> _Cells:
    """In the order in which cells are hidden to protect others: parts first, the whole last."""
    found = _Cells()
    for by in PARTS:
        groups = sorted({getattr(one, by) for one in decided})
        for group in groups:
            _add_agreed(found, by, group, [one for one in decided if getattr(one, by) == group])
        if groups:
            found.sums += [((ALL, ALL, count), [(by, group, count) for group in groups]) for count in COUNTS[:3]]
    outcomes = Counter(one.outcome for one in decided)
    reasons = Counter(one.reason or "not_said" for one in decided if one.outcome == "refused")
    found.counts |= {("reason", key, "decided"): n for key, n in sorted(reasons.items())}
    found.counts |= {("outcome", key, "decided"): n for key, n in sorted(outcomes.items())}
    if reasons:
        found.sums.append((("outcome", "refused", "decided"), [("reason", key, "decided") for key in sorted(reasons)]))
    _add_whole(found, decided, sorted(outcomes))
    return found


def _add_agreed(found: _Cells, by: str, group: str, decided: Sequence[Decided]) -> None:
    agreed = sum(one.agreed for one in decided)
    numbers = {"not_agreed": len(decided) - agreed, "agreed": agreed, "decided": len(decided)}
    found.counts |= {(by, group, count): number for count, number in numbers.items()}
    found.sums.append(((by, group, "decided"), [(by, group, count) for count in ("agreed", "not_agreed")]))


def _add_whole(found: _Cells, decided: Sequence[Decided], outcomes: Sequence[str]) -> None:
    in_time = sum(one.in_time for one in decided)
    found.counts |= {(ALL, ALL, "late"): len(decided) - in_time, (ALL, ALL, "in_time"): in_time}
    _add_agreed(found, ALL, ALL, decided)
    found.sums.append(((ALL, ALL, "decided"), [(ALL, ALL, count) for count in ("in_time", "late")]))
    for count, of in (("agreed", True), ("not_agreed", False)):
        if parts := [("outcome", key, "decided") for key in outcomes if (key in AGREED) is of]:
            found.sums.append(((ALL, ALL, count), parts))


def _protected(cells: _Cells) -> Mapping[Cell, int | None]:
    """Each count as it may be shown, None where hidden."""
    if not any(cells.counts.values()):
        return dict.fromkeys(cells.counts, 0)
    number, named = _numbered(cells)
    counts = np.array([cells.counts[cell] for cell in named], dtype=np.int64)
    order = [_ORDER.index(_rank(cell)) * len(named) + i for i, cell in enumerate(named)]
    told = protect(_family(cells, number, named), counts, HIDING[POLICY], order=order, keep_totals=True).shown
    return {cell: None if math.isnan(told[i]) else int(told[i]) for cell, i in number.items()}


_ORDER: Final = ("part not_agreed", "part agreed", "detail", "part decided", "whole")


def _rank(cell: Cell) -> str:
    by, _, count = cell
    return f"part {count}" if by in PARTS else "whole" if by == ALL else "detail"


def _numbered(cells: _Cells) -> tuple[dict[Cell, int], list[Cell]]:
    """A number a count. A total of one part is that part under another name, and has its number."""
    same = {total: parts[0] for total, parts in cells.sums if len(parts) == 1}

    def first(cell: Cell) -> Cell:
        while cell in same:
            cell = same[cell]
        return cell

    named = list(dict.fromkeys(first(cell) for cell in cells.counts))
    place = {cell: i for i, cell in enumerate(named)}
    return {cell: place[first(cell)] for cell in cells.counts}, named


def _family(cells: _Cells, number: Mapping[Cell, int], named: Sequence[Cell]) -> Family:
    equations = dict.fromkeys(
        (number[total], tuple(sorted(number[part] for part in parts))) for total, parts in cells.sums if len(parts) > 1
    )
    sums = Sums.of([(total, dict.fromkeys(parts, 1), False) for total, parts in equations if total not in parts])
    labels = pa.table({"count": [count for _, _, count in named]})
    return Family(labels, sums, np.arange(len(named), dtype=np.int64), (np.zeros(len(named), dtype=np.int64),))


def _rows(decided: Sequence[Decided], cells: _Cells, told: Mapping[Cell, int | None]) -> Iterator[dict[str, Any]]:
    groups = dict.fromkeys((by, group) for by, group, _ in cells.counts)
    with_days = _with_days(told, list(groups))
    for by, group in sorted(groups, key=lambda one: (one[0] != ALL, one[0])):
        counts = {count: told.get((by, group, count)) for count in COUNTS}
        has = [count for count in COUNTS if (by, group, count) in told]
        share = _share(counts["agreed"], counts["decided"]) if "agreed" in has else None
        days = _days(decided, by, group) if (by, group) in with_days else None
        hidden = [count for count in has if counts[count] is None]
        hidden += ["share_agreed"] if "agreed" in has and share is None and counts["decided"] != 0 else []
        hidden += ["median_days"] if "agreed" in has and days is None and counts["decided"] != 0 else []
        more = {"share_agreed": share, "median_days": days, "hidden": ",".join(hidden)}
        yield {"by": by, "group": group, **counts, **more}


def _share(agreed: int | None, decided: int | None) -> float | None:
    return None if agreed is None or not decided else agreed / decided


def _with_days(told: Mapping[Cell, int | None], groups: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """The groups whose days are told: those whose number is shown, where that of all is.

    What they leave of all is then nobody, or enough to be hidden behind: that is what the others are hidden for.
    """
    if not told.get((ALL, ALL, "decided")):
        return set()
    return {(by, group) for by, group in groups if by in (ALL, *PARTS) and told[by, group, "decided"]}


def _days(decided: Sequence[Decided], by: str, group: str) -> int:
    return math.floor(median(one.days for one in decided if by == ALL or getattr(one, by) == group) + 0.5)


def _schema() -> pa.Schema:
    kinds = dict.fromkeys(COLUMNS, pa.int64()) | dict.fromkeys(("by", "group", "hidden"), pa.string())
    return pa.schema(list((kinds | {"share_agreed": pa.float64()}).items()))


def _definition(kind: str, first: date, last: date) -> Definition:
    policy = hiding(POLICY)
    return Definition(
        measure="requests_decided",
        label=kind,
        words="Requests by how they were decided, in the half-year in which the last answer was given.",
        formula="share agreed = agreed / decided; days = middle of (last answer - request)",
        unit="requests",
        basis="requests",
        window=f"{first.isoformat()} to {last.isoformat()}, by the day of the last answer",
        method=policy.title.lower(),
        leaving="",
        population="requests in the register",
        source="the register of requests",
        vintage="",
        reference="",
        columns=COLUMNS,
    )
