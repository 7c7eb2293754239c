"""How does a table or a page leave the site, so that the register knows before anybody has it?

The content is made; under a policy that hides small numbers it enters the ledger of its audience; it is written in the
register; only then does the first byte leave. Whatever fails on the way, nothing has left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from keepwell.disclosure import Released
from keepwell.disclosure.policies import Policy
from keepwell.enquiries.handing_over import hand_over
from keepwell.enquiries.session import Session
from keepwell.errors import EnquiryRefused
from keepwell.reports.sections import Report
from keepwell.web.accounts.gate import person
from keepwell.web.accounts.rules import cannot
from keepwell.web.audit.actions import record
from keepwell.web.audit.models import Kind
from keepwell.web.exports.contents import CONTENT_TYPES, OF_A_LIST, OF_A_PAGE, OF_A_TABLE, Line, refuse_other_format
from keepwell.web.exports.rules import OF_ONE_PERSON, cannot_export, hiding
from keepwell.web.places.models import Place
from keepwell.web.places.queries import workspace_of
from keepwell.web.places.refusals import refuse

LONGEST_NAME = 80


def as_download(
    request: HttpRequest,
    released: Released,
    name: str,
    out_format: str,
    place: Place | None,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    had_already: bool = False,
) -> HttpResponse:
    """A Released table as a file to keep: CSV, XLSX or JSON, with its definition and the policy's mark inside.

    `name` is a short noun of ours ("Leavers by staff group"): it stands in the register and in the file's name.
    `had_already` is for a table out of a pack: its audience has it, and its ledger says so. Raises NotAllowed for what
    somebody may not take, WorkspaceRefused for an audience that was not declared (a preview leaves with nobody),
    EnquiryRefused where the records changed since the table was made, KeepwellError for another format.
    """
    refuse_other_format(out_format, OF_A_TABLE)
    _refuse(request, place, [released])
    content = OF_A_TABLE[out_format](released)
    return _given(request, [released], content, name, out_format, place, filters, had_already)


def page_as_download(
    request: HttpRequest,
    report: Report,
    name: str,
    out_format: str,
    place: Place | None,
    *,
    filters: Mapping[str, Sequence[str]] | None = None,
    had_already: bool = False,
) -> HttpResponse:
    """A whole page as a file to keep: XLSX, PDF or HTML. As `as_download`, for all tables behind it together.

    Raises ValueError for a page without tables: what it may show could not be told.
    """
    tables = list(report.sheets.values())
    if not tables:
        raise ValueError("a page without the tables behind it does not leave")
    refuse_other_format(out_format, OF_A_PAGE)
    _refuse(request, place, tables)
    content = OF_A_PAGE[out_format](report)
    return _given(request, tables, content, name, out_format, place, filters, had_already)


def lines_as_download(
    request: HttpRequest,
    headings: Sequence[str],
    lines: Sequence[Line],
    name: str,
    place: Place,
    *,
    ability: str,
    out_format: str = "csv",
    about: Sequence[str] = (),
) -> HttpResponse:
    """A list without figures as CSV or XLSX, such as rows that were left out and why, for those with an ability.

    `about` says what the list is, a line each. Raises NotAllowed for others, KeepwellError for another format,
    ValueError where a column is of persons.
    """
    by = person(request)
    refuse_other_format(out_format, OF_A_LIST)
    refuse(cannot(by, ability, place), found="a download")
    if OF_ONE_PERSON & {heading.casefold().replace(" ", "_") for heading in headings}:
        raise ValueError("nothing leaves person by person")
    content = OF_A_LIST[out_format](name, about, headings, lines)
    record(by=by, kind=Kind.EXPORTED, what=name, about=out_format.upper(), place=place)
    return _file(content, out_format, _file_name(place, name, out_format))


def document_as_download(
    request: HttpRequest,
    content: bytes,
    what: str,
    file_name: str,
    content_type: str,
    place: Place | None,
    *,
    policy: str = "",
) -> HttpResponse:
    """A document that people wrote, such as a plan as a paper or what was attached to one; the caller has checked who asks.

    `what` stands in the register, a short noun of ours; `file_name` only in the answer. `policy` is that of the figures
    in it, "" where there are none. It is never opened in the page, and runs nothing where a browser opens it all the same.
    """
    about = file_name.rpartition(".")[2].upper()
    record(by=person(request), kind=Kind.EXPORTED, what=what, about=about, place=place, policy=policy)
    response = _as_file(content, content_type, file_name)
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _refuse(request: HttpRequest, place: Place | None, tables: Sequence[Released]) -> None:
    if not all(isinstance(table, Released) for table in tables):
        raise TypeError("only a Released table leaves")
    refuse(cannot_export(person(request), place, tables), found="a download")


def _given(
    request: HttpRequest,
    tables: Sequence[Released],
    content: bytes,
    name: str,
    out_format: str,
    place: Place | None,
    filters: Mapping[str, Sequence[str]] | None,
    had_already: bool,
) -> HttpResponse:
    if hiding(tables) and place is not None and not had_already:
        _enter_ledger(place, hiding(tables), content, name, out_format)
    record(
        by=person(request),
        kind=Kind.EXPORTED,
        what=name,
        about=out_format.upper(),
        place=place,
        policy=_policy_of(tables).name,
        filters=filters,
    )
    return _file(content, out_format, _file_name(place, name, out_format))


def _file(content: bytes, out_format: str, file_name: str) -> HttpResponse:
    return _as_file(content, CONTENT_TYPES[out_format], file_name)


def _as_file(content: bytes, content_type: str, file_name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, file_name)
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _enter_ledger(place: Place, tables: Sequence[Released], content: bytes, name: str, out_format: str) -> None:
    """Have each audience of the tables enter what it gets, made from the records as they are now."""

    def made(session: Session) -> bytes:
        for table in tables:
            _refuse_older(table, session)
        return content

    for audience in sorted({table.audience for table in tables}):
        hand_over(workspace_of(place), audience, name, made, ending=out_format, now=timezone.now())


def _refuse_older(table: Released, session: Session) -> None:
    """The ledger keeps how the numbers were protected at one vintage: the table has to be of that one."""
    made_at = table.definition.vintage.partition(",")[0]
    if made_at != str(session.generation.number):
        raise EnquiryRefused(
            "The records have changed since this table was made.",
            found=f"a table of vintage {made_at}, records of vintage {session.generation.number}",
            attempt="open the page again, and download from there",
        )


def _policy_of(tables: Sequence[Released]) -> Policy:
    """The policy that is written down for several tables: exact figures if any are, since that is what has left."""
    exact = [table.policy for table in tables if table.policy.name == "internal"]
    return exact[0] if exact else max((table.policy for table in tables), key=lambda policy: policy.strictness)


def _file_name(place: Place | None, name: str, out_format: str) -> str:
    """A name of small letters, digits and hyphens, whatever the place is called."""
    where = place.slug if place else "published"
    return f"{slugify(f'{where} {name}')[:LONGEST_NAME].strip('-') or 'table'}.{out_format}"
