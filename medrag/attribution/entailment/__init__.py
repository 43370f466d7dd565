"""Entailment: how far premises carry a hypothesis, by rules, by a cross-encoder, or by a judge.

One protocol, three tiers. Critical facts are not their business: the checker always runs those,
and they can veto whatever a tier says. A tier that could not judge says so (None), and the claim is
then reported as checked by rules only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from medrag.errors import MissingDependency, SettingsError
from medrag.japanese.normalize import Span
from medrag.models.chat import ChatModel


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
    """Judges pairs, in batches.

    Attributes:
        name: For `verified_by`.
    """

    name: str

    def judge(self, pairs: Sequence[Pair]) -> list[Judgement | None]:
        """One judgement a pair, in order; None where none could be had."""
        ...


def load(name: str, *, model: ChatModel | None = None) -> Entailment:
    """The tier of this name.

    Args:
        name: "lexical", "llm", or the name or path of a sentence-transformers cross-encoder
            that was trained for natural language inference.
        model: The judge, for "llm".

    Raises:
        SettingsError: "llm" without a model, or no such cross-encoder.
        MissingDependency: sentence-transformers is not installed.
    """
    if name == "lexical":
        from medrag.attribution.entailment.lexical import Lexical

        return Lexical()
    if name == "llm":
        if model is None:
            raise SettingsError(
                "the judge needs a language model",
                where="MEDRAG_ENTAILMENT",
                hint="set MEDRAG_LLM_BASE_URL, or MEDRAG_ENTAILMENT=lexical",
            )
        from medrag.attribution.entailment.llm_judge import LLMJudge

        return LLMJudge(model)
    try:
        from medrag.attribution.entailment.cross_encoder import CrossEncoderNLI
    except ModuleNotFoundError as error:
        raise MissingDependency(
            f"the cross-encoder {name!r} needs {error.name}",
            where="MEDRAG_ENTAILMENT",
            hint="pip install 'medrag[dense]'",
        ) from None
    return CrossEncoderNLI(name)
