"""Does the analysis work where nothing of the web is installed?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

WITHOUT_THE_WEB = """
import importlib, importlib.abc, json, pkgutil, sys

REFUSED = {"django", "allauth", "auditlog", "axes", "csp", "django_tasks", "django_tasks_db", "gunicorn",
           "docx", "icalendar", "nhsuk_frontend_jinja", "pptx", "psycopg", "whitenoise", "asgiref", "sqlparse"}

class NotInstalled(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in REFUSED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, NotInstalled())
"""
IMPORT_EVERYTHING = """
import keepwell
found = []
for module in pkgutil.walk_packages(keepwell.__path__, "keepwell.", onerror=lambda name: None):
    if module.name.startswith(PREFIX) and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        found.append(module.name)
print(json.dumps(found))
"""
ASK = """
from keepwell.cli import main
sys.argv = ["keepwell", *ARGUMENTS]
sys.exit(main())
"""


def run(script: str, **given: object) -> subprocess.CompletedProcess[str]:
    said = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    command = [sys.executable, "-W", "ignore", "-c", WITHOUT_THE_WEB + said + script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_module_outside_of_the_web_can_be_imported_without_it():
    script = IMPORT_EVERYTHING.replace(
        "startswith(PREFIX)", "startswith(PREFIX) and not module.name.startswith('keepwell.web')"
    )
    done = run(script, PREFIX="keepwell.")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) > 150
    assert {"keepwell.cli", "keepwell.enquiries", "keepwell.reports.html"} <= set(found)


def test_the_web_cannot_which_shows_that_its_libraries_are_refused():
    """The planted fault: a module that needs Django."""
    done = run(IMPORT_EVERYTHING, PREFIX="keepwell.web.places.models")
    assert done.returncode != 0
    assert "ModuleNotFoundError: No module named 'django'" in done.stderr


def test_a_measure_is_answered_without_the_web(tmp_path: Path, turnover_file: Callable[..., Path]):
    workspace = ["--workspace", str(tmp_path / "workspace")]
    loaded = run(ASK, ARGUMENTS=[*workspace, "load", str(turnover_file(tmp_path / "turnover.csv", 12))])
    assert loaded.returncode == 0, loaded.stderr
    asked = [*workspace, "measure", "leaver_rate", "--by", "organisation", "--format", "json"]
    answered = run(ASK, ARGUMENTS=asked)
    assert answered.returncode == 0, answered.stderr
    rows = json.loads(answered.stdout)["rows"]
    # 3 leavers of one month; 300 at its start and 297 at its end.
    assert [row["leaver_rate"] for row in rows] == pytest.approx([3 / 298.5] * 2)
