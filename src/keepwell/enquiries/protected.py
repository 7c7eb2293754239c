"""What may somebody see who is not entitled to the records?

Under a policy that hides small numbers an answer is read out of a family of counts that is protected as a whole: the
family that was declared for the audience, or, as a preview that is marked so, the family of the question itself.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import pyarrow as pa

from keepwell.disclosure import Released
from keepwell.disclosure.hiding import AT_LEAST, HIDING
from keepwell.disclosure.policies import hiding, preview_of
from keepwell.disclosure.released import release_protected
from keepwell.enquiries.asking import Asked, Chosen, Enquiry, definition, periods_of, where_in_words
from keepwell.enquiries.families import COUNTS, Fields, Wanted, coarser, gather, periods_from
from keepwell.enquiries.from_published import POPULATION
from keepwell.enquiries.from_staff import population
from keepwell.enquiries.session import Session
from keepwell.enquiries.shown import MADE_OF, Shown, flows_shown, with_hidden, with_shown_interval
from keepwell.enquiries.shown_files import as_parquet, from_parquet
from keepwell.errors import EnquiryRefused, counted, listed
from keepwell.periods import Month, Period
from keepwell.records.audiences import Audience, audience, kept, ledger
from keepwell.records.flows import months_loaded
from keepwell.records.workspace import Workspace, write_whole

FAMILY_SOURCES = ("esr_staff_in_post", "staff_list", "nhs_turnover")
EXACT_COUNTS = ("headcount_at_start", "leavers")
VERSION = 2
"""Changed whenever families are protected differently, so that those kept from before are not used."""
NOT_COVERED = (
    "The proof does not cover what somebody knows from elsewhere (published turnover counts nearly the same people), "
    "audiences that put together what each has had, corrections of what was released before, or a group whose members "
    "are all alike."
)


PUBLISHED_ANYWAY = (
    "Every figure that went in is published: whoever holds the published files knows what is hidden here. What follows "
    "is about somebody who does not."
)


@dataclass(frozen=True, slots=True)
class Family:
    """A family as it is shown, and what must be known of it."""

    shown: Shown
    notes: tuple[str, ...]


def answer_protected(asked: Asked, ask: Callable[[Enquiry], Released]) -> Released:
    """The answer to an enquiry under a hiding policy. `ask` answers for those entitled to the records.

    Raises EnquiryRefused for what no family covers, saying why.
    """
    enquiry = asked.enquiry
    refuse_outside(asked)
    family = _declared(asked, ask) if enquiry.audience else _of_the_question(asked, ask)
    declared = audience(asked.session.workspace.current(), enquiry.audience) if enquiry.audience else None
    months = declared.months if declared else None
    default = months or (1 if asked.source == "nhs_turnover" else 12)
    periods = periods_of(enquiry, [p.last for p in family.shown.periods], default_months=default)
    table = flows_shown(family.shown, _without_declared(enquiry, declared), periods)
    if asked.measure.name == "share_who_left":
        table = with_shown_interval(table)
    return as_released(asked, declared, with_hidden(table), periods, family.notes)


def as_released(
    asked: Asked, declared: Audience | None, table: pa.Table, periods: tuple[Period, ...], notes: tuple[str, ...]
) -> Released:
    """A table read out of a family, with its definition and what must be known of it.

    For the audience that is `declared`; None for a preview under the enquiry's own policy. `table` ends with the column
    `hidden`, and `notes` say what is visible of the family. Raises ValueError where a hidden cell holds a value.
    """
    enquiry = asked.enquiry
    policy = hiding(declared.policy if declared else enquiry.policy or "")
    where = where_in_words(replace(enquiry, where=declared.where)) if declared and declared.where else ""
    chosen = Chosen(asked.source, "snapshot", "headcount", "organisation", periods)
    people = "; ".join(part for part in (_who(asked), where, where_in_words(enquiry)) if part)
    return release_protected(
        table,
        definition(asked, chosen, method=f"snapshot; {policy.title.lower()}", population=people),
        policy if declared else preview_of(policy),
        audience=declared.name if declared else None,
        notes=(*([PUBLISHED_ANYWAY] if all(x.published for x in asked.loads) else []), *notes, NOT_COVERED),
    )


def _who(asked: Asked) -> str:
    return POPULATION if asked.source == "nhs_turnover" else population(Enquiry(asked.measure.name), "snapshot")


def as_declared(session: Session, enquiry: Enquiry) -> Enquiry:
    """The enquiry under the policy of the audience that it is for, and of its source where none is named.

    Raises WorkspaceRefused where the audience was not declared, EnquiryRefused where another policy is asked for.
    """
    declared = audience(session.workspace.current(), enquiry.audience or "")
    if enquiry.policy not in (None, declared.policy):
        raise EnquiryRefused(
            f"The audience {declared.name!r} was declared under the policy {declared.policy}.",
            found=f"--policy {enquiry.policy}",
            attempt="leave --policy out",
        )
    return replace(enquiry, policy=declared.policy, source=enquiry.source or declared.source or None)


def refuse_outside(asked: Asked) -> None:
    """Raises EnquiryRefused for what cannot be made from the counts of a family."""
    enquiry, measure = asked.enquiry, asked.measure
    if asked.source not in FAMILY_SOURCES:
        raise EnquiryRefused(
            "Small numbers of these records cannot be hidden here: there is no proof for how their totals hang together.",
            found=f"{asked.source} under a policy that hides",
            attempt=f"--policy internal, for those entitled to them; or ask from {' or '.join(FAMILY_SOURCES)}",
        )
    if measure.name not in MADE_OF:
        raise EnquiryRefused(
            f"{measure.label} cannot be shown with small numbers hidden: there is no proof for its columns yet.",
            found=f"{measure.name} under a policy that hides",
            attempt=f"one of {listed(list(MADE_OF), 10)}; or --policy internal, for those entitled to the records",
        )
    for option, value, allowed in (
        ("basis", enquiry.basis, "headcount"),
        ("method", enquiry.method, "snapshot"),
        ("leaving", enquiry.leaving, "organisation"),
    ):
        if value not in (None, allowed):
            raise EnquiryRefused(
                f"With small numbers hidden, {measure.label.lower()} goes by {allowed} only.",
                found=f"--{option} {value}: beside the counts it would tell more than they do",
                attempt=f"--{option} {allowed}",
            )


def family_of(session: Session, declared: Audience, ask: Callable[[Enquiry], Released]) -> Shown:
    """The family of an audience as it stands now: what it had hidden stays hidden. Kept in the workspace.

    What is kept is what may be shown; it is made again when records, audience or ledger change.
    """
    had = [entry.protection for entry in ledger(session.workspace.current(), declared.name) if entry.protection]
    before = from_parquet(kept(session.workspace, had[-1]).read_bytes()) if had else None
    parts = sorted(part for load in session.generation.loads for part in load.parts.values())
    name = hashlib.sha256(repr((VERSION, declared, parts, had[-1:])).encode()).hexdigest()[:32]
    path = session.workspace.folder / "derived" / f"family-{name}.parquet"
    if path.is_file():
        return from_parquet(path.read_bytes())
    from keepwell.enquiries.protecting import protected  # noqa: PLC0415 (what searches takes half a second to load)

    periods, counts = _declared_periods(session, declared), declared.counts or usual_counts(declared.policy)
    wanted = _wanted(session, declared.source, declared.tables, periods, declared.where, counts)
    shown = protected(wanted, gather(wanted, ask), declared.policy, declared.at_least, before)
    path.parent.mkdir(exist_ok=True)
    write_whole(path, as_parquet(shown))
    return shown


def usual_counts(policy: str) -> tuple[str, ...]:
    """The counts that a policy usually shows. Exact ones of all four kinds would give the leavers back: at the end =
    at the start + joiners - leavers."""
    return COUNTS if HIDING[policy].rounds else EXACT_COUNTS


def _declared(asked: Asked, ask: Callable[[Enquiry], Released]) -> Family:
    declared = audience(asked.session.workspace.current(), asked.enquiry.audience or "")
    if declared.source != asked.source:
        raise EnquiryRefused(
            f"The audience {declared.name!r} was promised figures from {declared.source}.",
            found=f"asked from {asked.source}: two sources count nearly the same people, and together tell more",
            attempt=f"--source {declared.source}",
        )
    shown = family_of(asked.session, declared, ask)
    return Family(shown, (visible(shown),))


def _of_the_question(asked: Asked, ask: Callable[[Enquiry], Released]) -> Family:
    """The question's own groups with all their margins: as if this were all that anybody had."""
    from keepwell.enquiries.protecting import protected  # noqa: PLC0415 (as above)

    enquiry = asked.enquiry
    place = tuple((name, values) for name, values in enquiry.where if name == "organisation")
    fields = [name for name in enquiry.grouping.fields if name not in dict(place) or name in enquiry.by]
    above = {level for name in fields for level in coarser(name)}
    table = tuple(name for name in fields if name not in above)
    periods = _question_periods(asked)
    counts = usual_counts(enquiry.policy or "")
    wanted = _wanted(asked.session, asked.source, (table,), periods, place, counts)
    key = repr((wanted.tables, wanted.periods, wanted.where, asked.source, enquiry.policy))
    made = asked.session.families
    if key not in made:
        made[key] = protected(wanted, gather(wanted, ask), enquiry.policy or "", AT_LEAST, None)
    shown = made[key]
    assert isinstance(shown, Shown)
    return Family(shown, ("A preview: nothing is released by it, and nothing is in the ledger.", visible(shown)))


def _question_periods(asked: Asked) -> tuple[Period, ...]:
    have = _months(asked.session, asked.source)
    periods = periods_of(asked.enquiry, have, default_months=1 if asked.source == "nhs_turnover" else 12)
    if any(b.start <= a.end for a, b in itertools.pairwise(periods)):
        raise EnquiryRefused(
            "Overlapping periods cannot be shown with small numbers hidden: their difference tells single months.",
            found=f"{counted(len(periods), 'period')} of {counted(periods[0].months, 'month')}, a month apart",
            attempt="--months 1, or one period at a time",
        )
    return periods


def _declared_periods(session: Session, declared: Audience) -> tuple[Period, ...]:
    have = _months(session, declared.source)
    periods = periods_from(Month.parse(declared.first), have[-1], declared.months)
    if not periods:
        raise EnquiryRefused(
            f"Nothing is loaded yet of what the audience {declared.name!r} may get.",
            found=f"its first period ends in {declared.first}; loaded to {have[-1]}",
            attempt="load the months since",
        )
    return periods


def _months(session: Session, source: str) -> list[Month]:
    if source == "nhs_turnover":
        return months_loaded(session.flows())
    return [Month(m) for m in sorted(set(session.staff(source).seen.month.to_pyarrow().to_pylist()))]


def _wanted(
    session: Session,
    source: str,
    tables: tuple[tuple[str, ...], ...],
    periods: tuple[Period, ...],
    where: tuple[tuple[str, tuple[str, ...]], ...],
    counts: tuple[str, ...],
) -> Wanted:
    published = source == "nhs_turnover"
    records = session.flows() if published else session.staff(source).spells
    columns = frozenset(c for c in records.columns if records[c].type().is_string() and c != "person")
    one_place = any(name == "organisation" and len(values) == 1 for name, values in where)
    if not published and not one_place:
        one_place = bool(
            records.organisation.nunique().to_pyarrow().as_py() == 1
        )  # anybody knows that there is no other

    def exact(total: Fields, field: str) -> bool:
        if published:
            return field != "staff_group"
        return one_place or any(name == "organisation" for name, _ in total)

    only_places = all(name == "organisation" for name, _ in where)
    balances = not published and only_places
    return Wanted(tables, periods, where, source, columns, exact, balances, counts, one_place)


def _without_declared(enquiry: Enquiry, declared: Audience | None) -> Enquiry:
    """What the family is restricted to already need not be chosen again."""
    given = dict(declared.where) if declared else {}
    place = {"organisation"} if declared is None else set()
    left = tuple((n, v) for n, v in enquiry.where if n not in place - set(enquiry.by) and given.get(n) != v)
    return replace(enquiry, where=left)


def visible(shown: Shown) -> str:
    """How much of a family stays visible, of its counts and of its people, and what the hidden ones are safe from."""
    cells, hidden, people = len(shown.cells), shown.hidden, shown.share_of_people
    words = (
        f"Of {counted(cells, 'count')} protected together {cells - hidden:,} are shown "
        f"({(cells - hidden) / max(cells, 1):.0%}){'' if people is None else f', with {people:.0%} of the people'}"
    )
    if not hidden:
        return f"{words}; none is small."
    withheld = f"; {shown.withheld:,} are withheld because nothing less could be proven" if shown.withheld else ""
    return f"{words}; for each hidden one at least {shown.at_least} values stay possible{withheld}."


def source_of_families(workspace: Workspace, named: str | None) -> tuple[str, Month]:
    """The source that families can be made from, and its newest month.

    Raises EnquiryRefused where there is none, or several and none is named.
    """
    with Session(workspace) as session:
        loaded = sorted({load.format for load in session.generation.loads} & set(FAMILY_SOURCES))
        if named is not None:
            loaded = [source for source in loaded if source == named]
        if len(loaded) != 1:
            raise EnquiryRefused(
                "From which records is this audience to have figures?",
                found=f"sources that fit: {listed(loaded) or 'none'}" + (f", asked for {named}" if named else ""),
                attempt=f"--source {' or --source '.join(loaded or FAMILY_SOURCES)}",
            )
        return loaded[0], _months(session, loaded[0])[-1]
