"""Has this table passed disclosure control, and for whom?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from keepwell.disclosure.policies import Policy, policy_for


@dataclass(frozen=True, slots=True)
class Definition:
    """What a number is. It travels beside the number wherever the number goes.

    `columns` gives every column of the table in words.
    """

    measure: str
    label: str
    words: str
    formula: str
    unit: str
    basis: str
    window: str
    method: str
    leaving: str
    population: str
    source: str
    vintage: str
    reference: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__ if name != "columns"} | {
            "columns": dict(self.columns)
        }


@dataclass(frozen=True, slots=True)
class Released:
    """A table that has passed disclosure control for a named audience: what charts, reports and exports take.

    `table` ends with the column `hidden`: the names of the cells of the row that are hidden, comma-separated.
    Made by `release` and `release_protected` alone.
    """

    table: pa.Table
    definition: Definition
    policy: Policy
    audience: str
    notes: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, Any]]:
        return self.table.to_pylist()  # type: ignore[no-any-return]


def release(
    table: pa.Table,
    definition: Definition,
    *,
    policy: str | None,
    audience: str | None,
    inputs_published: bool,
    notes: tuple[str, ...] = (),
) -> Released:
    """Pass a table through the policy named (or the default for its inputs).

    Raises EnquiryRefused where the policy does not allow it.
    """
    chosen = policy_for(policy, inputs_published=inputs_published)
    hidden = pa.array([""] * table.num_rows, pa.string())
    return Released(table.append_column("hidden", hidden), definition, chosen, audience or chosen.audience, notes)


def release_protected(
    table: pa.Table, definition: Definition, policy: Policy, *, audience: str | None, notes: tuple[str, ...] = ()
) -> Released:
    """A table read out of a protected family: its last column, `hidden`, names what is hidden already.

    Raises ValueError where a cell that is said to be hidden holds a value: that must never leave.
    """
    for row in table.to_pylist():
        told = [name for name in row["hidden"].split(",") if name and row[name] is not None]
        if told:
            raise ValueError(f"hidden cells with a value: {', '.join(told)}")
    return Released(table, definition, policy, audience or policy.audience, notes)
