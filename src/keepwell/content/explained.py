"""What does a number come to in an example, what must be known before it is used, and who counts it otherwise?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from keepwell.content import load_yaml


@dataclass(frozen=True, slots=True)
class Other:
    """What somebody else publishes under a like name, and how ours differs from it."""

    of: str
    differs: str


@dataclass(frozen=True, slots=True)
class Explained:
    """The words of a measure's own page besides its definition, as in content/worked_examples.yaml.

    `drawing` is a few people or places, small enough to count by eye; `kind` says how it is read and `key` says so in
    words; `worked` works it through and `comes_to` is the number.
    """

    kind: str
    key: str
    drawing: str
    worked: str
    comes_to: float
    caveats: tuple[str, ...]
    others: tuple[Other, ...]


@cache
def explained() -> Mapping[str, Explained]:
    """The words of every measure's page, by the name of the measure."""
    told = load_yaml("worked_examples.yaml")
    return {
        name: Explained(
            entry["kind"],
            told["keys"][entry["kind"]],
            entry["drawing"],
            entry["worked"],
            float(entry["comes_to"]),
            tuple(entry["caveats"]),
            tuple(Other(**other) for other in entry["others"]),
        )
        for name, entry in told["measures"].items()
    }
