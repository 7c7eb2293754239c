"""Part-time share: people below 1.0 FTE / people with a known FTE."""

from __future__ import annotations

from drawing import columns, rows, the_row
from practice_drawing import people

from keepwell.measures.part_time_share import part_time_share
from keepwell.records.flows import Grouping

STAFF = """
full      1.0   role=Partner
two-halves 0.5  role=Partner
two-halves 0.5  role=Salaried organisation=02B
almost    0.987 role=Salaried
half      0.5   role=Salaried
unknown   -     role=Salaried
-         0.4   role=Salaried data_source=Estimated
"""


def test_two_half_posts_are_full_time_and_37_hours_are_not() -> None:
    row = the_row(part_time_share(people(STAFF), Grouping()))
    assert columns(row, "headcount", "fte_not_known", "part_time", "part_time_share") == (5, 1, 2, 0.5)


def test_in_each_role_and_place_a_persons_hours_are_those_of_all_of_them() -> None:
    partners, salaried = rows(part_time_share(people(STAFF), Grouping(("role",))), "role")
    assert columns(partners, "role", "headcount", "part_time") == ("Partner", 2, 0)
    assert columns(salaried, "role", "headcount", "part_time", "part_time_share") == ("Salaried", 4, 2, 2 / 3)
    only = Grouping(where=(("organisation", ("02B",)),))
    assert the_row(part_time_share(people(STAFF), only))["part_time"] == 0
