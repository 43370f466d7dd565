"""Fusion: one score from the features of a passage, and the chance that the passage answers.

The weights were learned (benchmarks/retrieval/learn.py, whose recipe and result stand in
weights.json) on 640 questions: RR@10 .954 (.940 to .967) cross-validated over articles, where the
fixed fusion of words and bigrams gives .935; on the same questions over short paragraphs, which it
was not learned from, R@1 .854 against .837. A file whose features are not those of this version is not used: the
fixed fusion takes its place. The score is divided by what the question's words could give, and a
logistic curve fitted on questions with and without an answer in the index makes it a chance: half
of its weight are questions about guidelines, in lay words too, which a curve of encyclopedic
questions alone took for unanswered (Brier score .27).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from medrag.retrieval.candidates import BIGRAMS
from medrag.retrieval.features import NAMES

FILE = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """Weights of the features, and the curve of the chance.

    Attributes:
        weights: One a feature, shape (len(NAMES),).
        slope, intercept: Of the logistic curve over `score / (total + SOFT)`.
        version: Of the weights file, for the record.
    """

    weights: NDArray[np.float64]
    slope: float
    intercept: float
    version: str

    def logits(
        self, features: NDArray[np.float64], *, total: float, factors: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """The log-odds that each passage answers, shape (passages,).

        Args:
            factors: What each score is multiplied by.
        """
        share = normalised(features @ self.weights * factors, total)
        return np.asarray(self.slope * share + self.intercept)


#: Keeps a question of one common word from looking certain. With a curve fitted to each, the Brier score
#: is .150 on the shared questions and .228 on the sample's at 0, .146 and .223 at 2, .145 and .220 at
#: 4, .147 and .217 at 8.
SOFT = 4.0


def normalised(scores: NDArray[np.float64], total: float) -> NDArray[np.float64]:
    """Scores as shares of what the question's words weigh."""
    return np.asarray(scores / (total + SOFT))


@cache
def learned(path: Path = FILE) -> Fusion:
    """The learned fusion, or the fixed one when the file is none or was made for other features."""
    try:
        content = json.loads(path.read_text("utf-8"))
        weights = np.asarray(content["weights"], dtype=np.float64)
        slope, intercept = map(float, map(content["calibration"].get, ("slope", "intercept")))
        version = str(content["version"])
        fits = tuple(content["features"]) == NAMES and weights.shape == (len(NAMES),)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return fixed()
    if not fits or not np.isfinite([*weights, slope, intercept]).all():
        return fixed()
    return Fusion(weights=weights, slope=slope, intercept=intercept, version=version)


def fixed() -> Fusion:
    """Words and bigrams alone, as the first stage adds them; its chance is a rough one."""
    weights = np.zeros(len(NAMES))
    weights[NAMES.index("words")] = 1.0
    weights[NAMES.index("bigrams")] = BIGRAMS
    return Fusion(weights=weights, slope=4.0, intercept=-4.0, version="fixed")
