"""Which hash stands for each person of a file?"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from keepwell.records.keys import PersonKey
from keepwell.sources.coded import Coded, Texts, numbered_together

MOST_TICKED = 1 << 24
"""So many numbers are ticked off in less room than they are sorted in."""


def people_hashed(key: PersonKey, numbers: Coded[Any], issuers: Coded[str]) -> Coded[Any]:
    """The hash of each person's number with its issuer, worked out once for each pair that stands in a row."""
    texts = numbers.values.array if isinstance(numbers.values, Texts) else pa.array(numbers.values, pa.string())
    if len(issuers.values) == 1:
        return Coded(numbers.codes, Texts(key.hashed_all(issuers.values[0], texts)))
    pairs, codes = _distinct(numbered_together([issuers, numbers]), len(issuers.values) * len(texts))
    of_issuer, of_number = np.divmod(pairs, max(len(texts), 1))
    hashes = [key.hashed_all(issuer, texts.take(of_number[of_issuer == i])) for i, issuer in enumerate(issuers.values)]
    return Coded(codes, Texts(pa.concat_arrays(hashes) if hashes else texts))


def _distinct(numbers: npt.NDArray[np.int64], most: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """The numbers that stand there, in order, and row by row which of them; all are below `most`."""
    if most > MOST_TICKED:
        found, codes = np.unique(numbers, return_inverse=True)
        return found, codes.astype(np.int32)
    stands = np.zeros(most, np.bool_)
    stands[numbers] = True
    return np.flatnonzero(stands), (np.cumsum(stands, dtype=np.int32) - 1)[numbers]
