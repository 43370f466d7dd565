"""Passages: the spans of a Document that are indexed, retrieved and cited."""

from __future__ import annotations

from dataclasses import dataclass

from medrag.documents.guideline import Grade, Polarity
from medrag.japanese.normalize import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A contiguous span of one Document, made of whole sentences.

    Attributes:
        id: Stable over re-ingestion: the document's id and a digest of the section path and text.
        text: Equal to `document.text[start:end]`.
        page: 1-based page on which it begins, if the format has pages.
        section: Heading path, outermost first.
        kind: recommendation, question, explanation, exception, table, references or body.
        sentences: Spans of its sentences, in document code points.
        cq, polarity, strength, certainty: Of the recommendation it holds, if it holds one.
    """

    id: str
    document_id: str
    text: str
    start: int
    end: int
    page: int | None = None
    section: tuple[str, ...] = ()
    kind: str = "body"
    sentences: tuple[Span, ...] = ()
    cq: str | None = None
    polarity: Polarity | None = None
    strength: Grade | None = None
    certainty: Grade | None = None
