"""What somebody sees of one organisation, attacked: every world that the proof holds possible must look the very same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from keepwell.disclosure.attacking import Fact, Held, worked_out
from keepwell.disclosure.hiding import HIDING
from keepwell.disclosure.protecting import protect
from keepwell.enquiries import Enquiry, answer, releasing
from keepwell.enquiries import ladder as module
from keepwell.enquiries.families import Cell, Gathered, Wanted, gather
from keepwell.enquiries.handing_over import declare_audience
from keepwell.enquiries.ladder import ladder, rungs_of
from keepwell.enquiries.protected import _declared_periods, _wanted
from keepwell.enquiries.protecting import family, numbered, protected
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown import Shown
from keepwell.made_up import SystemPlan, make_up
from keepwell.records.audiences import Audience
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.reports.ladder import ladder_section
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
TEAMS = Audience(
    "line managers",
    "nhs",
    NOW.isoformat(),
    source="esr_staff_in_post",
    tables=(("directorate", "unit"),),
    months=12,
    first="2024-10",
)
ONE_NAME = (("Oak Ward", "Reception"), ("Radiology", "Reception"))
"""Two teams of two directorates that go by one name: a team lies in a directorate only by both names."""


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one made-up trust of 800 and the audience of its line managers: two years, two teams of one name."""
    folder = tmp_path_factory.mktemp("trust")
    made = make_up(SystemPlan.trust_only(seed=5, people=800, months=25), folder / "files")
    workspace = Workspace(folder / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for path in (path for path in made.staff_in_post if path.stem.endswith("-10")):
        text = path.read_text("utf-8")
        for team, name in ONE_NAME:
            assert f",{team}," in text
            text = text.replace(f",{team},", f",{name},")
        path.write_text(text, "utf-8")
        load_file(workspace, path, options, now=dt.datetime(2025, 11, 15, tzinfo=dt.UTC))
    declare_audience(workspace, TEAMS)
    return workspace.folder


@pytest.fixture(scope="module")
def session(trust: Path) -> Iterator[Session]:
    with Session(Workspace(trust)) as opened:
        yield opened


def family_gathered(session: Session, **change: object) -> tuple[Wanted, Gathered]:
    wanted = _wanted(session, TEAMS.source, TEAMS.tables, _declared_periods(session, TEAMS), (), module.COUNTS)
    wanted = replace(wanted, **change)
    return wanted, gather(wanted, lambda enquiry: answer(session.workspace, enquiry, session))


@pytest.fixture(scope="module")
def gathered(session: Session) -> tuple[Wanted, Gathered]:
    return family_gathered(session)


def worlds(found: Gathered) -> Iterator[tuple[Cell, Gathered]]:
    """For hidden cells, the other tables of whole numbers that the proof names: the cell, and the family with them."""
    number = numbered(found)
    first: dict[int, Cell] = {}
    for cell, i in number.items():
        first.setdefault(i, cell)
    named = [first[i] for i in sorted(first)]
    counts = np.array([found.cells[cell] for cell in named], dtype=np.int64)
    whole = family(found, number, named, counts)
    proof = protect(whole, counts, HIDING["nhs"]).proof
    for place, i in enumerate(proof.cells.tolist()):
        for table in proof.tables(whole, counts, place):
            yield named[i], replace(found, cells={cell: int(table[n]) for cell, n in number.items()})


def all_that_is_seen(session: Session, family_shown: Shown, monkeypatch: pytest.MonkeyPatch) -> str:
    """Every ladder of every team, in figures and in words, and the pack that is released upward."""
    for reads in (module, releasing):
        monkeypatch.setattr(reads, "family_of", lambda *_: family_shown)
    groups = sorted({cell.group for cell in family_shown.cells if len(cell.group) == 2})
    seen = []
    for period in family_shown.periods:
        for group in groups:
            found = ladder(session, TEAMS.name, rungs_of(group), then=(), end=period.last)
            children = [rung.children.rows() for rung in found.rungs if rung.children]
            rungs = [(rung.group, rung.name, rung.row, rung.hidden, rung.why) for rung in found.rungs]
            section = ladder_section(found)
            seen.append(repr((rungs, children, found.released.rows(), section)))
    return "\n".join(seen) + releasing._pack(session, TEAMS.name, NOW).decode()


def test_every_other_world_of_the_proof_looks_the_very_same(session, gathered, monkeypatch) -> None:
    wanted, found = gathered
    truth = all_that_is_seen(session, protected(wanted, found, "nhs", 4, None), monkeypatch)
    possible: dict[Cell, set[int]] = {}
    for n, (cell, world) in enumerate(worlds(found)):
        possible.setdefault(cell, {found.cells[cell]}).add(world.cells[cell])
        if n % 23 == 0:
            assert all_that_is_seen(session, protected(wanted, world, "nhs", 4, None), monkeypatch) == truth
    assert len(possible) > 40
    assert all(len(values) >= 4 for values in possible.values())


@pytest.mark.parametrize("count", ["leavers", "joiners"])
def test_a_ladder_that_reads_one_hidden_number_is_caught(session, gathered, monkeypatch, count: str) -> None:
    """The planted fault: one hidden number of a team, or of its directorate, is taken as it is."""
    wanted, found = gathered
    right = protected(wanted, found, "nhs", 4, None)
    hidden = {cell for cell, value in right.cells.items() if value is None and cell.count == count}
    others = [(cell, world) for cell, world in worlds(found) if cell in hidden]
    leak, world = others[0]
    views = [
        all_that_is_seen(session, replace(right, cells={**right.cells, leak: cells[leak]}), monkeypatch)
        for cells in (found.cells, world.cells)
    ]
    assert views[0] != views[1]


def breaks_what_everybody_knows(world: Gathered, ends: list[dt.date]) -> bool:
    """Whether a world cannot be: one organisation's people are in one directorate and team each, and come and go by
    joining and leaving. In plain Python, from the counts alone."""

    def count(name: str, end: dt.date, group: tuple = ()) -> int:
        return world.cells[Cell(name, end, group)]

    for end in ends:
        for name in module.COUNTS:
            for fields in (("directorate",), ("unit",), ("directorate", "unit")):
                parts = [
                    n
                    for c, n in world.cells.items()
                    if c.count == name and c.period_end == end and tuple(f for f, _ in c.group) == fields
                ]
                if sum(parts) != count(name, end):
                    return True
        came = count("headcount_at_start", end) + count("joiners", end) - count("leavers", end)
        if came != count("headcount_at_end", end):
            return True
    return any(
        world.cells[Cell("leavers", c.period_end, c.group)] > n
        for c, n in world.cells.items()
        if c.count == "headcount_at_start"
    )


def test_the_worlds_of_the_proof_are_worlds_that_can_be(gathered) -> None:
    """The outsider knows that there is one organisation: a world whose directorates do not add up is no protection."""
    wanted, found = gathered
    ends = [period.end for period in wanted.periods]
    assert not breaks_what_everybody_knows(found, ends)
    assert not any(breaks_what_everybody_knows(world, ends) for _, world in worlds(found))


@pytest.mark.parametrize(
    "fault", [{"one_place": False}, {"one_place": False, "exact": lambda total, field: False}], ids=["balance", "sums"]
)
def test_a_proof_that_forgets_that_there_is_one_organisation_is_caught(session, fault: dict) -> None:
    """The planted fault: parts may overlap, or people may come and go otherwise, as in several organisations."""
    wanted, found = family_gathered(session, **fault)
    ends = [period.end for period in wanted.periods]
    assert any(breaks_what_everybody_knows(world, ends) for _, world in worlds(found))


@pytest.fixture
def held(gathered) -> Callable[[Shown], tuple[Held, list[int]]]:
    """What an outsider holds of a family, and the hidden cells: with leavers no more than there were at the start."""
    _, found = gathered
    number = numbered(found)
    first: dict[int, Cell] = {}
    for cell, i in number.items():
        first.setdefault(i, cell)
    named = [first[i] for i in sorted(first)]
    whole = family(found, number, named, np.array([found.cells[cell] for cell in named], dtype=np.int64))
    sums = [
        (total, dict(zip(parts.tolist(), signs.tolist(), strict=True)), loose)
        for total, parts, signs, loose in whole.sums
    ]
    facts = [
        Fact({number[replace(cell, count=of)]: 1.0, i: -1.0}, 0, 10**6)
        for cell, i in number.items()
        for name, of in (("leavers", "headcount_at_start"), ("joiners", "headcount_at_end"))
        if cell.count == name and number[replace(cell, count=of)] != i
    ]

    def of(shown: Shown) -> tuple[Held, list[int]]:
        told = np.array([np.nan if (value := shown.cells[cell]) is None else value for cell in named], dtype=float)
        return Held(told, HIDING["nhs"].step, sums, facts=facts), np.flatnonzero(np.isnan(told)).tolist()

    return of


def test_plain_linear_programming_leaves_every_hidden_number_open(gathered, held) -> None:
    """An attack that shares nothing with the proof: of each hidden number at least four values stay."""
    wanted, found = gathered
    outside, hidden = held(protected(wanted, found, "nhs", 4, None))
    assert len(hidden) > 40
    assert all(worked.candidates >= 4 for worked in worked_out(outside, hidden[::2]))


def test_linear_programming_catches_a_family_that_hides_only_what_is_small(gathered, held) -> None:
    """The planted fault: no number is hidden for the sake of another, and the others are shown exactly."""
    wanted, found = gathered
    right = protected(wanted, found, "nhs", 4, None)
    naive = {cell: None if 1 <= n <= 7 else n for cell, n in found.cells.items()}
    outside, hidden = held(replace(right, cells=naive))
    assert min(worked.candidates for worked in worked_out(replace(outside, step=1), hidden)) == 1


def test_a_question_for_the_whole_trust_is_of_the_same_family(session: Session) -> None:
    """The same numbers, whether the ladder or an enquiry asks: there is one family, not two."""
    everybody = ladder(session, TEAMS.name).rungs[0].row
    (row,) = answer(session.workspace, Enquiry("leavers", audience=TEAMS.name), session).rows()
    assert everybody is not None
    assert (row["leavers"], row["headcount_at_start"]) == (everybody.leavers, everybody.headcount_at_start)
