"""Identifiers that do not persist, and places that vanish or appear at once: told apart from real change."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from by_hand import GROUPS, WARDS, Draft, in_three_lines, load, staff_in_post, turnover, write
from test_staff_list import staff_list

from keepwell.errors import DecisionNeeded
from keepwell.periods import Month
from keepwell.records.workspace import Load, Workspace
from keepwell.sources.same_people import agreement

MANY_GONE = frozenset({"many-gone"})


def redrawn(draft: Draft) -> Draft:
    return draft.each("Employee Number", lambda n: int(str(n)) + 50_000_000)


def shuffled(draft: Draft, heading: str = "Employee Number") -> Draft:
    """The same numbers, dealt out to other people."""
    at = draft.headings.index(heading)
    numbers = [row[at] for row in draft.rows]
    random.Random(7).shuffle(numbers)
    return replace(draft, rows=[[*r[:at], n, *r[at + 1 :]] for r, n in zip(draft.rows, numbers, strict=True)])


def together(*drafts: Draft) -> Draft:
    return replace(drafts[0], rows=[row for draft in drafts for row in draft.rows])


@pytest.fixture
def loaded(tmp_path: Path) -> Callable[..., list[Load]]:
    workspace, numbers = Workspace(tmp_path / "w"), itertools.count(1)

    def load_all(*drafts: Draft, **options: object) -> list[Load]:
        paths = [tmp_path / f"{next(numbers)}.csv" for _ in drafts]
        return [load(workspace, write(d, path), **options) for d, path in zip(drafts, paths, strict=True)]

    return load_all


def codes(loads: list[Load]) -> list[str]:
    return [warning.rsplit("(decision: ", 1)[-1].rstrip(")") for x in loads for warning in x.warnings]


@pytest.mark.parametrize("changed", [redrawn, shuffled])
@pytest.mark.parametrize("later", [2, 4, 13])
def test_new_identifiers_are_refused_a_month_a_quarter_and_a_year_later(
    changed: Callable[[Draft], Draft], later: int, loaded: Callable[..., list[Load]]
) -> None:
    loaded(staff_in_post(1))
    with pytest.raises(DecisionNeeded) as caught:
        loaded(changed(staff_in_post(later)), today=Month.parse("2026-03").last_day)
    assert "--accept new-identifiers" in in_three_lines(caught.value)


@pytest.mark.parametrize("changed", [redrawn, shuffled])
def test_new_identifiers_inside_one_file_are_refused(
    changed: Callable[[Draft], Draft], loaded: Callable[..., list[Load]]
) -> None:
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(together(staff_in_post(1), staff_in_post(2), changed(staff_in_post(3))))


@pytest.mark.parametrize("changed", [redrawn, shuffled])
def test_new_identifiers_are_seen_when_the_newest_month_is_loaded_first(
    changed: Callable[[Draft], Draft], loaded: Callable[..., list[Load]]
) -> None:
    loaded(changed(staff_in_post(2)))
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(staff_in_post(1))


def test_people_who_persist_pass_without_a_word_in_either_order(loaded: Callable[..., list[Load]]) -> None:
    assert codes(loaded(*(staff_in_post(m) for m in (3, 2, 1, 4, 5)))) == []


def test_fewer_than_twenty_people_may_really_all_have_changed(loaded: Callable[..., list[Load]]) -> None:
    assert codes(loaded(staff_in_post(1, people=19), redrawn(staff_in_post(2, people=19)))) == []


def test_twenty_people_do_not_all_change(loaded: Callable[..., list[Load]]) -> None:
    loaded(staff_in_post(1, people=20))
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(redrawn(staff_in_post(2, people=20)))


def test_many_small_organisations_whose_people_all_change_are_refused(loaded: Callable[..., list[Load]]) -> None:
    def practices(month: int) -> Draft:
        return together(*(staff_in_post(month, 12, 20 * i, f"Y0000{i}") for i in range(9)))

    assert codes(loaded(practices(1), practices(2))) == []
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(redrawn(practices(3)))


@pytest.mark.parametrize("left", [60, 30, 21])
def test_a_hospital_that_closes_still_has_its_people(left: int, loaded: Callable[..., list[Load]]) -> None:
    assert codes(loaded(staff_in_post(1, people=120), staff_in_post(2, people=left), accept=MANY_GONE)) == []


def test_a_hospital_that_doubles_still_has_its_people(loaded: Callable[..., list[Load]]) -> None:
    assert codes(loaded(staff_in_post(1, people=40), staff_in_post(2, people=120))) == []


def test_new_names_for_every_ward_and_group_are_no_new_people(loaded: Callable[..., list[Load]]) -> None:
    other = staff_in_post(2).each("Staff Group", lambda c: f"{c} (new)").each("Organisation", lambda c: f"New {c}")
    assert codes(loaded(staff_in_post(1), other.without("Date Of Birth"))) == ["renamed-units"]


def test_a_shuffle_is_seen_without_dates_of_birth(loaded: Callable[..., list[Load]]) -> None:
    loaded(staff_in_post(1, people=200).without("Date Of Birth"))
    with pytest.raises(DecisionNeeded, match="belong to other people"):
        loaded(shuffled(staff_in_post(2, people=200)).without("Date Of Birth"))


def test_agreement_is_one_for_the_same_labels_none_for_a_single_label_and_near_zero_for_a_shuffle() -> None:
    labels = [i % 4 for i in range(400)]
    dealt = random.Random(1).sample(labels, 400)
    assert agreement(zip(labels, labels, strict=True)) == 1
    assert agreement([("a", "a")] * 400) is None
    assert agreement([("a", "b")] * 19) is None
    assert abs(agreement(zip(labels, dealt, strict=True)) or 0) < 0.15


def test_a_correction_is_compared_with_its_neighbours_and_not_with_what_it_replaces(
    loaded: Callable[..., list[Load]],
) -> None:
    loaded(staff_in_post(1), staff_in_post(3))
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(redrawn(staff_in_post(2)))
    loaded(redrawn(staff_in_post(2)), accept=frozenset({"new-identifiers"}))
    revision = frozenset({"revision"})
    assert codes(loaded(staff_in_post(2), accept=revision)) == []
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(redrawn(staff_in_post(2)), accept=revision)


def test_two_decisions_at_once_are_both_named(loaded: Callable[..., list[Load]]) -> None:
    loaded(staff_in_post(1), staff_in_post(2))
    with pytest.raises(DecisionNeeded, match="--accept revision --accept new-identifiers"):
        loaded(redrawn(staff_in_post(2)))


def test_a_staff_list_of_new_identifiers_is_refused(loaded: Callable[..., list[Load]]) -> None:
    loaded(staff_list(1))
    later = staff_list(9).each("Staff ID", lambda c: f"Q{c}")
    with pytest.raises(DecisionNeeded, match="new-identifiers"):
        loaded(later)


# Many gone at once


@pytest.mark.parametrize("later", [2, 4])
def test_a_file_cut_off_halfway_is_for_the_user_to_decide(later: int, loaded: Callable[..., list[Load]]) -> None:
    loaded(staff_in_post(1, people=80))
    with pytest.raises(DecisionNeeded) as caught:
        loaded(staff_in_post(later, people=40), today=Month.parse("2025-05").last_day)
    words = in_three_lines(caught.value)
    assert f"RX1 2025-0{later}: 40 of 80 of 2025-01 are gone" in words
    assert "check that the file is whole; --accept many-gone if they truly left or moved" in words


def test_a_file_cut_off_halfway_is_seen_when_the_newest_month_is_loaded_first(
    loaded: Callable[..., list[Load]],
) -> None:
    loaded(staff_in_post(2, people=40))
    with pytest.raises(DecisionNeeded, match="RX1 2025-02: 40 of 80 of 2025-01 are gone"):
        loaded(staff_in_post(1, people=80))


def test_a_month_cut_off_inside_one_file_is_for_the_user_to_decide(loaded: Callable[..., list[Load]]) -> None:
    with pytest.raises(DecisionNeeded, match="--accept many-gone"):
        loaded(together(staff_in_post(1, people=80), staff_in_post(2, people=40)))


@pytest.mark.parametrize(("people", "left", "asked"), [(20, 16, True), (20, 17, False), (19, 12, False)])
def test_a_fifth_of_twenty_people_are_many(
    people: int, left: int, asked: bool, loaded: Callable[..., list[Load]]
) -> None:
    loaded(staff_in_post(1, people))
    if asked:
        with pytest.raises(DecisionNeeded, match="many-gone"):
            loaded(staff_in_post(2, left))
    else:
        assert codes(loaded(staff_in_post(2, left))) == []


def test_over_more_than_three_months_many_may_have_left_one_by_one(loaded: Callable[..., list[Load]]) -> None:
    [_, later] = loaded(staff_in_post(1, 80), staff_in_post(5, 60))
    assert codes([later]) == ["month-missing"]


def test_people_of_an_organisation_that_became_part_of_another_are_not_gone(
    loaded: Callable[..., list[Load]],
) -> None:
    merger = Draft(["code", "successor", "on"], [["RX2", "RX1", "2025-02-01"]])
    rest = staff_in_post(2, people=40, organisation="RX2")
    assert codes(loaded(staff_in_post(1, people=80, organisation="RX2"), merger, rest)) == []


@pytest.mark.parametrize(("code", "on"), [("RX1", "2025-02-01"), ("RX2", "2025-03-01")])
def test_a_merger_of_others_or_to_come_explains_nobody_gone(
    code: str, on: str, loaded: Callable[..., list[Load]]
) -> None:
    successor = "RX2" if code == "RX1" else "RX1"
    merger = Draft(["code", "successor", "on"], [[code, successor, on]])
    loaded(staff_in_post(1, people=80, organisation="RX2"), merger)
    with pytest.raises(DecisionNeeded, match="many-gone"):
        loaded(staff_in_post(2, people=40, organisation="RX2"))


# Units


def in_wards(draft: Draft, wards: Callable[[int, str], str]) -> Draft:
    at = draft.headings.index("Organisation")
    rows = [[*r[:at], wards(i, str(r[at])), *r[at + 1 :]] for i, r in enumerate(draft.rows)]
    return replace(draft, rows=rows)


def test_a_renamed_unit_is_asked_about(loaded: Callable[..., list[Load]]) -> None:
    new = in_wards(staff_in_post(2), lambda i, ward: ward.replace("Ash", "Rowan"))
    [_, second] = loaded(staff_in_post(1), new)
    assert codes([second]) == ["renamed-units"]
    assert "Ash Ward → Rowan Ward (RX1)" in second.warnings[0]


def test_a_split_unit_is_asked_about_with_all_its_parts(loaded: Callable[..., list[Load]]) -> None:
    new = in_wards(staff_in_post(2, 60), lambda i, ward: f"Ash {i // 4 % 3}" if ward == "Ash Ward" else ward)
    [_, second] = loaded(staff_in_post(1, 60), new)
    assert "Ash Ward → Ash 0 + Ash 1 + Ash 2" in second.warnings[0]


def test_two_merged_units_are_asked_about(loaded: Callable[..., list[Load]]) -> None:
    new = in_wards(staff_in_post(2), lambda i, ward: "Tree Ward" if ward in ("Ash Ward", "Birch Ward") else ward)
    [_, second] = loaded(staff_in_post(1), new)
    assert "Ash Ward → Tree Ward (RX1), Birch Ward → Tree Ward (RX1)" in second.warnings[0]


def test_a_unit_merged_into_one_that_stays_is_asked_about(loaded: Callable[..., list[Load]]) -> None:
    new = in_wards(staff_in_post(2), lambda i, ward: "Birch Ward" if ward == "Ash Ward" else ward)
    [_, second] = loaded(staff_in_post(1), new)
    assert "Ash Ward → Birch Ward" in second.warnings[0]


def test_a_unit_that_is_gone_with_all_its_people_is_warned_about(loaded: Callable[..., list[Load]]) -> None:
    whole = staff_in_post(2, 60)
    without = replace(whole, rows=[r for r in whole.rows if r[4] != "Ash Ward"])
    [_, second] = loaded(staff_in_post(1, 60), without, accept=MANY_GONE)
    assert codes([second]) == ["units-gone"]
    assert "Ash Ward, 15 people" in second.warnings[0]


def test_nine_people_of_a_unit_may_have_left_together(loaded: Callable[..., list[Load]]) -> None:
    whole = staff_in_post(2, 36)
    without = replace(whole, rows=[r for r in whole.rows if r[4] != "Ash Ward"])
    assert codes(loaded(staff_in_post(1, 36), without, accept=MANY_GONE)) == []


def test_a_unit_whose_people_are_dispersed_is_neither_renamed_nor_gone(loaded: Callable[..., list[Load]]) -> None:
    new = in_wards(staff_in_post(2, 60), lambda i, ward: WARDS[1 + i // 4 % 3] if ward == "Ash Ward" else ward)
    assert codes(loaded(staff_in_post(1, 60), new)) == []


def test_a_column_of_units_that_comes_or_goes_is_no_renaming(loaded: Callable[..., list[Load]]) -> None:
    bare = staff_in_post(2).without("Organisation")
    assert codes(loaded(staff_in_post(1), bare, staff_in_post(3))) == []


def test_a_renaming_that_a_recode_explains_is_not_asked_about(loaded: Callable[..., list[Load]]) -> None:
    headings = ["organisation", "field", "old", "new", "from"]
    recode = Draft(headings, [["RX1", "unit", "Ash Ward", "Rowan Ward", "2025-02-01"]])
    new = in_wards(staff_in_post(2), lambda i, ward: ward.replace("Ash", "Rowan"))
    assert codes(loaded(staff_in_post(1), recode, new)) == []


# Organisations


def trusts(month: int, *codes: str) -> Draft:
    return together(*(staff_in_post(month, 20, 100 * i, code) for i, code in enumerate(codes)))


def test_an_organisation_that_vanishes_from_an_extract_of_several_is_warned_about(
    loaded: Callable[..., list[Load]],
) -> None:
    [_, second] = loaded(trusts(1, "RX1", "RX2"), trusts(2, "RX1"))
    assert codes([second]) == ["organisations-changed"]
    assert "RX2 after 2025-01" in second.warnings[0]


def test_an_organisation_that_vanishes_is_seen_when_the_newest_month_is_loaded_first(
    loaded: Callable[..., list[Load]],
) -> None:
    [_, second] = loaded(trusts(2, "RX1"), trusts(1, "RX1", "RX2"))
    assert "RX2 after 2025-01" in second.warnings[0]


def test_an_organisation_that_vanishes_or_appears_inside_one_file_is_warned_about(
    loaded: Callable[..., list[Load]],
) -> None:
    [only] = loaded(together(trusts(1, "RX1", "RX2"), trusts(2, "RX1", "RX3")))
    assert "gone: RX2 after 2025-01; new: RX3 in 2025-02" in only.warnings[0]


def test_trusts_with_a_file_each_say_nothing_of_one_another(loaded: Callable[..., list[Load]]) -> None:
    files = [trusts(m, code) for m in (1, 2) for code in ("RX1", "RX2")]
    assert codes(loaded(*files)) == []


def test_a_published_file_without_an_organisation_of_last_month_is_warned_about(
    loaded: Callable[..., list[Load]],
) -> None:
    whole = turnover(2)
    [_, second] = loaded(turnover(1), replace(whole, rows=[r for r in whole.rows if r[7] == "RX1"]))
    assert codes([second]) == ["organisations-changed"]


def test_a_merger_that_a_table_of_successors_explains_is_not_warned_about(loaded: Callable[..., list[Load]]) -> None:
    merger = Draft(["code", "successor", "on"], [["RX2", "RX1", "2025-02-01"]])
    assert codes(loaded(trusts(1, "RX1", "RX2"), merger, trusts(2, "RX1"))) == []


def test_the_drafts_have_the_wards_and_groups_that_the_tests_speak_of() -> None:
    assert {row[4] for row in staff_in_post().rows} == set(WARDS)
    assert {row[5] for row in staff_in_post().rows} == set(GROUPS)
