"""Does what the user said of a file contradict the file, or a column what it should hold? Then it is refused."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from keepwell.errors import FileNotUnderstood, counted, listed, rows_named
from keepwell.periods import Month
from keepwell.sources.cells import is_missing
from keepwell.sources.reading import RawTable

ODS_SHAPE = re.compile(r"[A-Z0-9]{3,6}", re.I)
FEWEST_WRONG = 3
"""Fewer cells than that may be slips, even where they are most of a column."""
FEWEST_ROWS = 20
ROWS_THAT_TELL_ALONE = 100
"""A network of practices may have 3 people in 20 rows; beside many others such a small one tells nothing."""
PEOPLE_IN_ROWS = 0.5
"""Hardly anybody holds two posts at once: with fewer people than that among rows, the number is not a person's."""
PEOPLE_IN_LEAVINGS = 0.25
"""Over years some leave more than once, but hardly anybody four times."""


def refuse_unlike_ods(code: str | None) -> None:
    """Raises FileNotUnderstood where the organisation that the user names cannot be an ODS code."""
    if code is not None and not ODS_SHAPE.fullmatch(code):
        raise FileNotUnderstood(
            f'"{code}" is no ODS code.',
            found=f'--organisation "{code}"',
            attempt="an ODS code has 3 to 6 letters and digits and no spaces, such as RXX: --organisation RXX",
        )


def refuse_other_organisation(raw: RawTable, heading: str, codes: Sequence[str], given: str) -> None:
    """Raises FileNotUnderstood where the column says another organisation than the user, and has no gap to fill.

    A code that hardly any row has is not shown: it may be something of a person's.
    """
    cells = raw.column(heading)
    own = Counter(code for code, cell in zip(codes, cells, strict=True) if not is_missing(cell))
    if not own.keys() - {given} or (given in own and own.total() < len(cells)):
        return
    other = sorted(code for code in own.keys() - {given} if own[code] >= FEWEST_WRONG and ODS_SHAPE.fullmatch(code))
    rows = [n for n, c, cell in zip(raw.row_numbers, codes, cells, strict=True) if c != given and not is_missing(cell)]
    raise FileNotUnderstood(
        f"{raw.file} says another organisation than {given}.",
        found=f"{heading}: {listed(other) or 'something else'} ({rows_named(rows, 3)})",
        attempt=f"leave out --organisation {given}; or --leave-out organisation if all these people are of {given}",
    )


def refuse_other_month(raw: RawTable, heading: str, months: Sequence[Month | None], said: Month) -> None:
    """Raises FileNotUnderstood where the column says another month than the user."""
    rows = [n for n, month in zip(raw.row_numbers, months, strict=True) if month not in (None, said)]
    if rows:
        other = sorted({str(month) for month in months if month not in (None, said)})
        raise FileNotUnderstood(
            f"{raw.file} says another month than {said}.",
            found=f"{heading}: {listed(other, 4)} ({rows_named(rows, 3)})",
            attempt=f"leave out --month {said}; or --leave-out month if that column is not the month of the extract",
        )


def refuse_other_title(raw: RawTable, named: Month | None, said: Month) -> None:
    """Raises FileNotUnderstood where the rows above the headings say another month than the user."""
    if named not in (None, said):
        raise FileNotUnderstood(
            f"{raw.file} says another month than {said}.",
            found=f"{named} above the headings",
            attempt=f"leave out --month {said}; or delete the rows above the headings if they are wrong",
        )


def refuse_unreadable(raw: RawTable, heading: str, name: str, rows: Collection[int], complaint: str) -> None:
    """Raises FileNotUnderstood where more than half of a column's filled cells cannot be read."""
    filled = sum(1 for cell in raw.column(heading) if not is_missing(cell)) if len(rows) >= FEWEST_WRONG else 0
    if len(rows) * 2 > filled > 0:
        raise FileNotUnderstood(
            f"{raw.file} has a column {heading} most of which cannot be read as {name}.",
            found=f"in {len(rows):,} of {counted(filled, 'cell')} ({rows_named(list(rows), 3)}) what stands there {complaint}",
            attempt=f'name another heading: --column {name}="…"; or correct the column and export it again',
        )


def refuse_shared_numbers(
    raw: RawTable, heading: str, held: Mapping[tuple[int, str, str], Sequence[int]], fewest: float = PEOPLE_IN_ROWS
) -> None:
    """Raises FileNotUnderstood where an organisation and month has fewer people's numbers a row than `fewest`.

    `held`: the rows, by month (0 for all of them), organisation and person.
    """
    people = Counter((organisation, month) for month, organisation, _ in held)
    rows: Counter[tuple[str, int]] = Counter()
    for (month, organisation, _), posts in held.items():
        rows[organisation, month] += len(posts)
    shared = {place: n for place, n in rows.items() if n >= FEWEST_ROWS and people[place] < fewest * n}
    place, most = max(shared.items(), key=lambda item: item[1], default=(("", 0), 0))
    if most >= ROWS_THAT_TELL_ALONE or (most and sum(shared.values()) * 2 >= rows.total()):
        raise FileNotUnderstood(
            f"{raw.file} has a column {heading} that does not tell people apart.",
            found=f"{counted(people[place], 'number')} in {most:,} rows of {place[0]}{f' {Month(place[1])}' if place[1] else ''}",
            attempt='name the heading of the number that each person has alone: --column person="…"',
        )
