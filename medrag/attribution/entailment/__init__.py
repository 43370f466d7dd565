"""Entailment: how far premises carry a hypothesis, by rules, by a cross-encoder, or by a judge.

One protocol, several tiers. Critical facts are not their business: the checker always runs those,
and they can veto whatever a tier says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from medrag.japanese.normalize import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A statement and the passage texts that are to carry it, together.

    Attributes:
        hypothesis: The statement, markers and markup blanked.
        premises: Passage texts.
        question: What was asked; its terms count as context.
    """

    hypothesis: str
    premises: tuple[str, ...]
    question: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A span of one premise."""

    premise: int
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a tier says about a pair.

    Attributes:
        entailment: 0 to 1; how likely the premises entail the hypothesis.
        contradiction: 0 to 1; how likely they contradict it.
        quotes: The spans of the premises it rests on.
    """

    entailment: float
    contradiction: float = 0.0
    quotes: tuple[Quote, ...] = ()


class Entailment(Protocol):
    """Judges pairs, in batches."""

    name: str

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement]:
        """One judgement a pair, in order."""
        ...


def load(name: str) -> Entailment:
    """The tier of this name: "lexical"."""
    from medrag.attribution.entailment.lexical import Lexical

    if name != "lexical":
        raise NotImplementedError(name)
    return Lexical()
