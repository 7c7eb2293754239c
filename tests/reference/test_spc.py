"""Do our control charts say what NHSRplotthedots says?

Golden numbers G4 of the methodology: NHSRplotthedots 0.2.2 (commit 050b07d), its own unit vectors and snapshots
(tests/testthat/test-ptd_calculate_point_type.R, _snaps/ptd_spc_standard.md, _snaps/ptd_spc.md) and its vignette on
the A&E breaches of RRK (NHSRdatasets ae_attendances, CC0). "Computed" cases were worked from its source.
"""

from __future__ import annotations

import numpy as np
import pytest

from keepwell.spc import ControlCharts, assured, dialect, special_causes, variation, xmr_charts
from keepwell.spc.rules import OUTSIDE, SHIFT, TREND, TWO_IN_THREE, completes, part_of, shift, trends, two_in_three

# R: set.seed(123); rnorm(20)
Y20 = [
    *(-0.5604756466, -0.2301774895, 1.5587083141, 0.0705083914, 0.1292877352),
    *(1.7150649869, 0.4609162060, -1.2650612346, -0.6868528519, -0.4456619701),
    *(1.2240817974, 0.3598138271, 0.4007714506, 0.1106827159, -0.5558411348),
    *(1.7869131368, 0.4978504782, -1.9666171566, 0.7013559016, -0.4727914077),
]
OUTLIER = [*Y20[:14], 10.0, *Y20[15:]]
SPIKE = [1.0, 2, 1, 2, 10, *([1.0, 2] * 6), 1]
PLOT_THE_DOTS, MDC_EXCEL = dialect("plot_the_dots"), dialect("mdc_excel")

LIMITS = [
    # case, values, dialect, fixed after, mean, lpl, upl, average moving range, points outside
    ("r1", Y20, PLOT_THE_DOTS, None, 0.1416238, -3.01138, 3.294627, 1.1853396, []),
    ("r2", OUTLIER, PLOT_THE_DOTS, None, 0.6694159, -2.383666, 3.722497, 1.1477750, [15]),
    ("r3", OUTLIER, MDC_EXCEL, None, 0.6694159, -4.596625, 5.935457, 1.9797147, [15]),
    ("first 10 only", Y20[:10], PLOT_THE_DOTS, None, 0.0746, -2.60, 2.75, 1.0057184, []),
    ("last 10 only", Y20[10:], PLOT_THE_DOTS, None, 0.209, -3.28, 3.70, 1.3111381, []),
    ("fixed after 12", Y20, PLOT_THE_DOTS, 12, 0.1941793, -2.6073998, 2.9957585, 1.0532252, []),
    ("spike, screened", SPIKE, PLOT_THE_DOTS, None, 1.9444444, -0.7155556, 4.6044444, 1.0, [5]),
    ("spike, not screened", SPIKE, MDC_EXCEL, None, 1.9444444, -3.0626144, 6.9515033, 1.8823529, [5]),
    (
        "opposite sides",
        [*([1.0, -1] * 7), 5.5, -5.5],
        PLOT_THE_DOTS,
        None,
        0,
        -6.175,
        6.175,
        2.3214286,
        [],
    ),
    ("0 to 7", list(range(8)), PLOT_THE_DOTS, None, 3.5, 0.84, 6.16, 1.0, [1, 8]),
]


def agrees(found: float, printed: float) -> bool:
    """Equal to as many places as were printed (three significant ones at least)."""
    text = f"{printed!r}"
    places = len(text.partition(".")[2]) if "." in text else 0
    return abs(found - printed) <= 0.5000001 * 10.0**-places


def types(charts: ControlCharts) -> list[tuple[int, int]]:
    """Of each point of the first series the rule and its direction."""
    return list(zip(charts.rule[0].tolist(), charts.direction[0].tolist(), strict=True))


@pytest.mark.parametrize(
    ("values", "rules", "fixed", "mean", "lower", "upper", "moving_range", "out"),
    [case[1:] for case in LIMITS],
    ids=[case[0] for case in LIMITS],
)
def test_limits_and_points_are_those_of_plot_the_dots(
    values, rules, fixed, mean, lower, upper, moving_range, out
) -> None:
    charts = xmr_charts(values, rules=rules, fix_after_n_points=fixed)
    for found, printed in (
        (charts.mean, mean),
        (charts.lower_process_limit, lower),
        (charts.upper_process_limit, upper),
        (charts.moving_range, moving_range),
    ):
        assert np.ptp(found) == 0
        assert agrees(float(found[0, 0]), printed), (found[0, 0], printed)
    assert [i for i, (rule, _) in enumerate(types(charts), 1) if rule == OUTSIDE] == out


@pytest.mark.parametrize("name", ["r1", "first 10 only", "last 10 only", "fixed after 12", "opposite sides"])
def test_where_no_point_is_named_none_is_a_signal(name: str) -> None:
    values, rules, fixed = next(case[1:4] for case in LIMITS if case[0] == name)
    assert not xmr_charts(values, rules=rules, fix_after_n_points=fixed).rule.any()


def test_0_to_7_is_below_a_trend_of_six_and_above() -> None:
    assert types(xmr_charts(list(range(8)))) == [(OUTSIDE, -1), *[(TREND, 1)] * 6, (OUTSIDE, 1)]


SHIFTS = [
    ([1] * 6, [0] * 6),
    ([1] * 6 + [-1], [0] * 7),
    ([1] * 8 + [-1], [0, 0, 0, 0, 0, 0, 1, 1, 0]),
    ([-1] * 8 + [1], [0, 0, 0, 0, 0, 0, 1, 1, 0]),
    ([-1] + [1] * 8 + [-1], [0, 0, 0, 0, 0, 0, 0, 1, 1, 0]),
]


@pytest.mark.parametrize(("side", "detected"), SHIFTS)
def test_a_shift_is_detected_at_the_seventh_point(side, detected) -> None:
    table = np.array([side], np.int8)
    found = completes(table > 0, 7) | completes(table < 0, 7)
    assert found[0].astype(int).tolist() == detected
    flagged = [any(detected[i : i + 7]) for i in range(len(side))]
    assert shift(table, 7)[0].tolist() == flagged


@pytest.mark.parametrize(
    ("values", "rising", "falling"),
    [
        (range(1, 7), [], []),
        (range(1, 8), range(7), []),
        ([1, 2, 3, 3, 4, 5, 6], [], []),
        ([2, *range(1, 8), 3], range(1, 8), []),
        (range(7, 0, -1), [], range(7)),
        ([2, *range(7, 0, -1), 3], [], range(1, 8)),
    ],
)
def test_a_trend_is_seven_points_that_rise_or_fall(values, rising, falling) -> None:
    up, down = trends(np.array([list(values)], float), 7)
    assert (np.flatnonzero(up[0]).tolist(), np.flatnonzero(down[0]).tolist()) == (list(rising), list(falling))


@pytest.mark.parametrize(
    ("near", "window", "flagged"),
    [
        ([0, 0, 0], [0, 0, 0], []),
        ([1, 0, 1], [1, 1, 1], [1, 3]),
        ([0, 1, 1], [1, 1, 1], [2, 3]),
        ([1, 1, 0], [1, 1, 1], [1, 2]),
        ([0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 1, 1, 0, 0], [3, 5]),
        ([0, 0, 1, 1, 0, 0, 0], [0, 1, 1, 1, 1, 0, 0], [3, 4]),
        ([1, 0, 0, 1, 1], [0, 0, 1, 1, 1], [4, 5]),
        ([1, 0, 0, 1], [0, 0, 0, 0], []),
    ],
)
def test_two_in_three_flags_only_the_points_near_a_limit(near, window, flagged) -> None:
    table = np.array([near], bool)
    side = np.ones(table.shape, np.int8)
    assert (np.flatnonzero(two_in_three(table, side)[0]) + 1).tolist() == flagged
    three = np.zeros(table.shape, bool)
    three[:, 2:] = [sum(near[i : i + 3]) >= 2 for i in range(len(near) - 2)]
    assert part_of(three, 3)[0].astype(int).tolist() == window


@pytest.mark.parametrize("side", [[1, -1, 1], [1, 1, -1], [-1, 1, 1], [1, 0, 1], [0, 1, 1], [-1, -1, 0]])
def test_two_in_three_wants_all_three_on_one_side(side) -> None:
    assert not two_in_three(np.ones((1, 3), bool), np.array([side], np.int8)).any()


@pytest.mark.parametrize(
    ("lower", "upper", "increase", "decrease"),
    [(1, 3, "fail", "pass"), (5, 7, "pass", "fail"), (1, 5, "inconsistent", "inconsistent")],
)
def test_assurance_of_a_target_of_4(lower, upper, increase, decrease) -> None:
    assert str(assured(lower, upper, 4, 1)) == increase
    assert str(assured(lower, upper, 4, -1)) == decrease
    assert str(assured(lower, upper, 4, 0)) == ""


def test_a_target_on_a_limit_is_hit_and_missed() -> None:
    assert assured([1, 4], [4, 7], 4, 1).tolist() == ["inconsistent"] * 2


# Type 1 A&E breaches of RRK, April 2016 to March 2018, then to March 2019.
RRK = [
    *(1195, 1843, 1397, 1333, 1771, 1751, 2013, 1759, 2179, 2585, 1654, 1543),
    *(1632, 1558, 1190, 1357, 1279, 1683, 2190, 1804, 986, 2181, 2048, 2154),
]
RRK_TO_2019 = [*RRK, 1759, 1637, 1488, 6499, 5983, 6599, 7089, 8120, 8981, 12502, 11376, 10670]


def test_the_breaches_of_rrk_are_those_of_the_vignette() -> None:
    charts = xmr_charts(RRK, improvement="decrease")
    assert charts.mean[0, 0] == 1711.875
    assert charts.lower_process_limit[0, 0] == pytest.approx(849.793182, abs=5e-7)
    assert charts.upper_process_limit[0, 0] == pytest.approx(2573.956818, abs=5e-7)
    assert charts.moving_range[0, 0] == pytest.approx(324.090909, abs=5e-7)
    expected = {10: (OUTSIDE, 1)} | dict.fromkeys(range(11, 19), (SHIFT, -1))
    assert types(charts) == [expected.get(i, (0, 0)) for i in range(1, 25)]
    assert special_causes(charts)[0].tolist().count("improvement_low") == 8
    assert variation(charts).tolist() == ["common_cause"]


def test_the_breaches_of_rrk_recalculated_in_july_2018() -> None:
    groups = [0] * 27 + [1] * 9
    charts = xmr_charts(RRK_TO_2019, improvement="decrease", groups=groups)
    for column, mean, lower, upper in (
        (26, 1702.555556, 873.061156, 2532.049956),
        (27, 8646.555556, 5698.278056, 11594.833056),
    ):
        assert charts.mean[0, column] == pytest.approx(mean, abs=5e-7)
        assert charts.lower_process_limit[0, column] == pytest.approx(lower, abs=5e-7)
        assert charts.upper_process_limit[0, column] == pytest.approx(upper, abs=5e-7)
    pair_low, pair_high = (TWO_IN_THREE, -1), (TWO_IN_THREE, 1)
    assert types(charts)[27:] == [*[pair_low] * 3, *[(0, 0)] * 3, (OUTSIDE, 1), pair_high, pair_high]
    assert charts.on_trial[0].tolist() == [False] * 27 + [True] * 9
    assert variation(charts).tolist() == ["concern_high"]


def test_the_workbook_gives_no_limits_and_no_icon_below_13_points() -> None:
    few, enough = xmr_charts(Y20[:12], rules=MDC_EXCEL), xmr_charts(Y20[:13], rules=MDC_EXCEL)
    assert np.isnan(few.lower_process_limit).all()
    assert np.isnan(few.upper_process_limit).all()
    assert variation(few).tolist() == [""]
    assert not np.isnan(enough.lower_process_limit).any()
    assert variation(enough).tolist() == ["common_cause"]
