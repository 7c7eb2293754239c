"""The page as PDF."""

from __future__ import annotations

from pathlib import Path

from keepwell.errors import KeepwellError
from keepwell.records.workspace import write_whole


def as_pdf(page: str, path: Path) -> None:
    """A tagged PDF of a report's page.

    Raises KeepwellError where WeasyPrint or the system's pango is not installed.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415 (loads the system's pango, which may not be there)
    except (ImportError, OSError):
        raise KeepwellError(
            "A PDF cannot be made on this machine.",
            found="no WeasyPrint, or no pango library for it",
            attempt="install pango (Debian: apt install libpangoft2-1.0-0) and keepwell[pdf]; or print the HTML page",
        ) from None
    content = HTML(string=page, url_fetcher=_nothing_from_elsewhere).write_pdf(pdf_variant="pdf/ua-1")
    write_whole(path, content)


def _nothing_from_elsewhere(url: str, *args: object, **options: object) -> dict[str, object]:
    raise ValueError("a report needs nothing from elsewhere")
