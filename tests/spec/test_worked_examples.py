"""The example on each measure's page: does the program come to what the page says?"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from drawing import Row, drawn, in_period, leavers_drawn, period, rows, the_row
from practice_drawing import people, practices
from test_net_change import two
from test_sickness_absence_rate import asked as absence_asked
from test_vacancy_rate import asked as posts_asked
from test_vacancy_rate import establishment

from keepwell.content.explained import Explained, explained
from keepwell.enquiries.asking import with_interval
from keepwell.measures import measures
from keepwell.measures.change_in_staff import change_in_staff
from keepwell.measures.early_leaving_of_leavers import early_leaving_of_leavers
from keepwell.measures.early_leaving_of_starters import early_leaving_of_starters
from keepwell.measures.internal_moves import internal_moves
from keepwell.measures.international_retention import international_retention
from keepwell.measures.joiner_rate import joiner_rate
from keepwell.measures.leaver_rate import leaver_rate
from keepwell.measures.length_of_service import length_of_service
from keepwell.measures.locum_share import locum_share
from keepwell.measures.part_time_share import part_time_share
from keepwell.measures.participation_rate import participation_rate
from keepwell.measures.patients_per_fte import patients_per_fte
from keepwell.measures.reasons_for_leaving import reasons_for_leaving
from keepwell.measures.reasons_known import reasons_known
from keepwell.measures.records_complete import records_complete
from keepwell.measures.retirement_share import retirement_share
from keepwell.measures.share_aged_55_and_over import share_aged_55_and_over
from keepwell.measures.share_past_age import share_past_age
from keepwell.measures.stability_index import stability_index
from keepwell.measures.voluntary_leaver_rate import voluntary_leaver_rate
from keepwell.records.counting import event_flows, snapshot_flows
from keepwell.records.flows import Grouping

ALL = Grouping()
YEAR, SEPTEMBER = period("2024-10", "2025-09"), period("2025-09", "2025-09")
OCTOBER = period("2025-10", "2025-10")
SIX_BECAME_TWO = """
    2025-09: S O
    a   RX1  N .
    b   RX1  N .
    c   RX1  D .
    d   RX1  D .
    e   RX1  N N
    f   RX1  N N
"""


def flows(text: str) -> Row:
    counted = snapshot_flows(drawn(text), SEPTEMBER if text.startswith("2025-08") else YEAR, ALL)
    row = the_row(stability_index(joiner_rate(leaver_rate(counted))))
    with_share = with_interval(counted.to_pyarrow()).to_pylist()[0]
    return row | {"share_who_left": with_share["share_who_left"], "lower": with_share["lower_95"]} | with_share


def of_october(text: str) -> object:
    return in_period(leavers_drawn(text), OCTOBER)


def relocated(text: str) -> object:
    found = rows(reasons_for_leaving(of_october(text), Grouping(("reason",))), "reason")
    return next(row for row in found if "Relocation" in str(row["reason"]))["reasons_for_leaving"]


def voluntary(text: str) -> object:
    staff = event_flows(drawn(SIX_BECAME_TWO), OCTOBER, ALL).select(
        "period_start", "period_end", "headcount_at_start", "headcount_at_end"
    )
    return the_row(voluntary_leaver_rate(of_october(text), staff, ALL))["voluntary_leaver_rate"]


def change(text: str) -> object:
    row = the_row(change_in_staff(drawn(text), YEAR, ALL))
    return row["headcount_at_end"] - row["headcount_at_start"]


def net(text: str) -> object:
    from keepwell.measures.net_change import net_change

    before, after = text.splitlines()
    return the_row(net_change(*two(before, after), ALL, "fte"))["net_change"]


def sickness(text: str) -> object:
    lines = [f"{m} {o} All All {lost} {there}" for m, o, lost, there in map(str.split, text.splitlines())]
    return the_row(absence_asked("\n".join(lines), first="2025-03"))["sickness_absence_rate"]


def recruited(text: str) -> object:
    return the_row(international_retention(drawn(text), YEAR, ALL))["international_retention"]


COMES_TO: dict[str, Callable[[str], object]] = {
    "change_in_staff": change,
    "early_leaving_of_leavers": lambda t: the_row(early_leaving_of_leavers(drawn(t), OCTOBER, ALL))[
        "early_leaving_of_leavers"
    ],
    "early_leaving_of_starters": lambda t: the_row(early_leaving_of_starters(drawn(t), OCTOBER, ALL))[
        "early_leaving_of_starters"
    ],
    "fte": lambda t: flows(t)["fte_at_end"],
    "headcount": lambda t: flows(t)["headcount_at_end"],
    "internal_moves": lambda t: the_row(internal_moves(drawn(t), YEAR, ALL))["internal_moves"],
    "international_retention": recruited,
    "joiner_rate": lambda t: flows(t)["joiner_rate"],
    "joiners": lambda t: flows(t)["joiners"],
    "leaver_rate": lambda t: flows(t)["leaver_rate"],
    "leavers": lambda t: flows(t)["leavers"],
    "length_of_service": lambda t: the_row(length_of_service(drawn(t), SEPTEMBER, ALL))["length_of_service"],
    "locum_share": lambda t: the_row(locum_share(people(t), ALL))["locum_share"],
    "net_change": net,
    "part_time_share": lambda t: the_row(part_time_share(people(t), ALL))["part_time_share"],
    "participation_rate": lambda t: the_row(participation_rate(people(t), ALL))["participation_rate"],
    "patients_per_fte": lambda t: the_row(patients_per_fte(practices(t), ALL))["patients_per_fte"],
    "reasons_for_leaving": relocated,
    "reasons_known": lambda t: the_row(reasons_known(of_october(t), ALL))["reasons_known"],
    "records_complete": lambda t: the_row(records_complete(drawn(t), SEPTEMBER, ALL))["records_complete"],
    "retirement_share": lambda t: the_row(retirement_share(of_october(t), drawn(SIX_BECAME_TWO).spells, ALL))[
        "retirement_share"
    ],
    "share_aged_55_and_over": lambda t: the_row(share_aged_55_and_over(people(t), ALL))["share_aged_55_and_over"],
    "share_past_age": lambda t: the_row(share_past_age(drawn(t), OCTOBER, ALL))["share_past_age"],
    "share_who_left": lambda t: flows(t)["share_who_left"],
    "sickness_absence_rate": sickness,
    "stability_index": lambda t: flows(t)["stability_index"],
    "vacancy_rate": lambda t: the_row(posts_asked(establishment(t)))["vacancy_rate"],
    "voluntary_leaver_rate": voluntary,
}


def shown(comes_to: float, unit: str) -> str:
    """The number as the sum on the page writes it."""
    return f"{comes_to:.1%}" if unit == "share" else f"{comes_to:,g}"


def test_every_measure_has_an_example_and_no_example_is_of_nothing() -> None:
    assert set(explained()) == set(measures())
    assert set(COMES_TO) == set(measures())


@pytest.mark.parametrize("name", explained())
def test_the_program_comes_to_what_the_page_says(name: str) -> None:
    told: Explained = explained()[name]
    assert COMES_TO[name](told.drawing) == pytest.approx(told.comes_to)


@pytest.mark.parametrize("name", explained())
def test_the_sum_names_what_it_comes_to_and_there_is_something_to_beware_of(name: str) -> None:
    told = explained()[name]
    assert re.search(rf"(?<![\d.,]){re.escape(shown(told.comes_to, measures()[name].unit))}(?![\d])", told.worked)
    assert told.caveats
    assert told.key


def test_the_interval_in_the_example_is_the_programs() -> None:
    row = flows(explained()["share_who_left"].drawing)
    assert f"{row['lower_95']:.1%} to {row['upper_95']:.1%}" in explained()["share_who_left"].worked
