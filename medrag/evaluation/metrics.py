"""Measures of a ranking, by their names in the literature.

Every measure takes the ranked ids of one question and its judgements (id to gain, greater than 0
for what is relevant) and returns a number between 0 and 1; a run's value is the mean over its
questions. Names and definitions follow ir_measures (MacAvaney et al., 2022).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence


def recall(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """R@k: the share of the relevant documents among the first `k`."""
    relevant = {name for name, gain in gains.items() if gain > 0}
    if not relevant:
        return 0.0
    return len(relevant.intersection(ranked[:k])) / len(relevant)


def reciprocal_rank(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """RR@k: one over the rank of the first relevant document, 0 if none is among the first `k`.

    Source: Kantor and Voorhees, The TREC-5 Confusion Track, 2000.
    """
    for position, name in enumerate(ranked[:k], start=1):
        if gains.get(name, 0) > 0:
            return 1 / position
    return 0.0


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    """nDCG@k with linear gain and a log2 discount, as trec_eval computes it.

    Source: Järvelin and Kekäläinen, Cumulated Gain-Based Evaluation of IR Techniques, 2002.
    """
    ideal = _dcg(sorted((gain for gain in gains.values() if gain > 0), reverse=True)[:k])
    if ideal == 0:
        return 0.0
    return _dcg([max(gains.get(name, 0), 0) for name in ranked[:k]]) / ideal


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed (nearest rank).

    Raises:
        ValueError: There is no value, or `share` is not within (0, 1].
    """
    if not values or not 0 < share <= 1:
        message = f"no percentile {share} of {len(values)} values"
        raise ValueError(message)
    return sorted(values)[math.ceil(share * len(values)) - 1]


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(position + 1) for position, gain in enumerate(gains, start=1))
