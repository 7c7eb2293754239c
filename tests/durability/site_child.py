"""A site whose parts can be made to die at a named point; and what it holds, asked in a process of its own.

`site_child.py serve HOME PORT` serves it: the same processes as `keepwell serve`, with a short lease, each with the
points below in it. The next of them that comes to the point named in HOME/die-at takes that file away and dies. While
HOME/fault names a fault of `site_faults.py`, each of them has it.
`site_child.py holds HOME` says as JSON what is kept, once for each line that it is sent.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import json
import os
import signal
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

import site_faults

LEASE = "2"
POINTS: dict[str, tuple[str, str]] = {
    "file received": ("keepwell.web.uploads.actions", "receive"),
    "load asked for": ("keepwell.web.uploads.actions", "ask_for_load"),
    "job asked for": ("keepwell.web.jobs.actions", "_added"),
    "job taken": ("keepwell.web.jobs.actions", "_leased"),
    "job worked on": ("keepwell.web.jobs.working", "do"),
    "job ended": ("keepwell.web.jobs.actions", "_end"),
    "file read apart": ("keepwell.sources.apart_tasks", "load"),
    "records in force": ("keepwell.records.workspace", "write_whole"),
    "load written down": ("keepwell.web.uploads.actions", "loaded"),
    "place added": ("keepwell.web.places.actions", "add_place"),
    "view recorded": ("keepwell.web.audit.actions", "record"),
}
NAMES = tuple(f"{when} {point}" for point in POINTS for when in ("before", "after"))


def ordered(what: str) -> str:
    try:
        return (Path(os.environ["KEEPWELL_HOME"]) / what).read_text("utf-8")
    except (KeyError, FileNotFoundError):
        return ""


def reached(name: str) -> None:
    if ordered("die-at") == name:
        try:
            (Path(os.environ["KEEPWELL_HOME"]) / "die-at").unlink()
        except FileNotFoundError:  # somebody else dies
            return
        os.kill(os.getpid(), signal.SIGKILL)


class Spoiling(importlib.abc.MetaPathFinder):
    """Puts the points and the faults into a module as it is loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        faults = [
            (held, functools.partial(while_ordered, fault, spoiled))
            for fault, spoiled, held in site_faults.parts_in(name)
        ]
        points = [
            (held, functools.partial(around, point)) for point, (module, held) in POINTS.items() if module == name
        ]
        spec = importlib.machinery.PathFinder.find_spec(name, path) if faults or points else None
        if spec is None or spec.loader is None:
            return None
        load = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            load(module)
            for held, change in [*faults, *points]:
                above, _, last = held.rpartition(".")
                owner = attrgetter(above)(module) if above else module
                setattr(owner, last, change(getattr(owner, last)))

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def around(point: str, function: Any) -> Any:
    @functools.wraps(function)
    def wrapped(*given: Any, **named: Any) -> Any:
        reached(f"before {point}")
        result = function(*given, **named)
        reached(f"after {point}")
        return result

    return wrapped


def while_ordered(fault: str, spoil: Any, function: Any) -> Any:
    """The function as it is, or spoiled as long as the fault is ordered."""
    spoiled = spoil(function, reached)

    @functools.wraps(function)
    def either(*given: Any, **named: Any) -> Any:
        return (spoiled if ordered("fault") == fault else function)(*given, **named)

    return either


def serve(home: Path, port: int) -> None:
    from keepwell.cli.serving import settings_for

    settings_for("127.0.0.1", port, home)
    from keepwell.web.config import serving

    serving.WORKER = (*serving.WORKER, "--lease", LEASE, "--pause", "0.05")  # type: ignore[misc]
    serving.serve(home=home, host="127.0.0.1", port=port, say=print)


def tell(home: Path) -> None:
    os.environ.update(KEEPWELL_HOME=str(home), DJANGO_SETTINGS_MODULE="keepwell.web.config.settings")
    import django

    django.setup()
    from django.db import connections

    for _ in sys.stdin:
        connections.close_all()  # the database may have died since
        sys.stdout.write(json.dumps(holds()) + "\n")
        sys.stdout.flush()


def holds() -> dict[str, Any]:
    """Everything that a trial asks about afterwards."""
    from django.db.models import Q

    from keepwell.web.audit.models import AccessEvent, Kind
    from keepwell.web.audit.queries import verify
    from keepwell.web.jobs.models import Job
    from keepwell.web.places.models import Place
    from keepwell.web.places.queries import workspace_of
    from keepwell.web.uploads.models import Upload
    from keepwell.web.uploads.quarantine import quarantine

    trust = Place.objects.get(code="RX1")
    loads = workspace_of(trust).current().loads
    unfinished = Job.objects.unfinished()
    on_the_way = Upload.objects.filter(state__in=("received", "loading"))
    return {
        "places": sorted(Place.objects.exclude(code="RX1").values_list("name", flat=True)),
        "uploads": {one.name: one.state for one in Upload.objects.order_by("pk")},
        "loads": [load.file for load in loads],
        "load numbers": {load.file: load.number for load in loads},
        "written": [event.about.rpartition(" ")[2] for event in AccessEvent.objects.filter(kind=Kind.LOADED)],
        "unfinished": [str(one) for one in unfinished.filter(Q(key__isnull=True) | Q(key__startswith="upload-"))],
        "waits for no job": [one.name for one in on_the_way if not unfinished.filter(key=one.job_key).exists()],
        "failed": [f"{one}: {one.found}" for one in Job.objects.filter(state="failed")],
        "register": str(verify() or ""),
        "waiting files": len(list(quarantine().iterdir())),
    }


if __name__ == "__main__":
    what, folder = sys.argv[1], Path(sys.argv[2])
    if what == "serve":
        serve(folder, int(sys.argv[3]))
    else:
        tell(folder)
elif __name__ == "sitecustomize" and find_spec("django"):
    sys.meta_path.insert(0, Spoiling())
