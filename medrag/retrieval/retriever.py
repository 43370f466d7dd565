"""Hits: passages ranked for a question, and the retriever that ranks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from medrag.documents.passages import Passage
from medrag.index.index import Index
from medrag.index.lexical import bigram_keys, word_keys
from medrag.japanese import tokens
from medrag.retrieval.editions import Editions, EditionStatus
from medrag.retrieval.filters import Filters, allowed
from medrag.retrieval.fusion import BIGRAMS, top

__all__ = ["EditionStatus", "Hit", "Retriever"]


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


# What a superseded edition's passage keeps of its score: it stands below any passage of a current
# edition that matches about as well, and above what hardly matches.
_SUPERSEDED = 0.6


class Retriever:
    """Finds the passages of an index that answer a question."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._editions = lru_cache(maxsize=16)(self._editions_on)

    def search(
        self,
        question: str,
        *,
        k: int,
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> tuple[Hit, ...]:
        """The passages that best match `question`, at most `k`, best first.

        Args:
            question: Any text; one without a word of the index has no hits.
            filters: By key (`medrag.retrieval.filters.KEYS`), the value that a hit must have.
            as_of: Only what was published by that day counts, and what is current is told by it.

        Raises:
            QuestionError: A filter is unknown.
        """
        index = self._index
        editions = self._editions(as_of)
        words = index.words.scores(index.words.find(word_keys(tokens.words(question))))
        bigrams = index.bigrams.scores(index.bigrams.find(bigram_keys(question)))
        scores = words + np.float32(BIGRAMS) * bigrams
        documents = index.passage_document
        if editions.superseded.any():
            scores[editions.superseded[documents]] *= _SUPERSEDED
        if not editions.published.all():
            scores[~editions.published[documents]] = 0
        if filters:
            scores[~allowed(index, filters)] = 0
        return tuple(
            self._hit(
                rank,
                int(row),
                score=float(scores[row]),
                legs={"words": float(words[row]), "bigrams": float(bigrams[row])},
                editions=editions,
            )
            for rank, row in enumerate(top(scores, k), start=1)
        )

    def _hit(
        self, rank: int, row: int, *, score: float, legs: Mapping[str, float], editions: Editions
    ) -> Hit:
        index = self._index
        place = int(index.passage_document[row])
        document = index.document_at(place)
        return Hit(
            rank=rank,
            score=score,
            passage=index.passage_at(row),
            title=document.title,
            society=document.society,
            edition=document.edition,
            edition_status=editions.status(place),
            published=document.published,
            language=document.language,
            url=document.url,
            legs=legs,
        )

    def _editions_on(self, day: date | None) -> Editions:
        """The editions as they stood on a day; `_editions` remembers."""
        return Editions(self._index, as_of=day)
