"""Organisations side by side: the engine's own numbers, for those who see figures, with every choice in the address."""

from __future__ import annotations

import datetime as dt
import html
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cast import System, somebody
from cast import system as cast_system
from django.core.cache import caches
from django.test import Client

from keepwell.enquiries import Enquiry
from keepwell.enquiries.comparing import comparing
from keepwell.enquiries.targeting import said_of, targeting
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent
from keepwell.web.audit.queries import chain_end
from keepwell.web.comparing import queries
from keepwell.web.jobs.working import Worker
from keepwell.web.places.queries import published_workspace
from keepwell.web.places.signals import published_changed

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))
from turnover_by_hand import Place, loaded

pytestmark = [pytest.mark.django_db, pytest.mark.once]

LARGE, SMALL = "Acute - Large", "Acute - Small"
SIZES = (900, 1500, 2100, 2800, 3600, 4500, 5200)


def trusts(left_by_rx1: int) -> list[Place]:
    """Seven large and six small trusts, RX1 among the large; one kind has a single organisation."""
    large = [
        trust(f"RX{i}", size, round(size * 0.02), icb="QX9" if i < 4 else "QX8") for i, size in enumerate(SIZES, 1)
    ]
    large[0] = trust("RX1", 900, left_by_rx1)
    small = [trust(f"RY{i}", 500 + 90 * i, 12 + i, group=SMALL) for i in range(1, 7)]
    return [*large, *small, trust("RZ1", 700, 9, group="Care Trust", icb="QX8")]


def trust(code: str, start: int, left: int, group: str = LARGE, icb: str = "QX9") -> Place:
    """As many come as go: the rate is leavers over staff."""
    return Place(code, start, left, group=group, icb=icb, joined=left)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two months of published turnover. Do not change it."""
    return loaded(tmp_path_factory.mktemp("published"), trusts(30), trusts(90)).folder


@pytest.fixture
def nothing_loaded() -> Iterator[System]:
    shutil.rmtree(published_workspace().folder, ignore_errors=True)
    caches["pages"].clear()
    yield cast_system()
    shutil.rmtree(published_workspace().folder, ignore_errors=True)


@pytest.fixture
def here(nothing_loaded: System, published: Path) -> System:
    """The cast, with the published figures: RX1 is Northmoor."""
    shutil.copytree(published, published_workspace().folder)
    return nothing_loaded


Seen = Callable[[str], list[AccessEvent]]


@pytest.fixture
def recorded(here: System) -> Seen:
    before = chain_end().count
    return lambda kind: list(AccessEvent.objects.filter(kind=kind, number__gt=before).order_by("number"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def viewer(here: System) -> Client:
    return signed_in(somebody("Viewer", viewer=here.northmoor))


def words(page: bytes) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.decode())))


def read(client: Client, address: str, **asked: str) -> str:
    answered = client.get(address, asked)
    assert answered.status_code == 200, (address, asked)
    return words(answered.content)


def table(page: bytes, caption: str) -> list[list[str]]:
    """The cells of the first table with that caption."""
    found = re.search(rf"<caption[^>]*>{re.escape(html.escape(caption))}</caption>(.*?)</table>", page.decode(), re.S)
    assert found, caption
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found[1], re.S)
    return [[html.unescape(c) for c in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows][1:]


def engine(**asked: object) -> list[dict]:
    return comparing(published_workspace(), Enquiry("leaver_rate", source="nhs_turnover", **asked)).rows()


# What it says


def test_a_place_is_told_how_it_stands_among_its_own_kind(here: System) -> None:
    page = read(viewer(here), "/rx1/compare/")
    row = next(row for row in engine() if row["organisation"] == "RX1")
    assert row["position"] == "above 99.8% limit"
    assert "Yes, above what chance explains: Trust RX1 has a leaver rate of 10.00%" in page
    assert f"{row['group_average']:.2%}; rank 1 of 7" in page
    assert "Trust RX1 (your organisation)" in page
    assert SMALL not in page.split("Who stands where?")[1].split("More questions")[0]


def test_the_table_of_the_page_is_the_engines(here: System) -> None:
    page = viewer(here).get("/rx1/compare/").content
    rows = [row for row in engine() if row["benchmark_group"] == LARGE]
    shown = table(page, f"Leaver rate and size: {LARGE}")
    figures = ("leaver_rate", "lower_95", "upper_95", "group_average")
    assert [row[2:6] for row in shown] == [[f"{row[f]:.2%}" for f in figures] for row in rows]
    assert [row[6:9] for row in shown] == [[str(row["rank"]), str(row["compared"]), row["position"]] for row in rows]


def test_a_team_is_compared_by_its_organisation(here: System) -> None:
    client = signed_in(somebody("Manager", line_manager=here.ward_7))
    assert "Trust RX1 has a leaver rate of 10.00%" in read(client, f"/{here.ward_7.slug}/compare/")


def test_everybody_who_sees_figures_sees_all_kinds_with_their_own_marked(here: System) -> None:
    page = read(viewer(here), "/published/compare/")
    assert "1 of 13 organisations stands above its own group by more than chance explains: Trust RX1." in page
    assert "How far organisations of each kind differ" in page
    assert "Trust RX1 (your organisation)" in page
    southmoor = signed_in(somebody("Southmoor", viewer=here.southmoor))
    assert "Trust RX1 (your" not in read(southmoor, "/published/compare/")


@pytest.mark.parametrize(
    ("key", "status"), [("viewer", 200), ("ics_lead", 200), ("listener", 404), ("contributor", 404)]
)
def test_only_roles_that_show_figures_open_it(here: System, key: str, status: int) -> None:
    client = signed_in(somebody("Somebody", **{key: here.northmoor if key != "ics_lead" else here.icb}))
    for address in ("compare/", "compare/programme/", "compare/take/csv/", "compare/programme/take/csv/"):
        assert client.get(f"/published/{address}").status_code == status, address


def test_an_administrator_of_the_site_sees_no_figures(here: System) -> None:
    client = signed_in(somebody("Administrator", system_administrator=None))
    assert client.get("/published/compare/").status_code == 404
    assert client.get("/rx1/compare/").status_code == 404


def test_a_place_that_is_not_published_is_told_so(here: System) -> None:
    page = read(signed_in(somebody("Lead", gp_clinical_lead=here.practice)), f"/{here.practice.slug}/compare/")
    assert "Fell Surgery is not in the published figures that are loaded" in page
    assert "Which organisations differ from their peers?" in page


def test_with_too_few_of_any_kind_figures_stand_side_by_side_without_limits(
    nothing_loaded: System, tmp_path: Path
) -> None:
    shutil.copytree(loaded(tmp_path / "few", trusts(30)[:3]).folder, published_workspace().folder)
    client = viewer(nothing_loaded)
    answered = client.get("/rx1/compare/")
    assert answered.status_code == 200
    assert "that takes 5. These are the figures of 3, side by side." in words(answered.content)
    assert ["Trust RX1 (your organisation)", "900", "3.33%"] in table(answered.content, "Leaver rate, side by side")
    assert client.get("/published/compare/take/csv/").status_code == 200
    assert "Nobody can be chosen: that takes 5" in read(client, "/published/compare/programme/")


# What is asked


def test_neighbours_are_each_beside_their_own_kind(here: System) -> None:
    client = viewer(here)
    first = client.get("/rx1/compare/").content.decode()
    assert 'href="/rx1/compare/?group=all&amp;icb=QX9"' in first
    page = client.get("/rx1/compare/", {"group": "all", "icb": "QX9"}).content
    rows = table(page, "Leaver rate of neighbours, each beside its own kind")
    assert {row[1] for row in rows} == {LARGE, SMALL}
    assert {row[0].removesuffix(" (your organisation)") for row in rows} == {
        *(f"Trust RX{i}" for i in range(1, 4)),
        *(f"Trust RY{i}" for i in range(1, 7)),
    }
    assert {row[7] for row in rows} == {"6", "7"}  # against the whole kind, not the neighbours alone


@pytest.mark.parametrize(
    ("asked", "engine_asked"),
    [
        ({"end": "2025-01"}, {}),
        ({"months": "1", "end": "2025-02"}, {}),
        ({"staff_group": "Midwives"}, {"where": (("staff_group", ("Midwives",)),)}),
        ({"staff_group": "professionally qualified clinical staff"}, {"where": (("staff_group", ("Midwives",)),)}),
    ],
)
def test_what_is_asked_stands_in_the_address(here: System, asked: dict[str, str], engine_asked: dict) -> None:
    from keepwell.periods import Month

    if "end" in asked:
        engine_asked = {"end": Month.parse(asked["end"])}
    rows = [row for row in engine(**engine_asked) if row["benchmark_group"] == LARGE]
    page = viewer(here).get("/published/compare/", {"group": LARGE, **asked}).content
    assert [row[2] for row in table(page, f"Leaver rate and size: {LARGE}")] == [
        f"{r['leaver_rate']:.2%}" for r in rows
    ]
    assert 'href="/published/compare/?' in page.decode()
    assert all(f"{name}=" in page.decode() for name in asked)


@pytest.mark.parametrize("measure", ["joiner_rate", "stability_index", "share_who_left"])
def test_other_measures_are_compared_too(here: System, measure: str) -> None:
    page = read(viewer(here), "/published/compare/", group=LARGE, measure=measure)
    assert measure.replace("_", " ").capitalize() in page
    assert "February 2025, all staff." in page
    assert ("about a twelfth of a year’s" in page) == (measure != "stability_index")


def test_a_kind_with_too_few_says_so(here: System) -> None:
    assert "these cannot be compared, too few to compare" in read(
        viewer(here), "/published/compare/", group="Care Trust"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("group", "Martian"), ("icb", "Q00"), ("region", "X"), ("staff_group", "Astronauts"), ("end", "1999-01")),
        *(("end", "soon"), ("months", "99"), ("measure", "vacancy_rate"), ("shoe_size", "12"), ("take", "5")),
    ],
)
@pytest.mark.parametrize("address", ["/rx1/compare/", "/published/compare/take/csv/"])
def test_what_is_not_known_says_so(here: System, recorded: Seen, address: str, name: str, value: str) -> None:
    answered = viewer(here).get(address, {name: value})
    assert answered.status_code == 422
    assert name.replace("_", " ") in words(answered.content) or name in words(answered.content)
    assert recorded("exported") == []


def test_what_somebody_typed_is_never_run(here: System) -> None:
    answered = viewer(here).get("/rx1/compare/", {"group": "<script>alert(1)</script>"})
    assert b"<script>alert" not in answered.content


# The programme


def test_the_selection_says_who_why_and_what_comes_by_itself(here: System) -> None:
    chosen = targeting(published_workspace(), Enquiry("leaver_rate", source="nhs_turnover"), take=5)
    answered = viewer(here).get("/rx1/compare/programme/", {"take": "5"})
    page = words(answered.content)
    assert said_of(chosen) in page
    rows = table(answered.content, "Chosen for support, the furthest above their kind first")
    assert rows[0][0] == "Trust RX1 (your organisation)"
    assert len(rows) == chosen.taken
    assert "Count that off before you call a fall an effect." in page


@pytest.mark.parametrize("asked", [{"take": "0"}, {"take": "many"}, {"measure": "joiner_rate"}, {"group": LARGE}])
def test_the_selection_refuses_what_it_does_not_know(here: System, asked: dict[str, str]) -> None:
    assert viewer(here).get("/published/compare/programme/", asked).status_code == 422


# Kept, taken away, and nothing there


def test_pages_are_kept_until_other_figures_are_loaded(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    client = viewer(here)
    first = read(client, "/rx1/compare/")
    made: list[object] = []
    real = queries.peer_page
    monkeypatch.setattr(queries, "peer_page", lambda *told: made.append(1) or real(*told))
    assert read(client, "/rx1/compare/") == first
    assert made == []
    with published_workspace().change() as change:
        change.remove(max(load.number for load in published_workspace().current().loads))
    assert "Trust RX1 has a leaver rate of 3.33%" in read(client, "/rx1/compare/")
    assert made == [1]


def test_one_readers_mark_is_not_anothers(here: System) -> None:
    assert "Trust RX1 (your organisation)" in read(viewer(here), "/published/compare/", group=LARGE)
    other = signed_in(somebody("Southmoor", viewer=here.southmoor))
    page = read(other, "/published/compare/", group=LARGE)
    assert "Trust RX1 (your" not in page
    assert "Trust RX2 (your organisation)" in page


@pytest.mark.parametrize("out_format", ["csv", "xlsx", "json"])
def test_the_table_leaves_and_the_register_knows(here: System, recorded: Seen, out_format: str) -> None:
    answered = viewer(here).get(f"/published/compare/take/{out_format}/", {"group": LARGE})
    assert answered.status_code == 200
    (event,) = recorded("exported")
    assert (event.what, event.policy, event.query) == ("Compare", "published", {"group": [LARGE]})
    if out_format == "csv":
        lines = answered.content.decode("utf-8-sig").splitlines()
        assert sum(line.startswith("2025-02-01") for line in lines) == 7


def test_nothing_loaded_names_the_file_and_who_may_load_it(nothing_loaded: System) -> None:
    somebody("Ann Analyst", hr_analyst=nothing_loaded.northmoor)
    client = viewer(nothing_loaded)
    for address in ("/rx1/compare/", "/published/compare/", "/rx1/compare/programme/", "/published/compare/programme/"):
        page = read(client, address)
        assert "Turnover benchmarking 2. Staff group and organisation, monthly" in page
        assert "NHS Workforce Statistics" in page
        assert "Ann Analyst can load it." in page
    assert client.get("/published/compare/take/csv/").status_code == 404
    analyst = signed_in(User.objects.get(name="Ann Analyst"))
    assert 'href="/rx1/data/"' in analyst.get("/rx1/compare/").content.decode()


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_pages_are_made_ready_after_a_load(here: System, monkeypatch: pytest.MonkeyPatch) -> None:
    published_changed.send(sender=None)
    Worker(lease=dt.timedelta(minutes=1), pause=0.01).work_off()
    monkeypatch.setattr(queries, "peer_page", lambda *told: pytest.fail("it was made before"))
    assert "Trust RX1 has a leaver rate of 10.00%" in read(viewer(here), "/rx1/compare/")
