"""Is it changing? The question asked of loaded files: its points, its sentence, and what it refuses."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from keepwell.charts.control_chart import KINDS, control_chart
from keepwell.charts.spc_icons import CONCERN, icon
from keepwell.cli import cli
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries import changing as asked_module
from keepwell.enquiries.changing import SpcAnswer, SpcQuestion, changing
from keepwell.enquiries.spc_words import ICON_WORDS
from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.measures import measures
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports.changing import months_in_a_row, what_is_changing
from keepwell.reports.leaving import Asking
from keepwell.reports.overview import overview
from keepwell.reports.spc_tables import as_csv, as_json, as_text, in_one_sentence
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file
from keepwell.spc import ASSURANCES, VARIATIONS, xmr_charts

NOW = dt.datetime(2027, 11, 15, tzinfo=dt.UTC)
JANUARY = Month.parse("2025-01")
USUAL = [5, 7, 6, 8, 5, 7, 6, 5, 8, 6, 7, 5, 6, 7, 6, 8]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, turnover_file: Callable[..., Path]) -> Callable[..., Workspace]:
    """A workspace of published months with so many leavers in each of two trusts; made once for the same leavers."""
    made: dict[tuple[int, ...], Workspace] = {}

    def load(leavers: Sequence[int]) -> Workspace:
        key = tuple(leavers)
        if key not in made:
            folder = tmp_path_factory.mktemp("months")
            made[key] = Workspace(folder / "workspace")
            months = [turnover_file(folder / f"{i}.csv", i, left).read_text("utf-8") for i, left in enumerate(key, 1)]
            head = months[0].splitlines(keepends=True)[0]
            (folder / "all.csv").write_text(head + "".join(month.removeprefix(head) for month in months), "utf-8")
            load_file(made[key], folder / "all.csv", ReadOptions(), now=NOW)
        return made[key]

    return load


def question(points: int, **choices: object) -> SpcQuestion:
    return SpcQuestion(JANUARY, JANUARY + (points - 1), **choices)  # type: ignore[arg-type]


MIDWIVES = (("staff_group", ("Midwives",)),)


def one(workspace: Workspace, name: str = "leavers", points: int = 16, **choices: object) -> SpcAnswer:
    (found,) = changing(workspace, Enquiry(name, where=MIDWIVES), question(points, **choices))
    return found


def test_not_changing_says_how_many_and_what_is_usual(loaded) -> None:
    found = one(loaded(USUAL))
    assert found.variation == "common_cause"
    limits = xmr_charts([2 * left for left in USUAL])  # two trusts
    assert found.mean == pytest.approx(float(limits.mean[0, 0]))
    assert found.upper_process_limit == pytest.approx(float(limits.upper_process_limit[0, 0]))
    assert found.sentence == (
        "Not changing. About 13 people (Midwives) leave a month; April 2026’s 16 is within what is usual here (4 to 21)."
    )
    assert found.notes[-1].startswith("Organisations summed")


def test_the_points_are_the_released_values(loaded) -> None:
    workspace = loaded(USUAL)
    rows = answer(workspace, Enquiry("leaver_rate", end=JANUARY + 15, course=16, months=1)).rows()
    (found,) = changing(workspace, Enquiry("leaver_rate"), question(16))
    assert [p.value for p in found.points] == [row["leaver_rate"] for row in rows]
    assert [str(p.period.last) for p in found.points][:2] == ["2025-01", "2025-02"]


@pytest.mark.parametrize(
    ("leavers", "variation", "sentence"),
    [
        (
            [*USUAL[:15], 30],
            "concern_high",
            "Getting worse. About 16 people .Midwives. leave a month; April 2026’s 60 is above what is usual here",
        ),
        (
            [*USUAL[:9], 5, 6, 7, 8, 9, 10, 11],
            "concern_high",
            "Leavers: up with every month since October 2025, to 22 in April 2026",
        ),
        (
            [*[9, 8, 10, 9, 8, 10, 9, 8, 10], *[5, 4, 6, 5, 4, 6, 5]],
            "improvement_low",
            "every month since October 2025",
        ),
        ([*USUAL[:13], 9, 10, 10], "concern_high", "two of the last three months"),
    ],
    ids=["outside", "trend", "shift", "two in three"],
)
def test_a_signal_says_which_way_and_by_which_rule(loaded, leavers, variation, sentence) -> None:
    found = one(loaded(leavers))
    assert found.variation == variation
    assert re.search(sentence, found.sentence), found.sentence


def test_better_is_what_the_measure_says_or_what_is_asked(loaded) -> None:
    workspace = loaded([*USUAL[:15], 30])
    assert one(workspace).improvement == "decrease"
    assert one(workspace, improvement="increase").variation == "improvement_high"
    assert one(workspace, improvement="neutral").variation == "neutral_high"
    assert one(workspace, "joiners").improvement == "neutral"


def test_a_target_is_met_missed_or_both(loaded) -> None:
    workspace = loaded(USUAL)
    assert one(workspace).assurance is None
    assert one(workspace, target=30).assurance == "pass"
    assert "the target of 30 will be met." in one(workspace, target=30).sentence
    assert one(workspace, target=2).assurance == "fail"
    assert "the target of 2 will be missed: only a change can reach it." in one(workspace, target=2).sentence
    assert one(workspace, target=12).assurance == "inconsistent"
    assert "hit in some months and missed in others" in one(workspace, target=12).sentence
    assert one(workspace, target=12, improvement="neutral").assurance is None


def test_limits_are_made_anew_where_it_was_decided(loaded) -> None:
    leavers = [*[9, 8, 10, 9, 8, 10, 9, 8, 10], *[5, 4, 6, 5, 4, 6, 5]]
    workspace = loaded(leavers)
    assert one(workspace).variation == "improvement_low"
    anew = one(workspace, recalculate_at=(Month.parse("2025-10"),))
    assert anew.variation == "common_cause"
    assert anew.points[0].mean == pytest.approx(18)
    assert anew.mean == pytest.approx(10)
    assert any("made anew from October 2025" in note for note in anew.notes)
    assert any(note.startswith("Trial limits: 7 points") for note in anew.notes)


def test_the_dialects_are_said_to_disagree_where_they_do(loaded) -> None:
    agree, few = one(loaded(USUAL)), one(loaded(USUAL), points=12)
    assert not any("disagree" in note for note in agree.notes)
    assert "The dialects disagree: mdc_excel gives no limits and no icon below 13 points." in few.notes
    workbook = one(loaded(USUAL), points=12, dialect="mdc_excel")
    assert (workbook.variation, workbook.mean, workbook.sentence[:41]) == (
        None,
        None,
        "Too early to say: 12 points since limits ",
    )
    spike = [*([3, 5] * 4), 30, *([3, 5] * 3), 14]
    screened = one(loaded(spike))
    assert screened.variation == "concern_high"
    assert "The dialects disagree: this is plot_the_dots; mdc_excel says “not changing” and reads" in "".join(
        screened.notes
    )


def test_the_planted_fault_of_an_overlapping_window_is_refused(loaded) -> None:
    with pytest.raises(EnquiryRefused, match="share most of their months") as refused:
        one(loaded(USUAL), months=12)
    assert "--every 12" in refused.value.attempt
    with pytest.raises(EnquiryRefused, match="left out of the chart"):
        one(loaded(USUAL), every=3)


def test_quarters_that_share_nothing_may_be_charted(loaded) -> None:
    found = one(loaded(USUAL), months=3, every=3)
    assert [p.value for p in found.points] == [2 * sum(USUAL[i : i + 3]) for i in (1, 4, 7, 10, 13)]
    assert "leave a quarter; February to April 2026’s" in found.sentence
    assert "The first 1 month left out: no whole point." in found.notes
    assert not {p.period.first for p in found.points} & {p.period.last for p in found.points}


@pytest.mark.parametrize(
    ("name", "choices", "words"),
    [
        ("reasons_for_leaving", {}, "Nothing is loaded"),
        ("leavers", {"first": Month.parse("2024-06")}, "not loaded"),
        ("leavers", {"first": Month.parse("2026-12")}, "ends no earlier"),
        ("leavers", {"months": 24, "every": 24}, "no whole point"),
        ("leavers", {"months": 0, "every": 0}, "at least one month"),
        ("leavers", {"dialect": "nelson"}, "no SPC dialect"),
        ("leavers", {"improvement": "up"}, "not a direction"),
        ("leavers", {"fix_after_n_points": 11}, "12 points or more"),
        ("leavers", {"recalculate_at": (JANUARY,)}, "only inside the chart"),
        ("leavers", {"recalculate_at": (JANUARY + 16,)}, "only inside the chart"),
        ("leaver_rate", {"target": 12}, "0 to 100%"),
        ("leavers", {"chart": "u"}, "u chart is for events"),
        ("leaver_rate", {"chart": "p"}, "p chart is for shares"),
    ],
)
def test_what_would_mislead_is_refused(loaded, name, choices, words) -> None:
    with pytest.raises(EnquiryRefused, match=words):
        changing(loaded(USUAL), Enquiry(name), replace(question(16), **choices))


def test_a_chart_of_counts_in_full_time_equivalents_is_refused(loaded) -> None:
    with pytest.raises(EnquiryRefused, match="counted in people"):
        changing(loaded(USUAL), Enquiry("leaver_rate", basis="fte"), question(16, chart="u"))


@pytest.mark.parametrize(("name", "chart"), [("leaver_rate", "u"), ("share_who_left", "p"), ("stability_index", "p")])
def test_charts_of_counts_have_the_released_values(loaded, name, chart) -> None:
    workspace = loaded(USUAL)
    plain, counts = (changing(workspace, Enquiry(name), question(16, chart=kind))[0] for kind in ("xmr", chart))
    assert [p.value for p in counts.points] == pytest.approx([p.value for p in plain.points], abs=1e-12)
    assert any("Laney" in note for note in counts.notes)
    assert not any("Laney" in note for note in plain.notes)


def test_a_group_that_is_not_there_all_the_time_has_gaps_and_says_so(loaded, monkeypatch) -> None:
    workspace = loaded(USUAL)
    real = asked_module.answer

    def without_some(*arguments: object) -> Released:
        released = real(*arguments)
        rows = released.table.to_pylist()
        kept = [row for i, row in enumerate(rows) if not (row["organisation"] == "RX1" and i in {8, 10})]
        return replace(released, table=pa.Table.from_pylist(kept, released.table.schema))

    monkeypatch.setattr(asked_module, "answer", without_some)
    first, second = changing(workspace, Enquiry("leaver_rate", by=("organisation",)), question(16))
    assert [i for i, p in enumerate(first.points) if p.value is None] == [4, 5]
    assert any(note.startswith("No value for 2 of 16 points (May to June 2025)") for note in first.notes)
    assert not any("No value" in note for note in second.notes)
    assert (first.name, second.name) == ("Northmoor Trust", "Southmoor Trust")


def hiding(real: Callable[..., Released], hidden: set[str], at: int) -> Callable[..., Released]:
    """Answers as a policy would give them that hides the leavers of some organisations at one point."""

    def answered(*arguments: object) -> Released:
        released = real(*arguments)
        rows = released.table.to_pylist()
        ends = sorted({row["period_end"] for row in rows})
        for row in rows:
            if row.get("organisation", "") in hidden and row["period_end"] == ends[min(at, len(ends) - 1)]:
                row.update(leavers=None, leaver_rate=None, hidden="leavers,leaver_rate")
        return replace(released, table=pa.Table.from_pylist(rows, released.table.schema))

    return answered


def test_points_too_small_by_month_are_drawn_by_quarter_and_say_so(loaded, monkeypatch) -> None:
    workspace = loaded(USUAL)
    real = asked_module.answer
    by_month = hiding(real, {"RX1", "RX2"}, 3)
    monkeypatch.setattr(asked_module, "answer", lambda *a: by_month(*a) if a[1].months == 1 else real(*a))
    charts = changing(workspace, Enquiry("leaver_rate", by=("organisation",)), question(15))
    assert [p.period.months for p in charts[0].points] == [3] * 5
    assert charts[0].notes[0] == "Points by quarter: by shorter ones some are too small to be shown."
    assert charts[0].mean is not None


@pytest.mark.parametrize("chart", ["xmr", "u"])
def test_a_series_with_a_hidden_point_has_no_chart_and_says_why(loaded, monkeypatch, chart) -> None:
    workspace = loaded(USUAL)
    monkeypatch.setattr(asked_module, "answer", hiding(asked_module.answer, {"RX1"}, 3))
    asked = Enquiry("leaver_rate", by=("organisation",))
    first, second = changing(workspace, asked, question(16, chart=chart))
    assert first.refused
    assert (first.points, first.mean, first.variation) == ((), None, None)
    assert second.refused is None
    assert len(second.points) == 16
    text = as_text((first, second), width=160)
    assert "not shown" in text
    assert as_csv((first, second)).count("RX1") == 0
    assert json.loads(as_json((first, second), one=False))[0]["points"] == []


def test_where_every_series_has_a_hidden_point_it_is_refused(loaded, monkeypatch) -> None:
    workspace = loaded(USUAL)
    monkeypatch.setattr(asked_module, "answer", hiding(asked_module.answer, {"RX1", "RX2"}, 3))
    with pytest.raises(EnquiryRefused, match="hidden points is not drawn") as refused:
        changing(workspace, Enquiry("leaver_rate", by=("organisation",)), question(16))
    assert "2025-04" in refused.value.found


def test_a_hidden_cell_that_the_chart_does_not_need_hides_nothing(loaded, monkeypatch) -> None:
    workspace = loaded(USUAL)
    monkeypatch.setattr(asked_module, "answer", hiding(asked_module.answer, {"RX1"}, 3))
    assert all(a.refused is None for a in changing(workspace, Enquiry("headcount", by=("organisation",)), question(16)))


def test_values_that_hardly_ever_differ_are_not_judged(loaded) -> None:
    found = one(loaded([*[0] * 15, 1]))
    assert (found.variation, found.lower_process_limit) == (None, None)
    assert found.sentence.startswith("Cannot be judged so")
    assert all(p.special_cause is None for p in found.points)
    assert any("Fewer than 5 people a month" in note for note in found.notes)


def test_stocks_are_marked_as_alike_from_point_to_point(loaded) -> None:
    (found,) = changing(loaded(USUAL), Enquiry("headcount"), question(16))
    assert any("mostly the same people" in note for note in found.notes)


def test_one_object_as_json_and_a_list_with_groups(loaded) -> None:
    workspace = loaded(USUAL)
    content = json.loads(as_json((one(workspace, target=12),), one=True))
    assert {"mean", "lower_process_limit", "upper_process_limit", "points", "variation", "assurance"} <= set(content)
    assert {"period", "value", "special_cause"} <= set(content["points"][0])
    assert (content["points"][0]["period"], content["points"][-1]["period"]) == ("2025-01", "2026-04")
    assert (content["variation"], content["assurance"], content["dialect"]) == (
        "common_cause",
        "inconsistent",
        "plot_the_dots",
    )
    assert content["definition"]["window"] == "16 points of 1 month, 2025-01-01 to 2026-04-30"
    several = changing(workspace, Enquiry("leaver_rate", by=("organisation",)), question(16))
    assert [entry["group"]["organisation"] for entry in json.loads(as_json(several, one=False))] == ["RX1", "RX2"]


def test_points_as_csv_are_full_and_side_by_side(loaded) -> None:
    several = changing(loaded(USUAL), Enquiry("leaver_rate", by=("organisation",)), question(16))
    rows = list(csv.DictReader(io.StringIO(as_csv(several))))
    assert [row["organisation"] for row in rows] == ["RX1"] * 16 + ["RX2"] * 16
    assert [float(row["value"]) for row in rows] == [p.value for found in several for p in found.points]
    assert rows[0]["organisation_name"] == "Northmoor Trust"


def test_several_groups_are_told_in_one_sentence(loaded) -> None:
    several = changing(loaded(USUAL), Enquiry("leaver_rate", by=("staff_group",)), question(16))
    assert in_one_sentence(several) == "Of 2: 2 not changing."
    worse = changing(loaded([*USUAL[:15], 30]), Enquiry("leavers", by=("staff_group",)), question(16))
    assert in_one_sentence(worse) == "Of 2: 1 getting worse, 1 not changing."
    assert as_text(worse, width=160).splitlines()[1].startswith("Midwives: Getting worse.")


def test_every_measure_can_be_charted_or_says_why_not(system: Path) -> None:
    """Of the made-up system: single months, never our own fault."""
    workspace, charted = Workspace(system), set()
    months = SpcQuestion(Month.parse("2024-11"), Month.parse("2025-10"))
    for name, asked in measures().items():
        source = "esr_leavers" if asked.needs == ("leavers",) else "esr_staff_in_post"
        try:
            (found,) = changing(workspace, Enquiry(name, source=source), months)
        except EnquiryRefused:
            continue
        assert found.sentence
        assert len(found.points) == 12
        charted.add(name)
    assert {"leaver_rate", "joiner_rate", "stability_index", "voluntary_leaver_rate", "headcount", "fte"} <= charted
    assert not {"reasons_for_leaving", "change_in_staff", "international_retention"} & charted


# The picture, the icons and the sections.


def test_the_picture_shows_points_limits_target_and_where_limits_were_made_anew(loaded) -> None:
    found = one(loaded([*USUAL[:15], 30]), target=12, recalculate_at=(Month.parse("2025-05"),))
    drawn = control_chart(found.released, "Leavers of each month", found.sentence, 12)
    for text in ("concern", "as usual", "mean", "upper limit", "target 12", "limits made anew"):
        assert text in drawn.desk, text
    for svg in (drawn.desk, drawn.phone):
        assert f'<desc id="leavers-of-each-month-{"640" if svg is drawn.desk else "320"}-d">' in svg
        assert "Getting worse" in svg


def test_what_a_point_is_shows_in_its_shape_and_not_in_its_colour_alone(loaded) -> None:
    shapes = [shape for _, shape in KINDS.values()]
    assert len(set(shapes)) == len(shapes)
    plain = control_chart(one(loaded(USUAL)).released, "Plain", "x").desk
    worse = control_chart(one(loaded([*USUAL[:15], 30])).released, "Plain", "x").desk
    assert CONCERN in worse
    assert CONCERN not in plain


def test_a_lower_limit_under_zero_is_not_drawn(loaded) -> None:
    found = one(loaded([*([1, 9] * 8)]))
    assert found.lower_process_limit is not None
    assert found.lower_process_limit < 0
    assert "lower limit" not in control_chart(found.released, "Wide", "x").desk


def test_a_chart_with_gaps_or_with_few_points_is_drawn_all_the_same(loaded) -> None:
    few = one(loaded(USUAL), points=12, dialect="mdc_excel")
    assert "upper limit" not in control_chart(few.released, "Few", "x").desk
    rows = few.released.table.to_pylist()
    rows[4]["value"] = None
    gap = replace(few.released, table=pa.Table.from_pylist(rows, few.released.table.schema))
    assert "<svg" in control_chart(gap, "Gap", "x").phone


def test_every_icon_says_in_words_what_it_means() -> None:
    assert set(ICON_WORDS) == {*VARIATIONS, *ASSURANCES}
    drawings = {icon(name) for name in ICON_WORDS}
    assert len(drawings) == len(ICON_WORDS)
    for name, words in ICON_WORDS.items():
        assert f"<title>{words}</title>" in icon(name)
        assert f'aria-label="{words}"' in icon(name)
    without_colour = {re.sub(r"#[0-9a-f]{6}|<title>.*?</title>|aria-label=\"[^\"]*\"", "", icon(n)) for n in ICON_WORDS}
    assert len(without_colour) == len(ICON_WORDS)


@pytest.mark.parametrize("months", [11, 12])
def test_a_report_shows_a_control_chart_from_twelve_months_on(loaded, months) -> None:
    made = overview(loaded(USUAL), organisation=None, source=None, end=JANUARY + (months - 1))
    sections = {section.key: section for section in made.sections}
    assert (sections["course"].question == "Is it changing, or is it noise?") == (months >= 12)
    assert ("changing" in sections) == (months >= 12)
    assert ("What is changing" in made.sheets) == (months >= 12)


def test_the_summary_has_a_line_a_place_with_those_getting_worse_first(loaded) -> None:
    workspace = loaded([*USUAL[:15], 30])
    with Session(workspace) as session:
        asking = Asking(session, Enquiry("leaver_rate", source="nhs_turnover"))
        made = what_is_changing(asking, question(16), ("staff_group",), "staff group")
    assert made is not None
    section, sheet = made
    grid, key = section.grids
    assert grid.headings == ("Staff group", "Leaver rate", "Joiner rate")
    assert [row[0] for row in grid.rows] == ["All together", "Midwives", "Ambulance staff"]
    assert "getting worse: higher" in grid.rows[1][1]
    assert section.answer == "1 figure of 4 is changing: leaver rate of Midwives (worse)."
    assert [row[1] for row in key.rows] == ["not changing", "getting worse: higher"]
    assert sheet.table.num_rows == 6
    assert "(few)" in grid.rows[2][1]


def test_the_summary_leaves_out_what_cannot_be_charted(loaded) -> None:
    workspace = loaded(USUAL)
    with Session(workspace) as session:
        asking = Asking(session, Enquiry("leaver_rate", source="nhs_turnover"))
        assert what_is_changing(asking, question(16), ("ward",), "ward") is None


def test_a_name_of_a_place_is_never_run_as_markup(loaded) -> None:
    workspace = loaded(USUAL)
    with Session(workspace) as session:
        asking = Asking(session, Enquiry("leaver_rate", source="nhs_turnover"))
        made = what_is_changing(asking, question(16), ("staff_group",), "staff group")
    assert made is not None
    assert all(type(row[0]) is str for row in made[0].grids[0].rows)


def test_the_months_in_a_row_stop_at_a_gap(loaded) -> None:
    (load,) = loaded(USUAL).current().loads
    early, late = replace(load, last_month="2025-05"), replace(load, first_month="2025-07")
    assert months_in_a_row([load], JANUARY + 15) == 16
    assert months_in_a_row([early, late], JANUARY + 15) == 10
    assert months_in_a_row([load], JANUARY + 16) == 0


# The command.


def run(workspace: Workspace, *arguments: str) -> str:
    from click.testing import CliRunner

    ran = CliRunner().invoke(cli, ["--workspace", str(workspace.folder), "spc", *arguments], standalone_mode=False)
    if ran.exception is not None:
        raise ran.exception
    return ran.output


FROM_TO = ("--from", "2025-01", "--to", "2026-04")


def test_the_command_says_the_sentence_first(loaded) -> None:
    out = run(loaded(USUAL), "leavers", *FROM_TO, "--where", "staff_group=Midwives")
    assert out.splitlines()[0].startswith("Not changing. About 13 people (Midwives) leave a month;")
    assert "Dialect plot_the_dots" in out


def test_the_command_gives_one_object_or_a_list(loaded) -> None:
    workspace = loaded(USUAL)
    one_of = json.loads(run(workspace, "leaver_rate", *FROM_TO, "--format", "json", "--target", "2.5%"))
    assert one_of["target"] == 0.025
    assert one_of["assurance"] in {"pass", "fail", "inconsistent"}
    every = json.loads(run(workspace, "leaver_rate", *FROM_TO, "--format", "json", "--by", "organisation"))
    assert [entry["measure"] for entry in every] == ["leaver_rate"] * 2
    assert len(run(workspace, "leaver_rate", *FROM_TO, "--format", "csv").splitlines()) == 17


def test_the_command_reads_by_the_dialect_and_recalculates_as_asked(loaded, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    options = ("--dialect", "mdc_excel", "--recalculate-at", "2025-06", "--improvement", "increase", "--out", str(out))
    assert run(loaded(USUAL), "leavers", *FROM_TO, "--format", "json", *options) == ""
    found = json.loads(out.read_text("utf-8"))
    assert (found["dialect"], found["recalculate_at"], found["improvement"]) == ("mdc_excel", ["2025-06"], "increase")
    assert found["variation"] is None  # eleven points since limits were last made


@pytest.mark.parametrize("target", ["high", "1,2%", "%", "nan", "inf"])
def test_a_target_that_is_no_number_is_refused(loaded, target) -> None:
    with pytest.raises(KeepwellError, match="not a target"):
        run(loaded(USUAL), "leavers", *FROM_TO, "--target", target)
