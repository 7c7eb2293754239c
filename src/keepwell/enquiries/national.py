"""Is the reason as frequent here as it is nationally, where the two may be compared at all?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from keepwell.content import ReasonBenchmark, reason_benchmarks
from keepwell.disclosure import Released
from keepwell.measures.reasons_for_leaving import VOLUNTARY

EVERYBODY: Final = "hchs_all_staff"
"""The national population that all staff of a trust, or of several, are of."""

UNITS: Final = {
    "share_of_leavers": "of all leavers",
    "share_of_voluntary_leavers": "of voluntary leavers",
    "share_of_stated_voluntary_reasons": "of voluntary leavers whose reason is known",
}
"""Units in which people who left can be counted. The national table of reasons counts assignments: not here."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A local share beside the national one of the same population and unit, both fractions from 0 to 1."""

    what: str
    ours: float
    national: float
    of_what: str
    source: str
    doubt: str


def beside_national(reasons: Released, population: str = EVERYBODY) -> tuple[Beside, ...]:
    """Local shares beside national figures of the same population and unit; none where nobody left.

    `reasons` is the answer about reasons_for_leaving, by single reason and without other groups.
    """
    rows = reasons.rows()
    fitting = [b for b in reason_benchmarks() if b.comparable_with.population == population and b.unit in UNITS]
    found = []
    for benchmark in fitting:
        whole = _whole(rows, benchmark.unit)
        if whole:
            ours = _counted(rows, benchmark) / whole
            of_what = UNITS[benchmark.unit]
            found.append(Beside(benchmark.measure, ours, benchmark.value, of_what, _source(benchmark), benchmark.doubt))
    return tuple(found)


def _whole(rows: Iterable[Mapping[str, Any]], unit: str) -> int:
    if unit == "share_of_leavers":
        return sum(row["leavers_with_reason"] for row in rows)
    voluntary = [row for row in rows if row["reason_group"] == VOLUNTARY]
    if unit == "share_of_stated_voluntary_reasons":
        voluntary = [row for row in voluntary if not row["reason"].endswith("Other/Not Known")]
    return sum(row["leavers_with_reason"] for row in voluntary)


def _counted(rows: Iterable[Mapping[str, Any]], benchmark: ReasonBenchmark) -> int:
    return sum(
        row["leavers_with_reason"]
        for row in rows
        if row["reason_group"] in benchmark.groups or row["reason"] in benchmark.reasons
    )


def _source(benchmark: ReasonBenchmark) -> str:
    return f"{benchmark.source} ({benchmark.period})"
