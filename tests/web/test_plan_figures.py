"""Do figures say of a target what they can, to those who may know it? And do charts show when an action began?"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Iterator

import pytest
from cast import System, somebody
from django.core.cache import caches
from test_dashboards import (  # noqa: F401 (fixtures)
    here,
    manager_of_a_small_team,
    one_trust,
    released_inside,
    signed_in,
    words,
)
from test_evidence_values import published  # noqa: F401 (a fixture)

from keepwell.comparison.smallest_change import change_of_rate, change_of_share, class_of, in_steps
from keepwell.enquiries import Enquiry, answer
from keepwell.enquiries.people_behind import Behind, of_staff_shown
from keepwell.web.accounts.models import User
from keepwell.web.dashboards import providing as handing
from keepwell.web.dashboards.actions import set_target
from keepwell.web.evidence.sizes import size_for
from keepwell.web.places.models import Place
from keepwell.web.places.queries import published_workspace, workspace_of
from keepwell.web.plans import actions
from keepwell.web.plans.check_figures import NOTHING_PUBLISHED, seen_of
from keepwell.web.plans.check_figures import TOO_SMALL as NO_HOPE
from keepwell.web.plans.check_queries import seen_in, warnings_of
from keepwell.web.plans.models import Action, Criterion
from keepwell.web.releases.models import Release

pytestmark = [pytest.mark.django_db(transaction=True, serialized_rollback=True), pytest.mark.once]

SOURCE = "esr_staff_in_post"
BEGAN = dt.date(2025, 6, 2)


@pytest.fixture
def lead(here: System) -> User:  # noqa: F811
    return somebody("Robin", retention_lead=here.northmoor)


def criterion(before: float | None, after: float | None, measure: str = "leaver_rate", **other: object) -> Criterion:
    return Criterion(kind="measure", words="x", measure=measure, baseline=before, target=after, **other)


def medicine(here: System) -> Place:  # noqa: F811
    return Place.objects.select_related("controller", "parent").get(controller=here.northmoor, name="Medicine")


def an_action(
    by: User, place: Place, measure: str = "leaver_rate", began: dt.date | None = BEGAN, **other: object
) -> Action:
    """Something agreed, with a criterion with that measure."""
    plan = actions.begin(place=place, content={"title": "Stay well"}, by=by)
    content = {"objective": "Fewer leave", "what": "Ask them", "starts_on": began and began.isoformat()} | other
    criteria = [{"kind": "measure", "words": "x", "measure": measure, "baseline": 0.12, "target": 0.1}]
    action = actions.add(plan=plan, content=content | {"criteria": criteria}, by=by)
    actions.agree(plan=plan, by=by)
    return Action.objects.select_related("plan__place__controller", "owner").get(pk=action.pk)


class TestSizes:
    def test_who_sees_exact_figures_is_told_by_the_class_of_the_records(self, here: System, lead: User) -> None:  # noqa: F811
        row = answer(workspace_of(here.northmoor), Enquiry("leaver_rate", source=SOURCE)).rows()[0]
        average = (row["headcount_at_start"] + row["headcount_at_end"]) / 2
        assert size_for(lead, here.northmoor, "leaver_rate") == Behind(class_of(average)) == Behind(750)
        part = answer(
            workspace_of(here.northmoor),
            Enquiry("share_who_left", source=SOURCE, where=(("directorate", ("Medicine",)),)),
        ).rows()[0]
        found = size_for(lead, medicine(here), "share_who_left")
        assert found == Behind(class_of(part["headcount_at_start"]))
        assert found != Behind(750)
        leavers = answer(workspace_of(here.northmoor), Enquiry("retirement_share", source="esr_leavers")).rows()[0]
        assert size_for(lead, here.northmoor, "retirement_share") == Behind(class_of(leavers["leavers"]))

    def test_the_smallest_change_is_that_of_the_class_and_what_is_less_is_warned_of(
        self,
        here: System,  # noqa: F811
        lead: User,
    ) -> None:
        least = in_steps(change_of_rate(750, 0.12, falls=True))
        assert least == 0.05
        found = seen_of(criterion(0.12, 0.08), 0, here.northmoor, BEGAN, lead)
        said = "In a group of this size a change of less than about 5 points cannot be told from chance."
        assert found.lines == (NOTHING_PUBLISHED, said)
        (warning,) = found.warnings
        assert (warning.key, warning.found) == ("can_be_seen", said)
        assert seen_of(criterion(0.12, 0.07), 0, here.northmoor, BEGAN, lead).warnings == ()
        share = in_steps(change_of_share(750, 0.9, falls=False))
        assert f"about {100 * share:g} points" in "".join(
            seen_of(criterion(0.9, 0.91, "stability_index"), 0, here.northmoor, BEGAN, lead).lines
        )

    def test_a_count_goes_by_its_own_number(self, here: System, lead: User) -> None:  # noqa: F811
        """55 leavers: (√(7.85² + 8 × 7.85 × 55) − 7.85) / 2 = 25.7, so 26."""
        stranger = somebody("Sam", contributor=here.southmoor)
        for user in (lead, stranger):
            found = seen_of(criterion(55, 40, "leavers"), 0, here.northmoor, BEGAN, user)
            assert found.lines[1] == "A change of less than about 26 people cannot be told from chance."
            assert [one.key for one in found.warnings] == ["can_be_seen"]
        assert seen_of(criterion(55, 29, "leavers"), 0, here.northmoor, BEGAN, lead).warnings == ()

    def test_who_sees_no_figures_is_told_nothing_of_size(self, here: System, lead: User) -> None:  # noqa: F811
        released_inside(here, lead)
        for user in (
            somebody("Sam", retention_lead=here.southmoor),
            somebody("Ics", ics_lead=here.icb),
            somebody("Con", contributor=here.northmoor),
        ):
            assert size_for(user, here.northmoor, "leaver_rate") is None
            assert size_for(user, medicine(here), "share_who_left") is None
            assert seen_of(criterion(0.12, 0.119), 0, here.northmoor, BEGAN, user).warnings == ()

    def test_who_sees_hidden_figures_is_told_by_what_was_handed_over(self, here: System, lead: User) -> None:  # noqa: F811
        viewer = somebody("Vi", viewer=here.northmoor)
        assert size_for(viewer, here.northmoor, "leaver_rate") is None
        released_inside(here, lead)
        assert size_for(viewer, here.northmoor, "leaver_rate") == Behind(750)
        assert size_for(viewer, here.northmoor, "retirement_share") is None  # not what was handed over
        manager, team = manager_of_a_small_team(here)
        row = handing._handed_over(team, Release.objects.get()).rungs[0].row
        assert row is not None and row.leavers is None and row.headcount_at_start is not None
        shown = of_staff_shown(row.headcount_at_start, row.headcount_at_end)
        assert size_for(manager, team, "leaver_rate") == shown != Behind(None)

    def test_a_team_too_small_is_told_so_and_nothing_else(self, here: System, lead: User) -> None:  # noqa: F811
        """Whoever asks: those who see the sixteen people of the delivery suite, and those who do not."""
        released_inside(here, lead)
        team = Place.objects.select_related("controller", "parent").get(name="Delivery Suite")
        for user in (lead, manager := somebody("Ward manager", line_manager=team)):
            assert size_for(user, team, "leaver_rate") == Behind(None)
        found = seen_of(criterion(0.12, 0.01), 0, team, BEGAN, manager)
        assert found.lines == (NOTHING_PUBLISHED, NO_HOPE)
        assert [one.key for one in found.warnings] == ["can_be_seen"]

    def test_what_is_published_tells_the_size_of_an_organisation_to_everybody_and_of_no_part(
        self,
        published: System,  # noqa: F811
    ) -> None:
        """As published the staff of the trust and of its year; a part of it is in no published file."""
        stranger = somebody("Sam", contributor=published.southmoor)
        row = answer(
            published_workspace(),
            Enquiry("leaver_rate", months=12, where=(("organisation", (published.northmoor.code,)),)),
        ).rows()[0]
        average = (row["headcount_at_start"] + row["headcount_at_end"]) / 2
        assert size_for(stranger, published.northmoor, "leaver_rate") == Behind(class_of(average))
        assert size_for(stranger, medicine(published), "leaver_rate") is None
        stranger.is_active = False
        assert size_for(stranger, published.northmoor, "leaver_rate") is None

    def test_the_warnings_of_an_action_have_those_of_its_figures(self, here: System, lead: User) -> None:  # noqa: F811
        action = an_action(lead, here.northmoor)
        assert list(seen_in(action, lead)) == [0]
        assert ("can_be_seen", 0) in [(one.key, one.criterion) for one in warnings_of(action, lead)]
        viewer = somebody("Vi", viewer=here.northmoor)
        assert "can_be_seen" not in [one.key for one in warnings_of(action, viewer)]


class TestCharts:
    @pytest.fixture(autouse=True)
    def _empty(self) -> Iterator[None]:
        caches["pages"].clear()
        yield
        caches["pages"].clear()

    def page(self, user: User, address: str) -> str:
        answered = signed_in(user).get(address)
        assert answered.status_code == 200
        return answered.content.decode()

    @pytest.mark.parametrize("address", ["/measures/leaver_rate/?place=rx1", "/rx1/"])
    def test_the_chart_its_table_and_its_text_name_the_action(self, here: System, lead: User, address: str) -> None:  # noqa: F811
        action = an_action(lead, here.northmoor)
        page = self.page(lead, address)
        section = page[page.index('id="course"') :]
        section = section[: section.index("</section>")]
        said = "A, June 2025: Action began: Fewer leave"
        for drawn in re.findall(r"<desc[^>]*>(.*?)</desc>", section):
            assert f"{said}." in html.unescape(drawn)
        assert section.count(">A</text>") == 2  # on the desk and on the phone
        assert "A: Action began: Fewer leave</text>" in section
        table = words(section[section.index("<table") : section.index("</table>")])
        assert "What happened" in table
        assert re.search(r"June 2025 [^A]*A, June 2025: Action began: Fewer leave", table)
        assert f"{said}.</li>" in section
        assert f'href="/{here.northmoor.slug}/actions/{action.pk}/"' in page

    def test_a_chart_without_actions_is_as_it_was(self, here: System, lead: User) -> None:  # noqa: F811
        before = self.page(lead, "/rx1/")
        assert "What happened" not in before
        an_action(lead, here.northmoor, measure="sickness_absence_rate")
        strip = re.compile(r'csrf|value="[A-Za-z0-9]{64}"')
        assert strip.sub("", self.page(lead, "/rx1/")).count("<svg") == strip.sub("", before).count("<svg")
        assert "What happened" not in self.page(lead, "/rx1/")

    @pytest.mark.parametrize("address", ["/measures/leaver_rate/?place=rx1", "/rx1/"])
    def test_a_page_that_is_kept_shows_each_what_they_may_see_now(
        self,
        here: System,  # noqa: F811
        lead: User,
        address: str,
    ) -> None:
        """One more action, then one that is a draft again: neither is missed because the chart was made before."""
        first = an_action(lead, here.northmoor, objective="One thing")
        assert "Action began: One thing" in self.page(lead, address)
        an_action(lead, here.northmoor, objective="Another")
        page = self.page(lead, address)
        assert "A, June 2025: Action began: One thing" in page
        assert "B, June 2025: Action began: Another" in page
        Action.objects.filter(pk=first.pk).update(state=Action.DRAFT)
        page = self.page(lead, address)
        assert "One thing" not in page
        assert "A, June 2025: Action began: Another" in page

    def test_the_chart_of_a_target_shows_the_actions_of_its_measure(self, here: System, lead: User) -> None:  # noqa: F811
        set_target(place=here.northmoor, measure="leaver_rate", value=0.1, by_month="2026-10", known=None, by=lead)
        an_action(lead, here.northmoor)
        page = self.page(lead, "/rx1/")
        section = page[page.index('id="targets"') : page.index('id="course"')]
        assert section.count("A, June 2025: Action began: Fewer leave") >= 3

    def test_several_are_lettered_in_order_and_what_came_after_the_last_month_is_there(
        self,
        here: System,  # noqa: F811
        lead: User,
    ) -> None:
        an_action(lead, here.northmoor, began=dt.date(2025, 12, 1), objective="Later")
        an_action(lead, here.northmoor, began=dt.date(2025, 3, 1), objective="First")
        an_action(lead, here.northmoor, began=dt.date(2020, 3, 1), objective="Long ago")
        an_action(lead, here.northmoor, began=dt.date(2026, 3, 1), objective="Too late")
        page = words(self.page(lead, "/measures/leaver_rate/?place=rx1"))
        assert "A, March 2025: Action began: First" in page
        assert "December 2025 – – – – – B, December 2025: Action began: Later" in page
        assert "C, " not in page.split("Before you use it")[-1].split("Read more")[0]

    def test_the_page_taken_away_has_them_too(self, here: System, lead: User) -> None:  # noqa: F811
        an_action(lead, here.northmoor)
        answered = signed_in(lead).get("/rx1/take/html/")
        content = b"".join(answered) if answered.streaming else answered.content
        assert b"A, June 2025: Action began: Fewer leave" in content
