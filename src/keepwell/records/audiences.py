"""Who may have which tables, and what has each audience had?

Audiences and the list of what they have had stand in the settings of a generation, so that they come into force
with everything else or not at all. What was handed over is kept as it was in the folder `released/`: it survives
an unload and an erasure, because nobody can take back what an audience already holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from keepwell.errors import WorkspaceRefused, listed
from keepwell.records.workspace import Change, Generation, Workspace, write_whole

FOLDER = "released"


@dataclass(frozen=True, slots=True)
class Audience:
    """What one audience may get: a family of tables that are protected together.

    `tables` are the groups of each table, finest first; every margin of them belongs to the family. The periods
    are `months` long, do not overlap, and begin with the one that ends in `first` ("2024-11"). `where` keeps some
    of the records, for every table. `counts` are those that are shown, or could be where they are not small; () means
    those that its policy usually shows. An audience under a policy that hides nothing has no tables: it may have all.
    """

    name: str
    policy: str
    declared_at: str
    source: str = ""
    tables: tuple[tuple[str, ...], ...] = ()
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    months: int = 12
    first: str = ""
    at_least: int = 4
    counts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Had:
    """One thing that an audience has had: when, what, from which vintage, and the file it is kept in.

    `protection` is the file with the family as it was shown then; "" under a policy that hides nothing.
    """

    audience: str
    at: str
    what: str
    vintage: int
    file: str
    protection: str = ""


def audiences(generation: Generation) -> dict[str, Audience]:
    """Every audience declared, by name."""
    return {name: _audience(entry) for name, entry in generation.settings.get("audiences", {}).items()}


def audience(generation: Generation, name: str) -> Audience:
    """The audience of that name. Raises WorkspaceRefused where none was declared."""
    known = audiences(generation)
    if name not in known:
        raise WorkspaceRefused(
            f"No audience is called {name!r}, so nobody has said what it may get.",
            found=f"audiences: {listed(sorted(known)) or 'none'}",
            attempt=f'keepwell audience "{name}" --by organisation,staff_group',
        )
    return known[name]


def ledger(generation: Generation, name: str | None = None) -> tuple[Had, ...]:
    """What every audience has had, or one of them, oldest first."""
    entries = (Had(**entry) for entry in generation.settings.get("released", ()))
    return tuple(had for had in entries if name in (None, had.audience))


def declare(change: Change, wanted: Audience) -> None:
    """Declare an audience, or declare anew one that has had nothing yet.

    Raises WorkspaceRefused for a blank name, and where it has had tables: another family could not be protected together with them.
    """
    if not wanted.name.strip():
        raise WorkspaceRefused(
            "An audience needs a name, so that the ledger can say who has had what.",
            found="a blank name",
            attempt='keepwell audience "the board" --by organisation,staff_group',
        )
    had = ledger(change.after, wanted.name)
    if had:
        raise WorkspaceRefused(
            f"What the audience {wanted.name!r} may get cannot be changed: it has had tables already.",
            found=f"{len(had)} in the ledger, the first on {had[0].at[:10]}",
            attempt="declare an audience of another name, if its people are other people",
        )
    known = {**change.after.settings.get("audiences", {}), wanted.name: asdict(wanted)}
    change.set(audiences=known)


def enter(change: Change, had: Had) -> None:
    """Add to the ledger what an audience is about to have. Its files must be kept already (see `keep`)."""
    change.set(released=[*change.after.settings.get("released", ()), asdict(had)])


def keep(workspace: Workspace, what: str, content: bytes, ending: str) -> str:
    """Keep what is handed over, under a name made from its bytes. Returns the name."""
    name = name_kept(what, content, ending)
    path = kept(workspace, name)
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)
    return name


def name_kept(what: str, content: bytes, ending: str) -> str:
    """The name under which something is kept that is handed over: the same bytes have the same name."""
    return f"{what}-{hashlib.sha256(content).hexdigest()[:32]}.{ending}"


def kept(workspace: Workspace, name: str) -> Path:
    """Where something that was handed over is kept."""
    return workspace.folder / FOLDER / name


def _audience(entry: Mapping[str, Any]) -> Audience:
    read = Audience(**entry)
    return replace(
        read,
        tables=tuple(tuple(table) for table in read.tables),
        counts=tuple(read.counts),
        where=tuple((name, tuple(values)) for name, values in read.where),
    )
