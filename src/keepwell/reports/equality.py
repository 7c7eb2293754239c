"""Are some groups of staff more likely to leave than others?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from keepwell.disclosure import Released
from keepwell.enquiries.equality import ALL_OTHERS, COMPARED, equality
from keepwell.errors import EnquiryRefused, counted
from keepwell.periods import Month
from keepwell.reports.leaving import Asking
from keepwell.reports.sections import Grid, Section

STAFF: Final = {
    "BME": "BME staff",
    "White": "White staff",
    "White or not known": "White staff (with those not known)",
    "Disabled": "disabled staff",
    "Not disabled": "staff who are not disabled",
    "Not disabled or not known": "staff who are not disabled (with those not known)",
    ALL_OTHERS: "all others",
}
"""How groups are called in a sentence."""
HIDDEN_WORDS: Final = {
    "ethnicity_group": "By ethnicity nothing can be told: a group of fewer than 11 people would be.",
    "disability_group": "By disability nothing can be told: a group of fewer than 11 people would be.",
}


def who_is_more_likely(asking: Asking, period: str) -> tuple[Section | None, dict[str, Released]]:
    """Relative likelihoods of leaving in words, then in figures; None where nothing can be compared.

    The period is the one they are told of, which is named: the newest year to 31 March where one is loaded.
    """
    try:
        released = equality(asking.session, replace(asking.base, by=()))
    except EnquiryRefused:
        return None, {}
    rows = released.rows()
    year = Month.of(rows[0]["period_end"]).in_words
    section = Section(
        "equality",
        "Are some groups of staff more likely to leave than others?",
        f"In the year to {year}: {' '.join(_sentences(rows))}" if rows[0]["period_end"] else "",
        grids=(_grid(rows, f"Relative likelihood of leaving, year to {year}"),),
        notes=released.notes,
        definitions=(released.definition,),
    )
    return section, {"Equality": released}


def _sentences(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each comparison of one organisation; of several, how many stand out."""
    if len({row["organisation"] for row in rows}) > 1:
        return [words for name in COMPARED if (words := _of_several([r for r in rows if r["characteristic"] == name]))]
    said = [_sentence(row) for row in rows if row["characteristic"] != "age_band"]
    ages = [row for row in rows if row["characteristic"] == "age_band"]
    return [*said, *([_of_ages(ages)] if ages else [])]


def _of_ages(rows: Sequence[Mapping[str, Any]]) -> str:
    """Which age bands stand out, in one sentence."""
    beyond = [row for row in rows if _beyond(row)]
    if not beyond:
        return "By age nothing is beyond chance."
    first, *others = [f"{row['relative_likelihood']:.1f}" for row in beyond]
    bands = [f"{row['group'][0].lower()}{row['group'][1:]}" for row in beyond]
    more = [f"{band} ({times})" for band, times in zip(bands[1:], others, strict=True)]
    bands_in_words = ", ".join([f"{bands[0]} ({first} times as likely as all others)", *more])
    return f"By age, beyond chance: {bands_in_words}."


def _sentence(row: Mapping[str, Any]) -> str:
    if row["hidden"]:
        return HIDDEN_WORDS[row["characteristic"]]
    first, second = (_called(row["characteristic"], row[name]) for name in ("group", "against"))
    first = first[0].upper() + first[1:]  # at the start of a sentence
    if row["relative_likelihood"] is None:
        return f"Nobody left of {second}, so that {first} cannot be set against them."
    if row["relative_likelihood"] == 0:
        return f"Nobody left of {first}."
    chance = "beyond chance" if _beyond(row) else "no more than chance would do"
    times = f"{row['relative_likelihood']:.1f}"
    interval = f"{row['lower_95']:.1f} to {row['upper_95']:.1f}"
    as_likely = "as likely" if times == "1.0" else f"{times} times as likely"
    return f"{first} were {as_likely} to leave as {second} ({interval}): {chance}."


def _called(characteristic: str, group: str) -> str:
    return STAFF.get(group) or (
        f"staff aged {group.lower()}" if characteristic == "age_band" else f"{group.lower()} staff"
    )


def _beyond(row: Mapping[str, Any]) -> bool:
    return bool(row["lower_95"] is not None and (row["lower_95"] > 1 or row["upper_95"] < 1))


def _of_several(rows: Sequence[Mapping[str, Any]]) -> str:
    """In how many organisations a group is more likely to leave, and in how many it cannot be told."""
    if not rows:
        return ""
    told = [row for row in rows if not row["hidden"]]
    more = [row for row in told if _beyond(row) and row["lower_95"] > 1]
    less = [row for row in told if _beyond(row) and row["upper_95"] < 1]
    if not told:
        return HIDDEN_WORDS[rows[0]["characteristic"]]
    group = _called(rows[0]["characteristic"], rows[0]["group"])
    where = f"In {len(more) or 'none'} of {counted(len(told), 'organisation')} {group} were more likely to leave, beyond chance"
    fewer = f"; in {len(less)} less likely" if less else ""
    hidden = f"; in {len(rows) - len(told)} it cannot be told, for groups under 11" if len(told) < len(rows) else ""
    return f"{where}{fewer}{hidden}."


def _grid(rows: Sequence[Mapping[str, Any]], caption: str) -> Grid:
    several = len({row["organisation"] for row in rows}) > 1
    headings = (
        "Compared",
        "Left",
        "Of",
        "Against",
        "Left",
        "Of",
        "Times as likely",
        "95% interval",
        "Four fifths",
        "Chance",
    )
    cells = []
    for row in rows:
        told = [_cell(row, name) for name in ("leavers", "headcount_at_start")]
        against = [_cell(row, name) for name in ("leavers_against", "headcount_at_start_against")]
        place = (row["organisation_name"] or row["organisation"],) if several else ()
        cells.append((*place, row["group"], *told, row["against"], *against, *_likelihood(row)))
    numeric = (False, True, True, False, True, True, True, True, False, False)
    return Grid(
        caption,
        (("Organisation",) if several else ()) + headings,
        tuple(cells),
        ((False,) if several else ()) + numeric,
    )


def _cell(row: Mapping[str, Any], name: str) -> str:
    return "*" if row[name] is None else f"{row[name]:,}"


def _likelihood(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    if row["hidden"]:
        return "*", "*", "*", "*"
    ratio, lower, upper = (row[name] for name in ("relative_likelihood", "lower_95", "upper_95"))
    interval = "none" if lower is None else f"{lower:.2f} to {upper:.2f}"
    if ratio is None:
        return "–", interval, "–", "–"
    chance = "–" if lower is None else "beyond" if _beyond(row) else "within"
    return f"{ratio:.2f}", interval, "outside" if "outside" in row["position"] else "inside", chance
