"""Are we different from our peers, and to whom is support offered?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from keepwell.cli.choices import (
    END,
    FORMAT,
    METHOD,
    OUT,
    POLICY,
    RELEASE,
    SOURCE,
    VINTAGE,
    WHERE,
    as_said,
    enquiry,
    give,
)
from keepwell.disclosure import Released
from keepwell.enquiries import Session
from keepwell.records.workspace import Workspace

MONTHS = click.option("--months", type=click.IntRange(1, 120), help="Length of the period.")
PEERS = click.option(
    "--within",
    default="benchmark_group",
    show_default=True,
    help="The groups within which places are each other's peers.",
)


@click.command()
@click.argument("name")
@click.option("--by", default="organisation", show_default=True, help="The kind of place to compare.")
@PEERS
@click.option("--system", help="Only the places of this integrated care board, each against its whole group.")
@WHERE
@END
@MONTHS
@METHOD
@POLICY
@RELEASE
@SOURCE
@VINTAGE
@FORMAT
@OUT
@click.pass_obj
def compare(
    workspace: Workspace,
    /,
    name: str,
    within: str,
    system: str | None,
    out_format: str,
    out: Path | None,
    **arguments: Any,
) -> None:
    """Set places beside their peers by the measure NAME: rank, interval, and whether it is more than chance.

    Places are compared within their own benchmark group only, and a group of fewer than 5 is not. Limits allow
    for chance at 95% and 99.8%; where places of a group differ more than by chance, a second pair allows for that.
    """

    from keepwell.enquiries.comparing import (  # noqa: PLC0415 (scipy takes a second to load)
        comparing,
        for_readers,
        in_one_sentence,
    )

    question = enquiry(name, arguments)

    def make(session: Session) -> bytes:
        released = comparing(workspace, question, within=within, system=system, session=session)
        shown = for_readers(released) if out_format == "table" else released
        return _told(in_one_sentence(released), shown, out_format)

    give(workspace, question, make, out_format, out, what=f"compare {name}")


@click.command()
@click.option("--take", type=click.IntRange(1), default=20, show_default=True, help="How many can be supported.")
@PEERS
@WHERE
@END
@MONTHS
@METHOD
@POLICY
@RELEASE
@SOURCE
@VINTAGE
@FORMAT
@OUT
@click.pass_obj
def target(
    workspace: Workspace, /, take: int, within: str, out_format: str, out: Path | None, **arguments: Any
) -> None:
    """Choose organisations whose leaver rate is above that of their kind, and say what would come without support.

    As the national retention programme of 2017 did. For a staff group, or several under one name:
    --where staff_group="all clinical".
    """

    from keepwell.enquiries.targeting import list_of_taken, said_of, targeting  # noqa: PLC0415 (as above)

    question = enquiry("leaver_rate", {**arguments, "by": ""})

    def make(session: Session) -> bytes:
        targeted = targeting(workspace, question, take=take, within=within, session=session)
        shown = list_of_taken(targeted) if out_format == "table" else targeted.released
        return _told(said_of(targeted), shown, out_format)

    give(workspace, question, make, out_format, out, what="target")


def _told(sentence: str, released: Released, out_format: str) -> bytes:
    """The sentence first on a terminal, among the notes in a file for machines."""
    if out_format == "table":
        return f"{sentence}\n\n{as_said(out_format, released)}".encode()
    return as_said(out_format, replace(released, notes=(sentence, *released.notes))).encode()
