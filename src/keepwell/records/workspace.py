"""What has been loaded, and can it be trusted to be whole?

A workspace is a folder of immutable generations. A load writes its rows as new Parquet files, then a new
list of all loads (a generation), then swaps one pointer by rename. Every file is on disk (fsync) before the
pointer names it, so a crash at any moment leaves the workspace as it was before or as it is after. Readers
take no lock: what they opened never changes.

    keepwell-workspace/
        CURRENT                 the number of the generation in force
        generations/000007.json the loads that make it up
        parts/                  rows, one Parquet file a load and table
        derived/                tables that can be made again from the parts; safe to delete
        released/               what audiences have had, as it was handed over; never deleted (see audiences.py)
"""

from __future__ import annotations

import errno
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from keepwell.errors import WorkspaceRefused, counted
from keepwell.records.rows_in_lots import RowsInLots

LAYOUT_VERSION = 1
LOCK_SECONDS = 60
NOT_MADE_BY_US = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EINVAL}  # what a fsync of such a folder says
FOLDERS = ("generations", "parts", "derived", "released")


@dataclass(frozen=True, slots=True)
class Load:
    """One file taken in. `parts` maps a canonical table to its Parquet file; months are "2025-10"."""

    number: int
    format: str
    file: str
    sha256: str
    loaded_at: str
    organisations: tuple[str, ...]
    first_month: str
    last_month: str
    rows_read: int
    rows_taken: int
    published: bool
    parts: Mapping[str, str]
    left_out: tuple[tuple[str, tuple[int, ...]], ...] = ()
    remarks: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    replaces: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Generation:
    """The workspace at one moment: the loads in force and the settings they were read with."""

    number: int
    loads: tuple[Load, ...] = ()
    next_load: int = 1
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def part_names(self) -> frozenset[str]:
        """The Parquet files of all its loads."""
        return frozenset(part for load in self.loads for part in load.parts.values())

    def loads_with(self, table: str) -> list[Load]:
        return [load for load in self.loads if table in load.parts]

    def load(self, number: int) -> Load:
        for load in self.loads:
            if load.number == number:
                return load
        raise WorkspaceRefused(
            f"There is no load {number} here.",
            found=f"loads {', '.join(str(load.number) for load in self.loads) or 'none'}",
            attempt="keepwell loads",
        )


class Workspace:
    """A folder of generations. Opening one writes nothing; `change` makes it when it is first needed."""

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    @property
    def exists(self) -> bool:
        return (self.folder / "CURRENT").is_file()

    def current(self) -> Generation:
        """The generation in force; an empty one where nothing was ever loaded."""
        number = self._number_in_force()
        return self.generation(number) if number else Generation(0)

    def generation(self, number: int) -> Generation:
        """An older generation: what was loaded then. `parts_of` says whether its rows are still kept.

        Raises WorkspaceRefused when it never was in force, or when a newer Keepwell wrote it.
        """
        path = self._generation_file(number)
        if number > self._number_in_force() or not path.is_file():
            raise WorkspaceRefused(
                f"Vintage {number} is not kept in this workspace.",
                found=f"vintages {', '.join(str(n) for n in self.vintages()) or 'none'}",
                attempt="keepwell loads",
            )
        content = json.loads(path.read_text("utf-8"))
        if content["layout"] > LAYOUT_VERSION:
            raise WorkspaceRefused(
                "This workspace was written by a newer Keepwell.",
                found=f"layout {content['layout']}, this version knows {LAYOUT_VERSION}",
                attempt="upgrade Keepwell",
            )
        loads = tuple(_load_from(entry) for entry in content["loads"])
        return Generation(content["generation"], loads, content["next_load"], content["settings"])

    def vintages(self) -> list[int]:
        """Every generation that is or was in force, oldest first."""
        in_force = self._number_in_force()
        return [number for number in self._generations_written() if number <= in_force]

    def part(self, name: str) -> Path:
        return self.folder / "parts" / name

    def parts_of(self, generation: Generation, table: str) -> list[Path]:
        """The Parquet files of one canonical table, oldest load first.

        Raises WorkspaceRefused when rows of an older vintage have been erased.
        """
        paths = [self.part(load.parts[table]) for load in generation.loads_with(table)]
        if any(not path.is_file() for path in paths):
            raise WorkspaceRefused(
                f"The rows of vintage {generation.number} are no longer all kept.",
                found="a load that was unloaded and erased",
                attempt="ask without --vintage, or load the file again",
            )
        return paths

    @contextmanager
    def change(self) -> Iterator[Change]:
        """Take the one writer's lock, and put the changes in force together at the end, or none of them."""
        self._make_folders()
        with self._writers_lock():
            self._sweep_unfinished()
            change = Change(self, self.current())
            try:
                yield change
                change.put_in_force()
            except BaseException:
                with suppress(OSError):  # the next change sweeps again
                    self._sweep_unfinished()
                raise

    def _make_folders(self) -> None:
        if not self.folder.exists():
            self.folder.mkdir(
                parents=True, exist_ok=True, mode=0o700
            )  # rows of staff: for their owner alone, unless they open it
        for name in FOLDERS:
            (self.folder / name).mkdir(exist_ok=True)
        if not self.exists:
            make_sure_of_folder(self.folder)

    @contextmanager
    def _writers_lock(self) -> Iterator[None]:
        lock = FileLock(self.folder / "lock", timeout=LOCK_SECONDS)
        try:
            lock.acquire()
        except Timeout:
            raise WorkspaceRefused(
                "Another load is writing to this workspace.",
                found=f"its lock has been held for {LOCK_SECONDS} seconds",
                attempt="wait for it to end",
            ) from None
        try:
            yield
        finally:
            lock.release()

    def _sweep_unfinished(self) -> None:
        """Delete what a crashed load left behind: drafts, a generation never in force, rows listed nowhere."""
        _sync_folder(self.folder)  # a killed load may have swapped the pointer without making sure of it
        in_force = self.current()
        never_in_force = [n for n in self._generations_written() if n > in_force.number]
        if never_in_force and never_in_force[-1] > in_force.number + 1:  # more than one crash leaves
            raise WorkspaceRefused(
                "The pointer of this workspace is lost or too old, so nothing was changed.",
                found=f"{self.folder / 'CURRENT'} names vintage {in_force.number or 'none'}, "
                f"and there are generations up to {never_in_force[-1]}",
                attempt="restore that file from a copy; it holds the number of the newest vintage",
            )
        for number in never_in_force:
            self._generation_file(number).unlink()
        for path in (
            *self.folder.glob(".CURRENT.*"),
            *(self.folder / "generations").glob(".*"),
            *self._parts_listed_nowhere(in_force),
        ):
            path.unlink()

    def _parts_listed_nowhere(self, in_force: Generation) -> list[Path]:
        """Rows that no generation lists. Not told by their age: clocks go back, and copies are all of one minute."""
        names = {path.name for path in (self.folder / "parts").iterdir()} - in_force.part_names
        for number in reversed(self.vintages()):
            if not names:
                break
            names -= self.generation(number).part_names
        return [self.part(name) for name in sorted(names)]

    def _number_in_force(self) -> int:
        try:
            return int((self.folder / "CURRENT").read_text())
        except FileNotFoundError:
            return 0

    def _generations_written(self) -> list[int]:
        """With one that a load has written, or crashed over, and not put in force."""
        names = [path.stem for path in (self.folder / "generations").glob("*.json")]
        return sorted(int(name) for name in names if name.isdecimal())

    def _generation_file(self, number: int) -> Path:
        return self.folder / "generations" / f"{number:06d}.json"


class Change:
    """What one writer is about to put in force. Nothing it does is seen by others before that."""

    def __init__(self, workspace: Workspace, before: Generation) -> None:
        self.workspace = workspace
        self.before = before
        self.after = before

    def add(self, load: Load, tables: Mapping[str, pa.Table | RowsInLots]) -> Load:
        """Write the rows of a load and list it. Loads that it replaces leave the list; their rows stay.

        A table that comes in lots becomes a row group a lot.
        """
        parts = {name: self._write_part(name, table) for name, table in tables.items()}
        numbered = replace(load, number=self.after.next_load, parts=parts)
        kept = tuple(old for old in self.after.loads if old.number not in load.replaces)
        self.after = replace(self.after, loads=(*kept, numbered), next_load=self.after.next_load + 1)
        return numbered

    def remove(self, number: int) -> Load:
        load = self.after.load(number)
        self.after = replace(self.after, loads=tuple(x for x in self.after.loads if x is not load))
        return load

    def set(self, **settings: Any) -> None:
        self.after = replace(self.after, settings={**self.after.settings, **settings})

    def put_in_force(self) -> None:
        if self.after is self.before:
            return
        number = self.before.number + 1
        content = {
            "layout": LAYOUT_VERSION,
            "generation": number,
            "next_load": self.after.next_load,
            "settings": dict(self.after.settings),
            "loads": [{f.name: getattr(load, f.name) for f in fields(load)} for load in self.after.loads],
        }
        folder = self.workspace.folder
        _sync_folder(folder / "parts")
        write_whole(self.workspace._generation_file(number), json.dumps(content).encode())
        write_whole(folder / "CURRENT", str(number).encode())

    def _write_part(self, table_name: str, table: pa.Table | RowsInLots) -> str:
        path = self.workspace.part(f"{table_name}-{uuid.uuid4().hex}.parquet")
        with path.open("wb") as file:
            if isinstance(table, RowsInLots):
                _write_lots(table, file)
            else:
                pq.write_table(table, file, compression="zstd")
            file.flush()
            os.fsync(file.fileno())
        return path.name


def _write_lots(table: RowsInLots, file: IO[bytes]) -> None:
    with pq.ParquetWriter(file, table.schema, compression="zstd") as writer:
        for lot in table.lots():
            writer.write_table(lot)


def erase_unlisted(workspace: Workspace) -> int:
    """Delete rows that the generation in force does not list, so that older vintages lose them. Returns how many files.

    For staff records that must go: an unload keeps its rows for older vintages until this is done. Which
    files were loaded then stays on record; `parts_of` refuses their rows.
    """
    with workspace.change() as change:
        listed = change.before.part_names
        doomed = [p for p in (workspace.folder / "parts").iterdir() if p.name not in listed]
        doomed += [p for p in (workspace.folder / "derived").rglob("*") if p.is_file()]
        for path in doomed:
            path.unlink(missing_ok=True)
        for folder in {workspace.folder / "parts", *(path.parent for path in doomed)}:
            _sync_folder(folder)
    return len(doomed)


def write_whole(path: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that it is there whole or not at all, also after a power cut."""
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        draft.touch(mode=mode, exist_ok=False)
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)  # noqa: PTH105 (the tests count this call)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_sure_of_folder(folder: Path) -> None:
    """Have a new folder, and those above it, there after a power cut too.

    All of them, not only those that were missing: a killed process may have made some of them just now.
    """
    _sync_folder(folder)
    for above in folder.absolute().parents:
        try:
            _sync_folder(above)
        except OSError as error:
            if error.errno not in NOT_MADE_BY_US:
                raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load_from(entry: dict[str, Any]) -> Load:
    left_out = tuple((reason, tuple(rows)) for reason, rows in entry.pop("left_out"))
    lists: dict[str, Any] = {k: tuple(entry.pop(k)) for k in ("organisations", "remarks", "warnings", "replaces")}
    return Load(**entry, **lists, left_out=left_out)


def described(load: Load) -> str:
    """A load in a line: "3  nhs_turnover  Oct-25.csv  2025-10  9,450 rows"."""
    months = load.first_month if load.first_month == load.last_month else f"{load.first_month} to {load.last_month}"
    return f"{load.number}  {load.format}  {load.file}  {months}  {counted(load.rows_taken, 'row')}"
