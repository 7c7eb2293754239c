"""What system of staff shall be made up, and with which events and mistakes?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keepwell.errors import KeepwellError, listed
from keepwell.made_up.mistakes import MISTAKES
from keepwell.periods import Month

KINDS: Final = ("acute", "mental_health", "community", "practices")
FEWEST_PEOPLE: Final = 50
DEFAULT_LAST_MONTH: Final = Month.parse("2025-10")


@dataclass(frozen=True, slots=True)
class SystemPlan:
    """A made-up integrated care system, before it is made. The same plan gives the same bytes.

    people            about how many are in post in the first month, bank-only staff apart
    months            how many month-end extracts, the last of them at the end of `last_month`
    organisations     which of KINDS; a staff of 10,000 in one trust: ("acute",)
    rename_on         the month from which one ward has a new name, and two wards are one
    merge_on          the month from which the community provider is part of the mental-health trust
    resident_doctors  add doctors in training, who rotate; the turnover files leave them out
    earlier_leavers   how many months before the last one an earlier leavers extract was taken; 0 for none
    mistakes          names from MISTAKES; they befall the files of the first organisation only
    """

    seed: int = 1
    people: int = 8000
    months: int = 36
    last_month: Month = DEFAULT_LAST_MONTH
    organisations: tuple[str, ...] = KINDS
    mistakes: frozenset[str] = frozenset()
    rename_on: Month | None = None
    merge_on: Month | None = None
    resident_doctors: bool = False
    earlier_leavers: int = 0

    @classmethod
    def trust_only(cls, *, seed: int = 1, people: int = 10_000, months: int = 60) -> SystemPlan:
        """One acute trust and nothing else, for benchmarks."""
        return cls(seed=seed, people=people, months=months, organisations=("acute",))

    @property
    def first_month(self) -> Month:
        return self.last_month + (1 - self.months)

    @property
    def trusts(self) -> tuple[str, ...]:
        return tuple(kind for kind in KINDS if kind in self.organisations and kind != "practices")

    @property
    def middle_month(self) -> Month:
        """The month in which the mistakes of one month happen."""
        return self.first_month + self.months // 2


def check(plan: SystemPlan) -> None:
    """Raises KeepwellError for a plan that cannot be made."""
    if plan.people < FEWEST_PEOPLE:
        raise _senseless("A made-up system needs more people.", f"people={plan.people}", f"at least {FEWEST_PEOPLE}")
    if plan.seed < 0:
        raise _senseless("A seed is a whole number from 0 on.", f"seed={plan.seed}", "0, 1, 2 …")
    if plan.months < 2:
        raise _senseless("Joiners and leavers need two months to be seen.", f"months={plan.months}", "at least 2")
    _check_names(plan)
    _check_events(plan)


def _check_names(plan: SystemPlan) -> None:
    if unknown := sorted(plan.mistakes - set(MISTAKES)):
        raise _senseless("There is no such mistake.", listed(unknown), f"one of {listed(sorted(MISTAKES), 30)}")
    if unknown := sorted(set(plan.organisations) - set(KINDS)):
        raise _senseless("There is no such kind of organisation.", listed(unknown), f"one of {listed([*KINDS])}")
    if not plan.trusts:
        raise _senseless("A made-up system needs a trust.", listed([*plan.organisations]) or "none", KINDS[0])
    if "missing_month" in plan.mistakes and plan.months < 4:
        raise _senseless("A month in the middle cannot be missing.", f"months={plan.months}", "at least 4")


def _check_events(plan: SystemPlan) -> None:
    for name, month in (("rename_on", plan.rename_on), ("merge_on", plan.merge_on)):
        if month is not None and not plan.first_month < month <= plan.last_month:
            raise _senseless(
                "An event has to fall between the first and the last month.",
                f"{name}={month}",
                f"a month from {plan.first_month + 1} to {plan.last_month}",
            )
    if plan.merge_on and not {"mental_health", "community"} <= set(plan.trusts):
        raise _senseless(
            "The community provider merges into the mental-health trust; one of them is missing.",
            listed([*plan.organisations]),
            "add mental_health and community to organisations, or leave out merge_on",
        )
    if not 0 <= plan.earlier_leavers < plan.months:
        raise _senseless(
            "The earlier leavers extract has to be taken within the months made.",
            f"earlier_leavers={plan.earlier_leavers}",
            f"0 to {plan.months - 1}",
        )


def _senseless(wrong: str, found: str, attempt: str) -> KeepwellError:
    return KeepwellError(wrong, found=found, attempt=attempt)
