"""How do files get in, and out again?"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from keepwell.cli.choices import MonthType, NamedValue
from keepwell.cli.exits import REFUSED, WARNED
from keepwell.errors import KeepwellError, counted
from keepwell.records.workspace import Workspace, described, erase_unlisted
from keepwell.sources import ReadOptions
from keepwell.sources.telling import Telling, Told, told_of_check, told_of_load


def reading_options(command: Any) -> Any:
    """What the user may have to say about a file that the file does not say itself."""
    for option in reversed(
        [
            click.option("--as", "format_name", help="Read as this format; see keepwell formats."),
            click.option("--column", "columns", type=NamedValue(), multiple=True, help='field="Heading in the file"'),
            click.option("--month", type=MonthType(), help="The month of a snapshot that does not say it."),
            click.option("--organisation", help="The ODS code of the organisation, where the file has none."),
            click.option("--leave-out", multiple=True, help="A field not to take, such as religion."),
            click.option("--day-first/--month-first", default=None, help="How 01/02/2025 is to be read."),
            click.option("--accept", multiple=True, help="A decision, by the name that check gave it."),
            click.option("--profile", help="Keep what is said of this file under a name, or use it again."),
        ]
    ):
        command = option(command)
    return command


def _options(arguments: dict[str, Any]) -> ReadOptions:
    return ReadOptions(
        columns=dict(arguments["columns"]),
        month=arguments["month"],
        organisation=arguments["organisation"],
        leave_out=frozenset(arguments["leave_out"]),
        day_first=arguments["day_first"],
        accept=frozenset(arguments["accept"]),
        profile=arguments["profile"],
        format=arguments["format_name"],
        today=dt.datetime.now(dt.UTC).date(),
    )


FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))


@click.command()
@FILES
@reading_options
@click.pass_obj
def check(workspace: Workspace, /, files: Sequence[Path], **arguments: Any) -> NoReturn:
    """Say what each FILE is and whether it would load. Writes nothing.

    Exit status 0: would load; 1: would load with a decision; 2: would not.
    """
    sys.exit(_tell_each(files, lambda path: told_of_check(workspace, path, _options(arguments))))


@click.command()
@FILES
@reading_options
@click.pass_obj
def load(workspace: Workspace, /, files: Sequence[Path], **arguments: Any) -> NoReturn:
    """Load each FILE into the workspace, whole or not at all."""
    sys.exit(_tell_each(files, lambda path: told_of_load(workspace, path, _options(arguments))))


def _tell_each(files: Sequence[Path], done: Callable[[Path], Told]) -> int:
    """Do it to each file and tell; what is refused does not stop the others. Returns the exit status."""
    telling, worst = Telling(len(files), click.echo), 0
    for path in files:
        try:
            told = done(path)
        except KeepwellError as error:
            click.echo(str(error), err=True)
            telling.count("refused")
            worst = REFUSED
            continue
        telling.tell(told)
        worst = max(worst, WARNED if told.decisions else 0)
    if not telling.told:
        telling.say = lambda line: click.echo(line, err=True)
    telling.close()
    return worst


@click.command()
@click.pass_obj
def loads(workspace: Workspace) -> None:
    """List what is loaded, with its vintage."""
    generation = workspace.current()
    if not generation.loads:
        click.echo("Nothing is loaded yet. Try: keepwell load FILE…")
        return
    click.echo(f"Vintage {generation.number}")
    for entry in generation.loads:
        click.echo(f"{described(entry)}  loaded {entry.loaded_at[:10]}")
        for warning in entry.warnings:
            click.echo("\n".join(f"     {line}" for line in warning.splitlines()))


@click.command()
@click.argument("numbers", nargs=-1, required=True, type=int)
@click.option("--erase", is_flag=True, help="Also delete the rows; older vintages can then not be asked for again.")
@click.pass_obj
def unload(workspace: Workspace, /, numbers: Sequence[int], erase: bool) -> None:
    """Take loads out, by the NUMBERS that keepwell loads shows."""
    with workspace.change() as change:
        removed = [change.remove(number) for number in numbers]
    for entry in removed:
        click.echo(f"Unloaded {entry.file} (load {entry.number}).")
    if erase:
        click.echo(f"Erased {counted(erase_unlisted(workspace), 'file')} of rows.")
    else:
        click.echo("Its rows are kept for older vintages; --erase deletes them.")
