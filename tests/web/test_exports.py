"""How do tables leave the site? With what they are, to those who may see them, and never person by person."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from cast import System, somebody
from cast import system as made_up_system
from django.db import DatabaseError, connection
from django.test import RequestFactory

from keepwell.disclosure import Released
from keepwell.disclosure.policies import HIDING_POLICIES, POLICIES, preview_of
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.handing_over import declare_audience
from keepwell.errors import EnquiryRefused, KeepwellError, WorkspaceRefused
from keepwell.measures import measures
from keepwell.records.audiences import Audience, kept, ledger
from keepwell.records.staff import LEAVERS, POSITIONS, POSTS
from keepwell.reports.for_audience import page_for
from keepwell.reports.overview import overview
from keepwell.reports.sections import Report
from keepwell.reports.tables import as_csv, as_json
from keepwell.web.accounts.abilities import LOAD_DATA
from keepwell.web.accounts.models import User
from keepwell.web.audit.models import AccessEvent, Kind
from keepwell.web.exports.contents import RUN_BY_SPREADSHEETS, guarded
from keepwell.web.exports.responses import as_download, lines_as_download, page_as_download
from keepwell.web.exports.rules import OF_ONE_PERSON, cannot_export
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import NotAllowed

pytestmark = pytest.mark.django_db

INSIDE = Audience(
    "inside",
    "nhs",
    dt.datetime(2026, 1, 5, tzinfo=dt.UTC).isoformat(),
    source="esr_staff_in_post",
    tables=(("organisation", "staff_group"),),
    months=12,
    first="2025-10",
)
BY_GROUP = Enquiry("leavers", by=("staff_group",), source=INSIDE.source)
NAME = "Leavers by staff group"


@pytest.fixture
def here(settings, tmp_path) -> System:
    settings.HOME = tmp_path
    return made_up_system()


@pytest.fixture
def workspace(here, system: Path):
    of_ours = workspace_of(here.northmoor)
    of_ours.folder.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(system, of_ours.folder)
    return of_ours


@pytest.fixture
def lead(here) -> User:
    return somebody("Retention lead", retention_lead=here.northmoor)


@pytest.fixture
def manager(here) -> User:
    return somebody("Ward manager", line_manager=here.northmoor)


@pytest.fixture
def exact(workspace) -> Released:
    return answer(workspace, BY_GROUP)


@pytest.fixture
def hidden(workspace) -> Released:
    declare_audience(workspace, INSIDE)
    return answer(workspace, replace(BY_GROUP, audience="inside", policy=None))


def asked(by: User):
    request = RequestFactory().get("/")
    request.user = by
    return request


def exported() -> list[AccessEvent]:
    return list(AccessEvent.objects.filter(kind=Kind.EXPORTED))


# What is in the file


def test_a_csv_has_the_numbers_of_the_command_line_then_what_they_are(here, lead, exact):
    response = as_download(asked(lead), exact, NAME, "csv", here.northmoor)
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    plain = list(csv.reader(io.StringIO(as_csv(exact))))
    assert rows[: len(plain)] == plain
    assert rows[len(plain)] == []
    about = "\n".join(row[0] for row in rows[len(plain) + 1 :])
    for words in (exact.definition.words, exact.definition.formula, exact.definition.source, exact.policy.mark):
        assert words in about


def test_a_workbook_and_json_hold_definition_and_mark_too(here, lead, exact):
    book = openpyxl.load_workbook(
        io.BytesIO(as_download(asked(lead), exact, NAME, "xlsx", here.northmoor).content), read_only=True
    )
    cells = {str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None}
    assert exact.policy.mark in cells
    assert any(exact.definition.words in cell for cell in cells)
    assert {row["staff_group"] for row in exact.rows()} <= cells
    content = as_download(asked(lead), exact, NAME, "json", here.northmoor).content.decode()
    assert content == as_json(exact)
    assert json.loads(content)["policy"]["mark"] == exact.policy.mark


@pytest.mark.parametrize(
    ("ending", "kind"), [("csv", "text/csv"), ("json", "application/json"), ("xlsx", "application/v")]
)
def test_a_file_is_kept_nowhere_on_its_way_and_never_opened_as_a_page(here, lead, exact, ending, kind):
    response = as_download(asked(lead), exact, NAME, ending, here.northmoor)
    assert response["Content-Type"].startswith(kind)
    assert response["Content-Disposition"] == f'attachment; filename="rx1-leavers-by-staff-group.{ending}"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name", ['"; x=".exe', "a\r\nSet-Cookie: x=1", "../../etc", "Łódź – ‘x’", "x" * 500, "\u202egpj"]
)
def test_no_name_gets_out_of_the_header(here, lead, exact, name):
    disposition = as_download(asked(lead), exact, name, "csv", here.northmoor)["Content-Disposition"]
    assert disposition.startswith('attachment; filename="rx1')
    inside = disposition.partition('="')[2].removesuffix('.csv"')
    assert set(inside) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(inside) <= 80


def test_another_format_is_refused_in_three_lines(here, lead, exact):
    with pytest.raises(KeepwellError, match="no such format"):
        as_download(asked(lead), exact, NAME, "exe", here.northmoor)
    assert exported() == []


# Nothing in it is run


FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "  @x", "＝1+1"]


def named(exact: Released, words: list[str]) -> Released:
    table = pa.table({"staff_group": words, "leavers": [-1] * len(words), "hidden": [""] * len(words)})
    return replace(exact, table=table, notes=("=NOTE()",))


def test_no_cell_of_a_csv_or_workbook_is_a_formula(here, lead, exact):
    planted = named(exact, FORMULAS)
    content = as_download(asked(lead), planted, NAME, "csv", here.northmoor).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(content)))
    assert [row[0] for row in rows[1 : 1 + len(FORMULAS)]] == [f"'{word}" for word in FORMULAS]
    assert {row[1] for row in rows[1 : 1 + len(FORMULAS)]} == {"-1"}  # a number stays one
    assert not [row for row in rows[2 + len(FORMULAS) :] if row and row[0].startswith(RUN_BY_SPREADSHEETS)]
    book = openpyxl.load_workbook(io.BytesIO(as_download(asked(lead), planted, NAME, "xlsx", here.northmoor).content))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_command_line_guards_them_too(exact):
    """Unguarded these would reach a spreadsheet as they are, as a plain list of the same words shows."""
    written = list(csv.reader(io.StringIO(as_csv(named(exact, ["-1+1", "\t=1"])))))
    assert [row[0] for row in written[1:]] == ["'-1+1", "' =1"]
    assert [row["staff_group"] for row in named(exact, ["-1+1", "\t=1"]).rows()] == ["-1+1", "\t=1"]
    assert guarded("-1+1") == "'-1+1"
    assert guarded("Midwives") == "Midwives"


# What the register and the ledger know


def test_an_export_is_in_the_register(here, lead, exact):
    as_download(asked(lead), exact, NAME, "csv", here.ward_7, filters={"sex": ["Female"]})
    [event] = exported()
    assert (event.name, event.what, event.about, event.place, event.policy) == (
        *("Retention lead", NAME, "CSV"),
        *(here.ward_7.pk, "internal"),
    )
    assert event.query == {"sex": ["Female"]}


def test_where_the_register_cannot_be_written_nothing_leaves(here, lead, exact):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_chainend RENAME TO audit_chainend_gone")
    with pytest.raises(DatabaseError):
        as_download(asked(lead), exact, NAME, "csv", here.northmoor)


def test_what_hides_small_numbers_enters_its_audiences_ledger_as_it_is(here, manager, workspace, hidden):
    response = as_download(asked(manager), hidden, NAME, "csv", here.northmoor)
    [had] = ledger(workspace.current())
    assert (had.audience, had.what) == ("inside", NAME)
    assert kept(workspace, had.file).read_bytes() == response.content
    assert had.protection
    assert "*" not in response.content.decode() and hidden.policy.mark in response.content.decode()
    [event] = exported()
    assert event.policy == "nhs"


def test_what_came_out_of_a_pack_is_in_the_ledger_already(here, manager, workspace, hidden):
    as_download(asked(manager), hidden, NAME, "csv", here.northmoor, had_already=True)
    assert ledger(workspace.current()) == ()
    assert len(exported()) == 1


def test_a_preview_and_an_audience_that_was_not_declared_get_nothing(here, lead, hidden):
    for audience in ("nobody: a preview", "somebody else"):
        wanted = replace(hidden, audience=audience, policy=preview_of(hidden.policy))
        with pytest.raises(WorkspaceRefused, match="No audience"):
            as_download(asked(lead), wanted, NAME, "csv", here.northmoor)
    assert exported() == []


def test_a_table_of_older_records_does_not_enter_the_ledger_of_newer_ones(here, manager, workspace, hidden):
    as_download(asked(manager), hidden, NAME, "csv", here.northmoor)
    with pytest.raises(EnquiryRefused, match="have changed since"):
        as_download(asked(manager), hidden, NAME, "csv", here.northmoor)
    assert len(ledger(workspace.current())) == len(exported()) == 1


# Who may take what


def test_what_somebody_cannot_see_they_cannot_take(here, lead, manager, exact, hidden):
    colleague = somebody("Colleague", retention_lead=here.southmoor)
    administrator = somebody("Administrator", system_administrator=None)
    listener = somebody("Listener", listener=here.northmoor)
    for user, table in (
        *((user, table) for user in (colleague, administrator, listener) for table in (exact, hidden)),
        (manager, exact),
    ):
        with pytest.raises(NotAllowed) as refused:
            as_download(asked(user), table, NAME, "csv", here.northmoor)
        assert refused.value.wrong == cannot_export(user, here.northmoor, [table])
    assert exported() == []
    assert cannot_export(lead, here.northmoor, [exact, hidden]) is None
    assert cannot_export(manager, here.northmoor, [hidden]) is None
    assert cannot_export(manager, here.northmoor, [hidden, exact]) == (
        "Exact figures leave only with somebody whose role shows them exactly."
    )
    assert cannot_export(lead, None, [exact]).startswith("These are figures of an organisation")


def test_published_figures_are_anybodys(here, exact):
    published = replace(exact, policy=POLICIES["published"])
    as_download(asked(somebody("Anybody")), published, NAME, "csv", None)
    [event] = exported()
    assert (event.place, event.policy) == (None, "published")


@pytest.mark.parametrize("column", sorted(OF_ONE_PERSON))
def test_nothing_leaves_person_by_person(here, lead, exact, column):
    planted = replace(exact, table=exact.table.append_column(column, pa.array(["x"] * exact.table.num_rows)))
    with pytest.raises(NotAllowed, match="person by person"):
        as_download(asked(lead), planted, NAME, "csv", here.northmoor)
    with pytest.raises(NotAllowed, match="person by person"):
        page_as_download(asked(lead), Report("x", "", "", "", (), {"x": planted}), NAME, "xlsx", here.northmoor)
    with pytest.raises(ValueError, match="person by person"):
        lines_as_download(
            asked(lead), ["Row", column.replace("_", " ").title()], [], "x", here.northmoor, ability=LOAD_DATA
        )
    assert exported() == []


@pytest.mark.parametrize("schema", [POSITIONS, LEAVERS, POSTS], ids=["positions", "leavers", "posts"])
def test_every_table_of_people_would_be_known_for_one(schema):
    assert set(schema.names) & OF_ONE_PERSON


def test_no_measure_looks_like_a_table_of_people():
    columns = {column for measure in measures().values() for column in measure.columns}
    assert columns
    assert columns & OF_ONE_PERSON == set()


def test_only_a_released_table_leaves(here, lead, exact):
    with pytest.raises(TypeError):
        as_download(asked(lead), exact.table, NAME, "csv", here.northmoor)


# Whole pages


def test_a_page_leaves_as_a_workbook_and_as_html_under_the_policy_of_its_tables(here, lead, workspace):
    page = overview(workspace, organisation=None, source=None, end=None)
    book = page_as_download(asked(lead), page, "How are we doing", "xlsx", here.northmoor)
    sheets = openpyxl.load_workbook(io.BytesIO(book.content), read_only=True).sheetnames
    assert sheets == ["About", *page.sheets]
    html = page_as_download(asked(lead), page, "How are we doing", "html", here.northmoor).content.decode()
    assert page.mark in html
    assert [event.policy for event in exported()] == ["internal", "internal"]


def test_a_page_of_an_audience_enters_its_ledger(here, manager, workspace):
    declare_audience(workspace, INSIDE)
    page = page_for(workspace, "inside", organisation=None, source=None, end=None)
    response = page_as_download(asked(manager), page, "Our page", "html", here.northmoor)
    [had] = ledger(workspace.current())
    assert kept(workspace, had.file).read_bytes() == response.content


def test_a_page_without_the_tables_behind_it_does_not_leave(here, lead):
    with pytest.raises(ValueError, match="without the tables"):
        page_as_download(asked(lead), Report("x", "", "", "", ()), "x", "xlsx", here.northmoor)


def test_a_page_as_pdf(here, lead, workspace):
    page = overview(workspace, organisation=None, source=None, end=None)
    try:
        response = page_as_download(asked(lead), page, "How are we doing", "pdf", here.northmoor)
    except KeepwellError as refused:
        pytest.skip(refused.found)
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"


# Lists without figures


def test_rows_left_out_of_a_file_can_be_taken_by_those_who_load(here, lead, manager):
    lines = [(17, "no staff group"), (208, "=1+1")]
    response = lines_as_download(asked(lead), ["Row", "Why"], lines, "Left out", here.northmoor, ability=LOAD_DATA)
    assert response.content.decode("utf-8-sig") == "Row,Why\r\n17,no staff group\r\n208,'=1+1\r\n"
    [event] = exported()
    assert (event.what, event.policy) == ("Left out", "")
    with pytest.raises(NotAllowed):
        lines_as_download(asked(manager), ["Row", "Why"], lines, "Left out", here.northmoor, ability=LOAD_DATA)


def test_every_hiding_policy_is_known_for_one(exact):
    from keepwell.web.exports.rules import hiding

    for policy in HIDING_POLICIES.values():
        assert hiding([replace(exact, policy=policy)])
    assert hiding([exact]) == []
