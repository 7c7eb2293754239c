"""Does a file of staff lack a column without which its numbers mean less than they seem?"""

from __future__ import annotations

from difflib import SequenceMatcher

from keepwell.errors import listed
from keepwell.sources.formats import Decision
from keepwell.sources.reading import RawTable, plain
from keepwell.sources.staff_columns import Columns, staff_fields

ALIKE = 0.8
"""A heading nearer than that to a known one may be the same, misspelt or shortened."""
WORTH_ASKING = {
    "no-staff-group": (("staff_group",), "the staff group"),
    "no-fte": (("fte", "contracted_hours"), "the FTE or the contracted hours"),
    "no-reason": (("reason",), "the reason for leaving"),
}
"""By the code of the decision: the fields of which one will do, and what they are called in words."""


def missing_columns(raw: RawTable, columns: Columns, *codes: str) -> list[Decision]:
    """What is to be decided of columns that are missing; a field that the user left out is decided."""
    return [
        _missing(raw, columns, code)
        for code in codes
        if not {*columns.taken, *columns.left_out} & set(WORTH_ASKING[code][0])
    ]


def _missing(raw: RawTable, columns: Columns, code: str) -> Decision:
    fields, called = WORTH_ASKING[code]
    name, heading = next(((n, h) for n in fields if (h := near_heading(columns.unused, n))), (fields[0], "…"))
    return Decision(
        code,
        f"{raw.file} has no column for {called}.",
        f"headings {listed(raw.headings, 30)}",
        f'name the heading: --column {name}="{heading}"; --accept {code} to go without',
        blocks=True,
    )


def near_heading(headings: tuple[str, ...], name: str) -> str | None:
    """The heading that is nearest to one that the field is known by, if any is near."""
    near = {h: max(SequenceMatcher(None, plain(h), k).ratio() for k in staff_fields()[name].headings) for h in headings}
    best = max(near, key=lambda h: near[h], default=None)
    return best if best is not None and near[best] > ALIKE else None
