"""How is a made-up system written as files?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from keepwell.errors import KeepwellError
from keepwell.made_up.counts import Counted, Snapshot, as_merged, counted, snapshot
from keepwell.made_up.extracts import leavers, staff_in_post
from keepwell.made_up.general_practice import write_general_practice
from keepwell.made_up.hiring import first_staff
from keepwell.made_up.jobs import Ints
from keepwell.made_up.leaving import scales
from keepwell.made_up.merging import merge
from keepwell.made_up.mistakes import SOUND, CsvTable, second_version, write_csv
from keepwell.made_up.months import pass_month
from keepwell.made_up.places import ICB, TRUSTS, renamed_units
from keepwell.made_up.plan import SystemPlan, check
from keepwell.made_up.practice_staff import practice_staff
from keepwell.made_up.reasons import draw_reasons
from keepwell.made_up.system import MONTHS_BEFORE, System, empty_system, people_in_practices, targets
from keepwell.made_up.turnover import turnover
from keepwell.periods import Month

Progress = Callable[[int, int], None]
GENERAL_PRACTICE = 8
"""Sets the chance of these files apart, so that others stay as they are."""


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What was written, and what is true of it.

    `monthly` has the flows of each month but the first, `yearly` those of each 12 months (start and end
    within the extracts), by trust, for all staff and by ESR staff group: what an engine should find in
    sound files. In the month of a merger the successor's staff at the start include the merged trust's.
    Doctors in training are counted here, and not in the turnover files.
    """

    folder: Path
    plan: SystemPlan
    staff_in_post: tuple[Path, ...]
    leavers: tuple[Path, ...]
    practices: tuple[Path, ...]
    general_practice: tuple[Path, ...]
    turnover: tuple[Path, ...]
    recodes: Path | None
    successors: Path | None
    monthly: tuple[Counted, ...]
    yearly: tuple[Counted, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        tables = tuple(path for path in (self.recodes, self.successors) if path)
        return self.staff_in_post + self.leavers + self.practices + self.general_practice + self.turnover + tables


@dataclass(slots=True)
class _Making:
    """A system on its way to files."""

    plan: SystemPlan
    folder: Path
    system: System
    snapshots: dict[Month, Snapshot] = field(default_factory=dict)
    staff_in_post: list[Path] = field(default_factory=list)
    leavers: list[Path] = field(default_factory=list)
    turnover: list[Path] = field(default_factory=list)

    def mistakes_of(self, trust: int) -> frozenset[str]:
        return self.plan.mistakes if trust == 0 else SOUND

    def present(self, month: Month) -> list[int]:
        """The trusts that exist in a month."""
        return [t for t, trust in enumerate(self.system.trusts) if not (
            trust.kind == "community" and self.plan.merge_on and month >= self.plan.merge_on)]  # fmt: skip


def make_up(plan: SystemPlan, folder: Path, *, progress: Progress | None = None) -> MadeUp:
    """Make a system of staff and write it into a folder, in the formats of `sources`.

    The same plan gives the same bytes. `progress` is told how many months are done, and of how many.
    Raises KeepwellError for a plan without sense, and for a folder that holds made-up files already.
    """
    check(plan)
    _refuse_used(folder)
    staff_rng, practice_rng, notice_rng = np.random.default_rng(plan.seed).spawn(3)
    making = _Making(plan, folder, _settled(plan, staff_rng))
    making.snapshots[plan.first_month + -1] = snapshot(making.system, plan.first_month + -1)
    for number in range(plan.months):
        _write_month(making, plan.first_month + number)
        if progress:
            progress(number + 1, plan.months)
    _write_leavers(making, notice_rng)
    return MadeUp(
        folder=folder,
        plan=plan,
        staff_in_post=tuple(making.staff_in_post),
        leavers=tuple(making.leavers),
        practices=_write_practices(plan, folder, practice_rng),
        general_practice=_write_general_practice(plan, folder),
        turnover=tuple(making.turnover),
        recodes=_write_recodes(making),
        successors=_write_successors(plan, folder),
        monthly=_truths(making, 1),
        yearly=_truths(making, 12),
    )


def _refuse_used(folder: Path) -> None:
    used = [
        name
        for name in ("staff_in_post", "leavers", "practices", "general_practice", "turnover")
        if (folder / name).exists()
    ]
    if used:
        raise KeepwellError(
            "The folder holds files of a system already; two systems must not be mixed.",
            found=f"{folder}: {', '.join(used)}",
            attempt="name another folder, or empty this one",
        )


def _settled(plan: SystemPlan, rng: np.random.Generator) -> System:
    """The system as it is just before the first month, with its hazards scaled once more to the staff it has."""
    system = empty_system(plan, rng)
    month = plan.first_month + -(MONTHS_BEFORE + 1)
    first_staff(system, month)
    for number in range(MONTHS_BEFORE + 1):
        if number in (0, MONTHS_BEFORE):
            _scale(system, month + number)
        if number < MONTHS_BEFORE:
            pass_month(system, month + (number + 1))
    return system


def _scale(system: System, month: Month) -> None:
    trusts = len(system.trusts)
    system.scale = scales(system.posts, system.people, system.units, month, targets(system), trusts)


def _write_month(making: _Making, month: Month) -> None:
    before = making.snapshots[month + -1]
    if month == making.plan.merge_on:
        before = as_merged(before, *merge(making.system))
    pass_month(making.system, month)
    making.snapshots[month] = snapshot(making.system, month)
    for trust in making.present(month):
        _write_staff(making, trust, month)
    path = making.folder / "turnover" / f"turnover_{month}.csv"
    table = turnover(making.system, before, making.snapshots[month])
    making.turnover.append(write_csv(path, table, ending="\n"))


def _write_staff(making: _Making, trust: int, month: Month) -> None:
    mistakes, middle = making.mistakes_of(trust), making.plan.middle_month
    if "missing_month" in mistakes and month == middle:
        return
    redraw = "redrawn_identifiers" in mistakes and month >= middle
    table = staff_in_post(making.system, trust, month, redraw)
    path = making.folder / "staff_in_post" / f"{making.system.trusts[trust].code}_{month}.csv"
    making.staff_in_post.append(write_csv(path, table, mistakes))
    if "two_versions" in mistakes and month == middle:
        again = path.with_name(f"{path.stem}_v2.csv")
        making.staff_in_post.append(write_csv(again, second_version(table), mistakes))


def _write_leavers(making: _Making, rng: np.random.Generator) -> None:
    """One extract a trust, taken in the last month it existed; on request an earlier one."""
    plan = making.plan
    entered = _entered(making, rng)
    for trust, its in enumerate(making.system.trusts):
        last = plan.last_month if trust in making.present(plan.last_month) else (plan.merge_on or plan.last_month) + -1
        for taken in sorted({last, plan.last_month + -plan.earlier_leavers}):
            if taken <= last:
                table = _leavers_table(making, trust, taken, entered)
                path = making.folder / "leavers" / f"{its.code}_leavers_{taken}.csv"
                making.leavers.append(write_csv(path, table, making.mistakes_of(trust)))


def _entered(making: _Making, rng: np.random.Generator) -> Ints:
    """The day on which each end was entered; those with notice in the future are made here, at the very end."""
    posts = making.system.posts
    if "future_leaving_dates" in making.plan.mistakes:
        _give_notice(making, rng)
    late = rng.random(len(posts.left)) < (0.2 if "late_leavers" in making.plan.mistakes else 0.0)
    lag = np.where(late & (posts.trust == 0), rng.integers(31, 93, len(posts.left)), 0)
    return (posts.left + lag).astype(np.int32)


def _give_notice(making: _Making, rng: np.random.Generator) -> None:
    """Some of the first trust leave in the three months after the last one."""
    posts, last = making.system.posts, making.plan.last_month
    may = np.flatnonzero(posts.counted & (posts.trust == 0))
    which = rng.choice(may, size=max(1, len(may) // 60), replace=False).astype(np.int32)
    first, end = (last + 1).first_day.toordinal(), (last + 3).last_day.toordinal()
    posts.left[which] = rng.integers(first, end + 1, len(which))
    nobody = np.zeros(len(which), dtype=np.bool_)
    reason, destination = draw_reasons(posts, making.system.people, which, nobody, rng)
    posts.reason[which], posts.destination[which] = reason, destination


def _leavers_table(making: _Making, trust: int, taken: Month, entered: Ints) -> CsvTable:
    posts, mistakes, plan = making.system.posts, making.mistakes_of(trust), making.plan
    last = taken.last_day.toordinal()
    known = entered <= last
    if "future_leaving_dates" in mistakes and taken == plan.last_month:
        known = known | (posts.left > last)
    which = np.flatnonzero((posts.trust == trust) & (posts.left >= plan.first_month.first_day.toordinal()) & known)
    redraw_from = plan.middle_month if "redrawn_identifiers" in mistakes else None
    return leavers(making.system, trust, taken, which.astype(np.int32), redraw_from)


def _write_practices(plan: SystemPlan, folder: Path, rng: np.random.Generator) -> tuple[Path, ...]:
    if "practices" not in plan.organisations:
        return ()
    table = practice_staff(plan, people_in_practices(plan), rng)
    return (write_csv(folder / "practices" / f"{ICB}_practice_staff.csv", table),)


def _write_general_practice(plan: SystemPlan, folder: Path) -> tuple[Path, ...]:
    """What is published of the practices' staff: of the same people, with chance of its own."""
    if "practices" not in plan.organisations:
        return ()
    _, again, _ = np.random.default_rng(plan.seed).spawn(3)
    people = people_in_practices(plan)
    rng = np.random.default_rng([plan.seed, GENERAL_PRACTICE])
    return write_general_practice(plan, practice_staff(plan, people, again), people, folder / "general_practice", rng)


def _write_recodes(making: _Making) -> Path | None:
    """Names that changed: organisation, field, old, new, and the first day of the new name."""
    if making.plan.rename_on is None:
        return None
    changes = renamed_units(making.system.units)
    many, code = len(changes), making.system.trusts[0].code
    since = making.plan.rename_on.first_day.isoformat()
    table = CsvTable(
        "Recodes",
        ("organisation", "field", "old", "new", "from"),
        ([code] * many, ["unit"] * many, list(changes), list(changes.values()), [since] * many),
    )
    return write_csv(making.folder / "recodes.csv", table)


def _write_successors(plan: SystemPlan, folder: Path) -> Path | None:
    if plan.merge_on is None:
        return None
    old, new = TRUSTS["community"].code, TRUSTS["mental_health"].code
    cells = ([old], [new], [plan.merge_on.first_day.isoformat()])
    return write_csv(folder / "successors.csv", CsvTable("Successors", ("code", "successor", "on"), cells))


def _truths(making: _Making, months: int) -> tuple[Counted, ...]:
    """Flows over every so many months whose start and end both have extracts."""
    plan, merge_on = making.plan, making.plan.merge_on
    found: list[Counted] = []
    for number in range(months, plan.months):
        after = making.snapshots[plan.first_month + number]
        before = making.snapshots[plan.first_month + (number - months)]
        if merge_on and before.month < merge_on <= after.month:
            kinds = [trust.kind for trust in making.system.trusts]
            before = as_merged(before, kinds.index("community"), kinds.index("mental_health"))
        found += counted(making.system, before, after)
    return tuple(found)
