"""Which counts does a policy hide, and what does it show of the others?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from keepwell.disclosure.declaring import Carried, Dimension, Identity, family_of
from keepwell.disclosure.hiding import HIDING, shown
from keepwell.disclosure.protecting import protect
from keepwell.disclosure.rounding import nhs_rounded
from keepwell.disclosure.structure import FamilyRefused

PLACE = Dimension("place", ("organisation", "icb"), "England")
GROUP = Dimension("staff_group", ("staff_group",), "All staff groups")


def whole(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_the_nhs_rule_shows_what_rounding_shows() -> None:
    counts = np.arange(500)
    expected = [nhs_rounded(int(c)) for c in counts]
    assert [None if np.isnan(v) else int(v) for v in shown(HIDING["nhs"], counts)] == expected


@pytest.mark.parametrize(("name", "most"), [("under_5", 4), ("under_10", 9), ("survey_11", 10)])
def test_the_others_hide_small_counts_and_show_nought_and_the_rest_exactly(name: str, most: int) -> None:
    policy = HIDING[name]
    numbers = shown(policy, whole(0, 1, most, most + 1, 238))
    assert np.isnan(numbers[1:3]).all()
    assert numbers[[0, 3, 4]].tolist() == [0, most + 1, 238]
    assert not policy.rounds
    assert "not rounded" in policy.title


def test_counts_that_are_shown_alike_are_one_class() -> None:
    for policy in HIDING.values():
        counts = np.arange(120)
        low, high = policy.lowest_alike(counts), policy.highest_alike(counts)
        look = shown(policy, counts)
        for count in range(100):
            alike = [int(c) for c in counts if look[c] == look[count] or (np.isnan(look[c]) and np.isnan(look[count]))]
            assert (alike[0], alike[-1]) == (low[count], high[count])


def test_a_count_below_nought_is_a_fault() -> None:
    with pytest.raises(ValueError, match="below zero"):
        shown(HIDING["nhs"], whole(-1))


def table(**columns: list[object]) -> pa.Table:
    return pa.table(columns)


def two_by_two(**more: list[object]) -> pa.Table:
    return table(
        organisation=["R1", "R1", "R2", "R3"],
        icb=["Q1", "Q1", "Q1", "Q2"],
        staff_group=["a", "b", "a", "b"],
        leavers=[3, 20, 15, 40],
        **more,
    )


def cell(filled, **where: str) -> int:
    rows = filled.family.labels.to_pylist()
    return next(i for i, row in enumerate(rows) if all(row[k] == v for k, v in where.items()))


def test_a_family_has_every_total_over_every_level() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    assert len(filled.family) == (3 + 2 + 1) * 3
    assert filled.counts[cell(filled, place="England", staff_group="All staff groups")] == 78
    assert filled.counts[cell(filled, place="Q1", staff_group="a")] == 18
    assert filled.counts[cell(filled, place="R2", staff_group="b")] == 0


def test_rows_of_one_group_are_added_up_and_whole_numbers_of_any_width_are_taken() -> None:
    thin = pa.table({"staff_group": ["a", "a"], "leavers": pa.array([3, 4], pa.int8())})
    filled = family_of(thin, counts=["leavers"], dimensions=[GROUP])
    assert filled.counts.tolist() == [7, 7]


def test_a_total_counted_apart_is_a_cell_of_its_own() -> None:
    apart = Dimension("staff_group", ("staff_group",), "All staff groups", counted_apart=True)
    published = table(
        organisation=["R1"] * 3 + ["R2"] * 2,
        icb=["Q1"] * 5,
        staff_group=["a", "b", "All staff groups", "a", "All staff groups"],
        headcount=[60, 50, 108, 30, 30],
    )
    filled = family_of(published, counts=["headcount"], dimensions=[PLACE, apart])
    assert filled.counts[cell(filled, place="England", staff_group="All staff groups")] == 138
    assert filled.counts[cell(filled, place="England", staff_group="a")] == 90


def test_a_total_counted_apart_above_its_parts_is_refused() -> None:
    apart = Dimension("staff_group", ("staff_group",), "All staff groups", counted_apart=True)
    wrong = table(staff_group=["a", "b", "All staff groups"], headcount=[6, 5, 12])
    with pytest.raises(FamilyRefused, match="do not add up"):
        family_of(wrong, counts=["headcount"], dimensions=[apart])


def test_identities_bind_counts_and_periods() -> None:
    stocks = table(period=["2025-01", "2025-02"], at_start=[50, 55], joiners=[8, 0], leavers=[3, 5], at_end=[55, 50])
    filled = family_of(
        stocks,
        counts=["at_start", "joiners", "leavers", "at_end"],
        dimensions=[Dimension("period", ("period",))],
        identities=[Identity("at_end", {"at_start": 1, "joiners": 1, "leavers": -1})],
        carried=[Carried("at_start", was="at_end")],
    )
    assert len(filled.family) == 8
    assert len(filled.family.free) == 5
    assert len(set(filled.family.component.tolist())) == 1


def test_an_identity_that_does_not_hold_is_refused_without_a_count() -> None:
    stocks = table(period=["2025-01"], at_start=[50], joiners=[8], leavers=[3], at_end=[56])
    with pytest.raises(FamilyRefused, match="identities") as refused:
        family_of(
            stocks,
            counts=["at_start", "joiners", "leavers", "at_end"],
            dimensions=[Dimension("period", ("period",))],
            identities=[Identity("at_end", {"at_start": 1, "joiners": 1, "leavers": -1})],
        )
    assert "56" not in str(refused.value)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("icb", ["Q1", "Q2", "Q1", "Q2"], "lies in two places"),
        ("icb", ["Q1", None, "Q1", "Q2"], "empty place"),
        ("icb", ["Q1", "", "Q1", "Q2"], "empty place"),
        ("leavers", [3.0, 20.0, 15.0, 40.0], "Only whole numbers"),
        ("leavers", [3, None, 15, 40], "Only whole numbers"),
    ],
)
def test_a_table_that_cannot_be_protected_is_refused(column: str, values: list[object], said: str) -> None:
    wrong = two_by_two()
    wrong = wrong.set_column(wrong.schema.names.index(column), column, pa.array(values))
    with pytest.raises(FamilyRefused, match=said):
        family_of(wrong, counts=["leavers"], dimensions=[PLACE, GROUP])


def test_what_is_released_says_how_much_stays_visible_and_nothing_small() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    protected = protect(filled.family, filled.counts, HIDING["nhs"])
    small = HIDING["nhs"].hides(filled.counts)
    assert protected.hidden[small].all()
    assert np.isnan(protected.shown[protected.hidden]).all()
    assert 0 < protected.share_of_cells < 1
    assert 0 < protected.share_of_people < 1
    assert not protected.withheld.any()
    assert protected.proof.fewest >= 4


def test_cells_hidden_before_stay_hidden() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    before = np.zeros(len(filled.family), dtype=bool)
    before[cell(filled, place="R3", staff_group="b")] = True
    assert not protect(filled.family, filled.counts, HIDING["nhs"]).hidden[before].any()
    assert protect(filled.family, filled.counts, HIDING["nhs"], given=before).hidden[before].all()


def test_cells_shown_before_are_not_hidden_to_protect_another() -> None:
    one = table(staff_group=["a", "b"], leavers=[3, 20])
    filled = family_of(one, counts=["leavers"], dimensions=[GROUP])
    first = protect(filled.family, filled.counts, HIDING["under_5"])
    extra = first.hidden & ~HIDING["under_5"].hides(filled.counts)
    assert extra.any()
    again = protect(filled.family, filled.counts, HIDING["under_5"], shown_before=extra)
    assert not again.hidden[extra].any() or again.withheld.any()


def test_public_cells_need_no_proof() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    public = np.ones(len(filled.family), dtype=bool)
    protected = protect(filled.family, filled.counts, HIDING["nhs"], public=public)
    assert len(protected.proof.cells) == 0
    assert not protected.withheld.any()


def test_more_candidates_than_the_policy_can_keep_are_refused() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    with pytest.raises(FamilyRefused, match="cannot keep"):
        protect(filled.family, filled.counts, HIDING["under_5"], at_least=5)


def test_the_same_counts_are_always_released_alike() -> None:
    filled = family_of(two_by_two(), counts=["leavers"], dimensions=[PLACE, GROUP])
    assert len({protect(filled.family, filled.counts, HIDING["nhs"]).released() for _ in range(3)}) == 1
