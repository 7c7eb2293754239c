"""Vacancy rate: (posts FTE - staff in post FTE) / posts FTE."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pytest
from drawing import columns, drawn, rows, the_row

from keepwell.errors import EnquiryRefused
from keepwell.measures.vacancy_rate import vacancy_rate
from keepwell.periods import Month, Period
from keepwell.records.flows import Grouping
from keepwell.records.posts import ESTABLISHMENT, filled_from_records, posts_at_end, staff_in_cells

SEPTEMBER = Month.parse("2025-09")

TWO_WARDS = """
    2025-08  RX1  Ash    Nurses    20  18
    2025-09  RX1  Ash    Nurses    20  17
    2025-09  RX1  Ash    Porters    4   5
    2025-09  RX1  Birch  Nurses    10  10
    2025-09  RX2  Ash    Nurses     6   0
"""


def establishment(text: str) -> ibis.Table:
    """One line a row: month, organisation, unit, staff group, posts, staff in post."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        month, organisation, unit, group, posts, staff = line.split()
        cells = (Month.parse(month).index, organisation, None, unit, group, float(posts))
        filled = None if staff == "-" else float(staff)
        found.append(dict(zip(ESTABLISHMENT.names, (*cells, filled), strict=True)))
    return ibis.memtable(pa.Table.from_pylist(found, schema=ESTABLISHMENT))


def asked(table: ibis.Table, *by: str, **where: str) -> ibis.Table:
    kept = tuple((name, (value,)) for name, value in where.items())
    return vacancy_rate(posts_at_end(table, [Period(SEPTEMBER, SEPTEMBER)], Grouping(by, kept)))


def test_of_40_posts_8_are_empty() -> None:
    row = the_row(asked(establishment(TWO_WARDS)))
    assert columns(row, "posts_fte", "staff_in_post_fte", "vacancies_fte", "vacancy_rate") == (40, 32, 8, 0.2)


def test_only_the_end_of_the_period_counts() -> None:
    august = Month.parse("2025-08")
    both = vacancy_rate(posts_at_end(establishment(TWO_WARDS), [Period(august, SEPTEMBER)], Grouping()))
    assert the_row(both)["posts_fte"] == 40


def test_more_staff_than_posts_is_a_rate_below_nought() -> None:
    nurses, porters = rows(asked(establishment(TWO_WARDS), "staff_group", organisation="RX1"), "staff_group")
    assert columns(nurses, "staff_group", "vacancy_rate") == ("Nurses", 0.1)
    assert columns(porters, "staff_group", "vacancies_fte", "vacancy_rate") == ("Porters", -1, -0.25)


def test_a_trust_where_nobody_is_in_post_is_wholly_vacant() -> None:
    assert rows(asked(establishment(TWO_WARDS), "organisation"), "organisation")[1]["vacancy_rate"] == 1


def test_groups_without_posts_have_no_rate() -> None:
    assert the_row(asked(establishment("2025-09 RX1 Ash Nurses 0 3")))["vacancy_rate"] is None


def test_an_unknown_ward_is_refused() -> None:
    with pytest.raises(EnquiryRefused, match="No unit is called"):
        asked(establishment(TWO_WARDS), unit="Cedar")


STAFF = """
2025-08:    A S
ann    RX1 1.0 N N  unit=Ash
bob    RX1 0.5 N N  unit=Ash
cy     RX1 1.0 N -  unit=Ash
dee    RX1 1.0 N .  unit=Ash
eve    RX1 1.0 P P  unit=Birch
fay    RX2 1.0 N N  unit=Ash
"""
"""cy is on a career break in September, and dee has left."""
POSTS = """
    2025-09  RX1  Ash    N  4  -
    2025-09  RX1  Ash    P  1  -
"""


def test_staff_in_post_are_those_active_in_the_cell_that_has_posts() -> None:
    staff = staff_in_cells(drawn(STAFF), [SEPTEMBER.index])
    filled = filled_from_records(establishment(POSTS), staff, ["organisation", "unit", "staff_group"])
    nurses, porters = rows(asked(filled, "staff_group"), "staff_group")
    assert columns(nurses, "posts_fte", "staff_in_post_fte", "vacancy_rate") == (4, 1.5, 0.625)
    assert columns(porters, "posts_fte", "staff_in_post_fte", "vacancy_rate") == (1, 0, 1.0)  # eve's ward has no posts


def test_without_the_ward_staff_of_the_group_fill_its_posts_wherever_they_are() -> None:
    staff = staff_in_cells(drawn(STAFF), [SEPTEMBER.index])
    filled = filled_from_records(establishment(POSTS), staff, ["organisation", "staff_group"])
    assert columns(the_row(asked(filled)), "posts_fte", "staff_in_post_fte") == (5, 2.5)
