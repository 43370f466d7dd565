"""Lexical entailment: how much of a statement its aligned evidence holds. The default; no model."""

from __future__ import annotations

from collections.abc import Sequence

from medrag.attribution.alignment import Alignment, align
from medrag.attribution.entailment import Judgement, Pair, Quote
from medrag.attribution.facts import read
from medrag.japanese.normalize import Span


class Lexical:
    """Coverage of the hypothesis by the sentences that it is aligned to."""

    name = "lexical"

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement | None]:
        """One judgement a pair, in order."""
        return [self._one(pair) for pair in pairs]

    def _one(self, pair: Pair) -> Judgement | None:
        if not pair.premises:
            return None
        alignment = align(read(pair.hypothesis), pair.premises, pair.question)
        return Judgement(entailment=entailment(alignment), quotes=quotes(alignment))


def entailment(alignment: Alignment) -> float:
    """Coverage, held down by the clause that is covered worst: a tail may be invented."""
    return min(alignment.coverage, 0.5 + 0.5 * alignment.clause_coverage)


def quotes(alignment: Alignment) -> tuple[Quote, ...]:
    """The units that the claim is aligned to."""
    return tuple(
        Quote(premise=entry.premise, span=Span(entry.unit.start, entry.unit.end))
        for entry in alignment.chosen
    )
