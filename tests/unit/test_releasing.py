"""Packs that go upward: the same numbers at both ends, nothing that was hidden, and no trust in what a stranger sends."""

from __future__ import annotations

import copy
import datetime as dt
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries import packs as module
from keepwell.enquiries.handing_over import declare_audience
from keepwell.enquiries.packs import Pack, PackRefused, PackRow, Place, read_pack
from keepwell.enquiries.releasing import RELEASED_UPWARD, release_upward, together
from keepwell.errors import EnquiryRefused, KeepwellError, WorkspaceRefused
from keepwell.periods import Period
from keepwell.records.audiences import Audience, kept, ledger
from keepwell.records.keys import PersonKey
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

NOW = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
ICB = Audience(
    "the board's system",
    "nhs",
    NOW.isoformat(),
    source="esr_staff_in_post",
    tables=(("organisation", "staff_group"), ("directorate",)),
    months=6,
    first="2025-04",
)
TRUSTS = ("RZ1", "RZ2", "RZ3")
OTHERS = ("headcount_at_start", "headcount_at_end", "joiners", "leavers")


@pytest.fixture(scope="module")
def workspace(system: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The made-up system with audiences: one of all three trusts, and one of each trust alone."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copytree(system, folder / "workspace")
    workspace = Workspace(folder / "workspace")
    declare_audience(workspace, ICB)
    for code in TRUSTS:
        of_one = replace(ICB, name=code, tables=((),), where=(("organisation", (code,)),), months=12, first="2025-10")
        declare_audience(workspace, of_one)
    return workspace


@pytest.fixture(scope="module")
def content(workspace: Workspace) -> bytes:
    return release_upward(workspace, ICB.name, now=NOW)


@pytest.fixture(scope="module")
def of_trusts(workspace: Workspace) -> list[Pack]:
    return [read_pack(release_upward(workspace, code, now=NOW)) for code in TRUSTS]


def rows_of(pack: Pack) -> list[PackRow]:
    return [row for table in pack.tables for row in table.rows]


def test_a_pack_says_what_the_audience_is_told_elsewhere(workspace: Workspace, content: bytes) -> None:
    """Every table and margin, every period: the counts and rates of an enquiry for the same audience."""
    pack = read_pack(content)
    assert {t.by for t in pack.tables} >= {(), ("organisation",), ("directorate",), ("organisation", "staff_group")}
    assert [str(period.last) for period in pack.periods] == ["2025-04", "2025-10"]
    compared = 0
    for table in pack.tables:
        question = Enquiry("leaver_rate", by=table.by, audience=ICB.name, course=2, step=6)
        told = {
            (row["period_end"], *(row[name] or "" for name in table.by)): row
            for row in answer(workspace, question).rows()
        }
        assert len(told) == len(table.rows)
        for row in table.rows:
            elsewhere = told[row.period.end, *(value for _, value in row.group)]
            for name, value in {**row.counts, **row.made}.items():
                assert value == elsewhere[name]
                compared += 1
            assert ",".join(row.hidden) == elsewhere["hidden"]
    assert compared > 300


def test_a_pack_says_what_its_numbers_are_and_whose(content: bytes) -> None:
    pack = read_pack(content)
    assert pack.audience == ICB.name
    assert [place.code for place in pack.places] == list(TRUSTS)
    assert all(place.name.endswith("Trust") for place in pack.places)
    assert pack.policy == "nhs"
    assert pack.policy_title.startswith("1 to 7 hidden")
    assert pack.definition.measure == "leaver_rate"
    assert pack.definition.vintage == pack.vintage
    assert any(note.startswith("The proof does not cover") for note in pack.notes)
    assert any("counts protected together" in note for note in pack.notes)
    assert pack.released_at == NOW


def test_it_was_kept_and_entered_in_the_ledger_before_it_was_given(workspace: Workspace, content: bytes) -> None:
    (entry,) = ledger(workspace.current(), ICB.name)
    assert entry.what == RELEASED_UPWARD
    assert entry.file.endswith(".json")
    assert kept(workspace, entry.file).read_bytes() == content


def test_no_small_number_is_in_a_pack(workspace: Workspace, content: bytes) -> None:
    pack = read_pack(content)
    shown = {
        row.group: row for row in pack.table(("organisation", "staff_group")).rows if row.period == pack.periods[-1]
    }
    question = Enquiry("leavers", by=("organisation", "staff_group"), source=ICB.source, months=6)
    small = 0
    for row in answer(workspace, question).rows():
        group = tuple((name, row[name] or "") for name in ("organisation", "staff_group"))
        for name in OTHERS:
            if 1 <= row[name] <= 7:
                small += 1
                assert shown[group].counts[name] is None
                assert name in shown[group].hidden
    assert small > 10
    assert all(value % 5 == 0 for row in rows_of(pack) for value in row.counts.values() if value is not None)


def test_a_table_that_was_not_released_is_refused(content: bytes) -> None:
    pack = read_pack(content)
    assert pack.table(("staff_group", "organisation")).by == ("organisation", "staff_group")
    with pytest.raises(PackRefused, match="not in what was released") as refused:
        pack.table(("sex",))
    assert "staff_group" in refused.value.found


def test_an_audience_that_gets_exact_figures_has_no_pack(system: Path, tmp_path: Path) -> None:
    shutil.copytree(system, tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    declare_audience(workspace, replace(ICB, name="HR", policy="internal", tables=()))
    with pytest.raises(EnquiryRefused, match="gets exact figures"):
        release_upward(workspace, "HR", now=NOW)
    with pytest.raises(WorkspaceRefused, match="No audience"):
        release_upward(workspace, "nobody", now=NOW)
    assert ledger(workspace.current()) == ()


def test_where_nothing_can_be_shown_nothing_is_released(workspace: Workspace) -> None:
    declare_audience(workspace, replace(ICB, name="six months", tables=((),), where=(("organisation", ("RZ3",)),)))
    with pytest.raises(EnquiryRefused, match="nothing to release"):
        release_upward(workspace, "six months", now=NOW)
    assert ledger(workspace.current(), "six months") == ()


def test_published_turnover_can_be_released_too(tmp_path: Path, turnover_file: Callable[..., Path]) -> None:
    workspace = Workspace(tmp_path / "workspace")
    options = ReadOptions(key=PersonKey(b"k" * 32), today=dt.date(2025, 11, 15))
    for month in (1, 2):
        load_file(workspace, turnover_file(tmp_path / f"{month}.csv", month, 20), options, now=NOW)
    wanted = replace(ICB, source="nhs_turnover", tables=(("organisation",),), months=1, first="2025-01")
    declare_audience(workspace, replace(wanted, where=(("organisation", ("Northmoor Trust",)),)))
    pack = read_pack(release_upward(workspace, ICB.name, now=NOW))
    assert pack.places == (Place("RX1", "Northmoor Trust"),)
    assert [str(period.last) for period in pack.periods] == ["2025-01", "2025-02"]
    assert pack.table().rows[0].counts["leavers"] == 20


# What a stranger sends.


def changed(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    found = json.loads(content)
    change(found)
    return json.dumps(found).encode()


def a_row(found: dict[str, Any], *, hidden: bool) -> dict[str, Any]:
    return next(
        row
        for table in found["tables"]
        for row in table["rows"]
        if ("leavers" in row["hidden"]) is hidden and (hidden or row["counts"]["leavers"])
    )


def fill_in(found: dict[str, Any], value: int) -> None:
    """A hidden number told after all."""
    row = a_row(found, hidden=True)
    row["counts"]["leavers"] = value
    row["hidden"] = [name for name in row["hidden"] if name in {"joiners", "headcount_at_start", "headcount_at_end"}]


def set_count(found: dict[str, Any], value: object) -> None:
    a_row(found, hidden=False)["counts"]["leavers"] = value


def set_alone(found: dict[str, Any], value: int) -> None:
    """A count that no rate contradicts: the rates of its row are taken out."""
    a_row(found, hidden=False).update(made={})
    set_count(found, value)


def test_a_pack_is_read_as_it_was_written(content: bytes) -> None:
    again = read_pack(changed(content, lambda found: None))
    assert again == read_pack(content)
    assert read_pack(b"\xef\xbb\xbf" + content) == again


def test_a_pack_of_a_newer_version_is_refused_in_three_lines(content: bytes) -> None:
    with pytest.raises(PackRefused, match="newer Keepwell") as refused:
        read_pack(changed(content, lambda found: found.update(version=2, tables="in another way")))
    assert isinstance(refused.value, KeepwellError)
    assert str(refused.value).count("\n") == 2
    assert "version 2" in refused.value.found


@pytest.mark.parametrize(
    "change",
    [
        lambda found: fill_in(found, 3),
        lambda found: fill_in(found, 10),
        lambda found: set_count(found, 400),
        lambda found: set_alone(found, 41),
        lambda found: set_alone(found, 5),
        lambda found: a_row(found, hidden=True)["counts"].update(leavers=10),
        lambda found: a_row(found, hidden=True).update(hidden=[]),
        lambda found: a_row(found, hidden=False)["made"].update(leaver_rate=0.1234),
        lambda found: a_row(found, hidden=False)["made"].update(stability_index=0.5),
        lambda found: a_row(found, hidden=True)["made"].update(leaver_rate=0.1),
        lambda found: a_row(found, hidden=False)["hidden"].append("leavers"),
    ],
)
def test_a_pack_with_a_number_that_its_policy_does_not_show_is_refused(content: bytes, change) -> None:
    with pytest.raises(PackRefused, match="its own policy does not show"):
        read_pack(changed(content, change))


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found.update(schema="another"),
        lambda found: found.pop("version"),
        lambda found: found.update(version=True),
        lambda found: found.update(version=0),
        lambda found: found.update(version="1"),
        lambda found: found.pop("definition"),
        lambda found: found["definition"].pop("formula"),
        lambda found: found.update(periods=[{"first": "2025-13", "last": "2025-10"}]),
        lambda found: found.update(periods=[{"first": "2025-10", "last": "2025-04"}]),
        lambda found: found.update(periods=[]),
        lambda found: found.update(tables={}),
        lambda found: found.update(tables=[[]]),
        lambda found: found.update(audience=None),
        lambda found: found.update(released_at="2026-01-05T09:00:00"),
        lambda found: found.update(released_at="yesterday"),
        lambda found: found["tables"].append(copy.deepcopy(found["tables"][0])),
        lambda found: found["tables"][0]["rows"].append(copy.deepcopy(found["tables"][0]["rows"][0])),
        lambda found: found["tables"][1]["rows"][0].update(group={}),
        lambda found: found["tables"][0]["rows"][0].update(group={"sex": "Female"}),
        lambda found: found["tables"][0]["rows"][0]["counts"].update(leavers_paused=5),
        lambda found: found["tables"][0]["rows"][0]["made"].update(average_age=47.2),
        lambda found: set_count(found, -5),
        lambda found: set_count(found, 40.0),
        lambda found: set_count(found, True),
        lambda found: set_count(found, "40"),
        lambda found: set_count(found, 10**400),
    ],
)
def test_what_is_no_whole_pack_is_refused_in_three_lines(content: bytes, change) -> None:
    with pytest.raises(PackRefused, match="not a released pack") as refused:
        read_pack(changed(content, change))
    assert refused.value.attempt


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content.decode().encode("utf-16"),
        lambda content: b"[]",
        lambda content: b"null",
        lambda content: b'{"schema": ' * 100_000,
        lambda content: content.replace(b'"version": 1,', b'"version": 1, "version": 1,'),
        lambda content: content.replace(b'"leavers": null', b'"leavers": NaN', 1),
        lambda content: content.replace(b'"leaver_rate": null', b'"leaver_rate": NaN', 1),
        lambda content: content.replace(b'"leaver_rate": null', b'"leaver_rate": Infinity', 1),
        lambda content: b"PK\x03\x04 a workbook",
    ],
)
def test_what_is_no_json_is_refused_without_a_traceback(content: bytes, spoil) -> None:
    assert spoil(content) != content
    with pytest.raises(PackRefused, match="not a released pack"):
        read_pack(spoil(content))


def test_a_file_too_large_to_be_a_pack_is_not_read(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(PackRefused, match="not a released pack"):
        read_pack(content)


def test_a_policy_that_is_not_known_here_is_refused(content: bytes) -> None:
    with pytest.raises(PackRefused, match="policy that is not known"):
        read_pack(changed(content, lambda found: found["policy"].update(name="internal")))


def test_no_refusal_repeats_what_stands_in_the_file(content: bytes) -> None:
    marker = "Zzyzxson"
    for field in ("audience", "source", "periods", "released_at", "tables", "policy", "notes"):
        with pytest.raises(PackRefused) as refused:
            read_pack(changed(content, lambda found, field=field: found.update({field: [{"name": marker}]})))
        assert marker not in str(refused.value)


# Several packs.


def test_totals_of_packs_are_sums_of_rounded_numbers_and_near_the_true_ones(
    workspace: Workspace, of_trusts: list[Pack]
) -> None:
    larger = of_trusts[:2]
    added = together(larger)
    assert [place.code for place in added.places] == list(TRUSTS[:2])
    newest = added.periods[-1]
    assert newest.within == 4
    question = Enquiry("leavers", by=("organisation",), source=ICB.source, months=12)
    exact = answer(workspace, question).rows()[:2]
    assert newest.not_shown == ()
    for name in OTHERS:
        total = newest.counts[name]
        assert total is not None
        assert total == sum(pack.table().rows[-1].counts[name] or 0 for pack in larger)
        assert abs(total - sum(row[name] for row in exact)) <= newest.within
    assert "rounded before it was added" in added.notes[0]
    assert "up to 4" in added.notes[0]
    smallest = together(of_trusts).periods[-1]
    assert smallest.counts["leavers"] is None  # of the smallest trust it is hidden
    assert smallest.within == 6


def with_total(pack: Pack, **counts: int | None) -> Pack:
    total = pack.table()
    rows = tuple(replace(row, counts={**row.counts, **counts}) for row in total.rows)
    others = tuple(table for table in pack.tables if table.by)
    return replace(pack, tables=(replace(total, rows=rows), *others))


def test_a_total_that_one_pack_does_not_show_is_not_added_up(of_trusts: list[Pack]) -> None:
    one, other, _ = of_trusts
    added = together([with_total(one, leavers=None), other]).periods[-1]
    assert added.counts["leavers"] is None
    assert added.not_shown == ("leavers",)
    assert added.counts["joiners"] is not None


def with_year_before(pack: Pack) -> Pack:
    """The pack with its only period and the same numbers for the year before that."""
    (period,) = pack.periods
    before = Period.ending(period.month_before, period.months)
    total = pack.table()
    rows = (*(replace(row, period=before) for row in total.rows), *total.rows)
    return replace(pack, periods=(before, period), tables=(replace(total, rows=rows),))


def test_only_periods_that_all_have_are_added_up(of_trusts: list[Pack]) -> None:
    one, *others = of_trusts
    longer = with_year_before(one)
    assert [str(added.period.last) for added in together([longer, *others]).periods] == ["2025-10"]
    assert [str(added.period.last) for added in together([*others, longer]).periods] == ["2025-10"]
    both = together([with_year_before(pack) for pack in of_trusts])
    assert [str(added.period.last) for added in both.periods] == ["2024-10", "2025-10"]
    with pytest.raises(PackRefused, match="no period in common"):
        together([replace(longer, periods=longer.periods[:1]), others[0]])


def test_one_organisation_is_not_counted_twice(of_trusts: list[Pack], content: bytes) -> None:
    with pytest.raises(PackRefused, match="counted twice") as refused:
        together([*of_trusts, read_pack(content)])
    assert refused.value.found == ", ".join(TRUSTS)


def test_packs_of_other_people_are_not_added_up(of_trusts: list[Pack]) -> None:
    one, *others = of_trusts
    nurses = replace(one, where=(*one.where, ("staff_group", ("Nursing and Midwifery Registered",))))
    with pytest.raises(PackRefused, match="not of the same people"):
        together([nurses, *others])
    elsewhere = replace(one, definition=replace(one.definition, leaving="left the NHS"))
    with pytest.raises(PackRefused, match="not of the same people"):
        together([elsewhere, *others])


@pytest.mark.parametrize("several", [lambda packs: [], lambda packs: [replace(packs[0], places=())]])
def test_nothing_is_not_added_up(of_trusts: list[Pack], several) -> None:
    with pytest.raises(PackRefused, match="nothing to add up"):
        together(several(of_trusts))


def test_it_is_said_where_packs_are_of_several_policies_or_records(of_trusts: list[Pack]) -> None:
    one, *others = of_trusts
    other = replace(one, policy="under_5", policy_title="1 to 4 hidden", source="staff_list")
    added = together([other, *others])
    assert any("several policies" in note for note in added.notes)
    assert any("esr_staff_in_post, staff_list" in note for note in added.notes)
    assert added.periods[0].within == 4
