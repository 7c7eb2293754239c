"""How are files damaged on their way, and how does somebody damage them who means it? Same seed, same damage."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import xlsxwriter
import xlwt

from keepwell.made_up import SystemPlan, make_up

FRAGMENTS = (
    *(b"", b"\x00", b"\xff", b'"', b"\n", b"\r", b",", b";", b"\t", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xa8"),
    *(b"31/12/4712", b"31/02/2025", b"0000-00-00", b"99999999999999999999", b"-1", b"1e308", b"1E+999", b"NaN", b"inf"),
    *(b"=1+1", b"#REF!", b"*", b"<5", b"ZZ000937A", b"a@b.cd", b"&#0;", b"]]>", b"<c", b"/>", b'r="XFD1048576"'),
    *(
        b"<!DOCTYPE x [<!ENTITY a 'a'>]>",
        b"\xc3\x28",
        b"\xf0\x9f\x98\x80",
        b"9" * 300,
        b"," * 300,
        b"2025-13",
        b"10000-01",
    ),
)


def originals(folder: Path) -> dict[str, bytes]:
    """Real-like files: text of each kind that people load, and workbooks of the same."""
    made = make_up(SystemPlan(people=400, months=2), folder)
    texts = [path for path in sorted(folder.rglob("*.csv")) if path.stat().st_size]
    kinds = {path.parent.name: path for path in texts}
    assert made.staff_in_post
    found = {f"{kind}.csv": _some_rows(path.read_bytes()) for kind, path in kinds.items()}
    for name in [name for name in found if name in ("staff_in_post.csv", "turnover.csv")]:
        rows = [line.split(",") for line in found[name].decode("utf-8", errors="replace").splitlines()]
        found[name.replace(".csv", ".xlsx")] = _xlsx(rows)
        found[name.replace(".csv", ".xls")] = _xls(rows)
    return found


def _some_rows(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:60])


def _xlsx(rows: list[list[str]]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Staff")
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return file.getvalue()


def _xls(rows: list[list[str]]) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Staff")
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            sheet.write(i, j, cell)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def mutated(data: bytes, rng: random.Random) -> bytes:
    """The file with some of its bytes, or some of the bytes of its parts, changed."""
    if data.startswith(b"PK") and rng.random() < 0.7:
        return _with_a_part_changed(data, rng)
    return _changed(data, rng)


def _with_a_part_changed(data: bytes, rng: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    name = rng.choice(sorted(parts))
    parts[name] = _changed(parts[name], rng)
    if rng.random() < 0.1:
        del parts[rng.choice(sorted(parts))]
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts.items():
            book.writestr(part, content)
    return file.getvalue()


def _changed(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        if not changed:
            break
        at, to = sorted((rng.randrange(len(changed)), rng.randrange(len(changed))))
        to = min(to, at + rng.choice((1, 8, 200, 5000)))
        act = rng.randrange(8)
        if act == 0:
            changed[at] = rng.randrange(256)
        elif act == 1:
            changed[at:at] = rng.choice(FRAGMENTS)
        elif act == 2:
            del changed[at:to]
        elif act == 3:
            changed[at:at] = changed[at:to]
        elif act == 4:
            changed[at:to] = bytes(to - at)
        elif act == 5:
            changed[at] ^= 1 << rng.randrange(8)
        elif act == 6:
            changed[at : at + 4] = rng.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 0xFFFF, 512)).to_bytes(4, "little")
        elif rng.random() < 0.3:
            del changed[at:]
        else:
            changed[at:to] = rng.choice(FRAGMENTS)
    return bytes(changed)
