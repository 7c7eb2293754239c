"""How many people stand behind a figure, and what is the smallest change of it that so many can show?

A size is known here as the class that it lies in (`comparison.smallest_change.class_of`), and never as a number: what is
said of a class gives no size back, whoever asks how often.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from keepwell.comparison.smallest_change import (
    beyond_limits,
    change_of_rate,
    change_of_share,
    class_of,
    in_steps,
)
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.errors import EnquiryRefused

RATES: Final = frozenset({"leaver_rate", "joiner_rate", "voluntary_leaver_rate"})
"""Measures that are events on average staff."""
SHARES: Final[Mapping[str, tuple[str, str]]] = {
    "share_who_left": ("headcount_at_start", ""),
    "stability_index": ("headcount_at_start", ""),
    "share_past_age": ("headcount_at_end", "age_not_known"),
    "records_complete": ("headcount_at_end", ""),
    "early_leaving_of_starters": ("starters", ""),
    "early_leaving_of_leavers": ("leavers", "service_not_known"),
    "reasons_known": ("leavers", ""),
    "retirement_share": ("leavers", ""),
    "part_time_share": ("headcount", "fte_not_known"),
}
"""Measures that are a share of people: the column of those people, and of those among them who are left out."""
COUNTS: Final = frozenset({"leavers", "joiners"})
"""Measures that are events by themselves: what they can show goes by their number alone, and by no size."""
MADE_OF_STAFF: Final = RATES | {"share_who_left", "stability_index"}
"""Measures of which counts of staff at start and end tell the size."""
NOT_TOLD: Final = RATES | set(SHARES)
MONTH: Final = 1


@dataclass(frozen=True, slots=True)
class Behind:
    """The class of size behind a figure: the top of it, None for a group too small to show what one could hope for."""

    top: int | None


def people_behind(session: Session, asked: Enquiry) -> Behind | None:
    """The class of those who stand behind a measure, in the newest period of what is asked.

    Average staff of a rate: mean(headcount_at_start, headcount_at_end), or the average that the answer has. Else those
    whom the share is of. None where the measure is no share or rate of people, or its records cannot answer.
    """
    if asked.measure not in RATES and asked.measure not in SHARES:
        return None
    try:
        rows = answer(session.workspace, asked, session).rows()
    except EnquiryRefused:
        return None
    return _behind(asked.measure, rows[0]) if len(rows) == 1 else None


def _behind(name: str, row: Mapping[str, Any]) -> Behind | None:
    if name in SHARES:
        of, without = SHARES[name]
        number = row.get(of)
        return None if number is None else Behind(class_of(number - (row.get(without) or 0)))
    average = row.get("average_headcount")
    if average is None and None not in (row.get("headcount_at_start"), row.get("headcount_at_end")):
        average = (row["headcount_at_start"] + row["headcount_at_end"]) / 2
    return None if average is None else Behind(class_of(average))


def of_staff_shown(at_start: int | None, at_end: int | None) -> Behind:
    """The class of a group from the counts of its staff as an audience is shown them; a hidden one is too small."""
    shown = [count for count in (at_start, at_end) if count is not None]
    return Behind(class_of(sum(shown) / 2) if len(shown) == 2 else None)


@dataclass(frozen=True, slots=True)
class Visible:
    """The smallest change that can be told from chance, as it is said; None where there is none to hope for."""

    change: float | None

    def shows(self, change: float) -> bool:
        """Whether a change so large could be seen."""
        return self.change is not None and abs(change) >= self.change - 1e-9


def visible(name: str, behind: Behind | None, before: float, *, falls: bool, months: int = 12) -> Visible | None:
    """The smallest change of a measure, from what it is now down or up, that a group of that class can show.

    A measure that looks at single months is read on a control chart, and its change is that to a limit of the p chart;
    of longer windows it is that between two of them, one before and one after. Of a share it is rounded up to the steps of
    `in_steps`, of a count to whole people. The top of the class is taken: no group of it sees less. None where nothing
    can be said: no size, or a value that the measure cannot have.
    """
    if name in COUNTS:
        found = change_of_rate(1, before, falls=falls) if before >= 0 else math.nan
        return Visible(None if math.isnan(found) else float(math.ceil(found - 1e-9)))
    if behind is None or not 0 <= before <= 1 or name not in NOT_TOLD:
        return None
    return Visible(_of_class(name, behind.top, before, falls=falls, months=months))


def _of_class(name: str, top: int | None, before: float, *, falls: bool, months: int) -> float | None:
    if top is None:
        return None
    if months == MONTH:
        change = beyond_limits(top, before)
        change = math.nan if change > (before if falls else 1 - before) else change
    elif name in RATES:
        change = change_of_rate(top, before, falls=falls)
    else:
        change = change_of_share(top, before, falls=falls)
    return None if math.isnan(change) else in_steps(change)
