"""Where do the columns of a large file wait until somebody asks for them?

On disk, in files without a name that are gone when they are closed. They hold codes only: what the codes stand for
never leaves the memory.
"""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from keepwell.sources.open_file import OpenFile

Codes = npt.NDArray[Any]
"""Whole numbers, as small as they can be."""
CAN_FORGET = hasattr(mmap, "MADV_DONTNEED")


def code_type(values: int) -> np.dtype[Any]:
    """The smallest whole number that counts so many values."""
    return np.dtype(np.uint8 if values <= 1 << 8 else np.uint16 if values <= 1 << 16 else np.int32)


@dataclass(slots=True)
class CodesOnDisk:
    """Codes that are written one after another, and anew where they have become too large for their type."""

    kind: np.dtype[Any] = field(default_factory=lambda: code_type(0))
    file: OpenFile = field(default_factory=OpenFile.without_name)

    def write(self, codes: Codes, values: int) -> None:
        """More codes, all of them below `values`."""
        if (kind := code_type(values)) != self.kind:
            before, self.kind = self.codes(), kind
            self.file = OpenFile.without_name()
            self.file.write(before.astype(kind).tobytes())
        self.file.write(codes.astype(self.kind, copy=False).tobytes())

    def codes(self) -> Codes:
        """All of them, read from the disk as they are looked at."""
        if not self.file.stands()[0]:
            return np.zeros(0, self.kind)
        with os.fdopen(os.dup(self.file.descriptor), "rb") as file:
            return np.memmap(file, self.kind, mode="r")


def set_aside(codes: Codes, values: int) -> Codes:
    """The same codes, on disk."""
    kept = CodesOnDisk()
    kept.write(codes, values)
    return kept.codes()


def forget(codes: Codes) -> None:
    """Free the memory of codes that are on disk; whoever looks at them again reads them again."""
    pages = getattr(codes, "_mmap", None)
    if CAN_FORGET and isinstance(pages, mmap.mmap):
        pages.madvise(mmap.MADV_DONTNEED)
