"""What does one sheet of an HCHS workbook say: which rows are England, regions and organisations, which columns what?

Titles above, notes below, one or two rows of headings; staff groups or months across, organisations or staff
groups down, England and regions among the organisations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from keepwell.content import load_yaml
from keepwell.errors import FileNotUnderstood, listed, rows_named
from keepwell.periods import Month, read_month
from keepwell.records.counts import total_of
from keepwell.records.staff import NOT_KNOWN
from keepwell.sources.count_cells import is_hidden
from keepwell.sources.count_tables import is_total
from keepwell.sources.ods_cells import CODE
from keepwell.sources.reading import HEADING_ROWS_SEARCHED, Sheet, column_letters, plain
from keepwell.sources.staff_months import month_in_titles

NOTHING: Final = frozenset(("", ".", "..", "n/a", "na", "#n/a", ":"))
"""Cells that say that there is nothing to count: an organisation that was not there, no such group."""
NATIONALITIES: Final = frozenset(
    (
        *("uk", "eu", "eu eea", "eea", "non eu", "british", "rest of world", "rest of the world", "europe", "asia"),
        *(
            "africa",
            "americas",
            "oceania",
            "middle east",
            "unknown",
            "eu27",
            "eu28",
            "united kingdom",
            "european union",
        ),
    )
)
SEXES: Final = frozenset(("male", "female", "men", "women"))
MEASURES: Final = {
    "headcount": re.compile(r"\b(?:headcount|head count|hc)\b", re.I),
    "fte": re.compile(r"\b(?:fte|wte|full[- ]time[- ]equivalents?)\b", re.I),
}
_FOOTNOTE = re.compile(r"(?<=[A-Za-z)])\d(?:,\d)*$|[†‡*]+$")
_NUMBER = re.compile(r"[-–—]|-?[\d, ]*\d(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class SheetCell:
    """One count: where it stands, what it is of, and its text."""

    row: int
    heading: str
    month: Month
    measure: str
    values: Mapping[str, str]
    text: str
    name: str | None


@dataclass(slots=True)
class HchsSheet:
    """A sheet with its headings found. `across` is what stands in the heading row: months or staff groups."""

    sheet: Sheet
    heading_row: int
    across: str
    columns: list[int]
    labels: list[int]
    titles: list[str] = field(default_factory=list)

    @property
    def body(self) -> Iterator[tuple[int, list[str]]]:
        """The rows below the headings that count something."""
        after = self.heading_row + 1
        for number, row in zip(self.sheet.row_numbers[after:], self.sheet.rows[after:], strict=True):
            cells = [row[j] if j < len(row) else "" for j in range(max(self.columns) + 1)]
            if any(_NUMBER.fullmatch(cells[j]) or is_hidden(cells[j]) for j in self.columns):
                yield number, cells


def words_around(sheet: Sheet, found: HchsSheet | None) -> str:
    """What a sheet says of itself: titles, notes, covers; not the headings nor the labels of rows that count."""
    counting = {number for number, _ in found.body} if found else set()
    rows = zip(sheet.row_numbers, sheet.rows, strict=True)
    heading = found.heading_row if found else -1
    told = [row for k, (number, row) in enumerate(rows) if number not in counting and k != heading]
    return " ".join(cell for row in told for cell in row if cell)


def without_footnote(label: str) -> str:
    """A heading without the number or mark of a footnote: "EU nationality1"."""
    return _FOOTNOTE.sub("", " ".join(label.split())).strip()


def words_of(label: str) -> str:
    """A label as staff groups are compared: "Nurses & health visitors" and "NURSES AND HEALTH VISITORS" are one."""
    return plain(without_footnote(label).replace("&", " and "))


@cache
def staff_words() -> dict[str, tuple[str, str]]:
    """What a label of a staff group is: its kind (total, staff_family, staff_group, grade) and its family."""
    content = load_yaml("hchs_staff_groups.yaml")
    found = dict.fromkeys(content["total"], ("total", ""))
    for family, groups in content["families"].items():
        found[family] = ("staff_family", family)
        found |= {word: ("staff_group", family) for names in groups for word in names}
    found |= {word: ("staff_group", "") for names in content["others"] for word in names}
    return found | dict.fromkeys(content["doctors_grades"], ("grade", ""))


def hchs_sheet(sheet: Sheet) -> HchsSheet | None:
    """The sheet with its headings, if months or staff groups stand across it; None for covers and notes."""
    for i, row in enumerate(sheet.rows[:HEADING_ROWS_SEARCHED]):
        months = [j for j, cell in enumerate(row) if cell and _month(cell)]
        groups = [j for j, cell in enumerate(row) if words_of(cell) in staff_words()]
        across, columns = ("month", months) if len(months) >= 2 else ("staff_group", groups)
        if len(columns) < 2 or (across == "month" and _groups_below(sheet, i)):
            continue
        titles = [" ".join(c for c in r if c) for r in sheet.rows[:i] if any(r)]
        labels = list(range(columns[0]))
        if across == "staff_group":
            columns = list(range(columns[0], max(j for j, cell in enumerate(row) if cell) + 1))
        found = HchsSheet(sheet, i, across, columns, labels, titles)
        if columns[0] and sum(1 for _ in found.body) >= 2:
            return found
    return None


def _groups_below(sheet: Sheet, i: int) -> bool:
    """Whether the next row is one of staff groups: then the months stand above the headings."""
    below = sheet.rows[i + 1] if i + 1 < len(sheet.rows) else []
    return sum(words_of(cell) in staff_words() for cell in below) >= 2


def _month(cell: str) -> Month | None:
    return None if re.fullmatch(r"\d{1,5}(?:\.\d+)?", cell) else read_month(cell)


def cells_of(file: str, found: HchsSheet, month: Month | None) -> list[SheetCell]:
    """Every cell of a sheet that counts something.

    Raises FileNotUnderstood where it does not say of which month it is, whether it counts people or FTE, or what
    a row or column is of.
    """
    columns = _columns(file, found, month)
    _refuse_without_heading(file, found, columns)
    rows = _rows(file, found)
    fields = {name for _, values, _ in rows for name in values} | {name for c in columns for name in c.values}
    made = []
    for (number, cells), (_, of_row, name) in zip(found.body, rows, strict=True):
        for j, column in zip(found.columns, columns, strict=True):
            if column.heading and cells[j].casefold() not in NOTHING:
                values = {f: total_of(f) for f in fields} | dict(of_row) | dict(column.values)
                made.append(SheetCell(number, column.heading, column.month, column.measure, values, cells[j], name))
    return made


def _refuse_without_heading(file: str, found: HchsSheet, columns: Sequence[_Column]) -> None:
    bare = [j for j, column in zip(found.columns, columns, strict=True) if not column.heading]
    if counting := [j for j in bare if any(cells[j].casefold() not in NOTHING for _, cells in found.body)]:
        raise FileNotUnderstood(
            f"{file} has counts in columns without a heading.",
            found=f"column {listed([column_letters(j) for j in counting])}",
            attempt="write the staff group above them, or take them out",
        )


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    month: Month
    measure: str
    values: Mapping[str, str]


def _columns(file: str, found: HchsSheet, said: Month | None) -> list[_Column]:
    """What each column counts, from its heading and from the heading above it, which reaches to the next one."""
    inner = found.sheet.rows[found.heading_row]
    outer = _outer(found)
    in_titles = None if found.across == "month" else said or month_in_titles([found.sheet.name, *found.titles])
    of_groups = _groups([inner[j] for j in found.columns]) if found.across == "staff_group" else []
    columns = []
    for k, j in enumerate(found.columns):
        label, above = inner[j], outer.get(j, "")
        month = _month(label) if found.across == "month" else _month(above) or in_titles
        values = dict(of_groups[k]) if of_groups else {}
        if label and above and not _month(above):
            values |= _above(file, found, above)
        if label and month is None:
            raise _no_month(file, found)
        measure = _measure(file, found, f"{above} {label}")
        columns.append(_Column(" ".join(filter(None, (above, label))), month or Month(0), measure, values))
    return columns


def _outer(found: HchsSheet) -> dict[int, str]:
    """The heading above each column, if there is a row of them; one over merged cells stands in the first."""
    if not found.heading_row:
        return {}
    above = found.sheet.rows[found.heading_row - 1]
    cells = [above[j] if j < len(above) else "" for j in found.columns]
    if not cells[0] or any(above[j] for j in found.labels if j < len(above)):
        return {}
    reach, last = {}, ""
    for j, cell in zip(found.columns, cells, strict=True):
        last = cell or last
        reach[j] = without_footnote(last)
    return reach


def _above(file: str, found: HchsSheet, label: str) -> dict[str, str]:
    """The field and value that an upper heading stands for."""
    if any(pattern.fullmatch(label.strip()) for pattern in MEASURES.values()):
        return {}
    words = re.sub(r" national(?:ity|s)?$", "", plain(label))
    if words in NATIONALITIES or re.fullmatch(r"all nationalit(?:y|ies)", words):
        return {"nationality": total_of("nationality") if is_total(label) else label}
    if words in SEXES:
        return {"sex": label}
    if is_total(label):
        return {}
    raise FileNotUnderstood(
        f"{file} has headings above its headings that Keepwell does not know.",
        found=f'"{label}" above the row of staff groups or months'
        + (f' on the sheet "{found.sheet.name}"' if found.sheet.name else ""),
        attempt="write the table with one row a month and group, under headings such as month, staff group, headcount",
    )


def _measure(file: str, found: HchsSheet, heading: str) -> str:
    """headcount or fte, from what stands nearest: the headings, the sheet's name, the rows above."""
    for text in (heading, found.sheet.name, *reversed(found.titles)):
        said = [name for name, pattern in MEASURES.items() if pattern.search(text.replace("_", " "))]
        if len(said) == 1:
            return said[0]
    raise FileNotUnderstood(
        f"{file} does not say whether it counts people or full-time equivalents.",
        found=f"{len(found.titles)} rows of titles with neither word, or with both",
        attempt="write Headcount or FTE into the row above the headings, or name the sheet so",
    )


def _no_month(file: str, found: HchsSheet) -> FileNotUnderstood:
    return FileNotUnderstood(
        f"{file} does not say of which month its counts are.",
        found="no one date in the rows above the headings" + (f' of "{found.sheet.name}"' if found.sheet.name else ""),
        attempt="say it: --month 2016-09",
    )


def _groups(labels: Sequence[str]) -> list[dict[str, str]]:
    """Staff groups in order, each with the family and the doctors' grade that it belongs to.

    Families and grades are fields only where the table has them; a label that is not known is a group.
    """
    kinds = [staff_words().get(words_of(label), ("staff_group", "")) for label in labels]
    with_families = any(kind == "staff_family" for kind, _ in kinds)
    with_grades = any(kind == "grade" for kind, _ in kinds)
    families = {
        family: without_footnote(x) for (k, family), x in zip(kinds, labels, strict=True) if k == "staff_family"
    }
    found, group, of_group = [], total_of("staff_group"), ""
    for (kind, family), label in zip(kinds, labels, strict=True):
        name = without_footnote(label)
        if kind == "staff_group":
            group, of_group = name, family
        values = {
            "staff_group": name if kind == "staff_group" else group if kind == "grade" else total_of("staff_group")
        }
        if with_families:
            mine = family if kind == "staff_family" else of_group if kind in ("staff_group", "grade") else None
            values["staff_family"] = total_of("staff_family") if mine is None else families.get(mine, NOT_KNOWN)
        if with_grades:
            values["grade"] = name if kind == "grade" else total_of("grade")
        found.append(values)
    return found


def _rows(file: str, found: HchsSheet) -> list[tuple[int, dict[str, str], str | None]]:
    """What each row counts, and the name of its organisation: places where there are codes, else staff groups."""
    rows = [(number, [" ".join(cells[j].split()) for j in found.labels]) for number, cells in found.body]
    codes = _code_column([labels for _, labels in rows])
    if codes is None:
        return _rows_of_groups(file, found, rows)
    made: list[tuple[int, dict[str, str], str | None]] = []
    current = None
    for number, labels in rows:
        code, others = labels[codes].upper(), [without_footnote(x) for k, x in enumerate(labels) if k != codes and x]
        if CODE.fullmatch(code):
            region = others[0] if len(others) > 1 else current or NOT_KNOWN
            made.append((number, {"organisation": code, "region": region}, others[-1] if others else None))
        elif others and (plain(others[0]) == "england" or is_total(others[0])):
            made.append((number, {"organisation": total_of("organisation"), "region": total_of("region")}, None))
        elif others:
            current = others[0]
            made.append((number, {"organisation": total_of("organisation"), "region": current}, None))
        else:
            raise _unnamed_row(file, number)
    if all(values["region"] in (NOT_KNOWN, total_of("region")) for _, values, _ in made):
        made = [(number, {"organisation": values["organisation"]}, name) for number, values, name in made]
    return made


def _code_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The last of the columns in front that holds codes of organisations in at least half of the rows."""
    width = min((len(labels) for labels in rows), default=0)
    holds = [
        j
        for j in range(width)
        if 2 * sum(bool(CODE.fullmatch(labels[j])) and len(labels[j]) <= 5 for labels in rows) >= len(rows)
    ]
    return holds[-1] if holds else None


def _rows_of_groups(
    file: str, found: HchsSheet, rows: Sequence[tuple[int, list[str]]]
) -> list[tuple[int, dict[str, str], str | None]]:
    names = [next((x for x in reversed(labels) if x), "") for _, labels in rows]
    if found.across != "month" or 2 * sum(words_of(name) in staff_words() for name in names) < len(names):
        raise FileNotUnderstood(
            f"{file} has rows that are neither organisations with their codes nor staff groups.",
            found=f"columns {column_letters(0)} to {column_letters(len(found.labels) - 1)} in front of the counts, without codes",
            attempt="add a column of organisation codes, or write one row a month and group under plain headings",
        )
    if unnamed := [number for (number, _), name in zip(rows, names, strict=True) if not name]:
        raise _unnamed_row(file, *unnamed)
    return [(number, values, None) for (number, _), values in zip(rows, _groups(names), strict=True)]


def _unnamed_row(file: str, *numbers: int) -> FileNotUnderstood:
    return FileNotUnderstood(
        f"{file} has counts in rows that say nothing of whose they are.",
        found=rows_named(list(numbers)),
        attempt="name those rows, or take their numbers out",
    )
