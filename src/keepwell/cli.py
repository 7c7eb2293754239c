"""The door for scripts: parse, ask, print.

Exit status: 0 done; 1 done, with something that needs a decision; 2 refused or misused, three lines on
standard error and nothing on standard output; 70 our own fault.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from keepwell import __version__
from keepwell.disclosure import Released
from keepwell.enquiries import BASES, LEAVING, METHODS, Enquiry, answer
from keepwell.enquiries.explaining import DEFINITIONS, in_one_sentence
from keepwell.enquiries.explaining import explain as explained
from keepwell.errors import KeepwellError, counted
from keepwell.made_up import KINDS, MISTAKES, SystemPlan, make_up
from keepwell.measures import measures as all_measures
from keepwell.periods import Month
from keepwell.records.workspace import Workspace, described, erase_unlisted, write_whole
from keepwell.reports import tables
from keepwell.sources import FORMATS, ReadOptions
from keepwell.sources.telling import Telling, Told, told_of_check, told_of_load

REFUSED, WARNED, OUR_FAULT = 2, 1, 70
DEFAULT_WORKSPACE = "keepwell-workspace"


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


@cli.command()
@FILES
@reading_options
@click.pass_obj
def check(workspace: Workspace, /, files: Sequence[Path], **arguments: Any) -> NoReturn:
    """Say what each FILE is and whether it would load. Writes nothing.

    Exit status 0: would load; 1: would load with a decision; 2: would not.
    """
    sys.exit(_tell_each(files, lambda path: told_of_check(workspace, path, _options(arguments))))


@cli.command()
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


@cli.command()
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


@cli.command()
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


@cli.command()
@click.argument("name")
@click.option("--by", default="", help="Groups to show, with commas: organisation,staff_group.")
@click.option("--where", type=NamedValue(), multiple=True, help='Keep some: staff_group="Midwives". May be repeated.')
@click.option("--end", type=MonthType(), help="Last month; the newest loaded when left out.")
@click.option("--months", type=click.IntRange(1, 120), help="Length of the period.")
@click.option("--course", type=click.IntRange(1, 240), default=1, help="So many periods, ending month by month.")
@click.option("--method", type=click.Choice(METHODS), help="Start against end (snapshot), or every leaving (event).")
@click.option("--basis", type=click.Choice(BASES), help="People, or full-time equivalents.")
@click.option("--leaving", type=click.Choice(LEAVING), help="What they are counted as leaving.")
@click.option("--policy", help="published or internal; the default depends on what is loaded.")
@click.option("--source", help="The format that the number is to be made from.")
@click.option("--vintage", type=int, help="As it was then; see keepwell loads.")
@click.option("--format", "out_format", type=click.Choice(tables.FORMATS), default="table", help="How to show it.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.pass_obj
def measure(workspace: Workspace, /, name: str, out_format: str, out: Path | None, **arguments: Any) -> None:
    """Answer one question: the measure NAME, cut as asked. See keepwell measures."""
    released = answer(workspace, _enquiry(name, arguments))
    if out_format == "parquet":
        if out is None:
            raise KeepwellError("Parquet is not for a terminal.", found="no --out", attempt="--out FILE.parquet")
        tables.as_parquet(released, out)
        return
    text = _as(out_format, released)
    if out is None:
        click.echo(text, nl=False)
    else:
        write_whole(out, text.encode())


def _as(out_format: str, released: Released) -> str:
    if out_format == "csv":
        return tables.as_csv(released)
    if out_format == "json":
        return tables.as_json(released)
    return tables.as_text(released, width=shutil.get_terminal_size((160, 24)).columns)


def _enquiry(name: str, arguments: dict[str, Any]) -> Enquiry:
    where: dict[str, tuple[str, ...]] = {}
    for field_name, value in arguments.pop("where"):
        where[field_name] = (*where.get(field_name, ()), value)
    by = tuple(part.strip() for part in arguments.pop("by").split(",") if part.strip())
    return Enquiry(measure=name, by=by, where=tuple(where.items()), **arguments)


@cli.command()
@click.option("--first", type=click.Choice(list(DEFINITIONS)), default="monthly", show_default=True, help="From this.")
@click.option("--second", type=click.Choice(list(DEFINITIONS)), default="national", show_default=True, help="To this.")
@click.option("--where", type=NamedValue(), multiple=True, help='Keep some: organisation="RXX". May be repeated.')
@click.option("--end", type=MonthType(), help="Last month; the newest loaded when left out.")
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
    released = explained(workspace, _enquiry("leaver_rate", {**arguments, "by": ""}), first, second)
    if out_format == "table":
        click.echo(in_one_sentence(released))
        click.echo()
    click.echo(_as(out_format, released), nl=False)


@cli.command("make-up")
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


@cli.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Where to.",
)
def demo(folder: Path) -> None:
    """Make up a health system, load it and write its report."""
    from keepwell.demonstration import demonstrate  # noqa: PLC0415 (charts take a second to load: only who draws waits)

    report = demonstrate(folder, click.echo)
    click.echo(f"Report: {report.resolve()}")
    click.echo(
        f"Try: {_called()} --workspace {folder}/workspace measure leaver_rate --by organisation --source esr_staff_in_post"
    )


def _called() -> str:
    """How the user called us, so that what we suggest can be typed."""
    return sys.argv[0] if sys.argv[0].startswith(".") else "keepwell"


@cli.command()
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
@click.pass_obj
def report(workspace: Workspace, /, out: Path, xlsx: Path | None, pdf: Path | None, **arguments: Any) -> None:
    """Write the report: how many leave, from where and why, on one page."""
    from keepwell.reports.html import as_html  # noqa: PLC0415 (as above)
    from keepwell.reports.overview import overview  # noqa: PLC0415
    from keepwell.reports.pdf import as_pdf  # noqa: PLC0415
    from keepwell.reports.workbook import as_xlsx  # noqa: PLC0415

    if sys.stderr.isatty():
        click.echo("Making the report …", err=True)
    made = overview(workspace, **arguments)
    page = as_html(made)
    written = {"Report": out}
    if pdf:  # first, because it may be refused: then nothing is written
        as_pdf(page, pdf)
        written["PDF"] = pdf
    if xlsx:
        as_xlsx(made, xlsx)
        written["Workbook"] = xlsx
    write_whole(out, page.encode())
    for what, path in written.items():
        click.echo(f"{what}: {path}")


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
