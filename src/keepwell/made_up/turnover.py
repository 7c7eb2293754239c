"""What would NHS England publish of the made-up trusts?

In the form of "Turnover benchmarking 2. Staff group and organisation, monthly": one row for each TYPE, trust and
publication staff group; no row where there is nobody. Doctors in training are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keepwell.made_up.counts import ALL, Snapshot, count, without_residents
from keepwell.made_up.jobs import PUBLICATION_GROUPS
from keepwell.made_up.mistakes import CsvTable
from keepwell.made_up.places import ICB, ICB_NAME, REGION, REGION_NAME
from keepwell.made_up.system import System

HEADINGS: Final = (
    "PERIOD",
    "TYPE",
    "NHSE_REGION_CODE",
    "NHSE_REGION_NAME",
    "ICS_CODE",
    "ICS_NAME",
    "REPORTING_ORG_NAME",
    "REPORTING_ORG_CODE",
    "CLUSTER_GROUP",
    "BENCHMARK_GROUP",
    "STAFF_GROUP_1_NAME",
    "HC",
    "FTE",
)
TYPES: Final = (
    ("Denominator at end of period", 1),
    ("Denominator at start of period", 0),
    ("Joiners", 2),
    ("Leavers", 3),
)
"""Each TYPE with its place in counts.count."""


def turnover(system: System, before: Snapshot, after: Snapshot) -> CsvTable:
    """The file of one month."""
    rows = list(_rows(system, without_residents(before), without_residents(after)))
    columns = tuple(zip(*rows, strict=True))
    return CsvTable(f"Turnover {after.month}", HEADINGS, columns)


def _rows(system: System, before: Snapshot, after: Snapshot) -> Iterator[tuple[str, ...]]:
    groups = len(PUBLICATION_GROUPS)
    found = count(before, after, "publication", len(system.trusts), groups)
    period = f"{_plain(before)} to {_plain(after)}"
    for kind, place in TYPES:
        for trust, numbers in zip(system.trusts, found, strict=True):
            for group in (groups, *range(groups)):
                if headcount := round(numbers[group, place]):
                    name = ALL if group == groups else PUBLICATION_GROUPS[group]
                    yield (
                        *(period, kind, REGION, REGION_NAME, ICB, ICB_NAME, trust.name, trust.code),
                        *(trust.cluster, trust.benchmark_group, name),
                        str(headcount),
                        str(round(float(numbers[group, place + 4]), 5)),
                    )


def _plain(snap: Snapshot) -> str:
    return str(snap.month).replace("-", "")
