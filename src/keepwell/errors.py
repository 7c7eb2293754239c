"""What a user can put right."""

from __future__ import annotations


class KeepwellError(Exception):
    """Something the user can put right, in three lines: what is wrong, what we found, what to try.

    The words never hold a person's value: name the row number and the column instead.
    """

    exit_status = 2

    def __init__(self, wrong: str, *, found: str, attempt: str) -> None:
        self.wrong = wrong
        self.found = found
        self.attempt = attempt
        super().__init__(f"{wrong}\n  Found: {found}\n  Try:   {attempt}")


class FileNotUnderstood(KeepwellError):
    """A file that is none of the formats, or one of them gone wrong."""


class DecisionNeeded(KeepwellError):
    """A file that would load once the user has decided something that is not ours to decide."""

    exit_status = 1


class WorkspaceRefused(KeepwellError):
    """A workspace that cannot be used as asked."""


class EnquiryRefused(KeepwellError):
    """A question that the loaded data cannot answer honestly."""


def listed(names: list[str], most: int = 8) -> str:
    """Names in a row, cut after the first few: "a, b, c and 4 more"."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 row", "1,204 rows"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def rows_named(numbers: list[int], most: int = 5) -> str:
    """Row numbers as a user reads them: "row 17", "rows 17, 208 and 3 more"."""
    if not numbers:
        return "no rows"
    return f"{'row' if len(numbers) == 1 else 'rows'} {listed([str(n) for n in numbers], most)}"
