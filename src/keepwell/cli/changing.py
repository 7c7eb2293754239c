"""Is it changing, or is it noise?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from keepwell.cli.choices import (
    BASIS,
    BY,
    FORMAT,
    METHOD,
    OUT,
    POLICY,
    RELEASE,
    SOURCE,
    VINTAGE,
    WHERE,
    MonthType,
    enquiry,
    give,
)
from keepwell.enquiries import LEAVING, Session
from keepwell.enquiries.changing import SpcQuestion, changing
from keepwell.enquiries.spc_series import CHARTS
from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.reports.spc_tables import as_csv, as_json, as_text
from keepwell.spc import DEFAULT_DIALECT, IMPROVEMENT, dialects


class TargetType(click.ParamType[float]):
    """A number, or a percentage with its sign: 24, 0.012, 1.2%."""

    name = "target"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value).strip()
        number = text.removesuffix("%").strip()
        if not re.fullmatch(r"-?\d+(\.\d+)?", number):
            raise KeepwellError("That is not a target.", found=text, attempt="--target 1.2%, or --target 24")
        return float(number) / (100 if text.endswith("%") else 1)


@click.command()
@click.argument("name")
@click.option("--from", "first", type=MonthType(), required=True, help="First month of the chart.")
@click.option("--to", "last", type=MonthType(), required=True, help="Last month of the chart.")
@BY
@WHERE
@click.option("--months", type=click.IntRange(1, 60), default=1, show_default=True, help="Length of a point.")
@click.option("--every", type=click.IntRange(1, 60), default=1, show_default=True, help="Months from point to point.")
@click.option(
    "--dialect",
    type=click.Choice(list(dialects())),
    default=DEFAULT_DIALECT,
    show_default=True,
    help="The rules to read it by.",
)
@click.option(
    "--improvement", type=click.Choice(list(IMPROVEMENT)), help="Which way is better; else the measure's own."
)
@click.option("--target", type=TargetType(), help="What is to be reached: 1.2%, or 24.")
@click.option("--recalculate-at", type=MonthType(), multiple=True, help="Make limits anew from here. May be repeated.")
@click.option("--fix-after", "fix_after_n_points", type=int, help="Limits from the first so many points, 12 or more.")
@click.option("--chart", type=click.Choice(CHARTS), default="xmr", show_default=True, help="p and u: from counts.")
@METHOD
@BASIS
@click.option("--leaving", type=click.Choice(LEAVING), help="What they are counted as leaving.")
@POLICY
@RELEASE
@SOURCE
@VINTAGE
@FORMAT
@OUT
@click.pass_obj
def spc(
    workspace: Workspace,
    /,
    name: str,
    months: int,
    recalculate_at: Sequence[Month],
    out_format: str,
    out: Path | None,
    **arguments: Any,
) -> None:
    """Say whether the measure NAME is changing or moves as it always does, with its control chart.

    Points are single months; longer ones share no month: --months 3 --every 3. See keepwell measures.
    """
    of_chart = ("first", "last", "every", "dialect", "improvement", "target", "fix_after_n_points", "chart")
    question = SpcQuestion(
        months=months, recalculate_at=tuple(sorted(recalculate_at)), **{key: arguments.pop(key) for key in of_chart}
    )
    asked = enquiry(name, arguments)

    def make(session: Session) -> bytes:
        answers = changing(workspace, asked, question, session)
        if out_format == "json":
            return as_json(answers, one=not asked.by).encode()
        if out_format == "csv":
            return as_csv(answers).encode()
        return as_text(answers, width=shutil.get_terminal_size((160, 24)).columns).encode()

    give(workspace, asked, make, out_format, out, what=f"spc {name}")
