"""Do the figures of requests tell no single one, whatever table is set against whatever other?"""

from __future__ import annotations

import datetime as dt
import itertools
import random

import numpy as np
import pytest

from keepwell.disclosure.attacking import Held, worked_out
from keepwell.enquiries.from_requests import AGREED, ALL, PARTS, Decided, requests_decided


def many(number, directorates, groups, seed=1):
    """Made-up decisions, the same for every run."""
    r = random.Random(seed)
    outcomes = ["agreed", "agreed_in_part", "trial", "refused", "withdrawn", "refused_then_agreed"]
    found = []
    for _ in range(number):
        outcome = r.choices(outcomes, [50, 15, 8, 15, 6, 2])[0]
        reason = r.choice(["quality", "recruiting"]) if outcome == "refused" else ""
        group = f"G{min(r.randrange(groups), r.randrange(groups))}"
        days = r.randrange(1, 80)
        found.append(Decided(f"D{r.randrange(directorates)}", group, outcome, days, r.random() < 0.8, reason))
    return found


def told(decisions):
    return requests_decided(decisions, kind="x", first=dt.date(2026, 4, 1), last=dt.date(2026, 9, 30)).rows()


class TestFigures:
    """Attacked as an outsider would: every difference of tables, and linear programming, against what is hidden."""

    @pytest.mark.parametrize(
        ("number", "directorates", "groups"), [(5, 2, 2), (20, 2, 3), (60, 4, 5), (120, 6, 7), (300, 8, 9)]
    )
    def test_nothing_under_the_threshold_is_told(self, number, directorates, groups):
        for seed in range(5):
            for row in told(many(number, directorates, groups, seed)):
                assert not [row[name] for name in ("decided", "agreed", "not_agreed") if row[name] in range(1, 10)]
                hidden = set(row["hidden"].split(","))
                assert all(row[name] is None for name in hidden - {""})
                if row["share_agreed"] is not None:
                    assert row["share_agreed"] == row["agreed"] / row["decided"]

    @pytest.mark.parametrize(("number", "directorates", "groups"), [(20, 2, 3), (40, 3, 2), (60, 4, 5), (120, 6, 7)])
    def test_the_whole_less_what_is_shown_gives_no_small_one_back(self, number, directorates, groups):
        """A directorate against the whole: what is left of a total is none, or at least the threshold."""
        for seed, count in itertools.product(range(12), ("decided", "agreed", "not_agreed")):
            rows = told(many(number, directorates, groups, seed))
            whole = rows[0][count]
            for by in PARTS:
                shown = [row[count] for row in rows if row["by"] == by]
                if whole is None or None not in shown:
                    continue
                assert shown.count(None) >= 2
                assert whole - sum(one or 0 for one in shown) >= 10

    @pytest.mark.parametrize(("number", "directorates", "groups"), [(20, 2, 3), (60, 4, 5), (150, 5, 5)])
    def test_linear_programming_recovers_nothing(self, number, directorates, groups):
        for seed in range(4):
            rows = told(many(number, directorates, groups, seed))
            cells = {(r["by"], r["group"], c): r[c] for r in rows for c in _counts_of(r)}
            place = {cell: i for i, cell in enumerate(cells)}
            shown = np.array([np.nan if value is None else float(value) for value in cells.values()])
            sums = [(place[t], {place[p]: 1 for p in parts}, False) for t, parts in _sums(cells)]
            hidden = [i for i, value in enumerate(shown) if np.isnan(value)]
            for one in worked_out(Held(shown, None, sums), hidden):
                assert one.candidates >= 4, list(place)[one.cell]

    def test_days_are_told_only_where_the_rest_is_large_enough(self):
        same = [Decided("D0", "G0", "agreed", 5, True) for _ in range(30)]
        odd = [Decided("D1", "G1", "agreed", 70, False) for _ in range(3)]
        rows = {(r["by"], r["group"]): r["median_days"] for r in told(same + odd)}
        assert rows["all", "all"] == 5
        assert rows["directorate", "D0"] is None
        assert rows["directorate", "D1"] is None
        odd = odd * 4
        rows = {(r["by"], r["group"]): r["median_days"] for r in told(same + odd)}
        assert (rows["directorate", "D0"], rows["directorate", "D1"]) == (5, 70)

    def test_half_a_day_is_rounded_up(self):
        rows = told([Decided("D", "G", "agreed", days, True) for days in [10] * 10 + [11] * 10])
        assert rows[0]["median_days"] == 11

    def test_everybody_of_a_large_organisation_is_counted(self):
        decisions = many(1000, 3, 3)
        rows = told(decisions)
        assert rows[0]["decided"] == 1000
        assert rows[0]["agreed"] == sum(one.outcome in AGREED for one in decisions)
        assert rows[0]["in_time"] == sum(one.in_time for one in decisions)
        assert {r["group"]: r["decided"] for r in rows if r["by"] == "reason"} == {
            key: sum(one.reason == key for one in decisions) for key in ("quality", "recruiting")
        }

    def test_nothing_decided_is_told_as_nothing(self):
        assert told([]) == [
            {"by": ALL, "group": ALL, "decided": 0, "agreed": 0, "not_agreed": 0, "in_time": 0, "late": 0}
            | {"share_agreed": None, "median_days": None, "hidden": ""}
        ]


def _counts_of(row):
    return ("decided",) if row["by"] in ("outcome", "reason") else _KNOWN if row["by"] == ALL else _KNOWN[:3]


_KNOWN = ("decided", "agreed", "not_agreed", "in_time", "late")


def _sums(cells):
    """What every outsider knows of how the tables hang together."""
    groups = list(dict.fromkeys((by, group) for by, group, _ in cells))
    for by, group in groups:
        if by in (ALL, *PARTS):
            yield (by, group, "decided"), [(by, group, "agreed"), (by, group, "not_agreed")]
    yield (ALL, ALL, "decided"), [(ALL, ALL, "in_time"), (ALL, ALL, "late")]
    for by, count in itertools.product(PARTS, ("decided", "agreed", "not_agreed")):
        if parts := [(by, group, count) for one, group in groups if one == by]:
            yield (ALL, ALL, count), parts
    outcomes = [group for by, group in groups if by == "outcome"]
    for count, of in (("agreed", True), ("not_agreed", False)):
        if parts := [("outcome", key, "decided") for key in outcomes if (key in AGREED) is of]:
            yield (ALL, ALL, count), parts
    if reasons := [("reason", group, "decided") for by, group in groups if by == "reason"]:
        yield ("outcome", "refused", "decided"), reasons
