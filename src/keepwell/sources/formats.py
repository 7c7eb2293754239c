"""What does a format promise, and what comes out of reading a file of it?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from keepwell.periods import Month
from keepwell.records.keys import PersonKey
from keepwell.sources.reading import LeftOut, Sheet


@dataclass(frozen=True, slots=True)
class Decision:
    """Something about a file that is for the user to decide.

    `blocks`: the file is not loaded until it is accepted by name (`--accept code`); otherwise it is
    loaded with a warning.
    """

    code: str
    wrong: str
    found: str
    attempt: str
    blocks: bool

    def __str__(self) -> str:
        return f"{self.wrong}\n  Found: {self.found}\n  Try:   {self.attempt}  (decision: {self.code})"


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the user said about a file that the file does not say itself.

    `columns` maps a canonical field to the heading that holds it; `leave_out` names fields not to take;
    `profile` is the name under which all that is kept, or used again (see `profiles`).
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    month: Month | None = None
    organisation: str | None = None
    leave_out: frozenset[str] = frozenset()
    day_first: bool | None = None
    accept: frozenset[str] = frozenset()
    profile: str | None = None
    format: str | None = None
    key: PersonKey | None = None
    today: dt.date = dt.date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A file in canonical tables, with everything that was left out, changed or needs a decision.

    `published` where files of one format may be or not; None for what the format says.
    """

    tables: Mapping[str, pa.Table]
    organisations: tuple[str, ...]
    first_month: Month
    last_month: Month
    rows_read: int
    rows_taken: int
    left_out: tuple[LeftOut, ...] = ()
    remarks: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    found_columns: Mapping[str, str] = field(default_factory=dict)
    published: bool | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Where in a file a format was recognised. `heading_row` is None for files without headings."""

    sheet: Sheet
    heading_row: int | None


@dataclass(frozen=True, slots=True)
class SourceFormat:
    """One outside format: how it is recognised from content, and how it is read.

    `recognise(sheets, options)` gives the match or None. `read(file, match, options)`
    raises KeepwellError when the file is
    refused as a whole. `people`: it holds people, so a key is needed to hash who they are.
    `reference`: it describes organisations; a newer file stands beside an older one, whatever its months.
    `newest_wins`: months are told again by later files, and the newest file about a month counts.
    """

    name: str
    title: str
    published: bool
    about: str
    needs: tuple[str, ...]
    recognise: Callable[[list[Sheet], ReadOptions], Match | None]
    read: Callable[[str, Match, ReadOptions], Reading]
    headings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    people: bool = False
    reference: bool = False
    newest_wins: bool = False
