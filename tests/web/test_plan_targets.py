"""Is a target set beside what others manage and what can be seen at all? And are actions that began marked for charts?

With figures as they come: the records' own are in test_plan_figures.
"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import System, somebody, system

from keepwell.comparison.smallest_change import TOO_SMALL
from keepwell.disclosure.hiding import HIDING, HidingPolicy
from keepwell.enquiries.peer_changes import PeerChanges
from keepwell.enquiries.people_behind import Behind, of_staff_shown
from keepwell.errors import EnquiryRefused
from keepwell.periods import Month
from keepwell.web.accounts.models import User
from keepwell.web.evidence import sizes
from keepwell.web.evidence.marks import marks_for
from keepwell.web.evidence.sizes import size_for
from keepwell.web.places.models import Place
from keepwell.web.plans import actions, check_figures
from keepwell.web.plans.check_figures import NOTHING_PUBLISHED, seen_of
from keepwell.web.plans.check_figures import TOO_SMALL as NO_HOPE
from keepwell.web.plans.models import Action, Criterion, Plan

pytestmark = pytest.mark.django_db

BEGAN = dt.date(2025, 6, 2)
PEERS = PeerChanges(
    "leaver_rate", "Acute - Large", Month.parse("2025-10"), (-0.02, *[-0.01] * 3, *[0.0] * 20, *[0.01] * 16)
)
"""Of 40 others one fell by two points, four by one point or more."""


@pytest.fixture
def here() -> System:
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Robin", retention_lead=here.northmoor)


def criterion(before: float | None, after: float | None, measure: str = "leaver_rate", **other: object) -> Criterion:
    return Criterion(kind="measure", words="x", measure=measure, baseline=before, target=after, **other)


def an_action(
    by: User, place: Place, measure: str = "leaver_rate", began: dt.date | None = BEGAN, **other: object
) -> Action:
    """Something agreed, with a criterion with that measure."""
    plan = actions.begin(place=place, content={"title": "Stay well"}, by=by)
    content = {"objective": "Fewer leave", "what": "Ask them", "starts_on": began and began.isoformat()} | other
    criteria = [{"kind": "measure", "words": "x", "measure": measure, "baseline": 0.12, "target": 0.1}]
    action = actions.add(plan=plan, content=content | {"criteria": criteria}, by=by)
    actions.agree(plan=plan, by=by)
    return actions.held_action(action)


class TestPeers:
    @pytest.fixture(autouse=True)
    def _peers(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(check_figures, "changes_elsewhere", lambda place, measure: PEERS)
        monkeypatch.setattr(check_figures, "size_for", lambda user, place, measure: None)

    def seen(self, here: System, lead: User, one: Criterion) -> check_figures.Seen:
        return seen_of(one, 0, here.northmoor, BEGAN, lead)

    def test_a_target_that_few_reached_is_warned_of_with_their_number(self, here: System, lead: User) -> None:
        found = self.seen(here, lead, criterion(0.12, 0.10))
        said = "Of 40 others of its kind (Acute - Large), 1 fell by as much in the year to October 2025."
        assert found.lines == (said,)
        (warning,) = found.warnings
        assert (warning.key, warning.at, warning.found, warning.criterion) == ("inside_peers", "criteria", said, 0)

    def test_one_that_some_reached_is_told_quietly(self, here: System, lead: User) -> None:
        found = self.seen(here, lead, criterion(0.12, 0.1101))
        assert found.lines == (
            "Of 40 others of its kind (Acute - Large), 4 fell by as much in the year to October 2025.",
        )
        assert found.warnings == ()

    def test_none_is_said_in_a_word_and_the_other_way_is_counted_too(self, here: System, lead: User) -> None:
        assert ", none rose by as much" in self.seen(here, lead, criterion(0.12, 0.15)).lines[0]
        assert ", 16 rose by as much" in self.seen(here, lead, criterion(0.12, 0.13)).lines[0]

    def test_a_reason_for_more_takes_the_warning_away_and_not_the_figure(self, here: System, lead: User) -> None:
        found = self.seen(here, lead, criterion(0.12, 0.10, beyond_peers="Two wards close."))
        assert (len(found.lines), found.warnings) == (1, ())

    def test_a_longer_time_makes_each_year_smaller(self, here: System, lead: User) -> None:
        found = self.seen(here, lead, criterion(0.12, 0.10, by=BEGAN + dt.timedelta(days=731)))
        assert found.lines == (
            "Of 40 others of its kind (Acute - Large), 4 fell by as much as this asks for each year in the year to October "
            "2025.",
        )
        assert found.warnings == ()
        soon = self.seen(here, lead, criterion(0.12, 0.10, by=BEGAN + dt.timedelta(days=30)))
        assert ", 1 fell" in soon.lines[0]

    @pytest.mark.parametrize(
        "one",
        [
            criterion(None, 0.1),
            criterion(0.1, None),
            criterion(0.1, 0.1),
            criterion(0.1, float("nan")),
            criterion(float("inf"), 0.1),
            criterion(0.12, 0.1, measure=""),
            criterion(0.12, 0.1, measure="happiness"),
        ],
    )
    def test_what_is_not_in_figures_is_told_nothing(self, here: System, lead: User, one: Criterion) -> None:
        assert self.seen(here, lead, one) == check_figures.Seen()

    def test_single_months_are_not_set_beside_years(self, here: System, lead: User) -> None:
        assert self.seen(here, lead, criterion(0.012, 0.001, window=1)).lines == (NOTHING_PUBLISHED,)

    def test_where_nothing_is_published_that_is_said_quietly(
        self,
        here: System,
        lead: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(check_figures, "changes_elsewhere", lambda place, measure: None)
        found = self.seen(here, lead, criterion(0.12, 0.10))
        assert (found.lines, found.warnings) == (("No published figure to compare with.",), ())


class TestSizes:
    @pytest.mark.parametrize("policy", HIDING.values(), ids=lambda policy: policy.name)
    def test_no_size_that_a_policy_hides_can_be_had_again_however_often_one_asks(
        self,
        here: System,
        lead: User,
        monkeypatch: pytest.MonkeyPatch,
        policy: HidingPolicy,
    ) -> None:
        """Of every size that is hidden, and of others that it could be, every question has the same answer."""
        monkeypatch.setattr(check_figures, "changes_elsewhere", lambda place, measure: None)
        told: dict[int | None, set[str]] = {}
        sizes_asked = [None, *range(policy.hides_to + 1), TOO_SMALL]
        for size in sizes_asked:
            behind = of_staff_shown(size, size)
            monkeypatch.setattr(check_figures, "size_for", lambda *asked, behind=behind: behind)
            told[size] = {
                line
                for percent in range(1, 100, 7)
                for to in (0.0, 0.5, 1.0)
                for measure in ("leaver_rate", "stability_index")
                for months in (1, 12)
                for line in seen_of(
                    criterion(percent / 100, to, measure, window=months), 0, here.northmoor, BEGAN, lead
                ).lines
            }
        assert set(map(frozenset, told.values())) == {frozenset({NOTHING_PUBLISHED, NO_HOPE})}

    def test_one_count_hidden_is_as_good_as_both(self) -> None:
        assert of_staff_shown(400, None) == of_staff_shown(None, 400) == Behind(None)
        assert of_staff_shown(400, 500) == Behind(500)

    def test_a_provider_that_cannot_answer_is_passed_over(
        self,
        here: System,
        lead: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def refuses(*asked: object) -> Behind:
            raise EnquiryRefused("No.", found="x", attempt="y")

        monkeypatch.setattr(sizes, "_PROVIDERS", [refuses, lambda *asked: None, lambda *asked: Behind(30)])
        assert size_for(lead, here.northmoor, "leaver_rate") == Behind(30)


class TestMarks:
    """The days on which actions began, for those who may see them."""

    def test_an_action_is_marked_where_it_belongs_and_above_inside_its_organisation(
        self,
        here: System,
        lead: User,
    ) -> None:
        action = an_action(lead, here.medicine)
        (mark,) = marks_for(lead, here.medicine, "leaver_rate")
        assert (mark.on, mark.words) == (BEGAN, "Action began: Fewer leave")
        assert mark.link == f"/{here.medicine.slug}/actions/{action.pk}/"
        (above,) = marks_for(lead, here.northmoor, "leaver_rate")
        assert above.words == "Action began: Fewer leave (Medicine)"

    @pytest.mark.parametrize("where", ["surgery", "southmoor", "icb", "region"])
    def test_it_is_marked_nowhere_else(self, here: System, lead: User, where: str) -> None:
        an_action(lead, here.medicine)
        user = somebody("All", **{"ics_lead" if where in ("icb", "region") else "retention_lead": getattr(here, where)})
        assert marks_for(lead, getattr(here, where), "leaver_rate") == []
        assert marks_for(user, getattr(here, where), "leaver_rate") == []

    def test_another_organisations_is_never_marked_though_it_was_released_to_all(
        self,
        here: System,
        lead: User,
    ) -> None:
        other = somebody("Sam", retention_lead=here.southmoor)
        action = an_action(other, here.southmoor)
        actions.release(plan=action.plan, to=here.icb, by=other)
        both = somebody("Bo", retention_lead=here.northmoor, ics_lead=here.icb)
        for user in (lead, both):
            assert marks_for(user, here.northmoor, "leaver_rate") == []
            assert marks_for(user, here.icb, "leaver_rate") == []

    def test_a_draft_is_never_marked_for_nobody(self, here: System, lead: User) -> None:
        action = an_action(lead, here.northmoor)
        content = {
            "what": "More",
            "starts_on": "2025-07-01",
            "criteria": [{"kind": "measure", "words": "x", "measure": "leaver_rate"}],
        }
        actions.add(plan=action.plan, content=content, by=lead)
        assert len(marks_for(lead, here.northmoor, "leaver_rate")) == 1
        Plan.objects.filter(pk=action.plan_id).update(state=Plan.DRAFT)
        assert marks_for(lead, here.northmoor, "leaver_rate") == []

    def test_what_was_taken_out_has_no_day_or_is_about_something_else_is_not_marked(
        self,
        here: System,
        lead: User,
    ) -> None:
        actions.take_out(action=an_action(lead, here.northmoor), by=lead)
        an_action(lead, here.northmoor, began=None)
        an_action(lead, here.northmoor, measure="joiner_rate")
        assert marks_for(lead, here.northmoor, "leaver_rate") == []

    def test_who_may_not_see_an_action_sees_no_mark(self, here: System, lead: User) -> None:
        an_action(lead, here.northmoor)
        assert marks_for(somebody("Con", contributor=here.northmoor), here.northmoor, "leaver_rate") == []
        assert len(marks_for(somebody("Vi", viewer=here.northmoor), here.northmoor, "leaver_rate")) == 1
