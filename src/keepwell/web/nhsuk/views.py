"""What does somebody see where a page cannot be shown?

What is not theirs and what does not exist give the same page. The page for a broken site asks the database nothing.
"""

from __future__ import annotations

import sys

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """There is no such page, or it is not theirs: which of the two is not said."""
    return render(request, "nhsuk/not_found.html.j2", status=404)


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """An address or a form that no page of ours would send, or more words than a page takes."""
    if isinstance(exception, RequestDataTooBig):
        return render(request, "nhsuk/too_long.html.j2", status=413)
    return render(request, "nhsuk/not_understood.html.j2", status=400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or came from elsewhere."""
    return render(request, "nhsuk/form_expired.html.j2", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something is wrong with the site. Drawn without the request, so that no menu asks for anything.

    A database that does not answer is not there for a while (503), and no fault of a page.
    """
    away = isinstance(sys.exception(), DatabaseError | InterfaceError)
    page = engines["jinja2"].get_template("nhsuk/broken.html.j2")
    return HttpResponse(page.render({"away": away}), status=503 if away else 500)
