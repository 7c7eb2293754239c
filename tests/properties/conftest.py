"""The modules beside the tests can be imported by them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "spec"):
    sys.path.insert(0, str(folder))


@pytest.fixture(scope="session", autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    if (worlds := sys.modules.get("worlds")) is not None:
        worlds.close()
