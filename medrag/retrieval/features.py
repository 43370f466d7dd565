"""Features of candidates: how much of a question a passage covers, and how closely together.

BM25 adds up words wherever they stand. These look at the order of the words: how much of the
question's idf the passage covers at all, its best single sentence together with the headings above
it, that sentence if what is asked for (a date, a name) stands in it, what the passage opens with,
and neighbouring words of the question that are neighbours in the passage (sequential dependence,
Metzler and Croft 2005). Each was kept because cross-validated RR@10 fell without it
(benchmarks/retrieval/learn.py): words .9468, bigrams .9498, coverage .9490, sentence .9508,
answer .9492, of .9523; the opening, which says what a passage is about, and the pairs are level on
those paragraphs and gain .003 and .001 on the same questions over short ones. No gain, and so not
here: the sentence without headings, pairs within a sentence, windows of 8 to 32 words, pairs with
gaps, the coverage of bigrams, the rarest word missing, length, and the hits' own articles.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from medrag.index.terms import BREAK_NUMBER
from medrag.japanese.wordclasses import CALENDAR, NUMBER
from medrag.retrieval.question import Question

#: The columns of `features`, in order.
NAMES = ("words", "bigrams", "sentence", "coverage", "answer", "opening", "pairs")

#: How many words a passage opens with: 6. With the weights as learned RR@10 is .9532 at 3, .9546 at 6,
#: .9551 at 10, .9540 at 20; first hits on the sample .774, at 20 .763.
_OPENING = np.arange(1, 7)

_ZERO = np.zeros(1, dtype=np.int64)

Matrix = NDArray[np.float32]


def features(
    question: Question,
    sequences: Sequence[NDArray[np.int32]],
    *,
    classes: NDArray[np.uint8],
    words: NDArray[np.floating],
    bigrams: NDArray[np.floating],
) -> NDArray[np.float64]:
    """The features of some passages, shape (len(sequences), len(NAMES)).

    Args:
        sequences: The words of each passage as `Index.sequences` gives them; at least one passage.
        classes: What every word of the vocabulary names.
        words, bigrams: BM25 of those passages.
    """
    stream = np.concatenate(sequences)
    ends = np.cumsum([len(words) for words in sequences])
    # Every sentence ends with a break, every candidate with a sentence, and begins with its heading.
    breaks = np.flatnonzero(stream == BREAK_NUMBER)
    first_sentence = np.searchsorted(breaks, ends[:-1]) if len(ends) > 1 else ends[:0]
    first_sentence = np.concatenate([_ZERO, first_sentence])
    count = len(breaks)

    # Numbers the words of the question from 1; a break is place -1: the last one, which none has.
    every = question.every
    number = np.zeros(len(classes) + 1, dtype=np.int16)
    number[every] = np.arange(1, len(every) + 1)
    found = number[stream]
    places = np.flatnonzero(found)
    sentence, which = np.searchsorted(breaks, places), found[places] - 1
    present = np.zeros((count, len(every)), dtype=np.float32)
    present[sentence, which] = 1

    covered = _covered(question, present)
    owner = np.searchsorted(ends, breaks, "right")
    heading = covered[first_sentence[owner]]
    by_sentence = np.maximum(covered, heading) @ question.weights
    result = np.empty((len(sequences), len(NAMES)))
    result[:, 0] = words
    result[:, 1] = bigrams
    result[:, 2] = np.maximum.reduceat(by_sentence, first_sentence)
    result[:, 3] = np.maximum.reduceat(covered, first_sentence, axis=0) @ question.weights
    result[:, 4] = 0
    if question.wanted:
        named = classes[stream]
        named[breaks] = 0
        # Not what the question says itself, but for the 年 of 何年.
        named[places[which < len(question.terms)]] &= CALENDAR
        for wanted in question.wanted:
            fits = np.searchsorted(breaks, _fitting(named, wanted))
            there = np.zeros(count)
            there[fits] = by_sentence[fits]
            there[first_sentence] = 0
            result[:, 4] += np.maximum.reduceat(there, first_sentence)
    result[:, 5] = _opening(question, found, breaks[first_sentence], ends)
    result[:, 6] = _pairs(question, which, places, owner[sentence], len(sequences))
    return result


def _covered(question: Question, present: Matrix) -> Matrix:
    """How far each term of the question is covered by each sentence, from 0 to 1."""
    own = len(question.terms)
    covered = np.zeros((len(present), len(question.weights)), dtype=np.float32)
    covered[:, :own] = present[:, :own]
    for mention in question.mentions:
        # All words of another name in one sentence stand for all words that it replaces.
        named = [present[:, columns].min(axis=1) for columns in mention.columns]
        best = np.maximum.reduce(named) * np.float32(mention.share)
        for replaced in mention.replaces:
            np.maximum(covered[:, replaced], best, out=covered[:, replaced])
    return covered


def _fitting(named: NDArray[np.uint8], wanted: int) -> NDArray[np.int64]:
    """Where something of a kind is named; a date is a number with its year, month or day."""
    if wanted == CALENDAR:
        return np.flatnonzero(((named[1:] & CALENDAR) > 0) & ((named[:-1] & NUMBER) > 0)) + 1
    return np.flatnonzero(named & wanted)


def _opening(
    question: Question,
    found: NDArray[np.int16],
    heading_ends: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> NDArray[np.float64]:
    """The idf of the different terms among the first words of each passage."""
    opening = heading_ends[:, None] + _OPENING
    words = found[np.minimum(opening, len(found) - 1)]
    words[(opening >= ends[:, None]) | (words > len(question.terms))] = 0
    seen = np.zeros((len(ends), len(question.terms) + 1))
    seen[np.arange(len(ends))[:, None], words] = 1
    return np.asarray(seen[:, 1:] @ question.weights[: len(question.terms)])


def _pairs(
    question: Question,
    which: NDArray[np.int16],
    places: NDArray[np.int64],
    owner: NDArray[np.int64],
    count: int,
) -> NDArray[np.float64]:
    """The weight of the different pairs of the question that are neighbours in each passage."""
    if not len(question.pairs):
        return np.zeros(count)
    beside = np.flatnonzero(places[1:] - places[:-1] == 1)
    pair = question.pair_of[which[beside], which[beside + 1]]
    paired = np.zeros((count, len(question.pairs) + 1))
    paired[owner[beside], pair] = 1
    return np.asarray(paired[:, :-1] @ question.pair_weights)
