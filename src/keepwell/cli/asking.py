"""What is the number, and why do two numbers differ?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from keepwell.cli.choices import (
    BASIS,
    BY,
    END,
    ENGINE,
    METHOD,
    OUT,
    POLICY,
    RELEASE,
    SOURCE,
    TABLE,
    VINTAGE,
    WHERE,
    NamedValue,
    as_content,
    as_said,
    enquiry,
    give,
)
from keepwell.enquiries import LEAVING, Session, answer
from keepwell.enquiries.explaining import DEFINITIONS, in_one_sentence
from keepwell.enquiries.explaining import explain as explained
from keepwell.errors import KeepwellError
from keepwell.records.workspace import Workspace
from keepwell.reports import tables


@click.command()
@click.argument("name")
@BY
@WHERE
@END
@click.option("--months", type=click.IntRange(1, 120), help="Length of the period.")
@click.option("--course", type=click.IntRange(1, 240), default=1, help="So many periods, ending month by month.")
@METHOD
@BASIS
@click.option("--leaving", type=click.Choice(LEAVING), help="What they are counted as leaving.")
@POLICY
@RELEASE
@SOURCE
@VINTAGE
@ENGINE
@TABLE
@click.option("--format", "out_format", type=click.Choice(tables.FORMATS), default="table", help="How to show it.")
@OUT
@click.pass_obj
def measure(workspace: Workspace, /, name: str, out_format: str, out: Path | None, **arguments: Any) -> None:
    """Answer one question: the measure NAME, cut as asked. See keepwell measures."""
    if out_format == "parquet" and out is None:
        raise KeepwellError("Parquet is not for a terminal.", found="no --out", attempt="--out FILE.parquet")
    opened = {option: arguments.pop(option) for option in ("engine", "table")}
    question = enquiry(name, arguments)
    what = " by ".join(part for part in (f"measure {name}", ", ".join(question.by)) if part)

    def make(session: Session) -> bytes:
        return as_content(out_format, answer(workspace, question, session))

    give(workspace, question, make, out_format, out, what=what, **opened)


@click.command()
@click.option("--first", type=click.Choice(list(DEFINITIONS)), default="monthly", show_default=True, help="From this.")
@click.option("--second", type=click.Choice(list(DEFINITIONS)), default="national", show_default=True, help="To this.")
@click.option("--where", type=NamedValue(), multiple=True, help='Keep some: organisation="RXX". May be repeated.')
@END
@click.option("--months", type=click.IntRange(1, 120), help="Length of the period; 12 when left out.")
@click.option("--source", help="The staff records to use, where there are several.")
@click.option(
    "--format", "out_format", type=click.Choice(("table", "csv", "json")), default="table", help="How to show it."
)
@click.pass_obj
def explain(workspace: Workspace, /, first: str, second: str, out_format: str, **arguments: Any) -> None:
    """Say why two definitions of the leaver rate differ on your own records, person by category.

    monthly: leavings over the mean of all month ends, as ESR BI and many trusts do. event: leavings over the
    mean of start and end. national: in post at the start and not at the end. system: as national, moves to
    another organisation loaded here not counted.
    """
    released = explained(workspace, enquiry("leaver_rate", {**arguments, "by": ""}), first, second)
    if out_format == "table":
        click.echo(in_one_sentence(released))
        click.echo()
    click.echo(as_said(out_format, released), nl=False)
