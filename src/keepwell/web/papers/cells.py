"""How is an action written into a cell of the guide's table, so that it can be read out of it again?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from keepwell.web.papers.contents import day
from keepwell.web.plans.topics import abouts

BULLET: Final = "• "
_MARK: Final = re.compile(r"^\s*(?:[•●▪◦‣·*–—-]|o(?=\s)|\(?\d{1,2}[.)](?=\s)|[a-z][.)](?=\s))\s*")
_BY: Final = re.compile(r"\s*\(by (?P<day>\d{1,2} \w+ \d{4})\)$")


@dataclass(frozen=True, slots=True)
class Success:
    """A success criterion: its words, and the day in brackets at their end, if there was one."""

    words: str
    by: dt.date | None = None


def topic_cell(title: str, objective: str) -> str:
    """Flexible working: more staff can get it."""
    return f"{title}: {objective}" if title and objective.strip() else title or objective.strip()


def topic_from(text: str) -> tuple[str, str]:
    """The key of the topic that a cell begins with and the objective after it; "" and the whole where it has none."""
    head, colon, rest = text.partition(":")
    if key := _keys().get(_folded(head)):
        return key, rest.strip() if colon else ""
    return "", text.strip()


def success_cell(criteria: Iterable[Success]) -> str:
    """The one criterion, or a line with a mark for each."""
    told = [f"{one.words.strip()} (by {day(one.by)})" if one.by else one.words.strip() for one in criteria]
    if len(told) == 1 and "\n" not in told[0] and not _MARK.match(told[0]):
        return told[0]
    return "\n".join(f"{BULLET}{words}" for words in told)


def success_from(text: str) -> list[Success]:
    """Each criterion of a cell: what a mark begins, or each line where no line has a mark."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    marked = any(_MARK.match(line) for line in lines)
    found: list[str] = []
    for line in lines:
        begins = _MARK.match(line)
        if begins or not marked or not found:
            found.append(line[begins.end() :].strip() if begins else line.strip())
        else:
            found[-1] += f"\n{line.strip()}"
    return [_success(words) for words in found if words]


def _success(words: str) -> Success:
    if told := _BY.search(words):
        try:
            by = dt.datetime.strptime(told["day"], "%d %B %Y").date()  # noqa: DTZ007
        except ValueError:
            return Success(words)
        if words[: told.start()].strip():
            return Success(words[: told.start()].strip(), by)
    return Success(words)


@cache
def _keys() -> dict[str, str]:
    """The keys of topics by their titles, the first where two are called the same."""
    found: dict[str, str] = {}
    for key, about in abouts().items():
        found.setdefault(_folded(about.title), key)
    return found


def _folded(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold().replace("&", " and ")))
