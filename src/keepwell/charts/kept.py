"""Was this very picture drawn before?

Pictures are kept in a folder by what they are drawn from: the same rows, words and version of the program give the same
file. It may be deleted at any time. Several processes may write to it at once: a file is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from keepwell.charts.picture import Picture
from keepwell.disclosure import Released

VERSION: Final = 1
"""Changed whenever pictures are drawn differently, so that those kept from before are not used."""
MOST_BYTES: Final = 200 * 1024 * 1024
CHECKED_EVERY: Final = 500
"""After so many new pictures the folder is looked at, and the ones used longest ago go."""


class KeptPictures:
    """Pictures in a folder, at most about so many bytes of them."""

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self._most = folder, most_bytes
        self._new = 0

    def picture(self, draw: Callable[..., Picture], *given: Any, **choices: Any) -> Picture:
        """What draw(*given, **choices) draws: read, where it was drawn before; else drawn now and kept.

        What is given must be told apart by its JSON: Released tables, texts, numbers, dates and dataclasses of these.
        """
        path = self.folder / f"{key_of(draw, given, choices)}.json"
        if (found := _read(path)) is not None:
            with suppress(OSError):
                os.utime(path)
            return found
        made = draw(*given, **choices)
        self._keep(path, made)
        return made

    def _keep(self, path: Path, made: Picture) -> None:
        """What cannot be written is not kept: the picture is there all the same."""
        draft = self.folder / f".{uuid.uuid4().hex}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_text(json.dumps(asdict(made)), "utf-8")
            os.replace(draft, path)  # noqa: PTH105 (whole or not at all; drawn again if lost, so no fsync)
        except OSError:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            return
        self._new += 1
        if self._new % CHECKED_EVERY == 0:
            self.make_room()

    def make_room(self) -> int:
        """Delete the pictures used longest ago until the folder is small enough, and drafts left by a crash. How many."""
        found, deleted = [], 0
        with suppress(OSError):
            for path in self.folder.iterdir():
                with suppress(OSError):
                    told = path.stat()
                    found.append((told.st_mtime, told.st_size, path))
        left = sum(size for _, size, path in found)
        hour_ago = time.time() - 3600
        for used, size, path in sorted(found):
            if left > self._most or (path.name.startswith(".") and used < hour_ago):
                with suppress(OSError):
                    path.unlink()
                    left, deleted = left - size, deleted + 1
        return deleted


def key_of(draw: Callable[..., Picture], given: tuple[Any, ...], choices: dict[str, Any]) -> str:
    """One text for everything that a picture is drawn from, and nothing that tells of it."""
    name = f"{draw.__module__}.{draw.__qualname__}"
    told = [VERSION, version("keepwell"), name, [_told(x) for x in given], {k: _told(v) for k, v in choices.items()}]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=_plainly).encode()).hexdigest()


def _told(value: Any) -> Any:
    """A table by its cells and its unit: what else a chart does not draw."""
    if isinstance(value, Released):
        return {"rows": value.rows(), "unit": value.definition.unit}
    return value


def _plainly(value: Any) -> Any:
    """Raises TypeError for what cannot be told apart by its words."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"a picture cannot be kept by a {type(value).__name__}")


def _read(path: Path) -> Picture | None:
    """A picture that was kept; None where there is none, or it is not whole."""
    try:
        content = json.loads(path.read_text("utf-8"))
        return Picture(**{name: str(content[name]) for name in ("title", "description", "desk", "phone")})
    except (OSError, ValueError, KeyError, TypeError):
        return None
