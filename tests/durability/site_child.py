"""A site whose parts can be made to die at a named point; and what it holds, asked in a process of its own.

`site_child.py serve HOME PORT` serves it: the same processes as `keepwell serve`, with a short lease, each with the
points below in it. The next of them that comes to the point named in HOME/die-at takes that file away and dies.
`site_child.py holds HOME` says as JSON what is kept.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

LEASE = "2"
POINTS: dict[str, tuple[str, str]] = {
    "file received": ("keepwell.web.uploads.actions", "receive"),
    "load asked for": ("keepwell.web.uploads.actions", "ask_for_load"),
    "job asked for": ("keepwell.web.jobs.actions", "_added"),
    "job taken": ("keepwell.web.jobs.actions", "_leased"),
    "job ended": ("keepwell.web.jobs.actions", "_end"),
    "records in force": ("keepwell.records.workspace", "write_whole"),
    "load written down": ("keepwell.web.uploads.actions", "loaded"),
    "place added": ("keepwell.web.places.actions", "add_place"),
    "view recorded": ("keepwell.web.audit.actions", "record"),
}
NAMES = tuple(f"{when} {point}" for point in POINTS for when in ("before", "after"))


def reached(name: str) -> None:
    order = Path(os.environ["KEEPWELL_HOME"]) / "die-at"
    try:
        if order.read_text("utf-8") == name:
            order.unlink()
            os.kill(os.getpid(), signal.SIGKILL)
    except FileNotFoundError:  # nobody is to die, or somebody else has
        return


class Spoiling(importlib.abc.MetaPathFinder):
    """Puts the points into a module as it is loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        points = [(point, held) for point, (module, held) in POINTS.items() if module == name]
        spec = importlib.machinery.PathFinder.find_spec(name, path) if points else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            for point, held in points:
                setattr(module, held, around(getattr(module, held), point))

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def around(function: Any, point: str) -> Any:
    def wrapped(*given: Any, **named: Any) -> Any:
        reached(f"before {point}")
        result = function(*given, **named)
        reached(f"after {point}")
        return result

    return wrapped


def serve(home: Path, port: int) -> None:
    from keepwell.cli.serving import settings_for

    settings_for("127.0.0.1", port, home)
    from keepwell.web.config import serving

    serving.WORKER = (*serving.WORKER, "--lease", LEASE, "--pause", "0.05")  # type: ignore[misc]
    serving.serve(home=home, host="127.0.0.1", port=port, say=print)


def holds(home: Path) -> dict[str, Any]:
    """Everything that a trial asks about afterwards."""
    os.environ.update(KEEPWELL_HOME=str(home), DJANGO_SETTINGS_MODULE="keepwell.web.config.settings")
    import django

    django.setup()
    from keepwell.web.audit.queries import verify
    from keepwell.web.jobs.models import Job
    from keepwell.web.places.models import Place
    from keepwell.web.places.queries import workspace_of
    from keepwell.web.uploads.models import Upload
    from keepwell.web.uploads.quarantine import quarantine

    trust = Place.objects.get(code="RX1")
    loads = workspace_of(trust).current().loads
    return {
        "places": sorted(Place.objects.exclude(code="RX1").values_list("name", flat=True)),
        "uploads": {one.name: one.state for one in Upload.objects.order_by("pk")},
        "loads": [load.file for load in loads],
        "unfinished": [str(one) for one in Job.objects.unfinished().filter(key__isnull=True)],
        "failed": [f"{one}: {one.found}" for one in Job.objects.filter(state="failed")],
        "register": str(verify() or ""),
        "waiting files": len(list(quarantine().iterdir())),
    }


if __name__ == "__main__":
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "serve":
        serve(folder, int(sys.argv[3]))
    else:
        print(json.dumps(holds(folder)))  # noqa: T201 (the answer)
elif __name__ == "sitecustomize" and find_spec("django"):
    sys.meta_path.insert(0, Spoiling())
