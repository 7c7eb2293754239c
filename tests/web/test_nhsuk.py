"""Does a page look like one of the NHS, ask nothing of other hosts, and say what it should?"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import gallery
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.base import Message
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from jinja2 import UndefinedError

from keepwell.periods import Month
from keepwell.web.nhsuk import menus, vendor, views, words
from keepwell.web.nhsuk.components import nhs
from keepwell.web.nhsuk.context import Site
from keepwell.web.nhsuk.environment import drawn, folders, static

HERE = Path(vendor.__file__).parent
OTHER_HOST = re.compile(r"(?:https?:)?//[\w-]+(?:\.[\w-]+)+")
NAMES_ONLY = ("http://www.w3.org/",)
TEMPLATES = sorted(path for folder in folders() for path in folder.rglob("*.j2"))


def named_hosts(text: str) -> list[str]:
    return [host for host in OTHER_HOST.findall(text) if not text[text.index(host) :].startswith(NAMES_ONLY)]


def request(path: str = "/", *, known: bool = True) -> HttpRequest:
    """Somebody asks; `known` is whether it is known who."""
    asked = RequestFactory().get(path)
    if known:
        asked.user = AnonymousUser()
    return asked


@pytest.fixture
def broken_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks the database, or a slice for its links, fails."""

    def broken(*told: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr(connection, "cursor", broken)
    for menu in ("account_menu", "site_menu", "place_menu", "place_switch"):
        monkeypatch.setattr(menus, menu, [broken])


class TestWhatIsServed:
    """The files of the design system, as our pages ask for them."""

    @pytest.mark.parametrize(
        "path",
        [p for p in sorted((HERE / "static").rglob("*")) if p.suffix in (".css", ".js", ".svg")],
        ids=lambda p: p.name,
    )
    def test_no_file_names_another_host_or_a_font(self, path: Path) -> None:
        text = path.read_text("utf-8")
        assert named_hosts(text) == []
        assert "@font-face" not in text
        assert "sourceMappingURL" not in text

    def test_a_stylesheet_of_the_package_is_changed_as_it_must_be(self) -> None:
        theirs = (
            "@font-face{font-family:Frutiger W01;src:url(https://assets.nhs.uk/fonts/F.woff2)}"
            "b{background:url(/assets/images/nhsuk-icon-cross.svg)}\n/*# sourceMappingURL=nhsuk.min.css.map */\n"
        )
        assert named_hosts(theirs) == ["https://assets.nhs.uk"]
        assert vendor.stylesheet(theirs) == "b{background:url(images/nhsuk-icon-cross.svg)}\n"
        assert vendor.script("export{a};\n//# sourceMappingURL=a.js.map") == "export{a};\n"

    def test_the_script_makes_them_from_an_unpacked_package(self, tmp_path: Path) -> None:
        made = tmp_path / "package" / "dist" / "nhsuk"
        (made / "assets" / "images").mkdir(parents=True)
        (made / f"nhsuk-frontend-{vendor.VERSION}.min.css").write_text("@font-face{src:url(https://a.uk/f)}a{}")
        (made / f"nhsuk-frontend-{vendor.VERSION}.min.js").write_text("export{}")
        for name in vendor.IMAGES:
            (made / "assets" / "images" / name).write_text("<svg/>")
        written = vendor.vendor(tmp_path / "package", tmp_path / "out")
        assert sorted(p.relative_to(tmp_path / "out").as_posix() for p in written) == sorted(
            p.relative_to(vendor.HERE).as_posix() for p in vendor.HERE.rglob("*") if p.is_file() and p.suffix != ".txt"
        )
        assert (tmp_path / "out" / "nhsuk.min.css").read_text() == "a{}"

    def test_the_licence_stands_beside_them(self) -> None:
        assert "MIT License" in (vendor.HERE / "LICENCE.txt").read_text("utf-8")

    def test_every_picture_that_the_stylesheet_asks_for_is_there(self) -> None:
        asked = set(re.findall(r"url\(([^)]+)\)", (vendor.HERE / "nhsuk.min.css").read_text("utf-8")))
        assert asked
        assert [name for name in asked if not (vendor.HERE / name).is_file()] == []

    def test_they_can_be_collected_under_names_by_their_content(self, settings, tmp_path: Path) -> None:
        settings.STATIC_ROOT = tmp_path
        call_command("collectstatic", interactive=False, verbosity=0)
        assert re.fullmatch(r"/static/nhsuk/nhsuk\.min\.[0-9a-f]{12}\.css", static("nhsuk/nhsuk.min.css"))

    def test_before_that_they_are_found_under_their_own(self) -> None:
        assert static("nothing/like-it.css") == "/static/nothing/like-it.css"


class TestTemplates:
    """Every template of every slice."""

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: f"{p.parent.name}/{p.name}")
    def test_a_template_keeps_the_rules_of_the_site(self, path: Path) -> None:
        text = path.read_text("utf-8")
        engines["jinja2"].get_template(f"{path.parent.name}/{path.name}")
        on_paper = path.name.endswith("_pdf.html.j2")  # a document of its own, which no browser opens
        assert [rule for rule in self.broken_rules(text) if not (on_paper and rule == "a style of its own")] == []
        assert [name for name in re.findall(r'static\("([^"]+)"\)', text) if not finders.find(name)] == []

    def broken_rules(self, text: str) -> list[str]:
        rules = {
            "a style of its own": r"<[^>]*\sstyle=|<style",
            "a script of its own": r"<script(?![^>]*\ssrc=)|<[^>]*\son[a-z]+=|javascript:",
            "unescaped words": r"\|\s*safe\b|autoescape false",
        }
        found = [rule for rule, broken in rules.items() if re.search(broken, text)]
        return found + (["another host"] if named_hosts(text) else [])

    @pytest.mark.parametrize(
        ("words", "rule"),
        [
            ('<p style="color: red">', "a style of its own"),
            ("<script>alert(1)</script>", "a script of its own"),
            ('<button type="submit" onclick="go()">', "a script of its own"),
            ("{{ name | safe }}", "unescaped words"),
            ('<img src="//pictures.example.org/a.png">', "another host"),
        ],
    )
    def test_a_planted_fault_is_noticed(self, words: str, rule: str) -> None:
        assert self.broken_rules(words) == [rule]


class TestPage:
    """The page that all pages are made from."""

    def test_its_title_is_page_place_and_site(self) -> None:
        page = gallery.drawn(gallery.DONE)
        assert (
            "<title>The file is loaded – Northmoor University Hospitals NHS Foundation Trust – Keepwell</title>" in page
        )

    def test_its_title_says_first_that_there_is_an_error(self) -> None:
        assert "<title>Error: Invite a colleague – " in gallery.drawn(gallery.FORM, form=gallery.form_sent())
        assert "<title>Invite a colleague – " in gallery.drawn(gallery.FORM, form=gallery.Invitation())

    def test_it_has_one_heading_of_the_first_rank(self) -> None:
        for page in (gallery.drawn(gallery.PAGE), gallery.drawn(gallery.FORM, form=None), gallery.drawn(gallery.DONE)):
            assert page.count("<h1") == 1

    def test_the_nhs_logo_is_there_only_where_it_is_switched_on(self, settings) -> None:
        assert 'aria-label="NHS"' not in gallery.drawn(gallery.DONE)
        settings.NHS_LOGO = True
        assert 'aria-label="NHS"' in gallery.drawn(gallery.DONE)

    def test_a_demonstration_says_so(self, settings) -> None:
        assert "made up" not in gallery.drawn(gallery.DONE)
        settings.IS_DEMO = True
        assert "This is a demonstration. Its people and its figures are made up." in gallery.drawn(gallery.DONE)

    def test_the_menus_of_the_slices_are_on_it_and_the_current_page_is_marked(self, monkeypatch) -> None:
        gallery.with_menus(monkeypatch)
        page = gallery.drawn(gallery.DONE, path="/northmoor/1/ranking/")
        assert re.findall(r'href="([^"]+)" aria-current="true"', page) == ["/northmoor/1/"]
        assert page.index(">How are we doing<") < page.index(">Who has seen what<")
        assert re.search(r'action="/sign-out/" method="post"><input type="hidden" name="csrfmiddlewaretoken"', page)
        assert '<a href="/place-7/">Place 7</a>' in page

    def test_a_page_that_belongs_to_a_link_by_another_address_is_under_it(self) -> None:
        links = [menus.Link("Figures", "/a/"), menus.Link("Plans", "/a/plans/", covers=("/a/actions/",))]
        assert [Site(request(path)).current(links) for path in ("/a/actions/3/", "/a/plans/1/", "/a/x/")] == [
            "/a/plans/",
            "/a/plans/",
            "/a/",
        ]

    def test_the_way_home_is_current_on_the_home_page_alone(self) -> None:
        links = [menus.Link("Home", "/"), menus.Link("Measures", "/measures/")]
        assert [Site(request(path)).current(links) for path in ("/", "/measures/a/", "/site/")] == [
            "/",
            "/measures/",
            "",
        ]

    def test_links_come_in_their_order_whoever_gave_them(self) -> None:
        later, sooner = menus.Link("Later", "/b/", order=9), menus.Link("Sooner", "/a/", order=1)
        assert menus.gathered([lambda _: [later], lambda _: [sooner]], None) == [sooner, later]

    def test_messages_are_told(self) -> None:
        told = [Message(25, "The load is undone."), Message(20, "<b>Two</b> files wait.")]
        page = gallery.drawn(gallery.DONE, said=told)
        assert page.count("nhsuk-notification-banner--success") == 1
        assert "The load is undone." in page
        assert "&lt;b&gt;Two&lt;/b&gt; files wait." in page

    def test_names_are_escaped(self) -> None:
        page = gallery.drawn(gallery.DONE, place=gallery.Somewhere("<script>x</script>", "a"))
        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page

    @pytest.mark.parametrize(
        "words", ["{{ nothing }}", "{% if nothing %}{% endif %}", "{{ site.nothing }}", "{{ nhs.no() }}"]
    )
    def test_a_name_that_a_page_was_not_given_is_noticed(self, words: str) -> None:
        with pytest.raises(UndefinedError):
            gallery.drawn(
                "{% extends 'nhsuk/page.html.j2' %}{% set title = 'A' %}{% block main %}" + words + "{% endblock %}"
            )

    def test_a_component_is_asked_for_by_its_name_in_the_service_manual(self) -> None:
        assert "nhsuk-back-link" in nhs.back_link(href="/", text="Back")
        assert "&lt;b&gt;" in nhs.button(text="<b>")
        with pytest.raises(AttributeError, match="no component carousel"):
            _ = nhs.carousel


@pytest.fixture(scope="module")
def page() -> str:
    return gallery.drawn(gallery.PAGE)


class TestMacros:
    """What the macros make of what the reports make."""

    def test_a_table_has_a_caption_and_headings_with_a_scope(self, page: str) -> None:
        table = page[page.index("Leaver rate by staff group and year") :]
        table = table[: table.index("</table>")]
        assert "<caption" in table
        assert table.count('<th scope="col"') == 13
        assert table.count('<th scope="row"') == 2
        assert table.count("nhsuk-table__cell--numeric") == 24
        assert table.count("nhsuk-table__header--numeric") == 12

    def test_a_table_is_a_region_that_the_keyboard_reaches(self, page: str) -> None:
        assert page.count('<div class="keepwell-scroll" role="region"') == page.count("<table")
        assert page.count('tabindex="0"') == page.count("<table")

    def test_every_picture_has_its_table_below_it(self, page: str) -> None:
        below = page[page.index("<figcaption>Leavers each month") :]
        assert below.index("<table") < below.index("Leavers by team")

    def test_a_picture_may_stand_twice_on_a_page(self) -> None:
        shown = gallery.chart()
        twice = drawn(shown.desk, "first") + drawn(shown.desk, "second")
        ids = re.findall(r'\bid="([^"]+)"', twice)
        assert len(ids) == len(set(ids)) >= 4
        for names in re.findall(r'aria-labelledby="([^"]+)"', twice):
            assert set(names.split()) <= set(ids)
        assert set(re.findall(r"url\(#([^)]+)\)", twice)) <= set(ids)

    def test_no_id_stands_twice_and_no_style_is_inline(self, page: str) -> None:
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert " style=" not in page

    def test_a_signal_is_told_by_a_mark_and_a_word(self, page: str) -> None:
        marks = re.findall(
            r'<span aria-hidden="true">(.)</span> (Improving|Watch|Worse|Not known|Loading)</strong>', page
        )
        assert len({mark for mark, _ in marks}) == len(marks) == 5

    def test_an_error_is_told_in_its_three_lines(self, page: str) -> None:
        told = page[page.index("keepwell-problem__wrong") :]
        assert told.index("has no column") < told.index("Employee Number, Staff Grp") < told.index("name the heading")

    def test_a_job_that_is_done_no_longer_asks(self) -> None:
        words = '{% from "nhsuk/panels.html.j2" import progress %}{{ progress(share, "Done", "/again/") }}'
        assert 'data-refresh="2"' in gallery.drawn(words, share=0.999)
        assert "data-refresh" not in gallery.drawn(words, share=1.0)
        assert 'value="42"' in gallery.drawn(words, share=0.42)


class TestRefusals:
    """The pages for when a page cannot be shown."""

    @pytest.mark.parametrize(
        ("view", "status", "title"),
        [
            (views.not_found, 404, "Page not found"),
            (views.not_understood, 400, "That was not understood"),
            (views.form_expired, 403, "This form is too old"),
            (views.broken, 500, "Sorry, something is wrong with the site"),
        ],
    )
    def test_it_has_its_status_and_says_what_to_do(self, view, status: int, title: str) -> None:
        answer = view(request(known=False))
        assert answer.status_code == status
        assert f">{title}</h1>" in answer.content.decode()

    def test_what_is_not_theirs_and_what_does_not_exist_are_the_same_bytes(self) -> None:
        one = views.not_found(request("/northmoor/data/", known=False), Exception("not theirs"))
        other = views.not_found(request("/nowhere/", known=False), None)
        assert one.content == other.content

    def test_a_broken_site_asks_neither_the_database_nor_the_slices(self, broken_slices: None) -> None:
        assert views.broken(request()).status_code == 500

    def test_who_is_refused_at_the_door_is_told_before_it_is_known_who_they_are(self, broken_slices: None) -> None:
        assert views.not_understood(request(known=False)).status_code == 400
        with pytest.raises(RuntimeError, match="the database is gone"):
            views.not_understood(request(known=True))


class TestWords:
    """Days, shares and counts as the service manual writes them."""

    def test_days_and_months(self) -> None:
        assert words.day(dt.date(2025, 11, 5)) == "5 November 2025"
        assert words.month(Month.parse("2025-11")) == words.month(dt.date(2025, 11, 30)) == "November 2025"
        assert words.day(None) == words.month(None) == words.moment(None) == words.percent(None) == "–"

    @pytest.mark.parametrize(
        ("at", "shown"),
        [
            (dt.datetime(2025, 7, 1, 23, 30, tzinfo=dt.UTC), "2 July 2025 at 12:30am"),  # summer time
            (dt.datetime(2025, 11, 15, 12, 5, tzinfo=dt.UTC), "15 November 2025 at 12:05pm"),
            (dt.datetime(2025, 11, 15, 14, 5, tzinfo=dt.UTC), "15 November 2025 at 2:05pm"),
        ],
    )
    def test_times_are_those_of_london(self, at: dt.datetime, shown: str) -> None:
        assert django_settings.TIME_ZONE == "Europe/London"
        assert words.moment(at) == shown

    def test_a_day_with_a_time_is_the_day_in_london(self) -> None:
        assert words.day(dt.datetime(2025, 7, 1, 23, 30, tzinfo=dt.UTC)) == "2 July 2025"

    def test_shares(self) -> None:
        assert words.percent(0.12345) == "12.3%"
        assert words.percent(0.5, 0) == "50%"
        assert words.percent(0.0) == "0.0%"
