"""Interventions on the evidence: what an answer was given is changed, to see whether the answer follows.

A citation may decorate an answer that the model knew beforehand; entailment cannot see that. Take the
cited passage away, or make it say something else, and ask again (Wallat et al., "Correctness is not
Faithfulness in RAG Attributions", 2024).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from medrag.attribution.verdicts import EvidenceText
from medrag.errors import EvaluationError
from medrag.evaluation.interventions.statement import Change, Statement, Variant


def closed_book(passages: Sequence[EvidenceText]) -> tuple[EvidenceText, ...]:
    """No evidence at all: what is answered now, the model knew or made up."""
    return tuple(passages[:0])


def drop_cited(
    passages: Sequence[EvidenceText], cited: Collection[str]
) -> tuple[EvidenceText, ...]:
    """The evidence without the passages of these ids: an answer that needed them must change.

    Raises:
        EvaluationError: An id names no passage.
    """
    _known(passages, cited)
    return tuple(passage for passage in passages if passage.id not in cited)


def replace_cited(
    passages: Sequence[EvidenceText], cited: str, text: str
) -> tuple[EvidenceText, ...]:
    """The evidence with another text under the id of a cited passage.

    Raises:
        EvaluationError: The id names no passage.
    """
    _known(passages, (cited,))
    return tuple(
        replace(passage, text=text) if passage.id == cited else passage for passage in passages
    )


def alter_cited(
    passages: Sequence[EvidenceText], cited: str, sentence: str, change: Change
) -> tuple[tuple[EvidenceText, ...], Variant] | None:
    """The evidence with one fact of one sentence of a cited passage changed, and what was changed.

    Args:
        passages: What the answer was given.
        cited: Id of the passage.
        sentence: A sentence of it, as written there.
        change: Which fact, for example `interventions.CHANGES["number"]` or `["polarity"]`.

    Returns:
        None where that sentence has no such fact that can safely be changed.

    Raises:
        EvaluationError: The id names no passage, or the passage has no such sentence.
    """
    _known(passages, (cited,))
    text = next(passage.text for passage in passages if passage.id == cited)
    start = text.find(sentence)
    if start < 0:
        raise EvaluationError(
            "no such sentence in the passage",
            where=cited,
            hint="give the sentence as the passage writes it",
        )
    variant = next(change(Statement(text=sentence, context=text)), None)
    if variant is None:
        return None
    altered = text[:start] + variant.text + text[start + len(sentence) :]
    return replace_cited(passages, cited, altered), variant


def _known(passages: Sequence[EvidenceText], ids: Collection[str]) -> None:
    known = {passage.id for passage in passages}
    if unknown := sorted(set(ids) - known):
        raise EvaluationError(
            "no passage has this id",
            where=", ".join(unknown),
            hint=f"the ids are: {', '.join(sorted(known))}",
        )
