"""Planted faults: what the trials of this folder must catch, put in by `set_attribute(owner, name, value)`."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from keepwell.records import workspace

SetAttribute = Callable[[Any, str, Any], None]


def parts_not_fsynced(set_attribute: SetAttribute) -> None:
    def write_part(self: workspace.Change, table_name: str, table: Any) -> str:
        path = self.workspace.part(f"{table_name}-{uuid.uuid4().hex}.parquet")
        with path.open("wb") as file:
            pq.write_table(table, file, compression="zstd")
        return path.name

    set_attribute(workspace.Change, "_write_part", write_part)


def parts_folder_not_fsynced(set_attribute: SetAttribute) -> None:
    _leave_out_folder(set_attribute, lambda folder: folder.name == "parts")


def workspace_folder_not_fsynced(set_attribute: SetAttribute) -> None:
    _leave_out_folder(set_attribute, lambda folder: (folder / "CURRENT").exists())


def new_folders_not_fsynced(set_attribute: SetAttribute) -> None:
    _leave_out_folder(set_attribute, lambda folder: not (folder / "CURRENT").exists() and folder.name != "parts")


def pointer_swapped_before_the_generation_is_written(set_attribute: SetAttribute) -> None:
    write_whole, held = workspace.write_whole, []

    def write(path: Path, content: bytes) -> None:
        if path.name != "CURRENT":
            held.append((path, content))
            return
        write_whole(path, content)
        write_whole(*held.pop())

    set_attribute(workspace, "write_whole", write)


def pointer_written_in_place(set_attribute: SetAttribute) -> None:
    write_whole = workspace.write_whole

    def write(path: Path, content: bytes) -> None:
        if path.name != "CURRENT":
            write_whole(path, content)
            return
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            workspace.os.fsync(file.fileno())
        workspace._sync_folder(path.parent)

    set_attribute(workspace, "write_whole", write)


def nothing_swept(set_attribute: SetAttribute) -> None:
    set_attribute(workspace.Workspace, "_sweep_unfinished", lambda self: None)


def no_lock(set_attribute: SetAttribute) -> None:
    set_attribute(workspace.Workspace, "_writers_lock", lambda self: nullcontext())


def slow(set_attribute: SetAttribute) -> None:
    """Not a fault: more time for one to show, before each file is put in force and each pointer swapped."""
    write_whole = workspace.write_whole

    def write(path: Path, content: bytes) -> None:
        time.sleep(0.02)
        write_whole(path, content)

    set_attribute(workspace, "write_whole", write)


def _leave_out_folder(set_attribute: SetAttribute, left_out: Callable[[Path], bool]) -> None:
    sync_folder = workspace._sync_folder
    set_attribute(workspace, "_sync_folder", lambda folder: None if left_out(folder) else sync_folder(folder))
