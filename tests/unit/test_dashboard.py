"""How are we doing: each part by its key, filtered as asked, refused part by part, and targets with their course."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused
from keepwell.made_up import SystemPlan, make_up
from keepwell.made_up.absence_and_posts import absence_and_posts
from keepwell.periods import Month
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports import dashboard as asked_module
from keepwell.reports.aims import Target, course_of
from keepwell.reports.dashboard import MAIN, SECTIONS, dashboard
from keepwell.reports.html import as_html
from keepwell.reports.leaving import Asking
from keepwell.reports.main_figures import main_figures
from keepwell.reports.sections import Report, Section
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

NURSES = (("staff_group", ("Nursing and Midwifery Registered",)),)
WOMEN = (("sex", ("Female",)),)
END = Month.parse("2025-10")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two trusts over 27 months with leavers, sickness and posts."""
    made_in = tmp_path_factory.mktemp("trusts")
    made = make_up(SystemPlan(seed=5, people=700, months=27, organisations=("acute", "community")), made_in / "files")
    also = absence_and_posts(made)
    workspace = Workspace(made_in / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (*made.staff_in_post, *made.leavers, *also.absence, *also.establishment):
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    return workspace.folder


@pytest.fixture(scope="module")
def session(folder: Path) -> Iterator[Session]:
    with Session(Workspace(folder)) as opened:
        yield opened


def base(where: tuple[tuple[str, tuple[str, ...]], ...] = (), **choices: object) -> Enquiry:
    return replace(Enquiry("leaver_rate", source="esr_staff_in_post", where=where), **choices)


def parts(report: Report) -> dict[str, Section]:
    return {section.key: section for section in report.sections}


def one(session: Session, measure: str, where: tuple[tuple[str, tuple[str, ...]], ...] = (), **choices: object) -> dict:
    return answer(session.workspace, replace(base(where), measure=measure, **choices), session).rows()[0]


def test_the_main_parts_come_in_their_order_and_any_other_by_its_key(session: Session) -> None:
    page = dashboard(session, base(), "our trusts")
    assert [s.key for s in page.sections] == [key for key in MAIN if key != "targets"]
    assert [s.key for s in dashboard(session, base(), "our trusts", ("retire", "headline")).sections] == [
        "headline",
        "retire",
    ]
    with pytest.raises(EnquiryRefused, match="no such part"):
        dashboard(session, base(), "our trusts", ("headlines",))
    assert as_html(page).count("<svg") > 8


@pytest.mark.parametrize("where", [(), NURSES, WOMEN, (*NURSES, *WOMEN), (("unit", ("Elm Ward",)),)])
def test_the_headline_measures_are_the_measures_of_those_chosen(
    session: Session, where: tuple[tuple[str, tuple[str, ...]], ...]
) -> None:
    found = {s.measure: s for s in main_figures(Asking(session, base(where, months=12, end=END)), 26)}
    now, before = (one(session, "leaver_rate", where, end=end) for end in (END, END + -12))
    for name in ("leaver_rate", "leavers", "joiners", "stability_index"):
        assert found[name].value == now[name]
        assert found[name].before == before[name]
    assert found["headcount"].value == now["headcount_at_end"]
    assert found["fte"].value == pytest.approx(now["fte_at_end"])
    assert ("sickness_absence_rate" in found) == (where not in (WOMEN, (*NURSES, *WOMEN), (("unit", ("Elm Ward",)),)))
    if "sickness_absence_rate" in found:
        sick = one(session, "sickness_absence_rate", where, source="absence_extract", months=12, end=END)
        assert found["sickness_absence_rate"].value == pytest.approx(sick["sickness_absence_rate"])
        empty = one(session, "vacancy_rate", where, source="establishment", months=1, end=END)
        assert found["vacancy_rate"].value == pytest.approx(empty["vacancy_rate"])


def test_the_headline_shows_change_and_icon_with_words(session: Session) -> None:
    section = parts(dashboard(session, base(NURSES), "our trusts", ("headline",)))["headline"]
    rows = {row[0]: row for row in section.grids[0].rows}
    assert {"Leaver rate", "Stability index", "Leavers", "Joiners", "Headcount", "Full-time equivalents"} <= rows.keys()
    assert {"Sickness absence rate", "Vacancy rate"} <= rows.keys()
    assert "points" in rows["Leaver rate"][3] or rows["Leaver rate"][3] == "no change"
    assert re.search(r"<svg.*(changing|better|worse)", rows["Leaver rate"][4])
    assert len(section.definitions) == len(rows)
    assert any("Nursing" in d.population for d in section.definitions if d.measure == "vacancy_rate")


def test_a_year_before_of_other_organisations_is_not_compared(session: Session) -> None:
    yearly = Asking(session, base(months=12, end=END))
    assert all(s.before is not None for s in main_figures(yearly, 26) if s.measure == "leaver_rate")
    hand = session.at_hand("esr_staff_in_post")
    assert hand is not None
    seen = dict(hand.seen)
    session.memory.answers.clear()
    try:
        hand.seen[min(seen)] = tuple(m for m in seen[min(seen)] if m > (END + -14).index)
        found = {s.measure: s for s in main_figures(yearly, 26)}
        assert found["leaver_rate"].before is None
        assert found["leaver_rate"].change == "not known"
    finally:
        hand.seen.update(seen)
        session.memory.answers.clear()


def test_the_chart_counts_leavers_and_says_the_sentence_of_the_journey(session: Session) -> None:
    section = parts(dashboard(session, base(NURSES), "our trusts", ("course",)))["course"]
    assert re.search(
        r"About [\d.]+ people \(Nursing and Midwifery Registered\) leave a month; "
        r"October 2025’s \d+ is (within|above|below) what is usual here \((up to|\d+ to) \d+\)",
        section.answer,
    )
    assert section.pictures[0].title.startswith("Leavers of each month")
    points = answer(session.workspace, replace(base(NURSES), measure="leavers", months=1, course=26), session).rows()
    assert [row[1] for row in section.grids[0].rows] == [str(row["leavers"]) for row in points]


def test_where_leaving_is_highest_is_said_of_teams_and_staff_groups(session: Session) -> None:
    said = parts(dashboard(session, base(WOMEN), "our trusts", ("teams", "groups")))
    assert re.search(r"of \d+ teams", said["teams"].answer)
    assert re.search(r"of \d+ staff groups", said["groups"].answer)
    assert "groups" not in parts(dashboard(session, base(NURSES), "our trusts", ("teams", "groups")))


def test_age_and_service_are_those_in_post(session: Session) -> None:
    section = parts(dashboard(session, base(WOMEN), "our trusts", ("service",)))["service"]
    people = sum(int(row[1].replace(",", "")) for row in section.grids[0].rows)
    assert people == one(session, "headcount", WOMEN, months=1)["headcount_at_end"]
    assert section.grids[0].rows[0][0] == "Under 25"
    assert "Half have been here for" in section.answer


def test_a_part_that_cannot_be_answered_says_why_and_the_others_stand(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: asked_module.Page) -> asked_module.Made:
        raise EnquiryRefused("This is not told.", found="nothing", attempt="something else")

    monkeypatch.setitem(SECTIONS, "early", ("Do they leave early?", refused))
    session.memory.made.clear()
    said = parts(dashboard(session, base(), "our trusts", ("early", "retire")))
    session.memory.made.clear()
    assert said["early"].answer == "This is not told."
    assert said["retire"].pictures


def test_a_group_that_nobody_left_has_a_page_all_the_same(session: Session) -> None:
    nobody = next(
        row["unit"]
        for row in answer(session.workspace, replace(base(), measure="leavers", by=("unit",)), session).rows()
        if not row["leavers"] and row["headcount_at_end"]
    )
    page = parts(dashboard(session, base((("unit", (nobody,)),)), nobody))
    assert "0 people" in page["headline"].answer
    assert page["reasons"].answer.startswith(("No leaver among them", "Of all leavers"))


def test_where_nobody_was_in_post_at_the_start_the_teams_say_so_and_the_page_stands(session: Session) -> None:
    fields = ("band", "age_band")
    new = next(
        row
        for row in answer(session.workspace, replace(base(), measure="leavers", by=fields), session).rows()
        if not row["headcount_at_start"] and row["headcount_at_end"]
    )
    where = tuple((name, (new[name],)) for name in fields)
    page = parts(dashboard(session, base(where), "newcomers"))
    assert page["teams"].answer == "Nobody was in post at the start, so no share of them left."


def test_filters_with_nobody_in_post_are_refused_in_three_lines(session: Session) -> None:
    doctors_in_band_5 = (("staff_group", ("Medical and Dental",)), ("band", ("Review Body Band 5",)))
    with pytest.raises(EnquiryRefused, match="nobody in post"):
        dashboard(session, base(doctors_in_band_5), "our trusts")


AIM = Target(
    "leaver_rate", 0.08, Month.parse("2026-10"), "the board", dt.date(2025, 4, 1), Month.parse("2024-10"), 0.12
)


def test_a_target_is_on_course_when_the_figure_is_at_the_line_or_better(session: Session) -> None:
    standing = next(
        s for s in main_figures(Asking(session, base(months=12, end=END)), 26) if s.measure == "leaver_rate"
    )
    half_way = course_of(AIM, replace(standing, value=0.10), END)
    assert half_way.expected == pytest.approx(0.10)
    assert course_of(AIM, replace(standing, value=0.0999), END).good
    late = course_of(AIM, replace(standing, value=0.101), END)
    assert late.good is False
    assert late.sentence == (
        "Not on course. Leaver rate: 8.0% by October 2026, set by the board on 01/04/2025. It is 10.1%, and the straight "
        "line to the target is at 10.0% now."
    )
    over = course_of(replace(AIM, by=END), replace(standing, value=0.07), END)
    assert over.sentence.startswith("Reached.")
    more = replace(AIM, measure="stability_index", value=0.9, from_value=0.8)
    higher = next(
        s for s in main_figures(Asking(session, base(months=12, end=END)), 26) if s.measure == "stability_index"
    )
    assert course_of(more, replace(higher, value=0.86), END).good
    assert not course_of(more, replace(higher, value=0.84), END).good
    with pytest.raises(EnquiryRefused, match="ends after"):
        course_of(replace(AIM, by=Month.parse("2024-10")), standing, END)


def test_the_way_to_a_target_is_drawn_on_the_chart(session: Session) -> None:
    section = parts(dashboard(session, base(), "our trusts", ("targets",), (AIM,)))["targets"]
    assert section.answer.startswith(("On course.", "Not on course."))
    assert "aim: 0.7% by October 2026" in section.pictures[0].desk
    assert any("twelfth" in note for note in section.notes)
    assert "targets" not in parts(dashboard(session, base(), "our trusts"))
    unknown = replace(AIM, measure="patients_per_fte")
    said = parts(dashboard(session, base(), "our trusts", ("targets",), (unknown,)))["targets"].answer
    assert "nothing loaded tells" in said


def test_the_same_page_is_made_once_and_another_filter_is_another_page(session: Session) -> None:
    first = dashboard(session, base(WOMEN), "our trusts")
    again = dashboard(session, base(WOMEN), "our trusts")
    assert all(a is b for a, b in zip(first.sections, again.sections, strict=True))
    men = dashboard(session, base((("sex", ("Male",)),)), "our trusts")
    assert men.sections[0].answer != first.sections[0].answer
    assert dashboard(session, base(WOMEN), "theirs").sections[0].answer != first.sections[0].answer
