"""What the service gives, as OpenAPI tells it.

A response is what the library's own `to_dict` gives, sent as it is: these models describe it and
filter nothing, and the tests hold the two together.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from medrag.answer import Status
from medrag.attribution.verdicts import Verdict
from medrag.documents.guideline import Polarity
from medrag.generation.draft import Mode
from medrag.retrieval.retriever import EditionStatus


class _Response(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Grade(_Response):
    """The strength or certainty of a recommendation, as written."""

    raw: str
    scheme: str


class Difference(_Response):
    """A fact that a claim and its evidence do not agree on."""

    kind: str
    claim: str
    evidence: str
    start: int | None
    end: int | None


class Evidence(_Response):
    """Where a claim's support, or its contradiction, stands."""

    passage_id: str
    start: int
    end: int
    quote: str


class Claim(_Response):
    """A statement of the text with its verdict; `start` and `end` are code points of the text."""

    text: str
    start: int
    end: int
    citations: list[int]
    verdict: Verdict
    needs_review: bool
    score: float
    verified_by: str
    differences: list[Difference]
    evidence: list[Evidence]
    alternatives: list[int]
    notes: list[str]


class Citation(_Response):
    """What a marker names: `quote` is the document's text from `start` to `end`."""

    number: int
    passage_id: str
    document_id: str
    title: str
    society: str | None
    edition: str | None
    edition_status: EditionStatus
    published: str | None
    section: list[str]
    kind: str
    page: int | None
    quote: str
    start: int
    end: int
    strength: Grade | None
    certainty: Grade | None
    url: str | None


class Hit(_Response):
    """A passage that the search ranked."""

    rank: int
    score: float
    passage_id: str
    document_id: str
    title: str
    society: str | None
    section: list[str]
    kind: str
    text: str
    start: int
    end: int
    page: int | None
    edition: str | None
    edition_status: EditionStatus
    published: str | None
    legs: dict[str, float]


class Notice(_Response):
    """A reservation about a result."""

    code: str
    message: str


class Usage(_Response):
    """Tokens of the language model, if one was asked."""

    prompt_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None


class Provenance(_Response):
    """What produced an answer."""

    index_generation: str
    model: str | None
    sampling: dict[str, Any]
    seed: int | None
    prompt_sha256: str | None
    finish_reason: str | None
    as_of: str | None
    versions: dict[str, str]


class Answer(_Response):
    """The answer to a question, cited and checked."""

    id: str
    question: str
    status: Status
    text: str
    raw_text: str
    claims: list[Claim]
    citations: list[Citation]
    hits: list[Hit]
    warnings: list[Notice]
    reasoning: str | None
    mode: Mode
    verified_by: str
    usage: Usage
    timings: dict[str, float]
    provenance: Provenance
    notice: str


class SearchResult(_Response):
    """Passages, best first."""

    question: str
    generation: str
    hits: list[Hit]
    warnings: list[Notice]
    timings_ms: dict[str, float]
    notice: str


class Report(_Response):
    """The claims of a text with their verdicts; rates are None where there is nothing to count."""

    claims: list[Claim]
    citation_recall: float | None
    citation_precision: float | None
    citation_f1: float | None
    unsupported_rate: float | None
    contradicted_rate: float | None
    verified_by: str
    unresolved: list[int]
    notice: str


class DocumentSummary(_Response):
    """A document of the index, without its text."""

    document_id: str
    title: str
    society: str | None
    edition: str | None
    published: str | None
    supersedes: str | None
    language: str
    licence: str | None
    url: str | None


class Documents(_Response):
    """Some of the documents, in the order of the index."""

    generation: str
    total: int
    documents: list[DocumentSummary]
    notice: str


class Page(_Response):
    """A page: its number in the file, the label printed on it, and its span."""

    number: int
    label: str | None
    start: int
    end: int


class Section(_Response):
    """A heading with what stands under it."""

    path: list[str]
    kind: str
    start: int
    end: int


class Document(DocumentSummary):
    """A document with its outline, and its text where its licence lets it be passed on whole."""

    generation: str
    characters: int
    sha256: str
    media_type: str
    pages: list[Page]
    sections: list[Section]
    warnings: list[Notice]
    text: str | None
    notice: str


class Passage(_Response):
    """A passage: its text is the document's from `start` to `end`."""

    generation: str
    passage_id: str
    document_id: str
    title: str
    text: str
    start: int
    end: int
    page: int | None
    section: list[str]
    kind: str
    cq: str | None
    polarity: Polarity | None
    strength: Grade | None
    certainty: Grade | None
    notice: str


class Health(_Response):
    """That the service answers."""

    status: Literal["ok", "ready"]
    generation: str | None = None


class Problem(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    error: str
    hint: str | None = None
    errors: list[dict[str, str]] | None = None
