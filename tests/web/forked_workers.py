"""Workers that die when they are told to: the other end of `dying_worker.py`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import databases

HERE = Path(__file__).parent
KILLED = -9
PATIENCE = 30.0


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "it never came to hold"
        time.sleep(0.01)


class Workers:
    """The forks of one `dying_worker.py`."""

    def __init__(self, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / "dying_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={
                **databases.environment(),
                "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH")))),
                **environment,
            },
        )
        self.alive: list[int] = []

    def ask(self, order: dict[str, Any]) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(self, **order: Any) -> int:
        self.alive.append(self.ask(order))
        return self.alive[-1]

    def end(self, pid: int, told: signal.Signals = signal.SIGKILL) -> int:
        """Tell a worker so, and how it ended: -9 where it was killed."""
        os.kill(pid, told)
        return self.ended(pid)

    def ended(self, pid: int) -> int:
        status = self.ask({"wait": pid})
        assert status is not None, "it never ended"
        self.alive.remove(pid)
        return int(status)

    def end_all(self) -> None:
        for pid in list(self.alive):
            self.end(pid)

    def close(self) -> None:
        self.end_all()
        self.process.communicate(timeout=PATIENCE)
