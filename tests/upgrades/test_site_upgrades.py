"""The database of a site of an earlier version is brought up to date, and nothing in it is lost."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(find_spec("django") is None, reason="Django is not installed: there is no site")


def opened(version: str, home: Path) -> dict[str, Any]:
    home.mkdir()
    (home / "keepwell.sqlite3").write_bytes(gzip.decompress((HERE / f"site-{version}.sqlite3.gz").read_bytes()))
    known = {n: v for n, v in os.environ.items() if not n.startswith(("KEEPWELL_", "DJANGO_"))}
    done = subprocess.run(
        [sys.executable, HERE / "opened_site.py", home],
        env={**known, "KEEPWELL_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_site_of_0_3_0_opens_with_all_that_it_held(tmp_path: Path) -> None:
    found = opened("0.3.0", tmp_path / "home")
    assert (found["places"], found["grants"], found["register"]) == (91, 11, 29)
    assert not found["register broken"]
    assert found["signs in"]
    assert found["exact"]
    assert {"see_figures", "load_data", "release"} <= set(found["abilities"])
    assert all(found["packs"])
    assert len(found["packs"]) == 3
