"""Additions: a clause put to a claim that its evidence knows nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from medrag.attribution.alignment import Alignment
from medrag.attribution.differences.finding import Finding
from medrag.attribution.facts import Word

_CLAUSE = 1.8  # weight from which a clause says something of its own
_NOTHING = 0.35
_ALL = 0.85


def find(alignment: Alignment) -> Iterator[Finding]:
    """A clause of which the evidence holds next to nothing, beside clauses that it holds."""
    claim = alignment.claim
    for clause, span in enumerate(claim.clauses):
        own = [
            (w, m)
            for w, m in zip(claim.words, alignment.matches, strict=True)
            if w.clause == clause
        ]
        rest = [
            (w, m)
            for w, m in zip(claim.words, alignment.matches, strict=True)
            if w.clause != clause
        ]
        weight = sum(w.weight for w, _ in own)
        if weight < 0.5 * _CLAUSE or share_held(own) > _NOTHING or share_held(rest) < _ALL:
            continue
        yield Finding(
            kind="addition",
            claim=claim.text[span.start : span.end].strip(),
            evidence="",
            start=span.start,
            end=span.end,
            firm=weight >= _CLAUSE,
        )


def share_held(matched: Sequence[tuple[Word, float]]) -> float:
    """The share of their weight that is held."""
    total = sum(word.weight for word, _ in matched)
    return sum(word.weight * match for word, match in matched) / total if total else 0.0
