"""How are made-up files and pages made?"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from keepwell.cli.choices import RELEASE, MonthType
from keepwell.disclosure.policies import HIDING_POLICIES
from keepwell.enquiries.handing_over import hand_over
from keepwell.errors import KeepwellError, counted
from keepwell.made_up import KINDS, MISTAKES, SystemPlan, make_up
from keepwell.records.workspace import Workspace, write_whole


@click.command("make-up")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--people", type=int, default=8000, show_default=True, help="Staff of the whole system.")
@click.option("--months", type=int, default=36, show_default=True, help="Monthly extracts to write.")
@click.option("--last-month", type=MonthType(), default="2025-10", show_default=True, help="The newest extract.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same files.")
@click.option("--only", type=click.Choice(KINDS), multiple=True, help="Only these organisations. May be repeated.")
@click.option("--rename-on", type=MonthType(), help="A ward gets a new name in this month.")
@click.option("--merge-on", type=MonthType(), help="The community provider joins the mental health trust.")
@click.option("--mistake", "mistakes", type=click.Choice(sorted(MISTAKES)), multiple=True, help="May be repeated.")
def make_up_files(folder: Path, only: Sequence[str], mistakes: Sequence[str], **plan: Any) -> None:
    """Make up a health system and write its files into FOLDER. Nobody in it exists."""
    made = make_up(
        SystemPlan(organisations=tuple(only) or KINDS, mistakes=frozenset(mistakes), **plan),
        folder,
    )
    click.echo(f"Wrote {counted(len(made.files), 'file')} into {folder}.")
    click.echo(f"Try: keepwell load {folder}/staff_in_post/*.csv {folder}/leavers/*.csv")


@click.command()
@click.option("--organisation", help="One organisation, by its ODS code; all of them when left out.")
@click.option("--source", help="The format that the report is to be made from.")
@click.option("--end", type=MonthType(), help="Last month; the newest loaded when left out.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("keepwell-report.html"),
    show_default=True,
    help="The page.",
)
@click.option("--xlsx", type=click.Path(path_type=Path, dir_okay=False), help="Also the tables, as a workbook.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Also as PDF (needs pango).")
@RELEASE
@click.option(
    "--policy", type=click.Choice(list(HIDING_POLICIES)), help="A preview of the page with small numbers hidden."
)
@click.pass_obj
def report(
    workspace: Workspace,
    /,
    out: Path,
    xlsx: Path | None,
    pdf: Path | None,
    audience: str | None,
    policy: str | None,
    **arguments: Any,
) -> None:
    """Write the report: how many leave, from where and why, on one page.

    With --release it is the page of a declared audience, made of what that audience may get; with --policy a preview
    of such a page, given to nobody.
    """
    from keepwell.reports.for_audience import page_for, preview  # noqa: PLC0415 (as above)
    from keepwell.reports.html import as_html  # noqa: PLC0415
    from keepwell.reports.overview import overview  # noqa: PLC0415
    from keepwell.reports.pdf import as_pdf  # noqa: PLC0415
    from keepwell.reports.workbook import as_xlsx  # noqa: PLC0415

    if sys.stderr.isatty():
        click.echo("Making the report …", err=True)
    if audience is not None:
        made = page_for(workspace, audience, **arguments)
    elif policy is not None:
        _refuse_one_organisation(arguments.pop("organisation"))
        made = preview(workspace, policy, **arguments)
    else:
        made = overview(workspace, **arguments)
    page = as_html(made)
    written = {"Report": out}
    if audience is not None:
        _enter(workspace, audience, page)
    if pdf:  # first, because it may be refused: then nothing is written
        as_pdf(page, pdf)
        written["PDF"] = pdf
    if xlsx:
        as_xlsx(made, xlsx)
        written["Workbook"] = xlsx
    write_whole(out, page.encode())
    for what, path in written.items():
        click.echo(f"{what}: {path}")


def _refuse_one_organisation(organisation: str | None) -> None:
    if organisation is not None:
        raise KeepwellError(
            "A preview shows all organisations.",
            found=f"--organisation {organisation}",
            attempt="keepwell audience NAME --where organisation=CODE, and --release",
        )


def _enter(workspace: Workspace, audience: str, page: str) -> None:
    hand_over(workspace, audience, "report", lambda _: page.encode(), ending="html", now=dt.datetime.now(dt.UTC))
