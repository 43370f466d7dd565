"""Topics: how much a word says about which guideline is meant.

In a collection of a few guidelines the topic of one of them stands in most of its passages, so
that BM25 holds it for a common word: of 「DOACは腎機能が悪い人に使えるか」 it weighs 腎機能 above
DOAC and finds another guideline. Counted in documents the topic is rare. A word therefore weighs
what the better of both counts says; where documents are single paragraphs the counts agree. Measured
by benchmarks/retrieval/weights.py: first hits .774 from .763 on the sample guidelines, RR@10 .9498
from .9493 on the shared questions. The heading as a feature of its own was tried beside it and adds
nothing (cross-validated .9478 with and without).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index

Weigh = Callable[[int], float]


def weigher(index: Index) -> Weigh:
    """Gives a word, a place in the vocabulary of `index.words`, its weight."""
    leg, documents = index.words, max(len(index.documents), 1)
    greatest = math.log1p((documents + 0.5) / 0.5)

    @lru_cache(maxsize=1 << 17)
    def weigh(place: int) -> float:
        owners = index.passage_document[leg.postings(place)]
        last = np.flatnonzero(owners[1:] != owners[:-1])
        # In how many documents it stands, where one that has it often counts more than one that
        # mentions it (the inverse of Simpson's index).
        spread = float(len(owners))
        if len(last) < len(owners) - 1:
            runs = np.diff(np.concatenate([[-1], last, [len(owners) - 1]])).astype(np.float64)
            spread = float(runs.sum() ** 2 / np.square(runs).sum())
        # Of the greatest weight that a word of few documents can have.
        share = math.log1p((documents - spread + 0.5) / (spread + 0.5)) / greatest
        return max(leg.idf(place), leg.rarest * share)

    return weigh


def factors(terms: NDArray[np.int64], index: Index, weigh: Weigh) -> NDArray[np.float32]:
    """By what BM25's own weight of each term is multiplied to give it this one."""
    found = [weigh(term) / index.words.idf(term) for term in terms.tolist()]
    return np.asarray(found, dtype=np.float32)
