"""Locum share: FTE of regular locums / FTE of GPs."""

from __future__ import annotations

from drawing import columns, rows, the_row
from practice_drawing import people, practices

from keepwell.measures.locum_share import locum_share
from keepwell.records.flows import Grouping


def test_of_ten_full_time_gps_one_is_a_locum() -> None:
    gps = people("""
        ann 6.0 role=Partner
        bob 3.0 role=Trainee
        cy  1.0 role=Locum
        dee 1.0 role=Receptionist staff_group=Admin
        -   5.0 role=Locum data_source=Estimated
    """)
    assert columns(the_row(locum_share(gps, Grouping())), "fte_locum", "fte_gp", "locum_share") == (1, 10, 0.1)


def test_practices_are_added_up_before_they_are_divided() -> None:
    two = practices("""
        A1 GP 2 2.0
        A1 GP 2 2.0 role=Senior_Partner
        A2 GP 8 8.0
        A2 GP 6 6.0 role=Salaried
        A2 GP 2 2.0 role=Locum_-_Vacancy
        A2 Nurses 5 5.0 role=Practice_Nurse
    """)
    assert the_row(locum_share(two, Grouping(("icb",))))["locum_share"] == 0.2
    found = rows(locum_share(two, Grouping(("organisation",))), "organisation")
    assert [r["locum_share"] for r in found] == [0.0, 0.25]
