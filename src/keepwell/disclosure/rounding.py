"""What is shown of a count under the NHS rule?

Only the rounding. The policy that uses it comes with the proof that what it hides cannot be worked out again.
"""

from __future__ import annotations

MOST_HIDDEN = 7
STEP = 5


def nhs_rounded(count: int) -> int | None:
    """A count as the NHS rule shows it: 0 as it is, 1 to 7 hidden (None), others to the nearest 5.

    Raises ValueError below zero. Source: NHS Digital's rule for sub-national counts since September 2018.
    """
    if count < 0:
        raise ValueError("a count is not below zero")
    if count == 0:
        return 0
    if count <= MOST_HIDDEN:
        return None
    return (2 * count + STEP) // (2 * STEP) * STEP
