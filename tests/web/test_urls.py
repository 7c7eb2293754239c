"""Who may open what? Every address × every role × every place, and nobody is told what is not theirs.

The table says what opens an address; the roles are read from content/roles.yaml, and where they reach is written down
here once more: the walk does not ask the rules that it tests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from cast import PASSWORD, System, somebody, system
from django.contrib.auth.hashers import make_password
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, path, reverse
from url_table import TABLE, Row, at_place, on_site

from keepwell.content import load_yaml
from keepwell.web.accounts.abilities import ABILITIES, SEE_FIGURES
from keepwell.web.accounts.gate import here_or_404, signed_in
from keepwell.web.accounts.models import INTERNAL, User
from keepwell.web.places.models import Place

POLICIES = {row["key"]: row["policy"] for row in load_yaml("roles.yaml")}
ROLES = {row["key"]: frozenset(row["abilities"]) for row in load_yaml("roles.yaml")}
ON_SITE = "system_administrator"
MISSING = "no-such-place"
HASHED = make_password(PASSWORD)
WRITTEN_TO = ("own", "team inside", "other trust")
"""Places to which everybody also sends a form; all are asked for their page."""
TOKEN = re.compile(rb'(csrfmiddlewaretoken"? value="|nonce=")[\w-]+')


@dataclass(frozen=True)
class Seen:
    """What one person got at one place."""

    role: str
    place: str
    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


def named(resolver: URLResolver) -> Iterator[str | None]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from named(entry)
        else:
            assert isinstance(entry, URLPattern)
            yield entry.name


def addresses(name: str, row: Row, here: System) -> Callable[..., str]:
    """The address by its place. What else stands in it is made once."""
    more = row.arguments(here)
    return lambda place="": reverse(name, kwargs={**more, **({row.place: place} if place else {})})


def places(here: System) -> dict[str, str]:
    """The places that everybody asks for: roles are held at Northmoor."""
    return {
        "own": here.northmoor.slug,
        "directorate inside": here.surgery.slug,
        "team inside": here.ward_7.slug,
        "above": here.icb.slug,
        "other trust": here.southmoor.slug,
        "practice": here.practice.slug,
        "not existing": MISSING,
    }


def opens(row: Row, role: str, place: str) -> bool:
    """Whether a role opens an address at a place, by the table, the roles' own words and where they reach."""
    if place == "not existing" or (row.seen_at and place not in row.seen_at):
        return False
    if row.exact and POLICIES[role] != INTERNAL:
        return False
    if row.abilities and not ROLES[role] & set(row.abilities):
        return False
    return role == ON_SITE or place in ("own", "directorate inside", "team inside")


def got(client: Client, where: str, method: str = "get") -> HttpResponse:
    return getattr(client, method)(where)


def bare(response: HttpResponse) -> bytes:
    """A page without what is drawn anew for every answer: the token of its forms."""
    return TOKEN.sub(rb"\1", response.content)


def headers(response: HttpResponse) -> tuple[tuple[str, str], ...]:
    without = ("Date", "Set-Cookie", "Content-Length")
    values = ((k, re.sub(r"nonce-[\w-]+", "nonce", v)) for k, v in response.headers.items() if k not in without)
    return tuple(sorted(values))


@pytest.fixture
def here(settings, tmp_path) -> System:
    settings.HOME = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    return system()


@pytest.fixture
def everybody(here) -> dict[str, Client]:
    """Somebody with each role: all at Northmoor, the administrator on the whole site."""
    people = {role: somebody(role.replace("_", " "), **{role: here.northmoor}) for role in ROLES if role != ON_SITE}
    people[ON_SITE] = somebody(ON_SITE.replace("_", " "), **{ON_SITE: None})
    User.objects.update(password=HASHED)
    return {role: client_of(User.objects.get(pk=user.pk)) for role, user in people.items()}


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    return client


def wrong(name: str, row: Row, here: System, clients: dict[str, Client]) -> list[str]:
    """What differs from the table at one address, in words."""
    if row.who == "at place":
        return list(_wrong_at_places(name, row, here, clients))
    if row.who == "on site":
        return list(_wrong_on_site(name, row, here, clients))
    where = addresses(name, row, here)()
    return [
        f"{role}: {response.status_code}, not {row.says}"
        for role, client in clients.items()
        if (response := got(client, where)).status_code not in row.says
    ]


def _wrong_at_places(name: str, row: Row, here: System, clients: dict[str, Client]) -> Iterator[str]:
    address = addresses(name, row, here)
    for role, client in clients.items():
        missing = {method: got(client, address(MISSING), method) for method in ("get", "post")}
        for place, slug in places(here).items():
            where = address(slug)
            if opens(row, role, place):
                if (status := got(client, where).status_code) not in row.says:
                    yield f"{role} at {place}: {status}, not {row.says}"
                continue
            for method, other in missing.items():
                if method == "post" and place not in WRITTEN_TO:
                    continue
                yield from (
                    f"{role} at {place}, {method}: {why}" for why in _told_apart(got(client, where, method), other)
                )


def _wrong_on_site(name: str, row: Row, here: System, clients: dict[str, Client]) -> Iterator[str]:
    where = addresses(name, row, here)()
    for role, client in clients.items():
        if role == ON_SITE and ROLES[role] & set(row.abilities):
            if (status := got(client, where).status_code) not in row.says:
                yield f"{role}: {status}, not {row.says}"
            continue
        nothing = got(client, f"/{MISSING}/nothing/at/all/")
        for method in ("get", "post"):
            response = got(client, where, method)
            if response.status_code != 405:  # it only reads, or only writes
                yield from (f"{role}, {method}: {why}" for why in _told_apart(response, nothing))


def _told_apart(response: HttpResponse, nothing: HttpResponse) -> Iterator[str]:
    """How an answer for what is not theirs differs from the answer for what does not exist."""
    if response.status_code == nothing.status_code == 405:
        return  # whatever the place: the address only reads, or only writes
    if response.status_code != 404:
        yield f"{response.status_code}, not 404"
    elif nothing.status_code == 404 and bare(response) != bare(nothing):
        yield "another page than for what does not exist"
    elif nothing.status_code == 404 and headers(response) != headers(nothing):
        yield "other headers than for what does not exist"
    elif nothing.status_code != 404:
        yield f"{nothing.status_code} for what does not exist"


# The table


def test_every_address_stands_in_the_table_and_no_other_does():
    there = list(named(get_resolver()))
    assert None not in there, "an address has no name"
    assert sorted(set(there) - set(TABLE)) == [], "say in tests/web/url_table.py who may open these"
    assert sorted(set(TABLE) - set(there)) == [], "tests/web/url_table.py names addresses that are no more"
    assert len(there) == len(set(there)), "two addresses have the same name"


def test_every_ability_in_the_table_is_one_of_ours():
    assert {ability for row in TABLE.values() for ability in row.abilities} <= set(ABILITIES)


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_each_role_gets_what_the_table_says_and_no_more(name, here, everybody):
    assert wrong(name, TABLE[name], here, everybody) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", TABLE)
def test_somebody_who_is_not_signed_in_cannot_tell_what_exists(name, here):
    somebody("First", system_administrator=None)  # the site is set up
    row = TABLE[name]
    address = addresses(name, row, here)
    if row.who != "at place":
        response = got(Client(), address())
        assert response.status_code in row.signed_out
        if row.who in ("signed in", "on site"):
            assert response["Location"].startswith(reverse("account_login"))
        return
    answers = {}
    for place, slug in places(here).items():
        for method in ("get", "post"):
            response = got(Client(), address(slug), method)
            answers[place, method] = (response.status_code, response["Location"].replace(slug, ""), bare(response))
            assert response["Location"].startswith(reverse("account_login"))
    assert {status for status, *_ in answers.values()} == {302}
    for method in ("get", "post"):
        assert len({answers[place, method] for place in places(here)}) == 1


@pytest.mark.django_db
def test_somebody_without_any_role_gets_no_place(here, everybody):
    nobody = client_of(somebody("Nobody"))
    for name, row in TABLE.items():
        if row.who in ("public", "signed in"):
            continue
        address = addresses(name, row, here)
        for slug in places(here).values() if row.who == "at place" else [""]:
            assert got(nobody, address(slug)).status_code in (404, 405), name


@pytest.mark.django_db
def test_somebody_whose_account_is_closed_is_not_signed_in_any_more(here):
    user = somebody("Retention lead", retention_lead=here.northmoor)
    client = client_of(user)
    user.is_active = False
    user.save()
    assert got(client, reverse("my_account")).status_code == 302


# Faults that are planted in a site of their own


@signed_in
def held_well(request, place):
    here_or_404(request, place, SEE_FIGURES)
    return HttpResponse("figures")


@signed_in
def open_to_all(request, place):
    if not Place.objects.filter(slug=place).exists():
        return HttpResponse("nothing", status=404)
    return HttpResponse("figures")


@signed_in
def forbidden_not_missing(request, place):
    found = Place.objects.filter(slug=place).exists()
    try:
        here_or_404(request, place, SEE_FIGURES)
    except Exception:
        if found:
            return HttpResponse("not yours", status=403)
        raise
    return HttpResponse("figures")


@signed_in
def named_in_the_page(request, place):
    found = Place.objects.filter(slug=place).first()
    try:
        here_or_404(request, place, SEE_FIGURES)
    except Exception:
        if found:
            return HttpResponse(f"nothing of {found.name} is yours", status=404)
        raise
    return HttpResponse("figures")


@signed_in
def told_by_a_header(request, place):
    try:
        here_or_404(request, place, SEE_FIGURES)
    except Exception:
        response = HttpResponse("nothing", status=404)
        if Place.objects.filter(slug=place).exists():
            response["X-Place"] = "there"
        return response
    return HttpResponse("figures")


@signed_in
def only_reading_is_guarded(request, place):
    if request.method == "GET":
        here_or_404(request, place, SEE_FIGURES)
    return HttpResponse("done")


@signed_in
def without_the_ability(request, place):
    here_or_404(request, place)
    return HttpResponse("figures")


PLANTED = {
    "open_to_all": (open_to_all, "200, not 404"),
    "forbidden_not_missing": (forbidden_not_missing, "403, not 404"),
    "named_in_the_page": (named_in_the_page, "another page"),
    "told_by_a_header": (told_by_a_header, "other headers"),
    "only_reading_is_guarded": (only_reading_is_guarded, "post: 200, not 404"),
    "without_the_ability": (without_the_ability, "listener at own, get: 200, not 404"),
}
urlpatterns = [
    path("<slug:place>/held_well/", held_well, name="held_well"),
    *(path(f"<slug:place>/{name}/", view, name=name) for name, (view, _) in PLANTED.items()),
    path("site/", held_well, {"place": "rx1"}, name="planted_site"),
    *get_resolver("keepwell.web.config.urls").url_patterns,
]
handler404 = "keepwell.web.nhsuk.views.not_found"


@pytest.mark.django_db
@pytest.mark.parametrize("name", PLANTED)
@override_settings(ROOT_URLCONF=__name__)
def test_a_planted_view_that_tells_too_much_is_caught(name, here, everybody):
    few = {role: everybody[role] for role in ("viewer", "listener", ON_SITE)}
    found = wrong(name, at_place(SEE_FIGURES), here, few)
    assert any(PLANTED[name][1] in words for words in found)


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_view_that_is_held_well_passes(here, everybody):
    assert wrong("held_well", at_place(SEE_FIGURES), here, everybody) == []


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_a_planted_page_of_the_site_that_others_can_open_is_caught(here, everybody):
    assert "viewer, get: 200, not 404" in wrong("planted_site", on_site(SEE_FIGURES), here, everybody)


@override_settings(ROOT_URLCONF=__name__)
def test_an_address_that_is_not_in_the_table_is_noticed():
    assert set(named(get_resolver())) - set(TABLE) >= {"held_well", "planted_site"}
