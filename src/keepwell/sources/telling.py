"""How is a user told what became of files, be it one or sixty?"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from keepwell.errors import DecisionNeeded, counted
from keepwell.records.workspace import Workspace
from keepwell.sources.formats import ReadOptions
from keepwell.sources.loading import check_file, load_file, problems_in_words

MOST_IN_FULL = 6
"""More files than that are told in a line each, and what is to be said of them once at the end."""
_ROWS = re.compile(r" \((?:in )?rows? [^)]*\)")
_COUNT = re.compile(r"([\d,]+) (.*)", re.S)


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be said of one file: a line, some more about it, remarks, and decisions by their code."""

    done: str
    line: str
    more: tuple[str, ...]
    remarks: tuple[str, ...]
    decisions: tuple[str, ...]

    @property
    def in_full(self) -> Iterator[str]:
        yield self.line
        for text in (*self.more, *self.remarks, *self.decisions):
            yield f"  {text}"


def told_of_load(workspace: Workspace, path: Path, options: ReadOptions) -> Told:
    """Load a file and say what became of it. Raises KeepwellError where it is refused."""
    load = load_file(workspace, path, options, now=dt.datetime.now(dt.UTC))
    return Told(
        done="loaded",
        line=f"Loaded {load.file} as load {load.number} ({load.format}).",
        more=(
            f"{_months(load.first_month, load.last_month)}, {_organisations(load.organisations)}",
            f"{counted(load.rows_taken, 'row')} in, {load.rows_read - load.rows_taken:,} left out",
        ),
        remarks=(*problems_in_words(load.left_out), *load.remarks),
        decisions=load.warnings,
    )


def told_of_check(workspace: Workspace, path: Path, options: ReadOptions) -> Told:
    """Say what loading a file would do. Raises KeepwellError where it would not load whatever is decided."""
    try:
        checked = check_file(workspace, path, options)
    except DecisionNeeded as decision:
        return Told("would load once decided", f"{path.name}: to be decided first", (), (), (str(decision),))
    reading = checked.reading
    months = _months(str(reading.first_month), str(reading.last_month))
    return Told(
        done="would load with a decision" if checked.decisions else "would load",
        line=f"{path.name}: {checked.source.title}",
        more=(
            f"{months}, {_organisations(reading.organisations)}",
            f"{counted(reading.rows_taken, 'row')} would be taken of {reading.rows_read:,}",
        ),
        remarks=(*problems_in_words((x.reason, tuple(x.rows)) for x in reading.left_out), *reading.remarks),
        decisions=tuple(str(d) for d in checked.decisions),
    )


def _months(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _organisations(codes: Sequence[str]) -> str:
    return codes[0] if len(codes) == 1 else counted(len(codes), "organisation")


@dataclass(slots=True)
class Telling:
    """Tells of files one after the other, and at the end what they have in common and how many went how."""

    files: int
    say: Callable[[str], None]
    told: list[Told] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    @property
    def in_full(self) -> bool:
        return self.files <= MOST_IN_FULL

    def tell(self, told: Told) -> None:
        self.told.append(told)
        for line in told.in_full if self.in_full else [_in_a_line(told)]:
            self.say(line)

    def count(self, done: str) -> None:
        """A file of which something else has told: refused, or to be decided."""
        self.others.append(done)

    def close(self) -> None:
        """What was remarked on any of them, once, and how many went how."""
        if not self.in_full:
            for line in once(told.remarks for told in self.told):
                self.say(line)
            for line in _decisions_once(self.told):
                self.say(line)
        if self.files > 1:
            self.say(self.summary)

    @property
    def summary(self) -> str:
        done = [*(told.done for told in self.told), *self.others]
        return ", ".join(f"{done.count(what)} {what}" for what in dict.fromkeys(done))


def _in_a_line(told: Told) -> str:
    codes = ", ".join(sorted({code for text in told.decisions for code in re.findall(r"\(decision: ([\w-]+)\)", text)}))
    line = f"{told.line.removesuffix('.')}: {'; '.join(told.more)}"
    return f"{line}; to decide: {codes}" if codes else line


def once(remarks: Iterable[Iterable[str]]) -> list[str]:
    """Remarks on many files, each kind once: counts added up, rows left out, and in how many files."""
    files: dict[str, int] = {}
    counts: dict[str, int] = {}
    for of_file in remarks:
        for remark in of_file:
            text, count = _ROWS.sub("", remark), 0
            if found := _COUNT.fullmatch(text):
                count, text = int(found[1].replace(",", "")), found[2]
                text = re.sub(r"^(row|cell|reason|character)\b", r"\1s", text)
            files[text] = files.get(text, 0) + 1
            counts[text] = counts.get(text, 0) + count
    return [
        f"{counts[text]:,} {text} (in {counted(n, 'file')})" if counts[text] else f"{text} (in {counted(n, 'file')})"
        for text, n in files.items()
    ]


def _decisions_once(told: Sequence[Told]) -> list[str]:
    """The first of each kind of decision in full, and in how many files there is one, if in several."""
    first: dict[str, str] = {}
    files: dict[str, int] = {}
    for file in told:
        for text in file.decisions:
            code = text.rsplit("(decision: ", 1)[-1]
            first.setdefault(code, text)
            files[code] = files.get(code, 0) + 1
    return [f"{text} (in {files[code]:,} files)" if files[code] > 1 else text for code, text in first.items()]
