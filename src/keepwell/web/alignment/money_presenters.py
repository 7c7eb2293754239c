"""How do money, and money against need, read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.urls import reverse

from keepwell.errors import counted, listed
from keepwell.web.alignment.models import Allocation, NeedPart
from keepwell.web.alignment.money_queries import MONEY, Against, Line, Need, RolledUp
from keepwell.web.nhsuk.words import day
from keepwell.web.places.models import Place

JUDGEMENT: Final = (
    "An index of need is a judgement: somebody chose what counts and how much. Change a weight and the order changes. "
    "Use it to ask questions, not to settle them."
)
FORMULA: Final = (
    "Share of need = the weighted mean of a place’s shares in each part. In a count its share is its value over the sum "
    "of all values. In a rate or a score its share is its value times its size over the sum of those; the size is the "
    "first part that counts something."
)
CLOSE: Final = 0.005
"""Shares of money and of need that are nearer than this are called alike."""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A line of the table of money, as words."""

    name: str
    href: str
    allocated: str
    committed: str
    spent: str
    left: str
    over: bool


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A line of money against need: shares in words, how far they are apart, and the values of the parts."""

    name: str
    money: str
    share_of_money: str
    share_of_need: str
    apart: str
    values: tuple[str, ...]


def whole_pounds(money: Decimal) -> str:
    """A sum without pence: £12,000, −£300."""
    rounded = round(money)
    return f"{'−' if rounded < 0 else ''}£{abs(rounded):,}"


def money_in_words(place: Place, money: RolledUp) -> str:
    """How much was passed on to how many, how much of it is committed and spent, and who has promised more than they have."""
    total = money.total
    if not total.some:
        return "No money is written down: not allocated, nor committed or spent in any action."
    given = sum(1 for line in money.below if line.money.allocated)
    words = f"{whole_pounds(total.allocated)} allocated"
    if money.below:
        words += f" to {given} of {counted(len(money.below), 'place')}"
    words += f", {whole_pounds(total.committed)} committed, {whole_pounds(total.spent)} spent."
    over = [line for line in money.lines if line.over]
    if not over:
        return words
    names = [line.place.name for line in over[:3]] + ([f"{len(over) - 3} more"] if len(over) > 3 else [])
    return f"{words} More than was allocated is committed or spent at {listed(names)}."


def money_rows(money: RolledUp, place: Place) -> list[MoneyRow]:
    return [_money_row(line, place) for line in money.lines if line.money.some or not line.own]


def _money_row(line: Line, place: Place) -> MoneyRow:
    href = reverse("combined", args=[place.slug])
    return MoneyRow(
        name=f"{line.place.name} itself" if line.own else line.place.name,
        href="" if line.own else f"{href}?in={line.place.slug}",
        allocated=whole_pounds(line.money.allocated),
        committed=whole_pounds(line.money.committed),
        spent=whole_pounds(line.money.spent),
        left="" if line.own or not line.money.allocated else whole_pounds(line.money.left),
        over=line.over,
    )


def total_row(money: RolledUp) -> tuple[str, ...]:
    total = money.total
    return ("Altogether", *(whole_pounds(one) for one in (total.allocated, total.committed, total.spent)), "")


def need_in_words(need: Need, which: str) -> str:
    """Who has the least of the money beside their need, and who the most; or what is missing to say so."""
    if not need.parts:
        return "Nobody has said yet what need is: add the first part."
    if not need.has_size:
        return "A rate needs a size: add a part that counts something, such as staff."
    if not need.lines:
        return "No place has a value in every part yet."
    if not need.has_money:
        return f"Need is weighed; no money is {MONEY[which].casefold()} yet to set beside it."
    told = []
    if need.under:
        told.append(f"Least beside its need: {_against(need.under[0])}.")
    if need.over:
        told.append(f"Most: {_against(need.over[0])}.")
    return " ".join(told) or "The money goes as the need does."


def short_need(need: Need) -> str:
    """Money against need in one sentence, for the page of assurance."""
    if not need.lines or not need.has_money:
        return "Money is not set against need yet."
    if not need.under:
        return "The money goes as the need does."
    return f"Least money beside its need: {_against(need.under[0])}."


def _against(one: Against) -> str:
    return f"{one.place.name}, {_share(one.share_of_money)} of the money for {_share(one.share_of_need)} of the need"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def need_rows(need: Need) -> list[NeedRow]:
    """The lines of money against need, the most under-served first."""
    lines = sorted(need.lines, key=lambda one: (one.apart, one.place.name))
    return [
        NeedRow(
            name=one.place.name,
            money=whole_pounds(one.money),
            share_of_money=_share(one.share_of_money),
            share_of_need=_share(one.share_of_need),
            apart=_apart(one),
            values=tuple(_number(need.values.get((part.pk, one.place.pk))) for part in need.parts),
        )
        for one in lines
    ]


def _apart(one: Against) -> str:
    if one.share_of_money is None:
        return "–"
    if abs(one.apart) < CLOSE:
        return "Alike"
    return f"{abs(one.apart) * 100:.1f} points {'more' if one.apart > 0 else 'less'}"


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:,.10g}"


def part_in_words(part: NeedPart) -> str:
    """What a part is, how much it counts, and where its values come from."""
    kind = NeedPart.KINDS[part.kind].casefold()
    return f"{kind}, weight {part.weight}. {part.source}, {day(part.as_of)}."


def allocation_in_words(one: Allocation) -> str:
    """An allocation in a line, without whose it is."""
    besides = [
        f"{whole_pounds(money)} {words} besides"
        for money, words in ((one.committed_besides, "committed"), (one.spent_besides, "spent"))
        if money is not None
    ]
    more = f"; {' and '.join(besides)}" if besides else ""
    return f"{whole_pounds(one.amount)} for {one.what_for}, {day(one.starts_on)} to {day(one.ends_on)}{more}"


def ways_of(place: Place, which: str) -> list[tuple[str, str, bool]]:
    """Which money can be set against need: words, address, whether it is that now."""
    href = reverse("need_index", args=[place.slug])
    return [(words, f"{href}?money={key}", key == which) for key, words in MONEY.items()]


def names_left_out(places: Sequence[Place]) -> str:
    names = [one.name for one in places[:10]]
    return listed([*names, f"{len(places) - 10} more"]) if len(places) > 10 else listed(names)
