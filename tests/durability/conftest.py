"""The modules beside the tests can be imported by them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def children():
    from trials import Children

    children = Children()
    yield children
    children.close()
