"""What does an organisation release upward, and what do several of them say together?

Across the boundary of an organisation only that is seen which was released: all that was declared for one audience, as
its policy shows it, in one document that can be kept, sent and read without anything else.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keepwell.disclosure.hiding import HIDING
from keepwell.disclosure.policies import hides
from keepwell.enquiries import answer
from keepwell.enquiries.asking import Asked, Enquiry
from keepwell.enquiries.families import COUNTS, value_of
from keepwell.enquiries.handing_over import hand_over
from keepwell.enquiries.packs import MADE, SCHEMA, VERSION, Pack, PackRefused, PackRow, Place, read_pack
from keepwell.enquiries.protected import as_released, family_of, visible
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown import MADE_OF, Shown, flows_shown, with_hidden
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.measures import measure
from keepwell.periods import Period
from keepwell.records.audiences import Audience, audience
from keepwell.records.flows import NAMED, Grouping, keep
from keepwell.records.workspace import Workspace

__all__ = ["Added", "Pack", "PackRefused", "Together", "read_pack", "release_upward", "together"]

RELEASED_UPWARD = "released upward"
PLACES = (*NAMED, "cluster", "benchmark_group")
"""Fields that choose organisations, not people in them."""


def release_upward(workspace: Workspace, name: str, *, now: dt.datetime) -> bytes:
    """All that a declared audience may get, as one JSON document: kept, entered in the ledger, then returned.

    Every declared table and margin, over all its periods, read out of the family as it is shown. `read_pack` reads it.
    Raises WorkspaceRefused for an audience that was not declared; EnquiryRefused where its policy hides nothing, or where
    nothing of its tables can be shown: then nothing is entered.
    """
    return hand_over(
        workspace, name, RELEASED_UPWARD, lambda session: _pack(session, name, now), ending="json", now=now
    )


def _pack(session: Session, name: str, now: dt.datetime) -> bytes:
    declared = audience(session.workspace.current(), name)
    _refuse_exact(declared)
    shown = family_of(session, declared, lambda enquiry: answer(session.workspace, enquiry, session))
    content = {
        "schema": SCHEMA,
        "version": VERSION,
        "audience": name,
        "places": [{"code": place.code, "name": place.name} for place in _places(session, declared)],
        "released_at": now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "source": declared.source,
        "where": [[field, list(values)] for field, values in declared.where],
        "periods": [{"first": str(p.first), "last": str(p.last)} for p in shown.periods],
        **_tables(session, declared, shown),
    }
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _refuse_exact(declared: Audience) -> None:
    if not hides(declared.policy):
        raise EnquiryRefused(
            f"The audience {declared.name!r} gets exact figures; what is released upward hides small numbers.",
            found=f"the policy {declared.policy}",
            attempt='keepwell audience "another name" --policy nhs --by …',
        )


def _places(session: Session, declared: Audience) -> list[Place]:
    """The organisations that the figures are of, by what the records call them now."""
    published = declared.source == "nhs_turnover"
    records = session.flows() if published else session.staff(declared.source).spells
    of_places = tuple((name, values) for name, values in declared.where if name in PLACES)
    kept = keep(records, Grouping((), of_places))
    at = kept.month if published else kept.last_month
    named = kept.group_by("organisation").agg(name=kept.organisation_name.argmax(at)).to_pyarrow().to_pylist()
    return sorted(
        (Place(row["organisation"], row["name"] or row["organisation"]) for row in named), key=lambda p: p.code
    )


def _tables(session: Session, declared: Audience, shown: Shown) -> dict[str, Any]:
    """Every margin of the family with what stands beside it: definition, policy, notes, vintage."""
    made = [name for name, of in MADE_OF.items() if shown.counts >= set(of)]
    if not made:
        raise EnquiryRefused(
            "Of what was declared nothing can be shown, so there is nothing to release.",
            found=f"every count of {declared.name!r} is small, or would tell a small one",
            attempt="an audience with longer periods or larger groups",
        )
    asked = _asked(session, declared, "leaver_rate" if "leaver_rate" in made else made[0])
    tables, released = [], None
    for by in _margins(shown):
        flows = flows_shown(shown, Enquiry(asked.measure.name, by=by), shown.periods)
        released = as_released(asked, declared, with_hidden(flows), shown.periods, (visible(shown),))
        tables.append({"by": list(by), "rows": [_row(row, by) for row in released.rows()]})
    assert released is not None
    policy = released.policy
    return {
        "policy": {"name": policy.name, "title": policy.title, "mark": policy.mark},
        "vintage": released.definition.vintage,
        "definition": {**released.definition.as_dict(), "source": declared.source},  # names of files stay at home
        "notes": list(released.notes),
        "tables": tables,
    }


def _asked(session: Session, declared: Audience, name: str) -> Asked:
    loads = tuple(load for load in session.generation.loads if load.format == declared.source)
    enquiry = Enquiry(name, source=declared.source, audience=declared.name)
    return Asked(session, declared.source, loads, enquiry, measure(name))


def _margins(shown: Shown) -> list[tuple[str, ...]]:
    """The groups of every table and margin, the total first."""
    kinds = {tuple(name for name, _ in cell.group) for cell in shown.cells}
    return sorted(kinds, key=lambda kind: (len(kind), kind))


def _row(row: Mapping[str, Any], by: tuple[str, ...]) -> dict[str, Any]:
    return {
        "period_end": row["period_end"].isoformat(),
        "group": {name: value_of(row, name) for name in by},
        "names": {name: row[NAMED[name]] for name in by if row.get(NAMED.get(name, ""))},
        "counts": {name: row[name] for name in COUNTS if name in row},
        "made": {name: row[name] for name in MADE if name in row},
        "hidden": [name for name in row["hidden"].split(",") if name],
    }


@dataclass(frozen=True, slots=True)
class Added:
    """The totals of several packs in one period, of rounded numbers.

    A count is None where one of the packs does not show it, and stands in `not_shown`. `within` is how far each count
    may be from the true one at most: half a step of rounding for each pack.
    """

    period: Period
    counts: Mapping[str, int | None]
    within: int

    @property
    def not_shown(self) -> tuple[str, ...]:
        return tuple(name for name, value in self.counts.items() if value is None)


@dataclass(frozen=True, slots=True)
class Together:
    """What several packs say together, period by period, and what must be known of it."""

    places: tuple[Place, ...]
    periods: tuple[Added, ...]
    notes: tuple[str, ...]


def together(packs: Sequence[Pack]) -> Together:
    """The totals of several packs added up, for the periods that all of them have, each count only where all show it.

    Sums of rounded numbers, and of organisations: somebody who works in two counts in both, somebody who moves from one
    to the other is a leaver. Raises PackRefused where there is none, where two speak of one organisation, where they
    are not of the same people (`where`, basis, leaving), or have no period in common.
    """
    _refuse_apart(packs)
    common = [p for p in packs[0].periods if all(p in pack.periods for pack in packs)]
    if not common:
        raise PackRefused(
            "These packs have no period in common.",
            found="; ".join(f"{pack.places[0].code}: to {pack.periods[-1].last}" for pack in packs[:4]),
            attempt="packs of the same periods: the same length, and ending in the same month",
        )
    within = sum((HIDING[pack.policy].step or 0) // 2 for pack in packs)
    places = tuple(place for pack in packs for place in pack.places)
    return Together(places, tuple(_added(packs, period, within) for period in common), tuple(_notes(packs, within)))


def _added(packs: Sequence[Pack], period: Period, within: int) -> Added:
    totals = [_total(pack, period) for pack in packs]
    counts = {name: _sum([row.counts.get(name) if row else None for row in totals]) for name in COUNTS}
    return Added(period, counts, within)


def _total(pack: Pack, period: Period) -> PackRow | None:
    return next((row for row in pack.table().rows if row.period == period), None)


def _sum(values: Sequence[int | None]) -> int | None:
    told = [value for value in values if value is not None]
    return sum(told) if len(told) == len(values) else None


def _notes(packs: Sequence[Pack], within: int) -> Iterator[str]:
    organisations = counted(sum(len(pack.places) for pack in packs), "organisation")
    yield (
        f"Sums of what {organisations} released, each number rounded before it was added: "
        f"each sum may be up to {within} from the true one."
        if within
        else f"Sums of what {organisations} released."
    )
    yield "Somebody who works in two organisations counts in both; a move from one to the other counts as leaving."
    if len({pack.policy for pack in packs}) > 1:
        yield f"Released under several policies: {listed(sorted({pack.policy_title for pack in packs}))}."
    if len({pack.source for pack in packs}) > 1:
        yield f"From several kinds of records: {listed(sorted({pack.source for pack in packs}))}."


def _refuse_apart(packs: Sequence[Pack]) -> None:
    codes = [place.code for pack in packs for place in pack.places]
    if not packs or not all(pack.places for pack in packs):
        raise PackRefused(
            "There is nothing to add up.",
            found=f"{counted(len(packs), 'pack')}, of {counted(len(codes), 'organisation')}",
            attempt="packs that say of which organisations they are",
        )
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise PackRefused(
            "Two of these packs speak of one organisation, whose people would be counted twice.",
            found=listed(twice),
            attempt="the newest pack of each organisation",
        )
    kinds = {(_people(pack), pack.definition.basis, pack.definition.leaving) for pack in packs}
    if len(kinds) > 1:
        raise PackRefused(
            "These packs are not of the same people, or do not count them alike.",
            found=f"{counted(len(kinds), 'kind')} of pack: {listed(sorted({pack.definition.population for pack in packs}), 3)}",
            attempt="packs of audiences that were declared alike",
        )


def _people(pack: Pack) -> frozenset[tuple[str, tuple[str, ...]]]:
    return frozenset((name, values) for name, values in pack.where if name not in PLACES)
