"""Diversity: what a list of hits leaves out because another hit says it already.

A superseded edition's passage that the current edition repeats almost word for word gives way to
it; more than `SECTION_HITS` passages of one section make room for other sections and follow after.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

#: Passages of one section before others come first.
SECTION_HITS = 3
#: Share of words in common from which two passages say the same.
SAME = 0.85


def repeated(
    words: Sequence[NDArray[np.int32]], superseded: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which passages of superseded editions say what a passage of another edition says too.

    Args:
        words: The words of each passage.
        superseded: Whether each is of a superseded edition.
    """
    result = np.zeros(len(words), dtype=np.bool_)
    if not superseded.any() or superseded.all():
        return result
    current = [set(words[i].tolist()) for i in np.flatnonzero(~superseded).tolist()]
    for i in np.flatnonzero(superseded).tolist():
        own = set(words[i].tolist())
        result[i] = any(
            len(own & other) >= SAME * len(own | other)
            for other in current
            if SAME * len(own) <= len(other) <= len(own) / SAME
        )
    return result


def spread(rows: Sequence[int], *, k: int, section: Callable[[int], object]) -> list[int]:
    """The first `k` rows after those beyond the third of a section are put behind the others.

    Args:
        rows: Best first.
        section: Tells the sections of passages apart.
    """
    counts: Counter[object] = Counter()
    first: list[int] = []
    behind: list[int] = []
    for row in rows:
        if len(first) == k:
            break
        place = section(row)
        counts[place] += 1
        (first if counts[place] <= SECTION_HITS else behind).append(row)
    return (first + behind)[:k]
