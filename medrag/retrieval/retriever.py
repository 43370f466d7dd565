"""Hits: passages ranked for a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from medrag.documents.passages import Passage

EditionStatus = Literal["current", "superseded", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that the retriever ranked, with what a reader needs to judge it.

    Attributes:
        rank: 1-based.
        score: Comparable within one search; greater is better; never 0 or less.
        edition_status: Against the other editions in the index, on the day asked about.
        legs: The score that each leg of the retriever gave, by its name.
    """

    rank: int
    score: float
    passage: Passage
    title: str
    society: str | None = None
    edition: str | None = None
    edition_status: EditionStatus = "unknown"
    published: date | None = None
    language: str = "ja"
    url: str | None = None
    legs: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form of interface `medrag search`."""
        passage = self.passage
        return {
            "rank": self.rank,
            "score": self.score,
            "passage_id": passage.id,
            "document_id": passage.document_id,
            "title": self.title,
            "society": self.society,
            "section": list(passage.section),
            "kind": passage.kind,
            "text": passage.text,
            "start": passage.start,
            "end": passage.end,
            "page": passage.page,
            "edition": self.edition,
            "edition_status": self.edition_status,
            "published": self.published.isoformat() if self.published else None,
            "legs": dict(self.legs),
        }
