"""Who else would be published beside the made-up trusts?

Other trusts of the same kinds in other made-up systems, so that there is something to compare with. They have counts
only: nobody in them exists, not even as a made-up person.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np

from keepwell.made_up.counts import ALL
from keepwell.made_up.places import TRUSTS
from keepwell.made_up.turnover import HEADINGS, TYPES

PEERS: Final = 8
"""Of each kind."""
SYSTEMS: Final = (("QZ7", "Harrowdale and the Levels", "Y60", "Midlands"), ("QZ8", "Coldwater", "Y62", "North West"))
NAMES: Final = (
    "Ashbourne Vale",
    "Brindle",
    "Carrow",
    "Dunsmere",
    "Eastleigh Moor",
    "Fallowfen",
    "Garrick Wold",
    "Hexley",
)
CODES: Final = "456789ABCDEFGHJKLMNPQRTVWX"
UNLIKE: Final = 0.18
"""By how much peers of a kind differ in truth, as the standard deviation of the logarithm of their leaver rates."""


def add_peers(files: Iterable[Path], seed: int = 1) -> None:
    """Add the peers of every kind to turnover files that were made up, month by month. The same seed adds the same."""
    rng = np.random.default_rng([seed, 99])
    peers = [_peer(kind, number, rng) for kind in TRUSTS for number in range(PEERS)]
    for path in sorted(files):
        with path.open(encoding="utf-8", newline="") as file:
            own = list(csv.DictReader(file))
        rows = [row for peer in peers for row in _of_month(peer, own, rng)]
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, HEADINGS, lineterminator="\n").writerows(rows)


def _peer(kind: str, number: int, rng: np.random.Generator) -> dict[str, Any]:
    trust, system = TRUSTS[kind], SYSTEMS[number % len(SYSTEMS)]
    code = f"RZ{CODES[list(TRUSTS).index(kind) * PEERS + number]}"
    ending = trust.name.rpartition(" NHS")[0].rpartition(" ")[2]
    place = dict(zip(("ICS_CODE", "ICS_NAME", "NHSE_REGION_CODE", "NHSE_REGION_NAME"), system, strict=True))
    place |= {"REPORTING_ORG_CODE": code, "REPORTING_ORG_NAME": f"{NAMES[number]} {ending} NHS Trust"}
    place |= {"CLUSTER_GROUP": trust.cluster, "BENCHMARK_GROUP": trust.benchmark_group}
    return {
        "like": trust.code,
        "place": place,
        "size": rng.uniform(0.5, 2.0),
        "rate": float(np.exp(rng.normal(0, UNLIKE))),
    }


def _of_month(peer: dict[str, Any], own: list[dict[str, str]], rng: np.random.Generator) -> list[dict[str, str]]:
    """Counts like those of the made-up trust of its kind, of another size and with leavers of its own."""
    like = [row for row in own if row["REPORTING_ORG_CODE"] == peer["like"]]
    groups = sorted({row["STAFF_GROUP_1_NAME"] for row in like} - {ALL})
    counts = {(row["STAFF_GROUP_1_NAME"], row["TYPE"]): int(row["HC"]) for row in like}
    fte = {row["STAFF_GROUP_1_NAME"]: float(row["FTE"]) / max(int(row["HC"]), 1) for row in like}
    drawn = {group: _drawn(peer, counts, group, rng) for group in groups}
    drawn[ALL] = {kind: sum(of[kind] for of in drawn.values()) for kind, _ in TYPES}
    period = like[0]["PERIOD"] if like else ""
    return [
        {
            **peer["place"],
            "PERIOD": period,
            "TYPE": kind,
            "STAFF_GROUP_1_NAME": group,
            "HC": str(number),
            "FTE": str(round(number * min(fte.get(group, 0.87), 1.0), 5)),
        }
        for kind, _ in TYPES
        for group, of in drawn.items()
        if (number := of[kind])
    ]


def _drawn(
    peer: dict[str, Any], counts: dict[tuple[str, str], int], group: str, rng: np.random.Generator
) -> dict[str, int]:
    end, start, joiners, leavers = (kind for kind, _ in TYPES)
    people = round(counts.get((group, start), 0) * peer["size"])
    usual = counts.get((ALL, leavers), 0) / max(counts.get((ALL, start), 1), 1)
    left = int(rng.binomial(people, min(usual * peer["rate"], 0.5)))
    joined = int(rng.poisson(people * usual))
    return {start: people, leavers: left, joiners: joined, end: people - left + joined}
