"""Haystack's in-memory store and its BM25 retriever; tokens are what a pattern finds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haystack import Document
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from peers import Entry, Words


class Peer:
    NAME = "Haystack InMemoryBM25Retriever"
    DISTRIBUTION = "haystack-ai"

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        self._words = words
        options = {} if words is None else {"bm25_tokenization_regex": r"\S+"}
        self._store = InMemoryDocumentStore(**options)
        self._store.write_documents(
            [Document(id=entry.id, content=self._text(entry.text)) for entry in entries]
        )
        self._retriever = InMemoryBM25Retriever(document_store=self._store, top_k=k)

    def search(self, question: str) -> list[str]:
        return [found.id for found in self._retriever.run(query=self._text(question))["documents"]]

    def save(self, directory: Path) -> bool:
        self._store.save_to_disk(str(directory / "store.json"))
        return True

    def _text(self, text: str) -> str:
        return text if self._words is None else " ".join(self._words(text))
