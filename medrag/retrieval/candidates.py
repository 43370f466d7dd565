"""Candidates: the first stage, which looks at every passage of the index."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.index.lexical import Scores
from medrag.retrieval.names import EXPANDED
from medrag.retrieval.question import Question
from medrag.retrieval.topics import Weigh

#: Of the bigram leg against the word leg: words alone MRR .916, with bigrams at .54 .927, while
#: reciprocal rank fusion of the two gives .919 (JSQuAD paragraphs).
BIGRAMS = 0.54

#: How many passages the second stage looks at, which takes time for each: cross-validated RR@10 is
#: .9523, .9527, .9524 and .9512 with 16, 24, 32 and 64, R@10 .9953, .9964, .9964, .9964.
CANDIDATES = 24


class FirstStage(NamedTuple):
    """BM25 of every passage, each shape (passages,)."""

    words: NDArray[np.floating]
    bigrams: NDArray[np.floating]

    @property
    def fused(self) -> NDArray[np.floating]:
        """The fixed fusion of both."""
        fused = self.bigrams * np.float32(BIGRAMS)
        return np.asarray(np.add(fused, self.words, out=fused, casting="same_kind"))


def first_stage(question: Question, index: Index, *, weigh: Weigh) -> FirstStage:
    """Score every passage by the words (with expansions) and the bigrams of the question."""
    leg = index.words
    words = leg.scores(question.words, _factors(question.words, index, weigh))
    for replaces, group in groupby(question.expansions, key=lambda one: one.replaces):
        bound = float(question.weights[list(replaces)].sum())
        found = [_expanded(one.terms, index, weigh, bound) for one in group]
        best = found[0]
        if len(found) > 1:
            # What several of the names say counts as what the best of them says.
            rows = np.concatenate([one.rows for one in found])
            scores = np.concatenate([one.scores for one in found])
            order = np.lexsort((scores, rows))
            last = order[np.flatnonzero(np.diff(rows[order], append=-1))]
            best = Scores(rows[last], scores[last])
        words[best.rows] += best.scores
    return FirstStage(words, index.bigrams.scores(question.bigrams))


def _expanded(terms: NDArray[np.int64], index: Index, weigh: Weigh, bound: float) -> Scores:
    """What another name scores, a row a passage: together its words weigh at most half of `bound`."""
    share = EXPANDED * min(1.0, bound / sum(map(weigh, terms.tolist())))
    found = index.words.postings_of(terms, _factors(terms, index, weigh) * np.float32(share))
    if len(terms) == 1:
        return found
    rows, places = np.unique(found.rows, return_inverse=True)
    return Scores(rows, np.bincount(places, found.scores).astype(np.float32))


def _factors(terms: NDArray[np.int64], index: Index, weigh: Weigh) -> NDArray[np.float32]:
    """By what BM25's own weight of each term is multiplied to give it its weight here."""
    factors = [weigh(term) / index.words.idf(term) for term in terms.tolist()]
    return np.asarray(factors, dtype=np.float32)


def top(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Rows of the `k` greatest scores above 0, best first; equal scores in the order of rows."""
    found = np.flatnonzero(scores > 0)
    if k < len(found):
        # Not argpartition: it would order the rows in the dark, and equal scores by chance.
        least = -np.partition(-scores[found], k - 1)[k - 1]
        found = found[scores[found] >= least]
    order = np.argsort(-scores[found], kind="stable")[:k]
    return np.asarray(found[order])
