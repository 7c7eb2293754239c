"""How was the last file of this kind to be read?

What a user had to say about a file (its headings, organisation, order of dates, what to leave out) is kept in
the workspace under a name, and used again for the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from keepwell.errors import WorkspaceRefused, listed
from keepwell.sources.formats import ReadOptions


def with_profile(settings: Mapping[str, Any], options: ReadOptions) -> ReadOptions:
    """The options, with those of the named profile where the user said nothing of their own.

    Raises WorkspaceRefused for a profile that is not kept when there is nothing to keep under its name either.
    """
    if options.profile is None:
        return options
    kept = _profiles(settings).get(options.profile)
    if kept is None:
        if says_something(options):
            return options
        raise WorkspaceRefused(
            f"There is no profile called {options.profile} here.",
            found=f"profiles {listed(sorted(_profiles(settings)), 12) or 'none'}",
            attempt=f'one of these; or keep one: --profile {options.profile} --column field="Heading"',
        )
    return replace(
        options,
        columns={**kept["columns"], **options.columns},
        organisation=options.organisation or kept["organisation"],
        leave_out=options.leave_out | frozenset(kept["leave_out"]),
        day_first=kept["day_first"] if options.day_first is None else options.day_first,
    )


def says_something(options: ReadOptions) -> bool:
    """Whether the user said anything that a profile keeps."""
    return bool(options.columns or options.organisation or options.leave_out or options.day_first is not None)


def profiles_after(settings: Mapping[str, Any], said: ReadOptions, used: ReadOptions) -> dict[str, Any] | None:
    """All profiles once this file is loaded; None where that changes nothing.

    `said` is what the user typed, `used` the same with the profile's own: that is kept.
    """
    if said.profile is None:
        return None
    profile = {
        "columns": dict(sorted(used.columns.items())),
        "organisation": used.organisation,
        "leave_out": sorted(used.leave_out),
        "day_first": used.day_first,
    }
    every = _profiles(settings)
    return None if every.get(said.profile) == profile else {**every, said.profile: profile}


def _profiles(settings: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = settings.get("profiles") or {}
    return found
