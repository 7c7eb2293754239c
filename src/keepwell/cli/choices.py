"""How are choices said on a command line, and how does an answer leave it?"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from keepwell.disclosure import Released
from keepwell.enquiries import BASES, METHODS, Enquiry
from keepwell.enquiries.handing_over import hand_over
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.periods import Month
from keepwell.records.engines import DUCKDB, ENGINES
from keepwell.records.workspace import Workspace, write_whole
from keepwell.reports import tables


class MonthType(click.ParamType[Month]):
    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        return value if isinstance(value, Month) else Month.parse(str(value))


class NamedValue(click.ParamType[tuple[str, str]]):
    """field=value, as in --where staff_group="Nurses & health visitors"."""

    name = "field=value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        name, sign, rest = str(value).partition("=")
        if not sign or not name or not rest:
            raise KeepwellError(
                "That is not a field and a value.", found=str(value), attempt='field="value", with the quotes'
            )
        return name.strip(), rest.strip()


WHERE = click.option(
    "--where", type=NamedValue(), multiple=True, help='Keep some: staff_group="Midwives". May be repeated.'
)
BY = click.option("--by", default="", help="Groups to show, with commas: organisation,staff_group.")
END = click.option("--end", type=MonthType(), help="Last month; the newest loaded when left out.")
METHOD = click.option(
    "--method", type=click.Choice(METHODS), help="Start against end (snapshot), or every leaving (event)."
)
BASIS = click.option("--basis", type=click.Choice(BASES), help="People, or full-time equivalents.")
POLICY = click.option("--policy", help="What is hidden; the default depends on what is loaded. See keepwell audience.")
RELEASE = click.option(
    "--release", "audience", help="Hand it over to this declared audience, and note it in the ledger."
)
SOURCE = click.option("--source", help="The format that the number is to be made from.")
VINTAGE = click.option("--vintage", type=int, help="As it was then; see keepwell loads.")
ENGINE = click.option(
    "--engine", type=click.Choice(ENGINES), default=DUCKDB, show_default=True, help="What counts; see run on Spark."
)
TABLE = click.option("--table", help="Staff of a Spark table (catalog.schema.name) or a folder of Parquet files.")
FORMAT = click.option(
    "--format", "out_format", type=click.Choice(("table", "csv", "json")), default="table", help="How to show it."
)
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")


def values_of(chosen: Sequence[tuple[str, str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The values of every --where, gathered by field."""
    where: dict[str, tuple[str, ...]] = {}
    for name, value in chosen:
        where[name] = (*where.get(name, ()), value)
    return tuple(where.items())


def enquiry(name: str, arguments: dict[str, Any]) -> Enquiry:
    """The question that the options of a command ask; takes `where` and `by` out of them."""
    where = values_of(arguments.pop("where"))
    by = tuple(part.strip() for part in arguments.pop("by").split(",") if part.strip())
    return Enquiry(measure=name, by=by, where=where, **arguments)


def say(content: str | bytes, out: Path | None) -> None:
    """Print, or write whole to a file."""
    if out is None:
        click.echo(content, nl=False)
    else:
        write_whole(out, content.encode() if isinstance(content, str) else content)


def give(
    workspace: Workspace,
    question: Enquiry,
    make: Callable[[Session], bytes],
    out_format: str,
    out: Path | None,
    *,
    what: str,
    **opened: Any,
) -> None:
    """Make it, and print or write it; for an audience it enters the ledger first.

    `opened` says how the records are opened (see Session).
    """
    if question.audience is not None:
        _refuse_to_hand_over(opened)
        ending, now = {"table": "txt"}.get(out_format, out_format), dt.datetime.now(dt.UTC)
        say(hand_over(workspace, question.audience, what, make, ending=ending, now=now), out)
        return
    with Session(workspace, question.vintage, **opened) as session:
        content = make(session)
    say(content, out)


def _refuse_to_hand_over(opened: dict[str, Any]) -> None:
    """What is handed over is made from the workspace, so that it can be made again."""
    if opened.get("table") is not None or opened.get("engine", DUCKDB) != DUCKDB:
        raise EnquiryRefused(
            "Only what is in the workspace can be handed over: the ledger has to be able to make it again.",
            found=f"--release with {'--table' if opened.get('table') is not None else '--engine ' + opened['engine']}",
            attempt="leave --release out, or load the records into the workspace",
        )


def as_said(out_format: str, released: Released) -> str:
    """A Released table in the format asked for."""
    if out_format == "csv":
        return tables.as_csv(released)
    if out_format == "json":
        return tables.as_json(released)
    return tables.as_text(released, width=shutil.get_terminal_size((160, 24)).columns)


def as_content(out_format: str, released: Released) -> bytes:
    """A Released table as the bytes of a file."""
    return tables.as_parquet(released) if out_format == "parquet" else as_said(out_format, released).encode()
