"""Do the charts of many series at once equal a slow count, point by point, in plain Python?

The slow one is written from the text of the methodology, a list at a time, and shares nothing with the fast one.
Values are few and close to the edges, so that ties, points on the mean and points on a limit are drawn often.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from keepwell.spc import (
    ControlCharts,
    Dialect,
    assurance,
    dialect,
    dialects,
    disagreement,
    p_charts,
    special_causes,
    u_charts,
    variation,
    xmr_charts,
)
from keepwell.spc import limits as limits_module
from keepwell.spc import rules as rules_module

NAN = math.nan
Series = list[float | None]


def slow_limits(values: list[float], name: str, fixed: int | None) -> tuple[float, float | None]:
    """The mean and the average moving range of one stretch, as the methodology words them."""
    made_from = values if fixed is None else values[:fixed]
    mean = math.fsum(made_from) / len(made_from)
    ranges = [abs(b - a) for a, b in pairwise(made_from)]
    if not ranges:
        return mean, None
    average = sum(ranges) / len(ranges)
    if name == "plot_the_dots":
        kept = [r for r in ranges if r < 3.267 * average]
        average = sum(kept) / len(kept) if kept else 0.0
    return mean, average


def slow_trends(values: list[float], i: int) -> list[int]:
    """The directions of the trends that a point is part of, the one to its right first."""
    found = []
    for start in range(i, i - 7, -1):
        stretch = values[start : start + 7] if start >= 0 else []
        steps = [b - a for a, b in pairwise(stretch)]
        if len(stretch) == 7 and (all(s > 0 for s in steps) or all(s < 0 for s in steps)):
            found.append(1 if steps[0] > 0 else -1)
    return found


def slow_types(values: list[float], mean: float, average: float | None, name: str, better: int) -> list[tuple]:
    """Of each point of a stretch the rule and direction, walking through the points one by one."""
    n, reach = len(values), 2.66 * (NAN if average is None else average)
    side = [(v > mean) - (v < mean) for v in values]
    out = [(v > mean + reach) - (v < mean - reach) for v in values]
    near = [
        abs(s) == 1 and (v > mean + 2 / 3 * reach or v < mean - 2 / 3 * reach)
        for s, v in zip(side, values, strict=True)
    ]
    if name == "plot_the_dots":
        near = [yes and not o for yes, o in zip(near, out, strict=True)]
    found: list[list[tuple[str, int]]] = []
    for i in range(n):
        threes = [k for k in (i - 2, i - 1, i) if k >= 0 and k + 3 <= n]
        pair = near[i] and any(sum(near[k : k + 3]) >= 2 and abs(sum(side[k : k + 3])) == 3 for k in threes)
        sevens = [side[k : k + 7] for k in range(max(0, i - 6), i + 1) if k + 7 <= n]
        found.append(
            [
                *([("outside", out[i])] if out[i] else []),
                *[("trend", way) for way in slow_trends(values, i)],
                *([("two_in_three", side[i])] if pair else []),
                *([("shift", side[i])] if any(abs(sum(seven)) == 7 for seven in sevens) else []),
            ]
        )
    if name == "mdc_excel" and better:
        return [next((f for f in fs if f[1] == better), fs[0] if fs else None) for fs in found]
    return [fs[0] if fs else None for fs in found]


def slow_chart(series: Series, groups: list[int], name: str, better: int, fixed: int | None) -> list[dict[str, Any]]:
    """One series: each stretch without gaps inside, on its own."""
    points: list[dict[str, Any]] = [{} for _ in series]
    for group in sorted(set(groups)):
        at = [i for i, v in enumerate(series) if groups[i] == group and v is not None]
        values = [series[i] for i in at]
        if not values:
            continue
        mean, average = slow_limits(values, name, fixed)
        judged = name != "mdc_excel" or len(values) >= 13
        types = slow_types(values, mean, average, name, better) if judged else [None] * len(at)
        for i, kind in zip(at, types, strict=True):
            points[i] = {
                "mean": mean if judged else None,
                "upper": mean + 2.66 * average if judged and average is not None else None,
                "type": kind,
                "judged": judged and average is not None,
                "trial": len(values) < 13,
            }
    return points


def slow_icon(points: list[dict[str, Any]], better: int) -> str:
    last = [p for p in points if p][-1]
    if not last["judged"]:
        return ""
    if last["type"] is None:
        return "common_cause"
    way = last["type"][1]
    word = "neutral" if not better else "improvement" if way == better else "concern"
    return f"{word}_{'high' if way > 0 else 'low'}"


def unlike(charts: ControlCharts, table: list[Series], groups: list[int], fixed: int | None) -> list[tuple]:
    """Where the fast charts and the slow ones differ."""
    found, icons = [], variation(charts)
    names = rules_module.RULES
    for row, series in enumerate(table):
        points = slow_chart(series, groups, charts.dialect.name, charts.improvement, fixed)
        for i, point in enumerate(points):
            rule, way = names[charts.rule[row, i]], int(charts.direction[row, i])
            if ((rule, way) if rule else None) != point.get("type"):
                found.append((row, i, rule, way, point))
            for line, key in ((charts.mean, "mean"), (charts.upper_process_limit, "upper")):
                ours, theirs = float(line[row, i]), point.get(key)
                if math.isnan(ours) != (theirs is None) or (theirs is not None and abs(ours - theirs) > 1e-9):
                    found.append((row, i, key, ours, theirs))
            if point and bool(charts.on_trial[row, i]) != point["trial"]:
                found.append((row, i, "trial", point))
        if any(points) and str(icons[row]) != slow_icon(points, charts.improvement):
            found.append((row, "icon", str(icons[row]), points[-1]))
    return found


# Sums of these are exact, so that a point on the mean is on it for both. Limits are hit exactly by none of them.
NEAR = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0])
FAR = st.sampled_from([-16.0, -8.0, 0.0, 1.0, 2.0, 9.0, 16.0])


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[Series], list[int]]:
    """A few series of one length, ragged at their ends, and where limits are made anew."""
    points = draw(st.sampled_from([1, 2, 3, 7, 8, 9, 12, 13, 14, 20, 26]))
    cell = draw(st.sampled_from([NEAR, FAR]))
    table: list[Series] = []
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["drawn", "steps", "runs"]))
        values = draw(st.lists(cell, min_size=points, max_size=points))
        if kind == "steps":  # long rises and falls, with ties and turns
            ways = draw(st.lists(st.sampled_from([1, 1, 1, 1, 1, 0, -1]), min_size=points, max_size=points))
            turn = draw(st.integers(0, points))
            values = np.cumsum([w if i < turn else -w for i, w in enumerate(ways)]).astype(float).tolist()
        if kind == "runs":  # stretches on one side
            cut = draw(st.integers(0, points))
            values = [abs(v) + 1 if i < cut else -abs(v) for i, v in enumerate(values)]
        before, after = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        table.append([None if i < before or i >= points - after else v for i, v in enumerate(values)])
    cuts = draw(st.lists(st.integers(0, points), max_size=2))
    return table, [sum(i >= c for c in cuts) for i in range(points)]


def as_array(table: list[Series]) -> np.ndarray:
    return np.array([[NAN if v is None else v for v in series] for series in table])


def drawn(table: list[Series], groups: list[int], rules: Dialect, improvement: str, fixed: int | None) -> ControlCharts:
    return xmr_charts(as_array(table), rules=rules, improvement=improvement, groups=groups, fix_after_n_points=fixed)


RULES = st.sampled_from(sorted(dialects()))
WAY = st.sampled_from(["increase", "decrease", "neutral"])


def on_an_edge(table: list[Series], groups: list[int], name: str, fixed: int | None) -> bool:
    """Whether a value lies so near a line, without being drawn to, that rounding decides: asked of neither."""
    for series in table:
        for group in set(groups):
            values = [v for i, v in enumerate(series) if v is not None and groups[i] == group]
            if len(values) < 2:
                continue
            mean, average = slow_limits(values, name, fixed)
            made_from = values if fixed is None else values[:fixed]
            exact = math.fsum(made_from) / len(made_from)
            lines = [exact + way * factor * 2.66 * (average or 0) for way in (1, -1) for factor in (1, 2 / 3)]
            if average and any(abs(v - line) < 1e-9 for v in values for line in lines):
                return True
            if any(0 < abs(v - mean) < 1e-9 for v in values):
                return True
    return False


@settings(max_examples=400)
@given(tables(), RULES, WAY, st.sampled_from([None, None, 12, 13]))
@example(([[1.0] * 20], [0] * 20), "plot_the_dots", "increase", None)
@example(([[0.1] * 20], [0] * 20), "plot_the_dots", "increase", None)
def test_charts_are_what_a_slow_count_says(drawn_table, name, improvement, fixed) -> None:
    table, groups = drawn_table
    assume(not on_an_edge(table, groups, name, fixed))
    assert unlike(drawn(table, groups, dialect(name), improvement, fixed), table, groups, fixed) == []


@settings(max_examples=150)
@given(tables(), RULES, WAY)
def test_a_series_turned_over_says_the_opposite(drawn_table, name, improvement) -> None:
    table, groups = drawn_table
    assume(not on_an_edge(table, groups, name, None))
    ours = drawn(table, groups, dialect(name), improvement, None)
    over = {"increase": "decrease", "decrease": "increase", "neutral": "neutral"}[improvement]
    turned = xmr_charts(-as_array(table), rules=dialect(name), improvement=over, groups=groups)
    assert np.array_equal(ours.rule, turned.rule)
    assert np.array_equal(ours.direction, -turned.direction)


@settings(max_examples=150)
@given(tables(), RULES)
def test_what_comes_after_a_recalculation_changes_nothing_before_it(drawn_table, name) -> None:
    table, _ = drawn_table
    values = as_array(table)
    groups = np.arange(values.shape[1]) >= values.shape[1] // 2
    other = np.where(groups, values * 3 + 5, values)
    first = ~groups
    ours, theirs = (xmr_charts(x, rules=dialect(name), groups=groups) for x in (values, other))
    for line in ("mean", "lower_process_limit", "rule", "direction"):
        assert np.array_equal(getattr(ours, line)[:, first], getattr(theirs, line)[:, first], equal_nan=True)


@settings(max_examples=150)
@given(tables(), WAY)
def test_dialects_disagree_exactly_where_their_readings_differ(drawn_table, improvement) -> None:
    table, groups = drawn_table
    ours, theirs = (drawn(table, groups, dialect(name), improvement, None) for name in ("plot_the_dots", "mdc_excel"))
    found = disagreement(ours, theirs)
    assert np.array_equal(found.points, special_causes(ours) != special_causes(theirs))
    assert np.array_equal(found.icons, variation(ours) != variation(theirs))
    assert not disagreement(ours, ours).any.any()
    assert np.array_equal(found.any, disagreement(theirs, ours).any)


COUNTS = st.lists(st.tuples(st.integers(0, 6), st.sampled_from([0, 6, 7, 30])), min_size=2, max_size=30)


@settings(max_examples=200)
@given(COUNTS, st.sampled_from(["p", "u"]))
def test_p_and_u_limits_are_their_formulas_point_by_point(pairs, kind) -> None:
    pairs = [(x if n else 0, n) for x, n in pairs]
    events, size = [x for x, _ in pairs], [n for _, n in pairs]
    charts = (p_charts if kind == "p" else u_charts)(events, size)
    people = sum(n for x, n in pairs if n)
    for i, (x, n) in enumerate(pairs):
        if not n:
            assert math.isnan(charts.values[0, i])
            continue
        mean = sum(events) / people
        sigma = math.sqrt((mean * (1 - mean) if kind == "p" else mean) / n)
        assert charts.values[0, i] == x / n
        assert charts.mean[0, i] == pytest.approx(mean, abs=1e-12)
        assert charts.lower_process_limit[0, i] == pytest.approx(mean - 3 * sigma, abs=1e-12)
        assert charts.upper_process_limit[0, i] == pytest.approx(mean + 3 * sigma, abs=1e-12)


# The planted faults: each is put in, and a series that shows it is told apart.


def faults_found(table: list[Series], groups: list[int] | None = None, improvement: str = "increase") -> list[tuple]:
    groups = groups or [0] * len(table[0])
    return [
        difference
        for name in dialects()
        for difference in unlike(drawn(table, groups, replace(dialect(name)), improvement, None), table, groups, None)
    ]


RISE = [3.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 2.0, 4.0, 1.0, 5.0, 3.0, 4.0]
TIE = [3.0, 1.0, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0, 2.0, 4.0, 1.0, 5.0, 3.0, 4.0]
SEVEN = [2.0, 3.0, 2.0, 3.0, 2.0, 3.0, 2.0, -3.0, -2.0, -3.0, -2.0, -2.0, -3.0, 0.0, 1.0, -1.0]
TWO_PASSES = [1.0, 2.0, 1.0, 2.0, 9.0, 2.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 30.0, 2.0, 1.0, 2.0, 1.0]


def test_the_series_of_the_planted_faults_agree_while_nothing_is_planted() -> None:
    for series in (RISE, TIE, SEVEN, TWO_PASSES):
        assert faults_found([series]) == []


def test_a_trend_that_lets_ties_pass_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = rules_module.trends

    def with_ties(values, points):
        slipped = values + 1e-9 * np.arange(values.shape[1])
        return real(slipped, points)

    monkeypatch.setattr(rules_module, "trends", with_ties)
    assert faults_found([TIE])


@pytest.mark.parametrize("field", ["shift_points", "trend_points"])
def test_eight_points_for_seven_would_be_noticed(monkeypatch: pytest.MonkeyPatch, field: str) -> None:
    planted = {name: replace(d, **{field: 8}) for name, d in dialects().items()}
    series = SEVEN if field == "shift_points" else RISE
    assert any(
        unlike(drawn([series], [0] * len(series), d, "increase", None), [series], [0] * len(series), None)
        for d in planted.values()
    )


def test_screening_in_two_passes_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = limits_module._mean
    once = {"times": 0}

    def again(values, of):
        average = real(values, of)
        once["times"] += 1
        if once["times"] == 3:  # after the mean and the first average: one more screening
            average = real(values, of & (values < 3.267 * average))
        return average

    monkeypatch.setattr(limits_module, "_mean", again)
    table = [TWO_PASSES]
    charts = drawn(table, [0] * len(TWO_PASSES), dialect("plot_the_dots"), "increase", None)
    assert unlike(charts, table, [0] * len(TWO_PASSES), None)


def test_a_mean_made_anew_after_screening_or_no_screening_would_be_noticed() -> None:
    table, groups = [TWO_PASSES], [0] * len(TWO_PASSES)
    planted = replace(dialect("plot_the_dots"), screening=None)
    assert unlike(drawn(table, groups, planted, "increase", None), table, groups, None)


def test_a_recalculation_left_out_would_be_noticed() -> None:
    """Seven low points, three before and four after: no shift unless a run crosses the border."""
    series = [*[5.0, 1.0, 5.0, 1.0, 5.0, 1.0, 5.0], *[0.0, 1.0, 0.0], *[0.0, 1.0, 0.0, 1.0, 5.0, 6.0, 5.0, 6.0, 5.0]]
    groups = [0] * 10 + [1] * 9
    assert faults_found([series], groups) == []
    charts = xmr_charts([series], improvement="increase")
    assert unlike(charts, [series], groups, None)


def test_an_icon_of_any_point_and_not_the_last_would_be_noticed() -> None:
    series = [*([-5.0, 5.0] * 4), 40.0, *([5.0, -5.0] * 6)]
    charts = xmr_charts([series], improvement="increase")
    assert charts.rule.any()
    assert variation(charts).tolist() == ["common_cause"]


def test_on_a_limit_is_within_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean is 0, the average moving range 1: limits of 3 and of -3 are hit exactly, and cross nothing."""
    rules = replace(dialect("mdc_excel"), range_factor=1.5, fewest_points=0)
    series = [0.0, 2.0, 0.0, -2.0] * 5
    charts = xmr_charts(series, rules=rules)
    assert charts.upper_process_limit[0, 0] == 3.0
    exact = xmr_charts(series, rules=replace(rules, range_factor=1.0))
    assert exact.upper_process_limit[0, 0] == 2.0
    assert not exact.rule.any()
    monkeypatch.setattr(
        rules_module, "outside", lambda v, lim: (v >= lim.upper).astype(np.int8) - (v <= lim.lower).astype(np.int8)
    )
    assert xmr_charts(series, rules=replace(rules, range_factor=1.0)).rule.any()


def test_a_moving_range_on_the_edge_of_screening_is_left_out() -> None:
    """Ranges of 0, 1, 2 and 1: their average is 1, and the edge 2."""
    rules = replace(dialect("plot_the_dots"), screening=2.0)
    assert xmr_charts([0.0, 0.0, 1.0, 3.0, 4.0], rules=rules).moving_range[0, 0] == pytest.approx(2 / 3)


def test_dialects_that_differ_on_an_earlier_point_alone_disagree() -> None:
    """A spike widens the limits only where moving ranges are not screened: 5.5 is outside, or not."""
    series = [*([1.0, 2.0] * 3), 10.0, *([1.0, 2.0] * 3), 5.5, *([1.0, 2.0] * 6)]
    ours = xmr_charts(series, improvement="decrease")
    theirs = xmr_charts(series, rules=dialect("mdc_excel"), improvement="decrease")
    found = disagreement(ours, theirs)
    assert (found.icons.tolist(), found.any.tolist()) == ([False], [True])


def test_a_point_on_the_mean_breaks_a_shift() -> None:
    run = [3.0, 1.0, 3.0, 0.0, 1.0, 3.0, 1.0, 3.0]
    series = [*run, *[-v for v in run]]
    charts = xmr_charts(series)
    assert charts.mean[0, 0] == 0
    assert not charts.rule.any()


def test_equal_values_do_not_lie_above_their_own_mean() -> None:
    charts = xmr_charts([[0.1] * 23, [1 / 3] * 23, [0.0123456789] * 23])
    assert not charts.rule.any()
    assert np.array_equal(charts.mean, charts.values)
    assert not charts.no_width.any()


def test_limits_that_fall_on_the_mean_of_values_that_differ_are_marked() -> None:
    nearly_always_none = [0.0] * 23 + [1.0]
    charts = xmr_charts([nearly_always_none, [0.0, 1.0] * 12])
    assert charts.no_width.all(axis=1).tolist() == [True, False]


def test_a_gap_breaks_a_run_and_makes_no_moving_range() -> None:
    series = [1.0, 2.0, 3.0, 4.0, NAN, 50.0, 51.0, 52.0, 53.0, 54.0]
    charts = xmr_charts(series)
    assert charts.moving_range[0, 0] == 1.0
    assert rules_module.TREND not in charts.rule
    assert special_causes(charts)[0, 4] == ""


def test_the_last_point_is_the_last_that_there_is() -> None:
    series = [*([0.0, 1.0] * 8), 9.0, NAN, NAN]
    assert variation(xmr_charts(series, improvement="decrease")).tolist() == ["concern_high"]
    assert variation(xmr_charts([[NAN] * 3], improvement="decrease")).tolist() == [""]


def test_one_point_alone_is_not_judged() -> None:
    charts = xmr_charts([[5.0]])
    assert charts.mean[0, 0] == 5
    assert variation(charts).tolist() == [""]
    assert assurance(charts, 4).tolist() == [""]


def test_the_turning_point_of_two_trends_takes_the_direction_to_its_right() -> None:
    """Limits are wide because of the jumps before, so that only the trends speak."""
    peak = [*[10.0, -10.0] * 8, *range(-6, 7), *range(5, -7, -1)]
    charts = xmr_charts([peak, [-v for v in peak]], rules=dialect("plot_the_dots"))
    top = 16 + 12
    assert charts.rule[:, top].tolist() == [rules_module.TREND] * 2
    assert charts.direction[:, top].tolist() == [-1, 1]
    better = xmr_charts([peak, [-v for v in peak]], rules=dialect("mdc_excel"), improvement="increase")
    assert better.direction[:, top].tolist() == [1, 1]


def test_improvement_wins_in_the_workbook_and_precedence_in_plot_the_dots() -> None:
    """A point below the lower limit that is the first of a rising trend."""
    series = [*[20.0, 21.0] * 8, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    ours = xmr_charts(series, improvement="increase")
    theirs = xmr_charts(series, rules=dialect("mdc_excel"), improvement="increase")
    assert special_causes(ours)[0, 16] == "concern_low"
    assert special_causes(theirs)[0, 16] == "improvement_high"
    assert disagreement(ours, theirs).points[0, 16]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (lambda: xmr_charts([1.0] * 20, fix_after_n_points=11), "12 points or more"),
        (lambda: xmr_charts([1.0, math.inf]), "infinite"),
        (lambda: xmr_charts([1.0], improvement="up"), "increase or decrease or neutral"),
        (lambda: xmr_charts(np.zeros((2, 2, 2))), "a row a series"),
        (lambda: p_charts([3], [2]), "more events than people"),
        (lambda: u_charts([-1], [2]), "negative"),
        (lambda: u_charts([1, 2], [2]), "same shape"),
        (lambda: disagreement(xmr_charts([1.0]), xmr_charts([2.0])), "different series"),
    ],
)
def test_what_cannot_be_charted_is_an_error(fault, words) -> None:
    with pytest.raises(ValueError, match=words):
        fault()
