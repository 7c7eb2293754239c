"""Why do they go, as far as anybody has recorded it?"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from keepwell.charts.reason_bars import reason_bars
from keepwell.content import leaving_reasons, reason_groups
from keepwell.disclosure import Released
from keepwell.enquiries.national import beside_national
from keepwell.errors import EnquiryRefused
from keepwell.reports.leaving import LEAVERS, THEIR_STAFF, Asking, about_leavers
from keepwell.reports.sections import Figure, Grid, Section, grid

Made = tuple[Section | None, dict[str, Released]]
COLUMNS = {
    "reason": "Reason",
    "leavers_with_reason": "Leavers",
    "reasons_for_leaving": "Share",
    "lowest_share": "At least",
    "highest_share": "At most",
}


def why_they_go(asking: Asking, period: str) -> Made:
    """The reasons given, with how far the unknown ones could change the order. None without leavers extracts."""
    try:
        released = about_leavers(asking, "reasons_for_leaving")
        families = about_leavers(asking, "reasons_for_leaving", by=("reason_group",))
        known = about_leavers(asking, "reasons_known")
    except EnquiryRefused as refused:
        return _not_told(asking, refused), {}
    telling = {r.name for r in leaving_reasons() if r.tells_why}
    given = _only(released, "reason", telling)
    if not given.rows():
        return None, {}
    tables = {"Reasons": released, "Reason groups": families, "Reasons known": known}
    figures: tuple[Figure, ...] = ()
    notes = [
        f"{known.rows()[0]['leavers']:,} last days in post in {period}, also of people who came in between: not the same "
        "as the leavers in the first answer, who were in post at the start.",
        "The bar is the share recorded; the thin line reaches the share there would be if everybody whose reason is not "
        "known had left for it.",
        "People who left, not assignments that ended: the national table of reasons counts assignments, so the two "
        "must not be compared.",
        *released.notes,
    ]
    try:
        rate = tables["Voluntary leaver rate"] = about_leavers(asking, "voluntary_leaver_rate")
        figures = _voluntary(rate)
    except EnquiryRefused:
        notes.append("Without staff in post of the same months there is no voluntary leaver rate.")
    answer = _in_words(given, families, known)
    picture = reason_bars(_short(given), "reason", "Reasons for leaving", answer)
    labels = {g.name: g.label for g in reason_groups()}
    named = _relabelled(families, "reason_group", labels)
    grids: tuple[Grid, ...] = (
        grid(_short(released), COLUMNS, "Reasons for leaving", folded=True),
        grid(
            named,
            {"reason_group": "Family of reasons"} | {k: v for k, v in COLUMNS.items() if k != "reason"},
            "Families of reasons",
            folded=True,
        ),
    )
    if (table := _national(asking, released)) is not None:
        grids = (*grids, table)
    definitions = [released.definition, *(t.definition for n, t in tables.items() if n == "Voluntary leaver rate")]
    section = Section(
        "reasons", "Why do they go?", answer, figures, (picture,), grids, tuple(notes), tuple(definitions)
    )
    return section, tables


def _not_told(asking: Asking, refused: EnquiryRefused) -> Section | None:
    """That extracts are loaded which do not tell of this time; nothing where none belongs to the page."""
    loaded = any(load.format == LEAVERS for load in asking.session.generation.loads)
    if asking.base.source != THEIR_STAFF or not loaded:
        return None
    return Section(
        "reasons", "Why do they go?", f"{refused.wrong} Load the newer leavers extract.", notes=(f"{refused.found}.",)
    )


def _in_words(given: Released, families: Released, known: Released) -> str:
    """Families first, then the single reason given most often, then what nobody knows."""
    labels = {g.name: g.label for g in reason_groups()}
    named = [row for row in families.rows() if row["reason_group"] != "unknown"][:2]
    words = " and ".join(f"{labels[row['reason_group']].lower()} {row['reasons_for_leaving']:.0%}" for row in named)
    first = given.rows()[0]
    words = (
        f"Of all leavers: {words}. The single reason recorded most often is {_plain(first['reason'])}: "
        f"{first['lowest_share']:.0%}, and at most {first['highest_share']:.0%} if everybody who may have had it did."
    )
    row = known.rows()[0]
    nothing, only_resigned = row["reason_unknown"] / row["leavers"], row["reason_other_or_not_known"] / row["leavers"]
    unknown = [f"for {nothing:.0%} nothing is recorded"] * (nothing > 0)
    unknown += [f"for {only_resigned:.0%} only that they resigned"] * (only_resigned > 0)
    return f"{words} {' and '.join(unknown).capitalize()}." if unknown else words


def _plain(reason: str) -> str:
    return reason.removeprefix("Voluntary Resignation - ")


def _national(asking: Asking, released: Released) -> Grid | None:
    """National shares beside ours, where everybody is counted: a part of the staff is another population."""
    if {name for name, _ in asking.base.where} - {"organisation"}:
        return None
    rows = tuple(
        (b.what, b.of_what, f"{b.ours:.0%}", f"{b.national:.0%}", f"{b.source}. {b.doubt}".strip())
        for b in beside_national(released)
    )
    if not rows:
        return None
    caption = "Beside national figures of the same kind: all staff of hospital and community services, people who left"
    return Grid(
        caption, ("Reason", "Share", "Here", "England", "Source"), rows, (False, False, True, True, False), folded=True
    )


def _voluntary(rate: Released) -> tuple[Figure, ...]:
    row = rate.rows()[0]
    return (
        Figure(
            "Voluntary leaver rate",
            f"{row['voluntary_leaver_rate']:.1%}",
            "resignations over average staff with a contract",
        ),
        Figure("At most", f"{row['highest_voluntary_leaver_rate']:.1%}", "if every unknown reason was voluntary"),
        Figure("Not voluntary", f"{row['leavers_not_voluntary']:,}", "retired, contract ended, dismissed and others"),
    )


def _only(released: Released, column: str, values: set[str]) -> Released:
    keep = [i for i, v in enumerate(released.table[column].to_pylist()) if v in values]
    return replace(released, table=released.table.take(pa.array(keep, pa.int64())))


def _short(released: Released) -> Released:
    """Reasons without the words that most of them share, for charts and tables."""
    names = {r.name: r.name.replace("Voluntary Resignation - ", "Resigned: ") for r in leaving_reasons()}
    return _relabelled(released, "reason", names)


def _relabelled(released: Released, column: str, labels: dict[str, str]) -> Released:
    at = released.table.column_names.index(column)
    texts = pa.array([labels.get(v, v) for v in released.table[column].to_pylist()], pa.string())
    return replace(released, table=released.table.set_column(at, column, texts))
