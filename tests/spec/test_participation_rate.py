"""Participation rate: FTE / headcount."""

from __future__ import annotations

import pytest
from drawing import columns, rows, the_row
from practice_drawing import people, practices

from keepwell.errors import EnquiryRefused
from keepwell.measures.participation_rate import participation_rate
from keepwell.records.flows import Grouping

STAFF = """
ann 0.50  role=Partner  sex=Female age_band=55_to_59
ann 0.25  role=Trainer  sex=Female age_band=55_to_59
bob 1.00  role=Salaried sex=Male   age_band=30_to_34
cy  0.75  role=Salaried sex=Female age_band=30_to_34
-   0.90  data_source=Estimated
"""


def test_three_people_with_75_hours_and_a_bit_work_five_sixths_of_full_time() -> None:
    row = the_row(participation_rate(people(STAFF), Grouping()))
    assert columns(row, "headcount", "fte", "participation_rate") == (3, 2.5, 2.5 / 3)


def test_by_role_age_and_sex_each_person_counts_once_in_each_group() -> None:
    grouping = Grouping(("role", "age_band", "sex"))
    found = rows(participation_rate(people(STAFF), grouping), "role", "participation_rate")
    assert [columns(r, "role", "headcount", "participation_rate") for r in found] == [
        ("Partner", 1, 0.5),
        ("Salaried", 1, 0.75),
        ("Salaried", 1, 1.0),
        ("Salaried", 0, None),  # the estimate is nobody: no heads, no hours, no rate
        ("Trainer", 1, 0.25),
    ]


def test_thirty_hours_are_four_fifths() -> None:
    assert the_row(participation_rate(people("ann 0.8"), Grouping()))["participation_rate"] == 0.8


TWO = """
A1 GP 4 3.0
A2 GP 2 2.0
A2 Nurses - -
"""


def test_a_practice_has_its_own_and_two_are_not_added_up() -> None:
    found = rows(participation_rate(practices(TWO), Grouping(("organisation",))), "organisation")
    assert [r["participation_rate"] for r in found] == [0.75, 1.0]
    with pytest.raises(EnquiryRefused, match="a person may work in two"):
        participation_rate(practices(TWO), Grouping(("icb",)))
