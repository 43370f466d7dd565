"""Answer and Citation: the result of a question, complete enough to be audited later.

An Answer holds what was said, what it rests on, what could not be verified and what produced it.
Its text never holds reasoning; its citations quote the original to the code point
(`document.text[start:end] == quote`); and nothing in it is recomputed when it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from medrag.answer import html, plain
from medrag.answer.labels import NOTICE
from medrag.attribution.verdicts import Claim
from medrag.documents.guideline import Grade
from medrag.errors import Notice
from medrag.generation.draft import Mode
from medrag.models.chat import Usage
from medrag.retrieval.retriever import EditionStatus, Hit

if TYPE_CHECKING:
    import pandas as pd

Status = Literal["answered", "partial", "abstained"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A passage that the answer cites, and what it quotes of it.

    Attributes:
        number: As in the text's markers, `[1]`; the position of its hit in `Answer.hits`.
        section: Heading path, outermost first.
        quote: `document.text[start:end]`: what the claims that cite it rest on.
        strength, certainty: Of the recommendation in that passage, as written.
    """

    number: int
    passage_id: str
    document_id: str
    title: str
    society: str | None
    edition: str | None
    edition_status: EditionStatus
    published: date | None
    section: tuple[str, ...]
    kind: str
    page: int | None
    quote: str
    start: int
    end: int
    strength: Grade | None = None
    certainty: Grade | None = None
    url: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `Citation`."""
        return {
            "number": self.number,
            "passage_id": self.passage_id,
            "document_id": self.document_id,
            "title": self.title,
            "society": self.society,
            "edition": self.edition,
            "edition_status": self.edition_status,
            "published": self.published.isoformat() if self.published else None,
            "section": list(self.section),
            "kind": self.kind,
            "page": self.page,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "strength": _grade(self.strength),
            "certainty": _grade(self.certainty),
            "url": self.url,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What produced an answer: enough to produce it again.

    Attributes:
        index_generation: Id of the index generation that was searched.
        prompt_sha256: Of the whole prompt; None when no model was asked.
        versions: Of medrag and of what decides its results.
    """

    index_generation: str
    model: str | None = None
    sampling: Mapping[str, Any] = field(default_factory=dict)
    seed: int | None = None
    prompt_sha256: str | None = None
    finish_reason: str | None = None
    as_of: date | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "index_generation": self.index_generation,
            "model": self.model,
            "sampling": dict(self.sampling),
            "seed": self.seed,
            "prompt_sha256": self.prompt_sha256,
            "finish_reason": self.finish_reason,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "versions": dict(self.versions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to a question, cited and checked.

    Attributes:
        status: "answered" when every claim is supported by what it cites, "partial" when some
            claim is not or needs a person, "abstained" when the evidence does not answer.
        text: What to show, with `[n]` markers; spans of claims index it.
        raw_text: What the generator wrote, before repair.
        claims: Every statement of the text with its verdict.
        citations: What the markers name, by number.
        hits: The evidence, in the order of the numbers.
        warnings: Reservations about this answer, with stable codes.
        reasoning: The model's, if it gave any; never part of the text.
        mode: "extractive" when sentences were chosen from the passages, "model" when written.
        timings: Milliseconds a stage.
    """

    id: str
    question: str
    status: Status
    text: str
    raw_text: str
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    hits: tuple[Hit, ...]
    warnings: tuple[Notice, ...]
    mode: Mode
    provenance: Provenance
    reasoning: str | None = None
    usage: Usage = field(default_factory=Usage)
    timings: Mapping[str, float] = field(default_factory=dict)
    verified_by: str = "lexical"

    def __str__(self) -> str:
        return plain.render(self)

    def _repr_html_(self) -> str:
        return html.render(self)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of `medrag ask` and `POST /v1/ask`."""
        return {
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "text": self.text,
            "raw_text": self.raw_text,
            "claims": [claim.to_dict() for claim in self.claims],
            "citations": [citation.to_dict() for citation in self.citations],
            "hits": [hit.to_dict() for hit in self.hits],
            "warnings": [
                {"code": notice.code, "message": notice.message} for notice in self.warnings
            ],
            "reasoning": self.reasoning,
            "mode": self.mode,
            "verified_by": self.verified_by,
            "usage": {
                "prompt_tokens": self.usage.prompt_tokens,
                "completion_tokens": self.usage.completion_tokens,
                "reasoning_tokens": self.usage.reasoning_tokens,
            },
            "timings": dict(self.timings),
            "provenance": self.provenance.to_dict(),
            "notice": NOTICE,
        }

    def to_frame(self, of: Literal["claims", "citations", "hits"] = "claims") -> pd.DataFrame:
        """One row a claim, citation or hit.

        Raises:
            MissingDependency: pandas is not installed.
            ValueError: `of` names nothing.
        """
        if of not in ("claims", "citations", "hits"):
            message = f"no such table: {of!r}; one of claims, citations, hits"
            raise ValueError(message)
        try:
            from medrag.answer import pandas as frames
        except ModuleNotFoundError as error:
            if error.name != "pandas":
                raise
            from medrag.errors import MissingDependency

            raise MissingDependency(
                "pandas is not installed",
                where="Answer.to_frame",
                hint="pip install 'medrag[notebooks]'",
            ) from None
        return frames.frame(self.to_dict()[of])


def _grade(grade: Grade | None) -> dict[str, str] | None:
    return {"raw": grade.raw, "scheme": grade.scheme} if grade else None
