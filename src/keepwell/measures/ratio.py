"""What is a share of nothing? It has no value."""

from __future__ import annotations

import ibis


def ratio(part: ibis.Value, whole: ibis.Value) -> ibis.Value:
    """part / whole as a fraction; null where the whole is not above zero."""
    return (whole > 0).ifelse(part.cast("float64") / whole.cast("float64"), ibis.null("float64"))
