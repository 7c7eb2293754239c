"""What audiences get, attacked: another world with other small numbers must give the very same bytes."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from keepwell.disclosure.hiding import HIDING
from keepwell.disclosure.protecting import protect
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries import protecting as bridge
from keepwell.enquiries.families import Cell, Gathered, Wanted, gather
from keepwell.enquiries.handing_over import declare_audience, hand_over
from keepwell.enquiries.protected import _declared_periods, _wanted, usual_counts
from keepwell.enquiries.protecting import family, numbered, protected
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown_files import as_parquet, from_parquet
from keepwell.errors import EnquiryRefused, WorkspaceRefused
from keepwell.records import audiences
from keepwell.records.audiences import Audience, ledger
from keepwell.records.workspace import Workspace, erase_unlisted
from keepwell.reports.tables import as_csv, as_json, as_text

NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
BOARD = Audience(
    "the board",
    "nhs",
    NOW.isoformat(),
    source="esr_staff_in_post",
    tables=(("organisation", "staff_group"), ("organisation", "sex")),
    months=6,
    first="2025-10",
)
MEASURES = ("headcount", "joiners", "leavers", "leaver_rate", "joiner_rate", "stability_index", "share_who_left")
CUTS = ((), ("organisation",), ("staff_group",), ("organisation", "staff_group"), ("sex",), ("region", "sex"), ("icb",))


@pytest.fixture
def workspace(system: Path, tmp_path: Path) -> Workspace:
    """A copy of the made-up system that a test may change."""
    shutil.copytree(system, tmp_path / "workspace")
    return Workspace(tmp_path / "workspace")


@pytest.fixture(scope="module")
def gathered(system: Path) -> tuple[Wanted, Gathered]:
    with Session(Workspace(system)) as session:
        wanted = _wanted(
            session, BOARD.source, BOARD.tables, _declared_periods(session, BOARD), (), usual_counts("nhs")
        )
        return wanted, gather(wanted, lambda enquiry: answer(session.workspace, enquiry, session))


def worlds(found: Gathered, policy: str) -> Iterator[tuple[Cell, Gathered]]:
    """For hidden cells, other tables of whole numbers that the proof names: the cell, and the family with them."""
    number = numbered(found)
    cells = list({i: cell for cell, i in reversed(number.items())}.items())
    first = [cell for _, cell in sorted(cells)]
    counts = np.array([found.cells[cell] for cell in first], dtype=np.int64)
    whole = family(found, number, first, counts)
    never = set(number.values()) - {i for cell, i in number.items() if cell.count in usual_counts(policy)}
    masked = np.array([i in never for i in range(len(first))], dtype=bool)
    proof = protect(whole, counts, HIDING[policy], given=masked).proof
    for place, i in enumerate(proof.cells.tolist()):
        for table in proof.tables(whole, counts, place):
            yield first[i], replace(found, cells={cell: int(table[n]) for cell, n in number.items()})


@pytest.mark.parametrize("policy", ["nhs", "under_5"])
def test_every_other_world_of_the_proof_is_released_as_the_same_bytes(system: Path, policy: str) -> None:
    """Exact numbers (under_5) leave room for one table, rounded ones for two."""
    declared = replace(BOARD, policy=policy, tables=BOARD.tables if policy == "nhs" else BOARD.tables[:1])
    with Session(Workspace(system)) as session:
        periods = _declared_periods(session, declared)
        wanted = _wanted(session, declared.source, declared.tables, periods, (), usual_counts(policy))
        found = gather(wanted, lambda enquiry: answer(session.workspace, enquiry, session))
    truth = protected(wanted, found, policy, 4, None)
    possible: dict[Cell, set[int]] = {}
    released = as_parquet(truth)
    for n, (cell, world) in enumerate(worlds(found, policy)):
        possible.setdefault(cell, {found.cells[cell]}).add(world.cells[cell])
        if n % 7 == 0:
            assert as_parquet(protected(wanted, world, policy, 4, None)) == released
    assert possible
    assert all(len(values) >= 4 for values in possible.values())


def test_a_family_that_shows_one_small_number_is_caught(gathered, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: the smallest hidden cell is shown after all."""
    wanted, found = gathered
    right = protected(wanted, found, "nhs", 4, None)
    leak = next(cell for cell, value in right.cells.items() if value is None and found.cells[cell])
    others = [world for cell, world in worlds(found, "nhs") if cell == leak]
    leaking = [replace(right, cells={**right.cells, leak: found.cells[leak]})]
    leaking += [replace(right, cells={**right.cells, leak: world.cells[leak]}) for world in others]
    assert len({as_parquet(shown) for shown in leaking}) > 1


def asked(workspace: Workspace, questions: list[Enquiry]) -> dict[str, str]:
    with Session(workspace) as session:
        return {repr(q): as_csv(answer(workspace, q, session)) for q in questions}


def test_the_order_of_asking_does_not_matter(workspace: Workspace) -> None:
    declare_audience(workspace, BOARD)
    questions = [Enquiry(m, by=by, audience=BOARD.name) for m in ("leaver_rate", "share_who_left") for by in CUTS]
    assert asked(workspace, questions) == asked(workspace, questions[::-1])


def test_everything_that_leaves_is_made_of_what_is_shown(workspace: Workspace) -> None:
    """Each count of each answer is the family's; rates follow from the counts in the same row."""
    shown = declare_audience(workspace, BOARD)
    assert shown is not None
    told = {value for value in shown.cells.values() if value is not None}
    with Session(workspace) as session:
        for by in CUTS:
            for row in answer(workspace, Enquiry("leaver_rate", by=by, audience=BOARD.name), session).rows():
                counts = [row[n] for n in ("headcount_at_start", "headcount_at_end", "joiners", "leavers")]
                assert all(c is None or (c in told and c % 5 == 0) for c in counts)
                if row["leavers"] is None:
                    assert row["leaver_rate"] is None
                    assert "leavers" in row["hidden"]
                elif row["leaver_rate"] is not None:
                    assert row["leaver_rate"] == row["leavers"] / ((counts[0] + counts[1]) / 2)


@pytest.mark.parametrize("form", [as_csv, as_json, lambda r: as_text(r, width=200)])
def test_no_hidden_count_is_in_any_format(workspace: Workspace, form) -> None:
    declare_audience(workspace, BOARD)
    exact = answer(workspace, Enquiry("leavers", by=("organisation", "staff_group"), months=6, source=BOARD.source))
    small = [row for row in exact.rows() if 1 <= row["leavers"] <= 7]
    assert small
    released = answer(workspace, Enquiry("leavers", by=("organisation", "staff_group"), audience=BOARD.name))
    rows = {(r["organisation"], r["staff_group"]): r for r in released.rows()}
    for row in small:
        assert rows[row["organisation"], row["staff_group"]]["leavers"] is None
    assert "fte" not in form(released).replace("fte_", "fte")[:2000].split("definition")[0] or "fte_at" not in form(
        released
    )


@pytest.mark.parametrize(
    ("question", "why"),
    [
        (Enquiry("leavers", by=("unit",)), "outside of what was declared"),
        (Enquiry("leavers", by=("staff_group", "sex")), "outside of what was declared"),
        (Enquiry("leavers", months=12), "not one of the periods"),
        (Enquiry("leavers", course=2), "not one of the periods"),
        (Enquiry("leavers", where=(("staff_group", ("Students", "Administrative and Clerical")),)), "not added up"),
        (Enquiry("leavers", basis="fte"), "headcount only"),
        (Enquiry("leaver_rate", method="event"), "snapshot only"),
        (Enquiry("leaver_rate", leaving="system"), "organisation only"),
        (Enquiry("length_of_service"), "no proof"),
        (Enquiry("reasons_for_leaving"), "cannot be made from esr_staff_in_post"),
        (Enquiry("leavers", policy="internal"), "declared under the policy"),
    ],
)
def test_what_lies_outside_is_refused_and_says_why(workspace: Workspace, question: Enquiry, why: str) -> None:
    declare_audience(workspace, BOARD)
    with pytest.raises(EnquiryRefused, match=why) as refused:
        answer(workspace, replace(question, audience=BOARD.name))
    assert refused.value.attempt


def test_an_audience_that_nobody_declared_gets_nothing(workspace: Workspace) -> None:
    with pytest.raises(WorkspaceRefused, match="No audience"):
        answer(workspace, Enquiry("leavers", audience="somebody"))


def handed(workspace: Workspace, question: Enquiry) -> bytes:
    return hand_over(
        workspace,
        BOARD.name,
        "measure leavers",
        lambda session: as_csv(answer(workspace, question, session)).encode(),
        ending="csv",
        now=NOW,
    )


def test_the_ledger_keeps_what_was_handed_over_also_after_everything_is_unloaded(workspace: Workspace) -> None:
    declare_audience(workspace, BOARD)
    content = handed(workspace, Enquiry("leavers", by=("organisation",), audience=BOARD.name))
    with workspace.change() as change:
        for load in change.before.loads:
            change.remove(load.number)
    erase_unlisted(workspace)
    (entry,) = ledger(workspace.current(), BOARD.name)
    assert audiences.kept(workspace, entry.file).read_bytes() == content
    assert from_parquet(audiences.kept(workspace, entry.protection).read_bytes()).cells
    with pytest.raises(WorkspaceRefused, match="cannot be changed"):
        declare_audience(workspace, replace(BOARD, months=12))


def test_a_preview_leaves_no_trace_and_says_so(workspace: Workspace) -> None:
    before = sorted(p.name for p in workspace.folder.rglob("*") if "derived" not in str(p))
    released = answer(workspace, Enquiry("leavers", by=("staff_group",), policy="nhs", source=BOARD.source))
    assert released.policy.mark.startswith("PREVIEW, NOT RELEASED")
    assert json.loads(as_json(released))["policy"]["audience"] == "nobody: a preview"
    assert sorted(p.name for p in workspace.folder.rglob("*") if "derived" not in str(p)) == before


def test_a_crash_before_the_ledger_hands_nothing_over(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    declare_audience(workspace, BOARD)

    def crash(*_: object) -> None:
        raise OSError("power cut")

    monkeypatch.setattr("keepwell.enquiries.handing_over.enter", crash)
    with pytest.raises(OSError, match="power cut"):
        handed(workspace, Enquiry("leavers", audience=BOARD.name))
    assert ledger(workspace.current()) == ()


def test_what_was_hidden_stays_hidden_in_a_revision(gathered, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, found = gathered
    first = protected(wanted, found, "nhs", 4, None)
    hidden = [cell for cell, value in first.cells.items() if value is None]
    world = next(w for _, w in worlds(found, "nhs"))
    again = protected(wanted, world, "nhs", 4, first)
    assert all(again.cells[cell] is None for cell in hidden)
    monkeypatch.setattr(bridge, "protect", lambda *a, **k: protect(*a, **{**k, "given": None, "shown_before": None}))
    grown = replace(found, cells={c: v + (1000 if c in hidden[:1] else 0) for c, v in found.cells.items()}, sums=[])
    grown.balances.clear()
    forgetting = protected(wanted, grown, "nhs", 4, first)
    assert forgetting.cells[hidden[0]] is not None  # the fault that the line above would catch
