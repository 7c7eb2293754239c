"""Where does a file of strangers wait, and how does it get there without being held in memory?

Each in a folder of its own that nobody can guess, for the site's owner alone. A file counts as received when its bytes,
its folder and the row that names it are on the disk, in this order; whatever no row names is swept away.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from keepwell.records.workspace import make_sure_of_folder, write_whole
from keepwell.web.uploads.models import Upload, drawn_folder

MEGABYTE: Final = 1 << 20
LONGEST_NAME: Final = 80
DRAINED: Final = 4
"""A sending of up to so many times the limit is read to its end, so that the browser shows why it was refused."""


def quarantine() -> Path:
    """The folder in which files wait."""
    folder = Path(settings.HOME) / "uploads"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def file_of(upload: Upload) -> Path:
    return quarantine() / upload.folder / upload.name


def put(name: str, content: bytes) -> Received:
    """A file that was made here, as one that was sent: on the disk for good."""
    folder = drawn_folder()
    path = quarantine() / folder
    path.mkdir(mode=0o700)
    write_whole(path / name, content, mode=0o600)
    make_sure_of_folder(path)
    return Received(name, folder, len(content), hashlib.sha256(content).hexdigest())


def copy(path: Path) -> Received:
    """A file that lies elsewhere, as one that was sent: on the disk for good."""
    folder, name = drawn_folder(), clean_name(path.name)
    kept = quarantine() / folder
    kept.mkdir(mode=0o700)
    hashed, size = hashlib.sha256(), 0
    try:
        with path.open("rb") as source, (kept / name).open("wb") as target:
            while piece := source.read(MEGABYTE):
                hashed.update(piece)
                target.write(piece)
                size += len(piece)
            target.flush()
            os.fsync(target.fileno())
        make_sure_of_folder(kept)
    except OSError:
        discard(folder)
        raise
    return Received(name, folder, size, hashed.hexdigest())


def discard(folder: str) -> None:
    """The file and its folder are no more."""
    if folder:
        shutil.rmtree(quarantine() / folder, ignore_errors=True)


def unlisted(listed: set[str], older_than: float) -> list[str]:
    """The folders that no upload needs, and that have not been written to for so many seconds."""
    now = time.time()
    found = [path for path in quarantine().iterdir() if path.name not in listed]
    return sorted(path.name for path in found if now - _written(path) > older_than)


def _written(path: Path) -> float:
    try:
        return max(one.stat().st_mtime for one in (path, *path.glob("*")))
    except OSError:  # it goes away just now
        return time.time()


def clean_name(name: str) -> str:
    """The name of a file as it may stand on a disk and on a page: no path, nothing that cannot be seen, not too long."""
    base = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(c if unicodedata.category(c)[0] not in "CZ" else " " for c in base)
    stem, dot, ending = " ".join(seen.split()).strip(". ").rpartition(".")
    if not dot or len(ending) > 8 or not ending.isalnum():
        stem, ending = f"{stem}{dot}{ending}", ""
    stem = stem.strip(". ") or "file"
    room = LONGEST_NAME - len(ending) - 1
    return f"{stem[:room].strip()}.{ending}" if ending else stem[:room].strip()


class Received(UploadedFile):  # type: ignore[type-arg]  # generic to the type checker only
    """A file that has come in whole, and lies in its folder."""

    def __init__(self, name: str, folder: str, size: int, sha256: str) -> None:
        super().__init__(None, name, "application/octet-stream", size)
        self.folder, self.sha256 = folder, sha256


class Receiving(FileUploadHandler):
    """Writes what is sent straight to the disk. `too_large` says that the limit of one sending was passed."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.too_large = False
        self._taken: set[str] = set()
        self._bytes = self._in_this_file = 0
        self._of_all = 0
        self._file: Any = None

    def handle_raw_input(
        self,
        input_data: Any,
        META: Mapping[str, Any],  # noqa: N803 (Django names it so)
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self._of_all = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._close()
        self._folder = drawn_folder()
        self._taken.add(self._folder)
        path = quarantine() / self._folder
        path.mkdir(mode=0o700)
        self._name, self._hash, self._in_this_file = clean_name(str(self.file_name)), hashlib.sha256(), 0
        self._file = (path / self._name).open("wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._bytes += len(raw_data)
        if self._bytes > settings.LARGEST_UPLOAD:
            self.too_large = True
            self.discard_rest()
            raise StopUpload(connection_reset=self._of_all > DRAINED * settings.LARGEST_UPLOAD)
        self._in_this_file += len(raw_data)
        self._hash.update(raw_data)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> Received:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._close()
        make_sure_of_folder(quarantine() / self._folder)
        return Received(self._name, self._folder, self._in_this_file, self._hash.hexdigest())

    def upload_interrupted(self) -> None:
        self.discard_rest()

    def keep(self, folder: str) -> None:
        """A row names it now."""
        self._taken.discard(folder)

    def discard_rest(self) -> None:
        """What was not kept is no more."""
        self._close()
        while self._taken:
            discard(self._taken.pop())

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
