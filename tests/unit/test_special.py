"""Special categories: told in one way, and given back by no other."""

from __future__ import annotations

import csv
import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from by_hand import KEY, in_three_lines, month_end, staff_list, write

from keepwell.disclosure import Released, blocks
from keepwell.disclosure.attacking import Held, worked_out
from keepwell.enquiries import FROM_PEOPLE, ROADS, Enquiry, Session, answer, special, special_family
from keepwell.enquiries.comparing import comparing
from keepwell.enquiries.equality import equality
from keepwell.enquiries.explaining import explain
from keepwell.enquiries.filters import options_for
from keepwell.enquiries.handing_over import declare_audience
from keepwell.errors import EnquiryRefused, KeepwellError
from keepwell.periods import Month
from keepwell.records.age_bands import AGE_BANDS
from keepwell.records.audiences import Audience
from keepwell.records.equality_groups import SPECIAL_FIELDS
from keepwell.records.workspace import Workspace
from keepwell.reports.equality import who_is_more_likely
from keepwell.reports.leaving import Asking
from keepwell.sources import ReadOptions
from keepwell.sources.loading import load_file

SOURCE = "esr_staff_in_post"
TODAY, NOW = dt.date(2025, 4, 20), dt.datetime(2025, 4, 20, tzinfo=dt.UTC)
MARCHES = (-21, -9, 3)  # of 2023, 2024 and 2025
WORDS = {"White": "A White - British", "BME": "H Asian or Asian British - Indian", "Not known": "Z Not Stated"}
DISABLED = {"Not disabled": "No", "Disabled": "Yes", "Not known": "Not Declared"}
GROUPS = ("White", "BME", "Not known")
HEADINGS = (
    *("Employee Number", "Organisation Code", "Organisation", "Staff Group", "Assignment Status", "Primary", "FTE"),
    *("Effective Date", "Gender", "Date Of Birth", "Ethnic Origin", "Disabled", "Religious Belief"),
)
TOLD = ("headcount_at_start", "headcount_at_end", "leavers")
COUNTED = (*TOLD, "stayed", "joiners")
Place = tuple[str, str]
Years = list[dict[Place, tuple[int, int]]]
"""Of each year and (staff group, ethnicity): how many left, and how many came."""


def workspace_of(folder: Path, start: dict[Place, int], years: Years, organisation: str = "RX1") -> Workspace:
    """Month ends of March with so many people, of whom so many leave and come in each year."""
    number = itertools.count(10_000_000)
    staff = {place: [next(number) for _ in range(n)] for place, n in start.items()}
    workspace = Workspace(folder / "workspace")
    for k, month in enumerate(MARCHES[: len(years) + 1]):
        if k:
            for place, (left, came) in years[k - 1].items():
                staff[place] = [*staff[place][left:], *(next(number) for _ in range(came))]
        path = folder / f"{organisation}-{k}.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(HEADINGS)
            for (group, ethnicity), people in staff.items():
                rows.writerows(_row(p, organisation, group, ethnicity, month) for p in people)
        load_file(workspace, path, ReadOptions(today=TODAY, key=KEY), now=NOW)
    return workspace


def _row(person: int, organisation: str, group: str, ethnicity: str, month: int) -> list[object]:
    disabled = list(DISABLED.values())[person % 3]
    end = f"{month_end(month):%d/%m/%Y}"
    sex = "Female" if person % 4 else "Male"
    return [
        *(person, organisation, f"Trust {organisation}", group, "Active Assignment", "Yes", 1, end, sex),
        *(f"01/06/{1960 + person % 40}", WORDS[ethnicity], disabled, "Atheism"),
    ]


NURSES, CLERKS, PORTERS = "Nursing and Midwifery Registered", "Administrative and Clerical", "Estates and Ancillary"
START = {
    (NURSES, "White"): 400,
    (NURSES, "BME"): 240,
    (NURSES, "Not known"): 40,
    (CLERKS, "White"): 300,
    (CLERKS, "BME"): 160,
    (CLERKS, "Not known"): 30,
    (PORTERS, "White"): 40,
    (PORTERS, "BME"): 5,
}
LARGE: dict[Place, tuple[int, int]] = {
    (NURSES, "White"): (60, 70),
    (NURSES, "BME"): (48, 44),
    (NURSES, "Not known"): (12, 14),
    (CLERKS, "White"): (45, 40),
    (CLERKS, "BME"): (36, 33),
    (CLERKS, "Not known"): (11, 12),
    (PORTERS, "White"): (8, 6),
    (PORTERS, "BME"): (2, 1),
}
FEW = LARGE | {(NURSES, "Not known"): (4, 3), (CLERKS, "Not known"): (3, 2)}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A trust in which few of those not known left in the second year, and in which porters are few."""
    return workspace_of(tmp_path_factory.mktemp("special"), START, [LARGE, FEW])


def ask(workspace: Workspace, measure: str = "share_who_left", **choices: object) -> Released:
    return answer(workspace, Enquiry(measure, source=SOURCE, **choices))  # type: ignore[arg-type]


def by_group(released: Released) -> dict[str, tuple[int | None, int | None]]:
    return {r["ethnicity_group"]: (r["headcount_at_start"], r["leavers"]) for r in released.rows()}


def test_the_year_to_march_is_told_by_ethnicity_group(workspace: Workspace) -> None:
    told = ask(workspace, by=("ethnicity_group",), end=Month.parse("2024-03"))
    assert by_group(told) == {"White": (740, 113), "BME": (405, 86), "Not known": (70, 23)}
    assert told.rows()[0]["share_who_left"] == 113 / 740
    assert "groups of 1 to 10 hidden for everybody" in told.policy.mark


def test_those_not_known_are_taken_with_white_staff_where_few_of_them_left(workspace: Workspace) -> None:
    told = ask(workspace, by=("ethnicity_group",))
    assert by_group(told) == {"White or not known": (816, 120), "BME": (397, 86)}
    for hidden in ("White", "not KNOWN"):
        (row,) = ask(workspace, where=(("ethnicity_group", (hidden,)),)).rows()
        assert (row["leavers"], row["headcount_at_start"], row["share_who_left"]) == (None, None, None)
        assert "leavers" in row["hidden"]
    (both,) = ask(workspace, where=(("ethnicity_group", ("White", "Not known")),)).rows()
    assert both["leavers"] == 120


def test_large_staff_groups_are_told_each_and_the_others_together_or_none(workspace: Workspace) -> None:
    told = ask(workspace, by=("staff_group", "ethnicity_group"), end=Month.parse("2024-03"))
    assert {row["staff_group"] for row in told.rows()} <= {NURSES, CLERKS, special_family.OTHERS}
    with pytest.raises(EnquiryRefused) as refused:
        ask(workspace, where=(("staff_group", (PORTERS,)), ("ethnicity_group", ("BME",))))
    assert "too small to be told of" in in_three_lines(refused.value)


OUTSIDE: dict[str, Callable[[Workspace, str], object]] = {
    "by itself": lambda w, f: ask(w, by=(f,), months=1),
    "with a unit": lambda w, f: ask(w, by=("unit", f)),
    "with sex": lambda w, f: ask(w, by=("sex",), where=((f, ("Yes",)),)),
    "with age": lambda w, f: ask(w, by=(f, "age_band")),
    "with another": lambda w, f: ask(w, by=("ethnicity_group", "disability_group", f)),
    "another end": lambda w, f: ask(w, by=(f,), end=Month.parse("2025-02")),
    "joiners": lambda w, f: ask(w, "joiners", by=(f,)),
    "fte": lambda w, f: ask(w, "fte", by=(f,)),
    "change": lambda w, f: ask(w, "change_in_staff", by=(f,)),
    "moves": lambda w, f: ask(w, "internal_moves", by=(f,)),
    "service": lambda w, f: ask(w, "length_of_service", by=(f,)),
    "records": lambda w, f: ask(w, "records_complete", by=(f,)),
    "early": lambda w, f: ask(w, "early_leaving_of_leavers", by=(f,)),
    "retirement age": lambda w, f: ask(w, "share_past_age", by=(f,)),
    "by event": lambda w, f: ask(w, "leaver_rate", by=(f,), method="event"),
    "by hours": lambda w, f: ask(w, "leaver_rate", by=(f,), basis="fte"),
    "from the group": lambda w, f: ask(w, "leaver_rate", by=(f,), leaving="staff_group"),
    "under a policy": lambda w, f: ask(w, by=(f,), policy="nhs"),
    "an older state": lambda w, f: ask(w, by=(f,), vintage=2),
    "every month": lambda w, f: ask(w, "leavers", by=(f,), months=1, course=12),
    "overlapping": lambda w, f: ask(w, "leavers", by=(f,), course=2, step=6),
    "explain": lambda w, f: explain(w, Enquiry("leaver_rate", by=(f,), source=SOURCE), "national", "event"),
    "compare": lambda w, f: comparing(
        w, Enquiry("leaver_rate", where=((f, ("Yes",)), ("staff_group", (NURSES,))), months=6, source=SOURCE)
    ),
}


@pytest.mark.parametrize("field", sorted(SPECIAL_FIELDS))
@pytest.mark.parametrize("road", OUTSIDE)
def test_every_other_road_is_closed(workspace: Workspace, road: str, field: str) -> None:
    with pytest.raises(KeepwellError) as refused:
        OUTSIDE[road](workspace, field)
    assert "special categor" in in_three_lines(refused.value).casefold()


@pytest.mark.parametrize("field", ["ethnicity", "disability", "religion", "orientation"])
def test_the_words_of_the_records_themselves_are_never_cut_by(workspace: Workspace, field: str) -> None:
    for choices in ({"by": (field,)}, {"where": ((field, ("x",)),)}):
        with pytest.raises(EnquiryRefused, match="only ethnicity and disability are told"):
            ask(workspace, **choices)


def test_leavers_extracts_tell_of_no_special_category(workspace: Workspace) -> None:

    people = {need for need, _ in ROADS.values()} - {
        "flows",
        "practices",
        "practice_people",
        "counts",
        "monthly_counts",
    }
    assert people - {"absence"} == FROM_PEOPLE
    with pytest.raises(EnquiryRefused, match="not told of here"):
        special.refuse_special(Enquiry("reasons_for_leaving", by=("ethnicity_group",)))


def test_no_audience_is_declared_with_a_special_category(workspace: Workspace) -> None:
    wanted = Audience("x", "nhs", NOW.isoformat(), SOURCE, (("ethnicity_group",),), months=12, first="2024-03")
    with pytest.raises(EnquiryRefused, match="those entitled to the records alone"):
        declare_audience(workspace, wanted)


def test_the_choices_of_a_filter_tell_nothing_of_special_categories(workspace: Workspace) -> None:
    with Session(workspace) as session:
        found = options_for(session, SOURCE, ["sex", "age_band", "ethnicity_group", "disability_group"])
        assert found["sex"] == ("Female", "Male")
        assert found["age_band"] == AGE_BANDS[:5]
        assert (found["ethnicity_group"], found["disability_group"]) == (GROUPS, tuple(DISABLED))
        for name in ("religion", "ethnicity", "shoe_size"):
            with pytest.raises(EnquiryRefused, match="not filtered by"):
                options_for(session, SOURCE, [name])


def test_two_organisations_are_not_added_up(workspace: Workspace, tmp_path: Path) -> None:
    two = workspace_of(tmp_path, START, [LARGE])
    workspace_of(tmp_path, START, [LARGE], "RX2")
    with pytest.raises(EnquiryRefused, match="one organisation at a time"):
        ask(two, by=("ethnicity_group",))
    rows = ask(two, by=("organisation", "ethnicity_group")).rows()
    assert [(r["organisation"], r["leavers"]) for r in rows if r["ethnicity_group"] == "BME"] == [
        ("RX1", 86),
        ("RX2", 86),
    ]


def test_the_same_people_are_not_told_of_from_two_sources(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path, START, [LARGE])
    options = ReadOptions(today=TODAY, key=KEY, accept=frozenset({"no-staff-group"}))
    draft = staff_list(3, people=600)  # somebody left before March 2024
    draft.rows[-1][2] = month_end(3)  # and somebody came on the last day of March 2025
    load_file(workspace, write(draft, tmp_path / "list.csv"), options, now=NOW)
    assert by_group(ask(workspace, by=("ethnicity_group",)))["BME"] == (405, 86)
    with pytest.raises(EnquiryRefused, match="Two sources tell of the same people"):
        answer(workspace, Enquiry("leavers", by=("ethnicity_group",), source="staff_list"))


def random_world(seed: int) -> tuple[dict[Place, int], Years]:
    rng = np.random.default_rng(seed)
    sizes = {NURSES: 500, CLERKS: 250, PORTERS: 60}
    start = {
        (g, e): int(rng.poisson(n * share))
        for g, n in sizes.items()
        for e, share in zip(GROUPS, (0.7, 0.24, 0.06), strict=True)
    }
    years: Years = []
    staff = dict(start)
    for _ in MARCHES[1:]:
        years.append({p: (int(rng.binomial(n, 0.17)), int(rng.poisson(n * 0.17))) for p, n in staff.items()})
        staff = {p: n - years[-1][p][0] + years[-1][p][1] for p, n in staff.items()}
    return start, years


def everything_told(workspace: Workspace) -> list[tuple[int, str, frozenset[str], str, int]]:
    """Every number that any permitted question gives: year, staff group ("" for all), ethnicity groups, count, value."""
    sets = [tuple(s) for n in (1, 2) for s in itertools.combinations(GROUPS, n)]
    found = []
    with Session(workspace) as session:
        for (k, end), by, chosen in itertools.product(enumerate(("2024-03", "2025-03")), ((), ("staff_group",)), sets):
            where = (("ethnicity_group", chosen),)
            asked = Enquiry("leaver_rate", by=by, where=where, end=Month.parse(end), source=SOURCE)
            for row in answer(workspace, asked, session).rows():
                counts = [name for name in TOLD if row[name] is not None]
                found += [(k, row.get("staff_group", ""), frozenset(chosen), name, row[name]) for name in counts]
    return found


Cell = tuple[int, str, str, str]


def cells_of(start: dict[Place, int], years: Years) -> dict[Cell, int]:
    """Every count of every year, staff group and ethnicity."""
    cells: dict[Cell, int] = {}
    staff = dict(start)
    for k, year in enumerate(years):
        for (g, e), (left, came) in year.items():
            n = staff[g, e]
            values = (n, n - left + came, left, n - left, came)
            cells |= {(k, g, e, count): value for count, value in zip(COUNTED, values, strict=True)}
            staff[g, e] = n - left + came
    return cells


@dataclass
class Outsider:
    """What somebody holds who has every total exactly and asks everything that may be asked."""

    at: dict[Cell, int]
    shown: list[float]
    sums: list[tuple[int, dict[int, int], bool]]

    def add(self, parts: list[int], value: float) -> int:
        self.sums.append((len(self.shown), dict.fromkeys(parts, 1), False))
        self.shown.append(value)
        return len(self.shown) - 1

    def stocks(self, k: int, g: str, e: str) -> None:
        """At the start are those who left and stayed, at the end those who stayed and came, and so into the next year."""
        first, last, left, stayed, came = (self.at[k, g, e, count] for count in COUNTED)
        self.sums += [(first, {left: 1, stayed: 1}, False), (last, {came: 1, stayed: 1}, False)]
        if (k + 1, g, e, COUNTED[0]) in self.at:
            self.sums.append((last, {self.at[k + 1, g, e, COUNTED[0]]: 1}, False))


def outsider_of(cells: dict[Cell, int], places: list[str]) -> Outsider:
    knows = Outsider({key: i for i, key in enumerate(cells)}, [float("nan")] * len(cells), [])
    for k, g, e, count in list(cells):
        if count == COUNTED[0]:
            knows.stocks(k, g, e)
        if e == GROUPS[0]:
            knows.add([knows.at[k, g, x, count] for x in GROUPS], sum(cells[k, g, x, count] for x in GROUPS))
        if g == places[0]:
            cells[k, "", e, count] = sum(cells[k, place, e, count] for place in places)
            knows.at[k, "", e, count] = knows.add([knows.at[k, place, e, count] for place in places], float("nan"))
    return knows


def given_back(workspace: Workspace, start: dict[Place, int], years: Years) -> list[str]:
    """Small groups told, or worked out by linear programming from all that is told and every exact total."""
    cells, places = cells_of(start, years), sorted({g for g, _ in start})
    knows, told = outsider_of(cells, places), everything_told(workspace)
    others = [place for place in places if place not in {g for _, g, *_ in told}]
    for k, place, chosen, count, value in told:
        within = {"": places, special_family.OTHERS: others}.get(place, [place])
        knows.add([knows.at[k, g, e, count] for g in within for e in chosen], value)
    faults = [f"told: {count} of {n}" for *_, count, n in told if 0 < n < blocks.SMALLEST_TOLD]
    small = {knows.at[key]: key for key, n in cells.items() if 0 < n < blocks.SMALLEST_TOLD}
    for worked in worked_out(Held(np.array(knows.shown), None, knows.sums), list(small)):
        k, g, _e, count = small[worked.cell]
        if worked.candidates < min(4, sum(cells[k, g, x, count] for x in GROUPS) + 1):
            faults.append(f"worked out: {count} of {g or 'all'} in year {k}: {worked.candidates:.0f} possible")
    return faults


@pytest.mark.parametrize("seed", [1, 2])
def test_no_small_group_is_given_back_by_all_the_answers_and_all_the_totals(seed: int, tmp_path: Path) -> None:
    start, years = random_world(seed)
    assert given_back(workspace_of(tmp_path, start, years), start, years) == []


def test_a_leak_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted faults: small numbers told, and those who stayed or came left out of what is looked at."""
    start, years = random_world(1)
    years[1] = years[1] | {(g, "BME"): (min(17, start[g, "BME"]), 3) for g in (NURSES, CLERKS)}
    workspace = workspace_of(tmp_path, start, years)
    assert given_back(workspace, start, years) == []
    with monkeypatch.context() as planted:
        planted.setattr(
            blocks.Flows, "worked_out", property(lambda of: np.concatenate([of.at_start, of.at_end, of.leavers]))
        )
        assert any("worked out: joiners" in fault for fault in given_back(workspace, start, years))
    monkeypatch.setattr(blocks, "is_told", lambda *_: True)
    assert any("told: leavers" in fault for fault in given_back(workspace, start, years))


def test_equality_compares_what_is_told_in_words_first(workspace: Workspace) -> None:
    with Session(workspace) as session:
        enquiry = Enquiry("leaver_rate", source=SOURCE, end=Month.parse("2024-06"))
        released = equality(session, enquiry)
        section, sheets = who_is_more_likely(Asking(session, enquiry), "whatever")
    rows = {row["characteristic"]: row for row in released.rows() if row["characteristic"] != "age_band"}
    bme = rows["ethnicity_group"]
    assert (bme["leavers"], bme["headcount_at_start"], bme["against"]) == (86, 405, "White")
    assert bme["relative_likelihood"] == pytest.approx((86 / 405) / (113 / 740))
    assert bme["position"] == "beyond chance; outside 0.8 to 1.25"
    assert any("Neither the WRES nor the WDES" in note for note in released.notes)
    assert section is not None
    assert section.answer.startswith(
        "In the year to March 2024: BME staff were 1.4 times as likely to leave as White staff (1.1 to 1.8): beyond chance."
    )
    assert section.grids[0].rows[0][:6] == ("BME", "86", "405", "White", "113", "740")
    assert set(sheets) == {"Equality"}


def test_equality_hides_what_is_hidden_and_says_whom_it_took_together(tmp_path: Path) -> None:
    few = {place: (n // 50, n // 60) for place, n in START.items()}
    with Session(workspace_of(tmp_path, START, [few])) as session:
        rows = equality(session, Enquiry("leaver_rate", source=SOURCE)).rows()
        section, _ = who_is_more_likely(Asking(session, Enquiry("leaver_rate", source=SOURCE)), "whatever")
    (row,) = [row for row in rows if row["characteristic"] == "ethnicity_group"]
    assert (row["leavers"], row["relative_likelihood"], row["position"]) == (None, None, None)
    assert section is not None
    assert "By ethnicity nothing can be told: a group of fewer than 11 people would be." in section.answer
    assert section.grids[0].rows[0] == ("BME", "*", "*", "White", "*", "*", "*", "*", "*", "*")


def test_equality_takes_those_not_known_together_with_a_word(workspace: Workspace) -> None:
    with Session(workspace) as session:
        released = equality(session, Enquiry("leaver_rate", source=SOURCE))
        with pytest.raises(EnquiryRefused, match="those entitled"):
            equality(session, Enquiry("leaver_rate", source=SOURCE, policy="nhs"))
    row = next(row for row in released.rows() if row["characteristic"] == "ethnicity_group")
    assert (row["against"], row["leavers_against"]) == ("White or not known", 120)
    assert any("taken together with the larger group" in note for note in released.notes)
