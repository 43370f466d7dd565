"""Decision: from features and tiers to a verdict, or to a person.

A logistic model gives the chance that a claim is supported; its weights and how they were fitted
(benchmarks/attribution/learn.py) stand in weights.json, with the thresholds of the escalate zone.
Critical facts veto: over a firm finding no claim passes, however likely, and a tier that contradicts
the rules makes the claim one for review, never a silent pass. Boosted trees on the same features
were no better on authors left out (benchmarks/attribution/README.md), and a sum can be read.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from pathlib import Path

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences import Finding
from medrag.attribution.entailment import Judgement
from medrag.attribution.features import NAMES, copied, features
from medrag.attribution.verdicts import Verdict
from medrag.errors import SettingsError

WEIGHTS = Path(__file__).with_name("weights.json")
# Below this a firm finding is no contradiction: too little shows that the same thing is spoken of.
PLACED = 0.6
# The thresholds of a tier with a model. A judge has three answers, scored 0.95, 0.05 and 0.03
# (entailment/llm_judge.py), so that any two between say the same. A cross-encoder gives chances of three
# labels: it must find one more than twice as likely as the others together, or its word is no word.
# They are not fitted: that would need judgements of the very model that is to be used.
MODEL_ACCEPT = 0.7
MODEL_REJECT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The logistic model, and where it passes, escalates and rejects.

    Attributes:
        weights: One a feature, in the order of features.NAMES.
        accept: The chance from which a claim without a firm finding is supported.
        reject: Below it a claim is rejected; between the two, and above both with a firm finding, a
            person should look.
        contradict: Below it one with a firm finding in the same place is contradicted.
    """

    weights: tuple[float, ...]
    intercept: float
    accept: float
    reject: float
    contradict: float

    def chance(self, values: Sequence[float]) -> float:
        """How likely a claim with these features is supported, 0 to 1."""
        odds = self.intercept + sum(map(mul, self.weights, values))
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))


@cache
def model(path: Path = WEIGHTS) -> Model:
    """The model that ships.

    Raises:
        SettingsError: It was fitted to other features than this version computes.
    """
    content = json.loads(path.read_text("utf-8"))
    if tuple(content["features"]) != NAMES:
        raise SettingsError(
            "the weights were fitted to other features",
            where=str(path.name),
            hint="fit them again: python benchmarks/attribution/learn.py --write",
        )
    return Model(
        weights=tuple(content["weights"]), intercept=content["intercept"], **content["thresholds"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict, and whether a person should look at it."""

    verdict: Verdict
    review: bool
    score: float


def decide(
    alignment: Alignment, findings: Sequence[Finding], judgement: Judgement | None
) -> Decision:
    """The verdict on a claim.

    Args:
        judgement: Of a tier with a model; None when there is none.
    """
    by_rules = _by_rules(alignment, findings)
    return by_rules if judgement is None else _both(by_rules, findings, judgement)


def _by_rules(alignment: Alignment, findings: Sequence[Finding]) -> Decision:
    if not alignment.chosen:
        return Decision(verdict="unsupported", review=False, score=0.0)
    fitted = model()
    values = features(alignment, findings)
    chance = fitted.chance(values)
    if copied(values):
        chance = max(chance, fitted.accept)
    firm = any(finding.firm for finding in findings)
    if chance < fitted.reject:
        sure = placed(findings) >= PLACED and chance < fitted.contradict
        verdict: Verdict = "contradicted" if sure else "unsupported"
        return Decision(verdict=verdict, review=False, score=chance)
    if firm or chance < fitted.accept:
        return Decision(verdict="partial", review=True, score=chance)
    return Decision(verdict="supported", review=False, score=chance)


def placed(findings: Sequence[Finding]) -> float:
    """How much of the rest is held where the same place says otherwise, 0 to 1; 0 if none does."""
    return max((f.rest for f in findings if f.firm and f.same_place), default=0.0)


def _both(by_rules: Decision, findings: Sequence[Finding], judgement: Judgement) -> Decision:
    entails = judgement.entailment >= MODEL_ACCEPT
    refutes = judgement.contradiction >= MODEL_ACCEPT
    denies = judgement.entailment < MODEL_REJECT
    score = (by_rules.score + judgement.entailment) / 2
    if by_rules.verdict == "supported":
        if entails:
            return Decision(verdict="supported", review=False, score=score)
        return Decision(verdict="contradicted" if refutes else "partial", review=True, score=score)
    if by_rules.review and not any(finding.firm for finding in findings):
        if entails:
            return Decision(verdict="supported", review=False, score=score)
        if refutes:
            return Decision(verdict="contradicted", review=False, score=score)
        return Decision(
            verdict="unsupported" if denies else "partial", review=not denies, score=score
        )
    # The rules reject. A model that entails all the same cannot pass a claim over a firm finding.
    if entails:
        return Decision(
            verdict=by_rules.verdict if findings else "partial", review=True, score=score
        )
    if by_rules.review and not denies:
        return Decision(verdict=by_rules.verdict, review=True, score=score)
    rejected: Verdict = "unsupported" if by_rules.verdict == "partial" else by_rules.verdict
    return Decision(verdict=rejected, review=False, score=score)
