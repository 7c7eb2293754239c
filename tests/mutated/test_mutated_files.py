"""Whatever is uploaded, there is a result or a refusal in three lines: no hang, no traceback, no crash of who asked.

Every file is first read in a fork, where a crash shows; one that crashes a fork is then given to `check_apart`, which
must refuse it. An error that is no KeepwellError is a fault of ours, and fails here by its place.
"""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutating import mutated, originals
from reading_child import OPTIONS, SECONDS

from keepwell.errors import FileNotUnderstood
from keepwell.sources.apart import check_apart

CHILD = Path(__file__).parent / "reading_child.py"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return originals(tmp_path_factory.mktemp("made"))


class Reader:
    """Asks the child how the reading of a file ended."""

    def __init__(self, folder: Path) -> None:
        self.child = subprocess.Popen(
            [sys.executable, CHILD, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ended(self, path: Path) -> str:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(f"{path}\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().strip()

    def close(self) -> None:
        self.child.communicate()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    asked = Reader(tmp_path_factory.mktemp("workspaces") / "none")
    yield asked
    asked.close()


def how_they_end(files: dict[str, bytes], reader: Reader, seeds: range, folder: Path) -> Counter[str]:
    """How many readings ended how; raises where one ended in another way than it may."""
    ends: Counter[str] = Counter()
    names = sorted(files)
    for seed in seeds:
        rng = random.Random(seed)
        name = names[seed % len(names)]
        path = folder / name
        path.write_bytes(mutated(files[name], rng))
        end = reader.ended(path)
        ends[end.split()[0]] += 1
        assert not end.startswith("fault"), f"seed {seed} ({name}): {end}"
        if end.startswith("signal"):
            with pytest.raises(FileNotUnderstood) as refused:
                check_apart(folder / "ws", path, OPTIONS, seconds=SECONDS)
            assert str(refused.value).count("\n") == 2
        else:
            assert end in ("answer", "refused"), f"seed {seed} ({name}): {end}"
    return ends


def test_originals_are_read(files: dict[str, bytes], reader: Reader, tmp_path: Path) -> None:
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        assert reader.ended(tmp_path / name) == "answer", name


def test_mutated_files_are_read_or_refused(files: dict[str, bytes], reader: Reader, tmp_path: Path) -> None:
    ends = how_they_end(files, reader, range(150), tmp_path)
    assert min(ends["answer"], ends["refused"]) >= 15  # neither all broken nor all whole


@pytest.mark.soak
@pytest.mark.parametrize("first", range(0, 10_000, 500))
def test_ten_thousand_mutated_files_are_read_or_refused(
    first: int, files: dict[str, bytes], reader: Reader, tmp_path: Path
) -> None:
    how_they_end(files, reader, range(first, first + 500), tmp_path)


@pytest.mark.parametrize("fault", ["raise ValueError(1)", "os.abort()", "import time; time.sleep(99)"])
def test_a_planted_fault_is_caught(fault: str, files: dict[str, bytes], tmp_path: Path) -> None:
    planted = tmp_path / "child.py"
    source = CHILD.read_text("utf-8").replace("SECONDS, MEMORY = 60", "SECONDS, MEMORY = 2")
    planted.write_text(source.replace("        look(path", f"        {fault}\n        look(path"), "utf-8")
    reader = Reader(tmp_path / "none")
    reader.close()
    reader.child = subprocess.Popen(
        [sys.executable, planted, tmp_path / "none"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            how_they_end(files, reader, range(3), tmp_path)
    finally:
        reader.close()
