"""What every test of the web needs: a site of its own, on SQLite or on PostgreSQL (see databases.py)."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

if find_spec("django") is None:
    collect_ignore_glob = ["*"]  # the analysis is tested without the web
else:
    import databases

    NO_SERVER = databases.set_up()


def pytest_report_header() -> str:
    if find_spec("django") is None:
        return "web: left out, Django is not installed"
    return f"web: on {'PostgreSQL' if databases.on_postgresql() else 'SQLite'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if find_spec("django") is None:
        return
    if databases.on_postgresql():
        again = [item for item in items if item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=again)
        items[:] = [item for item in items if item not in again]
    if NO_SERVER:
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=NO_SERVER))


def pytest_unconfigure() -> None:
    if find_spec("django") is not None:
        databases.undo()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> None:
    """On SQLite a file, as on a real site: the one that another process finds in the same home folder."""
    from django.conf import settings

    if databases.on_postgresql():
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
    else:
        settings.DATABASES["default"]["TEST"]["NAME"] = str(settings.DATABASES["default"]["NAME"])


@pytest.fixture
def committed(transactional_db: None, django_db_serialized_rollback: None) -> None:
    """A database that other processes see too: nothing is rolled back, all is deleted afterwards.

    What the migrations put in (the roles) is there again for the next test that uses this.
    """
