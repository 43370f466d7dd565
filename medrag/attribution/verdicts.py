"""Claims with their verdicts, and the report over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Verdict = Literal["supported", "partial", "contradicted", "unsupported", "uncited", "not_a_claim"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceText:
    """A passage as the checker sees it: an id and its text."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A fact that the claim and the evidence do not agree on.

    Attributes:
        kind: number, unit, comparator, range, negation, polarity, strength, entity, ...
        claim: The claim's wording, or "" when the claim leaves it out.
        evidence: The evidence's wording, or "" when the evidence does not have it.
        start, end: Of the claim's wording in the checked text, if it has one.
    """

    kind: str
    claim: str
    evidence: str
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where in a passage the support (or the contradiction) stands.

    Attributes:
        start, end: In the text that the passage was given as; in an Answer, in the document.
        quote: That range of the text.
    """

    passage_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One checked statement of a text.

    Attributes:
        text: The statement as written, markers included: `checked_text[start:end]`.
        start, end: In the checked text (in an Answer, in `Answer.text`).
        citations: Numbers of its markers, in order, that name a passage.
        verdict: See the field's terms in medrag.attribution.
        needs_review: The checker is not sure enough for a verdict without a person.
        score: 0 to 1; how well the cited passages carry the claim.
        verified_by: The tiers that were really run, for example "lexical".
        alternatives: Numbers of passages that it does not cite and that carry it better.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    verdict: Verdict
    needs_review: bool = False
    score: float = 0.0
    verified_by: str = "lexical"
    differences: tuple[Difference, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    alternatives: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `Claim`."""
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "citations": list(self.citations),
            "verdict": self.verdict,
            "needs_review": self.needs_review,
            "score": self.score,
            "verified_by": self.verified_by,
            "differences": [
                {
                    "kind": difference.kind,
                    "claim": difference.claim,
                    "evidence": difference.evidence,
                    "start": difference.start,
                    "end": difference.end,
                }
                for difference in self.differences
            ],
            "evidence": [
                {
                    "passage_id": evidence.passage_id,
                    "start": evidence.start,
                    "end": evidence.end,
                    "quote": evidence.quote,
                }
                for evidence in self.evidence
            ],
            "alternatives": list(self.alternatives),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All claims of a text, with citation recall and precision as in ALCE (Gao et al., 2023).

    Attributes:
        citation_recall: Supported claims over claims; None when there is no claim.
        citation_precision: Citations that matter over citations; None when there is none.
        unresolved: Marker numbers that name no passage.
    """

    text: str
    claims: tuple[Claim, ...]
    citation_recall: float | None
    citation_precision: float | None
    citation_f1: float | None
    unsupported_rate: float | None
    contradicted_rate: float | None
    verified_by: str
    unresolved: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `medrag verify`."""
        return {
            "claims": [claim.to_dict() for claim in self.claims],
            "citation_recall": self.citation_recall,
            "citation_precision": self.citation_precision,
            "citation_f1": self.citation_f1,
            "unsupported_rate": self.unsupported_rate,
            "contradicted_rate": self.contradicted_rate,
            "verified_by": self.verified_by,
            "unresolved": list(self.unresolved),
        }
