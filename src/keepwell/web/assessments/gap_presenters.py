"""How do the support that there is, and the gaps in it, read?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.urls import reverse

from keepwell.content.general_practice import LevelOfSupport, SupportLevel
from keepwell.errors import counted
from keepwell.web.assessments.gap_queries import EVERY_STAGE, Cell, judged_cells
from keepwell.web.assessments.models import Gap, Scheme
from keepwell.web.places.models import Place

FEW: Final = 5
"""A number of people under this is told to nobody outside the organisation."""
FEWER: Final = f"fewer than {FEW}"
NOT_KNOWN: Final = "not known"
NOT_JUDGED: Final = "Not judged"
KINDS: Final = {Gap.NOTHING: "bad", Gap.SOME: "watch", Gap.ENOUGH: "good", "": "none"}
"""The mark of each judgement, as of the macro `signal`."""
GPS: Final = {
    "trainee": "GPs in training",
    "into_work": "GPs on the way from training into work",
    "newly_qualified": "newly qualified GPs",
    "mid_career": "GPs in early to mid career",
    "wise_fives": "GPs in the “wise fives”",
    "returner": "GPs who come back",
    EVERY_STAGE: "GPs at every stage",
}
AT_LEVEL: Final[dict[SupportLevel, str]] = {
    "career_support": "in career support",
    "practice_network": "at practice and network level",
    "system": "at system level",
}
MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Tag:
    """A judgement as a mark and its word."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class ShownCell:
    """One cell of the table. `tag` is None for schemes of every stage, which are not judged."""

    level: str
    name: str
    href: str
    tag: Tag | None
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One stage with its cells, a level each."""

    title: str
    cells: tuple[ShownCell, ...]


def audit_in_words(cells: Sequence[Cell]) -> str:
    """Where nothing is, and how many cells nobody judged: the first sentence of the audit."""
    asked = judged_cells(cells)
    judged = [cell for cell in asked if cell.judged]
    nothing = [cell for cell in judged if cell.judged == Gap.NOTHING]
    some = [cell for cell in judged if cell.judged == Gap.SOME]
    left = f"nothing judged in {len(asked) - len(judged)} of {len(asked)} cells"
    if not judged:
        return f"Not known where something is missing: {left}."
    if nothing:
        told = f"Nothing {_named(nothing)}"
        return f"{told}, and {left}." if len(judged) < len(asked) else f"{told}. All {len(asked)} cells are judged."
    found = f"Something in each of the {counted(len(judged), 'cell')} judged"
    found += f", not enough in {len(some)} of them" if some else ", and enough in all of them"
    return f"{found}, and {left}." if len(judged) < len(asked) else f"{found}."


def _named(cells: Sequence[Cell]) -> str:
    """ "for newly qualified GPs in career support, for GPs who come back at system level and in 2 more cells" """
    named = [f"for {cell_in_words(cell)}" for cell in cells[:MOST_NAMED]]
    if len(cells) > MOST_NAMED:
        named.append(f"in {counted(len(cells) - MOST_NAMED, 'more cell')}")
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def cell_in_words(cell: Cell) -> str:
    """Whom a cell is about: "newly qualified GPs in career support"."""
    return f"{GPS[cell.stage_key]} {AT_LEVEL[cell.level.key]}"


def rows(place: Place, cells: Sequence[Cell], levels: Sequence[LevelOfSupport]) -> list[Row]:
    """The table of the audit: a row for each stage, a column for each level."""
    made = []
    for at in range(0, len(cells), len(levels)):
        of_stage = cells[at : at + len(levels)]
        stage = of_stage[0].stage
        title = stage.title if stage else "At every stage"
        made.append(Row(title, tuple(_shown(place, cell) for cell in of_stage)))
    return made


def _shown(place: Place, cell: Cell) -> ShownCell:
    href = reverse("gap_cell", args=[place.slug, cell.level.key, cell.stage_key])
    return ShownCell(
        cell.level.title, cell_in_words(cell), href, tag(cell.judged) if cell.stage else None, lines_of(cell)
    )


def tag(judged: str) -> Tag:
    """A judgement, or that nobody judged."""
    return Tag(KINDS[judged], Gap.WORDS[judged] if judged else NOT_JUDGED)


def lines_of(cell: Cell) -> tuple[str, ...]:
    """What a cell has: how many schemes, how many took them up, and the money of a year.

    Uptake and money are those of its own schemes: what is for every stage is added up once, in its own row.
    """
    if not cell.own:
        number = counted(len(cell.for_all), "scheme")
        return (f"{number} for every stage",) if cell.for_all else ("No scheme written down",)
    more = f", and {len(cell.for_all)} for every stage" if cell.for_all else ""
    found = (f"{counted(len(cell.own), 'scheme')}{more}", taken_up(cell.own), money_of(cell.own))
    return tuple(line[:1].upper() + line[1:] for line in found)


def cell_answer(cell: Cell) -> str:
    """The first sentence of a cell's page."""
    told = tag(cell.judged).words if cell.stage else ""
    number = counted(len(cell.schemes), "scheme") if cell.schemes else "no scheme"
    lead = f"{told}: " if told else ""
    words = f"{lead}{number} written down for {cell_in_words(cell)}."
    return words[:1].upper() + words[1:]


def taken_up(schemes: Sequence[Scheme]) -> str:
    """How many took schemes up, of how many, where that is known: "14 of 60 took it up"."""
    them = "it" if len(schemes) == 1 else "them"
    known = [scheme for scheme in schemes if scheme.uptake is not None]
    if not known:
        return f"how many took {them} up is {NOT_KNOWN}"
    taken = sum(scheme.uptake or 0 for scheme in known)
    if any(scheme.reach is None for scheme in known):
        words = f"{taken:,} took {them} up, of how many is {NOT_KNOWN}"
    else:
        words = f"{taken:,} of {sum(scheme.reach or 0 for scheme in known):,} took {them} up"
    return words + _not_of(len(schemes) - len(known), len(schemes))


def money_of(schemes: Sequence[Scheme]) -> str:
    """The money of a year, where it is known: "£12,000 a year"."""
    known = [scheme.money for scheme in schemes if scheme.money is not None]
    if not known:
        return f"money {NOT_KNOWN}"
    return f"{pounds(sum(known, Decimal(0)))} a year" + _not_of(len(schemes) - len(known), len(schemes))


def _not_of(missing: int, of: int) -> str:
    return f" ({NOT_KNOWN} for {missing} of {of} schemes)" if missing else ""


def pounds(money: Decimal | None) -> str:
    """A sum as it is written: "£12,000", "£99.50"."""
    if money is None:
        return NOT_KNOWN
    return f"£{money:,.0f}" if money == money.to_integral_value() else f"£{money:,.2f}"


def people(number: int | None) -> str:
    """A number of people as it was typed: inside the organisation only."""
    return NOT_KNOWN if number is None else f"{number:,}"


def people_outside(number: int | None) -> str:
    """A number of people in whatever leaves the organisation: one under five is not told."""
    return FEWER if number is not None and number < FEW else people(number)


def taken_up_outside(scheme: Scheme) -> str:
    """How many took a scheme up, of how many, in whatever leaves the organisation.

    Under five is not told, neither of those who took it up nor of those who did not.
    """
    if scheme.uptake is None:
        return f"for {people_outside(scheme.reach)}, how many took it up is {NOT_KNOWN}"
    if scheme.reach is None or scheme.uptake < FEW:
        return f"{people_outside(scheme.uptake)} of {people_outside(scheme.reach)} took it up"
    if scheme.reach - scheme.uptake < FEW:
        return f"all but {FEWER} of {people_outside(scheme.reach)} took it up"
    return f"{people_outside(scheme.uptake)} of {people_outside(scheme.reach)} took it up"


def counted_twice(cells: Iterable[Cell]) -> bool:
    """Whether some cell adds up the uptake of several schemes, so that a GP may be counted more than once."""
    return any(len([scheme for scheme in cell.own if scheme.uptake is not None]) > 1 for cell in cells)
