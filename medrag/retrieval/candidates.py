"""Candidates: the first stage, which looks at every passage of the index."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.index.index import Index
from medrag.retrieval.question import Question
from medrag.retrieval.topics import Weigh, factors

#: Of the bigram leg against the word leg: words alone MRR .916, with bigrams at .54 .927, while
#: reciprocal rank fusion of the two gives .919 (JSQuAD paragraphs).
BIGRAMS = 0.54

#: How many passages the second stage looks at, which takes time for each: cross-validated RR@10 is
#: .9523, .9527, .9524 and .9512 with 16, 24, 32 and 64, R@10 .9953, .9964, .9964, .9964.
CANDIDATES = 24

# Of the best score: seldom do fewer than `CANDIDATES` passages come as near, mostly some hundred do.
_NEAR = 0.1


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
    words = index.words.scores(
        question.words, question.shares * factors(question.words, index, weigh)
    )
    for mention in question.mentions:
        words[mention.scores.rows] += mention.scores.scores * np.float32(mention.share)
    return FirstStage(words, index.bigrams.scores(question.bigrams))


def top(scores: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Rows of the `k` greatest scores above 0, best first; equal scores in the order of rows."""
    # Most of the time would go into ordering what is far behind the best.
    for least in (_NEAR * float(scores.max(initial=0)), 0.0):
        found = np.flatnonzero(scores > least)
        if len(found) >= k:
            break
    values = scores[found]
    if len(found) > k:
        ahead = values >= np.partition(values, -k)[-k]
        found, values = found[ahead], values[ahead]
    return np.asarray(found[np.argsort(-values, kind="stable")[:k]])
