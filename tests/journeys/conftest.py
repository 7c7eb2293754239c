"""One browser for all journeys of a process: two at once would be in each other's way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

SEARCHED = f"{os.environ.get('PATH', '')}:/usr/bin:/usr/local/bin"
CHROMIUM = shutil.which("chromium", path=SEARCHED) or shutil.which("chromium-browser", path=SEARCHED)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()
