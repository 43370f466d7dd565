"""Measures of a ranking, by their names in the literature.

Every measure takes the ranked ids of one question and its judgements (id to gain, greater than 0
for what is relevant) and returns a number between 0 and 1; a run's value is the mean over its
questions. Names and definitions follow ir_measures (MacAvaney et al., 2022).
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A mean and its 95% interval."""

    mean: float
    low: float
    high: float


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


def paired_bootstrap(
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    groups: Sequence[Hashable] | None = None,
    samples: int = 10_000,
    seed: int = 0,
) -> Interval:
    """The mean difference of two systems over the same questions, with its percentile interval.

    Args:
        ours, theirs: One value a question, in the same order; greater is better.
        groups: What each question belongs to (its document): whole groups are then drawn, because
            questions about one text succeed and fail together. None draws single questions.
        samples: How many times the questions are drawn anew, with replacement.

    Raises:
        ValueError: There is no question, or the lengths differ.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993; Sakai, Evaluating
    Evaluation Metrics Based on the Bootstrap, 2006.
    """
    units = range(len(ours)) if groups is None else groups
    if not ours or len(ours) != len(theirs) or len(ours) != len(units):
        message = f"not paired: {len(ours)} and {len(theirs)} values, {len(units)} groups"
        raise ValueError(message)
    differences = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    number = {unit: i for i, unit in enumerate(dict.fromkeys(units))}
    unit_of = [number[unit] for unit in units]
    sums = np.bincount(unit_of, weights=differences)
    counts = np.bincount(unit_of)
    draw = np.random.default_rng(seed)
    means = np.empty(samples)
    for i in range(samples):
        drawn = draw.integers(len(sums), size=len(sums))
        means[i] = sums[drawn].sum() / counts[drawn].sum()
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(mean=float(differences.mean()), low=float(low), high=float(high))


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(position + 1) for position, gain in enumerate(gains, start=1))
