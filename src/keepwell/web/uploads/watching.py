"""What is new in the watched folder, and where does each file go once it is done with?

WATCHED_FOLDER/<place>/ holds what is to be brought in; `done` and `problem` in it what has been. A file stays where it is
until its upload has come to an end, so that a kill at any moment loses nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings

from keepwell.web.places.models import Place
from keepwell.web.uploads import actions
from keepwell.web.uploads.models import GOES_ON, LOADED, UNDONE, Upload
from keepwell.web.uploads.quarantine import copy, discard

STILL: Final = 30.0
"""Seconds without a change after which a file counts as whole."""
DONE: Final = "done"
PROBLEM: Final = "problem"


def look_round() -> int:
    """Bring in what is new, and put away what has come to an end. Returns how many files were brought in."""
    return sum(_looked_after(place, path) for place, path in _files())


def _files() -> Iterator[tuple[Place, Path]]:
    """The files that have stopped growing, with the organisation that each folder is named for."""
    if not settings.WATCHED_FOLDER or not Path(settings.WATCHED_FOLDER).is_dir():
        return
    for folder in sorted(Path(settings.WATCHED_FOLDER).iterdir()):
        place = Place.objects.filter(slug=folder.name).select_related("controller").first()
        if place is not None and place.is_controller and folder.is_dir() and not folder.is_symlink():
            for path in sorted(folder.iterdir()):
                if path.is_file() and not path.is_symlink() and not path.name.startswith(".") and _still(path):
                    yield place, path


def _still(path: Path) -> bool:
    told = path.stat()
    return told.st_size > 0 and time.time() - told.st_mtime > STILL


def _looked_after(place: Place, path: Path) -> int:
    told = path.stat()
    mark = f"{path.name} {told.st_size} {told.st_mtime_ns}"
    known = [u for u in Upload.objects.filter(place=place, by=None) if u.said.get("watched") == mark]
    if not known:
        return _brought_in(place, path, mark)
    upload = known[0]
    if upload.state not in GOES_ON:
        _put_away(path, DONE if upload.state in (LOADED, UNDONE) else PROBLEM)
        actions.seen_moved(upload=upload)
    return 0


def _brought_in(place: Place, path: Path, mark: str) -> int:
    """A copy of it becomes an upload; bytes that are loaded already are done with."""
    if path.stat().st_size > settings.LARGEST_UPLOAD:
        _put_away(path, PROBLEM)
        return 0
    file = copy(path)
    if Upload.objects.filter(place=place, sha256=file.sha256, state=LOADED).exists():
        discard(file.folder)
        _put_away(path, DONE)
        return 0
    name, size = file.name or "file", file.size or 0
    said = {"watched": mark}
    actions.receive(place=place, by=None, name=name, folder=file.folder, size=size, sha256=file.sha256, said=said)
    return 1


def _put_away(path: Path, where: str) -> None:
    folder = path.parent / where
    folder.mkdir(exist_ok=True)
    to = folder / path.name
    if to.exists():
        to = folder / f"{path.stem} {time.time_ns()}{path.suffix}"
    os.replace(path, to)  # noqa: PTH105 (in one step, on the same disk)
