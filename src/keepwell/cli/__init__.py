"""The door for scripts: parse, ask, print.

Exit status: 0 done; 1 done, with something that needs a decision; 2 refused or misused, three lines on
standard error and nothing on standard output; 70 our own fault.
"""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from keepwell import __version__
from keepwell.cli.asking import explain, measure
from keepwell.cli.audiences import audience, audiences_had
from keepwell.cli.changing import spc
from keepwell.cli.comparing import compare, target
from keepwell.cli.exits import OUR_FAULT, REFUSED
from keepwell.cli.loading import check, load, loads, unload
from keepwell.cli.making import make_up_files, report
from keepwell.cli.serving import demo, serve
from keepwell.errors import KeepwellError
from keepwell.measures import measures as all_measures
from keepwell.records.workspace import Workspace
from keepwell.sources import FORMATS

DEFAULT_WORKSPACE = "keepwell-workspace"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="keepwell")
@click.option(
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="KEEPWELL_WORKSPACE",
    default=DEFAULT_WORKSPACE,
    show_default=True,
    help="The folder that holds what was loaded (or KEEPWELL_WORKSPACE).",
)
@click.pass_context
def cli(context: click.Context, workspace: Path) -> None:
    """Know who leaves, from where and why; plan; and see whether it worked."""
    context.obj = Workspace(workspace)


@cli.command()
def measures() -> None:
    """List every measure that can be asked for."""
    for entry in all_measures().values():
        click.echo(f"{entry.name:30} {entry.question}")


@cli.command()
def formats() -> None:
    """List every file format that can be loaded."""
    for source in FORMATS:
        click.echo(f"{source.name:30} {source.title}")


for _command in (
    audience,
    audiences_had,
    check,
    load,
    loads,
    unload,
    measure,
    explain,
    spc,
    compare,
    target,
    make_up_files,
    demo,
    report,
    serve,
):
    cli.add_command(_command)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit status."""
    try:
        cli.main(args=arguments, standalone_mode=False)
        sys.exit(0)
    except KeepwellError as error:
        click.echo(str(error), err=True)
        sys.exit(REFUSED)
    except click.ClickException as error:
        click.echo(str(_in_three_lines(error)), err=True)
        sys.exit(REFUSED)
    except (click.exceptions.Abort, KeyboardInterrupt):
        sys.exit(REFUSED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        _tell_our_fault(error)
        sys.exit(OUR_FAULT)


def _in_three_lines(error: click.ClickException) -> KeepwellError:
    """A command used wrongly, said as every other refusal."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "keepwell"
    said = " ".join(error.format_message().split())
    return KeepwellError("That command cannot be run so.", found=said, attempt=f"{command} --help")


def _tell_our_fault(error: Exception) -> None:
    """Where it broke, without the error's own text: that may hold a cell of somebody's."""
    frames = traceback.extract_tb(error.__traceback__)
    place = " < ".join(f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames[-4:]))
    click.echo(
        f"Keepwell broke: this is our fault, not yours.\n  Found: {type(error).__name__} at {place}\n"
        "  Try:   report it with these lines; set KEEPWELL_DEBUG=1 to see all of it (may show data)",
        err=True,
    )
    if os.environ.get("KEEPWELL_DEBUG"):
        traceback.print_exception(error)
