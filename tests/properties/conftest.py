"""The modules beside the tests can be imported by them; in CI every run draws the same examples."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

HERE = Path(__file__).parent
for folder in (HERE, HERE.parent / "spec"):
    sys.path.insert(0, str(folder))

settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.register_profile("here", deadline=None, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(scope="session", autouse=True)
def _closed_at_the_end() -> Iterator[None]:
    yield
    if (worlds := sys.modules.get("worlds")) is not None:
        worlds.close()
