"""Features of candidates: how much of a question a passage covers, and how closely together.

BM25 adds up words wherever they stand. These look at the order of the words: how much of the
question's idf the passage covers at all, its best single sentence, that sentence together with
the headings above it, and neighbouring words of the question that are neighbours in the passage
(sequential dependence, Metzler and Croft 2005). Everything is computed over all candidates at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.index.terms import BREAK_NUMBER
from medrag.retrieval.question import EXPANDED, Question

#: The columns of `features`, in order.
NAMES = (
    "words",
    "bigrams",
    "sentence",
    "sentence_and_heading",
    "coverage",
    "sentence_pairs",
    "pairs",
)

Matrix = NDArray[np.float32]


def features(
    question: Question,
    sequences: Sequence[NDArray[np.int32]],
    *,
    words: NDArray[np.float32],
    bigrams: NDArray[np.float32],
) -> NDArray[np.float64]:
    """The features of some passages, shape (len(sequences), len(NAMES)).

    Args:
        sequences: The words of each passage as `Index.sequences` gives them; at least one passage.
        words, bigrams: BM25 of those passages.
    """
    lengths = np.fromiter(map(len, sequences), dtype=np.int64, count=len(sequences))
    stream = np.concatenate(sequences)
    is_break = stream == BREAK_NUMBER
    # The sentence in which each word stands, over all candidates, and where each candidate begins.
    sentence = np.cumsum(is_break) - is_break
    firsts = np.cumsum(lengths) - lengths
    first_sentence = sentence[firsts]
    count = int(sentence[-1]) + 1
    owner = np.repeat(np.arange(len(sequences)), np.diff(np.append(first_sentence, count)))

    size = max(int(stream.max()), *(int(part.max(initial=0)) for part in _all_terms(question))) + 2
    covered = _covered(question, stream, sentence, count, size)
    heading = covered[first_sentence]
    by_sentence = covered @ question.weights
    with_heading = np.maximum(covered, heading[owner]) @ question.weights
    whole = np.maximum.reduceat(covered, first_sentence, axis=0) @ question.weights

    paired = _paired(question, stream, sentence, count, size)
    result = np.empty((len(sequences), len(NAMES)))
    result[:, 0] = words
    result[:, 1] = bigrams
    result[:, 2] = np.maximum.reduceat(by_sentence, first_sentence)
    result[:, 3] = np.maximum.reduceat(with_heading, first_sentence)
    result[:, 4] = whole
    result[:, 5] = np.maximum.reduceat(paired @ question.pair_weights, first_sentence)
    result[:, 6] = np.maximum.reduceat(paired, first_sentence, axis=0) @ question.pair_weights
    return result


def _all_terms(question: Question) -> list[NDArray[np.int64]]:
    return [question.words, question.terms, *(expansion.terms for expansion in question.expansions)]


def _presence(
    terms: NDArray[np.int64],
    stream: NDArray[np.int32],
    sentence: NDArray[np.int64],
    count: int,
    size: int,
) -> Matrix:
    """Which of the terms stand in which sentence, shape (sentences, terms)."""
    number = np.zeros(size, dtype=np.int16)
    number[terms] = np.arange(1, len(terms) + 1)
    found = number[stream]  # a break is place -1: the last one, which no term has
    places = np.flatnonzero(found)
    present = np.zeros((count, len(terms)), dtype=np.float32)
    present[sentence[places], found[places] - 1] = 1
    return present


def _covered(
    question: Question,
    stream: NDArray[np.int32],
    sentence: NDArray[np.int64],
    count: int,
    size: int,
) -> Matrix:
    """How far each term of the question is covered by each sentence, from 0 to 1."""
    expanded = (expansion.terms for expansion in question.expansions)
    every = np.unique(np.concatenate([question.terms, *expanded]))
    present = _presence(every, stream, sentence, count, size)
    covered = np.zeros((count, len(question.weights)), dtype=np.float32)
    covered[:, : len(question.terms)] = present[:, np.searchsorted(every, question.terms)]
    for expansion in question.expansions:
        # All words of the expansion in one sentence stand for all words that it replaces.
        whole = present[:, np.searchsorted(every, expansion.terms)].min(axis=1) * np.float32(
            EXPANDED
        )
        replaced = list(expansion.replaces)
        covered[:, replaced] = np.maximum(covered[:, replaced], whole[:, None])
    return covered


def _paired(
    question: Question,
    stream: NDArray[np.int32],
    sentence: NDArray[np.int64],
    count: int,
    size: int,
) -> Matrix:
    """Which pairs of the question are neighbours in which sentence, shape (sentences, pairs)."""
    paired = np.zeros((count, len(question.pairs)), dtype=np.float32)
    if not len(question.pairs):
        return paired
    terms, numbers = np.unique(question.pairs, return_inverse=True)
    number = np.zeros(size, dtype=np.int16)
    number[terms] = np.arange(1, len(terms) + 1)
    found = number[stream]
    pair_of = np.full((len(terms) + 1, len(terms) + 1), -1, dtype=np.int16)
    one, other = numbers.reshape(-1, 2).T + 1
    pair_of[one, other] = np.arange(len(question.pairs))
    places = np.flatnonzero((found[:-1] > 0) & (found[1:] > 0))
    which = pair_of[found[places], found[places + 1]]
    places, which = places[which >= 0], which[which >= 0]
    paired[sentence[places], which] = 1
    return paired
