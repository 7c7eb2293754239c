"""Do a few words say how everybody will see that it worked: a number, or something that will have happened?

Rules to be read, not a judgement: what they let through can still be a poor target, and what they stop is only warned of.
"""

from __future__ import annotations

import re
from typing import Final

MONTHS: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
SMALL_NUMBERS: Final = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
AMOUNT: Final = rf"(?:\d+(?:[.,]\d+)*|one|{SMALL_NUMBERS}|…)"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


NO_AMOUNT: Final = _any_of(
    r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",  # 31/03/2027
    r"\b\d{4}-\d{2}(-\d{2})?\b",  # 2027-03-31
    r"\b(19|20)\d\d(\s?[/–-]\s?\d{2,4})?\b",  # 2027, 2026/27
    rf"\b(\d{{1,2}}(st|nd|rd|th)?\s+(of\s+)?)?({MONTHS})\b(\s+\d{{1,2}}\b(?!\s*%))?",  # 31 March
    r"\bQ[1-4]\b",
    r"\b24/7\b",
    r"\b(band|block|chapter|clinic|days?|floor|grade|level|phase|section|site|stage|step|team|tier|unit|version|ward|week"
    r"|year)\s+\d+\b",  # Ward 7 is a name
    rf"\b(in|within|over|after|during|next)\s+(the\s+)?(next\s+|first\s+|coming\s+)?{AMOUNT}\s+(to\s+{AMOUNT}\s+)?"
    r"(weeks?|months?|quarters?|years?)\b",  # until when, not how much
    r"\bcovid-19\b",
    r"\bNHS 111\b",
)
"""What has a figure in it and says no amount: days, years, names, and by when."""
AN_AMOUNT: Final = _any_of(
    r"\d",
    r"\bfrom\s+…",  # still to be filled in
    r"…\s+(of|people|mentors|teams|moves|meetings|newly)\b",
    r"\b(all|each of|first|with|held)\s+…",
    rf"\b({SMALL_NUMBERS}|dozen|twenty|hundred)\b",
    r"\b(at least|at most|more than|fewer than|less than|no more than|not more than|up to)\s+one\b",
    r"\bone in\b",
    r"\b(half|a third|two thirds|a quarter|three quarters|a tenth)\b",
    r"\b(halved|halves|doubled|doubles|twice|none of|zero)\b",
)
"""How much: a figure, a number in words, a share."""
DONE: Final = (
    "accepted|adopted|agreed|announced|answered|appointed|approved|asked|assigned|briefed|built|chosen|circulated|closed"
    "|commissioned|completed|confirmed|costed|counted|decided|delivered|discussed|distributed|elected|ended|filled in"
    "|finished|funded|handed over|held|hired|installed|invited|issued|launched|listed|matched|moved|named|nominated"
    "|offered|opened|paid|passed on|piloted|presented|printed|produced|published|ratified|recruited|removed|reported"
    "|reviewed|rolled out|scheduled|sent|set up|shared|signed|started|submitted|switched on|taken part|tested|told"
    "|trained|turned into|updated|written"
)
"""What has happened or has not: everybody can see which."""
DOES: Final = "accepts|agrees|appoints|approves|closes|decides|launches|opens|publishes|ratifies|receives|signs|starts"
"""The same of somebody who is still to do it."""
VAGUE: Final = (
    "addressed|boosted|considered|cultivated|embedded|embraced|empowered|encouraged|engaged|enhanced|explored|fostered"
    "|improved|increased|lowered|maximised|optimised|prioritised|promoted|raised|recognised|reduced|strengthened"
    "|supported|sustained|transformed|valued"
)
"""What can be said of anything: by how much, nobody knows."""
A_MILESTONE: Final = _any_of(
    rf"\b(?<!feel )(?<!feels )(?<!being )({DONE})\b",
    rf"\b(board|committee|chair|director|executive|team|network|practice|union|staff side|ICB|trust)s?\s+({DOES})\b",
    r"\b(decision|decisions|change|changes|move|moves)\s+(is\s+|are\s+|has been\s+|have been\s+)?made\b",
    rf"\b(has|have)\s+been\s+(?!({VAGUE})\b)\w+(ed|en|wn|ne)\b",
    r"\b(has|have)\s+(met|gone|left|come|reached|had (a|an|the|its|their|one))\b",
    r"\b(before|in front of|to) the board\b",
    r"\b(is|are|goes|go)\s+(in place|in post|in use|live|running)\b",
    r"\b(is|are)\s+in(?=[,.;]|$)",
    r"\b(stands?|names?|shows?)\s+(its|each|every|all|in the|on the)\b",
    r"\b(every|each|no)\b[^,.;]{1,60}\b(has|have)\s+(a|an|the)\b",
)
"""What will have happened, or will stand there for everybody to see."""


def has_amount(words: str) -> bool:
    """Whether a text says how much, and not only when or where: "from 12% to 11%", "half", "three teams"."""
    return AN_AMOUNT.search(NO_AMOUNT.sub(" ", words)) is not None


def has_milestone(words: str) -> bool:
    """Whether a text says what will have happened: "The board has agreed to the new way"."""
    return A_MILESTONE.search(words) is not None


def can_be_checked(words: str) -> bool:
    """Whether everybody could see that it came about: by a number or by a milestone."""
    return has_amount(words) or has_milestone(words)


A_TIME: Final = _any_of(
    rf"(?<!\w){AMOUNT}\s+(working\s+)?(days?|weeks?|months?|quarters?|years?)\b",
    r"\b(a|an|half a|this|next)\s+(day|week|month|quarter|year)\b",
    rf"\b({MONTHS})\b",
    r"\b(19|20)\d\d\b",
    r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",
    r"\bQ[1-4]\b",
)


def has_time(words: str) -> bool:
    """Whether a text says how long or until when: "2 months", "by the end of March"."""
    return A_TIME.search(words) is not None
