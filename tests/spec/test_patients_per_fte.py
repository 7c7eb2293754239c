"""Patients per FTE: registered patients / FTE, of the practices with data."""

from __future__ import annotations

import pytest
from drawing import columns, rows, the_row
from practice_drawing import people, practices

from keepwell.errors import EnquiryRefused
from keepwell.measures.patients_per_fte import patients_per_fte
from keepwell.records.flows import Grouping

SHOWN = ("practices", "practices_without_data", "patients", "fte", "patients_per_fte")
THREE = """
A1 patients 8000
A1 GP 6 5.0
A1 GP 4 3.0 role=Partner/Provider
A1 GP 1 1.0 role=Locum_-_Absence
A1 GP 1 1.0 role=In_Training_Grade_-_ST3
A1 Nurses 2 2.0
A2 patients 4000
A2 GP 2 2.0
A2 GP 2 2.0 role=Salaried_by_Practice
A2 Nurses - -
A3 patients 6000
A3 GP - -
A3 Nurses 1 1.0
"""


def test_gps_are_the_fully_qualified_and_a_practice_without_data_is_in_neither_part() -> None:
    row = the_row(patients_per_fte(practices(THREE), Grouping()))
    assert columns(row, *SHOWN) == (2, 1, 12000, 6.0, 2000)


def test_each_staff_group_has_the_patients_of_the_practices_that_told_of_it() -> None:
    gps, nurses = rows(patients_per_fte(practices(THREE), Grouping(("staff_group",))), "staff_group")
    assert columns(gps, "staff_group", *SHOWN) == ("GP", 2, 1, 12000, 6.0, 2000)
    assert columns(nurses, "staff_group", *SHOWN) == ("Nurses", 2, 1, 14000, 3.0, 14000 / 3)
    only = Grouping(where=(("staff_group", ("nurses",)),))
    assert the_row(patients_per_fte(practices(THREE), only))["patients_per_fte"] == 14000 / 3


def test_by_role_the_patients_are_those_of_all() -> None:
    found = rows(patients_per_fte(practices(THREE), Grouping(("role_group",))), "role_group")
    assert [columns(r, "role_group", "patients", "fte") for r in found] == [
        ("Locum", 12000, 1.0),
        ("Partner", 12000, 3.0),
        ("Salaried", 12000, 2.0),
        ("Trainee", 12000, 1.0),
    ]


def test_a_practice_with_patients_and_no_gp_has_no_ratio() -> None:
    nobody = practices("A1 patients 900\nA1 GP 0 0\nA2 patients 900\nA2 GP 1 1\nA2 GP 1 1 role=Partner")
    found = rows(patients_per_fte(nobody, Grouping(("organisation",))), "organisation")
    assert [columns(r, "fte", "patients_per_fte") for r in found] == [(0, None), (1, 900)]
    assert the_row(patients_per_fte(nobody, Grouping()))["patients_per_fte"] == 1800


def test_a_practice_without_patients_is_in_neither_part() -> None:
    closing = practices(
        "A1 patients 900\nA1 GP 1 1\nA1 GP 1 1 role=Partner\nA2 patients 0\nA2 GP 3 3\nA2 GP 3 3 role=Partner"
    )
    assert columns(the_row(patients_per_fte(closing, Grouping())), *SHOWN) == (1, 1, 900, 1.0, 900)


def test_two_staff_groups_at_once_and_files_without_patients_are_refused() -> None:
    with pytest.raises(EnquiryRefused, match="one staff group at a time"):
        patients_per_fte(practices(THREE), Grouping(where=(("staff_group", ("GP", "Nurses")),)))
    with pytest.raises(EnquiryRefused, match="do not tell patients"):
        patients_per_fte(people("ann 1.0"), Grouping())
