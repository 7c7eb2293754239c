"""Who may have what, and what have they had?"""

from __future__ import annotations

import datetime as dt
from typing import Any

import click

from keepwell.cli.choices import SOURCE, WHERE, MonthType, values_of
from keepwell.disclosure.policies import CHOICES, hides
from keepwell.enquiries.families import COUNTS
from keepwell.enquiries.handing_over import declare_audience
from keepwell.enquiries.protected import NOT_COVERED, PUBLISHED_ANYWAY, source_of_families, visible
from keepwell.errors import KeepwellError, counted
from keepwell.periods import Month
from keepwell.records.audiences import Audience, audiences, ledger
from keepwell.records.workspace import Workspace


@click.command()
@click.argument("name")
@click.option("--policy", type=click.Choice(CHOICES), default="nhs", show_default=True, help="What is hidden.")
@click.option("--by", multiple=True, help="The groups of a table: organisation,staff_group. May be repeated.")
@click.option(
    "--months", type=click.IntRange(1, 120), help="Length of each period: 12, for published months 1, when left out."
)
@click.option("--first", type=MonthType(), help="Last month of the first period; the newest loaded when left out.")
@click.option("--at-least", type=click.IntRange(2, 7), default=4, show_default=True, help="Values left possible.")
@click.option("--counts", help=f"Only these of {', '.join(COUNTS)}; with commas.")
@WHERE
@SOURCE
@click.pass_obj
def audience(workspace: Workspace, /, name: str, policy: str, by: tuple[str, ...], **arguments: Any) -> None:
    """Declare what the audience NAME may get: tables that are protected together, now and as months are added."""
    tables = tuple(tuple(part.strip() for part in table.split(",") if part.strip()) for table in by)
    first: Month | None = arguments["first"]
    source, newest = source_of_families(workspace, arguments["source"])
    wanted = Audience(
        name,
        policy,
        dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        source,
        tables or ((),) if hides(policy) else (),
        values_of(arguments["where"]),
        arguments["months"] or (1 if source == "nhs_turnover" else 12),
        str(first or newest),
        arguments["at_least"],
        _counts(arguments["counts"]),
    )
    shown = declare_audience(workspace, wanted)
    click.echo(f"Declared: {name} may get {_in_words(wanted)}.")
    if shown is not None:
        if source == "nhs_turnover":
            click.echo(PUBLISHED_ANYWAY)
        click.echo(visible(shown))
        click.echo(NOT_COVERED)


@click.command("audiences")
@click.pass_obj
def audiences_had(workspace: Workspace) -> None:
    """List every audience, what it may get, and what it has had."""
    generation = workspace.current()
    if not audiences(generation):
        click.echo("No audience is declared yet. Try: keepwell audience NAME --by organisation,staff_group")
    for name, declared in sorted(audiences(generation).items()):
        had = ledger(generation, name)
        click.echo(f"{name}: {_in_words(declared)}; has had {counted(len(had), 'table or page', 'tables and pages')}")
        for entry in had:
            click.echo(f"    {entry.at[:10]}  {entry.what}  (vintage {entry.vintage}, kept as {entry.file})")


def _counts(named: str | None) -> tuple[str, ...]:
    wanted = tuple(part.strip() for part in (named or "").split(",") if part.strip())
    if unknown := [name for name in wanted if name not in COUNTS]:
        raise KeepwellError(
            f"No count is called {unknown[0]}.", found=f"--counts {named}", attempt=f"--counts {','.join(COUNTS)}"
        )
    return wanted


def _in_words(declared: Audience) -> str:
    if not hides(declared.policy):
        return f"everything, under the policy {declared.policy}"
    cuts = "; ".join(" × ".join(table) or "the total" for table in declared.tables)
    where = "".join(f", {name} {' or '.join(values)}" for name, values in declared.where)
    periods = f"{counted(declared.months, 'month')} each, from the one to {declared.first}"
    return f"{cuts}{where}; {periods}; policy {declared.policy}"
