"""Who hears that an organisation's records have changed? Whatever made something of them."""

from __future__ import annotations

from django.dispatch import Signal

records_changed = Signal()
"""Sent with `place`, the organisation, inside the transaction that says that a load is in force or was taken out."""

published_changed = Signal()
"""Sent inside the transaction that says that a published file is in force, or was taken out."""
