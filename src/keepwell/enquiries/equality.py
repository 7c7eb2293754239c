"""Who is more likely to leave than whom, and is it more than chance?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from keepwell.comparison.likelihood import relative_likelihood
from keepwell.disclosure import Definition, Released
from keepwell.disclosure.policies import hides
from keepwell.disclosure.released import release_protected
from keepwell.enquiries import answer
from keepwell.enquiries.asking import Enquiry
from keepwell.enquiries.filters import options_for
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.records.staff import NOT_KNOWN

COMPARED: Final = {"ethnicity_group": ("BME", "White"), "disability_group": ("Disabled", "Not disabled")}
"""Of each special category who is set against whom: as in the WRES and in the WDES."""
EACH: Final = ("sex", "age_band")
"""Compared each against all others of whom it is known; the first of two against the second."""
ALL_OTHERS: Final = "all others"
NO_INDICATOR: Final = "Neither the WRES nor the WDES has a leaver indicator: the groups and the way of comparing are theirs, the use is ours."
NOTES: Final = (
    NO_INDICATOR,
    "Below 0.8 or above 1.25 is what the WRES takes as a difference (four fifths), whatever the numbers behind it; beyond "
    "chance is when the 95% interval leaves 1 out. Of twenty comparisons one is expected to do so by chance.",
    "A difference is no reason by itself: groups differ in staff group, band and age too.",
)
NO_INTERVAL: Final = "Where nobody left of a group there is no interval: the method has none, and none is made up."
TOGETHER: Final = (
    "Those not known are taken together with the larger group where they are too few to be told by themselves; that draws "
    "the two likelihoods together."
)
COUNTS: Final = ("leavers", "headcount_at_start", "leavers_against", "headcount_at_start_against")
LIKELIHOOD: Final = ("relative_likelihood", "lower_95", "upper_95")
GROUPS: Final = ("organisation", "organisation_name", "staff_group", "characteristic", "group", "against")
COLUMN_WORDS: Final = {
    "characteristic": "by what people are put side by side",
    "group": "whose likelihood of leaving it is",
    "against": "whom they are set against",
    "leavers": "people of the group in post at the start and not at the end",
    "headcount_at_start": "people of the group in post at the start",
    "leavers_against": "people whom they are set against who left",
    "headcount_at_start_against": "people whom they are set against in post at the start",
    "relative_likelihood": "share of the group who left divided by the share of the others who left",
    "lower_95": "lower end of its 95% interval",
    "upper_95": "upper end of its 95% interval",
    "position": "beyond chance, or within chance, or no interval; outside 0.8 to 1.25, or inside",
}


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two sides of a comparison: who left and who was there, None where hidden."""

    where: Mapping[str, Any]
    characteristic: str
    group: str
    against: str
    counts: tuple[int | None, int | None, int | None, int | None]


def equality(session: Session, enquiry: Enquiry) -> Released:
    """Relative likelihoods of leaving: by ethnicity, disability, sex and age band, of each organisation.

    Of the year to 31 March that is the newest loaded whole (or the enquiry's own period where there is none): BME
    against White staff, disabled against not disabled, women against men, each age band against all others whose age
    is known. `where` may name an organisation and a staff group, `by` may be staff_group. What is hidden for everybody
    (enquiries/special.py) is hidden here.

    Columns: period_start, period_end, organisation, organisation_name, staff_group, characteristic, group, against,
    COUNTS, relative_likelihood, lower_95, upper_95, position, hidden. Raises EnquiryRefused under a policy that hides
    small numbers, for other cuts, and where nothing is known to compare.
    """
    _refuse_other(enquiry)
    asked = replace(enquiry, measure="share_who_left", by=("organisation", *_by(enquiry)))
    period = _period(session, asked)
    answers = {name: _special(session, asked, name) for name in COMPARED}
    pairs = [pair for name, found in answers.items() if found for pair in _against_one(found, name)]
    plain = [answer(session.workspace, replace(period, by=(*asked.by, name)), session) for name in EACH]
    for name, found in zip(EACH, plain, strict=True):
        pairs += _against_others(found, name, options_for(session, enquiry.source or "", [name])[name])
    pairs = [pair for pair in pairs if pair.counts[1] != 0 and pair.counts[3] != 0]
    if not pairs:
        raise EnquiryRefused(
            "There are no two groups to compare.",
            found="no ethnicity, disability, sex or age that is known",
            attempt="load extracts with these fields",
        )
    told = next((found for found in answers.values() if found), plain[0])
    return release_protected(
        _table(pairs),
        _definition(plain[0].definition),
        told.policy,
        audience=None,
        notes=tuple(_notes(pairs, [found for found in (*answers.values(), *plain) if found])),
    )


def _refuse_other(enquiry: Enquiry) -> None:
    allowed = {"organisation", "staff_group"}
    other = [name for name in enquiry.grouping.fields if name not in allowed]
    if other or hides(enquiry.policy) or enquiry.audience or enquiry.course > 1:
        raise EnquiryRefused(
            "Likelihoods of leaving are compared for those entitled to the records, by organisation and staff group.",
            found=f"asked: {', '.join(other) or enquiry.audience or enquiry.policy or 'a course of periods'}",
            attempt="--policy internal, --where organisation or staff_group",
        )


def _by(enquiry: Enquiry) -> tuple[str, ...]:
    return ("staff_group",) if "staff_group" in enquiry.by else ()


def _special(session: Session, asked: Enquiry, name: str) -> Released | None:
    """The answer by a special category; None where none can be told."""
    try:
        return answer(session.workspace, replace(_yearly(asked), by=(*asked.by, name)), session)
    except EnquiryRefused:
        return None


def _yearly(asked: Enquiry) -> Enquiry:
    """The question of the newest year to 31 March up to the end asked for."""
    if asked.end is None:
        return replace(asked, months=12)
    back = (asked.end.last_day.month - 3) % 12
    return replace(asked, end=asked.end + -back, months=12)


def _period(session: Session, asked: Enquiry) -> Enquiry:
    """The question over the year of the special categories, or over its own period where none of them is told."""
    for name in COMPARED:
        if (found := _special(session, asked, name)) and (rows := found.rows()):
            return replace(asked, end=Month.of(rows[-1]["period_end"]), months=12)
    return asked


def _side(row: Mapping[str, Any] | None) -> tuple[int | None, int | None]:
    return (None, None) if row is None else (row["leavers"], row["headcount_at_start"])


def _places(found: Released) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The rows of each place of an answer."""
    places: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    names = ("period_start", "period_end", "organisation", "organisation_name", "staff_group")
    for row in found.rows():
        places.setdefault(tuple(row.get(name) for name in names), []).append(row)
    for place, rows in places.items():
        yield dict(zip(names, place, strict=True)), rows


def _against_one(found: Released, name: str) -> Iterator[_Pair]:
    group, against = COMPARED[name]
    for place, rows in _places(found):
        by_name = {row[name]: row for row in rows}
        other = next((value for value in by_name if value.startswith(against)), against)
        counts = (*_side(by_name.get(group)), *_side(by_name.get(other)))
        yield _Pair(place, name, group, other, counts)


def _against_others(found: Released, name: str, order: Sequence[str]) -> Iterator[_Pair]:
    for place, rows in _places(found):
        known = sorted((row for row in rows if row[name] != NOT_KNOWN), key=lambda row: order.index(row[name]))
        two = len(known) == 2
        for row in known[:1] if two else known if len(known) > 1 else ():
            others = [other for other in known if other is not row]
            left = sum(other["leavers"] for other in others)
            there = sum(other["headcount_at_start"] for other in others)
            yield _Pair(place, name, row[name], others[0][name] if two else ALL_OTHERS, (*_side(row), left, there))


def _table(pairs: Sequence[_Pair]) -> pa.Table:
    numbers = np.array([[np.nan if n is None else n for n in pair.counts] for pair in pairs], dtype=np.float64)
    found = relative_likelihood(*numbers.T)
    values = np.stack([found.ratio, found.lower, found.upper], axis=1)
    rows = []
    for i, pair in enumerate(pairs):
        known = [None if np.isnan(value) else float(value) for value in values[i]]
        hidden = [*COUNTS, *LIKELIHOOD, "position"] if None in pair.counts else []
        rows.append(
            {
                **pair.where,
                "characteristic": pair.characteristic,
                "group": pair.group,
                "against": pair.against,
                **dict(zip(COUNTS, [None] * 4 if hidden else pair.counts, strict=True)),
                **dict(zip(LIKELIHOOD, known, strict=True)),
                "position": None if hidden else _position(known, bool(found.outside[i])),
                "hidden": ",".join(hidden),
            }
        )
    return pa.Table.from_pylist(rows, schema=_schema())


def _position(known: Sequence[float | None], outside: bool) -> str:
    ratio, lower, upper = known
    if ratio is None:
        return "nobody left whom they are set against"
    chance = (
        "no interval"
        if lower is None or upper is None
        else "beyond chance"
        if lower > 1 or upper < 1
        else "within chance"
    )
    return f"{chance}; {'outside' if outside else 'inside'} 0.8 to 1.25"


def _schema() -> pa.Schema:
    return pa.schema(
        [
            ("period_start", pa.date32()),
            ("period_end", pa.date32()),
            *((name, pa.string()) for name in GROUPS),
            *((name, pa.int64()) for name in COUNTS),
            *((name, pa.float64()) for name in LIKELIHOOD),
            ("position", pa.string()),
            ("hidden", pa.string()),
        ]
    )


def _definition(of: Definition) -> Definition:
    return replace(
        of,
        measure="relative_likelihood",
        label="Relative likelihood of leaving",
        words="How many times as likely people of one group were to leave their organisation as those they are set against.",
        formula="(leavers / headcount at start) of the group / (leavers / headcount at start) of the others",
        unit="times",
        reference="Relative likelihood as in the NHS WRES; interval of Katz and others (1978)",
        columns={**of.columns, **COLUMN_WORDS},
    )


def _notes(pairs: Sequence[_Pair], answers: Sequence[Released]) -> list[str]:
    notes = list(NOTES)
    if any(" or " in pair.against for pair in pairs):
        notes.append(TOGETHER)
    if any(0 in (pair.counts[0], pair.counts[2]) for pair in pairs):
        notes.append(NO_INTERVAL)
    return list(dict.fromkeys([*notes, *(note for found in answers for note in found.notes)]))
