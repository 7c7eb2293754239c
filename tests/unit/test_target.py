"""Whom to support: who is above their kind, in which order, and what would come without support."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from turnover_by_hand import Place, loaded

from keepwell.cli import cli
from keepwell.comparison import shrunken_rates
from keepwell.content import by_words, plain_words, published_staff_groups, staff_group_unions
from keepwell.enquiries import Enquiry
from keepwell.enquiries.targeting import Rehearsal, Targeted, list_of_taken, said_of, targeting
from keepwell.errors import EnquiryRefused

GROUPS = ("Acute - Large", "Acute - Small", "Mental Health")
RATE = Enquiry("leaver_rate")


def drawn(seed: int, true: np.ndarray, sizes: np.ndarray) -> list[Place]:
    left = np.random.default_rng(seed).poisson(true * sizes)
    return [
        Place(f"R{i:02d}", int(size), int(gone), group=GROUPS[i % 3], joined=int(gone))
        for i, (size, gone) in enumerate(zip(sizes, left, strict=True))
    ]


@pytest.fixture(scope="module")
def sizes() -> np.ndarray:
    return np.random.default_rng(1).uniform(300, 3000, 60).round()


@pytest.fixture(scope="module")
def one_month(tmp_path_factory: pytest.TempPathFactory, sizes: np.ndarray) -> Targeted:
    true = 0.02 * np.random.default_rng(2).gamma(9, 1 / 9, 60)
    workspace = loaded(tmp_path_factory.mktemp("target"), drawn(3, true, sizes))
    return targeting(workspace, RATE, take=10)


def test_only_those_above_their_own_group_are_taken(one_month: Targeted) -> None:
    rows = one_month.released.rows()
    taken = [row for row in rows if row["taken"]]
    assert rows[:10] == taken
    assert (one_month.taken, len(taken)) == (10, 10)
    assert all(row["leaver_rate"] > row["group_average"] for row in taken)
    assert one_month.above == sum(row["leaver_rate"] > row["group_average"] for row in rows)
    assert len({row["benchmark_group"] for row in taken}) > 1


def test_the_order_is_that_of_the_rate_to_expect_over_the_groups(one_month: Targeted) -> None:
    above = [row for row in one_month.released.rows() if row["leaver_rate"] > row["group_average"]]
    relative = [row["expected_rate"] / row["group_average"] for row in above]
    assert relative == sorted(relative, reverse=True)


def test_the_fall_is_observed_minus_expected_of_those_taken(one_month: Targeted) -> None:
    rows = one_month.released.rows()
    again = shrunken_rates(
        [r["leavers"] for r in rows], [r["headcount_at_start"] for r in rows], [r["benchmark_group"] for r in rows]
    )
    observed = np.mean([r["leaver_rate"] for r in rows[:10]])
    assert one_month.observed == pytest.approx(observed)
    assert one_month.expected == pytest.approx(again.expected[:10].mean())
    assert one_month.fall == pytest.approx(observed - again.expected[:10].mean())
    assert 0 < one_month.fall < observed


def test_the_sentence_says_what_comes_without_support(one_month: Targeted) -> None:
    said = said_of(one_month)
    assert said.startswith(
        f"10 organisations taken of {one_month.above} above their group; {one_month.beyond} of those taken"
    )
    assert f"Expect {100 * one_month.fall:.2f} points of improvement without any support" in said


def test_where_all_taken_stand_beyond_chance_the_sentence_says_so_plainly(one_month: Targeted) -> None:
    sure = Targeted(one_month.released, 40, 20, 20, 0.132, 0.12, Rehearsal(0.012, -0.002, 0.41, 20))
    assert said_of(sure) == (
        "20 organisations stand above their group beyond chance. Expect 1.2 points of improvement without any "
        "support (from 13.20% to 12.00% on average). The same choice one period earlier: 20 organisations, 1.20 points "
        "expected; their rate rose by 0.20 points since. The rates of the two periods correlate at 0.41."
    )


def test_fewer_than_asked_for_are_taken_where_no_more_are_above(tmp_path: Path) -> None:
    places = [Place(f"R{i}", 1000, left) for i, left in enumerate((10, 10, 10, 30, 10, 10))]
    targeted = targeting(loaded(tmp_path, places), RATE, take=20)
    assert [row["organisation"] for row in targeted.released.rows() if row["taken"]] == ["R3"]
    assert any(note.startswith("Only 1 of the 20") for note in targeted.released.notes)
    assert list_of_taken(targeted).table.num_rows == 1


def test_a_tie_at_the_last_place_is_broken_by_leavers_then_code_and_said(tmp_path: Path) -> None:
    """R4 and R5 are alike; R3 has the same rate with more people."""
    places = [Place(f"R{i}", 1000, 10, joined=10) for i in range(3)]
    places += [Place("R5", 1000, 30, joined=30), Place("R4", 1000, 30, joined=30), Place("R6", 1000, 60, joined=60)]
    two = targeting(loaded(tmp_path, places), RATE, take=2)
    assert [row["organisation"] for row in two.released.rows()][:3] == ["R6", "R4", "R5"]
    assert any("ties with the next" in note for note in two.released.notes)
    three = targeting(loaded(tmp_path / "again", places), RATE, take=3)
    assert not any("ties with the next" in note for note in three.released.notes)


def test_of_equal_rates_the_one_with_more_leavers_goes_first(tmp_path: Path) -> None:
    """Where nothing lasts beyond chance every rate to expect is the average, and the observed rates decide."""
    places = [Place(f"R{i}", 1000, 10, joined=10) for i in range(4)]
    places += [Place("R8", 1000, 11, joined=11), Place("R9", 2000, 22, joined=22)]
    targeted = targeting(loaded(tmp_path, places), RATE, take=1)
    assert targeted.released.rows()[0]["organisation"] == "R9"
    assert targeted.expected == pytest.approx(targeted.released.rows()[0]["group_average"])


def test_nobody_above_anybody_is_refused(tmp_path: Path) -> None:
    places = [Place(f"R{i}", 1000, 10) for i in range(6)]
    workspace = loaded(tmp_path, places)
    with pytest.raises(EnquiryRefused, match="No organisation stands above"):
        targeting(workspace, RATE)
    with pytest.raises(EnquiryRefused, match="At least one"):
        targeting(workspace, RATE, take=0)


def test_the_period_before_shows_how_the_choice_would_have_gone(tmp_path: Path, sizes: np.ndarray) -> None:
    """Nothing was done between the two months: the same true rates were drawn twice."""
    true = 0.03 * np.random.default_rng(5).gamma(9, 1 / 9, 60)
    targeted = targeting(loaded(tmp_path, drawn(6, true, sizes), drawn(7, true, sizes)), RATE, take=15)
    found = targeted.rehearsal
    assert found is not None
    assert found.taken == 15
    before = targeting(loaded(tmp_path / "before", drawn(6, true, sizes)), RATE, take=15)
    assert before.rehearsal is None
    assert found.said == pytest.approx(before.fall)
    now = {row["organisation"]: row["leaver_rate"] for row in targeted.released.rows()}
    then = before.released.rows()[:15]
    assert found.came == pytest.approx(np.mean([row["leaver_rate"] - now[row["organisation"]] for row in then]))
    assert found.came == pytest.approx(found.said, abs=0.004)
    assert 0.2 < found.correlation < 0.95
    assert "one period earlier: 15 organisations" in said_of(targeted)


def test_an_organisation_that_lost_a_service_is_pointed_out(tmp_path: Path, sizes: np.ndarray) -> None:
    places = drawn(8, np.full(60, 0.02), sizes)
    places[7] = Place("R07", 1000, 300, group=GROUPS[1])
    targeted = targeting(loaded(tmp_path, places), RATE, take=5)
    assert targeted.released.rows()[0]["organisation"] == "R07"
    assert any(note.startswith("1 organisation of those taken lies too far out") for note in targeted.released.notes)


def test_the_command_takes_and_tells(tmp_path: Path) -> None:
    places = [Place(f"R{i}", 1000, left) for i, left in enumerate((10, 30, 10, 12, 10, 20, 9, 11))]
    places += [Place(f"M{i}", 1000, 40, staff_group="Managers") for i in range(8)]
    workspace = loaded(tmp_path, places)
    asked = ["--workspace", str(workspace.folder), "target", "--take", "2"]
    runner = CliRunner()
    everybody = runner.invoke(cli, asked)
    assert everybody.exit_code == 0, everybody.output
    assert everybody.output.startswith("2 organisations")
    clinical = runner.invoke(cli, [*asked, "--where", "staff_group=All clinical staff", "--format", "json"])
    assert clinical.exit_code == 0, clinical.output
    content = json.loads(clinical.output)
    assert [row["organisation"] for row in content["rows"] if row["taken"]] == ["R1", "R5"]
    assert {row["organisation"] for row in content["rows"]} == {f"R{i}" for i in range(8)}
    assert "all clinical: Midwives." in content["notes"]
    assert "Expect" in content["notes"][0]
    none = runner.invoke(cli, [*asked, "--where", "staff_group=support to clinical staff"])
    assert isinstance(none.exception, EnquiryRefused)
    assert "none of them is loaded" in str(none.exception)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("Nurses & health visitors", "professionally qualified clinical staff"),
        ("Support to ST&T staff", "support to clinical staff"),
        ("Central functions", "NHS infrastructure support"),
        ("nurses and health visitors", "professionally qualified clinical staff"),
    ],
)
def test_staff_groups_belong_where_the_publication_puts_them(name: str, group: str) -> None:
    assert by_words(published_staff_groups())[plain_words(name)].part_of == group


def test_every_part_of_a_union_has_staff_groups_and_every_staff_group_is_in_a_union() -> None:
    parts = {group.part_of for group in published_staff_groups()}
    assert {part for union in staff_group_unions() for part in union.parts} == parts
    clinical = by_words(staff_group_unions())["all clinical"]
    assert "NHS infrastructure support" not in clinical.parts
    assert len([g for g in published_staff_groups() if g.part_of in clinical.parts]) == 8


def test_no_name_of_a_staff_group_or_union_means_two_things() -> None:
    both = {*by_words(published_staff_groups())} & {*by_words(staff_group_unions())}
    assert both == set()
