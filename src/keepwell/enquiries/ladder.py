"""A team is too small to be shown: what can be said of the next larger group?

A ladder goes from a group to the larger ones that it lies in, and stops at the first that is shown. Everything is read
out of the family that was declared for the audience, as that shows it; so a ladder tells nothing that the family does
not tell, however many rungs are asked for.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from keepwell.disclosure import Released
from keepwell.disclosure.policies import hides
from keepwell.enquiries import answer
from keepwell.enquiries.asking import Asked, Enquiry
from keepwell.enquiries.families import COUNTS, Cell, Fields, coarser
from keepwell.enquiries.protected import as_released, family_of, usual_counts, visible
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown import END, JOINERS, LEAVERS, START, Shown, refuse_other_periods, with_hidden
from keepwell.enquiries.shown_files import from_parquet
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import measure
from keepwell.periods import Month, Period
from keepwell.records.audiences import Audience, audience, ledger
from keepwell.records.audiences import kept as kept_file

Group = tuple[tuple[str, str], ...]
"""A group as it is asked for, its fields from the largest to the finest: directorate, then unit. () is everybody."""

HAS_SMALL_NUMBERS = "It has small numbers, or one that would tell a small one."
NOBODY_THERE = "Nobody was there at the start of the period."
EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of one group as they are shown, None where hidden or not given, and what is made of them.

    share_who_left = leavers / headcount_at_start
    leaver_rate = leavers / mean(headcount_at_start, headcount_at_end)
    """

    headcount_at_start: int | None
    headcount_at_end: int | None
    joiners: int | None
    leavers: int | None

    @property
    def share_who_left(self) -> float | None:
        """Of those at the start, the share who left, a fraction; None where a count is hidden or nobody was there."""
        if self.leavers is None or not self.headcount_at_start:
            return None
        return self.leavers / self.headcount_at_start

    @property
    def leaver_rate(self) -> float | None:
        """Leavers divided by the mean of staff at start and end, a fraction; None as above."""
        if self.leavers is None or self.headcount_at_start is None or self.headcount_at_end is None:
            return None
        average = (self.headcount_at_start + self.headcount_at_end) / 2
        return self.leavers / average if average else None


@dataclass(frozen=True, slots=True)
class Rung:
    """One group of a ladder. `row` is None where nobody was in it in the whole period.

    `hidden` says whether the share who left cannot be told because it, or another number, is small; `why` says in
    words why there is no share, "" where there is one. `children` are the groups of the next finer kind within it, a
    row each as shown; None where none were asked for.
    """

    group: Group
    name: str
    row: Figures | None
    hidden: bool
    why: str
    children: Released | None

    @property
    def shown(self) -> bool:
        """Whether the share of those who left can be told."""
        return not self.why


@dataclass(frozen=True, slots=True)
class Ladder:
    """A group and the larger ones that it lies in, finest first. `released` has a row a rung."""

    audience: str
    period: Period
    rungs: tuple[Rung, ...]
    released: Released

    @property
    def first_shown(self) -> Rung | None:
        """The finest rung whose share can be told; None where not even the largest can be shown."""
        return next((rung for rung in self.rungs if rung.shown), None)


@dataclass(frozen=True, slots=True)
class _Reading:
    """An audience's family, opened at one period."""

    asked: Asked
    declared: Audience
    shown: Shown
    period: Period

    def figures(self, group: Fields | None) -> Figures | None:
        if group is None:
            return None
        at = self.period.end
        return Figures(*(self.shown.cells.get(Cell(count, at, group)) for count in (START, END, JOINERS, LEAVERS)))

    def released(
        self, rows: Sequence[tuple[Mapping[str, str | None], Figures | None]], names: Iterable[str]
    ) -> Released:
        table = _table(rows, tuple(names), self.shown.counts, self.period)
        return as_released(self.asked, self.declared, table, (self.period,), (visible(self.shown),))


def rungs_of(group: Group) -> tuple[Group, ...]:
    """The group and every larger one it lies in, finest first: team of a directorate, directorate, everybody."""
    return tuple(group[:fields] for fields in range(len(group), -1, -1))


def ladder(
    session: Session,
    name: str,
    rungs: tuple[Group, ...] = ((),),
    *,
    then: tuple[str, ...] = (),
    end: Month | None = None,
    handed_over: bool = False,
) -> Ladder:
    """What a declared audience may see of each rung, finest first, and of the groups within each.

    With `handed_over` it is what the ledger says that it has had last, whatever was loaded since.

    Within a rung are the groups that the rung before it adds a field for; within the finest those by `then`. `end` is
    the last month of one of the audience's periods, the newest when left out.

    Raises WorkspaceRefused for an audience that was not declared; EnquiryRefused where its policy hides nothing, for a
    group or period outside of what was declared, and where nothing of its tables can be shown. ValueError where a rung
    does not lie in the next.
    """
    if not rungs or any(not set(larger) < set(finer) for finer, larger in itertools.pairwise(rungs)):
        raise ValueError("rungs go from the finest to the largest, each within the next")
    reading = _reading(session, name, end, handed_over=handed_over)
    below = (then, *_added(rungs))
    found = tuple(_rung(reading, group, more) for group, more in zip(rungs, below, strict=True))
    rows = [({"group": rung.name}, rung.row) for rung in found]
    return Ladder(name, reading.period, found, reading.released(rows, ("group",)))


def _added(rungs: tuple[Group, ...]) -> Iterator[tuple[str, ...]]:
    """The fields by which each rung is finer than the next."""
    for finer, larger in itertools.pairwise(rungs):
        yield tuple(name for name, _ in finer if name not in dict(larger))


def _reading(session: Session, name: str, end: Month | None, *, handed_over: bool) -> _Reading:
    declared = audience(session.workspace.current(), name)
    _refuse_exact(declared)
    _refuse_without_share(declared)
    shown = _had(session, declared) if handed_over else _now(session, declared)
    period = Period.ending(end, declared.months) if end else shown.periods[-1]
    refuse_other_periods(shown, [period])
    loads = tuple(load for load in session.generation.loads if load.format == declared.source)
    enquiry = Enquiry("share_who_left", source=declared.source, audience=name)
    return _Reading(Asked(session, declared.source, loads, enquiry, measure(enquiry.measure)), declared, shown, period)


def _now(session: Session, declared: Audience) -> Shown:
    return family_of(session, declared, lambda enquiry: answer(session.workspace, enquiry, session))


def _had(session: Session, declared: Audience) -> Shown:
    had = [entry.protection for entry in ledger(session.workspace.current(), declared.name) if entry.protection]
    if not had:
        raise EnquiryRefused(
            "Nothing has been handed over to this audience yet.",
            found=f"no entry for {declared.name!r} in the ledger",
            attempt="hand something over first",
        )
    return from_parquet(kept_file(session.workspace, had[-1]).read_bytes())


def _refuse_exact(declared: Audience) -> None:
    if not hides(declared.policy):
        raise EnquiryRefused(
            f"The audience {declared.name!r} gets exact figures, so there is nothing to go up a ladder for.",
            found=f"the policy {declared.policy}",
            attempt="ask for the group itself; or an audience under a policy that hides small numbers",
        )


def _refuse_without_share(declared: Audience) -> None:
    given = declared.counts or usual_counts(declared.policy)
    if missing := [name for name in (START, LEAVERS) if name not in given]:
        raise EnquiryRefused(
            "Of what that is made of, something is not shown here at all.",
            found=f"share_who_left needs {listed(missing)}; declared for {declared.name!r}: {listed(sorted(given))}",
            attempt=f"an audience with --counts {START},{LEAVERS}",
        )


def _rung(reading: _Reading, group: Group, more: tuple[str, ...]) -> Rung:
    _refuse_outside(reading.shown, {name for name, _ in group} | set(more))
    kept = _as_kept(reading, group)
    row = reading.figures(kept)
    why = _why(row)
    children = _children(reading, group, more) if more else None
    return Rung(group, _called(reading.shown, group, kept), row, why == HAS_SMALL_NUMBERS, why, children)


def _why(row: Figures | None) -> str:
    if row is None or row.headcount_at_start == 0:
        return NOBODY_THERE
    return HAS_SMALL_NUMBERS if row.share_who_left is None else ""


def _refuse_outside(shown: Shown, names: set[str]) -> None:
    tables = [{level for name in table for level in (name, *coarser(name))} for table in shown.tables]
    if not any(names <= table for table in tables):
        raise EnquiryRefused(
            "That cut is outside of what was declared and protected together.",
            found=f"asked: {' × '.join(sorted(names))}; "
            f"declared: {'; '.join(' × '.join(t) or 'the total' for t in shown.tables)}",
            attempt="groups of one declared table; another table needs an audience of its own, declared with it",
        )


def _as_kept(reading: _Reading, group: Group) -> Fields | None:
    """The group as the family names it: codes for names, without places that its place lies in. None if nobody is in it."""
    found = list(_groups(reading, [name for name, _ in group], group))
    same = [kept for kept in found if set(group) <= {*_levels(reading.shown, kept).items()}]
    if len(found) > 1 and not same:
        raise EnquiryRefused(
            "More than one group goes by that name.",
            found=f"{counted(len(found), 'group')} named alike, for {' × '.join(name for name, _ in group)}",
            attempt="name it as the records do, capital and small letters too; or by its code",
        )
    return next(iter(same or found), None)


def _groups(reading: _Reading, names: Sequence[str], within: Group) -> Iterator[Fields]:
    """Groups of the family that have these fields, lying within a group."""
    above = {level for name in names for level in coarser(name)}
    finest = tuple(sorted(set(names) - above))
    for cell in reading.shown.cells:
        if cell.count != START or cell.period_end != reading.period.end:
            continue
        if tuple(name for name, _ in cell.group) == finest and _lies_in(reading.shown, cell.group, within):
            yield cell.group


def _lies_in(shown: Shown, group: Fields, within: Group) -> bool:
    values = _levels(shown, group)
    return all(
        value.casefold() in {values.get(name, "").casefold(), _label(shown, name, values.get(name, "")).casefold()}
        for name, value in within
    )


def _levels(shown: Shown, group: Fields) -> dict[str, str]:
    values = dict(group)
    for item in group:
        values = {**shown.within.get(item, {}), **values}
    return values


def _children(reading: _Reading, group: Group, more: tuple[str, ...]) -> Released:
    names = [name for name, _ in group] + list(more)
    rows: list[tuple[dict[str, str | None], Figures | None]] = []
    for kept in _groups(reading, names, group):
        values = _levels(reading.shown, kept)
        label = {name: _label(reading.shown, name, values[name]) or None for name in more}
        rows.append((label, reading.figures(kept)))
    return reading.released(sorted(rows, key=lambda row: [value or "" for value in row[0].values()]), more)


def _label(shown: Shown, name: str, value: str) -> str:
    return str(shown.names.get(name, {}).get(value, value))


def _called(shown: Shown, group: Group, kept: Fields | None) -> str:
    if not group:
        return EVERYBODY
    name, value = group[-1]
    return _label(shown, name, _levels(shown, kept).get(name, value) if kept else value) or "not known"


def _table(
    rows: Sequence[tuple[Mapping[str, str | None], Figures | None]],
    names: tuple[str, ...],
    given: frozenset[str],
    period: Period,
) -> pa.Table:
    """Columns: the groups, period_start, period_end, the counts that are given, share_who_left, leaver_rate, hidden."""
    counts = [name for name in COUNTS if name in {*given, START, LEAVERS}]
    made = ["share_who_left", *(["leaver_rate"] if END in given else [])]
    columns: dict[str, pa.Array] = {name: pa.array([label[name] for label, _ in rows], pa.string()) for name in names}
    for name, day in (("period_start", period.start), ("period_end", period.end)):
        columns[name] = pa.array([day] * len(rows), pa.date32())
    columns |= {name: pa.array([_value(row, name) for _, row in rows], pa.int64()) for name in counts}
    columns |= {name: pa.array([_value(row, name) for _, row in rows], pa.float64()) for name in made}
    return with_hidden(pa.table(columns))


def _value(row: Figures | None, name: str) -> Any:
    """Of a group with nobody in it every count is nought."""
    return getattr(row or Figures(0, 0, 0, 0), name)
