"""What is this file, before anything of it is loaded, and what has to be said of it first?

For the page on which files are uploaded: the format, what each heading is taken for, what is missing, what can be left
out, and what would have to be decided. Nothing here shows what stands in somebody's row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

from keepwell.errors import KeepwellError
from keepwell.records.workspace import Workspace
from keepwell.sources import FORMATS, ReadOptions, SourceFormat, recognise
from keepwell.sources.formats import Decision, Match
from keepwell.sources.loading import CheckSummary, check_file, summary_of
from keepwell.sources.looking_at_columns import Said, said_of
from keepwell.sources.ods_cells import fields_in
from keepwell.sources.reading import HEADING_ROWS_SEARCHED, RawTable, Sheet, on_disk, plain, read_sheets, table_below
from keepwell.sources.size_limits import refuse_too_large
from keepwell.sources.staff_columns import found_fields, is_data, is_personal, staff_fields

SENSITIVE_BY_DEFAULT: Final = frozenset({"religion", "orientation"})
"""Fields that are not taken unless somebody chooses them."""
ALIKE: Final = 0.6
MOST_LIKELY: Final = 3
ROWS_BELOW: Final = 20


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the file: the field it is taken for, or what can be said of its column.

    `likely`: the fields without a heading that it could be, the nearest first. `dropped`: it is of names, NI numbers
    or addresses, which are never kept; nothing is said of its column.
    """

    heading: str
    field: str | None
    dropped: bool
    likely: tuple[str, ...]
    said: Said | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A field that the format needs and the file has no heading for, and the headings that it could stand under."""

    field: str
    means: str
    likely: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file is. `format` is None where it is none that is known; then `likely_format` is the nearest.

    `left_out` are the fields that a load with these options leaves out, the sensitive ones among them; `options_used`
    leaves them out. `check` is None where the file would be refused: `refusal` says why, in three parts.
    """

    file: str
    bytes: int
    format: str | None
    title: str | None
    people: bool
    likely_format: str | None
    heading_row: int | None
    headings: tuple[Heading, ...]
    missing: tuple[Missing, ...]
    can_be_left_out: tuple[str, ...]
    left_out: tuple[str, ...]
    check: CheckSummary | None
    refusal: tuple[str, str, str] | None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        return self.check.decisions if self.check else ()


def without_sensitive(options: ReadOptions, chosen: frozenset[str] = frozenset()) -> ReadOptions:
    """The options with the sensitive fields left out, but for those that are chosen or that a heading is named for."""
    return replace(options, leave_out=options.leave_out | (SENSITIVE_BY_DEFAULT - chosen - options.columns.keys()))


def look(path: Path, options: ReadOptions, workspace: Workspace, chosen: frozenset[str] = frozenset()) -> Looked:
    """What a file is and what a load of it would do; nothing is written.

    `chosen` are sensitive fields that are wanted. Raises FileNotUnderstood where the file is no table at all.
    """
    sheets = read_sheets(path)
    try:
        source, match = recognise(path, sheets, options)
    except KeepwellError as refusal:
        return _not_recognised(path, sheets, options, refusal)
    refuse_too_large(path, source.name, on_disk=on_disk(match.sheet))
    found = _found(source, match, options)
    sensitive = SENSITIVE_BY_DEFAULT & source.headings.keys() if _of_staff(source) else frozenset[str]()
    used = without_sensitive(options, chosen) if sensitive else options
    check, refused = _check(workspace, path, used)
    return Looked(
        file=path.name,
        bytes=path.stat().st_size,
        format=source.name,
        title=source.title,
        people=source.people,
        likely_format=source.name,
        heading_row=None if match.heading_row is None else match.sheet.row_numbers[match.heading_row],
        headings=_headings(path, match, source, found),
        missing=_missing(source, match, found),
        can_be_left_out=tuple(n for n in found if n not in source.needs) if _of_staff(source) else (),
        left_out=tuple(sorted(used.leave_out & set(found))),
        check=check,
        refusal=refused,
    )


def _check(
    workspace: Workspace, path: Path, options: ReadOptions
) -> tuple[CheckSummary | None, tuple[str, str, str] | None]:
    try:
        return summary_of(check_file(workspace, path, options)), None
    except KeepwellError as refusal:
        return None, (refusal.wrong, refusal.found, refusal.attempt)


def _not_recognised(path: Path, sheets: Sequence[Sheet], options: ReadOptions, refusal: KeepwellError) -> Looked:
    """Of a file that is none of the formats: its headings, and what the nearest format lacks."""
    match = next((Match(sheet, row) for sheet in sheets if (row := _row_like_headings(sheet)) is not None), None)
    near = _nearest(match, options) if match else None
    found = _found(near, match, options) if near and match else {}
    return Looked(
        file=path.name,
        bytes=path.stat().st_size,
        format=None,
        title=None,
        people=near.people if near else True,
        likely_format=near.name if near else None,
        heading_row=match.sheet.row_numbers[match.heading_row or 0] if match else None,
        headings=_headings(path, match, near, found) if match else (),
        missing=_missing(near, match, found) if near and match else (),
        can_be_left_out=(),
        left_out=(),
        check=None,
        refusal=(refusal.wrong, refusal.found, refusal.attempt),
    )


def _row_like_headings(sheet: Sheet) -> int | None:
    """The first row of two words or more without anything of a person's, above rows that have such.

    Where nothing tells headings from somebody's row, no row is taken for them: it must not be shown.
    """
    for i, row in enumerate(sheet.rows[:HEADING_ROWS_SEARCHED]):
        below = [r for r in sheet.rows[i + 1 : i + 1 + ROWS_BELOW] if any(r)]
        telling = sum(1 for r in below if any(map(_tells, r)))
        if sum(map(bool, row)) >= 2 and not any(map(_tells, row)) and below and telling * 2 >= len(below):
            return i
    return None


def _tells(cell: str) -> bool:
    """Whether a cell is what no heading is: a number, a day, something of a person's."""
    return bool(cell) and (is_data(cell) or any(c.isdigit() for c in cell))


def _of_staff(source: SourceFormat) -> bool:
    return source.people and source.headings.keys() <= staff_fields().keys()


def _found(source: SourceFormat, match: Match, options: ReadOptions) -> dict[str, str]:
    """field -> plain heading, of the fields that a format takes."""
    if match.heading_row is None:
        return {}
    headings = match.sheet.rows[match.heading_row]
    if _of_staff(source):
        return {n: h for n, h in found_fields(headings, options).items() if n in source.headings}
    return fields_in(headings, source.headings, options)


def _nearest(match: Match, options: ReadOptions) -> SourceFormat | None:
    """The format that was named, else the one that knows most of the file's headings and has most of what it needs."""
    named = [source for source in FORMATS if source.name == options.format]
    if named:
        return named[0]
    share = {s.name: _share_found(s, match, options) for s in FORMATS if s.headings and not s.reference}
    best = max(share, key=lambda name: share[name])
    return next(s for s in FORMATS if s.name == best) if share[best] else None


def _share_found(source: SourceFormat, match: Match, options: ReadOptions) -> float:
    needed = [name for name in source.needs if name in source.headings] or list(source.headings)
    found = _found(source, match, options)
    headings = [cell for cell in match.sheet.rows[match.heading_row or 0] if cell]
    if not found:
        return 0.0
    of_people = source.people and any(is_personal(cell) for cell in headings)  # a file with names is a file of people
    return sum(1 for name in needed if name in found) / len(needed) + 2 * len(found) / len(headings) + of_people


def _headings(path: Path, match: Match, source: SourceFormat | None, found: Mapping[str, str]) -> tuple[Heading, ...]:
    if match.heading_row is None:
        return ()
    try:
        raw = table_below(path.name, match.sheet, match.heading_row, unread=is_personal)
    except KeepwellError:
        return ()
    field_of = {heading: name for name, heading in found.items()}
    taken = {h: field_of.get(plain(h)) for h in raw.headings}
    dropped = {h for h in raw.headings if is_personal(h) and taken[h] is None}
    unknown = [h for h in raw.headings if taken[h] is None and h not in dropped]
    said = said_of(raw, unknown, _person_column(raw, found))
    free = {n: known for n, known in source.headings.items() if n not in found} if source else {}
    likely = {h: _likely({n: max(_alike(h, k) for k in known) for n, known in free.items()}) for h in unknown}
    return tuple(Heading(h, taken[h], h in dropped, likely.get(h, ()), said.get(h)) for h in raw.headings)


def _person_column(raw: RawTable, found: Mapping[str, str]) -> str | None:
    return next((h for h in raw.headings if plain(h) == found.get("person")), None)


def _missing(source: SourceFormat, match: Match, found: Mapping[str, str]) -> tuple[Missing, ...]:
    """The needed fields without a heading, each with up to three headings that are free and alike, the nearest first."""
    if match.heading_row is None:
        return ()
    row = [" ".join(cell.split()) for cell in match.sheet.rows[match.heading_row] if cell]
    free = [h for h in row if plain(h) not in found.values()]
    fields = [name for name in source.needs if name in source.headings and name not in found]
    return tuple(
        Missing(name, _means(name), _likely({h: max(_alike(h, k) for k in source.headings[name]) for h in free}))
        for name in fields
    )


def _means(name: str) -> str:
    return staff_fields()[name].means if name in staff_fields() else name.replace("_", " ")


def _alike(heading: str, known: str) -> float:
    return SequenceMatcher(None, plain(heading), known).ratio()


def _likely(alike: Mapping[str, float]) -> tuple[str, ...]:
    """Up to three that are alike enough, the nearest first."""
    return tuple(sorted((name for name in alike if alike[name] >= ALIKE), key=lambda name: -alike[name])[:MOST_LIKELY])
