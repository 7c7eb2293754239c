"""How is said on a page what the engine says to somebody at a command line?"""

from __future__ import annotations

import re
from typing import Final

FIELDS: Final = {
    "fte": "FTE",
    "icb": "ODS code of the ICB",
    "icb_name": "Name of the ICB",
    "birth": "Month of birth",
    "start": "First day",
    "end": "Last day",
    "person": "Employee number",
    "orientation": "Sexual orientation",
}
ON_THE_PAGE: Final = (
    (r";? ?to load as it is: (?:--accept [\w-]+ ?)+", ""),
    (r"--accept [\w-]+", "accept it"),
    (r"--month \d{4}-\d{2} would", "saying the month would"),
    (r"leave out --month(?: \S+)?", "do not say a month"),
    (r"leave out --organisation(?: \S+)?", "bring it in where it belongs"),
    (r"(?:or )?--leave-out organisation", "or rename that column"),
    (r"--leave-out (\w+)", lambda found: f"leave out “{field_in_words(found[1])}”"),
    (r"--month(?: \d{4}-\d{2})?", "say the month"),
    (r"--organisation(?: \S+)?", "add a column with the ODS code of the organisation"),
    (
        r'name the heading: --column (\w+)=(?:"[^"]*"|…)',
        lambda found: f"say below which heading is “{field_in_words(found[1])}”",
    ),
    (r'--column (\w+)=(?:"[^"]*"|…)', lambda found: f"say which heading is “{field_in_words(found[1])}”"),
    (r"--column\b", "say which heading it is"),
    (r"--day-first|--month-first", lambda found: f"choose “{found[0][2:].replace('-', ' ')}”"),
    (r"keepwell unload (\d+)", r"take out load \1"),
    (r"keepwell formats lists what can be loaded", "the manual lists what can be loaded"),
    (r"keepwell loads", "look at the list of what is loaded"),
)
"""What the engine says for its command line, and what that is on a page."""


def on_the_page(words: str) -> str:
    """Words that the engine says to somebody at a command line, as they are said on a page."""
    for theirs, ours in ON_THE_PAGE:
        words = re.sub(theirs, ours, words)
    return words


def field_in_words(name: str) -> str:
    words = name.replace("_", " ")
    return FIELDS.get(name, words[:1].upper() + words[1:])
