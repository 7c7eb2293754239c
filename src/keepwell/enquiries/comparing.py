"""Are we different from our peers, or is it chance?

Places are compared within their own benchmark group only: an ambulance trust is no yardstick for a teaching
hospital. Everything here is made from Released tables, so what is hidden from a reader stays out of the sums.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from keepwell.disclosure import Definition, Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries.peers import (
    ABOVE,
    BELOW,
    NO_ONES_PEER,
    NOBODY,
    POSITION_WORDS,
    TOO_FEW,
    TOO_MANY_HIDDEN,
    TOO_SMALL,
    Counts,
    Funnel,
    funnels_of,
)
from keepwell.enquiries.staff_groups import with_unions
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import measure as measure_called
from keepwell.periods import Month
from keepwell.records.flows import NAMED
from keepwell.records.workspace import Workspace

FEWEST_PEERS = 5
WITHIN = "benchmark_group"
NO_GROUP = frozenset({"", "Not known"})


@dataclass(frozen=True, slots=True)
class Compared:
    """How a measure is compared: its numerator, and whether it is a share of those at the start."""

    part: str
    share: bool


COMPARED = {
    "leaver_rate": Compared("leavers", share=False),
    "joiner_rate": Compared("joiners", share=False),
    "share_who_left": Compared("leavers", share=True),
    "stability_index": Compared("stayed", share=True),
}
"""Measures that count people, so that chance is known."""
KEPT = ("headcount_at_start", "headcount_at_end", "average_headcount", "joiners", "leavers")
BASE = ("period_start", "period_end")
FOR_CHARTS = ("limit_", "adjusted_lower", "adjusted_upper", "phi", "tau2", "period_", "headcount_at_end")
"""How the names of columns begin that a reader's table does without: its definition names the period."""


def comparing(
    workspace: Workspace,
    enquiry: Enquiry,
    *,
    within: str = WITHIN,
    system: str | None = None,
    session: Session | None = None,
) -> Released:
    """Places beside each other, each against its own group, with what chance alone would do.

    The rank in the group (1 is the highest; equal figures share the better rank), the 95% interval (Wilson for
    a share of those at the start, Byar or exact for a rate), the group's average and funnel limits at 95% and
    99.8%, and the position. Where places of a group differ more than by chance (phi above 1), also the
    limits and the position that allow for that. A group of fewer than 5 that can be shown is not compared.

    `system` keeps the places of one integrated care board, each still against its whole group.
    Columns: see COLUMN_WORDS. Raises EnquiryRefused where there is no group, no group is large enough, or the
    measure does not count people.
    """
    if session is None:
        with Session(workspace, enquiry.vintage) as own:
            return comparing(workspace, enquiry, within=within, system=system, session=own)
    place = _refuse_no_comparison(enquiry, within)
    asked, union_notes = with_unions(workspace, replace(enquiry, by=(place,)), session)
    released = answer(workspace, asked, session)
    if not released.rows():
        raise EnquiryRefused(
            "There is nothing to compare.", found="no place at all", attempt="another --where or --end"
        )
    groups = _groups(workspace, asked, place, within, released, session)
    members = None if system is None else _of_system(workspace, asked, place, released, system, session)
    compared = among_peers(released, place, within, groups, members)
    return replace(compared, notes=(*union_notes, *compared.notes))


def among_peers(
    released: Released, place: str, within: str, groups: Mapping[str, str], members: Collection[str] | None = None
) -> Released:
    """A Released table of places with what chance does in the group of each; `groups` names the group of a place.

    A hidden cell is in no sum, and its place has neither rank nor position. `members` are the places to show,
    each still against its whole group. Raises EnquiryRefused where no group has 5 places with a figure.
    """
    counts = _counts(released, COMPARED[released.definition.measure])
    funnels = funnels_of(counts, [groups.get(row[place]) for row in released.rows()], FEWEST_PEERS)
    _refuse_without_peers(funnels, within)
    table = _table(released, place, within, groups, funnels, counts)
    if members is not None:
        table = table.filter(pa.array([code in members for code in table[place].to_pylist()]))
    return replace(
        released,
        table=table,
        definition=_definition(released.definition, within),
        notes=(*released.notes, *_notes(table, place, within, funnels)),
    )


def _refuse_no_comparison(enquiry: Enquiry, within: str) -> str:
    """The kind of place that is compared; refused where the question is no comparison."""
    if enquiry.measure not in COMPARED:
        raise EnquiryRefused(
            "Only measures that count people can be compared: of others we cannot say what chance does.",
            found=enquiry.measure,
            attempt=f"keepwell compare {' or '.join(COMPARED)}",
        )
    if enquiry.basis not in (None, "headcount"):
        raise EnquiryRefused(
            "Chance is about people, not about full-time equivalents.",
            found=f"--basis {enquiry.basis}",
            attempt="--basis headcount, or leave it out",
        )
    if enquiry.course != 1:
        raise EnquiryRefused(
            "Places are compared in one period at a time.", found=f"--course {enquiry.course}", attempt="--course 1"
        )
    places = enquiry.by or ("organisation",)
    if len(places) > 1 or within in places:
        raise EnquiryRefused(
            "One kind of place is compared at a time, within groups of another kind.",
            found=f"--by {','.join(places)} --within {within}",
            attempt="--by organisation --within benchmark_group, and --where for a staff group",
        )
    return places[0]


def _groups(
    workspace: Workspace, asked: Enquiry, place: str, within: str, released: Released, session: Session
) -> dict[str, str]:
    """The group of each place in the last month of the period."""
    rows = _at_the_end(workspace, asked, (place, within), released, session)
    found: dict[str, set[str]] = {}
    for row in rows:
        if row[within] is not None and row[within] not in NO_GROUP:
            found.setdefault(row[place], set()).add(row[within])
    several = sorted(code for code, names in found.items() if len(names) > 1)
    if several:
        raise EnquiryRefused(
            f"These places are each in more than one {within.replace('_', ' ')} at once, so they have no peers.",
            found=f"{len(several)} of {len(found)}, such as {listed([str(code) for code in several], 3)}",
            attempt="--by organisation --within benchmark_group",
        )
    if not found:
        raise EnquiryRefused(
            f"None of these places has a {within.replace('_', ' ')}: there are no peers to compare them with.",
            found=f"{counted(len(rows), 'place')} without a group",
            attempt="load published turnover, which names them; keepwell measure --by shows places without comparing",
        )
    return {code: names.pop() for code, names in found.items()}


def _at_the_end(
    workspace: Workspace, asked: Enquiry, by: tuple[str, ...], released: Released, session: Session
) -> list[dict[str, Any]]:
    """Who is where in the last month: a place that changed its group in the period belongs to the newer.

    Names only are taken from it, which no policy hides.
    """
    last = Month.of(released.rows()[0]["period_end"])
    question = replace(asked, measure="headcount", by=by, end=last, months=1, method=None, leaving=None)
    question = replace(question, source=_source(released), policy=None, audience=None)
    return answer(workspace, question, session).rows()


def _source(released: Released) -> str:
    return released.definition.source.split(":", 1)[0]


def _of_system(
    workspace: Workspace, asked: Enquiry, place: str, released: Released, system: str, session: Session
) -> set[str]:
    """The places of one integrated care board, by its code or name."""
    rows = _at_the_end(workspace, asked, (place, "icb"), released, session)
    wanted = system.casefold()
    members = {row[place] for row in rows if wanted in (str(row[c]).casefold() for c in ("icb", NAMED["icb"]))}
    if not members:
        names = sorted({f"{row['icb']} ({row[NAMED['icb']]})" for row in rows})
        like = [name for name in names if wanted in name.casefold()]
        raise EnquiryRefused(
            f"No system is called {system!r} here.",
            found=listed(like or names),
            attempt="--system with one of these codes",
        )
    return members


def _counts(released: Released, compared: Compared) -> Counts:
    """Numerators and denominators, place by place: nan where they are hidden or there is no figure."""
    rows = released.rows()
    start, end = (_numbers(rows, f"headcount_at_{when}") for when in ("start", "end"))
    average = _numbers(rows, "average_headcount") if "average_headcount" in rows[0] else (start + end) / 2
    figure = _numbers(rows, released.definition.measure)
    x = start - _numbers(rows, "leavers") if compared.part == "stayed" else _numbers(rows, compared.part)
    n = start if compared.share else average
    lost = np.array([bool(row["hidden"]) and row[released.definition.measure] is None for row in rows])
    known = ~np.isnan(figure + x + n) & (n > 0)
    if not np.allclose(x[known] / n[known], figure[known], rtol=1e-9):
        raise ValueError(f"{released.definition.measure} is no longer {compared.part} over what we take it to be")
    return Counts(np.where(known, x, np.nan), np.where(known, n, np.nan), figure, lost, compared.share)


def _numbers(rows: Sequence[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=np.float64)


def _refuse_without_peers(funnels: Sequence[Funnel], within: str) -> None:
    if any(funnel.compared for funnel in funnels):
        return
    sizes = [f"{funnel.group} ({funnel.size}: {funnel.why_not})" for funnel in funnels]
    raise EnquiryRefused(
        f"No {within.replace('_', ' ')} here can be compared: that takes {FEWEST_PEERS} places whose figures can be shown.",
        found=listed(sizes, 4) or "no place with a figure",
        attempt="ask without --where, or load the files of more organisations",
    )


def _table(
    released: Released,
    place: str,
    within: str,
    groups: Mapping[str, str],
    funnels: Sequence[Funnel],
    counts: Counts,
) -> pa.Table:
    """One row a place, group by group, the highest first."""
    measure = released.definition.measure
    names = [c for c in (*BASE, place, NAMED.get(place), *KEPT) if c in released.table.column_names]
    table = released.table.select(names)
    codes = released.table[place].to_pylist()
    table = table.append_column(within, pa.array([groups.get(code) for code in codes], pa.string()))
    table = table.append_column(measure, pa.array(counts.figure, pa.float64(), from_pandas=True))
    columns: dict[str, list[Any]] = {name: [None] * len(codes) for name in FIGURES}
    columns["position"] = [TOO_SMALL if gone else NO_ONES_PEER for gone in counts.hidden]
    columns["adjusted_position"] = [None] * len(codes)
    for funnel in funnels:
        for name, values in funnel.columns().items():
            for i, value in zip(funnel.rows, values, strict=True):
                columns[name][i] = value
    for name, values in columns.items():
        table = table.append_column(name, pa.array(values, TYPES.get(name, pa.float64()), from_pandas=True))
    figures = [measure, *FIGURES]
    hidden = [
        ",".join([part for part in (row["hidden"], *figures) if part]) if gone else row["hidden"]
        for row, gone in zip(released.rows(), counts.hidden, strict=True)
    ]
    table = table.append_column("hidden", pa.array(hidden, pa.string()))
    order = sorted(
        range(table.num_rows),
        key=lambda i: (groups.get(codes[i]) or "~", columns["rank"][i] or table.num_rows, str(codes[i])),
    )
    return table.take(pa.array(order, pa.int64()))


FIGURES = (
    *("lower_95", "upper_95", "group_average", "compared", "rank"),
    *("limit_lower_95", "limit_upper_95", "limit_lower_99_8", "limit_upper_99_8", "phi", "tau2"),
    *("adjusted_lower_95", "adjusted_upper_95", "adjusted_lower_99_8", "adjusted_upper_99_8"),
)
TYPES = {"compared": pa.int64(), "rank": pa.int64(), "position": pa.string(), "adjusted_position": pa.string()}

COLUMN_WORDS = {
    "lower_95": "lower end of the 95% interval of the place's own figure (Wilson for a share, Byar or exact for a rate)",
    "upper_95": "upper end of it",
    "group_average": "all places of the group together: sum of numerators over sum of denominators",
    "compared": "how many places of the group have a figure that can be shown",
    "rank": "place in the group, 1 for the highest figure; equal figures share the better rank",
    "position": "on which side of the limits of chance the figure lies",
    "limit_lower_95": "lower 95% funnel limit: chance alone goes below it once in 40 times",
    "limit_upper_95": "upper 95% funnel limit",
    "limit_lower_99_8": "lower 99.8% funnel limit: chance alone goes below it once in 1,000 times",
    "limit_upper_99_8": "upper 99.8% funnel limit",
    "phi": "how far the places of the group differ; 1 is what chance makes",
    "tau2": "variance between the places of the group beyond chance, on the scale of the method",
    "adjusted_lower_95": "lower 95% limit that allows for how far places of the group differ; empty where phi is 1 or less",
    "adjusted_upper_95": "upper 95% limit of that kind",
    "adjusted_lower_99_8": "lower 99.8% limit of that kind",
    "adjusted_upper_99_8": "upper 99.8% limit of that kind",
    "adjusted_position": "on which side of those limits the figure lies",
}


def _definition(asked: Definition, within: str) -> Definition:
    words = within.replace("_", " ")
    method = f"{asked.method}; each place against all of its {words} together, funnel limits at 95% and 99.8%"
    return replace(asked, method=method, columns={**asked.columns, **COLUMN_WORDS, within: f"the {words} of the place"})


def _notes(table: pa.Table, place: str, within: str, funnels: Sequence[Funnel]) -> list[str]:
    shown = set(table[within].to_pylist())
    notes = [
        funnel.in_words(place.replace("_", " ")) for funnel in funnels if funnel.group in shown and funnel.compared
    ]
    for why, words in (
        (TOO_FEW, f"the group has fewer than {FEWEST_PEERS}"),
        (TOO_MANY_HIDDEN, "more than a tenth of the group is hidden, and those are the ones with few counted"),
        (NOBODY, "nobody was counted in the group"),
    ):
        if left := [f"{f.group} ({f.size})" for f in funnels if f.group in shown and f.why_not == why]:
            notes.append(f"Not compared, because {words}: {listed(left, 4)}.")
    positions = table["position"].to_pylist()
    for word, why in ((TOO_SMALL, "too small to show"), (NO_ONES_PEER, "in no group, or without a figure")):
        if number := positions.count(word):
            notes.append(f"{counted(number, place.replace('_', ' '))} {why}, and not in the averages.")
    notes.append("Ranks of neighbours mean little: look at the limits, not at the order.")
    return notes


def in_one_sentence(released: Released) -> str:
    """How many places stand apart from their group by more than chance explains, the worse side first."""
    within = [row for row in released.rows() if row["position"] in POSITION_WORDS.values()]
    place = released.table.column_names[len(BASE)]
    many = f"{place.replace('_', ' ')}s"
    if not within:
        return f"None of these {many} can be compared with its group."
    higher_is_worse = measure_called(released.definition.measure).better != "higher"
    worse, side = (ABOVE, "above") if higher_is_worse else (BELOW, "below")
    apart = [row for row in within if row["position"] == worse]
    better = sum(row["position"] == (BELOW if higher_is_worse else ABOVE) for row in within)
    also = f" {better} {_stand(better)} {'below' if higher_is_worse else 'above'} it." if better else ""
    if not apart:
        return f"None of {len(within)} {many} stands {side} its own group by more than chance explains.{also}"
    names = listed([str(row[NAMED.get(place, place)] or row[place]) for row in apart], 3)
    whose = "their own group" if len(apart) > 1 else "its own group"
    sentence = f"{len(apart)} of {len(within)} {many} {_stand(len(apart))} {side} {whose} by more than chance explains: {names}."
    return sentence + also + _still(apart, worse)


def _stand(number: int) -> str:
    return "stands" if number == 1 else "stand"


def _still(apart: Sequence[dict[str, Any]], worse: str) -> str:
    """How many stand apart even where it is allowed for that places of their group differ anyway."""
    allowed = [row for row in apart if row["adjusted_position"] is not None]
    if not allowed:
        return ""
    still = len(apart) - len(allowed) + sum(row["adjusted_position"] == worse for row in allowed)
    return f" Allowing for how much places of their kind differ anyway, {still} of {len(apart)} still {'does' if still == 1 else 'do'}."


def for_readers(released: Released) -> Released:
    """The table without the columns that only a chart needs, or that another measure is made of."""
    unused = "leavers" if released.definition.measure == "joiner_rate" else "joiners"
    names = [c for c in released.table.column_names if not c.startswith((*FOR_CHARTS, unused))]
    return replace(released, table=released.table.select(names))
