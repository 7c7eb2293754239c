"""What does a plan, or a board paper of it, look like as a tagged PDF?"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.template.loader import render_to_string

from keepwell.reports.pdf import as_pdf
from keepwell.web.papers.board import sections_of
from keepwell.web.papers.contents import Paper, gathered, headings, in_words


def plan_pdf(paper: Paper) -> bytes:
    """The plan as PDF. Raises KeepwellError where this machine cannot make one."""
    return _made(
        "papers/plan_pdf.html.j2", {"paper": paper, "headings": headings(), "in_words": in_words, "gathered": gathered}
    )


def board_pdf(paper: Paper) -> bytes:
    """The board paper as PDF. Raises as above."""
    return _made("papers/board_pdf.html.j2", {"paper": paper, "sections": sections_of(paper)})


def _made(template: str, told: dict[str, Any]) -> bytes:
    page = render_to_string(template, told)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "paper.pdf"
        as_pdf(page, path)
        return path.read_bytes()
