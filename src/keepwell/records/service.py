"""How long has somebody been here, and how old are they?"""

from __future__ import annotations

import ibis

SERVICE_UNKNOWN_NOTE = "Service is not known where no start date is recorded."


def service_months(started: ibis.Value, month: ibis.Value) -> ibis.Value:
    """Whole months from the month of starting to a month (Month.index).

    Null without a start date, and for one that lies ahead: it is of another post, or wrong.
    """
    months = month - (started.year() * 12 + started.month() - 1)
    return ibis.ifelse(months >= 0, months, ibis.null("int64"))


def age_at(birth_month: ibis.Value, month: ibis.Value) -> ibis.Value:
    """Years of age at a month's end, from the month of birth; null where it is not known.

    The day of birth is not kept: somebody counts as having had the birthday once its month has ended.
    """
    return (month - birth_month).floordiv(12)
