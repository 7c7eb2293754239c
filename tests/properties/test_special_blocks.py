"""What is hidden of a special category stays hidden: every table that looks the same, counted one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from keepwell.disclosure import blocks
from keepwell.disclosure.blocks import Flows, Partition, is_told, levels_told, table_told

EACH: Partition = ((0,), (1,))
THREE: tuple[Partition, ...] = (((0,), (1,), (2,)), ((0, 2), (1,)))


def splits(total: int, groups: int) -> Iterator[tuple[int, ...]]:
    if groups == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in splits(total - first, groups - 1):
            yield (first, *rest)


def flows(start: tuple[int, ...], leavers: tuple[int, ...], joiners: tuple[int, ...]) -> Flows:
    s, out, came = (np.array(x, dtype=np.int64) for x in (start, leavers, joiners))
    return Flows(s, s - out + came, out, came)


def numbers(of: Flows) -> list[int]:
    return [*of.leavers.tolist(), *of.joiners.tolist(), *(of.at_start - of.leavers).tolist()]


def fewest_possible(starts: list[tuple[int, ...]], most: int, room: int) -> int:
    """Between two years told: the fewest numbers that any small hidden count could be, given start, end and totals."""
    fewest = 99
    for start in starts:
        for left, came in itertools.product(range(0, most, 4), repeat=2):
            alike: dict[tuple[int, ...], list[list[int]]] = {}
            for out, new in itertools.product(splits(left, len(start)), splits(came, len(start))):
                if any(x > y for x, y in zip(out, start, strict=True)):
                    continue
                year = flows(start, out, new)
                before = Flows(*(np.array(start) for _ in range(2)), *(np.zeros(len(start), dtype=np.int64),) * 2)
                after = flows(tuple(year.at_end.tolist()), (0,) * len(start), (0,) * len(start))
                if levels_told([before, year, after], [EACH], room=room) == [0, None, 0]:
                    alike.setdefault(tuple(year.at_end.tolist()), []).append(numbers(year))
            for tables in alike.values():
                for cell in np.array(tables).T:
                    possible = np.unique(cell)
                    if ((possible > 0) & (possible < blocks.SMALLEST_TOLD)).any():
                        fewest = min(fewest, len(possible))
    return fewest


STARTS = [(11, 60), (20, 40), (0, 30), (100, 12)]


def test_a_year_hidden_between_two_that_are_told_leaves_many_numbers_possible() -> None:
    assert fewest_possible(STARTS, 30, blocks.ROOM) >= 10


def test_without_room_the_years_around_give_a_hidden_one_back() -> None:
    """The planted fault."""
    assert fewest_possible(STARTS, 30, 0) == 1


def test_a_breakdown_alone_leaves_every_small_number_possible() -> None:
    """One year, three groups, smallest 3, every table: a small number told is none, and one hidden is never certain."""
    alike: dict[object, list[list[int]]] = {}
    for start, out, new in itertools.product(splits(15, 3), splits(5, 3), splits(5, 3)):
        if all(x <= y for x, y in zip(out, start, strict=True)):
            year = flows(start, out, new)
            level = levels_told([year], THREE, smallest=3, room=3)[0]
            told = () if level is None else tuple(year.together(THREE[level]).worked_out.tolist())
            alike.setdefault((level, told), []).append([*numbers(year), *start])
    assert {level for level, _ in alike} == {0, 1, None}  # type: ignore[misc]
    for (level, told), tables in alike.items():  # type: ignore[misc]
        assert not any(0 < n < 3 for n in told)
        for cell in np.array(tables).T if level != 0 else ():
            possible = np.unique(cell)
            assert len(possible) > 1 or not 0 < possible[0] < 3


@pytest.mark.parametrize("changed", ["at_start", "at_end", "leavers", "joiners", "stayed"])
def test_one_number_from_1_to_10_hides_the_whole_breakdown(changed: str) -> None:
    counts = {"at_start": [100, 200], "at_end": [120, 210], "leavers": [20, 30], "joiners": [40, 40]}
    assert is_told(Flows(**{n: np.array(c) for n, c in counts.items()}), EACH)
    small = {"stayed": {"leavers": [90, 30], "joiners": [110, 40]}}.get(changed, {changed: [10, 200]})
    assert not is_told(Flows(**{n: np.array(c) for n, c in (counts | small).items()}), EACH)


def test_those_not_known_are_taken_with_the_larger_group_where_they_are_few() -> None:
    year = flows((300, 100, 20), (30, 20, 2), (30, 20, 3))
    assert levels_told([year], THREE) == [1]
    assert levels_told([flows((300, 100, 40), (30, 20, 12), (30, 20, 13))], THREE) == [0]
    assert levels_told([flows((300, 40, 40), (30, 4, 12), (30, 20, 13))], THREE) == [None]


def test_a_later_year_takes_nothing_back() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        years: list[Flows | None] = []
        start = rng.integers(0, 200, 3)
        for _ in range(6):
            out = rng.binomial(start, 0.2)
            year = flows(tuple(start), tuple(out), tuple(rng.poisson(start * 0.2)))
            years.append(year if rng.random() < 0.9 else None)
            start = year.at_end
        whole = levels_told(years, THREE)
        assert all(levels_told(years[:i], THREE) == whole[:i] for i in range(7))


def test_a_table_is_told_whole_or_not_at_all_and_once_hidden_stays_hidden() -> None:
    large, small = flows((300, 100, 40), (30, 20, 12), (30, 20, 13)), flows((300, 10, 40), (30, 3, 12), (30, 2, 13))
    assert table_told([{"a": large, "b": large}] * 2, [0, 0], THREE) == [0, 0]
    assert table_told([{"a": large, "b": small}, {"a": large, "b": large}], [0, 0], THREE) == [None, None]
    assert table_told([{"a": large}, {"a": large}, {"a": large}], [0, 1, 0], THREE) == [0, 1, 1]
    assert table_told([{"a": large}, None, {"a": large}], [0, 0, 0], THREE) == [0, None, None]
    assert table_told([{"a": large}, {"a": large}], [0, None], THREE) == [0, None]
