"""What stands in a calendar of actions?

A calendar file leaves the site and lies in others' calendars: it names the kind of thing and its day, and leads back
here. What an action is stays on its page.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar
from icalendar import Event as Entry

from keepwell.web.following.queries import Course, courses_of
from keepwell.web.following.rules import cannot_be_asked
from keepwell.web.plans.models import Action
from keepwell.web.plans.presenters import title_of

ENDS = "Action ends"


@dataclass(frozen=True, slots=True)
class Event:
    """A day on which something is due: `what` in a few neutral words, `title` what the action is, for pages only."""

    on: dt.date
    what: str
    title: str
    action: Action
    key: str
    link: str


def events_of(actions: Sequence[Action], today: dt.date) -> list[Event]:
    """The check-ins that are due or to come, and the ends of what is under way, in order of their days."""
    found = [event for course in courses_of(actions) for event in _events(course, today)]
    return sorted(found, key=lambda event: (event.on, event.action.pk, event.key))


def _events(course: Course, today: dt.date) -> Iterator[Event]:
    action = course.action
    slug, title = action.plan.place.slug, title_of(action)
    if cannot_be_asked(action) is None:
        owed = course.owed(today)
        for due in course.now:
            if due == owed or (due.on > today and due.check_in is None):
                link = reverse("check_ins", args=[slug, action.pk])
                yield Event(due.on, due.name, title, action, due.key, link)
    if action.state == Action.UNDER_WAY and action.removed_at is None and action.ends_on is not None:
        yield Event(action.ends_on, ENDS, title, action, "end", reverse("action", args=[slug, action.pk]))


def as_file(events: Iterable[Event]) -> bytes:
    """The days as an iCalendar file. Taken in again later, the same days are moved and not doubled.

    Source: RFC 5545.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//{settings.SITE_NAME}//Actions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for event in events:
        calendar.add_component(_entry(event))
    return bytes(calendar.to_ical())


def _entry(event: Event) -> Entry:
    entry = Entry()
    host = settings.SITE_ADDRESS.partition("://")[2]
    address = f"{settings.SITE_ADDRESS}{event.link}"
    entry.add("uid", f"action-{event.action.pk}-{event.key}@{host}")
    entry.add("sequence", event.action.version)
    entry.add("dtstamp", timezone.now())
    entry.add("dtstart", event.on)
    entry.add("dtend", event.on + dt.timedelta(days=1))
    entry.add("summary", f"{settings.SITE_NAME}: {event.what}")
    entry.add("url", address)
    entry.add("description", f"Sign in to see what: {address}")
    entry.add("transp", "TRANSPARENT")
    return entry
