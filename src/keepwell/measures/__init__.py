"""Which numbers can be asked for, and what is each?

A measure is a function here and a definition of the same name in content/measures: one number, one name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from keepwell.content import list_yaml, load_yaml
from keepwell.errors import EnquiryRefused, listed


@dataclass(frozen=True, slots=True)
class Measure:
    """A number's definition in words, as in content/measures/<name>.yaml.

    `needs` names the canonical tables it can be made from: "flows" (published counts), "staff" (records of
    people in post), "leavers" (records of people who left), "absence", "posts", "counts", "practices" and others,
    in words in enquiries.NEEDS. `unit` is share, people, fte, years or records.
    `better` says which way is improvement: lower, higher or neither. `words_by_event` are the words where it is
    counted by event and not by snapshot; `words_by_month` and `formula_by_month` where it is made from counts of months.
    """

    name: str
    label: str
    question: str
    words: str
    formula: str
    unit: str
    needs: tuple[str, ...]
    bases: tuple[str, ...]
    methods: tuple[str, ...]
    better: str
    reference: str
    columns: dict[str, str]
    words_by_event: str = ""
    words_by_month: str = ""
    formula_by_month: str = ""


@cache
def measures() -> dict[str, Measure]:
    """Every measure by name, in alphabetical order."""
    found = {}
    for name in sorted(list_yaml("measures")):
        entry = load_yaml(name)
        lists: dict[str, Any] = {key: tuple(entry.pop(key, ())) for key in ("needs", "bases", "methods")}
        columns = entry.pop("columns", {})
        found[entry["name"]] = Measure(**entry, **lists, columns=columns)
    return found


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises EnquiryRefused for an unknown one.
    """
    known = measures()
    if name not in known:
        raise EnquiryRefused(
            f"There is no measure called {name}.", found=listed(list(known), 40), attempt="keepwell measures"
        )
    return known[name]
