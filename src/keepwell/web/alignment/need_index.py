"""Whose need is how large a part of the whole?

An index of need is a judgement: what counts, and how much, is chosen by people. So it is kept simple enough to be reckoned
by hand from what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its values by place, its weight, and whether it counts something or is a rate or a score."""

    values: Mapping[int, float]
    weight: int
    is_rate: bool


def shares_of_need(parts: Sequence[Part]) -> dict[int, float]:
    """The share of all need that each place has, by its number; of those places alone that every part has a value of.

        share of need = sum(weight x share in the part) / sum(weight)
        share in a part that counts = value / sum(values)
        share in a rate = value x size / sum(value x size)

    The size is the value in the first part that counts: a rate says how much of it there is, and not how large the place
    is. Shares add up to 1. A part whose values are all nought says nothing, and is left out with its weight. Nothing
    where there is no part that counts, or nothing in it.
    """
    size = next((part for part in parts if not part.is_rate), None)
    if size is None:
        return {}
    places = [place for place in size.values if all(place in part.values for part in parts)]
    told = [(part.weight, _shares(part, size, places)) for part in parts]
    telling = [(weight, shares) for weight, shares in told if shares]
    weights = sum(weight for weight, _ in telling)
    if not weights:
        return {}
    return {place: sum(weight * shares[place] for weight, shares in telling) / weights for place in places}


def _shares(part: Part, size: Part, places: Sequence[int]) -> dict[int, float]:
    values = {place: part.values[place] * (size.values[place] if part.is_rate else 1) for place in places}
    total = sum(values.values())
    return {place: value / total for place, value in values.items()} if total > 0 else {}
