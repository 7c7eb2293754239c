"""What is the family of a table of counts, with all its totals?

From the finest counts come all margins over all dimensions and levels: organisations within integrated care boards
within regions within England, staff groups within all staff groups, one after the other for every period and count.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pyarrow as pa

from keepwell.disclosure.hiding import Whole
from keepwell.disclosure.structure import Family, FamilyRefused, Sums
from keepwell.errors import counted, listed


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to cut: columns from finest to coarsest, and the label of the total over all, if there is one.

    `counted_apart`: the table brings its own rows for the total (its finest column says `total`), and they are not the
    sum of the parts, because somebody in two groups is counted once.
    """

    name: str
    levels: tuple[str, ...]
    total: str | None = None
    counted_apart: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """A count that is the signed sum of others in the same group: `Identity("at_end", {"at_start": 1, "joiners": 1, "leavers": -1})`."""

    total: str
    parts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Carried:
    """A count that is another one of the period before: `Carried("at_start", was="at_end")`. Periods in order of label."""

    count: str
    was: str
    along: str = "period"


@dataclass(frozen=True, slots=True)
class Filled:
    """A family and the counts in its cells."""

    family: Family
    counts: Whole


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The places of one dimension, finest first: labels, level of each, and of each its parent (-1: none)."""

    dimension: Dimension
    label: list[str]
    level: Whole
    parent: Whole
    of_row: Whole


def family_of(
    table: pa.Table,
    *,
    counts: Sequence[str],
    dimensions: Sequence[Dimension],
    identities: Sequence[Identity] = (),
    carried: Sequence[Carried] = (),
    order: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Filled:
    """The family of a table's counts with all totals over all dimensions.

    The table has a row a finest group (several rows of one group are added up; a group without a row is nought) with
    a column a level and a whole number a count. `order` gives, for a dimension, which finest places are hidden first
    where one is hidden to protect another; others follow as they come by name. Totals go last.

    Raises FamilyRefused for a place with two parents, an empty label or count, a count that is no whole number, and
    counts that break a sum declared.
    """
    nodes = [_nodes(table, dimension, order.get(dimension.name, ())) for dimension in dimensions]
    shape = (len(counts), *(len(n.label) for n in nodes))
    values = _finest(table, counts, nodes, shape)
    sums = Sums.of(
        [*_totals(nodes, shape), *_identities(identities, counts, shape), *_carried(carried, counts, nodes, shape)]
    )
    family = Family(_labels(counts, nodes, shape), sums, _rank(nodes, shape), _blocks(nodes, shape))
    filled = _added_up(family, values)
    family.check(filled)
    return Filled(family, filled)


def _nodes(table: pa.Table, dimension: Dimension, order: Sequence[str]) -> _Nodes:
    columns = [[_label(v, c) for v in table.column(c).to_pylist()] for c in dimension.levels]
    paths = list(zip(*columns, strict=True))
    apart = dimension.total if dimension.counted_apart else None
    parts = [path for path in paths if apart is None or path[0] != apart]
    number = _numbered(parts, dimension, order)
    parents = _parents(parts, dimension)
    top = len(dimension.levels)
    finest = [number[(top, path[0]) if apart is not None and path[0] == apart else (0, path[0])] for path in paths]
    return _Nodes(
        dimension,
        [label for _, label in number],
        np.array([level for level, _ in number], dtype=np.int64),
        np.array([number[parents[key]] if key in parents else -1 for key in number], dtype=np.int64),
        np.array(finest, dtype=np.int64),
    )


def _numbered(
    paths: Sequence[tuple[str, ...]], dimension: Dimension, order: Sequence[str]
) -> dict[tuple[int, str], int]:
    """Every place, by level and label: finest first, those of the order before others, the total last."""
    first = {label: i for i, label in enumerate(order)}
    keys = [
        (level, label)
        for level in range(len(dimension.levels))
        for label in sorted({path[level] for path in paths}, key=lambda name: (first.get(name, len(first)), name))
    ]
    total = [] if dimension.total is None else [(len(dimension.levels), dimension.total)]
    return {key: i for i, key in enumerate([*keys, *total])}


def _parents(paths: Sequence[tuple[str, ...]], dimension: Dimension) -> dict[tuple[int, str], tuple[int, str]]:
    found: dict[tuple[int, str], tuple[int, str]] = {}
    names = [*dimension.levels, "the total"]
    for path in set(paths):
        upwards = [*path, dimension.total]
        for level, (label, above) in enumerate(itertools.pairwise(upwards)):
            if label is None or above is None:
                continue
            if found.setdefault((level, label), (level + 1, above)) != (level + 1, above):
                raise FamilyRefused(
                    f"A place of {names[level]} lies in two places of {names[level + 1]}.",
                    found=f"{names[level]} {label}",
                    attempt="give each place one parent for all the periods protected together",
                )
    return found


def _label(value: object, column: str) -> str:
    if value is None or str(value) == "":
        raise FamilyRefused(
            f"The column {column} has an empty place.",
            found="a row without a label",
            attempt="give every row its place at every level, or leave the level out",
        )
    return str(value)


def _finest(table: pa.Table, counts: Sequence[str], nodes: Sequence[_Nodes], shape: tuple[int, ...]) -> Whole:
    values = np.zeros(shape, dtype=np.int64)
    wrong = [c for c in counts if table.column(c).null_count or not pa.types.is_integer(table.schema.field(c).type)]
    if wrong:
        raise FamilyRefused(
            "Only whole numbers of people can be protected, and every cell needs one.",
            found=f"not whole, or empty somewhere: {listed(wrong)}",
            attempt="protect the counts that rates and FTE are made of, and make those from what is shown",
        )
    where = np.ravel_multi_index(tuple(n.of_row for n in nodes), shape[1:])
    for c, name in enumerate(counts):
        np.add.at(values[c].reshape(-1), where, table.column(name).to_numpy())
    return values.reshape(-1)


def _totals(nodes: Sequence[_Nodes], shape: tuple[int, ...]) -> list[tuple[int, Mapping[int, int], bool]]:
    """Every cell above the finest level of a dimension, as the sum of the cells one level below."""
    number = np.arange(int(np.prod(shape))).reshape(shape)
    found: list[tuple[int, Mapping[int, int], bool]] = []
    for d, n in enumerate(nodes, start=1):
        for place in np.unique(n.parent[n.parent >= 0]):
            parts = np.take(number, np.flatnonzero(n.parent == place), axis=d)
            totals = np.take(number, place, axis=d).ravel()
            below = np.moveaxis(parts, d, -1).reshape(len(totals), -1)
            apart = n.dimension.counted_apart
            found += [(int(t), dict.fromkeys(map(int, b), 1), apart) for t, b in zip(totals, below, strict=True)]
    return found


def _identities(
    identities: Sequence[Identity], counts: Sequence[str], shape: tuple[int, ...]
) -> list[tuple[int, Mapping[int, int], bool]]:
    number = np.arange(int(np.prod(shape))).reshape(len(counts), -1)
    return [
        (int(number[counts.index(i.total), k]), {int(number[counts.index(p), k]): s for p, s in i.parts.items()}, False)
        for i in identities
        for k in range(number.shape[1])
    ]


def _carried(
    carried: Sequence[Carried], counts: Sequence[str], nodes: Sequence[_Nodes], shape: tuple[int, ...]
) -> list[tuple[int, Mapping[int, int], bool]]:
    number = np.arange(int(np.prod(shape))).reshape(shape)
    found: list[tuple[int, Mapping[int, int], bool]] = []
    for c in carried:
        d = next(i for i, n in enumerate(nodes, start=1) if n.dimension.name == c.along)
        periods = sorted(range(shape[d]), key=lambda i, d=d: nodes[d - 1].label[i])  # type: ignore[misc]
        for before, after in itertools.pairwise(periods):
            now = np.take(number[counts.index(c.count)], after, axis=d - 1).ravel()
            then = np.take(number[counts.index(c.was)], before, axis=d - 1).ravel()
            found += [(int(n), {int(t): 1}, False) for n, t in zip(now, then, strict=True)]
    return found


def _labels(counts: Sequence[str], nodes: Sequence[_Nodes], shape: tuple[int, ...]) -> pa.Table:
    """A row a cell: the count, and of each dimension its level and its place."""
    index = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    columns: dict[str, pa.Array] = {"count": pa.array(np.array(counts, dtype=object)[index[0]])}
    for n, places in zip(nodes, index[1:], strict=True):
        names = [*n.dimension.levels, "all"]
        columns[f"{n.dimension.name}_level"] = pa.array(np.array(names, dtype=object)[n.level[places]])
        columns[n.dimension.name] = pa.array(np.array(n.label, dtype=object)[places])
    return pa.table(columns)


def _rank(nodes: Sequence[_Nodes], shape: tuple[int, ...]) -> Whole:
    """Finest first, then as the places come: a fixed order, so that what is hidden lines up across tables."""
    index = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    height = sum((n.level[places] for n, places in zip(nodes, index[1:], strict=True)), np.zeros(len(index[0]), int))
    return np.asarray(np.argsort(np.lexsort((np.arange(len(height)), height))), dtype=np.int64)


def _blocks(nodes: Sequence[_Nodes], shape: tuple[int, ...]) -> tuple[Whole, ...]:
    """Free cells that hang together most: of one period, and within it of one place at the second highest level."""
    index = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    period = np.zeros(len(index[0]), dtype=np.int64)
    for n, places in zip(nodes, index[1:], strict=True):
        if n.dimension.total is None:
            period = period * len(n.label) + places
    tallest = max(range(len(nodes)), key=lambda d: len(nodes[d].dimension.levels))
    above = np.arange(len(nodes[tallest].label))
    highest = len(nodes[tallest].dimension.levels) - 1
    for _ in range(highest):
        step = nodes[tallest].parent[above]
        above = np.where((nodes[tallest].level[above] < highest) & (step >= 0), step, above)
    place = above[index[tallest + 1]]
    return period * len(above) + place, period


def _added_up(family: Family, values: Whole) -> Whole:
    """Counts of all cells from the free ones; a cell of the table that is no free one keeps what the table says."""
    counted_cells = np.asarray(np.rint(family.from_free @ values[family.free]), dtype=np.int64)
    given = (values != 0) & (counted_cells != values)
    if given.any():
        raise FamilyRefused(
            "The table's counts do not obey the identities declared.",
            found=counted(int(given.sum()), "cell") + " that differ from what the others make of them",
            attempt="leave the identity out where it does not hold",
        )
    return counted_cells
