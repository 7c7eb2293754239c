"""What can a page on general practice ask, of practices and of people?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from keepwell.disclosure import Released
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.records.general_practice import GP
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Section

GPS: Final = (("staff_group", (GP,)),)
QUALIFIED: Final = (("fully_qualified", ("yes",)),)
YEAR: Final = 12

Made = tuple[Section, dict[str, Released]]


@dataclass(frozen=True, slots=True)
class Page:
    """What a page can ask: of practices, of people, or of both; `gps` are in it unless it is of networks alone."""

    practices: Asking | None
    people: Asking | None
    month: Month
    whose: str
    months: int = YEAR

    @property
    def before(self) -> str:
        return "a year before" if self.months == YEAR else f"{counted(self.months, 'month')} before"

    @property
    def of_gps(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        asking = self.people or self.practices
        assert asking is not None
        return () if asking.base.source == "pcn_individual" else GPS

    @property
    def them(self) -> str:
        return "GPs" if self.of_gps else "people of the networks"

    def where(self, asking: Asking, *more: tuple[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return (*asking.base.where, *more)


def when(page: Page) -> str:
    if page.practices is not None and page.practices.base.source == "gp_practice_year":
        return f"The fiscal year to {page.month.in_words}"
    return page.month.in_words


def tried(asking: Asking, measure: str, **changes: Any) -> Released | None:
    """An answer, or None where the files loaded cannot give it."""
    try:
        return asking.about(measure, **changes)
    except EnquiryRefused:
        return None
