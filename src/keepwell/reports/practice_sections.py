"""Who works in general practice, in which roles, how much, how near to retirement, and for how many patients?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa

from keepwell.charts.share_bars import share_bars
from keepwell.disclosure import Released
from keepwell.errors import counted, listed
from keepwell.records.general_practice import GP
from keepwell.reports.leaving import Asking
from keepwell.reports.practice_page import GPS, Made, Page, tried, when
from keepwell.reports.sections import Figure, Section, grid

PLACES: Final = (
    ("icb", "icb_name", "integrated care systems"),
    ("organisation", "organisation_name", "practices"),
)
MOST_NAMED: Final = 3


def who(page: Page) -> Made:
    asking = page.people or page.practices
    assert asking is not None
    fte = asking.about("fte", by=("staff_group",))
    heads = tried(asking, "headcount", by=("staff_group",)) if page.people or asking.base.where else None
    told = [r for r in heads.rows() if r["headcount_at_end"] is not None] if heads else []
    people = {r["staff_group"]: r["headcount_at_end"] for r in told}
    hours = {r["staff_group"]: r["fte_at_end"] or 0.0 for r in fte.rows()}
    gps, others = hours.get(GP, 0.0), sum(hours.values()) - hours.get(GP, 0.0)
    if GP in people:
        sentence = f"{people[GP]:,.0f} GPs work the hours of {gps:,.1f} full-time ones"
    elif gps:
        sentence = f"GPs work the hours of {gps:,.0f} full-time ones"
    else:
        [every] = asking.about("headcount").rows() if page.people else [{"headcount_at_end": sum(people.values())}]
        sentence = f"{every['headcount_at_end']:,.0f} people work the hours of {others:,.0f} full-time ones"
    if gps and others:
        sentence += f"; beside them other staff work those of {others:,.0f}"
    figures = [Figure(group, f"{value:,.1f} FTE", _of_people(people.get(group))) for group, value in hours.items()]
    sheets = {"Staff groups": fte} | ({"People": heads} if heads else {})
    columns = {"staff_group": "Staff group", "fte_at_end": "FTE"}
    columns |= {
        n: t for n, t in (("fte_estimated", "FTE estimated"), ("fte_contracted", "FTE contracted")) if _any(fte, n)
    }
    tables = [grid(fte, columns, "Staff groups", folded=True)]
    section = Section(
        "who", f"Who works in {page.whose}?", f"{_in(page)} {sentence}.", tuple(figures), (), tuple(tables),
        tuple(dict.fromkeys([*fte.notes, *(heads.notes if heads else ())])), (fte.definition,),
    )  # fmt: skip
    return section, sheets


def _in(page: Page) -> str:
    then = when(page)
    return f"In {then[0].lower()}{then[1:]}," if then.startswith("The") else f"In {then},"


def _of_people(people: float | None) -> str:
    return "contracted time" if people is None else f"{people:,.0f} people"


def _any(released: Released, name: str) -> bool:
    return name in released.table.column_names and any(row[name] for row in released.rows())


def kinds(page: Page) -> Made | None:
    """Partners, salaried, retainers, locums and trainees, each its share of the GPs' time."""
    asking = page.practices or page.people
    if asking is None or not page.of_gps:
        return None
    released = tried(asking, "fte", by=("role_group",), where=page.where(asking, *GPS))
    if released is None or not released.rows():
        return None
    shared = _with_share(released, "fte_at_end", "share_of_fte")
    rows = shared.rows()
    first, *others = [(row["share_of_fte"], _kind(row["role_group"])) for row in rows]
    more = "".join(f", {share:.0%} {kind}" for share, kind in others)
    sentence = f"Of the GPs' time {first[0]:.0%} is that {first[1]}{more}."
    section = Section(
        "kinds",
        "Partners, salaried, locums or in training?",
        sentence,
        pictures=(share_bars(shared, "role_group", "share_of_fte", "Share of GPs' time", sentence),),
        grids=(
            grid(
                shared, {"role_group": "Kind", "fte_at_end": "FTE", "share_of_fte": "Share"}, "GPs by kind", folded=True
            ),
        ),
        notes=released.notes,
        definitions=(released.definition,),
    )
    return section, {"GPs by kind": released}


def _kind(name: str) -> str:
    words = {"Partner": "of partners", "Salaried": "of salaried GPs", "Retainer": "of retainers", "Locum": "of locums"}
    words |= {"Trainee": "of those in training", "Locum or trainee": "of locums and those in training"}
    words |= {"Salaried or retainer": "of salaried GPs and retainers"}
    return words.get(name, f"of {name.casefold()}")


def _with_share(released: Released, value: str, name: str) -> Released:
    """The rows with what share of all each is, largest first."""
    whole = sum(row[value] or 0.0 for row in released.rows()) or 1.0
    order = sorted(range(released.table.num_rows), key=lambda i: -(released.table[value][i].as_py() or 0.0))
    table = released.table.take(pa.array(order, pa.int64()))
    shares = pa.array([(cell or 0.0) / whole for cell in table[value].to_pylist()], pa.float64())
    return replace(released, table=table.append_column(name, shares))


def participation(page: Page) -> Made | None:
    if page.people is None:
        return None
    where = page.where(page.people, *page.of_gps)
    whole = page.people.about("participation_rate", where=where)
    by = "age_band" if page.of_gps else "staff_group"
    released = page.people.about("participation_rate", where=where, by=(by,))
    part_time = tried(page.people, "part_time_share", where=where)
    rows = [row for row in released.rows() if row["participation_rate"] is not None]
    if not rows:
        return None
    rate = whole.rows()[0]["participation_rate"]
    lowest, highest = (choose(rows, key=lambda r: r["participation_rate"]) for choose in (min, max))
    sentence = f"{page.them[0].upper()}{page.them[1:]} work {rate:.0%} of full time on average"
    if part_time is not None:
        sentence += f"; {part_time.rows()[0]['part_time_share'] or 0.0:.0%} of them work part time"
    if lowest is not highest:
        sentence += f". Least: {_band(lowest[by])}, {lowest['participation_rate']:.0%}; most: {_band(highest[by])}, {highest['participation_rate']:.0%}"
    rows.sort(key=lambda r: (not str(r[by]).startswith("Under"), r[by]))
    shown = replace(released, table=pa.Table.from_pylist(rows, schema=released.table.schema))
    section = Section(
        "participation",
        "How much of a full-time week do they work?",
        f"{sentence}.",
        pictures=(share_bars(shown, by, "participation_rate", "Participation rate", sentence),),
        grids=(
            grid(
                shown,
                {by: "Group", "headcount": "People", "fte": "FTE", "participation_rate": "Participation"},
                "Participation",
                folded=True,
            ),
        ),
        notes=tuple(dict.fromkeys([*released.notes, *(part_time.notes if part_time else ())])),
        definitions=(released.definition,),
    )
    return section, {"Participation": released} | ({"Part time": part_time} if part_time else {})


def _band(name: str) -> str:
    return f"aged {name.casefold()}" if any(c.isdigit() for c in name) else name


def near_retirement(page: Page) -> Made | None:
    asking = page.people or page.practices
    assert asking is not None
    released = tried(asking, "share_aged_55_and_over", by=("staff_group",))
    rows = [r for r in released.rows() if r["share_aged_55_and_over"] is not None] if released else []
    if released is None or not rows:
        return None
    first = next((r for r in rows if r["staff_group"] == GP), rows[0])
    share = first["share_aged_55_and_over"]
    who = "GPs" if first["staff_group"] == GP else str(first["staff_group"])
    if page.people is not None:
        sentence = f"{share:.0%} of the {who} whose age is known are 55 or over: {first['aged_55_and_over']:,} people."
    else:
        sentence = f"{share:.0%} of the {who}' time is that of people of 55 or over."
    shown = replace(released, table=pa.Table.from_pylist(rows, schema=released.table.schema))
    columns = {"staff_group": "Staff group", "share_aged_55_and_over": "Aged 55 and over"}
    section = Section(
        "age",
        "How many are near retirement?",
        sentence,
        pictures=(share_bars(shown, "staff_group", "share_aged_55_and_over", "Aged 55 and over", sentence),),
        grids=(grid(shown, columns, "Aged 55 and over, by staff group", folded=True),),
        notes=("Who could retire, not who will.", *released.notes),
        definitions=(released.definition,),
    )
    return section, {"Aged 55 and over": released}


def patients(page: Page) -> Made | None:
    if page.practices is None:
        return None
    whole = page.practices.about("patients_per_fte")
    row = whole.rows()[0] if whole.rows() else None
    if row is None or row["patients_per_fte"] is None:
        return None
    sentence = f"There are {row['patients_per_fte']:,.0f} patients to each full-time qualified GP"
    places = _by_place(page.practices)
    tables, sheets = [], {"Patients per GP": whole}
    pictures = []
    if places is not None:
        released, name, many = places
        top = [f"{r[name]} ({r['patients_per_fte']:,.0f})" for r in released.rows()[:MOST_NAMED]]
        sentence += f"; most in {listed(top)}, of {released.table.num_rows:,} {many}"
        columns = {
            name: many.capitalize(),
            "patients": "Patients",
            "fte": "FTE",
            "patients_per_fte": "Patients per FTE",
        }
        title = "Patients to each full-time qualified GP"
        tables = [grid(released, columns, title, most=300, folded=True)]
        pictures = [share_bars(released, name, "patients_per_fte", title, f"{sentence}.", number_format=",.0f")]
        sheets["Patients by place"] = released
    notes = list(whole.notes)
    if row["practices_without_data"]:
        notes.append(
            f"{counted(row['practices_without_data'], 'practice')} gave no data on GPs: their patients are left out."
        )
    if places is not None and places[2] == "practices":
        notes.append("In one practice a single vacancy moves this far: look at several months before acting.")
    section = Section(
        "patients", "How many patients to each GP, and where most?", f"{sentence}.", (), tuple(pictures), tuple(tables),
        tuple(notes), (whole.definition,),
    )  # fmt: skip
    return section, sheets


def _by_place(asking: Asking) -> tuple[Released, str, str] | None:
    """Patients per FTE by the largest kind of place that there are several of, highest first."""
    for by, name, many in PLACES:
        released = asking.about("patients_per_fte", by=(by,))
        rows = [r for r in released.rows() if r["patients_per_fte"] is not None]
        if len(rows) > 1:
            rows.sort(key=lambda r: -r["patients_per_fte"])
            return replace(released, table=pa.Table.from_pylist(rows, schema=released.table.schema)), name, many
    return None
