"""What do the measures of people say of records that are at hand?

The same numbers as the functions of the same names in this folder, which are the definitions; a test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.measures.change_in_staff import ARRIVALS, DEPARTURES
from keepwell.measures.early_leaving_of_starters import FOLLOWED_MONTHS
from keepwell.measures.length_of_service import BANDS, _band_name
from keepwell.measures.records_complete import MOST_FTE
from keepwell.measures.share_past_age import THRESHOLDS, state_pension_month
from keepwell.periods import Period
from keepwell.records.at_hand import NONE, AtHand, Bools, Floats, Ints, table_of
from keepwell.records.flows import Grouping
from keepwell.records.flows_at_hand import Cut, arrivals_at_hand, departures_at_hand
from keepwell.records.staff import ACTIVE, NOT_KNOWN, PAUSED

Cells = dict[str, npt.NDArray[Any]]


def shares(part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> Floats:
    """part / whole; nan where the whole is not above zero."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, part / whole, np.nan)


def rates(flows: pa.Table, basis: str, *, stable: bool) -> pa.Table:
    """Flows with leaver_rate, joiner_rate and stability_index, as the measures of these names define them."""
    of = {
        name: flows[name if basis == "headcount" else f"{name}_fte"].to_numpy().astype(np.float64)
        for name in ("leavers", "joiners")
    }
    start, end = (flows[f"{basis}_at_{when}"].to_numpy().astype(np.float64) for when in ("start", "end"))
    average = (start + end) / 2
    stability = 1 - shares(of["leavers"], start) if stable else np.full(len(start), np.nan)
    columns = {"leaver_rate": shares(of["leavers"], average), "joiner_rate": shares(of["joiners"], average)}
    for name, values in (columns | {"stability_index": stability}).items():
        flows = flows.append_column(name, pa.array(values, pa.float64(), from_pandas=True))
    return flows


def _table(
    hand: AtHand, periods: Sequence[Period], grouping: Grouping, count: Callable[[Cut, Period], Mapping[str, Any]]
) -> Cells:
    """The counts of each period by group."""
    cut = Cut(hand, grouping)
    made = [count(cut, period) for period in periods]
    return {name: np.stack([counts[name] for counts in made]) for name in made[0]}


def records_complete(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    known = _known_group(hand)

    def count(cut: Cut, period: Period) -> Mapping[str, Any]:
        rows = cut.at(period.last.index)
        hours = hand.fte[rows]
        gaps = {
            "staff_group_not_known": ~known[rows],
            "fte_not_known": ~hand.fte_known[rows],
            "fte_odd": hand.fte_known[rows] & ((hours <= 0) | (hours > MOST_FTE)),
            "started_not_known": hand.started[rows] == NONE,
            "birth_not_known": hand.birth_month[rows] == NONE,
        }
        whole = cut.people(rows)
        counts = {name: cut.people(rows[gap]) for name, gap in gaps.items()}
        complete = whole - cut.people(rows[np.logical_or.reduce(list(gaps.values()))])
        return {"headcount_at_end": whole, **counts, "records_complete": shares(complete, whole)}

    cells = _table(hand, periods, grouping, count)
    return table_of(hand, periods, grouping, cells["headcount_at_end"] > 0, cells)


def _known_group(hand: AtHand) -> Bools:
    known = np.array([value != NOT_KNOWN for value in hand.values["staff_group"]], np.bool_)
    return known[hand.codes["staff_group"]]


def share_past_age(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    pension = _pension_months(hand)

    def count(cut: Cut, period: Period) -> Mapping[str, Any]:
        month = period.last.index
        rows = cut.at(month)
        born = hand.birth_month[rows]
        told = born != NONE
        age = np.where(told, (month - born) // 12, NONE)
        past = {f"past_{years}": cut.people(rows[told & (age >= years)]) for years in THRESHOLDS}
        past["past_state_pension_age"] = cut.people(rows[(pension[rows] != NONE) & (pension[rows] <= month)])
        whole, known = cut.people(rows), cut.people(rows[told])
        of_known = {f"share_{name}": shares(n, known) for name, n in past.items()}
        first = {"headcount_at_end": whole, "age_not_known": whole - known}
        return first | past | of_known | {"share_past_age": of_known["share_past_55"]}

    cells = _table(hand, periods, grouping, count)
    return table_of(hand, periods, grouping, cells["headcount_at_end"] > 0, cells)


BORN_FROM, BORN_TO = 1900 * 12, 2015 * 12 + 11


@cache
def _pension_by_birth() -> Ints:
    return np.array([state_pension_month(born) for born in range(BORN_FROM, BORN_TO + 1)], np.int64)


def _pension_months(hand: AtHand) -> Ints:
    """Of each spell the month in which its person reaches State Pension age."""

    def find() -> Ints:
        born = hand.birth_month
        inside = (born >= BORN_FROM) & (born <= BORN_TO)
        return np.where(inside, _pension_by_birth()[np.clip(born, BORN_FROM, BORN_TO) - BORN_FROM], NONE)

    return hand.kept("pension months", find)


def length_of_service(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    def count(cut: Cut, period: Period) -> Mapping[str, Any]:
        month = period.last.index
        rows = cut.at(month)
        months = _service(hand, rows, month)
        told = months != NONE
        years = months / 12
        bands = {
            _band_name(low, high): cut.people(rows[told & (years >= low) & (high is None or years < high)])
            for low, high in BANDS
        }
        first = {"headcount_at_end": cut.people(rows), "service_not_known": cut.people(rows[~told])}
        return first | bands | {"length_of_service": _medians(cut, rows[told], years[told])}

    cells = _table(hand, periods, grouping, count)
    return table_of(hand, periods, grouping, cells["headcount_at_end"] > 0, cells)


def _service(hand: AtHand, rows: Ints, month: Ints | int) -> Ints:
    """Whole months from the month of starting to a month; NONE where it is not known or lies ahead."""
    started = hand.started[rows]
    return np.where((started == NONE) | (started > month), NONE, month - started)


def _medians(cut: Cut, rows: Ints, values: Floats) -> Floats:
    medians = np.full(cut.groups.number, np.nan)
    codes = cut.groups.codes[rows]
    order = np.argsort(codes, kind="stable")
    parts = np.split(values[order], np.flatnonzero(np.diff(codes[order])) + 1)
    for code, part in zip(np.unique(codes), parts if len(rows) else (), strict=True):
        medians[code] = np.median(part)
    return medians


def early_leaving_of_leavers(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    gone, months = departures_at_hand(hand)

    def count(cut: Cut, period: Period) -> Mapping[str, Any]:
        inside = (months > period.month_before.index) & (months <= period.last.index)
        if cut.those.chosen is not None:
            inside &= cut.those.chosen[gone]
        rows = gone[inside]
        service = _service(hand, rows, months[inside])
        every, unknown = cut.rows(rows), cut.rows(rows[service == NONE])
        early = cut.rows(rows[(service != NONE) & (service < 12)])
        share = shares(early, every - unknown)
        counts = {"leavers": every, "leavers_under_1_year": early, "service_not_known": unknown}
        return counts | {"early_leaving_of_leavers": share}

    cells = _table(hand, periods, grouping, count)
    return table_of(hand, periods, grouping, cells["leavers"] > 0, cells)


def early_leaving_of_starters(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    began, months = arrivals_at_hand(hand)
    gone = hand.kept(("starters gone", FOLLOWED_MONTHS), lambda: _gone_in_time(hand, began, months))

    def count(cut: Cut, period: Period) -> Mapping[str, Any]:
        followed = months + FOLLOWED_MONTHS
        inside = (followed > period.month_before.index) & (followed <= period.last.index)
        if cut.those.chosen is not None:
            inside &= cut.those.chosen[began]
        starters, left = cut.different_people(began[inside]), cut.different_people(began[inside & gone])
        share = shares(left, starters)
        return {"starters": starters, "starters_gone": left, "early_leaving_of_starters": share}

    cells = _table(hand, periods, grouping, count)
    return table_of(hand, periods, grouping, cells["starters"] > 0, cells)


def _gone_in_time(hand: AtHand, began: Ints, months: Ints) -> Bools:
    """Of each who started, whether they were gone from the organisation within the months followed."""
    (held, _), (gone, gone_in) = hand.scope("organisation"), departures_at_hand(hand)
    span = int(max(months.max(initial=0), gone_in.max(initial=0))) + FOLLOWED_MONTHS + 2
    ends = np.sort(held[gone] * span + gone_in)
    start = held[began] * span + months
    after = np.searchsorted(ends, start, "right")
    return after < np.searchsorted(ends, start + FOLLOWED_MONTHS, "right")


def change_in_staff(hand: AtHand, periods: Sequence[Period], grouping: Grouping) -> pa.Table:
    cells = _table(hand, periods, grouping, _change)
    return table_of(hand, periods, grouping, cells["headcount_at_start"] + cells["headcount_at_end"] > 0, cells)


def _change(cut: Cut, period: Period) -> Mapping[str, Any]:
    before, last = period.month_before.index, period.last.index
    start, end = cut.at(before), cut.at(last)
    was, now = cut.pairs(start), cut.pairs(end)
    here_then, here_now = np.isin(was, now), np.isin(now, was)
    came, went = end[~here_now], start[~here_then]
    terms = dict(zip(ARRIVALS, _by_term(cut, came, before), strict=True))
    terms |= dict(zip(DEPARTURES, _by_term(cut, went, last), strict=True))
    return {
        "headcount_at_start": cut.people(start),
        "headcount_at_end": cut.people(end),
        **{term: cut.people(rows) for term, rows in terms.items()},
        "fte_at_start": cut.fte(start),
        "fte_at_end": cut.fte(end),
        **{f"{term}_fte": cut.fte(rows) for term, rows in terms.items()},
        "changed_hours_fte": cut.fte(end[here_now]) - cut.fte(start[here_then]),
    }


UNKNOWN_THEN, PAUSED_THEN, ELSEWHERE_THEN, OTHER_GROUP_THEN = range(4)
"""Where somebody stood at the other end, in the order of ARRIVALS and of DEPARTURES."""


def _by_term(cut: Cut, rows: Ints, other_end: int) -> list[Ints]:
    """The rows of people who are in the group at one end only, by where they stood at the other end."""
    hand, (held, _) = cut.hand, cut.hand.scope("organisation")
    in_place, held = {s: hand.here(other_end, "organisation", state=s) for s in (ACTIVE, PAUSED)}, held[rows]
    anywhere, person = {s: hand.here(other_end, "system", state=s) for s in (ACTIVE, PAUSED)}, hand.person[rows]
    found = [in_place[ACTIVE][held], in_place[PAUSED][held], anywhere[ACTIVE][person], anywhere[PAUSED][person]]
    first = np.select(found, range(4), 4)  # of what is true the first counts
    _, pair = np.unique(cut.pairs(rows), return_inverse=True)
    of_pair = np.full(len(rows), 4)
    np.minimum.at(of_pair, pair, first)  # with posts in two organisations of the group: true of either
    order = np.array([OTHER_GROUP_THEN, PAUSED_THEN, ELSEWHERE_THEN, PAUSED_THEN, UNKNOWN_THEN])
    term = order[of_pair[pair]]
    return [rows[term == number] for number in range(4)]


FAST: Final = {
    "change_in_staff": change_in_staff,
    "early_leaving_of_leavers": early_leaving_of_leavers,
    "early_leaving_of_starters": early_leaving_of_starters,
    "length_of_service": length_of_service,
    "records_complete": records_complete,
    "share_past_age": share_past_age,
}
"""The measures of people that can be counted at hand."""
