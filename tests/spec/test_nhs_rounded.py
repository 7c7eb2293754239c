"""What is shown of a count under the NHS rule? Golden numbers G10."""

from __future__ import annotations

import pytest

from keepwell.disclosure.rounding import nhs_rounded


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20)]
)
def test_one_to_seven_are_hidden_and_others_go_to_the_nearest_five(count: int, shown: int | None) -> None:
    assert nhs_rounded(count) == shown


def test_no_count_moves_by_more_than_two() -> None:
    for count in range(8, 500):
        shown = nhs_rounded(count)
        assert shown is not None
        assert abs(shown - count) <= 2
        assert shown % 5 == 0


def test_a_count_below_zero_is_a_fault() -> None:
    with pytest.raises(ValueError, match="below zero"):
        nhs_rounded(-1)
