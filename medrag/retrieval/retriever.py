"""Hits: passages ranked for a question, and the retriever that ranks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from medrag.documents.document import Document
from medrag.documents.passages import Passage
from medrag.documents.rights import quotable
from medrag.errors import Notice
from medrag.index.index import Index
from medrag.japanese.lexicon import Lexicon, default_lexicon
from medrag.retrieval import fusion
from medrag.retrieval.candidates import CANDIDATES, first_stage, top
from medrag.retrieval.decompose import Decomposer
from medrag.retrieval.diversity import repeated, spread
from medrag.retrieval.editions import Editions, EditionStatus
from medrag.retrieval.features import features
from medrag.retrieval.filters import Filters, allowed
from medrag.retrieval.names import Names
from medrag.retrieval.parts import parts
from medrag.retrieval.question import LONGEST, analyse
from medrag.retrieval.rerank import Reranker, rerank
from medrag.retrieval.topics import weigher

__all__ = ["EditionStatus", "Hit", "Ranking", "Retriever"]

# Measured by benchmarks/retrieval/weights.py: on 93 questions about the sample guidelines the share
# with all gold evidence among eight hits (.957 as it ships) and with some in the first (.774). The
# built-in vectors have no weight: at .2 in log-odds they cost .0003 to .0010 of RR@10.
#: Of a neural encoder's cosine, in standard deviations over the candidates, in log-odds beside a
#: slope of about 10. Provisional: no neural encoder for Japanese was at hand to measure it.
NEURAL_VECTORS = 1.1
#: How many of the first hits of each part of a question are among the hits of the whole. Two of the
#: sample's questions asked as one: all evidence of both among eight hits .628 at 0, .791 at 1, .860 at
#: 2 and 3, .814 at 4 (43 pairs); single questions are the same at all of them.
PART_HITS = 2
#: Multiplies the score of a superseded edition's passage, which so stands below any of a current one
#: that matches nearly as well. First hit .720 at 1 (off), .785 at .85, .774 at .7 and .5; evidence
#: falls to .914 at .5. The lower of the two good values, since an old dose shown first does harm.
SUPERSEDED = 0.7
#: Multiplies the score by kind: of two passages that match alike, the recommendation comes first; a
#: list of references or contents repeats the words of a question and answers nothing. Without any
#: evidence .925, first hit .742; recommendation at 1.0 .935, .753; at 1.1 .957, .774; at 1.2 .957, .763.
KINDS = {"recommendation": 1.1, "question": 0.95, "references": 0.7, "contents": 0.6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that the retriever ranked, with what a reader needs to judge it.

    Attributes:
        rank: 1-based.
        score: Comparable within one search; greater is better; never 0 or less.
        edition_status: Against the other editions in the index, on the day asked about.
        legs: The score that each leg of the retriever gave, by its name.
        quote_limit: The most characters of its document that may be shown at once, if its owner
            set a limit; the passage itself is whole, for the generator and the checker.
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
    quote_limit: int | None = None

    @property
    def shown(self) -> str:
        """What of the passage's text may be shown: all of it, or its beginning."""
        return quotable(self.passage.text, self.quote_limit)

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
            "text": self.shown,
            "start": passage.start,
            "end": passage.start + len(self.shown),
            "page": passage.page,
            "edition": self.edition,
            "edition_status": self.edition_status,
            "published": self.published.isoformat() if self.published else None,
            "legs": dict(self.legs),
        }


class Ranking(NamedTuple):
    """Hits, and what they should be read with."""

    hits: tuple[Hit, ...]
    notices: tuple[Notice, ...]


class _Scored(NamedTuple):
    """A passage with its log-odds and what they come from."""

    row: int
    logit: float
    legs: dict[str, float]


class Retriever:
    """Finds the passages of an index that answer a question.

    First every passage is scored by BM25 (words, bigrams, the lexicon's other words), then the best
    candidates by the learned fusion. What is left out of the answer by its kind or its edition is
    not left out of the index: it stands lower, by a penalty on the log-odds.

    Args:
        index: Opened; kept as long as the retriever lives.
        lexicon: Where other words for those of a question come from; None for the one that ships.
        reranker: Orders the first hits anew; None for none.
        rerank_deadline_ms: How long it may take for a question.
        decomposer: Takes questions apart; None for the rules of `parts`.
    """

    def __init__(
        self,
        index: Index,
        *,
        lexicon: Lexicon | None = None,
        reranker: Reranker | None = None,
        rerank_deadline_ms: float = 1000.0,
        decomposer: Decomposer | None = None,
    ) -> None:
        self._index = index
        self._lexicon = lexicon if lexicon is not None else default_lexicon()
        self._reranker = reranker
        self._deadline_ms = rerank_deadline_ms
        self._decomposer = decomposer
        self._fusion = fusion.learned()
        self._weigh = weigher(index)
        self._names = Names(index, self._lexicon, weigh=self._weigh)
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

        The score of a hit is the chance that it answers, between 0 and 1.

        Args:
            question: Any text; one without a word of the index has no hits.
            filters: By key (`medrag.retrieval.filters.KEYS`), the value that a hit must have.
            as_of: Only what was published by that day counts, and what is current is told by it.

        Raises:
            QuestionError: A filter is unknown.
        """
        return self.rank(question, k=k, filters=filters, as_of=as_of).hits

    def rank(
        self,
        question: str,
        *,
        k: int,
        filters: Filters | None = None,
        as_of: date | None = None,
    ) -> Ranking:
        """As `search`, with notices (a model that was late, a question that was cut)."""
        if k < 1:
            return Ranking((), ())
        index, editions = self._index, self._editions(as_of)
        possible = None if editions.published.all() else editions.published[index.passage_document]
        if filters:
            agreeing = allowed(index, filters, lexicon=self._lexicon)
            possible = agreeing if possible is None else possible & agreeing
        notices: list[Notice] = []
        if filters and possible is not None and not possible.any():
            notices.append(_nothing_left(filters))
        if len(question) > LONGEST:
            notices.append(_cut(len(question)))
            question = question[:LONGEST]
        if self._decomposer is not None:
            asked, notice = self._decomposer.decompose(question)
            notices += [notice] if notice else []
        else:
            asked = parts(question)
        # A reranker may bring up what the first stage has behind the last place.
        deep = max(k, CANDIDATES) if self._reranker is not None else k
        chosen = self._scored(question, deep, possible, editions)
        if len(asked) > 1:
            of_parts = [self._scored(one, deep, possible, editions) for one in asked]
            chosen = _merged(chosen, of_parts, deep)
        if self._reranker is not None and chosen:
            texts = [index.passage_at(one.row).text for one in chosen]
            result = rerank(self._reranker, question, texts, deadline_ms=self._deadline_ms)
            chosen = [chosen[place] for place in result.order]
            notices += [result.notice] if result.notice else []
        # Whatever put a passage behind another does not give it a greater chance than that one.
        logits = (
            np.sort([one.logit for one in chosen])[::-1]
            if self._reranker
            else np.asarray([one.logit for one in chosen])
        )
        chances = 1 / (1 + np.exp(-np.minimum.accumulate(logits))) if chosen else ()
        hits = tuple(
            self._hit(rank, one.row, score=float(chance), legs=one.legs, editions=editions)
            for rank, (one, chance) in enumerate(zip(chosen[:k], chances[:k], strict=True), start=1)
        )
        return Ranking(hits, tuple(notices))

    def _scored(
        self, question: str, k: int, possible: NDArray[np.bool_] | None, editions: Editions
    ) -> list[_Scored]:
        """The best passages for one question, best first."""
        index, encoder = self._index, self._index.encoder
        asked = analyse(question, index, names=self._names, weigh=self._weigh)
        if not (asked.known or (encoder.semantic and question.strip())):
            return []
        stage = first_stage(asked, index, weigh=self._weigh)
        fused = stage.fused
        if possible is not None:
            fused[~possible] = 0
        rows = top(fused, max(CANDIDATES, k))
        if encoder.semantic:
            encoded = encoder.encode_question(question)
            near = index.vectors.nearest(encoded, k=CANDIDATES, possible=possible)
            rows = np.union1d(rows, near)
        if not len(rows):
            return []
        words, bigrams = stage.words[rows], stage.bigrams[rows]
        sequences = index.sequences(rows)
        found = features(
            asked, sequences, classes=index.words.classes, words=words, bigrams=bigrams
        )
        documents = index.passage_document[rows]
        superseded = editions.demoted(documents, question)
        factors = index.kinds.numbers(KINDS, rows, otherwise=1.0)
        factors[superseded] *= SUPERSEDED
        logits = self._fusion.logits(found, total=asked.total, factors=factors)
        legs = {"words": words, "bigrams": bigrams}
        if encoder.semantic:
            legs["vectors"] = vector = index.vectors.scores(encoded, rows)
            logits += NEURAL_VECTORS * (vector - vector.mean()) / max(float(vector.std()), 1e-6)
        kept = np.flatnonzero(~repeated(sequences, superseded))
        order = kept[np.argsort(-logits[kept], kind="stable")]
        chosen = spread(order.tolist(), k=k, documents=documents.tolist(), words=sequences)
        return [
            _Scored(
                int(rows[i]),
                float(logits[i]),
                {name: float(scores[i]) for name, scores in legs.items()},
            )
            for i in chosen
        ]

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
            quote_limit=_limit(document),
        )

    def _editions_on(self, day: date | None) -> Editions:
        """The editions as they stood on a day; `_editions` remembers."""
        return Editions(self._index, as_of=day)


def _limit(document: Document) -> int | None:
    """The display right that the manifest gives for the document."""
    limit = document.metadata.get("quote_limit")
    return int(limit) if limit is not None else None


def _cut(length: int) -> Notice:
    message = f"質問が長いため（{length:,} 字）、初めの {LONGEST:,} 字だけで検索しました。"
    return Notice(code="question_cut", message=message)


def _nothing_left(filters: Filters) -> Notice:
    given = "、".join(f"{key}={value}" for key, value in filters.items())
    message = f"絞り込み（{given}）に当てはまる箇所が索引にありません。値を確かめてください。"
    return Notice(code="filter_empty", message=message)


def _merged(
    whole: Sequence[_Scored], of_parts: Sequence[Sequence[_Scored]], k: int
) -> list[_Scored]:
    """The hits of the whole question, of which the last make room for what its parts found first.

    Replacing no more than the end keeps what answers the question as it was asked where it is:
    ordering all by their chances cost .003 of RR@10 on the shared questions.
    """
    firsts: dict[int, _Scored] = {}
    for found in of_parts:
        firsts.update((one.row, one) for one in found[:PART_HITS])
    kept = list(whole[:k])
    missing = [one for row, one in firsts.items() if all(row != have.row for have in kept)]
    missing = missing[: max(0, k - 1)]
    room = max(0, len(kept) + len(missing) - k)
    expendable = [one for one in reversed(kept) if one.row not in firsts][:room]
    kept = [one for one in kept if one not in expendable]
    return (kept + missing)[:k]
