"""Decision: from findings and tiers to a verdict, or to a person.

Two thresholds with an escalate zone between them, chosen on development claims
(benchmarks/attribution). Critical facts veto: a firm finding is never outvoted, and a tier that
contradicts the rules makes the claim one for review, never a silent pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medrag.attribution.differences import Finding
from medrag.attribution.entailment import Judgement
from medrag.attribution.verdicts import Verdict

# Coverage from which a claim without findings is supported, and below which nothing speaks for it.
ACCEPT = 0.65
REJECT = 0.25
# Below this a firm finding is no contradiction: too little shows that the same thing is spoken of.
PLACED = 0.5
# The same for a tier with a model, whose scores are probabilities.
MODEL_ACCEPT = 0.7
MODEL_REJECT = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A verdict, and whether a person should look at it."""

    verdict: Verdict
    review: bool
    score: float


def decide(coverage: float, findings: Sequence[Finding], judgement: Judgement | None) -> Decision:
    """The verdict on a claim.

    Args:
        coverage: How much of the claim its evidence holds, 0 to 1.
        judgement: Of a tier with a model; None when there is none.
    """
    by_rules = _by_rules(coverage, findings)
    return by_rules if judgement is None else _both(by_rules, findings, judgement)


def _by_rules(coverage: float, findings: Sequence[Finding]) -> Decision:
    firm = [finding for finding in findings if finding.firm]
    score = coverage * (0.2 if firm else 0.8 if findings else 1.0)
    if coverage < REJECT:
        return Decision(verdict="unsupported", review=False, score=score)
    # Whether a finding is firm at this coverage has been decided where it was found.
    if firm:
        placed = coverage >= PLACED and any(finding.same_place for finding in firm)
        verdict: Verdict = "contradicted" if placed else "unsupported"
        return Decision(verdict=verdict, review=False, score=score)
    if findings or coverage < ACCEPT:
        return Decision(verdict="partial", review=True, score=score)
    return Decision(verdict="supported", review=False, score=score)


def _both(by_rules: Decision, findings: Sequence[Finding], judgement: Judgement) -> Decision:
    entails = judgement.entailment >= MODEL_ACCEPT
    refutes = judgement.contradiction >= MODEL_ACCEPT
    denies = judgement.entailment < MODEL_REJECT
    score = (by_rules.score + judgement.entailment) / 2
    if by_rules.verdict == "supported":
        if entails:
            return Decision(verdict="supported", review=False, score=score)
        return Decision(verdict="contradicted" if refutes else "partial", review=True, score=score)
    if by_rules.review:
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
    return Decision(verdict=by_rules.verdict, review=False, score=score)
