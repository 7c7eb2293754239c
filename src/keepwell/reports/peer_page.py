"""Are organisations different from their peers, beyond chance, by a measure and for a staff group of one's choice?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

import pyarrow as pa

from keepwell.charts.funnel import TITLES, funnel
from keepwell.charts.intervals import intervals
from keepwell.charts.picture import Picture
from keepwell.disclosure import Released
from keepwell.enquiries import Enquiry, Session, answer
from keepwell.enquiries.comparing import FEWEST_PEERS, WITHIN, comparing, for_readers, in_one_sentence
from keepwell.enquiries.staff_groups import with_unions
from keepwell.enquiries.targeting import MEASURE, TAKEN, Targeted, list_of_taken, said_of, targeting
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month, Period
from keepwell.reports.comparing import BEYOND, MOST_FUNNELS, PHI
from keepwell.reports.comparing import HOW_TO_READ as OF_THE_LIMITS
from keepwell.reports.peer_choices import SOURCE, PeerChoices, PeerQuestion
from keepwell.reports.sections import Figure, Grid, Section, grid

MOST_IN_ORDER: Final = 25
"""How many organisations the picture of the order has; the table has all."""
HOW_TO_READ: Final = (
    OF_THE_LIMITS[0],
    "Compared are organisations of one benchmark group only; the first rank is the highest figure.",
)
YOURS: Final = "your organisation"
PROGRAMME: Final = {
    "organisation_name": "Organisation",
    WITHIN: "Kind",
    "leavers": "Left",
    MEASURE: "Leaver rate",
    "group_average": "Of its kind",
    "expected_rate": "To expect without support",
    "position": "By chance alone",
    "taken": "Chosen",
}
PLAIN: Final = (
    "Whoever is chosen for a high rate has, on average, also had bad luck. Luck does not last, so their rate falls "
    "when nothing is done at all. Count that off before you call a fall an effect.",
)


@dataclass(frozen=True, slots=True)
class PeerPage:
    """The sections of a page of comparison, and the table that can be taken away."""

    sections: tuple[Section, ...]
    released: Released

    @property
    def period(self) -> Period | None:
        """The months that the figures are of; None where there is no figure."""
        row = next(iter(self.released.rows()), None)
        return None if row is None else Period(Month.of(row["period_start"]), Month.of(row["period_end"]))


def peer_page(session: Session, question: PeerQuestion, choices: PeerChoices, own: tuple[str, ...]) -> PeerPage:
    """Organisations beside their peers: of one kind, or of all kinds, or those that lie in a place.

    `own` are the codes of the reader's organisations, marked wherever they stand. Raises EnquiryRefused for what the
    published figures cannot answer.
    """
    members = choices.lying_in(question.icb, question.region)
    try:
        released = comparing(session.workspace, _enquiry(question), session=session)
    except EnquiryRefused as refusal:
        return _side_by_side(session, question, choices, own, refusal)
    shown = _of(released, question.group, members)
    if question.group:
        sections = _one_kind(released, shown, question.group, own)
    elif members is not None:
        sections = (_neighbours(shown, own),)
    else:
        sections = (_all_kinds(released, own),)
    return PeerPage(sections, shown)


def _enquiry(question: PeerQuestion) -> Enquiry:
    return Enquiry(
        question.measure,
        where=(("staff_group", (question.staff_group,)),) if question.staff_group else (),
        end=Month.parse(question.end) if question.end else None,
        months=int(question.months) if question.months else None,
        source=SOURCE,
        policy="published",
    )


def _side_by_side(
    session: Session, question: PeerQuestion, choices: PeerChoices, own: tuple[str, ...], refusal: EnquiryRefused
) -> PeerPage:
    """The figures alone, where no kind has enough organisations to say what chance does; else the refusal itself."""
    asked, _ = with_unions(session.workspace, replace(_enquiry(question), by=("organisation",)), session)
    released = answer(session.workspace, asked, session)
    members = choices.lying_in(question.icb, question.region)
    kinds = {o.code: o.group for o in choices.organisations}
    codes = [row["organisation"] for row in released.rows()]
    if not _too_few(choices, codes):
        raise refusal
    keep = [
        (members is None or code in members) and (not question.group or kinds.get(code) == question.group)
        for code in codes
    ]
    shown = _only(released, keep)
    label = released.definition.label
    said = (
        f"Too few organisations of one kind are published here to say what chance does: that takes {FEWEST_PEERS}. "
        f"These are the figures of {shown.table.num_rows}, side by side."
    )
    headings = {"organisation_name": "Organisation", "headcount_at_start": "In post at start", question.measure: label}
    tables = (grid(_marked(shown, own), headings, f"{label}, side by side"),) if any(keep) else ()
    section = Section("peers", "How do organisations stand?", said, (), (), tables, (), (released.definition,))
    return PeerPage((section,), shown)


def _too_few(choices: PeerChoices, codes: Collection[str]) -> bool:
    """Whether there are organisations, and of no kind enough to say what chance does."""
    kinds = Counter(o.group for o in choices.organisations if o.code in codes)
    return bool(kinds) and max(kinds.values()) < FEWEST_PEERS


def _of(released: Released, group: str, members: Collection[str] | None) -> Released:
    return _only(
        released,
        [
            (not group or row[WITHIN] == group) and (members is None or row["organisation"] in members)
            for row in released.rows()
        ],
    )


def _one_kind(released: Released, shown: Released, group: str, own: tuple[str, ...]) -> tuple[Section, ...]:
    """The funnel of a kind, with the reader's own organisation, and its order with intervals."""
    peers = _of(released, group, None)
    ranked = [row for row in peers.rows() if row["rank"] is not None]
    if not ranked:
        why = peers.rows()[0]["position"] if peers.rows() else "none has a figure"
        return (Section("peers", f"How do they differ? {group}", f"{group}: these cannot be compared, {why}."),)
    mine = next((row for row in ranked if row["organisation"] in own), None)
    said = _of_one_in_words(mine, released) if mine else in_one_sentence(peers)
    label = released.definition.label
    title = f"{label} and size: {group}"
    picture = funnel(peers, group, title, f"{said} {_counted(peers)}", own=mine["organisation"] if mine else "")
    notes = (*HOW_TO_READ, *(note for note in released.notes if note.startswith(f"{group}:")))
    question = "Are we different from our peers?" if mine else f"Who differs? {group}"
    first = Section("peers", question, said, (), (picture,), (_table(peers, own, title),), notes, (peers.definition,))
    return (first, _order(shown, ranked[0]["group_average"], group, own))


def _of_one_in_words(row: dict[str, Any], released: Released) -> str:
    """ "Yes, above what chance explains: …", whatever the measure."""
    meant = released.definition
    name, value = row["organisation_name"] or row["organisation"], row[meant.measure]
    figures = (
        f"{name} has a {meant.label.lower()} of {value:.2%}, and the {row['compared']} organisations of its kind "
        f"({row[WITHIN]}) together {row['group_average']:.2%}; rank {row['rank']} of {row['compared']}"
    )
    side = row["position"].split()[0]
    if side == "within":
        usual = f"for its size {row['limit_lower_95']:.2%} to {row['limit_upper_95']:.2%} is usual"
        return f"Not by more than chance explains: {figures}; {usual}."
    if "99.8%" not in row["position"]:
        return (
            f"Perhaps: {figures}. It is {side} the 95% limit, which chance alone passes on this side once in 40 times."
        )
    if row["adjusted_position"] is None or "99.8%" in row["adjusted_position"]:
        return f"Yes, {side} what chance explains: {figures}."
    return f"{side.capitalize()} what chance alone explains: {figures}. But organisations of its kind differ more than by chance anyway."


def _order(shown: Released, average: float, group: str, own: tuple[str, ...]) -> Section:
    """The organisations from the highest down, each with what chance leaves open."""
    ranked = _only(shown, [row["rank"] is not None for row in shown.rows()])
    rows, measure = ranked.rows(), ranked.definition.measure
    title = f"In order, with 95% intervals: {group}"
    if not rows:
        return Section("order", "Who stands where?", f"No organisation of this kind ({group}) lies there.")
    first = _window(rows, own)
    part = _named_for_picture(replace(ranked, table=ranked.table.slice(first, MOST_IN_ORDER)), own)
    ties = sum(row["lower_95"] <= average <= row["upper_95"] for row in rows)
    said = (
        f"{ties} of {len(rows)} cannot be told apart from the average of their kind, {average:.2%}: "
        "their intervals reach over it."
    )
    picture = intervals(part, "organisation_name", measure, average, title, said, MOST_IN_ORDER)
    notes = ["Ranks of neighbours mean little. Look at the intervals, not at the order."]
    if len(rows) > MOST_IN_ORDER:
        notes.append(f"The picture shows {part.table.num_rows} of {len(rows)}; the table has all.")
    return Section("order", "Who stands where?", said, (), (picture,), (_table(ranked, own, title),), tuple(notes))


def _window(rows: list[dict[str, Any]], own: tuple[str, ...]) -> int:
    """Where the picture begins: at the top, or so that the reader's own organisation is in the middle of it."""
    at = next((i for i, row in enumerate(rows) if row["organisation"] in own), 0)
    return max(0, min(at - MOST_IN_ORDER // 2, len(rows) - MOST_IN_ORDER))


def _neighbours(shown: Released, own: tuple[str, ...]) -> Section:
    """The organisations that lie in a place, each beside its own kind."""
    question = "How do neighbours stand, each among its own kind?"
    if not shown.rows():
        return Section("neighbours", question, "No organisation with published figures lies there.")
    title = f"{shown.definition.label} of neighbours, each beside its own kind"
    notes = ("Neighbours are of different kinds. Compare each with its own kind, not with one another.", *HOW_TO_READ)
    table = replace(_table(shown, own, title), folded=False)
    return Section("neighbours", question, in_one_sentence(shown), (), (), (table,), notes, (shown.definition,))


def _all_kinds(released: Released, own: tuple[str, ...]) -> Section:
    """Every kind, how far its organisations differ, and those beyond the limits."""
    above = Counter(row[WITHIN] for row in released.rows() if row["position"].startswith("above 99.8%"))
    groups = [group for group, _ in above.most_common(MOST_FUNNELS)]
    label = released.definition.label
    pictures = tuple(_funnel_of(released, group, f"{label} and size: {group}") for group in groups)
    under = tuple(_table(_of(released, group, None), own, f"{label} and size: {group}") for group in groups)
    apart = _only(released, [row["position"] in BEYOND for row in released.rows()])
    tables = (*under, _kinds(released), _table(apart, own, "Organisations beyond the limits of their kind"))
    notes = (*HOW_TO_READ, PHI, *(note for note in released.notes if not note.startswith(_kinds_of(released))))
    return Section(
        "peers",
        "Which organisations differ from their peers?",
        in_one_sentence(released),
        (),
        pictures,
        tables,
        notes,
        (released.definition,),
    )


def _kinds_of(released: Released) -> tuple[str, ...]:
    """How the notes on single kinds begin."""
    return tuple(f"{row[WITHIN]}:" for row in released.rows())


def _funnel_of(released: Released, group: str, title: str) -> Picture:
    return funnel(released, group, title, _counted(_of(released, group, None)))


def _kinds(released: Released) -> Grid:
    kinds: dict[str, list[dict[str, Any]]] = {}
    for row in released.rows():
        if row["rank"] is not None:
            kinds.setdefault(row[WITHIN], []).append(row)
    cells = tuple(
        (
            kind,
            f"{len(rows):,}",
            f"{rows[0]['group_average']:.2%}",
            f"{rows[0]['phi']:.1f}",
            *(f"{sum(r['position'].startswith(f'{side} 99.8%') for r in rows):,}" for side in ("above", "below")),
        )
        for kind, rows in kinds.items()
    )
    headings = ("Kind", "Organisations", "Together", "phi", "Above 99.8%", "Below 99.8%")
    return Grid("How far organisations of each kind differ", headings, cells, (False, *[True] * 5))


def _counted(peers: Released) -> str:
    rows = [row for row in peers.rows() if row["rank"] is not None]
    sides = Counter(row["position"] for row in rows)
    parts = [f"{number} {position}" for position, number in sides.most_common()]
    return f"{len(rows)} organisations around {rows[0]['group_average']:.2%}: {', '.join(parts)}."


def _table(released: Released, own: tuple[str, ...], caption: str) -> Grid:
    """The table for readers, the reader's own organisation marked in words."""
    measure = released.definition.measure
    headings = {
        "organisation_name": "Organisation",
        WITHIN: "Kind",
        measure: released.definition.label,
        "lower_95": "95% from",
        "upper_95": "to",
        "group_average": "Of its kind",
        "rank": "Rank",
        "compared": "Of",
        "position": "By chance alone",
        "adjusted_position": "Allowing for differences",
    }
    return grid(_marked(for_readers(released), own), headings, caption, most=300, folded=True)


def _marked(released: Released, own: tuple[str, ...]) -> Released:
    return _renamed(released, lambda name, code: f"{name} ({YOURS})" if code in own else name)


def _named_for_picture(released: Released, own: tuple[str, ...]) -> Released:
    """Short names, the reader's own organisation marked at the front, where no room can cut it off."""
    return _renamed(released, lambda name, code: f"{'Ours: ' if code in own else ''}{TITLES.sub('', name)}")


def _renamed(released: Released, name_of: Callable[[str, str], str]) -> Released:
    names = [
        name_of(str(row["organisation_name"] or row["organisation"]), row["organisation"]) for row in released.rows()
    ]
    at = released.table.column_names.index("organisation_name")
    return replace(released, table=released.table.set_column(at, "organisation_name", pa.array(names, pa.string())))


def _only(released: Released, keep: list[bool]) -> Released:
    return replace(released, table=released.table.filter(pa.array(keep, pa.bool_())))


def programme_page(session: Session, question: PeerQuestion, choices: PeerChoices, own: tuple[str, ...]) -> PeerPage:
    """Whom a national programme would support, why, and what would come without any support.

    Raises EnquiryRefused as `enquiries.targeting.targeting`.
    """
    try:
        targeted = targeting(session.workspace, _enquiry(question), take=int(question.take or "20"), session=session)
    except EnquiryRefused:
        if not _too_few(choices, [o.code for o in choices.organisations]):
            raise
        asked = answer(session.workspace, replace(_enquiry(question), by=("organisation",)), session)
        said = (
            f"Nobody can be chosen: that takes {FEWEST_PEERS} published organisations of one kind, and here are fewer."
        )
        return PeerPage((Section("programme", "Who would be chosen?", said, notes=PLAIN),), asked)
    shown = list_of_taken(targeted)
    chosen = _only(shown, [row["taken"] == TAKEN for row in shown.rows()])
    tables = (
        grid(_marked(chosen, own), PROGRAMME, "Chosen for support, the furthest above their kind first"),
        grid(_marked(shown, own), PROGRAMME, "All that stand above the average of their kind", folded=True),
    )
    section = Section(
        "programme",
        "Who would be chosen, and what comes by itself?",
        said_of(targeted),
        _fall(targeted),
        (),
        tables,
        (*PLAIN, *(note for note in targeted.released.notes if not note.startswith(_kinds_of(targeted.released)))),
        (targeted.released.definition,),
    )
    return PeerPage((section,), targeted.released)


def _fall(targeted: Targeted) -> tuple[Figure, ...]:
    return (
        Figure("Chosen", f"{targeted.taken}", f"of {targeted.above} above the average of their kind"),
        Figure("Beyond chance", f"{targeted.beyond}", "of those chosen stand above the 99.8% limit"),
        Figure("Their rate now", f"{targeted.observed:.2%}", "mean of the leaver rates of those chosen"),
        Figure("To expect", f"{targeted.expected:.2%}", "without any support, in a like period"),
        Figure("By itself", f"{100 * targeted.fall:.2f} points", "of improvement that nobody may claim"),
    )
