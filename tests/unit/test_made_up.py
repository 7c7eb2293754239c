"""A made-up system holds together, in the files as on paper; events and mistakes do what they say."""

from __future__ import annotations

import csv
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from keepwell.content import normalise_destination, normalise_reason, normalise_status
from keepwell.errors import KeepwellError
from keepwell.made_up import ALL, MISTAKES, Counted, MadeUp, SystemPlan, make_up
from keepwell.made_up.people import identifiers, redrawn
from keepwell.made_up.places import ICB, NETWORKS, TRUSTS, practices
from keepwell.periods import Month, Period

Row = dict[str, str]
ODS = Path(__file__).resolve().parents[3] / "shared" / "data" / "ods"
LAST = Month.parse("2025-10")
SMALL = SystemPlan(people=600, months=15)
HEADINGS = (
    "Unique NHS Identifier,Employee Number,Assignment Number,Last Name,First Name,NI Number,Organisation Code,"
    "Organisation Name,Directorate,Organisation,Staff Group,Role,Occupation Code,Pay Scale Description,"
    "Assignment Category,Assignment Status,Primary,FTE,Contracted Hours,Latest Start Date,Effective Date,"
    "Date Of Birth,Gender,Ethnic Origin,Nationality,Disabled,Religious Belief,Sexual Orientation,"
    "Recruitment Source"
)


def rows(path: Path, **how: str) -> list[Row]:
    with path.open(encoding=how.get("encoding", "utf-8"), newline="") as file:
        return list(csv.DictReader(file, delimiter=how.get("delimiter", ",")))


def by_trust_and_month(made: MadeUp) -> dict[tuple[str, Month], list[Row]]:
    found = {}
    for path in made.staff_in_post:
        code, month = path.stem.split("_")[:2]
        found[code, Month.parse(month)] = rows(path)
    return found


def in_post(extract: list[Row]) -> dict[str, Row]:
    return {
        row["Unique NHS Identifier"]: row
        for row in extract
        if row["Primary"] == "Yes" and row["Assignment Category"] != "Bank"
        if row["Assignment Status"] not in ("Career Break", "Maternity - Unpaid")
    }


def named(made: MadeUp, name: str) -> Path:
    return next(path for path in made.files if path.name == name)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    return make_up(SMALL, tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> MadeUp:
    plan = SystemPlan(seed=4, people=1500, months=8, merge_on=LAST + -2)
    return make_up(plan, tmp_path_factory.mktemp("merged"))


def make(folder: Path, *mistakes: str, **changes: object) -> MadeUp:
    plan = SystemPlan(people=300, months=5, organisations=("acute",), mistakes=frozenset(mistakes))
    return make_up(replace(plan, **changes), folder)  # type: ignore[arg-type]


def test_the_same_plan_gives_the_same_bytes(made: MadeUp, tmp_path: Path) -> None:
    again = make_up(SMALL, tmp_path)
    assert [p.relative_to(again.folder) for p in again.files] == [p.relative_to(made.folder) for p in made.files]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(made.files, again.files, strict=True))
    assert again.monthly == made.monthly


def test_another_seed_gives_other_people(made: MadeUp, tmp_path: Path) -> None:
    other = make_up(replace(SMALL, seed=2), tmp_path)
    assert other.staff_in_post[0].read_bytes() != made.staff_in_post[0].read_bytes()


def test_files_have_the_headings_and_names_that_people_know(made: MadeUp) -> None:
    first = named(made, "RZ1_2024-08.csv").read_text(encoding="utf-8").splitlines()[0]
    assert first == HEADINGS
    assert {path.name for path in made.leavers} == {f"RZ{n}_leavers_2025-10.csv" for n in (1, 2, 3)}
    assert [path.name for path in made.practices] == ["QZ9_practice_staff.csv"]
    assert len(made.turnover) == 15
    assert made.recodes is None
    assert made.successors is None


def test_about_as_many_people_are_in_post_as_were_asked_for(made: MadeUp) -> None:
    second = Period.ending(SMALL.first_month + 1, 1)
    at_start = sum(truth(made, code, second).headcount_at_start for code in ("RZ1", "RZ2", "RZ3"))
    in_practices = sum(row["End Date"] == "" for row in rows(made.practices[0]))
    assert at_start + in_practices == pytest.approx(600, rel=0.1)


def test_codes_follow_the_patterns_of_the_directory() -> None:
    assert all(re.fullmatch(r"R[A-Z0-9]{2}", trust.code) for trust in TRUSTS.values())
    assert re.fullmatch(r"Q[A-Z0-9]{2}", ICB)
    assert all(re.fullmatch(r"[A-HJ-NPVWY]\d{5}", practice.code) for practice in practices(400))
    assert len(practices(400)) == 30
    assert {practice.network for practice in practices(400)} == {code for code, _ in NETWORKS}


@pytest.mark.real
@pytest.mark.skipif(not ODS.exists(), reason="the public ODS files are not here")
def test_no_code_is_a_real_one() -> None:
    real: set[str] = set()
    for path in ODS.glob("*.csv"):
        with path.open(encoding="latin-1", newline="") as file:
            real |= {cell for row in csv.reader(file) for cell in row}
    ours = {trust.code for trust in TRUSTS.values()} | {ICB} | {code for code, _ in NETWORKS}
    assert not real & (ours | {practice.code for practice in practices(400)})


def test_numbers_of_people_are_unique_and_of_eight_digits() -> None:
    numbers = identifiers(0, 100_000, seed=7)
    assert len(set(numbers.tolist())) == 100_000
    assert all(len(str(number)) == 8 for number in numbers.tolist())
    assert len(set(redrawn(numbers).tolist())) == 100_000


def test_nobody_has_a_real_national_insurance_number(made: MadeUp) -> None:
    for path in made.staff_in_post:
        assert all(row["NI Number"].startswith("ZZ") for row in rows(path))


def test_statuses_reasons_and_destinations_are_words_that_keepwell_knows(made: MadeUp) -> None:
    staff = [row for path in made.staff_in_post for row in rows(path)]
    left = [row for path in made.leavers for row in rows(path)]
    assert all(normalise_status(status) for status in {row["Assignment Status"] for row in staff})
    assert all(normalise_reason(reason) for reason in {row["Leaving Reason"] for row in left})
    assert all(normalise_destination(place) for place in {row["Destination on Leaving"] for row in left})


def test_who_has_left_is_gone_and_was_there(made: MadeUp) -> None:
    extracts = by_trust_and_month(made)
    starts = {
        key: {(row["Unique NHS Identifier"], row["Latest Start Date"]) for row in extract}
        for key, extract in extracts.items()
    }
    checked = 0
    for path in made.leavers:
        for row in rows(path):
            code, month = row["Organisation Code"], Month.parse(row["Termination Date"])
            who = row["Unique NHS Identifier"], row["Latest Start Date"]
            assert who not in starts[code, month]
            if month > SMALL.first_month and Month.parse(row["Latest Start Date"]) < month:
                assert who in starts[code, month + -1]
                checked += 1
    assert checked > 30


def test_who_is_gone_from_the_extracts_is_in_the_leavers_extract(made: MadeUp) -> None:
    extracts = by_trust_and_month(made)
    left = {
        (row["Organisation Code"], row["Unique NHS Identifier"], Month.parse(row["Termination Date"]))
        for path in made.leavers
        for row in rows(path)
    }
    for (code, month), extract in extracts.items():
        if month < LAST:
            here = {row["Unique NHS Identifier"] for row in extracts[code, month + 1]}
            gone = {row["Unique NHS Identifier"] for row in extract} - here
            assert all((code, person, month + 1) in left for person in gone)


def test_a_person_has_one_primary_assignment_in_a_trust(made: MadeUp) -> None:
    for extract in by_trust_and_month(made).values():
        primary = Counter(row["Unique NHS Identifier"] for row in extract if row["Primary"] == "Yes")
        assert set(primary.values()) == {1}
        assert {row["Unique NHS Identifier"] for row in extract} == set(primary)
        numbers = [row["Assignment Number"] for row in extract]
        assert len(set(numbers)) == len(numbers)


def test_some_have_two_assignments_and_some_work_in_two_trusts(merged: MadeUp) -> None:
    extracts, first = by_trust_and_month(merged), merged.plan.first_month
    people = Counter(p for code in ("RZ1", "RZ2", "RZ3") for p in in_post(extracts[code, first]))
    assert any(row["Primary"] == "No" for row in extracts["RZ1", LAST])
    assert 2 in people.values()


def test_some_move_from_one_trust_to_another(made: MadeUp) -> None:
    extracts = by_trust_and_month(made)
    first, last = (
        {code: set(in_post(extracts[code, month])) for code in ("RZ1", "RZ2", "RZ3")}
        for month in (SMALL.first_month, LAST)
    )
    pairs = [(here, there) for here in first for there in first if here != there]
    assert any((first[here] - last[here]) & (last[there] - first[there]) for here, there in pairs)


def truth(made: MadeUp, code: str, period: Period, group: str = ALL) -> Counted:
    return next(
        c
        for c in (*made.monthly, *made.yearly)
        if c.organisation == code and c.staff_group == group and c.period == period
    )


def test_the_maker_counts_as_the_files_do(made: MadeUp) -> None:
    extracts = by_trust_and_month(made)
    for months in (1, 12):
        for code in ("RZ1", "RZ2", "RZ3"):
            known = truth(made, code, Period.ending(LAST, months))
            before, after = in_post(extracts[code, LAST + -months]), in_post(extracts[code, LAST])
            assert known.headcount_at_start == len(before)
            assert known.headcount_at_end == len(after)
            assert known.leavers == len(before.keys() - after.keys())
            assert known.joiners == len(after.keys() - before.keys())
            fte = sum(float(r["FTE"]) for r in extracts[code, LAST] if r["Unique NHS Identifier"] in after)
            assert known.fte_at_end == pytest.approx(fte)


def test_turnover_files_agree_with_the_staff_extracts(made: MadeUp) -> None:
    for path in made.turnover[1:]:
        month = Month.parse(path.stem.split("_")[1])
        for row in rows(path):
            assert row["PERIOD"] == f"{month + -1} to {month}".replace("-", "")
            if row["STAFF_GROUP_1_NAME"] == ALL and row["TYPE"] == "Leavers":
                known = truth(made, row["REPORTING_ORG_CODE"], Period.ending(month, 1))
                assert int(row["HC"]) == known.leavers
                assert float(row["FTE"]) == pytest.approx(known.leavers_fte)


def test_all_staff_groups_are_the_sum_of_their_parts_and_nobody_has_no_row(made: MadeUp) -> None:
    for path in made.turnover:
        parts: dict[tuple[str, str], int] = defaultdict(int)
        whole: dict[tuple[str, str], int] = defaultdict(int)
        for row in rows(path):
            assert int(row["HC"]) > 0
            total = whole if row["STAFF_GROUP_1_NAME"] == ALL else parts
            total[row["TYPE"], row["REPORTING_ORG_CODE"]] += int(row["HC"])
        assert parts == whole


def test_practice_posts_end_after_they_start(made: MadeUp) -> None:
    for row in rows(made.practices[0]):
        if row["End Date"]:
            start, end = (row[name].split("/")[::-1] for name in ("Start Date", "End Date"))
            assert start <= end


def test_a_ward_is_renamed_and_two_are_merged(tmp_path: Path) -> None:
    made = make(tmp_path, rename_on=LAST)
    assert made.recodes is not None
    recodes = rows(made.recodes)
    assert list(recodes[0]) == ["organisation", "field", "old", "new", "from"]
    before = {row["Organisation"] for row in rows(named(made, f"RZ1_{LAST + -1}.csv"))}
    after = {row["Organisation"] for row in rows(named(made, f"RZ1_{LAST}.csv"))}
    for recode in recodes:
        assert recode["from"] == "2025-10-01"
        assert recode["old"] in before - after
        assert recode["new"] in after
    assert any(recode["new"] in before for recode in recodes)


def test_a_merged_trust_lives_on_in_its_successor(merged: MadeUp) -> None:
    extracts, merge_on = by_trust_and_month(merged), LAST + -2
    assert merged.successors is not None
    assert rows(merged.successors) == [{"code": "RZ3", "successor": "RZ2", "on": "2025-08-01"}]
    assert ("RZ3", merge_on + -1) in extracts
    assert ("RZ3", merge_on) not in extracts
    came = set(in_post(extracts["RZ3", merge_on + -1])) & set(in_post(extracts["RZ2", merge_on]))
    assert len(came) > 0.95 * len(in_post(extracts["RZ3", merge_on + -1]))
    assert {path.name for path in merged.leavers if "RZ3" in path.name} == {"RZ3_leavers_2025-07.csv"}


def test_a_merger_makes_no_leavers(merged: MadeUp) -> None:
    extracts, merge_on = by_trust_and_month(merged), LAST + -2
    before = in_post(extracts["RZ2", merge_on + -1]) | in_post(extracts["RZ3", merge_on + -1])
    after = in_post(extracts["RZ2", merge_on])
    known = truth(merged, "RZ2", Period.ending(merge_on, 1))
    assert known.headcount_at_start == len(before)
    assert known.leavers == len(before.keys() - after.keys())
    assert known.leavers < 0.05 * len(before)


def test_doctors_in_training_rotate_and_are_not_in_the_turnover_files(tmp_path: Path) -> None:
    made = make(tmp_path, people=1500, resident_doctors=True)
    staff = in_post(rows(named(made, "RZ1_2025-10.csv")))
    residents = {p for p, row in staff.items() if row["Role"] in ("Foundation Year 1", "Specialty Registrar")}
    ends = [row for row in rows(made.turnover[-1]) if row["TYPE"] == "Denominator at end of period"]
    assert len(residents) > 30
    assert int(ends[0]["HC"]) == len(staff) - len(residents)
    assert any(row["Leaving Reason"].endswith("External Rotation") for row in rows(made.leavers[0]))


# Mistakes


def extract(made: MadeUp) -> Path:
    return named(made, f"RZ1_{LAST}.csv")


def test_every_mistake_is_explained() -> None:
    assert all(text.endswith(".") for text in MISTAKES.values())


def test_sound_files_are_the_same_below_their_mistakes(tmp_path: Path) -> None:
    """Mistakes of form change nothing of the system."""
    sound = rows(extract(make(tmp_path / "sound")))
    assert rows(extract(make(tmp_path / "a", "semicolons")), delimiter=";") == sound
    assert rows(extract(make(tmp_path / "b", "byte_order_mark")), encoding="utf-8-sig") == sound
    assert [row["Role"] for row in rows(extract(make(tmp_path / "c", "windows_1252")), encoding="cp1252")] == [
        row["Role"] for row in sound
    ]


def test_a_byte_order_mark_stands_first(tmp_path: Path) -> None:
    assert extract(make(tmp_path, "byte_order_mark")).read_bytes().startswith(b"\xef\xbb\xbf")


def test_windows_1252_cannot_be_read_as_utf_8(tmp_path: Path) -> None:
    raw = extract(make(tmp_path, "windows_1252", people=3000)).read_bytes()
    assert "Ward 7 – Surgical Admissions" in raw.decode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")


def test_titles_notes_and_broken_headings(tmp_path: Path) -> None:
    made = make(tmp_path, "title_rows", "notes_below", "line_breaks")
    with extract(made).open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    assert table[0][0].startswith("Staff in Post - Wenmarsh")
    assert table[3][0] == "Unique NHS\nIdentifier"
    assert table[-2] == ["Notes"]


def test_rows_are_repeated_and_ragged(tmp_path: Path) -> None:
    with extract(make(tmp_path, "repeated_rows", "ragged_rows")).open(encoding="utf-8", newline="") as file:
        table = list(csv.reader(file))
    assert any(row == after for row, after in itertools.pairwise(table))
    assert {len(row) for row in table} == {29, 31}


def test_dots_stand_for_nothing(tmp_path: Path) -> None:
    cells = Counter(row["Religious Belief"] for row in rows(extract(make(tmp_path, "dot_cells"))))
    assert cells["."] > 5


def test_a_month_is_missing(tmp_path: Path) -> None:
    made = make(tmp_path, "missing_month")
    assert [path.stem for path in made.staff_in_post] == [f"RZ1_2025-{m}" for m in ("06", "07", "09", "10")]


def test_two_files_disagree_about_a_month(tmp_path: Path) -> None:
    made = make(tmp_path, "two_versions")
    first, second = (rows(named(made, name)) for name in ("RZ1_2025-08.csv", "RZ1_2025-08_v2.csv"))
    assert len(second) < len(first)
    fte = {row["Assignment Number"]: row["FTE"] for row in first}
    assert any(fte[row["Assignment Number"]] != row["FTE"] for row in second)


def test_some_have_given_notice(tmp_path: Path) -> None:
    made = make(tmp_path, "future_leaving_dates")
    here = {row["Unique NHS Identifier"] for row in rows(extract(made))}
    future = [row for row in rows(made.leavers[0]) if Month.parse(row["Termination Date"]) > LAST]
    assert future
    assert all(row["Unique NHS Identifier"] in here for row in future)


def test_late_leavers_are_missing_from_the_earlier_extract(tmp_path: Path) -> None:
    made = make(tmp_path, "late_leavers", people=2000, earlier_leavers=2)
    earlier, last = (rows(path) for path in made.leavers)
    taken = LAST + -2
    known_later = [row for row in last if Month.parse(row["Termination Date"]) <= taken]
    assert made.leavers[0].name == "RZ1_leavers_2025-08.csv"
    assert len(earlier) < len(known_later)
    assert all(row in known_later for row in earlier)


def test_identifiers_are_drawn_again_in_the_middle(tmp_path: Path) -> None:
    made = make(tmp_path, "redrawn_identifiers")
    people = [{row["Unique NHS Identifier"] for row in rows(path)} for path in made.staff_in_post]
    assert len(people[0] & people[1]) > 0.9 * len(people[0])
    assert not people[1] & people[2]
    assert len(people[2] & people[3]) > 0.9 * len(people[2])


def test_mistakes_spare_the_other_organisations(made: MadeUp, tmp_path: Path) -> None:
    spoilt = make_up(replace(SMALL, mistakes=frozenset(MISTAKES)), tmp_path)
    for path in made.staff_in_post:
        same = named(spoilt, path.name).read_bytes() == path.read_bytes() if "RZ1" not in path.name else True
        assert same


# Refusals


@pytest.mark.parametrize(
    "changes",
    [
        {"people": 49},
        {"seed": -1},
        {"months": 1},
        {"mistakes": frozenset({"coffee"})},
        {"organisations": ("hospice",)},
        {"organisations": ("practices",)},
        {"merge_on": LAST + 1},
        {"merge_on": LAST, "organisations": ("acute", "community")},
        {"rename_on": SMALL.first_month},
        {"earlier_leavers": 15},
        {"mistakes": frozenset({"missing_month"}), "months": 3},
    ],
)
def test_a_plan_without_sense_is_refused(changes: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(KeepwellError):
        make_up(replace(SMALL, **changes), tmp_path)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_a_system_is_refused(made: MadeUp) -> None:
    with pytest.raises(KeepwellError, match="two systems must not be mixed"):
        make_up(SMALL, made.folder)


def test_the_smallest_system_can_be_made(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made = make_up(SystemPlan(people=50, months=2), tmp_path, progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    assert all(path.exists() for path in made.files)
