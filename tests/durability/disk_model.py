"""What may a disk hold after a power cut?

A Disk keeps what was asked of it and what it has promised to keep. Only three things are promised: a file's
bytes after its fsync; a folder's names after the folder's fsync; and that a rename is one thing, done or not.
Everything else may or may not be there, each for itself.
"""

from __future__ import annotations

import io
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any

FOLDER = -1
NOT_MODELLED = {"lock"}
MOST_PENDING = 8
Files = dict[str, bytes | None]
"""Paths and bytes; None for a folder."""


@dataclass(frozen=True)
class Content:
    """What was written to a file, and what of it an fsync has made sure of."""

    written: bytes = b""
    sure: bytes = b""

    def after_power_cut(self) -> Iterator[bytes]:
        yield self.written
        if self.written != self.sure:
            yield from (self.sure, b"", self.written[: len(self.written) // 2], b"\0" * len(self.written))


@dataclass(frozen=True)
class Renaming:
    """A change of the names in one folder: made, removed, or both at once."""

    folder: str
    gone: str | None = None
    name: str | None = None
    thing: int = FOLDER

    def done_in(self, folders: dict[str, dict[str, int]]) -> None:
        names = folders.setdefault(self.folder, {})
        if self.gone is not None:
            names.pop(self.gone, None)
        if self.name is not None:
            names[self.name] = self.thing


@dataclass
class Disk:
    """Paths are relative to its root, the folder ".", which is there for good."""

    contents: list[Content] = field(default_factory=list)
    names: dict[str, dict[str, int]] = field(default_factory=lambda: {".": {}})
    sure_names: dict[str, dict[str, int]] = field(default_factory=lambda: {".": {}})
    pending: list[Renaming] = field(default_factory=list)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """A disk that holds for good what lies under `root` now."""
        disk = cls()
        for path in sorted(root.rglob("*")):
            if path.name in NOT_MODELLED:
                continue
            relative = str(path.relative_to(root))
            if path.is_dir():
                disk.make_folder(relative)
            else:
                disk.write(disk.make_file(relative), path.read_bytes())
                disk.sync_file(relative)
        for folder in disk.names:
            disk.sync_folder(folder)
        return disk

    def make_folder(self, path: str) -> None:
        self._rename(Renaming(_folder(path), name=PurePath(path).name))
        self.names.setdefault(path, {})
        self.sure_names.setdefault(path, {})

    def make_file(self, path: str) -> int:
        """Open for writing: a new file, or an old one emptied in its place."""
        thing = self.names[_folder(path)].get(PurePath(path).name)
        if thing is not None:
            self.contents[thing] = replace(self.contents[thing], written=b"")
            return thing
        self.contents.append(Content())
        self._rename(Renaming(_folder(path), name=PurePath(path).name, thing=len(self.contents) - 1))
        return len(self.contents) - 1

    def write(self, thing: int, more: bytes) -> None:
        old = self.contents[thing]
        self.contents[thing] = replace(old, written=old.written + more)

    def sync_file(self, path: str) -> None:
        thing = self.names[_folder(path)][PurePath(path).name]
        written = self.contents[thing].written
        self.contents[thing] = Content(written, written)

    def sync_folder(self, path: str) -> None:
        self.sure_names[path] = dict(self.names[path])
        self.pending = [change for change in self.pending if change.folder != path]

    def rename(self, draft: str, path: str) -> None:
        assert _folder(draft) == _folder(path)
        thing = self.names[_folder(draft)][PurePath(draft).name]
        self._rename(Renaming(_folder(path), PurePath(draft).name, PurePath(path).name, thing))

    def remove(self, path: str) -> None:
        self._rename(Renaming(_folder(path), PurePath(path).name))

    def _rename(self, change: Renaming) -> None:
        change.done_in(self.names)
        self.pending.append(change)

    def as_seen(self) -> Files:
        """What a process sees, as long as the power is on."""
        return _files(self.names, [content.written for content in self.contents])

    def after_power_cut(self) -> Iterator[Files]:
        """Every worst case: each renaming done or not, unsure bytes there, old, gone, cut or zeroed."""
        kept = [tuple(content.after_power_cut()) for content in self.contents]
        for done in self._subsets():
            names = deepcopy(self.sure_names)
            for change in done:
                change.done_in(names)
            for i in range(max(map(len, kept), default=1)):
                yield _files(names, [choices[min(i, len(choices) - 1)] for choices in kept])

    def _subsets(self) -> Iterator[tuple[Renaming, ...]]:
        if len(self.pending) <= MOST_PENDING:
            for size in range(len(self.pending) + 1):
                yield from itertools.combinations(self.pending, size)
            return
        yield from ((), tuple(self.pending))
        for one in self.pending:
            yield (one,)
            yield tuple(other for other in self.pending if other is not one)


def put_down(files: Files, root: Path) -> Path:
    """The files, in a real folder."""
    root.mkdir(parents=True)
    for path, content in files.items():  # folders come before what is in them
        if content is None:
            (root / path).mkdir()
        else:
            (root / path).write_bytes(content)
    return root


@contextmanager
def recorded(root: Path, disk: Disk) -> Iterator[list[Disk]]:
    """Every moment of what is asked of the disk under `root` in the meantime, from the first on."""
    moments = [deepcopy(disk)]
    originals = [(io, "open"), (os, "fsync"), (os, "replace"), (os, "unlink"), (os, "mkdir")]
    kept = [(owner, name, getattr(owner, name)) for owner, name in originals]
    real_open, fsync, replace_file, unlink, mkdir = (value for _, _, value in kept)

    def relative(path: Any) -> str | None:
        absolute = Path(path).absolute()
        inside = absolute.is_relative_to(root) and not (NOT_MODELLED & set(absolute.parts))
        return str(absolute.relative_to(root)) if inside else None

    def asked(act: Callable[[], Any]) -> Any:
        result = act()
        moments.append(deepcopy(disk))
        return result

    class Recording(io.FileIO):
        def __init__(self, path: Path, thing: int) -> None:
            super().__init__(path, "w")
            self.thing = thing

        def write(self, content: Any) -> int:
            count = super().write(content)
            asked(lambda: disk.write(self.thing, bytes(content)[:count]))
            return count

    def opened(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        path = relative(file) if "w" in mode and isinstance(file, Path) else None
        if path is None:
            return real_open(file, mode, *arguments, **named)
        assert mode == "wb"
        return io.BufferedWriter(Recording(file, asked(lambda: disk.make_file(path))))

    def synced(descriptor: int) -> None:
        fsync(descriptor)
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        path = relative(name)
        if path is not None:
            asked(lambda: disk.sync_folder(path) if name.is_dir() else disk.sync_file(path))

    def replaced(draft: Any, path: Any) -> None:
        replace_file(draft, path)
        if relative(path) is not None:
            asked(lambda: disk.rename(str(relative(draft)), str(relative(path))))

    def unlinked(path: Any, **named: Any) -> None:
        unlink(path, **named)
        if not named and relative(path) is not None:
            asked(lambda: disk.remove(str(relative(path))))

    def folder_made(path: Any, mode: int = 0o777, **named: Any) -> None:
        mkdir(path, mode, **named)
        if relative(path) is not None:
            asked(lambda: disk.make_folder(str(relative(path))))

    try:
        for (owner, name, _), value in zip(kept, (opened, synced, replaced, unlinked, folder_made), strict=True):
            setattr(owner, name, value)
        yield moments
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)


def _folder(path: str) -> str:
    return str(PurePath(path).parent)


def _files(names: dict[str, dict[str, int]], contents: list[bytes]) -> Files:
    files: Files = {}
    folders = ["."]
    while folders:
        folder = folders.pop()
        for name, thing in names.get(folder, {}).items():
            path = str(PurePath(folder) / name)
            files[path] = None if thing == FOLDER else contents[thing]
            if thing == FOLDER:
                folders.append(path)
    return files
