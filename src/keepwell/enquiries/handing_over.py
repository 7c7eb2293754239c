"""How does a table get to an audience, so that nobody forgets that it did?

What is handed over is kept first, as the bytes that it is; then it enters the ledger; only then is it given to whoever
asked. A crash in between leaves a line too many in the ledger, never one too few.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from keepwell.disclosure.policies import hides
from keepwell.enquiries import answer
from keepwell.enquiries.protected import family_of
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown import Shown
from keepwell.enquiries.shown_files import as_parquet
from keepwell.records.audiences import Audience, Had, audience, declare, enter, keep, ledger, name_kept
from keepwell.records.workspace import Workspace


def hand_over(
    workspace: Workspace,
    to: str,
    what: str,
    make: Callable[[Session], bytes],
    *,
    ending: str,
    now: dt.datetime,
) -> bytes:
    """Make something for a declared audience, keep it, and enter it in the ledger. Returns what may now be given.

    `make` answers from the session with enquiries that name the audience. Raises WorkspaceRefused for an
    audience that was not declared, EnquiryRefused for what it may not get: then nothing is entered.
    """
    with workspace.change() as change:
        declared = audience(change.before, to)
        with Session(workspace) as session:
            content = make(session)
            protection = _protection(session, declared)
        file = keep(workspace, "handed-over", content, ending)
        at = now.astimezone(dt.UTC).isoformat(timespec="seconds")
        enter(change, Had(to, at, what, change.before.number, file, protection))
    return content


def declare_audience(workspace: Workspace, wanted: Audience) -> Shown | None:
    """Declare what an audience may get, and protect it. Returns the family, or None where nothing is hidden.

    Raises EnquiryRefused where the family cannot be made or protected: then nothing is declared.
    """
    with workspace.change() as change:
        declare(change, wanted)
        if not hides(wanted.policy):
            return None
        with Session(workspace) as session:
            return family_of(session, wanted, lambda enquiry: answer(workspace, enquiry, session))


def _protection(session: Session, declared: Audience) -> str:
    if not hides(declared.policy):
        return ""
    return keep(session.workspace, "family", _family(session, declared), "parquet")


def has_changed(workspace: Workspace, to: str) -> bool:
    """Whether an audience that hides small numbers would now get anything else than it had last; yes if it had nothing."""
    generation = workspace.current()
    had = [entry.protection for entry in ledger(generation, to) if entry.protection]
    with Session(workspace) as session:
        now = _family(session, audience(generation, to))
    return not had or had[-1] != name_kept("family", now, "parquet")


def _family(session: Session, declared: Audience) -> bytes:
    workspace = session.workspace
    return as_parquet(family_of(session, declared, lambda enquiry: answer(workspace, enquiry, session)))
