"""No value of a person's gets out: not to the screen, not to the list of loads, not to the rows kept.

Markers that nothing else could print stand in the cells of valid and of broken files.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import xlsxwriter

from keepwell.cli import main

NAMES = ("Zzyzxson", "Qwertova")
FREE_TEXT = "wtf77 fell out with Zzyzxson"
NEVER_KEPT = re.compile(
    r"zzyzx|qwertova|ZZ ?98 ?76 ?\d\d ?A|@zzmail|ZX9 ?9ZX|8675309\d|07700 ?900|wtf77|13/02/1961|1961-02-13",
    re.IGNORECASE,
)
"""What must be nowhere: names, NI numbers, e-mail, postcodes, employee numbers, telephones, free text, births."""
STAFF = (
    *(
        "Employee Number",
        "Last Name",
        "First Name",
        "NI Number",
        "E-mail",
        "Postcode",
        "Telephone",
        "Organisation Code",
    ),
    *(
        "Organisation",
        "Staff Group",
        "Assignment Status",
        "FTE",
        "Latest Start Date",
        "Effective Date",
        "Date Of Birth",
    ),
)
LEAVERS = (*STAFF[:10], "FTE", "Latest Start Date", "Termination Date", "Date Of Birth", "Leaving Reason")
LIST = ("Staff ID", *STAFF[1:7], "Start Date", "End Date", "Organisation Code", "Team", "Band", "FTE", "Date Of Birth")


@dataclass(frozen=True)
class Table:
    headings: tuple[str, ...]
    rows: list[list[str]]
    delimiter: str = ","

    def csv(self) -> bytes:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter).writerows(
            [self.headings, *self.rows] if self.headings else self.rows
        )
        return text.getvalue().encode()

    def xlsx(self) -> bytes:
        file = io.BytesIO()
        book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False})
        sheet = book.add_worksheet()
        for i, row in enumerate([self.headings, *self.rows] if self.headings else self.rows):
            sheet.write_row(i, 0, row)
        book.close()
        return file.getvalue()


def person(i: int, headings: tuple[str, ...]) -> list[str]:
    cells = {
        "Employee Number": f"8675309{i}",
        "Staff ID": f"8675309{i}",
        "Last Name": NAMES[i % 2],
        "First Name": "Zzyzx",
        "NI Number": f"ZZ9876{i % 90 + 10}A",
        "E-mail": f"p{i}@zzmail.org",
        "Postcode": "ZX9 9ZX",
        "Telephone": f"07700 9001{i % 90 + 10}",
        "Organisation Code": "RX1",
        "Organisation": f"Ward {i % 3}",
        "Team": f"Ward {i % 3}",
        "Staff Group": "Nurses",
        "Band": "Band 5",
        "FTE": "1",
        "Assignment Status": "Active Assignment",
        "Latest Start Date": "14/03/2015",
        "Start Date": "14/03/2015",
        "Effective Date": "31/01/2025",
        "Date Of Birth": "13/02/1961",
        "Leaving Reason": FREE_TEXT,
        "Termination Date": f"{i % 27 + 1}/01/2025",
        "End Date": "15/01/2025" if i % 4 == 0 else "",
    }
    return [cells[h] for h in headings]


def sound(headings: tuple[str, ...]) -> Table:
    return Table(headings, [person(i, headings) for i in range(40)])


def swapped(table: Table, rng: random.Random) -> Table:
    """In some rows two cells have changed places: numbers, names and days stand under any heading but a name's.

    Of free text only a reason can be told from the name of a ward, so words do not move.
    """
    wordless = [j for j, h in enumerate(table.headings) if h not in ("Last Name", "First Name", "Leaving Reason")]
    rows = [list(row) for row in table.rows]
    for row in rng.sample(rows, 12):
        a, b = rng.sample(wordless, 2)
        row[a], row[b] = row[b], row[a]
    return replace(table, rows=rows)


def shifted(table: Table, rng: random.Random) -> Table:
    """In some rows a separator too many: every cell stands one to the right."""
    rows = [list(row) for row in table.rows]
    for row in rng.sample(rows, 5):
        row.insert(rng.randrange(len(row)), "")
    return replace(table, rows=rows)


def renamed(table: Table, rng: random.Random) -> Table:
    """Some headings that nobody knows."""
    lost = rng.sample(range(len(table.headings)), 6)
    return replace(table, headings=tuple(f"Column {j}" if j in lost else h for j, h in enumerate(table.headings)))


def bare(table: Table, rng: random.Random) -> Table:
    return replace(table, headings=())


def as_form(table: Table, rng: random.Random) -> Table:
    """A person a row, each cell behind its own heading."""
    rows = [[x for pair in zip(table.headings, row, strict=True) for x in pair] for row in table.rows]
    return Table((), rows)


def on_end(table: Table, rng: random.Random) -> Table:
    """Headings down the side, a person a column."""
    return Table((), [[h, *cells] for h, cells in zip(table.headings, zip(*table.rows, strict=True), strict=True)])


def emptied(table: Table, rng: random.Random) -> Table:
    """A column of which nothing is left."""
    at = rng.randrange(len(table.headings))
    return replace(table, rows=[[*r[:at], "", *r[at + 1 :]] for r in table.rows])


def garbled(table: Table, rng: random.Random) -> Table:
    """Words where days and numbers belong."""
    wanted = [j for j, h in enumerate(table.headings) if "Date" in h or h == "FTE"]
    rows = [[f"Zzyzxson {c}" if j in wanted and rng.random() < 0.4 else c for j, c in enumerate(r)] for r in table.rows]
    return replace(table, rows=rows)


FAULTS: tuple[Callable[[Table, random.Random], Table], ...] = (
    lambda table, rng: table,
    swapped,
    shifted,
    renamed,
    bare,
    as_form,
    on_end,
    emptied,
    garbled,
)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KEEPWELL_KEY_FILE", str(tmp_path / "person.key"))
    return tmp_path / "w"


def files(folder: Path, seed: int) -> Iterator[Path]:
    rng = random.Random(seed)
    for n, headings in enumerate((STAFF, LEAVERS, LIST)):
        for m, fault in enumerate(FAULTS):
            table = fault(sound(headings), rng)
            for kind, content in (("csv", table.csv()), ("xlsx", table.xlsx())):
                path = folder / f"file{n}{m}.{kind}"
                path.write_bytes(content)
                yield path
        path = folder / f"cut{n}.csv"
        path.write_bytes(sound(headings).csv()[: rng.randrange(300, 900)])
        yield path


def everything_kept(workspace: Path) -> Iterator[tuple[str, str]]:
    """Each file of a workspace, as its bytes and, for rows, as the text of every cell."""
    for path in workspace.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            yield path.name, json.dumps(pq.read_table(path).to_pylist(), default=str)


def assert_nothing_personal(where: str, text: str) -> None:
    found = NEVER_KEPT.search(text)
    assert found is None, f"something of a person's in {where}, at {found.start()}" if found else ""


OPTIONS = (
    (),
    ("--column", "unit=Organisation", "--organisation", "RX9"),
    ("--month", "2025-01", "--day-first"),
    ("--column", "job_role=No such heading"),
    ("--leave-out", "sex"),
)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_of_a_persons_is_printed_or_kept(
    seed: int, workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = OPTIONS[seed % len(OPTIONS)]
    statuses = set()
    for path in files(tmp_path, seed):
        for command in ("check", "load"):
            with pytest.raises(SystemExit) as ended:
                main(["--workspace", str(workspace), command, str(path), *options])
            statuses.add(ended.value.code)
            shown = capsys.readouterr()
            assert_nothing_personal(f"what {command} prints of {path.name}", shown.out + shown.err)
            assert ended.value.code in (0, 1, 2), f"{command} of {path.name} broke: {shown.err}"
    assert 2 in statuses
    for name, text in everything_kept(workspace):
        assert_nothing_personal(name, text)


def test_some_of_these_files_are_loaded_so_that_there_is_something_to_find(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--workspace", str(workspace), "load", *map(str, files(tmp_path, 0))])
    capsys.readouterr()
    assert sum(name.endswith(".parquet") for name, _ in everything_kept(workspace)) >= 10


@pytest.mark.parametrize("planted", ["Zzyzxson", "ZZ 98 76 54 A", "a@zzmail.org", "86753091", "wtf77", "ZX9 9ZX"])
def test_a_planted_leak_is_found(planted: str) -> None:
    with pytest.raises(AssertionError):
        assert_nothing_personal("a test", f"something with {planted} in it")


def test_a_fault_of_our_own_prints_no_cell(
    workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The planted fault: a reader that breaks with a person's value in its words."""
    path = tmp_path / "a.csv"
    path.write_bytes(sound(STAFF).csv())

    def breaks(*_: object, **__: object) -> None:
        raise ValueError("could not read Zzyzxson 86753091")

    monkeypatch.setattr("keepwell.sources.loading.read_sheets", breaks)
    with pytest.raises(SystemExit) as ended:
        main(["--workspace", str(workspace), "load", str(path)])
    shown = capsys.readouterr()
    assert ended.value.code == 70
    assert_nothing_personal("a crash", shown.out + shown.err)


def test_a_process_of_its_own_prints_nothing_personal_either(workspace: Path, tmp_path: Path) -> None:
    rng = random.Random(1)
    for n, table in enumerate((sound(STAFF), bare(sound(LEAVERS), rng), garbled(sound(LIST), rng))):
        path = tmp_path / f"p{n}.csv"
        path.write_bytes(table.csv())
        command = [sys.executable, "-c", "from keepwell.cli import main; main()"]
        ran = subprocess.run(
            [*command, "--workspace", str(workspace), "load", str(path)], capture_output=True, text=True, check=False
        )
        assert_nothing_personal("a process", ran.stdout + ran.stderr)
        assert ran.returncode in (0, 1, 2)
