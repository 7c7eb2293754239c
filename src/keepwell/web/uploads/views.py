"""How is data brought in, looked at, decided on, loaded and taken out again?"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keepwell.errors import KeepwellError, counted
from keepwell.web.accounts.abilities import LOAD_DATA
from keepwell.web.accounts.gate import here_or_404, person, signed_in
from keepwell.web.accounts.rules import Standing
from keepwell.web.exports.responses import lines_as_download
from keepwell.web.uploads import actions, presenters, queries
from keepwell.web.uploads.forms import ChooseFiles, Decide, SayMore
from keepwell.web.uploads.models import LOADED, READY, REFUSED, Upload
from keepwell.web.uploads.quarantine import Receiving
from keepwell.web.uploads.reading import workspace_for
from keepwell.web.uploads.rules import cannot_load, cannot_open, cannot_say, cannot_type_staff, cannot_undo

FORM = ["GET", "HEAD", "POST"]


def _here(request: HttpRequest, place: str) -> Standing:
    here = here_or_404(request, place)
    if cannot_open(here) is not None:
        raise Http404
    return here


def _upload_here(request: HttpRequest, place: str, number: int) -> tuple[Standing, Upload]:
    here = _here(request, place)
    found = queries.seen_by(here, person(request)).filter(pk=number).first()
    if found is None:
        raise Http404
    return here, found


@signed_in
@never_cache
@require_safe
def uploads(request: HttpRequest, place: str) -> HttpResponse:
    """What is loaded here, what waits, and what ended otherwise."""
    here = _here(request, place)
    seen = queries.seen_by(here, person(request))
    ours = queries.in_force(here.place, published=False) if LOAD_DATA in here.abilities else []
    told = {
        "place": here.place,
        "going_on": queries.going_on(seen),
        "ours": presenters.load_lines(here, ours, published=False),
        "published": presenters.load_lines(here, queries.in_force(here.place, published=True), published=True),
        "ended": queries.ended(seen),
        "kind_of": presenters.kind_of,
        "types_staff": cannot_type_staff(here) is None,
        "wide": True,
    }
    return render(request, "uploads/uploads.html.j2", told)


@csrf_exempt  # the form is checked below: before a byte is read, where the bytes go must be said
@never_cache
@signed_in
@require_http_methods(FORM)
def choose(request: HttpRequest, place: str) -> HttpResponse:
    """Choose files; each goes straight to the disk, and is received when it is safe there."""
    here = _here(request, place)
    receiving = Receiving(request)
    request.upload_handlers = [receiving]
    try:
        return _chosen(request, here, receiving)
    finally:
        receiving.discard_rest()


@csrf_protect
def _chosen(request: HttpRequest, here: Standing, receiving: Receiving) -> HttpResponse:
    posted = request.method == "POST"
    form = ChooseFiles(request.POST, request.FILES) if posted else ChooseFiles()
    if posted and receiving.too_large:
        form.add_error("file", f"The files must be smaller than {presenters.size(settings.LARGEST_UPLOAD)} together")
    elif posted and form.is_valid():
        return _received(request, here, receiving, form.cleaned_data["file"])
    told = {"place": here.place, "form": form, "largest": presenters.size(settings.LARGEST_UPLOAD)}
    return render(request, "uploads/choose.html.j2", told, status=422 if posted else 200)


def _received(request: HttpRequest, here: Standing, receiving: Receiving, files: list[Any]) -> HttpResponse:
    with transaction.atomic():
        made = [
            actions.receive(
                place=here.place, by=person(request), name=one.name, folder=one.folder, size=one.size, sha256=one.sha256
            )
            for one in files
        ]
    for upload in made:
        receiving.keep(upload.folder)
    if len(made) == 1:
        return redirect("upload", place=here.place.slug, number=made[0].pk)
    messages.success(request, f"{counted(len(made), 'file')} received. Each is looked at now; nothing is loaded yet.")
    return redirect("uploads", place=here.place.slug)


@signed_in
@never_cache
@require_safe
def upload_page(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """One file: how far it is, what it is, what is to be decided, what became of it."""
    here, upload = _upload_here(request, place, number)
    return _page(request, here, upload)


def _page(
    request: HttpRequest,
    here: Standing,
    upload: Upload,
    *,
    decide: Decide | None = None,
    more: SayMore | None = None,
    refusal: KeepwellError | None = None,
) -> HttpResponse:
    wrong = [form for form in (decide, more) if form is not None and form.errors]
    told = {
        "place": here.place,
        "upload": upload,
        "kind": presenters.kind_of(upload),
        "size": presenters.size(upload.size),
        "refusal": presenters.three(refusal) if refusal else None,
        "forms": wrong,
        **(_waiting(here, upload, decide, more) if upload.state == READY else _ended_or_working(here, upload)),
    }
    status = 409 if refusal else 422 if wrong else 200
    template = "uploads/decide.html.j2" if upload.state == READY else "uploads/upload.html.j2"
    return render(request, template, told, status=status)


def _waiting(here: Standing, upload: Upload, decide: Decide | None, more: SayMore | None) -> dict[str, Any]:
    looked = upload.looked or {}
    known = {"known": upload.version, "month": None}
    if looked["check"] and decide is None:
        decide = Decide(looked=looked, left_out=upload.said.get("leave_out"), initial=known)
    return {
        "looked": looked,
        "checked": presenters.checked(looked),
        "why": presenters.three(looked["refusal"]) if looked["refusal"] else None,
        "decide": decide,
        "decided": [(presenters.three(d), box) for d, box in decide.decided] if decide else [],
        "more": more or SayMore(looked=looked, initial=known),
        "cannot_load": cannot_load(here, upload) if looked["check"] else None,
        "published": upload.published,
    }


def _ended_or_working(here: Standing, upload: Upload) -> dict[str, Any]:
    load = queries.load_of(upload) if upload.state == LOADED else None
    return {
        "progress": queries.progress(upload) if upload.ended_at is None or upload.state == "undoing" else None,
        "load": presenters.told_of_load(load) if load else None,
        "accepted": presenters.accepted(upload, load) if load else [],
        "in_force": load is not None
        and queries.is_in_force(workspace_for(upload.place, upload.published), load.number),
        "ended_badly": presenters.three([upload.wrong, upload.found, upload.attempt]) if upload.wrong else None,
        "was_refused": upload.state == REFUSED,
        "cannot_undo": cannot_undo(here, upload),
    }


@signed_in
@never_cache
@require_POST
def say(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Say what the file does not say: it is looked at again."""
    here, upload = _upload_here(request, place, number)
    if cannot_say(here, upload) is not None or upload.looked is None:
        return _no_longer(request, here, upload)
    form = SayMore(request.POST, looked=upload.looked)
    if not form.is_valid():
        return _page(request, here, upload, more=form)
    said = form.cleaned_data
    try:
        actions.say(
            upload=upload,
            by=person(request),
            known=said["known"],
            columns=said["columns"],
            month=said["month"],
            day_first=said["day_first"],
        )
    except KeepwellError as refusal:
        return _page(request, here, queries.uploads_of(here.place).get(pk=number), refusal=refusal)
    return redirect("upload", place=here.place.slug, number=number)


@signed_in
@never_cache
@require_POST
def load(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Have it loaded, with what was ticked."""
    here, upload = _upload_here(request, place, number)
    if cannot_load(here, upload) is not None:
        return _no_longer(request, here, upload)
    form = Decide(request.POST, looked=upload.looked or {})
    if not form.is_valid():
        return _page(request, here, upload, decide=form)
    try:
        actions.ask_for_load(
            upload=upload,
            by=person(request),
            known=form.cleaned_data["known"],
            accept=form.accept,
            leave_out=form.leave_out,
            columns=form.chosen,
        )
    except KeepwellError as refusal:
        return _page(request, here, queries.uploads_of(here.place).get(pk=number), refusal=refusal)
    return redirect("upload", place=here.place.slug, number=number)


@signed_in
@never_cache
@require_POST
def drop(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Do not load it."""
    here, upload = _upload_here(request, place, number)
    try:
        actions.drop(upload=upload, by=person(request), known=_known(request))
    except KeepwellError as refusal:
        return _page(request, here, queries.uploads_of(here.place).get(pk=number), refusal=refusal)
    messages.success(request, f"{upload.name} is not loaded, and not kept.")
    return redirect("uploads", place=here.place.slug)


def _no_longer(request: HttpRequest, here: Standing, upload: Upload) -> HttpResponse:
    """Somebody was quicker, or a rule says no: the page as it is now says which."""
    reason = cannot_say(here, upload) or cannot_load(here, upload)
    assert reason is not None
    refusal = KeepwellError(reason, found=upload.state_in_words.lower(), attempt="look at the page as it is now")
    return _page(request, here, upload, refusal=refusal)


def _known(request: HttpRequest) -> int:
    typed = request.POST.get("known", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


@signed_in
@never_cache
@require_http_methods(FORM)
def undo(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """Take out what a file brought in, after saying what goes."""
    here, upload = _upload_here(request, place, number)
    refusal = None
    if request.method == "POST":
        try:
            actions.undo(upload=upload, by=person(request), known=_known(request))
            return redirect("upload", place=here.place.slug, number=number)
        except KeepwellError as error:
            refusal = presenters.three(error)
            upload = queries.uploads_of(here.place).get(pk=number)
    load = queries.load_of(upload)
    told = {
        "place": here.place,
        "upload": upload,
        "load": presenters.told_of_load(load) if load else None,
        "number": upload.load_number,
        "cannot_undo": cannot_undo(here, upload),
        "refusal": refusal,
        "to": reverse("undo_upload", args=[here.place.slug, number]),
    }
    return render(request, "uploads/undo.html.j2", told, status=409 if refusal else 200)


@signed_in
@never_cache
@require_http_methods(FORM)
def undo_load(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """As `undo`, of a load that came another way."""
    here = _here(request, place)
    found = [one for one in queries.in_force(here.place, published=False) if one.load.number == number]
    if not found or LOAD_DATA not in here.abilities:
        raise Http404
    one = found[0]
    if one.upload is not None:
        return redirect("undo_upload", place=here.place.slug, number=one.upload.pk)
    if request.method == "POST":
        with transaction.atomic():
            upload = actions.adopt(place=here.place, load=one.load, by=person(request))
            actions.undo(upload=upload, by=person(request), known=upload.version)
        return redirect("upload", place=here.place.slug, number=upload.pk)
    told = {
        "place": here.place,
        "upload": Upload(place=here.place, name=one.load.file, size=0, state=LOADED, load_number=number),
        "load": presenters.told_of_load(one.load),
        "number": number,
        "cannot_undo": None,
        "refusal": None,
        "to": reverse("undo_load", args=[here.place.slug, number]),
    }
    return render(request, "uploads/undo.html.j2", told)


@signed_in
@never_cache
@require_safe
def left_out(request: HttpRequest, place: str, number: int) -> HttpResponse:
    """The rows that were left out and why, as a file to keep."""
    here, upload = _upload_here(request, place, number)
    load = queries.load_of(upload)
    if load is None:
        raise Http404
    lines = presenters.rows_left_out(load)
    ability = next(iter(sorted(here.abilities & {LOAD_DATA, "load_published"})))
    return lines_as_download(request, ("Row", "Why"), lines, "Rows left out", here.place, ability=ability)
