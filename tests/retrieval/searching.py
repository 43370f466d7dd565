"""Searching in tests: a retriever over a few entries, and the passages that it finds."""

from pathlib import Path

from medrag.documents.corpus import Ingested
from medrag.index.encoders import HashingEncoder
from medrag.index.index import Index
from medrag.retrieval.retriever import Retriever


def searcher(path: Path, *entries: Ingested) -> Retriever:
    return Retriever(Index.build(path, entries, encoder=HashingEncoder()))


def found(retriever: Retriever, question: str, **options: object) -> list[str]:
    hits = retriever.search(question, k=10, **options)  # type: ignore[arg-type]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(0 < hit.score < 1 for hit in hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    return [hit.passage.id for hit in hits]
