"""Identifiers of general practice: dealt out anew they are seen, whatever the size; real people pass."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keepwell.records.general_practice import COLLECTED, PRACTICE_PEOPLE
from keepwell.sources.same_people import FEWEST_PEOPLE
from keepwell.sources.same_practice_people import people_in, why_not_the_same

ROLES = ("Salaried", "Partner", "Nurse", "Pharmacist", "Receptionist", "Manager")
BANDS = ("30 to 34", "35 to 39", "40 to 44", "45 to 49", "50 to 54", "55 to 59", "60 to 64")
Person = dict[str, Any]


def release(size: int, rng: random.Random, first: int = 1) -> list[Person]:
    """So many people in places of about a dozen, as networks are, listed place by place."""
    networks = max(2, size // 12)
    people = []
    for i in range(size):
        network = i * networks // size
        people.append(
            {
                "person": str(first + i),
                "organisation": f"U{network:05}",
                "pcn": f"U{network:05}",
                "sub_icb": f"S{network // 4}",
                "icb": f"Q{network // 10}",
                "region": f"Y{network // 40}",
                "role": rng.choice(ROLES),
                "sex": rng.choice(("Female", "Female", "Male")),
                "age_band": rng.choice(BANDS),
                "fte": rng.choice((0.4, 0.6, 0.8, 1.0)),
            }
        )
    return people


def a_year_later(people: list[Person], rng: random.Random) -> list[Person]:
    """A tenth leaves, an eighth joins, a twentieth moves, a fifth reaches the next age band, a few change role."""
    stay = [dict(p) for p in people if rng.random() > 0.1]
    for p in stay:
        if rng.random() < 0.05:
            p |= {name: rng.choice(people)[name] for name in ("organisation", "pcn", "sub_icb", "icb", "region")}
        if rng.random() < 0.2:
            p["age_band"] = BANDS[min(BANDS.index(p["age_band"]) + 1, len(BANDS) - 1)]
        if rng.random() < 0.03:
            p["role"] = rng.choice(ROLES)
    new = release(len(people) * 12 // 100, rng, first=1_000_000)
    return [*stay, *new]


def table(people: list[Person]) -> pa.Table:
    said = {"month": 1, "data_source": COLLECTED, "staff_group": "Not known"}
    return pa.Table.from_pylist([said | p for p in people], schema=PRACTICE_PEOPLE)


def renumbered(people: list[Person], numbers: list[str]) -> list[Person]:
    return [p | {"person": number} for p, number in zip(people, numbers, strict=True)]


def shuffled(people: list[Person], rng: random.Random) -> list[Person]:
    return renumbered(people, rng.sample([p["person"] for p in people], len(people)))


def from_a_new_range(people: list[Person], rng: random.Random) -> list[Person]:
    return renumbered(people, [str(9_000_000 + i) for i in range(len(people))])


def from_the_same_range(people: list[Person], rng: random.Random) -> list[Person]:
    """Small numbers again, up to half as many more than there are people: partly the same, for others."""
    return renumbered(people, [str(n) for n in rng.sample(range(1, len(people) * 3 // 2 + 1), len(people))])


def verdict(then: list[Person], now: list[Person], months: int = 12) -> str | None:
    return why_not_the_same(people_in(table(then)), people_in(table(now)), months)


SIZES = st.one_of(st.integers(60, 200), st.sampled_from([FEWEST_PEOPLE * 4, 600, 2000]))


@pytest.mark.parametrize("deal", [shuffled, from_a_new_range, from_the_same_range])
@settings(max_examples=25)
@given(size=SIZES, seed=st.integers(0, 10_000), later=st.booleans())
def test_numbers_dealt_out_anew_are_seen(
    deal: Callable[[list[Person], random.Random], list[Person]], size: int, seed: int, later: bool
) -> None:
    rng = random.Random(seed)
    then = release(size, rng)
    now = deal(a_year_later(then, rng) if later else then, rng)
    assert verdict(then, now) is not None
    assert verdict(now, then) is not None


@settings(max_examples=40)
@given(size=SIZES, seed=st.integers(0, 10_000))
def test_people_who_persist_pass(size: int, seed: int) -> None:
    rng = random.Random(seed)
    then = release(size, rng)
    now = a_year_later(then, rng)
    rng.shuffle(now)
    assert verdict(then, now) is None


@settings(max_examples=20)
@given(size=st.sampled_from([300, 1200]), seed=st.integers(0, 10_000))
def test_numbers_in_the_order_of_rows_are_seen_once_a_tenth_has_left(size: int, seed: int) -> None:
    """Places agree, because the list goes place by place; roles and ages do not."""
    rng = random.Random(seed)
    then = release(size, rng)
    now = [p for p in then if rng.random() > 0.1]
    assert verdict(then, renumbered(now, [str(1 + i) for i in range(len(now))]), 3) is not None


def test_too_few_people_tell_nothing() -> None:
    rng = random.Random(1)
    then = release(FEWEST_PEOPLE - 1, rng)
    assert verdict(then, from_a_new_range(then, rng)) is None
    more = release(FEWEST_PEOPLE, rng)
    assert verdict(more, from_a_new_range(more, rng)) is not None


def test_networks_that_all_get_new_codes_are_no_new_people() -> None:
    rng = random.Random(2)
    then = release(400, rng)
    now = [p | {"pcn": f"N{p['pcn']}", "organisation": f"N{p['organisation']}"} for p in a_year_later(then, rng)]
    assert verdict(then, now) is None


def test_over_years_half_of_them_may_have_gone() -> None:
    rng = random.Random(3)
    then = release(400, rng)
    now = [*[p for p in then if rng.random() > 0.6], *release(240, rng, first=5_000)]
    assert verdict(then, now, 12) is not None
    assert verdict(then, now, 24) is None
