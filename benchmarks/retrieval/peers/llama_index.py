"""LlamaIndex's BM25Retriever: bm25s with English stop words and stemmer.

It ignores its deprecated `tokenizer`, so other tokens are given as text with a pattern that splits at
white space, without stemming. It indexes a node's metadata with the text, so the id is the node's.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from llama_index.core.schema import TextNode
from llama_index.retrievers.bm25 import BM25Retriever

from peers import Entry, Words


class Peer:
    NAME = "LlamaIndex BM25Retriever"
    DISTRIBUTION = "llama-index-retrievers-bm25"

    def __init__(self, entries: Sequence[Entry], *, words: Words | None, k: int) -> None:
        self._words = words
        options = {} if words is None else {"token_pattern": r"\S+", "skip_stemming": True}
        self._retriever = BM25Retriever.from_defaults(
            nodes=[TextNode(id_=entry.id, text=self._text(entry.text)) for entry in entries],
            similarity_top_k=k,
            **options,
        )

    def search(self, question: str) -> list[str]:
        return [found.node.node_id for found in self._retriever.retrieve(self._text(question))]

    def save(self, directory: Path) -> bool:
        self._retriever.persist(str(directory))
        return True

    def _text(self, text: str) -> str:
        return text if self._words is None else " ".join(self._words(text))
