"""LangChain's BM25Retriever, which splits at white space unless it is given a preprocess_func."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from langchain_community.retrievers import BM25Retriever

from peers import Entry, Words


class Peer:
    NAME = "LangChain BM25Retriever"
    DISTRIBUTION = "langchain-community"

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        options = {} if words is None else {"preprocess_func": words}
        self._retriever = BM25Retriever.from_texts(
            [entry.text for entry in entries],
            metadatas=[{"id": entry.id} for entry in entries],
            **options,
        )
        self._retriever.k = k

    def search(self, question: str) -> list[str]:
        return [found.metadata["id"] for found in self._retriever.invoke(question)]

    def save(self, directory: Path) -> bool:  # noqa: ARG002
        return False
