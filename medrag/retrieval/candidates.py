"""Candidates: the first stage, which looks at every passage of the index."""

from __future__ import annotations

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
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

    words: NDArray[np.float32]
    bigrams: NDArray[np.float32]

    @property
    def fused(self) -> NDArray[np.float32]:
        """The fixed fusion of both."""
        return np.asarray(self.words + np.float32(BIGRAMS) * self.bigrams)


def first_stage(question: Question, index: Index, *, weigh: Weigh) -> FirstStage:
    """Score every passage by the words (with expansions) and the bigrams of the question."""
    words = index.words.scores(question.words, question.word_weights)
    for replaces, expansions in groupby(question.expansions, key=lambda one: one.replaces):
        bound = float(question.weights[list(replaces)].sum())
        best: NDArray[np.float32] | None = None
        for expansion in expansions:
            weights = weigh(expansion.terms)
            own = float(weights.sum())
            # Together its words weigh at most half of what they stand for.
            share = np.float32(EXPANDED * min(1.0, bound / own))
            scores = share * index.words.scores(expansion.terms, weights)
            best = scores if best is None else np.maximum(best, scores, out=best)
        if best is not None:
            words += best
    bigrams = index.bigrams
    return FirstStage(words, bigrams.scores(question.bigrams, bigrams.idf(question.bigrams)))


def top(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Rows of the `k` greatest scores above 0, best first; equal scores in the order of rows."""
    if k < len(scores):
        found = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
    else:
        found = np.arange(len(scores))
    found = np.sort(found[scores[found] > 0])
    order = np.argsort(-scores[found], kind="stable")
    return np.asarray(found[order])
