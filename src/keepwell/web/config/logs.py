"""What does the log say of an error that nobody foresaw, without telling what somebody typed?"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Any

Error = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutWords(logging.Formatter):
    """Lines of the log in which an error is where it rose and what kind it is, never its words.

    A database says in its words which address is there already, a parser which value it could not read. Of the address
    of a page only its pattern is said: the link of a mail lets somebody in.
    """

    def formatException(self, ei: Error) -> str:  # noqa: N802 (logging names it so)
        return "\n".join(_lines(ei[1]))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (as above)
        words = super().formatMessage(record)
        request: Any = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        return words.replace(request.path, f"/{match.route}") if match else words


def _lines(error: BaseException | None) -> Iterator[str]:
    if error is None:
        return
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    yield from _lines(before)
    for step in traceback.extract_tb(error.__traceback__):
        yield f'  File "{step.filename}", line {step.lineno}, in {step.name}'
    yield type(error).__name__
