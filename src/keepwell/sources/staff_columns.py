"""Which column holds which field, and which must not be taken at all?

Shared by every format of staff records. Headings are found by the table in content/staff_headings.yaml, or
named by the user. Names, NI numbers and addresses are dropped on sight, by heading and by what the cells
look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from keepwell.content import load_yaml
from keepwell.errors import FileNotUnderstood, listed
from keepwell.sources.formats import ReadOptions
from keepwell.sources.reading import RawTable, plain

ODS_CODE = re.compile(r"[A-Z][A-Z0-9]{2}|[A-HJ-NPVWYZ]\d{5}|[A-Z0-9]{5}")
PERSONAL_CELLS = {
    "NI numbers": re.compile(r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]", re.I),
    "e-mail addresses": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+"),
    "postcodes": re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}", re.I),
}
CELLS_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class StaffField:
    """A field of staff records: what it means and the headings it is known by, the best first.

    `kind` is text, number, date, flag, month or identifier; `special` marks a special category.
    """

    name: str
    kind: str
    means: str
    headings: tuple[str, ...]
    special: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Which heading each field was found under, and what was dropped or not taken."""

    taken: Mapping[str, str]
    dropped: tuple[str, ...]
    unused: tuple[str, ...]

    def cells(self, raw: RawTable, name: str) -> list[str] | None:
        """The cells of a field, or None where the file has no such column."""
        return raw.column(self.taken[name]) if name in self.taken else None


@cache
def staff_fields() -> dict[str, StaffField]:
    fields = load_yaml("staff_headings.yaml")["fields"]
    return {
        name: StaffField(name, entry["kind"], entry["means"], tuple(entry["headings"]), entry.get("special", False))
        for name, entry in fields.items()
    }


@cache
def _dropped_patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in load_yaml("staff_headings.yaml")["dropped"])


def is_personal(heading: str) -> bool:
    """Whether a heading is that of a name, an NI number, an address or the like."""
    return any(pattern.fullmatch(plain(heading)) for pattern in _dropped_patterns())


def found_fields(headings: Iterable[str], options: ReadOptions) -> dict[str, str]:
    """field -> plain heading, for the fields that these headings hold, the user's own choice first."""
    present = {plain(h) for h in headings if h}
    chosen = {name: plain(heading) for name, heading in options.columns.items() if plain(heading) in present}
    used = set(chosen.values())
    for name, field in staff_fields().items():
        if name in chosen:
            continue
        match = next((h for h in field.headings if h in present and h not in used), None)
        if match is not None:
            chosen[name] = match
            used.add(match)
    return chosen


def map_columns(raw: RawTable, options: ReadOptions, wanted: Sequence[str]) -> Columns:
    """The columns of the wanted fields; everything else is dropped (personal) or unused.

    Raises FileNotUnderstood when the user named a field or a heading that does not exist.
    """
    _refuse_unknown_columns(raw, options)
    by_plain = {plain(h): h for h in reversed(raw.headings) if h}
    found = {name: by_plain[h] for name, h in found_fields(raw.headings, options).items()}
    found = _organisation_by_its_codes(raw, found)
    taken = {n: h for n, h in found.items() if n in wanted and n not in options.leave_out}
    dropped = [h for h in raw.headings if is_personal(h) and h not in taken.values()]
    for name, heading in list(taken.items()):
        if staff_fields()[name].kind == "text" and (what := _personal_content(raw.column(heading))):
            del taken[name]
            dropped.append(f"{heading} (it holds {what})")
    left = [h for h in raw.headings if h not in taken.values() and not any(d.startswith(h) for d in dropped)]
    return Columns(taken, tuple(dropped), tuple(left))


def _refuse_unknown_columns(raw: RawTable, options: ReadOptions) -> None:
    unknown = sorted(set(options.columns) - set(staff_fields()))
    if unknown:
        raise FileNotUnderstood(
            f"Staff records have no field called {unknown[0]}.",
            found=f"--column {unknown[0]}=…",
            attempt=f"one of {listed(sorted(staff_fields()), 40)}",
        )
    present = {plain(h) for h in raw.headings}
    for name, heading in options.columns.items():
        if plain(heading) not in present:
            raise FileNotUnderstood(
                f'{raw.file} has no heading "{heading}".',
                found=f"headings {listed(raw.headings, 30)}",
                attempt=f'--column {name}="…" with one of these',
            )


def _organisation_by_its_codes(raw: RawTable, found: dict[str, str]) -> dict[str, str]:
    """A column headed Organisation is the ward in ESR and the employer elsewhere: its cells tell which."""
    heading = found.get("unit")
    if heading is None or "organisation" in found or plain(heading) not in ("organisation", "organization"):
        return found
    cells = {c for c in raw.column(heading) if c}
    if cells and all(ODS_CODE.fullmatch(c.upper()) for c in cells):
        rest = {name: h for name, h in found.items() if name != "unit"}
        return rest | {"organisation": heading}
    return found


def _personal_content(cells: list[str]) -> str | None:
    looked_at = list(dict.fromkeys(c for c in cells if c))[:CELLS_LOOKED_AT]
    for what, pattern in PERSONAL_CELLS.items():
        hits = sum(1 for c in looked_at if pattern.fullmatch(c))
        if hits and hits * 5 >= len(looked_at):
            return what
    return None
