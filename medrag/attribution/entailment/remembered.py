"""A tier that asks once: what a stream releases and its whole answer hold the same claims."""

from __future__ import annotations

from collections.abc import Sequence

from medrag.attribution.entailment import Entailment, Judgement, Pair


class Remembered:
    """The judgements of another tier, each pair's had once; for one answer, as nothing is forgotten.

    Args:
        tier: Whose judgements they are.
    """

    def __init__(self, tier: Entailment) -> None:
        self._tier = tier
        self._known: dict[Pair, Judgement | None] = {}
        self.name = tier.name

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement | None]:
        """One judgement a pair, in order; a pair that could not be judged is not asked again."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        self._known.update(zip(new, self._tier.judge(new), strict=True))
        return [self._known[pair] for pair in pairs]
