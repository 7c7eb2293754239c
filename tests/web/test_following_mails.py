"""Is everybody told of a check-in who is to be told, on the day, once, and of nothing but the days?"""

from __future__ import annotations

import datetime as dt

import pytest
from cast import somebody, system
from django.db import IntegrityError
from test_following import START, after, agreed_action, due, said

from keepwell.web.accounts.models import User
from keepwell.web.following import reminding
from keepwell.web.following.models import Reminder
from keepwell.web.jobs.kinds import kind_called
from keepwell.web.mail.models import Message
from keepwell.web.places.refusals import NotAllowed
from keepwell.web.plans import actions as plans
from keepwell.web.plans.models import Action

pytestmark = pytest.mark.django_db


@pytest.fixture
def at():
    return system()


@pytest.fixture
def lead(at) -> User:
    return somebody("Robin", retention_lead=at.northmoor)


@pytest.fixture
def sister(at) -> User:
    return somebody("Sister", line_manager=at.ward_7)


@pytest.fixture
def owner(at) -> User:
    return somebody("Ola", contributor=at.ward_7)


@pytest.fixture
def action(at, sister, owner) -> Action:
    """Of a plan of Ward 7, begun by its manager."""
    made = agreed_action(at.ward_7, sister, owner)
    Message.objects.all().delete()
    return made


def on(*days: int) -> list[tuple[str, str]]:
    """Who got which mail, when the days are looked at one after the other."""
    before = set(Message.objects.values_list("pk", flat=True))
    for day in days:
        reminding.remind(after(day))
    new = Message.objects.exclude(pk__in=before).order_by("pk")
    return [(one.to.name, one.subject) for one in new]


class TestOwner:
    def test_the_owner_is_told_on_the_day_with_a_link_to_the_one_check_in(self, action):
        assert on(-1) == []
        assert on(0) == [("Ola", "A check-in is due")]
        [mail] = Message.objects.all()
        assert mail.link == f"/{action.plan.place.slug}/actions/{action.pk}/check-ins/1-baseline/"
        assert "What" not in mail.words and action.what not in mail.words
        assert mail.about == action.plan.place

    def test_and_once_more_a_week_later_but_not_in_between_and_not_again(self, action):
        found = {day: on(day) for day in (30, 31, 36, 37, 38, 43)}
        told = {day: subjects for day, subjects in found.items() if subjects}
        assert told == {30: [("Ola", "A check-in is due")], 37: [("Ola", "A check-in is overdue")]}
        assert "It was due on 1 April 2026." in Message.objects.latest("pk").words

    def test_nobody_is_told_twice_by_a_job_that_is_done_twice(self, action):
        assert len(on(30)) == 1
        assert on(30, 30, 30) == []

    def test_what_is_answered_is_not_asked_for(self, action, owner):
        said(action, "1-day_30", owner, 29)
        assert on(30, 37, 44) == []

    def test_several_at_once_are_one_mail_to_all_of_them(self, at, action, sister, owner):
        second = agreed_action(at.ward_7, sister, owner)
        Message.objects.all().delete()
        assert on(30) == [("Ola", "Check-ins are due")]
        assert Message.objects.get().link == "/my-actions/check-ins/"
        assert set(Reminder.objects.values_list("action", flat=True)) == {action.pk, second.pk}

    def test_what_becomes_due_beside_what_was_told_of_is_told_too(self, at, action, sister, owner):
        second = agreed_action(at.ward_7, sister, owner, starts_on=after(2))
        Message.objects.all().delete()
        assert on(30) == [("Ola", "Check-ins are due")], "the 30 days of one, and the baseline of the other"
        assert on(32) == [("Ola", "A check-in is due")]
        assert Message.objects.latest("pk").link.endswith(f"/actions/{second.pk}/check-ins/1-day_30/")

    def test_a_closed_account_gets_no_mail(self, action, owner):
        owner.is_active = False
        owner.save()
        assert on(30, 37) == []
        assert set(Reminder.objects.values_list("told", flat=True)) == {0}

    def test_who_declined_gets_no_mail(self, at, sister, owner):
        action = agreed_action(at.ward_7, sister)
        action = plans.ask_owner(action=action, owner=owner, by=sister)
        plans.answer_owning(action=action, accept=False, by=owner)
        Message.objects.all().delete()
        assert on(30) == []

    def test_another_first_day_is_another_day_to_be_told_of(self, action, sister):
        on(30)
        later = (START + dt.timedelta(days=10)).isoformat()
        plans.change_action(action=action, content={"starts_on": later}, known=action.version, by=sister)
        assert on(31) == [("Ola", "A check-in is due")], "the baseline of the new first day"
        assert on(40) == [("Ola", "A check-in is due")]

    def test_a_plan_that_is_agreed_late_is_not_overdue_on_its_first_day(self, at, action, sister, lead):
        assert on(200) == [("Ola", "A check-in is due")]
        assert on(206) == []
        assert on(207) == [("Ola", "A check-in is overdue")]
        assert on(213) == []
        assert on(214) == [("Robin", "Check-ins are overdue where you lead")]


class TestLevelUp:
    def test_after_14_days_those_who_lead_plans_above_are_told_the_days_alone(self, at, action, lead, sister):
        on(30, 37)
        assert on(43) == []
        assert on(44) == [("Robin", "Check-ins are overdue where you lead")]
        mail = Message.objects.latest("pk")
        assert mail.link == f"/{at.ward_7.slug}/overdue/"
        assert "due on 1 April 2026" in mail.words
        assert not any(word in f"{mail.subject} {mail.words}" for word in ("Ola", "Ask the staff", "Stay well"))
        assert on(45, 50) == []

    def test_the_nearest_level_that_somebody_leads_is_told_and_not_all_above(self, at, action, lead):
        somebody("Dora", line_manager=at.surgery)
        assert on(30, 44)[-1][0] == "Dora"

    def test_of_a_whole_organisation_those_who_lead_plans_in_it_are_told_and_nobody_outside(self, at, lead, owner):
        somebody("Ics", ics_lead=at.icb)
        agreed_action(at.northmoor, lead, owner)
        Message.objects.all().delete()
        assert on(30, 37, 44)[-1] == ("Robin", "Check-ins are overdue where you lead")
        assert "Ics" not in {one.to.name for one in Message.objects.all()}

    def test_who_owns_what_is_late_is_not_told_once_more_as_one_level_up(self, at, lead):
        agreed_action(at.northmoor, lead, lead)
        Message.objects.all().delete()
        assert [subject for _, subject in on(30, 37, 44)] == ["A check-in is due", "A check-in is overdue"]

    def test_one_level_up_is_told_also_where_the_owner_has_left(self, action, owner, lead):
        owner.is_active = False
        owner.save()
        assert on(30, 37, 44) == [("Robin", "Check-ins are overdue where you lead")]

    def test_who_leads_above_with_a_closed_account_is_not_told(self, at, action, lead):
        gone = somebody("Dora", line_manager=at.surgery)
        gone.is_active = False
        gone.save()
        assert on(30, 44)[-1][0] == "Robin"


class TestCrashes:
    def test_after_a_crash_in_between_the_others_are_told_and_nobody_twice(self, at, action, sister, monkeypatch):
        other = somebody("Una", contributor=at.ward_7)
        agreed_action(at.ward_7, sister, other)
        Message.objects.all().delete()
        real, posted = reminding.post, []

        def dies_at_the_second(**told):
            posted.append(told["to"].name)
            if len(posted) == 2:
                raise RuntimeError("the worker is gone")
            return real(**told)

        monkeypatch.setattr(reminding, "post", dies_at_the_second)
        with pytest.raises(RuntimeError):
            reminding.remind(after(30))
        monkeypatch.setattr(reminding, "post", real)
        assert Message.objects.count() == Reminder.objects.count() == 1
        reminding.remind(after(30))
        assert sorted(one.to.name for one in Message.objects.all()) == ["Ola", "Una"]

    def test_that_somebody_was_told_and_their_mail_are_kept_together_or_not_at_all(self, action, monkeypatch):
        def dies(*args, **told):
            raise RuntimeError("the worker is gone")

        monkeypatch.setattr(Reminder.objects, "create", dies)
        with pytest.raises(RuntimeError):
            reminding.remind(after(30))
        assert not Message.objects.exists()

    def test_of_two_that_remind_at_once_only_one_is_kept(self, action, monkeypatch):
        """The other one has looked before this one wrote: the database holds them apart."""
        reminding.remind(after(30))
        monkeypatch.setattr(reminding, "_was_told", lambda due, kind: False)
        assert reminding.remind(after(30)) == 0
        assert Message.objects.count() == 1

    def test_the_database_keeps_one_reminder_of_each_kind(self, action):
        reminding.remind(after(30))
        [one] = Reminder.objects.all()
        one.pk = None
        with pytest.raises(IntegrityError):
            one.save()


class TestAsked:
    def test_who_is_asked_to_own_an_action_gets_a_mail_that_leads_to_it(self, at, lead, owner):
        action = agreed_action(at.northmoor, lead)
        plans.ask_owner(action=action, owner=owner, by=lead)
        [mail] = Message.objects.all()
        assert (mail.to, mail.subject) == (owner, "You were asked to own an action")
        assert mail.link == f"/{at.northmoor.slug}/actions/{action.pk}/"
        assert action.what not in mail.words

    def test_who_asks_themselves_gets_none(self, at, lead):
        plans.ask_owner(action=agreed_action(at.northmoor, lead), owner=lead, by=lead)
        assert not Message.objects.exists()

    def test_who_cannot_be_asked_gets_none(self, at, lead):
        action = agreed_action(at.northmoor, lead)
        with pytest.raises(NotAllowed):
            plans.ask_owner(action=action, owner=somebody("Sam", contributor=at.southmoor), by=lead)
        assert not Message.objects.exists()


def test_the_job_comes_round_by_itself_several_times_a_day():
    kind = kind_called("following.remind")
    assert kind is not None and kind.every is not None and kind.every <= dt.timedelta(hours=12)


def test_what_is_due_is_the_one_that_the_mail_leads_to(action):
    assert due(action, "1-day_30").on == after(30)
