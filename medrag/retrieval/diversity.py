"""Diversity: what a list of hits leaves out because another hit says it already.

A superseded edition's passage that the current edition repeats almost word for word gives way to
it. What a better passage of the same document contains, and more than `SECTION_HITS` passages of
one section, make room for others and follow after them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.index.terms import BREAK_NUMBER

# RR@10 and the evidence among eight hits are the same at 2, 3, 5 and 99 passages a section and at .7
# and .85 of the words in common (benchmarks/retrieval/weights.py): these are for the reader of the list.
#: Passages of one section before others come first.
SECTION_HITS = 3
#: Share of words in common from which two passages say the same.
SAME = 0.85
#: Share of a passage's words that a better one of its document has, from which it adds nothing.
#: Without it the evidence among eight hits falls from .957 to .935; .8 is no different.
CONTAINED = 0.95


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


def spread(
    order: Sequence[int],
    *,
    k: int,
    documents: Sequence[int],
    words: Sequence[NDArray[np.int32]],
) -> list[int]:
    """The first `k` of `order`, with what adds little put behind the others.

    Args:
        order: Numbers of passages, best first.
        documents: The document of each passage.
        words: The words of each passage, the heading first (`Index.sequences`).
    """
    shared = Counter(documents)
    counts: Counter[tuple[int, bytes]] = Counter()
    seen: dict[int, list[int]] = {}
    first: list[int] = []
    behind: list[int] = []
    for number in order:
        if len(first) == k:
            break
        document = documents[number]
        if shared[document] > 1:
            before = seen.setdefault(document, [])
            section = (document, _heading(words[number]))
            counts[section] += 1
            if counts[section] > SECTION_HITS or (before and _contained(words, number, before)):
                behind.append(number)
                continue
            before.append(number)
        first.append(number)
    return (first + behind)[:k]


def _contained(words: Sequence[NDArray[np.int32]], number: int, others: Sequence[int]) -> bool:
    own = set(words[number].tolist())
    return any(len(own.intersection(words[i].tolist())) >= CONTAINED * len(own) for i in others)


def _heading(words: NDArray[np.int32]) -> bytes:
    return words[: (words == BREAK_NUMBER).argmax()].tobytes()
