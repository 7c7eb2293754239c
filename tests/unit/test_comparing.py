"""Places among their peers: who is compared with whom, what is refused, and what is said."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from turnover_by_hand import Place, loaded

from keepwell.charts.funnel import limits_at
from keepwell.cli import cli
from keepwell.comparison import (
    average_of,
    proportion_limits,
    rate_dispersion,
    rate_interval,
    rate_limits,
    wilson_interval,
)
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.comparing import among_peers, comparing, for_readers, in_one_sentence
from keepwell.errors import EnquiryRefused
from keepwell.records.workspace import Workspace
from keepwell.reports.overview import overview
from keepwell.reports.sections import Section

LARGE = [Place("RA1", 1000, 10), Place("RA2", 1000, 12), Place("RA3", 2000, 20), Place("RA4", 500, 4)]
LARGE += [Place("RA5", 1500, 60, icb="QX1"), Place("RA6", 800, 8)]
SMALL = [Place(f"RB{i}", 300, left, group="Acute - Small", icb="QX1") for i, left in enumerate((3, 30, 30, 31, 29, 30))]
FEW = [Place(f"RC{i}", 200, 2, group="Ambulance") for i in range(4)]
LOST = [Place("RD1", 90, 3, group="")]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return loaded(tmp_path_factory.mktemp("peers"), [*LARGE, *SMALL, *FEW, *LOST])


def row_of(released: Released, code: str) -> dict[str, object]:
    return next(row for row in released.rows() if row["organisation"] == code)


def test_a_place_is_compared_with_its_own_group_alone(workspace: Workspace) -> None:
    """RB1 loses 10%, as its whole group does; among the large ones it would stand far out."""
    released = comparing(workspace, Enquiry("leaver_rate"))
    rb1, ra5 = row_of(released, "RB1"), row_of(released, "RA5")
    x = np.array([p.left for p in LARGE])
    n = np.array([(p.start + p.end) / 2 for p in LARGE])
    average = average_of(x, n)
    assert ra5["group_average"] == pytest.approx(average)
    assert (ra5["rank"], ra5["compared"], ra5["position"]) == (1, 6, "above 99.8% limit")
    limits = rate_limits(n[4], average)
    assert ra5["limit_upper_99_8"] == pytest.approx(float(limits.upper_99_8))
    assert ra5["limit_lower_95"] == pytest.approx(float(limits.lower_95))
    interval = rate_interval(60, n[4])
    assert (ra5["lower_95"], ra5["upper_95"]) == pytest.approx((float(interval.lower), float(interval.upper)))
    assert ra5["phi"] == pytest.approx(rate_dispersion(x, n).phi)
    assert (rb1["position"], rb1["rank"]) == ("within limits", 2)
    assert row_of(released, "RB0")["position"] == "below 99.8% limit"


def test_equal_places_share_the_better_rank(workspace: Workspace) -> None:
    released = comparing(workspace, Enquiry("leaver_rate"))
    ranks = {code: row_of(released, code)["rank"] for code in ("RB3", "RB1", "RB2", "RB5", "RB4", "RB0")}
    assert ranks == {"RB3": 1, "RB1": 2, "RB2": 2, "RB5": 2, "RB4": 5, "RB0": 6}


def test_a_share_of_those_at_the_start_has_wilsons_interval_and_its_own_funnel(workspace: Workspace) -> None:
    released = comparing(workspace, Enquiry("share_who_left"))
    ra5 = row_of(released, "RA5")
    interval = wilson_interval(60, 1500)
    assert (ra5["lower_95"], ra5["upper_95"]) == pytest.approx((float(interval.lower), float(interval.upper)))
    average = sum(p.left for p in LARGE) / sum(p.start for p in LARGE)
    assert ra5["group_average"] == pytest.approx(average)
    assert ra5["limit_upper_95"] == pytest.approx(float(proportion_limits(1500, average).upper_95))
    stay = row_of(comparing(workspace, Enquiry("stability_index")), "RA5")
    assert stay["stability_index"] == pytest.approx(0.96)
    assert stay["position"] == "below 99.8% limit"
    assert (stay["lower_95"], stay["upper_95"]) == pytest.approx((1 - ra5["upper_95"], 1 - ra5["lower_95"]))


def test_where_places_differ_more_than_by_chance_limits_that_allow_for_it_stand_beside(workspace: Workspace) -> None:
    released = comparing(workspace, Enquiry("leaver_rate"))
    ra5, rb1 = row_of(released, "RA5"), row_of(released, "RB1")
    assert ra5["phi"] > 1
    assert ra5["adjusted_upper_95"] > ra5["limit_upper_95"]
    assert ra5["adjusted_position"] in ("above 95% limit", "above 99.8% limit", "within limits")
    assert any("they differ more than chance makes them" in note for note in released.notes)
    alike = [Place(f"RE{i}", 1000 + i, 10) for i in range(6)]
    assert rb1["phi"] > 1
    one = row_of(comparing(loaded_here(workspace, alike), Enquiry("leaver_rate")), "RE1")
    assert one["phi"] < 1
    assert one["adjusted_upper_95"] is None
    assert one["adjusted_position"] is None


def loaded_here(beside: Workspace, places: list[Place]) -> Workspace:
    return loaded(beside.folder.parent / f"beside-{places[0].code}-{len(places)}", places)


def test_a_group_of_four_is_shown_and_not_compared(workspace: Workspace) -> None:
    released = comparing(workspace, Enquiry("leaver_rate"))
    few = row_of(released, "RC1")
    assert few["position"] == "too few to compare"
    assert few["rank"] is None
    assert few["group_average"] is None
    assert few["lower_95"] < few["leaver_rate"] < few["upper_95"]
    assert "Not compared, because the group has fewer than 5: Ambulance (4)." in released.notes
    five = [*FEW, Place("RC9", 200, 2, group="Ambulance")]
    assert row_of(comparing(loaded_here(workspace, five), Enquiry("leaver_rate")), "RC1")["rank"] == 1


def test_a_place_without_a_group_is_nobodys_peer(workspace: Workspace) -> None:
    lost = row_of(comparing(workspace, Enquiry("leaver_rate")), "RD1")
    assert (lost["position"], lost["rank"], lost["group_average"]) == ("no group or no figure", None, None)
    assert lost["leaver_rate"] is not None


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        (
            Enquiry("leaver_rate", where=(("benchmark_group", ("Ambulance",)),)),
            {},
            r"No benchmark group here can be compared",
        ),
        (Enquiry("leaver_rate", where=(("organisation", ("RD1",)),)), {}, "None of these places has a benchmark group"),
        (Enquiry("leaver_rate", by=("icb",)), {}, "each in more than one benchmark group"),
        (Enquiry("leaver_rate", by=("organisation", "staff_group")), {}, "One kind of place"),
        (Enquiry("leaver_rate"), {"within": "organisation"}, "One kind of place"),
        (Enquiry("leaver_rate"), {"within": "colour"}, "These records have no colour"),
        (Enquiry("leaver_rate"), {"system": "QX2"}, "No system is called 'QX2'"),
        (Enquiry("leaver_rate", basis="fte"), {}, "Chance is about people"),
        (Enquiry("leaver_rate", course=2), {}, "one period at a time"),
        (Enquiry("headcount"), {}, "Only measures that count people"),
        (Enquiry("share_who_left", months=2), {}, "not a share of those at the start"),
    ],
)
def test_what_is_no_comparison_is_refused_in_three_lines(
    workspace: Workspace, asked: Enquiry, options: dict[str, str], said: str
) -> None:
    with pytest.raises(EnquiryRefused, match=said) as refused:
        comparing(workspace, asked, **options)
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("  Found: ")
    assert lines[2].startswith("  Try:   ")


def test_a_system_shows_its_own_places_each_against_its_whole_group(workspace: Workspace) -> None:
    whole = comparing(workspace, Enquiry("leaver_rate"))
    for name in ("QX1", "system qx1"):
        ours = comparing(workspace, Enquiry("leaver_rate"), system=name)
        assert {row["organisation"] for row in ours.rows()} == {"RA5", *(p.code for p in SMALL)}
        for row in ours.rows():
            assert row == row_of(whole, row["organisation"])
        assert not any("Ambulance" in note for note in ours.notes)


def test_a_group_where_nobody_left_is_not_compared(tmp_path: Path) -> None:
    idle = [Place(f"RF{i}", 200, 0, group="Idle") for i in range(6)]
    released = comparing(loaded(tmp_path, [*LARGE, *idle]), Enquiry("leaver_rate"))
    assert row_of(released, "RF1")["position"] == "nobody counted in the group"
    shares = comparing(Workspace(tmp_path / "workspace"), Enquiry("share_who_left"))
    assert row_of(shares, "RF1")["rank"] is None


def test_several_months_are_a_sum_and_the_newest_group_counts(tmp_path: Path) -> None:
    first = [*LARGE, *SMALL]
    second = [*LARGE[1:], replace(LARGE[0], group="Acute - Small"), *SMALL]
    released = comparing(loaded(tmp_path, first, second), Enquiry("leaver_rate", months=2))
    moved = row_of(released, "RA1")
    assert moved["leavers"] == 20
    assert moved["benchmark_group"] == "Acute - Small"
    assert moved["compared"] == 7
    assert len(released.rows()) == 12
    assert any("Sum of months" in note for note in released.notes)


def hide(released: Released, code: str) -> Released:
    """What a policy that hides would have left of the row of a place."""
    names = ("leavers", "leaver_rate")
    rows = [
        row | (dict.fromkeys(names) | {"hidden": ",".join(names)} if row["organisation"] == code else {})
        for row in released.rows()
    ]
    return replace(released, table=pa.Table.from_pylist(rows, schema=released.table.schema))


def test_a_hidden_place_is_said_to_be_too_small_and_is_in_no_sum(workspace: Workspace) -> None:
    more = [Place(f"RG{i}", 1000, 10) for i in range(5)]
    rates = answer(loaded_here(workspace, [*LARGE, *more]), Enquiry("leaver_rate", by=("organisation",)))
    groups = {p.code: p.group for p in (*LARGE, *more)}
    released = among_peers(hide(rates, "RA5"), "organisation", "benchmark_group", groups)
    hidden, shown = row_of(released, "RA5"), row_of(released, "RA1")
    assert hidden["position"] == "too small to show"
    values = [
        hidden[n] for n in ("leavers", "leaver_rate", "lower_95", "upper_95", "rank", "group_average", "limit_upper_95")
    ]
    assert values == [None] * 7
    assert {"leavers", "leaver_rate", "lower_95", "rank"} <= set(hidden["hidden"].split(","))
    others = [p for p in (*LARGE, *more) if p.code != "RA5"]
    assert shown["compared"] == 10
    assert shown["group_average"] == pytest.approx(
        sum(p.left for p in others) / sum((p.start + p.end) / 2 for p in others)
    )
    assert any("1 organisation too small to show, and not in the averages" in note for note in released.notes)


def test_a_group_of_which_many_are_hidden_has_no_average_to_compare_with(workspace: Workspace) -> None:
    """Those hidden have few leavers: the average of the others would be too high."""
    rates = answer(workspace, Enquiry("leaver_rate", by=("organisation",)))
    groups = {p.code: p.group for p in (*LARGE, *SMALL)}
    released = among_peers(hide(rates, "RA4"), "organisation", "benchmark_group", groups)
    shown = row_of(released, "RA1")
    assert (shown["position"], shown["group_average"], shown["rank"]) == (
        "too many of the group are hidden",
        None,
        None,
    )
    assert row_of(released, "RB1")["rank"] == 2
    assert any("more than a tenth of the group is hidden" in note for note in released.notes)


def test_under_the_rule_of_the_nhs_nothing_is_said_that_was_not_released(workspace: Workspace) -> None:
    big = loaded_here(workspace, [*LARGE, *(Place(f"RH{i}", 1000, 15 + i) for i in range(12))])
    released = comparing(big, Enquiry("leaver_rate", policy="nhs"))
    shown = {
        row["organisation"]: row
        for row in answer(big, Enquiry("leaver_rate", by=("organisation",), policy="nhs")).rows()
    }
    for row in released.rows():
        for name in ("leavers", "leaver_rate", "headcount_at_start"):
            assert row[name] == shown[row["organisation"]][name]
        if row["leavers"] is None:
            assert row["position"] == "too small to show"
    assert row_of(released, "RA4")["leavers"] is None
    assert row_of(released, "RA5")["position"] == "above 99.8% limit"


def test_a_measure_that_is_made_of_something_else_is_not_given_an_interval(workspace: Workspace) -> None:
    rates = answer(workspace, Enquiry("leaver_rate", by=("organisation",)))
    rows = [row | {"leaver_rate": row["leaver_rate"] * 1.01} for row in rows_with_rate(rates)]
    wrong = replace(rates, table=pa.Table.from_pylist(rows, schema=rates.table.schema))
    with pytest.raises(ValueError, match="leaver_rate is no longer leavers over"):
        among_peers(wrong, "organisation", "benchmark_group", {p.code: p.group for p in LARGE})


def rows_with_rate(released: Released) -> list[dict[str, object]]:
    return [row for row in released.rows() if row["leaver_rate"] is not None]


def test_the_sentence_names_who_stands_apart(workspace: Workspace) -> None:
    rates = in_one_sentence(comparing(workspace, Enquiry("leaver_rate")))
    assert rates.startswith("1 of 12 organisations stands above its own group by more than chance explains: Trust RA5.")
    assert "1 stands below it." in rates
    stay = in_one_sentence(comparing(workspace, Enquiry("stability_index")))
    assert stay.startswith("1 of 12 organisations stands below its own group by more than chance explains: Trust RA5.")
    small = Enquiry("leaver_rate", where=(("benchmark_group", ("Acute - Small",)),))
    assert in_one_sentence(comparing(workspace, small)).startswith("None of 6 organisations stands above its own group")


def test_every_column_is_explained_and_readers_get_the_fewer(workspace: Workspace) -> None:
    released = comparing(workspace, Enquiry("leaver_rate"))
    assert {*released.table.column_names} - {*released.definition.columns} <= {"organisation", "organisation_name"}
    names = for_readers(released).table.column_names
    assert {"phi", "limit_upper_95", "joiners"} & {*names} == set()
    assert {"leavers", "rank", "position", "hidden"} <= {*names}


def test_the_command_says_the_sentence_first_and_puts_it_into_json(workspace: Workspace) -> None:
    runner = CliRunner()
    said = runner.invoke(cli, ["--workspace", str(workspace.folder), "compare", "leaver_rate"])
    assert said.exit_code == 0, said.output
    assert said.output.startswith("1 of 12 organisations stands above")
    asked = ["--workspace", str(workspace.folder), "compare", "leaver_rate", "--system", "QX1", "--format", "json"]
    content = json.loads(runner.invoke(cli, asked).output)
    assert len(content["rows"]) == 7
    assert "more than chance explains" in content["notes"][0]


def test_what_has_no_figure_over_several_months_is_not_made_up(tmp_path: Path) -> None:
    """Leavers of two months are no share of those at the start: the published sum has no stability index."""
    two = loaded(tmp_path, LARGE, LARGE)
    with pytest.raises(EnquiryRefused, match="No benchmark group here can be compared") as refused:
        comparing(two, Enquiry("stability_index", months=2))
    assert "no place with a figure" in str(refused.value)


def peers_section(workspace: Workspace, organisation: str | None) -> Section | None:
    report = overview(workspace, organisation=organisation, source=None, end=None)
    return next((s for s in report.sections if s.key == "peers"), None)


def test_the_page_on_everybody_says_who_differs_and_draws_where(workspace: Workspace) -> None:
    section = peers_section(workspace, None)
    assert section is not None
    assert section.answer.startswith("1 of 12 organisations stands above its own group")
    assert [picture.title for picture in section.pictures] == ["Leaver rate and size: Acute - Large"]
    kinds, apart = section.grids
    assert [row[0] for row in kinds.rows] == ["Acute - Large", "Acute - Small"]
    assert {row[0] for row in apart.rows} == {"Trust RA5", "Trust RA3", "Trust RB0"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("RA5", "Trust RA5|above what chance|Above what chance"),
        (
            "RA1",
            r"^Not by more than chance explains: 1\.01% of staff left, and 1\.69% in the 6 organisations of its kind",
        ),
        ("RB0", "below what chance|Below what chance"),
        ("RC1", r"^Trust RC1 cannot be compared: of its kind \(Ambulance\) there are only 4\.$"),
        ("RD1", r"^Trust RD1 cannot be compared: no group or no figure\.$"),
    ],
)
def test_the_page_on_one_says_whether_it_differs_from_its_peers(workspace: Workspace, code: str, said: str) -> None:
    section = peers_section(workspace, code)
    assert section is not None
    assert re.search(said, section.answer), section.answer
    assert len(section.pictures) == (code not in ("RC1", "RD1"))


def test_a_page_without_peers_has_no_such_section(tmp_path: Path) -> None:
    assert peers_section(loaded(tmp_path, FEW), None) is None


def test_the_funnel_names_our_own_place_and_marks_it_by_shape(workspace: Workspace) -> None:
    section = peers_section(workspace, "RA2")
    assert section is not None
    for svg in (section.pictures[0].desk, section.pictures[0].phone):
        words = re.findall(r">([^<>]+)</text>", svg)
        assert {"RA2", "RA5", "this organisation", "above a limit", "99.8% of chance"} <= set(words) | {
            word.removeprefix("Trust ") for word in words
        }
        assert "<title" in svg
        assert "Acute - Large, 6 organisations" in svg  # in words too
    everybody = peers_section(workspace, None)
    assert everybody is not None
    assert "this organisation" not in everybody.pictures[0].desk


def test_the_lines_of_the_funnel_are_the_limits_of_the_table(workspace: Workspace) -> None:
    for measure in ("leaver_rate", "share_who_left"):
        for row in comparing(workspace, Enquiry(measure)).rows():
            if row["rank"] is None:
                continue
            size = row["headcount_at_start"]
            if measure == "leaver_rate":
                size = (size + row["headcount_at_end"]) / 2
            chance, adjusted = limits_at(row, measure, np.array([size]))
            for kind, limits in (("limit", chance), ("adjusted", adjusted)):
                for name in limits.__slots__:
                    if row[f"{kind}_{name}"] is not None:
                        assert getattr(limits, name)[0] == pytest.approx(row[f"{kind}_{name}"])
