"""Which column of a plan does a heading mean in a document that somebody else wrote?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from keepwell.content.guides import Source
from keepwell.content.planning import checked, refuse

FILE: Final = "headings.yaml"
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that a plan can have, what it is called here, and what others call it."""

    key: str
    label: str
    words: tuple[str, ...]
    source: Source


@cache
def headings() -> tuple[Heading, ...]:
    """The columns that can be read out of a document.

    Raises ValueError where two of them claim the same words, or one has none.
    """
    found = checked(FILE, tuple[Heading, ...])
    refuse(FILE, _faults(found))
    return found


def column_called(heading: str) -> str:
    """The key of the column that a heading means; "" where it is none of ours.

    Capitals, marks and what stands in brackets make no difference: "ACTION OWNER (name & role):" is the owner.
    """
    return _known().get(folded(heading)) or _known().get(folded(_BRACKETS.sub(" ", heading)), "")


def folded(text: str) -> str:
    """The words of a heading alone: small letters, "and" for "&"; "#" where it is nothing else."""
    words = " ".join(re.findall(r"[^\W_]+", text.casefold().replace("&", " and ")))
    return words or text.strip()


@cache
def _known() -> dict[str, str]:
    return {folded(words): one.key for one in headings() for words in (*one.words, one.label)}


def _faults(found: tuple[Heading, ...]) -> Iterator[str]:
    claimed: dict[str, str] = {}
    for one in found:
        if not one.words:
            yield f"{one.key}: it has no words"
        for words in one.words:
            other = claimed.setdefault(folded(words), one.key)
            if other != one.key or not folded(words):
                yield f"{one.key}: {words!r} means {other} already"
