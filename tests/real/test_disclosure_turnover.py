"""The leavers of October 2025: is every hidden count of the published file safe, and is what we know of them right?"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from keepwell.disclosure.attacking import Held, worked_out
from keepwell.disclosure.declaring import Dimension, Filled, family_of
from keepwell.disclosure.hiding import HIDING, shown
from keepwell.disclosure.protecting import Protected, protect

FOLDER = Path(__file__).parents[2].parent / "shared" / "data" / "nhs_turnover"
FILE = FOLDER / "Turnover benchmarking 2. Staff group and organisation, monthly, Oct-25.csv"
TOTAL = "All staff groups"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FILE.is_file(), reason=f"the public files are not here: {FILE}"),
]


def leavers(*, counted_apart: bool) -> Filled:
    with FILE.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["TYPE"] == "Leavers"]
    rows = [r for r in rows if counted_apart or r["STAFF_GROUP_1_NAME"] != TOTAL]
    columns = {
        "organisation": "REPORTING_ORG_CODE",
        "icb": "ICS_CODE",
        "region": "NHSE_REGION_CODE",
        "staff_group": "STAFF_GROUP_1_NAME",
    }
    table = {ours: [r[theirs] for r in rows] for ours, theirs in columns.items()}
    return family_of(
        pa.table({**table, "leavers": [int(r["HC"]) for r in rows]}),
        counts=["leavers"],
        dimensions=[
            Dimension("place", ("organisation", "icb", "region"), "England"),
            Dimension("staff_group", ("staff_group",), TOTAL, counted_apart=counted_apart),
        ],
    )


@pytest.fixture(scope="module", params=[False, True], ids=["added up", "totals as published"])
def october(request: pytest.FixtureRequest) -> tuple[Filled, Protected]:
    filled = leavers(counted_apart=request.param)
    return filled, protect(filled.family, filled.counts, HIDING["nhs"])


def held(filled: Filled, protected: Protected) -> Held:
    """What an outsider holds, with the sums written out."""
    sums = [(t, dict(zip(map(int, p), map(int, s), strict=True)), loose) for t, p, s, loose in filled.family.sums]
    return Held(protected.shown, 5, sums)


def test_every_hidden_count_keeps_four_numbers_and_nothing_is_withheld(october):
    filled, protected = october
    assert len(filled.counts) == 4144
    assert int(HIDING["nhs"].hides(filled.counts).sum()) == 1292
    assert protected.proof.fewest >= 4
    assert set(protected.proof.cells) == set(np.flatnonzero(protected.hidden))
    assert not protected.withheld.any()


def test_what_is_shown_is_rounded_and_most_of_england_and_its_regions_stays_visible(october):
    filled, protected = october
    seen = ~protected.hidden
    assert (protected.shown[seen] == shown(HIDING["nhs"], filled.counts)[seen]).all()
    levels = filled.family.labels.column("place_level").to_pylist()
    high = np.array([level in ("all", "region") for level in levels]) & (filled.counts > 0)
    assert (protected.hidden & high).sum() < 0.3 * high.sum()
    assert protected.shown[filled.counts.argmax()] == 5 * round(filled.counts.max() / 5)
    assert protected.share_of_people > 0.75


def test_other_tables_of_the_proof_released_afresh_give_the_same_bytes(october):
    filled, protected = october
    for place in range(0, len(protected.proof.cells), 400):
        cell = protected.proof.cells[place]
        tables = protected.proof.tables(filled.family, filled.counts, place)
        assert len({int(t[cell]) for t in tables} | {int(filled.counts[cell])}) >= 4
        filled.family.check(tables[0])
        assert protect(filled.family, tables[0], HIDING["nhs"]).released() == protected.released()


def test_the_attacker_gets_no_closer_to_a_sample(october):
    filled, protected = october
    sample = [int(c) for c in protected.proof.cells[::150]]
    assert all(found.candidates >= 4 for found in worked_out(held(filled, protected), sample))


def test_planted_small_counts_hidden_beside_exact_totals_are_recovered(october):
    filled, protected = october
    exact = shown(replace(HIDING["nhs"], step=None), filled.counts)
    left = held(filled, protected)
    hidden = np.isnan(exact)
    alone = [
        int(parts[hidden[parts]][0])
        for total, parts, _, loose in filled.family.sums
        if not loose and not hidden[total] and hidden[parts].sum() == 1
    ]
    assert len(alone) > 20
    found = worked_out(Held(exact, None, left.sums), sorted(set(alone))[:5])
    assert all(w.recovered for w in found)


@pytest.mark.parametrize("name", ["under_5", "under_10", "survey_11"])
def test_without_rounding_every_hidden_count_keeps_four_numbers_too(name):
    filled = leavers(counted_apart=False)
    protected = protect(filled.family, filled.counts, HIDING[name])
    assert protected.proof.fewest >= 4
    assert not protected.withheld.any()
    assert protected.share_of_people > 0.5
