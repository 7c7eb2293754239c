"""Which actions of a plan stand in the tables of a document, and what of it was not understood?

Nothing is dropped without a word: a column that nobody knows is kept with the steps under its own heading, and a table
that has no such columns is named, and offered with the words around the table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from keepwell.content.headings import column_called, folded, headings
from keepwell.errors import counted, rows_named
from keepwell.web.papers.docx_tables import read_docx
from keepwell.web.papers.grids import ACROSS, DOWN, Cell, Document, Grid, PlanNotRead, clean
from keepwell.web.papers.opening import Opened
from keepwell.web.papers.row_contents import Written, content_of
from keepwell.web.papers.xlsx_tables import read_xlsx
from keepwell.web.plans.models import LONGEST_WORDS

HEADINGS_WITHIN: Final = 25
"""Rows from the top of a table in which its headings are looked for."""
MOST_ACTIONS: Final = 200
SAYS_WHAT: Final = frozenset({"action", "topic_and_objective", "objective", "steps"})
"""One of these has to be among the columns of a plan."""
OURS_READ: Final = "This is a paper of ours: only the table of the plan was read, and what is said about the plan."
MERGED_MARK: Final = {"": 0, DOWN: 1, ACROSS: 2}
SAMPLE: Final = 60
SECTION: Final = -1
"""Where the name of the section stands that a row is in, among the texts of its columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table and which of ours it is: "" where it is kept under its own heading. `said`: by the person."""

    at: int
    heading: str
    field: str
    said: bool
    sample: str

    @property
    def asked(self) -> bool:
        """Whether the person is asked what it is: nobody knows its heading, and something stands in it."""
        return self.said or (not self.field and bool(self.sample))


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a plan in it."""

    number: int
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Read:
    """An action as it was read: the row that it began in, what becomes of it, and what is to be said of that."""

    table: str
    row: int
    content: dict[str, Any]
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What was understood of a document. `about` are the words around its tables, as far as they fit."""

    title: str
    about: str
    understood: tuple[Table, ...]
    actions: tuple[Read, ...]
    remarks: tuple[str, ...]


@dataclass(slots=True)
class _Rows:
    """The rows of one action, gathered: by column the texts, in order."""

    row: int
    texts: dict[int, list[str]] = field(default_factory=dict)

    def add(self, at: int, text: str) -> None:
        if text and text not in self.texts.setdefault(at, []):
            self.texts[at].append(text)


def labels() -> dict[str, str]:
    """The columns of a plan by their keys, as they are called here."""
    return {one.key: one.label for one in headings()}


def read(content: bytes) -> dict[str, Any]:
    """What stands in a file, as it is kept. Raises PlanNotRead where no plan can be read out of it."""
    opened = Opened(content)
    document = read_docx(opened) if opened.kind == "docx" else read_xlsx(opened)
    kept = _kept(document)
    found = understood(kept, {}, dt.date.today())  # noqa: DTZ011 (only whether there is something is asked)
    if not found.actions:
        headed = "its table has headings and no row below them" if found.understood else _not_found(document)
        raise PlanNotRead(
            "No plan was found in this file.",
            found=headed,
            attempt="name the columns as the guide does (Topic and objective, Action, Owner, Timescales, Steps to take, "
            "Success criteria), and bring it again",
        )
    return kept


def _not_found(document: Document) -> str:
    if not document.grids:
        return "no table in it"
    return f"{counted(len(document.grids), 'table')}, none with a heading such as Action or Objective and a second one"


def _kept(document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "title": document.title,
        "ours": document.ours,
        "around": document.around,
        "remarks": document.remarks,
        "tables": [
            {
                "name": grid.name,
                "numbers": grid.numbers,
                "rows": [[[cell.text, MERGED_MARK[cell.mark]] for cell in row] for row in grid.rows],
            }
            for grid in document.grids
        ],
    }


def _grids(kept: Mapping[str, Any]) -> list[Grid]:
    marks = {number: mark for mark, number in MERGED_MARK.items()}
    return [
        Grid(one["name"], [[Cell(text, marks[mark]) for text, mark in row] for row in one["rows"]], one["numbers"])
        for one in kept["tables"]
    ]


def understood(kept: Mapping[str, Any], said: Mapping[str, str], today: dt.date) -> Tables:
    """What stands in a file that was read. `said` names columns that the person knows: {"0.3": "risks"}.

    Raises PlanNotRead for more actions than a plan has, and for one that does not fit.
    """
    tables: list[Table] = []
    actions: list[Read] = []
    remarks = list(kept["remarks"])
    remarks += [OURS_READ] if kept["ours"] and kept["kind"] == "docx" else []
    left: list[str] = []
    columns: tuple[Column, ...] = ()
    for number, grid in enumerate(_grids(kept)):
        at = _heading_row(grid)
        if at is None:
            if kept["ours"]:
                continue
            if not (columns and grid.rows and len(grid.rows[0]) == len(columns)):
                left += _as_words(grid, remarks)
                continue
            remarks.append(f"{grid.name} has no headings: it was read with those of the table before it.")
        else:
            left += [text for row in grid.rows[:at] for text in _words_of(row)]
            at, columns = _columns(grid, number, at, said)
            tables.append(Table(number, grid.name, columns))
        rows = _gathered(grid, columns, -1 if at is None else at, remarks)
        actions += [_read(grid.name, one, columns, today) for one in rows]
        if len(actions) > MOST_ACTIONS:
            raise _too_many(len(actions))
    title, about = _around(kept, left, remarks)
    return Tables(title, about, tuple(tables), tuple(actions), (*remarks, *_said_of(actions)))


def _around(kept: Mapping[str, Any], left: Sequence[str], remarks: list[str]) -> tuple[str, str]:
    around = [*kept["around"], *left]
    title = kept["title"]
    if not title and around:
        title, around = around[0], around[1:]
    elif around and folded(around[0]) == folded(title):
        around = around[1:]
    about = "\n".join(around)
    if len(about) > LONGEST_WORDS:
        remarks.append(
            f"Around the table stand {len(about):,} characters: the first {LONGEST_WORDS:,} fit into what is said about "
            "the plan, and the rest stays in your file."
        )
    return title.replace("\n", " ")[:120], about[:LONGEST_WORDS]


def _said_of(actions: Iterable[Read]) -> list[str]:
    """Each thing that was noticed, once, with the rows in which it was."""
    rows: dict[tuple[str, str], list[int]] = {}
    for one in actions:
        for words in one.kept:
            rows.setdefault((one.table, words), []).append(one.row)
    return [f"{table}, {rows_named(numbers)}: {words}" for (table, words), numbers in rows.items()]


def _heading_row(grid: Grid) -> int | None:
    """The row of the headings: the one with the most that we know, two at least, and one that says what is done."""
    best, most = None, 1
    for at, row in enumerate(grid.rows[:HEADINGS_WITHIN]):
        known = {column_called(cell.text) for cell in row if len(cell.text) <= 120} - {""}
        if len(known) > most and known & SAYS_WHAT:
            best, most = at, len(known)
    return best


def _columns(grid: Grid, number: int, at: int, said: Mapping[str, str]) -> tuple[int, tuple[Column, ...]]:
    """The columns by their headings, and the last row of these: a second one below tells "Start" and "End" apart."""
    named = _names(grid.rows[at])
    if at + 1 < len(grid.rows) and _goes_on(grid.rows[at], grid.rows[at + 1]):
        at += 1
        named = [
            cell.text if cell.text and not cell.mark and column_called(cell.text) else above
            for cell, above in zip(grid.rows[at], named, strict=True)
        ]
    found = []
    for column, heading in enumerate(named):
        told = said.get(f"{number}.{column}", "")
        sample = next((row[column].text for row in grid.rows[at + 1 :] if row[column].text), "")
        key = told if told in labels() else column_called(heading)
        sample = " ".join(sample.split())
        short = sample if len(sample) <= SAMPLE else f"{sample[: SAMPLE - 1].rstrip()}…"
        found.append(Column(column, heading, key, bool(told), short))
    return at, tuple(found)


def _names(row: Sequence[Cell]) -> list[str]:
    """The headings, each also for the columns that its cell reaches across."""
    names: list[str] = []
    for cell in row:
        names.append(names[-1] if cell.mark == ACROSS and names else " ".join(cell.text.split()))
    return names


def _goes_on(row: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether the row below belongs to the headings: some go down into it, or all of it are headings again."""
    told = [cell for cell in below if cell.text and not cell.mark]
    down = any(cell.mark == DOWN for cell in below)
    wide = any(cell.mark == ACROSS for cell in row)
    known = [cell for cell in told if column_called(cell.text)]
    return bool(told) and len(known) == len(told) and (down or wide)


def _gathered(grid: Grid, columns: Sequence[Column], at: int, remarks: list[str]) -> list[_Rows]:
    """The rows of each action. One that only goes on with what stands above is put to that."""
    found: list[_Rows] = []
    section, again = "", 0
    went_on: list[int] = []
    carried: list[int] = []
    topics = [column.at for column in columns if column.field in {"topic_and_objective", "topic"}]
    whats = [column.at for column in columns if column.field == "action"] or topics
    for below, row in enumerate(grid.rows[at + 1 :], at + 1):
        number = grid.number(below)
        own = {cell_at: cell.text for cell_at, cell in enumerate(row) if cell.text and not cell.mark}
        if not own:
            continue
        if _is_heading_again(row, columns):
            again += 1
            continue
        if len(own) == 1 and len(row) > 1 and (_spans(row) or _is_section(own, topics)):
            section = next(iter(own.values()))
            continue
        if found and _continues(row, own, whats, columns):
            for cell_at, text in own.items():
                found[-1].add(cell_at, text)
            went_on.append(number)
            continue
        one = _Rows(number)
        for cell_at, cell in enumerate(row):
            one.add(cell_at, cell.text)
        one.add(SECTION, section)
        if topics and found and not section and not any(one.texts.get(cell_at) for cell_at in topics):
            above = found[-1].texts.get(topics[0], [""])[0]
            one.add(topics[0], above)
            carried += [number] if above else []
        found.append(one)
    remarks += [f"{grid.name}: {counted(again, 'row')} with the headings again, left out."] if again else []
    remarks += [f"{grid.name}, {rows_named(went_on)}: put to the action above, of which it goes on."] if went_on else []
    remarks += [f"{grid.name}, {rows_named(carried)}: the topic is that of the rows above."] if carried else []
    return found


def _is_heading_again(row: Sequence[Cell], columns: Sequence[Column]) -> bool:
    pairs = [
        (folded(cell.text), folded(column.heading)) for cell, column in zip(row, columns, strict=False) if cell.text
    ]
    return len(pairs) > 1 and all(cell == heading for cell, heading in pairs)


def _spans(row: Sequence[Cell]) -> bool:
    """Whether a single cell reaches across the whole row, as the name of a section does."""
    return sum(cell.mark == ACROSS for cell in row) >= len(row) - 1


def _continues(row: Sequence[Cell], own: Mapping[int, str], whats: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether a row goes on with the action above: its action is the same merged cell, or it has no action and little else."""
    if any(row[at].mark == DOWN for at in whats if at < len(row)):
        return True
    others = [at for at in own if at not in whats]
    says_when_or_who = {column.at for column in columns if column.field in {"owner", "topic_and_objective", "topic"}}
    return len(others) == len(own) and (len(own) == 1 or not says_when_or_who & set(own))


def _is_section(own: Mapping[int, str], topics: Sequence[int]) -> bool:
    """Whether the one cell of a row names a topic for the rows below, and does not go on with one above."""
    at, text = next(iter(own.items()))
    return at in topics and not text[:1].islower()


def _words_of(row: Sequence[Cell]) -> list[str]:
    told = [" ".join(cell.text.split()) for cell in row if cell.text and not cell.mark]
    return [" | ".join(told)] if told else []


def _as_words(grid: Grid, remarks: list[str]) -> list[str]:
    """A table that is no plan, as words, said to be so; nothing for one that is empty."""
    lines = [line for row in grid.rows for line in _words_of(row)]
    if lines:
        begins = clean(lines[0])[:SAMPLE]
        remarks.append(
            f"{grid.name} is not the table of a plan (“{begins}”): its words are put to what is said about it."
        )
    return lines


def _read(table: str, rows: _Rows, columns: Sequence[Column], today: dt.date) -> Read:
    texts = {at: "\n".join(found) for at, found in rows.texts.items()}
    section = texts.pop(SECTION, "")
    told: dict[str, list[str]] = {}
    unknown: list[tuple[str, str]] = []
    for column in columns:
        text = texts.get(column.at, "")
        if text and column.field:
            told.setdefault(column.field, []).append(text)
        elif text:
            unknown.append((column.heading or "Without a heading", text))
    _put_section(told, section)
    where = f"{table}, row {rows.row}"
    written: Written = content_of({key: "\n".join(found) for key, found in told.items()}, unknown, today, where)
    return Read(table, rows.row, written.content, written.kept)


def _put_section(told: dict[str, list[str]], section: str) -> None:
    """The name of the section is the topic where the row says none, and stands before what it says otherwise."""
    if section and not told.get("topic"):
        said = told.get("topic_and_objective", [])
        told["topic_and_objective"] = [f"{section}: {said[0]}", *said[1:]] if said else [section]
    elif section and folded(section) not in folded(told["topic"][0]):
        told["topic"][0] = f"{section}: {told['topic'][0]}"


def _too_many(found: int) -> PlanNotRead:
    return PlanNotRead(
        "This file holds more actions than one plan can.",
        found=f"{found} actions or more, and {MOST_ACTIONS} is the most",
        attempt="bring it in parts, such as one for each place or topic",
    )
