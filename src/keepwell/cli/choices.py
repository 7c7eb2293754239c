"""How are choices said on a command line, and how does an answer leave it?"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from keepwell.disclosure import Released
from keepwell.enquiries import BASES, METHODS, Enquiry
from keepwell.errors import KeepwellError
from keepwell.periods import Month
from keepwell.records.workspace import write_whole
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
POLICY = click.option("--policy", help="published or internal; the default depends on what is loaded.")
SOURCE = click.option("--source", help="The format that the number is to be made from.")
VINTAGE = click.option("--vintage", type=int, help="As it was then; see keepwell loads.")
FORMAT = click.option(
    "--format", "out_format", type=click.Choice(("table", "csv", "json")), default="table", help="How to show it."
)
OUT = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")


def enquiry(name: str, arguments: dict[str, Any]) -> Enquiry:
    """The question that the options of a command ask; takes `where` and `by` out of them."""
    where: dict[str, tuple[str, ...]] = {}
    for field_name, value in arguments.pop("where"):
        where[field_name] = (*where.get(field_name, ()), value)
    by = tuple(part.strip() for part in arguments.pop("by").split(",") if part.strip())
    return Enquiry(measure=name, by=by, where=tuple(where.items()), **arguments)


def say(text: str, out: Path | None) -> None:
    """Print, or write whole to a file."""
    if out is None:
        click.echo(text, nl=False)
    else:
        write_whole(out, text.encode())


def as_said(out_format: str, released: Released) -> str:
    """A Released table in the format asked for."""
    if out_format == "csv":
        return tables.as_csv(released)
    if out_format == "json":
        return tables.as_json(released)
    return tables.as_text(released, width=shutil.get_terminal_size((160, 24)).columns)
