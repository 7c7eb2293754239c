"""Up the ladder from a team to the first group that is shown: figures, words, and what is refused."""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.handing_over import declare_audience
from keepwell.enquiries.ladder import (
    EVERYBODY,
    HAS_SMALL_NUMBERS,
    NOBODY_THERE,
    Figures,
    Group,
    Ladder,
    ladder,
    rungs_of,
)
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused, WorkspaceRefused
from keepwell.made_up import SystemPlan, make_up
from keepwell.periods import Month
from keepwell.records.audiences import Audience
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.ladder import WHAT_CAN_BE_DONE, ladder_section, sentence
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

TEAMS = Audience(
    "line managers",
    "nhs",
    "2026-01-05T09:00:00+00:00",
    source="esr_staff_in_post",
    tables=(("directorate", "unit"),),
    months=12,
    first="2024-10",
)
TWO_DIRECTORATES = "Reception"
"""A name that a team has in each of two directorates."""


def _with_one_name(path: Path, rename: dict[str, str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["Organisation"] = rename.get(row["Organisation"], row["Organisation"])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _renamed(path: Path) -> dict[str, str]:
    """The first team of each of the first two directorates that have several."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        teams = sorted({(row["Directorate"], row["Organisation"]) for row in csv.DictReader(file)} - {("", "")})
    of = {directorate: [u for d, u in teams if d == directorate] for directorate, _ in teams}
    several = [directorate for directorate, units in of.items() if len(units) > 1][:2]
    return {of[directorate][0]: TWO_DIRECTORATES for directorate in several}


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one made-up trust of 3,000, seen in three Octobers. A team's name is in two directorates."""
    folder = tmp_path_factory.mktemp("trust")
    made = make_up(SystemPlan.trust_only(seed=5, people=3000, months=25), folder / "files")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    octobers = [path for path in made.staff_in_post if path.stem.endswith("-10")]
    rename = _renamed(octobers[0])
    for path in octobers:
        _with_one_name(path, rename)
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    declare_audience(workspace, TEAMS)
    return workspace.folder


@pytest.fixture
def session(trust: Path) -> Iterator[Session]:
    with Session(Workspace(trust)) as opened:
        yield opened


@pytest.fixture
def changeable(trust: Path, tmp_path: Path) -> Workspace:
    """A copy in which a test may declare audiences."""
    shutil.copytree(trust, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


def teams(session: Session) -> list[Group]:
    rows = exact(session, ("directorate", "unit"))
    return [(("directorate", row["directorate"]), ("unit", row["unit"])) for row in rows]


def exact(session: Session, by: tuple[str, ...], name: str = "share_who_left") -> list[dict]:
    return answer(session.workspace, Enquiry(name, by=by, source=TEAMS.source), session).rows()


def every_ladder(session: Session) -> list[Ladder]:
    return [ladder(session, TEAMS.name, rungs_of(team)) for team in teams(session)]


def test_rungs_go_from_the_team_to_everybody() -> None:
    team = (("directorate", "Surgery"), ("unit", "Ward 7"))
    assert rungs_of(team) == (team, team[:1], ())


def test_the_first_that_is_shown_is_the_finest_that_is_shown(session: Session) -> None:
    seen = set()
    for found in every_ladder(session):
        shown = found.first_shown
        assert shown is not None
        above = found.rungs[: found.rungs.index(shown)]
        assert all(rung.hidden and rung.why == HAS_SMALL_NUMBERS for rung in above)
        assert not shown.hidden
        assert shown.why == ""
        seen.add(len(shown.group))
    assert seen == {0, 1, 2}  # teams that are shown, teams whose directorate is, and teams for whom only the trust is


def test_what_is_shown_of_a_rung_is_what_the_audience_is_told_elsewhere(session: Session) -> None:
    """The ladder reads the family by itself: an enquiry for the same audience must say the very same."""
    cuts = {2: ("directorate", "unit"), 1: ("directorate",), 0: ()}
    told = {
        (level, tuple(row[name] for name in by)): row
        for level, by in cuts.items()
        for row in answer(session.workspace, Enquiry("share_who_left", by=by, audience=TEAMS.name), session).rows()
    }
    rates = answer(session.workspace, Enquiry("leaver_rate", audience=TEAMS.name), session).rows()
    for found in every_ladder(session):
        for rung in found.rungs:
            row, elsewhere = rung.row, told[len(rung.group), tuple(value for _, value in rung.group)]
            assert row is not None
            for name in ("headcount_at_start", "headcount_at_end", "joiners", "leavers", "share_who_left"):
                assert getattr(row, name) == elsewhere[name]
        everybody = found.rungs[-1].row
        assert everybody is not None
        assert everybody.leaver_rate == rates[0]["leaver_rate"]


def test_small_numbers_are_hidden_and_the_others_rounded(session: Session) -> None:
    of_teams = {(row["directorate"], row["unit"]): row for row in exact(session, ("directorate", "unit"))}
    small = 0
    for found in every_ladder(session):
        truth = of_teams[tuple(value for _, value in found.rungs[0].group)]
        row = found.rungs[0].row
        assert row is not None
        for name in ("headcount_at_start", "leavers"):
            if 1 <= truth[name] <= 7:
                small += 1
                assert getattr(row, name) is None
        counts = [row.headcount_at_start, row.headcount_at_end, row.joiners, row.leavers]
        assert all(count is None or count % 5 == 0 for count in counts)
    assert small > 10


def test_within_each_rung_are_the_groups_of_the_next_kind(session: Session) -> None:
    found = ladder(session, TEAMS.name, rungs_of(teams(session)[0]))
    team, directorate, everybody = found.rungs
    assert team.children is None
    assert directorate.children is not None
    assert everybody.children is not None
    name = directorate.group[0][1]
    names = [row["unit"] for row in directorate.children.rows()]
    assert names == [dict(t)["unit"] for t in teams(session) if dict(t)["directorate"] == name]
    assert [row["directorate"] for row in everybody.children.rows()] == sorted(
        {dict(t)["directorate"] for t in teams(session)}
    )
    rows = directorate.children.rows()
    assert any(row["leavers"] is None and "leavers" in row["hidden"] for row in rows)
    assert all(row["share_who_left"] is None for row in rows if row["leavers"] is None)
    assert directorate.children.audience == TEAMS.name


def test_the_whole_trust_can_be_drilled_from_the_top(session: Session) -> None:
    found = ladder(session, TEAMS.name, then=("directorate",))
    (everybody,) = found.rungs
    assert everybody.children is not None
    assert len(everybody.children.rows()) == 7
    below = ladder(session, TEAMS.name, rungs_of(teams(session)[0][:1]), then=("unit",))
    assert below.rungs[0].children is not None
    assert below.rungs[0].children.rows()[0]["unit"] == dict(teams(session)[0])["unit"]


def test_a_name_in_two_directorates_is_two_teams(session: Session) -> None:
    both = [team for team in teams(session) if dict(team)["unit"] == TWO_DIRECTORATES]
    assert len(both) == 2
    one, other = (ladder(session, TEAMS.name, rungs_of(team)).rungs[0].row for team in both)
    alone = ladder(session, TEAMS.name, ((("unit", TWO_DIRECTORATES),), ())).rungs[0].row
    truth = {tuple(row[n] for n in ("directorate", "unit")): row for row in exact(session, ("directorate", "unit"))}
    there = [truth[tuple(value for _, value in team)]["headcount_at_start"] for team in both]
    assert one is not None
    assert other is not None
    assert alone is not None
    for row, count in ((one, there[0]), (other, there[1]), (alone, sum(there))):
        assert row.headcount_at_start is None or abs(row.headcount_at_start - count) <= 2


def test_names_are_found_in_any_case_and_called_as_the_records_do(session: Session) -> None:
    (_, directorate), (_, unit) = teams(session)[0]
    shouted = ladder(session, TEAMS.name, ((("directorate", directorate.upper()), ("unit", unit.lower())), ()))
    plain = ladder(session, TEAMS.name, rungs_of(teams(session)[0]))
    assert shouted.rungs[0].row == plain.rungs[0].row
    assert shouted.rungs[0].name == unit


def test_a_team_that_nobody_is_in_leads_up_the_ladder_too(session: Session) -> None:
    found = ladder(session, TEAMS.name, ((("directorate", "Surgery"), ("unit", "Nowhere")), ()))
    gone = found.rungs[0]
    assert (gone.row, gone.hidden, gone.why) == (None, False, NOBODY_THERE)
    assert found.first_shown is found.rungs[1]
    assert sentence(found).startswith("Nobody was in your team at the start. In the whole organisation, about 1 in ")


def test_an_earlier_period_may_be_asked_for(session: Session) -> None:
    found = ladder(session, TEAMS.name, end=Month.parse("2024-10"))
    assert str(found.period.last) == "2024-10"
    assert found.rungs[0].row != ladder(session, TEAMS.name).rungs[0].row


@pytest.mark.parametrize(
    ("rungs", "then", "end", "why"),
    [
        (((("staff_group", "Students"),), ()), (), None, "outside of what was declared"),
        (((),), ("band",), None, "outside of what was declared"),
        (((),), (), "2025-09", "not one of the periods"),
    ],
)
def test_what_was_not_declared_is_refused(session: Session, rungs, then, end, why: str) -> None:
    with pytest.raises(EnquiryRefused, match=why) as refused:
        ladder(session, TEAMS.name, rungs, then=then, end=Month.parse(end) if end else None)
    assert refused.value.attempt


def test_an_audience_that_nobody_declared_has_no_ladder(session: Session) -> None:
    with pytest.raises(WorkspaceRefused, match="No audience"):
        ladder(session, "somebody")


@pytest.mark.parametrize("rungs", [(), ((), (("directorate", "Surgery"),)), ((), ())])
def test_rungs_the_wrong_way_round_are_a_fault(session: Session, rungs) -> None:
    with pytest.raises(ValueError, match="finest to the largest"):
        ladder(session, TEAMS.name, rungs)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"policy": "internal", "tables": ()}, "exact figures"),
        ({"counts": ("headcount_at_start", "joiners")}, "not shown here at all"),
    ],
)
def test_an_audience_that_a_ladder_is_not_for_is_refused(changeable: Workspace, change, why: str) -> None:
    declare_audience(changeable, replace(TEAMS, name="others", **change))
    with Session(changeable) as session, pytest.raises(EnquiryRefused, match=why):
        ladder(session, "others")


def test_groups_named_alike_but_for_capitals_must_be_told_apart(session: Session, monkeypatch) -> None:
    from keepwell.enquiries import ladder as module

    (_, directorate), (_, unit) = team = teams(session)[0]
    kept = module.family_of

    def with_twin(*arguments):
        shown = kept(*arguments)
        twins = {
            replace(cell, group=(("directorate", directorate), ("unit", unit.upper()))): value
            for cell, value in shown.cells.items()
            if cell.group == team
        }
        return replace(shown, cells={**shown.cells, **twins})

    monkeypatch.setattr(module, "family_of", with_twin)
    assert ladder(session, TEAMS.name, rungs_of(team)).rungs[0].name == unit
    with pytest.raises(EnquiryRefused, match="More than one group"):
        ladder(session, TEAMS.name, ((("directorate", directorate), ("unit", unit.swapcase())), ()))


def test_places_may_be_named_with_those_they_lie_in(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    """Region, integrated care board and organisation are levels of one thing: a rung may name one or all of them."""
    workspace = Workspace(tmp_path / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    load_file(
        workspace, turnover_file(tmp_path / "1.csv", 1, 20), options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC)
    )
    wanted = replace(TEAMS, source="nhs_turnover", tables=(("organisation",),), months=1, first="2025-01")
    declare_audience(workspace, wanted)
    with Session(workspace) as session:
        path = (("region", "Y99"), ("icb", "Moorland"), ("organisation", "RX1"))
        found = ladder(session, TEAMS.name, rungs_of(path))
        alone = ladder(session, TEAMS.name, ((("organisation", "Northmoor Trust"),), ()))
        elsewhere = ladder(session, TEAMS.name, ((("icb", "Another"), ("organisation", "RX1")), ()))
    assert [rung.name for rung in found.rungs] == ["Northmoor Trust", "Moorland", "North", EVERYBODY]
    assert found.rungs[0].row == alone.rungs[0].row == Figures(300, 280, 0, 20)
    assert found.rungs[1].row == found.rungs[3].row == Figures(600, 560, 0, 40)
    assert elsewhere.rungs[0].row is None
    assert found.rungs[1].children is not None
    assert [row["organisation"] for row in found.rungs[1].children.rows()] == ["Northmoor Trust", "Southmoor Trust"]
    assert sentence(found) == "In Northmoor Trust, about 1 in 15 left in January 2025 (about 20 of 300 people)."


def test_figures_are_made_of_what_is_shown() -> None:
    row = Figures(280, 300, 60, 40)
    assert row.share_who_left == 40 / 280
    assert row.leaver_rate == 40 / 290
    assert Figures(280, None, None, 40).leaver_rate is None
    assert Figures(280, 300, 60, None).share_who_left is None
    assert Figures(0, 0, 0, 0).share_who_left is None
    assert Figures(0, 0, 0, 0).leaver_rate is None


def with_row(found: Ladder, place: int, row: Figures | None, why: str) -> Ladder:
    rungs = list(found.rungs)
    rungs[place] = replace(rungs[place], row=row, why=why, hidden=why == HAS_SMALL_NUMBERS)
    return replace(found, rungs=tuple(rungs))


@pytest.fixture
def surgery(session: Session) -> Ladder:
    """A ladder of Ward 7 in Surgery with the numbers of the page that asks for it."""
    found = ladder(session, TEAMS.name, rungs_of(teams(session)[0]))
    named = (
        replace(found.rungs[0], group=(("directorate", "Surgery"), ("unit", "Ward 7")), name="Ward 7"),
        replace(found.rungs[1], group=(("directorate", "Surgery"),), name="Surgery"),
        replace(found.rungs[2], group=(), name=EVERYBODY),
    )
    base = replace(found, rungs=named)
    base = with_row(base, 0, Figures(15, 15, None, None), HAS_SMALL_NUMBERS)
    return with_row(base, 1, Figures(280, 280, 40, 40), "")


def test_the_sentence_goes_up_to_what_is_shown(surgery: Ladder) -> None:
    assert sentence(surgery) == (
        "Your team is too small to show alone, or would give away one that is. "
        "In Surgery, about 1 in 7 left in the year to October 2025 (about 40 of 280 people)."
    )
    assert sentence(surgery, own=False).startswith("Ward 7 is too small to show alone")


def test_a_team_that_is_shown_is_simply_said(surgery: Ladder) -> None:
    found = with_row(surgery, 0, Figures(30, 30, 10, 10), "")
    assert sentence(found) == "In Ward 7, about 1 in 3 left in the year to October 2025 (about 10 of 30 people)."
    nobody = with_row(surgery, 0, Figures(30, 30, 0, 0), "")
    assert sentence(nobody) == "In Ward 7, nobody left in the year to October 2025 (of about 30 people)."


def test_where_nothing_is_shown_it_says_what_can_be_done(surgery: Ladder) -> None:
    found = with_row(surgery, 1, Figures(280, 280, None, None), HAS_SMALL_NUMBERS)
    found = with_row(found, 2, Figures(None, None, None, None), HAS_SMALL_NUMBERS)
    assert found.first_shown is None
    words = sentence(found)
    assert "So is Surgery. So is the whole organisation." in words
    assert words.endswith(WHAT_CAN_BE_DONE)
    assert "24 months" in words
    assert ladder_section(found).answer == words


def test_the_section_shows_the_groups_within_and_what_they_are_safe_from(session: Session) -> None:
    found = ladder(session, TEAMS.name, rungs_of(teams(session)[0]))
    section = ladder_section(found)
    within, everybody = section.grids
    assert within.headings == ("Team", "People at start", "Left", "Share who left")
    assert everybody.caption == "The whole organisation, by directorate"
    assert len(everybody.rows) == 7
    hidden = [row for row in within.rows if row[2] == "*"]
    assert hidden
    assert all(row[3] == "*" for row in hidden)
    assert "1 to 7 hidden, other counts rounded to the nearest 5." in section.notes
    assert any(note.startswith("The proof does not cover") for note in section.notes)
    assert any("* is hidden" in note for note in section.notes)
    assert section.definitions[0].measure == "share_who_left"


def numbers_in(text: str) -> list[int]:
    """The counts in a text: not years, not percentages, not the 1 of "1 in 7"."""
    without = re.sub(r"\d+%|1 in \d+|(October|November) \d{4}|\d+ months|place of \d+", "", text)
    return [int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", without)]


def test_no_exact_number_stands_in_words_or_tables(session: Session) -> None:
    """Names of teams hold numbers of their own, and are left out."""
    names = {value for team in teams(session) for _, value in team}
    seen = 0
    for found in every_ladder(session):
        section = ladder_section(found)
        cells = [cell for grid in section.grids for row in grid.rows for cell in row[1:]]
        words = section.answer
        for name in sorted(names, key=len, reverse=True):
            words = words.replace(name, "")
        counts = [count for text in (words, *cells) for count in numbers_in(text)]
        assert all(count % 5 == 0 for count in counts)
        seen += len(counts)
    assert seen > 500


def test_an_exact_number_would_be_noticed(surgery: Ladder) -> None:
    """The planted fault: the directorate as those entitled see it."""
    leaking = with_row(surgery, 1, Figures(281, 280, 40, 41), "")
    assert any(count % 5 for count in numbers_in(sentence(leaking)))
