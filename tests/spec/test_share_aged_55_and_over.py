"""Share aged 55 and over: people aged 55 and over / people whose age band is known."""

from __future__ import annotations

from drawing import columns, the_row
from practice_drawing import people, practices

from keepwell.measures.share_aged_55_and_over import share_aged_55_and_over
from keepwell.records.flows import Grouping


def test_people_of_unknown_age_and_of_a_band_that_straddles_55_are_not_known() -> None:
    staff = people("""
        ann 1.0 age_band=55_to_59
        ann 0.2 age_band=55_to_59 role=Locum
        bob 0.5 age_band=70_and_over
        cy  1.0 age_band=50_to_54
        dee 1.0 age_band=Under_30
        eve 1.0 age_band=50_to_59
        fay 1.0
        -   1.0 age_band=60_to_64 data_source=Estimated
    """)
    row = the_row(share_aged_55_and_over(staff, Grouping()))
    assert columns(row, "headcount", "age_not_known", "aged_55_and_over", "share_aged_55_and_over") == (6, 2, 2, 0.5)


def test_of_practices_it_is_a_share_of_hours() -> None:
    two = practices("""
        A1 GP 9 3.0
        A1 GP - 1.0 age_band=55_to_59
        A1 GP - 1.0 age_band=40_to_44
        A1 GP - 1.0 age_band=Not_known
        A2 GP - 2.0 age_band=40_to_44
    """)
    row = the_row(share_aged_55_and_over(two, Grouping()))
    assert columns(row, "fte_age_known", "fte_aged_55_and_over", "share_aged_55_and_over") == (4, 1, 0.25)
