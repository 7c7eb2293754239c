"""Staff drawn as a table of letters: one line a person and post, one column a month's end.

    2024-09:        S O N D J F M A M J J A S
    ann   RX1       N N N N N N N N N N N N N
    bob   RX1 0.6   N N N N N - - - - N N N N
    cy    RX2       . . . D D D . . . . . . .

The first line names the first month and gives the initials of all, which are checked. Then each line is a
name, an organisation, hours (1.0 FTE unless told) and one sign a month: a letter is a staff group in which the
person is active, "-" somebody on a career break (in the staff group of the sign before), "." not there. An
initial "_" is a month's end that nobody loaded. What else is known of a person follows as field=value. A
person may have several lines: in other organisations, or in other months with another ward or band.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import ibis
import pyarrow as pa

from keepwell.content import normalise_reason
from keepwell.periods import MONTHS, Month, Period
from keepwell.records.counting import StaffRecords, windows
from keepwell.records.flows import ALL_STAFF_GROUPS, FLOW_COUNTS, INTEGER_COUNTS, PUBLISHED_FLOWS
from keepwell.records.spells import spells
from keepwell.records.staff import ACTIVE, CLASSIFIED, LEAVERS, NOT_KNOWN, PAUSED, POSITIONS
from keepwell.records.staff_records import seen_table

Row = dict[str, object]


def drawn(text: str) -> StaffRecords:
    """Staff records of a drawing."""
    positions = positions_drawn(text)
    seen: dict[str, set[int]] = {}
    for row in positions:
        seen.setdefault(str(row["organisation"]), set()).update(_months_loaded(text))
    seen_by = seen_table({organisation: sorted(months) for organisation, months in seen.items()})
    made = spells(ibis.memtable(pa.Table.from_pylist(positions, schema=POSITIONS)), seen_by)
    return StaffRecords(ibis.memtable(made.to_pyarrow()), seen_by)


def positions_drawn(text: str) -> list[Row]:
    """One row a person, organisation and month's end, as an extract would give them."""
    head, *lines = _lines(text)
    months = _months(head)
    loaded = set(_months_loaded(text))
    return [row for line in lines for row in _positions(line, months) if row["month"] in loaded]


def _lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines() if line.strip()]


def _months(head: list[str]) -> list[int]:
    first = Month.parse(head[0].removesuffix(":"))
    months = [first + i for i in range(len(head) - 1)]
    for month, initial in zip(months, head[1:], strict=True):
        assert initial in (MONTHS[month.index % 12][0], "_"), f"{month} does not begin with {initial}"
    return [month.index for month in months]


def _months_loaded(text: str) -> list[int]:
    head = _lines(text)[0]
    return [month for month, initial in zip(_months(head), head[1:], strict=True) if initial != "_"]


def _positions(words: list[str], months: list[int]) -> list[Row]:
    person, organisation, *rest = words
    fields = dict(word.split("=", 1) for word in rest if "=" in word)
    signs = [word for word in rest if "=" not in word]
    fte = float(signs.pop(0)) if len(signs) == len(months) + 1 else 1.0
    assert len(signs) == len(months), f"{person} has {len(signs)} signs for {len(months)} months"
    everything = _known(fields) | {"person": person, "organisation": organisation}
    rows, group = [], next((sign for sign in signs if sign.isalpha()), NOT_KNOWN)
    for month, sign in zip(months, signs, strict=True):
        group = sign if sign.isalpha() else group
        if sign != ".":
            state = PAUSED if sign == "-" else ACTIVE
            rows.append({"month": month, "state": state, "fte": fte, "staff_group": group, **everything})
    return rows


def _known(fields: dict[str, str]) -> Row:
    """What the drawing says of a person, and Not known for all that it does not say."""
    said: Row = dict.fromkeys(CLASSIFIED, NOT_KNOWN) | {"birth_month": None, "started": None}
    del said["staff_group"]
    for name, value in fields.items():
        assert name in said, name
        said[name] = value.replace("_", " ")
    if "birth_month" in fields:
        said["birth_month"] = Month.parse(fields["birth_month"]).index
    if "started" in fields:
        said["started"] = dt.date.fromisoformat(fields["started"])
    return said | {"organisation_name": None}


def leavers_drawn(text: str) -> ibis.Table:
    """Leavers, one a line: last day in post, person, organisation, reason as ESR words it.

    What else is known follows as [field=value].
    """
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        told, _, fields = line.partition("[")
        day, person, organisation, words = told.split(maxsplit=3)
        reason = normalise_reason(words.strip())
        assert reason is not None, words
        said = dict(field.split("=") for field in fields.rstrip("]").split())
        left = dt.date.fromisoformat(day)
        rows.append(
            {"staff_group": NOT_KNOWN}
            | _known({})
            | said
            | {
                "left": left,
                "month": Month.of(left).index,
                "organisation": organisation,
                "person": person,
                "reason": reason.name,
                "reason_group": reason.group,
                "voluntary": reason.voluntary,
                "reason_known": reason.tells_why,
            }
        )
    return ibis.memtable(pa.Table.from_pylist(rows, schema=LEAVERS).append_column("provisional", [[False] * len(rows)]))


def in_period(leavers: ibis.Table, periods: ibis.Table) -> ibis.Table:
    """Leavers whose last day in post lies in a period, both ends included."""
    return leavers.join(periods, [leavers.left >= periods.period_start, leavers.left <= periods.period_end]).drop(
        "before", "last"
    )


def published(*months: str, flows: Sequence[dict[str, object]]) -> ibis.Table:
    """Published flows of one organisation, one dict of counts for each month, all staff groups unless told."""
    nothing: Row = {name: 0 if name in INTEGER_COUNTS else 0.0 for name in FLOW_COUNTS}
    place = {"organisation": "RX1", "organisation_name": "Northmoor Trust", "staff_group": ALL_STAFF_GROUPS}
    rows = [
        nothing | place | {"month": Month.parse(month).index} | counts
        for month, counts in zip(months, flows, strict=True)
    ]
    return ibis.memtable(pa.Table.from_pylist(rows, schema=PUBLISHED_FLOWS))


def period(first: str, last: str) -> ibis.Table:
    """One period, from the first to the last month."""
    return windows([Period(Month.parse(first), Month.parse(last))])


def rows(table: ibis.Table, *by: str) -> list[Row]:
    """The rows in the order of the columns `by`."""
    return table.order_by(list(by) or table.columns[0]).to_pyarrow().to_pylist()


def the_row(table: ibis.Table) -> Row:
    """The one row of a table."""
    (row,) = table.to_pyarrow().to_pylist()
    return row


def columns(row: Row, *names: str) -> tuple[object, ...]:
    return tuple(row[name] for name in names)
