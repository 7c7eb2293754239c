"""How long does the proof take, beside one plain linear program for the least and the most of each hidden cell?

    python benchmarks/disclosure.py FILE      a file of NHS turnover benchmarking by staff group and organisation

The baseline solves a sample of the hidden cells and is scaled to all of them; the line says so. Figures are printed
as they came out, hidden counts never.
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow as pa

from keepwell.disclosure.attacking import Held, worked_out
from keepwell.disclosure.declaring import Dimension, Filled, family_of
from keepwell.disclosure.hiding import HIDING
from keepwell.disclosure.protecting import Protected, protect

TOTAL = "All staff groups"
KINDS = {
    "Leavers": "leavers",
    "Joiners": "joiners",
    "Denominator at start of period": "at_start",
    "Denominator at end of period": "at_end",
}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row["STAFF_GROUP_1_NAME"] != TOTAL]


def filled(rows: list[dict[str, str]], *kinds: str, months: int = 1) -> Filled:
    """The family of the kinds named; with several months, the same month again and again, its counts redrawn."""
    rng = np.random.default_rng(0)
    table: dict[str, list[object]] = {
        n: [] for n in ("month", "organisation", "icb", "region", "staff_group", *KINDS.values())
    }
    for month in range(months):
        for row in rows:
            if row["TYPE"] not in kinds:
                continue
            number = int(row["HC"])
            table["month"].append(f"{month:02d}")
            for ours, theirs in (
                ("organisation", "REPORTING_ORG_CODE"),
                ("icb", "ICS_CODE"),
                ("region", "NHSE_REGION_CODE"),
                ("staff_group", "STAFF_GROUP_1_NAME"),
            ):
                table[ours].append(row[theirs])
            for kind, name in KINDS.items():
                count = number if row["TYPE"] == kind else 0
                table[name].append(count if months == 1 else int(rng.poisson(count)))
    return family_of(
        pa.table(table),
        counts=[KINDS[kind] for kind in kinds],
        dimensions=[
            Dimension("month", ("month",)),
            Dimension("place", ("organisation", "icb", "region"), "England"),
            Dimension("staff_group", ("staff_group",), TOTAL),
        ],
    )


def tell(claim: str, seconds: float, family: Filled, done: Protected) -> None:
    hidden = int(done.hidden.sum())
    print(
        f"{claim:40} {len(family.counts):7,} cells  {hidden:7,} hidden  {seconds:7.2f} s  "
        f"at least {done.proof.fewest} numbers  visible {done.share_of_cells:.1%} of cells, "
        f"{done.share_of_people:.1%} of people  withheld {int(done.withheld.sum())}"
    )


def plain(family: Filled, done: Protected, sample: int = 40) -> float:
    """Seconds for all hidden cells, from a sample, each by two linear programs of its own."""
    sums = [(t, dict(zip(map(int, p), map(int, s), strict=True)), loose) for t, p, s, loose in family.family.sums]
    cells = [int(c) for c in done.proof.cells[:: max(1, len(done.proof.cells) // sample)]]
    began = time.perf_counter()
    worked_out(Held(done.shown, 5, sums), cells)
    return (time.perf_counter() - began) / len(cells) * len(done.proof.cells)


def main() -> None:
    rows = read(Path(sys.argv[1]))
    months = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    one = filled(rows, "Leavers")
    for name, policy in HIDING.items():
        began = time.perf_counter()
        done = protect(one.family, one.counts, policy)
        seconds = time.perf_counter() - began
        tell(f"leavers, one month, {name}", seconds, one, done)
        if policy.rounds:
            against = plain(one, done)
            print(f"    plain linear programs, a sample scaled: {against:.1f} s   ratio {seconds / against:.3f}")
    began = time.perf_counter()
    many = filled(rows, *KINDS, months=months)
    made = time.perf_counter() - began
    began = time.perf_counter()
    done = protect(many.family, many.counts, HIDING["nhs"])
    tell(f"four counts, {months} months, nhs", time.perf_counter() - began, many, done)
    print(f"    the family itself: {made:.1f} s")


if __name__ == "__main__":
    main()
