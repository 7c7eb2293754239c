"""A process that does one thing to a workspace and is killed at a named point of it.

    python tests/durability/crashing_child.py POINT WHEN WORKSPACE FILE

POINT is one of POINTS, WHEN is before, during (writes only) or after. With `serve` it takes orders instead,
each line of standard input a JSON list of them: a fork does each, all at once, so that the imports are paid
for once. Nothing in the product knows of this: what it asks of the system is watched from outside.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faults
import pyarrow as pa
import pyarrow.parquet as pq

from keepwell.records.keys import person_key
from keepwell.records.workspace import Workspace, erase_unlisted
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

WRITES = ("part file write", "generation draft write", "pointer draft write")
POINTS = (
    "first folder fsync",
    "part file write",
    "part fsync",
    "parts folder fsync",
    "generation draft write",
    "generation fsync",
    "generation rename",
    "generations folder fsync",
    "pointer draft write",
    "pointer fsync",
    "pointer rename",
    "last folder fsync",
)
"""What a load asks of the disk, in this order."""

NOW = dt.datetime(2025, 12, 1, tzinfo=dt.UTC)


class Watch:
    """Tells every step of a workspace, and kills this process at one of them."""

    def __init__(self, folder: Path, point: str | None, when: str, tell: Callable[[str], None]) -> None:
        self.folder, self.point, self.when, self.tell = folder.resolve(), point, when, tell
        self.swapped = False
        self.open, self.fsync, self.replace = io.open, os.fsync, os.replace
        io.open, os.fsync, os.replace = self._open, self._fsync, self._replace  # type: ignore[assignment]

    def _open(self, file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        point = self._name("write", Path(file)) if "w" in mode and isinstance(file, Path) else None
        if point is None:
            return self.open(file, mode, *arguments, **named)
        self._reached(point, "before")
        self.tell(point)
        return io.BufferedWriter(_DyingFile(str(file), self, point))

    def _fsync(self, descriptor: int) -> None:
        point = self._name("fsync", Path(f"/proc/self/fd/{descriptor}").readlink())
        self._around(point, lambda: self.fsync(descriptor))

    def _replace(self, draft: Any, path: Any) -> None:
        point = self._name("rename", Path(path))
        if point == "pointer rename":
            self.swapped = True
        self._around(point, lambda: self.replace(draft, path))

    def _around(self, point: str | None, act: Callable[[], None]) -> None:
        self._reached(point, "before")
        act()
        if point:
            self.tell(point)
        self._reached(point, "after")

    def _reached(self, point: str | None, when: str) -> None:
        if point is not None and (point, when) == (self.point, self.when):
            os.kill(os.getpid(), signal.SIGKILL)

    def _name(self, verb: str, path: Path) -> str | None:
        path = path.resolve()
        if path == self.folder:
            return "last folder fsync" if self.swapped else "first folder fsync"
        if path.parent == self.folder and path.name in ("parts", "generations"):
            return f"{path.name} folder fsync"
        if path.parent == self.folder / "parts":
            return f"part {'file write' if verb == 'write' else verb}"
        thing = "generation" if path.parent == self.folder / "generations" else None
        if path.parent == self.folder and path.name.lstrip(".").startswith("CURRENT"):
            thing = "pointer"
        return thing and f"{thing} {'draft write' if verb == 'write' else verb}"


class _DyingFile(io.FileIO):
    """Dies with half of the first bytes written, or with all of them and no fsync."""

    def __init__(self, path: str, watch: Watch, point: str) -> None:
        super().__init__(path, "w")
        self.watch, self.point = watch, point

    def write(self, content: Any) -> int:
        if (self.point, "during") == (self.watch.point, self.watch.when):
            super().write(bytes(content)[: len(content) // 2])
            self.watch._reached(self.point, "during")
        written = super().write(content)
        self.watch._reached(self.point, "after")
        return written


def act(workspace: Workspace, action: str, *arguments: Any) -> Any:
    """One of the things that are done to a workspace."""
    if action == "load":
        for file in arguments:
            load_file(workspace, Path(file), ReadOptions(accept=frozenset({"revision"})), now=NOW)
    elif action == "unload":
        with workspace.change() as change:
            change.remove(*arguments)
    elif action == "erase":
        erase_unlisted(workspace)
    elif action == "key":
        return person_key(workspace.folder, None).fingerprint
    else:
        raise AssertionError(action)
    return None


def _obey(order: dict[str, Any], write_end: int) -> None:
    folder = Path(order["workspace"])
    for name in order.get("faults", ()):
        getattr(faults, name)(setattr)
    if "key_file" in order:
        os.environ["KEEPWELL_KEY_FILE"] = order["key_file"]
    if not order.get("unwatched"):
        Watch(folder, order.get("point"), order.get("when", ""), lambda step: _tell(write_end, step))
    while time.time() < order.get("start_at", 0):
        pass
    _tell(write_end, f"= {act(Workspace(folder), *order['action'])}")


def _tell(write_end: int, step: str) -> None:
    os.write(write_end, f"{step}\n".encode())


def _fork(order: dict[str, Any]) -> tuple[int, int]:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child:
        os.close(write_end)
        return child, read_end
    status = 1
    try:
        _obey(order, write_end)
        status = 0
    except BaseException as error:
        _tell(write_end, f"! {type(error).__name__}: {error}".replace("\n", " / "))
    finally:
        os._exit(status)


def _serve() -> None:
    pq.write_table(pa.Table.from_pylist([{"month": 1}]), io.BytesIO())  # imports pandas, once for all forks
    for line in sys.stdin:
        orders = json.loads(line)
        children = [_fork(order) for order in orders]
        results = []
        for order, (child, read_end) in zip(orders, children, strict=True):
            if "kill_after" in order:
                time.sleep(order["kill_after"])
                os.kill(child, signal.SIGKILL)  # ours, and not yet waited for, so the number is still its own
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            with os.fdopen(read_end) as told:
                results.append({"status": status, "told": told.read().splitlines()})
        sys.stdout.write(json.dumps(results) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        _serve()
    else:
        point, when, folder, file = sys.argv[1:]
        _obey({"point": point, "when": when, "workspace": folder, "action": ["load", file]}, 1)
