"""What every trial asks afterwards: is the workspace whole, and is nothing left behind?"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from filelock import FileLock

from keepwell.records.workspace import Generation, Workspace

KILLED = -9


class Children:
    """The forks of one `crashing_child.py serve`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("crashing_child.py")), "serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *orders: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(orders, default=str) + "\n")
        self._process.stdin.flush()

    def ended(self) -> bool:
        return bool(select.select([self._process.stdout], [], [], 0)[0])

    def results(self) -> list[dict[str, Any]]:
        assert self._process.stdout
        return list(json.loads(self._process.stdout.readline()))

    def run(self, *orders: dict[str, Any]) -> list[dict[str, Any]]:
        self.start(*orders)
        return self.results()

    def close(self) -> None:
        self._process.communicate(timeout=60)


def state(workspace: Workspace) -> tuple[Any, ...]:
    """The generation in force, every load in it and every row of each, read afresh."""
    generation = workspace.current()
    return generation.number, *loads_and_rows(workspace, generation)


def loads_and_rows(workspace: Workspace, generation: Generation) -> tuple[Any, ...]:
    paths = {path.name: path for table in _tables(generation) for path in workspace.parts_of(generation, table)}
    rows = {name: pq.read_table(path).to_pylist() for name, path in paths.items()}
    return tuple(
        (load.number, load.file, load.sha256, sorted((t, str(rows[p])) for t, p in load.parts.items()))
        for load in generation.loads
    )


def _tables(generation: Generation) -> set[str]:
    return {table for load in generation.loads for table in load.parts}


def nothing_left_behind(workspace: Workspace) -> bool:
    """No rows that no vintage lists, no generation that never was in force, no draft."""
    listed = {name for number in workspace.vintages() for name in workspace.generation(number).part_names}
    return (
        {path.name for path in (workspace.folder / "parts").iterdir()} <= listed
        and {path.name for path in (workspace.folder / "generations").iterdir()}
        == {f"{number:06d}.json" for number in workspace.vintages()}
        and not list(workspace.folder.glob(".*"))
    )


def lock_is_free(workspace: Workspace) -> bool:
    with FileLock(workspace.folder / "lock", timeout=0) as lock:
        return bool(lock.is_locked)
