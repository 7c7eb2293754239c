"""One self-contained page: no script, no font, no picture from elsewhere."""

from __future__ import annotations

from importlib.metadata import version
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from keepwell.reports.sections import Report


def as_html(report: Report) -> str:
    """The report as one HTML document that needs nothing else."""
    folder = files("keepwell.reports") / "templates"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "report.html.j2").read_text("utf-8"))
    # Our own stylesheet and our own SVGs are the only things put in unescaped.
    style = Markup((folder / "report.css").read_text("utf-8"))  # noqa: S704
    return template.render(report=report, style=style, drawn=Markup, version=version("keepwell"))
