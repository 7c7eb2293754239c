"""Do the plans of all below add up: what has no action, what gets no answer, what is paid twice, and who has sent what?"""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

import pytest
from aligning import action_in, plan_at, today
from cast import System, somebody, system
from django.db import IntegrityError, transaction
from django.utils import timezone

from keepwell.content.general_practice import must_dos
from keepwell.content.planning import check_ins
from keepwell.web.accounts.models import User
from keepwell.web.alignment import actions, gap_queries, money_actions, money_queries, queries, sending_queries
from keepwell.web.alignment.check_ins_owed import owed_since
from keepwell.web.alignment.gap_presenters import Gaps, answered, gaps_in_words
from keepwell.web.alignment.models import AskedAgain, NeedPart, NeedValue, Reply
from keepwell.web.alignment.money_actions import Aimed, Passed, Weighed
from keepwell.web.alignment.need_index import Part, shares_of_need
from keepwell.web.alignment.reply_queries import how_answered
from keepwell.web.alignment.sending_presenters import gap_in_words, months_until, plans_in_words
from keepwell.web.alignment.workforce_queries import targets_of
from keepwell.web.assessments.aim_actions import HowFar, add_aim, write_aim
from keepwell.web.assessments.models import Answer, Round, Scheme
from keepwell.web.assessments.models import Shown as ShownRating
from keepwell.web.following.models import CheckIn, Cycle
from keepwell.web.following.queries import courses_of
from keepwell.web.mail.models import Message
from keepwell.web.places.models import Place
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans.actions import take_out
from keepwell.web.plans.models import Action, Plan, Shown

pytestmark = pytest.mark.django_db

NOTHING = queries.Served({}, {})


@pytest.fixture
def here() -> System:
    return system()


@pytest.fixture
def lead(here: System) -> User:
    return somebody("Ics", ics_lead=here.icb)


@pytest.fixture
def robin(here: System) -> User:
    return somebody("Robin", retention_lead=here.northmoor)


class TestWhatIsInIt:
    def test_what_was_released_here_and_what_the_place_agreed_itself(self, here: System, robin: User) -> None:
        own = action_in(plan_at(here.icb, robin))
        below = action_in(plan_at(here.northmoor, robin, to=here.icb))
        assert set(queries.actions_in(here.icb)) == {own, below}

    def test_a_release_to_a_network_is_not_seen_at_the_system(self, here: System, robin: User) -> None:
        plan = plan_at(here.practice, robin, to=here.network)
        action = action_in(plan)
        assert list(queries.actions_in(here.network)) == [action]
        assert not queries.actions_in(here.icb)
        Shown.objects.create(plan=plan, to=here.icb, released_by=robin)
        assert list(queries.actions_in(here.icb)) == [action]
        assert not queries.actions_in(here.region)

    @pytest.mark.parametrize("state", [Plan.DRAFT, Plan.CLOSED])
    def test_only_what_is_agreed(self, here: System, robin: User, state: str) -> None:
        action_in(plan_at(here.northmoor, robin, to=here.icb, state=state))
        action_in(plan_at(here.icb, robin, state=state))
        assert not queries.actions_in(here.icb)

    def test_no_draft_of_an_action_and_nothing_taken_out_or_withdrawn(self, here: System, robin: User) -> None:
        plan = plan_at(here.northmoor, robin, to=here.icb)
        action_in(plan, state=Action.DRAFT)
        action_in(plan, removed_at=timezone.now(), removed_by=robin)
        assert not queries.actions_in(here.icb)
        kept = action_in(plan)
        assert list(queries.actions_in(here.icb)) == [kept]
        plan.shown.update(withdrawn_at=timezone.now(), withdrawn_by=robin)
        assert not queries.actions_in(here.icb)

    def test_a_place_that_lies_elsewhere_by_now_is_in_it_no_more(self, here: System, robin: User) -> None:
        action_in(plan_at(here.southmoor, robin, to=here.northmoor))
        assert not queries.actions_in(here.northmoor)

    def test_totals(self, here: System, robin: User) -> None:
        plan = plan_at(here.northmoor, robin, to=here.icb)
        action_in(plan, ends_on=today(-1))
        action_in(plan, ends_on=today())
        action_in(plan, state=Action.FINISHED, ends_on=today(-9))
        action_in(plan_at(here.southmoor, robin, to=here.icb), state=Action.STOPPED)
        found = queries.totals_of(queries.actions_in(here.icb))
        assert (found.actions, found.plans, found.places) == (4, 2, 2)
        assert (found.under_way, found.finished, found.stopped, found.late) == (2, 1, 1, 1)


class TestNoAction:
    def test_every_must_do_without_an_action(self, here: System, robin: User, lead: User) -> None:
        first, second, third = (one.key for one in must_dos()[:3])
        plan = plan_at(here.northmoor, robin, to=here.icb)
        action_in(plan, topic=first, aims=[second, second])
        action_in(plan, topic=third, state=Action.STOPPED)
        serving = gap_queries.served_at(here.icb)
        assert (serving.numbers[first], serving.numbers[second], serving.numbers.get(third)) == (1, 1, None)
        without = gap_queries.must_dos_of(gap_queries.aims_without(here.icb, serving))
        assert len(without) == 20
        assert third in {one.item for one in without}

    def test_a_must_do_that_is_done_needs_no_action(self, here: System, lead: User) -> None:
        key = must_dos()[0].key
        told = {"place": here.icb, "kind": "must_do", "key": key, "by": lead}
        aim = write_aim(**told, told=HowFar("under_way"), known=None)
        assert len(gap_queries.must_dos_of(gap_queries.aims_without(here.icb, NOTHING))) == 22
        write_aim(**told, told=HowFar("done"), known=aim.version)
        assert len(gap_queries.must_dos_of(gap_queries.aims_without(here.icb, NOTHING))) == 21

    def test_one_of_the_places_own_is_served_by_what_was_begun_from_it(self, here: System, lead: User) -> None:
        told = {"place": here.icb, "kind": "must_do", "level": "system", "by": lead}
        own, other = add_aim(**told, title="A bus to work"), add_aim(**told, title="A creche")
        action_in(plan_at(here.icb, lead), began_from=f"aim:{own.pk}")
        without = gap_queries.aims_without(here.icb, gap_queries.served_at(here.icb))
        assert [one.item for one in without if one.own] == [str(other.pk)]

    def test_the_sentence(self, here: System, robin: User) -> None:
        keys = [one.key for one in must_dos()]
        action_in(plan_at(here.northmoor, robin, to=here.icb), topic=keys[0], aims=keys[1:20])
        without = gap_queries.aims_without(here.icb, gap_queries.served_at(here.icb))
        said = gaps_in_words(here.icb, Gaps(without, (), (), ()))
        assert said.startswith("Two must-dos have no action anywhere.")

    def test_a_trust_has_no_must_dos_of_general_practice(self, here: System) -> None:
        assert gap_queries.aims_without(here.northmoor, NOTHING) == []


def rated_red(place, by: User, topic: str, to=None) -> Round:
    told = {"started_by": by, "agreed_by": by, "agreed_at": timezone.now(), "state": Round.AGREED}
    round = Round.objects.create(place=place, assessment="retention_traffic_light", **told)
    Answer.objects.create(round=round, item=topic, rating="red", changed_by=by)
    Answer.objects.create(round=round, item="data", rating="amber", changed_by=by)
    if to is not None:
        ShownRating.objects.create(round=round, to=to, released_by=by)
    return round


def reds(place: Place) -> list[gap_queries.Red]:
    return gap_queries.reds_without(place, gap_queries.served_at(place))


class TestReds:
    def test_a_released_red_without_an_action(self, here: System, robin: User) -> None:
        rated_red(here.northmoor, robin, "culture", to=here.icb)
        [red] = reds(here.icb)
        assert (red.topic.key, [place.name for place in red.places]) == ("culture", ["Northmoor Trust"])
        action_in(plan_at(here.southmoor, robin, to=here.icb), topic="culture")
        assert reds(here.icb), "another trust's action is none of theirs"
        action_in(plan_at(here.northmoor, robin, to=here.icb), topic="culture")
        assert reds(here.icb) == []

    def test_what_was_not_released_is_not_known(self, here: System, robin: User) -> None:
        round = rated_red(here.northmoor, robin, "culture")
        assert reds(here.icb) == []
        ShownRating.objects.create(
            round=round, to=here.icb, released_by=robin, withdrawn_at=timezone.now(), withdrawn_by=robin
        )
        assert reds(here.icb) == []

    def test_inside_an_organisation_what_was_agreed_is_known(self, here: System, robin: User) -> None:
        rated_red(here.surgery, robin, "culture")
        rated_red(here.medicine, robin, "culture")
        [red] = reds(here.northmoor)
        assert [place.name for place in red.places] == ["Medicine", "Surgery"]
        action_in(plan_at(here.ward_7, robin, to=here.northmoor), topic="culture")
        [red] = reds(here.northmoor)
        assert [place.name for place in red.places] == ["Medicine"]
        action_in(plan_at(here.northmoor, robin), topic="culture")
        assert reds(here.northmoor) == []


class TestWishes:
    @pytest.fixture
    def wish(self, here: System, robin: User) -> Action:
        return action_in(plan_at(here.practice, robin, to=here.icb), seeks_above="A mentor for new GPs")

    @pytest.fixture
    def ours(self, here: System, lead: User) -> Action:
        return action_in(plan_at(here.icb, lead), "Mentors for the system")

    def test_first_what_nobody_answered(self, here: System, lead: User, wish: Action, ours: Action) -> None:
        other = action_in(wish.plan, seeks_above="Money")
        actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=ours, by=lead)
        assert [one.action for one in gap_queries.wanted_from(here.icb)] == [other, wish]
        assert [one.supported for one in gap_queries.wanted_from(here.icb)] == [False, True]

    def test_the_practice_sees_the_answer(self, here: System, lead: User, wish: Action, ours: Action) -> None:
        manager = somebody("Pm", practice_manager=here.practice)
        assert how_answered(wish, manager) == "No answer yet"
        actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=ours, words="From May", by=lead)
        assert how_answered(wish, manager) == "Moorland: supported"
        assert how_answered(wish, somebody("Sam", retention_lead=here.southmoor)) is None
        told = answered(Reply.objects.get())
        assert (told.by_action, told.words) == ("Mentors for the system", "From May")

    def test_a_draft_above_and_one_taken_out_since_are_not_named(
        self, here: System, lead: User, wish: Action, ours: Action
    ) -> None:
        draft = action_in(ours.plan, "Secret", state=Action.DRAFT)
        with pytest.raises(NotAllowed, match="A draft supports nobody yet"):
            actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=draft, by=lead)
        actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=ours, by=lead)
        assert gap_queries.wanted_from(here.icb)[0].supported
        take_out(action=ours, by=lead)
        assert not gap_queries.wanted_from(here.icb)[0].supported
        assert how_answered(wish, lead) == "Moorland: supported no longer"
        assert answered(Reply.objects.select_related("action_above__plan").get()).by_action == (
            "an action that has been taken out since"
        )

    def test_an_action_that_was_stopped_supports_no_longer(
        self, here: System, lead: User, wish: Action, ours: Action
    ) -> None:
        actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=ours, by=lead)
        Action.objects.filter(pk=ours.pk).update(state=Action.STOPPED)
        assert not gap_queries.wanted_from(here.icb)[0].supported
        told = answered(Reply.objects.select_related("action_above__plan").get())
        assert (told.state, told.kind, told.by_action) == ("No longer supported", "watch", "Mentors for the system")

    def test_only_ones_own_action_supports(self, here: System, lead: User, robin: User, wish: Action) -> None:
        theirs = action_in(plan_at(here.northmoor, robin, to=here.icb))
        with pytest.raises(NotAllowed, match="not yours"):
            actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=theirs, by=lead)
        with pytest.raises(NotAllowed, match="Say which action"):
            actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, by=lead)
        stopped = action_in(plan_at(here.icb, lead), state=Action.STOPPED)
        with pytest.raises(NotAllowed, match="was stopped"):
            actions.reply(action=wish, place=here.icb, state=Reply.SUPPORTED, above=stopped, by=lead)

    def test_not_now_says_why(self, here: System, lead: User, wish: Action) -> None:
        with pytest.raises(NotAllowed, match="why not now"):
            actions.reply(action=wish, place=here.icb, state=Reply.NOT_NOW, words=" ", by=lead)
        actions.reply(action=wish, place=here.icb, state=Reply.NOT_NOW, words="No money until April", by=lead)
        assert not gap_queries.wanted_from(here.icb)[0].supported

    @pytest.mark.parametrize("how", ["withdrawn", "draft", "draft plan", "taken out", "own"])
    def test_what_was_not_released_is_not_answered(self, here: System, lead: User, wish: Action, how: str) -> None:
        if how == "withdrawn":
            wish.plan.shown.update(withdrawn_at=timezone.now(), withdrawn_by=lead)
        elif how == "draft plan":
            Plan.objects.update(state=Plan.DRAFT)
        elif how == "own":
            wish = action_in(plan_at(here.icb, lead), seeks_above="x")
        else:
            told = {"state": Action.DRAFT} if how == "draft" else {"removed_at": timezone.now(), "removed_by": lead}
            Action.objects.filter(pk=wish.pk).update(**told)
        with pytest.raises(NotAllowed, match="not yours"):
            actions.reply(action=wish, place=here.icb, state=Reply.NOT_NOW, words="x", by=lead)

    def test_who_leads_no_plans_does_not_answer(self, here: System, wish: Action) -> None:
        analyst = somebody("Na", national_analyst=here.icb)
        with pytest.raises(NotAllowed, match="does not let you agree a plan"):
            actions.reply(action=wish, place=here.icb, state=Reply.NOT_NOW, words="x", by=analyst)

    def test_what_wants_nothing_is_not_answered(self, here: System, lead: User, wish: Action) -> None:
        Action.objects.filter(pk=wish.pk).update(seeks_above="  ")
        with pytest.raises(NotAllowed, match="wants nothing"):
            actions.reply(action=wish, place=here.icb, state=Reply.NOT_NOW, words="x", by=lead)

    def test_two_at_once(self, here: System, lead: User, wish: Action) -> None:
        told = {"action": wish, "place": here.icb, "state": Reply.NOT_NOW, "by": lead}
        actions.reply(**told, words="Mine")
        with pytest.raises(actions.Quicker, match="Somebody else has changed this"):
            actions.reply(**told, words="Theirs", known=None)
        actions.reply(**told, words="Mine again", known=1)
        assert (Reply.objects.get().words, Reply.objects.get().version) == ("Mine again", 2)

    def test_a_reply_of_another_system_is_not_shown(self, here: System, robin: User, wish: Action) -> None:
        Reply.objects.create(action=wish, place=here.region, state=Reply.NOT_NOW, words="x", changed_by=robin)
        assert gap_queries.wanted_from(here.icb)[0].replies == ()


class TestPaidTwice:
    def test_on_one_line_of_the_tree(self, here: System, robin: User) -> None:
        told = {"offer": "national_coaching", "committed": 500}
        action_in(plan_at(here.icb, robin), **told)
        action_in(plan_at(here.practice, robin, to=here.icb), **told, spent=700)
        [twice] = gap_queries.paid_twice(here.icb)
        assert (twice.offer, twice.money) == ("national_coaching", Decimal(1200))
        assert [one.name for one in twice.paying] == ["Moorland", "Fell Surgery"]

    def test_side_by_side(self, here: System, robin: User) -> None:
        for place in (here.northmoor, here.southmoor):
            action_in(plan_at(place, robin, to=here.icb), "A legacy mentor scheme.", cost_yearly=10)
        [twice] = gap_queries.paid_twice(here.icb)
        assert twice.title == "A legacy mentor scheme."

    def test_not_in_different_branches_nor_without_money(self, here: System, robin: User) -> None:
        told = {"offer": "national_coaching"}
        action_in(plan_at(here.northmoor, robin, to=here.icb), **told, committed=5)
        action_in(plan_at(here.practice, robin, to=here.icb), **told, committed=5)
        assert gap_queries.paid_twice(here.icb) == []
        action_in(plan_at(here.southmoor, robin, to=here.icb), **told)
        assert gap_queries.paid_twice(here.icb) == []
        action_in(plan_at(here.southmoor, robin, to=here.icb), **told, committed=5, state=Action.STOPPED)
        assert gap_queries.paid_twice(here.icb) == []

    def test_twice_in_one_plan_is_one_payer(self, here: System, robin: User) -> None:
        plan = plan_at(here.northmoor, robin, to=here.icb)
        for _ in range(2):
            action_in(plan, offer="national_coaching", committed=5)
        assert gap_queries.paid_twice(here.icb) == []

    def test_beside_a_scheme_of_the_own_gap_audit(self, here: System, robin: User) -> None:
        Scheme.objects.create(
            place=here.icb, title="Legacy mentors", level="system", money=100, changed_by=robin, version=1
        )
        action_in(plan_at(here.network, robin, to=here.icb), "Legacy mentors", committed=50)
        [twice] = gap_queries.paid_twice(here.icb)
        assert [one.action is None for one in twice.paying] == [True, False]

    def test_the_gap_audit_of_another_place_is_not_known(self, here: System, robin: User) -> None:
        Scheme.objects.create(
            place=here.network, title="Legacy mentors", level="system", money=100, changed_by=robin, version=1
        )
        action_in(plan_at(here.icb, robin), "Legacy mentors", committed=50)
        assert gap_queries.paid_twice(here.icb) == []


class TestMoney:
    def told(self, to, amount=1000, **more) -> Passed:
        return Passed(
            **(
                {
                    "to": to,
                    "amount": Decimal(amount),
                    "starts_on": today(-9),
                    "ends_on": today(9),
                    "what_for": "Mentors",
                }
                | more
            )
        )

    def test_rolled_up_to_the_places_directly_below(self, here: System, robin: User, lead: User) -> None:
        money_actions.pass_on(place=here.icb, told=self.told(here.practice), by=lead)
        one = money_actions.pass_on(place=here.icb, told=self.told(here.network, 500), by=lead)
        money_actions.enter_besides(allocation=one, committed=Decimal(10), spent=Decimal(5), known=one.version, by=lead)
        action_in(plan_at(here.practice, robin, to=here.icb), committed=300, spent=100, cost_once=40, cost_yearly=2)
        action_in(plan_at(here.icb, lead), committed=7)
        found = {line.place.name: line.money for line in money_queries.rolled_up(here.icb).lines}
        network = found["Fell Network"]
        assert (network.allocated, network.committed, network.spent) == (1500, 310, 105)
        assert (network.cost, network.left) == (42, 1190)
        assert found["Moorland"].committed == 7
        assert money_queries.rolled_up(here.icb).total.committed == 317

    def test_money_whose_time_is_over_is_not_added(self, here: System, lead: User) -> None:
        past = self.told(here.network, starts_on=today(-9), ends_on=today(-1))
        money_actions.pass_on(place=here.icb, told=past, by=lead)
        assert money_queries.rolled_up(here.icb).total.allocated == 0

    def test_money_taken_back_is_not_added(self, here: System, lead: User) -> None:
        one = money_actions.pass_on(place=here.icb, told=self.told(here.network), by=lead)
        money_actions.end(kept=one, known=1, by=lead)
        assert money_queries.rolled_up(here.icb).total.allocated == 0
        with pytest.raises(NotAllowed, match="has ended"):
            money_actions.end(kept=one, known=2, by=lead)

    def test_it_goes_to_those_below(self, here: System, lead: User) -> None:
        for place in (here.icb, here.region):
            with pytest.raises(NotAllowed, match="passed on to those below"):
                money_actions.pass_on(place=here.icb, told=self.told(place), by=lead)

    def test_days_and_pounds(self, here: System, lead: User) -> None:
        with pytest.raises(NotAllowed, match="end before it starts"):
            money_actions.pass_on(place=here.icb, told=self.told(here.network, ends_on=today(-10)), by=lead)
        with pytest.raises(NotAllowed, match="how many pounds"):
            money_actions.pass_on(place=here.icb, told=self.told(here.network, 0), by=lead)

    def test_nobody_passes_on_at_another_place(self, here: System, robin: User) -> None:
        with pytest.raises(NotAllowed, match="not yours"):
            money_actions.pass_on(place=here.icb, told=self.told(here.network), by=robin)

    def test_who_received_it_enters_what_is_besides_and_nobody_else(
        self, here: System, lead: User, robin: User
    ) -> None:
        one = money_actions.pass_on(place=here.icb, told=self.told(here.northmoor), by=lead)
        told = {"allocation": one, "committed": Decimal(1), "spent": None}
        money_actions.enter_besides(**told, known=1, by=robin)
        with pytest.raises(actions.Quicker):
            money_actions.enter_besides(**told, known=1, by=lead)
        with pytest.raises(NotAllowed, match="not yours"):
            money_actions.enter_besides(**told, known=2, by=somebody("Sam", retention_lead=here.southmoor))

    def test_two_at_once(self, here: System, lead: User) -> None:
        one = money_actions.pass_on(place=here.icb, told=self.told(here.northmoor), by=lead)
        money_actions.change_passed(allocation=one, told=self.told(here.northmoor, 5), known=1, by=lead)
        with pytest.raises(actions.Quicker):
            money_actions.change_passed(allocation=one, told=self.told(here.northmoor, 6), known=1, by=lead)


class TestNeed:
    def test_shares_by_hand(self) -> None:
        # Size 100, 300; rate 0.2, 0.1: 20 and 30 expected. Shares 1/4, 3/4 and 2/5, 3/5; weights 1 and 3.
        size, rate = Part({1: 100, 2: 300}, 1, False), Part({1: 0.2, 2: 0.1}, 3, True)
        found = shares_of_need([size, rate])
        assert found == pytest.approx({1: (0.25 + 3 * 0.4) / 4, 2: (0.75 + 3 * 0.6) / 4})
        assert sum(found.values()) == pytest.approx(1)

    def test_a_place_without_a_value_is_left_out(self) -> None:
        found = shares_of_need([Part({1: 1, 2: 1, 3: 2}, 1, False), Part({1: 5, 2: 5}, 1, True)])
        assert found == pytest.approx({1: 0.5, 2: 0.5})

    def test_a_rate_alone_and_nothing_at_all_say_nothing(self) -> None:
        assert shares_of_need([Part({1: 1}, 1, True)]) == {}
        assert shares_of_need([Part({1: 0, 2: 0}, 1, False)]) == {}
        assert shares_of_need([]) == {}

    def test_a_part_of_noughts_is_left_out_with_its_weight(self) -> None:
        found = shares_of_need([Part({1: 1, 2: 3}, 1, False), Part({1: 0, 2: 0}, 9, True)])
        assert found == pytest.approx({1: 0.25, 2: 0.75})

    def weighed(self, **more) -> Weighed:
        told = {"title": "Staff", "kind": NeedPart.COUNT, "weight": 1, "source": "ESR", "as_of": today()}
        return Weighed(**(told | more))

    def test_money_against_need(self, here: System, lead: User) -> None:
        values = {here.northmoor.pk: 300.0, here.southmoor.pk: 100.0, here.network.pk: None}
        money_actions.weigh(place=here.icb, told=self.weighed(), values=values, by=lead)
        for place in (here.northmoor, here.southmoor):
            money_actions.pass_on(place=here.icb, told=TestMoney().told(place), by=lead)
        money = money_queries.rolled_up(here.icb)
        need = money_queries.need_of(here.icb, money, "allocated")
        assert [one.name for one in need.left_out] == ["Fell Network"]
        assert [one.place.name for one in need.under] == ["Northmoor Trust"]
        assert [one.apart for one in need.over] == pytest.approx([0.25])
        assert money_queries.which_money("", money) == "allocated"
        assert money_queries.which_money("spent", money) == "spent"

    def test_values_change_and_are_taken_away(self, here: System, lead: User) -> None:
        part = money_actions.weigh(
            place=here.icb, told=self.weighed(), values={here.northmoor.pk: 3.0, here.southmoor.pk: 1.0}, by=lead
        )
        values = {here.northmoor.pk: 4.0, here.southmoor.pk: None}
        money_actions.weigh(place=here.icb, told=self.weighed(), values=values, by=lead, part=part, known=1)
        assert dict(NeedValue.objects.values_list("of", "value")) == {here.northmoor.pk: 4.0}
        with pytest.raises(actions.Quicker):
            money_actions.weigh(place=here.icb, told=self.weighed(), values=values, by=lead, part=part, known=1)

    def test_of_places_below_only(self, here: System, lead: User) -> None:
        with pytest.raises(KeyError):
            money_actions.weigh(place=here.icb, told=self.weighed(), values={here.region.pk: 3.0}, by=lead)

    def test_the_database_holds_no_need_below_nought(self, here: System, lead: User) -> None:
        part = money_actions.weigh(place=here.icb, told=self.weighed(), values={}, by=lead)
        with pytest.raises(IntegrityError), transaction.atomic():
            NeedValue.objects.create(part=part, of=here.northmoor, value=-1)


class TestSending:
    def of(self, here: System, place) -> sending_queries.Sent:
        return next(one for one in sending_queries.sent_to(here.icb) if one.place == place)

    def test_the_sentence_counts_plans_that_run(self, here: System, robin: User) -> None:
        plan_at(here.northmoor, robin, to=here.icb)
        plan_at(here.southmoor, robin, to=here.icb, ends_on=today(-1))
        plan_at(here.network, robin, to=here.icb, ends_on=today())
        plan_at(here.practice, robin, to=here.network)
        have = sending_queries.have_a_plan(here.icb)
        assert plans_in_words(have, ["trust", "network"]) == "1 of 2 trusts and 1 of 1 network have a current plan."
        assert {one.kind: (one.number, one.of) for one in have}["practice"] == (0, 1)

    def test_what_has_come_and_what_has_not(self, here: System, robin: User) -> None:
        assert self.of(here, here.northmoor).missing == ("figures", "a rating", "a plan")
        rated_red(here.northmoor, robin, "culture", to=here.icb)
        action_in(plan_at(here.northmoor, robin, to=here.icb), ends_on=today(-3))
        found = self.of(here, here.northmoor)
        assert (found.missing, found.late_since) == (("figures",), today(-3))

    def test_parts_of_other_organisations_are_none_of_ours(self, here: System) -> None:
        assert here.surgery not in {one.place for one in sending_queries.sent_to(here.icb)}
        assert here.surgery in {one.place for one in sending_queries.sent_to(here.northmoor)}

    def test_of_a_part_of_ones_own_the_figures_are_there(self, here: System) -> None:
        [ward] = [one for one in sending_queries.sent_to(here.northmoor) if one.place == here.ward_7]
        assert ward.missing == ("a rating", "a plan")

    def test_what_was_withdrawn_has_not_come(self, here: System, robin: User) -> None:
        round = rated_red(here.northmoor, robin, "culture", to=here.icb)
        plan = plan_at(here.northmoor, robin, to=here.icb)
        round.shown.update(withdrawn_at=timezone.now(), withdrawn_by=robin)
        plan.shown.update(withdrawn_at=timezone.now(), withdrawn_by=robin)
        assert self.of(here, here.northmoor).missing == ("figures", "a rating", "a plan")

    def test_overdue_check_ins_of_what_was_released(self, here: System, robin: User) -> None:
        plan = plan_at(here.northmoor, robin, to=here.icb)
        action_in(plan, starts_on=today(-40))
        action_in(plan, starts_on=today(-400), state=Action.DRAFT)
        action_in(plan_at(here.southmoor, robin), starts_on=today(-40))
        found = sending_queries.overdue_check_ins(here.icb)
        assert {pk: (one.number, one.since) for pk, one in found.items()} == {here.northmoor.pk: (1, today(-10))}

    def test_what_is_owed_is_as_following_has_it(self, here: System, robin: User) -> None:
        rng, plan = random.Random(7), plan_at(here.northmoor, robin, to=here.icb)
        told = {"answered_by": robin, "changed_by": robin}
        keys = [one.key for one in check_ins().check_ins]
        for number in range(60):
            start = today(-rng.choice([0, 1, 29, 30, 31, 60, 89, 90, 91, 200]))
            state = rng.choice([Action.UNDER_WAY, Action.UNDER_WAY, Action.FINISHED])
            action = action_in(plan, starts_on=None if number % 9 == 8 else start, state=state)
            if again := rng.random() < 0.4:
                Cycle.objects.create(action=action, number=2, starts_on=today(-rng.randrange(70)), begun_by=robin)
            for cycle in (1, 2) if again else (1,):
                for key in rng.sample(keys, rng.randrange(4)):
                    CheckIn.objects.create(
                        action=action, cycle=cycle, key=key, due_on=today(-rng.randrange(50)), **told
                    )
        seen = queries.actions_in(here.icb)
        slow = [due.on for course in courses_of(list(seen)) if (due := course.owed(today()))]
        fast = [day for _, day in owed_since(seen, today())]
        assert len(fast) > 10
        assert sorted(fast) == sorted(slow)

    def test_asked_once_a_week_by_mail_to_those_who_lead_plans(self, here: System, lead: User, robin: User) -> None:
        somebody("Analyst", hr_analyst=here.northmoor)
        gone = somebody("Gone", retention_lead=here.northmoor)
        User.objects.filter(pk=gone.pk).update(is_active=False)
        actions.ask_again(place=here.icb, of=here.northmoor, by=lead)
        [mail] = Message.objects.all()
        assert (mail.to, mail.about, mail.link) == (robin, here.northmoor, "/rx1/plans/")
        with pytest.raises(NotAllowed, match="at most once a week"):
            actions.ask_again(place=here.icb, of=here.northmoor, by=lead)
        AskedAgain.objects.update(at=timezone.now() - dt.timedelta(days=7, seconds=1))
        actions.ask_again(place=here.icb, of=here.northmoor, by=lead)
        assert Message.objects.count() == 2

    def test_nobody_to_ask_and_nobody_elsewhere(self, here: System, lead: User) -> None:
        with pytest.raises(NotAllowed, match="Nobody with an account leads plans at Southmoor"):
            actions.ask_again(place=here.icb, of=here.southmoor, by=lead)
        with pytest.raises(NotAllowed, match="not yours"):
            actions.ask_again(place=here.icb, of=here.region, by=lead)
        assert not Message.objects.exists()
        assert not AskedAgain.objects.exists()


class TestTargets:
    def test_what_is_needed_a_month(self, here: System, lead: User) -> None:
        by = dt.date(2028, 3, 31)
        told = Aimed("fte", 6000, by, "The national plan", "GP")
        target = money_actions.aim(place=here.icb, told=told, by=lead)
        assert gap_in_words(target, 3600, dt.date(2026, 3, 31)) == (
            "2,400 more full-time equivalents needed: about 100 a month for 24 months."
        )
        assert gap_in_words(target, 6000, by) == "Reached."
        assert gap_in_words(target, 6012, by) == "Reached, with 12 full-time equivalents more."
        assert gap_in_words(target, 5999, by) == "1 more full-time equivalent needed, in less than a month."
        assert gap_in_words(target, 5000, dt.date(2028, 4, 1)).endswith("needed by a day that has passed.")

    @pytest.mark.parametrize(
        ("start", "end", "months"),
        [("2026-01-15", "2026-02-15", 1), ("2026-01-15", "2026-02-14", 0), ("2026-01-31", "2026-02-28", 1)],
    )
    def test_whole_months(self, start: str, end: str, months: int) -> None:
        assert months_until(dt.date.fromisoformat(start), dt.date.fromisoformat(end)) == months

    def test_who_sets_no_targets_sets_none(self, here: System) -> None:
        gp = somebody("Gp", gp_clinical_lead=here.icb)
        with pytest.raises(NotAllowed, match="does not let you set targets"):
            money_actions.aim(place=here.icb, told=Aimed("fte", 6, today(), "Us"), by=gp)

    def test_ended_it_changes_no_more(self, here: System, lead: User) -> None:
        told = Aimed("headcount", 6, today(), "Us")
        target = money_actions.aim(place=here.icb, told=told, by=lead)
        money_actions.end(kept=target, known=1, by=lead)
        assert not targets_of(here.icb)
        with pytest.raises(NotAllowed, match="has ended"):
            money_actions.aim(place=here.icb, told=told, by=lead, target=target, known=2)
