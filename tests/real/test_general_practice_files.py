"""The public files of general practice: what is in them, what is said, and whether people can be followed."""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keepwell.enquiries import Enquiry, answer
from keepwell.errors import DecisionNeeded, EnquiryRefused, FileNotUnderstood
from keepwell.periods import Month
from keepwell.records.workspace import Workspace
from keepwell.sources import ReadOptions
from keepwell.sources.loading import check_file, load_file

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "gp_workforce"
PANEL = FOLDER / "heec_workforce_year_2023on_2025-04-01.csv"
ROLL_UP = FOLDER / "pcn_workforce.csv"
NETWORKS = FOLDER / "pcn_individual"
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="no folder shared/data/gp_workforce here"),
]
TODAY = dt.date(2025, 11, 5)
OPTIONS = ReadOptions(today=TODAY)
People = list[list[str]]


def loaded(folder: Path, *paths: Path, **options: object) -> Workspace:
    workspace = Workspace(folder)
    for path in paths:
        load_file(workspace, path, ReadOptions(today=TODAY, **options), now=dt.datetime(2025, 11, 5, tzinfo=dt.UTC))  # type: ignore[arg-type]
    return workspace


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return loaded(tmp_path_factory.mktemp("panel") / "w", PANEL, accept=frozenset({"organisations-changed"}))


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return loaded(tmp_path_factory.mktemp("networks") / "w", network_file())


def network_file() -> Path:
    [path] = NETWORKS.glob("*.csv")
    return path


def plain_rows(path: Path, encoding: str = "utf-8-sig") -> Iterator[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.DictReader(file)


def summed(column: str, year: str) -> float:
    return math.fsum(float(r[column]) for r in plain_rows(PANEL) if r["Year"] == year and r[column] != "NA")


# The panel


@pytest.mark.parametrize(
    ("group", "columns"),
    [
        ("GP", ("TOTAL_GP_EXTGL_FTE", "TOTAL_LOCUUM_TRN_FTE")),
        ("Nurses", ("TOTAL_NURSES_FTE",)),
        ("Direct patient care", ("TOTAL_DPC_FTE",)),
        ("Admin/non-clinical", ("TOTAL_ADMIN_FTE",)),
    ],
)
@pytest.mark.parametrize("year", ["2023", "2024", "2025"])
def test_the_panels_fte_adds_up_to_its_own_columns(
    panel: Workspace, group: str, columns: tuple[str, ...], year: str
) -> None:
    asked = Enquiry("fte", where=(("staff_group", (group,)),), end=Month.parse(f"{year}-03"))
    [row] = answer(panel, asked).rows()
    assert row["fte_at_end"] == pytest.approx(sum(summed(c, year) for c in columns), abs=1e-6)


def test_partners_and_the_rest_add_up_to_the_permanent_gps(panel: Workspace) -> None:
    rows = {
        r["role_group"]: r["fte_at_end"]
        for r in answer(panel, Enquiry("fte", by=("role_group",), where=(("staff_group", ("GP",)),))).rows()
    }
    partners = summed("TOTAL_GP_SEN_PTNR_FTE", "2025") + summed("TOTAL_GP_PTNR_PROV_FTE", "2025")
    assert rows["Partner"] == pytest.approx(partners)
    assert rows["Partner"] + rows["Salaried or retainer"] == pytest.approx(summed("TOTAL_GP_EXTGL_FTE", "2025"))
    assert rows["Locum or trainee"] == pytest.approx(summed("TOTAL_LOCUUM_TRN_FTE", "2025"))


def test_patients_per_gp_are_of_practices_with_both(panel: Workspace) -> None:
    [row] = answer(panel, Enquiry("patients_per_fte")).rows()
    told = [
        r
        for r in plain_rows(PANEL)
        if r["Year"] == "2025" and r["TOTAL_GP_EXTGL_FTE"] != "NA" and float(r["TOTAL_PATIENTS"]) > 0
    ]
    patients = math.fsum(float(r["TOTAL_PATIENTS"]) for r in told)
    fte = math.fsum(float(r["TOTAL_GP_EXTGL_FTE"]) for r in told)
    assert row["practices"] == len(told)
    assert row["patients_per_fte"] == pytest.approx(patients / fte)
    assert 2000 < row["patients_per_fte"] < 2600


def test_the_headcount_of_one_practice_is_its_own_and_of_many_is_refused(panel: Workspace) -> None:
    asked = Enquiry("headcount", by=("staff_group",), where=(("organisation", ("A81002",)),))
    rows = {r["staff_group"]: r["headcount_at_end"] for r in answer(panel, asked).rows()}
    assert rows == pytest.approx({"GP": 13, "Nurses": 8.8, "Direct patient care": 5, "Admin/non-clinical": 34.5})
    with pytest.raises(EnquiryRefused, match="must not be added up"):
        answer(panel, Enquiry("headcount", by=("icb",)))


def test_a_year_that_straddles_a_break_is_compared_with_no_later_one(panel: Workspace) -> None:
    [row] = answer(panel, Enquiry("net_change", basis="fte")).rows()
    both = defaultdict(dict)  # practice -> year -> GP FTE and so on
    for r in plain_rows(PANEL):
        both[r["Practice.Code"]][r["Year"]] = r
    nurses = 0.0
    for years in both.values():
        a, b = (years.get(y, {}).get("TOTAL_NURSES_FTE", "0") for y in ("2024", "2025"))
        nurses += 0 if "NA" in (a, b) else float(b) - float(a)
    [of_nurses] = answer(panel, Enquiry("net_change", basis="fte", where=(("staff_group", ("Nurses",)),))).rows()
    assert of_nurses["net_change"] == pytest.approx(nurses)
    assert row["net_change"] > of_nurses["net_change"]
    for asked in (Enquiry("net_change", basis="fte", months=24), Enquiry("fte", course=3)):
        with pytest.raises(EnquiryRefused, match="NA for no data, 2023-02") as caught:
            answer(panel, asked)
        assert "fiscal years that end in 2024 or later" in str(caught.value)


def test_what_the_panel_cannot_tell_is_refused(panel: Workspace) -> None:
    for name, said in (
        ("locum_share", "only together"),
        ("leaver_rate", "Nothing is loaded"),
        ("part_time_share", "Nothing is loaded"),
    ):
        with pytest.raises(EnquiryRefused, match=said):
            answer(panel, Enquiry(name))


def test_the_roll_up_of_means_is_refused_with_what_to_load() -> None:
    with pytest.raises(FileNotUnderstood, match="adds up to nothing"):
        check_file(Workspace("nowhere"), ROLL_UP, OPTIONS)


# Networks


def test_people_of_networks_are_counted_once_and_contracted_services_apart(networks: Workspace) -> None:
    rows = [r for r in plain_rows(network_file(), "cp1252") if float(r["FTE"]) >= 0]
    people = {r["UNIQUE_IDENTIFIER"] for r in rows} - {"NULL"}
    [counted] = answer(networks, Enquiry("headcount")).rows()
    assert counted["headcount_at_end"] == len(people) == 14_574
    [fte] = answer(networks, Enquiry("fte")).rows()
    theirs = math.fsum(float(r["FTE"]) for r in rows if r["UNIQUE_IDENTIFIER"] == "NULL")
    assert fte["fte_contracted"] == pytest.approx(theirs)
    assert fte["fte_at_end"] + theirs == pytest.approx(math.fsum(float(r["FTE"]) for r in rows))


def test_headcounts_of_networks_add_up_to_more_than_their_people(networks: Workspace) -> None:
    rows = answer(networks, Enquiry("headcount", by=("pcn",))).rows()
    assert sum(r["headcount_at_end"] for r in rows) > 14_574
    assert len(rows) > 1000


def test_participation_of_pharmacists_is_their_fte_over_their_heads(networks: Workspace) -> None:
    mine = [
        r
        for r in plain_rows(network_file(), "cp1252")
        if r["STAFF_ROLE"] == "Pharmacists" and r["UNIQUE_IDENTIFIER"] != "NULL"
    ]
    [row] = answer(networks, Enquiry("participation_rate", where=(("role", ("Pharmacists",)),))).rows()
    expected = math.fsum(float(r["FTE"]) for r in mine) / len({r["UNIQUE_IDENTIFIER"] for r in mine})
    assert row["participation_rate"] == pytest.approx(expected)


# Two releases of networks


class Release:
    """The real release of September 2022, to make another of."""

    def __init__(self) -> None:
        self.headings, *self.people = csv.reader(network_file().read_text("cp1252").splitlines())
        self.who, self.month = self.headings.index("UNIQUE_IDENTIFIER"), self.headings.index("CENSUS_MONTH")
        self.places = range(self.headings.index("PCN_CODE"), self.headings.index("COMM_REGION_NAME") + 1)
        self.identifiers = sorted({row[self.who] for row in self.people} - {"NULL"})

    def written(self, path: Path, people: People) -> Path:
        with path.open("w", encoding="cp1252", newline="") as file:
            csv.writer(file).writerows(
                [self.headings, *([*r[: self.month], "12", *r[self.month + 1 :]] for r in people)]
            )
        return path

    def renumbered(self, new: dict[str, str]) -> People:
        return [[*r[: self.who], new.get(r[self.who], "NULL"), *r[self.who + 1 :]] for r in self.people]

    def persisting(self, rng: random.Random) -> People:
        """A tenth leave, an eighth join, a twentieth move to another network."""
        many = len(self.identifiers)
        gone = set(rng.sample(self.identifiers, many // 10))
        moving = set(rng.sample(sorted(set(self.identifiers) - gone), many // 20))
        people = [row for row in self.people if row[self.who] not in gone]
        for n, row in enumerate(people):
            if row[self.who] in moving:
                elsewhere = rng.choice(self.people)
                people[n] = [elsewhere[i] if i in self.places else cell for i, cell in enumerate(row)]
        for i, like in enumerate(rng.sample(self.people, many * 12 // 100)):
            people.append([*like[: self.who], str(200_000 + i), *like[self.who + 1 :]])
        return people


def permuted(ids: list[str], rng: random.Random) -> list[str]:
    return rng.sample(ids, len(ids))


def from_a_new_range(ids: list[str], rng: random.Random) -> list[str]:
    return [str(500_000 + i) for i in range(len(ids))]


def dealt_again(ids: list[str], rng: random.Random) -> list[str]:
    return [str(i) for i in rng.sample(range(1, 110_000), len(ids))]


def dealt_again_in_part(ids: list[str], rng: random.Random) -> list[str]:
    return permuted([*ids[4000:], *(str(300_000 + i) for i in range(4000))], rng)


@pytest.mark.parametrize("deal", [permuted, from_a_new_range, dealt_again, dealt_again_in_part])
def test_two_releases_with_new_identifiers_are_refused_in_either_order(
    tmp_path: Path, deal: Callable[[list[str], random.Random], list[str]]
) -> None:
    release, rng = Release(), random.Random(5)
    new = dict(zip(release.identifiers, deal(release.identifiers, rng), strict=True))
    later = release.written(tmp_path / "December 2022.csv", release.renumbered(new))
    first = loaded(tmp_path / "w", network_file())
    with pytest.raises(DecisionNeeded, match="cannot be followed") as caught:
        loaded(tmp_path / "w", later)
    assert "--accept new-identifiers" in str(caught.value)
    assert "net change" in str(caught.value)
    loaded(tmp_path / "w", later, accept=frozenset({"new-identifiers"}))
    [row] = answer(first, Enquiry("net_change", months=3)).rows()
    assert (row["headcount_at_start"], row["headcount_at_end"]) == (14_574, 14_574)
    for name in ("leaver_rate", "joiners", "change_in_staff"):
        with pytest.raises(EnquiryRefused, match="cannot be followed from 2022-09 to 2022-12"):
            answer(first, Enquiry(name, months=3))


def test_numbers_given_in_the_order_of_rows_are_seen(tmp_path: Path) -> None:
    release, rng = Release(), random.Random(5)

    def in_order(people: People) -> People:
        seen: dict[str, str] = {"NULL": "NULL"}
        return [
            [*r[: release.who], seen.setdefault(r[release.who], str(len(seen))), *r[release.who + 1 :]] for r in people
        ]

    first = release.written(tmp_path / "1.csv", in_order(release.people))
    text = first.read_text("cp1252").replace(",2022,12,", ",2022,9,")
    first.write_text(text, "cp1252")
    second = release.written(tmp_path / "2.csv", in_order([r for r in release.people if rng.random() > 0.1]))
    loaded(tmp_path / "w", first)
    with pytest.raises(DecisionNeeded, match="of other people"):
        loaded(tmp_path / "w", second)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_release_whose_people_persist_passes_without_a_word(tmp_path: Path, newest_first: bool) -> None:
    release = Release()
    later = release.written(tmp_path / "December 2022.csv", release.persisting(random.Random(5)))
    paths = [later, network_file()] if newest_first else [network_file(), later]
    workspace = loaded(tmp_path / "w", *paths)
    assert [load.warnings for load in workspace.current().loads] == [(), ()]
    many = len(release.identifiers)
    everywhere = answer(workspace, Enquiry("leaver_rate", months=3, leaving="system")).rows()[0]
    a_network = answer(workspace, Enquiry("leaver_rate", months=3)).rows()[0]
    assert everywhere["leavers"] == many // 10
    assert everywhere["leavers"] + many // 20 * 0.8 < a_network["leavers"] < everywhere["leavers"] + many // 20 * 1.2


def test_a_release_cut_off_halfway_is_for_the_user_to_decide(tmp_path: Path) -> None:
    release = Release()
    loaded(tmp_path / "w", network_file())
    cut = release.written(tmp_path / "December 2022.csv", release.people[: len(release.people) // 2])
    with pytest.raises(DecisionNeeded, match="many-gone"):
        loaded(tmp_path / "w", cut)
