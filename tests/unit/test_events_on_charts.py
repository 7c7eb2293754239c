"""Does what happened stand on a control chart: as a line with its words, in its table and in its text?"""

from __future__ import annotations

import datetime as dt
import re

import pytest
from turnover_by_hand import Place, loaded

from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session
from keepwell.enquiries.changing import SpcQuestion
from keepwell.periods import Month
from keepwell.reports.changing import Happened, events_on, is_it_changing
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Section

FIRST, LAST = Month.parse("2025-01"), Month.parse("2025-12")
QUESTION = SpcQuestion(FIRST, LAST)
BEGAN = (
    Happened(dt.date(2026, 2, 27), "Action began: later"),
    Happened(dt.date(2025, 3, 1), "Action began: <b>buddies</b>"),
    Happened(dt.date(2025, 3, 31), "Action began: rota"),
)


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Section, Released]]:
    """The same chart with what happened and without."""
    months = [[Place("R1", 1000, 10 + i % 3, joined=10)] for i in range(12)]
    workspace = loaded(tmp_path_factory.mktemp("events"), *months)
    with Session(workspace) as session:
        asking = Asking(session, Enquiry("leaver_rate", source="nhs_turnover"))
        return {
            "with": is_it_changing(asking, QUESTION, "leaver_rate", BEGAN),
            "without": is_it_changing(asking, QUESTION, "leaver_rate"),
        }


def test_those_in_the_months_of_a_chart_or_soon_after_are_lettered_from_the_first_on() -> None:
    told = [*BEGAN, Happened(dt.date(2024, 12, 31), "before"), Happened(dt.date(2026, 4, 1), "too late")]
    events = events_on(told, QUESTION)
    assert [(event.letter, str(event.month)) for event in events] == [
        ("A", "2025-03"),
        ("B", "2025-03"),
        ("C", "2026-02"),
    ]


def test_after_z_letters_begin_again() -> None:
    events = events_on([Happened(dt.date(2025, 5, 1), str(i)) for i in range(28)], QUESTION)
    assert [event.letter for event in events][25:] == ["Z", "A2", "B2"]


def test_each_is_drawn_on_both_sizes_and_its_words_on_the_desk(charts: dict[str, tuple[Section, Released]]) -> None:
    (picture,) = charts["with"][0].pictures
    for svg in (picture.desk, picture.phone):
        assert ">A, B</text>" in svg and ">C</text>" in svg
        assert svg.count('stroke-dasharray="1 3"') == (5 if svg == picture.desk else 2)
    assert ">A: Action began: &lt;b&gt;buddies&lt;/b&gt;</text>" in picture.desk
    assert "buddies" not in picture.phone.replace(_description(picture.phone), "")


def _description(svg: str) -> str:
    found = re.search(r"<desc[^>]*>(.*?)</desc>", svg)
    assert found is not None
    return found.group(1)


def test_what_is_read_aloud_names_each(charts: dict[str, tuple[Section, Released]]) -> None:
    (picture,) = charts["with"][0].pictures
    for svg in (picture.desk, picture.phone):
        assert "B, March 2025: Action began: rota." in _description(svg)
        assert "C, February 2026: Action began: later." in _description(svg)
    assert picture.description.startswith(charts["with"][0].answer)


def test_the_table_and_the_notes_have_them_too(charts: dict[str, tuple[Section, Released]]) -> None:
    section, _ = charts["with"]
    (grid,) = section.grids
    assert grid.headings[-1] == "What happened"
    assert {len(row) for row in grid.rows} == {len(grid.headings)} == {len(grid.numeric)}
    said = {row[0]: row[-1] for row in grid.rows}
    assert said["March 2025"] == "A, March 2025: Action began: <b>buddies</b>; B, March 2025: Action began: rota"
    assert said["April 2025"] == ""
    assert grid.rows[-1] == ("February 2026", *["–"] * 5, "C, February 2026: Action began: later")
    assert "B, March 2025: Action began: rota." in section.notes


def test_no_number_and_no_word_of_the_chart_changes(charts: dict[str, tuple[Section, Released]]) -> None:
    (with_, with_table), (without, without_table) = charts["with"], charts["without"]
    assert with_table.rows() == without_table.rows()
    assert (with_.answer, with_.figures) == (without.answer, without.figures)
    assert [row[:6] for row in with_.grids[0].rows[:12]] == list(without.grids[0].rows)
    assert "What happened" not in without.grids[0].headings
    assert _description(without.pictures[0].desk) == _description(without.pictures[0].phone)
