"""Planted faults: what the trials of the whole site must catch, each by the kill at the point where it does harm.

A fault is parts of the code that do something else while it is ordered: see `site_child.while_ordered`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Reached = Callable[[str], None]
Spoil = Callable[[Any, Reached], Any]
VIEWS, ACTIONS, JOBS = "keepwell.web.uploads.views", "keepwell.web.uploads.actions", "keepwell.web.uploads.jobs"
LOADING = "keepwell.sources.loading"


@dataclass(frozen=True)
class Fault:
    """What it does, the point at which somebody has to die for it, and how the trial says that it has caught it.

    `as_far_as` says what has to be done for it: a form, a file or its load. `patience` is how many seconds after the
    death that load is waited for.
    """

    parts: tuple[tuple[str, str, Spoil], ...]
    at: str
    says: str
    as_far_as: str = "load"
    patience: float = 60.0


def row_after_the_answer(received: Any, reached: Reached) -> Any:
    """The browser is sent on to the page of a file whose row is written later."""

    def spoiled(request: Any, here: Any, receiving: Any, files: Any) -> Any:
        from django.shortcuts import redirect

        from keepwell.web.uploads.models import Upload

        for file in files:
            receiving.keep(file.folder)
        last = Upload.objects.order_by("-pk").first()
        answer = redirect("upload", place=here.place.slug, number=(last.pk if last else 0) + 1)
        answer._resource_closers.append(lambda: received(request, here, receiving, files))
        return answer

    return spoiled


def bytes_after_the_answer(received: Any, reached: Reached) -> Any:
    """The row is there, and the bytes are held in memory until the answer is out."""

    def spoiled(request: Any, here: Any, receiving: Any, files: Any) -> Any:
        from keepwell.web.uploads.quarantine import quarantine

        path = quarantine() / files[0].folder / files[0].name
        content = path.read_bytes()
        path.unlink()

        def write() -> None:
            reached("between row and bytes")
            path.write_bytes(content)

        answer = received(request, here, receiving, files)
        answer._resource_closers.append(write)
        return answer

    return spoiled


def load_asked_for_after_the_answer(load: Any, reached: Reached) -> Any:
    def spoiled(request: Any, place: str, number: int) -> Any:
        from django.shortcuts import redirect

        answer = redirect("upload", place=place, number=number)
        answer._resource_closers.append(lambda: load(request, place, number))
        return answer

    return spoiled


def place_added_after_the_answer(changed: Any, reached: Reached) -> Any:
    def spoiled(request: Any, *given: Any) -> Any:
        from django.shortcuts import redirect

        if request.method != "POST":
            return changed(request, *given)
        answer = redirect("site_places")
        answer._resource_closers.append(lambda: changed(request, *given))
        return answer

    return spoiled


def job_after_the_row(have_looked_at: Any, reached: Reached) -> Any:
    """The job is asked for in a transaction of its own."""

    def spoiled(upload: Any, by: Any) -> None:
        from django.db import transaction

        def ask() -> None:
            reached("between row and job")
            have_looked_at(upload, by)

        transaction.on_commit(ask)

    return spoiled


def nothing_taken_over(ready: Any, reached: Reached) -> Any:
    """A lease that never runs out."""
    return lambda jobs, now: jobs.filter(state="waiting", due_at__lte=now).order_by("due_at", "pk")


def nothing_started_again(look_after: Any, reached: Reached) -> Any:
    return lambda child: None


def effect_before_the_end(finish_with: Any, reached: Reached) -> Any:
    """What a load does is written in a transaction of its own."""

    def spoiled(job: Any, effect: Any = None) -> None:
        from django.db import transaction

        if effect is not None and job.name == "uploads.load":
            with transaction.atomic():
                effect()
            reached("between effect and end")
            effect = None
        finish_with(job, effect)

    return spoiled


def given_as_ever(as_given: Any, reached: Reached) -> Any:
    """What a job finds is never looked at: whether it has been done before is not asked."""

    def spoiled(number: int, version: int, *states: str) -> Any:
        from keepwell.web.uploads.models import Upload

        return Upload.objects.select_related("place", "by", "asked_by").filter(pk=number).first()

    return spoiled


def not_known_to_be_in_force(load_in_force: Any, reached: Reached) -> Any:
    return lambda upload: None


def never_once_only(load_once: Any, reached: Reached) -> Any:
    def spoiled(workspace: Any, path: Any, options: Any, *, now: Any) -> Any:
        from keepwell.sources.loading import load_file

        return load_file(workspace, path, options, now=now)

    return spoiled


def not_refused_twice(refuse_twice: Any, reached: Reached) -> Any:
    return lambda before, path, sha256: None


def no_same_months(same_months: Any, reached: Reached) -> Any:
    return lambda workspace, before, source, reading: ((), [])


def no_traps(traps: Any, reached: Reached) -> Any:
    return lambda *given: []


_left_for_later: list[Callable[[], None]] = []


def in_force_later(load: Any, reached: Reached) -> Any:
    """The load that there will be is told, and done when its job has ended."""

    def spoiled(upload: Any, tell: Any) -> Any:
        from keepwell.records.workspace import Load
        from keepwell.web.uploads.quarantine import file_of
        from keepwell.web.uploads.reading import workspace_for

        check, path = upload.looked["check"], file_of(upload)
        content = path.read_bytes()

        def later() -> None:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            load(upload, lambda *told: None)

        _left_for_later.append(later)
        return Load(
            number=workspace_for(upload.place, upload.published).current().next_load,
            format=upload.looked["format"],
            file=upload.name,
            sha256=upload.sha256,
            loaded_at="",
            organisations=tuple(check["organisations"]),
            first_month=check["first_month"],
            last_month=check["last_month"],
            rows_read=check["rows_read"],
            rows_taken=check["rows_taken"],
            published=upload.published,
            parts={},
        )

    return spoiled


def with_what_was_left(do: Any, reached: Reached) -> Any:
    def spoiled(*given: Any) -> None:
        do(*given)
        while _left_for_later:
            reached("between told and in force")
            _left_for_later.pop()()

    return spoiled


FAULTS = {
    "a file's row is written after the answer": Fault(
        ((VIEWS, "_received", row_after_the_answer),), "before file received", "acknowledged and lost: .*says 404"
    ),
    "a file's bytes are written after the answer": Fault(
        ((VIEWS, "_received", bytes_after_the_answer),),
        "between row and bytes",
        "acknowledged and lost: .*not kept any more",
    ),
    "a load is asked for after the answer": Fault(
        ((VIEWS, "load", load_asked_for_after_the_answer),),
        "before load asked for",
        "acknowledged and lost: the load of .* is to be asked for again",
    ),
    "a place is added after the answer": Fault(
        (("keepwell.web.administration.views.places", "_changed", place_added_after_the_answer),),
        "before place added",
        "acknowledged and lost: the place",
        as_far_as="form",
    ),
    "a job is asked for after its row": Fault(
        ((ACTIONS, "_have_looked_at", job_after_the_row),),
        "between row and job",
        "stuck: .* waits for no job",
        as_far_as="file",
    ),
    "a lease never runs out": Fault(
        (("keepwell.web.jobs.models", "Jobs.ready", nothing_taken_over),),
        "before load written down",
        "stuck: .*Being loaded",
        patience=4,
    ),
    "a dead worker is not started again": Fault(
        (("keepwell.web.config.serving", "Child.look_after", nothing_started_again),),
        "before load written down",
        "stuck: .*Being loaded",
        patience=4,
    ),
    "a job's effect is written before its end": Fault(
        (
            ("keepwell.web.jobs.actions", "finish_with", effect_before_the_end),
            (JOBS, "_as_given", given_as_ever),
            (ACTIONS, "_as_given", given_as_ever),
        ),
        "between effect and end",
        "done twice: .*2 times in the register",
    ),
    "a load is never known to be in force": Fault(
        (
            ("keepwell.web.uploads.reading", "load_in_force", not_known_to_be_in_force),
            (LOADING, "load_once", never_once_only),
        ),
        "before load written down",
        "half shown: .* is in force, and its page says that it was refused",
    ),
    "a load is put in force again": Fault(
        (
            ("keepwell.web.uploads.reading", "load_in_force", not_known_to_be_in_force),
            (LOADING, "load_once", never_once_only),
            (LOADING, "_refuse_twice", not_refused_twice),
            (LOADING, "same_months", no_same_months),
            (LOADING, "traps", no_traps),
        ),
        "before load written down",
        "done twice: .* is in force 2 times",
    ),
    "a load is said to be done before it is in force": Fault(
        (
            ("keepwell.web.uploads.reading", "load", in_force_later),
            ("keepwell.web.jobs.working", "do", with_what_was_left),
        ),
        "between told and in force",
        "half shown: .* is said to be loaded, and is not in force",
    ),
}


def parts_in(module: str) -> Iterator[tuple[str, Spoil, str]]:
    """The parts of all faults that are in a module: fault, how it is spoiled, what."""
    for name, fault in FAULTS.items():
        for where, held, spoil in fault.parts:
            if where == module:
                yield name, spoil, held
