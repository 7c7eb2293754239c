"""What does every page know: where its template is, how words are written, how a field or a component is drawn?

A name that a page was not given is an error, not a blank: write `{% if place is defined %}`, or `place | default(none)`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.templatetags import static as named
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from keepwell.web.nhsuk import words
from keepwell.web.nhsuk.components import nhs
from keepwell.web.nhsuk.context import Site
from keepwell.web.nhsuk.fields import errors_of, field, fields

SLICES: Final = "keepwell.web."
NAMED: Final = re.compile(r'(\bid="|url\(#|href="#)([^")]+)')
LABELLED: Final = re.compile(r'(\baria-labelledby=")([^"]+)"')


def url(name: str, /, *args: Any, **kwargs: Any) -> str:
    """The address of a page by its name: url("compare", place=place.slug)."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def static(path: str) -> str:
    """The address of a file that the site serves as it is.

    Where the files were not collected (`manage.py collectstatic`), the plain address, under which they are found too.
    """
    try:
        return named.static(path)
    except ValueError:
        return f"{settings.STATIC_URL}{path}"


def drawn(svg: str, key: str = "") -> Markup:
    """An SVG that our own charts made, put on the page as it is.

    With a key its ids begin with it, so that a page may hold two pictures of the same title.
    """
    if key:
        svg = NAMED.sub(rf"\1{key}-\2", svg)
        svg = LABELLED.sub(lambda found: f'{found[1]}{" ".join(f"{key}-{name}" for name in found[2].split())}"', svg)
    return Markup(svg)  # noqa: S704


def folders() -> list[Path]:
    """The folder `templates` of every slice of the web that has one."""
    found = [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith(SLICES)]
    return [folder for folder in found if folder.is_dir()]


def environment(**options: Any) -> Environment:
    """The environment of Django's Jinja2 backend: every slice's templates, strict about names.

    Names known everywhere: `url`, `static`, `nhs` (components), `field`, `fields`, `errors_of`, `drawn`, `site`;
    filters `day`, `moment`, `month`, `percent`, `counted`, `in_sentence`.
    """
    options |= {
        "loader": ChoiceLoader([FileSystemLoader(folders())]),
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "cache_size": -1,
    }
    made = Environment(**options)  # noqa: S701 (it escapes: see above)
    made.globals.update(
        url=url, static=static, nhs=nhs, field=field, fields=fields, errors_of=errors_of, drawn=drawn, site=Site(None)
    )
    for name in ("day", "moment", "month", "percent", "counted", "in_sentence"):
        made.filters[name] = getattr(words, name)
    return made
