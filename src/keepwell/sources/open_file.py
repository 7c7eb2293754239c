"""Which file is open, for as long as somebody looks at it?"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, eq=False)
class OpenFile:
    """A file that is closed with the last that holds it; one without a name is gone then."""

    descriptor: int

    @classmethod
    def at(cls, path: Path) -> OpenFile:
        return cls(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)))

    @classmethod
    def without_name(cls) -> OpenFile:
        with tempfile.TemporaryFile() as file:
            return cls(os.dup(file.fileno()))

    def __del__(self) -> None:
        os.close(self.descriptor)

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from a place on, or as many as there are."""
        os.lseek(self.descriptor, start, os.SEEK_SET)
        found = bytearray()
        while len(found) < size and (more := os.read(self.descriptor, size - len(found))):
            found += more
        return bytes(found)

    def write(self, content: bytes | memoryview) -> None:
        """More bytes, after those that were written before."""
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]

    def stands(self) -> tuple[int, int]:
        """Its size and the time of its last change."""
        status = os.fstat(self.descriptor)
        return status.st_size, status.st_mtime_ns
